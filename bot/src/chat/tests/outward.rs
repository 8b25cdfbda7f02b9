//! The set of messages as places without buttons show it, and what strangers might write into it. `UPDATE_EXPECT=1` writes
//! the files anew.

use commands::{Button, Message, Press, grammar};
use expect_test::expect_file;
use serde_json::Value;

use crate::chat::{email::render, links::Offered, sms, teams};

fn offer(button: &Button) -> Offered {
    let groups = super::snapshots::groups();
    let command = match button.press {
        Press::Run => grammar::print(&groups, &button.call),
        Press::Form => grammar::print_form(&groups, &button.call),
    };
    let address = Some(format!("https://bot.example.org/act/{}", command.len()));
    Offered { label: button.label.clone(), command, address }
}

fn typed(button: &Button) -> Offered {
    Offered { address: None, ..offer(button) }
}

/// A card without what every card repeats.
fn brief(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.get("type").is_some_and(|it| it == "TextRun") && fields.len() == 2 => {
            fields["text"].clone()
        }
        Value::Object(fields) if fields.get("type").is_some_and(|it| it == "RichTextBlock") => brief(&fields["inlines"]),
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), brief(it))).collect(),
        Value::Array(items) => items.iter().map(brief).collect(),
        other => other.clone(),
    }
}

fn card(message: &Message, offer: &dyn Fn(&Button) -> Offered) -> Value {
    teams::card::envelope(message, offer)
}

#[test]
fn every_message_where_there_are_no_buttons() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/chat/tests/outward");
    for (name, message) in super::all() {
        let shown = &card(&message, &offer)["attachments"][0]["content"]["body"][0];
        let shown = super::snapshots::shortened(&serde_json::to_string_pretty(&brief(shown)).expect("JSON"));
        let html = super::snapshots::shortened(&render::html(&message.with_files().0).replace("<p", "\n<p"));
        let text = sms::text::written(&message, &offer);
        let all = format!(
            "== teams\n{shown}\n\n== email\n{html}\n\n== sms, {} segments\n{}\n\n== sms without links\n{}\n",
            sms::text::segments(&text),
            super::snapshots::shortened(&text),
            super::snapshots::shortened(&sms::text::written(&message, &typed)),
        );
        expect_file![format!("{folder}/{name}.txt")].assert_eq(&all);
    }
}

#[test]
fn every_message_fits_its_place() {
    for (name, message) in super::all() {
        let card = card(&message, &offer);
        assert!(card.to_string().len() <= 28 * 1024, "{name}: {} bytes", card.to_string().len());
        let text = sms::text::written(&message, &offer);
        assert!(sms::text::segments(&text) <= sms::text::SEGMENTS, "{name}");
    }
}

/// What a card or a page is made of, without any text.
fn kinds(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("type").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|it| found.extend(kinds(it)));
        }
        Value::Array(items) => items.iter().for_each(|it| found.extend(kinds(it))),
        _ => {}
    }
    found
}

fn tags(html: &str) -> Vec<String> {
    html.match_indices('<').map(|(at, _)| html[at..].split([' ', '>']).next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn text_from_outside_makes_nothing_but_text() {
    // Where an address is made of what strangers write, it may turn out to be none.
    let no_links = |all: Vec<String>| -> Vec<String> {
        all.into_iter().filter(|it| !["Action.OpenUrl", "<a", "</a"].contains(&it.as_str())).collect()
    };
    super::place(|attack, harmless| {
        let (ours, theirs) = (card(attack, &offer), card(harmless, &offer));
        if no_links(kinds(&ours)) != no_links(kinds(&theirs)) {
            return Err(format!("another card: {ours}"));
        }
        if ours.to_string().contains("{{") {
            return Err(format!("a date is computed: {ours}"));
        }
        let [ours, theirs] = [attack, harmless].map(|it| render::html(&it.with_files().0));
        match no_links(tags(&ours)) == no_links(tags(&theirs)) {
            true => Ok(()),
            false => Err(format!("another page: {ours}")),
        }
    });
}
