//! Payloads that no vendor sends: nothing of them may panic, take long, or be told as nothing.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    check::{here, requests},
    rules::holds,
};
use crate::{Delivery, Source, sources::ALL};

/// Reads `body` as `source` would, and holds what comes of it against the rules.
fn parses(source: &Source, delivery: &Delivery<'_>) {
    let _ = source.webhook.known_by(delivery);
    let _ = (source.webhook.verify)(delivery, "s3cret");
    if let Ok(events) = (source.webhook.parse)(delivery) {
        assert!(!events.is_empty(), "{}: silence on {}", source.name, String::from_utf8_lossy(delivery.body));
        events.iter().for_each(holds);
    }
}

/// Every value in `value` by its path, with the path of what holds it.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                paths(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, inner)| paths(inner, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

fn without(value: &Value, path: &str) -> Value {
    let mut changed = value.clone();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", ""));
    match changed.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Some(index) = name.parse().ok().filter(|it: &usize| *it < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
    changed
}

#[test]
fn any_field_may_be_missing_or_of_another_type() {
    let others = [
        json!(null),
        json!(""),
        json!(-1),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
        json!([[[{"a": "ü"}]]]),
        json!("ü/@:#=[] {x"),
    ];
    for source in here() {
        for (fixture, request) in requests(source.name).into_iter().enumerate() {
            let (body, form) = match serde_json::from_str::<Value>(&request.body) {
                Ok(body) => (body, None),
                // A form with a JSON in its field.
                Err(_) => match url::form_urlencoded::parse(request.body.as_bytes()).next() {
                    Some((name, value)) if value.starts_with('{') => {
                        (serde_json::from_str(&value).unwrap(), Some(name.into_owned()))
                    }
                    _ => continue,
                },
            };
            let written = |body: &Value| match &form {
                Some(name) => url::form_urlencoded::Serializer::new(String::new()).append_pair(name, &body.to_string()).finish(),
                None => body.to_string(),
            };
            let mut all = Vec::new();
            paths(&body, "", &mut all);
            for (at, path) in all.iter().enumerate() {
                let shorter = written(&without(&body, path));
                parses(source, &request.delivery(shorter.as_bytes()));
                // Each in its turn: a path comes again in the next fixture, with another.
                for turn in 0..3 {
                    let mut changed = body.clone();
                    *changed.pointer_mut(path).unwrap() = others[(at + fixture + 3 * turn) % others.len()].clone();
                    parses(source, &request.delivery(written(&changed).as_bytes()));
                }
            }
        }
    }
}

#[test]
fn a_body_may_end_anywhere() {
    for source in here() {
        for request in requests(source.name) {
            let bytes = request.body.as_bytes();
            for end in (0..bytes.len()).step_by(23) {
                parses(source, &request.delivery(&bytes[..end]));
            }
            let mut broken = bytes.to_vec();
            for at in (0..broken.len()).step_by(37) {
                broken[at] ^= 0xFF;
                parses(source, &request.delivery(&broken));
                broken[at] ^= 0xFF;
            }
        }
    }
}

#[test]
fn what_nobody_taught_us_is_told_all_the_same() {
    for source in here() {
        let request = requests(source.name).into_iter().next().expect("a fixture");
        let body = json!({"event": "pump.restarted", "pump": {"name": "The big pump", "html_url": "https://example.org/pumps/1", "id": 7}, "user": {"name": "Ana"}});
        let events = (source.webhook.parse)(&request.delivery(body.to_string().as_bytes())).expect(source.name);
        let [event] = events.as_slice() else { panic!("{}: {events:?}", source.name) };
        holds(event);
        assert_eq!(
            event.object.url.as_deref().unwrap_or("https://example.org/pumps/1"),
            "https://example.org/pumps/1",
            "{}",
            source.name
        );
        for body in ["[]", "{}", "null", "0", "\"Hello\"", "[[[[1]]]]", "{\"a\":{\"b\":{}}}"] {
            let events = (source.webhook.parse)(&request.delivery(body.as_bytes()))
                .unwrap_or_else(|err| panic!("{} {body}: {err}", source.name));
            assert_eq!(events.len(), 1, "{} {body}", source.name);
            events.iter().for_each(holds);
        }
        for body in ["", "<html>", "\u{0}", "{", "a=b&c"] {
            let refused = (source.webhook.parse)(&request.delivery(body.as_bytes())).expect_err(source.name);
            assert_eq!(refused.kind, commands::ErrorKind::BadInput);
        }
    }
}

#[test]
fn a_long_body_is_read_soon() {
    let long = "@ana APOLLO-1 ] value=[, ".repeat(6_000);
    let many: Vec<Value> =
        (0..1_500).map(|it| json!({"name": format!("n{it}"), "value": it, "status": "firing", "key": "k"})).collect();
    for source in here() {
        for request in requests(source.name).into_iter().take(3) {
            let Ok(body) = serde_json::from_str::<Value>(&request.body) else { continue };
            let mut all = Vec::new();
            paths(&body, "", &mut all);
            // One after the other is far longer than anybody meant it.
            for path in all.iter().step_by(all.len() / 3 + 1) {
                for other in [Value::String(long.clone()), Value::Array(many.clone())] {
                    let mut changed = body.clone();
                    *changed.pointer_mut(path).unwrap() = other;
                    let changed = changed.to_string();
                    let begun = Instant::now();
                    parses(source, &request.delivery(changed.as_bytes()));
                    assert!(begun.elapsed() < Duration::from_secs(10), "{} {path} takes {:?}", source.name, begun.elapsed());
                }
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "firing",
            "BUILD_FINISHED",
            "incident.triggered",
            "2026-11-20T10:00:00Z",
            "https://example.org/api/0/issues/1/"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let names = prop::sample::select(vec![
            "alerts",
            "alert",
            "status",
            "labels",
            "event",
            "data",
            "issue",
            "build",
            "payload",
            "messages",
            "incident",
            "workflow",
            "job",
            "type",
            "action",
            "eventType",
            "attributes",
            "id",
            "title",
            "name",
            "check_id",
            "current_state",
            "component",
            "fault",
            "metric_alert",
            "url",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6).prop_map(|it| Value::Object(
                it.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_json_is_told(body in any_json(), resource in "(issue|error|comment|seer|event_alert)?") {
        let text = body.to_string();
        let headers = [("sentry-hook-resource".to_owned(), resource)];
        for source in ALL {
            let delivery = Delivery {
                hook: "ci",
                method: "POST",
                headers: &headers,
                query: "",
                url: None,
                body: text.as_bytes(),
                received: jiff::Timestamp::UNIX_EPOCH,
                template: None,
            };
            match here().any(|it| it.name == source.name) {
                true => parses(source, &delivery),
                // Others may have reasons to say nothing, but none to panic.
                false => {
                    let _ = source.webhook.known_by(&delivery);
                }
            }
        }
    }
}
