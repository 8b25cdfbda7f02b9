//! Endpoints: who is told outside of chat, and how they take it.

use commands::{Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::unreadable;
use crate::{
    app::App,
    config::source::nearest,
    notify::outgoing::{OutgoingJob, PLATFORM, Standing},
};

/// Show the endpoints that are told what happens.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "endpoints";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["endpoints"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let names = names(app);
        let connect = Button::form("Connect an endpoint…", ctx.call("connect webhook", json!({})));
        if names.is_empty() {
            return Ok(Reply::to_asker(Message::text("Nobody outside of chat is told anything.").buttons(vec![connect])));
        }
        let mut rows = Vec::new();
        let mut buttons = Vec::new();
        for name in names {
            let standing = app.endpoint_standing(&name).await.map_err(unreadable)?;
            let told = app.subscriptions.all().iter().filter(|it| it.to.platform == PLATFORM && it.to.channel == name).count();
            let waiting = app.queue.waiting_in(&format!("webhook:{name}:")).await.map_err(unreadable)?;
            let state = match &standing {
                Standing { off: Some(off), .. } => Text::new().plain("switched off ").time(*off),
                Standing { failing: Some(since), .. } => Text::new().plain("takes nothing since ").time(*since),
                _ => "works".into(),
            };
            if standing.off.is_some() {
                buttons.push(Button::run(format!("Switch {name} on"), ctx.call("endpoint enable", json!({ "name": name }))));
            }
            let url = app.connections.get(&name).ok().and_then(|it| it.url.clone()).unwrap_or_default();
            rows.push(vec![Text::new().code(name), url.into(), state, told.to_string().into(), waiting.to_string().into()]);
        }
        buttons.push(connect);
        let header = ["Name", "Address", "State", "Subscriptions", "Waiting"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Endpoints").block(Block::Table { header, rows }).buttons(buttons)))
    }
}

/// Tell an endpoint what happens again.
#[derive(Deserialize, JsonSchema)]
pub struct Enable {
    /// The connection's name.
    name: String,
}

impl Action for Enable {
    type On = App;
    const NAME: &str = "endpoint enable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["endpoint enable crm"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = known(app, &self.name)?;
        app.set_endpoint(&name, &Standing::default()).await.map_err(unreadable)?;
        let text = Text::new()
            .bold(name)
            .plain(" is told what happens from now on. What was not delivered meanwhile can be sent as well.");
        let redrive = Button::run("Send it …", ctx.call("redrive all", json!({ "kind": OutgoingJob::KIND })));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![redrive])))
    }
}

/// Tell an endpoint nothing for now.
#[derive(Deserialize, JsonSchema)]
pub struct Disable {
    /// The connection's name.
    name: String,
}

impl Action for Disable {
    type On = App;
    const NAME: &str = "endpoint disable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["endpoint disable crm"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = known(app, &self.name)?;
        app.set_endpoint(&name, &Standing { failing: None, off: Some(ctx.now) }).await.map_err(unreadable)?;
        let text = Text::new().bold(name.clone()).plain(" is told nothing. What happens meanwhile is kept as dead letters.");
        let enable = Button::run("Switch it on", ctx.call("endpoint enable", json!({ "name": name })));
        Ok(Reply::to_asker(Message::text(text).buttons(vec![enable])))
    }
}

fn names(app: &App) -> Vec<String> {
    app.connections.all().iter().filter(|it| it.kind.name == PLATFORM).map(|it| it.name.clone()).collect()
}

fn known(app: &App, typed: &str) -> Result<String> {
    let (typed, names) = (typed.trim(), names(app));
    match names.iter().find(|it| it.eq_ignore_ascii_case(typed)) {
        Some(name) => Ok(name.clone()),
        None => {
            Err(Error::not_found(format!("There is no endpoint `{typed}`{}.", nearest(typed, names.iter().map(String::as_str)))))
        }
    }
}
