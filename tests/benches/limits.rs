//! What Slack allows, held against the posts where they arrive: about one message a second in a
//! channel with short bursts, and several hundred a minute in the workspace
//! (<https://docs.slack.dev/apis/web-api/rate-limits>).

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Posts at once in a channel that has been quiet: what Slack calls a short burst.
const BURST: f64 = 3.0;
const PER_SECOND: f64 = 1.0;
/// In any minute, in all channels: the least that is "several hundred".
const PER_MINUTE: usize = 300;
const MINUTE: Duration = Duration::from_secs(60);
/// Posts travel unevenly: what left in time may arrive this much closer together.
const JITTER: Duration = Duration::from_millis(250);

#[derive(Default)]
pub struct Limits {
    /// What is left in each channel's bucket, and since when.
    channels: HashMap<String, (f64, Instant)>,
    last_minute: VecDeque<Instant>,
    pub posts: usize,
    /// Posts over a channel's limit.
    pub over_channel: usize,
    /// Posts over the workspace's.
    pub over_workspace: usize,
    /// The most posts in a minute.
    pub most: usize,
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
        if *left < 1.0 - JITTER.as_secs_f64() * PER_SECOND {
            self.over_channel += 1;
        }
        // A post over the limit was made nevertheless, and the next one waits for it too.
        *left = (*left - 1.0).max(-BURST);

        self.last_minute.push_back(now);
        while self.last_minute.front().is_some_and(|it| now.duration_since(*it) >= MINUTE - JITTER) {
            self.last_minute.pop_front();
        }
        self.most = self.most.max(self.last_minute.len());
        if self.last_minute.len() > PER_MINUTE {
            self.over_workspace += 1;
        }
    }
}
