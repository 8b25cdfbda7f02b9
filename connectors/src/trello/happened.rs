//! From Trello's actions to events, the same for webhooks and for polls
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/action-types/>).

use commands::{
    Event,
    event::{Change, Object},
};
use serde_json::Value;

use super::wire;

/// Long comments are a click away.
const TEXT: usize = 2000;

/// What happened, as an event of `source`.
pub(super) fn event(source: &str, action: &wire::Action) -> Event {
    let data = &action.data;
    let text = |at: &str| data.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let mut changes = changes(action);
    let label = text("/label/name").filter(|it| !it.is_empty()).or_else(|| text("/label/color"));
    let member = action.member.as_ref().and_then(wire::Actor::name).or_else(|| text("/member/name"));
    let mut change = |field: &str, from: Option<String>, to: Option<String>| {
        changes.push(Change { field: field.into(), from, to });
    };
    match action.kind.as_str() {
        "addLabelToCard" => change("label", None, label.clone()),
        "removeLabelFromCard" => change("label", label.clone(), None),
        "addMemberToCard" | "addMemberToBoard" => change("member", None, member),
        "removeMemberFromCard" | "removeMemberFromBoard" => change("member", member, None),
        "addAttachmentToCard" => change("attachment", None, text("/attachment/name")),
        "deleteAttachmentFromCard" => change("attachment", text("/attachment/name"), None),
        "addChecklistToCard" => change("checklist", None, text("/checklist/name")),
        "removeChecklistFromCard" => change("checklist", text("/checklist/name"), None),
        "createCheckItem" => change("item", None, text("/checkItem/name")),
        "deleteCheckItem" => change("item", text("/checkItem/name"), None),
        "updateCheckItemStateOnCard" => {
            let (name, done) = (text("/checkItem/name"), text("/checkItem/state").as_deref() == Some("complete"));
            if done { change("item", name, Some("done".into())) } else { change("item", name, Some("open".into())) }
        }
        "updateCustomFieldItem" => {
            let value = |at: &str| data.pointer(at).and_then(Value::as_object)?.values().next().map(plain);
            let name = text("/customField/name").unwrap_or_else(|| "custom field".into());
            change(&name, value("/old/value"), value("/customFieldItem/value"));
        }
        _ => {}
    }
    let said = match action.kind.as_str() {
        "createCard" | "copyCard" | "emailCard" => text("/card/desc"),
        _ => text("/text").or_else(|| text("/action/text")),
    };
    Event {
        id: action.id.clone(),
        source: source.to_owned(),
        kind: kind(action),
        at: action.date,
        actor: action.member_creator.as_ref().and_then(wire::Actor::name),
        object: object(data),
        changes,
        labels: labels(data, label),
        text: said.filter(|it| !it.is_empty()).map(|it| super::view::shorten(&it, TEXT)),
        ..Event::default()
    }
}

/// Noun and verb in the past; what is new to us is named after Trello's own word for it.
fn kind(action: &wire::Action) -> String {
    let old = |field: &str| !action.data["old"][field].is_null() || action.data["old"].get(field).is_some();
    let now = |at: &str| action.data.pointer(at) == Some(&Value::Bool(true));
    let known = match action.kind.as_str() {
        "createCard" | "copyCard" | "emailCard" | "convertToCardFromCheckItem" => "card.created",
        "deleteCard" => "card.deleted",
        "updateCard" if old("idList") => "card.moved",
        "moveCardToBoard" | "moveCardFromBoard" => "card.moved",
        "updateCard" if old("closed") && now("/card/closed") => "card.archived",
        "updateCard" if old("closed") => "card.restored",
        "updateCard" if old("dueComplete") && now("/card/dueComplete") => "card.completed",
        "updateCard" if old("dueComplete") => "card.reopened",
        "updateCard" => "card.updated",
        "updateCustomFieldItem" => "card.updated",
        "commentCard" => "card.commented",
        "updateComment" => "comment.updated",
        "deleteComment" => "comment.deleted",
        "addMemberToCard" => "card.assigned",
        "removeMemberFromCard" => "card.unassigned",
        "addLabelToCard" => "card.labeled",
        "removeLabelFromCard" => "card.unlabeled",
        "addAttachmentToCard" => "card.attached",
        "updateCheckItemStateOnCard" if action.data["checkItem"]["state"] == "complete" => "item.completed",
        "updateCheckItemStateOnCard" => "item.reopened",
        "createList" => "list.created",
        "updateList" if old("closed") && now("/list/closed") => "list.archived",
        "updateList" if old("closed") => "list.restored",
        "updateList" => "list.updated",
        "createBoard" | "copyBoard" => "board.created",
        "updateBoard" if old("closed") && now("/board/closed") => "board.closed",
        "updateBoard" if old("closed") => "board.reopened",
        "updateBoard" => "board.updated",
        "addMemberToBoard" => "member.added",
        "removeMemberFromBoard" => "member.removed",
        other => return generic(other, &action.data),
    };
    known.to_owned()
}

/// `voteOnCard` is `card.vote_on_card`: the noun is what it is about.
fn generic(word: &str, data: &Value) -> String {
    let noun = ["card", "list", "board"].into_iter().find(|it| data[it].is_object()).unwrap_or("trello");
    let mut verb = String::new();
    for letter in word.chars().filter(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !verb.is_empty() {
            verb.push('_');
        }
        verb.push(letter.to_ascii_lowercase());
    }
    format!("{noun}.{verb}")
}

fn object(data: &Value) -> Object {
    let text = |at: &str| data.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let place = text("/board/name");
    let list = text("/listAfter/name").or_else(|| text("/list/name"));
    let archived = data.pointer("/card/closed") == Some(&Value::Bool(true));
    let of = |what: &str, letter: &str| {
        let link = text(&format!("/{what}/shortLink"));
        Object {
            key: link.clone().or_else(|| text(&format!("/{what}/id"))).unwrap_or_default(),
            title: text(&format!("/{what}/name")).unwrap_or_else(|| match data[what]["idShort"].as_u64() {
                Some(number) => format!("{what} #{number}"),
                None => format!("a {what}"),
            }),
            url: link.map(|it| format!("https://trello.com/{letter}/{it}")),
            place: place.clone(),
            state: None,
        }
    };
    if data["card"].is_object() {
        let state = if archived { Some("archived".to_owned()) } else { list };
        return Object { state, ..of("card", "c") };
    }
    if data["list"].is_object() {
        let state = (data.pointer("/list/closed") == Some(&Value::Bool(true))).then(|| "archived".to_owned());
        let url = text("/board/shortLink").map(|it| format!("https://trello.com/b/{it}"));
        return Object { state, url, ..of("list", "l") };
    }
    if data["board"].is_object() {
        return of("board", "b");
    }
    Object { key: "trello".into(), title: "Trello".into(), url: None, place: None, state: None }
}

/// What `updateCard` and its like say of the fields before; what is now stands at the object.
fn changes(action: &wire::Action) -> Vec<Change> {
    let data = &action.data;
    let noun = ["card", "list", "board", "checkItem", "checklist", "label"]
        .into_iter()
        .find(|it| action.kind.to_lowercase().ends_with(&it.to_lowercase()));
    let Some(old) = data["old"].as_object().filter(|_| action.kind.starts_with("update")) else {
        return Vec::new();
    };
    let now = &data[noun.unwrap_or("card")];
    old.iter()
        // Where in a list it stands says nothing to people, and a custom field is told by its own name.
        .filter(|(field, _)| field.as_str() != "pos" && action.kind != "updateCustomFieldItem")
        .map(|(field, before)| match field.as_str() {
            "idList" => Change {
                field: "list".into(),
                from: data["listBefore"]["name"].as_str().map(str::to_owned),
                to: data["listAfter"]["name"].as_str().map(str::to_owned),
            },
            "desc" => Change { field: "description".into(), from: words(before), to: words(&now["desc"]) },
            "closed" => Change { field: "archived".into(), from: words(before), to: words(&now["closed"]) },
            "dueComplete" => Change { field: "done".into(), from: words(before), to: words(&now["dueComplete"]) },
            field => Change { field: field.into(), from: words(before), to: words(&now[field]) },
        })
        .collect()
}

fn labels(data: &Value, label: Option<String>) -> Vec<String> {
    let of_card = data["card"]["labels"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
    of_card.filter(|it| !it.is_empty()).map(str::to_owned).chain(label).collect()
}

/// A value in words; nothing is none.
fn words(value: &Value) -> Option<String> {
    Some(plain(value)).filter(|it| !it.is_empty()).map(|it| super::view::shorten(&it, 300))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    }
}
