//! A schedule as a calendar that other programs follow: `GET /oncall/{schedule}.ics?token=…`.
//!
//! The address is all that is asked for, so it holds our signature over the schedule's name, and over how often its
//! addresses were made invalid.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use commands::{Error, ErrorKind, Result};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Loaded, ical, store};
use crate::app::App;

/// How far back and ahead a calendar tells of shifts.
const BEHIND: SignedDuration = SignedDuration::from_hours(30 * 24);
const AHEAD: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What follows `?` in the address.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
}

pub fn routes(app: Arc<App>) -> Router {
    Router::new().route("/oncall/{file}", get(serve)).with_state(app)
}

/// Of a schedule that is not there no more is said than of a wrong signature.
async fn serve(State(app): State<Arc<App>>, Path(file): Path<String>, Query(asked): Query<Asked>) -> Response {
    let refused = || (StatusCode::NOT_FOUND, "there is no such calendar, or its address is not valid any more\n").into_response();
    let Some(name) = file.strip_suffix(".ics") else { return refused() };
    let Some(named) = app.resources.get::<super::Schedule>(name) else { return refused() };
    let text = async {
        let told = store::told(&app.store, &named.name).await.map_err(super::unreadable)?;
        if !app.forms.tickets().is_feed(&signed(&named.name, told.feed), &asked.token) {
            return Ok(None);
        }
        let loaded = app.rota(&named.name).await?;
        Ok::<_, Error>(Some(calendar(&loaded, app.store.now())))
    };
    match text.await {
        Ok(Some(text)) => {
            let headers =
                [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=300")];
            (headers, text).into_response()
        }
        Ok(None) => refused(),
        Err(err) => {
            tracing::error!(schedule = name, "A calendar cannot be written: {err}");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")], "the rota cannot be read now\n").into_response()
        }
    }
}

fn signed(schedule: &str, feed: i64) -> String {
    format!("oncall/{schedule}/{feed}")
}

/// All shifts with their people. One that stays as it is keeps its name, however often it is asked for.
pub fn calendar(loaded: &Loaded, now: Timestamp) -> String {
    let from = now.saturating_sub(BEHIND).unwrap_or(now);
    let until = now.saturating_add(AHEAD).unwrap_or(now);
    let mut shifts = loaded.rota.shifts(from, until);
    // Cut at the same moment each time, the first and the last would be others each time.
    if let Some(first) = shifts.first_mut() {
        first.from = loaded.rota.shift_at(from).from;
    }
    if let Some(last) = shifts.last_mut() {
        last.until = loaded.rota.shift_at(last.from).until;
    }
    let events = shifts.iter().flat_map(|shift| {
        shift.on.iter().map(|duty| ical::Event {
            uid: format!("{}-{}-{}@bellhop", loaded.name, shift.from.as_second(), duty.person.replace([':', '/'], "-")),
            summary: format!("{}: on call for {}", loaded.label(&duty.person), loaded.name),
            attendees: Vec::new(),
            from: shift.from,
            until: shift.until,
        })
    });
    ical::write(&format!("On call: {}", loaded.name), &events.collect::<Vec<_>>(), now)
}

impl App {
    /// The address of a schedule's calendar. Whoever has it reads the rota.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] where nobody would reach it.
    pub async fn calendar_address(&self, schedule: &str) -> Result<String> {
        let Some(public_url) = &self.public_url else {
            let message = "A calendar needs an address that other programs reach: set `public_url` in [server].";
            return Err(Error::new(ErrorKind::BadConfig, message));
        };
        let told = store::told(&self.store, schedule).await.map_err(super::unreadable)?;
        let token = self.forms.tickets().feed(&signed(schedule, told.feed));
        let name: String = url::form_urlencoded::byte_serialize(schedule.as_bytes()).collect::<String>().replace('+', "%20");
        Ok(format!("{public_url}/oncall/{name}.ics?token={token}"))
    }
}
