//! From Trello's actions to events, the same for webhooks and for polls
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/action-types/>).
//!
//! An action says by its type what was done, and by its `data` to what: the card, its list and its board, and under `old`
//! what the fields were before. What it is called is found in [`kind`], what it changed in [`changes`].

use commands::{
    Event,
    event::{Concern, Object, Why},
};
use serde_json::Value;

use super::{view, wire};
use crate::payload;

mod changes;
mod kind;

/// Names after an `@` that mean all members of a card or a board.
const EVERYBODY: [&str; 2] = ["card", "board"];

/// What happened, as an event of `source`.
pub(super) fn event(source: &str, action: &wire::Action) -> Event {
    let it = Told { action, data: &action.data };
    let actor = it.actor();
    let actor_id = action.member_creator.as_ref().and_then(|it| it.username.clone());
    let (object, text) = (it.object(), it.said());
    let mut concerns: Vec<Concern> = Vec::new();
    if let ("addMemberToCard", Some(name)) = (action.kind.as_str(), it.member()) {
        let id = action.member.as_ref().and_then(|it| it.username.clone());
        concerns.push(Concern { name, id, why: Why::Assigned });
    }
    let mut about = payload::tickets(&object.title);
    // A quoted description names people as well, but was not written by this event.
    if it.is_written() {
        let text = text.as_deref().unwrap_or_default();
        let keys = payload::tickets(text);
        about.extend(keys.into_iter().filter(|it| !about.contains(it)).collect::<Vec<_>>());
        let named = payload::mentions(text).into_iter();
        let others = named.filter(|name| Some(name) != actor_id.as_ref() && !EVERYBODY.contains(&name.as_str()));
        concerns.extend(others.map(|name| Concern { id: Some(name.clone()), name, why: Why::Mentioned }));
    }
    let changes = changes::of(&it);
    Event {
        id: action.id.clone(),
        source: source.to_owned(),
        kind: kind::of(&it),
        at: action.date,
        about,
        url: it.comment().zip(object.url.as_ref()).map(|(comment, url)| format!("{url}#comment-{comment}")),
        labels: it.labels(),
        actor,
        actor_id,
        object,
        changes,
        text,
        concerns,
        ..Event::default()
    }
}

/// An action that is being read.
struct Told<'a> {
    action: &'a wire::Action,
    data: &'a Value,
}

impl Told<'_> {
    fn kind(&self) -> &str {
        &self.action.kind
    }

    /// The text at a JSON pointer into the action's data.
    fn text(&self, path: &str) -> Option<String> {
        payload::text(self.data, path).map(str::to_owned)
    }

    fn is(&self, path: &str, expected: &str) -> bool {
        payload::text(self.data, path) == Some(expected)
    }

    fn holds(&self, path: &str) -> bool {
        self.data.pointer(path) == Some(&Value::Bool(true))
    }

    /// Whether this field of what was updated had another value before.
    fn had(&self, field: &str) -> bool {
        self.data["old"].get(field).is_some()
    }

    /// The name of an entity as Trello shows it in its own sentence about the action: it is there where the data has no name.
    fn shown(&self, entity: &str) -> Option<String> {
        payload::text(&self.action.display, &format!("/entities/{entity}/text")).map(str::to_owned)
    }

    fn actor(&self) -> Option<String> {
        let creator = self.action.member_creator.as_ref().and_then(wire::Actor::name);
        // A Power-Up or an automation acts by itself.
        creator
            .or_else(|| self.shown("memberCreator"))
            .or_else(|| payload::text(&self.action.app_creator, "/name").map(str::to_owned))
    }

    /// The member that it was done to.
    fn member(&self) -> Option<String> {
        let member = self.action.member.as_ref().and_then(wire::Actor::name);
        member.or_else(|| self.text("/member/name")).or_else(|| self.shown("member"))
    }

    /// The label that was put on or taken off; one without a name is known by its colour.
    fn label(&self) -> Option<String> {
        ["/label/name", "/text", "/label/color", "/value"].iter().find_map(|it| self.text(it)).or_else(|| self.shown("label"))
    }

    /// Whether the text was written by this very event.
    fn is_written(&self) -> bool {
        matches!(self.kind(), "commentCard" | "updateComment" | "createCard" | "emailCard")
            || (self.kind() == "updateCard" && self.had("desc"))
    }

    fn said(&self) -> Option<String> {
        let text = match self.kind() {
            "createCard" | "copyCard" | "emailCard" | "convertToCardFromCheckItem" => self.text("/card/desc"),
            "updateCard" if self.had("desc") => self.text("/card/desc"),
            "commentCard" | "copyCommentCard" => self.text("/text"),
            "updateComment" => self.text("/action/text").or_else(|| self.text("/text")),
            "deleteComment" => self.text("/old/text").or_else(|| self.text("/action/text")),
            "addAttachmentToCard" => {
                let (name, url) = (self.text("/attachment/name"), self.text("/attachment/url"));
                // Pasted links are called by their address.
                url.map(|url| match name {
                    Some(name) if name != url => format!("[{name}]({url})"),
                    _ => url,
                })
            }
            "addLabelToCard" | "removeLabelFromCard" => None,
            _ => self.text("/text"),
        };
        text.and_then(|it| payload::said(&it))
    }

    /// The comment that it is about: an action's id.
    fn comment(&self) -> Option<String> {
        match self.kind() {
            "commentCard" | "copyCommentCard" => Some(self.action.id.clone()).filter(|it| !it.is_empty()),
            "updateComment" => self.text("/action/id"),
            _ => None,
        }
    }

    /// Labels that the card is known to have now.
    fn labels(&self) -> Vec<String> {
        let named = |it: &Value| payload::first(it, &["/name", "/color"]).map(str::to_owned);
        let mut labels: Vec<String> = payload::list(self.data, "/card/labels").iter().filter_map(named).collect();
        if self.kind() == "addLabelToCard" {
            labels.extend(self.label().filter(|it| !labels.contains(it)));
        }
        labels
    }

    fn object(&self) -> Object {
        let board = self.text("/board/name").or_else(|| self.shown("board"));
        let board_url = self.text("/board/shortLink").map(|it| format!("https://trello.com/b/{it}"));
        if self.data["card"].is_object() {
            let number = self.data.pointer("/card/idShort").and_then(Value::as_u64).map(|it| format!("#{it}"));
            let link = self.text("/card/shortLink").or_else(|| self.text("/card/id"));
            let list = ["/listAfter/name", "/list/name"].iter().find_map(|it| self.text(it));
            let state = if self.kind() == "deleteCard" {
                Some("deleted".to_owned())
            } else if self.holds("/card/closed") {
                Some("archived".to_owned())
            } else {
                list
            };
            return Object {
                key: number.or_else(|| link.clone()).unwrap_or_else(|| "card".into()),
                title: self.text("/card/name").or_else(|| self.shown("card")).unwrap_or_else(|| "a card".into()),
                url: link.map(|it| format!("https://trello.com/c/{it}")),
                place: board,
                state,
            };
        }
        let named = |what: &str, title: Option<String>, url: Option<String>, place: Option<String>| Object {
            key: what.to_owned(),
            title: title.unwrap_or_else(|| format!("a {what} in Trello")),
            url,
            place,
            state: None,
        };
        if self.data["list"].is_object() {
            let state = self.holds("/list/closed").then(|| "archived".to_owned());
            // Lists have no address of their own.
            return Object { state, ..named("list", self.text("/list/name").or_else(|| self.shown("list")), board_url, board) };
        }
        if self.data["board"].is_object() {
            let state = self.holds("/board/closed").then(|| "closed".to_owned());
            let workspace = self.text("/organization/name").or_else(|| self.text("/board/organization/name"));
            return Object { state, ..named("board", board, board_url, workspace) };
        }
        if self.data["organization"].is_object() {
            let name = self.text("/organization/name").or_else(|| self.shown("organization"));
            let url = self.text("/organization/id").map(|it| format!("https://trello.com/w/{it}"));
            return named("workspace", name, url, None);
        }
        let about = self.member().or_else(|| self.text("/enterprise/name")).or_else(|| self.text("/plugin/name"));
        named("Trello", about.or_else(|| Some("Trello".into())), None, None)
    }
}

/// A value in words; nothing is none.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => match text.parse() {
            Ok(at) => view::moment(at),
            Err(_) => text.trim().to_owned(),
        },
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        // What is nested is for machines: a cover's picture, a board's settings.
        Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text).filter(|it| !it.is_empty()).map(|it| view::shorten(&it, 300))
}
