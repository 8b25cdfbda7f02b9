//! Every sample that lies beside the project, and what it becomes.

use commands::Event;

pub(super) use crate::tests::told::block as line;

use super::*;
use crate::{
    Delivery,
    github::webhook::WEBHOOK,
    tests::{
        broken::{fixtures, published},
        told::{holds, tells_whatever_breaks},
    },
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

#[test]
fn published_samples_are_told() {
    let samples = samples();
    if samples.is_empty() {
        return;
    }
    for (name, payload) in &samples {
        let event = told(name, payload);
        holds(&format!("{name} {}", payload["action"]), &event);
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
        tells_whatever_breaks(name, payload, 30, |it| Some(told(name, it)));
    }
}
