//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};

use super::{
    GitHub,
    access::{Asker, Level},
    card, param,
    place::{Place, RepoName, Right},
    wire,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;
const FRESH: Duration = Duration::from_secs(30);

pub(super) const ALL: &[LookupDef<GitHub>] = &[
    LookupDef { name: "repo", run: |on, query| Box::pin(repos(on, query)) },
    LookupDef { name: "issue", run: |on, query| Box::pin(numbers(on, query, "is:issue")) },
    LookupDef { name: "pr", run: |on, query| Box::pin(numbers(on, query, "is:pr")) },
    LookupDef { name: "run", run: |on, query| Box::pin(runs(on, query)) },
    LookupDef { name: "label", run: |on, query| Box::pin(labels(on, query)) },
    LookupDef { name: "milestone", run: |on, query| Box::pin(milestones(on, query)) },
    LookupDef { name: "branch", run: |on, query| Box::pin(branches(on, query)) },
    LookupDef { name: "tag", run: |on, query| Box::pin(named(on, query, "/tags")) },
    LookupDef { name: "workflow", run: |on, query| Box::pin(workflows(on, query)) },
    LookupDef { name: "environment", run: |on, query| Box::pin(environments(on, query)) },
    LookupDef { name: "release", run: |on, query| Box::pin(releases(on, query)) },
];

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The repository that the form names, directly or by its issue, else the connection's own; as the person sees it.
async fn place<'a>(on: &'a GitHub, query: &Query) -> Result<Option<Place<'a>>> {
    let given = |key: &str| query.given.get(key).and_then(|it| it.as_str()).map(str::trim).filter(|it| !it.is_empty());
    let by_object = || {
        let text = given("issue").or_else(|| given("pr")).or_else(|| given("run")).filter(|it| it.contains('/'))?;
        on.target("issue", text, None).ok().map(|(repo, _)| repo)
    };
    let named = given("repo").map(|it| param::Repo(it.to_owned()));
    let repo: Option<RepoName> = match by_object() {
        Some(repo) => Some(repo),
        None => on.repo(named.as_ref()).ok(),
    };
    let Some(repo) = repo else { return Ok(None) };
    match &query.asker {
        Some(ctx) => on.place(ctx, repo, Right::Metadata, Level::Read).await.map(Some),
        None => Ok(Some(Place { github: on, asker: Asker::nobody(), repo, right: Right::Metadata })),
    }
}

async fn repos(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let (mut all, more) = on.repositories(100, 1).await?;
    let typed = query.typed.trim();
    let is_found = |all: &[wire::Repo]| all.iter().any(|it| it.full_name.to_lowercase().contains(&typed.to_lowercase()));
    if more && !typed.is_empty() && !is_found(&all) {
        let search = format!("{typed} in:name");
        let found: wire::Found<wire::Repo> =
            on.get("/search/repositories", &[("q", search.as_str()), ("per_page", "20")]).await?;
        all.extend(found.items);
    }
    if let Some(ctx) = &query.asker {
        let asker = on.asker(ctx).await?;
        let (public, private): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| !it.private);
        let wanted = typed.to_lowercase();
        let private: Vec<_> = private.into_iter().filter(|it| it.full_name.to_lowercase().contains(&wanted)).take(20).collect();
        let private = on.keep_visible(&asker, None, private, |it| RepoName::parse(&it.full_name)).await?;
        all = public.into_iter().chain(private).collect();
    }
    Ok(matching(query, all.into_iter().map(|it| (it.full_name.clone(), it.full_name))))
}

/// The last changed ones that are open; others by the words of their titles or their number.
async fn numbers(on: &GitHub, query: &Query, kind: &str) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let pair = |it: wire::Issue| (card::key(&place.repo, it.number), format!("#{} {}", it.number, it.title));
    let find = async |search: String| -> Result<Vec<Choice>> {
        let asked = [("q", search.as_str()), ("sort", "updated"), ("order", "desc"), ("per_page", "100")];
        let found: wire::Found<wire::Issue> = on.get_cached("/search/issues", &asked, FRESH).await?;
        Ok(matching(query, found.items.into_iter().map(pair)))
    };
    let last = find(format!("repo:{} {kind} is:open", place.repo)).await?;
    let typed = query.typed.trim().trim_start_matches('#').replace('"', "");
    match typed.parse::<u64>() {
        _ if !last.is_empty() || typed.is_empty() => Ok(last),
        Ok(number) => match place.issue(number).await {
            Ok(issue) => Ok(matching(query, std::iter::once(pair(issue)))),
            Err(_) => Ok(Vec::new()),
        },
        Err(_) => find(format!("repo:{} {kind} in:title \"{typed}\"", place.repo)).await,
    }
}

async fn runs(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all: wire::Runs = place.get("/actions/runs", &[("per_page", "50")]).await?;
    let pair = |it: wire::Run| {
        let label = format!("{} #{} {}", it.name.unwrap_or_default(), it.run_number, it.head_branch.unwrap_or_default());
        (it.id.to_string(), label)
    };
    Ok(matching(query, all.workflow_runs.into_iter().map(pair)))
}

async fn labels(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    named(on, query, "/labels").await
}

async fn branches(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    named(on, query, "/branches").await
}

async fn named(on: &GitHub, query: &Query, path: &str) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all: Vec<Named> = place.first(path, &[], 500).await?.items;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn milestones(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all: Vec<wire::Milestone> = place.first("/milestones", &[], 200).await?.items;
    Ok(matching(query, all.into_iter().map(|it| (it.title.clone(), it.title))))
}

async fn workflows(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all = place.workflows().await?;
    let file = |it: &wire::Workflow| it.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(matching(query, all.into_iter().map(|it| (file(&it), it.name))))
}

/// Those that something was deployed to, or waits to be.
async fn environments(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all: Vec<wire::Deployment> = place.get("/deployments", &[("per_page", "100")]).await?;
    let names: BTreeSet<String> = all.into_iter().map(|it| it.environment).collect();
    Ok(matching(query, names.into_iter().map(|it| (it.clone(), it))))
}

async fn releases(on: &GitHub, query: &Query) -> Result<Vec<Choice>> {
    let Some(place) = place(on, query).await? else { return Ok(Vec::new()) };
    let all: Vec<wire::Release> = place.first("/releases", &[], 100).await?.items;
    let label = |it: &wire::Release| it.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| it.tag_name.clone());
    Ok(matching(query, all.into_iter().map(|it| (it.tag_name.clone(), label(&it)))))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
