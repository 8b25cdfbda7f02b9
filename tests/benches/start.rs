//! How soon a bot takes a command, and what it weighs when it has nothing to do.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    Bench,
    far_ends::FarEnds,
    folder_on_disk,
    process::{Bellhop, Setup, sqlite},
};

const STARTS: usize = 20;
const IDLE: Duration = Duration::from_secs(10);

enum Folder {
    Fresh,
    Existing,
}

struct Starts {
    median: f64,
    worst: f64,
}

pub async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let far_ends = FarEnds::start().await?;
    let figures = &mut bench.figures;
    let fresh = starts(&bench.binary, &far_ends, Folder::Fresh).await?;
    figures.goal("Start to first accepted command, new database, median of 20", fresh.median, 300.0, "ms");
    figures.goal("… worst of 20", fresh.worst, 300.0, "ms");
    let existing = starts(&bench.binary, &far_ends, Folder::Existing).await?;
    figures.goal("Start to first accepted command, existing database, median of 20", existing.median, 300.0, "ms");
    figures.goal("… worst of 20", existing.worst, 300.0, "ms");

    let folder = folder_on_disk(&bench.binary)?;
    let bellhop = Bellhop::start(&setup(&bench.binary, folder.path(), &sqlite(folder.path())), &far_ends).await?;
    bellhop.first_accepted(&far_ends).await?;
    tokio::time::sleep(IDLE).await;
    figures.goal("Resident memory, idle for 10 s after a command", bellhop.memory()?, 40.0, "MB");
    bellhop.end().await
}

fn setup<'a>(binary: &'a Path, folder: &'a Path, store: &'a str) -> Setup<'a> {
    Setup { binary, folder, store, connections: 1, hooks: 0, channel_rate: 0.0, core: None }
}

/// Milliseconds from starting the process to the answer that a command is stored.
async fn starts(binary: &Path, far_ends: &FarEnds, folder: Folder) -> anyhow::Result<Starts> {
    let kept = folder_on_disk(binary)?;
    let mut all = Vec::new();
    if matches!(folder, Folder::Existing) {
        one_start(binary, kept.path(), far_ends).await?;
    }
    for _ in 0..STARTS {
        all.push(match folder {
            Folder::Fresh => one_start(binary, folder_on_disk(binary)?.path(), far_ends).await?,
            Folder::Existing => one_start(binary, kept.path(), far_ends).await?,
        });
    }
    all.sort_by(f64::total_cmp);
    Ok(Starts { median: (all[STARTS / 2 - 1] + all[STARTS / 2]) / 2.0, worst: all[STARTS - 1] })
}

async fn one_start(binary: &Path, folder: &Path, far_ends: &FarEnds) -> anyhow::Result<f64> {
    let started = Instant::now();
    let bellhop = Bellhop::start(&setup(binary, folder, &sqlite(folder)), far_ends).await?;
    let accepted = bellhop.first_accepted(far_ends).await?;
    bellhop.end().await?;
    Ok(accepted.duration_since(started).as_secs_f64() * 1e3)
}
