//! The small world that it begins with.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    TOKEN,
    state::{State, person},
};

/// A card of the small world: its board, its name and its number there, and the list it is in.
struct Sown<'a> {
    board: &'a str,
    list: &'a str,
    number: u64,
    link: &'a str,
    name: &'a str,
    desc: &'a str,
    /// How many days ago it was created.
    days: i64,
}

impl State {
    pub fn seeded(now: Timestamp, clock: Option<Timestamp>) -> State {
        let mut state = State {
            clock,
            counter: 0,
            files: Default::default(),
            boards: Vec::new(),
            lists: Vec::new(),
            cards: Vec::new(),
            labels: Vec::new(),
            members: Vec::new(),
            checklists: Vec::new(),
            fields: Vec::new(),
            actions: Vec::new(),
            webhooks: Vec::new(),
            listeners: Vec::new(),
            scopes: (true, true),
            expires: Value::Null,
        };
        let before = |days: i64| now - SignedDuration::from_hours(24 * days);
        let [bot, ana, ben, chloe] = ["bellhop", "ana", "ben", "chloe"].map(|name| state.sow_member(before(90), name));
        let demo = state.sow_board(
            before(60),
            "demo",
            "DemoBrd1",
            &[(&bot, "admin"), (&ana, "admin"), (&ben, "normal"), (&chloe, "normal")],
        );
        let apollo = state.sow_board(before(60), "apollo", "ApolloB1", &[(&bot, "admin"), (&ana, "normal"), (&ben, "admin")]);
        let [todo, doing, done] = ["To Do", "Doing", "Done"].map(|name| state.sow_list(before(60), &demo, name));
        let [_, building, _] = ["Ideas", "Building", "Done"].map(|name| state.sow_list(before(60), &apollo, name));
        let urgent = state.sow_label(before(60), &demo, "urgent", "red");
        state.sow_label(before(60), &demo, "bug", "orange");
        state.sow_label(before(60), &demo, "", "green");
        state.sow_label(before(60), &apollo, "engine", "blue");
        state.sow_fields(before(60), &demo);

        let sown = |board, list, number, link, name, desc, days| Sown { board, list, number, link, name, desc, days };
        let cats = sown(&demo, &todo, 1, "PrnCats1", "Printer prints only cats", "Every page has a cat on it.", 3);
        let lobby = sown(&demo, &todo, 2, "LobbyDk2", "Dark mode for the lobby", "The lamps are too bright at night.", 9);
        let manual = sown(&demo, &todo, 3, "Manual03", "Where is the manual?", "", 12);
        let stage = sown(&apollo, &building, 1, "Stage2No", "Second stage does not light", "It clicks, and nothing else.", 5);
        let cats = state.sow_card(now, &chloe, cats);
        let lobby = state.sow_card(now, &ben, lobby);
        let manual = state.sow_card(now, &chloe, manual);
        let stage = state.sow_card(now, &ben, stage);

        state.sow_move(before(7), &ana, &lobby, &doing);
        state.sow_move(before(8), &ben, &manual, &doing);
        state.sow_move(before(6), &ben, &manual, &done);
        let comment =
            |card: &str, board: &str, text: &str| json!({ "card": { "id": card }, "board": { "id": board }, "text": text });
        let id = state.id_at(before(2));
        state.happened_at(&id, before(2), "commentCard", &ben, comment(&cats, &demo, "I only see dogs."));
        state.card_mut(&cats)["idLabels"] = json!([urgent]);
        state.card_mut(&cats)["due"] = json!(before(1));
        state.card_mut(&lobby)["idMembers"] = json!([ana]);
        state.card_mut(&manual)["idMembers"] = json!([ben]);
        state.card_mut(&manual)["due"] = json!(before(4));
        state.card_mut(&manual)["dueComplete"] = json!(true);
        state.card_mut(&stage)["idMembers"] = json!([ben]);
        let (list, water, switch) = (state.id_at(before(7)), state.id_at(before(7)), state.id_at(before(7)));
        state.checklists.push(json!({
            "id": list, "name": "Before we go", "idBoard": demo, "idCard": lobby, "pos": 16384,
            "checkItems": [
                { "id": water, "name": "Buy lamps", "state": "complete", "idChecklist": list, "pos": 16384 },
                { "id": switch, "name": "Switch them on", "state": "incomplete", "idChecklist": list, "pos": 32768 },
            ],
        }));
        state
    }

    fn card_mut(&mut self, id: &str) -> &mut Value {
        self.cards.iter_mut().find(|it| it["id"] == id).expect("a card that was sown above")
    }

    fn sow_member(&mut self, at: Timestamp, name: &str) -> String {
        let id = self.id_at(at);
        let capital = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let full = if name == "bellhop" { capital } else { format!("{capital} Example") };
        let token = if name == "bellhop" { TOKEN.to_owned() } else { format!("ATTAtoken0of0{name}") };
        self.members.push(json!({
            "id": id, "username": name, "fullName": full, "email": format!("{name}@example.org"), "token": token,
        }));
        id
    }

    fn sow_board(&mut self, at: Timestamp, name: &str, link: &str, members: &[(&String, &str)]) -> String {
        let id = self.id_at(at);
        let memberships: Vec<Value> = members
            .iter()
            .map(|(member, role)| json!({ "id": self.id_at(at), "idMember": member, "memberType": role, "unconfirmed": false, "deactivated": false }))
            .collect();
        self.boards.push(json!({
            "id": id, "name": name, "desc": "", "closed": false, "shortLink": link, "idOrganization": null,
            "dateLastActivity": at, "memberships": memberships, "prefs": { "permissionLevel": "private" },
        }));
        id
    }

    pub fn sow_list(&mut self, at: Timestamp, board: &str, name: &str) -> String {
        let id = self.id_at(at);
        let pos = super::state::position(&self.lists, None, |it| it["idBoard"] == board);
        self.lists.push(json!({ "id": id, "name": name, "closed": false, "idBoard": board, "pos": pos }));
        id
    }

    fn sow_label(&mut self, at: Timestamp, board: &str, name: &str, color: &str) -> String {
        let id = self.id_at(at);
        self.labels.push(json!({ "id": id, "idBoard": board, "name": name, "color": color }));
        id
    }

    fn sow_fields(&mut self, at: Timestamp, board: &str) {
        let (severity, estimate, low, high) = (self.id_at(at), self.id_at(at), self.id_at(at), self.id_at(at));
        let option = |id: &str, text: &str, pos: u32| json!({ "id": id, "idCustomField": severity, "value": { "text": text }, "color": "none", "pos": pos });
        self.fields.push(json!({
            "id": severity, "idModel": board, "modelType": "board", "name": "Severity", "type": "list", "pos": 16384,
            "options": [option(&low, "low", 16384), option(&high, "high", 32768)],
        }));
        self.fields.push(json!({
            "id": estimate, "idModel": board, "modelType": "board", "name": "Estimate", "type": "number", "pos": 32768,
        }));
    }

    fn sow_card(&mut self, now: Timestamp, author: &str, it: Sown<'_>) -> String {
        let at = now - SignedDuration::from_hours(24 * it.days);
        let id = self.id_at(at);
        let pos = super::state::position(&self.cards, None, |card| card["idList"] == it.list);
        self.cards.push(json!({
            "id": id, "idShort": it.number, "shortLink": it.link, "name": it.name, "desc": it.desc, "closed": false,
            "due": null, "dueComplete": false, "start": null, "dateLastActivity": at, "idBoard": it.board, "idList": it.list,
            "idMembers": [], "idLabels": [], "attachments": [], "customFieldItems": [], "pos": pos,
        }));
        let list = json!({ "id": it.list, "name": self.list_name(&json!(it.list)) });
        let data = json!({ "card": { "id": id }, "list": list, "board": { "id": it.board } });
        let action = self.id_at(at);
        self.happened_at(&action, at, "createCard", author, data);
        id
    }

    fn sow_move(&mut self, at: Timestamp, member: &str, card: &str, list: &str) {
        let from = self.card_mut(card)["idList"].clone();
        let board = self.card_mut(card)["idBoard"].clone();
        self.card_mut(card)["idList"] = json!(list);
        let data = json!({
            "card": { "id": card, "idList": list }, "old": { "idList": from }, "board": { "id": board },
            "listBefore": { "id": from, "name": self.list_name(&from) }, "listAfter": { "id": list, "name": self.list_name(&json!(list)) },
        });
        let id = self.id_at(at);
        self.happened_at(&id, at, "updateCard", member, data);
        self.actions.sort_by_key(|it| it["date"].as_str().unwrap_or_default().to_owned());
    }

    /// A member by username, as others see them.
    pub fn member(&self, key: &str) -> Option<Value> {
        self.members.iter().find(|it| it["id"] == key || it["username"] == key).map(person)
    }
}
