//! How serving ends: nobody who is active is cut off, nobody who is slow holds us up.
//!
//! HTTP/1.1 has no way to close a connection that waits for its next request without a chance that
//! this request is on its way. So the end has two halves. While *leaving*, everything goes on as
//! before, new connections included, but each answer says `Connection: close`: whoever is active
//! goes away by itself and comes back to whoever listens then. Only what stayed silent for a third
//! of the grace is closed. *Closing* begins when jobs and connections have come to their end, or
//! three fifths of the grace are over: nobody is let in any more, and what is still on its way gets
//! a few seconds.
//!
//! With a grace of 15 s: silent connections are closed after 5 s, nobody is let in after 9 s; from
//! then on a body may take 2 s, an answer 3 s, and after 3.5 s the rest is cut. What is left of the
//! 15 s is the database's, and a busy machine's.

use std::{future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

#[derive(Clone, Copy)]
enum Stage {
    Serving,
    Leaving { began: Instant },
    Closing { began: Instant, since: Instant },
}

/// The end of one time of serving. Clones share it.
#[derive(Clone)]
pub struct Drain {
    stage: watch::Sender<Stage>,
    grace: Duration,
}

impl Drain {
    /// One that takes at most `grace` from its beginning to the last answer and the database's end.
    pub fn within(grace: Duration) -> Drain {
        Drain { stage: watch::Sender::new(Stage::Serving), grace }
    }

    /// The end begins. Nothing happens when it has begun.
    pub fn begin(&self) {
        self.stage.send_if_modified(|stage| match stage {
            Stage::Serving => {
                *stage = Stage::Leaving { began: Instant::now() };
                true
            }
            _ => false,
        });
    }

    pub fn has_begun(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::Serving)
    }

    /// Waits until the end begins, and says when it did.
    pub async fn begun(&self) -> Instant {
        match self.reached(|stage| !matches!(stage, Stage::Serving)).await {
            Stage::Leaving { began } | Stage::Closing { began, .. } => began,
            Stage::Serving => unreachable!("it was waited for"),
        }
    }

    /// How much of the grace is left; all of it before the end begins.
    pub fn left(&self) -> Duration {
        match *self.stage.borrow() {
            Stage::Serving => self.grace,
            Stage::Leaving { began } | Stage::Closing { began, .. } => {
                (began + self.grace).saturating_duration_since(Instant::now())
            }
        }
    }

    /// How long jobs that are at work may go on: after it, there is time to give them back.
    pub fn for_jobs(&self) -> Duration {
        self.grace * 17 / 30
    }

    /// Nobody is let in any more.
    pub(super) fn close(&self) {
        let since = Instant::now();
        self.stage.send_modify(|stage| {
            *stage = match *stage {
                Stage::Serving => Stage::Closing { began: since, since },
                Stage::Leaving { began } | Stage::Closing { began, .. } => Stage::Closing { began, since },
            };
        });
    }

    /// Until when a silent connection is kept, of an end that began then.
    pub(super) fn silence_over(&self, began: Instant) -> Instant {
        began + self.grace / 3
    }

    /// Until when new connections are let in, of an end that began then.
    pub(super) fn entry_over(&self, began: Instant) -> Instant {
        began + self.grace * 3 / 5
    }

    /// Resolves when a connection that waits for its next request is to be closed.
    pub(super) async fn is_time_to_go(&self) {
        let began = self.begun().await;
        tokio::select! {
            () = sleep_until(self.silence_over(began)) => (),
            _ = self.closing() => (),
        }
    }

    /// Resolves when a body that is still arriving is given up.
    pub(super) fn bodies_over(&self) -> impl Future<Output = ()> + Send + 'static {
        self.clone().after_closing(self.grace * 2 / 15)
    }

    /// Resolves when requests are answered that the bot cannot do them.
    pub(super) fn answers_over(&self) -> impl Future<Output = ()> + Send + 'static {
        self.clone().after_closing(self.grace / 5)
    }

    /// Resolves when the connections that are left are cut.
    pub(super) fn cut(&self) -> impl Future<Output = ()> + Send + 'static {
        self.clone().after_closing(self.grace * 7 / 30)
    }

    async fn after_closing(self, by: Duration) {
        sleep_until(self.closing().await + by).await;
    }

    async fn closing(&self) -> Instant {
        match self.reached(|stage| matches!(stage, Stage::Closing { .. })).await {
            Stage::Closing { since, .. } => since,
            _ => unreachable!("it was waited for"),
        }
    }

    async fn reached(&self, wanted: impl FnMut(&Stage) -> bool) -> Stage {
        let mut stage = self.stage.subscribe();
        let reached = stage.wait_for(wanted).await;
        *reached.expect("its sender is in self")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_part_of_the_end_has_its_time() {
        let drain = Drain::within(Duration::from_secs(15));
        let start = Instant::now();
        assert!(!drain.has_begun());
        drain.begin();
        let began = drain.begun().await;
        assert_eq!((began, drain.has_begun()), (start, true));
        tokio::time::advance(Duration::from_secs(1)).await;
        drain.begin();
        assert_eq!(drain.begun().await, start, "it begins once");
        drain.is_time_to_go().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(drain.entry_over(began), Instant::now());
        drain.close();
        let mut ends = Vec::new();
        for over in [
            Box::pin(drain.bodies_over()) as std::pin::Pin<Box<dyn Future<Output = ()>>>,
            Box::pin(drain.answers_over()),
            Box::pin(drain.cut()),
        ] {
            over.await;
            ends.push(start.elapsed().as_secs_f32());
        }
        assert_eq!(ends, [11.0, 12.0, 12.5]);
        assert_eq!(drain.left(), Duration::from_millis(2500));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_silent_goes_as_soon_as_nobody_is_let_in() {
        let drain = Drain::within(Duration::from_secs(15));
        let start = Instant::now();
        drain.begin();
        drain.close();
        drain.is_time_to_go().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
