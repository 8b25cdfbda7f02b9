//! Every sample that lies beside the project, and what it becomes.

use std::path::Path;

use commands::Event;

use super::*;
use crate::{Delivery, github::webhook::WEBHOOK};

/// An event in lines, as short as it can be told.
pub(super) fn line(event: &Event) -> String {
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
    part("text", event.text.as_deref().unwrap_or_default().replace('\n', "\n         "));
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

/// The samples by their events' names; none where there are none, which is said.
pub(super) fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/github");
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or(folder, |it| Path::new(&it).join("webhooks/github"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("No samples of GitHub's webhooks lie beside the project: none was read.");
        return Vec::new();
    };
    let mut files: Vec<_> = files.map(|it| it.unwrap().path()).collect();
    files.sort();
    let mut samples = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if let Ok(Value::Array(all)) = serde_json::from_slice(&std::fs::read(&file).unwrap()) {
            samples.extend(all.into_iter().map(|it| (name.clone(), it)));
        }
    }
    samples
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
    all.extend(fixtures());
    for (name, payload) in &all {
        let mut paths = Vec::new();
        walk(payload, &mut String::new(), &mut paths);
        // Of large payloads some; what is skipped is much like the rest.
        let step = paths.len().div_ceil(30).max(1);
        for path in paths.iter().step_by(step) {
            for other in [Value::Null, json!(-1), json!("\u{0}ü#"), json!([{ "a": [1] }])] {
                let mut changed = payload.clone();
                *changed.pointer_mut(path).unwrap() = other;
                if changed.is_object() {
                    let event = told(name, &changed);
                    assert!(
                        event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty(),
                        "{name} {path}"
                    );
                }
            }
        }
    }
}

/// All places below the root.
fn walk(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    let mut each = |key: &str, it: &Value, path: &mut String| {
        let length = path.len();
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        paths.push(path.clone());
        walk(it, path, paths);
        path.truncate(length);
    };
    match value {
        Value::Object(all) => all.iter().for_each(|(key, it)| each(key, it, path)),
        Value::Array(all) => all.iter().enumerate().for_each(|(at, it)| each(&at.to_string(), it, path)),
        _ => {}
    }
}

/// Our own deliveries.
fn fixtures() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/github/fixtures");
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path).ok()?;
        let (head, body) = text.split_once("\n\n")?;
        let name = head.lines().find_map(|it| it.strip_prefix("X-GitHub-Event: "))?;
        Some((name.to_owned(), serde_json::from_str(body.trim()).ok()?))
    };
    std::fs::read_dir(folder).unwrap().filter_map(|it| read(it.unwrap().path())).collect()
}
