//! Boards, lists and labels of the simulated Trello.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, NOT_FOUND, actions, invalid, members,
    state::{Right, State, find, gone, name, position, sorted},
};

/// As many cards as Trello gives at once.
const MOST: usize = 1000;

pub fn boards(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method.as_str(), path) {
        ("POST", []) => create(state, asked),
        ("GET", [key]) => {
            let at = state.board(key, asked, Right::Read)?;
            Ok(state.shown_board(&state.boards[at], asked))
        }
        ("PUT", [key]) => {
            let at = state.board(key, asked, Right::Administer)?;
            if let Some(closed) = asked.flag("closed") {
                state.boards[at]["closed"] = json!(closed);
                let data = json!({ "board": { "id": state.boards[at]["id"] }, "old": { "closed": !closed } });
                state.happened("updateBoard", asked, data);
            }
            if asked.get("name").is_some() {
                state.boards[at]["name"] = json!(name(asked)?);
            }
            for (given, kept) in [("desc", "/desc"), ("prefs/permissionLevel", "/prefs/permissionLevel")] {
                if let (Some(text), Some(place)) = (asked.text(given), state.boards[at].pointer_mut(kept)) {
                    *place = json!(text);
                }
            }
            Ok(state.shown_board(&state.boards[at], asked))
        }
        ("GET", [key, "lists"]) => lists_of(state, key, "open", asked),
        ("GET", [key, "lists", filter]) => lists_of(state, key, filter, asked),
        ("GET", [key, "labels"]) => of_board(state, key, &state.labels, "idBoard", asked),
        ("GET", [key, "customFields"]) => of_board(state, key, &state.fields, "idModel", asked),
        ("GET", [key, "cards"]) => cards_of(state, key, "open", asked),
        ("GET", [key, "cards", filter @ ("open" | "closed" | "all" | "visible")]) => cards_of(state, key, filter, asked),
        ("GET", [key, "cards", number]) => {
            let at = state.board(key, asked, Right::Read)?;
            let here = |it: &&Value| it["idBoard"] == state.boards[at]["id"] && it["idShort"].as_u64() == number.parse().ok();
            state.cards.iter().find(here).map(|it| state.shown_card(it, asked)).ok_or(NOT_FOUND)
        }
        ("GET", [key, "actions"]) => actions::of_board(state, key, asked),
        (_, [key, "members" | "memberships", ..]) => members::of_board(state, method, key, &path[1..], asked),
        _ => Err(NOT_FOUND),
    }
}

fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let name = name(asked)?;
    let (id, membership, now) = (state.id(), state.id(), state.now());
    let link = format!("Board{:03}", state.counter % 1000);
    state.boards.push(json!({
        "id": id, "name": name, "desc": asked.text("desc").unwrap_or_default(), "closed": false, "shortLink": link,
        "idOrganization": asked.text("idOrganization"), "dateLastActivity": now,
        "memberships": [{ "id": membership, "idMember": asked.caller, "memberType": "admin", "unconfirmed": false, "deactivated": false }],
        "prefs": { "permissionLevel": asked.text("prefs_permissionLevel").unwrap_or_else(|| "private".into()) },
    }));
    if let Some(source) = asked.text("idBoardSource") {
        let source = state.board(&source, asked, Right::Read)?;
        let source = state.boards[source]["id"].clone();
        let names: Vec<Value> = state
            .lists
            .iter()
            .filter(|it| it["idBoard"] == source && it["closed"] == false)
            .map(|it| it["name"].clone())
            .collect();
        for name in names.iter().filter_map(Value::as_str) {
            state.sow_list(now, &id, name);
        }
    } else if asked.flag("defaultLists").unwrap_or(true) {
        for name in ["To Do", "Doing", "Done"] {
            state.sow_list(now, &id, name);
        }
    }
    state.happened("createBoard", asked, json!({ "board": { "id": id } }));
    let at = state.board(&id, asked, Right::Read)?;
    Ok(state.shown_board(&state.boards[at], asked))
}

fn lists_of(state: &State, key: &str, filter: &str, asked: &Asked<'_>) -> Answer {
    let at = state.board(key, asked, Right::Read)?;
    let here = |it: &&Value| it["idBoard"] == state.boards[at]["id"] && (filter == "all" || it["closed"] == (filter == "closed"));
    Ok(sorted(state.lists.iter().filter(here).cloned().collect()))
}

fn of_board(state: &State, key: &str, all: &[Value], field: &str, asked: &Asked<'_>) -> Answer {
    let at = state.board(key, asked, Right::Read)?;
    Ok(all.iter().filter(|it| it[field] == state.boards[at]["id"]).cloned().collect())
}

/// The newest of those created before `before`, as they stand on the board.
fn cards_of(state: &State, key: &str, filter: &str, asked: &Asked<'_>) -> Answer {
    let at = state.board(key, asked, Right::Read)?;
    let before = asked.text("before");
    let is_open = |list: &Value| state.lists.iter().any(|it| &it["id"] == list && it["closed"] == false);
    let here = |it: &&Value| {
        it["idBoard"] == state.boards[at]["id"]
            && match filter {
                "all" => true,
                "closed" => it["closed"] == true,
                _ => it["closed"] == false && is_open(&it["idList"]),
            }
            && before.as_deref().is_none_or(|before| it["id"].as_str().is_some_and(|it| it < before))
    };
    let mut all: Vec<Value> = state.cards.iter().filter(here).map(|it| state.shown_card(it, asked)).collect();
    all.sort_by_key(|it| std::cmp::Reverse(it["id"].as_str().unwrap_or_default().to_owned()));
    let limit = asked.text("limit").and_then(|it| it.parse::<usize>().ok()).unwrap_or(MOST).min(MOST);
    all.truncate(limit);
    Ok(sorted(all))
}

pub fn lists(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    if let ("POST", []) = (method.as_str(), path) {
        let board = state.board(&asked.text("idBoard").unwrap_or_default(), asked, Right::Write)?;
        let board = state.boards[board]["id"].clone();
        let (name, pos) = (name(asked)?, position(&state.lists, asked.get("pos"), |it| it["idBoard"] == board));
        let list = json!({ "id": state.id(), "name": name, "closed": false, "idBoard": board, "pos": pos });
        state.lists.push(list.clone());
        state.happened("createList", asked, json!({ "list": list, "board": { "id": board } }));
        return Ok(list);
    }
    let key = path.first().copied().unwrap_or_default();
    let at = find(&state.lists, key)?.ok_or(NOT_FOUND)?;
    let board = state.lists[at]["idBoard"].clone();
    let right = if method == Method::GET { Right::Read } else { Right::Write };
    state.allow_on(&board, asked, right)?;
    let id = state.lists[at]["id"].clone();
    match (method.as_str(), &path[1..]) {
        ("GET", ["cards"]) => {
            let here = |it: &&Value| it["idList"] == id && it["closed"] == false;
            return Ok(sorted(state.cards.iter().filter(here).map(|it| state.shown_card(it, asked)).collect()));
        }
        ("PUT", []) => {
            if asked.get("name").is_some() {
                state.lists[at]["name"] = json!(name(asked)?);
            }
            if let Some(pos) = asked.get("pos") {
                state.lists[at]["pos"] = json!(position(&state.lists, Some(pos), |it| it["idBoard"] == board));
            }
            if let Some(closed) = asked.flag("closed") {
                state.lists[at]["closed"] = json!(closed);
                let list = json!({ "id": id, "name": state.lists[at]["name"], "closed": closed });
                state.happened(
                    "updateList",
                    asked,
                    json!({ "list": list, "old": { "closed": !closed }, "board": { "id": board } }),
                );
            }
        }
        ("PUT", ["idBoard"]) => {
            let to = state.board(&asked.text("value").unwrap_or_default(), asked, Right::Write)?;
            let to = state.boards[to]["id"].clone();
            state.lists[at]["idBoard"] = to.clone();
            state.lists[at]["pos"] = json!(position(&state.lists, None, |it| it["idBoard"] == to && it["id"] != id));
            state.cards.iter_mut().filter(|it| it["idList"] == id).for_each(|it| it["idBoard"] = to.clone());
        }
        ("POST", ["archiveAllCards"]) => {
            state.cards.iter_mut().filter(|it| it["idList"] == id).for_each(|it| it["closed"] = json!(true));
            return Ok(json!({}));
        }
        ("POST", ["moveAllCards"]) => {
            let to = asked.text("idList").unwrap_or_default();
            if asked.text("idBoard").is_none() || !state.lists.iter().any(|it| it["id"] == to.as_str()) {
                return Err(invalid("invalid value for idList"));
            }
            state
                .cards
                .iter_mut()
                .filter(|it| it["idList"] == id && it["closed"] == false)
                .for_each(|it| it["idList"] = json!(to));
            return Ok(json!([]));
        }
        _ => return Err(NOT_FOUND),
    }
    Ok(state.lists[at].clone())
}

pub fn labels(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    const COLORS: [&str; 10] = ["green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black"];
    let color = match asked.get("color") {
        Some(Value::String(it)) if it == "null" => Value::Null,
        Some(Value::String(it)) if !COLORS.contains(&it.as_str()) => return Err(invalid("invalid value for color")),
        other => other.unwrap_or_default(),
    };
    if let ("POST", []) = (method.as_str(), path) {
        let board = state.board(&asked.text("idBoard").unwrap_or_default(), asked, Right::Write)?;
        let board = state.boards[board]["id"].clone();
        let label = json!({ "id": state.id(), "idBoard": board, "name": asked.text("name").unwrap_or_default(), "color": color });
        state.labels.push(label.clone());
        return Ok(label);
    }
    let [key] = path else { return Err(NOT_FOUND) };
    let at = find(&state.labels, key)?.ok_or(NOT_FOUND)?;
    state.allow_on(&state.labels[at]["idBoard"], asked, Right::Write)?;
    match method.as_str() {
        "PUT" => {
            if let Some(name) = asked.text("name") {
                state.labels[at]["name"] = json!(name);
            }
            if asked.get("color").is_some() {
                state.labels[at]["color"] = color;
            }
            Ok(state.labels[at].clone())
        }
        "DELETE" => {
            let label = state.labels.remove(at);
            for card in &mut state.cards {
                if let Some(ids) = card["idLabels"].as_array_mut() {
                    ids.retain(|it| it != &label["id"]);
                }
            }
            gone()
        }
        _ => Err(NOT_FOUND),
    }
}
