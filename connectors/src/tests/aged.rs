//! While a system is out of reach, what it said before is what there is to be shown, with its age.

use std::time::Duration;

use commands::{
    Call, Effect,
    grammar::{self, Parsed, Setting},
};
use serde_json::Map;

use super::{connected, desk, sample, served};
use crate::{
    ALL, Kind,
    http::{Policy, telling_age},
    standin::Fault,
};

/// Files and logs, which are not kept; what is found by way of an address that a system gives out for the moment; and what OpenProject
/// lets be written.
const NOT_KEPT: &[(&str, &str)] = &[
    ("gitlab", "job log"),
    ("gitlab", "artifact download"),
    ("openproject", "field list"),
    ("bitbucket", "pr files"),
    ("bitbucket", "file show"),
    ("bitbucket", "pipeline log"),
    ("bitbucket", "download get"),
    ("drive", "version download"),
    ("azure-devops", "run log"),
    ("azure-devops", "artifact download"),
];
/// What was seen a moment ago is as good as new here: it changes once in a long while.
const SETTLED: &[(&str, &str)] =
    &[("redmine", "role list"), ("openproject", "role list"), ("bitbucket", "repo show"), ("bitbucket", "user me")];

/// The commands that only look, of those that the actions show as examples.
fn looks(kind: &Kind) -> Vec<(&'static str, Call)> {
    let group = kind.group(kind.name, None);
    let (defaults, groups) = (Map::new(), std::slice::from_ref(&group));
    let setting = Setting { defaults: &defaults, today: jiff::civil::date(2026, 11, 21) };
    let reads = group.actions.iter().filter(|it| it.effect == Effect::Read);
    let call = |line: &str| match grammar::parse(groups, &setting, &format!("{} {line}", kind.name)) {
        Ok(Parsed::Call(call)) => call,
        other => panic!("{} {line}: {other:?}", kind.name),
    };
    reads.flat_map(|it| it.examples).map(|line| (*line, call(line))).collect()
}

#[tokio::test]
async fn every_connector_shows_what_it_saw_before_while_its_system_is_down() {
    let mut broken = Vec::new();
    for kind in ALL.iter().chain([&sample::KIND]) {
        let server = served(kind).await;
        let connected = connected(kind, &server, Policy { timeout: Duration::from_secs(5), retries: 0, per_second: 0 });
        let ctx = desk::ctx(kind.name);
        let mut seen = Vec::new();
        for (line, call) in looks(kind) {
            let before = server.exchanges().last().cloned();
            let (reply, age) = telling_age(connected.run(&call, &ctx)).await;
            let asked = server.exchanges().last().map(|it| it.at) != before.map(|it| it.at);
            assert_eq!(age, None, "{} {line}", kind.name);
            // Some examples name what this stand-in has not.
            if reply.is_ok() && asked {
                seen.push((line, call));
            }
        }
        let looks_at_all = !looks(kind).is_empty();
        assert!(!seen.is_empty() || !looks_at_all, "{}: no example shows anything", kind.name);
        server.set_fault(Fault::Down).await.unwrap();
        for (line, call) in &seen {
            let (reply, age) = telling_age(connected.run(call, &ctx)).await;
            let among = |all: &[(&str, &str)]| all.contains(&(kind.name, call.action.as_str()));
            let is_right = match &reply {
                Ok(_) => age.is_some() != among(SETTLED),
                Err(_) => among(NOT_KEPT),
            };
            if !is_right {
                broken.push(format!("{} {line}: {:?}", kind.name, reply.map(|_| age)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
