//! Who is on call now, by each schedule.

use commands::Call;
use maud::{Markup, html};
use serde_json::json;

use super::{Scene, frame, part};
use crate::{app::OWN, dashboard::pen::time};

pub fn draw(scene: &Scene<'_>) -> Markup {
    let show = |name: &str| Call::new(OWN, "oncall show", json!({ "schedule": name }));
    let body = part(&scene.look.on_call, |all| {
        html! {
            @if all.is_empty() {
                p.quiet { "There is no schedule yet: " code { "/oncall create" } " makes one." }
            }
            ul.rows {
                @for it in all {
                    li {
                        p {
                            @match &it.people {
                                Some(people) => b { (people) },
                                None => b.bad { "Nobody" },
                            }
                            " · " (scene.pen.link(&show(&it.schedule), &it.schedule))
                        }
                        @if let Some(until) = it.until { p.quiet { "until " (time(until)) } }
                        @if !it.problems.is_empty() { p.problem { (it.problems) } }
                    }
                }
            }
        }
    });
    frame(scene.pen, "On call", "oncall", &body)
}
