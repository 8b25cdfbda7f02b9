//! The whole bot with simulated chats and simulated systems, and the page that shows them.
//!
//! The chats and systems are the connectors' stand-ins ([`connectors::standin`]); here is what puts them together with a
//! bot, what a script types, and the page.

pub mod page;
mod run;
mod script;
mod simulate;
mod systems;

pub use connectors::{
    slack::standin::{self as slack, SlackSim},
    standin::chat::{Clock, ManualClock, Served, Traffic},
    zulip::standin::{self as zulip, ZulipSim},
};
pub use run::{Options, run};
pub use simulate::{SimulateOptions, simulate};
