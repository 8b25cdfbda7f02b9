//! What is dropped with age. Dead letters and the audit log never are.

use std::time::Duration;

use super::{Store, sql};

/// How long a delivery is kept, and so how long its repeats are known.
pub const DELIVERIES_KEPT: Duration = Duration::from_hours(7 * 24);
/// How long done and cancelled jobs, and dead letters that were put back, are kept.
pub const HISTORY_KEPT: Duration = Duration::from_hours(30 * 24);
/// Codes that were to be typed back hold for minutes, and are counted for an hour.
const CODES_KEPT: Duration = Duration::from_hours(24);
/// How long a card is edited after its object changed last.
pub const CARDS_KEPT: Duration = Duration::from_hours(30 * 24);
/// How long is remembered what is not done again for a while (`once:…`).
pub const ONCE_KEPT: Duration = Duration::from_hours(2 * 24);
/// How long an alert is kept after it was resolved, with its story, and a silence after its end.
pub const ALERTS_KEPT: Duration = Duration::from_hours(90 * 24);
/// How long overrides that are over, and swaps that were decided, are kept.
const SHIFTS_KEPT: Duration = Duration::from_hours(400 * 24);
/// How long is known whom a name means that nothing names any more.
const NAMES_KEPT: Duration = Duration::from_hours(90 * 24);
/// How long what single checks found is kept, and how long the sums of its hours are.
pub const SAMPLES_KEPT: Duration = Duration::from_hours(48);
pub const SAMPLED_HOURS_KEPT: Duration = Duration::from_hours(90 * 24);
/// How long is remembered how much a source reported in which hour.
pub const RHYTHM_KEPT: Duration = Duration::from_hours(5 * 7 * 24);
/// How long a plan that was looked at can be carried out: a day longer than others may take to agree to it.
pub const PLANNED_KEPT: Duration = Duration::from_hours(8 * 24);
/// Rows dropped in one transaction: few enough that nobody waits for it.
const AT_ONCE: i64 = 500;

/// How many rows were dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub deliveries: u64,
    pub jobs: u64,
    pub forms: u64,
    pub cards: u64,
    /// Documents, and long calls.
    pub documents: u64,
}

impl Store {
    /// Drops what is too old. Once an hour one of the bots on this database does.
    pub async fn prune(&self) -> anyhow::Result<Pruned> {
        let now = self.now();
        let deliveries = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE received_at < $1 LIMIT $2)";
        let jobs = "DELETE FROM job_history WHERE id IN (SELECT id FROM job_history \
                    WHERE (state <> 'dead' OR redriven_as IS NOT NULL) AND ended_at < $1 LIMIT $2)";
        // Names of cards are hexadecimal after their prefix, so this is a range of the key in SQLite as well.
        let cards =
            "DELETE FROM cursor WHERE name IN (SELECT name FROM cursor WHERE name LIKE 'card:%' AND updated_at < $1 LIMIT $2)";
        let files = "DELETE FROM form_file WHERE id IN (SELECT id FROM form_file WHERE expires <= $1 LIMIT $2)";
        let forms = "DELETE FROM form WHERE id IN (SELECT id FROM form WHERE expires <= $1 LIMIT $2)";
        let documents = "DELETE FROM document WHERE id IN (SELECT id FROM document WHERE expires <= $1 LIMIT $2)";
        let calls = "DELETE FROM long_call WHERE id IN (SELECT id FROM long_call WHERE expires <= $1 LIMIT $2)";
        // Longer than anything is kept from being done again.
        let once = "DELETE FROM cursor WHERE name IN (SELECT name FROM cursor \
                    WHERE name >= 'once:' AND name < 'once;' AND updated_at < $1 LIMIT $2)";
        let news = "DELETE FROM news WHERE id IN (SELECT id FROM news WHERE at < $1 LIMIT $2)";
        let arrivals = "DELETE FROM hook_delivery WHERE id IN (SELECT id FROM hook_delivery WHERE at < $1 LIMIT $2)";
        let posted = "DELETE FROM posted WHERE key IN (SELECT key FROM posted WHERE at < $1 LIMIT $2)";
        let pages = "DELETE FROM page WHERE id IN (SELECT id FROM page WHERE changed_at < $1 LIMIT $2)";
        let escalations = "DELETE FROM escalation WHERE alert IN (SELECT alert FROM escalation \
                           WHERE state <> 'running' AND changed_at < $1 LIMIT $2)";
        for table in [pages, escalations] {
            self.prune_table(table, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?;
        }
        let taken = "DELETE FROM alert_event WHERE key IN (SELECT key FROM alert_event WHERE at < $1 LIMIT $2)";
        let alerts =
            "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE state = 'resolved' AND resolved_at < $1 LIMIT $2)";
        let silences =
            "DELETE FROM silence WHERE id IN (SELECT id FROM silence WHERE COALESCE(ended_at, until_at) < $1 LIMIT $2)";
        for table in [alerts, silences] {
            self.prune_table(table, now.saturating_sub(ALERTS_KEPT)?.as_microsecond()).await?;
        }
        let codes = "DELETE FROM reach_code WHERE (platform, workspace, person) IN \
                     (SELECT platform, workspace, person FROM reach_code WHERE made_at < $1 LIMIT $2)";
        self.prune_table(codes, now.saturating_sub(CODES_KEPT)?.as_microsecond()).await?;
        // Links that nobody used, and browsers in which nobody looked for longer than they stay in.
        let dashboards = "DELETE FROM dashboard_session WHERE link IN \
                          (SELECT link FROM dashboard_session WHERE COALESCE(seen_at, made_at) < $1 LIMIT $2)";
        self.prune_table(dashboards, now.saturating_sub(CODES_KEPT)?.as_microsecond()).await?;
        let votes = "DELETE FROM approval_vote WHERE (approval, person) IN (SELECT v.approval, v.person FROM approval_vote v \
                     JOIN approval a ON a.id = v.approval WHERE a.ended < $1 LIMIT $2)";
        let approvals = "DELETE FROM approval WHERE id IN (SELECT id FROM approval WHERE ended < $1 LIMIT $2)";
        // What was sealed for one that is over, where nothing forgot it.
        let sealed = "DELETE FROM secret WHERE (connection, version, field) IN (SELECT s.connection, s.version, s.field FROM secret s \
                      JOIN approval a ON s.connection = 'approval:' || a.id WHERE a.ended < $1 LIMIT $2)";
        let asides = "DELETE FROM connection WHERE (name, version) IN (SELECT c.name, c.version FROM connection c \
                      JOIN approval a ON c.name = 'approval:' || a.id WHERE a.ended < $1 LIMIT $2)";
        for table in [sealed, asides, votes, approvals] {
            self.prune_table(table, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?;
        }
        let planned = "DELETE FROM planned WHERE id IN (SELECT id FROM planned WHERE at < $1 LIMIT $2)";
        self.prune_table(planned, now.saturating_sub(PLANNED_KEPT)?.as_microsecond()).await?;
        for table in [news, arrivals, posted, taken] {
            self.prune_table(table, now.saturating_sub(DELIVERIES_KEPT)?.as_microsecond()).await?;
        }
        let overrides = "DELETE FROM oncall_override WHERE id IN (SELECT id FROM oncall_override WHERE until_at < $1 LIMIT $2)";
        let swaps = "DELETE FROM oncall_swap WHERE id IN (SELECT id FROM oncall_swap WHERE decided_at < $1 LIMIT $2)";
        for table in [overrides, swaps] {
            self.prune_table(table, now.saturating_sub(SHIFTS_KEPT)?.as_microsecond()).await?;
        }
        let names = "DELETE FROM person_known WHERE name IN (SELECT name FROM person_known WHERE at < $1 LIMIT $2)";
        let calendars =
            "DELETE FROM oncall_calendar WHERE source IN (SELECT source FROM oncall_calendar WHERE fetched_at < $1 LIMIT $2)";
        for table in [names, calendars] {
            self.prune_table(table, now.saturating_sub(NAMES_KEPT)?.as_microsecond()).await?;
        }
        // A name or a source has one row a time, so the two make a row.
        let samples = "DELETE FROM health_sample WHERE (name, at) IN (SELECT name, at FROM health_sample WHERE at < $1 LIMIT $2)";
        let hours = "DELETE FROM health_hour WHERE (name, hour) IN (SELECT name, hour FROM health_hour WHERE hour < $1 LIMIT $2)";
        let signals = "DELETE FROM heartbeat_signal WHERE id IN (SELECT id FROM heartbeat_signal WHERE at < $1 LIMIT $2)";
        let rhythm =
            "DELETE FROM source_hour WHERE (source, hour) IN (SELECT source, hour FROM source_hour WHERE hour < $1 LIMIT $2)";
        let hour = |kept: Duration| anyhow::Ok(now.saturating_sub(kept)?.as_second().div_euclid(3600));
        self.prune_table(samples, now.saturating_sub(SAMPLES_KEPT)?.as_microsecond()).await?;
        self.prune_table(hours, hour(SAMPLED_HOURS_KEPT)?).await?;
        self.prune_table(signals, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?;
        self.prune_table(rhythm, hour(RHYTHM_KEPT)?).await?;
        self.prune_table(once, now.saturating_sub(ONCE_KEPT)?.as_microsecond()).await?;
        // A budget that is whole again is the same as none.
        let mut tx = self.begin().await?;
        sql("DELETE FROM budget WHERE whole_at < $1").bind(now).execute(&mut tx).await?;
        sql("DELETE FROM oauth_start WHERE expires < $1").bind(now).execute(&mut tx).await?;
        sql("DELETE FROM hook_refused WHERE hour < $1").bind(now.saturating_sub(DELIVERIES_KEPT)?).execute(&mut tx).await?;
        tx.commit().await?;
        // One that is under way stays, however long it takes.
        let setups = "DELETE FROM setup WHERE id IN (SELECT id FROM setup WHERE state <> 'open' AND changed < $1 LIMIT $2)";
        self.prune_table(setups, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?;
        self.prune_table(files, now.as_microsecond()).await?;
        Ok(Pruned {
            deliveries: self.prune_table(deliveries, now.saturating_sub(DELIVERIES_KEPT)?.as_microsecond()).await?,
            jobs: self.prune_table(jobs, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?,
            forms: self.prune_table(forms, now.as_microsecond()).await?,
            cards: self.prune_table(cards, now.saturating_sub(CARDS_KEPT)?.as_microsecond()).await?,
            documents: self.prune_table(documents, now.as_microsecond()).await?
                + self.prune_table(calls, now.as_microsecond()).await?,
        })
    }

    async fn prune_table(&self, statement: &'static str, before: i64) -> anyhow::Result<u64> {
        let mut total = 0;
        loop {
            let mut tx = self.begin().await?;
            let dropped = sql(statement).bind(before).bind(AT_ONCE).execute(&mut tx).await?;
            tx.commit().await?;
            total += dropped;
            if dropped < AT_ONCE.unsigned_abs() {
                return Ok(total);
            }
        }
    }
}
