//! Cloud's filters, as far as anybody here asks for: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering>.

use serde_json::Value;

/// `state="OPEN" AND (title~"a" OR content.raw~"a")`.
pub fn matches(filter: &str, item: &Value) -> bool {
    split(filter, " AND ").iter().all(|part| {
        let part = part.trim();
        match part.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(inner) => split(inner, " OR ").iter().any(|it| matches(it, item)),
            None => condition(part, item),
        }
    })
}

/// Parts that are in no brackets and no quotes.
fn split<'a>(text: &'a str, between: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth, mut quoted, mut at) = (Vec::new(), 0, 0, false, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth -= 1,
            _ if !quoted && depth == 0 && text[at..].starts_with(between) => {
                parts.push(&text[start..at]);
                at += between.len();
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
        while at < text.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

fn condition(text: &str, item: &Value) -> bool {
    let Some(at) = text.find(['=', '~']) else { return false };
    let (path, operator, wanted) = (text[..at].trim(), &text[at..=at], text[at + 1..].trim());
    let is_text = wanted.starts_with('"');
    let wanted = wanted.trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
    let mut found = Vec::new();
    collect(item, &path.split('.').collect::<Vec<_>>(), &mut found);
    match operator {
        "~" => found.iter().any(|it| it.as_str().is_some_and(|it| it.to_lowercase().contains(&wanted.to_lowercase()))),
        _ if wanted == "null" && !is_text => found.iter().all(|it| it.is_null()),
        _ if is_text => found.iter().any(|it| it.as_str() == Some(wanted.as_str())),
        _ => found.iter().any(|it| it.to_string() == wanted),
    }
}

/// What a path leads to; through a list, all that it leads to.
fn collect<'a>(value: &'a Value, path: &[&str], found: &mut Vec<&'a Value>) {
    match (value, path) {
        (Value::Array(all), path) => all.iter().for_each(|it| collect(it, path, found)),
        (value, []) => found.push(value),
        (value, [first, rest @ ..]) => collect(&value[*first], rest, found),
    }
}

/// By one field, downwards with a minus before it.
pub fn sorted(mut items: Vec<Value>, by: &str) -> Vec<Value> {
    let path: Vec<&str> = by.trim_start_matches('-').split('.').filter(|it| !it.is_empty()).collect();
    if path.is_empty() {
        return items;
    }
    let key = |item: &Value| {
        let mut found = Vec::new();
        collect(item, &path, &mut found);
        found.first().map(|it| it.as_str().map_or_else(|| format!("{it:>20}"), str::to_owned)).unwrap_or_default()
    };
    items.sort_by_key(&key);
    if by.starts_with('-') {
        items.reverse();
    }
    items
}
