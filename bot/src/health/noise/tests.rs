//! The arithmetic, over alerts as they are kept.

use proptest::prelude::*;

use super::*;

fn at(hour: i64) -> Timestamp {
    "2026-03-02T00:00:00Z".parse::<Timestamp>().expect("a Monday") + SignedDuration::from_hours(hour)
}

fn fired(rule: Option<&str>, team: Option<&str>, hour: i64, acknowledged: Option<i64>, resolved: Option<i64>) -> Fired {
    let after = |minutes: Option<i64>| minutes.map(|it| at(hour) + SignedDuration::from_mins(it));
    Fired {
        source: "monitor".into(),
        rule: rule.map(str::to_owned),
        team: team.map(str::to_owned),
        opened_at: at(hour),
        acted_at: after(acknowledged),
        resolved_at: after(resolved),
        times: 2,
    }
}

#[test]
fn the_noisiest_rule_comes_first_with_how_long_things_take() {
    let digest = digest(&[
        fired(Some("disk"), Some("ops"), 3, None, Some(5)),
        fired(Some("disk"), Some("ops"), 27, None, Some(15)),
        fired(Some("disk"), Some("ops"), 51, Some(30), Some(60)),
        fired(Some("login"), Some("web"), 3, Some(2), Some(20)),
        fired(Some("login"), Some("web"), 9, Some(4), None),
        fired(None, None, 9, None, None),
    ]);
    let lines: Vec<String> = digest
        .rules
        .iter()
        .map(|it| {
            let minutes = |it: Option<SignedDuration>| it.map_or(-1, |it| it.as_mins());
            format!(
                "{} {}/{} ×{} {} {}",
                it.name,
                it.acted_on,
                it.alerts,
                it.times,
                minutes(it.to_acknowledge),
                minutes(it.to_resolve)
            )
        })
        .collect();
    assert_eq!(lines, ["disk 1/3 ×6 30 15", "monitor 0/1 ×2 -1 -1", "login 2/2 ×4 2 20"]);
    assert_eq!(digest.teams.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["ops", "web"]);
    assert_eq!((digest.alerts, digest.acted_on), (6, 3));
    let hours: Vec<String> = digest
        .by_hour
        .iter()
        .map(|it| {
            let known = |all: &[Option<SignedDuration>; 24]| {
                let known = all.iter().enumerate().filter_map(|(hour, it)| Some(format!("{hour}h {}", it.as_ref()?.as_mins())));
                known.collect::<Vec<_>>().join(" ")
            };
            format!("{}: {} / {}", it.team, known(&it.to_acknowledge), known(&it.to_resolve))
        })
        .collect();
    assert_eq!(hours, ["ops: 3h 30 / 3h 15", "web: 3h 2 9h 4 / 3h 20", "no team:  / "]);
    assert_eq!((digest.hours[0][3], digest.hours[0][9], digest.hours[1][3], digest.hours[2][3]), (2, 2, 1, 1));
}

#[test]
fn what_a_rule_makes_is_silenced_and_nothing_else_of_its_source() {
    let rule = |filter: &str| AlertRule { from: "monitoring".into(), filter: filter.into(), ..AlertRule::default() };
    let of = |filter: &str| silencing(Some(&rule(filter)), "monitoring");
    assert_eq!(of("title:Disk* severity:>=error"), "source:monitoring (title:Disk* severity:>=error)");
    assert_eq!(of("title:Disk* or title:Inode*"), "source:monitoring (title:Disk* or title:Inode*)");
    assert_eq!(of(""), "source:monitoring");
    assert_eq!(silencing(None, "ci"), "source:ci");
}

#[test]
fn it_reads_as_a_table_with_what_to_do_about_it() {
    let digest = digest(&[fired(Some("disk"), None, 3, None, Some(5)), fired(Some("disk"), None, 4, Some(1), Some(5))]);
    let button = |share: &Share| vec![Button::run("Silence", Call::new(OWN, "silence", json!({ "filter": share.name })))];
    let text = digest.message(7, &button).to_plain(&[]);
    assert!(text.contains("2 alerts, of which somebody did something about 50 %."), "{text}");
    assert!(text.contains("disk: nobody did anything about 1 of 2."), "{text}");
    let none = super::digest(&[]).message(7, &button).to_plain(&[]);
    assert!(none.contains("There were none."), "{none}");
}

proptest! {
    #[test]
    fn no_alert_is_lost_in_the_sums(
        all in prop::collection::vec((0_u8..4, prop::option::of(0_u8..3), 0_i64..1000, prop::option::of(0_i64..600)), 0..60),
    ) {
        let fired: Vec<Fired> = all
            .into_iter()
            .map(|(rule, team, hour, acknowledged)| {
                let team = team.map(|it| format!("team{it}"));
                fired(Some(&format!("rule{rule}")), team.as_deref(), hour, acknowledged, None)
            })
            .collect();
        let digest = digest(&fired);
        prop_assert_eq!(digest.rules.iter().map(|it| it.alerts).sum::<usize>(), fired.len());
        prop_assert_eq!(digest.rules.iter().map(|it| it.acted_on).sum::<usize>(), digest.acted_on);
        prop_assert_eq!(digest.hours.iter().flatten().sum::<u32>() as usize, fired.len());
        prop_assert!(digest.rules.windows(2).all(|pair| pair[0].noise() >= pair[1].noise()));
    }
}
