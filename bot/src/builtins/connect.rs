//! Connecting a system from chat: tried against the live system before anything is saved.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use connectors::{Kind, State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    connections::{self, Live, Origin, store::Change},
    dispatch::typed,
};

/// Connects a system of this kind, or renews the connection to the same address.
///
/// # Errors
/// [`ErrorKind::Validation`] with what the live system said; nothing is saved then.
pub async fn run(app: &App, kind: &'static Kind, settings: Map<String, Value>, ctx: &Ctx) -> Result<Reply> {
    let Some(vault) = &app.vault else {
        return Err(Error::new(
            ErrorKind::BadConfig,
            "Secrets cannot be kept yet: whoever runs Bellhop must set `key` in the [secrets] section (`bellhop keys new` prints one).",
        ));
    };
    let url = settings.get("url").and_then(Value::as_str).map(|it| it.trim_end_matches('/').to_owned());
    let all = app.connections.all();
    let renewed = all.iter().find(|it| it.origin == Origin::Chat && it.kind.name == kind.name && it.url == url);
    let name = renewed.map_or_else(|| free_name(kind.name, |name| all.iter().any(|it| it.name == name)), |it| it.name.clone());

    let live = Live::open(&name, kind, settings.clone(), Origin::Chat, Vec::new(), None)?;
    let checks = live.connected.health().await;
    let failed: Vec<String> = checks
        .iter()
        .filter(|it| it.state == State::Failed)
        .map(|it| format!("{}: {}. {}", it.name, it.detail.trim_end_matches('.'), it.fix.as_deref().unwrap_or_default()))
        .collect();
    if !failed.is_empty() {
        return Err(Error::new(
            ErrorKind::Validation,
            format!("Nothing was saved, because {} did not accept this. {}", kind.title, failed.join(" ")),
        ));
    }
    let who = format!("{}:{}:{}", ctx.actor.platform, ctx.actor.workspace, ctx.actor.id);
    let (settings, secrets) = connections::split(kind, settings);
    let change = Change { name: name.clone(), kind: kind.name.into(), settings, secrets, who };
    vault.save(change).await.map_err(|err| {
        tracing::error!("A connection cannot be saved: {err:#}");
        Error::internal("It works, but it could not be saved. Try again in a moment; `bellhop doctor` says more.")
    })?;
    app.connections.put(live);

    let lines = checks.iter().map(|it| Text::new().bold(it.name.clone()).plain(format!(": {}", it.detail))).collect();
    let first = format!("{} help", typed(&ctx.actor.platform, &name));
    let verb = if renewed.is_some() { "renewed" } else { "connected" };
    let message = Message::text(Text::new().bold(kind.title).plain(format!(" is {verb} as ")).code(name.clone()).plain("."))
        .list(lines)
        .paragraph(Text::new().plain("Try ").code(first))
        .tone(Tone::Good);
    Ok(Reply::to_asker(message))
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
        let who = format!("{}:{}:{}", ctx.actor.platform, ctx.actor.workspace, ctx.actor.id);
        let Some(vault) = &app.vault else { return Err(Error::internal("There is no vault to remove it from.")) };
        vault.remove(&self.name, &who).await.map_err(|err| {
            tracing::error!("A connection cannot be removed: {err:#}");
            Error::internal("It could not be removed. Try again in a moment; `bellhop doctor` says more.")
        })?;
        app.connections.remove(&self.name);
        let again = Button::form(
            format!("Connect {} again", live.kind.title),
            ctx.call(&format!("connect {}", live.kind.name), json!({ "url": live.url })),
        );
        let text = Text::new().code(self.name).plain(" is disconnected, and its secrets are forgotten.");
        Ok(Reply::to_channel(Message::text(text).buttons(vec![again])))
    }
}
