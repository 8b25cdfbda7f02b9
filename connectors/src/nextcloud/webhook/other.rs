//! Events about no file: calendars, forms, tables, cards of Deck, and what other apps offer.

use commands::{
    Event,
    event::{Change, Concern, Object, Why},
};
use serde_json::Value;

use crate::payload;

pub(super) fn event(it: &Value, class: &str, known: &Event) -> Event {
    let noun = known.kind.split('.').next().unwrap_or_default();
    match noun {
        "calendar_entry" => entry(it, known),
        "form" if it["form"].is_object() => form(it, known),
        "row" => row(it, known),
        "card" if class.contains("\\Deck\\") => card(it, known),
        _ => generic(it, noun, known),
    }
}

/// The name of a calendar, as people see it where Nextcloud tells that.
fn calendar(it: &Value) -> Option<String> {
    let named = it["{DAV:}displayname"].as_str().map(str::trim).filter(|it| !it.is_empty());
    named.or_else(|| payload::first(it, &["/displayname", "/uri"])).map(str::to_owned)
}

fn entry(it: &Value, known: &Event) -> Event {
    let data = &it["objectData"];
    let uri = payload::text(data, "/uri").unwrap_or("entry");
    // Some versions send the whole entry.
    let whole = payload::text(data, "/calendardata").unwrap_or_default();
    let summary = whole.lines().find_map(|it| it.strip_prefix("SUMMARY:")).map(|it| it.replace("\\,", ",").trim().to_owned());
    let summary = summary.filter(|it| !it.is_empty());
    let (from, to) = (calendar(&it["sourceCalendarData"]), calendar(&it["targetCalendarData"]));
    let moved = from.is_some() || to.is_some();
    Event {
        object: Object {
            key: if payload::text(data, "/component") == Some("VTODO") { "task" } else { "calendar entry" }.into(),
            title: summary.unwrap_or_else(|| uri.strip_suffix(".ics").unwrap_or(uri).to_owned()),
            url: None,
            place: calendar(&it["calendarData"]).or_else(|| to.clone()),
            state: None,
        },
        changes: moved.then(|| Change { field: "calendar".into(), from, to }).into_iter().collect(),
        ..known.clone()
    }
}

fn form(it: &Value, known: &Event) -> Event {
    let number = it["form"]["id"].as_u64().map(|it| format!(" {it}")).unwrap_or_default();
    let by = payload::text(it, "/submission/userId").map(str::to_owned);
    // Who answers an anonymous form is not told, whoever was signed in.
    let is_anonymous = it["form"]["isAnonymous"] == true;
    Event {
        actor: known.actor.clone().or_else(|| by.clone()).filter(|_| !is_anonymous),
        actor_id: known.actor_id.clone().or(by).filter(|_| !is_anonymous),
        object: Object {
            key: format!("form{number}"),
            title: payload::text(it, "/form/title").unwrap_or("a form in Nextcloud").to_owned(),
            ..Object::default()
        },
        ..known.clone()
    }
}

fn row(it: &Value, known: &Event) -> Event {
    let number = |key: &str| it[key].as_u64();
    // By the columns' numbers; Nextcloud does not tell their names.
    let cells = |key: &str| -> Vec<(String, String)> {
        let all = it[key].as_object().into_iter().flatten();
        let listed = payload::list(it, &format!("/{key}")).iter().enumerate().map(|(at, it)| (at.to_string(), it));
        let all: Vec<(String, &Value)> = all.map(|(name, it)| (name.clone(), it)).chain(listed).collect();
        all.into_iter().filter_map(|(name, it)| Some((name, payload::shown(it, "")?))).collect()
    };
    let (before, now) = (cells("previousValues"), cells("values"));
    let find = |all: &[(String, String)], name: &str| all.iter().find(|(known, _)| known == name).map(|(_, it)| it.clone());
    let mut names: Vec<&String> = before.iter().chain(&now).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let changes = names.into_iter().filter(|_| !before.is_empty() && !now.is_empty()).filter_map(|name| {
        let (from, to) = (find(&before, name), find(&now, name));
        (from != to).then(|| Change { field: format!("column {name}"), from, to })
    });
    let shown = if now.is_empty() { &before } else { &now };
    let title =
        shown.iter().take(5).map(|(_, it)| payload::first_line(it)).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ");
    Event {
        object: Object {
            key: match (number("tableId"), number("rowId")) {
                (Some(table), Some(row)) => format!("row {table}/{row}"),
                (_, row) => row.map_or_else(|| "row".into(), |it| format!("row {it}")),
            },
            title: if title.is_empty() { "a row in Nextcloud".into() } else { title },
            place: number("tableId").map(|it| format!("table {it}")),
            ..Object::default()
        },
        changes: changes.collect(),
        ..known.clone()
    }
}

/// Deck tells the card itself.
fn card(it: &Value, known: &Event) -> Event {
    let named = |it: &Value| payload::first(it, &["/participant/displayname", "/displayname"]).map(str::to_owned);
    let assigned = payload::list(it, "/assignedUsers").iter().filter(|_| known.kind == "card.created").filter_map(|it| {
        let id = payload::first(it, &["/participant/uid", "/uid"]).map(str::to_owned);
        Some(Concern { name: named(it).or_else(|| id.clone())?, id, why: Why::Assigned })
    });
    let labels = payload::list(it, "/labels").iter().filter_map(|it| payload::text(it, "/title")).map(str::to_owned);
    let state = match (it["archived"] == true, &it["done"]) {
        (true, _) => Some("archived"),
        (false, Value::String(_)) => Some("done"),
        _ => None,
    };
    Event {
        object: Object {
            key: it["id"].as_u64().map_or_else(|| "card".into(), |it| format!("card {it}")),
            title: payload::text(it, "/title").unwrap_or("a card in Nextcloud").to_owned(),
            state: state.map(str::to_owned),
            ..Object::default()
        },
        concerns: assigned.collect(),
        labels: labels.collect(),
        text: payload::text(it, "/description").filter(|_| known.kind == "card.created").and_then(payload::said),
        ..known.clone()
    }
}

/// What an event says of itself, as far as that can be read.
fn generic(it: &Value, noun: &str, known: &Event) -> Event {
    let inside: Vec<&Value> = it.as_object().into_iter().flatten().map(|(_, it)| it).filter(|it| it.is_object()).collect();
    let first = |names: &[&str]| {
        let at = |it: &Value, name: &str| payload::shown(it, &format!("/{name}"));
        names.iter().find_map(|name| at(it, name).or_else(|| inside.iter().find_map(|it| at(it, name))))
    };
    let words = if noun == "nextcloud" { "thing".to_owned() } else { noun.replace('_', " ") };
    let id = first(&["id", "uri", "rowId", "uid", "userId", "formId", "tableId", "token"]);
    let title = first(&["title", "displayName", "displayname", "name", "summary", "subject", "path", "uri", "uid", "userId"]);
    let key = match (&id, &title) {
        (Some(id), Some(title)) if id != title => format!("{words} {id}"),
        _ => words.clone(),
    };
    let text = first(&["message", "description", "comment", "text"]).and_then(|it| payload::said(&it));
    let title = title.or(id).unwrap_or_else(|| format!("a {words} in Nextcloud"));
    Event { object: Object { key, title, ..Object::default() }, text, ..known.clone() }
}
