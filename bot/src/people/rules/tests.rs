//! The rule against a second writing of it, and what it says in words.

use commands::action::parameters_of;
use proptest::prelude::*;

use super::*;
use crate::{people::grants::Effect as Does, resources::Origin as From};

fn named<T>(name: String, value: T) -> Named<T> {
    Named { name, origin: From::Chat, value }
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

fn spec(name: &'static str, effect: Effect) -> ActionSpec {
    ActionSpec { name, effect, examples: &[], parameters: parameters_of::<()> }
}

const SPECS: [(&str, Effect); 4] =
    [("issue show", Effect::Read), ("issue create", Effect::Write), ("issue delete", Effect::Write), ("rules", Effect::Admin)];
const GROUPS: [&str; 3] = ["redmine", "jira", OWN];
const PEOPLE: [&str; 6] = ["slack:T1:U1", "slack:U1", "ana@example.org", "team:ops", "group:@oncall", "everybody"];
const CHANNELS: [&str; 2] = ["slack:c1", "slack:#dev"];

fn subject(from: Origin, teams: Option<bool>, group: Answer, email: bool) -> Subject {
    Subject {
        person: PersonId::new("slack", "T1", "U1"),
        email: email.then(|| "ana@example.org".to_owned()),
        from,
        teams: teams.map(|is_in| if is_in { vec!["ops".into()] } else { Vec::new() }),
        groups: vec![("oncall".into(), group)],
    }
}

fn some<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::sample::subsequence(all, 0..=all.len())
}

fn places() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (some(&["redmine", OWN]), some(&CHANNELS)).prop_map(|(on, within)| (texts(&on), texts(&within)))
}

fn roles() -> impl Strategy<Value = Vec<Named<Given>>> {
    let one = (prop::sample::select(&Role::ALL[..]), prop::sample::subsequence(&PEOPLE[..], 1..=3), places());
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let given = all.into_iter().enumerate().map(|(at, (role, to, (on, within)))| {
            // As documents are: owners are people, everywhere.
            let owner = role == Role::Owner;
            let to = if owner { texts(&["slack:T1:U1"]) } else { texts(&to) };
            let (on, within) = if owner { (Vec::new(), Vec::new()) } else { (on, within) };
            named(format!("r{at}"), Given { role, to, on, within })
        });
        given.collect()
    })
}

const PATTERNS: [&str; 6] = ["*", "redmine *", "* delete", "redmine issue delete", "bellhop *", "jira issue *"];

fn grants() -> impl Strategy<Value = Vec<Named<Grant>>> {
    let to: &'static [&'static str] =
        &["slack:T1:U1", "ana@example.org", "team:ops", "group:@oncall", "role:operator", "everybody"];
    let one = (any::<bool>(), prop::sample::subsequence(&PATTERNS[..], 1..=2), prop::sample::subsequence(to, 1..=3), places());
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let grant = all.into_iter().enumerate().map(|(at, (allows, actions, to, (on, within)))| {
            let effect = if allows { Does::Allow } else { Does::Deny };
            named(format!("g{at}"), Grant { effect, actions: texts(&actions), to: texts(&to), on, within })
        });
        grant.collect()
    })
}

/// The same rule, written down as it is said: everything that applies is listed, sorted, and the first of it counts.
mod naive {
    use super::*;

    /// 1: it is so. 0: it is not. One half: it could not be asked.
    fn is(subject: &Subject, who: &str) -> f32 {
        let half = |it: Option<bool>| it.map_or(0.5, |it| if it { 1.0 } else { 0.0 });
        match who {
            "everybody" | "slack:T1:U1" | "slack:U1" => 1.0,
            "ana@example.org" => half(Some(subject.email.is_some())),
            "team:ops" => half(subject.teams.as_ref().map(|it| !it.is_empty())),
            "group:@oncall" => match subject.groups[0].1 {
                Answer::Yes => 1.0,
                Answer::Unknown => 0.5,
                Answer::No => 0.0,
            },
            other => panic!("{other}"),
        }
    }

    fn place(group: &str, channel: Option<&str>, named: Answer, on: &[String], within: &[String]) -> f32 {
        if !on.is_empty() && !on.iter().any(|it| it == group) {
            return 0.0;
        }
        if within.is_empty() {
            return 1.0;
        }
        match channel {
            None => 0.0,
            Some(here) if within.iter().any(|it| it == here) => 1.0,
            // It may be called #dev, and nobody can tell.
            Some(_) if within.iter().any(|it| it.contains('#')) && named == Answer::Unknown => 0.5,
            Some(_) => 0.0,
        }
    }

    fn level(who: &str) -> u8 {
        match who {
            "everybody" => 1,
            "role:operator" => 2,
            "team:ops" | "group:@oncall" => 3,
            _ => 4,
        }
    }

    fn where_level(on: &[String], within: &[String]) -> u8 {
        match (on.is_empty(), within.is_empty()) {
            (true, true) => 0,
            (false, true) => 1,
            (true, false) => 2,
            (false, false) => 3,
        }
    }

    pub fn role(all: &[Named<Given>], subject: &Subject, group: &str, channel: Option<&str>, named: Answer) -> Role {
        if subject.from == Origin::CommandLine || all.iter().any(|it| it.value.role == Role::Owner) {
            return Role::Owner;
        }
        if subject.from == Origin::First {
            return Role::Owner;
        }
        let mut said = vec![(0, 0, Role::Member)];
        if subject.from == Origin::Administrator {
            said.push((2, 0, Role::Admin));
        }
        for Named { value, .. } in all {
            for who in &value.to {
                let sure = is(subject, who).min(place(group, channel, named, &value.on, &value.within));
                if sure == 1.0 || (sure == 0.5 && value.role == Role::Viewer) {
                    said.push((level(who), where_level(&value.on, &value.within), value.role));
                }
            }
        }
        said.sort();
        said.pop().expect("one at least").2
    }

    pub fn decide(
        (roles, grants): (&[Named<Given>], &[Named<Grant>]),
        subject: &Subject,
        group: &str,
        (action, needed): (&str, Role),
        channel: Option<&str>,
        named: Answer,
    ) -> (bool, Option<String>) {
        let role = role(roles, subject, group, channel, named);
        let fits = |pattern: &str| match pattern {
            "*" => true,
            "* delete" => action.ends_with(" delete"),
            "redmine issue delete" => group == "redmine" && action == "issue delete",
            "jira issue *" => group == "jira" && action.starts_with("issue "),
            other => other.strip_suffix(" *") == Some(group),
        };
        let said = |pattern: &str| u8::try_from(pattern.split(' ').filter(|it| *it != "*").count()).expect("few");
        let mut applying = Vec::new();
        for Named { name, value, .. } in grants {
            for pattern in value.actions.iter().filter(|it| fits(it)) {
                for who in &value.to {
                    let sure =
                        if who == "role:operator" { f32::from(u8::from(role >= Role::Operator)) } else { is(subject, who) };
                    let sure = sure.min(place(group, channel, named, &value.on, &value.within));
                    let rank = (level(who), said(pattern), where_level(&value.on, &value.within));
                    applying.push((value.effect, sure, rank, std::cmp::Reverse(name.clone())));
                }
            }
        }
        let is_exempt = subject.from == Origin::CommandLine || (role == Role::Owner && group == OWN);
        let first = |effect: Does, least: f32| {
            applying.iter().filter(|it| it.0 == effect && it.1 >= least).map(|it| (it.2, it.3.clone())).max().map(|it| it.1.0)
        };
        if let Some(name) = first(Does::Deny, 0.5).filter(|_| !is_exempt) {
            return (false, Some(name));
        }
        if let Some(name) = first(Does::Allow, 1.0) {
            return (true, Some(name));
        }
        (role >= needed, None)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_rule_decides_as_it_is_written_down(
        roles in roles(),
        grants in grants(),
        from in prop::sample::select(vec![Origin::Chat, Origin::Administrator, Origin::First, Origin::CommandLine]),
        teams in prop::option::of(any::<bool>()),
        group_answer in prop::sample::select(vec![Answer::No, Answer::Unknown, Answer::Yes]),
        email in any::<bool>(),
        channel in prop::option::of(prop::sample::select(vec!["slack:c1", "slack:c2", "slack:#dev"])),
        named_answer in prop::sample::select(vec![Answer::Unknown, Answer::Yes]),
    ) {
        let subject = subject(from, teams, group_answer, email);
        let rules = Rules::of(roles.clone(), grants.clone(), Vec::new());
        let spot = channel.map(|it| Spot { names: vec![it.to_owned()], named: named_answer });
        for group in GROUPS {
            let role = naive::role(&roles, &subject, group, channel, named_answer);
            prop_assert_eq!(rules.standing(&subject, group, spot.as_ref()).role, role, "{} {:?}", group, channel);
            for (name, effect) in SPECS {
                let needed = match (name, effect) {
                    (_, Effect::Read) => Role::Viewer,
                    ("issue delete", _) => Role::Operator,
                    (_, Effect::Write) => Role::Member,
                    (_, Effect::Admin) => Role::Admin,
                };
                let verdict = rules.decide(&subject, group, &spec(name, effect), spot.as_ref());
                let by = match &verdict.decided {
                    Decided::Denied(name) | Decided::Allowed(name) => Some(name.clone()),
                    Decided::RoleSuffices | Decided::RoleIsTooLow => None,
                };
                let expected = naive::decide((&roles, &grants), &subject, group, (name, needed), channel, named_answer);
                prop_assert_eq!((verdict.is_allowed(), by), expected, "{} {} in {:?}: {:?}", group, name, channel, verdict);
            }
        }
    }
}

fn given(role: Role, to: &[&str], on: &[&str]) -> Given {
    Given { role, to: texts(to), on: texts(on), within: Vec::new() }
}

#[test]
fn without_documents_it_is_as_the_chat_says() {
    let rules = Rules::default();
    let role = |from| rules.standing(&subject(from, Some(false), Answer::No, true), OWN, None).role;
    assert_eq!(role(Origin::Chat), Role::Member);
    assert_eq!(role(Origin::Administrator), Role::Admin);
    assert_eq!(role(Origin::First), Role::Owner);
    let may = |from, (name, effect): (&'static str, Effect)| {
        rules.decide(&subject(from, Some(false), Answer::No, true), "redmine", &spec(name, effect), None).is_allowed()
    };
    assert_eq!(SPECS.map(|it| may(Origin::Chat, it)), [true, true, false, false]);
    assert_eq!(SPECS.map(|it| may(Origin::Administrator, it)), [true; 4]);
}

#[test]
fn nobody_shuts_an_owner_out_of_the_bots_own_commands() {
    let deny = Grant {
        effect: Does::Deny,
        actions: texts(&["*"]),
        to: texts(&["everybody", "slack:T1:U1"]),
        on: Vec::new(),
        within: Vec::new(),
    };
    let viewer = given(Role::Viewer, &["slack:T1:U1", "everybody"], &[]);
    let rules = |roles: Vec<Given>| {
        let roles = roles.into_iter().enumerate().map(|(at, it)| named(format!("r{at}"), it)).collect();
        Rules::of(roles, vec![named("freeze".into(), deny.clone())], Vec::new())
    };
    let may = |rules: &Rules, group: &str| {
        let subject = subject(Origin::First, Some(false), Answer::No, true);
        rules.decide(&subject, group, &spec("roles give", Effect::Admin), None).is_allowed()
    };
    // Neither who is named, nor who is the first where nobody is.
    for roles in [vec![viewer.clone(), given(Role::Owner, &["slack:T1:U1"], &[])], vec![viewer.clone()]] {
        let rules = rules(roles);
        assert!(may(&rules, OWN) && !may(&rules, "redmine"));
    }
    // The first is first only while nobody is named.
    assert!(!may(&rules(vec![viewer, given(Role::Owner, &["slack:T1:U2"], &[])]), OWN));
}

#[test]
fn what_has_to_be_agreed_to_is_what_changes_something_but_never_the_agreeing() {
    let rule = |actions: &[&str], count: u32| Rule {
        actions: texts(actions),
        approvers: texts(&["role:admin"]),
        count,
        expires: "4h".into(),
        ask: Vec::new(),
        on: Vec::new(),
        within: Vec::new(),
    };
    let rules = vec![named("all".into(), rule(&["*"], 1)), named("deleting".into(), rule(&["redmine issue delete"], 2))];
    let rules = Rules::of(Vec::new(), Vec::new(), rules);
    let required =
        |group: &str, name: &'static str, effect| rules.required(group, &spec(name, effect), None).map(|it| it.name.clone());
    assert_eq!(required("redmine", "issue delete", Effect::Write).as_deref(), Some("deleting"));
    assert_eq!(required("redmine", "issue create", Effect::Write).as_deref(), Some("all"));
    assert_eq!(required("redmine", "issue show", Effect::Read), None);
    for name in super::super::approvals::DECISIONS {
        assert_eq!(required(OWN, name, Effect::Write), None, "{name}");
        assert_eq!(required("redmine", name, Effect::Write).as_deref(), Some("all"), "{name}");
    }
}
