//! The simulated chat platforms: servers that speak Slack's and Zulip's own protocols, so that the
//! bot, and any official client, talks to them as it would to the real ones.

mod clock;
mod feed;
mod ids;
mod serve;
pub mod slack;
mod traffic;

pub use clock::{Clock, ManualClock};
pub use serve::Served;
pub use slack::SlackSim;
pub use traffic::{Direction, Exchange, Traffic};
