//! A board's cards as tasks that are kept the same as another system's.
//!
//! Trello tells nobody's email address, so members are their usernames. A card has many members and a task one person:
//! it is the first, and setting it leaves the others.

use commands::{BoxFuture, Error, ErrorKind, FieldProblem, Result};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    Trello, accounts, fields,
    names::{WHOLE, World},
    view, wire,
};
use crate::{FieldKind, Task, TaskField, Tasks, Values, connector::Whose, http::pages::Page};

/// As many as Trello gives at once.
const PAGE: usize = 1000;

impl Tasks for Trello {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let world = self.place(place).await?;
            let field = |name: &str, label: &str, kind: FieldKind| TaskField {
                name: name.into(),
                label: label.into(),
                kind,
                required: name == "name",
                writable: true,
            };
            let lists = world.lists.iter().map(|it| it.name.clone()).collect();
            let mut all = vec![
                field("name", "Name", FieldKind::Text),
                field("desc", "Description", FieldKind::Markdown),
                field("list", "List", FieldKind::Choice(lists)),
                field("member", "Member", FieldKind::Person),
                field("labels", "Labels", FieldKind::Labels),
                field("start", "Start date", FieldKind::Date),
                field("due", "Due date", FieldKind::Date),
                field("dueComplete", "Done", FieldKind::Flag),
                field("closed", "Archived", FieldKind::Flag),
            ];
            all.extend(world.fields.iter().map(|it| {
                let kind = match it.kind.as_str() {
                    "number" => FieldKind::Number,
                    "checkbox" => FieldKind::Flag,
                    "date" => FieldKind::Date,
                    "list" => FieldKind::Choice(it.options.iter().map(|it| it.value.text.clone()).collect()),
                    _ => FieldKind::Text,
                };
                field(&it.id, &it.name, kind)
            }));
            Ok(all)
        })
    }

    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>> {
        Box::pin(async move {
            let world = self.place(place).await?;
            let limit = PAGE.to_string();
            let mut query = vec![("customFieldItems", "true"), ("limit", limit.as_str())];
            query.extend(page.map(|it| ("before", it)));
            let cards: Vec<wire::Card> = self.get(&format!("/1/boards/{}/cards/all", world.board.id), &query).await?;
            // The newest come first: what was created before the oldest of this page is on the next.
            let next = (cards.len() == PAGE).then(|| cards.iter().map(|it| it.id.clone()).min()).flatten();
            let is_wanted = |it: &&wire::Card| match since {
                Some(since) => it.date_last_activity.is_none_or(|at| at >= since),
                // What nobody sees on the board any more is not begun with.
                None => !it.closed && world.lists.iter().any(|list| list.id == it.id_list),
            };
            Ok(Page { items: cards.iter().filter(is_wanted).map(|it| task(it, &world)).collect(), next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let world = self.place(place).await?;
            match Trello::get::<wire::Card>(self, &format!("/1/cards/{}", checked(key)?), WHOLE).await {
                Ok(card) if card.id_board == world.board.id => Ok(Some(task(&card, &world))),
                Ok(_) => Ok(None),
                Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let world = self.place(place).await?;
            let (mut body, custom) = self.written(&world, values, None).await?;
            if let Some(first) = world.lists.first().filter(|_| !body.contains_key("idList")) {
                body.insert("idList".into(), json!(first.id));
            }
            // An archived card cannot be created, and is archived afterwards.
            let closed = body.remove("closed").filter(|it| it == true);
            let card: wire::Card = self.post("/1/cards", &Value::Object(body)).await?;
            let rest = closed.map(|it| Map::from_iter([("closed".to_owned(), it)])).unwrap_or_default();
            self.finish(&world, &card.id, rest, custom).await.map_err(Error::maybe_done)
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let world = self.place(place).await?;
            let before: wire::Card = Trello::get(self, &format!("/1/cards/{}", checked(key)?), WHOLE).await?;
            let (body, custom) = self.written(&world, values, Some(&before)).await?;
            self.finish(&world, &before.id, body, custom).await
        })
    }
}

impl Trello {
    async fn place(&self, place: &str) -> Result<std::sync::Arc<World>> {
        self.world_of("place", place).await.map_err(|error| match error.kind {
            ErrorKind::BadInput => Error::not_found(error.message),
            _ => error,
        })
    }

    /// Values as Trello writes them: the card's own, and custom fields with what to set them to.
    async fn written<'a>(
        &self,
        world: &'a World,
        values: &Values,
        before: Option<&wire::Card>,
    ) -> Result<(Map<String, Value>, Vec<(&'a wire::CustomField, String)>)> {
        let (mut body, mut custom) = (Map::new(), Vec::new());
        for (name, value) in values {
            let text = value.as_str().unwrap_or_default().trim();
            match name.as_str() {
                "name" => drop(body.insert("name".into(), json!(text))),
                "desc" => drop(body.insert("desc".into(), json!(text))),
                "list" if !value.is_null() => drop(body.insert("idList".into(), json!(world.list("list", text)?.id))),
                "list" => return Err(refused(name, "A card is always in a list.")),
                "member" => {
                    let mut ids = before.map(|it| it.id_members.clone()).unwrap_or_default();
                    if !ids.is_empty() {
                        ids.remove(0);
                    }
                    if !value.is_null() {
                        let member = self.known(world, text).await?;
                        ids.retain(|it| it != &member);
                        ids.insert(0, member);
                    }
                    body.insert("idMembers".into(), if before.is_some() { json!(ids.join(",")) } else { json!(ids) });
                }
                "labels" => {
                    let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let ids = names.map(|it| world.label("labels", it).map(|it| it.id.clone())).collect::<Result<Vec<_>>>()?;
                    body.insert("idLabels".into(), if before.is_some() { json!(ids.join(",")) } else { json!(ids) });
                }
                "start" | "due" => drop(body.insert(name.clone(), day(name, value)?)),
                "dueComplete" | "closed" => drop(body.insert(name.clone(), json!(value.as_bool().unwrap_or(false)))),
                id => match world.fields.iter().find(|it| it.id == id) {
                    Some(field) => custom.push((field, typed(value))),
                    None => return Err(refused(name, &format!("{} has no field `{name}`.", world.board.name))),
                },
            }
        }
        Ok((body, custom))
    }

    async fn finish(
        &self,
        world: &World,
        card: &str,
        body: Map<String, Value>,
        custom: Vec<(&wire::CustomField, String)>,
    ) -> Result<Task> {
        if !body.is_empty() {
            self.put::<Value>(&format!("/1/cards/{card}"), &Value::Object(body)).await?;
        }
        for (field, value) in custom {
            fields::set(self, card, field, &value).await?;
        }
        let card: wire::Card = Trello::get(self, &format!("/1/cards/{card}"), WHOLE).await?;
        Ok(task(&card, world))
    }

    /// A member's id, by username, name or email address.
    async fn known(&self, world: &World, text: &str) -> Result<String> {
        let on_board =
            world.members.iter().find(|it| it.username.eq_ignore_ascii_case(text) || it.full_name.eq_ignore_ascii_case(text));
        if let Some(member) = on_board {
            return Ok(member.id.clone());
        }
        let found = if text.contains('@') { accounts::lookup(self, Whose::Email(text)).await? } else { None };
        let found = found.filter(|it| world.members.iter().any(|member| member.id == it.id));
        found.map(|it| it.id).ok_or_else(|| refused("member", &format!("Nobody on {} is known as `{text}`.", world.board.name)))
    }
}

fn task(card: &wire::Card, world: &World) -> Task {
    let mut values = Map::new();
    let text = |it: &str| if it.is_empty() { Value::Null } else { json!(it) };
    let list = world.lists.iter().chain(&world.archived).find(|it| it.id == card.id_list).map(|it| it.name.as_str());
    let first = card.id_members.first().and_then(|id| world.members.iter().find(|it| it.id == *id));
    values.insert("name".into(), json!(card.name));
    values.insert("desc".into(), text(&card.desc));
    values.insert("list".into(), json!(list));
    values.insert("member".into(), json!(first.map(|it| it.username.as_str())));
    values.insert("labels".into(), card.labels.iter().map(|it| json!(it.title())).collect());
    values.insert("start".into(), json!(card.start.map(date)));
    values.insert("due".into(), json!(card.due.map(date)));
    values.insert("dueComplete".into(), json!(card.due_complete));
    values.insert("closed".into(), json!(card.closed));
    for field in &world.fields {
        let item = card.custom_field_items.iter().find(|it| it.id_custom_field == field.id);
        let value = item.and_then(|it| view::value(field, it));
        let value = match (field.kind.as_str(), value) {
            ("number", Some(it)) => it.parse::<f64>().map_or(Value::Null, |it| json!(it)),
            ("checkbox", it) => json!(it.as_deref() == Some("yes")),
            ("date", Some(it)) => json!(it.get(..10)),
            (_, it) => json!(it),
        };
        values.insert(field.id.clone(), value);
    }
    let updated = card.date_last_activity.unwrap_or(Timestamp::UNIX_EPOCH);
    Task { key: card.short_link.clone(), url: Some(card.short_url.clone()), updated, values }
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// A day, which Trello keeps as its noon: it is the same day almost everywhere.
fn day(field: &str, value: &Value) -> Result<Value> {
    let Some(text) = value.as_str() else { return Ok(Value::Null) };
    let date: Date = text.parse().map_err(|_| refused(field, &format!("`{text}` is no day. Write it like 2026-12-01.")))?;
    Ok(json!(format!("{date}T12:00:00.000Z")))
}

/// A custom field's value as people type it.
fn typed(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A key that is one: it becomes part of an address.
fn checked(key: &str) -> Result<&str> {
    if !key.is_empty() && key.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return Ok(key);
    }
    Err(Error::not_found(format!("`{key}` is no card's short link.")))
}

fn refused(field: &str, message: &str) -> Error {
    Error::new(ErrorKind::Validation, message).with_fields(vec![FieldProblem::new(field, message)])
}
