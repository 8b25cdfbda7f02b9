//! `item query` (WIQL) and `item search`.

use commands::{Action, Call, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::line;
use crate::azure_devops::{
    AzureDevOps,
    api::{Acting, segment},
    list::{USUAL, given, listed},
    param, problem,
};

/// As many numbers are asked for; Azure DevOps refuses queries with more than 20,000.
const MOST: &str = "1000";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(default)]
    work_items: Vec<Id>,
    /// Of queries for links between work items.
    #[serde(default)]
    work_item_relations: Vec<Link>,
}

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
struct Link {
    target: Option<Id>,
}

/// The work items that a query finds, some of them.
pub(in crate::azure_devops) async fn answer(
    acting: &Acting<'_>,
    project: &str,
    wiql: &str,
    limit: usize,
    skip: usize,
    call: Call,
) -> Result<Reply> {
    let path = format!("/{}/_apis/wit/wiql", segment(project));
    let query = [("$top", MOST.to_owned())];
    let found: Found = acting.ask(&acting.on.http, &path, &query, &json!({ "query": wiql })).await.map_err(|error| {
        let error = problem::about(error, &format!("project {project}"));
        problem::place(error, &["query", "assignee", "area", "iteration"])
    })?;
    let links = found.work_item_relations.into_iter().filter_map(|it| it.target);
    let mut ids: Vec<u64> = found.work_items.into_iter().chain(links).map(|it| it.id).collect();
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|it| seen.insert(*it));
    let total = ids.len();
    let items = acting.items(&ids.into_iter().skip(skip).take(limit).collect::<Vec<_>>()).await?;
    let lines: Vec<Text> = items.iter().map(|it| line(acting.on.http.base(), it)).collect();
    let more = (skip + limit < total).then_some(call);
    Ok(listed(lines, skip, Some(total), more, ("work item", "work items")))
}

/// Finds work items by a query in WIQL, or by what stands after its WHERE.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Query {
    /// `SELECT … FROM WorkItems WHERE …`, or only the condition: [System.State] = 'Active'.
    query: String,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for Query {
    type On = AzureDevOps;
    const NAME: &str = "item query";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item query \"[System.State] = 'Active'\" project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let query = self.query.trim();
        let wiql = match query.get(..6).is_some_and(|it| it.eq_ignore_ascii_case("select")) {
            true => query.to_owned(),
            false => format!("SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND ({query})"),
        };
        let call = ctx.call(Self::NAME, json!({ "query": self.query, "project": project }));
        answer(&acting, &project, &wiql, USUAL, self.skip.unwrap_or(0) as usize, call).await
    }
}

/// Searches the text of work items.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// What to look for, in all their fields.
    words: String,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

#[derive(Deserialize)]
struct Hits {
    count: usize,
    results: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    /// By their names in lower case: `system.id`.
    fields: serde_json::Map<String, Value>,
}

impl Action for Search {
    type On = AzureDevOps;
    const NAME: &str = "item search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item search printer fire project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let skip = self.skip.unwrap_or(0) as usize;
        let body = json!({ "searchText": self.words.trim(), "$skip": skip, "$top": USUAL });
        let path = format!("/{}/_apis/search/workitemsearchresults", segment(&project));
        let hits: Hits = acting.ask(&on.search, &path, &[], &body).await.map_err(|error| {
            problem::about(error, &format!("project {project}, or no search: on a server it is installed by itself"))
        })?;
        let text = |hit: &Hit, name: &str| hit.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let line = |hit: &Hit| {
            let id = text(hit, "system.id");
            let address = format!("{}/{}/_workitems/edit/{id}", on.http.base(), segment(&project));
            let title = format!(" {} · {}", text(hit, "system.title"), text(hit, "system.state"));
            Text::new().link(address, format!("{} {id}", text(hit, "system.workitemtype"))).plain(title)
        };
        let lines: Vec<Text> = hits.results.iter().map(line).collect();
        let call = ctx.call(Self::NAME, given(vec![("words", Some(json!(self.words))), ("project", Some(json!(project)))]));
        let more = (skip + lines.len() < hits.count).then_some(call);
        Ok(listed(lines, skip, Some(hits.count), more, ("work item", "work items")))
    }
}
