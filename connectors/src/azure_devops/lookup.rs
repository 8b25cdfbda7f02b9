//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};
use serde_json::Value;

use super::{AzureDevOps, areas::Tree, param, wire};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<AzureDevOps>] = &[
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "type", run: |on, query| Box::pin(types(on, query)) },
    LookupDef { name: "state", run: |on, query| Box::pin(states(on, query)) },
    LookupDef { name: "repository", run: |on, query| Box::pin(repositories(on, query)) },
    LookupDef { name: "branch", run: |on, query| Box::pin(branches(on, query)) },
    LookupDef { name: "pipeline", run: |on, query| Box::pin(pipelines(on, query)) },
    LookupDef { name: "area", run: |on, query| Box::pin(places(on, query, Tree::Areas)) },
    LookupDef { name: "iteration", run: |on, query| Box::pin(places(on, query, Tree::Iterations)) },
    LookupDef { name: "query", run: |on, query| Box::pin(queries(on, query)) },
];

fn given<'a>(query: &'a Query, key: &str) -> Option<&'a str> {
    query.given.get(key).and_then(Value::as_str).map(str::trim).filter(|it| !it.is_empty())
}

fn project(on: &AzureDevOps, query: &Query) -> Option<String> {
    given(query, "project").map(str::to_owned).or_else(|| on.project.clone())
}

async fn projects(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let all = on.as_bot().projects().await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn types(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query) else { return Ok(Vec::new()) };
    let all = on.types(&project).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

/// Of the work item that the form names, else of its type, else of all.
async fn states(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let item = match given(query, "item").and_then(|it| param::read(it, on.http.base())) {
        Some((_, id)) => on.as_bot().item(id).await.ok(),
        None => None,
    };
    let named = item.as_ref().map(|it| it.project().to_owned());
    let Some(project) = named.or_else(|| project(on, query)) else { return Ok(Vec::new()) };
    let kind = item.as_ref().map(|it| it.kind().to_owned()).or_else(|| given(query, "type").map(str::to_owned));
    let all = on.types(&project).await?;
    let fits = |it: &&wire::ItemType| kind.as_ref().is_none_or(|kind| it.name.eq_ignore_ascii_case(kind));
    let mut names: Vec<String> = Vec::new();
    for state in all.iter().filter(fits).flat_map(|it| &it.states) {
        if !names.contains(&state.name) {
            names.push(state.name.clone());
        }
    }
    Ok(matching(query, names.into_iter().map(|it| (it.clone(), it))))
}

async fn repositories(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query) else { return Ok(Vec::new()) };
    let all = on.as_bot().repositories(&project).await?;
    Ok(matching(query, all.into_iter().filter(|it| !it.is_disabled).map(|it| (it.name.clone(), it.name))))
}

async fn branches(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let (Some(project), Some(repo)) = (project(on, query), given(query, "repo")) else { return Ok(Vec::new()) };
    let all = on.as_bot().branches(&project, &param::Repository(repo.to_owned()), Some(&query.typed)).await?;
    let names = all.into_iter().map(|it| wire::branch(&it.name).to_owned());
    Ok(matching(query, names.map(|it| (it.clone(), it))))
}

async fn pipelines(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query) else { return Ok(Vec::new()) };
    let all = on.as_bot().pipelines(&project).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.id.to_string(), it.name))))
}

/// Of the work item's project, where the form has one.
async fn places(on: &AzureDevOps, query: &Query, tree: Tree) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query) else { return Ok(Vec::new()) };
    let all = on.as_bot().tree(&project, tree).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.path.clone(), it.path))))
}

async fn queries(on: &AzureDevOps, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query) else { return Ok(Vec::new()) };
    let all = on.as_bot().saved(&project).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.id, it.path))))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
