//! A card as a message that acts.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Text, Tone};
use jiff::tz::TimeZone;
use serde_json::json;

use super::{Trello, names::World, param::Confirm, wire};
pub(super) use crate::words::shorten;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;
/// Items of one checklist that are shown.
const ITEMS: usize = 15;

/// What was done, and the card as it is now.
pub(super) fn reply(card: &wire::Card, world: Option<&World>, ctx: &Ctx, said: Message) -> Reply {
    let call = ctx.call("card show", json!({ "card": card.short_link }));
    Reply::card(Card { object: card.short_url.clone(), said, shown: message(card, world, ctx), call }, Audience::Channel)
}

/// The card again, after something was done to it: failing to read it must not look like failing to do it.
pub(super) async fn after(on: &Trello, card: &str, ctx: &Ctx, did: &str) -> Reply {
    match on.card("card", card, None).await {
        Ok(card) => {
            let world = on.world(&card.id_board).await.ok();
            reply(&card, world.as_deref(), ctx, Message::text(did))
        }
        Err(_) => Reply::to_channel(did),
    }
}

/// The card with what can be done to it. Lists to move to and names of custom fields are the board's.
pub(super) fn message(card: &wire::Card, world: Option<&World>, ctx: &Ctx) -> Message {
    let board = card.board.as_ref().map(|it| format!(" · {}", it.name)).unwrap_or_default();
    let archived = if card.closed { " · archived" } else { "" };
    let line = Text::new().link(&card.short_url, format!("Card #{}", card.id_short)).plain(format!("{board}{archived}"));
    let mut message = Message::new().tone(tone(card, ctx)).heading(&card.name).paragraph(line).facts(facts(card, world, ctx));
    let description = card.desc.trim();
    if !description.is_empty() {
        message = message.block(Block::Quote(shorten(description, DESCRIPTION).into()));
    }
    for checklist in &card.checklists {
        let done = checklist.check_items.iter().filter(|it| it.is_done()).count();
        message = message.paragraph(Text::new().bold(format!("{} {done}/{}", checklist.name, checklist.check_items.len())));
        let items = checklist.check_items.iter().take(ITEMS).map(|it| format!("{} {}", tick(it), it.name).into());
        let more = checklist.check_items.len().saturating_sub(ITEMS);
        let more = (more > 0).then(|| format!("and {more} more").into());
        let items: Vec<Text> = items.chain(more).collect();
        if !items.is_empty() {
            message = message.list(items);
        }
    }
    if !card.attachments.is_empty() {
        message = message.list(card.attachments.iter().map(|it| Text::new().link(&it.url, &it.name)).collect());
    }
    message = message.buttons(buttons(card, ctx));
    if let Some(menu) = moves(card, world, ctx) {
        message = message.block(menu);
    }
    match card.date_last_activity {
        Some(at) => message.context(Text::new().plain("Last activity ").time(at)),
        None => message,
    }
}

/// The card in a line: `Printer on fire · Doing · Ana Example · due 2026-12-01`.
pub(super) fn line(card: &wire::Card, list: Option<&str>, members: &[wire::Member], ctx: &Ctx) -> Text {
    let mut rest = String::new();
    if let Some(list) = list {
        rest.push_str(&format!(" · {list}"));
    }
    let who: Vec<&str> = members.iter().filter(|it| card.id_members.contains(&it.id)).map(|it| it.full_name.as_str()).collect();
    if !who.is_empty() {
        rest.push_str(&format!(" · {}", who.join(", ")));
    }
    if let Some(due) = due(card, ctx) {
        rest.push_str(&format!(" · due {due}"));
    }
    if card.closed {
        rest.push_str(" · archived");
    }
    Text::new().link(&card.short_url, format!("#{} {}", card.id_short, card.name)).plain(rest)
}

pub(super) fn tick(item: &wire::CheckItem) -> &'static str {
    if item.is_done() { "☑" } else { "☐" }
}

pub(super) fn is_late(card: &wire::Card, ctx: &Ctx) -> bool {
    !card.closed && !card.due_complete && card.due.is_some_and(|due| due < ctx.now)
}

fn tone(card: &wire::Card, ctx: &Ctx) -> Tone {
    let soon = jiff::SignedDuration::from_hours(24);
    match card.due {
        _ if card.due_complete => Tone::Good,
        _ if is_late(card, ctx) => Tone::Bad,
        Some(due) if !card.closed && due < ctx.now + soon => Tone::Warning,
        _ => Tone::Neutral,
    }
}

/// `2026-12-01`, with the time of day where it is not a whole day's.
fn due(card: &wire::Card, ctx: &Ctx) -> Option<String> {
    let due = card.due?;
    let state = if card.due_complete {
        " (done)"
    } else if is_late(card, ctx) {
        " (overdue)"
    } else {
        ""
    };
    Some(format!("{}{state}", moment(due)))
}

/// `2026-12-01`, with the time of day where it is not midnight.
pub(super) fn moment(at: jiff::Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::UTC);
    let midnight = zoned.time() == jiff::civil::Time::midnight();
    zoned.strftime(if midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M UTC" }).to_string()
}

fn facts(card: &wire::Card, world: Option<&World>, ctx: &Ctx) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
    if let Some(list) = &card.list {
        fact("List", list.name.clone());
    }
    let members: Vec<&str> = card.members.iter().map(|it| it.full_name.as_str()).collect();
    fact("Members", if members.is_empty() { "nobody".into() } else { members.join(", ") });
    let labels: Vec<&str> = card.labels.iter().map(wire::Label::title).collect();
    if !labels.is_empty() {
        fact("Labels", labels.join(", "));
    }
    if let Some(start) = card.start {
        fact("Start", moment(start));
    }
    if let Some(due) = due(card, ctx) {
        fact("Due", due);
    }
    for item in &card.custom_field_items {
        let field = world.and_then(|it| it.fields.iter().find(|it| it.id == item.id_custom_field));
        if let Some((field, value)) = field.and_then(|field| Some((field, value(field, item)?))) {
            fact(&field.name, value);
        }
    }
    facts
}

/// A custom field's value in words.
pub(super) fn value(field: &wire::CustomField, item: &wire::FieldItem) -> Option<String> {
    if let Some(id) = &item.id_value {
        return field.options.iter().find(|it| it.id == *id).map(|it| it.value.text.clone());
    }
    let value = item.value.as_ref()?.as_object()?.values().next()?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(match (field.kind.as_str(), text.as_str()) {
        ("checkbox", "true") => "yes".into(),
        ("checkbox", _) => "no".into(),
        ("date", text) => text.parse().map_or_else(|_| text.to_owned(), moment),
        (_, text) => text.to_owned(),
    })
}

fn buttons(card: &wire::Card, ctx: &Ctx) -> Vec<Button> {
    let call = |action: &str| ctx.call(action, json!({ "card": card.short_link }));
    if card.closed {
        return vec![Button::run("Send back to the board", call("card restore"))];
    }
    let mut buttons = vec![
        Button::form("Comment", call("card comment")),
        Button::run("Assign to me", ctx.call("card assign", json!({ "card": card.short_link, "to": "me" }))),
    ];
    if card.due.is_some() && !card.due_complete {
        buttons.push(Button::run("Done", call("card done")));
    } else if card.due.is_none() {
        buttons.push(Button::form("Due", call("card due")));
    }
    buttons.push(Button::run("Archive", call("card archive")));
    buttons
}

/// The board's other lists.
fn moves(card: &wire::Card, world: Option<&World>, ctx: &Ctx) -> Option<Block> {
    let lists = &world.filter(|_| !card.closed)?.lists;
    let to = |it: &wire::List| Button::run(&it.name, ctx.call("card move", json!({ "card": card.short_link, "list": it.name })));
    let options: Vec<Button> = lists.iter().filter(|it| it.id != card.id_list).map(to).collect();
    (!options.is_empty()).then(|| Block::Menu { label: "Move to".into(), options })
}

/// Asks before something is gone for good: the same command again, with the answer in it.
pub(super) fn ask(ctx: &Ctx, action: &str, mut params: serde_json::Value, label: &str, what: &str) -> Reply {
    params["confirm"] = json!(Confirm::Yes);
    let button = Button::run(label, ctx.call(action, params)).danger("This cannot be undone. Go on?");
    let message = Message::text(what).tone(Tone::Warning).buttons(vec![button]);
    Reply::new(message, Audience::Private)
}

/// `1 card`, `2 cards`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
