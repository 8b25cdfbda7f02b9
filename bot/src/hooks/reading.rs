//! From bytes to events, whatever the bytes are: a payload must not take the bot, or its neighbours' time, with it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use commands::Event;
use connectors::{Delivery, Webhook};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

/// How deep a payload may be nested.
const DEPTH: usize = 64;
/// What is larger is read beside the tasks that answer others.
const SMALL: usize = 64 * 1024;
/// Reading is pure: what takes longer does not end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// A delivery as it was received, without what proved its sender: in a job, or read again later.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Received {
    pub hook: String,
    /// None in jobs of an older version.
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default = "post")]
    pub method: String,
    pub headers: Vec<(String, String)>,
    pub query: String,
    #[serde(serialize_with = "write_body", deserialize_with = "read_body")]
    pub body: Vec<u8>,
    pub received: Timestamp,
}

fn post() -> String {
    "POST".into()
}

/// Text as it is, so that people who look at the job can read it; anything else in base64, and so is what holds a NUL, which
/// PostgreSQL takes out of no JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Body {
    Text(String),
    Bytes { base64: String },
}

fn write_body<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => serializer.serialize_str(text),
        _ => Body::Bytes { base64: BASE64_STANDARD.encode(body) }.serialize(serializer),
    }
}

fn read_body<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    match Body::deserialize(deserializer)? {
        Body::Text(text) => Ok(text.into_bytes()),
        Body::Bytes { base64 } => BASE64_STANDARD.decode(base64).map_err(D::Error::custom),
    }
}

impl Received {
    pub fn delivery<'a>(&'a self, template: Option<&'a str>) -> Delivery<'a> {
        Delivery {
            hook: &self.hook,
            method: &self.method,
            template,
            headers: &self.headers,
            query: &self.query,
            // It was verified when it arrived.
            url: None,
            body: &self.body,
            received: self.received,
        }
    }
}

/// Why a delivery cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Nobody could read it: the sender need not send it again.
    Malformed(String),
    /// We cannot; perhaps a later version can.
    NotUnderstood(String),
}

impl Unreadable {
    pub fn reason(&self) -> &str {
        match self {
            Unreadable::Malformed(reason) | Unreadable::NotUnderstood(reason) => reason,
        }
    }
}

/// What `received` reports. Never panics, and takes [`PATIENCE`] at most.
pub(super) async fn read(
    webhook: &'static Webhook,
    received: Arc<Received>,
    template: Option<String>,
) -> Result<Vec<Event>, Unreadable> {
    well_formed(&received)?;
    if received.body.len() <= SMALL && template.is_none() {
        return parse(webhook, &received.delivery(None));
    }
    let reading = tokio::task::spawn_blocking(move || parse(webhook, &received.delivery(template.as_deref())));
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => Err(Unreadable::NotUnderstood("Reading it was broken off.".into())),
        Err(_) => Err(Unreadable::NotUnderstood(format!("Reading it took longer than {} s.", PATIENCE.as_secs()))),
    }
}

fn parse(webhook: &Webhook, delivery: &Delivery<'_>) -> Result<Vec<Event>, Unreadable> {
    let read = catch_unwind(AssertUnwindSafe(|| (webhook.parse)(delivery)));
    let panicked =
        || Unreadable::NotUnderstood("Reading it failed in a way that nobody expected: this is a fault of Bellhop.".into());
    let events = read.map_err(|_| panicked())?.map_err(|err| Unreadable::NotUnderstood(err.message.replace('\0', "")))?;
    Ok(if holds_nul(delivery.body) { without_nul(events) } else { events })
}

/// Whether JSON escapes a NUL: `\u0000`, or as a form writes it.
fn holds_nul(body: &[u8]) -> bool {
    body.windows(5).any(|it| it == b"u0000") || body.windows(3).any(|it| it == b"%00")
}

/// A NUL stands for nothing that people read, and chats and databases trip over it.
fn without_nul(events: Vec<Event>) -> Vec<Event> {
    fn clean(value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(text.replace('\0', "")),
            Value::Array(all) => Value::Array(all.into_iter().map(clean).collect()),
            Value::Object(all) => Value::Object(all.into_iter().map(|(name, value)| (name, clean(value))).collect()),
            other => other,
        }
    }
    let cleaned = |event: &Event| serde_json::from_value(clean(serde_json::to_value(event).ok()?)).ok();
    events.into_iter().map(|it| cleaned(&it).unwrap_or(it)).collect()
}

fn well_formed(received: &Received) -> Result<(), Unreadable> {
    let kind = received.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    let text = match std::str::from_utf8(&received.body) {
        Ok(text) => text,
        // A mail's parts have charsets of their own.
        Err(_) if kind.starts_with("message/rfc822") || kind.starts_with("multipart/form-data") => return Ok(()),
        Err(_) => return Err(Unreadable::Malformed("The body is not UTF-8 text.".into())),
    };
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    let too_deep = match is_form {
        true => url::form_urlencoded::parse(text.as_bytes()).any(|(_, value)| depth_exceeds(value.as_bytes(), DEPTH)),
        false => text.trim_start().starts_with(['{', '[']) && depth_exceeds(text.as_bytes(), DEPTH),
    };
    match too_deep {
        true => Err(Unreadable::Malformed(format!("It is nested more than {DEPTH} levels deep."))),
        false => Ok(()),
    }
}

/// Whether JSON opens more brackets than that within one another. One pass, no stack.
fn depth_exceeds(json: &[u8], most: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use commands::Error;
    use connectors::SecretFrom;

    use super::*;

    const fn hook(parse: fn(&Delivery<'_>) -> commands::Result<Vec<Event>>) -> Webhook {
        Webhook { verify: |_, _| Ok(()), key: Some(|_| None), parse, handshake: None, secret: SecretFrom::Us, steps: "" }
    }

    static PANICS: Webhook = hook(|_| panic!("a parser's fault"));
    static REFUSES: Webhook = hook(|_| Err(Error::bad_input("No such thing.")));
    static SLOW: Webhook = hook(|delivery| {
        // Longer than the test's paused clock has patience for.
        std::thread::sleep(Duration::from_millis(if delivery.body.len() > SMALL { 300 } else { 0 }));
        Ok(Vec::new())
    });

    fn received(body: impl Into<Vec<u8>>, kind: &str) -> Arc<Received> {
        Arc::new(Received {
            hook: "ci".into(),
            key: Some("k".into()),
            method: "POST".into(),
            headers: vec![("content-type".into(), kind.into())],
            query: String::new(),
            body: body.into(),
            received: Timestamp::UNIX_EPOCH,
        })
    }

    async fn why(webhook: &'static Webhook, body: impl Into<Vec<u8>>, kind: &str) -> Option<Unreadable> {
        read(webhook, received(body, kind), None).await.err()
    }

    #[tokio::test]
    async fn no_payload_takes_the_bot_with_it() {
        let json = "application/json";
        assert!(matches!(why(&PANICS, "{}", json).await, Some(Unreadable::NotUnderstood(it)) if it.contains("fault of Bellhop")));
        assert_eq!(why(&REFUSES, "{}", json).await, Some(Unreadable::NotUnderstood("No such thing.".into())));
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let is_malformed = |it: Option<Unreadable>| matches!(it, Some(Unreadable::Malformed(_)));
        assert!(is_malformed(why(&PANICS, deep.clone(), json).await));
        let form = format!("payload={}", deep.replace('[', "%5B").replace(']', "%5D"));
        assert!(is_malformed(why(&PANICS, form, "application/x-www-form-urlencoded; charset=utf-8").await));
        assert!(is_malformed(why(&PANICS, vec![b'{', 0xff, 0xfe, b'}'], json).await));
        assert_eq!(why(&SLOW, "{\"a\": \"\\u0000\"}", json).await, None);
        assert_eq!(why(&SLOW, "[[[[\"[[[[[[[\\\"[[\"]]]]", json).await, None);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_large_payload_is_read_beside_the_others() {
        let large = tokio::spawn(why(&SLOW, vec![b' '; SMALL + 1], "text/plain"));
        tokio::task::yield_now().await;
        let began = std::time::Instant::now();
        assert_eq!(why(&SLOW, "{}", "application/json").await, None);
        assert!(began.elapsed() < Duration::from_millis(200), "it waited for its neighbour");
        assert_eq!(large.await.expect("it ended"), None);
    }

    #[tokio::test]
    async fn a_nul_is_taken_out_of_events() {
        static SAYS: Webhook = hook(|delivery| {
            let said: Value = serde_json::from_slice(delivery.body).expect("JSON");
            let text = said["text"].as_str().map(str::to_owned);
            Ok(vec![Event { id: "1".into(), text, ..Event::default() }])
        });
        let events = read(&SAYS, received(r#"{"text": "Smoke\u0000signal"}"#, "application/json"), None).await.expect("events");
        assert_eq!(events[0].text.as_deref(), Some("Smokesignal"));
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let nested = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
        assert!(!depth_exceeds(nested(64).as_bytes(), 64) && depth_exceeds(nested(65).as_bytes(), 64));
        assert!(!depth_exceeds(format!("\"{}\\\"{}\"", "[".repeat(99), "{".repeat(99)).as_bytes(), 64));
        assert!(!depth_exceeds("[],".repeat(1000).as_bytes(), 64));
    }

    #[test]
    fn any_body_comes_back_from_a_job() {
        for body in [b"{\"a\": 1}".to_vec(), vec![0, 159, 146, 150], b"a\0b".to_vec(), Vec::new()] {
            let kept = serde_json::to_string(&*received(body.clone(), "text/plain")).expect("JSON");
            assert_eq!(serde_json::from_str::<Received>(&kept).expect("read").body, body);
        }
        let older = r#"{"hook": "ci", "headers": [], "query": "", "body": "{}", "received": "2026-11-21T09:00:00Z"}"#;
        let older: Received = serde_json::from_str(older).expect("read");
        assert_eq!((older.method.as_str(), older.body.as_slice(), older.key), ("POST", b"{}".as_slice(), None));
    }
}
