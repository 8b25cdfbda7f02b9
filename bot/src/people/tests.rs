//! What is kept about people, on both databases.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    links::{Found, Linked},
    quiet::{Day, Hours, Quiet},
    settings::{EVERYTHING, From, Mute, Reader},
    teams::{Bound, Member, SCHEDULE},
    *,
};
use crate::{
    queue::Queue,
    store::{
        sql,
        testing::{Bench, on_each, start},
    },
};

fn ana() -> PersonId {
    PersonId::new("slack", "T1", "U1")
}

fn ben() -> PersonId {
    PersonId::new("zulip", "https://chat.example.org", "11")
}

#[test]
fn a_person_is_written_and_read() {
    for person in [ana(), ben(), PersonId::new("cli", "", "ana@example.org")] {
        assert_eq!(PersonId::parse(&person.to_string()), Some(person));
    }
    for text in ["ana", "@ana", "ana@example.org", "https://redmine.example.org", ":T1:U1", "slack:T1:"] {
        let parsed = PersonId::parse(text);
        assert!(parsed.is_none_or(|it| it.platform == "https"), "{text}");
    }
}

#[test]
fn what_somebody_set_goes_before_what_their_chat_says() {
    let profile = Profile { zone: Some("Europe/Berlin".into()), locale: Some("en-US".into()) };
    let now: Timestamp = "2026-11-21T23:30:00Z".parse().expect("a moment");
    let said = |settings: Settings, profile: &Profile| {
        let reader = Reader::new(settings, profile);
        format!("{:?} {} {}", reader.zone_from, reader.here(now).date(), reader.say(now))
    };
    assert_eq!(said(Settings::default(), &profile), "Chat 2026-11-22 Nov 22, 2026, 12:30 AM");
    let own = Settings { zone: Some("America/New_York".into()), locale: Some("iso".into()), quiet: None };
    assert_eq!(said(own, &profile), "Themselves 2026-11-21 2026-11-21 18:30");
    // A time zone that this machine does not know is none.
    let odd = Profile { zone: Some("Mars/Olympus".into()), locale: None };
    assert_eq!(Reader::new(Settings::default(), &odd).zone_from, From::Machine);
}

#[tokio::test]
async fn settings_are_each_persons_own() {
    on_each(|bench| async move {
        let people = People::open(&bench.store);
        assert_eq!(people.settings(&ana()).await.expect("read"), Settings::default());
        let quiet = Quiet { hours: Hours::parse("20:00-08:00"), days: [Day::Sunday].into() };
        let settings = Settings { zone: Some("Europe/Berlin".into()), locale: None, quiet: Some(quiet) };
        people.save_settings(&ana(), &Settings { locale: Some("de-DE".into()), ..settings.clone() }).await.expect("saved");
        people.save_settings(&ana(), &settings).await.expect("saved");
        assert_eq!(people.settings(&ana()).await.expect("read"), settings);
        // A message to somebody may not say in which workspace.
        assert_eq!(people.settings(&PersonId::new("slack", "", "U1")).await.expect("read"), settings);
        for other in [ben(), PersonId::new("slack", "T2", "U1"), PersonId::new("slack", "T1", "U2")] {
            assert_eq!(people.settings(&other).await.expect("read"), Settings::default(), "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_mute_ends_by_itself() {
    on_each(|bench| async move {
        let people = People::open(&bench.store);
        let hour = start() + Duration::from_secs(3600);
        let redmine = Mute { source: "redmine".into(), until: Some(hour) };
        let everything = Mute { source: EVERYTHING.into(), until: None };
        people.mute(&ana(), &everything).await.expect("muted");
        people.mute(&ana(), &redmine).await.expect("muted");
        let muted = async |at| people.mutes(&ana(), at).await.expect("read");
        assert_eq!(muted(start()).await, [everything.clone(), redmine.clone()]);
        assert_eq!(muted(hour).await, std::slice::from_ref(&everything));
        assert!(people.mutes(&ben(), start()).await.expect("read").is_empty());
        assert!(redmine.covers("redmine") && !redmine.covers("ci") && everything.covers("ci"));
        bench.clock.advance(Duration::from_secs(3600));
        assert!(!people.unmute(&ana(), "redmine").await.expect("done"), "it had ended");
        assert!(people.unmute(&ana(), EVERYTHING).await.expect("done"));
        assert!(muted(hour).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_claim_gives_nothing_until_it_is_settled() {
    on_each(|bench| async move {
        let people = People::open(&bench.store);
        let linked = |account: &str, found| Linked { account: account.into(), found };
        let link = async || people.link(&ana(), "redmine").await.expect("read").expect("a link");
        assert_eq!(people.link(&ana(), "redmine").await.expect("read"), None);
        people.claim(&ana(), "redmine", "admin").await.expect("claimed");
        assert_eq!((link().await.linked, link().await.claim.as_deref()), (None, Some("admin")));
        // An administrator says another.
        people.set_link(&ana(), "redmine", &linked("ana.k", Found::Administrator), &ben()).await.expect("linked");
        let settled = link().await;
        assert_eq!((settled.linked, settled.claim), (Some(linked("ana.k", Found::Administrator)), None));
        assert_eq!(settled.who, ben().to_string());
        // What counts goes on counting while she says otherwise.
        people.claim(&ana(), "redmine", "admin").await.expect("claimed");
        assert_eq!(link().await.linked, Some(linked("ana.k", Found::Administrator)));
        people.set_link(&ana(), "redmine", &linked("ana", Found::Themselves), &ana()).await.expect("linked");
        assert_eq!(link().await.linked, Some(linked("ana", Found::Themselves)));
        people.set_link(&ben(), "jira", &linked("ben", Found::Themselves), &ben()).await.expect("linked");
        assert_eq!(people.links(None).await.expect("read").len(), 2);
        assert_eq!(people.links(Some("jira")).await.expect("read").len(), 1);
        assert!(people.unlink(&ana(), "redmine").await.expect("done").is_some());
        assert!(people.unlink(&ana(), "redmine").await.expect("done").is_none());
        assert!(people.unlink(&ben(), "redmine").await.expect("done").is_none(), "that is another connection");
    })
    .await;
}

fn member(person: PersonId, label: &str) -> Member {
    Member { person, label: label.into() }
}

fn oncall(team: &str, people: &[&str]) -> Bound {
    Bound {
        team: team.into(),
        platform: "slack".into(),
        workspace: "T1".into(),
        id: "S1".into(),
        label: "@oncall".into(),
        pushed: Some(people.iter().map(|it| (*it).to_owned()).collect()),
        found: None,
    }
}

/// The payloads of jobs of the kind `team`, as they wait.
async fn jobs(bench: &Bench) -> Vec<String> {
    let rows = sql("SELECT payload FROM job WHERE kind = 'team' ORDER BY id").all(bench.store.read()).await.expect("rows");
    rows.iter().map(|row| row.text(0).expect("text")).collect()
}

#[tokio::test]
async fn a_team_changes_with_a_job_that_puts_its_groups_in_order() {
    on_each(|bench| async move {
        let (people, queue) = (People::open(&bench.store), Queue::open(&bench.store));
        assert!(people.create_team("oncall", &ana()).await.expect("made"));
        assert!(!people.create_team("oncall", &ana()).await.expect("made"), "there is one");
        assert!(people.add_member("oncall", &member(ana(), "Ana")).await.expect("added"));
        assert!(!people.add_member("oncall", &member(ana(), "Ana")).await.expect("added"), "she is in it");
        people.add_member("oncall", &member(ben(), "Ben")).await.expect("added");
        assert_eq!(jobs(&bench).await.len(), 3);
        assert_eq!(jobs(&bench).await[0], r#"{"team":"oncall"}"#);
        people.bind(&oncall("oncall", &["U7"])).await.expect("bound");
        let team = people.team("oncall").await.expect("read").expect("a team");
        // Whom Slack's group is for, and not whom Zulip's is for.
        assert_eq!(team.people_for(&team.groups[0]), ["U1"]);
        let names = |all: Vec<crate::queue::Schedule>| all.into_iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names(queue.schedules().await.expect("read")), [SCHEDULE]);

        people.note_group(&Bound { found: Some(vec!["U9".into()]), ..team.groups[0].clone() }, Vec::new()).await.expect("noted");
        let bound = async || people.bound().await.expect("read").remove(0);
        assert_eq!(bound().await.found, Some(vec!["U9".into()]));
        assert_eq!(people.overrule("oncall").await.expect("done"), 1);
        assert_eq!((bound().await.pushed, bound().await.found), (Some(vec!["U9".into()]), None));

        let chloe = member(PersonId::new("slack", "T1", "U3"), "Chloe");
        people.take_people(&bound().await, std::slice::from_ref(&chloe)).await.expect("taken");
        let team = people.team("oncall").await.expect("read").expect("a team");
        assert_eq!(team.members, [member(ben(), "Ben"), chloe], "those of the other chat stay");
        assert!(people.remove_member("oncall", &ben()).await.expect("removed"));
        assert!(!people.remove_member("oncall", &ben()).await.expect("removed"));

        assert!(people.delete_team("oncall").await.expect("gone"));
        assert!(people.teams().await.expect("read").is_empty() && people.bound().await.expect("read").is_empty());
        assert!(queue.schedules().await.expect("read").is_empty(), "nothing is left to compare");
    })
    .await;
}

#[tokio::test]
async fn somebody_is_new_until_they_had_something_done() {
    on_each(|bench| async move {
        let people = People::open(&bench.store);
        assert!(people.is_newcomer(&ana()).await.expect("read"));
        let mut tx = bench.store.begin().await.expect("a transaction");
        let record = crate::audit::Record { actor: ana().to_string(), action: "bellhop whoami".into(), request_id: "r1".into() };
        crate::audit::append(&mut tx, &record).await.expect("a line");
        tx.commit().await.expect("a commit");
        assert!(!people.is_newcomer(&ana()).await.expect("read"));
        assert!(people.is_newcomer(&ben()).await.expect("read"));
    })
    .await;
}
