//! The document format of Jira Cloud's texts, and Markdown, which people write and chats show.
//!
//! A document is JSON: a tree of nodes, of which text carries marks
//! (<https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>). What Markdown cannot say (panels,
//! mentions, dates) is said in words when it is read, and the schema's rules of what may stand in what are kept when it
//! is written. It is also what stands between Markdown and Data Center's markup ([`super::wiki`]).

mod read;
#[cfg(test)]
mod tests;
mod write;

use serde_json::{Map, Value, json};

pub(super) use read::to_markdown;
pub(super) use write::from_markdown;

/// A node with children.
pub(super) fn node(kind: &str, content: Vec<Value>) -> Value {
    json!({ "type": kind, "content": content })
}

pub(super) fn with_attrs(mut node: Value, attrs: Value) -> Value {
    node["attrs"] = attrs;
    node
}

pub(super) fn document(content: Vec<Value>) -> Value {
    json!({ "version": 1, "type": "doc", "content": content })
}

pub(super) fn text(text: &str, marks: &[Value]) -> Value {
    let mut node = json!({ "type": "text", "text": text });
    if !marks.is_empty() {
        // Code goes with a link and with nothing else.
        let is_code = marks.iter().any(|it| it["type"] == "code");
        let kept = marks.iter().filter(|it| !is_code || it["type"] == "code" || it["type"] == "link");
        node["marks"] = kept.cloned().collect();
    }
    node
}

pub(super) fn mark(kind: &str) -> Value {
    json!({ "type": kind })
}

pub(super) fn link(href: &str) -> Value {
    json!({ "type": "link", "attrs": { "href": href } })
}

pub(super) fn is_safe(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|it| address.starts_with(it))
}

pub(super) fn children(node: &Value) -> &[Value] {
    node["content"].as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn kind(node: &Value) -> &str {
    node["type"].as_str().unwrap_or_default()
}

/// Text with its web addresses as links, as an editor does it while one types.
pub(super) fn linked(text_: &str, marks: &[Value], into: &mut Vec<Value>) {
    let bare = !marks.iter().any(|it| it["type"] == "link" || it["type"] == "code");
    let mut rest = text_;
    while let Some(at) = bare.then(|| address_in(rest)).flatten() {
        let (before, after) = rest.split_at(at);
        let end = after.find(|it: char| it.is_whitespace() || matches!(it, '<' | '>' | '"' | '|')).unwrap_or(after.len());
        // What ends a sentence does not belong to the address.
        let address = after[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', ']', '}']);
        if !before.is_empty() {
            into.push(text(before, marks));
        }
        into.push(text(address, &[marks, &[link(address)]].concat()));
        rest = &after[address.len()..];
    }
    if !rest.is_empty() {
        into.push(text(rest, marks));
    }
}

fn address_in(text: &str) -> Option<usize> {
    let at = ["https://", "http://"].iter().filter_map(|it| text.find(it).map(|at| (at, at + it.len()))).min()?;
    // A scheme alone is no address.
    text[at.1..].starts_with(|it: char| it.is_alphanumeric()).then_some(at.0)
}

/// Text as Markdown that means just this text.
pub(super) fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    let mut before = '\n';
    let mut chars = plain.chars().peekable();
    let mut line = String::new();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied().unwrap_or('\n');
        let at_start = line.trim().is_empty();
        let escape = match char {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' => true,
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '&' => next.is_ascii_alphanumeric() || next == '#',
            '#' | '>' | '-' | '+' | '=' | '|' => at_start,
            '.' | ')' => !line.is_empty() && line.trim().bytes().all(|it| it.is_ascii_digit()) && !line.trim().is_empty(),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(char);
        if char == '\n' {
            line.clear();
        } else {
            line.push(char);
        }
        before = char;
    }
    out
}

/// The marks of a text that Markdown has, outermost first.
pub(super) fn marks(node: &Value) -> Vec<Mark> {
    let all = node["marks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut marks: Vec<Mark> = all
        .iter()
        .filter_map(|it| match kind(it) {
            "link" => Some(Mark::Link(it["attrs"]["href"].as_str()?.to_owned())),
            "strong" => Some(Mark::Strong),
            "em" => Some(Mark::Emphasis),
            "strike" => Some(Mark::Strike),
            "code" => Some(Mark::Code),
            _ => None,
        })
        .collect();
    marks.sort();
    marks.dedup();
    marks
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Link(String),
    Strong,
    Emphasis,
    Strike,
    Code,
}

/// What a node says that has no children of its own: a mention, a date, an emoji.
pub(super) fn said(node: &Value) -> String {
    let attrs = node["attrs"].as_object().cloned().unwrap_or_default();
    let get = |name: &str| attrs.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match kind(node) {
        "text" => node["text"].as_str().unwrap_or_default().to_owned(),
        "hardBreak" => "\n".to_owned(),
        "mention" => {
            let name = get("text");
            format!("@{}", if name.is_empty() { get("id") } else { name.trim_start_matches('@').to_owned() })
        }
        "emoji" if !get("text").is_empty() => get("text"),
        "emoji" => get("shortName"),
        "status" => format!("[{}]", get("text")),
        "date" => date(&attrs).unwrap_or_default(),
        "inlineCard" | "blockCard" | "embedCard" => get("url"),
        "media" | "mediaInline" => {
            let name = get("alt");
            if name.is_empty() { "(a file)".to_owned() } else { format!("({name})") }
        }
        "inlineExtension" | "placeholder" => get("text"),
        _ => String::new(),
    }
}

/// A date's attribute: milliseconds since 1970, as text.
fn date(attrs: &Map<String, Value>) -> Option<String> {
    let value = attrs.get("timestamp")?;
    let milliseconds = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Some(super::moment::day(jiff::Timestamp::from_millisecond(milliseconds).ok()?).to_string())
}
