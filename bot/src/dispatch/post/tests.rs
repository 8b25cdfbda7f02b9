use commands::{Audience, Error, ErrorKind, Message};
use serde_json::Value;

use super::{
    card::{AlertPart, CardPost},
    note::NoteJob,
    undeliverable::{outcome, writes, written},
    *,
};
use crate::{
    chat::Answering,
    queue::{Job, Outcome},
};

fn ops() -> Place {
    Place { platform: "slack".into(), workspace: String::new(), channel: "#ops".into(), thread: None }
}

fn alerts() -> Place {
    Place { platform: "zulip".into(), workspace: String::new(), channel: "channel:ops".into(), thread: Some("alerts".into()) }
}

fn answer() -> Target {
    let place = Place { workspace: "T0DEMO".into(), channel: "C0OPS".into(), ..ops() };
    let to = Answering { place, asker: "U0ANA".into(), response_url: None, pressed: None };
    Target::Answer { to, audience: Audience::Channel }
}

fn asked(to: Target) -> PostJob {
    PostJob::new(Post::new(to, Message::text("Printer on fire"), "k1"), "r1")
}

fn job(asked: &PostJob) -> Job {
    let new = asked.clone().into_job(Priority::Chatter);
    let (id, attempt, created_at) = (7, 1, Timestamp::UNIX_EPOCH);
    Job {
        id,
        kind: new.kind.into(),
        lane: new.lane,
        priority: new.priority,
        payload: new.payload,
        attempt,
        created_at,
        expires: None,
        trace: None,
    }
}

fn refused(asked: &PostJob, kind: ErrorKind) -> Outcome {
    outcome(asked, &job(asked), &Error::new(kind, "It is archived."), Timestamp::UNIX_EPOCH)
}

/// What follows, as `kind to`.
fn following(writes: &Writes) -> Vec<String> {
    let target = |it: &Value| Target::deserialize(it).expect("a target").key();
    let line = |it: &NewJob| match it.kind {
        NoteJob::KIND => format!("note about {}", target(&it.payload.value()["subject"]["undeliverable"]["to"])),
        kind => format!("{kind} to {}", target(&it.payload.value()["post"]["to"])),
    };
    writes.jobs.iter().map(line).collect()
}

#[test]
fn a_closed_channel_is_a_dead_letter_and_a_note() {
    let Outcome::Dead { reason, writes } = refused(&asked(Target::Place(ops())), ErrorKind::Closed) else {
        panic!("it is not dead")
    };
    assert_eq!(reason, "It is archived.");
    assert_eq!(following(&writes), ["note about slack::#ops"]);
    assert_eq!(writes.jobs[0].unique.as_deref(), Some("note:slack::#ops"), "one for many");
}

#[test]
fn a_fallback_gets_the_post_with_where_it_was_meant_to_go() {
    let asked = asked(Target::Place(ops())).or_at(Some(alerts()));
    let Outcome::Cancel { writes, .. } = refused(&asked, ErrorKind::Closed) else { panic!("it is told elsewhere") };
    assert_eq!(following(&writes), ["post to zulip::channel:ops", "note about slack::#ops"]);
    let other = writes.jobs[0].payload.read::<PostJob>().expect("a post");
    let said = other.post.message.to_plain(&[]);
    assert!(said.starts_with("Meant for slack:#ops, where it could not be posted: It is archived."), "{said}");
    assert!(said.contains("Printer on fire") && other.post.key != "k1");
    // There it ends: what goes to a fallback has none.
    let Outcome::Dead { writes, .. } = refused(&other, ErrorKind::Closed) else { panic!("it is not dead") };
    assert_eq!(following(&writes), ["note about zulip::channel:ops"]);
}

#[test]
fn who_cannot_be_answered_in_the_channel_is_answered_directly() {
    let asked = asked(answer());
    for kind in [ErrorKind::Closed, ErrorKind::Permission, ErrorKind::NotFound] {
        let Outcome::Cancel { writes, .. } = refused(&asked, kind) else { panic!("it is told elsewhere") };
        assert_eq!(following(&writes), ["post to slack:T0DEMO:@U0ANA"]);
    }
    // A message that Slack does not take is not taken anywhere.
    assert!(matches!(refused(&asked, ErrorKind::Validation), Outcome::Dead { .. }));
}

#[test]
fn nobody_is_told_that_nobody_can_be_told() {
    let note = |to| PostJob { purpose: Purpose::Note, ..asked(to) };
    let admin = Target::Person { platform: "slack".into(), workspace: String::new(), id: "U0CHLOE".into() };
    let Outcome::Dead { writes, .. } = refused(&note(admin), ErrorKind::Closed) else { panic!("it is not dead") };
    assert_eq!(following(&writes), [""; 0]);
    let Outcome::Dead { writes, .. } = refused(&note(Target::Place(ops())), ErrorKind::Closed) else { panic!("it is not dead") };
    assert_eq!(following(&writes), ["note about slack::#ops"], "the channel for notes itself");
}

#[test]
fn a_page_has_a_lane_and_a_deadline_of_its_own_and_then_its_fallback() {
    let now = Timestamp::from_second(1_795_218_421).expect("a moment");
    let asked = asked(Target::Place(ops())).or_at(Some(alerts()));
    let page = asked.clone().into_page(now);
    assert_eq!(page.lane.as_deref(), Some("page:slack::#ops:"));
    assert_eq!(asked.clone().into_job(Priority::Chatter).lane.as_deref(), Some("slack::#ops:"));
    assert_eq!((page.priority, page.expires), (Priority::Page, Some(now + PAGE_WITHIN)));
    let job = Job { priority: Priority::Page, ..job(&asked) };
    let writes = writes(&asked, &job, "it expired before it could be done", now);
    assert_eq!(following(&writes), ["post to zulip::channel:ops", "note about slack::#ops"]);
    assert_eq!(writes.jobs[0].lane.as_deref(), Some("page:zulip::channel:ops:alerts"), "still ahead of the others");
}

#[test]
fn targets_are_written_as_in_the_file() {
    assert_eq!(written(&Target::Place(ops())), "slack:#ops");
    assert_eq!(written(&Target::Place(alerts())), "zulip:ops>alerts");
    assert_eq!(written(&answer()), "slack:C0OPS");
}

#[test]
fn only_what_is_fresh_is_told_together() {
    let told = Told { source: "ci".into(), kind: "issue.created".into(), at: Timestamp::UNIX_EPOCH, line: "One".into() };
    let asked = asked(Target::Place(ops())).telling(told);
    assert_eq!(digest::foldable(&job(&asked)).map(|it| it.1.count()), Some(1));
    assert!(digest::foldable(&Job { priority: Priority::Page, ..job(&asked) }).is_none(), "a page");
    assert!(digest::foldable(&Job { kind: "run".into(), ..job(&asked) }).is_none(), "no post");
    for other in [
        PostJob { repeat: true, ..asked.clone() },
        PostJob { doubtful_since: Some(Timestamp::UNIX_EPOCH), ..asked.clone() },
        PostJob { told: None, ..asked.clone() },
    ] {
        assert!(digest::foldable(&job(&other)).is_none(), "{other:?}");
    }
}

#[test]
fn a_line_below_an_alerts_card_stops_no_digest() {
    let of = |part| {
        let about = CardPost::Alert { alert: 1, name: "card:alert:1:x".into(), part };
        job(&PostJob { card: Some(about), ..asked(Target::Place(ops())) })
    };
    assert!(digest::is_below_a_card(&of(AlertPart::Story)));
    // What is shown in the channel as well keeps its place there.
    assert!(!digest::is_below_a_card(&of(AlertPart::News)) && !digest::is_below_a_card(&of(AlertPart::Card)));
    assert!(!digest::is_below_a_card(&job(&asked(Target::Place(ops())))));
}
