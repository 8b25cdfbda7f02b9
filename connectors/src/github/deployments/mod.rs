//! Deployments: what is where, what waits for an approval, what somebody reports.

mod list;
mod make;
mod review;

pub use list::{List, Pending};
pub use make::{Create, SetStatus};
pub use review::{Approve, Reject};
