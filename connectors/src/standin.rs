//! Simulated vendors: real HTTP servers with state and faults, for the sandbox and for tests.
//!
//! A [`Standin`] is a vendor's API and its data; a [`Server`] puts one on a port, makes it misbehave
//! in the ways that real systems do ([`Fault`]), and shows what was said ([`Exchange`]).

pub mod chat;
pub(crate) mod consent;
pub(crate) mod form;
mod record;
pub(crate) mod report;
mod server;

pub use record::Exchange;
pub use server::Server;

use serde_json::{Map, Value};

/// A ZIP file that holds `widgets.txt`: what simulated builds leave behind.
pub(crate) const ARCHIVE: &[u8] = include_bytes!("standin/archive.zip");

/// A simulated vendor. It keeps its state for as long as it lives.
pub trait Standin: Send + Sync {
    /// Its API, as the vendor serves it. Called once per (re)start; the state survives.
    fn router(&self) -> axum::Router;
    /// The configuration of a connection to it, when it is served at `url`.
    fn connection(&self, url: &str) -> Map<String, Value>;
    /// What the sandbox's panel shows: a table of its objects.
    fn panel(&self) -> Panel;
    /// Sets up a webhook as an administrator of the vendor does by hand, where that is the only way.
    fn add_webhook(&self, _url: &str, _secret: &str) {}
}

/// A table of a stand-in's objects.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Panel {
    /// `Issues`.
    pub title: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// How a stand-in misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    #[default]
    None,
    /// Answers after 5 s.
    Slow,
    /// Answers 500.
    Failing,
    /// Answers 429 with Retry-After.
    RateLimiting,
    /// Answers 401.
    Unauthorized,
    /// Answers 403.
    Forbidden,
    /// Answers 200 with an HTML page, as a proxy's login page does.
    Html,
    /// Accepts, reads, and never answers.
    Hanging,
    /// Refuses connections.
    Down,
}
