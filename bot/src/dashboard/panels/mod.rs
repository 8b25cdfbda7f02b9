//! What the dashboard shows, a panel a subject: each is what a command of the bot shows, to whoever may run that command.

mod alerts;
mod done;
mod health;
mod on_call;
mod work;

use commands::Call;
use maud::{Markup, html};
use serde_json::json;

use super::{
    look::{Look, Part},
    pen::{Pen, time},
    pulse::Counts,
};
use crate::app::OWN;

/// A part of the page that is replaced as a whole.
pub struct Panel {
    /// Its element's id.
    pub id: &'static str,
    pub side: Side,
    pub html: Markup,
}

/// Where a panel stands where there is room for two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Across,
    Left,
    Right,
}

/// What a panel is made of.
pub(super) struct Scene<'a> {
    pub look: &'a Look,
    pub minutes: &'a [Option<Counts>],
    pub pen: &'a Pen,
}

type Draw = fn(&Scene<'_>) -> Markup;

/// In the order of the page: the id, where it stands, the command that shows the same in chat, and how it is drawn.
const PANELS: [(&str, Side, &str, Draw); 7] = [
    ("state", Side::Across, "health", health::state),
    ("alerts", Side::Left, "alerts", alerts::draw),
    ("health", Side::Left, "health", health::draw),
    ("deliveries", Side::Left, "hooks deliveries", done::deliveries),
    ("audit", Side::Left, "audit", done::audit),
    ("oncall", Side::Right, "oncall", on_call::draw),
    ("work", Side::Right, "jobs", work::draw),
];

/// What one visitor sees.
pub fn all(scene: &Scene<'_>) -> Vec<Panel> {
    let may = |action: &str| scene.pen.may(&own(action));
    let seen = PANELS.iter().filter(|(_, _, action, _)| may(action));
    seen.map(|(id, side, _, draw)| Panel { id, side: *side, html: draw(scene) }).collect()
}

/// A command of ours that needs nothing more.
fn own(action: &str) -> Call {
    Call::new(OWN, action, json!({}))
}

/// A panel's frame: its title leads to what the command of the same subject shows.
fn frame(pen: &Pen, title: &str, action: &str, body: &Markup) -> Markup {
    html! {
        h2 { (pen.link(&own(action), title)) }
        (body)
    }
}

/// What was read, or that it could not be; `draw` gets it as it was last.
fn part<T>(part: &Part<T>, draw: impl FnOnce(&T) -> Markup) -> Markup {
    html! {
        @if part.is_stale {
            p.stale role="status" {
                "This cannot be read now"
                @if let Some(at) = part.at { "; it is as of " (time(at)) }
                ". " code { "bellhop doctor" } " says more."
            }
        }
        @if let Some(value) = &part.value { (draw(value)) }
    }
}
