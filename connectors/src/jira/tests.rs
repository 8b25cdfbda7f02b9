//! Every command against the simulated Jira, over real HTTP: what is sent, and what people read.

use expect_test::{Expect, expect};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Deployment, Jira,
    standin::{ANA_TOKEN, Simulated},
};
use crate::{
    Kind,
    tests::desk::{Contract, Desk, NOW},
};

mod around;
mod boards;
mod data_center;
mod failures;
mod happenings;
mod hooks;
mod issues;
mod metrics;
mod news;
mod people;
mod places;
mod search;
mod tasks;
mod workflow;

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

/// Cloud's paths are described; Data Center's, and the one that tells which it is, are not.
fn contract(path: &str) -> Option<&'static str> {
    (path.starts_with("/rest/api/3/") || path.starts_with("/rest/agile/")).then_some("jira")
}

fn undescribed(_: &str) -> Option<&'static str> {
    None
}

/// A Jira whose clock stands still, with what is worth testing only on Cloud.
async fn desk() -> Desk<Simulated> {
    with(|_| {}).await
}

async fn with(change: impl FnOnce(&mut super::standin::State)) -> Desk<Simulated> {
    at(Deployment::Cloud, contract, change).await
}

async fn at(deployment: Deployment, contract: Contract, change: impl FnOnce(&mut super::standin::State)) -> Desk<Simulated> {
    let simulated = Simulated::at(deployment, now());
    {
        let mut state = simulated.state();
        state.clock = Some(now());
        change(&mut state);
    }
    // Which it is is asked for in tests of their own.
    let known = |config: &mut Map<String, Value>| drop(config.insert("deployment".into(), json!(deployment)));
    Desk::with(Kind::of::<Jira>(), contract, simulated, known).await
}

/// What people read, without what was sent.
async fn read(desk: &Desk<Simulated>, line: &str, expected: Expect) {
    let outcome = desk.run(line).await;
    expected.assert_eq(&crate::tests::desk::read(&outcome).replace(&desk.server.url(), "{url}"));
}
