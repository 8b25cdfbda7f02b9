//! Connecting a system from chat: tried against the live system before anything is saved.

use std::sync::Arc;

use commands::{
    Action, Button, Call, Ctx, Effect, Error, ErrorKind, FieldKind, FieldProblem, Message, Reply, Result, Text, Tone,
};
use connectors::{Check, Kind, State};
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    app::{App, OWN},
    connections::{
        self, Change, Live, Origin, Vault,
        grants::{Owner, begin::Errand},
    },
    dispatch::typed,
    people::PersonId,
    setup::{self, Blocks, Sequence},
};

/// Connects a system of this kind, or renews the connection to the same address: what is left out of it stays as it was.
///
/// # Errors
/// [`ErrorKind::Validation`] with what the live system said; nothing is saved then.
pub async fn run(app: &App, kind: &'static Kind, settings: Map<String, Value>, ctx: &Ctx) -> Result<Reply> {
    let person = PersonId::from(&ctx.actor);
    match connect(app, kind, settings, ctx).await {
        Ok(Outcome::Connected(it)) => {
            let platform = &ctx.actor.platform;
            Ok(Reply::to_asker(connected(app, platform, &it.live, it.renewed, &it.checks, it.setup.as_ref())))
        }
        Ok(Outcome::Asked(message)) => Ok(Reply::new(*message, commands::Audience::Private)),
        Err(err) => {
            // What is wrong at a field is mended in the form that is still open, and said again by it.
            app.note_failed_step(&person, kind.name, &err.message).await;
            Err(err)
        }
    }
}

/// What became of it.
enum Outcome {
    Connected(Connected),
    /// Somebody has to agree on the vendor's page first.
    Asked(Box<Message>),
}

/// A connection that was saved.
struct Connected {
    live: Arc<Live>,
    renewed: bool,
    checks: Vec<Check>,
    setup: Option<Sequence>,
}

async fn connect(app: &App, kind: &'static Kind, mut settings: Map<String, Value>, ctx: &Ctx) -> Result<Outcome> {
    let person = &PersonId::from(&ctx.actor);
    let lacks = setup::lacks(app, Some(kind));
    if let Some(lack) = lacks.iter().find(|it| it.blocks == Blocks::Connecting) {
        return Err(Error::new(ErrorKind::BadConfig, lack.fix.clone()));
    }
    let Some(vault) = &app.vault else { return Err(Error::new(ErrorKind::BadConfig, setup::NO_KEY)) };
    let all = app.connections.all();
    let renewed = setup::renewed(app, kind, &settings);
    if let Some(live) = &renewed {
        keep_secrets(vault, live, kind, &mut settings).await?;
    }
    require_secrets(kind, &settings, &all)?;
    let name = match &renewed {
        Some(live) => live.name.clone(),
        None => free_name(kind.name, |name| all.iter().any(|it| it.name == name)),
    };
    let live = Live::open(&name, kind, settings.clone(), Origin::Chat, Vec::new(), None)?;
    live.attach(&app.grants);
    if live.comes_by_consent() && app.grants.find(&live, &Owner::Connection).await?.is_none_or(|it| it.refused.is_some()) {
        let (settings, secrets) = connections::split(kind, settings);
        let change = Change { name: name.clone(), kind: kind.name.into(), settings, secrets, who: person.to_string() };
        let address = app.begin_consent(ctx, Errand::Connect(&live, &change)).await?;
        return Ok(Outcome::Asked(Box::new(asked(app, &live, address))));
    }
    let checks = live.connected.health().await;
    let failed: Vec<String> = checks
        .iter()
        .filter(|it| it.state == State::Failed)
        .map(|it| format!("{}: {}. {}", it.name, it.detail.trim_end_matches('.'), it.fix.as_deref().unwrap_or_default()))
        .collect();
    if !failed.is_empty() {
        let message = format!("Nothing was saved, because {} did not accept this. {}", kind.title, failed.join(" "));
        return Err(Error::new(ErrorKind::Validation, message));
    }
    let (settings, secrets) = connections::split(kind, settings);
    let change = Change { name: name.clone(), kind: kind.name.into(), settings, secrets, who: person.to_string() };
    let setup = app.keep_connection(vault, person, &change).await?;
    // What was found out just now is as good as a check of its own.
    app.check(Some(&name)).await;
    Ok(Outcome::Connected(Connected { live: app.connections.get(&name)?, renewed: renewed.is_some(), checks, setup }))
}

/// Where an administrator lets the bot in, and what they have to know.
fn asked(app: &App, live: &Live, address: String) -> Message {
    let title = live.kind.title;
    let text = Text::new()
        .plain("Next, ")
        .link(address, format!("let Bellhop into {title}"))
        .plain(": sign in there as the account that it is to use for everybody, and agree. The link is for you alone, good for ten minutes. Then it is \
                tried, and told here.");
    let back = Text::new().plain("The app at ").plain(title).plain(" has to know this address: ").code(app.redirect_uri());
    Message::text(text).context(back)
}

/// Let the bot into a connected system anew, on the system's own page.
#[derive(Deserialize, JsonSchema)]
pub struct Authorize {
    /// The connection's name.
    #[schemars(extend("x-lookup" = "consenting"))]
    connection: String,
}

impl Action for Authorize {
    type On = App;
    const NAME: &str = "authorize";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["authorize drive"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let live = app.connections.get(&self.connection)?;
        if !live.comes_by_consent() {
            let message = format!(
                "`{}` comes in by a credential of its own, and nobody has to agree to it. A connection with `client_id` and `client_secret` \
                 alone comes in by a link.",
                live.name
            );
            return Err(Error::bad_input(message));
        }
        let address = app.begin_consent(ctx, Errand::Authorize(&live)).await?;
        Ok(Reply::new(asked(app, &live, address), commands::Audience::Private))
    }
}

/// Secrets that were not typed again are those that are kept: for the same address alone, or they would be sent elsewhere.
async fn keep_secrets(vault: &Vault, live: &Live, kind: &Kind, settings: &mut Map<String, Value>) -> Result<()> {
    let kept = vault.load(&live.name).await.map_err(|err| {
        tracing::error!("A connection cannot be read: {err:#}");
        Error::internal("What is kept of this connection cannot be read right now. Type its secrets again, or try in a moment.")
    })?;
    let Some(kept) = kept else { return Ok(()) };
    let is_given = |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|it| !it.trim().is_empty());
    for field in kind.config_fields().iter().filter(|it| it.kind == FieldKind::Secret) {
        if let Some(secret) = kept.secrets.get(&field.name).filter(|_| !is_given(settings.get(&field.name))) {
            settings.insert(field.name.clone(), json!(secret.expose_secret()));
        }
    }
    Ok(())
}

/// A form that was opened to change a connection asks for no secret; one that then leads to another address needs them.
fn require_secrets(kind: &Kind, settings: &Map<String, Value>, all: &[Arc<Live>]) -> Result<()> {
    let missing: Vec<FieldProblem> = kind
        .config_fields()
        .iter()
        .filter(|it| it.kind == FieldKind::Secret && it.required && !settings.contains_key(&it.name))
        .map(|it| {
            let elsewhere = all.iter().find(|live| live.kind.name == kind.name && live.keeps(&it.name));
            let message = match elsewhere.and_then(|live| live.url.as_deref()) {
                Some(url) => format!("What is kept is for {url}, and is sent nowhere else: type the one for this address."),
                None => format!("{} is needed.", it.label()),
            };
            FieldProblem::new(&it.name, message)
        })
        .collect();
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(Error::bad_input(first.message.clone()).with_fields(missing)),
    }
}

/// What is said of a connection that works now.
pub(crate) fn connected(
    app: &App,
    platform: &str,
    live: &Live,
    renewed: bool,
    checks: &[Check],
    setup: Option<&Sequence>,
) -> Message {
    let kind = live.kind;
    let lines = checks.iter().map(|it| Text::new().bold(it.name.clone()).plain(format!(": {}", it.detail))).collect();
    let verb = if renewed { "renewed" } else { "connected" };
    let mut message =
        Message::text(Text::new().bold(kind.title).plain(format!(" is {verb} as ")).code(live.name.clone()).plain("."))
            .list(lines)
            .tone(Tone::Good);
    for lack in setup::lacks(app, Some(kind)) {
        if let Blocks::Part(part) = lack.blocks {
            message = message.context(Text::marked(&format!("Not yet: {part}. {}", lack.fix)));
        }
    }
    let mut buttons = Vec::new();
    if let Some(setup) = setup {
        let (text, button) = on_with(setup);
        message = message.paragraph(text);
        buttons.extend(button);
    }
    let first = format!("{} help", typed(platform, &live.name));
    message = message.paragraph(Text::new().plain("Try ").code(first).plain(", or what people want next:"));
    buttons.extend(wanted_next(app, live));
    // One row.
    buttons.truncate(5);
    message.buttons(buttons)
}

/// How a setup goes on after a step.
fn on_with(setup: &Sequence) -> (Text, Option<Button>) {
    match setup.next().and_then(|it| connectors::find(&it.kind)) {
        Some(next) => (
            Text::new().plain("Next in your setup: ").bold(next.title).plain("."),
            Some(Button::form(format!("Connect {}…", next.title), setup::connect_call(next.name)).primary()),
        ),
        None => (
            Text::new().plain("Your setup is complete. ").code("bellhop setup").plain(" shows it all."),
            Some(Button::run("Show it all", Call::new(OWN, "setup", json!({})))),
        ),
    }
}

/// What people do with a system once it is connected.
fn wanted_next(app: &App, live: &Live) -> Vec<Button> {
    let kind = live.kind;
    let mut buttons = Vec::new();
    if let Some(shortcut) = kind.shortcuts.first() {
        buttons.push(Button::form(format!("{}…", shortcut.label), Call::new(&live.name, shortcut.action, json!({}))));
    }
    if kind.webhook.is_some() || live.poll_every.is_some() {
        buttons.push(Button::form("Tell this channel…", Call::new(OWN, "subscribe", json!({ "from": live.name }))));
    }
    if kind.webhook.is_some() && app.public_url.is_some() && !app.hooks.all().iter().any(|it| it.kind == kind.name) {
        buttons.push(Button::form("Set up its webhook…", Call::new(OWN, "hooks add", json!({ "kind": kind.name }))));
    }
    let projects = (kind.actions)().iter().flat_map(|it| it.fields()).any(|it| it.name == "project");
    let repositories = (kind.actions)().iter().flat_map(|it| it.fields()).any(|it| it.name == "repo");
    if let Some(field) = projects.then_some("project").or(repositories.then_some("repo")) {
        let field_here = format!("{}.{field}", live.name);
        buttons
            .push(Button::form(format!("Default {field} here…"), Call::new(OWN, "default set", json!({ "field": field_here }))));
    }
    if kind.has_accounts {
        buttons.push(Button::run("Who is who", Call::new(OWN, "links", json!({ "connection": live.name }))));
    }
    buttons
}

fn free_name(kind: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|n| format!("{kind}-{n}"));
    std::iter::once(kind.to_owned()).chain(numbered).find(|it| !is_taken(it)).unwrap_or_default()
}

/// Remove a connection that was made in chat, and forget its secrets.
#[derive(Deserialize, JsonSchema)]
pub struct Disconnect {
    /// The connection's name.
    name: String,
}

impl Action for Disconnect {
    type On = App;
    const NAME: &str = "disconnect";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["disconnect redmine-2"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let live = app.connections.get(&self.name)?;
        if live.origin == Origin::File {
            return Err(Error::bad_input(format!(
                "`{}` is in the configuration file: remove it there, and start Bellhop again.",
                self.name
            )));
        }
        app.may_be_taken_away(std::slice::from_ref(&live.name))?;
        let who = format!("{}:{}:{}", ctx.actor.platform, ctx.actor.workspace, ctx.actor.id);
        let Some(vault) = &app.vault else { return Err(Error::internal("There is no vault to remove it from.")) };
        vault.remove(&self.name, &who).await.map_err(|err| {
            tracing::error!("A connection cannot be removed: {err:#}");
            Error::internal("It could not be removed. Try again in a moment; `bellhop doctor` says more.")
        })?;
        app.connections.remove(&self.name);
        app.grants.forget_all(Some(&live), &self.name).await?;
        let again = Button::form(
            format!("Connect {} again", live.kind.title),
            ctx.call(&format!("connect {}", live.kind.name), json!({ "url": live.url })),
        );
        let text = Text::new().code(self.name).plain(" is disconnected, and its secrets are forgotten.");
        Ok(Reply::to_channel(Message::text(text).buttons(vec![again])))
    }
}
