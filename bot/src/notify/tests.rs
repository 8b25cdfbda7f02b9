mod timely;

use std::time::Duration;

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};

use crate::config::{Destination, Mode, Rhythm, manner};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

#[test]
fn digests_are_told_on_the_hour() {
    let hours = |count| Rhythm::Every(Duration::from_hours(count));
    assert_eq!(hours(1).next(at("2026-11-21T09:10:00Z")), at("2026-11-21T10:00:00Z"));
    assert_eq!(hours(1).next(at("2026-11-21T10:00:00Z")), at("2026-11-21T11:00:00Z"));
    assert_eq!(hours(24).next(at("2026-11-21T10:00:00Z")), at("2026-11-22T00:00:00Z"));
}

#[test]
fn digests_are_told_at_their_time_where_their_readers_are() {
    let zurich = TimeZone::get("Europe/Zurich").expect("a time zone");
    let next = |text: &str, now: &str| Rhythm::parse(text, &zurich).expect(text).next(at(now)).to_string();
    // It is Saturday, and 10:10 in Zurich.
    assert_eq!(next("09:00", "2026-11-21T09:10:00Z"), "2026-11-22T08:00:00Z");
    assert_eq!(next("11:00", "2026-11-21T09:10:00Z"), "2026-11-21T10:00:00Z");
    assert_eq!(next("mon,09:00", "2026-11-21T09:10:00Z"), "2026-11-23T08:00:00Z");
    assert_eq!(next("sat,10:10", "2026-11-21T09:10:00Z"), "2026-11-28T09:10:00Z");
    assert_eq!(next("weekdays 9", "2026-11-23T07:59:00Z"), "2026-11-23T08:00:00Z");
    // 2:30 is not there when summer time begins, and there twice when it ends.
    assert_eq!(next("2:30", "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
    assert_eq!(next("2:30", "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
    assert_eq!(next("2:30", "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
}

#[test]
fn a_manner_is_read_as_people_write_it() {
    let read = |text: &str| manner(text, &TimeZone::UTC).map(|(mode, rhythm)| (mode, rhythm.map(|it| it.written())));
    let told = |mode, rhythm: &str| Ok((mode, Some(rhythm.to_owned())));
    assert_eq!(read("live"), Ok((Mode::Thread, None)));
    assert_eq!(read("Each"), Ok((Mode::Full, None)));
    assert_eq!(read("digest@9:00"), told(Mode::Digest, "09:00"));
    assert_eq!(read("digest@Monday,thu,8:30pm"), told(Mode::Digest, "mon,thu,20:30"));
    assert_eq!(read("digest every 4h"), told(Mode::Digest, "4h"));
    assert_eq!(read("digest@30m"), told(Mode::Digest, "30m"));
    assert_eq!(read("digest@workdays,09:00"), told(Mode::Digest, "mon,tue,wed,thu,fri,09:00"));
    for wrong in ["diggest", "thread@09:00", "digest@25:00", "digest@mon", "digest@9:00,10:00", "digest every 3min", ""] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_written_of_a_rhythm_reads_back() {
    let zone = TimeZone::fixed(Offset::UTC);
    for text in ["15m", "4h", "24h", "09:00", "mon,09:00", "tue,sun,23:59"] {
        let rhythm = Rhythm::parse(text, &zone).expect(text);
        assert_eq!((rhythm.written().as_str(), Rhythm::parse(&rhythm.written(), &zone)), (text, Ok(rhythm)));
    }
}

#[test]
fn a_destination_may_be_a_person() {
    for text in ["slack:@U0123", "slack:T0123/@U0123", "zulip:@10"] {
        let to = Destination::parse(text).expect(text);
        assert!(to.person().is_some() && to.to_string() == text, "{text}");
    }
    assert!(Destination::parse("slack:@").is_err() && Destination::parse("zulip:@ana").is_err());
    assert_eq!(Destination::parse("zulip:dev>@ana").expect("a topic").person(), None);
}
