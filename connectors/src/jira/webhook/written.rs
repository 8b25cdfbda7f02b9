//! What people wrote in Jira: as Markdown, with the names of those whom it mentions.

use commands::event::{Concern, Why};
use serde_json::Value;

use super::happened::id_of;
use crate::{
    jira::{card, wire},
    payload::{mentions, said, text},
};

/// The text, and who is mentioned in it but for who wrote it. `known` are those whose names are told beside.
pub(super) fn read(value: &Value, known: &[wire::User], by: Option<&wire::User>) -> (Option<String>, Vec<Concern>) {
    let mut found: Vec<Concern> = Vec::new();
    let markdown = match value {
        Value::String(markup) => card::markdown(&Value::String(spelled(markup, known, &mut found))),
        document => {
            of_document(document, known, &mut found);
            card::markdown(document)
        }
    };
    let own = by.and_then(id_of);
    found.retain(|it| own.is_none() || it.id != own);
    (said(&markdown), found)
}

fn add(concern: Concern, found: &mut Vec<Concern>) {
    if !found.iter().any(|it| it.id == concern.id && it.name == concern.name) {
        found.push(concern);
    }
}

fn name_of<'a>(id: &str, known: &'a [wire::User]) -> Option<&'a str> {
    let is = |it: &&wire::User| it.account_id.as_deref() == Some(id) || it.name.as_deref() == Some(id);
    known.iter().find(is).map(wire::User::label)
}

/// Markup with `[~accountid:5b10…]` and `[~ana]` as `@Ana Example`.
fn spelled(markup: &str, known: &[wire::User], found: &mut Vec<Concern>) -> String {
    let mut all = String::new();
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once("[~") {
        let Some((id, left)) = after.split_once(']').filter(|(id, _)| !id.is_empty() && id.len() < 200 && !id.contains('\n'))
        else {
            break;
        };
        plain(before, found);
        let id = id.trim_start_matches("accountid:").trim_start_matches("accountId:");
        let name = name_of(id, known);
        all.push_str(&format!("{before}@{}", name.unwrap_or(id)));
        add(Concern { name: name.unwrap_or(id).to_owned(), id: Some(id.to_owned()), why: Why::Mentioned }, found);
        rest = left;
    }
    plain(rest, found);
    all + rest
}

/// Those whom people mention as they do elsewhere: `@ana`.
fn plain(text: &str, found: &mut Vec<Concern>) {
    for name in mentions(text) {
        add(Concern { id: Some(name.clone()), name, why: Why::Mentioned }, found);
    }
}

/// The mentions of a document, in their order.
fn of_document(node: &Value, known: &[wire::User], found: &mut Vec<Concern>) {
    if node["type"] == "mention" {
        let id = text(node, "/attrs/id");
        let shown = text(node, "/attrs/text").map(|it| it.trim_start_matches('@'));
        if let Some(name) = shown.or_else(|| name_of(id?, known)).or(id) {
            add(Concern { name: name.to_owned(), id: id.map(str::to_owned), why: Why::Mentioned }, found);
        }
    }
    for child in node["content"].as_array().into_iter().flatten() {
        of_document(child, known, found);
    }
}
