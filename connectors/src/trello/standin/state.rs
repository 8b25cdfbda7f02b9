//! What the simulated Trello knows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Asked, MAY_NOT, NOT_FOUND, Refusal, invalid};
use crate::standin::report::Listener;

/// All objects, as Trello writes them, with what only the server knows beside it (`token`, `email`).
pub struct State {
    pub clock: Option<Timestamp>,
    pub counter: u64,
    pub boards: Vec<Value>,
    pub lists: Vec<Value>,
    pub cards: Vec<Value>,
    pub labels: Vec<Value>,
    pub members: Vec<Value>,
    pub checklists: Vec<Value>,
    pub fields: Vec<Value>,
    /// What happened, the oldest first.
    pub actions: Vec<Value>,
    /// What attached files hold, by id.
    pub files: BTreeMap<String, Vec<u8>>,
    pub webhooks: Vec<Value>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    /// What the token may: read, write.
    pub scopes: (bool, bool),
    /// When the token ends, if ever.
    pub expires: Value,
}

/// What a member may do on a board.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Read,
    Write,
    Administer,
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    /// A new object's id, which begins with the second.
    pub fn id_at(&mut self, at: Timestamp) -> String {
        self.counter += 1;
        format!("{:08x}{:016x}", at.as_second(), self.counter)
    }

    pub fn id(&mut self) -> String {
        self.id_at(self.now())
    }

    pub fn name_of(&self, all: &[Value], id: &Value, field: &str) -> String {
        all.iter().find(|it| &it["id"] == id).and_then(|it| it[field].as_str()).unwrap_or_default().to_owned()
    }

    pub fn list_name(&self, id: &Value) -> String {
        self.name_of(&self.lists, id, "name")
    }

    /// The place of the board by id or short link, for whoever may see it.
    pub fn board(&self, key: &str, asked: &Asked<'_>, right: Right) -> Result<usize, Refusal> {
        let Some(at) = find(&self.boards, key)? else { return Err(NOT_FOUND) };
        self.allow(&self.boards[at], asked, right)?;
        Ok(at)
    }

    /// Observers look on, and only administrators change who else is there.
    pub fn allow(&self, board: &Value, asked: &Asked<'_>, right: Right) -> Result<(), Refusal> {
        let membership = board["memberships"].as_array().into_iter().flatten().find(|it| it["idMember"] == asked.caller.as_str());
        let role = membership.and_then(|it| it["memberType"].as_str()).unwrap_or("none");
        let may = match right {
            Right::Read => role != "none",
            Right::Write => matches!(role, "normal" | "admin"),
            Right::Administer => role == "admin",
        };
        if may { Ok(()) } else { Err(MAY_NOT) }
    }

    /// The same by the board's id.
    pub fn allow_on(&self, board: &Value, asked: &Asked<'_>, right: Right) -> Result<(), Refusal> {
        let board = self.boards.iter().find(|it| &it["id"] == board).ok_or(NOT_FOUND)?;
        self.allow(board, asked, right)
    }

    pub fn card(&self, key: &str, asked: &Asked<'_>, right: Right) -> Result<usize, Refusal> {
        let Some(at) = find(&self.cards, key)? else { return Err(NOT_FOUND) };
        self.allow_on(&self.cards[at]["idBoard"], asked, right)?;
        Ok(at)
    }

    /// Writes down what happened, and that the card and its board were touched by it.
    pub fn happened(&mut self, kind: &str, asked: &Asked<'_>, data: Value) -> Value {
        let (now, id) = (self.now(), self.id());
        self.happened_at(&id, now, kind, &asked.caller, data)
    }

    pub fn happened_at(&mut self, id: &str, at: Timestamp, kind: &str, caller: &str, mut data: Value) -> Value {
        let date = json!(at);
        let board = data["board"]["id"].clone();
        if let Some(it) = self.boards.iter_mut().find(|it| it["id"] == board) {
            data["board"] = json!({ "id": it["id"], "name": it["name"], "shortLink": it["shortLink"] });
            it["dateLastActivity"] = date.clone();
        }
        let card = data["card"]["id"].clone();
        if let Some(it) = self.cards.iter_mut().find(|it| it["id"] == card) {
            it["dateLastActivity"] = date.clone();
            for key in ["name", "shortLink", "idShort"] {
                data["card"][key] = it[key].clone();
            }
        }
        let creator = self.members.iter().find(|it| it["id"] == caller).map(person).unwrap_or_default();
        let action = json!({
            "id": id, "idMemberCreator": caller, "type": kind, "date": date, "data": data, "memberCreator": creator,
        });
        self.actions.push(action.clone());
        action
    }

    /// A card as it is answered, with what the query asks for beside it.
    pub fn shown_card(&self, card: &Value, asked: &Asked<'_>) -> Value {
        let mut all = card.clone();
        let wants = |key: &str| asked.text(key).is_some_and(|it| !matches!(it.as_str(), "false" | "none" | ""));
        let of = |all: &[Value], ids: &Value| -> Vec<Value> {
            ids.as_array().into_iter().flatten().filter_map(|id| all.iter().find(|it| &it["id"] == id).cloned()).collect()
        };
        let link = format!("{}/c/{}", asked.origin, card["shortLink"].as_str().unwrap_or_default());
        all["url"] = json!(format!("{link}/{}", card["idShort"]));
        all["shortUrl"] = json!(link);
        all["labels"] = of(&self.labels, &card["idLabels"]).into();
        let comments =
            self.actions.iter().filter(|it| it["type"] == "commentCard" && it["data"]["card"]["id"] == card["id"]).count();
        all["badges"] = json!({ "comments": comments });
        let nested = ["attachments", "customFieldItems"];
        for key in nested.into_iter().filter(|it| !wants(it)) {
            all.as_object_mut().map(|it| it.remove(key));
        }
        if wants("members") {
            all["members"] = of(&self.members, &card["idMembers"]).iter().map(person).collect();
        }
        if wants("checklists") {
            all["checklists"] = self.checklists.iter().filter(|it| it["idCard"] == card["id"]).cloned().collect();
        }
        if wants("board") {
            let board = self.boards.iter().find(|it| it["id"] == card["idBoard"]);
            all["board"] = board.map(|it| self.shown_board(it, asked)).unwrap_or_default();
        }
        if wants("list") {
            all["list"] = self.lists.iter().find(|it| it["id"] == card["idList"]).cloned().unwrap_or_default();
        }
        all
    }

    pub fn shown_board(&self, board: &Value, asked: &Asked<'_>) -> Value {
        let mut all = board.clone();
        let link = format!("{}/b/{}", asked.origin, board["shortLink"].as_str().unwrap_or_default());
        all["url"] = json!(format!("{link}/{}", board["name"].as_str().unwrap_or_default().to_lowercase().replace(' ', "-")));
        all["shortUrl"] = json!(link);
        all.as_object_mut().map(|it| it.remove("memberships"));
        all
    }
}

/// The place of an object by its id or short link; `invalid id` where it can be neither.
pub fn find(all: &[Value], key: &str) -> Result<Option<usize>, Refusal> {
    if !(key.len() == 24 && key.bytes().all(|it| it.is_ascii_hexdigit()) || key.len() == 8) {
        return Err(invalid("invalid id"));
    }
    Ok(all.iter().position(|it| it["id"] == key || it["shortLink"] == key))
}

/// A member as others see them: without address and token.
pub fn person(member: &Value) -> Value {
    let name = member["fullName"].as_str().unwrap_or_default();
    let initials: String = name.split_whitespace().filter_map(|it| it.chars().next()).collect();
    json!({
        "id": member["id"], "username": member["username"], "fullName": name, "initials": initials, "avatarUrl": null,
    })
}

/// Sorts by Trello's positions, `top` and `bottom` among them.
pub fn position(all: &[Value], wanted: Option<Value>, same: impl Fn(&Value) -> bool) -> f64 {
    let places = || all.iter().filter(|it| same(it)).filter_map(|it| it["pos"].as_f64());
    match wanted {
        Some(Value::Number(at)) => at.as_f64().unwrap_or(16384.0),
        Some(Value::String(at)) if at == "top" => places().fold(f64::INFINITY, f64::min).min(32768.0) / 2.0,
        _ => places().fold(0.0, f64::max) + 16384.0,
    }
}

pub fn sorted(mut all: Vec<Value>) -> Value {
    all.sort_by(|a, b| a["pos"].as_f64().unwrap_or_default().total_cmp(&b["pos"].as_f64().unwrap_or_default()));
    all.into()
}

/// A name that is there and not too long.
pub fn name(asked: &Asked<'_>) -> Result<String, Refusal> {
    let name = asked.text("name").unwrap_or_default().trim().to_owned();
    if name.is_empty() || name.len() > 16384 { Err(invalid("invalid value for name")) } else { Ok(name) }
}

/// What Trello answers to a deletion.
pub fn gone() -> Answer {
    Ok(json!({ "_value": null }))
}
