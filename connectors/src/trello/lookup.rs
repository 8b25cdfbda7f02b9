//! Values for pickers; what is chosen is checked again when the action runs.

use std::sync::Arc;

use commands::{Choice, Result};

use super::{Trello, names::World, view, wire};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Trello>] = &[
    LookupDef { name: "board", run: |on, query| Box::pin(boards(on, query)) },
    LookupDef { name: "card", run: |on, query| Box::pin(cards(on, query)) },
    LookupDef { name: "list", run: |on, query| Box::pin(lists(on, query)) },
    LookupDef { name: "label", run: |on, query| Box::pin(labels(on, query)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "field", run: |on, query| Box::pin(fields(on, query)) },
    LookupDef { name: "checklist", run: |on, query| Box::pin(checklists(on, query)) },
    LookupDef { name: "item", run: |on, query| Box::pin(items(on, query)) },
    LookupDef { name: "comment", run: |on, query| Box::pin(comments(on, query)) },
    LookupDef { name: "webhook", run: |on, query| Box::pin(webhooks(on, query)) },
];

async fn boards(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let all = on.boards().await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

/// The board's open cards; without a board, those of the bot's boards that hold what was typed.
async fn cards(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let found = match given(query, "board") {
        Some(board) => {
            let board = on.board("board", &board).await?;
            on.get::<Vec<wire::Card>>(&format!("/1/boards/{}/cards/open", board.id), &[]).await?
        }
        None if query.typed.trim().len() >= 2 => on.search(&query.typed, None, 50).await?,
        None => Vec::new(),
    };
    Ok(matching(query, found.into_iter().map(|it| (it.short_link, format!("{} (#{})", it.name, it.id_short)))))
}

async fn lists(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(world) = world(on, query).await? else { return Ok(Vec::new()) };
    Ok(matching(query, world.lists.iter().map(|it| (it.name.clone(), it.name.clone()))))
}

async fn labels(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(world) = world(on, query).await? else { return Ok(Vec::new()) };
    Ok(matching(query, world.labels.iter().map(|it| (it.title().to_owned(), it.title().to_owned()))))
}

async fn users(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(world) = world(on, query).await? else { return Ok(Vec::new()) };
    Ok(matching(query, world.members.iter().map(|it| (it.username.clone(), it.full_name.clone()))))
}

async fn fields(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(world) = world(on, query).await? else { return Ok(Vec::new()) };
    Ok(matching(query, world.fields.iter().map(|it| (it.name.clone(), it.name.clone()))))
}

async fn checklists(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(card) = card(on, query).await? else { return Ok(Vec::new()) };
    Ok(matching(query, card.checklists.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn items(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(card) = card(on, query).await? else { return Ok(Vec::new()) };
    let items = card.checklists.into_iter().flat_map(|it| it.check_items);
    Ok(matching(query, items.map(|it| (it.name.clone(), format!("{} {}", view::tick(&it), it.name)))))
}

async fn comments(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let Some(card) = card(on, query).await? else { return Ok(Vec::new()) };
    let own = on.own_comments(&card.id).await?;
    Ok(matching(
        query,
        own.into_iter().map(|it| {
            (it.id.clone(), view::shorten(it.data["text"].as_str().unwrap_or_default().lines().next().unwrap_or_default(), 70))
        }),
    ))
}

async fn webhooks(on: &Trello, query: &Query) -> Result<Vec<Choice>> {
    let all = on.webhooks().await?;
    Ok(matching(query, all.into_iter().map(|it| (it.id, it.callback_url))))
}

/// The board that the form names, directly or by its card.
async fn world(on: &Trello, query: &Query) -> Result<Option<Arc<World>>> {
    if let Some(board) = given(query, "board") {
        return on.world_of("board", &board).await.map(Some);
    }
    match card(on, query).await? {
        Some(card) => on.world(&card.id_board).await.map(Some),
        None => Ok(None),
    }
}

async fn card(on: &Trello, query: &Query) -> Result<Option<wire::Card>> {
    let Some(text) = given(query, "card") else { return Ok(None) };
    on.card("card", &text, given(query, "board").as_deref()).await.map(Some)
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
