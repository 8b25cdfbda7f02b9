//! What happened, as server-sent events: numbered, and repeated to whoever comes back with the
//! number of the last one seen.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Mutex, PoisonError},
};

use axum::{
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: u64,
    /// `message`, `view`, `exchange` …
    pub kind: String,
    pub data: Value,
}

/// The last [`Feed::KEPT`] changes, and everyone who listens.
pub struct Feed {
    kept: Mutex<(u64, VecDeque<Change>)>,
    listeners: broadcast::Sender<Change>,
}

impl Default for Feed {
    fn default() -> Feed {
        Feed { kept: Mutex::new((0, VecDeque::new())), listeners: broadcast::channel(1024).0 }
    }
}

impl Feed {
    const KEPT: usize = 1000;

    pub fn publish(&self, kind: &str, data: Value) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let change = Change { id: kept.0, kind: kind.to_owned(), data };
        kept.1.push_back(change.clone());
        if kept.1.len() > Feed::KEPT {
            kept.1.pop_front();
        }
        // Sent under the lock, so that numbers arrive in order. Nobody listening is no error.
        let _ = self.listeners.send(change);
    }

    /// The number of the newest change: a state read now is as of this one.
    pub fn last(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The stream for a request: from after its `Last-Event-ID`, or from now. A listener that missed
    /// more than is kept gets one `reset`, and reads the whole state again.
    pub fn stream(&self, headers: &HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse::<u64>().ok());
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = self.listeners.subscribe();
        let missed: Vec<Change> = match seen {
            None => Vec::new(),
            Some(seen) if seen > kept.0 || kept.1.front().is_some_and(|first| first.id > seen + 1) => {
                vec![Change { id: kept.0, kind: "reset".into(), data: Value::Null }]
            }
            Some(seen) => kept.1.iter().filter(|change| change.id > seen).cloned().collect(),
        };
        drop(kept);
        let live = BroadcastStream::new(listener)
            .map(|change| change.unwrap_or(Change { id: 0, kind: "reset".into(), data: Value::Null }));
        let events = stream::iter(missed).chain(live).map(|change| {
            let event = Event::default().event(change.kind).data(change.data.to_string());
            Ok(if change.id == 0 { event } else { event.id(change.id.to_string()) })
        });
        Sse::new(events).keep_alive(KeepAlive::default())
    }
}
