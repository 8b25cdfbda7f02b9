//! What we have no words for yet: told by whatever has a name.

use commands::Event;
use serde_json::Value;

use super::{Payload, changes, event, object};
use crate::payload::{first, shown, text};

pub(super) fn read(payload: &Payload<'_>) -> Event {
    let of = payload.body.get("object_attributes").filter(|it| it.is_object()).unwrap_or(&Value::Null);
    let action = text(of, "/action").or_else(|| first(payload.body, &["/action", "/event_name", "/event_type"]));
    let verb = action.filter(|it| *it != payload.kind).map_or_else(|| "reported".to_owned(), |it| it.replace(' ', "_"));
    let verb = match verb.as_str() {
        "create" => "created",
        "update" => "updated",
        "delete" | "destroy" => "deleted",
        "open" => "opened",
        "close" => "closed",
        other => other,
    };
    let words = payload.kind.replace('_', " ");
    let title =
        first(of, &["/title", "/name", "/description"]).or_else(|| first(payload.body, &["/title", "/name", "/user_name"]));
    let title = title.map(crate::payload::first_line).filter(|it| *it != words).unwrap_or("event").to_owned();
    let number = shown(of, "/iid").or_else(|| shown(of, "/id"));
    let key = number.map_or_else(|| words.clone(), |it| format!("{words} {it}"));
    let url = first(of, &["/url", "/web_url"]).map(str::to_owned).or_else(|| payload.web(""));
    let mut told = event(payload.kind, verb, object(key, title, url));
    told.object.state = text(of, "/state").or_else(|| text(of, "/status")).map(str::to_owned);
    told.changes = changes::read(payload.body);
    told.text = first(of, &["/note", "/message", "/description"]).map(str::to_owned);
    told
}
