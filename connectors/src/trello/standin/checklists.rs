//! Checklists of the simulated Trello.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, NOT_FOUND, invalid,
    state::{Right, State, find, gone, name},
};

pub fn checklists(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    if let ("POST", []) = (method.as_str(), path) {
        let at = state.card(&asked.text("idCard").unwrap_or_default(), asked, Right::Write)?;
        let (card, board) = (state.cards[at]["id"].clone(), state.cards[at]["idBoard"].clone());
        let name = asked.text("name").filter(|it| !it.is_empty()).unwrap_or_else(|| "Checklist".into());
        let list = json!({ "id": state.id(), "name": name, "idBoard": board, "idCard": card, "pos": 16384, "checkItems": [] });
        state.checklists.push(list.clone());
        let data = json!({ "card": { "id": card }, "board": { "id": board }, "checklist": { "id": list["id"], "name": name } });
        state.happened("addChecklistToCard", asked, data);
        return Ok(list);
    }
    let key = path.first().copied().unwrap_or_default();
    let at = find(&state.checklists, key)?.ok_or(NOT_FOUND)?;
    state.allow_on(&state.checklists[at]["idBoard"], asked, Right::Write)?;
    match (method.as_str(), &path[1..]) {
        ("POST", ["checkItems"]) => {
            let (name, id) = (name(asked)?, state.id());
            let item =
                json!({ "id": id, "name": name, "state": "incomplete", "idChecklist": state.checklists[at]["id"], "pos": 16384 });
            if let Some(items) = state.checklists[at]["checkItems"].as_array_mut() {
                items.push(item.clone());
            }
            Ok(item)
        }
        ("DELETE", ["checkItems", id]) => {
            let Some(items) = state.checklists[at]["checkItems"].as_array_mut() else { return Err(NOT_FOUND) };
            let before = items.len();
            items.retain(|it| it["id"] != *id);
            if items.len() == before { Err(NOT_FOUND) } else { gone() }
        }
        ("DELETE", []) => {
            state.checklists.remove(at);
            gone()
        }
        _ => Err(NOT_FOUND),
    }
}

pub fn tick(state: &mut State, card: &str, item: &str, asked: &Asked<'_>) -> Answer {
    let at = state.card(card, asked, Right::Write)?;
    let (card, board) = (state.cards[at]["id"].clone(), state.cards[at]["idBoard"].clone());
    let (wanted, renamed) = (asked.text("state"), asked.text("name").filter(|it| !it.is_empty()));
    let is_state = wanted.as_deref().is_none_or(|it| it == "complete" || it == "incomplete");
    if !is_state || (wanted.is_none() && renamed.is_none()) {
        return Err(invalid("invalid value for state"));
    }
    let lists = state.checklists.iter_mut().filter(|it| it["idCard"] == card);
    let mut items = lists.filter_map(|it| it["checkItems"].as_array_mut()).flatten();
    let Some(found) = items.find(|it| it["id"] == item) else { return Err(NOT_FOUND) };
    if let Some(renamed) = renamed {
        found["name"] = json!(renamed);
    }
    if let Some(wanted) = &wanted {
        found["state"] = json!(wanted);
    }
    let found: Value = found.clone();
    if wanted.is_none() {
        return Ok(found);
    }
    let data = json!({ "card": { "id": card }, "board": { "id": board }, "checkItem": found });
    state.happened("updateCheckItemStateOnCard", asked, data);
    Ok(found)
}
