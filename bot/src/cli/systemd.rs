//! What systemd is told, where it is what started us (`Type=notify`, `WatchdogSec=`); silence elsewhere.
//!
//! <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>

use std::io;

use sd_notify::NotifyState;

use crate::queue::Queue;

/// The bot accepts requests.
pub fn ready(status: &str) {
    let status = status.to_owned();
    tell(move || sd_notify::notify(&[NotifyState::Ready, NotifyState::Status(&status)]));
}

/// The bot ends.
pub fn stopping() {
    tell(|| sd_notify::notify(&[NotifyState::Stopping, NotifyState::Status("Ending what is at work")]));
}

/// Says, four times in the time that systemd gives, that the bot is alive; not while the queue hangs in a way that only a restart
/// ends ([`Queue::needs_restart`]), so that systemd restarts it. Ends at once where nobody asks.
pub async fn watchdog(queue: Queue) {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    // One that is left out, as when the machine's clock was put forward, ends nothing.
    let every = within / 4;
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        match queue.needs_restart(every).await {
            None => tell(|| sd_notify::notify(&[NotifyState::Watchdog])),
            Some(hung) => tracing::error!(
                "A transaction of the queue is under way for {} s and does not end, though the database answers: systemd is not \
                 told that the bot is alive, and restarts it within {} s",
                hung.as_secs(),
                within.as_secs()
            ),
        }
    }
}

/// Not here, where it would hold the bot up when systemd does not listen.
fn tell(notify: impl FnOnce() -> io::Result<()> + Send + 'static) {
    tokio::task::spawn_blocking(|| {
        if let Err(err) = notify() {
            tracing::warn!("systemd cannot be told how it goes: {err}");
        }
    });
}
