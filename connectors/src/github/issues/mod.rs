//! Issues: what can be done to them, and what the actions have in common.

use commands::{Ctx, Message, Reply, Result, param::Markdown};
use serde_json::{Map, Value, json};

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, RepoName, Right, missing},
    problem, pulls, wire,
};
pub(super) use crate::words::is_none;

mod change;
mod create;
mod list;
mod moderate;
mod show;

pub use change::{Assign, Close, Comment, Label, Reopen, Unlabel, Update};
pub(super) use change::{assign, encoded, label, unlabel};
pub use create::Create;
pub(super) use list::{Filter, found};
pub use list::{List, Search, Sort, State};
pub use moderate::{Lock, React, Transfer, Unlock};
pub use show::Show;
pub(super) use show::show;

/// GitHub's names of fields, and the parameters that hold them.
const FIELDS: &[(&str, &str)] = &[
    ("title", "title"),
    ("body", "body"),
    ("labels", "label"),
    ("assignees", "assignee"),
    ("assignee", "assignee"),
    ("milestone", "milestone"),
];

impl GitHub {
    /// The place of an issue, for somebody who wants to change it.
    pub(super) async fn issue_place(
        &self,
        ctx: &Ctx,
        issue: &param::Number,
        repo: Option<&param::Repo>,
        level: Level,
    ) -> Result<(Place<'_>, u64)> {
        let (repo, number) = self.number("issue", issue, repo)?;
        Ok((self.place(ctx, repo, Right::Issues, level).await?, number))
    }
}

impl Place<'_> {
    pub async fn issue(&self, number: u64) -> Result<wire::Issue> {
        let found = self.get(&format!("/issues/{number}"), &[]).await;
        let found = found.map_err(|it| missing(it, &format!("issue or pull request #{number}"), &self.repo));
        self.located(number, found).await
    }

    /// The number of the open milestone of this title; null for none.
    pub async fn milestone(&self, title: &str) -> Result<Value> {
        if is_none(title) {
            return Ok(Value::Null);
        }
        let all: Vec<wire::Milestone> = self.first("/milestones", &[("state", "all")], 500).await?.items;
        let typed = title.trim();
        let found = all.iter().find(|it| it.title.eq_ignore_ascii_case(typed) || it.number.to_string() == typed);
        match found {
            Some(milestone) => Ok(json!(milestone.number)),
            None => {
                let names: Vec<&str> = all.iter().filter(|it| it.state == "open").map(|it| it.title.as_str()).take(10).collect();
                let there = match names.as_slice() {
                    [] => "It has no open ones.".to_owned(),
                    names => format!("It has {}.", names.join(", ")),
                };
                Err(problem::at("milestone", format!("{} has no milestone `{typed}`. {there}", self.repo)))
            }
        }
    }

    /// Sets fields of an issue or pull request, comments on it, and shows what it has become.
    pub async fn change(
        &self,
        ctx: &Ctx,
        number: u64,
        fields: Map<String, Value>,
        comment: Option<&str>,
        did: &str,
    ) -> Result<Reply> {
        let changed: Result<wire::Issue> = self.patch(&format!("/issues/{number}"), &Value::Object(fields)).await;
        let changed = changed
            .map_err(|error| problem::place(missing(error, &format!("issue or pull request #{number}"), &self.repo), FIELDS));
        let changed = self.located(number, changed).await?;
        let Some(comment) = comment.map(str::trim).filter(|it| !it.is_empty()) else {
            return self.done(ctx, &changed, did).await;
        };
        match self.comment(number, comment).await {
            Ok(_) => self.after(ctx, number, did).await,
            // The change is made, and must not look as if it were not.
            Err(error) => self.done(ctx, &changed, &format!("{did} The comment was not written: {}", error.message)).await,
        }
    }

    pub async fn comment(&self, number: u64, text: &str) -> Result<wire::Comment> {
        let body = json!({ "body": self.asker.sign(text) });
        let made = self.post(&format!("/issues/{number}/comments"), &body).await;
        let made = made.map_err(|it| missing(it, &format!("issue or pull request #{number}"), &self.repo));
        self.located(number, made).await
    }

    /// What was done, and its card. What was done is done: a card that cannot be drawn must not look like a failure.
    pub async fn done(&self, ctx: &Ctx, issue: &wire::Issue, did: &str) -> Result<Reply> {
        let said = Message::text(did);
        if !issue.is_pull() {
            return Ok(card::issue_reply(&self.repo, issue, ctx, said));
        }
        match pulls::card(self, ctx, issue.number, said).await {
            Ok(reply) => Ok(reply),
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }

    /// The same where the answer did not hold the issue.
    pub async fn after(&self, ctx: &Ctx, number: u64, did: &str) -> Result<Reply> {
        match self.issue(number).await {
            Ok(issue) => self.done(ctx, &issue, did).await,
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}

pub(super) fn text(markdown: &Option<Markdown>) -> Option<&str> {
    markdown.as_ref().map(|it| it.0.trim())
}

fn key(repo: &RepoName, number: u64) -> String {
    card::key(repo, number)
}
