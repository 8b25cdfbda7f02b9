//! Values for pickers, as the person sees them who is choosing; what is chosen is checked again when the action runs.

use commands::{Choice, Result};

use super::{
    Redmine,
    api::Acting,
    names::{self, Entry},
    wire,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Redmine>] = &[
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "tracker", run: |on, query| Box::pin(trackers(on, query)) },
    LookupDef { name: "status", run: |on, query| Box::pin(entries(on, query, names::List::Status)) },
    LookupDef { name: "priority", run: |on, query| Box::pin(entries(on, query, names::List::Priority)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "version", run: |on, query| Box::pin(versions(on, query)) },
    LookupDef { name: "category", run: |on, query| Box::pin(categories(on, query)) },
    LookupDef { name: "activity", run: |on, query| Box::pin(activities(on, query)) },
    LookupDef { name: "role", run: |on, query| Box::pin(entries(on, query, names::List::Role)) },
];

async fn projects(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    let all = acting(on, query).await?.projects().await?;
    Ok(matching(query, all.into_iter().filter(|it| it.status.is_none_or(|it| it == 1)).map(|it| (it.identifier, it.name))))
}

async fn trackers(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    match project(on, query).await? {
        Some(project) => Ok(named(query, project.trackers)),
        None => entries(on, query, names::List::Tracker).await,
    }
}

async fn versions(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    let all = acting(on, query).await?.versions(project.id).await?;
    Ok(matching(query, all.into_iter().filter(|it| it.status == "open").map(|it| (it.name.clone(), it.name))))
}

async fn categories(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    Ok(named(query, project.issue_categories))
}

async fn activities(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    match project(on, query).await? {
        Some(project) => Ok(named(query, project.time_entry_activities)),
        None => entries(on, query, names::List::Activity).await,
    }
}

/// A project's members, where the project is known; everybody otherwise.
async fn users(on: &Redmine, query: &Query) -> Result<Vec<Choice>> {
    if let Some(project) = project(on, query).await? {
        let all = acting(on, query).await?.members(project.id).await?;
        return Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))));
    }
    // Only administrators may list everybody, so that the bot does.
    let found = on.as_bot().list::<wire::User>("/users.json", "users", &[("name", query.typed.trim()), ("limit", "100")]).await?;
    let pair = |it: wire::User| (it.login.clone(), it.name());
    Ok(matching(query, found.items.into_iter().map(pair)))
}

/// Redmine as the person sees it who is choosing.
async fn acting<'a>(on: &'a Redmine, query: &Query) -> Result<Acting<'a>> {
    match &query.asker {
        Some(ctx) => on.acting(ctx).await,
        None => Ok(on.as_bot()),
    }
}

async fn entries(on: &Redmine, query: &Query, list: names::List) -> Result<Vec<Choice>> {
    let all = on.entries(list).await?;
    let pair = |it: &Entry| (it.name.clone(), it.name.clone());
    Ok(matching(query, all.iter().map(pair)))
}

/// The project that the form names, directly or by its issue.
async fn project(on: &Redmine, query: &Query) -> Result<Option<wire::Project>> {
    let given = |key: &str| {
        let value = query.given.get(key)?;
        value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string())).filter(|it| !it.trim().is_empty())
    };
    let acting = acting(on, query).await?;
    if let Some(project) = given("project") {
        return acting.project(&project).await.map(Some);
    }
    let Some(issue) = given("issue") else { return Ok(None) };
    let Ok(number) = super::param::IssueId::from(issue).number("issue") else { return Ok(None) };
    let issue = acting.issue_with(number, "").await?;
    acting.project(&issue.project.id.to_string()).await.map(Some)
}

fn named(query: &Query, all: Vec<wire::Named>) -> Vec<Choice> {
    matching(query, all.into_iter().map(|it| (it.name.clone(), it.name)))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
