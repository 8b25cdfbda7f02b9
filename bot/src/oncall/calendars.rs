//! Calendars that shifts and holidays come from.
//!
//! Whoever may set up a schedule in chat may not read this machine's files by it, nor reach into its network: a file, and an address
//! inside, are read only where the configuration file names them.

use commands::{Error, Result};
use connectors::{Http, http::Policy};
use jiff::SignedDuration;
use url::Url;

use super::{
    schedule::{Schedule, is_address},
    store,
};
use crate::{app::App, resources::Origin};

/// How old a calendar may be.
const FRESH: SignedDuration = SignedDuration::from_mins(30);
/// After a failure it is asked sooner.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// As long as a calendar may be, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

impl App {
    /// Fetches the calendars of a schedule that are old by now. What cannot be fetched goes on as it was, with a problem noted.
    pub(super) async fn refresh_calendars(&self, schedule: &Schedule, origin: Origin) -> Result<()> {
        for source in schedule.calendars() {
            let before = store::calendar(&self.store, source).await.map_err(super::unreadable)?;
            let age = before.as_ref().map(|it| self.store.now().duration_since(it.at));
            let keeps = if before.as_ref().is_some_and(|it| it.problem.is_some()) { AGAIN } else { FRESH };
            if age.is_some_and(|it| it < keeps) {
                continue;
            }
            let fetched = fetch(self, source, origin).await;
            let (body, problem) = match fetched {
                Ok(body) => (Some(body), None),
                Err(err) => {
                    tracing::warn!("A calendar of a schedule cannot be read: {err}");
                    let shown = shown(source);
                    (None, Some(format!("The calendar {shown} cannot be read, and goes on as it was: {}", err.message)))
                }
            };
            store::keep_calendar(&self.store, source, body.as_deref(), problem.as_deref()).await.map_err(super::unreadable)?;
        }
        Ok(())
    }
}

/// Its host: the rest of a calendar's address is often a secret.
pub fn shown(source: &str) -> String {
    match Url::parse(source).ok().and_then(|it| it.host_str().map(str::to_owned)).filter(|_| is_address(source)) {
        Some(host) => format!("at {host}"),
        None => format!("`{source}`"),
    }
}

async fn fetch(app: &App, source: &str, origin: Origin) -> Result<String> {
    let bytes = match (is_address(source), origin) {
        (true, Origin::Chat) => app.web.fetch_public(&address(source), LARGEST).await?.bytes,
        (true, Origin::File) => {
            let url = Url::parse(&address(source)).map_err(|err| Error::bad_input(format!("it is no web address: {err}")))?;
            // Its own host may be private: who writes the configuration decides that.
            let base = url.origin().ascii_serialization();
            let client = Http::new("calendar", "The calendar", &base, Policy::default())?;
            let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            client.get(&path).send_for_bytes(LARGEST).await?.1.to_vec()
        }
        (false, Origin::File) => read_file(source).await?,
        (false, Origin::Chat) => {
            return Err(Error::bad_input(
                "a calendar is an address here, like https://calendar.example.org/shifts.ics. A file is \
                                         read where the configuration file names it.",
            ));
        }
    };
    String::from_utf8(bytes).map_err(|_| Error::bad_input("it is no text in UTF-8."))
}

async fn read_file(path: &str) -> Result<Vec<u8>> {
    let unreadable = |err: std::io::Error| Error::bad_input(format!("the file cannot be read: {err}."));
    let length = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if usize::try_from(length).is_ok_and(|it| it <= LARGEST) {
        tokio::fs::read(path).await.map_err(unreadable)
    } else {
        Err(Error::bad_input(format!("the file is longer than {} MB.", LARGEST / 1024 / 1024)))
    }
}

/// Programs write `webcal` for what is fetched by https.
fn address(source: &str) -> String {
    source.strip_prefix("webcal://").map_or_else(|| source.to_owned(), |rest| format!("https://{rest}"))
}
