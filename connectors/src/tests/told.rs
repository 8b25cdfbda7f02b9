//! Events as people will read them, for snapshots: a line each, or a few.

use commands::{
    Event, Result,
    event::{Change, Why},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::broken::paths;
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

/// What is true of every event of a system whose objects have pages, whatever it is; `from` says of what it was read.
pub(crate) fn holds(from: &str, event: &Event) {
    let context = format!("{from}: {}", block(event));
    let object = &event.object;
    assert!(!object.title.trim().is_empty() && !object.key.trim().is_empty(), "{context}");
    assert!(!object.title.contains(&object.key), "the key twice: {context}");
    let (noun, verb) = event.kind.split_once('.').expect("a noun and a verb");
    assert!(!noun.is_empty() && !verb.is_empty() && verb != "happened", "{context}");
    assert!(event.actor.is_some() && object.place.is_some(), "{context}");
    let url = object.url.as_deref().unwrap_or_default();
    assert!(url.starts_with("http") && !url.contains("://api."), "{context}");
    assert!(event.url.as_deref().is_none_or(|it| it.starts_with("http") && !it.contains("://api.")), "{context}");
    assert!(event.about.iter().all(|it| !it.contains("://api.") && Some(it) != object.url.as_ref()), "{context}");
    assert!(event.changes.iter().all(|it| !it.field.is_empty() && (it.from != it.to || it.from.is_none())), "{context}");
    assert!(event.text.as_ref().is_none_or(|it| !it.trim().is_empty() && it.chars().count() <= 2_001), "{context}");
}

/// Whatever of a payload is missing, of another type or cut off: it is told, if it is told, as a whole. Of the parts of a large
/// one `most` are tried; what is skipped is much like the rest.
pub(crate) fn tells_whatever_breaks(from: &str, payload: &Value, most: usize, tell: impl Fn(&Value) -> Option<Event>) {
    let paths = paths(payload);
    let step = paths.len().div_ceil(most).max(1);
    for path in paths.iter().skip(1).step_by(step) {
        for other in [Value::Null, json!(-1), json!("\u{0}ü#"), json!([{ "a": [1] }])] {
            let mut changed = payload.clone();
            *changed.pointer_mut(path).expect("a path of it") = other;
            let Some(event) = tell(&changed) else { continue };
            let is_whole = event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty();
            assert!(is_whole, "{from} {path}");
        }
    }
}

/// An event in lines, as short as it can be told.
pub(crate) fn block(event: &Event) -> String {
    let object = &event.object;
    let mut line = format!("{} | {} | {} | {}", event.kind, event.actor.as_deref().unwrap_or("-"), object.key, object.title);
    let mut part = |name: &str, it: String| {
        if !it.is_empty() {
            line.push_str(&format!("\n    {name} {it}"));
        }
    };
    let place = object.place.clone().unwrap_or_default();
    part("in", object.state.as_ref().map_or(place.clone(), |it| format!("{place} · {it}")));
    part("at", object.url.clone().unwrap_or_default());
    part("see", event.url.clone().unwrap_or_default());
    part("branch", event.branch.clone().unwrap_or_default());
    for it in &event.changes {
        let side = |it: &Option<String>| it.clone().unwrap_or_default();
        part("change", format!("{}: {} → {}", it.field, side(&it.from), side(&it.to)));
    }
    part("labels", event.labels.join(", "));
    part("severity", event.severity.map(|it| format!("{it:?}")).unwrap_or_default());
    part("for", event.concerns.iter().map(|it| format!("{} ({:?})", it.name, it.why)).collect::<Vec<_>>().join(", "));
    part("about", event.about.join(" "));
    part("text", event.text.as_deref().unwrap_or_default().replace("\n", "\n         ").replace("\n         \n", "\n\n"));
    for it in &event.commits {
        let url = it.url.as_deref().unwrap_or_default();
        part(
            "commit",
            format!(
                "{} {} · {} {url}",
                it.id.chars().take(7).collect::<String>(),
                it.title,
                it.author.as_deref().unwrap_or_default()
            ),
        );
    }
    part("paths", event.paths.join(" "));
    line
}
