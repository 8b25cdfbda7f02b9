//! What the tests of sources share: a delivery of a fixture, a line an event, and payloads that nobody sends.

use std::{fmt::Write, path::Path};

use commands::{ErrorKind, Event};
use expect_test::Expect;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Delivery, SecretFrom, Webhook};

/// The secret that fixtures are signed with, where the vendor wants no other form.
pub(crate) const SECRET: &str = "It's a Secret to Everybody";
/// Where they are sent to.
pub(crate) const HOOK: &str = "https://bellhop.example.org/hooks/ci";
/// 2026-11-20, a Friday, 10:00 UTC.
pub(crate) const NOW: i64 = 1_795_168_800;

/// An HTTP request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) query: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) received: Timestamp,
    pub(crate) template: Option<String>,
}

impl Request {
    /// A POST of this body that nobody signed.
    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Request {
        Request {
            method: "POST".to_owned(),
            query: String::new(),
            url: HOOK.to_owned(),
            headers: Vec::new(),
            body: body.into(),
            received: Timestamp::from_second(NOW).unwrap(),
            template: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Request {
        self.url = format!("{HOOK}?{query}");
        query.clone_into(&mut self.query);
        self
    }

    /// `fixtures/{name}.http`.
    pub(crate) fn fixture(name: &str) -> Request {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/sources/fixtures/{name}.http"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
        let (head, body) = text.split_once("\n\n").expect("an empty line between head and body");
        let mut head = head.lines();
        let mut line = head.next().expect("a request line").split(' ');
        // Editors end a file with a line break, which was not signed.
        let mut request = Request::post(body.strip_suffix('\n').unwrap_or(body));
        line.next().expect("a method").clone_into(&mut request.method);
        if let Some((_, query)) = line.next().expect("a target").split_once('?') {
            request = request.query(query);
        }
        for (name, value) in head.filter_map(|it| it.split_once(": ")) {
            request = request.header(name, value);
        }
        request
    }

    pub(crate) fn delivery(&self) -> Delivery<'_> {
        Delivery {
            hook: "ci",
            method: &self.method,
            headers: &self.headers,
            query: &self.query,
            url: Some(&self.url),
            body: &self.body,
            received: self.received,
            template: self.template.as_deref(),
        }
    }
}

/// Delivers a fixture that is signed with the secret, and expects this key and these events. With another secret, without its
/// headers, and with another body it must be refused, without a word about what would be right.
pub(crate) fn check(webhook: &Webhook, secret: &str, fixture: &str, expected: Expect) {
    let request = Request::fixture(fixture);
    check_request(webhook, secret, &request, expected);
}

pub(crate) fn check_request(webhook: &Webhook, secret: &str, request: &Request, expected: Expect) {
    let delivery = request.delivery();
    (webhook.verify)(&delivery, secret).expect("the fixture is signed with the secret");
    for secret in ["another secret", "YW5vdGhlciBzZWNyZXQ=", ""] {
        refused(webhook, &delivery, secret);
    }
    refused(webhook, &Delivery { headers: &[], query: "", body: b"{}", ..delivery }, secret);
    expected.assert_eq(&shown(webhook, &delivery));
}

/// Expects that the delivery is not let in, and that nothing tells what would be.
pub(crate) fn refused(webhook: &Webhook, delivery: &Delivery<'_>, secret: &str) -> String {
    let error = (webhook.verify)(delivery, secret).expect_err("it is refused");
    assert_eq!(error.kind, ErrorKind::Auth);
    let told = delivery.headers.iter().any(|(_, value)| value.len() > 16 && error.message.contains(value.as_str()));
    assert!(!told && (secret.is_empty() || !error.message.contains(secret)), "{error}");
    error.message
}

/// The key, and a line an event.
pub(crate) fn shown(webhook: &Webhook, delivery: &Delivery<'_>) -> String {
    let mut shown = format!("key: {}\n", webhook.known_by(delivery).as_deref().unwrap_or("none"));
    match (webhook.parse)(delivery) {
        Ok(events) => events.iter().for_each(|it| writeln!(shown, "{}", line(it)).unwrap()),
        Err(error) => writeln!(shown, "{:?}: {error}", error.kind).unwrap(),
    }
    shown
}

/// An event as a person would see it: what is empty is left out.
pub(crate) fn line(event: &Event) -> String {
    let mut parts = vec![event.kind.clone()];
    let mut part = |name: &str, value: String| {
        if !value.is_empty() {
            parts.push(format!("{name}{value}"));
        }
    };
    let id = event.actor_id.as_deref().filter(|it| Some(*it) != event.actor.as_deref()).map(|it| format!(" ({it})"));
    part("by ", format!("{}{}", event.actor.as_deref().unwrap_or_default(), id.unwrap_or_default()));
    part("", format!("{} {}", event.object.key, event.object.title).trim().to_owned());
    part("", event.object.url.clone().unwrap_or_default());
    part("in ", event.object.place.clone().unwrap_or_default());
    part("is ", event.object.state.clone().unwrap_or_default());
    for it in &event.changes {
        part("", format!("{}: {} → {}", it.field, it.from.as_deref().unwrap_or("–"), it.to.as_deref().unwrap_or("–")));
    }
    part("labels ", event.labels.join(", "));
    part("", event.text.as_deref().map(|it| format!("{it:?}")).unwrap_or_default());
    part("at ", event.url.clone().unwrap_or_default());
    part("on ", event.branch.clone().unwrap_or_default());
    event.commits.iter().for_each(|it| part("commit ", it.title.clone()));
    part("paths ", event.paths.join(", "));
    part("", event.severity.map(|it| format!("{it:?}")).unwrap_or_default());
    event.concerns.iter().for_each(|it| part("", format!("{:?} {}", it.why, it.name)));
    part("about ", event.about.join(", "));
    parts.join(" | ")
}

/// What is true of every event, whatever was sent.
pub(crate) fn is_sound(event: &Event) {
    let shown = line(event);
    let (noun, verb) = event.kind.split_once('.').unwrap_or_else(|| panic!("the kind of {shown}"));
    assert!(!noun.is_empty() && !verb.is_empty() && !event.kind.contains("unknown"), "{shown}");
    assert!(!event.object.title.trim().is_empty() && event.object.title != event.object.key, "no title: {shown}");
    assert!(!event.id.is_empty() && event.source == "ci", "{shown}");
    assert!(event.text.as_ref().is_none_or(|it| it.chars().count() <= 2_001), "{shown}");
    for url in [&event.object.url, &event.url].into_iter().flatten() {
        assert!(url::Url::parse(url).is_ok(), "{shown}");
    }
}

/// The JSON samples of a vendor, by their names, where they lie beside this project.
pub(crate) fn samples(vendor: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks").join(vendor);
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("there are no samples of {vendor}");
        return found;
    };
    for path in entries.map(|it| it.unwrap().path()).filter(|it| it.extension().is_some_and(|it| it == "json")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !name.contains("schema") {
            found.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Reads the body with each value taken away, and made another type; and each of these must do no harm.
pub(crate) fn survives_json(webhook: &Webhook, request: &Request) {
    let body: Value = serde_json::from_slice(&request.body).expect("the sample is JSON");
    let mut places = Vec::new();
    pointers(&body, String::new(), &mut places);
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("ü\u{0}…<&"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"name": 1}),
        json!("@".repeat(3_000)),
        json!([[["a"]], {"id": {}}]),
    ];
    for place in places.iter().take(150) {
        for odd in &odd {
            let mut mutated = body.clone();
            *mutated.pointer_mut(place).expect("it is there") = odd.clone();
            survives(webhook, &Request { body: mutated.to_string().into_bytes(), ..request.clone() });
        }
        let mut without = body.clone();
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
        match without.pointer_mut(parent) {
            Some(Value::Object(object)) => drop(object.remove(name)),
            Some(Value::Array(list)) => drop(list.pop()),
            _ => {}
        }
        survives(webhook, &Request { body: without.to_string().into_bytes(), ..request.clone() });
    }
    survives_bytes(webhook, request);
}

/// Reads the body cut short, doubled, and with odd bytes in it.
pub(crate) fn survives_bytes(webhook: &Webhook, request: &Request) {
    let body = &request.body;
    for at in (0..body.len()).step_by(body.len() / 80 + 1) {
        survives(webhook, &Request { body: body[..at].to_vec(), ..request.clone() });
        for odd in [0, b'"', b'%', b'<', b'&', 0xff, b'[', b'9'] {
            let mut mutated = body.clone();
            mutated[at] = odd;
            survives(webhook, &Request { body: mutated, ..request.clone() });
        }
    }
    survives(webhook, &Request { body: body.repeat(2), ..request.clone() });
}

fn survives(webhook: &Webhook, request: &Request) {
    let delivery = request.delivery();
    webhook.known_by(&delivery);
    if let Some(handshake) = webhook.handshake {
        handshake(&delivery, SECRET);
    }
    (webhook.verify)(&delivery, SECRET).ok();
    if let Ok(events) = (webhook.parse)(&delivery) {
        events.iter().for_each(is_sound);
    }
}

fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            object
                .iter()
                .for_each(|(name, it)| pointers(it, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found));
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(index, it)| pointers(it, format!("{at}/{index}"), found)),
        _ => {}
    }
    found.push(at);
}

#[test]
fn every_kind_can_be_set_up_and_lets_nobody_in_without_a_secret() {
    let mut names: Vec<&str> = crate::hook_kinds().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two kinds have the same name");
    for source in super::ALL {
        let steps = source.webhook.steps;
        assert!(steps.contains("{url}") && steps.lines().count() <= 6, "the steps of {}", source.name);
        if source.webhook.secret == SecretFrom::Us {
            assert!(steps.contains("{secret}"), "the steps of {}", source.name);
        }
        for request in [Request::post("{}"), Request::post("a=1"), Request::post("")] {
            refused(&source.webhook, &request.delivery(), SECRET);
            refused(&source.webhook, &request.delivery(), "");
            assert!(source.webhook.handshake.is_none_or(|it| it(&request.delivery(), SECRET).is_none()), "{}", source.name);
        }
    }
    for kind in ["salesforce", "teams", "twilio", "zulip-messages"] {
        assert!(super::ALL.iter().any(|it| it.name == kind), "{kind} is no kind");
        assert!(super::acknowledge(kind, &Request::post("{}").delivery()).is_some(), "{kind}");
    }
}
