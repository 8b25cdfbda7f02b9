//! What a post takes from the chat's limits, so that pages always find room.
//!
//! Every post takes one from each limit. One that is no page takes one more, from a second budget of seven
//! tenths of the first: so however much else there is, three tenths of the limit are left for pages, and
//! pages may use what the others leave.

use std::time::Duration;

use crate::{
    chat::Limit,
    queue::{Charge, Priority},
};

/// What is not kept for pages, in tenths.
const OTHERS: u32 = 7;

/// The budgets of a post that counts against `limits`.
pub(crate) fn charges(limits: &[Limit], priority: Priority) -> Vec<Charge> {
    let whole = |it: &Limit| Charge { budget: it.name.clone(), interval: it.interval, burst: it.burst };
    let share = |it: &Limit| Charge {
        budget: format!("{}:but-pages", it.name),
        interval: it.interval.saturating_mul(10) / OTHERS + Duration::from_micros(1),
        burst: (it.burst * OTHERS / 10).max(1),
    };
    match priority {
        Priority::Page => limits.iter().map(whole).collect(),
        Priority::Command | Priority::Chatter => limits.iter().flat_map(|it| [whole(it), share(it)]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// The generic cell rate algorithm, by which the queue takes charges: all of them, or none.
    #[derive(Default)]
    struct Ledger(HashMap<String, Duration>);

    impl Ledger {
        fn take(&mut self, now: Duration, charges: &[Charge]) -> bool {
            let whole_at = |it: &Charge| self.0.get(&it.budget).copied().unwrap_or_default();
            let fits = |it: &Charge| whole_at(it) <= now + it.interval * (it.burst - 1);
            if !charges.iter().all(fits) {
                return false;
            }
            for it in charges {
                let whole_at = self.0.entry(it.budget.clone()).or_default();
                *whole_at = (*whole_at).max(now) + it.interval;
            }
            true
        }
    }

    /// In any stretch of time no more than the burst, and one an interval.
    fn keeps_to(times: &[Duration], interval: Duration, burst: u32) -> bool {
        times.iter().enumerate().all(|(first, from)| {
            times[first..].iter().enumerate().all(|(more, until)| {
                let allowed = u128::from(burst) + (*until - *from).as_micros() / interval.as_micros();
                (more as u128) < allowed
            })
        })
    }

    proptest! {
        #[test]
        fn pages_and_others_together_keep_to_the_limit(
            burst in 1_u32..20,
            rate in 0.2_f64..20.0,
            arrivals in proptest::collection::vec((0_u64..1_500, any::<bool>()), 1..200),
        ) {
            let limit = Limit::new("slack:C0OPS", rate, burst);
            let (mut ledger, mut now) = (Ledger::default(), Duration::ZERO);
            let (mut all, mut others) = (Vec::new(), Vec::new());
            for (wait, is_page) in arrivals {
                now += Duration::from_millis(wait);
                let priority = if is_page { Priority::Page } else { Priority::Chatter };
                if ledger.take(now, &charges(std::slice::from_ref(&limit), priority)) {
                    all.push(now);
                    others.extend((!is_page).then_some(now));
                }
            }
            prop_assert!(keeps_to(&all, limit.interval, limit.burst));
            let share = &charges(&[limit], Priority::Chatter)[1];
            prop_assert!(keeps_to(&others, share.interval, share.burst));
        }

        #[test]
        fn a_page_finds_room_in_any_flood(burst in 2_u32..20, rate in 0.2_f64..20.0, waits in proptest::collection::vec(0_u32..5, 1..40)) {
            let limit = Limit::new("slack:C0OPS", rate, burst);
            let (mut ledger, mut now) = (Ledger::default(), Duration::ZERO);
            // A page when three tenths of the limit have one again, or later, and others whenever they may.
            let (apart, tick) = (limit.interval * 10 / 3 + Duration::from_micros(1), limit.interval / 20);
            for wait in waits {
                let until = now + apart + limit.interval * wait;
                while now < until {
                    now += tick;
                    ledger.take(now, &charges(std::slice::from_ref(&limit), Priority::Command));
                }
                prop_assert!(ledger.take(now, &charges(std::slice::from_ref(&limit), Priority::Page)));
            }
        }
    }

    #[test]
    fn a_page_takes_from_the_whole_and_others_from_their_share_as_well() {
        let limits = [Limit::new("slack:C0OPS", 1.0, 3)];
        let of = |priority| {
            let all = charges(&limits, priority);
            all.into_iter().map(|it| (it.budget, it.interval.as_micros(), it.burst)).collect::<Vec<_>>()
        };
        let whole = ("slack:C0OPS".to_owned(), 1_000_000, 3);
        assert_eq!(of(Priority::Page), std::slice::from_ref(&whole));
        assert_eq!(of(Priority::Chatter), [whole, ("slack:C0OPS:but-pages".to_owned(), 1_428_572, 2)]);
    }

    #[test]
    fn any_minute_holds_what_is_allowed_and_no_more() {
        let limit = Limit::in_any_minute("zulip:https://chat.example.org", 150);
        assert_eq!((limit.burst, limit.interval), (50, Duration::from_millis(600)));
    }
}
