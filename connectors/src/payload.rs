//! What reading payloads of any vendor takes: a path that may not be there, a line of a long text, the names in it.
//!
//! A payload is somebody else's, so nothing here fails and nothing here takes longer than the text is long.

use commands::{
    Event,
    event::{Commit, Concern, Why},
};
use jiff::Timestamp;
use serde_json::Value;

/// What is kept of what somebody wrote, in characters.
pub(crate) const TEXT: usize = 2_000;

/// As many references are looked for in a text.
const MOST: usize = 20;

/// What is at a JSON pointer (RFC 6901), as [`Value::pointer`] finds it, which allocates twice for each step.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let Some(steps) = path.strip_prefix('/').filter(|it| !it.contains('~')) else { return value.pointer(path) };
    steps.split('/').try_fold(value, |inside, step| match inside {
        Value::Object(fields) => fields.get(step),
        Value::Array(_) => inside.pointer(&format!("/{step}")),
        _ => None,
    })
}

/// The text at a JSON pointer, where it is there and not empty.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path).and_then(Value::as_str).map(str::trim).filter(|it| !it.is_empty())
}

/// The first of several paths that holds a text.
pub(crate) fn first<'a>(value: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths.iter().find_map(|it| text(value, it))
}

/// The text or number at a JSON pointer, as people read it.
pub(crate) fn shown(value: &Value, path: &str) -> Option<String> {
    match at(value, path)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(if *it { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

/// The elements at a JSON pointer; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The first of several paths that holds a time: RFC 3339, or seconds or milliseconds since 1970.
pub(crate) fn when(value: &Value, paths: &[&str]) -> Option<Timestamp> {
    paths.iter().find_map(|path| match at(value, path)? {
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

/// A text without what only its source shows: the `<!-- … -->` of templates.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown
}

/// What a text refers to, by whole keys: `Fixes #42`, said in `acme/widgets` → `acme/widgets#42`; each once, in their order.
/// `marks` are what stands before a number there: `#`, and `!` where that is a merge request.
pub(crate) fn references(text: &str, place: &str, marks: &[char]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let is_of_place = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.' | '/');
    for (at, mark) in text.char_indices().filter(|(_, it)| marks.contains(it)) {
        let digits = &text[at + mark.len_utf8()..];
        let end = digits.find(|it: char| !it.is_ascii_digit()).unwrap_or(digits.len());
        let is_word = digits[end..].starts_with(|it: char| it.is_alphanumeric() || it == '_');
        let before = &text[..at];
        // A place's name is short; looking for its beginning any further would take long where a text has no spaces.
        let start = before.char_indices().rev().take(200).take_while(|(_, it)| is_of_place(*it)).last();
        let named = &before[start.map_or(at, |(start, _)| start)..];
        let place = match named {
            "" => place,
            named if named.contains('/') && !named.starts_with('/') => named,
            _ => continue,
        };
        let key = format!("{place}{mark}{}", &digits[..end]);
        // `&#39;` is a character, and no object.
        if (1..=9).contains(&end) && !is_word && !before.ends_with('&') && !place.is_empty() && !found.contains(&key) {
            found.push(key);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// The same, of what a text says that it closes: `Fixes #42, closes #43`.
pub(crate) fn closes(text: &str, place: &str, marks: &[char]) -> Vec<String> {
    const WORDS: &[&str] = &[
        "close",
        "closes",
        "closed",
        "closing",
        "fix",
        "fixes",
        "fixed",
        "fixing",
        "resolve",
        "resolves",
        "resolved",
        "resolving",
        "implements",
        "implement",
    ];
    let mut found: Vec<String> = Vec::new();
    let mut says_so = false;
    for word in text.split_whitespace() {
        let bare = word.trim_end_matches([':', ',']).to_ascii_lowercase();
        if WORDS.contains(&bare.as_str()) {
            says_so = true;
            continue;
        }
        let keys = if says_so { references(word, place, marks) } else { Vec::new() };
        // `fixes #1, #2 and #3` closes three.
        says_so = says_so && (!keys.is_empty() || matches!(bare.as_str(), "and" | "or" | "&" | "issue" | "issues"));
        found.extend(keys);
        if found.len() >= MOST {
            break;
        }
    }
    found.dedup();
    found
}

/// `refs/heads/main` → `main`.
pub(crate) fn branch(reference: &str) -> &str {
    ["refs/heads/", "refs/tags/"].iter().find_map(|it| reference.strip_prefix(it)).unwrap_or(reference)
}

/// A commit's hash as people write it.
pub(crate) fn short(hash: &str) -> &str {
    hash.char_indices().nth(10).map_or(hash, |(end, _)| &hash[..end])
}

/// What an event carries of a push: its newest commits, of which the last is the newest, and all in words. `all` is how many
/// there were, where the vendor cut its list.
pub(crate) fn pushed(mut commits: Vec<Commit>, all: usize) -> (Vec<Commit>, Option<String>) {
    let earlier = all.max(commits.len()).saturating_sub(Event::COMMITS.min(commits.len()));
    commits.drain(..commits.len().saturating_sub(Event::COMMITS));
    let line = |it: &Commit| {
        let by = it.author.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{} {}{by}", short(&it.id), it.title)
    };
    let before = (earlier > 0 && !commits.is_empty()).then(|| format!("{earlier} earlier …"));
    let lines: Vec<String> = before.into_iter().chain(commits.iter().map(line)).collect();
    let text = said(&lines.join("\n"));
    (commits, text)
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
    fn a_pointer_finds_what_serde_json_finds() {
        let value = json!({ "a": { "b": [{ "c": 1 }, 2], "": 3, "~": 4, "x/y": 5 }, "01": 6 });
        let paths = "/ a /a /a/ /a/b/0/c /a/b/1 /a/b/01 /a/b/+1 /a/b/2 /a/b/0/c/d /a/~0 /a/x~1y /01".split(' ').chain([""]);
        for path in paths {
            assert_eq!(at(&value, path), value.pointer(path), "{path}");
        }
        assert_eq!(at(&value, "/a/b/0/c"), Some(&json!(1)));
    }

    #[test]
    fn names_are_found_where_people_mean_somebody() {
        let text = "@ana, see `@ben` (and @chloe.). me@example.org, @ana\n```\n@dave\n```\ncc @acme/infra-team";
        assert_eq!(mentions(text), ["ana", "chloe", "acme/infra-team"]);
        let concerns = mentioned(text, Some("ana"));
        assert_eq!(concerns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["chloe", "acme/infra-team"]);
    }

    #[test]
    fn a_long_push_keeps_its_newest_commits() {
        let commit =
            |number: usize| Commit { id: format!("{number:040}"), title: format!("Change {number}"), ..Commit::default() };
        let (kept, text) = pushed((1..=25).map(commit).collect(), 25);
        assert_eq!((kept.len(), kept[0].title.as_str(), kept[19].title.as_str()), (20, "Change 6", "Change 25"));
        assert!(text.is_some_and(|it| it.starts_with("5 earlier …\n0000000000 Change 6")));
        let (kept, text) = pushed(vec![Commit { author: Some("Ana".into()), ..commit(1) }], 3);
        assert_eq!((kept.len(), text.as_deref()), (1, Some("2 earlier …\n0000000000 Change 1 (Ana)")));
        assert_eq!(pushed(Vec::new(), 0), (Vec::new(), None));
    }

    #[test]
    fn tickets_are_found_in_branches_and_titles() {
        assert_eq!(tickets("feature/APOLLO-42-login"), ["APOLLO-42"]);
        assert_eq!(tickets("DEMO-1, DEMO-1 and A2-3: UTF-8 as of CVE-2026-1 v1-2 X-1 DEMO-"), ["DEMO-1", "A2-3"]);
        assert!(tickets("e-mail non-2 AB- -12 ABC-1234567890").is_empty());
    }

    #[test]
    fn references_are_found_with_their_place() {
        let of = |text: &str| references(text, "acme/widgets", &['#', '!']);
        assert_eq!(of("Fix it (#42), see octo/demo#7, !3 and #42"), ["acme/widgets#42", "octo/demo#7", "acme/widgets!3"]);
        assert!(of("colour #12ab, C#7, &#39; #, /x#1 #1234567890 #5th").is_empty());
        assert_eq!(
            closes("Fixes #1, #2 and #3. See #4. closes: octo/demo#5", "acme/widgets", &['#']),
            ["acme/widgets#1", "acme/widgets#2", "acme/widgets#3", "octo/demo#5"]
        );
        assert_eq!(references(&"a".repeat(100_000), "p", &['#']), [] as [&str; 0]);
        assert_eq!((visible("It<!-- how? --> burns.<!-- no end"), visible("plain")), ("It burns.".into(), "plain".into()));
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
