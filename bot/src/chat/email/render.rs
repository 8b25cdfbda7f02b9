//! A message as a mail's two texts.
//!
//! HTML as mail programs of twenty years show it: no script, no style sheet, nothing loaded but pictures that the message
//! names.

use commands::{Block, Message, Text, Tone};
use maud::{DOCTYPE, Markup, html};

use crate::chat::markup;

/// As plain text.
pub fn text(message: &Message) -> String {
    message.to_plain(&[]) + "\n"
}

/// As HTML.
pub fn html(message: &Message) -> String {
    let color = match message.tone {
        Tone::Neutral => "#8a8a8a",
        Tone::Good => "#2e7d32",
        Tone::Warning => "#b26a00",
        Tone::Bad => "#c0262d",
    };
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (one_line(&message.summary())) } }
            body style="font-family:sans-serif;font-size:15px;line-height:1.5" {
                div style={ "border-left:4px solid " (color) ";padding-left:12px;max-width:640px" } {
                    @for it in &message.blocks { (block(it)) }
                }
            }
        }
    };
    whole.into_string()
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Heading(text) => h2 style="font-size:19px;margin:0 0 8px" { (text) },
            Block::Paragraph(text) => p { (inline(text)) },
            Block::List(items) => ul { @for item in items { li { (inline(item)) } } },
            Block::Facts(facts) => table { @for (name, value) in facts {
                tr {
                    th align="left" valign="top" style="padding-right:12px" { (name) }
                    td { (inline(value)) }
                }
            } },
            Block::Table { header, rows } => table border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse" {
                tr { @for name in header { th align="left" { (name) } } }
                @for row in rows { tr { @for cell in row { td { (inline(cell)) } } } }
            },
            Block::Quote(text) => blockquote style="margin:8px 0;padding-left:12px;border-left:2px solid #8a8a8a" { (inline(text)) },
            Block::Code(code) => pre style="background:#f2f2f2;color:#222;padding:8px;white-space:pre-wrap" { (code) },
            Block::Context(text) => p style="color:#6a6a6a;font-size:13px" { (inline(text)) },
            Block::Divider => hr;,
            Block::Image { url, alt, title } => @if is_secure(url) {
                p {
                    @if let Some(title) = title { (title) br; }
                    img src=(url) alt=(alt) style="max-width:100%";
                }
            } @else { p { "[" (alt) "]" } },
            // Links stand in their place, and what is long is a file: these are never met.
            Block::Buttons(buttons) => ul { @for it in buttons { li { (it.label) } } },
            Block::Menu { label, options } => { p { (label) } ul { @for it in options { li { (it.label) } } } },
            Block::Document { name, text, .. } => { p { (name) } pre { (text) } },
        }
    }
}

fn inline(text: &Text) -> Markup {
    markup::inline(text, |at| html! { (at.strftime("%Y-%m-%d %H:%M UTC")) })
}

fn is_secure(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|it| it.scheme() == "https")
}

/// Text as a single line, without what cannot be seen.
pub fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
