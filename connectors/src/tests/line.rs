//! An event as one line, for snapshots that are read as people will read the card.

use std::path::Path;

use commands::{
    Event,
    event::{Change, Why},
};

use super::kind;
use crate::Delivery;

/// `kind | actor | key title | place | state | branch | changes | labels | concerns | about | text | urls`, without what is
/// not told.
pub(crate) fn line(event: &Event) -> String {
    let change = |it: &Change| match (&it.from, &it.to) {
        (None, None) => it.field.clone(),
        (from, to) => format!("{}: {} → {}", it.field, from.as_deref().unwrap_or("-"), to.as_deref().unwrap_or("-")),
    };
    let all = |name: &str, list: Vec<String>| if list.is_empty() { String::new() } else { format!("{name} {}", list.join(", ")) };
    let actor = match (&event.actor, &event.actor_id) {
        (Some(actor), Some(id)) if id != actor => format!("{actor} ({id})"),
        (actor, id) => actor.clone().or(id.clone()).unwrap_or_default(),
    };
    let object = &event.object;
    let concerns = event.concerns.iter().map(|it| {
        let why = match it.why {
            Why::Assigned => "assigned",
            Why::ReviewAsked => "review",
            Why::Mentioned => "mentioned",
        };
        let id = it.id.as_ref().filter(|id| **id != it.name).map(|id| format!(" ({id})")).unwrap_or_default();
        format!("{why} {}{id}", it.name)
    });
    let titles = event.commits.iter().map(|it| it.title.clone());
    let parts = [
        event.kind.clone(),
        actor,
        format!("{} {}", object.key, object.title),
        object.place.clone().unwrap_or_default(),
        object.state.clone().unwrap_or_default(),
        event.branch.as_ref().map(|it| format!("on {it}")).unwrap_or_default(),
        event.changes.iter().map(change).collect::<Vec<_>>().join(", "),
        all("labels", event.labels.clone()),
        event.severity.map(|it| format!("{it:?}")).unwrap_or_default(),
        all("for", concerns.collect()),
        all("commits", titles.collect()),
        all("in", event.paths.clone()),
        all("about", event.about.clone()),
        event.text.as_ref().map(|it| format!("“{}”", it.replace('\n', "⏎"))).unwrap_or_default(),
        object.url.clone().unwrap_or_default(),
        event.url.as_ref().map(|it| format!("at {it}")).unwrap_or_default(),
    ];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" | ")
}

/// Delivers every fixture of the connector `name`, broken in one place each: nothing panics, and what is told of it has a
/// kind, a key and a title.
pub(crate) fn survives_broken_payloads(name: &str) {
    let webhook = kind(name).webhook.unwrap_or_else(|| panic!("{name} has no webhook"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{}/fixtures", name.replace('-', "_")));
    let mut read = 0;
    for file in std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, body) = text.split_once("\n\n").expect("an empty line between head and body");
        let headers = head.lines().filter_map(|it| it.split_once(": "));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        for body in mangled(&serde_json::from_str(body.trim()).expect("JSON")) {
            let received = jiff::Timestamp::UNIX_EPOCH;
            let delivery = Delivery {
                hook: "ci",
                method: "POST",
                template: None,
                headers: &headers,
                query: "",
                url: None,
                body: &body,
                received,
            };
            drop((webhook.key)(&delivery));
            for event in (webhook.parse)(&delivery).unwrap_or_default() {
                let whole = event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty();
                assert!(whole, "{event:?} of {}", String::from_utf8_lossy(&body));
            }
            read += 1;
        }
    }
    assert!(read > 500, "{read}");
}

/// What a payload becomes when somebody else breaks it: every part of it gone, or of another type, and its text cut short.
pub(crate) fn mangled(body: &serde_json::Value) -> Vec<Vec<u8>> {
    use serde_json::{Value, json};
    let mut paths = Vec::new();
    collect(body, String::new(), &mut paths);
    let mut all = Vec::new();
    for path in &paths {
        for instead in [Value::Null, json!("ä\u{0}"), json!(-1), json!([{}]), json!({})] {
            let mut broken = body.clone();
            if let Some(part) = broken.pointer_mut(path) {
                *part = instead;
                all.push(broken.to_string().into_bytes());
            }
        }
        let (parent, key) = path.rsplit_once('/').unwrap_or_default();
        let mut broken = body.clone();
        if let Some(Value::Object(parent)) = broken.pointer_mut(parent) {
            parent.remove(&key.replace("~1", "/").replace("~0", "~"));
            all.push(broken.to_string().into_bytes());
        }
    }
    let text = body.to_string().into_bytes();
    all.extend((0..text.len()).step_by(text.len() / 20 + 1).map(|end| text[..end].to_vec()));
    all
}

/// The paths of all parts of a value, but at most eighty.
fn collect(value: &serde_json::Value, path: String, into: &mut Vec<String>) {
    if into.len() > 80 {
        return;
    }
    into.push(path.clone());
    match value {
        serde_json::Value::Object(all) => {
            for (key, value) in all {
                collect(value, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), into);
            }
        }
        serde_json::Value::Array(all) => {
            all.iter().enumerate().take(2).for_each(|(at, value)| collect(value, format!("{path}/{at}"), into));
        }
        _ => {}
    }
}
