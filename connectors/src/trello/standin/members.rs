//! Members, the token and its webhooks, in the simulated Trello.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, NOT_FOUND, TOKEN, invalid,
    state::{Right, State, gone, person},
};

pub fn members(state: &State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    let ("GET", ["members", key, rest @ ..]) = (method.as_str(), path) else { return Err(NOT_FOUND) };
    let key = if *key == "me" { asked.caller.as_str() } else { key };
    let Some(member) = state.member(key) else { return Err(NOT_FOUND) };
    let sees = |board: &Value| state.allow(board, asked, Right::Read).is_ok();
    match rest {
        [] => {
            let mut member = member;
            // Trello tells an address to nobody but its owner.
            let own = state.members.iter().find(|it| it["id"] == asked.caller.as_str() && it["id"] == member["id"]);
            member["email"] = own.map(|it| it["email"].clone()).unwrap_or_default();
            Ok(member)
        }
        ["boards"] => {
            let is_on = |it: &Value| it["memberships"].as_array().into_iter().flatten().any(|it| it["idMember"] == member["id"]);
            let open = asked.text("filter").as_deref() == Some("open");
            let here = |it: &&Value| is_on(it) && sees(it) && (!open || it["closed"] == false);
            Ok(state.boards.iter().filter(here).map(|it| state.shown_board(it, asked)).collect())
        }
        ["cards"] => {
            let has = |it: &&Value| {
                it["closed"] == false
                    && it["idMembers"].as_array().into_iter().flatten().any(|id| id == &member["id"])
                    && state.allow_on(&it["idBoard"], asked, Right::Read).is_ok()
            };
            Ok(state.cards.iter().filter(has).map(|it| state.shown_card(it, asked)).collect())
        }
        _ => Err(NOT_FOUND),
    }
}

/// By a part of the name, or by the whole address, which is not told.
pub fn search(state: &State, asked: &Asked<'_>) -> Answer {
    let query = asked.text("query").unwrap_or_default().to_lowercase();
    let limit = asked.text("limit").and_then(|it| it.parse().ok()).unwrap_or(8);
    let is_it = |it: &&Value| {
        let holds = |key: &str| it[key].as_str().is_some_and(|it| it.to_lowercase().contains(&query));
        it["email"] == query.as_str() || holds("username") || holds("fullName")
    };
    Ok(state.members.iter().filter(is_it).take(limit).map(person).collect())
}

pub fn of_board(state: &mut State, method: &Method, key: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let right = if method == Method::GET { Right::Read } else { Right::Administer };
    let at = state.board(key, asked, right)?;
    let mut all: Vec<Value> = state.boards[at]["memberships"].as_array().cloned().unwrap_or_default();
    let role = asked.text("type").unwrap_or_else(|| "normal".into());
    if !["normal", "admin", "observer"].contains(&role.as_str()) {
        return Err(invalid("invalid value for type"));
    }
    let answer = match (method.as_str(), path) {
        ("GET", ["members"]) => return Ok(all.iter().filter_map(|it| state.member(it["idMember"].as_str()?)).collect()),
        ("GET", ["memberships"]) => {
            for it in &mut all {
                it["member"] = it["idMember"].as_str().and_then(|id| state.member(id)).unwrap_or_default();
            }
            return Ok(all.into());
        }
        ("PUT", ["members", id]) => {
            let id = state.member(id).ok_or(NOT_FOUND)?["id"].clone();
            match all.iter_mut().find(|it| it["idMember"] == id) {
                Some(it) => it["memberType"] = json!(role),
                None => {
                    let membership = state.id();
                    all.push(json!({ "id": membership, "idMember": id, "memberType": role, "unconfirmed": false, "deactivated": false }));
                    let data = json!({ "board": { "id": state.boards[at]["id"] }, "member": state.member(id.as_str().unwrap_or_default()) });
                    state.happened("addMemberToBoard", asked, data);
                }
            }
            json!({ "memberships": all })
        }
        ("PUT", ["members"]) => {
            let email = asked.text("email").filter(|it| it.contains('@')).ok_or(invalid("invalid value for email"))?;
            let (member, membership) = (state.id(), state.id());
            state.members.push(json!({ "id": member, "username": format!("new{}", state.counter), "fullName": email, "email": email, "token": null }));
            all.push(
                json!({ "id": membership, "idMember": member, "memberType": role, "unconfirmed": true, "deactivated": false }),
            );
            json!({ "memberships": all })
        }
        ("DELETE", ["members", id]) => {
            let count = all.len();
            all.retain(|it| it["idMember"] != *id);
            if all.len() == count {
                return Err(NOT_FOUND);
            }
            let board = state.boards[at]["id"].clone();
            for card in state.cards.iter_mut().filter(|it| it["idBoard"] == board) {
                if let Some(ids) = card["idMembers"].as_array_mut() {
                    ids.retain(|it| it != *id);
                }
            }
            json!({ "memberships": all })
        }
        _ => return Err(NOT_FOUND),
    };
    state.boards[at]["memberships"] = all.into();
    Ok(answer)
}

/// The token of the request, and the webhooks that are its own.
pub fn tokens(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["tokens", TOKEN]) => {
            let scope =
                |kind: &str| json!({ "idModel": "*", "modelType": kind, "read": state.scopes.0, "write": state.scopes.1 });
            Ok(json!({
                "id": "5f00000000000000000000a1", "identifier": "Bellhop", "idMember": asked.caller, "dateCreated": "2026-01-02T03:04:05.000Z",
                "dateExpires": state.expires, "permissions": [scope("Board"), scope("Organization")],
            }))
        }
        ("GET", ["tokens", TOKEN, "webhooks"]) => Ok(state.webhooks.clone().into()),
        ("POST", ["webhooks"]) => {
            let model = state.board(&asked.text("idModel").unwrap_or_default(), asked, Right::Read)?;
            let model = state.boards[model]["id"].clone();
            let url = asked.text("callbackURL").unwrap_or_default();
            // The real one sends a HEAD there; this one knows that addresses of this machine cannot be reached from outside.
            if !url.starts_with("https://") && !url.starts_with("http://") || url.contains("localhost") {
                return Err(invalid("URL (callbackURL) did not return 200 status code"));
            }
            if state.webhooks.iter().any(|it| it["idModel"] == model && it["callbackURL"] == url.as_str()) {
                return Err(invalid("A webhook with that callback, model, and token already exists"));
            }
            let hook = json!({
                "id": state.id(), "description": asked.text("description").unwrap_or_default(), "idModel": model, "callbackURL": url,
                "active": true, "consecutiveFailures": 0, "firstConsecutiveFailDate": null,
            });
            state.webhooks.push(hook.clone());
            Ok(hook)
        }
        ("DELETE", ["webhooks", id]) => {
            let count = state.webhooks.len();
            state.webhooks.retain(|it| it["id"] != *id);
            if state.webhooks.len() == count { Err(NOT_FOUND) } else { gone() }
        }
        _ => Err(NOT_FOUND),
    }
}
