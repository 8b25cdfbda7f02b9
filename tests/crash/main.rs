//! Shows that what was acknowledged is never lost: kills the built bot under load, at random moments or at
//! each of its system calls, and lets an oracle judge what became of everything it had acknowledged.
//!
//! ```text
//! cargo run -p tests --bin crash -- --kills 1000
//! cargo run -p tests --bin crash -- --kills 200 --database postgres --two-bots
//! cargo run -p tests --bin crash -- --at-every-syscall
//! cargo run -p tests --bin crash -- --timers 10000 --kills 1000
//! cargo run -p tests --bin crash -- --timers 10000 --kills 1000 --database postgres --two-bots
//! ```
//!
//! Ends with status 1, the seed and the whole history of what went wrong if anything did. Chances come from
//! the seed; when the kernel runs what does not, so a seed makes a failure likely, not certain. See
//! `docs/reliability.md`.

mod bot;
mod chance;
mod database;
mod far_ends;
mod journal;
mod kills;
mod oracle;
mod plan;
mod postgres;
mod sender;
mod syscalls;
mod timers;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, ensure};
use axum::{body::Bytes, http::Uri};
use clap::Parser;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use self::{
    database::Database,
    journal::Journal,
    kills::{Bots, Run},
    oracle::{Figures, Repeats, Verdict},
    postgres::{Cut, Server},
    syscalls::Points,
};

/// Kills the bot and looks whether it lost or repeated anything.
#[derive(Parser)]
struct Options {
    /// How often it is killed on each database.
    #[arg(long, default_value_t = 1000)]
    kills: u32,
    /// On which database; both at the same time if none is given.
    #[arg(long)]
    database: Option<Kind>,
    /// What chance is made from; a new one each time if none is given.
    #[arg(long)]
    seed: Option<u64>,
    /// Kills it while so many timers of escalations are under way instead.
    #[arg(long)]
    timers: Option<u32>,
    /// Webhooks and commands a second; with --timers, alerts.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// With --timers: how long the bots live at most between two kills, in milliseconds.
    #[arg(long, default_value_t = 3000)]
    life: u64,
    /// Adds a second bot on the same PostgreSQL, which is frozen for longer than its leases; with --timers, one that is killed in turn.
    #[arg(long)]
    two_bots: bool,
    /// Kills it at each write, sync and send of one delivery and one command instead.
    #[arg(long)]
    at_every_syscall: bool,
    /// With --at-every-syscall: at one of so many.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    stride: u16,
    /// How PostgreSQL is cut off.
    #[arg(long, value_enum, default_value_t = Cut::Namespace)]
    cut: Cut,
    /// Which repeats are a fault.
    #[arg(long, value_enum, default_value_t = Repeats::Unmarked)]
    repeats: Repeats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Histories that are printed of one run.
const SHOWN: usize = 10;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs() % 1_000_000_000);
    println!("seed {seed}");
    let began = Instant::now();
    let (mut terminated, mut interrupted) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminated), Ok(interrupted)) => (terminated, interrupted),
        _ => return failed(seed, &anyhow::anyhow!("signals cannot be listened to")),
    };
    // Whatever ends it, what it started is ended by what is dropped here.
    let outcome = tokio::select! {
        outcome = run(&options, seed) => outcome,
        _ = terminated.recv() => Err(anyhow::anyhow!("terminated")),
        _ = interrupted.recv() => Err(anyhow::anyhow!("interrupted")),
    };
    match outcome {
        Ok(true) => {
            println!("passed in {:.0} s, seed {seed}", began.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Ok(false) => failed(seed, &anyhow::anyhow!("the bot broke its promise")),
        Err(err) => failed(seed, &err),
    }
}

fn failed(seed: u64, err: &anyhow::Error) -> ExitCode {
    eprintln!("crash: {err:#}; seed {seed}");
    ExitCode::FAILURE
}

async fn run(options: &Options, seed: u64) -> anyhow::Result<bool> {
    let built = build()?;
    let folder = folder_on_disk(&built)?;
    // A build meanwhile replaces the one beside us.
    let binary = folder.path().join("bellhop");
    std::fs::hard_link(&built, &binary).or_else(|_| std::fs::copy(&built, &binary).map(drop))?;
    if let Some(timers) = options.timers {
        return timed(timers, options, seed, &binary, folder).await;
    }
    let on = async |kind: Kind| {
        let is_wanted = options.database.is_none_or(|it| it == kind);
        match (is_wanted, options.at_every_syscall) {
            (false, _) => Ok(true),
            (true, false) => kills(kind, options, seed, &binary, folder.path()).await,
            (true, true) => points(kind, options, seed, &binary, folder.path()).await,
        }
    };
    let (sqlite, postgres) = tokio::try_join!(on(Kind::Sqlite), on(Kind::Postgres))?;
    let passed = sqlite && postgres;
    if !passed {
        // For whoever looks into it: databases and logs.
        println!("what the bots left behind is in {}", folder.keep().display());
    }
    Ok(passed)
}

/// Timers on each database, one after the other: how late they are is measured.
async fn timed(timers: u32, options: &Options, seed: u64, binary: &Path, folder: tempfile::TempDir) -> anyhow::Result<bool> {
    let mut passed = true;
    for kind in [Kind::Sqlite, Kind::Postgres].into_iter().filter(|it| options.database.is_none_or(|wanted| wanted == *it)) {
        let own = folder.path().join(format!("{kind:?}").to_lowercase());
        std::fs::create_dir_all(&own)?;
        let (database, _server) = match kind {
            Kind::Sqlite => (Database::in_folder(&own), None),
            Kind::Postgres => {
                let server = start_postgres(options)?;
                (Database::Postgres(server.database("timers").await?), Some(server))
            }
        };
        println!("{kind:?}:");
        let (kills, rate, life) = (options.kills, options.rate, options.life);
        // A SQLite file is one process's alone.
        let bots = if options.two_bots && kind == Kind::Postgres { 2 } else { 1 };
        let run = timers::Run { binary, folder: &own, database, seed, timers, kills, rate, life, bots };
        passed &= timers::run(run).await?;
    }
    if !passed {
        // For whoever looks into it: databases and logs.
        println!("what the bots left behind is in {}", folder.keep().display());
    }
    Ok(passed)
}

async fn kills(kind: Kind, options: &Options, seed: u64, binary: &Path, folder: &Path) -> anyhow::Result<bool> {
    let name = format!("{kind:?}");
    let folder = folder.join(name.to_lowercase());
    std::fs::create_dir_all(folder.join("a"))?;
    let (database, server) = match kind {
        Kind::Sqlite => (Database::in_folder(&folder.join("a")), None),
        Kind::Postgres => {
            // Not in our own folder: PostgreSQL runs as a user of its own, who has to get in.
            let server =
                Arc::new(Server::start(std::env::temp_dir().join(format!("bellhop-crash-{}", std::process::id())), options.cut)?);
            (Database::Postgres(server.database("crash").await?), Some(server))
        }
    };
    // A SQLite file is one process's alone.
    let bots = if options.two_bots && kind == Kind::Postgres { Bots::AndAZombie } else { Bots::One };
    let run = Run {
        binary,
        folder: &folder,
        database,
        server,
        seed,
        kills: options.kills,
        rate: options.rate,
        bots,
        repeats: options.repeats,
    };
    let began = Instant::now();
    let (verdict, journal) = run.judge().await.with_context(|| name.clone())?;
    println!("{name}: {} kills in {:.0} s: {}", options.kills, began.elapsed().as_secs_f64(), verdict.figures);
    Ok(report(&verdict, &journal))
}

/// Tries every point of a delivery and of a command.
async fn points(kind: Kind, options: &Options, seed: u64, binary: &Path, folder: &Path) -> anyhow::Result<bool> {
    let name = format!("{kind:?}");
    let folder = folder.join(name.to_lowercase());
    std::fs::create_dir_all(&folder)?;
    let server = match kind {
        Kind::Sqlite => None,
        Kind::Postgres => Some(start_postgres(options)?),
    };
    let points = Points { binary, folder: &folder, server, seed, stride: options.stride.into(), repeats: options.repeats };
    let began = Instant::now();
    let tried = points.try_all().await.with_context(|| name.clone())?;
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for killed_at in tried.iter().filter_map(|it| it.killed_at.as_deref()) {
        *calls.entry(killed_at.split('(').next().unwrap_or_default()).or_default() += 1;
    }
    let count = |of: fn(&Figures) -> usize| tried.iter().map(|it| of(&it.verdict.figures)).sum::<usize>();
    println!(
        "{name}: killed at {} of {} points in {:.0} s ({calls:?}): {} acknowledged, {} of {} messages there, {} commands told, \
         {} asked; {} messages and {} answers repeated, saying so",
        calls.values().sum::<usize>(),
        tried.len(),
        began.elapsed().as_secs_f64(),
        count(|it| it.acknowledged),
        count(|it| it.posted),
        count(|it| it.owed),
        count(|it| it.told),
        count(|it| it.asked),
        count(|it| it.marked),
        count(|it| it.marked_answers),
    );
    let wrong: Vec<_> = tried.iter().filter(|it| !it.verdict.faults.is_empty()).collect();
    for it in wrong.iter().take(SHOWN) {
        println!("{}: {}", it.point, it.killed_at.as_deref().unwrap_or("no call"));
        report(&it.verdict, &it.journal);
    }
    // A run that kills nobody shows nothing.
    ensure!(!calls.is_empty(), "strace killed no bot");
    Ok(wrong.is_empty())
}

fn start_postgres(options: &Options) -> anyhow::Result<Arc<Server>> {
    // Not in our own folder: PostgreSQL runs as a user of its own, who has to get in.
    let folder = std::env::temp_dir().join(format!("bellhop-crash-{}", std::process::id()));
    Ok(Arc::new(Server::start(folder, options.cut)?))
}

/// Prints what is wrong, with its history; whether nothing is.
fn report(verdict: &Verdict, journal: &Journal) -> bool {
    for fault in verdict.faults.iter().take(SHOWN) {
        println!("{fault}\n{}", journal.read(|log| oracle::history(log, fault.serial)));
    }
    if verdict.faults.len() > SHOWN {
        println!("… and {} more faults", verdict.faults.len() - SHOWN);
    }
    verdict.faults.is_empty()
}

/// The `bellhop` beside this program, built from the sources as they are if cargo runs this.
fn build() -> anyhow::Result<PathBuf> {
    let ours = std::env::current_exe()?;
    let binary = ours.parent().context("a program is in a folder")?.join("bellhop");
    if let Some(cargo) = std::env::var_os("CARGO") {
        let mut command = std::process::Command::new(cargo);
        command.args(["build", "--quiet", "--locked", "-p", "bot", "-p", "tests", "--bin", "bellhop"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        ensure!(command.status()?.success(), "bellhop cannot be built");
    }
    ensure!(binary.exists(), "{} is missing: build it with `cargo build --workspace --all-targets`", binary.display());
    Ok(binary)
}

/// A folder for databases: beside the binary, because /tmp may be memory, where a durable write costs nothing.
fn folder_on_disk(binary: &Path) -> anyhow::Result<tempfile::TempDir> {
    Ok(tempfile::Builder::new().prefix("crash-").tempdir_in(binary.parent().context("a program is in a folder")?)?)
}

/// What a request says: in JSON, as a form, or in its address.
fn parameters(uri: &Uri, body: &Bytes) -> Value {
    let body =
        if body.is_empty() { uri.query().unwrap_or_default().to_owned() } else { String::from_utf8_lossy(body).into_owned() };
    let recorded =
        tests::far_end::Recorded { system: "", method: String::new(), url: String::new(), headers: Default::default(), body };
    recorded.fields()
}
