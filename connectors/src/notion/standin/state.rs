//! What the simulated Notion knows.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Refusal, invalid, missing};
use crate::standin::report::Listener;

/// All objects, as Notion writes them.
pub struct State {
    pub clock: Option<Timestamp>,
    pub counter: u64,
    /// The integration first.
    pub users: Vec<Value>,
    pub databases: Vec<Value>,
    pub sources: Vec<Value>,
    pub pages: Vec<Value>,
    /// Blocks in their order; `parent` says in what.
    pub blocks: Vec<Value>,
    pub comments: Vec<Value>,
    /// Files on their way onto a page.
    pub uploads: Vec<Value>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    /// Capabilities.
    pub reads_people: bool,
    pub comments_allowed: bool,
}

impl State {
    /// Notion's times know only the minute.
    pub fn now(&self) -> String {
        minute(self.clock.unwrap_or_else(Timestamp::now))
    }

    pub fn id(&mut self) -> String {
        self.counter += 1;
        format!("1de0a9c4-0000-4000-8000-{:012x}", self.counter)
    }

    pub fn source(&self, id: &str) -> Result<&Value, Refusal> {
        uuid(id)?;
        self.sources.iter().find(|it| it["id"] == id).ok_or_else(|| missing("data source", id))
    }

    /// The place of a page that is shared with the integration.
    pub fn page(&self, id: &str) -> Result<usize, Refusal> {
        uuid(id)?;
        self.pages.iter().position(|it| it["id"] == id && it["private"].is_null()).ok_or_else(|| missing("page", id))
    }

    /// Notes that a page was edited by the integration.
    pub fn touched(&mut self, page: &str) {
        let (now, me) = (self.now(), self.users[0]["id"].clone());
        if let Some(it) = self.pages.iter_mut().find(|it| it["id"] == page) {
            (it["last_edited_time"], it["last_edited_by"]) = (json!(now), json!({ "object": "user", "id": me }));
        }
    }

    /// A page with links that lead here.
    pub fn shown(&self, page: &Value, origin: &str) -> Value {
        let mut all = page.clone();
        let slug: String = title(page).chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
        let id = page["id"].as_str().unwrap_or_default().replace('-', "");
        all["url"] = json!(format!("{origin}/{slug}-{id}"));
        all
    }
}

pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:00.000Z").to_string()
}

/// Notion refuses what cannot be an id.
pub fn uuid(id: &str) -> Result<(), Refusal> {
    let fits = id.len() == 36 && id.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
    if fits {
        Ok(())
    } else {
        Err(invalid(format!("path failed validation: path.id should be a valid uuid, instead was `\"{id}\"`.")))
    }
}

pub fn plain(rich_text: &Value) -> String {
    rich_text.as_array().into_iter().flatten().filter_map(|it| it["plain_text"].as_str()).collect()
}

pub fn title(page: &Value) -> String {
    let properties = page["properties"].as_object().into_iter().flat_map(|it| it.values());
    properties.clone().find(|it| it["type"] == "title").map(|it| plain(&it["title"])).unwrap_or_default()
}

/// Rich text as it is answered: with what was left out.
pub fn rich(given: &Value) -> Result<Value, Refusal> {
    let pieces = given.as_array().ok_or_else(|| invalid("body failed validation: rich_text should be an array."))?;
    if pieces.len() > 100 {
        return Err(invalid("body failed validation: rich_text.length should be ≤ `100`."));
    }
    let piece = |it: &Value| {
        let content =
            it["text"]["content"].as_str().ok_or_else(|| invalid("body failed validation: text.content should be defined."))?;
        if content.chars().count() > 2000 {
            return Err(invalid("body failed validation: text.content.length should be ≤ `2000`."));
        }
        let mut annotations = json!({ "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default" });
        for (name, on) in it["annotations"].as_object().into_iter().flatten() {
            annotations[name] = on.clone();
        }
        let link = &it["text"]["link"];
        Ok(json!({
            "type": "text", "text": { "content": content, "link": link }, "annotations": annotations, "plain_text": content, "href": link["url"],
        }))
    };
    pieces.iter().map(piece).collect()
}

pub fn text(words: &str) -> Value {
    rich(&json!([{ "text": { "content": words } }])).unwrap_or_default()
}
