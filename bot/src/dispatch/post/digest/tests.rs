use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::chat::zulip::render::{self, Address};

fn told(number: usize, kind: &str, title: &str) -> Told {
    let at = Timestamp::from_second(1_795_218_000 + i64::try_from(number).expect("few")).expect("a moment");
    let line = Text::new()
        .bold("Ana")
        .plain(" created ")
        .link(format!("https://redmine.example.org/issues/{number}"), format!("#{number} {title}"));
    Told { source: "redmine".into(), kind: kind.into(), at, line }
}

fn of(all: &[Told]) -> Digest {
    let mut digest = Digest::of(&all[0]);
    all[1..].iter().for_each(|it| digest.add(Digest::of(it)));
    digest
}

fn in_zulip(digest: &Digest) -> String {
    render::message(&[], &Address::Direct, &digest.message(Why::Flood)).content
}

#[test]
fn a_flood_says_how_many_of_what_and_shows_both_ends() {
    let kind = |number: usize| if number.is_multiple_of(3) { "issue.updated" } else { "issue.created" };
    let all: Vec<Told> = (1..=198).map(|it| told(it, kind(it), "Printer on <fire> @all")).collect();
    let digest = of(&all);
    assert_eq!(digest.count(), 198);
    let plain = digest.message(Why::Flood).to_plain(&[]);
    let shown: Vec<&str> = plain.lines().filter(|it| !it.contains("#2 ") && !it.contains("#19")).collect();
    expect![[r#"
        198 notifications in one message
        ================================

        They came faster than they could be posted one by one: the first at 2026-11-20 23:40 UTC, the last at 2026-11-20 23:43 UTC.

        - redmine: 132 issue created, 66 issue updated

        ---

        - Ana created #1 Printer on <fire> @all <https://redmine.example.org/issues/1>
        - Ana created #3 Printer on <fire> @all <https://redmine.example.org/issues/3>
        - Ana created #4 Printer on <fire> @all <https://redmine.example.org/issues/4>
        - Ana created #5 Printer on <fire> @all <https://redmine.example.org/issues/5>
        - Ana created #6 Printer on <fire> @all <https://redmine.example.org/issues/6>
        - Ana created #7 Printer on <fire> @all <https://redmine.example.org/issues/7>
        - Ana created #8 Printer on <fire> @all <https://redmine.example.org/issues/8>
        - Ana created #9 Printer on <fire> @all <https://redmine.example.org/issues/9>
        - Ana created #10 Printer on <fire> @all <https://redmine.example.org/issues/10>

        … and 178 more …

        - Ana created #189 Printer on <fire> @all <https://redmine.example.org/issues/189>"#]]
    .assert_eq(shown.join("\n").trim_end());
}

#[test]
fn in_zulip_it_reads_as_it_should_and_mentions_nobody() {
    let all: Vec<Told> = (1..=3).map(|it| told(it, "issue.created", "@**all** `fire` [x](y)")).collect();
    expect![[r#"
        **3 notifications in one message**

        They came faster than they could be posted one by one: the first at <time:2026-11-20T23:40:01Z>, the last at <time:2026-11-20T23:40:03Z>.

        * **redmine**: 3 issue created

        ---

        * **Ana** created [#1 @·&#42;&#42;all&#42;&#42; &#96;fire&#96; &#91;x&#93;(y)](https://redmine.example.org/issues/1)
        * **Ana** created [#2 @·&#42;&#42;all&#42;&#42; &#96;fire&#96; &#91;x&#93;(y)](https://redmine.example.org/issues/2)
        * **Ana** created [#3 @·&#42;&#42;all&#42;&#42; &#96;fire&#96; &#91;x&#93;(y)](https://redmine.example.org/issues/3)"#]].assert_eq(&in_zulip(&of(&all)).replace('\u{200b}', "·"));
}

#[test]
fn two_digests_are_one_as_if_all_had_come_together() {
    let all: Vec<Told> = (1..=60).map(|it| told(it, "issue.created", "Printer")).collect();
    for at in [1, 5, 10, 20, 30, 45, 59] {
        let mut first = of(&all[..at]);
        first.add(of(&all[at..]));
        assert_eq!(first, of(&all), "parted after {at}");
    }
}

/// How many are shown and said to be left out.
fn accounted(message: &Message) -> usize {
    // The first list is that of the sources.
    let lists = message.blocks.iter().filter_map(|it| if let Block::List(items) = it { Some(items.len()) } else { None });
    let more = message.blocks.iter().find_map(|it| match it {
        Block::Paragraph(text) => text.to_plain().strip_prefix("… and ")?.split(' ').next()?.parse::<usize>().ok(),
        _ => None,
    });
    lists.skip(1).sum::<usize>() + more.unwrap_or_default()
}

proptest! {
    #[test]
    fn whatever_is_told_fits_and_is_accounted_for(titles in proptest::collection::vec("[ -~*`@#<>|_äß日\n]{0,400}", 1..60)) {
        let all: Vec<Told> = titles.iter().enumerate().map(|(at, title)| told(at, "issue.created", title)).collect();
        let digest = of(&all);
        let message = digest.message(Why::Flood);
        prop_assert_eq!(accounted(&message), all.len());
        let written = in_zulip(&digest);
        prop_assert!(written.chars().count() <= render::LIMIT);
        prop_assert!(!written.contains("(cut: too long"), "{}", written.chars().count());
    }
}

#[test]
fn a_flood_is_many_or_old() {
    let rule = |after, after_seconds| config::Digest { after, after_seconds };
    let second = Duration::from_secs;
    assert!(is_flood(&rule(10, 10), 11, second(1)) && is_flood(&rule(10, 10), 2, second(11)));
    assert!(!is_flood(&rule(10, 10), 10, second(10)) && !is_flood(&rule(10, 10), 1, second(99)));
    assert!(!is_flood(&rule(0, 10), 1000, second(99)), "0: never");
}
