//! Filters against a reference that is as simple as it can be, and texts that nobody would type.

use std::fs;

use proptest::prelude::*;

use super::{
    Expr, Filter,
    key::Key,
    kind::KindWord,
    pattern::{Comparison, Test},
};
use crate::{
    Event,
    event::{Change, Commit, Concern, Object, Severity, Why},
};

const WORDS: &[&str] = &["a", "b", "ab", "A", "a/b", "a/b/a.b", "b/a/b", "a b", "", "ä", "bug", "5", "-1"];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(Into::into)
}

fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![word(), "[ab/*.]{0,7}", Just("**/b".to_owned()), Just("a/**".to_owned()), "\\PC{0,8}"]
}

fn key() -> impl Strategy<Value = Key> {
    prop::sample::select(vec![
        Key::Author,
        Key::Label,
        Key::Project,
        Key::State,
        Key::Kind,
        Key::Text,
        Key::Commit,
        Key::Object,
        Key::Source,
        Key::Branch,
        Key::Path,
        Key::Concern(Why::Assigned),
        Key::Concern(Why::Mentioned),
        Key::Changed,
        Key::Field("points".into()),
    ])
}

const KINDS: &[&str] = &["issues", "pulls", "reviews", "comments", "commits", "pull.*", "*.commented", "stories", "x-y"];

fn expr() -> impl Strategy<Value = Expr> {
    let signs = prop::sample::select(vec![">=", "<=", ">", "<", "=", ""]);
    let levels = prop::sample::select(vec!["info", "warning", "error", "critical", "high"]);
    let leaf = prop_oneof![
        2 => prop::sample::select(KINDS).prop_map(|it| Expr::Kind(KindWord::new(it))),
        4 => (key(), pattern()).prop_map(|(key, text)| {
            let pattern = key.quoted(&text).expect("no severity");
            Expr::Has(key, pattern)
        }),
        1 => (signs.clone(), levels).prop_map(|(sign, level)| {
            Expr::Has(Key::Severity, Key::Severity.bare(&format!("{sign}{level}")).expect("a severity"))
        }),
        1 => (signs.prop_filter("a sign", |it| !it.is_empty()), -9..9).prop_map(|(sign, number)| {
            let key = Key::Field("points".into());
            let pattern = key.bare(&format!("{sign}{number}")).expect("a number");
            Expr::Has(key, pattern)
        }),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Expr::Not(Box::new(it))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Or),
        ]
    })
}

fn event() -> impl Strategy<Value = Event> {
    let some = || prop::option::of(word());
    let many = || prop::collection::vec(word(), 0..3);
    let kinds = prop::sample::select(vec![
        "issue.opened",
        "pull_request.merged",
        "pull.approved",
        "issue.commented",
        "push.pushed",
        "Story.moved",
    ]);
    let severity = prop::option::of(prop::sample::select(vec![Severity::Info, Severity::Warning, Severity::Critical]));
    let change = (prop::sample::select(vec!["points", "Points", "path", "assignee"]), some()).prop_map(|(field, to)| Change {
        field: field.into(),
        from: None,
        to,
    });
    let concern = (word(), prop::sample::select(vec![Why::Assigned, Why::Mentioned])).prop_map(|(name, why)| Concern {
        name,
        id: None,
        why,
    });
    let object =
        (word(), word(), some(), some()).prop_map(|(key, title, place, state)| Object { key, title, url: None, place, state });
    let first = (kinds, word(), some(), some(), object, many(), many());
    let second = (some(), some(), many(), severity, prop::collection::vec(change, 0..3), prop::collection::vec(concern, 0..2));
    (first, second).prop_map(
        |((kind, source, actor, actor_id, object, labels, paths), (text, branch, commits, severity, changes, concerns))| Event {
            kind: kind.into(),
            source,
            actor,
            actor_id,
            object,
            labels,
            paths,
            text,
            branch,
            commits: commits.into_iter().map(|title| Commit { title, ..Commit::default() }).collect(),
            severity,
            changes,
            concerns,
            ..Event::default()
        },
    )
}

/// The whole of `text`, with `*` for any characters, tried one by one.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|at| glob(rest, &text[at..])),
        Some((first, rest)) => text.first() == Some(first) && glob(rest, &text[1..]),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    let chars = |it: &str| it.to_lowercase().chars().collect::<Vec<_>>();
    glob(&chars(pattern), &chars(text))
}

/// The same folder by folder.
fn folders(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|at| folders(rest, &path[at..])),
        Some((first, rest)) => path.first().is_some_and(|it| like(first, it)) && folders(rest, &path[1..]),
    }
}

fn path(pattern: &str, path: &str) -> bool {
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if !pattern.contains('/') {
        return pattern == "**" || path.iter().any(|it| like(pattern, it));
    }
    let whole = pattern.trim_start_matches('/');
    let mut folders_of: Vec<&str> = whole.trim_end_matches('/').split('/').collect();
    if whole.ends_with('/') {
        folders_of.push("**");
    }
    folders(&folders_of, &path)
}

fn noun(word: &str, kind: &str) -> bool {
    let kind = kind.to_lowercase();
    let (noun, verb) = kind.split_once('.').unwrap();
    match word {
        "issues" => noun == "issue",
        "pulls" => noun.starts_with("pull"),
        "reviews" => noun.starts_with("pull") && verb == "approved",
        "comments" => verb == "commented",
        "commits" => noun == "push",
        "stories" => noun == "story",
        "x-y" => false,
        kinds => like(kinds, &kind),
    }
}

/// What a filter means, without anything that makes it fast.
fn reference(expr: &Expr, event: &Event) -> bool {
    let set = |name: &str| {
        let fields = event.changes.iter().filter(move |it| it.field.to_lowercase() == name);
        fields.filter_map(|it| it.to.clone()).collect::<Vec<String>>()
    };
    match expr {
        Expr::All => true,
        Expr::Kind(it) => noun(&it.word, &event.kind),
        Expr::Not(inner) => !reference(inner, event),
        Expr::And(all) => all.iter().all(|it| reference(it, event)),
        Expr::Or(any) => any.iter().any(|it| reference(it, event)),
        Expr::Has(key, pattern) => {
            let text = &pattern.text;
            if let Test::Severity(comparison, bound) = &pattern.test {
                let rank = |it: &Severity| {
                    [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical].iter().position(|other| other == it)
                };
                return event.severity.is_some_and(|it| compared(*comparison, rank(&it).cmp(&rank(bound))));
            }
            if let Test::Number(comparison, bound) = &pattern.test {
                let numbers = set("points").into_iter().filter_map(|it| it.parse::<f64>().ok());
                return numbers.into_iter().any(|it| compared(*comparison, it.total_cmp(bound)));
            }
            let named = |why| event.concerns.iter().filter(|it| it.why == why).map(|it| it.name.clone()).collect::<Vec<_>>();
            let values: Vec<String> = match key {
                Key::Author => event.actor.iter().chain(&event.actor_id).cloned().collect(),
                Key::Label => event.labels.clone(),
                Key::Project => {
                    let below = |it: &String| like(text, it) || like(&format!("{}/*", text.trim_end_matches('/')), it);
                    return event.object.place.iter().any(below);
                }
                Key::State => event.object.state.iter().cloned().collect(),
                Key::Kind => vec![event.kind.clone()],
                Key::Text => {
                    let says = |it: &String| like(&format!("*{text}*"), it);
                    return says(&event.object.title) || event.text.iter().any(says);
                }
                Key::Commit => {
                    return event
                        .commits
                        .iter()
                        .any(|it| like(&format!("*{text}*"), &it.title) || like(&format!("*{text}*"), &it.id));
                }
                Key::Object => vec![event.object.key.clone()],
                Key::Source => vec![event.source.clone()],
                Key::Branch => event.branch.iter().cloned().collect(),
                Key::Path => {
                    return event.paths.iter().chain(&set("path")).any(|it| path(&text.to_lowercase(), &it.to_lowercase()));
                }
                Key::Concern(Why::Assigned) => named(Why::Assigned).into_iter().chain(set("assignee")).collect(),
                Key::Concern(why) => named(*why),
                Key::Changed => event.changes.iter().map(|it| it.field.clone()).collect(),
                Key::Field(name) => set(name),
                other => panic!("the reference does not know {other:?}"),
            };
            values.iter().any(|it| like(text, it))
        }
    }
}

fn compared(comparison: Comparison, order: std::cmp::Ordering) -> bool {
    match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Equal => order.is_eq(),
        Comparison::AtLeast => order.is_ge(),
        Comparison::More => order.is_gt(),
    }
}

/// What must hold of any text at all.
fn check(text: &str) {
    let events = [
        Event::default(),
        Event { kind: "pull.merged".into(), labels: vec!["a".into()], paths: vec!["a/b".into()], ..Event::default() },
    ];
    let Ok(filter) = Filter::parse(text) else { return };
    assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter), "{text}");
    for event in &events {
        assert_eq!(filter.matches(event), filter.judge(event).is_passed(), "{text}");
    }
    if let Ok(whole) = Filter::of(&filter.parts()) {
        for event in &events {
            assert_eq!(whole.matches(event), filter.matches(event), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_printed_filter_reads_back(expr in expr()) {
        let filter = Filter(expr);
        let text = filter.to_string();
        prop_assume!(text.len() <= 1024);
        prop_assert_eq!(Filter::parse(&text).map_err(|err| err.message), Ok(filter), "{}", text);
    }

    #[test]
    fn a_filter_means_what_the_reference_means(expr in expr(), event in event()) {
        let expected = reference(&expr, &event);
        let filter = Filter(expr);
        prop_assert_eq!(filter.matches(&event), expected, "{}", filter);
        let verdict = filter.judge(&event);
        prop_assert_eq!(verdict.is_passed(), expected, "{}: {}", filter, verdict);
    }

    #[test]
    fn no_text_panics(text in ".{0,80}", odd in "[-+()a:\"* or{},><=\\\\]{0,60}", words in prop::collection::vec(prop::sample::select(vec![
        "pulls", "commits:main", "and", "or", "-", "+", "(", ")", "label:\"a b\"", "workflows:{", "event:\"push\",", "}", "severity:>=", "path:**",
    ]), 0..12)) {
        check(&text);
        check(&odd);
        check(&words.join(" "));
        check(&words.concat());
    }
}

/// What fuzzing found, and where it starts from.
#[test]
fn the_corpus_of_the_fuzz_target_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/filter");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect(folder) {
        check(&String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()));
        count += 1;
    }
    assert!(count > 5, "{count} in {folder}");
}
