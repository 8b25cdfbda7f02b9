//! Text from outside, made harmless in Zulip's Markdown.
//!
//! Zulip has no backslash escapes. What works is the HTML entity: the server's inline patterns for
//! mentions, links, times and automatic links run before entities are read, so a special character
//! written as an entity never starts any of them, and shows as itself in every client (patterns and
//! their order: `zerver/lib/markdown/__init__.py`, `zerver/lib/mention.py`). A zero-width space
//! after `@` and `#` stands behind that for clients that draw Markdown themselves.

use std::fmt::Write as _;

use url::Url;

/// Keeps two characters apart without being seen.
pub const ZERO_WIDTH: char = '\u{200b}';

/// Text that starts a line; line breaks stay, and no line starts a block.
pub fn text(text: &str) -> String {
    written(text, true)
}

/// Text that goes on within a line, spaces and all.
pub fn rest(text: &str) -> String {
    written(text, false)
}

fn written(text: &str, mut line_start: bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let chars: Vec<char> = text.chars().filter(|it| !is_control(*it)).collect();
    for (at, &char) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|it| chars[it]);
        let after = chars.get(at + 1).copied();
        match char {
            '\n' => {
                out.push('\n');
                line_start = true;
                continue;
            }
            // Spaces at a line's start would make a code block or a nested list.
            ' ' | '\t' if line_start => continue,
            // At the end, too: bold text may follow.
            '@' | '#' if matches!(after, None | Some('*' | '_')) => {
                out.push(char);
                out.push(ZERO_WIDTH);
            }
            '&' | '<' | '>' | '*' | '`' | '~' | '[' | ']' | '|' | '\\' | '$' | '^' => entity(&mut out, char),
            // Not Zulip's own, but other readers of Markdown take it for emphasis; `due_date` is none.
            '_' if !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)) => {
                entity(&mut out, char)
            }
            // `!avatar(…)`, `!modal_link(…)`
            '!' if after.is_some_and(char::is_alphabetic) => entity(&mut out, char),
            // A widget (`/poll`), a heading, a list, a rule.
            '/' | '=' if line_start => entity(&mut out, char),
            '#' | '-' | '+' if line_start && after.is_none_or(|it| it == char || it.is_whitespace()) => entity(&mut out, char),
            // `1. `: a numbered list.
            '.' | ')' if before.is_some_and(|it| it.is_ascii_digit()) && after.is_none_or(char::is_whitespace) => {
                entity(&mut out, char);
            }
            // `example.org` and `ana@example.org` become links by themselves.
            '.' if after.is_some_and(char::is_alphanumeric) && before.is_some_and(|it| it.is_alphanumeric() || is_joint(it)) => {
                entity(&mut out, char);
            }
            '/' if before == Some(':') || before == Some('/') => entity(&mut out, char),
            // `:smile:`, `:100:`, `bitcoin:…`
            ':' if is_emoji(&chars[at + 1..]) => entity(&mut out, char),
            ':' if after.is_some_and(|it| it.is_alphabetic() || matches!(it, '+' | '-' | '_')) => entity(&mut out, char),
            ':' if after.is_some_and(|it| it.is_ascii_digit()) && before.is_some_and(char::is_alphabetic) => {
                entity(&mut out, char)
            }
            _ => out.push(char),
        }
        line_start = false;
    }
    out
}

/// Whether a colon before this begins an emoji's name.
fn is_emoji(rest: &[char]) -> bool {
    let end = rest.iter().position(|it| *it == ':').unwrap_or_default();
    end > 0 && rest[..end].iter().all(|it| it.is_alphanumeric() || matches!(it, '_' | '+' | '-'))
}

/// Text within one line: bold, a cell, a label.
pub fn line(words: &str) -> String {
    text(&one_line(words))
}

/// A code span, with a fence that the code does not hold.
pub fn code(code: &str) -> String {
    let code = one_line(code);
    if code.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&code, '`') + 1);
    let (open, close) = (if code.starts_with('`') { " " } else { "" }, if code.ends_with('`') { " " } else { "" });
    format!("{fence}{open}{code}{close}{fence}")
}

/// A code block, with a fence longer than any run inside.
pub fn block(code: &str) -> String {
    let code: String = code.replace("\r\n", "\n").chars().filter(|it| !is_control(*it)).collect();
    let longest = longest_run(&code, '`').max(longest_run(&code, '~'));
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", code.trim_end_matches('\n'))
}

/// A link, or the label alone when `url` is no web or mail address.
pub fn link(url: &str, label: &str) -> String {
    let label = line(label);
    match address(url) {
        Some(address) if label.is_empty() => format!("[link]({address})"),
        Some(address) => format!("[{label}]({address})"),
        None => label,
    }
}

/// A web or mail address that ends no link and starts no other markup.
pub fn address(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https" | "mailto") {
        return None;
    }
    Some(path(url.as_str()))
}

/// An address without what could end its link or start other markup.
pub fn path(address: &str) -> String {
    let mut out = String::new();
    for char in address.chars() {
        match char {
            'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(char),
            '-' | '.' | '_' | '/' | '?' | '#' | '&' | '=' | '%' | '+' | ',' | ';' | ':' | '@' | '!' => out.push(char),
            other => other.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }),
        }
    }
    out
}

fn entity(out: &mut String, char: char) {
    let _ = write!(out, "&#{};", char as u32);
}

/// `-` and `_` join the parts of a host name; `)` and quotes do not.
fn is_joint(char: char) -> bool {
    matches!(char, '-' | '_')
}

fn is_control(char: char) -> bool {
    // Bidirectional overrides make text read as something else than it is.
    (char.is_control() && char != '\n' && char != '\t') || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|it| !is_control(*it)).collect()
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for char in text.chars() {
        run = if char == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(text("Printer on fire (#42), 10:30, 1.5 h"), "Printer on fire (#42), 10:30, 1&#46;5 h");
    }

    #[test]
    fn nothing_starts_markup() {
        for wicked in
            ["@**all**", "@_**Ana|12**", "@*team*", "#**general>x**", "[a](https://evil.example)", "<time:2026-11-21T00:00Z>"]
        {
            let safe = text(wicked);
            assert!(!safe.contains("**") && !safe.contains("](") && !safe.contains('<'), "{safe}");
        }
        assert_eq!(text("see https://evil.example/x"), "see https:&#47;&#47;evil&#46;example/x");
        assert_eq!(text("/poll Lunch?"), "&#47;poll Lunch?");
        assert_eq!(text("a\n    # b\n1. c"), "a\n&#35; b\n1&#46; c");
    }

    #[test]
    fn fences_outgrow_what_they_hold() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(block("x\n````\ny"), "`````text\nx\n````\ny\n`````");
    }

    #[test]
    fn addresses_end_no_link() {
        assert_eq!(link("https://example.org/a)b **x**", "a]b"), "[a&#93;b](https://example.org/a%29b%20%2A%2Ax%2A%2A)");
        assert_eq!(link("javascript:alert(1)", "press"), "press");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_mention_a_link_or_a_fence(wicked in r"[@#*_`~\[\]()<>:/. a-z0-9\n|!\\$&;-]{0,60}") {
            let safe = text(&wicked);
            prop_assert!(!safe.contains(['*', '`', '[', ']', '<', '>', '~', '|', '\\', '$']), "{safe}");
            prop_assert!(!safe.contains("://"), "{safe}");
            // What Zulip would link: a word, a dot, a letter.
            let chars: Vec<char> = safe.chars().collect();
            for at in chars.windows(3) {
                prop_assert!(!(at[0].is_alphanumeric() && at[1] == '.' && at[2].is_alphabetic()), "{safe}");
            }
            let fenced = block(&wicked);
            let fence = fenced.lines().next().unwrap_or_default().trim_end_matches("text").to_owned();
            prop_assert_eq!(fenced.lines().filter(|it| it.trim_end() == fence).count(), 1);
        }
    }
}
