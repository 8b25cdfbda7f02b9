//! Every sample that lies beside the project, and what it becomes.

use commands::Event;

pub(super) use crate::tests::told::block as line;

use super::*;
use crate::{
    Delivery,
    gitlab::webhook::WEBHOOK,
    tests::broken::{fixtures, paths, published},
};

pub(super) fn told(payload: &Value) -> Option<Event> {
    let body = payload.to_string();
    let delivery = Delivery {
        hook: "ci",
        method: "POST",
        template: None,
        headers: &[("x-gitlab-event".to_owned(), "Something Hook".to_owned())],
        query: "",
        url: None,
        body: body.as_bytes(),
        received: NOW.parse().unwrap(),
    };
    let mut events = (WEBHOOK.parse)(&delivery).unwrap_or_else(|err| panic!("{payload}: {err}"));
    assert!(events.len() < 2);
    events.pop()
}

/// The samples by their files' names.
pub(super) fn samples() -> Vec<(String, Value)> {
    published("gitlab").into_iter().filter(|(name, _)| !name.starts_with('_')).collect()
}

/// What is true of every event, whatever it is.
pub(super) fn hold(name: &str, payload: &Value, event: &Event) {
    let context = format!("{name} {}: {}", payload["object_kind"], line(event));
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
        let Some(event) = told(payload) else {
            assert!(name.contains("confidential"), "{name} is not told");
            continue;
        };
        assert!(!name.contains("confidential"), "{name} is told");
        hold(name, payload, &event);
        println!("{name}\n  {}", line(&event));
        let of = &payload["object_attributes"];
        let number = [&of["iid"], &payload["issue"]["iid"], &payload["merge_request"]["iid"]].into_iter().find_map(Value::as_u64);
        if let Some(number) = number.filter(|_| !event.kind.starts_with("pipeline")) {
            assert!(
                event.object.key.ends_with(&format!("#{number}")) || event.object.key.ends_with(&format!("!{number}")),
                "{}",
                line(&event)
            );
        }
        for branch in [&of["source_branch"], &of["ref"], &payload["merge_request"]["source_branch"]] {
            assert!(branch.is_null() || branch.as_str() == event.branch.as_deref(), "{}", line(&event));
        }
    }
    assert!(samples.len() > 20, "only {} samples were read", samples.len());
}

/// Whatever is missing, of another type or cut off: it is told, and never takes long.
#[test]
fn nothing_that_is_sent_breaks_the_reading() {
    let mut all = samples();
    all.extend(fixtures("gitlab").into_iter().map(|(_, body)| ("a fixture".to_owned(), body)));
    for (name, payload) in &all {
        let paths = paths(payload);
        // Of large payloads some; what is skipped is much like the rest.
        let step = paths.len().div_ceil(60).max(1);
        for path in paths.iter().skip(1).step_by(step) {
            for other in [Value::Null, json!(-1), json!("\u{0}ü#"), json!([{ "a": [1] }])] {
                let mut changed = payload.clone();
                *changed.pointer_mut(path).unwrap() = other;
                let Some(event) = told(&changed) else { continue };
                let is_whole = event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty();
                assert!(is_whole, "{name} {path}");
            }
        }
    }
}
