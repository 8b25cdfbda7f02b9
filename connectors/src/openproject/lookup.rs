//! Values for pickers, as the bot's account sees them; what is chosen is checked again when the action runs.

use commands::{Choice, Result};
use serde_json::json;

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::Resource,
    names::{List, same},
    param::PackageId,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<OpenProject>] = &[
    LookupDef { name: "project", run: |on, query| Box::pin(projects(on, query)) },
    LookupDef { name: "type", run: |on, query| Box::pin(types(on, query)) },
    LookupDef { name: "status", run: |on, query| Box::pin(statuses(on, query)) },
    LookupDef { name: "priority", run: |on, query| Box::pin(entries(on, query, List::Priority)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "version", run: |on, query| Box::pin(versions(on, query)) },
    LookupDef { name: "category", run: |on, query| Box::pin(categories(on, query)) },
    LookupDef { name: "activity", run: |on, query| Box::pin(activities(on, query)) },
    LookupDef { name: "role", run: |on, query| Box::pin(entries(on, query, List::Role)) },
    LookupDef { name: "group", run: |on, query| Box::pin(groups(on, query)) },
    LookupDef { name: "query", run: |on, query| Box::pin(queries(on, query)) },
    LookupDef { name: "budget", run: |on, query| Box::pin(budgets(on, query)) },
];

async fn projects(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let all = on.projects().await?;
    Ok(matching(query, all.iter().map(|it| (it.text("identifier").to_owned(), it.name().to_owned()))))
}

async fn types(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    match project(on, query).await? {
        Some(project) => Ok(named(query, on.types_of(project.id()).await?)),
        None => entries(on, query, List::Type).await,
    }
}

/// Where a work package can go, where it is known; every status otherwise.
async fn statuses(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let Some(number) = package(query) else { return entries(on, query, List::Status).await };
    let form = on.form_at(&format!("/api/v3/work_packages/{number}/form"), &lock(&on.package(number).await?)).await?;
    let allowed = form.attribute("status").map(|it| it.listed()).unwrap_or_default();
    Ok(matching(query, allowed.into_iter().map(|it| (it.title.clone(), it.title))))
}

async fn versions(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    let all = on.versions_of(project.id()).await?;
    // A version that another project shares may be called as one of its own: those are told apart by number.
    let is_only = |it: &Resource| all.iter().filter(|other| same(other.name(), it.name())).count() == 1;
    let choice = |it: &Resource| match is_only(it) {
        true => (it.name().to_owned(), it.name().to_owned()),
        false => (format!("#{}", it.id()), format!("{} ({})", it.name(), it.title("definingProject").unwrap_or_default())),
    };
    Ok(matching(query, all.iter().filter(|it| it.text("status") == "open").map(choice)))
}

async fn categories(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    Ok(named(query, on.categories_of(project.id()).await?))
}

async fn budgets(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let Some(project) = project(on, query).await? else { return Ok(Vec::new()) };
    let all = on.budgets_of(&project).await?;
    Ok(matching(query, all.iter().map(|it| (it.text("subject").to_owned(), it.text("subject").to_owned()))))
}

async fn activities(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let links = match (package(query), project(on, query).await?) {
        (Some(number), _) => {
            let href = format!("/api/v3/work_packages/{number}");
            json!({ "entity": { "href": href }, "workPackage": { "href": href } })
        }
        (None, Some(project)) => json!({ "project": { "href": format!("/api/v3/projects/{}", project.id()) } }),
        (None, None) => return Ok(Vec::new()),
    };
    let form = on.form_at("/api/v3/time_entries/form", &json!({ "_links": links })).await?;
    let allowed = form.attribute("activity").map(|it| it.listed()).unwrap_or_default();
    Ok(matching(query, allowed.into_iter().map(|it| (it.title.clone(), it.title))))
}

/// A project's members, where the project is known; everybody that the bot can see otherwise.
async fn users(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let member = project(on, query).await?.map(|it| it.id().to_string());
    let typed = query.typed.trim();
    let mut wanted = vec![filter("status", "!", &["3"])];
    if let Some(member) = &member {
        wanted.push(filter("member", "=", &[member]));
    }
    if !typed.is_empty() {
        wanted.push(filter("any_name_attribute", "~", &[typed]));
    }
    let found = on.page("/api/v3/principals", &[("filters", &filters(&wanted)), ("pageSize", PAGE)]).await?.elements();
    let login = |it: &Resource| if it.text("login").is_empty() { it.name().to_owned() } else { it.text("login").to_owned() };
    Ok(matching(query, found.iter().map(|it| (login(it), it.name().to_owned()))))
}

async fn groups(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    Ok(named(query, on.groups().await?))
}

async fn queries(on: &OpenProject, query: &Query) -> Result<Vec<Choice>> {
    let all = on.queries(None).await?;
    let label =
        |it: &Resource| it.title("project").map_or_else(|| it.name().to_owned(), |project| format!("{} ({project})", it.name()));
    Ok(matching(query, all.iter().map(|it| (it.id().to_string(), label(it)))))
}

async fn entries(on: &OpenProject, query: &Query, list: List) -> Result<Vec<Choice>> {
    Ok(named(query, on.entries(list).await?))
}

fn given(query: &Query, key: &str) -> Option<String> {
    let value = query.given.get(key)?;
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string())).filter(|it| !it.trim().is_empty())
}

/// The work package that the form names.
fn package(query: &Query) -> Option<u64> {
    let text = given(query, "package")?;
    serde_json::from_value::<PackageId>(json!(text)).ok()?.number("package").ok()
}

fn lock(package: &Resource) -> serde_json::Value {
    json!({ "lockVersion": package.0["lockVersion"] })
}

/// The project that the form names, directly or by its work package.
async fn project(on: &OpenProject, query: &Query) -> Result<Option<Resource>> {
    if let Some(project) = given(query, "project") {
        return on.project(&project).await.map(Some);
    }
    let Some(number) = package(query) else { return Ok(None) };
    match on.package(number).await?.link("project").and_then(|it| it.id()) {
        Some(id) => on.project(&id.to_string()).await.map(Some),
        None => Ok(None),
    }
}

fn named(query: &Query, all: Vec<Resource>) -> Vec<Choice> {
    matching(query, all.iter().map(|it| (it.name().to_owned(), it.name().to_owned())))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
