//! The delivery rules, each on SQLite and on PostgreSQL.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use commands::BoxFuture;
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use super::{
    Acceptance, Accepted, Cancelled, Handler, Handlers, Job, Lease, LeaseLost, NewJob, Outcome, Priority, Queue, Redriven,
    Refused, Workers, Writes, budget, claim, rescue, retry, store,
};
use crate::{
    audit,
    store::{
        Db, Dialect, Store, sql,
        testing::{Bench, on_each, start},
    },
};

mod crash;
mod drain;
mod flow;
mod hung;
mod inspect;
mod intake;
mod planned;
mod simulation;
mod stuck;
mod traced;

/// What a handler saw.
#[derive(Clone, Debug, PartialEq)]
enum Saw {
    Run { name: String, attempt: u32 },
    Unknown { name: String },
    Stopped { name: String },
}

fn ran(name: &str, attempt: u32) -> Saw {
    Saw::Run { name: name.into(), attempt }
}

type Script = Box<dyn for<'a> Fn(&'a Job, &'a Lease) -> BoxFuture<'a, Outcome> + Send + Sync>;

/// A handler that tells the test what it is asked, and does what the test says.
struct Probe {
    saw: mpsc::UnboundedSender<Saw>,
    script: Script,
    fate: Outcome,
}

impl Handler for Probe {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let _ = self.saw.send(Saw::Run { name: name(job), attempt: job.attempt });
            (self.script)(job, lease).await
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let _ = self.saw.send(Saw::Unknown { name: name(job) });
            self.fate.clone()
        })
    }

    fn died(&self, job: &Job, reason: &str) -> Writes {
        let told = format!("{} died: {reason}", name(job));
        Writes { jobs: vec![NewJob { kind: "tell", ..plain(&told) }], ..Writes::default() }
    }
}

fn name(job: &Job) -> String {
    job.payload.value()["name"].as_str().expect("a name").to_owned()
}

/// Handlers for the kinds `test` and `tell`, and what they see.
fn probe(
    script: impl for<'a> Fn(&'a Job, &'a Lease) -> BoxFuture<'a, Outcome> + Send + Sync + 'static,
) -> (Handlers, mpsc::UnboundedReceiver<Saw>) {
    let (saw, seen) = mpsc::unbounded_channel();
    let fate = Outcome::Done(Writes::default());
    let test: Arc<dyn Handler> = Arc::new(Probe { saw: saw.clone(), script: Box::new(script), fate: fate.clone() });
    let tell: Arc<dyn Handler> = Arc::new(Probe { saw, script: Box::new(|_, _| done()), fate });
    (HashMap::from([("test", test), ("tell", tell)]), seen)
}

fn done<'a>() -> BoxFuture<'a, Outcome> {
    Box::pin(async { Outcome::Done(Writes::default()) })
}

fn retry_in<'a>(after: Duration) -> BoxFuture<'a, Outcome> {
    Box::pin(async move { Outcome::Retry { after: Some(after), reason: "no luck".into(), writes: Writes::default() } })
}

fn plain(name: &str) -> NewJob {
    NewJob {
        kind: "test",
        lane: None,
        priority: Priority::Command,
        payload: json!({ "name": name }).into(),
        run_at: None,
        expires: None,
        unique: None,
    }
}

fn in_lane(name: &str, lane: &str) -> NewJob {
    NewJob { lane: Some(lane.into()), ..plain(name) }
}

fn acceptance(key: &str, jobs: Vec<NewJob>) -> Acceptance {
    Acceptance {
        source: "slack".into(),
        key: key.into(),
        body: Bytes::from_static(b"text=help"),
        audit: None,
        jobs,
        news: Vec::new(),
    }
}

async fn put(queue: &Queue, jobs: Vec<NewJob>) -> Vec<i64> {
    let key = uuid::Uuid::new_v4().to_string();
    match queue.accept(acceptance(&key, jobs)).await.expect("accepted") {
        Accepted::New(ids) => ids,
        Accepted::Duplicate => panic!("a new key is no duplicate"),
    }
}

async fn next(seen: &mut mpsc::UnboundedReceiver<Saw>) -> Saw {
    tokio::time::timeout(Duration::from_secs(20), seen.recv()).await.expect("something happens").expect("handlers live")
}

/// Waits until the database says so.
async fn until<F: Future<Output = bool>>(what: &str, check: impl Fn() -> F) {
    let settled = async {
        while !check().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), settled).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// `state name attempts` of the live jobs, then of the ended ones, by id.
async fn jobs(store: &Store) -> Vec<String> {
    let rows = sql("SELECT state, kind, attempts, reason FROM job ORDER BY id").all(store.read()).await.expect("rows");
    let ended = sql("SELECT state, kind, attempts, reason FROM job_history ORDER BY id").all(store.read()).await.expect("rows");
    let line = |row: &crate::store::Row| {
        let reason = row.maybe_text(3).expect("text").map(|it| format!(": {it}")).unwrap_or_default();
        format!("{} {} {}{reason}", row.text(0).expect("text"), row.text(1).expect("text"), row.int(2).expect("int"))
    };
    rows.iter().chain(&ended).map(line).collect()
}

async fn until_jobs(store: &Store, expected: &[&str]) {
    let last = Mutex::new(Vec::new());
    let settled = async {
        loop {
            let now = jobs(store).await;
            if now == expected {
                return;
            }
            *last.lock().expect("unpoisoned") = now;
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(20), settled).await.is_err() {
        assert_eq!(*last.lock().expect("unpoisoned"), expected);
    }
}
