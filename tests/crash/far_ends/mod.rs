//! A Slack, a Zulip and a Redmine that write down what reaches them, keep it, show it to whoever asks for
//! their history, and have bad days.

mod redmine;
mod slack;
mod zulip;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    chance::Chance,
    journal::Journal,
    oracle::{Event, Says, Serial, Told},
};

/// The channel where people type commands.
pub const COMMANDS: &str = "C0COMMAND";

pub struct FarEnds {
    pub slack: Arc<FarEnd>,
    pub zulip: Arc<FarEnd>,
    pub redmine: Arc<FarEnd>,
    /// The keys of a connection to the Redmine.
    pub connection: serde_json::Map<String, Value>,
}

/// One of them.
pub struct FarEnd {
    pub name: &'static str,
    pub url: String,
    journal: Arc<Journal>,
    weather: AtomicU8,
    chance: Mutex<Chance>,
}

/// What kind of day it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Clear,
    /// Does what it is asked at once, and is slow to say so.
    Slow,
    /// Takes its time before it does what it is asked, and does it whoever has gone away meanwhile.
    Late,
    /// 503, and does nothing.
    Failing,
    /// 429 with a second to wait, and does nothing.
    Limiting,
    /// Does what it is asked, and its answer breaks off.
    Mumbling,
    /// Does nothing, and its answer breaks off.
    Down,
}

impl Weather {
    pub const ALL: [Weather; 7] =
        [Weather::Clear, Weather::Slow, Weather::Late, Weather::Failing, Weather::Limiting, Weather::Mumbling, Weather::Down];
}

impl FarEnds {
    pub async fn start(journal: &Arc<Journal>, seed: u64) -> anyhow::Result<FarEnds> {
        let (slack, slack_listener) = FarEnd::bind("slack", journal, seed).await?;
        let (zulip, zulip_listener) = FarEnd::bind("zulip", journal, seed).await?;
        let (redmine, redmine_listener) = FarEnd::bind("redmine", journal, seed).await?;
        serve(slack_listener, slack::router(slack.clone()));
        serve(zulip_listener, zulip::router(zulip.clone()));
        let (router, connection) = redmine::router(redmine.clone());
        serve(redmine_listener, router);
        Ok(FarEnds { slack, zulip, redmine, connection })
    }

    pub fn all(&self) -> [&Arc<FarEnd>; 3] {
        [&self.slack, &self.zulip, &self.redmine]
    }

    pub fn clear(&self) {
        for far_end in self.all() {
            far_end.set(Weather::Clear);
        }
    }
}

fn serve(listener: tokio::net::TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}

impl FarEnd {
    async fn bind(
        name: &'static str,
        journal: &Arc<Journal>,
        seed: u64,
    ) -> anyhow::Result<(Arc<FarEnd>, tokio::net::TcpListener)> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", ::tests::free_port())).await?;
        let it = FarEnd {
            name,
            url: format!("http://{}", listener.local_addr()?),
            journal: journal.clone(),
            weather: AtomicU8::new(0),
            chance: Mutex::new(Chance::new(seed, name)),
        };
        Ok((Arc::new(it), listener))
    }

    pub fn set(&self, weather: Weather) {
        let number = Weather::ALL.iter().position(|it| *it == weather).unwrap_or_default();
        if self.weather.swap(number as u8, Ordering::Relaxed) != number as u8 {
            self.journal.disturbed(format!("{} is {weather:?}", self.name));
        }
    }

    fn weather(&self) -> Weather {
        Weather::ALL[usize::from(self.weather.load(Ordering::Relaxed)) % Weather::ALL.len()]
    }

    fn wait(&self, range: std::ops::Range<u64>) -> Duration {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner).millis(range)
    }

    /// Answers as the day is.
    async fn answer(&self, work: impl Future<Output = Response>) -> Response {
        match self.weather() {
            Weather::Failing => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Weather::Limiting => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response(),
            Weather::Down => broken(),
            Weather::Mumbling => {
                let _ = work.await;
                broken()
            }
            Weather::Late => {
                tokio::time::sleep(self.wait(200..2000)).await;
                work.await
            }
            Weather::Slow => {
                let response = work.await;
                tokio::time::sleep(self.wait(200..1200)).await;
                response
            }
            Weather::Clear => {
                let response = work.await;
                // So that many are on their way whenever the bot is killed.
                tokio::time::sleep(self.wait(1..25)).await;
                response
            }
        }
    }

    /// Writes down a message that says so much, in this place.
    fn posted(&self, place: String, text: &str) {
        self.journal.note(match serial_in(text) {
            Some(serial) => Event::Posted { serial, place, says: says(text) },
            None => Event::Remarked { place, text: text.chars().take(500).collect() },
        });
    }

    /// Writes down what whoever typed a command reads.
    fn told(&self, serial: Option<Serial>, text: &str) {
        let told = match text {
            _ if text.contains("Created #") => Told::Created,
            _ if text.contains("is not known") => Told::NotKnown,
            _ if text.contains("is kept") => Told::Kept,
            _ => Told::Refused,
        };
        self.journal.note(match serial.or_else(|| serial_in(text)) {
            Some(serial) => Event::Told { serial, told, says: says(text) },
            None => Event::Remarked { place: COMMANDS.into(), text: text.chars().take(500).collect() },
        });
    }
}

/// Does what was begun, whoever goes away meanwhile: a server drops what it does for a connection that is gone.
async fn to_the_end(work: impl Future<Output = Response> + Send + 'static) -> Response {
    tokio::spawn(work).await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// 200, and the rest of the answer never comes.
fn broken() -> Response {
    let cut = futures::stream::once(async { Err::<axum::body::Bytes, _>(std::io::Error::other("cut off on purpose")) });
    ([(header::CONTENT_TYPE, "application/json"), (header::CONTENT_LENGTH, "100")], Body::from_stream(cut)).into_response()
}

fn json(value: Value) -> Response {
    Json(value).into_response()
}

fn says(text: &str) -> Says {
    if text.contains("Perhaps a repeat") { Says::PerhapsARepeat } else { Says::Plain }
}

/// How a serial is written, wherever text goes.
pub fn written(serial: Serial) -> String {
    format!("serial{serial:08}x")
}

/// The first serial in a text.
pub fn serial_in(text: &str) -> Option<Serial> {
    let mut rest = text;
    while let Some(at) = rest.find("serial") {
        rest = &rest[at + "serial".len()..];
        if rest.as_bytes().get(8) == Some(&b'x') && rest.as_bytes()[..8].iter().all(u8::is_ascii_digit) {
            return rest[..8].parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_found_again() {
        assert_eq!(serial_in(&format!("a serial {} burns", written(1234))), Some(1234));
        assert_eq!(serial_in("serial123x"), None);
        assert_eq!(serial_in("serial0000"), None);
    }
}
