//! Inline text as HTML, for mails and pages. maud escapes whatever is text, and a link leads only where a browser shows a page.

use commands::{Span, Text};
use jiff::Timestamp;
use maud::{Markup, html};

/// `time` writes a moment.
pub fn inline(text: &Text, time: fn(Timestamp) -> Markup) -> Markup {
    html! {
        @for span in &text.0 {
            @match span {
                Span::Plain(text) => (lines(text)),
                Span::Bold(text) => b { (lines(text)) },
                Span::Italic(text) => i { (lines(text)) },
                Span::Code(text) => code { (text) },
                Span::Link { url, label } => @if leads_to_a_page(url) { a href=(url) { (label) } } @else { (label) },
                Span::Person { name, .. } => b { (name) },
                Span::Time(at) => (time(*at)),
            }
        }
    }
}

fn lines(text: &str) -> Markup {
    html! { @for (at, line) in text.split('\n').enumerate() { @if at > 0 { br; } (line) } }
}

/// Nothing runs by a click.
pub fn leads_to_a_page(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|it| matches!(it.scheme(), "https" | "http" | "mailto"))
}
