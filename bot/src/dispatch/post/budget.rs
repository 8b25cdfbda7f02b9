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
pub(super) fn charges(limits: &[Limit], priority: Priority) -> Vec<Charge> {
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
