//! What people wrote, short and as they meant it.
//!
//! What nobody is meant to read is left out: comments and empty sections of templates, pictures, tags. The rest is read
//! as Markdown, so that no markup of a chat gets through, and cut where a paragraph, a line or at least a word ends.

use commands::{Span, Text};

use crate::notify::people::Names;

/// What is shown of it, in characters and lines.
const CHARS: usize = 500;
const LINES: usize = 10;

/// None when nothing is left to show.
pub(super) fn shown(text: &str, more: Option<&str>, names: &Names, mentioned: &dyn Fn(&str) -> bool) -> Option<Text> {
    let plain = without_templates(&without_marks(text));
    let plain = plain.trim();
    if plain.is_empty() {
        return None;
    }
    let (cut, is_whole) = cut(plain);
    let mut text = named(Text::from_markdown(&cut), names, mentioned);
    if text.0.is_empty() {
        return None;
    }
    if !is_whole {
        text = text.plain(" … ");
        if let Some(url) = more {
            text = text.link(url, "read on");
        }
    }
    Some(text)
}

/// Without HTML comments, pictures and the tags that systems put around text.
fn without_marks(text: &str) -> String {
    const TAGS: &[&str] = &[
        "img", "br", "details", "summary", "p", "div", "span", "sub", "sup", "picture", "source", "video", "kbd", "hr", "center",
        "table", "tbody", "thead", "tr", "td", "th", "font", "h1", "h2", "h3", "h4", "ul", "ol", "li", "b", "i", "em", "strong",
        "a", "u", "del",
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_code = false;
    while let Some(at) = rest.find(['<', '!', '`']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("```") {
            is_code = !is_code;
            out.push_str("```");
            rest = &rest[3..];
            continue;
        }
        // What stands in backticks within a line is meant as it is.
        if !is_code && let Some(end) = rest.strip_prefix('`').and_then(|it| it.find(['`', '\n'])) {
            out.push_str(&rest[..end + 2]);
            rest = &rest[end + 2..];
            continue;
        }
        if !is_code && let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        if !is_code
            && rest.starts_with("![")
            && let Some(end) = picture(rest)
        {
            rest = &rest[end..];
            continue;
        }
        if !is_code && let Some(after) = rest.strip_prefix('<') {
            let name: String = after.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
            if TAGS.contains(&name.to_ascii_lowercase().as_str())
                && let Some(end) = after.find('>').filter(|it| *it < 2_000)
            {
                // What stood in lines of its own goes on doing so.
                if matches!(name.as_str(), "br" | "p" | "li" | "tr" | "summary" | "details") && !out.ends_with('\n') {
                    out.push('\n');
                }
                rest = &after[end + 1..];
                continue;
            }
        }
        out.push_str(&rest[..1]);
        rest = &rest[1..];
    }
    out.push_str(rest);
    out
}

/// Where `![alt](address)` ends.
fn picture(text: &str) -> Option<usize> {
    let label = text.find("](").filter(|it| *it < 300)?;
    let end = text[label..].find(')').filter(|it| *it < 2_000)?;
    Some(label + end + 1)
}

/// Without headings that nothing stands under, and answers that nobody gave.
fn without_templates(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut is_fenced = false;
    let is_heading = |it: &str| it.starts_with('#') && it.trim_start_matches('#').starts_with(' ');
    // A heading that nothing followed yet, at its place among the lines.
    let mut open: Option<usize> = None;
    for line in text.lines().map(str::trim_end) {
        is_fenced ^= line.trim_start().starts_with("```");
        let trimmed = line.trim();
        if !is_fenced && matches!(trimmed, "_No response_" | "*No response*" | "No response") {
            continue;
        }
        if trimmed.is_empty() {
            if kept.last().is_some_and(|it| !it.trim().is_empty()) {
                kept.push("");
            }
            continue;
        }
        if !is_fenced && is_heading(trimmed) {
            if let Some(at) = open {
                kept.truncate(at);
            }
            open = Some(kept.len());
        } else {
            open = None;
        }
        kept.push(line);
    }
    if let Some(at) = open.filter(|it| *it > 0) {
        kept.truncate(at);
    }
    kept.join("\n")
}

/// The beginning that is shown, and whether that is all.
fn cut(text: &str) -> (String, bool) {
    let lines = text.match_indices('\n').nth(LINES - 1).map(|(at, _)| at);
    let chars = text.char_indices().nth(CHARS).map(|(at, _)| at);
    let Some(end) = [lines, chars].into_iter().flatten().min() else { return (text.to_owned(), true) };
    let head = &text[..end];
    let at = if Some(end) == lines && chars.is_none_or(|it| it >= end) {
        end
    } else {
        // Where a paragraph ends, if that leaves enough; else a line, else a word.
        let from = |mark: &str, least: usize| head.rfind(mark).filter(|it| *it >= least);
        from("\n\n", end / 2).or_else(|| from("\n", end / 2)).or_else(|| from(" ", end / 2)).unwrap_or(end)
    };
    let mut head = head[..at].trim_end().to_owned();
    if head.matches("```").count() % 2 == 1 {
        head.push_str("\n```");
    }
    (head, false)
}

/// With the chat's names of those whom it mentions in the system's way.
fn named(text: Text, names: &Names, mentioned: &dyn Fn(&str) -> bool) -> Text {
    if names.is_empty() {
        return text;
    }
    let mut spans = Vec::with_capacity(text.0.len());
    for span in text.0 {
        let Span::Plain(plain) = span else {
            spans.push(span);
            continue;
        };
        let mut rest = plain.as_str();
        let mut before = String::new();
        while let Some(at) = rest.find('@') {
            let word = |it: &char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.');
            let name: String = rest[at + 1..].chars().take_while(word).collect();
            let name = name.trim_end_matches(['.', '-', '_']);
            let is_address = rest[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            match names.find(name, None).filter(|_| !is_address && !name.is_empty()) {
                Some(person) => {
                    before.push_str(&rest[..at]);
                    if !before.is_empty() {
                        spans.push(Span::Plain(std::mem::take(&mut before)));
                    }
                    spans.push(if mentioned(name) { names.mention(person) } else { Span::Bold(person.name.clone()) });
                    rest = &rest[at + 1 + name.len()..];
                }
                None => {
                    before.push_str(&rest[..=at]);
                    rest = &rest[at + 1..];
                }
            }
        }
        before.push_str(rest);
        if !before.is_empty() {
            spans.push(Span::Plain(before));
        }
    }
    Text(spans)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn read(text: &str) -> String {
        shown(text, Some("https://example.org/7"), &Names::none(), &|_| false).map(|it| it.to_plain()).unwrap_or_default()
    }

    #[test]
    fn what_a_template_left_empty_is_not_shown() {
        let text = "<!-- Thank you for your report! -->\n### What happened\n\nThe **printer** burns.\n\n### Steps\n\n_No response_\n\n\
                    ### Screenshots\n\n![flames](https://example.org/flames.png)\n<img src=\"x\" width=300>\n\n### Version\n";
        expect![[r#"
            What happened
            The printer burns."#]]
        .assert_eq(&read(text));
        assert_eq!(read("<!-- nothing -->\n\n![x](y)"), "");
        assert_eq!(read("<!-- never closed"), "");
        assert_eq!(read("a < b and `x<br>y`\n```\n<!-- kept -->\n```"), "a < b and x<br>y\n<!-- kept -->");
    }

    #[test]
    fn long_text_is_cut_where_something_ends() {
        let words = "word ".repeat(200);
        let shown = read(&words);
        assert!(shown.ends_with("word … read on") && shown.chars().count() < CHARS + 20, "{shown}");
        let lines = (1..40).map(|it| format!("line {it}\n")).collect::<String>();
        assert!(read(&lines).ends_with("line 10 … read on"), "{}", read(&lines));
        let code = format!("Look:\n```\n{}\n```\nafter", "x = 1\n".repeat(50));
        assert!(!read(&code).contains("after"));
        let long = "é".repeat(2_000);
        assert!(read(&long).starts_with('é'));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_shown_short(text in "(?s)(<!--|-->|!\\[|\\]\\(|\\)|<img|>|```|#+ |@[a-z]|\n|.){0,300}") {
            proptest::prop_assert!(read(&text).chars().count() < 4 * CHARS);
        }
    }
}
