//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};

use super::{
    Jira,
    api::Api,
    names::quoted,
    param::{self, IssueKey},
    wire::{self, Named},
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Jira>] = &[
    LookupDef { name: "issue", run: |on, query| Box::pin(issues(on, query)) },
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "type", run: |on, query| Box::pin(types(on, query)) },
    LookupDef { name: "priority", run: |on, query| Box::pin(named(on, query, "/priority")) },
    LookupDef { name: "status", run: |on, query| Box::pin(statuses(on, query)) },
    LookupDef { name: "transition", run: |on, query| Box::pin(transitions(on, query)) },
    LookupDef { name: "resolution", run: |on, query| Box::pin(named(on, query, "/resolution")) },
    LookupDef { name: "label", run: |on, query| Box::pin(labels(on, query)) },
    LookupDef { name: "version", run: |on, query| Box::pin(versions(on, query)) },
    LookupDef { name: "component", run: |on, query| Box::pin(components(on, query)) },
    LookupDef { name: "board", run: |on, query| Box::pin(boards(on, query)) },
    LookupDef { name: "sprint", run: |on, query| Box::pin(sprints(on, query)) },
    LookupDef { name: "epic", run: |on, query| Box::pin(epics(on, query)) },
    LookupDef { name: "link", run: |on, query| Box::pin(links(on, query)) },
    LookupDef { name: "filter", run: |on, query| Box::pin(filters(on, query)) },
    LookupDef { name: "group", run: |on, query| Box::pin(groups(on, query)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
];

fn given(query: &Query, key: &str) -> Option<String> {
    let value = query.given.get(key)?;
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string())).filter(|it| !it.trim().is_empty())
}

fn issue(query: &Query) -> Option<String> {
    IssueKey(given(query, "issue")?).key("issue").ok()
}

/// The project that the form names, directly or by its issue.
async fn project(api: &Api<'_>, query: &Query) -> Result<Option<String>> {
    if let Some(project) = given(query, "project") {
        return Ok(Some(api.project(&project).await?.key));
    }
    let project = issue(query).filter(|it| param::is_key(it)).and_then(|it| Some(it.rsplit_once('-')?.0.to_owned()));
    Ok(project)
}

fn matching(query: &Query, all: impl IntoIterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let holds =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    let mut seen = std::collections::BTreeSet::new();
    let all = all.into_iter().filter(holds).filter(|(value, _)| seen.insert(value.clone()));
    all.take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}

fn names(query: &Query, all: impl IntoIterator<Item = String>) -> Vec<Choice> {
    matching(query, all.into_iter().map(|it| (it.clone(), it)))
}

/// Those that were changed last, and those whose summary holds what was typed.
async fn issues(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let typed = query.typed.trim();
    let pair = |it: wire::Issue| (it.key.clone(), format!("{} {}", it.key, it.summary()));
    let recent = api.search("updated >= -90d ORDER BY updated DESC", &["summary"], None, MOST, None).await?;
    let recent = matching(query, recent.issues.into_iter().map(pair));
    if typed.is_empty() || !recent.is_empty() {
        return Ok(recent);
    }
    let words: String = typed.chars().map(|it| if it.is_alphanumeric() { it } else { ' ' }).collect();
    let by_words =
        if words.trim().is_empty() { None } else { Some(format!("summary ~ {}", quoted(&format!("{}*", words.trim())))) };
    let by_key = param::is_key(typed).then(|| format!("key = {}", quoted(typed)));
    let Some(jql) = by_key.or(by_words) else { return Ok(Vec::new()) };
    match api.search(&format!("{jql} ORDER BY updated DESC"), &["summary"], None, MOST, None).await {
        Ok(found) => Ok(matching(query, found.issues.into_iter().map(pair))),
        // Jira refuses a key that there is not.
        Err(error) if error.kind == commands::ErrorKind::Validation => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn projects(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(
        query,
        on.as_bot().await?.projects().await?.into_iter().map(|it| (it.key.clone(), format!("{} ({})", it.name, it.key))),
    ))
}

async fn types(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    match project(&api, query).await? {
        Some(project) => Ok(names(query, api.types(&project).await?.into_iter().map(|it| it.name))),
        None => named(on, query, "/issuetype").await,
    }
}

async fn named(on: &Jira, query: &Query, path: &str) -> Result<Vec<Choice>> {
    let all: Vec<Named> = on.as_bot().await?.get_kept(path, &[]).await?;
    Ok(names(query, all.into_iter().map(|it| it.name)))
}

async fn statuses(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let all: Vec<Named> = on.as_bot().await?.get_kept("/status", &[]).await?;
    let words = ["open", "closed", "all"].map(str::to_owned);
    Ok(names(query, words.into_iter().chain(all.into_iter().map(|it| it.name))))
}

/// What is possible now with the issue that the form names.
async fn transitions(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let Some(key) = issue(query) else { return Ok(Vec::new()) };
    let all = on.as_bot().await?.transitions(&key).await?;
    let label =
        |it: &wire::Transition| if it.name == it.to.name { it.name.clone() } else { format!("{} → {}", it.name, it.to.name) };
    Ok(matching(query, all.iter().map(|it| (it.name.clone(), label(it)))))
}

/// Cloud lists all labels; on Data Center they are those of issues that were changed lately.
async fn labels(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    if api.is_cloud() {
        return Ok(names(query, api.all::<String>("/label", "values", &[], 1000).await?));
    }
    let found = api.search("labels IS NOT EMPTY ORDER BY updated DESC", &["labels"], None, MOST, None).await?;
    Ok(names(query, found.issues.iter().flat_map(wire::Issue::labels)))
}

async fn versions(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let Some(project) = project(&api, query).await? else { return Ok(Vec::new()) };
    Ok(names(query, api.versions(&project).await?.into_iter().filter(|it| !it.archived).map(|it| it.name)))
}

async fn components(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let Some(project) = project(&api, query).await? else { return Ok(Vec::new()) };
    Ok(names(query, api.components(&project).await?.into_iter().map(|it| it.name)))
}

async fn boards(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let project = project(&api, query).await?;
    Ok(matching(query, api.boards(project.as_deref()).await?.into_iter().map(|it| (it.id.to_string(), it.name))))
}

/// Open sprints of the board that the form names, or of the only one with sprints.
async fn sprints(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let board = given(query, "board").map(param::Board);
    let project = project(&api, query).await?;
    let Ok(board) = api.scrum_board(board.as_ref(), project.as_deref()).await else { return Ok(Vec::new()) };
    let all = api.sprints(board.id, "active,future,closed").await?;
    let label = |it: &wire::Sprint| if it.state == "closed" { format!("{} (closed)", it.name) } else { it.name.clone() };
    Ok(matching(query, all.iter().rev().map(|it| (it.id.to_string(), label(it)))))
}

async fn epics(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let api = on.as_bot().await?;
    let project = project(&api, query).await?;
    let epics = api.open_epics(project.as_deref()).await?;
    Ok(matching(query, epics.into_iter().map(|it| (it.key.clone(), format!("{} {}", it.key, it.summary())))))
}

async fn links(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    let all = on.as_bot().await?.link_types().await?;
    Ok(names(query, all.into_iter().flat_map(|it| [it.outward, it.inward])))
}

async fn filters(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.as_bot().await?.filters("").await?.into_iter().map(|it| (it.id, it.name))))
}

async fn groups(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    Ok(names(query, on.as_bot().await?.groups(query.typed.trim()).await?.into_iter().map(|it| it.name)))
}

/// Whom the issue or the project of the form can be given to; everybody otherwise.
async fn users(on: &Jira, query: &Query) -> Result<Vec<Choice>> {
    use super::person::Among;
    let api = on.as_bot().await?;
    let (issue, project) = (issue(query), project(&api, query).await?);
    let among = match (&issue, &project) {
        (Some(key), _) => Among::Issue(key),
        (None, Some(key)) => Among::Project(key),
        (None, None) => Among::Everybody,
    };
    Ok(matching(query, api.people(among, &query.typed).await?.into_iter().map(|it| (it.id, it.name))))
}
