//! What strangers write to get at people: mentions, links that lead elsewhere, ways out of a fence.
//!
//! Each string is put where any text can stand. What it then makes in a chat is held against what a harmless word in the same
//! place makes: no more links, mentions, times, pictures, cells or blocks.

use commands::{Block, Button, Call, Message, Text};
use serde_json::json;

/// A list of strings.
const ATTACKS: &str = include_str!("attacks.json");

type Place = (&'static str, fn(&str) -> Message);

fn call(text: &str) -> Call {
    Call::new("redmine", "issue comment", json!({ "issue": "42", "text": text }))
}

/// Everywhere that text from outside can stand.
const PLACES: &[Place] = &[
    ("heading", |it| Message::new().heading(it)),
    ("paragraph", |it| Message::text(it)),
    ("after text", |it| Message::text(Text::from("By ").plain(it).plain(" today"))),
    ("after a letter", |it| Message::text(Text::from("a").plain(it).plain("a"))),
    ("between marks", |it| Message::text(Text::new().bold("a").plain(it).code("b"))),
    ("in two", |it| {
        let half = it.char_indices().nth(it.chars().count() / 2).map_or(0, |(at, _)| at);
        Message::text(Text::from(&it[..half]).plain(&it[half..]))
    }),
    ("bold", |it| Message::text(Text::from("x ").bold(it).plain(" y"))),
    ("italic", |it| Message::text(Text::from("x ").italic(it).plain(" y"))),
    ("code span", |it| Message::text(Text::from("x ").code(it).plain(" y"))),
    ("label", |it| Message::text(Text::from("x ").link("https://ours.example/1", it).plain(" y"))),
    ("address", |it| Message::text(Text::from("x ").link(format!("https://ours.example/{it}"), "label").plain(" y"))),
    ("name", |it| Message::text(Text::from("x ").person(it, it).plain(" y"))),
    ("list", |it| Message::new().list(vec!["first".into(), it.into(), "last".into()])),
    ("fact", |it| Message::new().facts(vec![("Name".into(), it.into())])),
    ("fact's name", |it| Message::new().facts(vec![(format!("n{it}"), "value".into())])),
    ("cell", |it| {
        Message::new()
            .block(Block::Table { header: vec!["a".into(), "b".into()], rows: vec![vec![format!("c{it}").into(), "d".into()]] })
    }),
    ("cell of code", |it| {
        Message::new().block(Block::Table {
            header: vec!["a".into(), "b".into()],
            rows: vec![vec![Text::new().code(format!("c{it}")), "d".into()]],
        })
    }),
    ("header", |it| {
        Message::new()
            .block(Block::Table { header: vec![format!("a{it}"), "b".into()], rows: vec![vec!["c".into(), "d".into()]] })
    }),
    ("quote", |it| Message::new().block(Block::Quote(it.into()))),
    ("code", |it| Message::new().block(Block::Code(format!("{it}\nafter")))),
    ("context", |it| Message::text("x").context(it)),
    ("button", |it| {
        Message::text("x").buttons(vec![Button::run(format!("b{it}"), call(&format!("t{it}"))).danger(format!("q{it}"))])
    }),
    ("menu", |it| {
        Message::text("x")
            .block(Block::Menu { label: format!("m{it}"), options: vec![Button::run(format!("b{it}"), call(&format!("t{it}")))] })
    }),
    ("image", |it| {
        Message::text("x").block(Block::Image {
            url: "https://ours.example/i.png".into(),
            alt: format!("a{it}"),
            title: Some(format!("t{it}")),
        })
    }),
    ("document", |it| Message::new().document(format!("n{it}.txt"), format!("t{it}"), format!("d{it}\n").repeat(40))),
    ("table document", |it| {
        Message::new().document(
            "n.csv",
            format!("t{it}"),
            commands::message::document::csv(&["a".into(), "b".into()], &vec![vec![format!("c{it}"), "d".into()]; 50]),
        )
    }),
];

/// Harmless words with as many lines as `attack`, about as long, so that only their meaning is another.
fn harmless(attack: &str) -> String {
    let words = |line: &str| match line.trim().chars().count() {
        0 => line.to_owned(),
        long @ 60.. => "word ".repeat(long.div_ceil(5)),
        _ => "word".to_owned(),
    };
    attack.split('\n').map(words).collect::<Vec<_>>().join("\n")
}

fn attacks() -> Vec<String> {
    serde_json::from_str(ATTACKS).expect("a list of strings")
}

#[test]
fn there_are_enough_and_each_is_another() {
    let all = attacks();
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    assert!(all.len() >= 150 && different.len() == all.len(), "{} of {}", different.len(), all.len());
}

/// Calls `same` for each attack in each place, with the message that holds a harmless word there.
pub fn place(same: impl Fn(&Message, &Message) -> Result<(), String>) {
    let mut failures = Vec::new();
    for attack in attacks() {
        for (name, place) in PLACES {
            if let Err(why) = same(&place(&attack), &place(&harmless(&attack))) {
                failures.push(format!("{attack:?} as {name}: {why}"));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.iter().take(25).cloned().collect::<Vec<_>>().join("\n")
    );
}
