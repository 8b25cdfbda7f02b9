//! Where a job can stand: what people see, and the metrics count, instead of the table's own states.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a job stands, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Due, and not begun.
    Waiting,
    /// Not due yet.
    Scheduled,
    /// A worker has it.
    Working,
    /// A worker has it, and bytes may have left.
    Sending,
    /// Whether it was done is not known, and is being found out.
    Unknown,
    /// It failed, and is tried again later.
    Retrying,
    /// Given up: it is not done unless somebody says so.
    Dead,
    /// It was done.
    Done,
    /// It ended without having been done, because it was not wanted any more.
    Cancelled,
}

impl Standing {
    /// Those of live jobs, and of dead letters: what there is to see to.
    pub const OPEN: [Standing; 7] = [
        Standing::Waiting,
        Standing::Scheduled,
        Standing::Working,
        Standing::Sending,
        Standing::Unknown,
        Standing::Retrying,
        Standing::Dead,
    ];

    /// As it is typed, and as it is called in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Scheduled => "scheduled",
            Standing::Working => "working",
            Standing::Sending => "sending",
            Standing::Unknown => "unknown",
            Standing::Retrying => "retrying",
            Standing::Dead => "dead",
            Standing::Done => "done",
            Standing::Cancelled => "cancelled",
        }
    }

    pub(super) fn read(name: &str) -> sqlx::Result<Standing> {
        let all = Standing::OPEN.into_iter().chain([Standing::Done, Standing::Cancelled]);
        all.into_iter().find(|it| it.name() == name).ok_or_else(|| sqlx::Error::Decode(format!("no standing: {name}").into()))
    }

    /// Whether jobs that stand there are still in the live table.
    pub fn is_live(self) -> bool {
        !matches!(self, Standing::Dead | Standing::Done | Standing::Cancelled)
    }
}

/// The standing of a live job at `$1`.
pub(super) const LIVE: &str = "CASE WHEN state = 'leased' THEN 'working'
         WHEN state = 'sending' AND lease_until > $1 THEN 'sending'
         WHEN state <> 'ready' THEN 'unknown'
         WHEN failing_since IS NOT NULL THEN 'retrying'
         WHEN run_at > $1 THEN 'scheduled' ELSE 'waiting' END";
