//! How an event reads: a line that says it all, then what changed, then what was said.

use commands::{Event, Message, Span, Text, Tone};

/// Who did what to which, where.
pub fn line(event: &Event) -> Text {
    let mut line = Text::new();
    if let Some(actor) = &event.actor {
        line = line.bold(actor.clone()).plain(" ");
    }
    line = line.plain(format!("{} ", verb(&event.kind)));
    let label = format!("{} {}", event.object.key, event.object.title);
    line = match &event.object.url {
        Some(url) => line.link(url.clone(), label),
        None => line.bold(label),
    };
    if let Some(place) = &event.object.place {
        line = line.plain(format!(" in {place}"));
    }
    line
}

/// One line that says it all, then what changed, then what was said.
pub fn card(event: &Event) -> Message {
    let tone = match event.kind.rsplit('.').next() {
        Some("closed" | "merged" | "resolved") => Tone::Good,
        _ => Tone::Neutral,
    };
    let mut message = Message::text(line(event)).tone(tone);
    if !event.changes.is_empty() {
        let change = |it: &commands::event::Change| {
            let text = Text::new().plain(format!("{}: ", it.field));
            match (&it.from, &it.to) {
                (Some(from), Some(to)) => text.plain(from.clone()).plain(" → ").bold(to.clone()),
                (None, Some(to)) => text.bold(to.clone()),
                (Some(from), None) => text.plain(from.clone()).plain(" removed"),
                (None, None) => text.plain("changed"),
            }
        };
        message = message.list(event.changes.iter().map(change).collect());
    }
    if let Some(said) = event.text.as_ref().filter(|it| !it.trim().is_empty()) {
        let short: String = said.chars().take(300).collect();
        let rest = if short.len() < said.len() { "…" } else { "" };
        message = message.block(commands::Block::Quote(Text(vec![Span::Plain(short + rest)])));
    }
    message
}

/// `issue.created` → `created`, `issue.commented` → `commented on`.
pub fn verb(kind: &str) -> String {
    match kind.rsplit('.').next().unwrap_or(kind) {
        "commented" => "commented on".into(),
        verb => verb.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use commands::event::{Change, Object};
    use expect_test::expect;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_card_says_who_did_what_to_which_and_what_changed() {
        let event = Event {
            id: "7".into(),
            source: "redmine".into(),
            kind: "issue.updated".into(),
            at: Timestamp::UNIX_EPOCH,
            actor: Some("Ana".into()),
            object: Object {
                key: "#42".into(),
                title: "Printer on fire".into(),
                url: None,
                place: Some("Demo".into()),
                state: None,
            },
            changes: vec![Change { field: "Status".into(), from: Some("New".into()), to: Some("Closed".into()) }],
            labels: Vec::new(),
            text: Some("Put out.".into()),
            ..Event::default()
        };
        expect![[r#"
            Ana updated #42 Printer on fire in Demo

            - Status: New → Closed

            > Put out."#]]
        .assert_eq(card(&event).to_plain(&[]).trim_end());
    }
}
