//! `issue show`, `issue history`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::shown;
use crate::jira::{Jira, api::Api, card, comments, names::shorten, param, wire};

/// How many changes are shown.
const CHANGES: usize = 15;

/// Shows an issue, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "issue show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue show APO-7", "issue show APO-7 --comments"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let issue = api.issue(&key).await?;
        let mut reply = shown(&api, ctx, &issue, Message::new()).await;
        if self.comments {
            let lines = comments::last(&api, &key).await?;
            let heading = if lines.is_empty() { "No comments yet." } else { "Last comments" };
            reply.message = reply.message.paragraph(heading).list(lines);
        }
        Ok(reply)
    }
}

/// Shows what was changed in an issue, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct History {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
}

impl Action for History {
    type On = Jira;
    const NAME: &str = "issue history";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue history APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let issue = api.issue_with(&key, "summary,status,security", Some("changelog")).await?;
        let mut histories = api.whole_changelog(&issue).await?;
        histories.sort_by_key(|it| std::cmp::Reverse(it.at()));
        let all = histories.len();
        let lines: Vec<Text> = histories.iter().take(CHANGES).map(line).collect();
        let head = Text::new().link(on.link(&key), &*key).plain(format!(" {}", issue.summary()));
        let message = match all {
            0 => Message::text(head).paragraph("Nothing was changed since it was created."),
            _ if all > CHANGES => Message::text(head).list(lines).context(format!("The last {CHANGES} of {all} changes.")),
            _ => Message::text(head).list(lines),
        };
        Ok(Reply::new(message, card::audience(&issue)))
    }
}

fn line(history: &wire::History) -> Text {
    let who = history.author.as_ref().map_or("somebody", |it| it.label());
    let mut text = Text::new();
    if let Some(at) = history.at() {
        text = text.time(at).plain(" ");
    }
    let change = |it: &wire::Item| {
        let said = |value: &Option<String>| value.as_deref().map(|it| shorten(it, 60)).filter(|it| !it.is_empty());
        match (said(&it.from_string), said(&it.to_string)) {
            _ if it.field == "description" => "description changed".to_owned(),
            (Some(from), Some(to)) => format!("{} {from} → {to}", it.field),
            (None, Some(to)) => format!("{} → {to}", it.field),
            (Some(from), None) => format!("{} {from} → none", it.field),
            (None, None) => format!("{} changed", it.field),
        }
    };
    text.bold(who).plain(format!(": {}", history.items.iter().map(change).collect::<Vec<_>>().join("; ")))
}

impl Api<'_> {
    /// All changes of an issue. Cloud sends the first ones with it, and the others for the asking.
    pub async fn whole_changelog(&self, issue: &wire::Issue) -> Result<Vec<wire::History>> {
        let changelog = issue.changelog.clone().unwrap_or_default();
        if changelog.histories.len() >= changelog.total || !self.is_cloud() {
            return Ok(changelog.histories);
        }
        self.all(&format!("/issue/{}/changelog", issue.key), "values", &[], 1000).await
    }
}
