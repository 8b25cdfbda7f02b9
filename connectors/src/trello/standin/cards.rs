//! Cards of the simulated Trello.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, NOT_FOUND, Refusal, actions, checklists, fields, invalid,
    state::{Right, State, gone, name, position},
};
use crate::standin::form;

pub fn cards(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method.as_str(), path) {
        ("POST", []) => create(state, asked),
        ("GET", [key]) => {
            let at = state.card(key, asked, Right::Read)?;
            Ok(state.shown_card(&state.cards[at], asked))
        }
        ("PUT", [key]) => update(state, key, asked),
        ("DELETE", [key]) => {
            let at = state.card(key, asked, Right::Write)?;
            let card = state.cards.remove(at);
            state.checklists.retain(|it| it["idCard"] != card["id"]);
            let data = json!({ "card": { "id": card["id"], "shortLink": card["shortLink"], "idShort": card["idShort"] }, "board": { "id": card["idBoard"] } });
            state.happened("deleteCard", asked, data);
            Ok(json!({ "limits": {} }))
        }
        (_, [key, "actions", ..]) => actions::of_card(state, method, key, &path[2..], asked),
        (_, [key, "idMembers", ..]) => given(state, method, key, "idMembers", path.get(2).copied(), asked),
        (_, [key, "idLabels", ..]) => given(state, method, key, "idLabels", path.get(2).copied(), asked),
        ("POST", [key, "attachments"]) => attach(state, key, asked),
        ("DELETE", [key, "attachments", id]) => detach(state, key, id, asked),
        ("PUT", [key, "checkItem", item]) => checklists::tick(state, key, item, asked),
        ("PUT", [key, "customField", field, "item"]) => fields::set(state, key, field, asked),
        _ => Err(NOT_FOUND),
    }
}

/// The list that the request names, on whichever board.
fn list(state: &State, asked: &Asked<'_>) -> Result<(Value, Value), Refusal> {
    let id = asked.text("idList").ok_or(invalid("invalid value for idList"))?;
    let list = state.lists.iter().find(|it| it["id"] == id.as_str()).ok_or(invalid("invalid value for idList"))?;
    state.allow_on(&list["idBoard"], asked, Right::Write)?;
    Ok((list["id"].clone(), list["idBoard"].clone()))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let (list, board) = list(state, asked)?;
    let source = match asked.text("idCardSource") {
        Some(key) => {
            let at = state.card(&key, asked, Right::Read)?;
            Some(state.cards[at].clone())
        }
        None => None,
    };
    let name = match (&source, name(asked)) {
        (Some(source), Err(_)) => source["name"].as_str().unwrap_or_default().to_owned(),
        (_, name) => name?,
    };
    let (id, now) = (state.id(), state.now());
    let number =
        1 + state.cards.iter().filter(|it| it["idBoard"] == board).filter_map(|it| it["idShort"].as_u64()).max().unwrap_or(0);
    let pos = position(&state.cards, asked.get("pos"), |it| it["idList"] == list);
    let mut card = source.clone().unwrap_or_else(|| {
        json!({ "desc": "", "due": null, "start": null, "dueComplete": false, "idMembers": [], "idLabels": [], "attachments": [], "customFieldItems": [] })
    });
    let fixed = json!({
        "id": id, "idShort": number, "shortLink": format!("Card{:04}", state.counter), "name": name, "closed": false,
        "dateLastActivity": now, "idBoard": board, "idList": list, "pos": pos,
    });
    for (key, value) in fixed.as_object().into_iter().flatten() {
        card[key] = value.clone();
    }
    put(state, &mut card, asked)?;
    if let Some(url) = asked.text("urlSource") {
        card["attachments"] = json!([{ "id": state.id(), "name": url, "url": url, "isUpload": false }]);
    }
    if let Some(source) = &source {
        let lists: Vec<Value> = state.checklists.iter().filter(|it| it["idCard"] == source["id"]).cloned().collect();
        for mut list in lists {
            (list["id"], list["idCard"]) = (json!(state.id()), card["id"].clone());
            state.checklists.push(list);
        }
    }
    state.cards.push(card.clone());
    let kind = if source.is_some() { "copyCard" } else { "createCard" };
    let list = json!({ "id": list, "name": state.list_name(&list) });
    state.happened(kind, asked, json!({ "card": { "id": id, "desc": card["desc"] }, "list": list, "board": { "id": board } }));
    let at = state.card(&id, asked, Right::Read)?;
    Ok(state.shown_card(&state.cards[at], asked))
}

/// What may be set at once and later.
fn put(state: &State, card: &mut Value, asked: &Asked<'_>) -> Result<(), Refusal> {
    if let Some(text) = asked.text("desc") {
        if text.len() > 16384 {
            return Err(invalid("invalid value for desc"));
        }
        card["desc"] = json!(text);
    }
    for key in ["due", "start"] {
        match asked.get(key) {
            None => {}
            Some(Value::Null) => card[key] = Value::Null,
            Some(at) => {
                let at: jiff::Timestamp = at.as_str().and_then(|it| it.parse().ok()).ok_or(invalid("invalid date"))?;
                card[key] = json!(at);
            }
        }
    }
    if let Some(done) = asked.flag("dueComplete") {
        card["dueComplete"] = json!(done);
    }
    let board = state.boards.iter().find(|it| it["id"] == card["idBoard"]).ok_or(NOT_FOUND)?;
    if let Some(ids) = asked.ids("idMembers") {
        let is_on = |id: &String| board["memberships"].as_array().into_iter().flatten().any(|it| it["idMember"] == id.as_str());
        if !ids.iter().all(is_on) {
            return Err(invalid("invalid value for idMembers"));
        }
        card["idMembers"] = json!(ids);
    }
    if let Some(ids) = asked.ids("idLabels") {
        if !ids.iter().all(|id| state.labels.iter().any(|it| it["id"] == id.as_str() && it["idBoard"] == card["idBoard"])) {
            return Err(invalid("invalid value for idLabels"));
        }
        card["idLabels"] = json!(ids);
    }
    Ok(())
}

fn update(state: &mut State, key: &str, asked: &Asked<'_>) -> Answer {
    let at = state.card(key, asked, Right::Write)?;
    let before = state.cards[at].clone();
    let mut card = before.clone();
    if asked.get("name").is_some() {
        card["name"] = json!(name(asked)?);
    }
    if let Some(closed) = asked.flag("closed") {
        card["closed"] = json!(closed);
    }
    if asked.get("idList").is_some() {
        let (list, board) = list(state, asked)?;
        if board != before["idBoard"] && asked.text("idBoard").is_none() {
            return Err(invalid("invalid value for idList"));
        }
        if board != before["idBoard"] {
            // Labels are the old board's.
            card["idLabels"] = json!([]);
        }
        (card["idList"], card["idBoard"]) = (list, board);
    }
    if let Some(pos) = asked.get("pos") {
        card["pos"] = json!(position(&state.cards, Some(pos), |it| it["idList"] == card["idList"]));
    }
    put(state, &mut card, asked)?;
    let mut old = serde_json::Map::new();
    let mut now = json!({ "id": card["id"], "closed": card["closed"] });
    for key in ["name", "desc", "due", "start", "dueComplete", "closed", "idList", "pos"] {
        if before[key] != card[key] {
            old.insert(key.into(), before[key].clone());
            now[key] = card[key].clone();
        }
    }
    let mut data = json!({ "card": now, "board": { "id": card["idBoard"] } });
    let list = |id: &Value| json!({ "id": id, "name": state.list_name(id) });
    if before["idList"] == card["idList"] {
        data["list"] = list(&card["idList"]);
    } else {
        (data["listBefore"], data["listAfter"]) = (list(&before["idList"]), list(&card["idList"]));
    }
    state.cards[at] = card;
    if !old.is_empty() {
        data["old"] = old.into();
        state.happened("updateCard", asked, data);
    }
    Ok(state.shown_card(&state.cards[at], asked))
}

/// Members and labels, one by one.
fn given(state: &mut State, method: &Method, key: &str, what: &str, id: Option<&str>, asked: &Asked<'_>) -> Answer {
    let at = state.card(key, asked, Right::Write)?;
    let mut ids: Vec<Value> = state.cards[at][what].as_array().cloned().unwrap_or_default();
    let is_member = what == "idMembers";
    let id = match (method.as_str(), id) {
        ("POST", None) => asked.text("value").ok_or(invalid("invalid value for value"))?,
        ("DELETE", Some(id)) => id.to_owned(),
        _ => return Err(NOT_FOUND),
    };
    let held = ids.iter().position(|it| it == id.as_str());
    let word = match (method.as_str(), held) {
        ("POST", Some(_)) if is_member => return Err(invalid("member is already on the card")),
        ("POST", Some(_)) => return Err(invalid("that label is already on the card")),
        ("POST", None) => {
            ids.push(json!(id));
            if is_member { "addMemberToCard" } else { "addLabelToCard" }
        }
        (_, Some(place)) => {
            ids.remove(place);
            if is_member { "removeMemberFromCard" } else { "removeLabelFromCard" }
        }
        (_, None) => return Err(NOT_FOUND),
    };
    let mut card = state.cards[at].clone();
    let wanted =
        Asked { caller: asked.caller.clone(), query: Vec::new(), body: json!({ what: ids }), bytes: &[], origin: String::new() };
    put(state, &mut card, &wanted)?;
    state.cards[at] = card.clone();
    let mut data = json!({ "card": { "id": card["id"] }, "board": { "id": card["idBoard"] } });
    if is_member {
        data["member"] = json!({ "id": id, "name": state.name_of(&state.members, &json!(id), "fullName") });
        data["idMember"] = json!(id);
    } else {
        data["label"] = state.labels.iter().find(|it| it["id"] == id.as_str()).cloned().unwrap_or_default();
    }
    state.happened(word, asked, data);
    if method == Method::DELETE { gone() } else { Ok(json!(ids)) }
}

fn attach(state: &mut State, key: &str, asked: &Asked<'_>) -> Answer {
    let at = state.card(key, asked, Right::Write)?;
    let id = state.id();
    let attachment = if let Some(url) = asked.text("url") {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(invalid("invalid value for url"));
        }
        json!({ "id": id, "name": asked.text("name").unwrap_or_else(|| url.clone()), "url": url, "isUpload": false })
    } else {
        let (name, content) = form::part(asked.bytes, "file").ok_or(invalid("Must provide either url or file"))?;
        let (name, bytes) = (name.unwrap_or_else(|| "file".to_owned()), content.len());
        state.files.insert(id.clone(), content.to_vec());
        let url = format!(
            "{}/1/cards/{}/attachments/{id}/download/{name}",
            asked.origin,
            state.cards[at]["id"].as_str().unwrap_or_default()
        );
        json!({ "id": id, "name": name, "fileName": name, "url": url, "isUpload": true, "bytes": bytes })
    };
    if let Some(all) = state.cards[at]["attachments"].as_array_mut() {
        all.push(attachment.clone());
    }
    let card = &state.cards[at];
    let data = json!({ "card": { "id": card["id"] }, "board": { "id": card["idBoard"] }, "attachment": attachment });
    state.happened("addAttachmentToCard", asked, data);
    Ok(attachment)
}

fn detach(state: &mut State, key: &str, id: &str, asked: &Asked<'_>) -> Answer {
    let at = state.card(key, asked, Right::Write)?;
    let all = state.cards[at]["attachments"].as_array_mut().ok_or(NOT_FOUND)?;
    let place = all.iter().position(|it| it["id"] == id).ok_or(NOT_FOUND)?;
    let gone = all.remove(place);
    state.files.remove(id);
    let card = &state.cards[at];
    let data = json!({ "card": { "id": card["id"] }, "board": { "id": card["idBoard"] }, "attachment": gone });
    state.happened("deleteAttachmentFromCard", asked, data);
    Ok(json!({ "limits": {} }))
}

/// What a file holds, for whoever sees its card.
pub fn file(state: &State, key: &str, id: &str, asked: &Asked<'_>) -> Result<Vec<u8>, Refusal> {
    state.card(key, asked, Right::Read)?;
    state.files.get(id).cloned().ok_or(NOT_FOUND)
}

/// Words of name, description and comments; operators are understood as far as `is:archived`.
pub fn search(state: &State, asked: &Asked<'_>) -> Answer {
    let query = asked.text("query").unwrap_or_default().to_lowercase();
    if query.trim().is_empty() {
        return Err(invalid("invalid value for query"));
    }
    let (operators, words): (Vec<&str>, Vec<&str>) = query.split_whitespace().partition(|it| it.contains(':'));
    let archived = operators.contains(&"is:archived");
    let within = asked.ids("idBoards");
    let limit = asked.text("cards_limit").and_then(|it| it.parse().ok()).unwrap_or(10);
    let matches = |card: &&Value| {
        let comments = state.actions.iter().filter(|it| it["type"] == "commentCard" && it["data"]["card"]["id"] == card["id"]);
        let comments: String = comments.filter_map(|it| it["data"]["text"].as_str()).collect::<Vec<_>>().join("\n");
        let text = format!("{}\n{}\n{comments}", card["name"], card["desc"]).to_lowercase();
        state.allow_on(&card["idBoard"], asked, Right::Read).is_ok()
            && (card["closed"] == archived)
            && within.as_ref().is_none_or(|all| all.iter().any(|it| card["idBoard"] == it.as_str()))
            && words.iter().all(|it| text.contains(it))
    };
    let found: Vec<Value> = state.cards.iter().filter(matches).take(limit).map(|it| state.shown_card(it, asked)).collect();
    Ok(json!({ "options": { "terms": [], "modifiers": [], "modelTypes": ["cards"], "partial": true }, "cards": found }))
}
