//! What systemd is told, where it is what started us (`Type=notify`, `WatchdogSec=`); silence elsewhere.
//!
//! <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>

use std::io;

use sd_notify::NotifyState;

/// The bot accepts requests.
pub fn ready(status: &str) {
    let status = status.to_owned();
    tell(move || sd_notify::notify(&[NotifyState::Ready, NotifyState::Status(&status)]));
}

/// The bot ends.
pub fn stopping() {
    tell(|| sd_notify::notify(&[NotifyState::Stopping, NotifyState::Status("Ending what is at work")]));
}

/// Says, twice in the time that systemd gives, that the threads that serve are alive. Ends at once where nobody asks.
pub async fn watchdog() {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval(within / 2);
    loop {
        ticks.tick().await;
        tell(|| sd_notify::notify(&[NotifyState::Watchdog]));
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
