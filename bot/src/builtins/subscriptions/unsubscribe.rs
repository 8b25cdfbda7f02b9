//! Giving up what a channel hears of: all of it, or some kinds of events, as in GitHub's own app for Slack.

use commands::{
    Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text,
    filter::{Filter, Parts},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    endpoint, here, in_brackets, is_here,
    line::{Lately, Line},
    made_here, params, problem, source,
};
use crate::{
    app::App,
    builtins::unreadable,
    notify::subscriptions::{Made, Wish},
    people::PersonId,
};

/// Let this channel hear no more of something; in a direct message, me.
#[derive(Deserialize, JsonSchema)]
pub struct Unsubscribe {
    /// A connection or a hook.
    #[schemars(extend("x-lookup" = "source"))]
    from: String,
    /// Which: the place, `acme/widgets`; only some kinds of it, `acme/widgets reviews comments`; or the filter, as
    /// `subscriptions` shows it. All of it when there is only one.
    #[schemars(extend("x-positional" = true))]
    filter: Option<String>,
    /// Not this channel but an endpoint, for administrators: `webhook:crm`.
    to: Option<String>,
    /// The very one.
    #[schemars(extend("x-hidden" = true))]
    id: Option<i64>,
}

/// What becomes of a subscription.
enum Change {
    End,
    Narrow(Filter),
}

impl Action for Unsubscribe {
    type On = App;
    const NAME: &str = "unsubscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unsubscribe redmine", "unsubscribe github acme/widgets reviews comments"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let from = source(app, &self.from)?;
        let mut found = match self.to.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(to) => {
                let to = endpoint(app, ctx, to)?;
                app.subscriptions.made().into_iter().filter(|it| it.subscription.to == to).collect()
            }
            None => made_here(app, ctx)?,
        };
        found.retain(|it| it.subscription.from == from);
        let typed = self.filter.as_deref().map(str::trim).unwrap_or_default();
        // However it is written, the same filter prints the same.
        let printed = match Filter::parse(typed) {
            // What `me` cannot be here is in no filter here.
            Ok(filter) => app.filter_for(filter.clone(), &from, &here(ctx, "")?, &ctx.actor).await.unwrap_or(filter).to_string(),
            Err(_) => typed.to_owned(),
        };
        let same: Vec<&Made> = match self.id {
            Some(id) => found.iter().filter(|it| it.id == id).collect(),
            None => found.iter().filter(|it| typed.is_empty() || it.subscription.filter.to_string() == printed).collect(),
        };
        let changes: Vec<(Made, Change)> = match same.as_slice() {
            [only] => vec![((*only).clone(), Change::End)],
            [] if !typed.is_empty() && self.id.is_none() => {
                let line = Line::read(typed, &Lately::of(app, &from).await?);
                changed(&line, &found)?
            }
            several if several.len() > 1 => {
                let filters: Vec<String> = found.iter().map(|it| format!("`{}`", it.subscription.filter)).collect();
                let message =
                    format!("This channel hears of {from} in several ways: say which by its filter: {}.", filters.join(", "));
                return Err(problem("filter", message));
            }
            _ => Vec::new(),
        };
        if changes.is_empty() {
            return Err(nothing(app, ctx, &from, &found));
        }
        let who = PersonId::from(&ctx.actor);
        let mut message = Message::new();
        let mut undo = Vec::new();
        for (made, change) in changes {
            let before = &made.subscription;
            match change {
                Change::End => {
                    app.subscriptions.remove(made.id).await.map_err(unreadable)?;
                    undo.push(Button::run("Undo", ctx.call("subscribe", params(&super::as_written(&made), None))));
                    let begin = if before.to.person().is_some() { "You hear" } else { "This channel hears" };
                    let text = Text::new().plain(format!("{begin} no more of ")).bold(from.clone());
                    message = message.paragraph(text.plain(in_brackets(&before.filter)));
                }
                Change::Narrow(filter) => {
                    let now = filter.to_string();
                    let wish = Wish {
                        from: from.clone(),
                        filter,
                        mine: None,
                        to: before.to.clone(),
                        mode: before.mode,
                        broadcast: before.broadcast,
                        rhythm: before.rhythm.clone(),
                        replaces: Some(made.id),
                    };
                    app.subscriptions.add(&wish, &who).await.map_err(unreadable)?;
                    let text = Text::new().plain("Of ").bold(from.clone()).plain(" only this is told from now on: ").code(now);
                    message = message.paragraph(text);
                }
            }
        }
        undo.truncate(1);
        Ok(Reply::to_channel(if undo.is_empty() { message } else { message.buttons(undo) }))
    }
}

/// What the place and the kinds of a line change of the subscriptions that there are.
fn changed(line: &Line, found: &[Made]) -> Result<Vec<(Made, Change)>> {
    let asked = Filter::parse(&line.filter).map_err(|err| problem("filter", err.to_string()))?.parts();
    let places: Vec<&str> = line.places.iter().chain(&asked.place).map(String::as_str).collect();
    if asked.rest != Filter::all() {
        let message = "Conditions cannot be given up one by one: name the place and kinds of events, as in `acme/widgets reviews`, \
                       or the whole filter as `bellhop subscriptions` shows it.";
        return Err(problem("filter", message.into()));
    }
    let mut changes = Vec::new();
    for made in found {
        let parts = made.subscription.filter.parts();
        let is_there = |place: &&str| parts.place.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(place));
        if !places.is_empty() && !places.iter().any(is_there) {
            continue;
        }
        let change = if asked.kinds.is_empty() { Some(Change::End) } else { narrowed(&parts, &asked.kinds)? };
        changes.extend(change.map(|it| (made.clone(), it)));
    }
    Ok(changes)
}

/// None where nothing of it is given up.
fn narrowed(parts: &Parts, kinds: &[String]) -> Result<Option<Change>> {
    let Some(left) = parts.without(kinds)? else { return Ok(Some(Change::End)) };
    Ok(if left == *parts { None } else { Some(Change::Narrow(Filter::of(&left)?)) })
}

fn nothing(app: &App, ctx: &Ctx, from: &str, found: &[Made]) -> Error {
    let configured = app.subscriptions.all().into_iter().any(|it| it.from == from && it.line.is_some() && is_here(ctx, &it));
    Error::not_found(match (configured, found.is_empty()) {
        (true, true) => {
            format!("What this channel hears of {from} stands in the configuration file: an administrator takes it out there.")
        }
        (_, false) => {
            let filters: Vec<String> = found.iter().map(|it| format!("`{}`", it.subscription.filter)).collect();
            format!("This channel does not hear that of {from}, but: {}.", filters.join(", "))
        }
        (false, true) => format!("This channel hears nothing of `{from}`. `bellhop subscriptions` shows what it hears of."),
    })
}
