//! Custom fields of boards, and their values on cards
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/getting-started-with-custom-fields/>).

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Trello,
    names::{is_none, pick},
    param, problem, view, wire,
};

/// Lists a board's custom fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The board.
    board: param::Board,
}

impl Action for List {
    type On = Trello;
    const NAME: &str = "field list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["field list demo"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        if world.fields.is_empty() {
            return Ok(Reply::to_channel(format!("{} has no custom fields.", world.board.name)));
        }
        let line = |it: &wire::CustomField| {
            let options: Vec<&str> = it.options.iter().map(|it| it.value.text.as_str()).collect();
            let options = if options.is_empty() { String::new() } else { format!(": {}", options.join(", ")) };
            Text::new().bold(&it.name).plain(format!(" · {}{options}", it.kind))
        };
        let heading = format!("{} on {}", view::count(world.fields.len(), "custom field"), world.board.name);
        Ok(Reply::to_channel(Message::text(heading).list(world.fields.iter().map(line).collect())))
    }
}

/// Sets a custom field on a card. `none` empties it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Set {
    /// The card.
    card: param::Card,
    /// The field, by name.
    field: param::Field,
    /// Text, a number, yes or no, a day such as 2026-12-01, or an option's name.
    value: String,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Set {
    type On = Trello;
    const NAME: &str = "field set";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["field set r33ylX2Z Severity high", "field set r33ylX2Z Estimate none"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = on.world(&card.id_board).await?;
        let field = world.field("field", &self.field.0)?;
        let typed = self.value.trim();
        set(on, &card.id, field, typed).await?;
        let did = match is_none(typed) {
            true => format!("{} of #{} is empty now.", field.name, card.id_short),
            false => format!("{} of #{} is {typed} now.", field.name, card.id_short),
        };
        Ok(view::after(on, &card.id, ctx, &did).await)
    }
}

/// Sets a field to what was typed, or empties it for `none`.
pub(super) async fn set(on: &Trello, card: &str, field: &wire::CustomField, typed: &str) -> Result<()> {
    let body = body(field, typed)?;
    on.put::<Value>(&format!("/1/cards/{card}/customField/{}/item", field.id), &body).await.map(drop)
}

/// Values are strings whatever the type, and an option is its id.
fn body(field: &wire::CustomField, typed: &str) -> Result<Value> {
    if is_none(typed) {
        return Ok(if field.kind == "list" { json!({ "idValue": "", "value": "" }) } else { json!({ "value": "" }) });
    }
    Ok(match field.kind.as_str() {
        "list" => {
            let option = pick("value", &format!("option of {}", field.name), typed, &field.options, |it| &it.value.text)?;
            json!({ "idValue": option.id })
        }
        "number" => match typed.parse::<f64>() {
            Ok(number) if number.is_finite() => json!({ "value": { "number": number.to_string() } }),
            _ => return Err(problem::at("value", format!("{} is a number: write it like 2.5. `{typed}` is none.", field.name))),
        },
        "checkbox" => match typed.to_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => json!({ "value": { "checked": "true" } }),
            "no" | "false" | "off" | "0" => json!({ "value": { "checked": "false" } }),
            _ => return Err(problem::at("value", format!("{} is yes or no. `{typed}` is neither.", field.name))),
        },
        "date" => {
            let at = typed.parse::<Timestamp>().ok().or_else(|| {
                let date = typed.parse::<jiff::civil::Date>().ok()?;
                date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|it| it.timestamp())
            });
            match at {
                Some(at) => json!({ "value": { "date": at } }),
                None => {
                    return Err(problem::at(
                        "value",
                        format!("{} is a day: write it like 2026-12-01. `{typed}` is none.", field.name),
                    ));
                }
            }
        }
        _ => json!({ "value": { "text": typed } }),
    })
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Number,
    Checkbox,
    Date,
    /// One of its options.
    List,
}

/// Adds a custom field to a board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// What it is called.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// What it holds; a list where options are given, else text.
    kind: Option<Kind>,
    /// The options of a list.
    #[serde(default)]
    option: Vec<String>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "field create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["field create Estimate board=demo kind=number", "field create Severity board=demo option=low option=high"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let kind = self.kind.unwrap_or(if self.option.is_empty() { Kind::Text } else { Kind::List });
        if kind == Kind::List && self.option.is_empty() {
            return Err(problem::at("option", "A list needs options: write option=low option=high."));
        }
        if kind != Kind::List && !self.option.is_empty() {
            return Err(problem::at("option", "Only a list has options: leave them out, or write kind=list."));
        }
        let board = on.board("board", &self.board.0).await?;
        let body = json!({ "idModel": board.id, "modelType": "board", "name": self.name.trim(), "type": kind, "pos": "bottom" });
        let field: wire::CustomField =
            on.post("/1/customFields", &body).await.map_err(|it| problem::place(it, &[("name", "name")]))?;
        for option in &self.option {
            let body = json!({ "value": { "text": option.trim() }, "pos": "bottom" });
            on.post::<Value>(&format!("/1/customFields/{}/options", field.id), &body).await.map_err(|mut error| {
                error.message = format!("The field is there, but not its option {option}. {}", error.message);
                error
            })?;
        }
        on.worlds.invalidate(&board.id).await;
        Ok(Reply::to_channel(format!("Added the custom field {} to {}.", field.name, board.name)))
    }
}

/// Deletes a custom field, with its values on all cards.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The field.
    field: param::Field,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "field delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["field delete Severity board=demo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let field = world.field("field", &self.field.0)?;
        if self.confirm.is_none() {
            let what =
                format!("The custom field {} of {} would be deleted with its values on all cards.", field.name, world.board.name);
            let params = json!({ "board": world.board.short_link, "field": field.name });
            return Ok(view::ask(ctx, "field delete", params, "Delete the field", &what));
        }
        on.delete(&format!("/1/customFields/{}", field.id)).await?;
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(format!("Deleted the custom field {} of {}.", field.name, world.board.name)))
    }
}
