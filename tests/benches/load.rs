//! Signed slash commands at fixed times, whatever becomes of those before (an open loop): a bot that
//! is slow gets no rest, and a command's latency begins when it was due, not when it could be sent.

use std::time::{Duration, Instant};

use tests::people;

use crate::{far_ends::FarEnds, process::Bellhop};

/// Commands a second.
pub const RATE: u32 = 500;
const DURATION: Duration = Duration::from_secs(30);
/// A queue that finishes nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// No longer than this after the last command.
const LONGEST: Duration = Duration::from_secs(45);

pub struct Load {
    pub sent: usize,
    pub accepted: usize,
    pub created: usize,
    pub replied: usize,
    /// Seconds from the first command to the last one.
    pub sending: f64,
    /// Seconds from the first command to the last reply.
    pub until_last_reply: f64,
    /// Seconds of processor time that the bot took.
    pub cpu: f64,
    /// Milliseconds, sorted.
    latencies: Vec<f64>,
}

impl Load {
    /// Creates issues over `connections` connections, and waits for the replies.
    pub async fn run(bellhop: &Bellhop, far_ends: &FarEnds, connections: usize) -> anyhow::Result<Load> {
        let client = tests::client();
        let first = far_ends.seen.replies() as u64 + 1_000_000;
        let count = u64::from(RATE) * DURATION.as_secs();
        let cpu = bellhop.cpu()?;
        let start = Instant::now() + Duration::from_millis(20);
        let mut under_way = tokio::task::JoinSet::new();
        for nth in 0..count {
            let due = start + Duration::from_secs(1) * u32::try_from(nth)? / RATE;
            tokio::time::sleep_until(due.into()).await;
            let person = people::ALL[(nth / connections as u64) as usize % people::ALL.len()];
            let connection = nth as usize % connections;
            let serial = first + nth;
            let request = bellhop.command(&client, far_ends, person, connection, serial);
            under_way.spawn(async move {
                let accepted = match request.send().await {
                    // An answer with text in it says why it is not accepted.
                    Ok(response) => response.status() == 200 && response.bytes().await.is_ok_and(|it| it.is_empty()),
                    Err(_) => false,
                };
                (accepted.then_some(serial), due.elapsed())
            });
        }
        let sending = start.elapsed().as_secs_f64();
        let (mut accepted, mut latencies) = (Vec::new(), Vec::new());
        for (serial, latency) in under_way.join_all().await {
            accepted.extend(serial);
            latencies.push(latency.as_secs_f64() * 1e3);
        }
        latencies.sort_by(f64::total_cmp);

        let last_command = Instant::now();
        let last_reply = || far_ends.seen.last_reply().unwrap_or(last_command).max(last_command);
        while far_ends.seen.replied_once(&accepted) < accepted.len()
            && last_reply().elapsed() < PATIENCE
            && last_command.elapsed() < LONGEST
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let until_last_reply = far_ends.seen.last_reply().map_or(f64::INFINITY, |it| it.duration_since(start).as_secs_f64());
        Ok(Load {
            sent: count as usize,
            created: far_ends.seen.created_once(accepted.iter().map(|it| subject(*it))),
            replied: far_ends.seen.replied_once(&accepted),
            accepted: accepted.len(),
            sending,
            until_last_reply,
            cpu: bellhop.cpu()? - cpu,
            latencies,
        })
    }

    /// In milliseconds; the nearest rank.
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.latencies.len() as f64).ceil() as usize;
        self.latencies[rank.clamp(1, self.latencies.len()) - 1]
    }
}

/// The subject of the issue that this command creates.
pub fn subject(serial: u64) -> String {
    format!("Printer {serial} on fire")
}
