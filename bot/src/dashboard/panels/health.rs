//! How the bot, its chats, its connections and its hooks do.

use std::collections::BTreeMap;

use commands::{Call, Text};
use connectors::State;
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::json;

use super::{Scene, frame};
use crate::{
    app::OWN,
    dashboard::{
        pen::{age, inline},
        spark,
    },
    health::{
        Checked, mean_score,
        score::said,
        store::{Hour, hour_of},
        word,
    },
    telemetry::process,
};

/// As many hours are drawn.
const HOURS: i64 = 48;

/// One line for everything, at the top of the page.
pub fn state(scene: &Scene<'_>) -> Markup {
    let all = &scene.look.health;
    let worst = all.values().map(Checked::state).max().unwrap_or(State::Ok);
    let firing = scene.look.alerts.value.as_ref().map_or(0, |it| it.open.len());
    let words = match worst {
        State::Ok => "Everything works",
        State::Warning => "It works, with warnings",
        State::Failed => "Something does not work",
    };
    html! {
        p class={ "state " (word(worst)) } {
            b { (words) } ": " (mean_score(all.values())) " of 100"
            @if firing > 0 { " · " b { (firing) } @if firing == 1 { " alert" } @else { " alerts" } }
        }
        @if let Some(it) = process::usage() { p.quiet { (own(&it, scene.look.at)) } }
    }
}

/// What the process takes.
fn own(usage: &process::Usage, now: Timestamp) -> Markup {
    let began = Timestamp::from_second(usage.started as i64).ok().filter(|_| usage.started > 0.0);
    html! {
        "version " (env!("CARGO_PKG_VERSION"))
        @if let Some(began) = began { " · up " (age(began, now)) }
        " · " (usage.resident.div_ceil(10_000_000) * 10) " MB"
    }
}

pub fn draw(scene: &Scene<'_>) -> Markup {
    // What is not as it should be comes first.
    let mut all: Vec<(&String, &Checked)> = scene.look.health.iter().collect();
    all.sort_by_key(|(name, it)| (std::cmp::Reverse(it.state()), (*name).clone()));
    let empty = BTreeMap::new();
    let hours = scene.look.hours.value.as_deref().unwrap_or(&empty);
    let now = hour_of(scene.look.at);
    let body = html! {
        @if all.is_empty() { p.quiet { "Nothing was checked yet." } }
        @else {
            div.wide { table.health {
                thead { tr {
                    th scope="col" { "Name" }
                    th scope="col" { "State" }
                    th scope="col" { "Score" }
                    th scope="col" { "Two days" }
                    th scope="col" { "Requests in 1 h" }
                    th scope="col" { "Answers take" }
                    th scope="col" { "Last event" }
                } }
                tbody {
                    @for (name, it) in &all {
                        (row(scene, name, it, hours.get(*name).map_or(&[][..], Vec::as_slice), now))
                        (problems(it))
                    }
                }
            } }
        }
    };
    frame(scene.pen, "Health", "health", &body)
}

fn row(scene: &Scene<'_>, name: &str, it: &Checked, hours: &[Hour], now: i64) -> Markup {
    let judged = &it.judged;
    let show = Call::new(OWN, "health", json!({ "name": name }));
    let state = match it.state() {
        State::Ok => "✓ works",
        State::Warning => "! warns",
        State::Failed => "✗ fails",
    };
    let value = |hour: i64| hours.iter().find(|it| it.hour == hour).map(Hour::mean);
    let values: Vec<Option<f64>> = (now - HOURS + 1..=now).map(value).collect();
    let lowest = values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    // Two points are the least that is a line.
    let is_drawn = values.iter().flatten().count() > 1;
    html! {
        tr class=(word(it.state())) {
            th scope="row" { (scene.pen.link(&show, name)) }
            td.mark { (state) }
            td.number { (judged.score) " " span.quiet { (judged.trend.arrow()) } }
            td {
                @if is_drawn {
                    (spark::line(&values, 100.0, &format!("{name}: the score of the last two days, {lowest:.0} at least")))
                }
            }
            td.number {
                @if let Some((all, failed)) = judged.requests {
                    (all) @if failed > 0 { ", " b.bad { (failed) " failed" } }
                }
            }
            td.number { @if let Some(seconds) = judged.response { (said(seconds)) } }
            td.number { @if let Some(at) = judged.last_heard { (age(at, scene.look.at)) " ago" } }
        }
    }
}

/// What is wrong, with what to do about it, and what is to come.
fn problems(it: &Checked) -> Markup {
    let checks: Vec<_> = it.checks.iter().filter(|it| it.state != State::Ok).collect();
    let explained = it.judged.standing.as_ref().and_then(|it| it.explained_by.as_ref());
    if checks.is_empty() && it.judged.forecasts.is_empty() {
        return Markup::default();
    }
    html! {
        tr.why { td colspan="7" {
            @if let Some(explained) = explained { p { "Explained by " code { (explained) } ", which fails as well." } }
            @for check in checks {
                p {
                    b { (check.name) } ": " (check.detail)
                    @if let Some(fix) = &check.fix { " → " (inline(&Text::marked(fix))) }
                }
            }
            @for forecast in &it.judged.forecasts { p { (forecast) } }
        } }
    }
}
