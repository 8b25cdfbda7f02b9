//! Comments on issues.

use commands::{Action, Audience, Ctx, Effect, Error, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Jira, api::Api, card, confirm, issues, moment, names::shorten, param, problem, wire};
use crate::http::Repeatable;

/// Comments shown at once.
const SHOWN: usize = 5;
const EXCERPT: usize = 300;

/// Comments on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// What to say.
    text: Markdown,
    /// Only people with this role in the project may read it: Administrators.
    role: Option<String>,
}

impl Action for Add {
    type On = Jira;
    const NAME: &str = "comment add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment add APO-7 The fire is out."];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let text = self.text.0.trim();
        if text.is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        let mut body = json!({ "body": api.signed(text) });
        if let Some(role) = self.role.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            body["visibility"] = json!({ "type": "role", "value": role });
        }
        let sent = api.post::<Value>(&format!("/issue/{key}/comment"), &body).await;
        sent.map_err(|error| about(error, &key, "Add Comments"))?;
        let reply = issues::after(&api, ctx, &key, &format!("Commented on {key}.")).await;
        // The channel may hold people who may not read it in Jira.
        Ok(if self.role.is_some() { Reply { audience: Audience::Private, ..reply } } else { reply })
    }
}

/// Lists the comments on an issue, the last ones.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "comment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["comment list APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let lines = last(&api, &key).await?;
        let head = Text::new().plain("Last comments on ").link(on.link(&key), &*key);
        Ok(Reply::to_channel(match lines.is_empty() {
            true => Message::text(format!("Nobody commented on {key}.")),
            false => Message::text(head).list(lines),
        }))
    }
}

/// Replaces what a comment says. Only the bot's own can be changed without the permission to edit all.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Edit {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The comment's number, as `comment list` shows it.
    comment: String,
    /// What it shall say.
    text: Markdown,
}

impl Action for Edit {
    type On = Jira;
    const NAME: &str = "comment edit";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment edit APO-7 10201 The fire is really out."];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let (key, id) = (self.issue.key("issue")?, number(&self.comment)?);
        let put =
            api.put(&format!("/issue/{key}/comment/{id}"), &json!({ "body": api.signed(&self.text.0) }), Repeatable::Yes).await;
        put.map_err(|error| about(error, &format!("{key} with a comment {id}"), "Edit All Comments"))?;
        Ok(issues::after(&api, ctx, &key, &format!("Changed the comment {id} on {key}.")).await)
    }
}

/// Deletes a comment. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The comment's number, as `comment list` shows it.
    comment: String,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "comment delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment delete APO-7 10201"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let (key, id) = (self.issue.key("issue")?, number(&self.comment)?);
        let path = format!("/issue/{key}/comment/{id}");
        if self.confirm.is_none() {
            let comment: wire::Comment =
                api.get(&path, &[]).await.map_err(|it| about(it, &format!("{key} with a comment {id}"), "Browse Projects"))?;
            let who = comment.author.as_ref().map_or("somebody", |it| it.label());
            let said = shorten(&card::markdown(&comment.body), EXCERPT);
            let losses = [format!("{who} wrote: {said}"), "It cannot be brought back.".to_owned()];
            let params = json!({ "issue": key, "comment": id });
            return Ok(confirm::ask(ctx, Self::NAME, params, &format!("Delete this comment on {key}?"), &losses));
        }
        api.delete(&path, &[]).await.map_err(|it| about(it, &format!("{key} with a comment {id}"), "Delete All Comments"))?;
        Ok(Reply::to_channel(format!("Deleted the comment {id} on {key}.")))
    }
}

fn about(error: Error, key: &str, permission: &str) -> Error {
    problem::about(error, &format!("issue {key}"), permission)
}

pub(super) fn number(text: &str) -> Result<&str> {
    let text = text.trim().trim_start_matches('#');
    let is_number = !text.is_empty() && text.len() <= 18 && text.bytes().all(|it| it.is_ascii_digit());
    is_number
        .then_some(text)
        .ok_or_else(|| problem::at("comment", format!("`{text}` is no number of a comment: `comment list` shows them.")))
}

/// The last comments that everybody may read who sees the issue, the oldest of them first.
pub(super) async fn last(api: &Api<'_>, key: &str) -> Result<Vec<Text>> {
    let query = [("orderBy", "-created")];
    let page = api.counted::<wire::Comment>(&format!("/issue/{key}/comment"), "comments", &query, 0, 20).await;
    let mut comments = page.map_err(|error| about(error, key, "Browse Projects"))?.items;
    // The channel may hold people who may not read what only a role may, or what customers may not.
    comments.retain(|it| it.visibility.is_none() && it.jsd_public != Some(false));
    comments.truncate(SHOWN);
    comments.sort_by_key(|it| moment::read(&it.created));
    Ok(comments.iter().map(line).collect())
}

fn line(comment: &wire::Comment) -> Text {
    let who = comment.author.as_ref().map_or("somebody", |it| it.label());
    let mut text = Text::new().bold(who).plain(" ");
    if let Some(at) = moment::read(&comment.created) {
        text = text.time(at);
    }
    let said = card::excerpt(&comment.body, EXCERPT).unwrap_or_default();
    let mut text = text.plain(format!(" (#{}): ", comment.id));
    text.0.extend(said.0);
    text
}
