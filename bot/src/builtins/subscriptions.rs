//! What a channel hears of: asked for, listed and given up where people read it.

use std::time::Duration;

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, error::FieldProblem, filter::Filter,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::unreadable;
use crate::{
    app::App,
    config::{Destination, Mode, Subscription, source::nearest},
    connections::poll,
    notify::subscriptions::{Made, Wish},
    people::PersonId,
};

/// Let this channel hear of what happens in a system.
#[derive(Deserialize, JsonSchema)]
pub struct Subscribe {
    /// A connection or a hook: redmine, github.
    #[schemars(extend("x-lookup" = "source"))]
    from: String,
    /// Which events: `issue.* -author:ana (label:urgent or state:closed)`. All, when it is left out.
    filter: Option<String>,
    /// How they are told.
    #[serde(default)]
    mode: Mode,
    /// With live: what is said in a card's thread is shown in the channel as well.
    #[serde(default)]
    broadcast: bool,
    /// With digest: how often, from 15m to 1d.
    #[serde(default = "hour")]
    every: String,
    /// In Zulip: the topic. The system's name, when it is left out.
    topic: Option<String>,
}

fn hour() -> String {
    "1h".into()
}

impl Action for Subscribe {
    type On = App;
    const NAME: &str = "subscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["subscribe redmine", "subscribe redmine filter=\"label:urgent\" mode=digest every=4h"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let from = self.from.trim().to_lowercase();
        let known = super::settings::sources(app);
        if !known.contains(&from) {
            let hint = nearest(&from, known.iter().map(String::as_str));
            let end = if hint.is_empty() { "." } else { "" };
            return Err(problem("from", format!("`{from}` is neither a connection nor a hook{hint}{end}")));
        }
        let filter =
            Filter::parse(self.filter.as_deref().unwrap_or_default()).map_err(|err| problem("filter", err.to_string()))?;
        let every = crate::config::interval(&self.every)
            .ok_or_else(|| problem("every", format!("`{}` is no time from 15m to 1d, such as 30m, 1h or 4h.", self.every)))?;
        let title = app.connections.get(&from).map_or_else(|_| from.clone(), |it| it.title());
        let to = here(ctx, self.topic.as_deref().unwrap_or(&title))?;
        let wish = Wish { from: from.clone(), filter, to, mode: self.mode, broadcast: self.broadcast, every };
        let is_new = app.subscriptions.add(&wish, &PersonId::from(&ctx.actor)).await.map_err(unreadable)?;
        // Its system is asked for changes from now on.
        poll::start(app).await.map_err(unreadable)?;
        let filter = wish.filter.to_string();
        let text =
            Text::new().plain(if is_new { "This channel hears of " } else { "This channel goes on hearing of " }).bold(title);
        let text = if filter.is_empty() { text } else { text.plain(": ").code(filter) };
        let list = Button::run("What else?", ctx.call("subscriptions", json!({})));
        Ok(Reply::to_channel(Message::text(text.plain(manner(wish.mode, wish.every))).tone(Tone::Good).buttons(vec![list])))
    }
}

/// Let this channel hear no more of something.
#[derive(Deserialize, JsonSchema)]
pub struct Unsubscribe {
    /// A connection or a hook.
    #[schemars(extend("x-lookup" = "source"))]
    from: String,
    /// The filter, as `subscriptions` shows it; only needed where there are several.
    filter: Option<String>,
}

impl Action for Unsubscribe {
    type On = App;
    const NAME: &str = "unsubscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unsubscribe redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let from = self.from.trim().to_lowercase();
        // However it is written, the same filter prints the same.
        let wanted = self.filter.as_deref().map(|it| Filter::parse(it).map_or_else(|_| it.to_owned(), |it| it.to_string()));
        let mut found = made_here(app, ctx)?;
        found.retain(|it| {
            it.subscription.from == from && wanted.as_ref().is_none_or(|filter| it.subscription.filter.to_string() == *filter)
        });
        let [only] = found.as_slice() else {
            if found.len() > 1 {
                let filters: Vec<String> = found.iter().map(|it| format!("`{}`", it.subscription.filter)).collect();
                let message =
                    format!("This channel hears of {from} in several ways: say which by its filter: {}.", filters.join(", "));
                return Err(problem("filter", message));
            }
            let configured =
                app.subscriptions.all().into_iter().any(|it| it.from == from && it.line.is_some() && is_here(ctx, &it));
            let message = match configured {
                true => format!(
                    "What this channel hears of {from} stands in the configuration file: an administrator takes it out there."
                ),
                false => format!("This channel hears nothing of `{from}`. `bellhop subscriptions` shows what it hears of."),
            };
            return Err(Error::not_found(message));
        };
        app.subscriptions.remove(only.id).await.map_err(unreadable)?;
        let params = json!({ "from": from, "filter": only.subscription.filter.to_string(), "mode": only.subscription.mode });
        let again = Button::run("Undo", ctx.call("subscribe", params));
        let text = Text::new().plain("This channel hears no more of ").bold(from).plain(described(&only.subscription));
        Ok(Reply::to_channel(Message::text(text).buttons(vec![again])))
    }
}

/// Show what this channel hears of.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "subscriptions";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["subscriptions"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let made = made_here(app, ctx)?;
        let configured: Vec<_> = app.subscriptions.all().into_iter().filter(|it| it.line.is_some() && is_here(ctx, it)).collect();
        if made.is_empty() && configured.is_empty() {
            let text = Text::new().plain("This channel hears of nothing by itself.");
            let add = Button::form("Subscribe…", ctx.call("subscribe", json!({})));
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![add])));
        }
        let row = |it: &Subscription, origin: String| {
            vec![
                Text::new().bold(it.from.clone()),
                Text::new().code(if it.filter.to_string().is_empty() { "everything".into() } else { it.filter.to_string() }),
                Text::new().plain(manner(it.mode, it.every).trim_start_matches([',', ' ']).to_owned()),
                Text::new().plain(origin),
            ]
        };
        let rows = configured.iter().map(|it| row(it, "the file".into()));
        let rows = rows.chain(made.iter().map(|it| row(&it.subscription, it.who.clone()))).collect();
        let header = ["From", "What", "How", "Made by"].map(str::to_owned).to_vec();
        let mut buttons: Vec<Button> = made
            .iter()
            .take(4)
            .map(|it| {
                let params = json!({ "from": it.subscription.from, "filter": it.subscription.filter.to_string() });
                Button::run(format!("No more {}", it.subscription.from), ctx.call("unsubscribe", params))
            })
            .collect();
        buttons.push(Button::form("Subscribe…", ctx.call("subscribe", json!({}))));
        let table = Block::Table { header, rows };
        Ok(Reply::to_asker(Message::new().heading("This channel hears of").block(table).buttons(buttons)))
    }
}

fn manner(mode: Mode, every: Duration) -> String {
    match mode {
        Mode::Live => ", a card for each object, with its history in the thread".into(),
        Mode::Compact => ", a card for each object".into(),
        Mode::Each => ", a message for each event".into(),
        Mode::Digest => format!(", in a digest every {} min", every.as_secs() / 60),
    }
}

fn described(it: &Subscription) -> String {
    let filter = it.filter.to_string();
    if filter.is_empty() { String::new() } else { format!(" ({filter})") }
}

fn problem(field: &str, message: String) -> Error {
    Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

/// This channel, as a place to be told.
fn here(ctx: &Ctx, topic: &str) -> Result<Destination> {
    let actor = &ctx.actor;
    let outside = || Error::bad_input("This belongs to a channel: give the command in the channel it is for.");
    let channel = ctx.channel.as_deref().and_then(|it| it.strip_prefix(&format!("{}:{}:", actor.platform, actor.workspace)));
    let channel = channel.ok_or_else(outside)?;
    let (channel, topic) = match actor.platform.as_str() {
        "zulip" => (channel.strip_prefix("channel:").ok_or_else(outside)?, Some(topic.to_owned())),
        _ => (channel, None),
    };
    let (platform, workspace, channel) = (actor.platform.clone(), actor.workspace.clone(), channel.to_owned());
    Ok(Destination { platform, workspace, channel, topic })
}

fn is_here(ctx: &Ctx, it: &Subscription) -> bool {
    here(ctx, "").is_ok_and(|here| {
        let same = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
        here.platform == it.to.platform && here.channel == it.to.channel && same(&here.workspace, &it.to.workspace)
    })
}

fn made_here(app: &App, ctx: &Ctx) -> Result<Vec<Made>> {
    here(ctx, "")?;
    Ok(app.subscriptions.made().into_iter().filter(|it| is_here(ctx, &it.subscription)).collect())
}
