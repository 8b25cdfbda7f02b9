//! A page as a message that acts.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::json;

use super::{
    Notion,
    blocks::Content,
    property::{options, words},
    wire,
};
pub(super) use crate::words::shorten;

/// Properties shown; the rest is a click away.
const FACTS: usize = 15;

/// What was done, and the page as it is now.
pub(super) fn reply(
    page: &wire::Page,
    source: Option<&wire::Source>,
    content: Option<&Content>,
    ctx: &Ctx,
    said: Message,
) -> Reply {
    let call = ctx.call("page show", json!({ "page": page.id }));
    Reply::card(Card { object: page.url.clone(), said, shown: message(page, source, content, ctx), call }, Audience::Channel)
}

/// The page again, after something was done to it: failing to read it must not look like failing to do it.
pub(super) async fn after(on: &Notion, id: &str, ctx: &Ctx, did: &str) -> Reply {
    match on.get::<wire::Page>(&format!("/v1/pages/{id}")).await {
        Ok(page) => {
            let source = source_of(on, &page).await;
            reply(&page, source.as_deref(), None, ctx, Message::text(did))
        }
        Err(_) => Reply::to_channel(did),
    }
}

/// The data source that a page is a row of.
pub(super) async fn source_of(on: &Notion, page: &wire::Page) -> Option<std::sync::Arc<wire::Source>> {
    on.source_by_id(page.source()?).await.ok()
}

fn message(page: &wire::Page, source: Option<&wire::Source>, content: Option<&Content>, ctx: &Ctx) -> Message {
    let place = source.map(|it| format!(" · {}", it.name())).unwrap_or_default();
    let trash = if page.in_trash { " · in the trash" } else { "" };
    let mut message = Message::new()
        .tone(if page.in_trash { Tone::Warning } else { Tone::Neutral })
        .heading(page.title())
        .paragraph(Text::new().link(&page.url, "Open in Notion").plain(format!("{place}{trash}")));
    let facts = facts(page, source);
    if !facts.is_empty() {
        message = message.facts(facts);
    }
    if let Some(content) = content.filter(|it| !it.markdown.trim().is_empty()) {
        message = message.document(file_name(&page.title()), "", &content.markdown);
        if content.cut {
            message = message.context("The page goes on; the rest is in Notion.");
        }
    }
    message = message.buttons(buttons(page, ctx));
    if let Some(menu) = states(page, source, ctx) {
        message = message.block(menu);
    }
    message.context(Text::new().plain("Edited ").time(page.last_edited_time))
}

/// `printer-on-fire.md`.
fn file_name(title: &str) -> String {
    let slug: String = title.to_lowercase().chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).take(60).collect();
    let slug = slug.split('-').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-");
    format!("{}.md", if slug.is_empty() { "page" } else { &slug })
}

/// In the order of the schema, where there is one.
fn facts(page: &wire::Page, source: Option<&wire::Source>) -> Vec<(String, Text)> {
    let order = |name: &String| source.and_then(|it| it.properties.keys().position(|it| it == name)).unwrap_or(usize::MAX);
    let mut all: Vec<(&String, String)> = page
        .properties
        .iter()
        .filter(|(_, it)| it["type"] != "title")
        .filter_map(|(name, it)| Some((name, words(it)?)))
        .collect();
    all.sort_by_key(|(name, _)| order(name));
    all.into_iter().take(FACTS).map(|(name, value)| (name.clone(), shorten(&value, 200).into())).collect()
}

fn buttons(page: &wire::Page, ctx: &Ctx) -> Vec<Button> {
    let call = |action: &str| ctx.call(action, json!({ "page": page.id }));
    if page.in_trash {
        return vec![Button::run("Restore", call("page restore"))];
    }
    vec![
        Button::form("Comment", call("comment add")),
        Button::run("Comments", call("comment list")),
        Button::form("Append", call("page append")),
        Button::run("Archive", call("page archive")),
    ]
}

/// The first status of the schema, or its first select, as something to change at once.
fn states(page: &wire::Page, source: Option<&wire::Source>, ctx: &Ctx) -> Option<Block> {
    let properties = &source.filter(|_| !page.in_trash)?.properties;
    let of = |kind: &str| properties.iter().find(|(_, it)| it["type"] == kind);
    let (name, schema) = of("status").or_else(|| of("select"))?;
    let now = page.properties.get(name).and_then(words);
    let to = |it: &&str| Button::run(*it, ctx.call("page update", json!({ "page": page.id, "field": [format!("{name}={it}")] })));
    let all: Vec<Button> = options(schema).iter().filter(|it| now.as_deref() != Some(**it)).map(to).collect();
    (!all.is_empty()).then(|| Block::Menu { label: name.clone(), options: all })
}

/// The page in a line: its title, and what it is in the properties that say most.
pub(super) fn line(page: &wire::Page, place: Option<&str>) -> Text {
    let of = |kind: &str| page.properties.values().find(|it| it["type"] == kind).and_then(words);
    let state = of("status").or_else(|| of("select"));
    let mut rest = String::new();
    for part in [place.map(str::to_owned), state, of("people"), of("date")].into_iter().flatten() {
        rest.push_str(&format!(" · {part}"));
    }
    Text::new().link(&page.url, page.title()).plain(rest)
}

/// `1 page`, `2 pages`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
