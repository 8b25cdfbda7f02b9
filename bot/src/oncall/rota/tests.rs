//! The rota against one that is counted minute by minute, over twenty years of changes of the clocks.

use std::collections::BTreeSet;

use jiff::{Span, Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use proptest::prelude::*;

use super::*;

/// Zones with changes of an hour, half an hour and a day, at midnight, southern, negative, abolished, and with Ramadan's.
const ZONES: [&str; 28] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Europe/Samara",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Caracas",
    "America/Santiago",
    "America/Havana",
    "America/Asuncion",
    "Asia/Gaza",
    "Asia/Tehran",
    "Asia/Amman",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Fiji",
];

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// All changes of a zone's clocks in twenty years.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let (from, to) = (moment("2006-11-21T00:00:00Z"), moment("2026-11-21T00:00:00Z"));
    zone.following(from).map(|it| it.timestamp()).take_while(|it| *it < to).collect()
}

/// What a rota is, said as simply as it can be: a clock on the wall that is looked at every `step`, and what it has shown.
struct Counted<'a> {
    rota: &'a Rota,
    /// Of each layer, when its turns begin on the wall, in order.
    begins: Vec<Vec<DateTime>>,
    /// The latest that the wall clock has shown.
    latest: DateTime,
}

impl Counted<'_> {
    fn new(rota: &Rota, from: Timestamp, until: Timestamp) -> Counted<'_> {
        let end = rota.zone.to_datetime(until + 48.hours());
        let begins = rota.layers.iter().map(|layer| {
            let Layer::Rotation(rotation) = layer else { return Vec::new() };
            let mut all = Vec::new();
            loop {
                let n = i64::try_from(all.len()).expect("a number");
                let span = match rotation.turns.every {
                    Every::Hours(it) => Span::new().hours(it * n),
                    Every::Days(it) => Span::new().days(it * n),
                    Every::Months(it) => Span::new().months(it * n),
                };
                let wall = rotation.turns.start + span;
                if wall > end {
                    return all;
                }
                all.push(wall);
            }
        });
        let mut counted = Counted { rota, begins: begins.collect(), latest: DateTime::MIN };
        // Longer than any change of the clocks.
        let mut at = from - 50.hours();
        while at < from {
            counted.look(at);
            at += 5.minutes();
        }
        counted
    }

    fn look(&mut self, at: Timestamp) -> DateTime {
        let wall = self.rota.zone.to_datetime(at);
        self.latest = self.latest.max(wall);
        wall
    }

    fn on_call(&mut self, at: Timestamp) -> BTreeSet<String> {
        let wall = self.look(at);
        let mut on = BTreeSet::new();
        for (layer, begins) in self.rota.layers.iter().zip(&self.begins) {
            let here: BTreeSet<String> = match layer {
                Layer::Calendar(shifts) => {
                    shifts.iter().filter(|it| it.from <= at && at < it.until).flat_map(|it| it.people.clone()).collect()
                }
                Layer::Rotation(it) => {
                    let is_open = it.hours.is_empty() || it.hours.iter().any(|hours| hours.hold(wall));
                    let begun = begins.partition_point(|it| *it <= self.latest);
                    match begun {
                        1.. if is_open && it.until.is_none_or(|end| at < end) && !it.people.is_empty() => {
                            it.people[(begun - 1) % it.people.len()].iter().cloned().collect()
                        }
                        _ => BTreeSet::new(),
                    }
                }
            };
            if !here.is_empty() {
                on = here;
            }
        }
        let holidays: Vec<_> = self.rota.holidays.iter().filter(|it| it.from <= at && at < it.until).collect();
        if !holidays.is_empty() {
            on = holidays.iter().flat_map(|it| it.people.clone()).collect();
        }
        for it in self.rota.overrides.iter().filter(|it| it.from <= at && at < it.until) {
            match &it.replaces {
                None => on = [it.person.clone()].into(),
                Some(replaced) => {
                    if on.remove(replaced) {
                        on.insert(it.person.clone());
                    }
                }
            }
        }
        on
    }
}

fn names(on: &[Duty]) -> BTreeSet<String> {
    on.iter().map(|it| it.person.clone()).collect()
}

/// Compares the two at every step between two moments.
fn compare(rota: &Rota, from: Timestamp, until: Timestamp, step: i64) {
    let shifts = rota.shifts(from, until);
    assert_eq!(shifts.first().map(|it| it.from), Some(from));
    assert_eq!(shifts.last().map(|it| it.until), Some(until));
    let mut counted = Counted::new(rota, from, until);
    let mut at = from;
    let mut index = 0;
    while at < until {
        let expected = counted.on_call(at);
        while shifts[index].until <= at {
            assert_eq!(shifts[index].until, shifts[index + 1].from, "no hole");
            index += 1;
        }
        assert_eq!(names(&shifts[index].on), expected, "at {at} ({}) in {rota:#?}", rota.zone.to_datetime(at));
        at += step.minutes();
    }
    // What is asked of one moment is what a list of shifts says of it.
    for pair in shifts.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        assert_eq!(rota.on_call(one.from), one.on);
        assert_eq!(rota.next_change(one.from), Some(one.until));
        assert_eq!(rota.shift_at(next.from).from, next.from);
        let before = one.until - 1.nanosecond();
        assert_eq!(rota.on_call(before), one.on, "until the last moment");
    }
}

fn zone() -> impl Strategy<Value = TimeZone> {
    proptest::sample::select(&ZONES[..]).prop_map(|it| TimeZone::get(it).expect("a time zone"))
}

fn every() -> impl Strategy<Value = Every> {
    prop_oneof![(1..40_i64).prop_map(Every::Hours), (1..16_i64).prop_map(Every::Days), (1..4_i64).prop_map(Every::Months),]
}

/// A time of the day on the grid of `step` minutes, in seconds.
fn second(step: i32) -> impl Strategy<Value = i32> {
    (0..1_440 / step).prop_map(move |it| it * step * 60)
}

fn hours(step: i32) -> impl Strategy<Value = Hours> {
    (proptest::array::uniform7(any::<bool>()), second(step), second(step))
        .prop_map(|(days, from, to)| Hours::new(days, from, if to == 0 { 86_400 } else { to }))
}

/// A rotation that began up to two months before `around`.
fn rotation(around: Timestamp, zone: TimeZone, step: i32) -> impl Strategy<Value = Layer> {
    let people = proptest::collection::vec(proptest::collection::vec("[a-e]", 1..3), 0..4);
    let hours = prop_oneof![2 => Just(Vec::new()), 1 => proptest::collection::vec(hours(step), 1..3)];
    let until = proptest::option::weighted(0.2, -30..30_i64);
    (people, every(), 0..60_i64, second(step), hours, until).prop_map(move |(people, every, days, second, hours, until)| {
        let date = zone.to_datetime(around).date() - days.days();
        let start = date.at(0, 0, 0, 0) + i64::from(second).seconds();
        let until = until.map(|it| around + it.hours());
        Layer::Rotation(Rotation { people, turns: Turns { start, every }, until, hours })
    })
}

fn spell(around: Timestamp, step: i32) -> impl Strategy<Value = (Timestamp, Timestamp)> {
    let steps = i64::from(2 * 24 * 60 / step);
    (-steps..steps, 1..steps).prop_map(move |(from, length)| {
        let from = around + (from * i64::from(step)).minutes();
        (from, from + (length * i64::from(step)).minutes())
    })
}

/// A rota around a change of the clocks.
fn rota(step: i32) -> impl Strategy<Value = (Rota, Timestamp)> {
    (zone(), any::<proptest::sample::Index>())
        .prop_flat_map(move |(zone, index)| {
            let changes = changes(&zone);
            // A zone without changes has other days.
            let around = if changes.is_empty() { moment("2020-02-29T12:00:00Z") } else { changes[index.index(changes.len())] };
            let around = Timestamp::from_second(around.as_second().div_euclid(900) * 900).expect("a moment");
            let layers = proptest::collection::vec(rotation(around, zone.clone(), step), 1..4);
            let fixed = proptest::option::weighted(0.2, (spell(around, step), "[a-e]"));
            let holidays = proptest::collection::vec((spell(around, step), proptest::option::of("[a-e]")), 0..2);
            let overrides = proptest::collection::vec((spell(around, step), "[a-g]", proptest::option::of("[a-e]")), 0..4);
            (Just(zone), Just(around), layers, fixed, holidays, overrides)
        })
        .prop_map(|(zone, around, mut layers, fixed, holidays, overrides)| {
            if let Some(((from, until), person)) = fixed {
                layers.insert(0, Layer::Calendar(vec![Fixed { from, until, people: vec![person] }]));
            }
            let holidays = holidays
                .into_iter()
                .map(|((from, until), person)| Holiday { from, until, people: person.into_iter().collect() })
                .collect();
            let overrides = overrides
                .into_iter()
                .map(|((from, until), person, replaces)| Override { from, until, person, replaces })
                .collect();
            (Rota { zone, layers, holidays, overrides }, around)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_counting_says_around_any_change_of_the_clocks((rota, around) in rota(15)) {
        compare(&rota, around - 40.hours(), around + 40.hours(), 15);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn it_is_so_minute_by_minute((rota, around) in rota(1)) {
        compare(&rota, around - 27.hours(), around + 27.hours(), 1);
    }

    #[test]
    fn nothing_panics(
        zone in zone(),
        start in any::<(i16, u8, u8, u8)>(),
        every in prop_oneof![any::<i64>().prop_map(Every::Hours), any::<i64>().prop_map(Every::Days), any::<i64>().prop_map(Every::Months)],
        at in any::<i64>(),
        people in proptest::collection::vec(proptest::collection::vec("[ab]", 0..2), 0..3),
        hours in proptest::collection::vec(hours(1), 0..2),
    ) {
        let (year, month, day, hour) = start;
        let date = jiff::civil::Date::new(year.clamp(-9999, 9999), (month % 12 + 1) as i8, (day % 28 + 1) as i8).expect("a date");
        let turns = Turns { start: date.at((hour % 24) as i8, 0, 0, 0), every };
        let second = at.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let layers = vec![Layer::Rotation(Rotation { people, turns, until: None, hours })];
        let rota = Rota { zone, layers, holidays: Vec::new(), overrides: Vec::new() };
        for at in [Timestamp::MIN, Timestamp::from_second(second).expect("a moment"), Timestamp::from_second(second % 3_000_000_000).expect("a moment"), Timestamp::MAX] {
            let _ = (rota.on_call(at), rota.next_edge(at), rota.last_edge(at));
            let _ = rota.shifts(at, at.saturating_add(300.hours()).unwrap_or(Timestamp::MAX));
        }
    }

    #[test]
    fn any_text_is_hours_or_none(text in ".{0,24}", like in "[a-z]{0,3}[-,][a-z]{0,3} ?[0-9]{0,2}:?[0-9]{0,2}-[0-9]{0,2}:?[0-9]{0,2}") {
        let _ = (Hours::parse(&text), Hours::parse(&like));
    }
}

/// Every change of every zone's clocks in twenty years, with turns that hand off in and around the hour that is changed.
#[test]
fn twenty_years_of_changes_are_counted_right() {
    for name in ZONES {
        let zone = TimeZone::get(name).expect("a time zone");
        for (number, around) in changes(&zone).into_iter().enumerate() {
            let around = Timestamp::from_second(around.as_second().div_euclid(900) * 900).expect("a moment");
            let wall = zone.to_datetime(around) - 15.minutes();
            let people = || vec![vec!["a".to_owned()], vec!["b".to_owned()], vec!["c".to_owned()]];
            let every = [Every::Days(1), Every::Days(7), Every::Hours(8), Every::Hours(1), Every::Months(1)][number % 5];
            let start = wall - 10.days() + i64::try_from(number % 9).expect("a number") * 15.minutes();
            let night = Hours::new([true; 7], 2 * 3_600, 3 * 3_600);
            let layers = vec![
                Layer::Rotation(Rotation { people: people(), turns: Turns { start, every }, until: None, hours: Vec::new() }),
                Layer::Rotation(Rotation {
                    people: vec![vec!["night".to_owned()]],
                    turns: Turns { start, every: Every::Days(1) },
                    until: None,
                    hours: if number % 2 == 0 { vec![night] } else { vec![Hours::new([false; 7], 0, 1)] },
                }),
            ];
            let rota = Rota { zone: zone.clone(), layers, holidays: Vec::new(), overrides: Vec::new() };
            compare(&rota, around - 26.hours(), around + 26.hours(), 15);
        }
    }
}

fn weekly(zone: &str, people: &[&str], start: &str, days: i64) -> Rota {
    let people = people.iter().map(|it| vec![(*it).to_owned()]).collect();
    let turns = Turns { start: start.parse().expect("a time"), every: Every::Days(days) };
    Rota {
        zone: TimeZone::get(zone).expect("a time zone"),
        layers: vec![Layer::Rotation(Rotation { people, turns, until: None, hours: Vec::new() })],
        holidays: Vec::new(),
        overrides: Vec::new(),
    }
}

#[test]
fn shifts_begin_at_the_local_time_all_year() {
    let rota = weekly("Europe/Berlin", &["ana", "ben"], "2026-03-23T09:00", 7);
    let shown: Vec<String> = rota
        .shifts(moment("2026-03-25T00:00:00Z"), moment("2026-04-08T00:00:00Z"))
        .iter()
        .map(|it| format!("{} {}", it.from, it.on[0].person))
        .collect();
    // The clocks change on Sunday the 29th: the shift that ends the day after is an hour shorter.
    assert_eq!(shown, ["2026-03-25T00:00:00Z ana", "2026-03-30T07:00:00Z ben", "2026-04-06T07:00:00Z ana"]);
    assert_eq!(rota.shift_at(moment("2026-03-25T00:00:00Z")).from, moment("2026-03-23T08:00:00Z"));
    assert_eq!(
        rota.shifts_of("ben", moment("2026-03-31T00:00:00Z"), moment("2026-04-01T00:00:00Z")),
        [(moment("2026-03-30T07:00:00Z"), moment("2026-04-06T07:00:00Z"))]
    );
}

#[test]
fn a_handoff_that_the_clocks_skip_or_repeat_happens_once() {
    // 02:30 does not come on 2026-03-29 in Berlin, and comes twice on 2026-10-25.
    let rota = weekly("Europe/Berlin", &["ana", "ben"], "2026-03-01T02:30", 1);
    let begins = |from: &str| rota.next_change(moment(from)).expect("a handoff").to_string();
    assert_eq!(begins("2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z", "as they are put forward to 03:00");
    assert_eq!(begins("2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z", "the first time");
    assert_eq!(begins("2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
}

#[test]
fn an_override_of_somebody_holds_only_where_they_are_on_call() {
    let mut rota = weekly("UTC", &["ana", "ben"], "2026-11-02T09:00", 7);
    let (from, until) = (moment("2026-11-01T00:00:00Z"), moment("2026-12-01T00:00:00Z"));
    rota.overrides = vec![
        Override { from, until, person: "chloe".into(), replaces: Some("ana".into()) },
        // Who stands in for somebody can be stood in for.
        Override {
            from: moment("2026-11-03T00:00:00Z"),
            until: moment("2026-11-04T00:00:00Z"),
            person: "ben".into(),
            replaces: Some("chloe".into()),
        },
    ];
    let shown: Vec<String> = rota
        .shifts(from, moment("2026-11-12T00:00:00Z"))
        .iter()
        .map(|it| format!("{} {}", it.from.strftime("%m-%d"), it.on.first().map_or("nobody", |it| it.person.as_str())))
        .collect();
    assert_eq!(shown, ["11-01 nobody", "11-02 chloe", "11-03 ben", "11-04 chloe", "11-09 ben"]);
}
