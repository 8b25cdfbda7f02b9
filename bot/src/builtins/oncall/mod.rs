//! Who is on call: asked, changed for a while, and set up. What it means is in [`crate::oncall`].

mod ask;
mod calendar;
mod change;
mod edit;
mod make;
mod swap;

use commands::{Actor, Ctx, Error, FieldProblem, Result, Text, param::Moment};
use jiff::Timestamp;

pub use self::{
    ask::{Mine, Next, Now, Overview, Show},
    calendar::{Ical, Renew},
    change::{Notices, Override, Overrides, Push, Remove},
    edit::{AddRotation, Delete, Edit, RemoveRotation, filled},
    make::Create,
    swap::{Accept, Decline, Request, Swap, Withdraw},
};
use super::{unreadable, whom};
use crate::{
    app::App,
    oncall::{Loaded, Schedule, words},
    people::PersonId,
};

/// The schedule that is meant: the one that is named, the only one there is, or the only one that somebody is in.
async fn meant(app: &App, name: Option<&str>, actor: Option<&Actor>) -> Result<Loaded> {
    if let Some(name) = name.map(str::trim).filter(|it| !it.is_empty()) {
        return app.rota(name).await;
    }
    let all = app.resources.all::<Schedule>();
    match all.as_slice() {
        [] => return Err(Error::not_found(NONE_YET)),
        [only] => return app.rota(&only.name).await,
        _ => {}
    }
    if let Some(actor) = actor {
        let mut theirs = Vec::new();
        for loaded in app.rotas().await? {
            if loaded.people.contains_key(&app.key_of(&loaded, actor).await) {
                theirs.push(loaded);
            }
        }
        if theirs.len() == 1 {
            return Ok(theirs.remove(0));
        }
    }
    let names: Vec<String> = all.iter().map(|it| format!("`{}`", it.name)).collect();
    let message = format!("There are several schedules: say which of {}.", names.join(", "));
    Err(Error { fields: vec![FieldProblem::new("schedule", message.clone())], ..Error::bad_input(message) })
}

const NONE_YET: &str =
    "There is no schedule yet. An administrator makes one: `bellhop oncall create platform people=@ana people=@ben`.";

/// `Ana and Ben until Mon 30 Nov 09:00`
fn now_line(loaded: &Loaded, at: Timestamp) -> Text {
    let keys = loaded.keys_at(at);
    let text = Text::new().code(&loaded.name).plain(": ").bold(loaded.labels(keys.iter().map(String::as_str)));
    match loaded.rota.next_change(at) {
        Some(until) => text.plain(format!(" until {}", words::wall(until, &loaded.zone))),
        None => text,
    }
}

/// What keeps part of a schedule from counting, as a line below.
fn problems(loaded: &Loaded) -> Option<Text> {
    (!loaded.problems.is_empty()).then(|| Text::new().plain(loaded.problems.join(" ")))
}

/// The person that a parameter names, as the schedule knows them.
async fn person_of(app: &App, ctx: &Ctx, loaded: &Loaded, field: &str, text: &str) -> Result<(PersonId, String)> {
    let actor = whom(app, ctx, field, text).await?;
    let key = app.key_of(loaded, &actor).await;
    Ok((PersonId::parse(&key).unwrap_or_else(|| PersonId::from(&actor)), actor.name))
}

fn moment(given: Option<Moment>) -> Option<Timestamp> {
    given.map(|it| it.0)
}

fn at_field(field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
}

/// The schedules there are, for pickers.
pub fn names(app: &App) -> Vec<String> {
    app.resources.all::<Schedule>().into_iter().map(|it| it.name).collect()
}
