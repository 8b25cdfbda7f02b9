//! The small world that it begins with.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::state::{State, minute, text};

impl State {
    pub fn seeded(now: Timestamp, clock: Option<Timestamp>) -> State {
        let mut state = State {
            clock,
            counter: 0,
            users: Vec::new(),
            databases: Vec::new(),
            uploads: Vec::new(),
            sources: Vec::new(),
            pages: Vec::new(),
            blocks: Vec::new(),
            comments: Vec::new(),
            reads_people: true,
            comments_allowed: true,
            listeners: Vec::new(),
        };
        let bot = state.id();
        state.users.push(json!({
            "object": "user", "id": bot, "name": "Bellhop", "avatar_url": null, "type": "bot",
            "bot": { "owner": { "type": "workspace", "workspace": true }, "workspace_name": "Example" },
        }));
        let [ana, ben, chloe] = ["Ana", "Ben", "Chloe"].map(|name| {
            let id = state.id();
            let email = format!("{}@example.org", name.to_lowercase());
            let name = format!("{name} Example");
            state.users.push(json!({ "object": "user", "id": id, "name": name, "avatar_url": null, "type": "person", "person": { "email": email } }));
            id
        });
        let before = |hours: i64| minute(now - SignedDuration::from_hours(hours));
        let handbook = state.sow_page(
            &before(40),
            &ana,
            json!({ "type": "workspace", "workspace": true }),
            json!({ "title": title("Lobby handbook") }),
        );
        let tasks = state.sow_source("demo tasks", &handbook, task_schema());
        let apollo = state.sow_source("apollo tasks", &handbook, task_schema());
        let people = state.users.clone();
        let person = |id: &str| -> Value { people.iter().filter(|it| it["id"] == id).cloned().collect() };
        let row = |name: &str, status: &str, owner: Value, due: Value, tags: &[&str]| {
            let tags: Vec<Value> = tags.iter().map(|it| json!({ "name": it })).collect();
            json!({
                "Name": title(name),
                "Status": { "id": "st", "type": "status", "status": { "name": status } },
                "Owner": { "id": "ow", "type": "people", "people": owner },
                "Due": { "id": "du", "type": "date", "date": due },
                "Tags": { "id": "ta", "type": "multi_select", "multi_select": tags },
                "Effort": { "id": "ef", "type": "number", "number": null },
                "Reviewed": { "id": "re", "type": "checkbox", "checkbox": false },
                "Notes": { "id": "no", "type": "rich_text", "rich_text": [] },
                "Edited": { "id": "ed", "type": "last_edited_time", "last_edited_time": before(9) },
            })
        };
        let day = |days: i64| json!({ "start": before(-24 * days)[..10].to_owned(), "end": null });
        let parent = |id: &str| json!({ "type": "data_source_id", "data_source_id": id });
        state.sow_page(
            &before(30),
            &chloe,
            parent(&tasks),
            row("Printer prints only cats", "Not started", json!([]), day(-1), &["bug"]),
        );
        state.sow_page(
            &before(20),
            &ben,
            parent(&tasks),
            row("Dark mode for the lobby", "In progress", person(&ana), day(10), &[]),
        );
        state.sow_page(&before(15), &chloe, parent(&tasks), row("Where is the manual?", "Done", person(&ana), Value::Null, &[]));
        state.sow_page(
            &before(10),
            &ben,
            parent(&apollo),
            row("Second stage does not light", "In progress", person(&ben), Value::Null, &["engine"]),
        );
        let secret = state.sow_page(
            &before(5),
            &ben,
            json!({ "type": "workspace", "workspace": true }),
            json!({ "title": title("Payroll") }),
        );
        if let Some(it) = state.pages.iter_mut().find(|it| it["id"] == secret.as_str()) {
            it["private"] = json!(true);
        }
        state.sow_blocks(&handbook);
        let (comment, discussion) = (state.id(), state.id());
        state.comments.push(json!({
            "object": "comment", "id": comment, "parent": { "type": "page_id", "page_id": handbook }, "discussion_id": discussion,
            "created_time": before(8), "last_edited_time": before(8), "created_by": { "object": "user", "id": ben },
            "rich_text": text("Are the lamps new?"),
        }));
        state
    }

    fn sow_source(&mut self, name: &str, page: &str, schema: Value) -> String {
        let (database, source) = (self.id(), self.id());
        self.databases.push(json!({
            "object": "database", "id": database, "title": text(name), "parent": { "type": "page_id", "page_id": page },
            "in_trash": false, "data_sources": [{ "id": source, "name": name }],
        }));
        self.sources.push(json!({
            "object": "data_source", "id": source, "title": text(name), "properties": schema,
            "parent": { "type": "database_id", "database_id": database }, "in_trash": false,
        }));
        source
    }

    fn sow_page(&mut self, at: &str, author: &str, parent: Value, properties: Value) -> String {
        let id = self.id();
        let by = json!({ "object": "user", "id": author });
        self.pages.push(json!({
            "object": "page", "id": id, "created_time": at, "last_edited_time": at, "created_by": by, "last_edited_by": by,
            "cover": null, "icon": null, "parent": parent, "archived": false, "in_trash": false, "properties": properties, "public_url": null,
        }));
        id
    }

    fn sow_blocks(&mut self, page: &str) {
        let block = |kind: &str, words: &str| json!({ "type": kind, kind: { "rich_text": text(words) } });
        let mut lamps = block("to_do", "Buy lamps");
        lamps["to_do"]["checked"] = json!(true);
        let mut switch = block("to_do", "Switch them on");
        switch["to_do"]["checked"] = json!(false);
        let mut code = block("code", "lights --on");
        code["code"]["language"] = json!("shell");
        let all = [
            block("heading_1", "The lobby"),
            block("paragraph", "It is where people wait."),
            block("bulleted_list_item", "Lamps are on from 8 to 18."),
            block("bulleted_list_item", "The door is not."),
            lamps,
            switch,
            code,
        ];
        for it in all {
            let id = self.id();
            self.put_block(page, &id, it);
        }
    }

    pub fn put_block(&mut self, parent: &str, id: &str, mut block: Value) {
        let now = self.now();
        for (key, value) in [
            ("object", json!("block")),
            ("id", json!(id)),
            ("parent", json!({ "id": parent })),
            ("created_time", json!(now)),
            ("last_edited_time", json!(now)),
            ("in_trash", json!(false)),
            ("has_children", json!(false)),
        ] {
            block[key] = value;
        }
        self.blocks.push(block);
        if let Some(it) = self.blocks.iter_mut().find(|it| it["id"] == parent) {
            it["has_children"] = json!(true);
        }
    }
}

fn title(words: &str) -> Value {
    json!({ "id": "title", "type": "title", "title": text(words) })
}

fn task_schema() -> Value {
    let named = |id: &str, name: &str, kind: &str| json!({ "id": id, "name": name, "type": kind, kind: {} });
    let options = |all: &[&str]| -> Value { all.iter().map(|it| json!({ "id": it, "name": it, "color": "default" })).collect() };
    let mut status = named("st", "Status", "status");
    status["status"] = json!({
        "options": options(&["Not started", "In progress", "Done"]),
        "groups": [
            { "id": "g1", "name": "To-do", "option_ids": ["Not started"] },
            { "id": "g2", "name": "In progress", "option_ids": ["In progress"] },
            { "id": "g3", "name": "Complete", "option_ids": ["Done"] },
        ],
    });
    let mut tags = named("ta", "Tags", "multi_select");
    tags["multi_select"] = json!({ "options": options(&["bug", "engine", "urgent"]) });
    json!({
        "Name": named("title", "Name", "title"),
        "Status": status,
        "Owner": named("ow", "Owner", "people"),
        "Due": named("du", "Due", "date"),
        "Tags": tags,
        "Effort": named("ef", "Effort", "number"),
        "Reviewed": named("re", "Reviewed", "checkbox"),
        "Notes": named("no", "Notes", "rich_text"),
        "Edited": named("ed", "Edited", "last_edited_time"),
    })
}
