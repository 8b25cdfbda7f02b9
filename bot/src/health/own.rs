//! What is wrong with the store and with what waits in it, as the auditor found it.

use connectors::Check;
use jiff::SignedDuration;

use crate::{app::App, queue::What, store::CLOCK_TOLERANCE};

impl App {
    /// Whether this machine agrees with the database about the time, and what the auditor found last.
    pub(super) async fn check_store(&self) -> Vec<Check> {
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
        checks
    }
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

    #[test]
    fn a_clock_that_is_far_off_is_a_warning() {
        let state = |seconds: f64| clock(Some(SignedDuration::from_secs_f64(seconds))).state;
        assert_eq!([state(-4.9), state(4.9), state(-5.1), state(600.0)], [State::Ok, State::Ok, State::Warning, State::Warning]);
        assert_eq!(clock(None).state, State::Ok);
        assert_eq!(clock(Some(SignedDuration::from_mins(-10))).detail, "this machine's is 600.0 s behind the database's");
    }
}
