//! `user list`, `user show`.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Details;
use crate::nextcloud::{Nextcloud, accounts, card::listed, problem::administer};

/// People on one page of a list.
const PAGE: usize = 25;

/// Lists people, or finds some by name, user name or address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// A part of a name, user name or address.
    #[schemars(extend("x-positional" = true))]
    text: Option<String>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let (text, offset) = (self.text.unwrap_or_default(), self.offset.unwrap_or(0));
        let (limit, skip) = ((PAGE + 1).to_string(), offset.to_string());
        let query = [("search", text.trim()), ("limit", limit.as_str()), ("offset", skip.as_str())];
        let answer: serde_json::Map<_, serde_json::Value> =
            on.ocs_get("/cloud/users/details", &query).await.map_err(|error| administer(error, "list people"))?;
        let users = answer.get("users").cloned().unwrap_or_default();
        let found: Vec<accounts::Person> =
            crate::nextcloud::ocs::map(users).into_iter().filter_map(|(_, it)| serde_json::from_value(it).ok()).collect();
        let line = |it: &accounts::Person| {
            let text = Text::from(it.shown());
            let text = it.email.as_ref().map_or(text.clone(), |email| text.plain(format!(" · {email}")));
            if it.enabled { text } else { text.plain(" · disabled") }
        };
        let more = found.len() > PAGE;
        let mut message =
            listed("People", "Nobody like that has an account.", found.iter().take(PAGE).map(line).collect(), false);
        if more {
            let params = json!({ "text": text, "offset": offset as usize + PAGE });
            message = message.buttons(vec![Button::run("Show more", ctx.call(Self::NAME, params))]);
        }
        let options: Vec<Button> =
            found.iter().take(PAGE).map(|it| Button::run(it.shown(), ctx.call("user show", json!({ "user": it.id })))).collect();
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Show".into(), options });
        }
        Ok(Reply::to_asker(message))
    }
}

/// Shows a person's account: groups, room, last visit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        let details: Details = on.by_id(&person.id).await.map_err(|error| administer(error, "look at accounts"))?;
        Ok(Reply::new(shown(on, &details, ctx, Message::new()), Audience::Asker))
    }
}

/// What was done, and the account with what administrators do next.
pub(super) fn shown(on: &Nextcloud, details: &Details, ctx: &Ctx, said: Message) -> Message {
    let user = json!({ "user": details.id });
    let switch = match details.enabled {
        true => Button::run("Disable", ctx.call("user disable", user.clone())),
        false => Button::run("Enable", ctx.call("user enable", user.clone())),
    };
    let buttons = vec![
        Button::form("Change", ctx.call("user update", user.clone())),
        Button::form("Room", ctx.call("user quota", user.clone())),
        Button::run("Reset password", ctx.call("user reset-password", user.clone())),
        switch,
        Button::run("Delete", ctx.call("user delete", user)),
    ];
    let mut message = said;
    message.blocks.extend(details.shown(on).blocks);
    message.buttons(buttons)
}
