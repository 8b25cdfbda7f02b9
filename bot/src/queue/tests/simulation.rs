//! The delivery rules in simulated time, seed by seed.
//!
//! A seed is a sequence of some dozen steps: bots accept, claim, end, crash and freeze, people set things
//! right by hand, and the clock goes on by microseconds or days. There is one thing at a time, and all chances
//! are the seed's, so that it runs the same again. Beside the database a model of the rules in plain Rust
//! ([`model`]) says after each step what must be in it. At the end all bots are well, and every job must
//! come to its end.
//!
//! `BELLHOP_SEEDS=5000` runs so many, `BELLHOP_SEEDS=5000..9000` those, `BELLHOP_SEED=7` only that one.
//! On SQLite in memory, and some of them on PostgreSQL. Transactions do not overlap in here: what two bots
//! do to one another inside of theirs, the crash harness is for.

mod bot;
mod claims;
mod compare;
mod flaw;
mod model;
mod operate;
mod steps;
mod world;
mod write;

use std::{
    ops::Range,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::FutureExt;

use self::{flaw::Flaw, world::Turned, world::World};
use crate::store::{Dialect, Store, sql, testing::Schema};

/// What `cargo test` runs without being told.
const SEEDS: u64 = 200;
/// Steps that are printed with a seed that failed.
const LAST_STEPS: usize = 30;

#[test]
fn every_seed_keeps_the_rules() {
    let seeds = seeds(SEEDS);
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let clock = Arc::new(Turned::new());
                    let store = Store::open_with("sqlite::memory:", clock.clone()).await.expect("a database");
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if !seeds.contains(&seed) {
                            return;
                        }
                        if let Err(told) = run(seed, &store, &clock, None).await {
                            panic!("{told}");
                        }
                    }
                });
            });
        }
    });
}

#[tokio::test]
async fn and_on_postgresql() {
    let Some(schema) = Schema::create().await else { return };
    let clock = Arc::new(Turned::new());
    let store = Store::open_with(&schema.url, clock.clone()).await.expect("a database");
    for seed in seeds(SEEDS / 10) {
        if let Err(told) = run(seed, &store, &clock, None).await {
            panic!("{told}");
        }
    }
    store.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn a_broken_queue_is_found_out() {
    let clock = Arc::new(Turned::new());
    for (flaw, expected) in Flaw::ALL {
        // What a transaction of a broken queue leaves open is nobody else's.
        let store = Store::open_with("sqlite::memory:", clock.clone()).await.expect("a database");
        let mut told = Vec::new();
        for seed in 0..100 {
            told.extend(run(seed, &store, &clock, Some(flaw)).await.err());
            if told.iter().any(|it| it.lines().next().is_some_and(|first| first.contains(expected))) {
                break;
            }
        }
        let found = told.iter().any(|it| it.lines().next().is_some_and(|first| first.contains(expected)));
        assert!(
            found,
            "{flaw:?} was not found out in 100 seeds; what was: {:#?}",
            told.iter().map(|it| it.lines().next()).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_seed_runs_the_same_again() {
    let clock = Arc::new(Turned::new());
    let store = Store::open_with("sqlite::memory:", clock.clone()).await.expect("a database");
    let first = steps_of(11, &store, &clock, None).await.0;
    assert!(first.len() > 40, "{first:#?}");
    assert_eq!(first, steps_of(11, &store, &clock, None).await.0);
}

/// Those that the environment names, or so many.
fn seeds(count: u64) -> Range<u64> {
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or_else(|_| panic!("`{text}` is no seed: write 7"));
    if let Ok(one) = std::env::var("BELLHOP_SEED") {
        return number(&one)..number(&one) + 1;
    }
    match std::env::var("BELLHOP_SEEDS") {
        Ok(range) => match range.split_once("..") {
            Some((from, to)) => number(from)..number(to),
            None => 0..number(&range),
        },
        Err(_) => 0..count,
    }
}

/// What went wrong, with all that a person needs to see it again.
async fn run(seed: u64, store: &Store, clock: &Arc<Turned>, flaw: Option<Flaw>) -> Result<(), String> {
    let (steps, ended) = steps_of(seed, store, clock, flaw).await;
    let Err(reason) = ended else { return Ok(()) };
    let (database, test) = match store.dialect() {
        Dialect::Sqlite => ("SQLite", "every_seed_keeps_the_rules"),
        Dialect::Postgres => ("PostgreSQL", "and_on_postgresql"),
    };
    let (from, only_one) = (steps.len().saturating_sub(LAST_STEPS), std::env::var("BELLHOP_SEED").is_ok());
    let steps = &steps[if only_one { 0 } else { from }..];
    Err(format!(
        "{reason}\nseed {seed} on {database}, at the end of these steps:\n{}\nOnly this one, with all its steps:\n\
         BELLHOP_SEED={seed} cargo test -p bot --lib queue::tests::simulation::{test}\n",
        steps.join("\n")
    ))
}

async fn steps_of(seed: u64, store: &Store, clock: &Arc<Turned>, flaw: Option<Flaw>) -> (Vec<String>, Result<(), String>) {
    empty(store).await;
    let mut world = World::new(seed, store, clock, flaw).await.expect("a world");
    // A panic of the queue is a failure of the seed, too.
    let ended = AssertUnwindSafe(steps::all(&mut world)).catch_unwind().await;
    let ended = match ended {
        Ok(ended) => ended.map_err(|err| format!("{err:#}")),
        Err(_) => Err("it panicked".into()),
    };
    (std::mem::take(&mut world.steps), ended)
}

/// As new, ids included.
async fn empty(store: &Store) {
    let mut tx = store.begin().await.expect("a transaction");
    match store.dialect() {
        Dialect::Sqlite => {
            for table in ["job", "job_history", "budget", "delivery", "schedule", "duty", "sqlite_sequence"] {
                sql(format!("DELETE FROM {table}")).execute(&mut tx).await.expect("emptied");
            }
        }
        Dialect::Postgres => {
            let tables = "job, job_history, budget, delivery, schedule, duty";
            sql(format!("TRUNCATE {tables} RESTART IDENTITY")).execute(&mut tx).await.expect("emptied");
        }
    }
    tx.commit().await.expect("a commit");
}
