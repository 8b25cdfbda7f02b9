//! What a channel or a person hears of: asked for, tried, listed, changed and given up where it is read.

mod line;
mod list;
mod shorthand;
mod unsubscribe;

use commands::{
    Action, Button, Choice, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, error::FieldProblem,
    filter::Filter, param::Channel,
};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::line::{Lately, Line, lately};
pub use self::{list::List, shorthand::spelled_out, unsubscribe::Unsubscribe};
use super::unreadable;
use crate::{
    app::App,
    chat::Place,
    config::{Broadcast, Destination, Mode, Rhythm, Subscription, interval, manner, source::nearest},
    connections::poll,
    notify::{
        outgoing,
        rehearse::Rehearsal,
        subscriptions::{Made, Wish},
    },
    people::{PersonId, settings::EVERYTHING},
};

/// Let this channel hear of what happens in a system; in a direct message, let me.
#[derive(Clone, Deserialize, JsonSchema)]
pub struct Subscribe {
    /// A connection or a hook: redmine, github.
    #[schemars(extend("x-lookup" = "source"))]
    from: String,
    /// Which events: `acme/* pulls -author:*[bot] (label:urgent or path:infra/**)`. All, when it is left out.
    #[schemars(extend("x-positional" = true))]
    filter: Option<String>,
    /// Of one project, repository or board only: `acme/widgets`, `acme/*`.
    place: Option<String>,
    /// Of these kinds only: `pulls`, `reviews`, `issue.closed`.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "kind", "x-needs" = ["from"]))]
    kinds: Vec<String>,
    /// How they are told: thread, compact, full or digest; `digest@09:00` or `digest@mon,09:00` as well.
    #[schemars(extend("x-lookup" = "mode"))]
    mode: Option<String>,
    /// With digest: when, such as 09:00 or mon,09:00.
    at: Option<String>,
    /// With digest: how often, from 15m to 1d.
    every: Option<String>,
    /// With thread: what of a card's thread is shown in the channel as well: never, always, or only failures.
    broadcast: Option<Broadcast>,
    /// In Zulip: the topic. The system's name, when it is left out.
    topic: Option<String>,
    /// Another channel than this one, which you are in as well.
    channel: Option<Channel>,
    /// Somewhere else than here, for administrators: `webhook:crm`, a connection of kind webhook.
    to: Option<String>,
    /// Only show what it would have told in the last 7 days.
    #[serde(default)]
    dry_run: bool,
    /// The subscription whose place it takes.
    #[schemars(extend("x-hidden" = true))]
    replaces: Option<i64>,
    /// Leave one as it is that tells the same here already, however it tells it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    keep: bool,
}

impl Action for Subscribe {
    type On = App;
    const NAME: &str = "subscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "subscribe redmine",
        "subscribe github acme/* pulls -author:*[bot] mode:digest@09:00",
        "subscribe redmine label:urgent mode=digest every=4h",
    ];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if self.from.eq_ignore_ascii_case("list") {
            return List { from: None }.run(app, ctx).await;
        }
        let (dry_run, keep) = (self.dry_run, self.keep);
        let replaces =
            self.replaces.filter(|id| app.subscriptions.made().iter().any(|it| it.id == *id && is_here(ctx, &it.subscription)));
        let asked = self.read(app, ctx).await?;
        let wish = Wish { replaces, ..asked };
        let title = title(app, &wish.from);
        let is_same = |it: &Subscription| it.from == wish.from && it.filter == wish.filter && is_here(ctx, it);
        if keep && app.subscriptions.all().iter().any(|it| is_same(it)) {
            let text = Text::new().plain("This channel hears of ").bold(title).plain(" already: ").code(wish.filter.to_string());
            let list = Button::run("What else?", ctx.call("subscriptions", json!({})));
            return Ok(Reply::to_channel(Message::text(text.plain(".")).buttons(vec![list])));
        }
        let rehearsal = app.rehearse(&wish.filter, &wish.from, lately(app)).await.map_err(unreadable)?;
        let what = described(Text::new(), &title, &wish);
        if dry_run {
            return Ok(Reply::to_asker(tried(ctx, what, &wish, &rehearsal)));
        }
        let is_new = app.subscriptions.add(&wish, &PersonId::from(&ctx.actor)).await.map_err(unreadable)? && replaces.is_none();
        // Its system is asked for changes from now on.
        poll::start(app).await.map_err(unreadable)?;
        let is_endpoint = wish.to.platform == outgoing::PLATFORM;
        let begin = match (wish.to.person().is_some(), is_new) {
            _ if is_endpoint => "The endpoint hears of ",
            (true, true) => "You hear of ",
            (true, false) => "You go on hearing of ",
            (false, true) => "This channel hears of ",
            (false, false) => "This channel goes on hearing of ",
        };
        let mut message = Message::text(described(Text::new().plain(begin), &title, &wish)).tone(Tone::Good);
        if rehearsal.posted + rehearsal.held > 0 {
            message = message.context(rehearsal.sums());
        }
        let made = app.subscriptions.made().into_iter().find(|it| {
            it.subscription.filter == wish.filter && it.subscription.to == wish.to && it.subscription.from == wish.from
        });
        let edit = made.map(|it| Button::form("Edit…", ctx.call("subscribe", params(&as_written(&it), Some(it.id)))));
        let list = Button::run("What else?", ctx.call("subscriptions", json!({})));
        Ok(Reply::to_channel(message.buttons(edit.into_iter().chain([list]).collect())))
    }
}

impl Subscribe {
    /// What is asked for.
    async fn read(self, app: &App, ctx: &Ctx) -> Result<Wish> {
        let from = source(app, &self.from)?;
        let lately = Lately::of(app, &from).await?;
        let line = Line::read(self.filter.as_deref().unwrap_or_default(), &lately);
        if let Some((word, kind)) = line.slip(&lately) {
            let message =
                format!("`{word}` is no kind of event; did you mean `{kind}`? A place of that name is written `in:{word}`.");
            return Err(problem("filter", message));
        }
        let filter = line.filter(&self.kinds, self.place.as_deref()).map_err(|err| problem("filter", err.to_string()))?;
        let said =
            |line: &Option<String>, field: &Option<String>| line.clone().or(field.clone()).filter(|it| !it.trim().is_empty());
        let mode = said(&line.mode, &self.mode);
        let zone = zone(app, ctx).await?;
        let (mode, when) = match mode {
            Some(text) => manner(&text, &zone).map_err(|it| problem("mode", it))?,
            None => (Mode::default(), None),
        };
        let often = match said(&line.every, &self.every) {
            None => None,
            Some(text) => Some(
                interval(&text)
                    .map(Rhythm::Every)
                    .ok_or_else(|| problem("every", format!("`{text}` is no time from 15m to 1d, such as 30m, 1h or 4h.")))?,
            ),
        };
        let at = match said(&line.at, &self.at) {
            None => None,
            Some(text) => Some(Rhythm::parse(&text, &zone).map_err(|it| problem("at", it))?),
        };
        let rhythm = when.or(at).or(often).unwrap_or_default();
        let broadcast = match line.broadcast.as_deref() {
            None => self.broadcast.unwrap_or_default(),
            Some(word) => Broadcast::named(word).ok_or_else(|| {
                problem("broadcast", format!("`broadcast:{word}` cannot be read: write never, always or failures."))
            })?,
        };
        if broadcast != Broadcast::Never && mode != Mode::Thread {
            return Err(problem(
                "broadcast",
                "Only with mode thread something is said in threads, to be shown in the channel.".into(),
            ));
        }
        let topic = said(&line.topic, &self.topic).unwrap_or_else(|| title(app, &from));
        let to = match self.to.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(to) => endpoint(app, ctx, to)?,
            None => match &self.channel {
                Some(channel) => elsewhere(app, ctx, channel, &topic).await?,
                None => here(ctx, &topic)?,
            },
        };
        let mine = filter.mine().is_some().then(|| filter.clone());
        let filter = app.filter_for(filter, &from, &to, &ctx.actor).await?;
        Ok(Wish { from, filter, mine, to, mode, broadcast, rhythm, replaces: None })
    }
}

/// The fields of [`Subscribe`] that say which events it lets pass.
pub const PREVIEWED_BY: &[&str] = &["from", "place", "kinds", "filter"];
/// Events that a preview shows.
const PREVIEWED: usize = 3;

/// What a subscription would have told in the last seven days, as far as it is filled in.
///
/// # Errors
/// What is wrong with what was filled in.
pub async fn preview(app: &App, ctx: &Ctx, params: Map<String, Value>) -> Result<Message> {
    if params.get("from").is_none_or(Value::is_null) {
        return Ok(Message::text("Say first what it is about: a connection or a hook."));
    }
    let asked: Subscribe = serde_json::from_value(Value::Object(params)).map_err(|err| Error::bad_input(err.to_string()))?;
    let wish = asked.read(app, ctx).await?;
    let rehearsal = app.rehearse(&wish.filter, &wish.from, lately(app)).await.map_err(unreadable)?;
    Ok(rehearsal.at_a_glance(PREVIEWED))
}

/// What was tried, with the ways on from it.
fn tried(ctx: &Ctx, what: Text, wish: &Wish, rehearsal: &Rehearsal) -> Message {
    let subscription = Subscription {
        from: wish.from.clone(),
        filter: wish.mine.as_ref().unwrap_or(&wish.filter).clone(),
        to: wish.to.clone(),
        fallback: None,
        mode: wish.mode,
        broadcast: wish.broadcast,
        rhythm: wish.rhythm.clone(),
        since: jiff::Timestamp::MIN,
        line: None,
    };
    let save = params(&subscription, wish.replaces);
    let mut edit = save.clone();
    edit["dry_run"] = true.into();
    let message = Message::text(what).paragraph(format!("{} Nothing is kept yet.", rehearsal.sums()));
    rehearsal.shown_in(message).buttons(vec![
        Button::run("Save", ctx.call("subscribe", save)).primary(),
        Button::form("Edit…", ctx.call("subscribe", edit)),
    ])
}

/// One as its person wrote it: with `me` where they did.
fn as_written(made: &Made) -> Subscription {
    let subscription = Subscription::clone(&made.subscription);
    let filter = made.mine.clone().unwrap_or_else(|| subscription.filter.clone());
    Subscription { filter, ..subscription }
}

/// The subscription as the parameters of [`Subscribe`], its filter taken apart.
fn params(it: &Subscription, replaces: Option<i64>) -> Value {
    let parts = it.filter.parts();
    let mut params = Map::new();
    let mut give = |name: &str, value: Value| drop(params.insert(name.into(), value));
    give("from", json!(it.from));
    give("mode", json!(it.mode.name()));
    if let Some(place) = &parts.place {
        give("place", json!(place));
    }
    if !parts.kinds.is_empty() {
        give("kinds", json!(parts.kinds));
    }
    let rest = parts.rest.to_string();
    if !rest.is_empty() {
        give("filter", json!(rest));
    }
    match (&it.rhythm, it.mode) {
        (Rhythm::At { .. }, Mode::Digest) => give("at", json!(it.rhythm.written())),
        (Rhythm::Every(_), Mode::Digest) => give("every", json!(it.rhythm.written())),
        _ => {}
    }
    if it.broadcast != Broadcast::Never {
        give("broadcast", json!(it.broadcast));
    }
    if it.to.platform == outgoing::PLATFORM {
        give("to", json!(it.to.to_string()));
    }
    if let Some(topic) = &it.to.topic {
        give("topic", json!(topic));
    }
    if let Some(id) = replaces {
        give("replaces", json!(id));
    }
    Value::Object(params)
}

/// The source of that name, or the only one of that kind.
fn source(app: &App, typed: &str) -> Result<String> {
    let typed = typed.trim().to_lowercase();
    let mut known = super::settings::sources(app);
    known.retain(|it| it != EVERYTHING);
    if let Some(found) = known.iter().find(|it| it.to_lowercase() == typed) {
        return Ok(found.clone());
    }
    let hooks = app.hooks.iter().filter(|it| it.kind == typed).map(|it| it.name.clone());
    let connections = app.connections.all().into_iter().filter(|it| it.kind.name == typed).map(|it| it.name.clone());
    let of_kind: Vec<String> = connections.chain(hooks).collect();
    match of_kind.as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            let hint = nearest(&typed, known.iter().map(String::as_str));
            let end = if hint.is_empty() { "." } else { "" };
            Err(problem("from", format!("`{typed}` is neither a connection nor a hook{hint}{end}")))
        }
        several => {
            let names: Vec<String> = several.iter().map(|it| format!("`{it}`")).collect();
            Err(problem("from", format!("There are several of {typed}: say which, {}.", names.join(" or "))))
        }
    }
}

/// Values for the pickers of these commands.
pub async fn look_up(app: &App, lookup: &str, given: &Map<String, Value>) -> Vec<Choice> {
    if lookup == "mode" {
        return Mode::ALL.iter().map(|it| Choice::new(it.name(), format!("{}: {}", it.name(), it.help()))).collect();
    }
    let from = given.get("from").and_then(Value::as_str).unwrap_or_default();
    let seen = match source(app, from) {
        Ok(from) => Lately::of(app, &from).await.map(|it| it.kinds).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let usual = commands::filter::words().map(|it| Choice::new(it, it));
    let seen = seen.into_iter().map(|it| Choice::new(it.clone(), format!("{} (seen lately)", it.replace(['.', '_'], " "))));
    seen.chain(usual).collect()
}

fn title(app: &App, from: &str) -> String {
    app.connections.get(from).map_or_else(|_| from.to_owned(), |it| it.title())
}

/// … **GitHub**: `in:acme/* pulls`, a card for each object.
fn described(begin: Text, title: &str, wish: &Wish) -> Text {
    let text = begin.bold(title);
    let filter = wish.filter.to_string();
    let text = if filter.is_empty() { text } else { text.plain(": ").code(filter) };
    text.plain(format!(", {}.", told(wish.mode, &wish.rhythm, wish.broadcast)))
}

/// How it is told, in words.
fn told(mode: Mode, rhythm: &Rhythm, broadcast: Broadcast) -> String {
    match (mode, rhythm) {
        (Mode::Thread, _) if broadcast == Broadcast::Always => format!("{}, and all of it in the channel as well", mode.help()),
        (Mode::Thread, _) if broadcast == Broadcast::Failures => format!("{}, and failures in the channel as well", mode.help()),
        (Mode::Digest, Rhythm::Every(_)) => format!("in a digest every {}", rhythm.written()),
        (Mode::Digest, Rhythm::At { days, time, zone }) => {
            let zone = zone.iana_name().map(|it| format!(" ({it})")).unwrap_or_default();
            let names = || days.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(", ");
            let days = if days.is_empty() { "daily".to_owned() } else { format!("on {}", names()) };
            format!("in a digest {days} at {}{zone}", time.strftime("%H:%M"))
        }
        (mode, _) => mode.help().into(),
    }
}

fn problem(field: &str, message: String) -> Error {
    Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

/// Where it is which time for whoever asks.
async fn zone(app: &App, ctx: &Ctx) -> Result<TimeZone> {
    app.reader(&PersonId::from(&ctx.actor)).await.map(|it| it.zone).map_err(unreadable)
}

/// This channel, as a place to be told; the person, in a direct message.
fn here(ctx: &Ctx, topic: &str) -> Result<Destination> {
    let actor = &ctx.actor;
    let outside =
        || Error::bad_input("This belongs to a channel: give the command in the channel it is for, or in a direct message.");
    let Place { platform, workspace, channel, .. } =
        ctx.channel.as_deref().and_then(Place::of_channel_key).ok_or_else(outside)?;
    // Whoever speaks from elsewhere, as from the command line, has no direct messages there.
    let is_there = (&platform, &workspace) == (&actor.platform, &actor.workspace);
    let me = || is_there.then(|| (format!("@{}", actor.id), None)).ok_or_else(outside);
    let (channel, topic) = match platform.as_str() {
        "slack" if channel.starts_with('D') => me()?,
        "zulip" if channel.strip_prefix("dm:").is_some_and(|it| !it.contains(',')) => me()?,
        "zulip" => (channel.strip_prefix("channel:").ok_or_else(outside)?.to_owned(), Some(topic.to_owned())),
        _ => (channel, None),
    };
    Ok(Destination { platform, workspace, channel, topic })
}

/// Another channel of the asker's chat. They are in it: what is told there is told to them.
async fn elsewhere(app: &App, ctx: &Ctx, Channel(given): &Channel, topic: &str) -> Result<Destination> {
    let actor = &ctx.actor;
    let typed = given.trim();
    let is_zulip = actor.platform == "zulip" || typed.starts_with("zulip:");
    let full = if is_zulip && !typed.contains('>') { format!("{typed}>{topic}") } else { typed.to_owned() };
    let to = Destination::parse(&full).map_err(|err| problem("channel", err))?;
    let platform = app.platforms.get(&to.platform).filter(|_| to.person().is_none());
    let no_channel = || problem("channel", format!("`{typed}` is no channel of this chat."));
    if app.platforms.get(&actor.platform).is_none() {
        // From the command line, any channel can be named, and by its name.
        let Place { platform, workspace, channel, .. } = platform.ok_or_else(no_channel)?.whereabouts(&to.place()).await?;
        let channel = channel.strip_prefix("channel:").map_or(channel.clone(), str::to_owned);
        return Ok(Destination { platform, workspace, channel, topic: to.topic });
    }
    let platform = platform.filter(|_| to.platform == actor.platform).ok_or_else(no_channel)?;
    // A name may be another channel's tomorrow; Slack hands on ids where it knows the channel.
    if to.platform == "slack" && to.channel.starts_with('#') {
        return Err(problem("channel", format!("Slack knows no channel `{}` here: pick it from the list.", to.channel)));
    }
    let to = Destination { workspace: actor.workspace.clone(), ..to };
    if !actor.admin && platform.is_in(&actor.id, &to.place()).await? != Some(true) {
        let message = "You are not in that channel: join it first, or ask an administrator.";
        return Err(Error::new(ErrorKind::Permission, message).with_fields(vec![FieldProblem::new("channel", message)]));
    }
    Ok(to)
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

/// An endpoint outside of chat, which only administrators choose.
fn endpoint(app: &App, ctx: &Ctx, typed: &str) -> Result<Destination> {
    let name = typed.strip_prefix("webhook:").ok_or_else(|| {
        problem("to", format!("`{typed}` is no endpoint: write webhook:name, or give the command in the channel it is for."))
    })?;
    if !ctx.actor.admin {
        return Err(Error::new(
            ErrorKind::Permission,
            "Who is told outside of chat is for administrators to say. Ask one of them.",
        ));
    }
    let is_endpoint = |name: &str| app.connections.get(name).is_ok_and(|it| it.kind.name == outgoing::PLATFORM);
    if !is_endpoint(name) {
        let all = app.connections.all();
        let known = all.iter().map(|it| it.name.as_str()).filter(|it| is_endpoint(it));
        let hint = nearest(name, known.collect::<Vec<_>>().into_iter());
        return Err(problem(
            "to",
            format!("There is no connection `{name}` of kind webhook{hint}. `bellhop endpoints` lists them."),
        ));
    }
    let (platform, workspace) = (outgoing::PLATFORM.to_owned(), String::new());
    Ok(Destination { platform, workspace, channel: name.to_owned(), topic: None })
}

/// What may be said of a subscription behind its source's name.
fn in_brackets(filter: &Filter) -> String {
    let filter = filter.to_string();
    if filter.is_empty() { String::new() } else { format!(" ({filter})") }
}
