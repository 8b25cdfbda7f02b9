//! The log that everybody writes to, in the order in which things were seen.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::oracle::{Entry, Event};

pub struct Journal {
    began: Instant,
    entries: Mutex<Vec<Entry>>,
}

impl Journal {
    pub fn new() -> Journal {
        Journal { began: Instant::now(), entries: Mutex::default() }
    }

    pub fn note(&self, event: Event) {
        let mut entries = self.entries();
        // Inside the lock, so that times are in order.
        entries.push(Entry { at: self.began.elapsed(), event });
    }

    pub fn disturbed(&self, what: impl Into<String>) {
        self.note(Event::Disturbed { what: what.into() });
    }

    /// Reads it as it is now, while nobody writes.
    pub fn read<T>(&self, read: impl FnOnce(&[Entry]) -> T) -> T {
        read(&self.entries())
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        // A list is whole between two pushes, whatever panicked elsewhere.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
