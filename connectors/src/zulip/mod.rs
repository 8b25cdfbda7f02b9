//! Zulip: its simulated server, for the sandbox and for tests.

pub mod client;
pub mod standin;
