//! What is wrong with the store and with what waits in it, as the auditor found it; and what the bot itself takes.

use connectors::Check;
use jiff::SignedDuration;

use super::exposition::Selector;
use crate::{
    app::App,
    queue::{Flood, What},
    store::CLOCK_TOLERANCE,
    telemetry::{self, process::Usage},
};

/// More than this part of the memory that the bot may take is worth a warning.
const TIGHT: f64 = 0.9;

/// How much memory the bot takes, and how long its jobs do.
pub(super) fn check_process() -> Vec<Check> {
    let memory = telemetry::process::usage().map(|it| memory(&it));
    let text = telemetry::metrics().render();
    let sum = |of: &str| Selector { name: format!("bellhop_job_seconds_{of}"), labels: Vec::new() }.sum(&text);
    let processing = sum("sum").zip(sum("count").filter(|it| *it > 0.0)).map(|(seconds, jobs)| {
        Check::ok("processing", format!("{jobs} jobs since the start, {:.0} ms each on average", 1000.0 * seconds / jobs))
    });
    memory.into_iter().chain(processing).collect()
}

fn memory(usage: &Usage) -> Check {
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    let (now, most) = (megabytes(usage.resident), megabytes(usage.most));
    let Some(allowed) = usage.allowed else { return Check::ok("memory", format!("{now} MB, {most} MB at most so far")) };
    let detail = format!("{now} MB of the {} MB that it may take, {most} MB at most so far", megabytes(allowed));
    match usage.resident as f64 > allowed as f64 * TIGHT {
        true => Check::warning("memory", detail, "Let the bot's container or service take more: past its limit it is killed."),
        false => Check::ok("memory", detail),
    }
}

impl App {
    /// Whether this machine agrees with the database about the time, what the auditor found last, and what is set up there that
    /// cannot be read.
    pub(crate) async fn check_store(&self) -> Vec<Check> {
        let mut checks = vec![clock(self.store.machine_ahead())];
        match self.queue.findings().await {
            Err(err) => {
                tracing::error!("The auditor's report cannot be read: {err:#}");
                checks.push(Check::failed("auditor", "its report cannot be read", "See that the database answers."));
            }
            Ok(None) => checks.push(Check::ok("auditor", "no bot has audited this database yet")),
            Ok(Some(found)) if found.findings.is_empty() => {
                let ago = self.store.now().duration_since(found.at).as_secs().max(0);
                checks.push(Check::ok("auditor", format!("nothing is late, {ago} s ago")));
            }
            // Dead letters have a check of their own, which counts them all and at once.
            Ok(Some(found)) => checks.extend(found.findings.into_iter().filter(|it| it.what != What::DeadLetters).map(|it| {
                let name = it.what.name().replace('_', " ");
                match it.what {
                    What::AuditLog | What::LatePages => Check::failed(name, it.detail, it.fix),
                    _ => Check::warning(name, it.detail, it.fix),
                }
            })),
        }
        checks.extend(self.check_unread());
        checks.extend(self.queue.flood().map(|it| flood(&it)));
        checks
    }
}

/// A transaction of the queue's is under way for so long that it will not end.
pub(super) fn hung(since: SignedDuration) -> Check {
    let detail = format!("a transaction is under way for {} s and does not end", since.as_secs());
    Check::failed("writing", detail, "Look for who holds a lock in the database, and for its disk; a restart begins anew.")
}

fn flood(it: &Flood) -> Check {
    let minutes = it.lasted().as_secs().div_ceil(60).max(1);
    let detail = format!("{} requests were turned away within {minutes} min: more came than can be stored", it.turned_away);
    let fix = "Most senders try again. Where it goes on: give the hook that floods a `rate`, and the database a quicker disk or PostgreSQL \
               with several bots.";
    Check::warning("intake", detail, fix)
}

fn clock(ahead: Option<SignedDuration>) -> Check {
    let Some(ahead) = ahead else { return Check::ok("clock", "the database goes by this machine's") };
    let seconds = ahead.abs().as_secs_f64();
    let side = if ahead.is_negative() { "behind" } else { "ahead of" };
    let detail = format!("this machine's is {seconds:.1} s {side} the database's");
    if ahead.abs() > CLOCK_TOLERANCE {
        Check::warning("clock", detail, "Check the time service (NTP) of both machines. Jobs go by the database's clock.")
    } else {
        Check::ok("clock", detail)
    }
}

#[cfg(test)]
mod tests {
    use connectors::State;

    use super::*;

    /// M03: a limit that is near is said before the kernel ends the bot.
    #[test]
    fn memory_that_runs_short_is_a_warning() {
        let usage = |resident: u64, allowed: Option<u64>| {
            memory(&Usage { resident, most: resident, allowed, cpu: 1.0, started: 0.0, files: 9 })
        };
        assert_eq!(usage(81_000_000, None).detail, "81 MB, 81 MB at most so far");
        assert_eq!(usage(200_000_000, Some(256_000_000)).state, State::Ok);
        let tight = usage(240_000_000, Some(256_000_000));
        assert_eq!(
            (tight.state, tight.detail.as_str()),
            (State::Warning, "240 MB of the 256 MB that it may take, 240 MB at most so far")
        );
    }

    #[test]
    fn a_clock_that_is_far_off_is_a_warning() {
        let state = |seconds: f64| clock(Some(SignedDuration::from_secs_f64(seconds))).state;
        assert_eq!([state(-4.9), state(4.9), state(-5.1), state(600.0)], [State::Ok, State::Ok, State::Warning, State::Warning]);
        assert_eq!(clock(None).state, State::Ok);
        assert_eq!(clock(Some(SignedDuration::from_mins(-10))).detail, "this machine's is 600.0 s behind the database's");
    }
}
