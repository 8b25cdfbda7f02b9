//! What a team asks of its numbers: velocity, commitment, burndown, cycle and lead time, the age of the backlog, flow.
//!
//! Jira's own reports have no API, so that these are counted from the issues and their changes ([`past`]). What was taken
//! out of a sprint before it ended is not among its issues any more, and so not in its numbers; Jira's own reports know of it.

mod backlog;
mod cycle;
mod past;
mod sprints;

pub use backlog::{Backlog, Flow};
pub use cycle::Cycle;
pub use sprints::{Burndown, Commitment, Velocity};
