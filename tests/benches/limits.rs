//! What Slack allows: about one message a second in a channel, with short bursts
//! (<https://docs.slack.dev/apis/web-api/rate-limits>). Measured where the posts arrive.

use std::{collections::HashMap, time::Instant};

/// Posts at once in a channel that has been quiet: what Slack calls a short burst.
const BURST: f64 = 3.0;
const PER_SECOND: f64 = 1.0;
/// Posts travel unevenly: what left in time may arrive a quarter of a second closer together.
const JITTER: f64 = 0.25;

/// A bucket a channel.
#[derive(Default)]
pub struct Limits {
    channels: HashMap<String, (f64, Instant)>,
    /// Posts that were over it.
    pub exceeded: usize,
    pub posts: usize,
    /// Posts that are about no webhook of ours: digests and notes.
    pub others: usize,
}

impl Limits {
    pub fn post(&mut self, channel: &str, now: Instant) {
        self.posts += 1;
        if !self.channels.contains_key(channel) {
            self.channels.insert(channel.to_owned(), (BURST, now));
        }
        let Some((left, at)) = self.channels.get_mut(channel) else { return };
        *left = (*left + now.duration_since(*at).as_secs_f64() * PER_SECOND).min(BURST);
        *at = now;
        if *left < 1.0 - JITTER {
            self.exceeded += 1;
        }
        // A post over the limit was made nevertheless, and the next one waits for it too.
        *left = (*left - 1.0).max(-BURST);
    }
}
