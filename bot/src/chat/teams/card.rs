//! A message as an Adaptive Card, in the envelope that a workflow's webhook takes.
//!
//! Text goes into text runs, which know no Markdown: what people write elsewhere cannot become a link or a mention here.
//! <https://adaptivecards.io/explorer/RichTextBlock.html>,
//! <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>

use commands::{Block, Button, Message, Span, Text, Tone, message::Style};
use serde_json::{Value, json};

use crate::chat::{links::Offered, markup::leads_to_a_page};

/// The largest message that Teams takes is 28 KB; the envelope and Teams' own additions are part of it.
const BYTES: usize = 26 * 1024;
/// The longest text of one element, in characters.
const CHARS: usize = 4_000;
/// Lines of code, and rows of a table, that are shown.
const LINES: usize = 30;
/// Teams hides further ones behind a menu.
const BUTTONS: usize = 6;
/// How many links a menu becomes.
const OPTIONS: usize = 10;

type Offer<'a> = &'a dyn Fn(&Button) -> Offered;

/// The body of the request.
pub fn envelope(message: &Message, offer: Offer<'_>) -> Value {
    let (message, files) = message.with_files();
    let mut items: Vec<Value> = Vec::new();
    let (mut size, mut is_cut, mut divided) = (0, false, false);
    for block in &message.blocks {
        if *block == Block::Divider {
            divided = !items.is_empty();
            continue;
        }
        for (at, mut element) in elements(block, offer).into_iter().enumerate() {
            if at == 0 && std::mem::take(&mut divided) {
                element["separator"] = json!(true);
            }
            size += element.to_string().len();
            if size > BYTES {
                is_cut = true;
                break;
            }
            items.push(element);
        }
        if is_cut {
            break;
        }
    }
    if is_cut {
        items.push(runs(&[
            json!({ "type": "TextRun", "text": "The rest is too long for Teams, and left out.", "isSubtle": true }),
        ]));
    } else if !files.is_empty() {
        let note = "A webhook cannot post files: what is shown is all there is here.";
        items.push(runs(&[json!({ "type": "TextRun", "text": note, "isSubtle": true, "size": "Small" })]));
    }
    let style = match message.tone {
        Tone::Neutral => "default",
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Bad => "attention",
    };
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.5",
                "body": [{ "type": "Container", "style": style, "bleed": true, "items": items }],
            },
        }],
    })
}

fn elements(block: &Block, offer: Offer<'_>) -> Vec<Value> {
    match block {
        Block::Heading(text) => {
            vec![runs(&[json!({ "type": "TextRun", "text": safe(text), "size": "Large", "weight": "Bolder" })])]
        }
        Block::Paragraph(text) => vec![rich(text, |run| run)],
        Block::List(items) => items.iter().map(|item| listed(&rich(item, |run| run))).collect(),
        Block::Facts(facts) => facts
            .iter()
            .map(|(name, value)| {
                rich(&Text(std::iter::once(Span::Bold(format!("{name}: "))).chain(value.0.clone()).collect()), |run| run)
            })
            .collect(),
        Block::Table { header, rows } => table(header, rows),
        Block::Quote(text) => vec![json!({ "type": "Container", "style": "emphasis", "items": [rich(text, |run| run)] })],
        Block::Code(code) => {
            let lines: Vec<&str> = code.lines().collect();
            let more = lines.len().saturating_sub(LINES);
            let mut text = lines[..lines.len() - more].join("\n");
            if more > 0 {
                text += &format!("\n… {more} more lines");
            }
            if text.is_empty() {
                return Vec::new();
            }
            let run = json!({ "type": "TextRun", "text": safe(&text), "fontType": "Monospace" });
            vec![json!({ "type": "Container", "style": "emphasis", "items": [runs(&[run])] })]
        }
        Block::Context(text) => vec![rich(text, |mut run| {
            run["isSubtle"] = json!(true);
            run["size"] = json!("Small");
            run
        })],
        Block::Buttons(buttons) => acts(buttons, BUTTONS, offer),
        Block::Menu { label, options } => {
            let label = runs(&[json!({ "type": "TextRun", "text": safe(&format!("{label}:")) })]);
            std::iter::once(label).chain(acts(options, OPTIONS, offer)).collect()
        }
        Block::Image { url, alt, title } => {
            let title = title.iter().map(|it| rich(&Text::new().bold(it.clone()), |run| run));
            let image = match is_secure(url) {
                true => json!({ "type": "Image", "url": url, "altText": alt }),
                false => rich(&Text::from(format!("[{alt}]")), |run| run),
            };
            title.chain([image]).collect()
        }
        // Divided by whatever comes next; and what is long was made short above.
        Block::Divider | Block::Document { .. } => Vec::new(),
    }
}

/// Links in the place of buttons; what to type where there is no link.
fn acts(buttons: &[Button], most: usize, offer: Offer<'_>) -> Vec<Value> {
    let mut actions = Vec::new();
    let mut typed = Vec::new();
    for button in buttons.iter().take(most) {
        let offered = offer(button);
        match &offered.address {
            Some(address) => {
                let style = match button.style {
                    Style::Plain => "default",
                    Style::Primary => "positive",
                    Style::Danger => "destructive",
                };
                actions.push(json!({ "type": "Action.OpenUrl", "title": offered.label, "url": address, "style": style }));
            }
            None => typed.push(listed(&rich(&offered.text(), |run| run))),
        }
    }
    let set = (!actions.is_empty()).then(|| json!({ "type": "ActionSet", "actions": actions }));
    let more = buttons.len().saturating_sub(most);
    let rest = (more > 0).then(|| rich(&Text::from(format!("… and {more} more, in chat")), |run| run));
    set.into_iter().chain(typed).chain(rest).collect()
}

fn table(header: &[String], rows: &[Vec<Text>]) -> Vec<Value> {
    if header.is_empty() {
        return Vec::new();
    }
    let cell = |text: &Text| json!({ "type": "TableCell", "items": [rich(text, |run| run)] });
    let row = |cells: Vec<Value>| json!({ "type": "TableRow", "cells": cells });
    let head = row(header.iter().map(|it| cell(&Text::new().bold(it.clone()))).collect());
    let body = rows.iter().take(LINES).map(|it| row(it.iter().map(cell).collect()));
    let columns: Vec<Value> = header.iter().map(|_| json!({ "width": 1 })).collect();
    let all: Vec<Value> = std::iter::once(head).chain(body).collect();
    let table = json!({ "type": "Table", "firstRowAsHeader": true, "columns": columns, "rows": all });
    let more = rows.len().saturating_sub(LINES);
    let rest = (more > 0).then(|| rich(&Text::from(format!("… and {more} more rows")), |run| run));
    std::iter::once(table).chain(rest).collect()
}

/// An item of a list: a bullet and the runs of `element`.
fn listed(element: &Value) -> Value {
    let mut inlines = vec![json!({ "type": "TextRun", "text": "• " })];
    inlines.extend(element["inlines"].as_array().into_iter().flatten().cloned());
    runs(&inlines)
}

fn runs(inlines: &[Value]) -> Value {
    json!({ "type": "RichTextBlock", "inlines": inlines })
}

/// Spans as text runs, each changed by `with`.
fn rich(text: &Text, with: impl Fn(Value) -> Value) -> Value {
    let inlines: Vec<Value> = text.truncated(CHARS).0.iter().map(|it| with(run(it))).collect();
    // A block of nothing is refused.
    if inlines.is_empty() { runs(&[json!({ "type": "TextRun", "text": " " })]) } else { runs(&inlines) }
}

fn run(span: &Span) -> Value {
    let plain = |text: &str| json!({ "type": "TextRun", "text": safe(text) });
    let with = |text: &str, name: &str, value: Value| {
        let mut run = plain(text);
        run[name] = value;
        run
    };
    match span {
        Span::Plain(text) => plain(text),
        Span::Bold(text) => with(text, "weight", json!("Bolder")),
        Span::Italic(text) => with(text, "italic", json!(true)),
        Span::Code(text) => with(text, "fontType", json!("Monospace")),
        Span::Link { url, label } if leads_to_a_page(url) => {
            with(label, "selectAction", json!({ "type": "Action.OpenUrl", "url": url }))
        }
        Span::Link { label, .. } => plain(label),
        Span::Person { name, .. } => with(name, "weight", json!("Bolder")),
        Span::Time(at) => plain(&at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
    }
}

/// Text in which no date is computed: `{{DATE(…)}}` is replaced in any text of a card.
fn safe(text: &str) -> String {
    let text = text.replace("{{", "{\u{200b}{");
    let mut cut: String = text.chars().take(CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    if cut.is_empty() { " ".into() } else { cut }
}

fn is_secure(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|it| it.scheme() == "https")
}
