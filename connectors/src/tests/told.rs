//! Events as people will read them, for snapshots: a line each, or a few.

use commands::{
    Event, Result,
    event::{Change, Why},
};
use jiff::Timestamp;

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
