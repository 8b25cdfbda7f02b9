//! A new hook, and a new secret for one.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, param};
use connectors::{HookWanted, SecretFrom, Webhook};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{address, at, find_made, hand_over, unreadable, who};
use crate::{
    app::App,
    config::{network, source::nearest},
    connections::Live,
    hooks::{
        Hook,
        registry::{Wanted, new_secret},
    },
};

const NO_KEY: &str =
    "Secrets cannot be kept yet: whoever runs Bellhop must set `key` in the [secrets] section (`bellhop keys new` prints one).";

/// Make a hook: an address that a system calls when something happens there.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// Which system's: github, alertmanager; json for any other.
    #[schemars(extend("x-lookup" = "hook_kind"))]
    kind: String,
    /// What it is called, here and at the end of its address; the kind's name, when it is left out.
    name: Option<String>,
    /// What it is for there, so that it is set up by the connection's own means: acme/widgets.
    of: Option<String>,
    /// Networks that may send, with commas: 192.30.252.0/22. All, when left out.
    allow: Option<String>,
    /// Which connection sets it up, where there are several.
    connection: Option<String>,
}

impl Action for Add {
    type On = App;
    const NAME: &str = "hooks add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks add github of=acme/widgets", "hooks add json name=shop allow=192.0.2.0/24"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let kind = self.kind.trim().to_lowercase();
        let Some((title, webhook)) = connectors::webhook(&kind) else {
            let hint = nearest(&kind, connectors::hook_kinds());
            return Err(at("kind", format!("No hook can be of kind `{kind}`{hint}")));
        };
        if app.vault.is_none() {
            return Err(Error::new(ErrorKind::BadConfig, NO_KEY));
        }
        let name = name(app, &kind, self.name.as_deref())?;
        let url = address(app, &name)?;
        let allow = self.allow.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
        let allow = allow
            .map(|it| network(it).ok_or_else(|| at("allow", format!("`{it}` is no network: write 192.0.2.0/24 or 192.0.2.1."))))
            .collect::<Result<_>>()?;
        let way = way(app, &kind, self.of.as_deref(), self.connection.as_deref())?;
        let secret = (webhook.secret == SecretFrom::Us).then(new_secret);
        let wanted = Wanted { name: name.clone(), kind: kind.clone(), secret: secret.clone(), allow, who: who(ctx) };
        if !app.hooks.make(wanted).await.map_err(unreadable)? {
            return Err(at("name", format!("There is a hook `{name}` already: choose another name.")));
        }
        let made = Made { app, ctx, name: &name, title, webhook, url: &url, secret: secret.as_ref() };
        let reason = match way {
            Way::ByApi(live) => match made.at_vendor(&live, self.of.as_deref()).await {
                Ok(()) => return Ok(made.done_by_api(&live)),
                Err(err) => Some(err.message),
            },
            Way::ByHand(hint) => hint,
        };
        match made.by_hand("Set up the hook", reason.as_deref()).await {
            Ok(reply) => Ok(reply),
            Err(err) => {
                // Its secret has reached nobody, so it is of no use to anybody.
                app.hooks.delete(&name).await.map_err(unreadable)?;
                Err(Error {
                    message: format!("Nothing was made, because the secret could not be sent to you: {}", err.message),
                    ..err
                })
            }
        }
    }
}

/// How a hook is set up at the vendor.
enum Way {
    ByApi(std::sync::Arc<Live>),
    /// With what would have to be said for it to be done by itself.
    ByHand(Option<String>),
}

fn way(app: &App, kind: &str, of: Option<&str>, connection: Option<&str>) -> Result<Way> {
    let Some(needs) = connectors::find(kind).and_then(|it| it.hooking) else { return Ok(Way::ByHand(None)) };
    let mut able = app.connections.all();
    able.retain(|it| it.kind.name == kind && connection.is_none_or(|name| it.name == name));
    match (able.as_slice(), connection, needs, of) {
        ([], Some(name), ..) => Err(at("connection", format!("There is no connection `{name}` of kind {kind}."))),
        ([], ..) => Ok(Way::ByHand(None)),
        (_, _, Some(noun), None) => Ok(Way::ByHand(Some(format!("With of=… (the {noun}), Bellhop sets it up by itself.")))),
        ([only], ..) => Ok(Way::ByApi(only.clone())),
        (several, ..) => {
            let names: Vec<&str> = several.iter().map(|it| it.name.as_str()).collect();
            Err(at(
                "connection",
                format!("Several connections could set it up: say connection={}.", names.join(" or connection=")),
            ))
        }
    }
}

/// The name that was given, or the kind's; one that nobody has.
fn name(app: &App, kind: &str, given: Option<&str>) -> Result<String> {
    let is_other = |name: &str| app.connections.all().iter().any(|it| it.name == name && it.kind.name != kind);
    let Some(given) = given.map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty()) else {
        let names = std::iter::once(kind.to_owned()).chain((2..).map(|n| format!("{kind}-{n}")));
        return Ok(names.into_iter().find(|it| app.hooks.find(it).is_none() && !is_other(it)).unwrap_or_default());
    };
    let is_word = given.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it));
    if !is_word || !given.starts_with(|it: char| it.is_ascii_lowercase()) || given.len() > 32 {
        return Err(at("name", format!("`{given}` is part of an address: use up to 32 small letters, digits, - and _.")));
    }
    if is_other(&given) {
        return Err(at("name", format!("`{given}` is also a connection of another kind: choose another name.")));
    }
    match app.hooks.find(&given) {
        Some(_) => Err(at("name", format!("There is a hook `{given}` already: choose another name."))),
        None => Ok(given),
    }
}

/// A hook that is there on our side.
struct Made<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    name: &'a str,
    title: &'a str,
    webhook: &'static Webhook,
    url: &'a str,
    secret: Option<&'a param::Secret>,
}

impl Made<'_> {
    /// Sets it up by the vendor's API. It answers the vendor's first call already.
    async fn at_vendor(&self, live: &Live, of: Option<&str>) -> Result<()> {
        let none = param::Secret::from(String::new());
        let wanted = HookWanted { of, url: self.url, secret: self.secret.unwrap_or(&none) };
        self.app.set_up_hook(self.name, live, wanted).await.map(drop)
    }

    fn done_by_api(&self, live: &Live) -> Reply {
        let text = Text::new().plain("The hook ").code(self.name).plain(format!(" is set up in {}.", live.title()));
        let message = Message::text(text).tone(Tone::Good);
        if self.secret.is_some() {
            return Reply::to_asker(message.buttons(self.next()));
        }
        let text = format!("It takes nothing until you enter the secret that {} made up.", self.title);
        let buttons = std::iter::once(self.enter()).chain(self.next()).collect();
        Reply::to_asker(message.paragraph(text).buttons(buttons))
    }

    /// Tells how it is set up, with its secret, to the asker alone.
    async fn by_hand(&self, heading: &str, reason: Option<&str>) -> Result<Reply> {
        let secret = self.secret.map_or("", |it| it.expose());
        let steps = self.webhook.steps.replace("{url}", self.url).replace("{secret}", secret);
        let mut message = Message::new().heading(format!("{heading} {} in {}", self.name, self.title));
        if let Some(reason) = reason {
            message = message.paragraph(Text::marked(reason));
        }
        let mut facts = vec![("Address".to_owned(), Text::new().code(self.url))];
        if self.secret.is_some() {
            facts.push(("Secret".to_owned(), Text::new().code(secret)));
        }
        message = message.facts(facts);
        message.blocks.extend(Message::from_markdown(&steps).blocks);
        message = match self.secret {
            Some(_) => message.context("The secret is shown this once. Whoever has it can report in the system's name: delete this message when it is set up."),
            None => {
                let text = "The system makes up the secret: enter it here once you have it. Until then everything that comes is refused.";
                message.context(text).buttons(vec![self.enter()])
            }
        };
        let instead = hand_over(self.app, self.ctx, message).await?;
        let shown = match (&instead, self.secret) {
            (Some(_), _) => " is ready.",
            (None, Some(_)) => {
                " is ready. Its address, its secret and the steps were sent to you in a direct message; the secret is shown nowhere else."
            }
            (None, None) => {
                " is there. Its address and the steps were sent to you in a direct message. It takes nothing until you enter the secret that the system made up."
            }
        };
        let mut reply = Message::text(Text::new().plain("The hook ").code(self.name).plain(shown)).tone(Tone::Good);
        reply.blocks.extend(instead.into_iter().flat_map(|it| it.blocks));
        let mut buttons = self.next();
        if self.secret.is_none() {
            buttons.insert(0, self.enter());
        }
        Ok(Reply::to_asker(reply.buttons(buttons)))
    }

    fn enter(&self) -> Button {
        Button::form("Enter the secret…", self.ctx.call(Secret::NAME, json!({ "name": self.name }))).primary()
    }

    fn next(&self) -> Vec<Button> {
        vec![
            Button::form("Subscribe…", self.ctx.call("subscribe", json!({ "from": self.name }))),
            Button::run("How it fares", self.ctx.call("hooks show", json!({ "name": self.name }))),
        ]
    }
}

/// Give a hook a new secret; the present one is taken for another day.
#[derive(Deserialize, JsonSchema)]
pub struct Rotate {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
}

impl Action for Rotate {
    type On = App;
    const NAME: &str = "hooks rotate";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks rotate ci"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find_made(app, &self.name)?;
        let Some((title, webhook)) = connectors::webhook(&hook.kind) else { return Err(gone(&hook)) };
        if webhook.secret == SecretFrom::Vendor {
            let enter = Button::form("Enter the new secret…", ctx.call(Secret::NAME, json!({ "name": hook.name }))).primary();
            let text = format!(
                "{title} makes up the secret: have it make a new one there, and enter it here. The present one is taken for another day."
            );
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![enter])));
        }
        if app.vault.is_none() {
            return Err(Error::new(ErrorKind::BadConfig, NO_KEY));
        }
        let (url, secret) = (address(app, &hook.name)?, new_secret());
        let made = Made { app, ctx, name: &hook.name, title, webhook, url: &url, secret: Some(&secret) };
        let vendor = hook.made.as_ref().and_then(|it| it.vendor.clone());
        let Some(vendor) = vendor else {
            // Shown first: a secret that nobody saw would be of no use.
            let reply = made.by_hand("New secret: change it for", None).await?;
            app.hooks.renew(&hook.name, &secret, &who(ctx)).await.map_err(unreadable)?;
            return Ok(reply);
        };
        app.hooks.renew(&hook.name, &secret, &who(ctx)).await.map_err(unreadable)?;
        match app.replace_hook(&hook.name, &vendor, &url, &secret).await {
            Ok(()) => {
                let text = Text::new()
                    .plain(format!("{title} signs what it sends to "))
                    .code(hook.name.clone())
                    .plain(" with a new secret.");
                Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)))
            }
            Err(err) => made.by_hand("New secret: change it for", Some(&err.message)).await,
        }
    }
}

/// Enter the secret that a system made up for its hook.
#[derive(Deserialize, JsonSchema)]
pub struct Secret {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
    /// As the system shows it.
    secret: param::Secret,
}

impl Action for Secret {
    type On = App;
    const NAME: &str = super::HOOK_SECRET;
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks secret board"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find_made(app, &self.name)?;
        if app.vault.is_none() {
            return Err(Error::new(ErrorKind::BadConfig, NO_KEY));
        }
        if self.secret.expose().trim().is_empty() {
            return Err(at("secret", "The secret is empty."));
        }
        let secret = self.secret.expose().trim().to_owned().into();
        app.hooks.renew(&hook.name, &secret, &who(ctx)).await.map_err(unreadable)?;
        let text = Text::new().plain("The hook ").code(hook.name.clone()).plain(match hook.secret {
            Some(_) => " has a new secret. The one before it is taken for another day.",
            None => " has its secret, and takes what is signed with it.",
        });
        let show = Button::run("How it fares", ctx.call("hooks show", json!({ "name": hook.name })));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![show])))
    }
}

fn gone(hook: &Hook) -> Error {
    Error::bad_input(format!("This version of Bellhop takes no deliveries of kind `{}`.", hook.kind))
}
