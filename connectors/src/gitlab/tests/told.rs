//! Every sample that lies beside the project, and what it becomes.

use commands::Event;

pub(super) use crate::tests::told::block as line;

use super::*;
use crate::{
    Delivery,
    gitlab::webhook::WEBHOOK,
    tests::{
        broken::{fixtures, published},
        told::{holds, tells_whatever_breaks},
    },
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
        holds(&format!("{name} {}", payload["object_kind"]), &event);
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
        tells_whatever_breaks(name, payload, 60, told);
    }
}
