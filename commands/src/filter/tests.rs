use expect_test::expect;

use super::{Filter, Parts, Subject};
use crate::{
    Event,
    event::{Change, Commit, Concern, Object, Severity, Why},
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
        "pulls issues",
        "+label:urgent",
        "–author:ben",
        "in:demo repo:d*",
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
        "issues and pulls",
        "pulls reviews",
        "issues pulls -label:urgent",
        "label:urgent (pulls or state:open)",
        "repo:demo/sub",
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
        "label:>=3",
        "severity:>=bad",
        "severity:critcal",
        "points:>many",
        "issues:open",
        "workflows:{branch:main",
        "workflows:{brnch:main}",
        "label:{a:b}",
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
        label:>=3
          `label:>=3` cannot be compared: only a severity is more or less, as in `severity:>=warning`, and a field that is a number. Write `label:">=3"` for those very signs.
        severity:>=bad
          `bad` is no severity: write info, warning, error or critical.
        severity:critcal
          `critcal` is no severity: write info, warning, error or critical. Did you mean `critical`?
        points:>many
          `points:>many` compares with what is no number: write one, as in `points:>=5`, or `points:">many"` for those very signs.
        issues:open
          `issues:` takes nothing after its colon: write `issues`, and a condition of its own such as `label:urgent`.
        workflows:{branch:main
          The `{` after `workflows:` is never closed: add a `}`.
        workflows:{brnch:main}
          `workflows:{…}` knows no `brnch:`: it takes name, event, branch, actor and status. Did you mean `branch:`?
        label:{a:b}
          `label:{…}` cannot be read: only `workflows:{…}` takes conditions in braces.
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

fn push() -> Event {
    let commit = |id: &str, title: &str| Commit { id: id.into(), title: title.into(), ..Commit::default() };
    Event {
        source: "github".into(),
        kind: "push.pushed".into(),
        actor: Some("dependabot[bot]".into()),
        actor_id: Some("49699333".into()),
        object: Object {
            key: "main".into(),
            title: "2 commits to main".into(),
            place: Some("Acme/Widgets".into()),
            ..Object::default()
        },
        branch: Some("main".into()),
        commits: vec![commit("0f1e2d", "Fix the printer"), commit("a1b2c3", "Bump serde")],
        paths: vec!["infra/net/main.tf".into(), "docs/README.md".into()],
        ..Event::default()
    }
}

#[track_caller]
fn held_against(event: &Event, passing: &[&str], held: &[&str]) {
    for (filters, is_passing) in [(passing, true), (held, false)] {
        for filter in filters {
            let read = Filter::parse(filter).unwrap_or_else(|err| panic!("{filter}: {err}"));
            assert_eq!(read.matches(event), is_passing, "{filter}, that is, {read}");
            assert_eq!(read.judge(event).is_passed(), is_passing, "{filter}");
        }
    }
}

#[test]
fn pushes_by_branch_path_and_commit() {
    held_against(
        &push(),
        &[
            "commits",
            "pushes",
            "commits:main",
            "commits:*",
            "commits:all",
            "issues commits:main releases",
            "branch:m*",
            "path:infra/**",
            "path:infra/",
            "path:*.tf",
            "path:/infra/*/main.tf",
            "path:**/main.tf",
            "path:net",
            "file:docs/*.md",
            "commit:printer",
            "commit:a1b2*",
            "author:*[bot]",
            "actor:49699333",
            "in:acme/* commits",
            "in:acme",
            "in:acme/widgets",
        ],
        &[
            "commits:develop",
            "branches:main",
            "path:infra/*.tf",
            "path:infra/net",
            "path:main",
            "path:widgets/**",
            "-path:docs/**",
            "commit:cat",
            "in:acme/gadgets",
            "in:acm",
            "comments",
            "in:acme/* commits -author:*[bot]",
        ],
    );
}

#[test]
fn what_people_know_from_githubs_app() {
    let kind = |kind: &str| Event { kind: kind.into(), labels: vec!["priority:HIGH".into()], ..push() };
    let sorts = [
        ("pull.opened", "pulls"),
        ("pull_request.merged", "pulls"),
        ("merge_request.opened", "pulls"),
        ("pull.approved", "reviews"),
        ("pull.changes_requested", "reviews"),
        ("pull.review_dismissed", "reviews"),
        ("issue.commented", "comments"),
        ("pull.commented", "comments"),
        ("comment.edited", "comments"),
        ("commit.commented", "comments"),
        ("push.forced", "commits"),
        ("branch.deleted", "branches"),
        ("release.published", "releases"),
        ("deployment.failed", "deployments"),
        ("discussion.answered", "discussions"),
        ("run.failed", "workflows"),
        ("pipeline.passed", "workflows"),
        ("check_run.failed", "statuses"),
        ("repository.publicized", "public"),
    ];
    for (event, word) in sorts {
        held_against(
            &kind(event),
            &[word, &format!("{word} +label:\"priority:HIGH\""), &format!("stories {word}")],
            &[&format!("-{word}")],
        );
    }
    held_against(&kind("pull.opened"), &["issues pulls"], &["reviews comments", "commits", "issues"]);
    held_against(&kind("commit.commented"), &[], &["commits"]);
    held_against(&kind("pull.opened"), &[], &["reviews pulls +label:low"]);
}

#[test]
fn runs_in_braces() {
    let run = Event {
        kind: "run.failed".into(),
        actor: Some("ana".into()),
        object: Object { key: "CI #12".into(), title: "CI".into(), ..push().object },
        about: vec!["https://github.com/acme/widgets/pull/512".into()],
        ..push()
    };
    held_against(
        &run,
        &[
            "workflows",
            "workflows:{}",
            "workflows:{event:\"pull_request\"}",
            "workflows:{event:\"push\",\"pull_request\" branch:\"main\" name:\"CI\"}",
            "workflows: { name:\"CI\", actor:ana, status:failure }",
            "reviews workflows:{branch:main}",
        ],
        &[
            "workflows:{event:\"push\"}",
            "workflows:{branch:\"develop\",\"next\"}",
            "workflows:{status:\"success\"}",
            "workflows:{name:\"Release\"} or pulls",
            "commits workflows:{actor:ben}",
        ],
    );
    let printed =
        Filter::parse("reviews workflows:{event:\"push\",\"pull_request\" branch:\"main\"} +label:x").unwrap().to_string();
    assert_eq!(printed, "(reviews or workflows (event:push or event:pull_request) branch:main) label:x");
}

#[test]
fn alerts_by_severity_and_people_by_what_is_for_them() {
    let concern = |name: &str, why| Concern { name: name.into(), id: None, why };
    let alert = Event {
        kind: "alert.fired".into(),
        severity: Some(Severity::Error),
        concerns: vec![concern("ana", Why::Assigned), concern("ben", Why::Mentioned), concern("chloe", Why::ReviewAsked)],
        changes: vec![Change { field: "Points".into(), from: None, to: Some("8".into()) }],
        ..push()
    };
    held_against(
        &alert,
        &[
            "severity:error",
            "severity:>=warning",
            "severity:<critical",
            "severity:>info",
            "severity:high",
            "points:>=5",
            "points:<8.5",
            "assignee:ana",
            "mentions:ben",
            "mention:b*",
            "reviewer:chloe",
        ],
        &[
            "severity:warning",
            "severity:>=critical",
            "severity:<=warning",
            "points:>8",
            "assignee:ben",
            "mentions:ana",
            "reviewer:ana",
        ],
    );
    held_against(&push(), &[], &["severity:>=info", "points:>0"]);
    let given = Event { changes: vec![Change { field: "Assignee".into(), from: None, to: Some("Ben".into()) }], ..push() };
    held_against(&given, &["assignee:ben"], &["assignee:ana"]);
}

#[test]
fn a_verdict_says_which_part_and_what_it_saw() {
    let said = |event: &Event, filter: &str| {
        let verdict = Filter::parse(filter).unwrap().judge(event);
        format!("{} {filter}\n  {verdict}\n", if verdict.is_passed() { "passes" } else { "held by" })
    };
    let all = [
        said(&push(), ""),
        said(&push(), "-author:*[bot]"),
        said(&push(), "commits -author:*[bot] label:x"),
        said(&push(), "in:acme/* commits path:infra/**"),
        said(&push(), "pulls reviews"),
        said(&push(), "label:urgent or path:src/** or branch:next"),
        said(&push(), "-(branch:main path:docs/**)"),
        said(&push(), "severity:>=warning"),
        said(&event(), "label:late or text:paper"),
        said(&event(), "state:open"),
        said(&event(), "assignee:ana"),
        said(&event(), "priority:high"),
    ];
    expect![[r#"
        passes 
          everything passes
        held by -author:*[bot]
          -author:*[bot]: the author is dependabot[bot]
        held by commits -author:*[bot] label:x
          -author:*[bot]: the author is dependabot[bot]
        passes in:acme/* commits path:infra/**
          in:acme/*: it is in Acme/Widgets; commits: it is `push.pushed`; path:infra/**: it touches infra/net/main.tf, docs/README.md
        held by pulls reviews
          pulls or reviews: it is `push.pushed`
        held by label:urgent or path:src/** or branch:next
          label:urgent or path:src/** or branch:next: it has no label, it touches infra/net/main.tf, docs/README.md, the branch is main
        held by -(branch:main path:docs/**)
          -(branch:main path:docs/**): the branch is main, it touches infra/net/main.tf, docs/README.md
        held by severity:>=warning
          severity:>=warning: it tells no severity
        passes label:late or text:paper
          text:paper: its title or text says so
        held by state:open
          state:open: its state is Closed
        held by assignee:ana
          assignee:ana: it is given to nobody
        held by priority:high
          priority:high: it does not set priority
    "#]]
    .assert_eq(&all.concat());
}

#[test]
fn a_filter_comes_apart_and_together() {
    let parts = |text: &str| {
        let filter = Filter::parse(text).unwrap();
        let parts = filter.parts();
        assert_eq!(Filter::of(&parts).unwrap().parts(), parts, "{text}");
        parts
    };
    let taken = parts("repo:acme/* pulls commits:main -author:*[bot] (label:urgent or path:infra/**)");
    assert_eq!(taken.place.as_deref(), Some("acme/*"));
    assert_eq!(taken.kinds, ["pulls", "commits branch:main"]);
    assert_eq!(taken.rest.to_string(), "-author:*[bot] (label:urgent or path:infra/**)");
    let less = taken.without(&["commits".into()]).unwrap().unwrap();
    assert_eq!(Filter::of(&less).unwrap().to_string(), "in:acme/* pulls -author:*[bot] (label:urgent or path:infra/**)");
    assert_eq!(less.without(&["pull".into(), "issues".into()]).unwrap(), None);
    let everything = parts("in:acme/widgets").without(&["reviews".into(), "comments".into()]).unwrap().unwrap();
    assert_eq!(Filter::of(&everything).unwrap().to_string(), "in:acme/widgets -reviews -comments");
    assert_eq!(parts(""), Parts { place: None, kinds: Vec::new(), rest: Filter::all() });
    let both = Parts { place: Some("demo".into()), kinds: vec!["issues".into()], rest: Filter::parse("a or b").unwrap() };
    assert_eq!(Filter::of(&both).unwrap().to_string(), "in:demo issues (a or b)");
}

#[test]
fn where_an_index_looks_and_what_waits_for_labels() {
    let read = |text: &str| Filter::parse(text).unwrap();
    assert_eq!(read("in:Acme/Widgets pulls").only_place(), Some("acme/widgets"));
    assert_eq!(read("in:acme/*").only_place(), None);
    assert_eq!(read("in:acme or pulls").only_place(), None);
    assert!(read("pulls (label:x or path:y)").waits_for_more() && read("-state:open").waits_for_more());
    assert!(!read("pulls -author:x").waits_for_more());
    let event = push();
    let subject = Subject::of(&event);
    assert!(read("in:acme commits").admits(&subject) && subject.place() == Some("acme/widgets"));
}

#[test]
fn what_is_short_is_kept_as_what_can_be_read_again() {
    let long = format!("{}pulls", "commits:abcdef ".repeat(60));
    assert!(long.len() < 1024 && Filter::parse(&long).unwrap_err().message.contains("1024"));
    let deep = format!("{}pulls commits:a label:x{}", "(".repeat(32), ")".repeat(32));
    let read = Filter::parse(&deep).unwrap();
    assert_eq!(Filter::parse(&read.to_string()), Ok(read));
}
