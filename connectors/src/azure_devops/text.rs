//! Texts of work items: HTML there, Markdown here.

pub(super) use crate::words::shorten;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Markdown as HTML; what is HTML in it stays text.
pub(super) fn to_html(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => out.push_str(&escaped(&text)),
            Event::Code(text) => out.push_str(&format!("<code>{}</code>", escaped(&text))),
            Event::SoftBreak => out.push('\n'),
            Event::HardBreak => out.push_str("<br>"),
            Event::Rule => out.push_str("<hr>"),
            Event::Start(tag) => open(&mut out, &tag),
            Event::End(tag) => out.push_str(close(tag)),
            _ => {}
        }
    }
    out
}

fn open(out: &mut String, tag: &Tag<'_>) {
    let text = match tag {
        Tag::Paragraph => "<p>",
        Tag::Heading { .. } => "<h3>",
        Tag::BlockQuote(_) => "<blockquote>",
        Tag::CodeBlock(_) => "<pre><code>",
        Tag::List(Some(_)) => "<ol>",
        Tag::List(None) => "<ul>",
        Tag::Item => "<li>",
        Tag::Emphasis => "<em>",
        Tag::Strong => "<strong>",
        Tag::Strikethrough => "<s>",
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
            // Nothing but what a person can follow: no `javascript:`.
            let safe = ["https://", "http://", "mailto:"].iter().any(|it| dest_url.starts_with(it));
            out.push_str(&format!("<a href=\"{}\">", if safe { escaped(dest_url) } else { String::new() }));
            return;
        }
        _ => "",
    };
    out.push_str(text);
}

fn close(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph => "</p>",
        TagEnd::Heading(_) => "</h3>",
        TagEnd::BlockQuote(_) => "</blockquote>",
        TagEnd::CodeBlock => "</code></pre>",
        TagEnd::List(true) => "</ol>",
        TagEnd::List(false) => "</ul>",
        TagEnd::Item => "</li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::Strikethrough => "</s>",
        TagEnd::Link | TagEnd::Image => "</a>",
        _ => "",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// HTML as Markdown, as far as work items use it: paragraphs, emphasis, code, links, lists, headings.
pub(super) fn to_markdown(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    let mut links: Vec<String> = Vec::new();
    let mut numbers: Vec<Option<u32>> = Vec::new();
    while let Some(start) = rest.find('<') {
        out.push_str(&unescaped(&rest[..start]));
        let Some(end) = rest[start..].find('>') else {
            rest = &rest[start..];
            break;
        };
        let tag = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|it: char| it.is_whitespace() || it == '/').next().unwrap_or_default().to_ascii_lowercase();
        match (name.as_str(), closes) {
            ("b" | "strong", _) => out.push_str("**"),
            ("i" | "em", _) => out.push('*'),
            ("code", _) => out.push('`'),
            ("s" | "del", _) => out.push_str("~~"),
            ("br", _) => out.push('\n'),
            ("p" | "div", false) => line(&mut out, 1),
            ("p", true) => line(&mut out, 2),
            ("div" | "tr", true) => line(&mut out, 1),
            ("h1" | "h2" | "h3" | "h4", false) => {
                line(&mut out, 2);
                out.push_str("### ");
            }
            ("h1" | "h2" | "h3" | "h4", true) => line(&mut out, 2),
            ("ul", false) => numbers.push(None),
            ("ol", false) => numbers.push(Some(0)),
            ("ul" | "ol", true) => {
                numbers.pop();
                line(&mut out, 1);
            }
            ("li", false) => {
                line(&mut out, 1);
                match numbers.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        out.push_str(&format!("{number}. "));
                    }
                    _ => out.push_str("- "),
                }
            }
            ("a", false) => {
                let address = tag.split_once("href=\"").and_then(|(_, it)| it.split_once('"')).map_or("", |(it, _)| it);
                links.push(unescaped(address));
                out.push('[');
            }
            ("a", true) => out.push_str(&format!("]({})", links.pop().unwrap_or_default())),
            _ => {}
        }
    }
    out.push_str(&unescaped(rest));
    out.trim().to_owned()
}

/// At the end of at least so many line breaks, unless it is the start.
fn line(out: &mut String, breaks: usize) {
    while out.ends_with([' ', '\t']) {
        out.pop();
    }
    let there = out.len() - out.trim_end_matches('\n').len();
    if !out.is_empty() {
        out.push_str(&"\n".repeat(breaks.saturating_sub(there)));
    }
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for markdown in [
            "It **burns**, *really*.",
            "First\n\nSecond",
            "- one\n- two",
            "1. one\n2. two",
            "See [the page](https://example.org/?a=1&b=2) and `a < b`.",
        ] {
            assert_eq!(to_markdown(&to_html(markdown)), markdown);
        }
    }

    #[test]
    fn links_lead_nowhere_that_runs() {
        assert_eq!(to_html("[x](javascript:alert(1))"), "<p><a href=\"\">x</a></p>");
    }

    #[test]
    fn html_that_people_type_stays_text() {
        assert_eq!(to_html("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
        assert_eq!(
            to_markdown("<div>It burns.</div><div><br></div><div>A &amp; B</div><unfinished"),
            "It burns.\n\nA & B\n<unfinished"
        );
    }
}
