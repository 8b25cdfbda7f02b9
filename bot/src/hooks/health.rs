//! How hooks fare, for `/health` and whoever looks at one.

use connectors::Check;

use super::{Hook, store::Pulse};
use crate::app::App;

/// Refused deliveries in a day that may be anybody's.
const A_FEW: i64 = 3;

/// What a hook is called among what is checked: no connection's name holds a colon.
pub fn checked_as(name: &str) -> String {
    format!("hook:{name}")
}

impl Hook {
    /// In a word or two: `works`, `failing`, `disabled`.
    pub fn state(&self, pulse: &Pulse) -> &'static str {
        if self.disabled {
            return "disabled";
        }
        if self.secret.is_none() {
            return "waits for its secret";
        }
        match (pulse.last, pulse.last_refused) {
            (None, None) => "nothing yet",
            (Some(_), None) => "works",
            (Some(last), Some(refused)) if last >= refused => "works",
            // One that a stranger tried says nothing about the sender.
            (Some(_), Some(_)) if pulse.refused < A_FEW || pulse.refused < pulse.day => "works",
            _ => "failing",
        }
    }
}

impl App {
    /// What is the matter with a hook, if anything.
    pub(crate) async fn check_hook(&self, hook: &Hook) -> Vec<Check> {
        let pulse = match self.store.pulse(&hook.name).await {
            Ok(pulse) => pulse,
            Err(err) => {
                tracing::error!("A hook cannot be looked at: {err:#}");
                return vec![Check::failed("deliveries", "the store cannot be read", "Look at the database.")];
            }
        };
        let detail = format!("{} in 24 hours, {} refused", pulse.day, pulse.refused);
        let look = format!("`bellhop hooks show {}` says why.", hook.name);
        let deliveries = match hook.state(&pulse) {
            "failing" => Check::warning("deliveries", format!("{detail}, the last one too"), look.clone()),
            "waits for its secret" => {
                let fix = format!("`bellhop hooks secret {}` asks for it.", hook.name);
                Check::warning("secret", "the vendor's secret is not known yet, so everything is refused", fix)
            }
            state => Check::ok("deliveries", format!("{state}: {detail}")),
        };
        let mut checks = vec![deliveries];
        if pulse.unread > 0 {
            checks.push(Check::warning("payloads", format!("{} in 24 hours cannot be read", pulse.unread), look));
        }
        checks
    }
}
