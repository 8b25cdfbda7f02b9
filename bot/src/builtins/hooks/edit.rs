//! A hook that is changed, and one that goes.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{at, find, find_made, unreadable};
use crate::{
    app::App,
    hooks::{Hook, JSON, arrival::Verdict, registry::AtVendor, store::Which},
    notify::{card, people::Names},
};

/// Refuse all that comes to a hook, until it is enabled again.
#[derive(Deserialize, JsonSchema)]
pub struct Disable {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
}

impl Action for Disable {
    type On = App;
    const NAME: &str = "hooks disable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks disable ci"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find_made(app, &self.name)?;
        app.hooks.disable(&hook.name).await.map_err(unreadable)?;
        let text = Text::new()
            .plain("The hook ")
            .code(hook.name.clone())
            .plain(" is disabled: what comes is refused, as if it were not there.");
        let enable = Button::run("Enable", ctx.call(Enable::NAME, json!({ "name": hook.name })));
        Ok(Reply::to_asker(Message::text(text).buttons(vec![enable])))
    }
}

/// Take again what comes to a hook.
#[derive(Deserialize, JsonSchema)]
pub struct Enable {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
}

impl Action for Enable {
    type On = App;
    const NAME: &str = "hooks enable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks enable ci"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find_made(app, &self.name)?;
        app.hooks.enable(&hook.name).await.map_err(unreadable)?;
        let text = Text::new().plain("The hook ").code(hook.name.clone()).plain(" takes what comes.");
        let disable = Button::run("Disable", ctx.call(Disable::NAME, json!({ "name": hook.name })));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![disable])))
    }
}

/// Remove a hook, here and where it was set up.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
    /// Do it; without this, you are asked.
    #[serde(default)]
    sure: bool,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "hooks delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks delete ci", "hooks delete ci sure"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find_made(app, &self.name)?;
        if !self.sure {
            let hear = app.subscriptions.all().iter().filter(|it| it.from == hook.name).count();
            let places = match hear {
                0 => "nobody hears of".to_owned(),
                1 => "one subscription hears of".to_owned(),
                n => format!("{n} subscriptions hear of"),
            };
            let text = Text::new()
                .plain("The hook ")
                .code(hook.name.clone())
                .plain(format!(" and its secret would be gone; {places} what it reports. To stop it for a while, disable it."));
            let call = |action: &str, params| ctx.call(action, params);
            let buttons = vec![
                Button::run("Delete it", call(Delete::NAME, json!({ "name": hook.name, "sure": true }))).primary(),
                Button::run("Disable it", call(Disable::NAME, json!({ "name": hook.name }))),
            ];
            return Ok(Reply::to_asker(Message::text(text).buttons(buttons)));
        }
        let left = match hook.made.as_ref().and_then(|it| it.vendor.as_ref()) {
            Some(vendor) => take_down(app, vendor).await.err().map(|err| err.message),
            None => Some("It was set up there by hand.".to_owned()),
        };
        app.hooks.delete(&hook.name).await.map_err(unreadable)?;
        let text = Text::new().plain("The hook ").code(hook.name.clone()).plain(" is gone, and its secret forgotten.");
        let mut message = Message::text(text).tone(Tone::Good);
        if let Some(reason) = left {
            let title = connectors::webhook(&hook.kind).map_or(hook.kind.as_str(), |(title, _)| title);
            message = message.paragraph(Text::marked(&format!("Remove it in {title} as well: {reason}")));
        }
        Ok(Reply::to_asker(message))
    }
}

async fn take_down(app: &App, vendor: &AtVendor) -> Result<()> {
    app.connections.get(&vendor.connection)?.connected.remove_hook(&vendor.hook).await
}

/// Say how a hook's payloads are read, and see what that makes of the last delivery.
#[derive(Deserialize, JsonSchema)]
pub struct Template {
    /// The hook's name; its kind is json.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
    /// The template; without one, you see the present one.
    template: Option<Markdown>,
    /// Only see what it would make of the last delivery.
    #[serde(default)]
    preview: bool,
}

impl Action for Template {
    type On = App;
    const NAME: &str = "hooks template";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks template shop"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find(app, &self.name)?;
        if hook.kind != JSON {
            return Err(at(
                "name",
                format!(
                    "`{}` is of kind {}, whose payloads are known: only those of kind json have a template.",
                    hook.name, hook.kind
                ),
            ));
        }
        let form = |label: &str, template: &str| {
            Button::form(label, ctx.call(Template::NAME, json!({ "name": hook.name, "template": template })))
        };
        let Some(Markdown(template)) = self.template.filter(|it| !it.0.trim().is_empty()) else {
            let present = hook.template.clone().unwrap_or_default();
            let message = match present.is_empty() {
                true => Message::text(Text::new().code(hook.name.clone()).plain(" has no template yet.")),
                false => Message::text(Text::new().plain("The template of ").code(hook.name.clone()))
                    .block(Block::Code(present.clone())),
            };
            let message = previewed(app, &hook, &present, message).await?;
            return Ok(Reply::to_asker(message.buttons(vec![form("Change it…", &present)])));
        };
        connectors::sources::json::Template::parse(&template).map_err(|err| at("template", err.message))?;
        let message =
            Message::text(Text::new().plain("With this template, the last delivery to ").code(hook.name.clone()).plain(" is:"));
        let message = previewed(app, &hook, &template, message).await?;
        if self.preview {
            return Ok(Reply::to_asker(message.buttons(vec![form("Change it…", &template)])));
        }
        find_made(app, &self.name)?;
        app.hooks.set_template(&hook.name, &template).await.map_err(unreadable)?;
        let message = message.context("It is kept, and read from now on.").tone(Tone::Good);
        Ok(Reply::to_asker(message.buttons(vec![form("Change it…", &template)])))
    }
}

/// What `template` makes of the last delivery that was verified. A template that cannot read it is refused.
async fn previewed(app: &App, hook: &Hook, template: &str, message: Message) -> Result<Message> {
    let last = |verdict| {
        let which = Which { hook: Some(hook.name.clone()), verdict: Some(verdict), since: None };
        async move { app.store.arrivals(&which, 1).await.map_err(unreadable) }
    };
    let (accepted, unread) = (last(Verdict::Accepted).await?, last(Verdict::Unread).await?);
    let Some(newest) = accepted.into_iter().chain(unread).max_by_key(|it| it.at) else {
        return Ok(message.context("Nothing was delivered yet: the first delivery shows what becomes of it."));
    };
    match app.read_again(&newest, Some(template)).await.map_err(unreadable)? {
        Ok(events) if events.is_empty() => Ok(message.paragraph("Nothing: it makes no event of it.")),
        Ok(events) => Ok(events.iter().take(3).fold(message, |mut message, event| {
            message.blocks.extend(card::card(event, &Names::none()).blocks);
            message
        })),
        Err(reason) => Err(at("template", reason)),
    }
}
