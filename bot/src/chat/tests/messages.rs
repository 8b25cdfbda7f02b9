//! The messages that each chat is shown to write well.

use commands::{Block, Button, Call, Message, Text, Tone};
use serde_json::json;

fn call(action: &str, params: serde_json::Value) -> Call {
    Call::new("redmine", action, params)
}

fn at() -> jiff::Timestamp {
    "2026-11-21T09:30:00Z".parse().expect("a moment")
}

fn show(issue: u32) -> Button {
    Button::run(format!("Show #{issue}"), call("issue show", json!({ "issue": issue.to_string() })))
}

fn table(rows: usize) -> Block {
    let row = |it: usize| {
        vec![
            Text::new().link(format!("https://redmine.example.org/issues/{it}"), format!("#{it}")),
            Text::from("Printer on fire"),
            Text::new().bold("New"),
        ]
    };
    Block::Table { header: ["Issue", "Subject", "Status"].map(str::to_owned).to_vec(), rows: (1..=rows).map(row).collect() }
}

/// Each with the name of its snapshot.
pub fn all() -> Vec<(&'static str, Message)> {
    let lines = |count: usize| {
        (1..=count).map(|it| format!("2026-11-21 09:30:{:02} request {it} took {} ms", it % 60, it * 7)).collect::<Vec<_>>()
    };
    vec![
        ("empty", Message::new()),
        ("blank", Message::text(" \n ").heading("").list(Vec::new()).block(Block::Code(String::new()))),
        ("text", Message::text("Done. You may want to look at it: 1 < 2 & 3 > 2.")),
        ("heading", Message::new().heading("#42 Printer on fire").paragraph("It burns.")),
        ("heading_long", Message::new().heading("Printer on fire ".repeat(12))),
        (
            "spans",
            Message::text(
                Text::new()
                    .plain("Plain, ")
                    .bold("bold")
                    .plain(", ")
                    .italic("italic")
                    .plain(", ")
                    .code("code")
                    .plain(", ")
                    .link("https://example.org/a?b=1&c=2", "a link")
                    .plain("."),
            ),
        ),
        (
            "person",
            Message::text(
                Text::new().person("U0ANA", "Ana").plain(" asked ").person("10", "Ben").plain(" and ").person("", "Chloe"),
            ),
        ),
        (
            "time",
            Message::text(
                Text::new().plain("Due ").time(at()).plain(", asked ").time("1970-01-01T00:00:00Z".parse().expect("a moment")),
            ),
        ),
        (
            "list",
            Message::text("What there is:").list(vec![
                "one".into(),
                Text::new().bold("two").plain("\non two lines"),
                "three".into(),
            ]),
        ),
        (
            "facts",
            Message::new().facts(vec![
                ("Status".into(), "New".into()),
                ("Assignee".into(), Text::new().person("U0ANA", "Ana")),
                ("Due".into(), Text::new().time(at())),
                ("Empty".into(), Text::new()),
            ]),
        ),
        (
            "facts_many",
            Message::new().facts((1..=12).map(|it| (format!("Name {it}"), Text::from(format!("value {it}")))).collect()),
        ),
        ("table", Message::new().heading("Issues").block(table(3))),
        (
            "table_pipes",
            Message::new().block(Block::Table {
                header: vec!["a|b".into(), "c".into()],
                rows: vec![vec!["1|2".into(), Text::new().code("x|y")], vec!["line\nbreak".into(), Text::new()]],
            }),
        ),
        ("table_long", Message::new().heading("Issues").block(table(60)).with_long_tables_as_documents("issues")),
        ("quote", Message::text("Ana wrote:").block(Block::Quote("It burns.\n\nReally.".into()))),
        ("code", Message::text("The log:").block(Block::Code("fn main() {\n    println!(\"<&>\");\n}".into()))),
        ("code_fences", Message::new().block(Block::Code("before\n```\ninside\n````\n~~~\nafter".into()))),
        ("context", Message::text("Done.").context(Text::from("Redmine · asked ").time(at()))),
        ("divider", Message::text("above").block(Block::Divider).paragraph("below")),
        (
            "buttons",
            Message::text("What now?").buttons(vec![
                show(42).primary(),
                Button::form("Comment", call("issue comment", json!({ "issue": "42" }))),
                Button::run("Delete", call("issue delete", json!({ "issue": "42" }))).danger("Delete #42 for good?"),
            ]),
        ),
        ("buttons_many", Message::text("Pick one:").buttons((1..=27).map(show).collect())),
        ("menu", Message::text("Issues:").block(Block::Menu { label: "Show".into(), options: (1..=3).map(show).collect() })),
        (
            "menu_long",
            Message::text("Issues:").block(Block::Menu { label: "Show".into(), options: (1..=120).map(show).collect() }),
        ),
        (
            "image",
            Message::text("The chart:").block(Block::Image {
                url: "https://example.org/burndown.png?sprint=7".into(),
                alt: "12 of 40 points are left".into(),
                title: Some("Burndown".into()),
            }),
        ),
        ("image_bad", Message::new().image("javascript:alert(1)", "a chart")),
        ("document", Message::new().document("build.log", "Build 7", lines(3).join("\n"))),
        ("document_long", Message::new().document("build.log", "Build 7", lines(500).join("\n"))),
        ("document_empty", Message::new().document("build.log", "Build 7", "")),
        (
            "card",
            Message::new()
                .tone(Tone::Good)
                .heading("#42 Printer on fire")
                .paragraph(Text::new().link("https://redmine.example.org/issues/42", "Bug #42").plain(" is closed."))
                .facts(vec![
                    ("Project".into(), "demo".into()),
                    ("Assignee".into(), Text::new().person("U0BEN", "Ben")),
                    ("Due".into(), Text::new().time(at())),
                ])
                .block(Block::Quote("It burns.".into()))
                .buttons(vec![Button::form("Comment", call("issue comment", json!({ "issue": "42" }))).primary(), show(42)])
                .context("Redmine"),
        ),
        (
            "error",
            Message::text(Text::marked(
                "Redmine refuses `status=Closed`: the workflow does not allow it. Choose another status.",
            ))
            .tone(Tone::Bad)
            .buttons(vec![show(42)]),
        ),
        ("warning_code", Message::new().tone(Tone::Warning).block(Block::Code("disk 97 % full".into()))),
        ("long", Message::text("Long:").block(Block::Code(lines(400).join("\n"))).buttons(vec![show(42)])),
        ("too_long", Message::text("Longer:").block(Block::Code(lines(2_000).join("\n"))).buttons(vec![show(42)])),
        (
            "right_to_left",
            Message::new()
                .heading("الطابعة تحترق")
                .paragraph(Text::from("תקלה ").bold("דחופה").plain(" ב-").code("printer-7"))
                .list(vec!["אחת".into(), "two".into()]),
        ),
        ("emoji", Message::new().heading("🔥 Printer").paragraph("👩🏽‍🔧 is on it 🇩🇪 1️⃣ :fire:")),
    ]
}
