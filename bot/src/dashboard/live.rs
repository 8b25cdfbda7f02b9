//! `GET /dashboard/live`: what changes on the page, as server-sent events.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>
//!
//! Each event `panel` holds `{"id": …, "html": …}` of a panel that differs from what was sent last; `gone` names one that is not
//! for the visitor any more. `still` says when everything was looked at, so that a page knows how old it is. Who is looking,
//! and what they may see, is asked anew each time; `over` ends it.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use axum::response::sse::Event;
use futures::{Stream, stream};
use serde_json::json;

use super::{Board, door::Visitor};

const EVERY: Duration = Duration::from_secs(2);

/// What one page was sent.
struct Watching {
    board: Arc<Board>,
    visitor: Option<Visitor>,
    sent: BTreeMap<&'static str, String>,
    pending: Vec<Event>,
    is_first: bool,
}

pub(super) fn events(board: Arc<Board>, visitor: Visitor) -> impl Stream<Item = Result<Event, Infallible>> {
    let watching = Watching { board, visitor: Some(visitor), sent: BTreeMap::new(), pending: Vec::new(), is_first: true };
    stream::unfold(watching, |mut it| async move {
        while it.pending.is_empty() {
            // It was told that it is over.
            it.visitor.as_ref()?;
            if !std::mem::take(&mut it.is_first) {
                tokio::time::sleep(EVERY).await;
            }
            it.look().await;
        }
        let event = it.pending.remove(0);
        Some((Ok(event), it))
    })
}

impl Watching {
    async fn look(&mut self) {
        let Some(visitor) = &self.visitor else { return };
        match self.board.app.still(visitor).await {
            Ok(Some(still)) => self.visitor = Some(still),
            Ok(None) => {
                self.visitor = None;
                self.pending.push(Event::default().event("over").data("{}"));
                return;
            }
            // A store that does not answer ends no visit: the page says how old it is.
            Err(err) => {
                tracing::debug!("A visit cannot be looked up: {err:#}");
                return;
            }
        }
        let Some(visitor) = &self.visitor else { return };
        let (at, panels) = self.board.panels(visitor).await;
        let mut seen = BTreeMap::new();
        for panel in panels {
            let html = panel.html.into_string();
            if self.sent.get(panel.id) != Some(&html) {
                let data = json!({ "id": panel.id, "html": html }).to_string();
                self.pending.push(Event::default().event("panel").data(data));
            }
            seen.insert(panel.id, html);
        }
        for id in self.sent.keys().filter(|id| !seen.contains_key(*id)) {
            self.pending.push(Event::default().event("gone").data(json!({ "id": id }).to_string()));
        }
        self.sent = seen;
        self.pending.push(Event::default().event("still").data(json!({ "at": at }).to_string()));
    }
}
