//! Saved queries: <https://learn.microsoft.com/rest/api/azure/devops/wit/queries>.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    items::answer,
    list::USUAL,
    param,
    problem::{self, at, either},
};
use crate::words::{instead, same};

/// As deep as Azure DevOps tells in one answer.
const DEPTH: &str = "2";
/// As many as are listed.
const SHOWN: usize = 30;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Saved {
    pub id: String,
    pub name: String,
    /// `Shared Queries/Team/Open bugs`.
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    is_folder: bool,
    #[serde(default)]
    wiql: Option<String>,
    #[serde(default)]
    children: Vec<Saved>,
}

impl Acting<'_> {
    /// A project's queries, without their folders: those that are shared, and the asking account's own.
    pub async fn saved(&self, project: &str) -> Result<Vec<Saved>> {
        let query = [("$depth", DEPTH.to_owned()), ("$expand", "wiql".to_owned())];
        let found: Result<Listed<Saved>> = self.get(&format!("/{}/_apis/wit/queries", segment(project)), &query).await;
        let mut folders = found.map_err(|error| problem::about(error, &format!("project {project}")))?.value;
        let mut all = Vec::new();
        while let Some(mut next) = folders.pop() {
            folders.append(&mut next.children);
            if !next.is_folder {
                all.push(next);
            }
        }
        all.sort_by_key(|it| it.path.to_lowercase());
        Ok(all)
    }

    /// By its id, its path, or its name.
    async fn saved_query(&self, project: &str, typed: &str) -> Result<Saved> {
        let typed = typed.trim().trim_matches('/');
        let all = self.saved(project).await?;
        let exact = all.iter().find(|it| it.id == typed || same(&it.path, typed));
        let named: Vec<&Saved> = all.iter().filter(|it| same(&it.name, typed)).collect();
        match (exact, named.as_slice()) {
            (Some(one), _) => Ok(one.clone()),
            (None, [one]) => Ok((*one).clone()),
            (None, []) if typed.contains('/') => {
                // Folders are told two deep; what lies deeper is found by its path alone.
                let path: Vec<_> = typed.split('/').map(segment).collect();
                let path = format!("/{}/_apis/wit/queries/{}", segment(project), path.join("/"));
                let found = self.get(&path, &[("$expand", "wiql".to_owned())]).await;
                found.map_err(|error| problem::about(error, &format!("query `{typed}` in {project}")))
            }
            (None, []) => {
                let mut names: Vec<&str> = all.iter().map(|it| it.name.as_str()).take(SHOWN).collect();
                names.sort_unstable();
                names.dedup();
                Err(at("query", format!("{project} has no saved query `{typed}`.{}", instead("query", typed, &names))))
            }
            (None, several) => {
                let paths: Vec<&str> = several.iter().map(|it| it.path.as_str()).collect();
                Err(at("query", format!("`{typed}` can be {}. Write the whole path.", either(&paths))))
            }
        }
    }
}

/// Lists a project's saved queries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "query list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["query list demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let all = on.acting(ctx).saved(&project).await?;
        if all.is_empty() {
            let message = format!("{project} has no saved queries. In Azure DevOps they are made under Boards → Queries.");
            return Ok(Reply::to_channel(message));
        }
        let line = |it: &Saved| {
            let address = format!("{}/{}/_queries/query/{}", on.http.base(), segment(&project), it.id);
            let folder = it.path.rsplit_once('/').map(|(folder, _)| format!(" · {folder}")).unwrap_or_default();
            Text::new().link(address, &it.name).plain(folder)
        };
        let button =
            |it: &Saved| Button::run(it.name.as_str(), ctx.call(Run::NAME, json!({ "query": it.id, "project": project })));
        let head = if all.len() == 1 { "1 saved query".to_owned() } else { format!("{} saved queries", all.len()) };
        let mut message = Message::text(Text::new().bold(head)).list(all.iter().take(SHOWN).map(line).collect());
        if all.len() > SHOWN {
            message = message.context(format!("{} more in Azure DevOps.", all.len() - SHOWN));
        }
        let options = all.iter().take(SHOWN).map(button).collect();
        Ok(Reply::to_channel(message.block(commands::Block::Menu { label: "Run".into(), options })))
    }
}

/// Lists the work items that a saved query finds.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// Its name, or its path: Shared Queries/Open bugs.
    query: param::Saved,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for Run {
    type On = AzureDevOps;
    const NAME: &str = "query run";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["query run Open bugs project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let saved = acting.saved_query(&project, &self.query.0).await?;
        let Some(wiql) = saved.wiql.as_deref().filter(|it| !it.trim().is_empty()) else {
            return Err(at("query", format!("{} is a folder of queries. Write the path of one in it.", saved.path)));
        };
        let call = ctx.call(Self::NAME, json!({ "query": saved.id, "project": project }));
        answer(&acting, &project, wiql, USUAL, self.skip.unwrap_or(0) as usize, call).await
    }
}
