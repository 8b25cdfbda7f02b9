//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};

use super::{
    Bitbucket, cloud,
    lists::shorten,
    model::{PullFilter, RepoId, Window},
    param,
    vendor::Only,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: u32 = 100;

pub(super) const ALL: &[LookupDef<Bitbucket>] = &[
    LookupDef { name: "repository", run: |on, query| Box::pin(repositories(on, query)) },
    LookupDef { name: "pull", run: |on, query| Box::pin(pulls(on, query)) },
    LookupDef { name: "issue", run: |on, query| Box::pin(issues(on, query)) },
    LookupDef { name: "pipeline", run: |on, query| Box::pin(pipelines(on, query)) },
    LookupDef { name: "branch", run: |on, query| Box::pin(branches(on, query)) },
    LookupDef { name: "tag", run: |on, query| Box::pin(tags(on, query)) },
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "task", run: |on, query| Box::pin(tasks(on, query)) },
];

fn typed(query: &Query) -> Option<&str> {
    Some(query.typed.trim()).filter(|it| !it.is_empty())
}

fn given(query: &Query, key: &str) -> Option<String> {
    let value = query.given.get(key)?;
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string())).filter(|it| !it.trim().is_empty())
}

/// The repository that the form names, directly or by its pull request; none where that cannot be told yet.
fn repo(on: &Bitbucket, query: &Query) -> Option<RepoId> {
    let repo = given(query, "repo").map(param::Repo);
    if let Some(pull) = given(query, "pull") {
        return on.pull_id(&param::Pull(pull), repo.as_ref()).ok().map(|(repo, _)| repo);
    }
    on.repo(repo.as_ref()).ok()
}

async fn repositories(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    // Its name is searched, and not its address.
    let name = typed(query).map(|it| it.rsplit('/').next().unwrap_or(it));
    let page = on.api().repositories(None, name, &Window::first(MOST)).await?;
    Ok(matching(query, page.items.into_iter().map(|it| (it.id.to_string(), it.id.to_string()))))
}

async fn pulls(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let Some(repo) = repo(on, query) else { return Ok(Vec::new()) };
    let page = on.api().pulls(&repo, &PullFilter::default(), &Window::first(50)).await?;
    let pair = |id: u64, title: &str| (format!("{repo}#{id}"), label(id, title));
    Ok(matching(query, page.items.iter().map(|it| pair(it.id, &it.title))))
}

async fn issues(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let (Some(repo), Ok(cloud)) = (repo(on, query), on.vendor.cloud(Only::Issues)) else { return Ok(Vec::new()) };
    let filter = cloud::issues::Filter { open_only: true, ..Default::default() };
    let page = cloud.issues(&repo, &filter, &Window::first(50)).await?;
    Ok(matching(query, page.items.iter().map(|it| (format!("{repo}#{}", it.id), label(it.id, &it.title)))))
}

async fn pipelines(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let (Some(repo), Ok(cloud)) = (repo(on, query), on.vendor.cloud(Only::Pipelines)) else { return Ok(Vec::new()) };
    let page = cloud.runs(&repo, None, None, &Window::first(50)).await?;
    let pair = |it: &cloud::pipelines::Run| {
        let label = format!("#{} {} · {}", it.build_number, it.target.title(), it.state.title());
        (format!("{repo}#{}", it.build_number), shorten(&label, 70))
    };
    Ok(matching(query, page.items.iter().map(pair)))
}

async fn branches(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let Some(repo) = repo(on, query) else { return Ok(Vec::new()) };
    let page = on.api().branches(&repo, typed(query), &Window::first(MOST)).await?;
    Ok(matching(query, page.items.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn tags(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let Some(repo) = repo(on, query) else { return Ok(Vec::new()) };
    let page = on.api().tags(&repo, typed(query), &Window::first(MOST)).await?;
    Ok(matching(query, page.items.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn projects(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let page = on.api().projects(None, &Window::first(MOST)).await?;
    Ok(matching(query, page.items.into_iter().map(|it| (it.key, it.name))))
}

/// The tasks of the pull request that the form names.
async fn tasks(on: &Bitbucket, query: &Query) -> Result<Vec<Choice>> {
    let repo = given(query, "repo").map(param::Repo);
    let Some(pull) = given(query, "pull").map(param::Pull) else { return Ok(Vec::new()) };
    let Ok((repo, id)) = on.pull_id(&pull, repo.as_ref()) else { return Ok(Vec::new()) };
    let tasks = on.api().tasks(&on.api().pull(&repo, id).await?).await?;
    Ok(matching(query, tasks.items.iter().map(|it| (it.id.to_string(), shorten(&it.text, 70)))))
}

fn label(id: u64, title: &str) -> String {
    shorten(&format!("#{id} {title}"), 70)
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST as usize).map(|(value, label)| Choice::new(value, label)).collect()
}
