//! What checks found becomes what counts, is kept, and is told when it changes: `health.failed`, `health.degraded`,
//! `health.recovered`, as events of the source `bellhop`.
//!
//! What failed is looked at together with all that it needs and all that needs it, at once: what others explain is not told,
//! and what explains others says so. The bot that holds the duty does this; its samples, the new states and what is told are one
//! transaction.

use std::collections::BTreeSet;

use commands::{
    Event,
    event::{Change as Changed, Object, Severity},
};
use connectors::State;
use jiff::{SignedDuration, Timestamp};

use super::{
    Checked, HOOK, QUEUE,
    explain::Graph,
    outage,
    settle::{Agreement, Change, Standing, stored},
    store,
};
use crate::{
    app::App,
    builtins::jobs::{SUBJECTS, age},
    notify::{news::News, own},
    queue::{NewJob, Queue},
    store::{Asked, Tx},
};

/// What was found failing within this time is not checked again to explain something else.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// What needs something that works again is told of when a check still finds it failing after this time.
const COMES_BACK: SignedDuration = SignedDuration::from_secs(30);
/// More than so many are not named.
const NAMED: usize = 20;

/// An event of our own.
pub(super) fn event(kind: &str, key: &str, title: &str, at: Timestamp, severity: Severity, state: &str, text: String) -> Event {
    Event {
        id: format!("{kind}:{key}:{}", at.as_microsecond()),
        source: own::SOURCE.into(),
        kind: kind.into(),
        at,
        object: Object { key: key.into(), title: title.into(), url: None, place: Some(key.into()), state: Some(state.into()) },
        text: Some(text).filter(|it| !it.is_empty()),
        severity: Some(severity),
        ..Event::default()
    }
}

impl App {
    /// Tells of events of our own, in the transaction that brings them: whoever subscribes to `bellhop`, and `[alerts] to`.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub(crate) async fn announce(&self, tx: &mut Tx, events: Vec<Event>) -> Asked<()> {
        let routed = self.told_to_administrators(events);
        News::record(tx, &routed.news.iter().collect::<Vec<_>>()).await?;
        enqueue(tx, &routed.jobs).await
    }

    /// What people call it.
    pub(super) fn title_of(&self, name: &str) -> String {
        if name == QUEUE {
            return "Bellhop's queue".into();
        }
        if let Some(hook) = name.strip_prefix(HOOK) {
            return format!("The hook {hook}");
        }
        match (self.platforms.get(name), self.connections.get(name)) {
            (Some(_), _) => outage::chat(name),
            (None, Ok(live)) => live.title(),
            (None, Err(_)) => name.to_owned(),
        }
    }

    /// What needs what: as the configuration says, and as the bot knows. Connections to the same server need the first of them.
    pub(super) fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        let all = self.connections.all();
        for live in &all {
            for need in &live.needs {
                graph.add(&live.name, need);
            }
            // One that is needed explicitly is above those beside it.
            if live.needs.is_empty()
                && let Some(host) = live.url.as_deref().and_then(host)
                && let Some(first) = all.iter().find(|it| it.url.as_deref().and_then(self::host).as_deref() == Some(&host))
            {
                graph.add(&live.name, &first.name);
            }
        }
        graph
    }

    /// Takes in what was checked.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub(super) async fn observe(&self, mut checked: Vec<(String, Checked)>) -> anyhow::Result<()> {
        let now = self.store.now();
        let config = &self.health.config;
        let agreement = Agreement { agreeing: config.agreeing, of: config.of };
        let mut standings = store::standings(&self.store).await?;
        let mut changes: Vec<(String, Change)> = Vec::new();
        let graph = self.graph();
        let mut taken = 0;
        // What else has to be looked at before anything is said may itself be news.
        loop {
            for (name, it) in &checked[taken..] {
                let standing = standings.entry(name.clone()).or_insert_with(|| Standing::new(now));
                if let Some(change) = standing.take(it.state(), agreement, now) {
                    if change.from == State::Failed {
                        self.ask_again(&graph.dependents(name));
                    }
                    changes.push((name.clone(), change));
                }
            }
            taken = checked.len();
            let related = self.related(&graph, &changes, &checked, now);
            if related.is_empty() {
                break;
            }
            checked.extend(self.check_these(related).await);
        }
        let state_of = |name: &str| self.health.state(name).unwrap_or(State::Ok);
        let settled: BTreeSet<String> =
            standings.iter().filter(|(_, it)| it.state == State::Failed).map(|(name, _)| name.clone()).collect();
        let fails = |name: &str| state_of(name) == State::Failed || settled.contains(name);

        let mut events = Vec::new();
        let mut down: Vec<(String, Change)> = Vec::new();
        for (name, change) in &changes {
            let Some(standing) = standings.get_mut(name) else { continue };
            let was_explained = standing.explained_by.is_some();
            standing.explained_by = if change.to == State::Failed { graph.root(name, &fails) } else { None };
            match &standing.explained_by {
                Some(root) => tracing::info!(name, root, "It failed, which {root} explains"),
                None if was_explained => {}
                None => {
                    // What is back with it is not said to fail still, though a single check does not settle that.
                    let is_part =
                        |it: &String| if change.to == State::Failed { fails(it) } else { state_of(it) == State::Failed };
                    let explained = graph.dependents(name).into_iter().filter(is_part).collect();
                    events.push(self.changed(name, change, explained, now).await);
                }
            }
            if self.platforms.get(name).is_some() && (change.to == State::Failed || change.from == State::Failed) {
                down.push((name.clone(), change.clone()));
            }
        }
        // Whose explanation is over, and which fails still, has to be told of after all; not before it had time to come back and was
        // asked. Whoever is told that the root is well hears at once what still fails.
        let latest = self.health.all();
        let had_time = |name: &str, root: &str| {
            let Some((root, last)) = standings.get(root).zip(latest.get(name)) else { return true };
            !last.kept_back && last.at.duration_since(root.since) >= COMES_BACK
        };
        let orphaned: Vec<String> = standings
            .iter()
            .filter(|(name, it)| {
                it.state == State::Failed
                    && state_of(name) == State::Failed
                    && !changes.iter().any(|(changed, _)| changed == *name)
            })
            .filter(|(name, it)| it.explained_by.as_ref().is_some_and(|root| !fails(root) && had_time(name, root)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &orphaned {
            let root = graph.root(name, &fails);
            let Some(standing) = standings.get_mut(name) else { continue };
            standing.explained_by = root.clone();
            if root.is_none() {
                let change = Change { from: State::Ok, to: State::Failed, since: standing.since };
                events.push(self.changed(name, &change, Vec::new(), now).await);
            }
        }
        let mut notices: Vec<NewJob> = Vec::new();
        for (name, change) in &down {
            notices.extend(self.outage_notices(name, change, now).await);
        }

        let mut tx = self.store.begin().await?;
        let mut kept = BTreeSet::new();
        for (name, it) in &checked {
            self.sample(name, it).record(&mut tx, name).await?;
            kept.insert(name.clone());
        }
        for name in kept.iter().chain(&orphaned) {
            if let Some(standing) = standings.get(name) {
                standing.record(&mut tx, name).await?;
            }
        }
        self.announce(&mut tx, events).await?;
        enqueue(&mut tx, &notices).await?;
        tx.commit().await?;
        for (name, it) in &checked {
            self.health.count(name, it.counted);
        }
        Ok(())
    }

    /// What these need works again: what their breakers keep back may go.
    fn ask_again(&self, names: &BTreeSet<String>) {
        for live in names.iter().filter_map(|it| self.connections.get(it).ok()) {
            live.ask_again();
        }
    }

    /// What to look at now because of what changed: what it needs, and what needs it.
    fn related(&self, graph: &Graph, changes: &[(String, Change)], checked: &[(String, Checked)], now: Timestamp) -> Vec<String> {
        let latest = self.health.all();
        let found = |name: &str| checked.iter().rev().find(|it| it.0 == name).map(|it| &it.1);
        // That something worked a moment ago does not say that it works now.
        let failed_just_now = |it: &Checked| it.state() == State::Failed && now.duration_since(it.at) < FRESH;
        let is_fresh = |name: &str| found(name).is_some() || latest.get(name).is_some_and(failed_just_now);
        let mut all = BTreeSet::new();
        for (name, change) in changes.iter().filter(|(_, it)| it.to == State::Failed || it.from == State::Failed) {
            // Nor does what failed before something worked again say that it fails without its explanation.
            let worked_at = found(name).filter(|_| change.to != State::Failed).map(|it| it.at);
            let failed_before = |name: &str| {
                let last = found(name).or_else(|| latest.get(name)).filter(|it| it.state() == State::Failed);
                last.zip(worked_at).is_some_and(|(last, worked_at)| last.at < worked_at)
            };
            let dependents = graph.dependents(name).into_iter().filter(|it| !is_fresh(it) || failed_before(it));
            all.extend(graph.needs(name).into_iter().filter(|it| !is_fresh(it)).chain(dependents));
        }
        let names = self.checked_names();
        all.into_iter().filter(|it| names.contains(it)).collect()
    }

    fn sample(&self, name: &str, checked: &Checked) -> store::Sample {
        let tally = self.health.uncounted(name, checked.counted);
        let int = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        store::Sample {
            at: checked.at,
            state: checked.state(),
            score: checked.judged.score,
            took: (checked.seconds * 1e6) as i64,
            requests: int(tally.requests),
            failed: int(tally.failed),
            timed: int(tally.timed),
            response: (tally.seconds * 1e6) as i64,
            quota_left: checked.quota.map(|it| int(it.remaining)),
            quota_limit: checked.quota.and_then(|it| it.limit).map(int),
        }
    }

    /// What is told of a change.
    async fn changed(&self, name: &str, change: &Change, explained: Vec<String>, now: Timestamp) -> Event {
        let is_ours = name == QUEUE || self.platforms.get(name).is_some();
        let (kind, severity) = match change.to {
            State::Failed if is_ours => ("health.failed", Severity::Critical),
            State::Failed => ("health.failed", Severity::Error),
            State::Warning => ("health.degraded", Severity::Warning),
            State::Ok => ("health.recovered", Severity::Info),
        };
        let mut said = Vec::new();
        if change.to == State::Ok {
            said.push(format!("It was {} for {}.", stored(change.from), age(now.duration_since(change.since))));
        } else if let Some(checked) = self.health.all().get(name) {
            for check in checked.checks.iter().filter(|it| it.state != State::Ok) {
                let fix = check.fix.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
                said.push(format!("{}: {}.{fix}", check.name, check.detail.trim_end_matches('.')));
            }
        }
        if !explained.is_empty() {
            let (count, s) = (explained.len(), if explained.len() == 1 { "s" } else { "" });
            let titles: Vec<String> = explained.iter().take(NAMED).map(|it| self.title_of(it)).collect();
            let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            let names = titles.join(", ");
            said.push(match change.to {
                State::Failed => format!("This explains why {names}{more} fail{s} as well."),
                _ => format!("Still failing, which it had explained: {names}{more}."),
            });
        }
        if change.to == State::Failed && !is_ours {
            match self.waiting_for(name).await {
                0 => {}
                1 => said.push("1 job waits for it.".into()),
                count => said.push(format!("{count} jobs wait for it.")),
            }
        }
        let told = event(kind, name, &self.title_of(name), now, severity, stored(change.to), said.join("\n\n"));
        Event {
            labels: vec!["health".into()],
            changes: vec![Changed {
                field: "health".into(),
                from: Some(stored(change.from).into()),
                to: Some(stored(change.to).into()),
            }],
            about: explained,
            ..told
        }
    }

    /// Jobs that wait for a connection.
    async fn waiting_for(&self, name: &str) -> i64 {
        match self.queue.overview(SUBJECTS).await {
            Ok(overview) => {
                let about = overview.connections.iter().filter(|it| it.connection.as_deref() == Some(name));
                about.filter(|it| it.state.is_live()).map(|it| it.jobs).sum()
            }
            Err(err) => {
                tracing::warn!("What waits for `{name}` cannot be counted: {err:#}");
                0
            }
        }
    }
}

async fn enqueue(tx: &mut Tx, jobs: &[NewJob]) -> Asked<()> {
    for job in jobs {
        Queue::enqueue(tx, job).await?;
    }
    Ok(())
}

/// The server of an address.
fn host(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let port = url.port_or_known_default().unwrap_or_default();
    Some(format!("{}:{port}", url.host_str()?))
}
