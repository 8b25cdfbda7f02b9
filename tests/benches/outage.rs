//! Slack is down for a while, and notifications go on coming. When it is back, all is told, one by
//! one or in digests, and never faster than Slack allows.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::{
    Bench,
    far_ends::{FarEnds, Mood, lock},
    folder_on_disk, load,
    options::Database,
    process::{Bellhop, Setup},
    requests::Webhooks,
};

/// Hooks, each with a channel of its own.
const HOOKS: usize = 12;
/// Webhooks a second, in all: what Slack's limits of a workspace leave room for in the long run.
const RATE: u32 = 3;
const BEFORE: Duration = Duration::from_secs(5);
/// They go on for so long once Slack is back.
const AFTER: Duration = Duration::from_secs(15);
/// How many may be on their way when nothing is waiting any more: a second's worth.
const ON_THEIR_WAY: usize = RATE as usize;
/// After the last webhook: the backoff of a post may be long by then.
const LONGEST: Duration = Duration::from_secs(60);

pub async fn measure(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: 0,
        hooks: HOOKS,
        channel_rate: 1.0,
        core: bench.options.cores.of_bot(),
    };
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.ready().await?;
    let requests = Arc::new(Webhooks { address: bellhop.address, hooks: HOOKS });
    let outage = Duration::from_secs_f64(bench.options.minutes * 60.0);
    let seen = &far_ends.seen;

    let start = Instant::now();
    let sent = load::open(&requests, 1_000_000, RATE, BEFORE + outage + AFTER);
    let watched = async {
        tokio::time::sleep(BEFORE).await;
        seen.be(Mood::Down);
        tokio::time::sleep(outage).await;
        seen.be(Mood::Up);
        let back = Instant::now();
        let due = || (start.elapsed().min(BEFORE + outage + AFTER).as_secs_f64() * f64::from(RATE)) as usize;
        let longest = AFTER + LONGEST + outage / 2;
        while seen.told() + ON_THEIR_WAY < due() && back.elapsed() < longest {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let caught_up = back.elapsed();
        while seen.told() < due() && back.elapsed() < longest {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Whatever would come twice comes now.
        tokio::time::sleep(Duration::from_secs(2)).await;
        caught_up
    };
    let (shots, caught_up) = tokio::join!(sent, watched);

    let (figures, name) = (&mut bench.figures, database.name());
    let limits = std::mem::take(&mut *lock(&seen.limits));
    figures.exactly(
        &format!("Slack down for {:.1} min on {name}, then back: posts over a channel's limit", bench.options.minutes),
        limits.over_channel,
        0,
    );
    figures.exactly("… posts over the workspace's limit", limits.over_workspace, 0);
    figures.figure("… posts tried, those included that Slack did not take", limits.posts as f64, "");
    figures.figure("… most posts in a minute", limits.most as f64, "");
    figures.exactly("… webhooks accepted", shots.accepted().len(), shots.0.len());
    figures.exactly("… told, one by one or in a digest", seen.told(), shots.accepted().len());
    figures.exactly("… told twice", seen.messages.repeated(), 0);
    figures.figure("… digests", seen.digests.load(Ordering::Relaxed) as f64, "");
    figures.figure("… time to catch up", caught_up.as_secs_f64(), "s");
    bellhop.end().await
}
