//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, Result};

use super::{
    Notion, todos,
    view::shorten,
    wire::{self, Found, plain},
};
use crate::{LookupDef, Query, http::pages::first};

/// As many as Slack shows.
const MOST: usize = 100;

/// What a database is called beside pages.
const DATABASE: &str = " (database)";

pub(super) const ALL: &[LookupDef<Notion>] = &[
    LookupDef { name: "page", run: |on, query| Box::pin(search(on, query, Some("page"))) },
    LookupDef { name: "database", run: |on, query| Box::pin(search(on, query, Some("data_source"))) },
    LookupDef { name: "place", run: |on, query| Box::pin(search(on, query, None)) },
    LookupDef { name: "property", run: |on, query| Box::pin(properties(on, query)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "todo", run: |on, query| Box::pin(to_dos(on, query)) },
    LookupDef { name: "discussion", run: |on, query| Box::pin(discussions(on, query)) },
];

/// By id, since titles repeat.
async fn search(on: &Notion, query: &Query, what: Option<&str>) -> Result<Vec<Choice>> {
    // Notion searches titles, which do not hold our word for what it is.
    let typed = query.typed.trim().to_lowercase();
    let words = typed.strip_suffix(DATABASE).unwrap_or(&typed);
    let found = first(MOST, on.search(words, what)).await?.items;
    let pair = |it: Found| match it {
        Found::Page(page) => Some((page.id.clone(), page.title())),
        Found::DataSource(source) if what.is_none() => Some((source.id.clone(), format!("{}{DATABASE}", source.name()))),
        Found::DataSource(source) => Some((source.id.clone(), source.name())),
        Found::Other => None,
    };
    Ok(matching(query, found.into_iter().filter_map(pair)))
}

async fn properties(on: &Notion, query: &Query) -> Result<Vec<Choice>> {
    for field in ["database", "place", "page"] {
        let Some(text) = given(query, field) else { continue };
        let Some(source) = on.source_given(field, &text).await? else { continue };
        return Ok(matching(query, source.properties.keys().map(|it| (it.clone(), it.clone()))));
    }
    Ok(Vec::new())
}

async fn users(on: &Notion, query: &Query) -> Result<Vec<Choice>> {
    let people = on.people().await?;
    let people = people.iter().filter(|it| it.is_person());
    Ok(matching(query, people.map(|it| (it.email().unwrap_or(&it.id).to_owned(), it.name().to_owned()))))
}

async fn to_dos(on: &Notion, query: &Query) -> Result<Vec<Choice>> {
    let Some(page) = page(on, query).await? else { return Ok(Vec::new()) };
    let all = on.todos(&page.id).await?;
    Ok(matching(query, all.iter().map(|it| (todos::words(it), todos::words(it)))))
}

/// Each by its first comment.
async fn discussions(on: &Notion, query: &Query) -> Result<Vec<Choice>> {
    let Some(page) = page(on, query).await? else { return Ok(Vec::new()) };
    let mut all: Vec<(String, String)> = Vec::new();
    for comment in on.comments(&page.id).await? {
        if !all.iter().any(|(id, _)| *id == comment.discussion_id) {
            let text = plain(&comment.rich_text);
            all.push((comment.discussion_id, shorten(text.lines().next().unwrap_or_default(), 70)));
        }
    }
    Ok(matching(query, all.into_iter()))
}

async fn page(on: &Notion, query: &Query) -> Result<Option<wire::Page>> {
    match given(query, "page") {
        Some(text) => on.page("page", &text).await.map(Some),
        None => Ok(None),
    }
}

fn given(query: &Query, key: &str) -> Option<String> {
    query.given.get(key)?.as_str().map(str::to_owned).filter(|it| !it.trim().is_empty())
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let holds =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(holds).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
