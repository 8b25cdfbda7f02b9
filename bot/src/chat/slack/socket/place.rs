//! A place that is kept filled with a connection that Slack uses.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use metrics::counter;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use tracing::{info, warn};

use super::{
    Socket,
    connection::{self, End, News},
    envelope::Reason,
    status::{Trouble, Wait},
};
use crate::chat::slack::inbound::Inbound;

/// Slack greets as soon as a connection is open.
const GREETING: Duration = Duration::from_secs(10);
/// A connection whose successor is there stays for so long, for what Slack has on its way to it.
const LINGER: Duration = Duration::from_secs(15);
/// A connection that lasted so long was a good one.
const STEADY: Duration = Duration::from_secs(30);
/// How long a place stays empty at most, when Slack lets us in and drops us again.
const DROPPED: Duration = Duration::from_secs(5);
/// The same when it does not let us in.
const KEPT_OUT: Duration = Duration::from_secs(30);
/// The same when somebody has to do something first; half of it at least.
const HELPLESS: Duration = Duration::from_secs(60);

pub struct Place {
    pub number: u8,
    pub socket: Arc<Socket>,
    pub inbound: Inbound,
    pub stop: CancellationToken,
    pub tasks: TaskTracker,
}

/// A connection that Slack uses.
struct Live {
    serving: AbortOnDropHandle<End>,
    news: mpsc::UnboundedReceiver<News>,
    stop: CancellationToken,
    lasts: Option<Duration>,
    since: Instant,
}

/// Why a connection needs a successor.
enum Change {
    Stop,
    Ended(End),
    Leaving(Reason),
    /// Slack would close it soon: rather now, by ourselves.
    Aged,
}

impl Place {
    /// Fills the place again and again, until it is told to stop.
    pub async fn keep(self) {
        let mut failures = 0;
        // The connection that is to go once its successor is there.
        let mut succeeded = CancellationToken::new();
        loop {
            let opened = tokio::select! {
                () = self.stop.cancelled() => return,
                opened = self.open() => opened,
            };
            let mut live = match opened {
                Ok(live) => live,
                Err(trouble) => {
                    self.status().trouble(self.number, &trouble);
                    failures += 1;
                    if !self.pause(wait(&trouble, failures)).await {
                        return;
                    }
                    continue;
                }
            };
            self.status().fill(self.number);
            succeeded.cancel();
            let change = self.watch(&mut live).await;
            failures = if live.since.elapsed() >= STEADY { 0 } else { failures + 1 };
            let word = match &change {
                Change::Stop => {
                    // Its task is one of those that are waited for.
                    drop(live.serving.detach());
                    return;
                }
                Change::Ended(end) => end.word(),
                Change::Leaving(reason) => reason.word(),
                Change::Aged => "age",
            };
            counter!("bellhop_socket_reconnects_total", "reason" => word).increment(1);
            info!(
                place = self.number,
                reason = word,
                seconds = live.since.elapsed().as_secs(),
                "Another WebSocket to Slack is due"
            );
            let trouble = match &change {
                Change::Leaving(reason) => Trouble::of(reason),
                _ => None,
            };
            match change {
                Change::Leaving(_) | Change::Aged => {
                    succeeded = CancellationToken::new();
                    self.tasks.spawn(retire(live, succeeded.clone()));
                }
                Change::Stop | Change::Ended(_) => self.status().empty(self.number),
            }
            let pause = match &trouble {
                Some(trouble) => {
                    self.status().empty(self.number);
                    self.status().trouble(self.number, trouble);
                    wait(trouble, failures)
                }
                // A successor is not kept waiting, unless they all go at once.
                None => jitter(backoff(failures.saturating_sub(1), DROPPED)),
            };
            if !self.pause(pause).await {
                return;
            }
        }
    }

    fn status(&self) -> &super::Status {
        &self.socket.status
    }

    /// False when it is time to stop.
    async fn pause(&self, pause: Duration) -> bool {
        self.stop.run_until_cancelled(sleep(pause)).await.is_some()
    }

    /// Opens a connection, and waits until Slack uses it.
    async fn open(&self) -> Result<Live, Trouble> {
        let stream = self.socket.door.open().await?;
        let (sender, mut news) = mpsc::unbounded_channel();
        let stop = self.stop.child_token();
        let serving = connection::serve(stream, self.inbound.clone(), sender, stop.clone(), self.tasks.clone());
        let serving: JoinHandle<End> = self.tasks.spawn(serving);
        let serving = AbortOnDropHandle::new(serving);
        match timeout(GREETING, news.recv()).await {
            Ok(Some(News::Up { lasts })) => Ok(Live { serving, news, stop, lasts, since: Instant::now() }),
            Ok(Some(News::Leaving(reason))) => {
                Err(Trouble::of(&reason).unwrap_or_else(|| Trouble::passing("Slack closed a WebSocket before it was used.")))
            }
            Ok(None) => Err(Trouble::passing("Slack's WebSocket broke before it was used.")),
            Err(_) => Err(Trouble::passing("Slack's WebSocket opened, and Slack did not greet.")),
        }
    }

    async fn watch(&self, live: &mut Live) -> Change {
        let aging = async {
            match live.lasts {
                Some(lasts) => sleep(before(lasts)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Change::Stop,
            end = &mut live.serving => Change::Ended(end.unwrap_or_else(|err| {
                warn!("A WebSocket's task failed: {err}");
                End::Broken
            })),
            Some(news) = next_leaving(&mut live.news) => Change::Leaving(news),
            () = aging => Change::Aged,
        }
    }
}

async fn next_leaving(news: &mut mpsc::UnboundedReceiver<News>) -> Option<Reason> {
    loop {
        match news.recv().await? {
            News::Leaving(reason) => return Some(reason),
            News::Up { .. } => {}
        }
    }
}

/// Lets a connection serve until Slack closes it, or its successor has been there for a while.
async fn retire(live: Live, succeeded: CancellationToken) {
    let Live { mut serving, stop, .. } = live;
    let over = async {
        succeeded.cancelled().await;
        sleep(LINGER).await;
    };
    tokio::select! {
        _ = &mut serving => return,
        () = over => stop.cancel(),
        () = stop.cancelled() => {}
    }
    let _ = serving.await;
}

/// When a connection that lasts about so long is replaced: a tenth before, and a minute before at most; not all places at once.
pub(super) fn before(lasts: Duration) -> Duration {
    let early = (lasts / 10).min(Duration::from_secs(60));
    lasts.saturating_sub(early + jitter(early))
}

/// How long to wait before the next try.
pub(super) fn wait(trouble: &Trouble, failures: u32) -> Duration {
    match trouble.wait {
        Wait::Short => jitter(backoff(failures, KEPT_OUT)),
        Wait::Told(told) => told + jitter(Duration::from_secs(1)),
        Wait::Long => HELPLESS / 2 + jitter(HELPLESS / 2),
    }
}

/// Half a second, doubled with each failure, up to `most`.
pub(super) fn backoff(failures: u32, most: Duration) -> Duration {
    Duration::from_millis(500).saturating_mul(2_u32.saturating_pow(failures.min(16))).min(most)
}

/// Anything up to it: places and bots that lost their connections together do not come back together.
fn jitter(most: Duration) -> Duration {
    most.mul_f64(rand::random_range(0.0..=1.0))
}
