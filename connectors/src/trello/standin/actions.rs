//! What happened in the simulated Trello, and the comments among it.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, MAY_NOT, NOT_FOUND, invalid,
    state::{Right, State, gone},
};

/// Whether an action passes `commentCard,updateCard:idList`.
fn passes(action: &Value, filter: Option<&str>) -> bool {
    let Some(filter) = filter.filter(|it| *it != "all") else { return true };
    filter.split(',').any(|it| {
        let (kind, field) = it.split_once(':').map_or((it, None), |(kind, field)| (kind, Some(field)));
        action["type"] == kind && field.is_none_or(|field| action["data"]["old"].get(field).is_some())
    })
}

/// A board's actions, newest first, in pages by `before` and `since`: an action's id, or a moment.
pub fn of_board(state: &State, key: &str, asked: &Asked<'_>) -> Answer {
    let at = state.board(key, asked, Right::Read)?;
    let (filter, before, since) = (asked.text("filter"), asked.text("before"), asked.text("since"));
    let moment = |it: &str| it.parse::<jiff::Timestamp>().ok();
    let date = |it: &Value| it["date"].as_str().and_then(moment);
    let of_id = |id: &str| state.actions.iter().position(|it| it["id"] == id);
    if let Some(since) = &since
        && moment(since).is_none()
        && of_id(since).is_none()
    {
        return Err(invalid("invalid value for since"));
    }
    let here = |(place, it): &(usize, &Value)| {
        it["data"]["board"]["id"] == state.boards[at]["id"]
            && passes(it, filter.as_deref())
            && before.as_deref().is_none_or(|id| match of_id(id) {
                Some(other) => *place < other,
                None => moment(id).is_some_and(|at| date(it) < Some(at)),
            })
            && since.as_deref().is_none_or(|id| match of_id(id) {
                Some(other) => *place > other,
                None => moment(id).is_some_and(|at| date(it) >= Some(at)),
            })
    };
    let limit = asked.text("limit").and_then(|it| it.parse().ok()).unwrap_or(50);
    if limit > 1000 {
        return Err(invalid("invalid value for limit"));
    }
    let all = state.actions.iter().enumerate().rev().filter(|(place, it)| here(&(*place, *it)));
    Ok(all.take(limit).map(|(_, it)| it.clone()).collect())
}

/// A card's actions, and its comments, which only their author changes.
pub fn of_card(state: &mut State, method: &Method, key: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let right = if method == Method::GET { Right::Read } else { Right::Write };
    let at = state.card(key, asked, right)?;
    let (id, board) = (state.cards[at]["id"].clone(), state.cards[at]["idBoard"].clone());
    match (method.as_str(), path) {
        ("GET", []) => {
            let filter = asked.text("filter").unwrap_or_else(|| "commentCard,updateCard:idList".into());
            let here = |it: &&Value| it["data"]["card"]["id"] == id && passes(it, Some(&filter));
            Ok(state.actions.iter().rev().filter(here).take(50).cloned().collect())
        }
        ("POST", ["comments"]) => {
            let text = asked
                .text("text")
                .filter(|it| !it.trim().is_empty() && it.len() <= 16384)
                .ok_or(invalid("invalid value for text"))?;
            let list = json!({ "id": state.cards[at]["idList"], "name": state.list_name(&state.cards[at]["idList"]) });
            Ok(state.happened(
                "commentCard",
                asked,
                json!({ "card": { "id": id }, "board": { "id": board }, "list": list, "text": text }),
            ))
        }
        (_, [comment, "comments"]) => {
            let is_it = |it: &Value| it["id"] == *comment && it["type"] == "commentCard" && it["data"]["card"]["id"] == id;
            let place = state.actions.iter().position(is_it).ok_or(NOT_FOUND)?;
            if state.actions[place]["idMemberCreator"] != asked.caller.as_str() {
                return Err(MAY_NOT);
            }
            if method == Method::DELETE {
                state.actions.remove(place);
                return gone();
            }
            let text = asked.text("text").filter(|it| !it.trim().is_empty()).ok_or(invalid("invalid value for text"))?;
            state.actions[place]["data"]["text"] = json!(text);
            Ok(state.actions[place].clone())
        }
        _ => Err(NOT_FOUND),
    }
}
