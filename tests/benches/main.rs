//! The figures that the project promises, measured on the release binary from outside, over HTTP:
//!
//! ```text
//! cargo run --release -p tests --bin bench
//! ```
//!
//! Builds `bellhop` first, takes about two minutes, prints a table, and ends with status 1 when a
//! goal is missed. The commands, a Slack and a Redmine come from this process and so from the same
//! cores. With `BELLHOP_TEST_PG` set, acknowledgement is measured on that PostgreSQL too. See
//! `docs/performance.md`.

mod far_ends;
mod figures;
mod load;
mod process;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use self::{far_ends::FarEnds, figures::Figures, load::Load, process::Bellhop};

const STARTS: usize = 20;
const IDLE: Duration = Duration::from_secs(10);
/// How many connections share the load: each allows itself 20 requests a second, and a command takes three.
const CONNECTIONS: usize = 100;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match measure().await {
        Ok(figures) => figures.print(),
        Err(err) => {
            eprintln!("bench: {err:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> anyhow::Result<Figures> {
    let binary = build()?;
    let mut figures = Figures::default();
    let far_ends = FarEnds::start().await?;

    let size = std::fs::metadata(&binary)?.len() as f64 / 1e6;
    figures.goal("Binary", size, 40.0, "MB");

    let fresh = starts(&binary, &far_ends, Folder::Fresh).await?;
    figures.goal("Start to first accepted command, new database, median of 20", fresh.median, 300.0, "ms");
    figures.goal("… worst of 20", fresh.worst, 300.0, "ms");
    let existing = starts(&binary, &far_ends, Folder::Existing).await?;
    figures.goal("Start to first accepted command, existing database, median of 20", existing.median, 300.0, "ms");
    figures.goal("… worst of 20", existing.worst, 300.0, "ms");

    let folder = folder_on_disk(&binary)?;
    let bellhop = Bellhop::start(&binary, folder.path(), &process::sqlite(folder.path()), 1, &far_ends).await?;
    bellhop.first_accepted(&far_ends).await?;
    tokio::time::sleep(IDLE).await;
    figures.goal("Resident memory, idle for 10 s after a command", bellhop.memory()?, 40.0, "MB");
    bellhop.end().await?;

    let folder = folder_on_disk(&binary)?;
    under_load(&binary, folder.path(), "SQLite", &process::sqlite(folder.path()), &far_ends, &mut figures).await?;
    match std::env::var("BELLHOP_TEST_PG") {
        Ok(server) => {
            let folder = folder_on_disk(&binary)?;
            let url = process::postgres(&server).await?;
            under_load(&binary, folder.path(), "PostgreSQL", &url, &far_ends, &mut figures).await?;
        }
        Err(_) => figures.note("PostgreSQL", "not measured: BELLHOP_TEST_PG is not set"),
    }
    Ok(figures)
}

/// Builds the binary with the features that this program was built with, so that nothing is built twice.
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").context("start this with `cargo run --release -p tests --bin bench`")?;
    ensure!(!cfg!(debug_assertions), "this is a debug build: start it with `cargo run --release -p tests --bin bench`");
    let status = std::process::Command::new(cargo)
        .args(["build", "--quiet", "--release", "--locked", "-p", "bot", "-p", "tests", "--bin", "bellhop"])
        .status()?;
    ensure!(status.success(), "bellhop cannot be built");
    let ours = std::env::current_exe()?;
    Ok(ours.parent().context("a program is in a folder")?.join("bellhop"))
}

/// A folder for a database: beside the binary, because /tmp may be memory, where a durable write costs nothing.
fn folder_on_disk(binary: &Path) -> anyhow::Result<tempfile::TempDir> {
    Ok(tempfile::tempdir_in(binary.parent().context("a program is in a folder")?)?)
}

enum Folder {
    Fresh,
    Existing,
}

struct Starts {
    median: f64,
    worst: f64,
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
    let bellhop = Bellhop::start(binary, folder, &process::sqlite(folder), 1, far_ends).await?;
    let accepted = bellhop.first_accepted(far_ends).await?;
    bellhop.end().await?;
    Ok(accepted.duration_since(started).as_secs_f64() * 1e3)
}

async fn under_load(
    binary: &Path,
    folder: &Path,
    database: &str,
    url: &str,
    far_ends: &FarEnds,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let bellhop = Bellhop::start(binary, folder, url, CONNECTIONS, far_ends).await?;
    bellhop.first_accepted(far_ends).await?;
    let done = Load::run(&bellhop, far_ends, CONNECTIONS).await?;
    figures.goal(&format!("Acknowledging at {}/s on {database}, p99", load::RATE), done.percentile(99.0), 50.0, "ms");
    for percent in [50.0, 99.9, 100.0] {
        let name = if percent == 100.0 { "worst".to_owned() } else { format!("p{percent}") };
        figures.figure(&format!("… {name}"), done.percentile(percent), "ms");
    }
    figures.exactly("… commands accepted", done.accepted, done.sent);
    figures.exactly("… issues created, each once", done.created, done.accepted);
    figures.exactly("… replies arrived, each once", done.replied, done.accepted);
    figures.figure("… commands finished a second, accepted to replied", done.replied as f64 / done.until_last_reply, "/s");
    figures.figure("… last reply after the last command", done.until_last_reply - done.sending, "s");
    figures.figure("… processor time of bellhop a command", done.cpu * 1e3 / done.accepted.max(1) as f64, "ms");
    figures.figure("… resident memory at most, 100 connections", bellhop.most_memory()?, "MB");
    bellhop.end().await
}
