//! Webhooks at given rates: a burst past what is promised, acknowledgement, and the way to the message.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Bench,
    far_ends::FarEnds,
    figures::Times,
    folder_on_disk,
    load::{self, Fate},
    options::Database,
    process::{Bellhop, Setup},
    requests::Webhooks,
};

/// Hooks, each with a channel of its own: so many lanes.
const HOOKS: usize = 500;
const FIRST: u64 = 1_000_000;
/// A second: more than is promised.
const BURST_RATE: u32 = 6000;
const LATENCY_RATE: u32 = 500;
/// A queue that finishes nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60);

/// A bot with [`HOOKS`] hooks on a new database. The folder goes when it is dropped.
async fn begin(bench: &Bench, database: Database) -> anyhow::Result<(TempDir, FarEnds, Bellhop, Arc<Webhooks>)> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: 0,
        hooks: HOOKS,
        channel_rate: 0.0,
        core: None,
    };
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.ready().await?;
    let requests = Arc::new(Webhooks { address: bellhop.address, hooks: HOOKS });
    // Statements are prepared and connections opened before anything is timed.
    let first = load::open(&requests, 1, 100, Duration::from_secs(1)).await.accepted();
    far_ends.seen.messages.wait_for(&first, PATIENCE, PATIENCE).await;
    Ok((folder, far_ends, bellhop, requests))
}

/// More than the bot takes: what it cannot store it must refuse, and what it did not refuse it must deliver.
pub async fn burst(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (_folder, far_ends, bellhop, requests) = begin(bench, database).await?;
    let start = Instant::now();
    let shots = load::open(&requests, FIRST, BURST_RATE, bench.options.seconds(30)).await;
    let sending = shots.0.iter().map(|it| it.due).max().map_or(start.elapsed(), |it| it.duration_since(start));
    let end = start + sending;
    let accepted = shots.accepted();
    let in_time = shots.0.iter().filter(|it| it.fate == Fate::Accepted && it.answered <= end).count();
    let seen = &far_ends.seen.messages;
    seen.wait_for(&accepted, PATIENCE, LONGEST).await;
    let done = seen.last().map_or(0.0, |it| it.saturating_duration_since(end).as_secs_f64());

    let (figures, name) = (&mut bench.figures, database.name());
    let title = format!("Burst of {BURST_RATE}/s for {:.0} s on {name}, accepted durably", sending.as_secs_f64());
    figures.at_least(&title, in_time as f64 / sending.as_secs_f64(), database.of(5000.0, 4000.0), "/s");
    figures.figure("… sent", shots.0.len() as f64, "");
    figures.figure("… accepted", accepted.len() as f64, "");
    let refused = shots.serials(|it| it == Fate::Refused);
    figures.figure("… refused with 503 and Retry-After", refused.len() as f64, "");
    let (wrong, unknown) = (shots.serials(|it| matches!(it, Fate::Wrong(_))), shots.serials(|it| it == Fate::Unknown));
    figures.exactly("… answered otherwise, or not at all", wrong.len() + unknown.len(), 0);
    figures.figure("… accepted, p99 from when it was due", shots.latencies().percentile(99.0), "ms");
    figures.exactly("… accepted ones that arrived, each once", seen.once(&accepted), accepted.len());
    figures.exactly("… refused ones that arrived", seen.of(&refused), 0);
    figures.figure("… last message after the last webhook", done, "s");
    figures.figure("… resident memory at most", bellhop.most_memory()?, "MB");
    bellhop.end().await
}

/// At half of what the burst promises.
pub async fn acknowledgement(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (_folder, far_ends, bellhop, requests) = begin(bench, database).await?;
    let (rate, cpu) = (database.of(2500, 2000), bellhop.cpu()?);
    let shots = load::open(&requests, FIRST, rate, bench.options.seconds(10)).await;
    let (accepted, latencies) = (shots.accepted(), shots.latencies());
    let seen = &far_ends.seen.messages;
    seen.wait_for(&accepted, PATIENCE, LONGEST).await;
    let cpu = bellhop.cpu()? - cpu;

    let (figures, name) = (&mut bench.figures, database.name());
    figures.at_most(&format!("Acknowledging webhooks at {rate}/s on {name}, p99"), latencies.percentile(99.0), 50.0, "ms");
    figures.figure("… p50", latencies.percentile(50.0), "ms");
    figures.figure("… p99.9", latencies.percentile(99.9), "ms");
    figures.exactly("… webhooks accepted", accepted.len(), shots.0.len());
    figures.exactly("… messages arrived, each once", seen.once(&accepted), accepted.len());
    figures.figure("… processor time of bellhop a message", cpu * 1e3 / accepted.len().max(1) as f64, "ms");
    bellhop.end().await
}

/// From the 200 for a webhook to its message in Slack.
pub async fn latency(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (_folder, far_ends, bellhop, requests) = begin(bench, database).await?;
    let cpu = bellhop.cpu()?;
    let shots = load::open(&requests, FIRST, LATENCY_RATE, bench.options.seconds(10)).await;
    let accepted = shots.accepted();
    let seen = &far_ends.seen.messages;
    seen.wait_for(&accepted, PATIENCE, LONGEST).await;
    let cpu = bellhop.cpu()? - cpu;
    let took = shots.0.iter().filter(|it| it.fate == Fate::Accepted).map(|it| {
        let arrived = seen.first(it.serial);
        // A message may be there before its webhook's answer was read.
        arrived.map_or(f64::INFINITY, |at| at.saturating_duration_since(it.answered).as_secs_f64() * 1e3)
    });
    let took = Times::new(took.collect());

    let (figures, name) = (&mut bench.figures, database.name());
    let title = format!("Webhook accepted → message at {LATENCY_RATE}/s over {HOOKS} channels on {name}, p99");
    figures.at_most(&title, took.percentile(99.0), 150.0, "ms");
    figures.figure("… p50", took.percentile(50.0), "ms");
    figures.figure("… p99.9", took.percentile(99.9), "ms");
    figures.exactly("… messages arrived, each once", seen.once(&accepted), shots.0.len());
    figures.figure("… processor time of bellhop a message", cpu * 1e3 / accepted.len().max(1) as f64, "ms");
    bellhop.end().await
}
