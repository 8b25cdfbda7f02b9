//! Slash commands at 500 a second: how soon each is acknowledged, and that nothing is lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Bench,
    far_ends::FarEnds,
    folder_on_disk, load,
    options::Database,
    process::{Bellhop, Setup},
    requests::{Commands, subject},
};

/// Commands a second.
const RATE: u32 = 500;
/// How many connections share the load: each allows itself 20 requests a second, and a command takes three.
const CONNECTIONS: usize = 100;
/// A queue that finishes nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// No longer than this after the last command.
const LONGEST: Duration = Duration::from_secs(45);

pub async fn measure(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let bellhop = Bellhop::start(
        &Setup {
            binary: &bench.binary,
            folder: folder.path(),
            store: &store,
            connections: CONNECTIONS,
            hooks: 0,
            channel_rate: 0.0,
            core: None,
        },
        &far_ends,
    )
    .await?;
    bellhop.first_accepted(&far_ends).await?;
    let commands = Arc::new(Commands { address: bellhop.address, url: far_ends.url.clone(), connections: CONNECTIONS });

    let (cpu, start) = (bellhop.cpu()?, Instant::now());
    let done = load::open(&commands, 1_000_000, RATE, bench.options.seconds(15)).await;
    let sending = start.elapsed();
    let accepted = done.accepted();
    let seen = &far_ends.seen;
    seen.replies.wait_for(&accepted, PATIENCE, LONGEST).await;
    let until_last = seen.replies.last().map_or(Duration::MAX, |it| it.saturating_duration_since(start));
    let cpu = bellhop.cpu()? - cpu;

    let (figures, name, latencies) = (&mut bench.figures, database.name(), done.latencies());
    figures.goal(&format!("Acknowledging at {RATE}/s on {name}, p99"), latencies.percentile(99.0), 50.0, "ms");
    figures.figure("… p50", latencies.percentile(50.0), "ms");
    figures.figure("… p99.9", latencies.percentile(99.9), "ms");
    figures.figure("… worst", latencies.percentile(100.0), "ms");
    figures.exactly("… commands accepted", accepted.len(), done.0.len());
    figures.exactly("… issues created, each once", seen.created_once(accepted.iter().map(|it| subject(*it))), accepted.len());
    figures.exactly("… replies arrived, each once", seen.replies.once(&accepted), accepted.len());
    figures.figure("… commands finished a second, accepted to replied", accepted.len() as f64 / until_last.as_secs_f64(), "/s");
    figures.figure("… last reply after the last command", until_last.saturating_sub(sending).as_secs_f64(), "s");
    figures.figure("… processor time of bellhop a command", cpu * 1e3 / accepted.len().max(1) as f64, "ms");
    figures.figure("… resident memory at most, 100 connections", bellhop.most_memory()?, "MB");
    bellhop.end().await
}
