use expect_test::expect;
use proptest::prelude::*;

use super::{Expr, Filter, Key};
use crate::{
    Event,
    event::{Change, Object},
};

fn event() -> Event {
    let change = |field: &str, to: &str| Change { field: field.into(), from: None, to: Some(to.into()) };
    Event {
        id: "1".into(),
        source: "ci".into(),
        kind: "issue.updated".into(),
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        actor: Some("ana".into()),
        object: Object {
            key: "#42".into(),
            title: "Printer out of paper".into(),
            url: None,
            place: Some("demo".into()),
            state: Some("Closed".into()),
        },
        changes: vec![change("status", "Closed"), change("path", "infra/net/main.tf")],
        labels: vec!["urgent".into()],
        text: Some("Done, (finally) bought \"paper\"".into()),
        ..Event::default()
    }
}

fn passes(filter: &str) -> bool {
    Filter::parse(filter).unwrap_or_else(|err| panic!("{filter}: {err}")).matches(&event())
}

#[test]
fn what_passes_and_what_does_not() {
    for filter in [
        "",
        "*",
        "issues",
        "Issue",
        "issue.updated",
        "*.updated",
        "issues -author:*[bot] (label:urgent or path:infra/**)",
        "author:ANA",
        "by:a*a project:demo source:ci key:#42 kind:issue.*",
        "status:closed",
        "state:Closed changed:status",
        "path:infra/**",
        "text:\"out of\"",
        "text:“(finally) bought”",
        "text:\"\\\"paper\\\"\"",
        "pulls or issues",
        "not (pulls or label:late)",
        "-pulls and not -issues",
        "pulls issues or label:urgent",
    ] {
        assert!(passes(filter), "{filter}");
    }
    for filter in [
        "pulls",
        "iss",
        "issue.created",
        "-issues",
        "author:an",
        "author:*[bot]",
        "changed:subject",
        "priority:high",
        "issues pulls",
        "label:urgent (pulls or state:open)",
        "-(issues or pulls)",
        "path:infra/*.yml",
    ] {
        assert!(!passes(filter), "{filter}");
    }
}

#[test]
fn plurals_and_longer_nouns() {
    let passes = |word: &str, kind: &str| Filter::parse(word).unwrap().matches(&Event { kind: kind.into(), ..event() });
    assert!(passes("pulls", "pull_request.opened"));
    assert!(passes("stories", "story.moved"));
    assert!(passes("branches", "branch.created"));
    assert!(!passes("pull", "pullover.washed"));
}

#[test]
fn refusals_name_the_word() {
    let said = |filter: &str| format!("{filter}\n  {}\n", Filter::parse(filter).unwrap_err());
    let all = [
        "(a",
        "a)",
        "()",
        "a or",
        "or a",
        "and a",
        "a and",
        "-",
        "autor:x",
        "label:",
        ":x",
        "text:\"x",
        "\"free text\"",
        "a & b",
        "a , b",
    ];
    expect![[r#"
        (a
          A `(` is never closed: add a `)`.
        a)
          There is a `)` without a `(` before it: take it out, or put it in quotes.
        ()
          Something is missing before `)`: write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses.
        a or
          Something is missing at the end of the filter: write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses.
        or a
          Something is missing before `or`: write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses.
        and a
          Something is missing before `and`: write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses.
        a and
          Something is missing at the end of the filter: write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses.
        -
          `-` is not a kind of event: write one such as `issues` or `issue.created`, or `text:"…"` for words in the text.
        autor:x
          There is no `autor:` to filter by. Did you mean `author:`?
        label:
          `label:` needs a value right after the colon, such as `label:*`.
        :x
          `:x` cannot be read: write a name before the colon, such as `label:urgent`.
        text:"x
          The quote after `text:` is never closed: add a `"`.
        "free text"
          `"free` is not a kind of event: write one such as `issues` or `issue.created`, or `text:"…"` for words in the text.
        a & b
          `&` is not a kind of event: write one such as `issues` or `issue.created`, or `text:"…"` for words in the text.
        a , b
          `,` is not a kind of event: write one such as `issues` or `issue.created`, or `text:"…"` for words in the text.
    "#]].assert_eq(&all.map(said).concat());
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(32)).is_ok());
    assert!(Filter::parse(&nested(33)).unwrap_err().message.contains("32 levels"));
    assert!(Filter::parse(&format!("{}a", "-".repeat(33))).is_err());
    assert!(Filter::parse(&"a ".repeat(513)).unwrap_err().message.contains("1024"));
}

fn expr() -> impl Strategy<Value = Expr> {
    let keys =
        prop::sample::select(vec![Key::Author, Key::Label, Key::Project, Key::Text, Key::Changed, Key::Field("status".into())]);
    let leaf = prop_oneof![
        prop::sample::select(vec!["issues", "pull.opened", "x-y"]).prop_map(|it| Expr::Kind(it.into())),
        (keys, "\\PC{0,8}").prop_map(|(key, pattern)| Expr::Has(key, pattern)),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Expr::Not(Box::new(it))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Or),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_filter_reads_back(expr in expr()) {
        let filter = Filter(expr);
        let text = filter.to_string();
        prop_assume!(text.len() <= 1024);
        prop_assert_eq!(Filter::parse(&text).map_err(|err| err.message), Ok(filter), "{}", text);
    }

    #[test]
    fn no_text_panics(text in ".{0,80}", odd in "[-()a:\"* or\\\\]{0,60}") {
        for text in [text, odd] {
            if let Ok(filter) = Filter::parse(&text) {
                filter.matches(&event());
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
