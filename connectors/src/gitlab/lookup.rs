//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};
use serde_json::Value;

use super::{
    GitLab,
    api::{Acting, segment},
    param::{self, Noun},
    pipelines, schedules, wire,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<GitLab>] = &[
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "milestone", run: |on, query| Box::pin(milestones(on, query)) },
    LookupDef { name: "label", run: |on, query| Box::pin(labels(on, query)) },
    LookupDef { name: "branch", run: |on, query| Box::pin(branches(on, query)) },
    LookupDef { name: "release", run: |on, query| Box::pin(releases(on, query)) },
    LookupDef { name: "tag", run: |on, query| Box::pin(tags(on, query)) },
    LookupDef { name: "environment", run: |on, query| Box::pin(environments(on, query)) },
    LookupDef { name: "schedule", run: |on, query| Box::pin(schedules(on, query)) },
    LookupDef { name: "pipeline", run: |on, query| Box::pin(pipelines(on, query)) },
];

async fn acting<'a>(on: &'a GitLab, query: &Query) -> Result<Acting<'a>> {
    match &query.asker {
        Some(ctx) => on.acting(ctx).await,
        None => Ok(on.as_bot()),
    }
}

/// The project that the form names, directly or by its issue or merge request.
async fn project(on: &GitLab, query: &Query) -> Result<Option<String>> {
    let given = |key: &str| query.given.get(key).and_then(Value::as_str).filter(|it| !it.trim().is_empty());
    for (field, noun) in [("issue", Noun::Issue), ("mr", Noun::MergeRequest)] {
        let named = given(field).and_then(|it| param::read(it, on.http.base()));
        if let Some(project) = named.filter(|it| it.noun.is_none_or(|it| it == noun)).and_then(|it| it.project) {
            return Ok(Some(project));
        }
    }
    match given("project") {
        Some(text) => on.project_path(text).await.map(Some),
        None => Ok(on.project.clone()),
    }
}

async fn projects(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let acting = acting(on, query).await?;
    let asked = [("membership", "true".to_owned()), ("simple", "true".to_owned()), ("archived", "false".to_owned())];
    let mut asked = asked.to_vec();
    let typed = query.typed.trim();
    if !typed.is_empty() {
        asked.push(("search", typed.to_owned()));
        asked.push(("search_namespaces", "true".to_owned()));
    }
    let found = acting.page::<wire::Project>("/projects", &asked, 1, 100).await?.items;
    Ok(matching(query, found.into_iter().map(|it| (it.path_with_namespace.clone(), it.path_with_namespace))))
}

async fn of_project<T: serde::de::DeserializeOwned>(
    on: &GitLab,
    query: &Query,
    path: &str,
    asked: &[(&str, String)],
) -> Result<Vec<T>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    let path = format!("/projects/{}/{path}", segment(&project));
    Ok(acting(on, query).await?.page(&path, asked, 1, 100).await?.items)
}

async fn milestones(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let asked = [("state", "active".to_owned()), ("include_ancestors", "true".to_owned())];
    let all: Vec<wire::Milestone> = of_project(on, query, "milestones", &asked).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.title.clone(), it.title))))
}

async fn labels(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Label> = of_project(on, query, "labels", &searching(query)).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn branches(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Branch> = of_project(on, query, "repository/branches", &searching(query)).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn releases(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Release> = of_project(on, query, "releases", &[]).await?;
    let label = |it: &wire::Release| match &it.name {
        Some(name) if *name != it.tag_name => format!("{} {name}", it.tag_name),
        _ => it.tag_name.clone(),
    };
    Ok(matching(query, all.into_iter().map(|it| (it.tag_name.clone(), label(&it)))))
}

async fn tags(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Tag> = of_project(on, query, "repository/tags", &searching(query)).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn environments(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Environment> = of_project(on, query, "environments", &[("states", "available".to_owned())]).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn schedules(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Schedule> = of_project(on, query, "pipeline_schedules", &[]).await?;
    let label = |it: &wire::Schedule| format!("{} {} ({})", it.id, it.description, schedules::branch(it));
    Ok(matching(query, all.into_iter().map(|it| (it.id.to_string(), label(&it)))))
}

async fn pipelines(on: &GitLab, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<wire::Pipeline> = of_project(on, query, "pipelines", &[]).await?;
    let label = |it: &wire::Pipeline| {
        format!("{} {} {}", it.id, it.branch.as_deref().unwrap_or_default(), pipelines::in_words(&it.status))
    };
    Ok(matching(query, all.into_iter().map(|it| (it.id.to_string(), label(&it)))))
}

fn searching(query: &Query) -> Vec<(&'static str, String)> {
    let typed = query.typed.trim();
    if typed.is_empty() { Vec::new() } else { vec![("search", typed.to_owned())] }
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
