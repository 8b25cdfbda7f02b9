//! What is let in to be stored: no more than is stored soon.
//!
//! Reading a request costs more than turning it away, and one that waited until its sender gave up was read in vain. So a flood is
//! counted before it is read, and turned away while those ahead of it wait for too long: what a queue's length says of that depends on
//! the machine, how long it makes one wait does not (as in CoDel, RFC 8289).

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tracing::warn;

use super::{Refused, gauges};

/// Acceptances that may be under way.
pub(super) const BACKLOG: usize = 4096;
/// Of so many places one is kept for what a person waits for, and for what the bot itself has to remember.
const FOR_OTHERS: usize = 8;
/// While who comes to the writer has waited for longer, no more of a flood are let in.
const LONGEST: Duration = Duration::from_millis(500);
/// So few are no flood: where they wait, the disk is slow, and it is not they who wait for one another.
const FEW: usize = 64;
/// A line of the log for each of a flood would be a flood as well.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// A flood is over when nothing was turned away for so long.
const OVER: Duration = Duration::from_mins(10);

/// The way in.
pub(super) struct Intake {
    places: Arc<Semaphore>,
    most: usize,
    /// How long the one had waited that the writer took last, in milliseconds.
    waited: AtomicU64,
    flood: Mutex<Option<Flood>>,
}

/// More than could be stored, in this process.
#[derive(Clone, Copy, Debug)]
pub struct Flood {
    pub turned_away: u64,
    since: Instant,
    last: Instant,
    /// When the log said so.
    told: Option<Instant>,
}

impl Flood {
    /// From the first one that was turned away to the last.
    pub fn lasted(&self) -> Duration {
        self.last.duration_since(self.since)
    }
}

/// One's place among those that are being stored; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
    since: Instant,
}

impl Intake {
    pub fn new(most: usize) -> Intake {
        Intake { places: Arc::new(Semaphore::new(most)), most, waited: AtomicU64::new(0), flood: Mutex::default() }
    }

    /// A place for one that someone waits for.
    ///
    /// # Errors
    /// There is none.
    pub fn admit(&self) -> Result<Place, Refused> {
        let permit = Arc::clone(&self.places).try_acquire_owned();
        Ok(Place { _permit: permit.map_err(|_| self.turn_away())?, since: Instant::now() })
    }

    /// A place for one of what may be a flood.
    ///
    /// # Errors
    /// There is none, or those ahead wait for too long.
    pub fn admit_one_of_many(&self) -> Result<Place, Refused> {
        if self.places.available_permits() <= self.most / FOR_OTHERS || self.is_late() {
            return Err(self.turn_away());
        }
        self.admit()
    }

    /// The writer takes it: nobody of those who wait has waited for longer.
    pub fn taken(&self, place: &Place) {
        self.waited.store(u64::try_from(place.since.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether many wait, and for too long.
    fn is_late(&self) -> bool {
        self.under_way() >= FEW && Duration::from_millis(self.waited.load(Ordering::Relaxed)) > LONGEST
    }

    pub fn under_way(&self) -> usize {
        self.most - self.places.available_permits()
    }

    /// The flood that is not over yet, or that has just ended.
    pub fn flood(&self) -> Option<Flood> {
        self.lock().filter(|it| it.last.elapsed() < OVER)
    }

    fn turn_away(&self) -> Refused {
        gauges::acceptance("refused");
        let now = Instant::now();
        let mut flood = self.lock();
        let before = flood.take().filter(|it| now.duration_since(it.last) < OVER);
        let mut it = before.unwrap_or(Flood { turned_away: 0, since: now, last: now, told: None });
        (it.turned_away, it.last) = (it.turned_away + 1, now);
        if it.told.is_none_or(|told| now.duration_since(told) >= TELL_EVERY) {
            warn!(
                turned_away = it.turned_away,
                waiting = self.under_way(),
                "More requests come than can be stored: some are turned away"
            );
            it.told = Some(now);
        }
        *flood = Some(it);
        Refused::not_stored("Too many requests are waiting to be stored. Try again in a moment.")
    }

    fn lock(&self) -> MutexGuard<'_, Option<Flood>> {
        self.flood.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_turned_away_while_those_ahead_wait_for_too_long() {
        let intake = Intake::new(BACKLOG);
        let ahead: Vec<Place> = (0..FEW).map(|_| intake.admit_one_of_many().expect("a place")).collect();
        tokio::time::advance(LONGEST).await;
        intake.taken(&ahead[0]);
        assert!(intake.admit_one_of_many().is_ok(), "nobody has waited for longer than that");
        tokio::time::advance(Duration::from_millis(1)).await;
        intake.taken(&ahead[1]);
        let refused = intake.admit_one_of_many().expect_err("they wait for too long");
        assert_eq!(refused, Refused::not_stored("Too many requests are waiting to be stored. Try again in a moment."));
        assert!(intake.admit().is_ok(), "somebody waits for this one");

        assert_eq!(intake.flood().map(|it| it.turned_away), Some(1));

        let last = intake.admit().expect("a place");
        intake.taken(&last);
        assert!(intake.admit_one_of_many().is_ok(), "who comes now is taken at once");
        intake.taken(&ahead[2]);
        drop(ahead);
        assert!(intake.admit_one_of_many().is_ok(), "few wait");
        tokio::time::advance(OVER).await;
        assert!(intake.flood().is_none(), "it is over");
    }

    #[test]
    fn a_flood_does_not_take_the_last_places() {
        let intake = Intake::new(16);
        let flood: Vec<Place> = std::iter::from_fn(|| intake.admit_one_of_many().ok()).collect();
        let others: Vec<Place> = std::iter::from_fn(|| intake.admit().ok()).collect();
        assert_eq!((flood.len(), others.len(), intake.under_way()), (14, 2, 16));
        drop(others);
        assert!(intake.admit_one_of_many().is_err() && intake.admit().is_ok());
        drop(flood);
        assert_eq!(intake.under_way(), 0);
    }
}
