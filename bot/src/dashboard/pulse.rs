//! What this process did in each of the last sixty minutes, as it counts it for `/metrics`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    health::exposition::{FAILURES, samples},
    telemetry,
};

/// As many minutes as are shown.
pub const MINUTES: usize = 60;
const EVERY: Duration = Duration::from_secs(5);

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub commands: u64,
    pub deliveries: u64,
    pub messages: u64,
    /// Of requests to systems and messages to chats: what failed for another reason than a wrong question.
    pub failures: u64,
}

impl Counts {
    /// Of Prometheus's text.
    fn of(text: &str) -> Counts {
        let mut counts = Counts::default();
        for sample in samples(text) {
            let number = sample.value as u64;
            let outcome = sample.label("outcome");
            let has_failed = outcome.is_some_and(|it| FAILURES.contains(&it));
            match sample.name.as_str() {
                "bellhop_commands_total" => counts.commands += number,
                "bellhop_hooks_total" => counts.deliveries += number,
                "bellhop_sends_total" if outcome == Some("ok") => counts.messages += number,
                "bellhop_sends_total" | "bellhop_http_requests_total" if has_failed => counts.failures += number,
                _ => {}
            }
        }
        counts
    }

    fn since(self, before: Counts) -> Counts {
        Counts {
            commands: self.commands.saturating_sub(before.commands),
            deliveries: self.deliveries.saturating_sub(before.deliveries),
            messages: self.messages.saturating_sub(before.messages),
            failures: self.failures.saturating_sub(before.failures),
        }
    }

    fn add(&mut self, more: Counts) {
        self.commands += more.commands;
        self.deliveries += more.deliveries;
        self.messages += more.messages;
        self.failures += more.failures;
    }
}

/// The minutes, the present one last.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: Option<Counts>,
    minutes: VecDeque<(i64, Counts)>,
}

impl Pulse {
    /// Counts until nobody holds it any more.
    pub fn start() -> Arc<Pulse> {
        let pulse = Arc::new(Pulse::default());
        let following = Arc::downgrade(&pulse);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            loop {
                ticks.tick().await;
                let Some(pulse) = following.upgrade() else { return };
                let now = Counts::of(&telemetry::metrics().render());
                pulse.take(jiff::Timestamp::now().as_second().div_euclid(60), now);
            }
        });
        pulse
    }

    fn take(&self, minute: i64, now: Counts) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let more = kept.last.map(|it| now.since(it)).unwrap_or_default();
        kept.last = Some(now);
        match kept.minutes.back_mut() {
            Some((last, counts)) if *last == minute => counts.add(more),
            _ => kept.minutes.push_back((minute, more)),
        }
        while kept.minutes.front().is_some_and(|it| it.0 <= minute - MINUTES as i64) {
            kept.minutes.pop_front();
        }
    }

    /// One for each of the last sixty minutes; minutes that were not counted have none.
    pub fn minutes(&self) -> Vec<Option<Counts>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = kept.minutes.back().map(|it| it.0) else { return vec![None; MINUTES] };
        let of = |minute: i64| kept.minutes.iter().find(|it| it.0 == minute).map(|it| it.1);
        (0..MINUTES as i64).rev().map(|ago| of(last - ago)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_hold_what_was_counted_in_them() {
        let text = r#"
bellhop_commands_total{group="redmine",action="issue create",outcome="accepted"} 4
bellhop_sends_total{chat="slack",outcome="ok"} 7
bellhop_sends_total{chat="slack",outcome="timeout"} 1
bellhop_sends_total{chat="slack",outcome="not_found"} 5
bellhop_http_requests_total{connection="redmine",outcome="server"} 2
bellhop_hooks_total{hook="ci"} 3
"#;
        let counted = Counts::of(text);
        assert_eq!(counted, Counts { commands: 4, deliveries: 3, messages: 7, failures: 3 });
        let pulse = Pulse::default();
        let now = |commands: u64| Counts { commands, ..Counts::default() };
        for (minute, commands) in [(100, 50), (100, 52), (101, 53), (101, 60), (103, 60)] {
            pulse.take(minute, now(commands));
        }
        // What was counted before it looked first belongs to no minute.
        let lately: Vec<Option<u64>> = pulse.minutes()[MINUTES - 4..].iter().map(|it| it.map(|it| it.commands)).collect();
        assert_eq!(lately, [Some(2), Some(8), None, Some(0)]);
        pulse.take(100 + MINUTES as i64, now(61));
        assert_eq!(pulse.minutes()[0].map(|it| it.commands), Some(8), "the first minute is an hour ago");
        // A process that begins anew counts from nothing.
        pulse.take(101 + MINUTES as i64, now(0));
        assert_eq!(pulse.minutes()[MINUTES - 1].map(|it| it.commands), Some(0));
    }
}
