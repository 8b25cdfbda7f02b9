//! Links between issues, and from issues to the web.

use commands::{Action, Ctx, Effect, Reply, Result, param::Link};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Jira,
    api::Api,
    issues,
    names::{no_such, same},
    param, problem, wire,
};
use crate::http::Repeatable;

/// Links an issue to another.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The other issue.
    other: param::IssueKey,
    /// What the first does to the other: blocks, is blocked by, relates to …
    #[schemars(extend("x-positional" = true))]
    how: Option<param::LinkType>,
}

impl Action for Add {
    type On = Jira;
    const NAME: &str = "link add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link add APO-7 APO-8 blocks", "link add APO-7 APO-8 is blocked by"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let (key, other) = (self.issue.key("issue")?, self.other.key("other")?);
        let typed = self.how.as_ref().map_or("relates to", |it| it.0.trim());
        let types = api.link_types().await?;
        let found = types.iter().find_map(|it| match () {
            () if same(&it.outward, typed) || same(&it.name, typed) => Some((it, Outward::Yes)),
            () if same(&it.inward, typed) => Some((it, Outward::No)),
            () => None,
        });
        let Some((kind, outward)) = found else {
            let names = types.iter().flat_map(|it| [it.outward.as_str(), it.inward.as_str()]);
            return Err(no_such("link", "how", typed, names));
        };
        // Jira's words: the inward issue does to the outward one what `outward` says.
        let (inward, outward, said) = match outward {
            Outward::Yes => (&key, &other, &kind.outward),
            Outward::No => (&other, &key, &kind.inward),
        };
        let body = json!({ "type": { "name": kind.name }, "inwardIssue": { "key": inward }, "outwardIssue": { "key": outward } });
        // The same link twice is one.
        api.do_post("/issueLink", &body, Repeatable::Yes)
            .await
            .map_err(|error| problem::about(error, &format!("issue {key} or {other}"), "Link Issues"))?;
        Ok(issues::after(&api, ctx, &key, &format!("{key} {said} {other}.")).await)
    }
}

enum Outward {
    Yes,
    No,
}

/// Links an issue to a page on the web.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Web {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The page's address.
    url: Link,
    /// What the link says.
    #[schemars(extend("x-positional" = true))]
    title: Option<String>,
}

impl Action for Web {
    type On = Jira;
    const NAME: &str = "link web";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link web APO-7 https://example.org/report The report"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let title = self.title.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or(&self.url.0);
        // By this id a second link to the same page replaces the first.
        let body = json!({ "globalId": self.url.0, "object": { "url": self.url.0, "title": title } });
        let request = api.jira.http.post(&api.path(&format!("/issue/{key}/remotelink"))).json(&body).repeatable(Repeatable::Yes);
        api.send::<Value>(request).await.map_err(|error| problem::about(error, &format!("issue {key}"), "Link Issues"))?;
        Ok(issues::after(&api, ctx, &key, &format!("Linked {key} to {title}.")).await)
    }
}

/// Takes away the links between two issues.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The other issue.
    other: param::IssueKey,
}

impl Action for Remove {
    type On = Jira;
    const NAME: &str = "link remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link remove APO-7 APO-8"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let (key, other) = (self.issue.key("issue")?, self.other.key("other")?);
        let issue = api.issue_with(&key, "issuelinks", None).await?;
        let all: Vec<wire::IssueLink> = issue.read("issuelinks").unwrap_or_default();
        let leads = |it: &&wire::IssueLink| it.outward_issue.iter().chain(&it.inward_issue).any(|it| it.key == other);
        let links: Vec<_> = all.iter().filter(leads).collect();
        if links.is_empty() {
            return Err(problem::at("other", format!("{key} is not linked to {other}.")));
        }
        for link in links {
            let deleted = api.delete(&format!("/issueLink/{}", link.id), &[]).await;
            deleted.map_err(|error| problem::about(error, &format!("link between {key} and {other}"), "Link Issues"))?;
        }
        Ok(issues::after(&api, ctx, &key, &format!("{key} is no longer linked to {other}.")).await)
    }
}

impl Api<'_> {
    pub async fn link_types(&self) -> Result<Vec<wire::LinkType>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            issue_link_types: Vec<wire::LinkType>,
        }
        Ok(self.get_kept::<Answer>("/issueLinkType", &[]).await?.issue_link_types)
    }
}
