//! The words of GitHub's own app for Slack, in every system that has code: each must mean what people expect of it, whatever
//! the system calls it.
//!
//! The kinds of events are those that the connectors' own snapshots show: what a connector tells anew is looked at here too.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use commands::{Event, filter::Filter};
use expect_test::{Expect, expect};

/// The kinds in a connector's tests, `pull.opened`, as snapshots show them: at the begin of a line, before a bar.
fn kinds(connector: &str) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(connector).join("tests")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let text = std::fs::read_to_string(file).unwrap();
            let begins =
                text.lines().filter_map(|it| it.split_once(" | ")).filter_map(|(begin, _)| begin.trim().rsplit(' ').next());
            let word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
            let is_kind = |it: &&str| it.split_once('.').is_some_and(|(noun, verb)| word(noun) && word(verb));
            kinds.extend(begins.filter(is_kind).map(str::to_owned));
        }
    }
    kinds
}

/// What each word lets pass, and what none of them does.
fn check(connector: &str, expected: Expect) {
    let kinds = kinds(connector);
    assert!(kinds.len() > 25, "{connector} shows only {kinds:?}");
    let event = |kind: &str| Event { kind: kind.into(), ..Event::default() };
    let mut all = String::new();
    let mut rest = kinds.clone();
    for word in commands::filter::words() {
        let filter = Filter::parse(word).expect("a word is a filter");
        let passed: Vec<&str> = kinds.iter().map(String::as_str).filter(|it| filter.matches(&event(it))).collect();
        rest.retain(|it| !passed.contains(&it.as_str()));
        writeln!(all, "{word}: {}", passed.join(" ")).unwrap();
    }
    writeln!(all, "no word: {}", rest.into_iter().collect::<Vec<_>>().join(" ")).unwrap();
    expected.assert_eq(&all);
}

#[test]
fn github_has_them_all() {
    check("github", expect![[r#""#]]);
}

#[test]
fn in_gitlab_a_pull_is_a_merge_request() {
    check("gitlab", expect![[r#""#]]);
}

#[test]
fn bitbucket_has_builds_and_pipelines() {
    check("bitbucket", expect![[r#""#]]);
}

#[test]
fn in_azure_devops_an_issue_is_a_work_item() {
    check("azure_devops", expect![[r#""#]]);
}
