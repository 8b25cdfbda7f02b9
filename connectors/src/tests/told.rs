//! Events as a line each, as snapshots show them, and payloads that are broken in every place.

use commands::{
    Event, Result,
    event::{Severity, Why},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Delivery, Webhook};

/// What an event says, in a line: `kind | actor (id) | key title | address | place | state | changes | the rest | “text”`.
pub(crate) fn line(event: &Event) -> String {
    let or_dash = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".into());
    let mut parts = vec![event.kind.clone()];
    parts.push(match &event.actor_id {
        Some(id) => format!("{} ({id})", or_dash(&event.actor)),
        None => or_dash(&event.actor),
    });
    parts.push(format!("{} {}", event.object.key, event.object.title));
    parts.extend([&event.object.url, &event.object.place, &event.object.state].map(or_dash));
    parts.extend(event.changes.iter().map(|it| format!("{}: {} → {}", it.field, or_dash(&it.from), or_dash(&it.to))));
    let listed = |name: &str, all: Vec<String>| (!all.is_empty()).then(|| format!("{name} {}", all.join(", ")));
    parts.extend(listed("labels", event.labels.clone()));
    let concerns = event.concerns.iter().map(|it| {
        let why = match it.why {
            Why::Assigned => "assigned",
            Why::ReviewAsked => "asked",
            Why::Mentioned => "mentioned",
        };
        let id = it.id.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{}{id} {why}", it.name)
    });
    parts.extend(listed("for", concerns.collect()));
    parts.extend(listed("about", event.about.clone()));
    parts.extend(event.url.as_ref().map(|it| format!("at {it}")));
    parts.extend(event.branch.as_ref().map(|it| format!("on {it}")));
    parts.extend(listed("paths", event.paths.clone()));
    parts.extend(event.severity.map(|it| match it {
        Severity::Info => "info".into(),
        Severity::Warning => "warning".into(),
        Severity::Error => "error".into(),
        Severity::Critical => "critical".to_owned(),
    }));
    parts.extend(event.text.as_ref().map(|it| format!("“{it}”")));
    parts.join(" | ")
}

/// Several of them, or why there are none.
pub(crate) fn lines(events: &Result<Vec<Event>>) -> String {
    match events {
        Ok(events) if events.is_empty() => "nothing is told\n".into(),
        Ok(events) => events.iter().map(|it| format!("{}\n", line(it))).collect(),
        Err(error) => format!("{:?}: {error}\n", error.kind),
    }
}

/// A delivery of that body to the hook `ci`.
pub(crate) fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Delivery<'a> {
    let received = Timestamp::from_second(1_795_168_800).expect("a time");
    Delivery { hook: "ci", method: "POST", template: None, headers, query: "", url: None, body, received }
}

/// Reads payloads that are broken in one place each: a field that is gone or of another type, an end that is missing.
/// It must never panic, and what it makes of them must have a kind and a title. Says how many were read.
pub(crate) fn survives(webhook: &Webhook, samples: &[Value]) -> usize {
    let mut read = 0;
    let mut check = |body: &[u8]| {
        read += 1;
        let delivery = delivery(&[], body);
        let _ = (webhook.key)(&delivery);
        for event in (webhook.parse)(&delivery).unwrap_or_default() {
            assert!(
                !event.object.title.is_empty() && event.kind.contains('.') && !event.object.key.is_empty(),
                "{event:?} of {}",
                String::from_utf8_lossy(body)
            );
        }
    };
    for sample in samples {
        let mut paths = Vec::new();
        collect(sample, String::new(), &mut paths);
        for path in &paths {
            for other in [Value::Null, json!(-7), json!(1e300), json!(""), json!("ü\u{0}"), json!([[]]), json!({ "a": 1 })] {
                let mut broken = sample.clone();
                if let Some(place) = broken.pointer_mut(path) {
                    *place = other;
                }
                check(broken.to_string().as_bytes());
            }
            if let Some((parent, name)) = path.rsplit_once('/') {
                let mut broken = sample.clone();
                let name = name.replace("~1", "/").replace("~0", "~");
                broken.pointer_mut(parent).and_then(Value::as_object_mut).map(|it| it.remove(&name));
                check(broken.to_string().as_bytes());
            }
        }
        let text = sample.to_string();
        (0..text.len()).step_by(23).for_each(|end| check(&text.as_bytes()[..end]));
    }
    read
}

fn collect(value: &Value, path: String, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, it)| {
            collect(it, format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), into);
        }),
        Value::Array(all) => all.iter().enumerate().for_each(|(at, it)| collect(it, format!("{path}/{at}"), into)),
        _ => {}
    }
    into.push(path);
}
