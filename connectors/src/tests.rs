//! Conformance: what is true of every connector, and so is tested by a line in [`ALL`].
//!
//! Connectors' own tests are one line a case: at a [`desk::Desk`] for commands, with [`check_webhook`] for webhooks.

mod aged;
pub(crate) mod broken;
mod check;
pub(crate) mod desk;
mod nouns;
mod rules;
mod sample;
pub(crate) mod told;

pub(crate) use check::check_webhook;

use std::{sync::Arc, time::Duration};

use expect_test::expect;

use crate::{
    ALL, Check, Connected, Http, Kind, Query, State,
    http::Policy,
    standin::{Fault, Server},
};

/// The connector of that name, or the example that these tests come with.
fn kind(name: &str) -> &'static Kind {
    ALL.iter().chain([&sample::KIND]).find(|it| it.name == name).unwrap_or_else(|| panic!("no connector is called {name}"))
}

/// The stand-in of `kind` on a port.
async fn served(kind: &Kind) -> Server {
    Server::start(Arc::from((kind.standin)()), 0).await.unwrap()
}

/// A connection to the stand-in of `kind`, with a breaker of its own.
fn connected(kind: &Kind, server: &Server, policy: Policy) -> Arc<dyn Connected> {
    let http = Http::new(kind.name, kind.title, &server.url(), policy).unwrap();
    let config = server.standin().connection(&server.url());
    (kind.connect)(config, http).unwrap_or_else(|err| panic!("{}: {err}", kind.name))
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = ALL.iter().map(|it| it.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn every_connector_keeps_the_rules() {
    let broken: Vec<_> = ALL.iter().chain([&sample::KIND]).flat_map(rules::broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_rules_find_what_is_wrong() {
    expect![[r#"
        Broken: the name is not one lower-case word
        Broken: there is no title
        Broken: the docs say nothing, or have no heading
        Broken: it polls too often
        Broken: the setting `whose` is not documented
        Broken: two look-ups have the same name
        Broken: two actions have the same name
        Broken: no action is about the noun `page`
        Broken: `note Add a new one` is not up to three lower-case words
        Broken: `note Add a new one` has no doc comment
        Broken: `note Add a new one` does not document `whose`
        Broken: `note Add a new one` looks up `whose` in `person`, which there is not
        Broken: `note Add a new one` is not what its example `note show 1` means
        Broken: `note Add a new one` is not what its example `note add` means
        Broken: `show` names no action that takes an object first
        Broken: what `note add Buy paper` shows has no title
        Broken: `note add Buy paper` is no complete command that only reads
        Broken: the shortcut `A label that is much too long` is not of 1 to 24 characters
        Broken: the shortcut `A label that is much too long` runs nothing
        Broken: the shortcut `A label that is much too long` fills in `name`, which is no field
        Broken: the shortcut `` is not of 1 to 24 characters
        Broken: the shortcut `` runs nothing
        Broken: the stand-in's own connection is refused: no"#]]
    .assert_eq(&rules::broken(&sample::BROKEN).join("\n"));
}

#[tokio::test]
async fn every_connector_knows_whether_it_works() {
    for kind in ALL.iter().chain([&sample::KIND]) {
        let server = served(kind).await;
        // No retries: a fault stays until it is taken away.
        let policy = Policy { timeout: Duration::from_secs(2), retries: 0, per_second: 0 };
        for fault in [Fault::Failing, Fault::RateLimiting, Fault::Unauthorized, Fault::Forbidden, Fault::Html, Fault::Down] {
            let connected = connected(kind, &server, policy.clone());
            assert_eq!(unhealthy(&connected.health().await), [] as [&Check; 0], "{}", kind.name);
            server.set_fault(fault).await.unwrap();
            let checks = connected.health().await;
            let found = unhealthy(&checks);
            assert!(!found.is_empty(), "{} does not notice {fault:?}", kind.name);
            for check in found {
                assert!(check.fix.as_ref().is_some_and(|it| !it.is_empty()), "{}: no fix for {check:?}", kind.name);
            }
            server.set_fault(Fault::None).await.unwrap();
        }
    }
}

#[tokio::test]
async fn every_look_up_answers_with_what_was_typed() {
    for kind in ALL.iter().chain([&sample::KIND]) {
        let server = served(kind).await;
        let connected = connected(kind, &server, Policy { per_second: 0, ..Policy::default() });
        for name in (kind.lookups)() {
            let all = connected.lookup(name, &Query::default()).await.unwrap_or_else(|err| panic!("{} {name}: {err}", kind.name));
            for typed in all.iter().map(|it| it.label.to_uppercase()).chain(["no such thing".to_owned()]) {
                let query = Query { typed: typed.clone(), ..Query::default() };
                let found = connected.lookup(name, &query).await.unwrap();
                let holds = |text: &str| text.to_lowercase().contains(&typed.to_lowercase());
                assert_eq!(found.is_empty(), typed == "no such thing", "{} {name} {typed}", kind.name);
                assert!(found.iter().all(|it| holds(&it.value) || holds(&it.label)), "{} {name} {typed}: {found:?}", kind.name);
            }
        }
    }
}

fn unhealthy(checks: &[Check]) -> Vec<&Check> {
    assert!(!checks.is_empty(), "nothing was checked");
    checks.iter().filter(|it| it.state != State::Ok).collect()
}

#[tokio::test]
async fn an_action_is_checked_from_line_to_reply() {
    let desk = desk::Desk::new(Kind::of::<sample::Sample>(), |_| None, sample::Notes::default()).await;
    desk.check(
        "note add Buy paper",
        expect![[r#"
        > POST /notes {"text":"Buy paper"}
        #2 Buy paper
    "#]],
    )
    .await;
    desk.check(
        "2",
        expect![[r#"
        > GET /notes/2
        #2 Buy paper
    "#]],
    )
    .await;
    desk.check(
        "note show 9",
        expect![[r#"
        > GET /notes/9
        NotFound: Sample has no such object, or hides it from the bot's account. Check the number or the name.
    "#]],
    )
    .await;
    desk.check_faults("note add Buy paper", expect![[r#"
        Failing, may be done: Server: Sample failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Sample before you repeat it.
        RateLimiting: RateLimited: Sample asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Sample does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Sample does not let the bot's account do this. Somebody who administers Sample can give it the permission.
        Html: Server: Sample answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Sample cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(*desk.standin.0.lock().unwrap(), ["Water the plants", "Buy paper", "Buy paper"]);
    let notes = desk.choices("note", "plants", serde_json::json!({})).await.unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn a_webhook_is_checked_from_bytes_to_events() {
    check_webhook(
        "sample",
        "note_added",
        expect![[r##"
        key: d-1
        [
          {
            "id": "7",
            "source": "ci",
            "kind": "note.added",
            "at": "2026-11-20T10:00:00Z",
            "actor": null,
            "object": {
              "key": "#7",
              "title": "Buy paper",
              "url": null,
              "place": null,
              "state": null
            },
            "changes": [],
            "labels": [],
            "text": null
          }
        ]"##]],
    );
}
