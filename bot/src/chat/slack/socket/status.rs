//! How Socket Mode stands: for the log, for `doctor` and `/health`, for metrics.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use commands::{Error, ErrorKind};
use connectors::Check;
use metrics::{counter, gauge};
use tokio::sync::watch;
use tracing::{info, warn};

use super::envelope::Reason;

/// Why a connection is not there, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub message: String,
    pub fix: &'static str,
    /// Before the next try.
    pub wait: Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It may be over in a moment.
    Short,
    /// Slack said for how long.
    Told(Duration),
    /// Somebody has to do something first.
    Long,
}

const NETWORK: &str =
    "Nothing to do if it passes: it is tried again by itself. Else check that this machine reaches Slack over https.";
const TOKEN: &str = "Make an app-level token with the scope connections:write (Basic Information → App-Level Tokens), put it into `slack.app_token` and restart.";
const TURNED_OFF: &str = "Turn Socket Mode on in the app's settings; or take `slack.app_token` out, set `server.public_url` and `slack.signing_secret`, and restart.";
const CROWDED: &str =
    "Slack allows 10 connections an app, all of its bots together: stop a bot, or lower `slack.socket_connections`.";

impl Trouble {
    /// It is tried again by itself.
    pub fn passing(message: impl Into<String>) -> Trouble {
        Trouble { message: message.into(), fix: NETWORK, wait: Wait::Short }
    }

    /// What `apps.connections.open` said.
    pub fn refused(err: Error) -> Trouble {
        match err.kind {
            ErrorKind::Auth | ErrorKind::Permission | ErrorKind::BadConfig | ErrorKind::BadInput => Trouble {
                // Its own words speak of the bot's token.
                message: "Slack does not take `slack.app_token` as an app-level token of an app in Socket Mode.".into(),
                fix: TOKEN,
                wait: Wait::Long,
            },
            _ => Trouble { message: err.message, fix: NETWORK, wait: err.retry_after.map_or(Wait::Short, Wait::Told) },
        }
    }

    /// What Slack closes a connection for, where it is more than its usual coming and going.
    pub fn of(reason: &Reason) -> Option<Trouble> {
        let (message, fix) = match reason {
            Reason::Disabled => ("Socket Mode is turned off in the Slack app's settings.", TURNED_OFF),
            Reason::TooMany => ("The Slack app has more connections than Slack allows.", CROWDED),
            Reason::Warning | Reason::Refresh | Reason::Other(_) => return None,
        };
        Some(Trouble { message: message.into(), fix, wait: Wait::Long })
    }

    pub fn check(&self, name: &str) -> Check {
        Check::failed(name, self.message.clone(), self.fix)
    }
}

pub struct Status {
    places: u8,
    is_listening: AtomicBool,
    now: Mutex<Now>,
    /// How many places are filled.
    filled: watch::Sender<usize>,
}

#[derive(Default)]
struct Now {
    /// The places that are filled.
    filled: Vec<u8>,
    /// The last that kept one empty, until all are filled.
    trouble: Option<Trouble>,
}

impl Status {
    pub fn new(places: u8) -> Status {
        Status { places, is_listening: AtomicBool::new(false), now: Mutex::default(), filled: watch::Sender::new(0) }
    }

    /// From now on there ought to be connections.
    pub fn listens(&self) {
        self.is_listening.store(true, Ordering::Relaxed);
        gauge!("bellhop_socket_connections").set(0.0);
        for reason in ["warning", "refresh", "disabled", "too_many", "other", "age", "closed", "broken", "silent"] {
            counter!("bellhop_socket_reconnects_total", "reason" => reason).absolute(0);
        }
    }

    pub fn is_listening(&self) -> bool {
        self.is_listening.load(Ordering::Relaxed)
    }

    /// A place has a connection that Slack uses.
    pub fn fill(&self, place: u8) {
        let mut now = self.now();
        if !now.filled.contains(&place) {
            now.filled.push(place);
        }
        let (filled, is_mended) = (now.filled.len(), now.trouble.is_some());
        if filled == usize::from(self.places) {
            now.trouble = None;
        }
        drop(now);
        self.tell(filled);
        let places = self.places;
        match is_mended {
            true => info!(place, "Slack's WebSocket is open again: {filled} of {places}"),
            false => info!(place, "Slack's WebSocket is open: {filled} of {places}"),
        }
    }

    /// A place has none any more.
    pub fn empty(&self, place: u8) {
        let mut now = self.now();
        now.filled.retain(|it| *it != place);
        self.tell(now.filled.len());
    }

    /// A place cannot be filled now. Said once, for as long as it stays the same.
    pub fn trouble(&self, place: u8, trouble: &Trouble) {
        let mut now = self.now();
        if now.trouble.as_ref() != Some(trouble) {
            warn!(place, fix = trouble.fix, "No connection to Slack: {}", trouble.message);
            now.trouble = Some(trouble.clone());
        }
    }

    pub fn check(&self) -> Check {
        let now = self.now();
        let (filled, places) = (now.filled.len(), usize::from(self.places));
        match &now.trouble {
            None if filled == places => Check::ok("socket mode", format!("{filled} connections are open")),
            // At the start, and after one went as they do: what does not come back has a trouble.
            None => Check::ok("socket mode", format!("{filled} of {places} connections are open, and the rest on its way")),
            Some(Trouble { message, fix, .. }) if filled == 0 => {
                Check::failed("socket mode", format!("no connection is open: {message}"), *fix)
            }
            Some(Trouble { message, fix, .. }) => {
                Check::warning("socket mode", format!("{filled} of {places} connections are open: {message}"), *fix)
            }
        }
    }

    /// Waits until Slack uses every place.
    pub async fn filled(&self) {
        // Its sender is in self, so waiting cannot fail.
        let _ = self.filled.subscribe().wait_for(|it| *it == usize::from(self.places)).await;
    }

    fn tell(&self, filled: usize) {
        gauge!("bellhop_socket_connections").set(filled as f64);
        self.filled.send_replace(filled);
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
