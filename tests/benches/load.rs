//! Requests at fixed times, whatever becomes of those before (an open loop: a bot that is slow gets
//! no rest, and a latency begins when the request was due, not when it could be sent), many in one moment, or as many as
//! the bot completes (a closed loop with so many on the way).

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    far_ends::{FarEnds, lock},
    figures::Times,
    http1::{Answer, Connection},
};

/// An answer that takes longer than this is none: senders of webhooks wait 10 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is sent.
pub trait Requests: Send + Sync + 'static {
    fn address(&self) -> SocketAddr;
    /// The whole request of this serial.
    fn request(&self, serial: u64) -> Vec<u8>;
    /// Whether this answer says that it is stored.
    fn is_accepted(&self, answer: Answer) -> bool;
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Accepted,
    /// 503 with Retry-After: not now.
    Refused,
    /// Any other answer.
    Wrong(u16),
    /// No answer: the connection ended, or time was up.
    Unknown,
}

pub struct Shot {
    pub serial: u64,
    pub due: Instant,
    pub answered: Instant,
    pub fate: Fate,
}

#[derive(Default)]
pub struct Shots(pub Vec<Shot>);

impl Shots {
    pub fn serials(&self, wanted: impl Fn(Fate) -> bool) -> Vec<u64> {
        self.0.iter().filter(|it| wanted(it.fate)).map(|it| it.serial).collect()
    }

    pub fn accepted(&self) -> Vec<u64> {
        self.serials(|it| it == Fate::Accepted)
    }

    /// Of the accepted ones, from when each was due to its answer.
    pub fn latencies(&self) -> Times {
        let accepted = self.0.iter().filter(|it| it.fate == Fate::Accepted);
        Times::new(accepted.map(|it| it.answered.saturating_duration_since(it.due).as_secs_f64() * 1e3).collect())
    }
}

/// Connections that are kept open, as many as are needed at the same time, each with when it was used last.
struct Pool {
    address: SocketAddr,
    idle: Mutex<Vec<(Connection, Instant)>>,
}

/// Longer than this nobody counts on a connection that is not used: the bot ends it after ten seconds, and what is sent as it does
/// so is neither accepted nor refused.
const KEPT: Duration = Duration::from_secs(5);

impl Pool {
    fn new(address: SocketAddr) -> Arc<Pool> {
        Arc::new(Pool { address, idle: Mutex::default() })
    }

    async fn exchange(&self, request: &[u8]) -> io::Result<Answer> {
        // The one that was used last comes first, so behind one that is too old there are only older ones.
        let idle = lock(&self.idle).pop().filter(|(_, used)| used.elapsed() < KEPT);
        let mut connection = match idle {
            Some((connection, _)) => connection,
            None => Connection::open(self.address).await?,
        };
        let answer = connection.exchange(request).await?;
        lock(&self.idle).push((connection, Instant::now()));
        Ok(answer)
    }

    async fn shoot(&self, requests: &impl Requests, serial: u64, due: Instant) -> Shot {
        let request = requests.request(serial);
        let fate = match tokio::time::timeout(PATIENCE, self.exchange(&request)).await {
            Ok(Ok(answer)) if requests.is_accepted(answer) => Fate::Accepted,
            Ok(Ok(answer)) if answer.status == 503 && answer.has_retry_after => Fate::Refused,
            Ok(Ok(answer)) => Fate::Wrong(answer.status),
            Ok(Err(_)) | Err(_) => Fate::Unknown,
        };
        Shot { serial, due, answered: Instant::now(), fate }
    }
}

/// `rate` a second for `duration`, with serials from `first` on; ends when all are answered.
pub async fn open(requests: &Arc<impl Requests>, first: u64, rate: u32, duration: Duration) -> Shots {
    let pool = Pool::new(requests.address());
    let count = (f64::from(rate) * duration.as_secs_f64()) as u64;
    let start = Instant::now() + Duration::from_millis(20);
    let mut under_way = JoinSet::new();
    let mut done = Shots::default();
    for nth in 0..count {
        let due = start + Duration::from_secs_f64(nth as f64 / f64::from(rate));
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        } else if nth % 16 == 0 {
            // Late: the answers get their turn all the same.
            tokio::task::yield_now().await;
        }
        let (pool, requests) = (Arc::clone(&pool), Arc::clone(requests));
        under_way.spawn(async move { pool.shoot(requests.as_ref(), first + nth, due).await });
        while let Some(Ok(shot)) = under_way.try_join_next() {
            done.0.push(shot);
        }
    }
    done.0.extend(under_way.join_all().await);
    done
}

/// `count` in the same moment, with serials from `first` on; ends when all are answered.
pub async fn volley(requests: &Arc<impl Requests>, first: u64, count: u64) -> Shots {
    let (pool, due) = (Pool::new(requests.address()), Instant::now());
    let mut under_way = JoinSet::new();
    for serial in first..first + count {
        let (pool, requests) = (Arc::clone(&pool), Arc::clone(requests));
        under_way.spawn(async move { pool.shoot(requests.as_ref(), serial, due).await });
    }
    Shots(under_way.join_all().await)
}

/// As many as the bot completes in `duration` over `connections` connections, while `outstanding` are on the way from
/// being sent to what they lead to at `far_ends`.
pub async fn closed(
    requests: &Arc<impl Requests>,
    far_ends: &FarEnds,
    first: u64,
    (connections, outstanding): (usize, usize),
    duration: Duration,
) -> Shots {
    let pool = Pool::new(requests.address());
    let next = Arc::new(AtomicU64::new(first));
    // What a run before this one left is not ours.
    far_ends.seen.room.forget_permits(usize::MAX >> 4);
    far_ends.seen.room.add_permits(outstanding);
    let end = tokio::time::Instant::now() + duration;
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (pool, requests, next, seen) =
            (Arc::clone(&pool), Arc::clone(requests), Arc::clone(&next), Arc::clone(&far_ends.seen));
        senders.spawn(async move {
            let mut done = Vec::new();
            // Room that is there is taken even when time is up, so that is looked at by itself.
            while tokio::time::Instant::now() < end
                && let Ok(Ok(room)) = tokio::time::timeout_at(end, seen.room.acquire()).await
            {
                room.forget();
                let shot = pool.shoot(requests.as_ref(), next.fetch_add(1, Ordering::Relaxed), Instant::now()).await;
                if shot.fate != Fate::Accepted {
                    // Nothing will arrive for it. Not at once again: it was asked not to.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    seen.room.add_permits(1);
                }
                done.push(shot);
            }
            done
        });
    }
    Shots(senders.join_all().await.into_iter().flatten().collect())
}
