//! Who is told of what happens to an issue.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Jira, names::count, param, person::Among, problem, wire};
use crate::http::Repeatable;

/// Watches an issue: Jira tells who watches of every change.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Watch {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Who shall watch; you, where you do not say.
    #[schemars(extend("x-positional" = true))]
    who: Option<Person>,
}

impl Action for Watch {
    type On = Jira;
    const NAME: &str = "issue watch";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue watch APO-7", "issue watch APO-7 @ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let who = self.who.as_ref().map_or("me", |it| it.0.as_str());
        let account = api.person(ctx, "who", who, Among::Everybody).await?;
        // Its body is the account's id alone.
        let sent = api.do_post(&format!("/issue/{key}/watchers"), &json!(account.id), Repeatable::Yes).await;
        sent.map_err(|error| problem::about(error, &format!("issue {key}"), "Manage Watchers"))?;
        Ok(Reply::to_channel(Text::new().plain(format!("{} watches ", account.name)).link(on.link(&key), key).plain(" now.")))
    }
}

/// Watches an issue no longer.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unwatch {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Who shall watch no longer; you, where you do not say.
    #[schemars(extend("x-positional" = true))]
    who: Option<Person>,
}

impl Action for Unwatch {
    type On = Jira;
    const NAME: &str = "issue unwatch";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue unwatch APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let who = self.who.as_ref().map_or("me", |it| it.0.as_str());
        let account = api.person(ctx, "who", who, Among::Everybody).await?;
        let deleted = api.delete(&format!("/issue/{key}/watchers"), &[(api.id_parameter(), &account.id)]).await;
        deleted.map_err(|error| problem::about(error, &format!("issue {key}"), "Manage Watchers"))?;
        Ok(Reply::to_channel(
            Text::new().plain(format!("{} no longer watches ", account.name)).link(on.link(&key), key).plain("."),
        ))
    }
}

/// Lists who watches an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "issue watchers";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue watchers APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            watchers: Vec<wire::User>,
        }
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let answer: Answer = api
            .get(&format!("/issue/{key}/watchers"), &[])
            .await
            .map_err(|error| problem::about(error, &format!("issue {key}"), "View Voters and Watchers"))?;
        let head = Text::new().plain(count(answer.watchers.len(), "person").replace("persons", "people")).plain(" watching ");
        Ok(Reply::to_channel(match answer.watchers.is_empty() {
            true => Message::text(format!("Nobody watches {key}.")),
            false => {
                Message::text(head.link(on.link(&key), key)).list(answer.watchers.iter().map(|it| it.label().into()).collect())
            }
        }))
    }
}
