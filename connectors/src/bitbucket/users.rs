//! People.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Bitbucket, lists::listed};

/// As many people are shown at once.
const SHOWN: usize = 30;

/// Shows who you are in Bitbucket, and who the bot is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = Bitbucket;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let you = on.person("person", "me", ctx).await;
        let bot = on.api().myself().await.map_or_else(|_| "a token that is nobody's".to_owned(), |it| it.name);
        let you = match you {
            Ok(account) => format!("{} ({})", account.name, account.login),
            Err(error) => error.message,
        };
        let facts = vec![("You".to_owned(), Text::from(you)), ("The bot".to_owned(), Text::from(bot))];
        let list = |label: &str, params| Button::run(label, ctx.call("pr list", params));
        let buttons = vec![
            list("Reviews asked of me", json!({ "reviewer": "me", "waiting": true })),
            list("My pull requests", json!({ "author": "me" })),
        ];
        Ok(Reply::to_asker(Message::new().facts(facts).buttons(buttons)))
    }
}

/// Finds people in Bitbucket.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// A part of the name.
    #[schemars(extend("x-positional" = true))]
    name: Option<Person>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list chloe"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let wanted = self.name.as_ref().map_or("", |it| it.0.trim());
        // A mention has become an address, and "me" is not a name.
        let found = match wanted.contains('@') || wanted == "me" {
            true => vec![on.person("name", wanted, ctx).await?],
            false => on.api().people(wanted).await?,
        };
        let lines: Vec<Text> = found.iter().take(SHOWN).map(|it| Text::from(format!("{} · {}", it.name, it.login))).collect();
        let message = listed("People", &format!("Nobody is called `{wanted}`."), lines, None);
        Ok(Reply::to_asker(match found.len() > SHOWN {
            true => message.context(format!("The first {SHOWN} people. Write more of the name to find the others.")),
            false => message,
        }))
    }
}
