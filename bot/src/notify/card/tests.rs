//! How events of all sorts read, in Slack and in Zulip. `UPDATE_EXPECT=1` writes the file anew.

use commands::{
    Button,
    event::{Change, Commit, Concern, Object, Severity},
};
use expect_test::expect_file;

use super::*;
use crate::chat::{slack, zulip};

fn object(key: &str, title: &str, place: &str, state: &str) -> Object {
    let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    let path = format!("{place}/{key}").replace(['#', ' '], "/");
    Object {
        key: key.into(),
        title: title.into(),
        url: Some(format!("https://git.example.org/{path}")),
        place: some(place),
        state: some(state),
    }
}

fn event(kind: &str, actor: &str, object: Object) -> Event {
    Event {
        id: "1".into(),
        source: "github".into(),
        kind: kind.into(),
        actor: Some(actor.to_owned()).filter(|it| !it.is_empty()),
        object,
        ..Event::default()
    }
}

fn change(field: &str, from: &str, to: &str) -> Change {
    let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    Change { field: field.into(), from: some(from), to: some(to) }
}

fn commits(count: usize) -> Vec<Commit> {
    let commit = |at: usize| Commit {
        id: format!("{at:07}8ea6abc"),
        title: format!("Step {at} of *it*"),
        author: Some("Ben".into()),
        url: Some(format!("https://git.example.org/acme/widgets/commit/{at}")),
    };
    (1..=count).map(commit).collect()
}

fn concern(name: &str, why: Why) -> Concern {
    Concern { name: name.into(), id: None, why }
}

/// Events by what they are, as connectors make them.
fn all() -> Vec<(&'static str, Event)> {
    let pull = |state: &str| object("acme/widgets#512", "Fix the login", "acme/widgets", state);
    let issue = |state: &str| object("PROJ-7", "Printer on fire", "Project X", state);
    let url = |it: &str| Some(format!("https://git.example.org/{it}"));
    let branch = |it: &str| Some(it.to_owned());
    let on = |kind: &str| Event { branch: branch("fix-login"), ..event(kind, "ana", pull("open")) };
    let run = |kind: &str| Event {
        branch: branch("main"),
        commits: commits(1),
        about: vec!["https://git.example.org/acme/widgets/pull/512".into()],
        ..event(kind, "ben", object("CI #71", "Fix the login", "acme/widgets", "completed"))
    };
    let push = |kind: &str, count: usize| Event {
        branch: branch("main"),
        commits: commits(count.min(20)),
        text: Some("- Step 1\n- Step 2".into()),
        ..event(kind, "ben", object("8ea6abc", &format!("{count} commits to main"), "acme/widgets", ""))
    };
    let alert = |kind: &str, severity: Severity| Event {
        severity: Some(severity),
        ..event(kind, "", object("", "HighLatency", "prod", "firing"))
    };
    vec![
        (
            "a pull request is opened, with a template",
            Event {
                text: Some(
                    "<!-- Describe it -->\n### What\n\nThe **login** failed for `@ana`, see [the docs](https://example.org).\n\n### Screenshots\n\n\
                     _No response_\n\n![shot](https://example.org/x.png)\n"
                        .into(),
                ),
                labels: vec!["bug".into(), "urgent".into()],
                ..on("pull.created")
            },
        ),
        ("a review is asked for", Event { changes: vec![change("reviewer", "", "ben")], concerns: vec![concern("ben", Why::ReviewAsked)], ..on("pull.review_requested") }),
        ("a review is asked of a stranger", Event { concerns: vec![concern("zoe", Why::ReviewAsked)], ..on("pull.review_requested") }),
        ("a review request is taken back", Event { changes: vec![change("reviewer", "ben", "")], ..on("pull.review_request_removed") }),
        ("approved", Event { url: url("acme/widgets/pull/512#review-1"), text: Some("Nice.".into()), ..on("pull.approved") }),
        ("changes are asked for", Event { url: url("acme/widgets/pull/512#review-2"), text: Some("@ben see <!channel> line 7.".into()), concerns: vec![concern("ben", Why::Mentioned)], ..on("pull.changes_requested") }),
        ("reviewed", on("pull.reviewed")),
        ("a draft again", Event { changes: vec![change("state", "open", "draft")], ..on("pull.converted_to_draft") }),
        ("ready", Event { changes: vec![change("state", "draft", "open")], ..on("pull.ready_for_review") }),
        ("commits to a pull request", Event { url: url("acme/widgets/compare/a...b"), changes: vec![change("head", "1111111", "2222222")], ..on("pull.pushed") }),
        ("merged", Event { changes: vec![change("state", "open", "merged"), change("into", "", "main")], object: pull("merged"), ..on("pull.merged") }),
        ("closed unmerged", Event { changes: vec![change("state", "open", "closed")], object: pull("closed"), ..on("pull.closed") }),
        ("into the queue", on("pull.enqueued")),
        ("an issue", Event { text: Some("Flames.\n\n> It burns\n\n- one\n- two".into()), changes: vec![change("priority", "", "High")], ..event("issue.created", "Ana Abel", issue("New")) }),
        ("a change of status", Event { changes: vec![change("status", "New", "In Progress"), change("due_date", "2026-11-21", "2026-11-28")], ..event("issue.updated", "Ana Abel", issue("In Progress")) }),
        ("closed", Event { changes: vec![change("status", "In Progress", "Done")], ..event("issue.closed", "Ana Abel", issue("Done")) }),
        ("reopened", event("issue.reopened", "Ana Abel", issue("New"))),
        ("assigned", Event { changes: vec![change("assignee", "", "ben")], concerns: vec![concern("ben", Why::Assigned)], ..event("issue.assigned", "ana", issue("New")) }),
        ("taken", Event { changes: vec![change("assignee", "", "ana")], concerns: vec![concern("ana", Why::Assigned)], ..event("issue.assigned", "ana", issue("New")) }),
        ("unassigned", Event { changes: vec![change("assignee", "ben", "")], ..event("issue.unassigned", "ana", issue("New")) }),
        ("labeled", Event { changes: vec![change("label", "", "bug")], labels: vec!["bug".into()], ..event("issue.labeled", "ana", issue("New")) }),
        ("unlabeled", Event { changes: vec![change("label", "bug", "")], ..event("issue.unlabeled", "ana", issue("New")) }),
        ("milestoned", Event { changes: vec![change("milestone", "", "1.0")], ..event("issue.milestoned", "ana", issue("New")) }),
        ("commented", Event { url: url("acme/widgets/issues/7#c1"), text: Some("Try `cargo clean`:\n\n```sh\ncargo clean\n```\nThen tell @ben and @zoe.".into()), concerns: vec![concern("ben", Why::Mentioned)], ..event("issue.commented", "ana", issue("New")) }),
        ("a comment is deleted", event("issue.comment_deleted", "ana", issue("New"))),
        ("a title that is its key", event("issue.deleted", "ana", object("PROJ-7", "PROJ-7", "Project X", ""))),
        ("pushed", push("commit.pushed", 3)),
        ("many commits", Event { url: url("acme/widgets/compare/a...b"), ..push("push.pushed", 17) }),
        ("force-pushed", Event { changes: vec![change("head", "1111111", "2222222")], ..push("commit.force_pushed", 2) }),
        ("set back", Event { commits: Vec::new(), object: object("8ea6abc", "main set back", "acme/widgets", ""), ..push("commit.force_pushed", 1) }),
        ("a push without a count", Event { branch: branch("main"), ..event("push.pushed", "ben", object("main", "main", "acme/widgets", "")) }),
        ("a branch", Event { branch: branch("fix"), ..event("branch.created", "ben", object("fix", "branch", "acme/widgets", "")) }),
        ("a branch is deleted", event("branch.deleted", "ben", object("fix", "branch", "acme/widgets", ""))),
        ("a tag", event("tag.created", "ben", object("v1.0", "tag", "acme/widgets", ""))),
        ("a release", Event { text: Some("## New\n\n* Login".into()), ..event("release.published", "ben", object("v1.0", "The first", "acme/widgets", "published")) }),
        ("a commit comment", Event { text: Some("Why?".into()), ..event("commit.commented", "ben", object("8ea6abc", "Step 1", "acme/widgets", "")) }),
        ("a run fails", Event { severity: Some(Severity::Error), object: object("CI #71", "Fix the login", "acme/widgets", "failure"), ..run("run.failed") }),
        ("a run passes", Event { object: object("CI #71", "Fix the login", "acme/widgets", "success"), ..run("run.passed") }),
        ("a run starts", run("run.started")),
        ("a check fails", Event { text: Some("2 problems".into()), url: url("lint/7"), ..Event { object: object("lint", "2 problems", "acme/widgets", "failure"), ..run("check.failed") } }),
        ("a pipeline waits", run("pipeline.waiting")),
        ("a build is cancelled", run("build.cancelled")),
        ("a build without an actor", Event { actor: None, severity: Some(Severity::Error), ..run("build.failed") }),
        ("deployed", Event { branch: branch("main"), url: url("site"), ..event("deployment.succeeded", "ben", object("8ea6abc", "main to production", "acme/widgets", "success")) }),
        ("a deployment fails", Event { branch: branch("main"), severity: Some(Severity::Error), ..event("deployment.failed", "ben", object("8ea6abc", "main to production", "acme/widgets", "failure")) }),
        ("a deployment waits for a review", Event { concerns: vec![concern("ben", Why::ReviewAsked)], ..event("deployment.review_requested", "ana", object("8ea6abc", "main to production", "acme/widgets", "waiting")) }),
        ("firing", Event { text: Some("p99 is 2 s".into()), labels: vec!["service=login".into()], ..alert("alert.fired", Severity::Critical) }),
        ("resolved", Event { object: object("", "HighLatency", "prod", "resolved"), changes: vec![change("state", "firing", "resolved")], ..alert("alert.resolved", Severity::Critical) }),
        ("acknowledged", Event { actor: Some("Ana".into()), ..alert("incident.acknowledged", Severity::Error) }),
        ("an insecure dependency", Event { severity: Some(Severity::Error), ..event("alert.created", "dependabot[bot]", object("Dependabot #3", "Prototype pollution", "acme/widgets", "open")) }),
        ("a file", event("file.created", "Ana", object("", "Plan.pdf", "Documents", ""))),
        ("a page", event("page.updated", "Ana", object("", "Roadmap", "Wiki", ""))),
        ("starred", event("repository.starred", "ana", object("acme/widgets", "acme/widgets", "", ""))),
        ("a verb that nobody knows", event("widget.frobnicated", "ana", object("W-1", "Thing", "acme", ""))),
        ("two words that nobody knows", event("board.sticker_added", "ana", object("Board", "Board", "", ""))),
        ("no verb at all", event("ping", "", object("", "Hook", "acme", ""))),
        ("nobody did it", Event { actor: None, ..event("issue.created", "", issue("New")) }),
        ("nothing is known", Event { object: Object::default(), ..event("thing.happened", "", object("", "", "", "")) }),
    ]
}

fn command(_: &Button) -> String {
    String::new()
}

/// The texts of Block Kit in their order.
fn texts(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => match fields.get("text").and_then(serde_json::Value::as_str) {
            Some(text) if fields.get("type").is_none_or(|it| it != "header") => out.push(text.to_owned()),
            _ => fields.values().for_each(|it| texts(it, out)),
        },
        serde_json::Value::Array(items) => items.iter().for_each(|it| texts(it, out)),
        _ => {}
    }
}

fn shown(message: &Message) -> String {
    let drawn = slack::drawn(message, &command);
    let mut slack = Vec::new();
    for it in &drawn.messages {
        it.blocks.iter().for_each(|it| texts(it, &mut slack));
    }
    let color = drawn.messages[0].color.unwrap_or("no colour");
    let written = zulip::render::parts(&[], &zulip::render::Address::Mention("Bellhop".into()), message);
    let zulip: Vec<&str> = written.texts.iter().map(|it| it.content.as_str()).collect();
    let all = format!("{}\n-- slack, {color}\n{}\n-- zulip\n{}", drawn.messages[0].text, slack.join("\n"), zulip.join("\n"));
    all.replace('\u{200b}', "‹zwsp›")
}

#[test]
fn every_event_in_every_chat() {
    let slack = Names::of("slack", &[("ana", "U0ANA", "Ana A."), ("ben", "U0BEN", "Ben B.")]);
    let mut all_shown = String::new();
    for (name, event) in all() {
        let message = card(&event, &slack.clone().but_actor(&event));
        all_shown.push_str(&format!("== {name}: {}\n{}\n\n", event.kind, shown(&message)));
    }
    expect_file!["snapshots/events.txt"].assert_eq(&all_shown);
}

/// What a card must hold, of whatever event.
#[test]
fn a_card_says_who_did_what_to_which_where_and_with_what_change() {
    for (name, event) in all() {
        let said = card(&event, &Names::none()).to_plain(&[]);
        let wanted = [event.actor.clone(), event.object.url.clone(), event.branch.clone(), Some(event.object.title.clone())];
        for it in wanted.into_iter().flatten() {
            assert!(said.contains(&it) || it == "branch" || it == "tag", "{name}: {it} is not in\n{said}");
        }
        if event.object.key.chars().any(|it| it.is_ascii_digit()) && !is_push(&event) {
            assert!(said.contains(&event.object.key), "{name}: {} is not in\n{said}", event.object.key);
        }
        for it in &event.changes {
            for value in [&it.from, &it.to].into_iter().flatten().filter(|it| **it != "ana") {
                assert!(said.contains(value.as_str()), "{name}: {value} is not in\n{said}");
            }
        }
    }
}

#[test]
fn nobody_is_mentioned_but_whom_it_concerns_and_who_did_not_do_it() {
    let names = Names::of("slack", &[("ana", "U0ANA", "Ana A."), ("ben", "U0BEN", "Ben B.")]);
    let assigned = |actor: &str, to: &str| Event {
        concerns: vec![concern(to, Why::Assigned)],
        ..event("issue.assigned", actor, object("P-1", "It", "P", ""))
    };
    let told = |event: &Event| shown(&card(event, &names.clone().but_actor(event))).contains("<@U0BEN>");
    assert!(told(&assigned("ana", "ben")));
    assert!(!told(&assigned("ben", "ben")), "their own act");
    let written = Event { text: Some("@ben, look".into()), ..event("issue.commented", "ana", object("P-1", "It", "P", "")) };
    assert!(!told(&written), "the system did not say that it mentions anybody");
    assert!(told(&Event { concerns: vec![concern("ben", Why::Mentioned)], ..written.clone() }));
    let by_id = Event { actor: Some("Ana Abel".into()), actor_id: Some("ana".into()), ..written };
    assert!(shown(&card(&by_id, &names)).starts_with("Ana A. commented"));
}
