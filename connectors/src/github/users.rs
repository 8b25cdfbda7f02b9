//! People: who somebody is, and who you are to the bot.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{GitHub, access::Asker, wire};

/// Shows an account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: @ana, a login, an email address.
    user: Person,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let asker: Asker = on.asker(ctx).await?;
        let login = on.login(ctx, &asker, "user", &self.user.0).await?;
        let user: wire::User = on.get(&format!("/users/{login}"), &[]).await.map_err(|error| match error.kind {
            commands::ErrorKind::NotFound => super::problem::at("user", format!("GitHub knows nobody called `{login}`.")),
            _ => error,
        })?;
        let name = user.name.as_deref().unwrap_or(&user.login);
        let mut facts: Vec<(String, Text)> = Vec::new();
        for (title, value) in
            [("Company", &user.company), ("Place", &user.location), ("Email", &user.email), ("About", &user.bio)]
        {
            if let Some(value) = value.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
                facts.push((title.into(), value.into()));
            }
        }
        let call = |action: &str, key: &str| ctx.call(action, json!({ key: user.login }));
        let buttons = vec![
            Button::run("Their issues", call("issue list", "assignee")),
            Button::run("Their pull requests", call("pr list", "author")),
        ];
        let mut message = Message::new().heading(name).paragraph(Text::new().link(&user.html_url, &user.login));
        if !facts.is_empty() {
            message = message.facts(facts);
        }
        Ok(Reply::to_channel(message.buttons(buttons)))
    }
}

/// Shows which GitHub account is yours, as far as the bot knows.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = GitHub;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let asker = on.asker(ctx).await?;
        let text = match &asker.login {
            Some(login) => Text::new().plain("You are ").link(format!("{}/{login}", on.site), login).plain(" in GitHub."),
            None => Text::marked(&format!(
                "I do not know who you are in GitHub: nobody shows your email address there. Tell me with `/bellhop link {} LOGIN`.",
                ctx.group
            )),
        };
        Ok(Reply::to_asker(text))
    }
}
