//! The workspace's people.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Notion, names::same, view, wire};
use crate::connector::{self, Whose};

/// Lists the people of the workspace.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of a name or address.
    #[schemars(extend("x-positional" = true))]
    query: Option<String>,
}

impl Action for List {
    type On = Notion;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list ana"];

    async fn run(self, on: &Notion, _: &Ctx) -> Result<Reply> {
        let query = self.query.as_deref().unwrap_or_default().trim().to_lowercase();
        let people = on.people().await?;
        let is_it = |it: &&wire::User| {
            let holds = |text: &str| text.to_lowercase().contains(&query);
            it.is_person() && (holds(it.name()) || it.email().is_some_and(holds))
        };
        let found: Vec<&wire::User> = people.iter().filter(is_it).collect();
        if found.is_empty() {
            return Ok(Reply::to_asker(format!("Nobody in Notion is called `{query}`.")));
        }
        let line = |it: &&wire::User| {
            let email = it.email().map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().bold(it.name()).plain(email)
        };
        let heading = if found.len() == 1 { "1 person".to_owned() } else { format!("{} people", found.len()) };
        Ok(Reply::to_asker(Message::text(heading).list(found.iter().take(50).map(line).collect())))
    }
}

/// Shows who you are in Notion.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = Notion;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let Some(me) = on.asker(ctx).await? else {
            let message = "I do not know who you are in Notion: nobody there has your email address. Link the account.";
            return Err(commands::Error::not_found(message));
        };
        let facts =
            vec![("Email".to_owned(), me.email().unwrap_or("hidden").into()), ("Id".to_owned(), Text::new().code(&me.id))];
        let tasks = commands::Button::run("My tasks", ctx.call("page mine", serde_json::json!({})));
        Ok(Reply::to_asker(Message::new().heading(view::shorten(me.name(), 100)).facts(facts).buttons(vec![tasks])))
    }
}

/// As the bot asks: [`connector::Accounts`]. People have no keys of their own in Notion.
pub(super) async fn find(on: &Notion, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let people = match on.people().await {
        Ok(people) => people,
        Err(error) if error.kind == ErrorKind::Permission => {
            let message = "The integration may not read people: tick “Read user information including email addresses” among its capabilities.";
            return Err(commands::Error { message: message.into(), ..error });
        }
        Err(error) => return Err(error),
    };
    let is_it = |it: &&wire::User| match whose {
        Whose::Email(email) => it.is_person() && it.email().is_some_and(|it| same(it, email)),
        Whose::Login(login) => it.is_person() && same(&it.id, login.trim()),
        Whose::Key(_) => false,
    };
    let account = |it: &wire::User| connector::Account {
        login: it.id.clone(),
        name: it.name().to_owned(),
        email: it.email().map(str::to_owned),
    };
    Ok(people.iter().find(is_it).map(account))
}
