use commands::event::Change;
use expect_test::expect;

use super::{shown::FACTS, *};
use crate::notify::people::Names;

fn event(kind: &str, changes: &[(&str, &str, &str)], text: Option<&str>, state: Option<&str>) -> Event {
    let change = |(field, from, to): &(&str, &str, &str)| Change {
        field: (*field).into(),
        from: Some((*from).into()),
        to: Some((*to).into()),
    };
    Event {
        id: kind.into(),
        source: "redmine".into(),
        kind: kind.into(),
        at: Timestamp::from_second(1_795_254_000).expect("a moment"),
        actor: Some("Ana".into()),
        object: Object {
            key: "#42".into(),
            title: "Printer on fire".into(),
            url: Some("https://redmine.example.org/issues/42".into()),
            place: state.map(|_| "Demo".into()),
            state: state.map(Into::into),
        },
        changes: changes.iter().map(change).collect(),
        labels: Vec::new(),
        text: text.map(Into::into),
        ..Event::default()
    }
}

fn of(event: &Event) -> Card {
    Card::of(event, &Names::none())
}

#[test]
fn a_card_shows_what_its_object_has_become() {
    let mut card = of(&event("issue.created", &[], Some("Flames."), Some("New")));
    card.add(&of(&event("issue.updated", &[("Priority", "Normal", "High"), ("Assignee", "-", "Ben")], None, None)));
    card.add(&of(&event("issue.updated", &[("Priority", "High", "Urgent")], Some("Help!"), Some("In Progress"))));
    expect![[r#"
        #42 Printer on fire <https://redmine.example.org/issues/42> in Demo

        State:    In Progress
        Assignee: Ben
        Priority: Urgent

        > Flames.

        Ana updated 2026-11-21 09:40 UTC · 3 events"#]]
    .assert_eq(card.message().to_plain(&[]).trim_end());
}

#[test]
fn a_card_keeps_the_facts_that_changed_last() {
    let mut card = of(&event("issue.created", &[], None, None));
    for nth in 0..30 {
        card.add(&of(&event("issue.updated", &[(&format!("Field {nth}"), "a", "b")], None, None)));
    }
    let names: Vec<&str> = card.facts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names.len(), names.first(), names.last()), (FACTS, Some(&"Field 20"), Some(&"Field 29")));
}

#[test]
fn an_object_has_one_card_a_place_and_four_that_people_asked_for() {
    let at = |channel: &str, thread: Option<&str>| {
        let (platform, workspace) = ("zulip".into(), String::new());
        Target::Place(Place { platform, workspace, channel: channel.into(), thread: thread.map(Into::into) })
    };
    let name = told_name(&at("channel:dev", Some("printers")), "a");
    assert_eq!(name, told_name(&at("channel:dev", Some("printers")), "a"));
    for other in [told_name(&at("channel:dev", Some("cats")), "a"), told_name(&at("channel:dev", Some("printers")), "b")] {
        assert_ne!(name, other);
    }
    assert_eq!(shown_names("a").collect::<std::collections::HashSet<_>>().len(), 4);
}

fn said(kind: &str, key: &str, title: &str, about: &[&str]) -> Event {
    let object =
        Object { key: key.into(), title: title.into(), url: Some(format!("https://example.org/{key}")), ..Object::default() };
    let about = about.iter().map(|it| (*it).to_owned()).collect();
    Event {
        kind: kind.into(),
        at: Timestamp::from_second(1_795_254_000).expect("a moment"),
        actor: Some("Ana".into()),
        object,
        about,
        ..Event::default()
    }
}

#[test]
fn a_card_shows_what_belongs_to_its_object() {
    let pull = "https://example.org/acme/widgets#7";
    let mut card =
        of(&Event { branch: Some("fix-login".into()), ..said("pull.created", "acme/widgets#7", "Fix the login", &["PROJ-3"]) });
    for (kind, key, title) in [
        ("check.passed", "build", "build"),
        ("run.started", "CI #70", "Fix the login"),
        ("check.failed", "lint", "2 problems"),
        ("run.passed", "CI #71", "Fix the login"),
        ("deployment.succeeded", "8ea6abc", "main to staging"),
        ("issue.closed", "PROJ-3", "Login is broken"),
    ] {
        let later = of(&said(kind, key, title, &[pull]));
        assert!(later.joins(&card), "{kind}");
        card.join(&later);
    }
    expect![[r#"
        acme/widgets#7 Fix the login <https://example.org/acme/widgets#7>

        Branch:      fix-login
        Ticket:      PROJ-3 Login is broken <https://example.org/PROJ-3> closed
        Checks:      2 passed, 1 failed (lint <https://example.org/lint>)
        Deployments: staging <https://example.org/8ea6abc> succeeded

        Ana closed PROJ-3 Login is broken 2026-11-21 09:40 UTC · 7 events"#]]
    .assert_eq(&card.message().to_plain(&[]));
    assert_eq!(card.message().tone, commands::Tone::Bad);
    // Once it is mended and merged, all is well.
    card.join(&of(&said("check.passed", "lint", "lint", &[pull])));
    card.add(&of(&said("pull.merged", "acme/widgets#7", "Fix the login", &[])));
    assert_eq!(card.message().tone, commands::Tone::Good);
}

#[test]
fn what_belongs_where() {
    let (pull, ticket) = (of(&said("pull.created", "a/b#7", "Fix", &[])), of(&said("issue.created", "PROJ-3", "Broken", &[])));
    let (check, push) =
        (of(&said("check.failed", "lint", "lint", &[])), of(&said("commit.pushed", "8ea6abc", "3 commits to main", &[])));
    let comment = of(&said("wiki.updated", "Home", "Home", &[]));
    let all = [&pull, &ticket, &check, &push, &comment];
    let joins: Vec<Vec<bool>> = all.iter().map(|it| all.iter().map(|other| it.joins(other)).collect()).collect();
    // To:    pull   ticket  check  push  wiki
    assert_eq!(joins[0], [false, true, false, false, false], "a pull request");
    assert_eq!(joins[1], [true, false, false, false, false], "a ticket");
    assert_eq!(joins[2], [true, true, false, true, true], "a check");
    assert_eq!(joins[3], [true, true, false, true, true], "a push");
    assert_eq!(joins[4], [false; 5], "a page");
}

#[test]
fn keys_are_names_where_they_tell_things_apart() {
    assert_eq!(keys("#42", Some("Demo")), ["Demo#42"]);
    assert_eq!(keys("#42", None), [""; 0]);
    assert_eq!(keys("acme/widgets#7", Some("acme/widgets")), ["acme/widgets#7"]);
    assert_eq!(keys("PROJ-3", None), ["PROJ-3"]);
    assert_eq!(keys("CI #71", Some("acme/widgets")), [""; 0]);
    assert_eq!(keys("main", Some("acme/widgets")), [""; 0]);
}

#[test]
fn an_alert_that_fires_again_is_news() {
    let fired = of(&said("alert.fired", "HighLatency", "", &[]));
    let mut card = fired.clone();
    assert_eq!(card.message().tone, commands::Tone::Bad);
    assert!(!card.is_over_before(&fired));
    card.add(&of(&said("alert.resolved", "HighLatency", "", &[])));
    assert_eq!(card.message().tone, commands::Tone::Good);
    assert!(card.is_over_before(&fired));
}

#[test]
fn what_a_digest_tells_of_one_object_is_one_change_of_its_card() {
    let place =
        Place { platform: "zulip".into(), workspace: String::new(), channel: "channel:dev".into(), thread: Some("news".into()) };
    let post = |card: Option<Card>| {
        let mut post = PostJob::new(Post::new(Target::Place(place.clone()), Message::new(), "k"), "r");
        post.card = card.map(|it| CardPost::Told { card: Box::new(it), history: History::Thread, event: None });
        post
    };
    let changed = |to: &str| of(&event("issue.updated", &[("Status", "New", to)], None, Some(to)));
    let mut digest = post(None);
    for card in [Some(changed("Open")), Some(of(&said("issue.created", "#43", "Another", &[]))), None] {
        digest.swallow(post(card).card, std::collections::BTreeMap::new());
    }
    // One that was a digest already.
    let mut second = post(None);
    second.swallow(post(Some(changed("Closed"))).card, std::collections::BTreeMap::new());
    digest.swallow(None, second.swallowed);
    let states: Vec<(u32, Option<&str>)> = digest.swallowed.values().map(|it| (it.events, it.object.state.as_deref())).collect();
    assert_eq!(states, [(1, None), (2, Some("Closed"))]);
    // Told at a set time, it stands in another lane than the cards of the place.
    let mut timed = PostJob { purpose: crate::dispatch::post::Purpose::Digest, ..post(None) };
    timed.swallow(post(Some(changed("Open"))).card, std::collections::BTreeMap::new());
    assert!(timed.swallowed.is_empty());
}
