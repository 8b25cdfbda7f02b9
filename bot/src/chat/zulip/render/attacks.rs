//! What strangers write, as Zulip reads what is sent: by the rules of its server (`zerver/lib/markdown/__init__.py`,
//! `zerver/lib/mention.py`), and as the simulated organization draws it.

use std::collections::BTreeMap;

use commands::Message;
use connectors::zulip::standin::{Options, ZulipSim};
use regex::Regex;

use crate::chat::{tests::place, zulip::render};

fn written(message: &Message) -> Vec<String> {
    let groups = [connectors::find("redmine").expect("a connector").group("redmine", None)];
    let parts = render::parts(&groups, &render::Address::Direct, message);
    parts.texts.into_iter().chain(parts.buttons).map(|it| it.content).collect()
}

/// What Zulip's server makes of a message, by kind, in source outside of fences and code.
struct Server(Vec<(&'static str, Regex)>);

impl Server {
    fn new() -> Server {
        let rule = |name, pattern: &str| (name, Regex::new(pattern).expect("a pattern"));
        Server(vec![
            rule("mention", r"@_?\*\*[^*]+\*\*"),
            rule("group mention", r"@_?\*[^*]+\*"),
            rule("channel link", r"#\*\*[^*]+\*\*"),
            rule("time", r"<time:[^>]*>"),
            rule("link", r"\]\([^)]*\)"),
            rule("reference", r"(?m)^ {0,3}\[[^\]]*\]:"),
            rule("address", r"(?i)\b[a-z][a-z0-9+.-]*://"),
            rule("site", r"(?i)\b[a-z0-9-]+\.[a-z]{2,}\b"),
            rule("mail", r"(?i)[a-z0-9._-]+@[a-z0-9-]+\.[a-z]+"),
            rule("emoji", r"(?:^|[^0-9A-Za-z])(:[\w+-]+:)"),
            rule("maths", r"\$\$"),
            rule("avatar", r"!(?:avatar|gravatar|modal_link|time)\("),
            rule("widget", r"\A/(?:me|poll|todo|ping|dark|light)\b"),
            rule("heading", r"(?m)^#{1,6} "),
            rule("item", r"(?m)^ *[*+-] "),
            rule("number", r"(?m)^ *[0-9]+[.)] "),
            rule("quote", r"(?m)^ {0,3}>"),
            rule("rule", r"(?m)^ {0,3}(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$"),
            rule("row", r"(?m)^\|.*\|$"),
            rule("border", r"\|"),
            rule("struck", r"~~"),
            rule("tag", r"<[a-zA-Z/!]"),
        ])
    }

    fn marks(&self, source: &str) -> BTreeMap<&'static str, usize> {
        let (outside, fences, spans) = outside_of_code(source);
        // What we link to ourselves is another in each message, and no site that stands there by itself.
        let outside = Regex::new(r"\]\(https://ours\.example/[^)\s]*\)").expect("a pattern").replace_all(&outside, "](x)");
        let mut marks: BTreeMap<_, _> =
            self.0.iter().map(|(name, rule)| (*name, rule.find_iter(&outside).count())).filter(|it| it.1 > 0).collect();
        marks.insert("fence", fences);
        marks.insert("span", spans);
        marks
    }
}

/// The source without its fenced blocks and code spans, and how many of each there were; a fence that nothing closes goes on to
/// the end.
fn outside_of_code(source: &str) -> (String, usize, usize) {
    let (mut outside, mut fences, mut fence) = (String::new(), 0, None::<String>);
    for line in source.lines() {
        let ticks: String = line.chars().take_while(|it| *it == '`').collect();
        let tildes: String = line.chars().take_while(|it| *it == '~').collect();
        let mark = if ticks.len() >= tildes.len() { ticks } else { tildes };
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None if mark.len() >= 3 && !line[mark.len()..].contains('`') => {
                fences += 1;
                fence = Some(mark);
            }
            None => {
                outside.push_str(line);
                outside.push('\n');
            }
        }
    }
    let (mut text, mut spans, mut rest) = (String::new(), 0, outside.as_str());
    while let Some(at) = rest.find('`') {
        text.push_str(&rest[..at]);
        let run: String = rest[at..].chars().take_while(|it| *it == '`').collect();
        let after = &rest[at + run.len()..];
        // A run of the same length closes it.
        let mut from = 0;
        let end = loop {
            let Some(next) = after[from..].find('`').map(|it| from + it) else { break None };
            let length = after[next..].chars().take_while(|it| *it == '`').count();
            if length == run.len() {
                break Some(next);
            }
            from = next + length;
        };
        match end {
            Some(end) => {
                spans += 1;
                rest = &after[end + run.len()..];
            }
            None => {
                text.push_str("OPEN");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    (text, fences, spans)
}

/// Elements of the drawn message by kind; where links lead.
fn drawn(sim: &ZulipSim, source: &str, tag: &Regex) -> BTreeMap<String, usize> {
    let html = sim.rendered(source);
    let mut counts = BTreeMap::new();
    for found in tag.find_iter(&html) {
        let found = found.as_str();
        // Lines are no matter.
        if matches!(found, "<p>" | "<br>" | "<span>") {
            continue;
        }
        let found = match found.find("https://ours.example/") {
            Some(at) => found[..at].to_owned(),
            None => found.to_owned(),
        };
        *counts.entry(found).or_insert(0) += 1;
    }
    counts
}

#[test]
fn no_text_becomes_more_than_words() {
    let sim = ZulipSim::new(Options::default()).expect("an organization");
    let server = Server::new();
    let tag = Regex::new(r"<[a-z][^>]*>").expect("a pattern");
    place(|attack, word| {
        let (attack, word) = (written(attack), written(word));
        let all = |texts: &[String]| texts.join("\n\n");
        let (marks, allowed) = (server.marks(&all(&attack)), server.marks(&all(&word)));
        if let Some(more) = marks.iter().find(|(name, count)| **count > allowed.get(*name).copied().unwrap_or_default()) {
            return Err(format!("{more:?}, {allowed:?} in {}", all(&attack)));
        }
        let (elements, allowed) = (drawn(&sim, &all(&attack), &tag), drawn(&sim, &all(&word), &tag));
        match elements.iter().find(|(name, count)| **count > allowed.get(*name).copied().unwrap_or_default()) {
            Some(more) => Err(format!("{more:?} drawn of {}", all(&attack))),
            None => Ok(()),
        }
    });
}

/// The rules find what there is.
#[test]
fn the_rules_find_what_zulip_finds() {
    let server = Server::new();
    for (source, name) in [
        ("@**Ana|8** x", "mention"),
        ("see @*team*", "group mention"),
        ("#**general>x**", "channel link"),
        ("<time:2026-11-21T09:30:00Z>", "time"),
        ("[a](https://x.example)", "link"),
        ("see evil.com", "site"),
        (":fire:", "emoji"),
        ("/poll x", "widget"),
        ("a\n> b", "quote"),
        ("a\n1. b", "number"),
    ] {
        assert_eq!(server.marks(source).get(name), Some(&1), "{source}");
    }
    let code = server.marks("`@**all**` ``a ` b`` x\n```text\n@**all**\n```\n");
    assert_eq!(code, BTreeMap::from([("fence", 1), ("span", 2)]));
}
