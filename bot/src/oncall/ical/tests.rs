use expect_test::expect;
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("a time zone")
}

fn shown(events: &str) -> String {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", events.trim().replace('\n', "\r\n"));
    let calendar = read(&text, &berlin(), moment("2026-11-01T00:00:00Z"), moment("2027-02-01T00:00:00Z")).expect("a calendar");
    let events = calendar.events.iter().map(|it| {
        let who = if it.attendees.is_empty() { String::new() } else { format!(" {:?}", it.attendees) };
        format!("{} to {} {}{who}\n", it.from, it.until, it.summary)
    });
    events.chain(calendar.problems.iter().map(|it| format!("! {it}\n"))).collect()
}

#[test]
fn events_of_all_sorts_are_read() {
    expect![[r#"
        2026-11-22T23:00:00Z to 2026-11-23T23:00:00Z A day
        2026-11-23T08:00:00Z to 2026-11-24T08:00:00Z Ana; on call ["ana@example.org"]
        2026-11-23T14:00:00Z to 2026-11-23T22:30:00Z By length
        2026-12-24T23:00:00Z to 2026-12-26T23:00:00Z Two days, folded over lines
    "#]]
    .assert_eq(&shown(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261123T090000\nDTEND;TZID=\"Europe/Berlin\":20261124T090000\nSUMMARY:Ana\\; on call\nATTENDEE;CN=\"Ana: A; B\":mailto:ana@example.org\nATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org\nBEGIN:VALARM\nSUMMARY:Not this\nEND:VALARM\nEND:VEVENT
BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20261123\nSUMMARY:A day\nEND:VEVENT
BEGIN:VEVENT\nUID:3\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Two days\\, fol\n ded over \n\tlines\nEND:VEVENT
BEGIN:VEVENT\nUID:4\nDTSTART:20261123T140000Z\nDURATION:PT8H30M\nSUMMARY:By length\nEND:VEVENT
BEGIN:VEVENT\nUID:5\nDTSTART:20261123T140000Z\nSUMMARY:A moment\nEND:VEVENT
BEGIN:VEVENT\nUID:6\nDTSTART:20261123T140000Z\nDTEND:20261123T150000Z\nSTATUS:CANCELLED\nSUMMARY:Off\nEND:VEVENT
BEGIN:VEVENT\nUID:7\nDTSTART:20251123T140000Z\nDTEND:20251123T150000Z\nSUMMARY:Long ago\nEND:VEVENT",
    ));
}

#[test]
fn repeated_events_are_read() {
    // Every other week on Monday and Thursday, without one, and with one moved.
    expect![[r#"
        2026-11-02T08:00:00Z to 2026-11-02T16:00:00Z Shift
        2026-11-05T08:00:00Z to 2026-11-05T16:00:00Z Shift
        2026-11-19T08:00:00Z to 2026-11-19T16:00:00Z Shift
        2026-11-30T10:00:00Z to 2026-11-30T16:00:00Z Shift, later
    "#]]
    .assert_eq(&shown(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261102T090000\nDTEND;TZID=Europe/Berlin:20261102T170000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261201T000000Z\nEXDATE;TZID=Europe/Berlin:20261116T090000\nSUMMARY:Shift\nEND:VEVENT
BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20261130T090000\nDTSTART;TZID=Europe/Berlin:20261130T110000\nDTEND;TZID=Europe/Berlin:20261130T170000\nSUMMARY:Shift\\, later\nEND:VEVENT",
    ));
    // Christmas since long ago, the last Friday of the month, the second Tuesday, and the last day; the time on the wall stays.
    expect![[r#"
        2026-11-10T17:00:00Z to 2026-11-10T18:00:00Z Second Tuesday
        2026-11-27T08:00:00Z to 2026-11-27T09:00:00Z Last Friday
        2026-11-29T23:00:00Z to 2026-11-30T23:00:00Z Last day
        2026-12-08T17:00:00Z to 2026-12-08T18:00:00Z Second Tuesday
        2026-12-24T23:00:00Z to 2026-12-25T23:00:00Z Christmas
        2026-12-25T08:00:00Z to 2026-12-25T09:00:00Z Last Friday
        2026-12-30T23:00:00Z to 2026-12-31T23:00:00Z Last day
        2027-01-29T08:00:00Z to 2027-01-29T09:00:00Z Last Friday
        2027-01-30T23:00:00Z to 2027-01-31T23:00:00Z Last day
    "#]]
    .assert_eq(&shown(
        "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:19991225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas\nEND:VEVENT
BEGIN:VEVENT\nUID:2\nDTSTART;TZID=Europe/Berlin:20260731T090000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR\nSUMMARY:Last Friday\nEND:VEVENT
BEGIN:VEVENT\nUID:3\nDTSTART;TZID=Europe/Berlin:20261013T180000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=3\nSUMMARY:Second Tuesday\nEND:VEVENT
BEGIN:VEVENT\nUID:4\nDTSTART;VALUE=DATE:20260131\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1\nSUMMARY:Last day\nEND:VEVENT",
    ));
}

#[test]
fn what_cannot_be_read_is_said() {
    expect![[r#"
        ! The event “Odd” is left out: its repetition `FREQ=SECONDLY` cannot be read.
        ! The event “Never” is left out: its DTSTART `20261399` cannot be read.
    "#]]
    .assert_eq(&shown(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T140000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\nSUMMARY:Odd\nEND:VEVENT
BEGIN:VEVENT\nUID:2\nDTSTART:20261399\nSUMMARY:Never\nEND:VEVENT",
    ));
    let html = read("<html>Sign in</html>", &berlin(), moment("2026-11-01T00:00:00Z"), moment("2027-02-01T00:00:00Z"));
    assert_eq!(html.expect_err("refused"), "It holds no calendar: it does not begin with BEGIN:VCALENDAR.");
}

#[test]
fn what_is_written_is_folded_and_escaped() {
    let events = [Event {
        uid: "platform-1".into(),
        summary: "Ana, Zoë and Ørjan; platform on call for very much longer than a line is long \\ ever".into(),
        attendees: vec!["ana@example.org".into()],
        from: moment("2026-11-23T08:00:00Z"),
        until: moment("2026-11-30T08:00:00Z"),
    }];
    let text = write("On call: platform", &events, moment("2026-11-21T12:00:00Z"));
    assert!(text.split("\r\n").all(|it| it.len() <= 75 && !it.contains('\n')), "{text}");
    assert!(text.contains("SUMMARY:Ana\\, Zoë and Ørjan\\; platform"), "{text}");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        summary in "[^\\p{Cc}]{0,120}", uid in "[a-z0-9-]{1,90}", from in 1_700_000_000_i64..1_800_000_000, length in 1_i64..10_000_000
    ) {
        let from = Timestamp::from_second(from).expect("a moment");
        let until = Timestamp::from_second(from.as_second() + length).expect("a moment");
        let event = Event { uid, summary: summary.trim().to_owned(), attendees: vec!["ana@example.org".into()], from, until };
        let text = write("x", std::slice::from_ref(&event), from);
        prop_assert!(text.split("\r\n").all(|it| it.len() <= 75));
        let read = read(&text, &TimeZone::UTC, from, until).expect("a calendar");
        prop_assert_eq!(read.events, vec![event]);
        prop_assert!(read.problems.is_empty());
    }

    #[test]
    fn nothing_panics(
        lines in proptest::collection::vec(
            "(BEGIN:VEVENT|END:VEVENT|DTSTART|DTEND|RRULE|EXDATE|DURATION|RDATE|UNTIL)?[;:=A-Z0-9,+P-]{0,24}|RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY);(INTERVAL|COUNT|BYDAY|BYMONTHDAY|BYMONTH|UNTIL)=-?[0-9A-Z]{0,9}|DTSTART:[0-9]{8}T[0-9]{6}Z?|DURATION:P[0-9]{1,12}[WDTHMS]|.{0,20}", 0..12),
    ) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261123T090000\nDTEND:20261123T100000\n{}\nEND:VEVENT", lines.join("\n"));
        let _ = read(&text, &berlin(), moment("2026-11-01T00:00:00Z"), moment("2027-02-01T00:00:00Z"));
        let _ = read(&lines.join("\n"), &berlin(), Timestamp::MIN, moment("2027-02-01T00:00:00Z"));
    }
}
