//! What somebody has to see to, the worst first.

use commands::{Button, Call};
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::json;

use super::{Scene, frame, part};
use crate::{
    alerts::{Listed, State, severity_name},
    app::OWN,
    builtins::jobs,
    dashboard::pen::{Pen, age, time},
};

/// As many are listed; the command's list has them all.
const SHOWN: usize = 12;

pub fn draw(scene: &Scene<'_>) -> Markup {
    let body = part(&scene.look.alerts, |alerts| {
        let count = |state: State| alerts.open.iter().filter(|it| it.state == state).count();
        html! {
            @if alerts.open.is_empty() {
                p.good { "All is well: nothing fires." }
            } @else {
                p.counts {
                    b { (count(State::Firing)) } " firing, " b { (count(State::Acknowledged)) } " acknowledged"
                }
                ul.rows { @for it in alerts.open.iter().take(SHOWN) { (alert(scene.pen, it, scene.look.at)) } }
                @if alerts.open.len() > SHOWN { p.quiet { "And " (alerts.open.len() - SHOWN) " more." } }
            }
            @if !alerts.ended.is_empty() {
                h3 { "Ended last" }
                ul.rows.ended { @for it in &alerts.ended { (ended(scene.pen, it)) } }
            }
        }
    });
    frame(scene.pen, "Alerts", "alerts", &body)
}

fn alert(pen: &Pen, it: &Listed, now: Timestamp) -> Markup {
    let call = |action: &str| Call::new(OWN, action, json!({ "alert": it.id }));
    let mut buttons = Vec::new();
    if it.state == State::Firing {
        buttons.push(Button::run("Acknowledge", call("alert ack")).primary());
    }
    buttons.push(Button::run("Resolve", call("alert resolve")));
    if it.muted.is_none() {
        buttons.push(Button::form("Silence…", call("alert silence")));
    }
    buttons.push(Button::run("Timeline", call("alert timeline")));
    let words = match (it.state, &it.acknowledged_name, &it.muted) {
        (State::Acknowledged, Some(name), _) => format!("acknowledged by {name}"),
        (State::Acknowledged, None, _) => "acknowledged".into(),
        (_, _, Some(why)) => why.clone(),
        _ => "nobody has it yet".into(),
    };
    html! {
        li class={ "alert " (severity_name(it.severity)) @if it.state == State::Acknowledged { " seen" } } {
            div.what {
                b { (pen.link(&call("alert show"), &it.title)) }
                p.quiet {
                    "#" (it.id) " · " (severity_name(it.severity)) " · " (it.source) " · for " (age(it.since, now))
                    @if it.firing > 1 { " · " (it.firing) " on" }
                    " · " (words)
                    @if let Some(name) = &it.assigned_name { " · " (name) " has it" }
                }
            }
            (pen.buttons(&buttons))
        }
    }
}

fn ended(pen: &Pen, it: &Listed) -> Markup {
    let show = Call::new(OWN, "alert timeline", json!({ "alert": it.id }));
    html! {
        li {
            (pen.link(&show, &it.title))
            span.quiet {
                @if let Some(at) = it.resolved_at { " · " (time(at)) " · after " (jobs::age(at.duration_since(it.since))) }
                @if let Some(by) = &it.resolved_by { " · by " (by) }
            }
        }
    }
}
