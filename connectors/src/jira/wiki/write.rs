//! Document → markup.

use serde_json::Value;

use crate::jira::adf::{Mark, children, kind, marks, said};

/// What begins something in markup wherever it stands; escaped where it is meant as itself.
const SIGNS: [char; 2] = ['{', '['];
/// What marks up words it stands at.
const WORDY: [char; 7] = ['*', '_', '-', '+', '^', '~', '!'];

pub(in crate::jira) fn write(document: &Value) -> String {
    blocks(children(document)).trim().to_owned()
}

fn blocks(all: &[Value]) -> String {
    all.iter().map(block).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn block(node: &Value) -> String {
    let all = children(node);
    match kind(node) {
        "paragraph" | "taskItem" => inline(all),
        "heading" => format!("h{}. {}", node["attrs"]["level"].as_u64().unwrap_or(1).clamp(1, 6), inline(all).replace('\n', " ")),
        "blockquote" | "panel" => format!("{{quote}}\n{}\n{{quote}}", blocks(all)),
        "bulletList" => list(all, "*"),
        "orderedList" => list(all, "#"),
        "taskList" => {
            let item =
                |it: &Value| format!("* {} {}", if it["attrs"]["state"] == "DONE" { "☑" } else { "☐" }, inline(children(it)));
            all.iter().map(item).collect::<Vec<_>>().join("\n")
        }
        "codeBlock" => {
            let code: String = all.iter().map(said).collect();
            let language = node["attrs"]["language"].as_str().map(|it| format!(":{it}")).unwrap_or_default();
            // It cannot be escaped within.
            format!("{{code{language}}}\n{}\n{{code}}", code.replace("{code}", "{code }"))
        }
        "rule" => "----".to_owned(),
        "table" => all.iter().map(row).collect::<Vec<_>>().join("\n"),
        _ if all.iter().any(|it| kind(it) == "text") => inline(all),
        _ => blocks(all),
    }
}

fn list(items: &[Value], marker: &str) -> String {
    let mut lines = Vec::new();
    for item in items {
        let mut begun = false;
        for child in children(item) {
            match kind(child) {
                "bulletList" => lines.push(list(children(child), &format!("{marker}*"))),
                "orderedList" => lines.push(list(children(child), &format!("{marker}#"))),
                _ if begun => lines.push(block(child)),
                _ => lines.push(format!("{marker} {}", block(child))),
            }
            begun = true;
        }
    }
    lines.join("\n")
}

fn row(row: &Value) -> String {
    let is_header = children(row).iter().all(|it| kind(it) == "tableHeader");
    let edge = if is_header { "||" } else { "|" };
    let cell = |it: &Value| {
        let text = blocks(children(it)).replace("\n\n", "\\\\ ").replace('\n', "\\\\ ");
        if text.is_empty() { " ".to_owned() } else { text }
    };
    let cells = children(row).iter().map(cell).collect::<Vec<_>>().join(edge);
    format!("{edge}{cells}{edge}")
}

fn inline(all: &[Value]) -> String {
    let mut text = String::new();
    for node in all {
        let said = said(node);
        if kind(node) == "hardBreak" {
            text.push('\n');
            continue;
        }
        if kind(node) == "inlineCard" {
            text.push_str(&said);
            continue;
        }
        text.push_str(&marked(&said, &marks(node), &text));
    }
    text
}

fn marked(said: &str, marks: &[Mark], before: &str) -> String {
    let core = said.trim();
    if core.is_empty() {
        return said.to_owned();
    }
    let start = said.find(core).unwrap_or(0);
    let (left, right) = (&said[..start], &said[start + core.len()..]);
    let link = marks.iter().find_map(|it| if let Mark::Link(href) = it { Some(href) } else { None });
    if link.is_some_and(|href| href == core) && marks.len() == 1 {
        return said.to_owned();
    }
    let mut text = match marks.contains(&Mark::Code) {
        true => format!("{{{{{core}}}}}"),
        false => escaped(core, left.chars().next_back().or(before.chars().next_back()).unwrap_or('\n')),
    };
    for (mark, sign) in [(Mark::Strike, "-"), (Mark::Emphasis, "_"), (Mark::Strong, "*")] {
        if marks.contains(&mark) {
            // In braces it marks parts of words as well.
            let in_word = left.is_empty() && before.ends_with(char::is_alphanumeric);
            text = if in_word { format!("{{{sign}}}{text}{{{sign}}}") } else { format!("{sign}{text}{sign}") };
        }
    }
    if let Some(href) = link {
        text = format!("[{}|{}]", text.replace('|', "\\|"), href.replace('|', "%7C").replace(']', "%5D"));
    }
    format!("{left}{text}{right}")
}

/// `before` is what stands before it.
fn escaped(text: &str, mut before: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        // A sign marks up where it stands at the beginning or end of a word, and not within or alone.
        let at_word = before.is_alphanumeric() != next.is_alphanumeric();
        // A picture stands between two.
        let at_word = at_word && (char != '!' || next.is_alphanumeric());
        let begins = before == '\n' && matches!(char, '#' | '|' | '*' | '-');
        if SIGNS.contains(&char) || char == '|' || (WORDY.contains(&char) && at_word) || begins {
            out.push('\\');
        }
        match char {
            // Two of them would be a line break.
            '\\' => out.push_str("&#92;"),
            char => out.push(char),
        }
        before = char;
    }
    out
}
