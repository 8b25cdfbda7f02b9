//! Alerts as lists show them.

use commands::{Event, event::Severity};
use jiff::Timestamp;

use super::{State, store};
use crate::app::App;

/// An alert in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: i64,
    pub title: String,
    pub url: Option<String>,
    pub source: String,
    pub severity: Severity,
    pub state: State,
    pub since: Timestamp,
    pub firing: i64,
    pub acknowledged_by: Option<String>,
    pub acknowledged_name: Option<String>,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
    pub assigned_to: Option<String>,
    pub assigned_name: Option<String>,
    pub muted: Option<String>,
    /// What filters look at.
    pub event: Event,
}

/// Which are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Open,
    /// Those that ended last.
    Resolved,
}

impl App {
    /// The worst first, and of these the newest; of what ended, the last first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alerts_listed(&self, which: Which) -> anyhow::Result<Vec<Listed>> {
        let mut rows = match which {
            Which::Open => store::open(&self.store).await?,
            Which::Resolved => store::resolved(&self.store, 200).await?,
        };
        if which == Which::Open {
            rows.sort_by_key(|it| (it.state == State::Acknowledged, std::cmp::Reverse(it.severity), std::cmp::Reverse(it.id)));
        }
        rows.retain(|it| it.holds_until.is_none());
        Ok(rows
            .into_iter()
            .map(|it| Listed {
                id: it.id,
                title: it.title,
                url: it.url,
                source: it.source,
                severity: it.severity,
                state: it.state,
                since: it.opened_at,
                firing: it.firing,
                acknowledged_by: it.acknowledged_by,
                acknowledged_name: it.acknowledged_name,
                resolved_at: it.resolved_at,
                resolved_by: it.resolved_by,
                assigned_to: it.assigned_to,
                assigned_name: it.assigned_name,
                muted: it.muted,
                event: it.event,
            })
            .collect())
    }
}
