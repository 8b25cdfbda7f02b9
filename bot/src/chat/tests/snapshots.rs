//! The set of messages as plain text and in both chats. `UPDATE_EXPECT=1` writes the files anew.

use commands::{Button, Group, Message, grammar};
use expect_test::expect_file;
use serde_json::Value;

use crate::chat::{slack, zulip};

pub(super) fn groups() -> Vec<Group> {
    vec![crate::builtins::group(), connectors::find("redmine").expect("a connector").group("redmine", None)]
}

fn command(button: &Button) -> String {
    match button.press {
        commands::Press::Run => grammar::print(&groups(), &button.call),
        commands::Press::Form => grammar::print_form(&groups(), &button.call),
    }
}

/// What cannot be seen, by name.
fn visible(text: &str) -> String {
    text.replace('\u{200b}', "‹zwsp›")
}

/// Long text by its ends.
pub(super) fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() {
        0..=90 => lines.join("\n"),
        all => format!("{}\n‹{} lines›\n{}", lines[..40].join("\n"), all - 60, lines[all - 20..].join("\n")),
    }
}

/// The texts of Block Kit, without what every block repeats.
fn brief(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.get("type").is_some_and(|it| it == "mrkdwn") => fields["text"].clone(),
        Value::Object(fields) if fields.get("type").is_some_and(|it| it == "plain_text") => {
            Value::from(format!("plain: {}", fields["text"].as_str().unwrap_or_default()))
        }
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), brief(it))).collect(),
        Value::Array(items) => items.iter().map(brief).collect(),
        other => other.clone(),
    }
}

fn in_slack(message: &Message) -> String {
    let drawn = slack::drawn(message, &command);
    let messages = drawn.messages.iter().map(|it| {
        let blocks = it.blocks.iter().map(|it| shortened(&serde_json::to_string_pretty(&brief(it)).expect("JSON")));
        let color = it.color.map(|it| format!(" {it}")).unwrap_or_default();
        format!("message: {}{color}\n{}", it.text, blocks.collect::<Vec<_>>().join("\n"))
    });
    let files = drawn.files.iter().map(|it| format!("file {}, {}: {} characters", it.name, it.title, it.text.len()));
    visible(&messages.chain(files).collect::<Vec<_>>().join("\n"))
}

fn in_zulip(message: &Message) -> String {
    let address = zulip::render::Address::Mention("Bellhop".into());
    let parts = zulip::render::parts(&groups(), &address, message);
    let written = parts.texts.iter().chain(&parts.buttons).map(|it| {
        let widget = it.widget.as_ref().map(|it| format!("\nwidget: {it}")).unwrap_or_default();
        format!("message:\n{}{}", shortened(&it.content), shortened(&widget))
    });
    let files = parts.files.iter().map(|it| format!("file {}, {}: {} characters", it.name, it.title, it.text.len()));
    visible(&written.chain(files).collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_message_in_every_chat() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/chat/tests/snapshots");
    let mut names = Vec::new();
    for (name, message) in super::all() {
        let plain = shortened(&message.to_plain(&groups()));
        let all = format!("== plain\n{plain}\n\n== slack\n{}\n\n== zulip\n{}\n", in_slack(&message), in_zulip(&message));
        expect_file![format!("{folder}/{name}.txt")].assert_eq(&all);
        names.push(format!("{name}.txt"));
    }
    let mut there: Vec<String> =
        std::fs::read_dir(folder).expect("the folder").flatten().filter_map(|it| it.file_name().into_string().ok()).collect();
    names.sort();
    there.sort();
    assert_eq!(names, there, "a snapshot of no message");
}

/// What is read where no times are drawn says which zone it is in.
#[test]
fn times_have_a_fallback_that_says_its_zone() {
    let message = Message::text(commands::Text::new().time("2026-11-21T09:30:00Z".parse().expect("a moment")));
    assert_eq!(message.to_plain(&[]), "2026-11-21 09:30 UTC");
    let drawn = slack::drawn(&message, &command);
    assert_eq!(drawn.messages[0].blocks[0]["text"]["text"], "<!date^1795253400^{date_short_pretty} {time}|2026-11-21 09:30 UTC>");
    assert_eq!(drawn.messages[0].text, "2026-11-21 09:30 UTC");
    let written = zulip::render::parts(&[], &zulip::render::Address::Direct, &message);
    assert_eq!(written.texts[0].content, "<time:2026-11-21T09:30:00Z>");
}
