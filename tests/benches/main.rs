//! The figures that the project promises, measured on the release binary from outside, over HTTP:
//!
//! ```text
//! cargo run --release -p tests --bin bench [-- SECTION… --database sqlite|postgres --seconds N]
//! ```
//!
//! Builds `bellhop` first, takes about ten minutes for everything, prints a table, and ends with status 1 when a
//! goal is missed. The requests, a Slack and a Redmine come from this process and so from the same
//! machine. With `BELLHOP_TEST_PG` set, PostgreSQL is measured too. See `docs/performance.md`.

mod acknowledging;
mod alerts;
mod backlog;
mod bare;
mod bolt;
mod events;
mod explain;
mod far_ends;
mod figures;
mod http1;
mod limits;
mod load;
mod options;
mod outage;
mod process;
mod requests;
mod saturated;
mod scrape;
mod start;
mod webhooks;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, ensure};

use self::{
    figures::Figures,
    options::{Database, Options},
    saturated::Peers,
};

/// One thread: at these rates, waking another one costs more than what it would do.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).peekable();
    let done = if words.peek().is_some_and(|it| it == bare::WORD) {
        bare::serve(words.skip(1)).await.map(|()| ExitCode::SUCCESS)
    } else {
        measure(words).await.map(|figures| figures.print())
    };
    done.unwrap_or_else(|err| {
        eprintln!("bench: {err:#}");
        ExitCode::FAILURE
    })
}

/// What a section needs to know.
pub struct Bench {
    pub options: Options,
    pub binary: PathBuf,
    pub figures: Figures,
}

async fn measure(words: impl Iterator<Item = String>) -> anyhow::Result<Figures> {
    let options = Options::read(words)?;
    let binary = match &options.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => build()?,
    };
    let mut bench = Bench { options, binary, figures: Figures::default() };
    if std::env::var_os("BELLHOP_TEST_PG").is_none() && bench.options.databases.contains(&Database::Postgres) {
        bench.options.databases.retain(|it| *it != Database::Postgres);
        bench.figures.note("PostgreSQL", "not measured: BELLHOP_TEST_PG is not set");
    }
    if bench.options.wants("size") {
        let size = std::fs::metadata(&bench.binary)?.len() as f64 / 1e6;
        bench.figures.goal("Binary", size, 40.0, "MB");
    }
    if bench.options.wants("events") {
        events::measure(&mut bench)?;
    }
    if bench.options.wants("start") {
        start::measure(&mut bench).await?;
    }
    let databases = bench.options.databases.clone();
    if bench.options.wants("commands") {
        for database in &databases {
            acknowledging::measure(&mut bench, *database).await?;
        }
    }
    let wants = |bench: &Bench, section: &str| bench.options.wants(section);
    if wants(&bench, "throughput") || wants(&bench, "burst") {
        bare::ceiling(&mut bench).await?;
    }
    for database in databases.iter().copied() {
        if wants(&bench, "concurrent") {
            saturated::concurrent(&mut bench, database).await?;
        }
        if wants(&bench, "burst") {
            webhooks::burst(&mut bench, database).await?;
        }
        if wants(&bench, "ack") {
            webhooks::acknowledgement(&mut bench, database).await?;
        }
        if wants(&bench, "latency") {
            webhooks::latency(&mut bench, database).await?;
        }
    }
    // From here on the bot has a core of its own.
    bench.options.cores.step_aside()?;
    let mut peers = Peers::default();
    if wants(&bench, "throughput") {
        peers = Peers { bare: Some(bare::measure(&mut bench).await?), bolt: bolt::measure(&mut bench).await? };
    }
    for database in databases {
        if wants(&bench, "throughput") {
            saturated::webhooks(&mut bench, database, peers).await?;
        }
        if wants(&bench, "slash") {
            saturated::commands(&mut bench, database).await?;
        }
        if wants(&bench, "backlog") {
            backlog::measure(&mut bench, database).await?;
        }
        if wants(&bench, "explain") {
            explain::measure(&mut bench, database).await?;
        }
        if wants(&bench, "outage") {
            outage::measure(&mut bench, database).await?;
        }
        if wants(&bench, "alerts") {
            alerts::measure(&mut bench, database).await?;
        }
    }
    Ok(bench.figures)
}

/// Builds the binary with the features that this program was built with, so that nothing is built twice.
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").context("start this with `cargo run --release -p tests --bin bench`")?;
    ensure!(!cfg!(debug_assertions), "this is a debug build: start it with `cargo run --release -p tests --bin bench`");
    eprintln!("building bellhop; a release build takes a quarter of an hour when nothing of it is there");
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
