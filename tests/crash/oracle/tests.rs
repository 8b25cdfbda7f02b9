//! Made-up logs: each that must fail does, for the right reason, and none that must not.

use super::{Says::*, Wrong::*, *};

const PLACE: &str = "slack:C1";

fn log(events: Vec<Event>) -> Vec<Entry> {
    (1..).zip(events).map(|(second, event)| Entry { at: Duration::from_secs(second), event }).collect()
}

fn wrongs(events: Vec<Event>) -> Vec<Wrong> {
    judge(&log(events), Repeats::Unmarked).faults.into_iter().map(|it| it.wrong).collect()
}

fn delivery() -> Event {
    Event::Sent { serial: 7, wanted: Wanted::Posts(vec![PLACE.into()]) }
}

fn command() -> Event {
    Event::Sent { serial: 7, wanted: Wanted::Command }
}

fn acknowledged() -> Event {
    Event::Acknowledged { serial: 7 }
}

fn posted(says: Says) -> Event {
    Event::Posted { serial: 7, place: PLACE.into(), says }
}

fn created() -> Event {
    Event::Created { serial: 7 }
}

fn told(told: Told, says: Says) -> Event {
    Event::Told { serial: 7, told, says }
}

fn buried(text: &str, reason: &str) -> Event {
    Event::Buried { serial: 7, text: text.into(), state: "dead".into(), reason: reason.into() }
}

fn kill() -> Event {
    Event::Disturbed { what: "kill -9".into() }
}

#[test]
fn what_was_acknowledged_and_posted_once_is_fine() {
    let verdict = judge(&log(vec![delivery(), acknowledged(), kill(), posted(Plain)]), Repeats::All);
    assert_eq!(verdict.faults, []);
    let figures = Figures { sent: 1, acknowledged: 1, owed: 1, posted: 1, disturbances: 1, ..Figures::default() };
    assert_eq!(verdict.figures, figures);
}

#[test]
fn what_was_never_acknowledged_may_be_lost_and_may_arrive() {
    assert_eq!(wrongs(vec![delivery(), kill()]), []);
    assert_eq!(wrongs(vec![delivery(), posted(Plain)]), []);
    assert_eq!(wrongs(vec![command(), kill()]), []);
}

#[test]
fn a_lost_delivery_is_found() {
    assert_eq!(wrongs(vec![delivery(), acknowledged(), kill()]), [Lost(PLACE.into())]);
    let both = Event::Sent { serial: 7, wanted: Wanted::Posts(vec![PLACE.into(), "slack:C2".into()]) };
    assert_eq!(wrongs(vec![both, acknowledged(), posted(Plain)]), [Lost("slack:C2".into())]);
}

#[test]
fn a_job_that_still_waits_is_lost_until_it_is_done() {
    let waiting = Event::Waiting { serial: 7, text: "ready".into() };
    assert_eq!(wrongs(vec![delivery(), acknowledged(), waiting]), [Lost(PLACE.into())]);
}

#[test]
fn what_is_buried_needs_a_reason_and_stands_for_its_own_place_only() {
    let post = r#"{"post":{"to":{"place":{"channel":"C1"}}}}"#;
    let other = r#"{"post":{"to":{"place":{"channel":"C2"}}}}"#;
    assert_eq!(wrongs(vec![delivery(), acknowledged(), buried(post, "no such channel")]), []);
    assert_eq!(wrongs(vec![delivery(), acknowledged(), buried(other, "no such channel")]), [Lost(PLACE.into())]);
    assert_eq!(wrongs(vec![delivery(), acknowledged(), buried(r#"{"hook":"a"}"#, "cannot be read")]), []);
    assert_eq!(wrongs(vec![delivery(), acknowledged(), buried(post, " ")]), [BuriedWithoutReason]);
}

#[test]
fn a_silent_repeat_is_found() {
    assert_eq!(wrongs(vec![delivery(), acknowledged(), posted(Plain), kill(), posted(Plain)]), [SilentRepeat(PLACE.into())]);
    let thrice = vec![delivery(), acknowledged(), posted(Plain), kill(), posted(PerhapsARepeat), posted(Plain)];
    assert!(wrongs(thrice).contains(&SilentRepeat(PLACE.into())));
}

#[test]
fn the_one_that_says_so_may_overtake_the_one_that_does_not() {
    assert_eq!(wrongs(vec![delivery(), acknowledged(), kill(), posted(PerhapsARepeat), posted(Plain)]), []);
}

#[test]
fn a_repeat_that_says_so_is_counted_and_is_a_fault_only_where_history_shows_the_first() {
    let events = vec![delivery(), acknowledged(), posted(Plain), kill(), posted(PerhapsARepeat)];
    let verdict = judge(&log(events.clone()), Repeats::Unmarked);
    assert_eq!((verdict.faults, verdict.figures.marked), (vec![], 1));
    let strict = judge(&log(events), Repeats::All).faults;
    assert_eq!(strict, [Fault { serial: 7, wrong: NeedlessRepeat(PLACE.into()) }]);
}

#[test]
fn a_repeat_without_trouble_in_between_is_found_even_if_it_says_so() {
    let events = vec![kill(), delivery(), acknowledged(), acknowledged(), posted(Plain), posted(PerhapsARepeat), kill()];
    assert_eq!(wrongs(events), [UnprovokedRepeat(PLACE.into())]);
}

#[test]
fn a_thawed_bot_may_send_what_it_was_sending_and_no_later() {
    let events = |late: u64| {
        let mut log = log(vec![delivery(), acknowledged(), kill(), posted(Plain), Event::Thawed]);
        log.push(Entry { at: Duration::from_secs(5 + late), event: posted(Plain) });
        judge(&log, Repeats::All)
    };
    assert_eq!((events(1).faults, events(1).figures.thawed), (vec![], 1));
    assert!(!events(6).faults.is_empty());
}

#[test]
fn a_message_where_nobody_wants_it_is_found() {
    let elsewhere = Event::Posted { serial: 7, place: "slack:C9".into(), says: Plain };
    assert_eq!(wrongs(vec![delivery(), elsewhere.clone()]), [Misdirected("slack:C9".into())]);
    assert_eq!(wrongs(vec![elsewhere]), [Misdirected("some place".into())]);
}

#[test]
fn a_command_ends_in_exactly_one_way() {
    let with = |events: Vec<Event>| wrongs([command(), acknowledged(), kill()].into_iter().chain(events).collect());
    assert_eq!(with(vec![created(), told(Told::Created, Plain)]), []);
    assert_eq!(with(vec![told(Told::Kept, Plain), created(), told(Told::Created, Plain)]), []);
    assert_eq!(with(vec![created(), told(Told::NotKnown, Plain)]), []);
    assert_eq!(with(vec![told(Told::NotKnown, Plain)]), []);
    assert_eq!(with(vec![told(Told::Refused, Plain)]), []);
    assert_eq!(with(vec![created(), buried("{}", "gone")]), []);

    assert_eq!(with(vec![]), [Lost("a command".into())]);
    assert_eq!(with(vec![created()]), [Lost("a command".into())]);
    assert_eq!(with(vec![told(Told::Kept, Plain)]), [Lost("a command".into())]);
    assert_eq!(with(vec![created(), created(), told(Told::Created, Plain)]), [CreatedTwice]);
    assert_eq!(with(vec![told(Told::Created, Plain)]), [NotCreated]);
    let both = with(vec![created(), told(Told::Created, Plain), told(Told::NotKnown, Plain)]);
    assert_eq!(both, [Contradiction("that it was done and that nobody knows".into())]);
    let refused = with(vec![created(), told(Told::Refused, Plain)]);
    assert_eq!(refused, [Contradiction("that it was refused, and it is in Redmine".into())]);
}

#[test]
fn an_answer_that_comes_twice_must_say_so() {
    let twice =
        |says| wrongs(vec![command(), acknowledged(), created(), told(Told::Created, Plain), kill(), told(Told::Created, says)]);
    assert_eq!(twice(PerhapsARepeat), []);
    assert_eq!(twice(Plain), [SilentRepeat("word of it".into())]);
}

#[test]
fn an_answer_that_should_never_be_given_is_found() {
    let surprised = Event::Surprised { serial: 7, text: "404".into() };
    assert_eq!(wrongs(vec![delivery(), surprised]), [Surprise("404".into())]);
}

#[test]
fn a_history_shows_the_serial_and_the_trouble_around_it() {
    let other = Event::Acknowledged { serial: 8 };
    let other = [other.clone(), other.clone(), other];
    let before = vec![kill(), delivery(), acknowledged(), kill(), posted(Plain), kill()];
    let log = log(before.into_iter().chain(other).chain([kill()]).collect());
    expect_test::expect![[r#"
        2.000 s     sent, for slack:C1
        3.000 s     acknowledged
        4.000 s     -- kill -9
        5.000 s     posted in slack:C1
        6.000 s     -- kill -9
    "#]]
    .assert_eq(&history(&log, 7));
}
