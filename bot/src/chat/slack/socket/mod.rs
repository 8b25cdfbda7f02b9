//! Socket Mode: what Slack sends comes over WebSockets that we open, so nobody has to reach us.
//! <https://docs.slack.dev/apis/events-api/using-socket-mode>
//!
//! Slack gives each request to one of an app's connections, whichever it likes, and wants it acknowledged there within
//! three seconds. It closes every connection after some hours, and others when it moves things about. So there are
//! *places*, two unless configured otherwise, each of which [`place`] keeps filled: a connection that is about to end
//! has its successor before it goes, and stays until then. [`door`] asks for an address and opens it; [`connection`]
//! is one WebSocket from its first frame to its last; [`envelope`] knows the frames; [`status`] tells people.
//!
//! A request is read and handed on by [`super::inbound`], as over HTTP, and acknowledged when that has answered: what is
//! acknowledged is committed. What cannot be committed now is not acknowledged, and Slack sends an event again; the
//! dispatcher knows repeats by their `event_id` or `trigger_id`, whichever connection, bot or process they came to.

mod connection;
mod door;
mod envelope;
mod place;
mod status;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use commands::Result;
use commands::param::Secret;
use connectors::Check;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, warn};
use url::Url;

use self::{door::Door, status::Status};
use super::inbound::Inbound;

/// The most connections that Slack allows an app, all of its bots together.
pub const MOST: u8 = 10;

/// The app's way in, where it has an app-level token.
pub(super) struct Socket {
    door: Door,
    /// How many connections are kept.
    places: u8,
    status: Arc<Status>,
}

impl Socket {
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when address, token or number cannot be what they should be.
    pub fn new(api_url: Url, app_token: &Secret, places: u8) -> Result<Socket> {
        Ok(Socket { door: Door::new(api_url, app_token)?, places, status: Arc::new(Status::new(places)) })
    }

    /// How it stands; where nothing listens in this process, whether the token would do.
    pub async fn checks(&self) -> Vec<Check> {
        if self.status.is_listening() {
            return vec![self.status.check()];
        }
        vec![match self.door.address().await {
            Ok(_) => Check::ok("socket mode", "Slack takes the app-level token"),
            Err(trouble) => trouble.check("socket mode"),
        }]
    }
}

/// The connections of a bot that listens. Dropping it cuts them off.
pub struct Listening {
    /// Nothing more is read; what is under way comes to its end.
    stop: CancellationToken,
    /// Everything ends where it is.
    cut: CancellationToken,
    tasks: TaskTracker,
    status: Arc<Status>,
}

impl Listening {
    /// Opens the connections, and keeps them.
    pub(super) fn start(socket: Arc<Socket>, inbound: Inbound) -> Listening {
        let listening = Listening {
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            status: socket.status.clone(),
        };
        info!(connections = socket.places, "Slack reaches this bot by Socket Mode: no public address is needed for it");
        socket.status.listens();
        for number in 1..=socket.places {
            let place = place::Place {
                number,
                socket: socket.clone(),
                inbound: inbound.clone(),
                stop: listening.stop.clone(),
                tasks: listening.tasks.clone(),
            };
            let cut = listening.cut.clone();
            listening.tasks.spawn(async move { cut.run_until_cancelled(place.keep()).await });
        }
        listening
    }

    /// Waits until Slack uses every connection, but no longer than this.
    pub async fn connected(&self, within: Duration) {
        if timeout(within, self.status.filled()).await.is_err() {
            warn!("Not every connection to Slack is open after {} s", within.as_secs());
        }
    }

    /// Reads nothing more, finishes and acknowledges what is under way, closes; cuts off what is left after `within`.
    pub async fn close(self, within: Duration) {
        self.stop.cancel();
        self.tasks.close();
        match timeout(within, self.tasks.wait()).await {
            Ok(()) => info!("Closed the connections to Slack"),
            Err(_) => warn!("Cut the connections to Slack with work left: Slack sends events again"),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.cancel();
        self.cut.cancel();
    }
}
