//! What is being done, what waits, and what was given up.

use commands::{Button, Call};
use maud::{Markup, html};
use serde_json::json;

use super::{Scene, frame, part};
use crate::{
    app::OWN,
    builtins::jobs::line,
    dashboard::{
        pen::{age, inline},
        pulse::{Counts, MINUTES},
        spark,
    },
    queue::{Overview, Standing},
};

/// As many connections and channels are listed.
const LISTED: usize = 6;

pub fn draw(scene: &Scene<'_>) -> Markup {
    let body = html! {
        div.pulses {
            (pulse("Commands", scene.minutes, |it| it.commands))
            (pulse("Webhooks", scene.minutes, |it| it.deliveries))
            (pulse("Messages", scene.minutes, |it| it.messages))
            (pulse("Failures", scene.minutes, |it| it.failures))
        }
        (part(&scene.look.work, |work| html! {
            (counts(&work.overview))
            @if !work.dead.is_empty() {
                h3 { "Given up" }
                ul.rows {
                    @for job in &work.dead {
                        li {
                            p { (inline(&line(job, work.overview.at))) }
                            (scene.pen.buttons(&[
                                Button::run("Try again", Call::new(OWN, "redrive", json!({ "job": job.id }))).primary(),
                                Button::run("Show", Call::new(OWN, "jobs show", json!({ "job": job.id }))),
                            ]))
                        }
                    }
                }
            }
        }))
    };
    frame(scene.pen, "Work", "jobs", &body)
}

fn pulse(name: &str, minutes: &[Option<Counts>], of: fn(&Counts) -> u64) -> Markup {
    let values: Vec<Option<u64>> = minutes.iter().map(|it| it.as_ref().map(of)).collect();
    let sum: u64 = values.iter().flatten().sum();
    let counted = values.iter().flatten().count();
    let over = if counted < MINUTES { format!("{counted} min") } else { "1 h".to_owned() };
    html! {
        div.pulse {
            p { b { (sum) } " " (name) span.quiet { " in " (over) } }
            (spark::bars(&values, &format!("{name} a minute, by this process: {sum} in {over}")))
        }
    }
}

fn counts(overview: &Overview) -> Markup {
    let of =
        |states: &[Standing]| -> i64 { overview.counts.iter().filter(|it| states.contains(&it.state)).map(|it| it.jobs).sum() };
    let waiting = of(&[Standing::Waiting]);
    let working = of(&[Standing::Working, Standing::Sending, Standing::Unknown]);
    let (retrying, scheduled, dead) = (of(&[Standing::Retrying]), of(&[Standing::Scheduled]), of(&[Standing::Dead]));
    let is_open = |state: Standing| matches!(state, Standing::Waiting | Standing::Retrying | Standing::Dead);
    let mut about: Vec<_> = overview.connections.iter().filter(|it| is_open(it.state)).collect();
    about.sort_by_key(|it| std::cmp::Reverse(it.jobs));
    let word = |state: Standing| match state {
        Standing::Retrying => "to be tried again",
        Standing::Dead => "given up",
        _ => "waiting",
    };
    html! {
        dl.tiles {
            div { dt { "Waiting" } dd { (waiting) } }
            div { dt { "At work" } dd { (working) } }
            div class=(if retrying > 0 { "degraded" } else { "" }) { dt { "To be tried again" } dd { (retrying) } }
            div { dt { "Scheduled" } dd { (scheduled) } }
            div class=(if dead > 0 { "failing" } else { "" }) { dt { "Given up" } dd { (dead) } }
        }
        @if let Some(since) = overview.due_since {
            p.quiet { "The oldest due job has waited for " (age(since, overview.at)) "." }
        }
        @if !about.is_empty() {
            ul.plain {
                @for it in about.iter().take(LISTED) {
                    li {
                        code { (it.connection.as_deref().unwrap_or("others")) } ": " (it.jobs) " " (word(it.state))
                        span.quiet { ", the oldest since " (age(it.oldest, overview.at)) }
                    }
                }
            }
        }
    }
}
