//! Days on which clocks are changed, sentences, and years of random lines.

use croner::parser::CronParser;
use expect_test::{Expect, expect};
use jiff::{
    Timestamp, Zoned,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use proptest::prelude::*;

use super::{Hours, Timetable};

fn timetable(line: &str, zone: &str) -> Timetable {
    Timetable::parse(line, zone).unwrap_or_else(|err| panic!("{line}: {err}"))
}

/// The steps from one time of day on, `count` of them, in the zone's own time.
fn steps(line: &str, zone: &str, from: &str, count: usize, expected: Expect) {
    let timetable = timetable(line, zone);
    let from: DateTime = from.parse().expect("a time");
    let from = from.in_tz(zone).expect("a time of the zone").timestamp();
    let found = timetable.next(from, count);
    for (before, step) in found.iter().zip(&found[1..]) {
        assert_eq!(timetable.latest(*step - jiff::SignedDuration::from_secs(1)), Some(*before), "back from {step}");
        assert_eq!(timetable.latest(*step), Some(*step));
    }
    let shown: Vec<String> =
        found.iter().map(|it| it.in_tz(zone).expect("a zone").strftime("%d %H:%M %:z").to_string()).collect();
    expected.assert_eq(&shown.join(", "));
}

#[test]
fn a_time_that_the_clock_jumps_over_comes_when_it_has_jumped() {
    steps("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00", 3, expect!["28 02:30 +01:00, 29 03:00 +02:00, 30 02:30 +02:00"]);
    steps("30 2 * * *", "America/New_York", "2026-03-07T00:00", 3, expect!["07 02:30 -05:00, 08 03:00 -04:00, 09 02:30 -04:00"]);
    // Half an hour is left out.
    steps(
        "15 2 * * *",
        "Australia/Lord_Howe",
        "2026-10-03T00:00",
        3,
        expect!["03 02:15 +10:30, 04 02:30 +11:00, 05 02:15 +11:00"],
    );
    // Several that are left out are one, and so is one that is there anyway.
    steps("0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00", 3, expect!["29 03:00 +02:00, 29 03:30 +02:00, 30 02:00 +02:00"]);
    // The clock jumps at midnight.
    steps("@daily", "America/Santiago", "2026-09-05T12:00", 2, expect!["06 01:00 -03:00, 07 00:00 -03:00"]);
}

#[test]
fn a_time_that_there_is_twice_comes_once() {
    steps("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00", 3, expect!["24 02:30 +02:00, 25 02:30 +02:00, 26 02:30 +01:00"]);
    steps("30 1 * * *", "America/New_York", "2026-10-31T00:00", 3, expect!["31 01:30 -04:00, 01 01:30 -04:00, 02 01:30 -05:00"]);
    steps(
        "45 1 * * *",
        "Australia/Lord_Howe",
        "2026-04-04T00:00",
        3,
        expect!["04 01:45 +11:00, 05 01:45 +11:00, 06 01:45 +10:30"],
    );
    steps(
        "0,30 2,14 * * *",
        "Europe/Berlin",
        "2026-10-25T00:00",
        4,
        expect!["25 02:00 +02:00, 25 02:30 +02:00, 25 14:00 +01:00, 25 14:30 +01:00"],
    );
}

#[test]
fn what_counts_minutes_counts_real_ones() {
    steps("*/30 * * * *", "Europe/Berlin", "2026-03-29T01:00", 3, expect!["29 01:30 +01:00, 29 03:00 +02:00, 29 03:30 +02:00"]);
    steps(
        "*/30 * * * *",
        "Europe/Berlin",
        "2026-10-25T01:30",
        6,
        expect!["25 02:00 +02:00, 25 02:30 +02:00, 25 02:00 +01:00, 25 02:30 +01:00, 25 03:00 +01:00, 25 03:30 +01:00"],
    );
    steps(
        "*/15 * * * *",
        "Australia/Lord_Howe",
        "2026-04-05T01:15",
        6,
        expect!["05 01:30 +11:00, 05 01:45 +11:00, 05 01:30 +10:30, 05 01:45 +10:30, 05 02:00 +10:30, 05 02:15 +10:30"],
    );
}

#[test]
fn a_line_is_said_in_words() {
    let words = [
        ("0 9 * * 1-5", "Europe/Berlin"),
        ("0 9 * * mon-fri", "Europe/Berlin"),
        ("30 8,17 * * MON,THU", "America/New_York"),
        ("0 9 1 * *", "utc"),
        ("0 9 1,15,22 * *", "UTC"),
        ("0 18 L * *", "UTC"),
        ("@hourly", "UTC"),
        ("5 * * * *", "UTC"),
        ("*/15 * * * *", "UTC"),
        ("*/15 * * * 1-5", "UTC"),
        ("@weekly", "Australia/Lord_Howe"),
        ("@yearly", "UTC"),
        ("0 9 * * MON#1", "UTC"),
        ("*/10 8-17 * * 1-5", "UTC"),
    ]
    .map(|(line, zone)| timetable(line, zone).words());
    expect![[r#"
        every weekday at 09:00 (Europe/Berlin)
        every weekday at 09:00 (Europe/Berlin)
        every Monday and Thursday at 08:30 and 17:30 (America/New_York)
        on the 1st of every month at 09:00 (UTC)
        on the 1st, 15th and 22nd of every month at 09:00 (UTC)
        on the last day of every month at 18:00 (UTC)
        every hour (UTC)
        every hour at minute 5 (UTC)
        every 15 minutes (UTC)
        every 15 minutes, every weekday (UTC)
        every Sunday at 00:00 (Australia/Lord_Howe)
        at 00:00, on day 1, in January (UTC)
        at 09:00, on the 1st Monday of the month (UTC)
        at every 10 minutes, of hour 8-17, on Monday, Tuesday, Wednesday, Thursday, and Friday (UTC)"#]]
    .assert_eq(&words.join("\n"));
}

#[test]
fn what_cannot_be_read_is_explained() {
    let told = [
        ("", "UTC"),
        ("0 9 * *", "UTC"),
        ("0 0 9 * * *", "UTC"),
        ("60 9 * * *", "UTC"),
        ("0 24 * * *", "UTC"),
        ("0 SUN * * *", "UTC"),
        ("0 9 32 * *", "UTC"),
        ("0 9 * MON *", "UTC"),
        ("0 9 * * FRIDAY", "UTC"),
        ("0 9 * * 8", "UTC"),
        ("*/0 9 * * *", "UTC"),
        ("5/10 9 * * *", "UTC"),
        ("0 9 31 2 *", "UTC"),
        ("@reboot", "UTC"),
        ("0 9 * * *", "Berlin"),
        ("0 9 * * *", ""),
    ]
    .map(|(line, zone)| Timetable::parse(line, zone).expect_err(line).to_string());
    expect![[r#"
        `` has 0 of five fields: minute, hour, day of the month, month and day of the week. At nine every weekday is `0 9 * * MON-FRI`.
        `0 9 * *` has 4 of five fields: minute, hour, day of the month, month and day of the week. At nine every weekday is `0 9 * * MON-FRI`.
        `0 0 9 * * *` has 6 of five fields: minute, hour, day of the month, month and day of the week. At nine every weekday is `0 9 * * MON-FRI`.
        The minute `60` cannot be read: it is 0 to 59, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * *`.
        The hour `24` cannot be read: it is 0 to 23, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * *`.
        The hour `SUN` cannot be read: it is 0 to 23, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * *`.
        The day of the month `32` cannot be read: it is 1 to 31, L for the last, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 1 * *`.
        The month `MON` cannot be read: it is 1 to 12 or JAN to DEC, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 1 JAN *`.
        The day of the week `FRIDAY` cannot be read: it is 0 to 7 (0 and 7 are Sunday) or SUN to SAT, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * MON-FRI`.
        The day of the week `8` cannot be read: it is 0 to 7 (0 and 7 are Sunday) or SUN to SAT, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * MON-FRI`.
        The minute `*/0` cannot be read: it is 0 to 59, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * *`.
        The minute `5/10` cannot be read: it is 0 to 59, with `*` for all, and with `,`, `-` and `/`. An example: `0 9 * * *`.
        `0 9 31 2 *` never comes: no month of it has such a day. Write `0 9 L * *` for the last day of every month.
        `@reboot` is no time that is known by name. There is @hourly, @daily, @weekly, @monthly and @yearly; or write five fields, such as `0 9 * * MON-FRI`.
        `Berlin` is no time zone. Write one of the IANA database, such as `Europe/Berlin`, `America/New_York` or `UTC`.
        `` is no time zone. Write one of the IANA database, such as `Europe/Berlin`, `America/New_York` or `UTC`."#]].assert_eq(&told.join("\n"));
}

#[test]
fn a_line_that_never_comes_is_refused_at_once() {
    let started = std::time::Instant::now();
    Timetable::parse("0 9 30 2 *", "Europe/Berlin").expect_err("refused");
    assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
}

fn field(min: u8, max: u8) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("*".to_owned()),
        3 => (min..=max).prop_map(|it| it.to_string()),
        1 => (2..=10_u8).prop_map(|step| format!("*/{step}")),
        1 => (min..=max, min..=max).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (min..=max, min..=max).prop_map(|(a, b)| format!("{a},{b}")),
    ]
}

fn line() -> impl Strategy<Value = String> {
    // A day that some month lacks would make some lines never come.
    (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
        .prop_map(|(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"))
}

fn a_zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Pacific/Apia",
    ])
}

/// What croner itself lists, with what is left out or doubled at a change of clocks set right one by one.
fn listed_by_croner(line: &str, zone: &TimeZone, from: &Zoned, hours: Hours, count: usize) -> Vec<Timestamp> {
    let cron = CronParser::new().parse(line).expect("a line");
    if hours == Hours::Counted {
        return cron.iter_after(from.clone()).take(count).map(|it| it.timestamp()).collect();
    }
    let mut all = Vec::new();
    // Without any zone: each time of day of the line once.
    for civil in cron.iter_after(from.datetime()) {
        let there = zone.to_ambiguous_timestamp(civil);
        let step = if matches!(there.offset(), AmbiguousOffset::Gap { .. }) {
            // Minute by minute until the clock has jumped.
            let mut moment = there.earlier().expect("a time");
            while moment.to_zoned(zone.clone()).datetime() < civil {
                moment += jiff::SignedDuration::from_mins(1);
            }
            moment
        } else {
            there.earlier().expect("a time")
        };
        if all.last() != Some(&step) {
            all.push(step);
        }
        if all.len() == count {
            break;
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn steps_are_those_that_croner_lists(line in line(), zone in a_zone(), start in 0_i64..(10 * 366 * 24 * 60)) {
        let timetable = timetable(&line, zone);
        // Some minute of ten years.
        let start = Timestamp::from_second(1_767_225_600 + start * 60).expect("a time");
        let from = start.to_zoned(timetable.zone.clone());
        // Not out of the middle of a repeated hour, whose first half croner's list without a zone would know nothing of.
        prop_assume!(!timetable.zone.to_ambiguous_timestamp(from.datetime()).is_ambiguous());
        let count = 200;
        let steps = timetable.next(start, count);
        prop_assert_eq!(&steps, &listed_by_croner(&line, &timetable.zone, &from, timetable.hours, count));
        let mut days = std::collections::HashSet::new();
        for (before, step) in steps.iter().zip(&steps[1..]) {
            prop_assert!(before < step, "{} comes before {}", before, step);
            prop_assert_eq!(timetable.latest(*step - jiff::SignedDuration::from_nanos(1)), Some(*before));
        }
        for step in &steps {
            let civil = step.to_zoned(timetable.zone.clone()).datetime();
            prop_assert!(timetable.hours == Hours::Counted || days.insert(civil), "{} twice", civil);
        }
    }
}
