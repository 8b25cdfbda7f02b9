//! Alerts from chat: which there are, and what people do about them.

mod acts;
mod rules;
mod silences;
mod windows;

use commands::{Action, Button, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text, filter::Filter};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

pub use self::{
    acts::{Ack, AckAll, Assign, Escalate, Note, Resolve, ResolveAll, SilenceOne, Unack},
    rules::{Add, Delete, Edit, InhibitAdd, InhibitDelete, Inhibits, Owner, Rules, Show as ShowRule, filled},
    silences::{Silence, Silences, Unsilence},
    windows::{Add as MaintenanceAdd, Delete as MaintenanceDelete, Maintenance},
};
use super::unreadable;
use crate::{
    alerts::{
        Listed, State, Which,
        rule::{say_span, span},
    },
    app::App,
    people::PersonId,
};

/// How many alerts a list shows.
const SHOWN: usize = 20;

/// Which alerts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    /// Those that fire, acknowledged or not
    Open,
    /// Those that nobody has acknowledged
    Firing,
    /// Those that somebody sees to
    Acknowledged,
    /// Those that ended last
    Resolved,
}

/// Show the alerts that there are.
#[derive(Deserialize, JsonSchema)]
pub struct List {
    /// Those that are open, unless it says otherwise.
    #[serde(default = "open")]
    state: Wanted,
    /// Which of them, as subscriptions say it: `severity:>=error`, `label:instance=db1`, `in:apollo`.
    filter: Option<String>,
    /// Only what is assigned to you, or acknowledged by you.
    #[serde(default)]
    mine: bool,
}

fn open() -> Wanted {
    Wanted::Open
}

impl Action for List {
    type On = App;
    const NAME: &str = "alerts";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alerts", "alerts filter=severity:critical", "alerts state=resolved"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let filter = filter("filter", self.filter.as_deref().unwrap_or_default())?;
        let which = if self.state == Wanted::Resolved { Which::Resolved } else { Which::Open };
        let me = PersonId::from(&ctx.actor).to_string();
        let mut all = app.alerts_listed(which).await.map_err(unreadable)?;
        all.retain(|it| {
            let state = match self.state {
                Wanted::Firing => it.state == State::Firing,
                Wanted::Acknowledged => it.state == State::Acknowledged,
                Wanted::Open | Wanted::Resolved => true,
            };
            let is_mine = it.assigned_to.as_ref() == Some(&me) || it.acknowledged_by.as_ref() == Some(&me);
            state && (!self.mine || is_mine) && filter.matches(&it.event)
        });
        if all.is_empty() {
            let text = match self.state {
                Wanted::Resolved => "No alert has ended lately.",
                Wanted::Open if self.filter.is_none() && !self.mine => "All is well: nothing fires.",
                Wanted::Firing if self.filter.is_none() && !self.mine => "Nothing fires that nobody has acknowledged.",
                _ if self.mine => "No alert is yours.",
                _ => "No such alert: nothing that fires is like that.",
            };
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let lines: Vec<Text> = all.iter().take(SHOWN).map(line).collect();
        let mut message = Message::new().heading(headline(&all, self.state)).list(lines);
        if all.len() > SHOWN {
            message = message.context(format!("The first {SHOWN} of {}. A filter shows the others.", all.len()));
        }
        let firing: Vec<&Listed> = all.iter().filter(|it| it.state == State::Firing).collect();
        let mut buttons: Vec<Button> = firing
            .iter()
            .take(3)
            .map(|it| Button::run(format!("Acknowledge {}", it.id), ctx.call("alert ack", json!({ "alert": it.id }))))
            .collect();
        if firing.len() > 1 {
            buttons.push(Button::run("Acknowledge all…", ctx.call("alert ack all", json!({ "filter": self.filter }))));
        }
        Ok(Reply::to_asker(if buttons.is_empty() { message } else { message.buttons(buttons) }))
    }
}

fn headline(all: &[Listed], wanted: Wanted) -> String {
    let count = |state: State| all.iter().filter(|it| it.state == state).count();
    match wanted {
        Wanted::Resolved => "Alerts that ended last".into(),
        _ => format!("{} firing, {} acknowledged", count(State::Firing), count(State::Acknowledged)),
    }
}

fn line(it: &Listed) -> Text {
    let text = Text::new().bold(it.id.to_string()).plain(" ");
    let text = match &it.url {
        Some(url) => text.link(url.clone(), it.title.clone()),
        None => text.plain(it.title.clone()),
    };
    let mut text = text.plain(format!(" · {}", crate::alerts::severity_name(it.severity)));
    if it.firing > 1 {
        text = text.plain(format!(" · {} on", it.firing));
    }
    text = match (&it.state, &it.acknowledged_name) {
        (State::Acknowledged, Some(name)) => text.plain(format!(" · acknowledged by {name}")),
        (State::Firing, _) if it.muted.is_some() => text.plain(format!(" · {}", it.muted.clone().unwrap_or_default())),
        _ => text,
    };
    if let Some(name) = &it.assigned_name {
        text = text.plain(format!(" · {name} has it"));
    }
    match it.resolved_at.filter(|_| it.state == State::Resolved) {
        Some(at) => {
            let by = it.resolved_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            let after = say_span(at.duration_since(it.since));
            text.plain(format!(" · resolved{by} ")).time(at).plain(format!(", after {after}"))
        }
        None => text.plain(format!(" · {} · since ", it.source)).time(it.since),
    }
}

/// Show an alert's card.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, as `alerts` shows it.
    alert: i64,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "alert show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert show 12"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let found = app.alert_card(self.alert).await.map_err(unreadable)?;
        let Some((message, _)) = found else { return Err(unknown(self.alert)) };
        Ok(Reply::to_channel(message))
    }
}

/// Show what has happened to an alert, and who did what.
#[derive(Deserialize, JsonSchema)]
pub struct Timeline {
    /// Its number, as `alerts` shows it.
    alert: i64,
}

impl Action for Timeline {
    type On = App;
    const NAME: &str = "alert timeline";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert timeline 12"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let Some(alert) = app.alert(self.alert).await.map_err(unreadable)? else { return Err(unknown(self.alert)) };
        let lines = app.alert_story(self.alert).await.map_err(unreadable)?;
        let lines = lines.into_iter().map(|it| Text::new().time(it.at).plain(format!(" {}", it.text))).collect();
        Ok(Reply::to_asker(Message::new().heading(format!("Alert {}: {}", alert.id, alert.title)).list(lines)))
    }
}

fn unknown(id: i64) -> Error {
    Error::not_found(format!("There is no alert {id}. `bellhop alerts` lists those that there are."))
}

fn problem(field: &str, message: String) -> Error {
    Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
}

fn filter(field: &str, text: &str) -> Result<Filter> {
    Filter::parse(text).map_err(|err| problem(field, err.message))
}

/// A moment that is so far from now.
fn until(field: &str, text: &str, now: Timestamp) -> Result<Timestamp> {
    span(text)
        .and_then(|it| now.checked_add(it).ok())
        .ok_or_else(|| problem(field, format!("`{text}` is no length of time: write it like 30m, 2h or 1d.")))
}
