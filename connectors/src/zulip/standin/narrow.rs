//! Narrows: which messages a search or a queue is about. <https://zulip.com/api/construct-narrow>

use serde_json::Value;

use super::state::{Message, State, To};

const OPERATORS: &[&str] = &[
    "stream",
    "channel",
    "streams",
    "channels",
    "topic",
    "subject",
    "sender",
    "from",
    "dm",
    "pm-with",
    "dm-including",
    "group-pm-with",
    "id",
    "is",
    "search",
    "has",
    "near",
    "with",
];

/// What is wrong with a term, as Zulip says it; none when it is known here.
pub fn problem(term: &Value) -> Option<String> {
    let operator = match term.as_array() {
        Some(pair) => pair.first().and_then(Value::as_str),
        None => term["operator"].as_str(),
    };
    let known = operator.is_some_and(|it| OPERATORS.contains(&it));
    (!known).then(|| format!("Invalid narrow operator: unknown operator {}", operator.unwrap_or_default()))
}

/// Whether a message fits one term: `{"operator", "operand", "negated"}` or `[operator, operand]`.
pub fn matches(state: &State, message: &Message, term: &Value, me: i64) -> bool {
    let (operator, operand, negated) = match term.as_array() {
        Some(pair) => (pair.first().and_then(Value::as_str), pair.get(1), false),
        None => (term["operator"].as_str(), term.get("operand"), term["negated"] == true),
    };
    let operand = operand.unwrap_or(&Value::Null);
    let text = operand.as_str().unwrap_or_default();
    let is_person = |wanted: &Value, id: i64| {
        wanted.as_i64() == Some(id) || state.user(id).is_some_and(|it| wanted.as_str().map(str::trim) == Some(&it.email))
    };
    let fits = match operator.unwrap_or_default() {
        "stream" | "channel" => matches!(&message.to, To::Stream { id, .. }
            if operand.as_i64() == Some(*id) || state.stream(*id).is_some_and(|it| it.name.eq_ignore_ascii_case(text))),
        "streams" | "channels" => matches!(&message.to, To::Stream { id, .. } if state.stream(*id).is_some_and(|it| !it.private)),
        "topic" | "subject" => matches!(&message.to, To::Stream { topic, .. } if topic.eq_ignore_ascii_case(text)),
        "sender" | "from" => is_person(operand, message.sender),
        "dm" | "pm-with" => match &message.to {
            To::Stream { .. } => false,
            To::Direct(people) => {
                let wanted: Vec<Value> = match operand {
                    Value::Array(items) => items.clone(),
                    Value::String(list) => list.split(',').map(|it| Value::String(it.to_owned())).collect(),
                    one => vec![one.clone()],
                };
                let others = people.iter().filter(|id| **id != me).all(|id| wanted.iter().any(|it| is_person(it, *id)));
                others && wanted.iter().all(|it| people.iter().any(|id| is_person(it, *id)))
            }
        },
        "dm-including" | "group-pm-with" => {
            matches!(&message.to, To::Direct(people) if people.iter().any(|id| is_person(operand, *id)))
        }
        "id" => operand.as_i64().or_else(|| text.parse().ok()) == Some(message.id),
        "is" if matches!(text, "dm" | "private") => matches!(message.to, To::Direct(_)),
        "is" if text == "mentioned" => message.mentioned.contains(&me),
        "is" if text == "muted" => {
            matches!(&message.to, To::Stream { id, topic } if state.organization.is_muted(me, *id, topic))
        }
        "is" if text == "resolved" => matches!(&message.to, To::Stream { topic, .. } if topic.starts_with("✔ ")),
        "is" if text == "unread" => message.sender != me,
        "search" => message.content.to_lowercase().contains(&text.to_lowercase()),
        "has" if text == "reaction" => !message.reactions.is_empty(),
        "has" if text == "link" => message.rendered.contains("<a href"),
        "near" | "with" => true,
        _ => false,
    };
    fits != negated
}
