//! Epics: issues that hold others.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::sprints::keys;
use crate::{
    http::Repeatable,
    jira::{
        Jira,
        api::Api,
        card,
        issues::{LINE, no_parent},
        names::{count, quoted},
        param, problem, wire,
    },
};

/// Lists the open epics of a project, with how far each is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by key or name.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Closed ones too.
    #[serde(default)]
    closed: bool,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "epic list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["epic list APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let mut jql = "issuetype = Epic".to_owned();
        if let Some(project) = &self.project {
            jql.push_str(&format!(" AND project = {}", quoted(&api.project(&project.0).await?.key)));
        }
        if !self.closed {
            jql.push_str(" AND statusCategory != Done");
        }
        let epics = api.search_all(&format!("{jql} ORDER BY Rank ASC"), LINE, None, 30).await?;
        if epics.items.is_empty() {
            return Ok(Reply::to_channel("There is no such epic."));
        }
        let mut lines = Vec::new();
        for epic in epics.items.iter().filter(|it| !card::is_restricted(it)) {
            let children = api.children_of(&epic.key).await?;
            let all = api.count(&children).await?;
            let done = if all == 0 { 0 } else { api.count(&format!("{children} AND statusCategory = Done")).await? };
            lines.push(card::line(on, epic).plain(format!(" · {done} of {all} done")));
        }
        let message = Message::text(Text::new().bold(count(lines.len(), "epic"))).list(lines);
        Ok(Reply::to_channel(if epics.more { message.context("There are more: name a project.") } else { message }))
    }
}

/// Shows an epic with its issues.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The epic's key, or a link to it.
    epic: param::Epic,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "epic show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["epic show APO-1"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = key(&self.epic)?;
        let epic = api.issue_with(&key, &LINE.join(","), None).await?;
        let jql = format!("{} ORDER BY statusCategory ASC, Rank ASC", api.children_of(&key).await?);
        let children = api.search_all(&jql, LINE, None, 50).await?;
        let done = children.items.iter().filter(|it| it.status().is_done()).count();
        let line = format!("{} · {done} of {} done", epic.status().name, count(children.items.len(), "issue"));
        let issues = children.items.iter().filter(|it| !card::is_restricted(it)).map(|it| card::line(on, it)).collect();
        let head = Text::new().link(on.link(&epic.key), &*epic.key).plain(format!(" · {line}"));
        let mut message = Message::new().heading(epic.summary()).paragraph(head).list(issues);
        if children.more {
            message = message.context("Only the first 50 are shown.");
        }
        let project = epic.key.rsplit_once('-').map(|(it, _)| it);
        let message = message.buttons(vec![
            Button::form("New issue in it", ctx.call("issue create", json!({ "project": project, "parent": epic.key }))),
            Button::form("Add issues", ctx.call("epic add", json!({ "epic": epic.key }))),
        ]);
        Ok(Reply::new(message, card::audience(&epic)))
    }
}

/// Puts issues into an epic.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The issues' keys.
    issues: Vec<param::IssueKey>,
    /// The epic's key.
    #[schemars(extend("x-named" = true))]
    epic: param::Epic,
}

impl Action for Add {
    type On = Jira;
    const NAME: &str = "epic add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["epic add APO-7 APO-8 epic=APO-1"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let (keys, epic) = (keys(&self.issues)?, key(&self.epic)?);
        api.put_into_epic(&keys, Some(&epic)).await?;
        let show = Button::run("Show the epic", ctx.call("epic show", json!({ "epic": epic })));
        Ok(Reply::to_channel(Message::text(format!("Put {} into {epic}.", keys.join(", "))).buttons(vec![show])))
    }
}

/// Takes issues out of their epic.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The issues' keys.
    issues: Vec<param::IssueKey>,
}

impl Action for Remove {
    type On = Jira;
    const NAME: &str = "epic remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["epic remove APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let keys = keys(&self.issues)?;
        on.api(ctx).await?.put_into_epic(&keys, None).await?;
        Ok(Reply::to_channel(format!("Took {} out of {} epic.", keys.join(", "), if keys.len() == 1 { "its" } else { "their" })))
    }
}

fn key(epic: &param::Epic) -> Result<String> {
    param::IssueKey(epic.0.clone()).key("epic")
}

impl Api<'_> {
    /// Cloud keeps the epic as the parent, in projects of both kinds; Data Center has a path for it.
    async fn put_into_epic(&self, keys: &[String], epic: Option<&str>) -> Result<()> {
        if self.is_cloud() {
            for key in keys {
                let body = match epic {
                    Some(epic) => json!({ "fields": { "parent": { "key": epic } } }),
                    None => json!({ "update": no_parent() }),
                };
                self.edit(key, &body).await.map_err(|it| problem::renamed(it, "parent", "epic"))?;
            }
            return Ok(());
        }
        let path = format!("/rest/agile/1.0/epic/{}/issue", epic.unwrap_or("none"));
        for some in keys.chunks(50) {
            let sent = self.do_post(&path, &super::boards::issues(some), Repeatable::Yes).await;
            sent.map_err(|error| problem::about(error, "epic or those issues", "Edit Issues"))?;
        }
        Ok(())
    }

    /// Epics that are open, for a picker.
    pub async fn open_epics(&self, project: Option<&str>) -> Result<Vec<wire::Issue>> {
        let within = project.map(|it| format!(" AND project = {}", quoted(it))).unwrap_or_default();
        let jql = format!("issuetype = Epic AND statusCategory != Done{within} ORDER BY updated DESC");
        Ok(self.search(&jql, &["summary"], None, 100, None).await?.issues)
    }
}
