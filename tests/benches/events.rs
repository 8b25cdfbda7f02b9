//! From a delivery's body to what it leads to, with a thousand subscriptions: no server, no store, one core.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use bot::{
    config::{Broadcast, Destination, Mode, Rhythm, Subscription},
    notify::{decide::decide, people::Names, subscriptions::Known},
};
use commands::filter::Filter;
use connectors::Delivery;
use jiff::Timestamp;
use serde_json::json;

use crate::Bench;

const SUBSCRIPTIONS: usize = 1_000;
/// Few of them want any one event, as in a company with many channels.
const WANTED: &[&str] = &[
    "in:acme/repo-{n} pulls -author:*[bot]",
    "in:acme/repo-{n} (reviews or comments) label:urgent",
    "in:acme/repo-{n} commits branch:main",
    "in:acme/repo-{n} (label:urgent or path:infra/**)",
    "in:acme/repo-{n} workflows status:failed",
];
/// The same of all repositories: each is asked of each event.
const EVERYWHERE: &[&str] = &[
    "pulls author:person-{n}",
    "in:team-{n}/* issues",
    "label:team-{n} (pulls or issues)",
    "commits path:services/{n}/**",
    "reviewer:person-{n} or assignee:person-{n}",
];

pub fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let seconds = bench.options.seconds(5);
    let usual = rate(WANTED, seconds)?;
    bench.figures.at_least("Parse, filter and render, 1,000 subscriptions to repositories", usual, 20_000.0, "events/s");
    let worst = rate(EVERYWHERE, seconds)?;
    bench.figures.figure("The same, 1,000 subscriptions to everything", worst, "events/s");
    Ok(())
}

fn rate(filters: &[&str], seconds: Duration) -> anyhow::Result<f64> {
    let mut all = Vec::with_capacity(SUBSCRIPTIONS);
    for nth in 0..SUBSCRIPTIONS {
        let filter = filters[nth % filters.len()].replace("{n}", &(nth / filters.len()).to_string());
        let filter = Filter::parse(&filter).map_err(|err| anyhow::anyhow!("{filter}: {err}"))?;
        let to = Destination::parse(&format!("slack:C{nth:04}")).map_err(anyhow::Error::msg)?;
        let rhythm = Rhythm::default();
        all.push(Arc::new(Subscription {
            from: "github".into(),
            filter,
            to,
            fallback: None,
            mode: Mode::Thread,
            broadcast: Broadcast::Never,
            rhythm,
            since: Timestamp::MIN,
            line: None,
        }));
    }
    let known = Known::of_all(&all, Vec::new());
    let (_, webhook) = connectors::webhook("github").context("there is no webhook of GitHub")?;
    let bodies = [("push", push()), ("pull_request", pull())].map(|(name, body)| (name, body.to_string()));
    let (mut events, mut told) = (0_u64, 0_usize);
    let began = Instant::now();
    while began.elapsed() < seconds {
        for (name, body) in &bodies {
            let headers = [("x-github-event".to_owned(), (*name).to_owned()), ("x-github-delivery".into(), events.to_string())];
            let delivery = Delivery {
                hook: "github",
                method: "POST",
                template: None,
                headers: &headers,
                query: "",
                url: None,
                body: body.as_bytes(),
                received: Timestamp::now(),
            };
            for event in (webhook.parse)(&delivery).map_err(|err| anyhow::anyhow!("{name}: {err}"))? {
                events += 1;
                told += black_box(decide(&known, &event, Timestamp::now(), &|_| Names::none())).0.len();
            }
        }
    }
    ensure!(told > 0, "nothing was told of {events} events");
    Ok(events as f64 / began.elapsed().as_secs_f64())
}

fn repository() -> serde_json::Value {
    json!({"id": 7, "name": "repo-7", "full_name": "acme/repo-7", "html_url": "https://github.com/acme/repo-7",
        "default_branch": "main", "owner": {"login": "acme"}})
}

fn push() -> serde_json::Value {
    let commit = |nth: u32| {
        json!({"id": format!("{nth:040x}"), "message": format!("Fix printer {nth}\n\nIt burned."),
        "timestamp": "2026-11-21T09:00:00Z", "url": format!("https://github.com/acme/repo-7/commit/{nth:040x}"),
        "author": {"name": "Ana Abel", "email": "ana@example.org", "username": "ana"},
        "added": [], "removed": [], "modified": [format!("infra/net/part-{nth}.tf"), "services/7/main.rs"]})
    };
    json!({"ref": "refs/heads/main", "before": "1".repeat(40), "after": "2".repeat(40), "forced": false,
        "compare": "https://github.com/acme/repo-7/compare/1...2", "commits": [commit(1), commit(2), commit(3)],
        "head_commit": commit(3), "pusher": {"name": "ana"}, "sender": {"login": "ana", "id": 5}, "repository": repository()})
}

fn pull() -> serde_json::Value {
    json!({"action": "labeled", "number": 512, "label": {"name": "team-7"}, "sender": {"login": "person-7", "id": 5},
        "repository": repository(),
        "pull_request": {"number": 512, "title": "Put the printer out", "html_url": "https://github.com/acme/repo-7/pull/512",
            "state": "open", "body": "It burns. @ben, have a look, please.".repeat(20), "merged": false, "draft": false,
            "user": {"login": "person-7"}, "labels": [{"name": "urgent"}, {"name": "team-7"}],
            "head": {"ref": "printer-out", "sha": "3".repeat(40)}, "base": {"ref": "main", "sha": "4".repeat(40)},
            "requested_reviewers": [{"login": "person-3"}], "assignees": [], "created_at": "2026-11-21T09:00:00Z",
            "updated_at": "2026-11-21T09:00:00Z"}})
}
