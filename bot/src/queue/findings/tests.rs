//! What the auditor sees, each kind of it, and that it sees it go.

use std::time::Duration;

use super::*;
use crate::{
    audit::Record,
    queue::duty::Hold,
    store::testing::{Bench, on_each, start},
};

/// Runs what somebody who owns the database could.
async fn run(store: &Store, statement: impl Into<String>) {
    let mut tx = store.begin().await.expect("a transaction");
    sql(statement.into()).execute(&mut tx).await.expect("run");
    tx.commit().await.expect("a commit");
}

/// A job that was due `minutes` before the tests' start.
async fn job(store: &Store, priority: i64, minutes: i64, columns: &str, values: &str) {
    let due = (start() - SignedDuration::from_mins(minutes)).as_microsecond();
    run(store, format!(
        "INSERT INTO job (kind, priority, payload, run_at, created_at{columns}) VALUES ('post', {priority}, '{{}}', {due}, {due}{values})"
    ))
    .await;
}

async fn audited(bench: &Bench) -> Findings {
    let hold = Hold::new(bench.store.clone(), Duty::Auditor, "a".into());
    let fence = hold.seek().await.expect("an answer").expect("the duty");
    let queue = Queue::open(&bench.store);
    queue.audit(&fence).await.expect("audited");
    hold.give_up().await.expect("given up");
    queue.publish_findings().await.expect("published");
    queue.findings().await.expect("findings").expect("there are some")
}

fn lines(findings: &Findings) -> Vec<String> {
    findings.findings.iter().map(|it| format!("{}: {}", it.what.name(), it.detail)).collect()
}

#[tokio::test]
async fn what_is_late_is_named_and_what_waits_for_a_reason_is_not() {
    on_each(|bench| async move {
        let store = &bench.store;
        assert_eq!(Queue::open(store).findings().await.expect("findings"), None);
        // In time, each for its priority.
        job(store, 0, 1, "", "").await;
        job(store, 1, 5, "", "").await;
        job(store, 2, 15, "", "").await;
        let found = audited(&bench).await;
        assert_eq!((found.lateness, lines(&found)), ([60, 300, 900], vec![]));
        // Behind another of its lane, put off, expired, or at work: known to wait.
        let hour = (start() + SignedDuration::from_hours(1)).as_microsecond();
        job(store, 0, 0, ", lane, state, boot, lease_until", &format!(", 'a', 'leased', 'b', {hour}")).await;
        job(store, 0, 20, ", lane", ", 'a'").await;
        job(store, 0, 20, ", lane, blocked", ", 'a', 1").await;
        job(store, 0, -60, "", "").await;
        job(store, 0, 20, ", expires", ", 5").await;
        assert_eq!(lines(&audited(&bench).await), Vec::<String>::new());
        // Late.
        job(store, 0, 2, "", "").await;
        job(store, 1, 60, "", "").await;
        job(store, 1, 70, ", lane", ", 'b'").await;
        job(store, 2, 60 * 24 * 3, "", "").await;
        assert_eq!(
            lines(&audited(&bench).await),
            [
                "late_pages: Due for more than 1 min and begun by nobody: 1 job (pages), the first for 2 min.",
                "late_commands: Due for more than 5 min and begun by nobody: 2 jobs (commands), the first for 70 min.",
                "late_chatter: Due for more than 15 min and begun by nobody: 1 job (chatter), the first for 3 days."
            ]
        );
        run(store, "DELETE FROM job").await;
        let found = audited(&bench).await;
        assert_eq!((found.lateness, lines(&found)), ([0; 3], vec![]));
    })
    .await;
}

#[tokio::test]
async fn leases_lanes_schedules_and_dead_letters_are_looked_after() {
    on_each(|bench| async move {
        let store = &bench.store;
        let at = |minutes: i64| (start() - SignedDuration::from_mins(minutes)).as_microsecond();
        job(store, 1, 60, ", lane, state, boot, lease_until", &format!(", 'slack:C1', 'sending', 'gone', {}", at(2))).await;
        job(store, 1, 40, ", lane, blocked", ", 'slack:C1', 1").await;
        // Nobody waits for this one.
        job(store, 1, 60, ", lane, state, boot, lease_until", &format!(", 'slack:C2', 'leased', 'b', {}", at(-1))).await;
        for (name, next, paused) in [("report", 5, 0), ("rests", 5, 1), ("in time", 0, 0)] {
            run(
                store,
                format!(
                "INSERT INTO schedule (name, cron, zone, kind, priority, payload, catch_up, who, changed_at, paused, next_run)
                 VALUES ('{name}', '@hourly', 'UTC', 'x', 1, '{{}}', 'latest', 'Ana', 0, {paused}, {})",
                at(next)
            ),
            )
            .await;
        }
        for (id, minutes, again) in [(1, 60 * 30, "NULL"), (2, 60 * 50, "7"), (3, 60, "NULL")] {
            run(
                store,
                format!(
                "INSERT INTO job_history (id, kind, priority, payload, state, attempts, created_at, ended_at, reason, redriven_as)
                 VALUES ({id}, 'post', 1, '{{}}', 'dead', 1, 0, {}, 'gone', {again})",
                at(minutes)
            ),
            )
            .await;
        }
        assert_eq!(
            lines(&audited(&bench).await),
            [
                "leases: Lost with their worker and not taken over: 1 job, the first 2 min ago.",
                "lanes: Messages wait behind a job that was due 60 min ago and is still at work, in slack:C1.",
                "schedules: The schedule `report` is due for 5 min and was not fired.",
                "dead_letters: Given up, and nobody has looked after them: 1 job, the first 30 h ago."
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_verified_from_where_it_was_found_whole() {
    on_each(|bench| async move {
        let store = &bench.store;
        let append = async || {
            let mut tx = store.begin().await.expect("a transaction");
            let record = Record { actor: "ana".into(), action: "say".into(), request_id: "r1".into() };
            audit::append(&mut tx, &record).await.expect("a line");
            tx.commit().await.expect("a commit");
        };
        let mark = async || serde_json::from_str::<Mark>(&store.cursor(VERIFIED).await.expect("a read")?).ok().map(|it| it.id);
        for _ in 0..3 {
            append().await;
        }
        assert_eq!(lines(&audited(&bench).await), Vec::<String>::new());
        assert_eq!(mark().await, Some(3));
        for _ in 0..3 {
            append().await;
        }
        let triggers: &[&str] = match store.dialect() {
            crate::store::Dialect::Sqlite => &["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
            crate::store::Dialect::Postgres => &["DROP TRIGGER audit_no_change ON audit"],
        };
        for statement in triggers {
            run(store, *statement).await;
        }
        run(store, "UPDATE audit SET actor = 'ben' WHERE id = 5").await;
        let broken = ["audit_log: Line 5 of the audit log is not what was written there, or is missing."];
        assert_eq!(lines(&audited(&bench).await), broken);
        assert_eq!(lines(&audited(&bench).await), broken, "still");
        run(store, "UPDATE audit SET actor = 'ana' WHERE id = 5").await;
        assert_eq!(lines(&audited(&bench).await), Vec::<String>::new());
        assert_eq!(mark().await, Some(6));
        // The newest lines cut off, which the chain itself does not show.
        run(store, "DELETE FROM audit WHERE id = 6").await;
        assert_eq!(
            lines(&audited(&bench).await),
            ["audit_log: Line 6 of the audit log is not what was written there, or is missing."]
        );
    })
    .await;
}

#[tokio::test]
async fn an_auditor_that_is_silent_is_a_finding() {
    on_each(|bench| async move {
        audited(&bench).await;
        bench.clock.advance(Duration::from_mins(4));
        let found = Queue::open(&bench.store).findings().await.expect("findings").expect("there are some");
        assert_eq!(lines(&found), ["auditor: Nobody has audited the queue for 4 min."]);
    })
    .await;
}
