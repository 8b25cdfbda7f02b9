//! What came in, and who did what: the last of each.

use commands::Call;
use maud::{Markup, html};
use serde_json::json;

use super::{Scene, frame, part};
use crate::{
    app::OWN,
    dashboard::pen::{age, time},
    hooks::arrival::Verdict,
};

pub fn deliveries(scene: &Scene<'_>) -> Markup {
    let body = part(&scene.look.deliveries, |all| {
        html! {
            @if all.is_empty() {
                p.quiet { "No webhook came in the last seven days: " code { "/bellhop hooks add" } " makes an address for a system that sends." }
            } @else {
                div.wide { table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Hook" } th scope="col" { "Ended" } th scope="col" { "Why" } } }
                    tbody {
                        @for it in all {
                            @let show = Call::new(OWN, "hooks delivery", json!({ "delivery": it.id }));
                            @let arrival = &it.arrival;
                            tr class=(class(arrival.verdict)) {
                                td { (age(it.at, scene.look.at)) " ago" }
                                td { (scene.pen.link(&show, &arrival.hook)) }
                                td.mark { (arrival.verdict.name()) " " (arrival.status) }
                                td {
                                    @if let Some(reason) = &arrival.reason { (reason) }
                                    @else if let Some(proof) = &arrival.proof { "verified by " (proof) }
                                    @if it.repeats > 0 { " (came " (it.repeats) " more times)" }
                                }
                            }
                        }
                    }
                } }
            }
        }
    });
    frame(scene.pen, "Webhooks", "hooks deliveries", &body)
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted | Verdict::Handshake => "ok",
        Verdict::Unread => "failing",
        Verdict::Refused => "degraded",
    }
}

pub fn audit(scene: &Scene<'_>) -> Markup {
    let body = part(&scene.look.done, |all| {
        html! {
            div.wide { table {
                thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } } }
                tbody { @for it in all { tr { td { (time(it.at)) } td { (it.who) } td { code { (it.what) } } } } }
            } }
        }
    });
    frame(scene.pen, "Who did what", "audit", &body)
}
