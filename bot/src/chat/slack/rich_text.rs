//! Markdown and the rich text of a box with a tool bar:
//! <https://docs.slack.dev/reference/block-kit/blocks/rich-text-block>.
//!
//! What people write with the tool bar becomes the Markdown that the systems take. The other way
//! only what comes back as it was is drawn: a text with more in it (a table, a heading) is edited
//! as plain Markdown.

use std::fmt::Write;

use serde_json::{Value, json};

/// What was written in a `rich_text_input`, as Markdown.
pub fn to_markdown(rich: &Value) -> String {
    let mut out = String::new();
    let mut before = "";
    for element in rich["elements"].as_array().into_iter().flatten() {
        let kind = element["type"].as_str().unwrap_or_default();
        let text = match kind {
            "rich_text_section" => lines_of(&inline(&element["elements"])),
            "rich_text_quote" => prefixed(&inline(&element["elements"]), "> "),
            "rich_text_preformatted" => fenced(&raw(&element["elements"])),
            "rich_text_list" => list(element),
            _ => continue,
        };
        if text.trim().is_empty() {
            continue;
        }
        if !out.is_empty() {
            // Slack has a nested list as a list of its own that follows.
            out.push_str(if (before, kind) == ("rich_text_list", "rich_text_list") { "\n" } else { "\n\n" });
        }
        out.push_str(text.trim_matches('\n'));
        before = kind;
    }
    out
}

/// `markdown` as a `rich_text` block; none where that would say less.
pub fn from_markdown(markdown: &str) -> Option<Value> {
    let markdown = markdown.trim_matches('\n');
    let rich = json!({ "type": "rich_text", "elements": blocks(markdown)? });
    (!markdown.is_empty() && to_markdown(&rich) == markdown).then_some(rich)
}

fn list(element: &Value) -> String {
    let indent = element["indent"].as_u64().unwrap_or(0).min(8) as usize;
    let ordered = element["style"] == "ordered";
    let first = element["offset"].as_u64().unwrap_or(0) + 1;
    let items = element["elements"].as_array().into_iter().flatten().zip(first..);
    let lines = items.map(|(item, number)| {
        let text = inline(&item["elements"]);
        let mark = if ordered { format!("{number}. ") } else { "- ".to_owned() };
        let inset = "    ".repeat(indent);
        format!("{inset}{mark}{}", text.trim_end().replace('\n', &format!("\n{inset}{}", " ".repeat(mark.len()))))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn fenced(code: &str) -> String {
    let longest = code.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", code.trim_end_matches('\n'))
}

fn prefixed(text: &str, prefix: &str) -> String {
    text.trim_end_matches('\n').lines().map(|it| format!("{prefix}{it}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The text without any marks, as it is within code.
fn raw(elements: &Value) -> String {
    let text = |it: &Value| it["text"].as_str().or(it["url"].as_str()).unwrap_or_default().to_owned();
    elements.as_array().into_iter().flatten().map(text).collect()
}

fn inline(elements: &Value) -> String {
    let mut out = String::new();
    for it in elements.as_array().into_iter().flatten() {
        let text = |name: &str| it[name].as_str().unwrap_or_default();
        match it["type"].as_str().unwrap_or_default() {
            "text" => styled(&mut out, text("text"), &it["style"]),
            "link" => {
                let (url, label) = (text("url"), text("text"));
                let _ = match label {
                    "" => write!(out, "{url}"),
                    label if label == url => write!(out, "{url}"),
                    label => write!(out, "[{}]({})", escaped(label), url.replace('(', "%28").replace(')', "%29")),
                };
            }
            "user" => drop(write!(out, "<@{}>", text("user_id"))),
            "usergroup" => drop(write!(out, "<!subteam^{}>", text("usergroup_id"))),
            "channel" => drop(write!(out, "<#{}>", text("channel_id"))),
            // Nobody is called by a text that goes to a system.
            "broadcast" => drop(write!(out, "@{}", text("range"))),
            "emoji" => match emoji(text("unicode")) {
                Some(emoji) => out.push_str(&emoji),
                None => drop(write!(out, ":{}:", text("name"))),
            },
            "date" => out.push_str(text("fallback")),
            "color" => out.push_str(text("value")),
            _ => {}
        }
    }
    out
}

/// `1f642-1f3fb` → the characters.
fn emoji(points: &str) -> Option<String> {
    let chars = points.split('-').map(|it| u32::from_str_radix(it, 16).ok().and_then(char::from_u32));
    chars.collect::<Option<String>>().filter(|it| !it.is_empty())
}

/// Marks stand at the words, not at the spaces around them, and on each line anew.
fn styled(out: &mut String, text: &str, style: &Value) {
    let is = |name: &str| style[name] == true;
    let mut marks = String::new();
    for (name, mark) in [("bold", "**"), ("italic", "*"), ("strike", "~~")] {
        if is(name) {
            marks.push_str(mark);
        }
    }
    if marks.is_empty() && !is("code") {
        out.push_str(&escaped(text));
        return;
    }
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let words = line.trim();
        if words.is_empty() {
            out.push_str(line);
            continue;
        }
        let start = line.len() - line.trim_start().len();
        let inner = if is("code") { coded(words) } else { escaped(words) };
        let closing: String = closing(&marks);
        let _ = write!(out, "{}{marks}{inner}{closing}{}", &line[..start], &line[start + words.len()..]);
    }
}

fn closing(marks: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = marks;
    while let Some(mark) = ["**", "~~", "*"].into_iter().find(|it| rest.starts_with(it)) {
        parts.push(mark);
        rest = &rest[mark.len()..];
    }
    parts.into_iter().rev().collect()
}

fn coded(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Plain text, with what would be a mark escaped; `snake_case` and `2 * 3` stay as they are.
fn escaped(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, it) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|it| chars[it]);
        let after = chars.get(at + 1).copied();
        // What comes before and after this stretch of text may be anything.
        let spaced = |it: Option<char>| it.is_some_and(char::is_whitespace);
        let marks = match it {
            '`' | '\\' => true,
            '*' => !(spaced(before) && spaced(after)),
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            '~' => !(spaced(before) && spaced(after)),
            '[' => chars[at..].windows(2).any(|it| it == [']', '('] || it == [']', ':']),
            _ => false,
        };
        if marks {
            out.push('\\');
        }
        out.push(*it);
    }
    out
}

/// With a line's beginning escaped where it would be a mark, and no deeper in than what would be code.
fn lines_of(text: &str) -> String {
    let line = |line: &str| {
        let words = line.trim_start();
        let inset = &line[..(line.len() - words.len()).min(3)];
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
        let is_rule = words.len() >= 3 && words.bytes().all(|it| matches!(it, b'-' | b' '));
        let hashes = words.bytes().take_while(|it| *it == b'#').count();
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        let marks = is_rule
            || words.starts_with('>')
            || (1..=6).contains(&hashes) && ends(&words[hashes..])
            || ["-", "+", "*"].iter().any(|it| words.strip_prefix(it).is_some_and(ends));
        match digits {
            1..=9 if words[digits..].strip_prefix(['.', ')']).is_some_and(ends) => {
                format!("{inset}{}\\{}", &words[..digits], &words[digits..])
            }
            _ if marks => format!("{inset}\\{words}"),
            _ => format!("{inset}{words}"),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The blocks of simple Markdown; none where there is something that rich text has not.
fn blocks(markdown: &str) -> Option<Vec<Value>> {
    let mut blocks = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let lines: Vec<&str> = markdown.split('\n').collect();
    let mut at = 0;
    let flush = |paragraph: &mut Vec<&str>, blocks: &mut Vec<Value>| -> Option<()> {
        let text = paragraph.join("\n");
        paragraph.clear();
        if !text.trim().is_empty() {
            blocks.push(json!({ "type": "rich_text_section", "elements": spans(text.trim_matches('\n'))? }));
        }
        Some(())
    };
    while at < lines.len() {
        let line = lines[at];
        let taken = |is: &dyn Fn(&str) -> bool| lines[at..].iter().take_while(|it| is(it)).count();
        if let Some(fence) = line.strip_prefix("```") {
            let end = lines[at + 1..].iter().position(|it| *it == "```").filter(|_| fence.is_empty())?;
            flush(&mut paragraph, &mut blocks)?;
            let code = lines[at + 1..at + 1 + end].join("\n");
            blocks.push(json!({ "type": "rich_text_preformatted", "elements": [{ "type": "text", "text": code }] }));
            at += end + 2;
            continue;
        }
        let is_bullet = |it: &str| it.starts_with("- ");
        let is_number = |it: &str| it.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        let is_quote = |it: &str| it.starts_with('>');
        let count = [taken(&is_bullet), taken(&is_number), taken(&is_quote)];
        if let Some(kind) = count.iter().position(|it| *it > 0) {
            flush(&mut paragraph, &mut blocks)?;
            let of: Vec<&str> = lines[at..at + count[kind]].to_vec();
            blocks.push(match kind {
                0 => items(of.iter().map(|it| &it[2..]), "bullet", 0)?,
                1 => {
                    let first: u64 = of[0].split_once(". ")?.0.parse().ok()?;
                    items(of.iter().filter_map(|it| Some(it.split_once(". ")?.1)), "ordered", first.saturating_sub(1))?
                }
                _ => {
                    let text: Vec<&str> = of.iter().map(|it| it[1..].strip_prefix(' ').unwrap_or(&it[1..])).collect();
                    json!({ "type": "rich_text_quote", "elements": spans(&text.join("\n"))? })
                }
            });
            at += count[kind];
            continue;
        }
        paragraph.push(line);
        at += 1;
    }
    flush(&mut paragraph, &mut blocks)?;
    Some(blocks)
}

fn items<'a>(items: impl Iterator<Item = &'a str>, style: &str, offset: u64) -> Option<Value> {
    let sections: Option<Vec<Value>> =
        items.map(|it| Some(json!({ "type": "rich_text_section", "elements": spans(it)? }))).collect();
    let mut list = json!({ "type": "rich_text_list", "style": style, "elements": sections? });
    if offset > 0 {
        list["offset"] = offset.into();
    }
    Some(list)
}

/// `**bold**`, `*italic*`, `~~struck~~`, `` `code` ``, `[label](address)` and text. Marks within marks are left to
/// plain Markdown.
fn spans(text: &str) -> Option<Vec<Value>> {
    let (mut spans, mut plain, mut rest) = (Vec::new(), String::new(), text);
    let said = |plain: &mut String, spans: &mut Vec<Value>| {
        if !plain.is_empty() {
            spans.push(json!({ "type": "text", "text": std::mem::take(plain) }));
        }
    };
    'text: while let Some(next) = rest.chars().next() {
        if next == '\\'
            && let Some(escaped) = rest[1..].chars().next().filter(char::is_ascii_punctuation)
        {
            plain.push(escaped);
            rest = &rest[2..];
            continue;
        }
        for (mark, style) in [("**", "bold"), ("~~", "strike"), ("`", "code"), ("*", "italic")] {
            let Some((inner, after)) = rest.strip_prefix(mark).and_then(|it| it.split_once(mark)) else { continue };
            if inner.is_empty() || inner.trim() != inner || inner.contains(['\n', '*', '`', '~', '\\', '[']) {
                continue;
            }
            said(&mut plain, &mut spans);
            spans.push(json!({ "type": "text", "text": inner, "style": { style: true } }));
            rest = after;
            continue 'text;
        }
        if let Some((label, after)) = rest.strip_prefix('[').and_then(|it| it.split_once("]("))
            && let Some((url, after)) = after.split_once(')')
            && !label.contains(['[', ']', '\\', '\n'])
            && url.starts_with("http")
        {
            said(&mut plain, &mut spans);
            spans.push(json!({ "type": "link", "url": url, "text": label }));
            rest = after;
            continue;
        }
        plain.push(next);
        rest = &rest[next.len_utf8()..];
    }
    said(&mut plain, &mut spans);
    (!spans.is_empty()).then_some(spans)
}
