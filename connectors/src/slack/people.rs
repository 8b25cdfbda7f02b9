//! People.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Slack, card, client::people::User};

/// Lists the people of the workspace.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this word in name or email address.
    text: Option<String>,
    /// Only those who are deactivated.
    #[serde(default)]
    deactivated: bool,
}

impl Action for List {
    type On = Slack;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list text=ana"];

    async fn run(self, on: &Slack, _: &Ctx) -> Result<Reply> {
        let wanted = self.text.unwrap_or_default().trim().to_lowercase();
        let all = on.everyone().await?;
        let holds = |it: &&User| {
            let email = it.profile.email.as_deref().unwrap_or_default();
            [it.title(), &it.name, &it.profile.display_name, email].iter().any(|text| text.to_lowercase().contains(&wanted))
        };
        let mut found: Vec<&User> =
            all.iter().filter(|it| it.is_person() && it.deleted == self.deactivated).filter(holds).collect();
        found.sort_by_key(|it| it.title().to_lowercase());
        let line = |it: &&User| {
            let mut line = Text::new().bold(it.title());
            if let Some(email) = &it.profile.email {
                line = line.plain(format!(" · {email}"));
            }
            if it.role() == "member" { line } else { line.plain(format!(" · {}", it.role())) }
        };
        Ok(Reply::to_asker(card::listed(found.iter().map(line).collect(), "user")))
    }
}

/// Shows a person.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: @ana, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = Slack;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana", "user show ana@example.org"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let user = on.person("user", &self.user, ctx).await?;
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: &str| {
            if !value.is_empty() {
                facts.push((name.to_owned(), value.into()));
            }
        };
        fact("Address", user.profile.email.as_deref().unwrap_or_default());
        fact("Shown as", &user.profile.display_name);
        fact("Title", &user.profile.title);
        fact("Role", user.role());
        fact("Time zone", user.tz.as_deref().unwrap_or_default());
        fact("State", if user.deleted { "deactivated" } else { "" });
        fact("Id", &user.id);
        let url = format!("{}team/{}", on.me().await?.url, user.id);
        let message = Message::new().heading(user.title()).paragraph(Text::new().link(url, "Open in Slack")).facts(facts);
        Ok(Reply::to_asker(message))
    }
}
