//! Finding issues: `issue list`, `issue search`, `issue jql`.

use commands::{
    Action, Button, Ctx, Effect, Reply, Result,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LINE, listed};
use crate::jira::{
    Jira,
    api::Api,
    names::{is_none, quoted},
    param,
    person::Among,
    problem,
};

/// How many are shown where nobody says.
pub(in crate::jira) const SHOWN: usize = 10;

/// Lists issues: open ones, unless you say otherwise.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// Only of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<param::Project>,
    /// Who works on them: me, @ana, a name, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Person>,
    /// Who reported them.
    #[serde(skip_serializing_if = "Option::is_none")]
    reporter: Option<Person>,
    /// Which: open, closed, all, or a status by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<param::Status>,
    /// Type of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<param::IssueType>,
    /// How urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<param::Priority>,
    /// With this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<param::Label>,
    /// Planned for this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix_version: Option<param::Version>,
    /// Of this component.
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<param::Component>,
    /// Part of this issue or epic.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<param::IssueKey>,
    /// Watched by me.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    watched: bool,
    /// Changed since that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Date>,
    /// In which order.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<Sort>,
    /// How many to show.
    #[schemars(range(min = 1, max = 50))]
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u8>,
    /// Where to go on.
    #[schemars(extend("x-hidden" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The last changed first.
    Updated,
    /// The newest first.
    Created,
    /// The most urgent first.
    Priority,
    /// What is due next first.
    Due,
    /// As in the backlog.
    Rank,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "issue list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue list assignee=me", "issue list project=APO status=\"In Progress\" sort=priority"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let jql = self.jql(&api, ctx).await?;
        let again = |page: &str| {
            let next = List { page: Some(page.to_owned()), ..self.clone() };
            Button::run("Show more", ctx.call(Self::NAME, serde_json::to_value(next).unwrap_or_default()))
        };
        found(&api, &jql, self.limit, self.page.as_deref(), again).await
    }
}

impl List {
    async fn jql(&self, api: &Api<'_>, ctx: &Ctx) -> Result<String> {
        let mut parts = Vec::new();
        if let Some(project) = &self.project {
            parts.push(format!("project = {}", quoted(&api.project(&project.0).await?.key)));
        }
        for (field, person) in [("assignee", &self.assignee), ("reporter", &self.reporter)] {
            match person {
                Some(it) if is_none(&it.0) => parts.push(format!("{field} IS EMPTY")),
                Some(it) => {
                    let account = api.person(ctx, field, &it.0, Among::Everybody).await?;
                    parts.push(format!("{field} = {}", quoted(&account.id)));
                }
                None => {}
            }
        }
        match self.status.as_ref().map(|it| it.0.trim()) {
            Some(it) if it.eq_ignore_ascii_case("all") => {}
            Some(it) if it.eq_ignore_ascii_case("closed") => parts.push("statusCategory = Done".to_owned()),
            Some(it) if !it.eq_ignore_ascii_case("open") => parts.push(format!("status = {}", quoted(it))),
            _ => parts.push("statusCategory != Done".to_owned()),
        }
        let named = [
            ("issuetype", self.r#type.as_ref().map(|it| &it.0)),
            ("priority", self.priority.as_ref().map(|it| &it.0)),
            ("labels", self.label.as_ref().map(|it| &it.0)),
            ("fixVersion", self.fix_version.as_ref().map(|it| &it.0)),
            ("component", self.component.as_ref().map(|it| &it.0)),
        ];
        parts.extend(named.iter().filter_map(|(field, value)| Some(format!("{field} = {}", quoted(value.as_ref()?)))));
        if let Some(parent) = &self.parent {
            parts.push(api.children_of(&parent.key("parent")?).await?);
        }
        if self.watched {
            let me = api.asker(ctx).await?;
            let me = me.ok_or_else(|| {
                problem::at("watched", "Jira shows me no account of yours, so that I cannot say what you watch.")
            })?;
            parts.push(format!("watcher = {}", quoted(&me.id)));
        }
        if let Some(since) = self.since {
            parts.push(format!("updated >= {}", quoted(&since.0.to_string())));
        }
        if parts.is_empty() {
            // Cloud takes no query without any bounds.
            parts.push("created IS NOT EMPTY".to_owned());
        }
        let order = match self.sort.unwrap_or(Sort::Updated) {
            Sort::Updated => "updated DESC",
            Sort::Created => "created DESC",
            Sort::Priority => "priority DESC, updated DESC",
            Sort::Due => "duedate ASC, priority DESC",
            Sort::Rank => "Rank ASC",
        };
        Ok(format!("{} ORDER BY {order}", parts.join(" AND ")))
    }
}

/// Searches issues for words, in summaries, descriptions and comments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// What to look for; an issue has to hold every word.
    words: String,
    /// Only this project.
    project: Option<param::Project>,
    /// Closed issues too.
    #[serde(default)]
    closed: bool,
    /// Where to go on.
    #[schemars(extend("x-hidden" = true))]
    page: Option<String>,
}

impl Action for Search {
    type On = Jira;
    const NAME: &str = "issue search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue search printer fire", "issue search printer project=APO --closed"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let mut parts = vec![format!("text ~ {}", quoted(&self.words))];
        if let Some(project) = &self.project {
            parts.push(format!("project = {}", quoted(&api.project(&project.0).await?.key)));
        }
        if !self.closed {
            parts.push("statusCategory != Done".to_owned());
        }
        let jql = format!("{} ORDER BY updated DESC", parts.join(" AND "));
        let again = |page: &str| {
            let mut params = json!({ "words": self.words, "closed": self.closed, "page": page });
            if let Some(project) = &self.project {
                params["project"] = json!(project.0);
            }
            Button::run("Show more", ctx.call(Self::NAME, params))
        };
        found(&api, &jql, None, self.page.as_deref(), again).await
    }
}

/// Finds issues by a query in Jira's language (JQL).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Jql {
    /// The query: project = APO AND sprint in openSprints().
    jql: String,
    /// How many to show.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u8>,
    /// Where to go on.
    #[schemars(extend("x-hidden" = true))]
    page: Option<String>,
}

impl Action for Jql {
    type On = Jira;
    const NAME: &str = "issue jql";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue jql project = APO AND status = \"In Progress\" ORDER BY priority DESC"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let again = |page: &str| {
            let mut params = json!({ "jql": self.jql, "page": page });
            if let Some(limit) = self.limit {
                params["limit"] = json!(limit);
            }
            Button::run("Show more", ctx.call(Self::NAME, params))
        };
        found(&api, self.jql.trim(), self.limit, self.page.as_deref(), again).await
    }
}

/// What a query finds, as a reply.
pub(in crate::jira) async fn found(
    api: &Api<'_>,
    jql: &str,
    limit: Option<u8>,
    page: Option<&str>,
    again: impl FnOnce(&str) -> Button,
) -> Result<Reply> {
    let most = usize::from(limit.unwrap_or(SHOWN as u8)).clamp(1, 50);
    let found = api.search(jql, LINE, None, most, page).await?;
    let total = match (&found.next, found.total) {
        (_, Some(total)) => Some(total),
        // How many there are is worth a question of its own only where more are to come.
        (Some(_), None) => api.count(jql).await.ok(),
        (None, None) => None,
    };
    Ok(Reply::to_channel(listed(api, &found, total, again)))
}

impl Api<'_> {
    /// The query for what is part of an issue or epic.
    pub async fn children_of(&self, key: &str) -> Result<String> {
        Ok(match self.is_cloud() || self.epic_link_field().await?.is_none() {
            true => format!("parent = {}", quoted(key)),
            false => format!("(\"Epic Link\" = {0} OR parent = {0})", quoted(key)),
        })
    }
}
