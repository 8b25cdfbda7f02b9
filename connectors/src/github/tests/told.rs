//! Every sample that lies beside the project, and what it becomes.

use commands::Event;

pub(super) use crate::tests::told::block as line;

use super::*;
use crate::{
    Delivery,
    github::webhook::WEBHOOK,
    tests::broken::{fixtures, paths, published},
};

pub(super) fn told(name: &str, payload: &Value) -> Event {
    let body = payload.to_string();
    let headers = [("x-github-event".to_owned(), name.to_owned()), ("x-github-delivery".to_owned(), "d1".to_owned())];
    let delivery = Delivery {
        hook: "ci",
        method: "POST",
        template: None,
        headers: &headers,
        query: "",
        url: None,
        body: body.as_bytes(),
        received: NOW.parse().unwrap(),
    };
    let mut events = (WEBHOOK.parse)(&delivery).unwrap_or_else(|err| panic!("{name}: {err}"));
    assert_eq!(events.len(), 1, "{name}");
    events.remove(0)
}

/// The samples by their events' names.
pub(super) fn samples() -> Vec<(String, Value)> {
    let each = |(name, value)| match value {
        Value::Array(all) => all.into_iter().map(|it| (String::clone(&name), it)).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    published("github").into_iter().flat_map(each).collect()
}

/// What is true of every event, whatever it is.
pub(super) fn hold(name: &str, payload: &Value, event: &Event) {
    let context = format!("{name} {}: {}", payload["action"], line(event));
    let object = &event.object;
    assert!(!object.title.trim().is_empty() && !object.key.trim().is_empty(), "{context}");
    assert!(!object.title.contains(&object.key), "the key twice: {context}");
    let (noun, verb) = event.kind.split_once('.').unwrap();
    assert!(!noun.is_empty() && !verb.is_empty() && verb != "happened", "{context}");
    assert!(event.actor.is_some() && object.place.is_some(), "{context}");
    let url = object.url.as_deref().unwrap_or_default();
    assert!(url.starts_with("http") && !url.contains("://api."), "{context}");
    assert!(event.url.as_deref().is_none_or(|it| it.starts_with("http") && !it.contains("://api.")), "{context}");
    assert!(event.about.iter().all(|it| !it.contains("://api.") && Some(it) != object.url.as_ref()), "{context}");
    assert!(event.changes.iter().all(|it| !it.field.is_empty() && (it.from != it.to || it.from.is_none())), "{context}");
    assert!(event.text.as_ref().is_none_or(|it| !it.trim().is_empty() && it.chars().count() <= 2_001), "{context}");
}

#[test]
fn published_samples_are_told() {
    let samples = samples();
    if samples.is_empty() {
        return;
    }
    for (name, payload) in &samples {
        let event = told(name, payload);
        hold(name, payload, &event);
        println!("{name} {}\n  {}", payload["action"].as_str().unwrap_or_default(), line(&event));
        let number = ["issue", "pull_request", "discussion"].iter().find_map(|it| payload[*it]["number"].as_u64());
        if let Some(number) = number {
            assert!(event.object.key.ends_with(&format!("#{number}")), "{}", line(&event));
        }
        if let Some(head) = payload["pull_request"]["head"]["ref"].as_str() {
            assert_eq!(event.branch.as_deref(), Some(head));
        }
        for (part, at) in [("comment", &event.url), ("review", &event.url)] {
            assert!(
                payload[part]["html_url"].is_null() || payload[part]["html_url"].as_str() == at.as_deref(),
                "{}",
                line(&event)
            );
        }
    }
    assert!(samples.len() > 100, "only {} samples were read", samples.len());
}

/// Whatever is missing, of another type or cut off: it is told, and never takes long.
#[test]
fn nothing_that_is_sent_breaks_the_reading() {
    // Samples of one event are much alike.
    let mut all: Vec<_> = samples().into_iter().step_by(3).collect();
    let name = |headers: Vec<(String, String)>| headers.into_iter().find(|(name, _)| name == "x-github-event").map(|it| it.1);
    all.extend(fixtures("github").into_iter().filter_map(|(headers, body)| Some((name(headers)?, body))));
    for (name, payload) in &all {
        let paths = paths(payload);
        // Of large payloads some; what is skipped is much like the rest.
        let step = paths.len().div_ceil(30).max(1);
        for path in paths.iter().skip(1).step_by(step) {
            for other in [Value::Null, json!(-1), json!("\u{0}ü#"), json!([{ "a": [1] }])] {
                let mut changed = payload.clone();
                *changed.pointer_mut(path).unwrap() = other;
                let event = told(name, &changed);
                let is_whole = event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty();
                assert!(is_whole, "{name} {path}");
            }
        }
    }
}
