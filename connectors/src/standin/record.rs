//! What was said between us and a stand-in, for people to look at: no secrets, and only the start of what is long.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, Uri};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;
use url::form_urlencoded;

const KEPT: usize = 200;
/// What is kept of a body, in bytes.
const LONGEST_BODY: usize = 16 << 10;
const HIDDEN: &str = "[hidden]";

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    pub at: Timestamp,
    pub method: String,
    /// With the query; secrets in it are hidden.
    pub path: String,
    /// Names in lower case; values of secret ones are hidden.
    pub headers: Vec<(String, String)>,
    /// At most 16 KiB; the size of what is no text.
    pub body: String,
    /// None where no answer was given.
    pub status: Option<u16>,
    pub answer: String,
    pub elapsed: Duration,
}

impl Exchange {
    /// `POST /issues.json {"issue":{…}}`.
    pub fn request_line(&self) -> String {
        let space = if self.body.is_empty() { "" } else { " " };
        format!("{} {}{space}{}", self.method, self.path, self.body)
    }
}

/// The last exchanges, and whoever watches them.
pub(super) struct Record {
    exchanges: Mutex<VecDeque<Arc<Exchange>>>,
    watchers: broadcast::Sender<Arc<Exchange>>,
}

impl Default for Record {
    fn default() -> Record {
        Record { exchanges: Mutex::default(), watchers: broadcast::Sender::new(KEPT) }
    }
}

impl Record {
    pub(super) fn add(&self, exchange: Exchange) {
        let exchange = Arc::new(exchange);
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == KEPT {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange.clone());
        // The only failure is that nobody watches.
        let _ = self.watchers.send(exchange);
    }

    pub(super) fn all(&self) -> Vec<Arc<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn watch(&self) -> broadcast::Receiver<Arc<Exchange>> {
        self.watchers.subscribe()
    }
}

pub(super) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown =
        |name: &str, value: &[u8]| if is_secret(name) { HIDDEN.into() } else { String::from_utf8_lossy(value).into_owned() };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), shown(name.as_str(), value.as_bytes()))).collect()
}

/// The path and the query, with the values of secret parameters hidden.
pub(super) fn path(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let pairs = query.split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let decoded = form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default();
        if is_secret(&decoded) { format!("{name}={HIDDEN}") } else { pair.to_owned() }
    });
    format!("{}?{}", uri.path(), pairs.collect::<Vec<_>>().join("&"))
}

pub(super) fn body(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() <= LONGEST_BODY => text.into(),
        Ok(text) => {
            let end = (0..=LONGEST_BODY).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            format!("{}…", &text[..end])
        }
        Err(_) => format!("({} bytes)", bytes.len()),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["authorization", "cookie", "key", "token", "secret", "password", "signature"].iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_long_bodies_cut() {
        let uri = "/issues.json?key=abc&limit=5&access%5Ftoken=abc&q".parse().unwrap();
        assert_eq!(path(&uri), "/issues.json?key=[hidden]&limit=5&access%5Ftoken=[hidden]&q");
        let map = [("x-redmine-api-key", "abc"), ("cookie", "a=b"), ("accept", "*/*")];
        let map: HeaderMap = map.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let mut shown = headers(&map);
        shown.sort();
        let hidden = |name: &str| (name.to_owned(), HIDDEN.to_owned());
        assert_eq!(shown, [("accept".to_owned(), "*/*".to_owned()), hidden("cookie"), hidden("x-redmine-api-key")]);
        assert_eq!(body("ä".repeat(20_000).as_bytes()), format!("{}…", "ä".repeat(8192)));
        assert_eq!(body(&[0xff, 0xfe]), "(2 bytes)");
    }
}
