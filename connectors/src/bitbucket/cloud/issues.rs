//! Cloud's own issue tracker: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-issue-tracker/>.

use commands::{Error, ErrorKind, Result};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Cloud, quoted, wire};
use crate::bitbucket::{
    model::{self, Account, Paged, RepoId, Window},
    problem::about,
};

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Issue {
    pub id: u64,
    pub title: String,
    #[serde(default)]
    pub content: wire::Content,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub priority: String,
    pub reporter: Option<wire::User>,
    pub assignee: Option<wire::User>,
    pub milestone: Option<wire::Named>,
    pub component: Option<wire::Named>,
    #[serde(default)]
    pub votes: u64,
    pub created_on: Timestamp,
    pub updated_on: Option<Timestamp>,
    #[serde(default)]
    pub links: wire::Links,
}

impl Issue {
    pub fn is_closed(&self) -> bool {
        matches!(self.state.as_str(), "resolved" | "invalid" | "duplicate" | "wontfix" | "closed")
    }
}

/// Where an issue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum State {
    #[serde(rename = "new")]
    New,
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "on hold")]
    OnHold,
    #[serde(rename = "resolved")]
    Resolved,
    #[serde(rename = "duplicate")]
    Duplicate,
    #[serde(rename = "invalid")]
    Invalid,
    #[serde(rename = "wontfix")]
    Wontfix,
    #[serde(rename = "closed")]
    Closed,
}

/// What an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Bug,
    Enhancement,
    Proposal,
    Task,
}

/// How urgent an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Trivial,
    Minor,
    Major,
    Critical,
    Blocker,
}

/// Issues to be listed.
#[derive(Clone, Debug, Default)]
pub(in crate::bitbucket) struct Filter {
    pub open_only: bool,
    pub state: Option<State>,
    pub kind: Option<Kind>,
    pub priority: Option<Priority>,
    /// Somebody, or nobody.
    pub assignee: Option<Option<Account>>,
    pub reporter: Option<Account>,
    pub text: Option<String>,
}

/// What an issue is to be; none of it stays as it is.
#[derive(Clone, Debug, Default)]
pub(in crate::bitbucket) struct Fields {
    pub title: Option<String>,
    pub content: Option<String>,
    pub state: Option<State>,
    pub kind: Option<Kind>,
    pub priority: Option<Priority>,
    pub assignee: Option<Option<Account>>,
}

impl Fields {
    fn written(&self) -> Value {
        let mut body = Map::new();
        let mut put = |key: &str, value: Option<Value>| body.extend(value.map(|it| (key.to_owned(), it)));
        put("title", self.title.as_ref().map(|it| json!(it)));
        put("content", self.content.as_ref().map(|it| json!({ "raw": it })));
        put("state", self.state.map(|it| json!(it)));
        put("kind", self.kind.map(|it| json!(it)));
        put("priority", self.priority.map(|it| json!(it)));
        let person = |it: &Option<Account>| it.as_ref().map_or(Value::Null, |it| json!({ "type": "user", "uuid": it.id }));
        put("assignee", self.assignee.as_ref().map(person));
        Value::Object(body)
    }

    pub fn is_empty(&self) -> bool {
        self.written().as_object().is_none_or(Map::is_empty)
    }
}

impl Cloud {
    pub async fn issues(&self, repo: &RepoId, filter: &Filter, window: &Window) -> Result<Paged<Issue>> {
        let word = |it: Value| it.as_str().map(quoted).unwrap_or_default();
        let mut parts = Vec::new();
        if filter.open_only {
            parts.push("(state=\"new\" OR state=\"open\" OR state=\"on hold\")".to_owned());
        }
        parts.extend(filter.state.map(|it| format!("state={}", word(json!(it)))));
        parts.extend(filter.kind.map(|it| format!("kind={}", word(json!(it)))));
        parts.extend(filter.priority.map(|it| format!("priority={}", word(json!(it)))));
        parts.extend(filter.assignee.as_ref().map(|it| match it {
            Some(person) => format!("assignee.uuid={}", quoted(&person.id)),
            None => "assignee=null".to_owned(),
        }));
        parts.extend(filter.reporter.as_ref().map(|it| format!("reporter.uuid={}", quoted(&it.id))));
        parts.extend(filter.text.as_ref().map(|it| format!("(title~{0} OR content.raw~{0})", quoted(it))));
        let filter = parts.join(" AND ");
        let mut query = vec![("sort", "-updated_on")];
        if !filter.is_empty() {
            query.push(("q", &filter));
        }
        self.page(&self.of(repo, "/issues"), &query, window).await.map_err(|error| off(error, repo))
    }

    pub async fn issue(&self, repo: &RepoId, id: u64) -> Result<Issue> {
        let found = self.http.get(&self.of(repo, &format!("/issues/{id}"))).send().await.map_err(|error| off(error, repo));
        found.map_err(|error| match error.message.contains("no issue tracker") {
            true => error,
            false => about(error, &format!("issue {repo}#{id}")),
        })
    }

    pub async fn create_issue(&self, repo: &RepoId, fields: &Fields) -> Result<Issue> {
        let mut body = fields.written();
        body["type"] = json!("issue");
        let request = self.http.post(&self.of(repo, "/issues")).json(&body);
        request.send().await.map_err(|error| off(error, repo))
    }

    pub async fn change_issue(&self, repo: &RepoId, id: u64, fields: &Fields) -> Result<Issue> {
        let request = self.http.put(&self.of(repo, &format!("/issues/{id}"))).json(&fields.written());
        request.send().await.map_err(|error| off(error, repo))
    }

    pub async fn comment_issue(&self, repo: &RepoId, id: u64, text: &str) -> Result<()> {
        let body = json!({ "type": "issue_comment", "content": { "raw": text } });
        let request = self.http.post(&self.of(repo, &format!("/issues/{id}/comments"))).json(&body);
        request.send_empty().await.map_err(|error| off(error, repo))
    }

    pub async fn issue_comments(&self, repo: &RepoId, id: u64, most: u32) -> Result<Vec<model::Comment>> {
        let path = self.of(repo, &format!("/issues/{id}/comments"));
        let page = self.page::<wire::Comment>(&path, &[("sort", "-created_on")], &Window::first(most)).await?;
        // A change of state is a comment without words.
        Ok(page.items.into_iter().map(wire::Comment::read).filter(|it| !it.text.trim().is_empty()).collect())
    }

    pub async fn delete_issue(&self, repo: &RepoId, id: u64) -> Result<()> {
        self.http.delete(&self.of(repo, &format!("/issues/{id}"))).send_empty().await.map_err(|error| off(error, repo))
    }
}

/// Where the tracker is off, Cloud says `Repository has no issue tracker.` with 404.
fn off(error: Error, repo: &RepoId) -> Error {
    if error.kind == ErrorKind::NotFound && error.message.contains("no issue tracker") {
        let message = format!(
            "{repo} has no issue tracker. Somebody who administers it can switch it on under Repository settings → Issue tracker; many \
             teams keep their issues in Jira instead."
        );
        return Error { message, ..error };
    }
    error
}
