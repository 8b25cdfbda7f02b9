//! What reading payloads of any vendor takes: a path that may not be there, a line of a long text, the names in it.
//!
//! A payload is somebody else's, so nothing here fails and nothing here takes longer than the text is long.

use commands::event::{Concern, Why};
use jiff::Timestamp;
use serde_json::Value;

/// What is kept of what somebody wrote, in characters.
pub(crate) const TEXT: usize = 2_000;

/// The text at a JSON pointer, where it is there and not empty.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str).map(str::trim).filter(|it| !it.is_empty())
}

/// The first of several paths that holds a text.
pub(crate) fn first<'a>(value: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths.iter().find_map(|it| text(value, it))
}

/// The text or number at a JSON pointer, as people read it.
pub(crate) fn shown(value: &Value, path: &str) -> Option<String> {
    match value.pointer(path)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(if *it { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

/// The elements at a JSON pointer; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The first of several paths that holds a time: RFC 3339, or seconds or milliseconds since 1970.
pub(crate) fn when(value: &Value, paths: &[&str]) -> Option<Timestamp> {
    paths.iter().find_map(|path| match value.pointer(path)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => moment(number.as_i64()?),
        _ => None,
    })
}

/// Seconds or milliseconds since 1970, told apart by their size: seconds reach 100,000,000,000 in the year 5138.
pub(crate) fn moment(number: i64) -> Option<Timestamp> {
    match number {
        ..=99_999_999_999 => Timestamp::from_second(number).ok(),
        _ => Timestamp::from_millisecond(number).ok(),
    }
}

/// The first line that says anything.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default()
}

/// What is kept of a long text; none of an empty one.
pub(crate) fn said(text: &str) -> Option<String> {
    let text = text.trim();
    match text.char_indices().nth(TEXT) {
        _ if text.is_empty() => None,
        Some((end, _)) => Some(format!("{}…", &text[..end])),
        None => Some(text.to_owned()),
    }
}

/// `refs/heads/main` → `main`.
pub(crate) fn branch(reference: &str) -> &str {
    ["refs/heads/", "refs/tags/"].iter().find_map(|it| reference.strip_prefix(it)).unwrap_or(reference)
}

/// A commit's hash as people write it.
pub(crate) fn short(hash: &str) -> &str {
    hash.char_indices().nth(10).map_or(hash, |(end, _)| &hash[..end])
}

/// Names after an `@` at the beginning of a word, outside of code: `@ana`, `@acme/infra`; each once, in their order.
pub(crate) fn mentions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second part stands between backticks.
        for part in line.split('`').step_by(2) {
            let mut before = ' ';
            for (at, letter) in part.char_indices() {
                if letter == '@' && !before.is_alphanumeric() && before != '/' {
                    let rest = &part[at + 1..];
                    let end = rest.find(|it: char| !(it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | '/')));
                    let name = rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', '-', '/', '_']);
                    if !name.is_empty() && !found.iter().any(|it| it == name) {
                        found.push(name.to_owned());
                    }
                }
                before = letter;
            }
        }
    }
    found
}

/// Who is named in what `actor` wrote, but for `actor`.
pub(crate) fn mentioned(text: &str, actor: Option<&str>) -> Vec<Concern> {
    let others = mentions(text).into_iter().filter(|it| Some(it.as_str()) != actor);
    others.map(|name| Concern { name, id: None, why: Why::Mentioned }).collect()
}

/// Keys of tickets as Jira and its kin write them: `APOLLO-42` in `feature/APOLLO-42-login`; each once, in their order.
pub(crate) fn tickets(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '-')) {
        let mut parts = word.split('-').peekable();
        while let Some(project) = parts.next() {
            let is_project = project.len() >= 2
                && project.starts_with(|it: char| it.is_ascii_uppercase())
                && project.chars().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
            let number = parts.peek().filter(|it| it.len() <= 9 && !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()));
            if let Some(number) = number.filter(|_| is_project && !matches!(project, "UTF" | "ISO" | "SHA" | "CVE" | "RFC")) {
                let key = format!("{project}-{number}");
                if !found.contains(&key) {
                    found.push(key);
                }
            }
        }
    }
    found
}

/// Numbers of tickets as trackers write them: `#42` in `Refs #42, see (#43)`; each once, in their order.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if letter == '#' && !before.is_alphanumeric() && !matches!(before, '/' | '&' | '#') {
            let rest = &text[at + 1..];
            let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
            let is_word = !rest[end..].starts_with(|it: char| it.is_alphanumeric() || it == '_');
            let key = &text[at..at + 1 + end];
            if (1..=9).contains(&end) && is_word && !found.iter().any(|it| it == key) {
                found.push(key.to_owned());
            }
        }
        before = letter;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_where_people_mean_somebody() {
        let text = "@ana, see `@ben` (and @chloe.). me@example.org, @ana\n```\n@dave\n```\ncc @acme/infra-team";
        assert_eq!(mentions(text), ["ana", "chloe", "acme/infra-team"]);
        let concerns = mentioned(text, Some("ana"));
        assert_eq!(concerns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["chloe", "acme/infra-team"]);
    }

    #[test]
    fn tickets_are_found_in_branches_and_titles() {
        assert_eq!(tickets("feature/APOLLO-42-login"), ["APOLLO-42"]);
        assert_eq!(tickets("DEMO-1, DEMO-1 and A2-3: UTF-8 as of CVE-2026-1 v1-2 X-1 DEMO-"), ["DEMO-1", "A2-3"]);
        assert!(tickets("e-mail non-2 AB- -12 ABC-1234567890").is_empty());
    }

    #[test]
    fn numbers_are_found_that_stand_alone() {
        assert_eq!(numbers("Refs #42, see (#43) and #42. Not a#1, ##2, #3rd, /#4, &#39; #, #1234567890"), ["#42", "#43"]);
    }

    #[test]
    fn times_are_read_however_they_are_written() {
        let value = json!({"a": 1_795_168_800, "b": 1_795_168_800_123_i64, "c": "2026-11-20T10:00:00Z", "d": "soon"});
        for path in ["/a", "/b", "/c"] {
            assert_eq!(when(&value, &["/x", "/d", path]).map(Timestamp::as_second), Some(1_795_168_800));
        }
        assert_eq!(when(&value, &["/d"]), None);
    }

    #[test]
    fn long_texts_are_cut_at_letters() {
        assert_eq!(said(" \n "), None);
        assert_eq!(said(&"ü".repeat(2_001)).map(|it| it.chars().count()), Some(2_001));
        assert_eq!(
            (first_line("\n  Fix it \n\nmore"), branch("refs/tags/v1"), short("0123456789abcdef")),
            ("Fix it", "v1", "0123456789")
        );
    }
}
