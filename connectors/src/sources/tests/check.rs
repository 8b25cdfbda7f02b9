//! The one-line check of a source against its fixture: an HTTP request in `fixtures/{source}/{case}.http`.

use std::{fmt::Write, path::PathBuf};

use commands::{ErrorKind, Event};
use expect_test::Expect;
use jiff::Timestamp;

use crate::{Delivery, Source, sources::ALL};

/// The secret that the fixtures are signed with, or show.
pub(super) const SECRET: &str = "It's a Secret to Everybody";
/// 2026-11-20, a Friday, 10:00 UTC.
const NOW: i64 = 1_795_168_800;
/// Headers that sign a body, so that a changed one must be refused.
const SIGNATURES: [&str; 4] =
    ["x-grafana-alerting-signature", "x-pagerduty-signature", "sentry-hook-signature", "circleci-signature"];

pub(super) fn source(name: &str) -> &'static Source {
    ALL.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no source is called {name}"))
}

/// A fixture, taken apart.
pub(super) struct Request {
    pub(super) name: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: String,
    pub(super) body: String,
}

impl Request {
    pub(super) fn delivery<'a>(&'a self, body: &'a [u8]) -> Delivery<'a> {
        Delivery {
            hook: "ci",
            method: "POST",
            headers: &self.headers,
            query: &self.query,
            url: None,
            body,
            received: Timestamp::from_second(NOW).unwrap(),
            template: None,
        }
    }
}

/// The sources that are tested here: each has a folder of fixtures.
pub(super) fn here() -> impl Iterator<Item = &'static Source> {
    ALL.iter().filter(|it| fixtures(it.name).is_dir())
}

fn fixtures(source: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/sources/fixtures").join(source)
}

/// All fixtures of a source, by name.
pub(super) fn requests(source: &str) -> Vec<Request> {
    let folder = fixtures(source);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|err| panic!("{}: {err}", folder.display()));
    let mut paths: Vec<PathBuf> = files.map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(read).collect()
}

fn read(path: &PathBuf) -> Request {
    let text = std::fs::read_to_string(path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let (head, body) = text.split_once("\n\n").expect("an empty line between head and body");
    let mut head = head.lines();
    let query = head.next().and_then(|it| it.split(' ').nth(1)?.split_once('?')).map_or("", |(_, query)| query).to_owned();
    let headers = head.filter_map(|it| it.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Request {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        headers: headers.collect(),
        query,
        // Editors end a file with a line break, which was not signed.
        body: body.strip_suffix('\n').unwrap_or(body).to_owned(),
    }
}

/// Delivers each fixture of a source, in the order of their names, and expects these keys and events. The same with another
/// secret, with none, or with another body where the body is signed, must be refused.
pub(super) fn check(name: &str, events: Expect) {
    let webhook = &source(name).webhook;
    let mut shown = String::new();
    for request in requests(name) {
        let delivery = request.delivery(request.body.as_bytes());
        (webhook.verify)(&delivery, SECRET).unwrap_or_else(|err| panic!("{name}/{}: {err}", request.name));
        for secret in ["another secret", ""] {
            let error = (webhook.verify)(&delivery, secret).expect_err("another secret is refused");
            assert_eq!(error.kind, ErrorKind::Auth);
            let told =
                request.headers.iter().map(|(_, value)| value).any(|it| it.len() > 16 && error.message.contains(it.as_str()));
            assert!(!told && !error.message.contains(SECRET), "{error} repeats the secret");
        }
        let unsigned = Delivery { headers: &[], query: "", ..delivery };
        assert_eq!((webhook.verify)(&unsigned, SECRET).expect_err("nothing that proves it is refused").kind, ErrorKind::Auth);
        if request.headers.iter().any(|(name, _)| SIGNATURES.contains(&name.as_str())) {
            let other = format!("{} ", request.body);
            let changed = request.delivery(other.as_bytes());
            assert_eq!((webhook.verify)(&changed, SECRET).expect_err("a changed body is refused").kind, ErrorKind::Auth);
        }
        writeln!(shown, "{} (key: {})", request.name, webhook.known_by(&delivery).as_deref().unwrap_or("none")).unwrap();
        match (webhook.parse)(&delivery) {
            Ok(events) => {
                for event in events {
                    super::rules::holds(&event);
                    shown.push_str(&summary(&event));
                }
            }
            Err(error) => writeln!(shown, "  {:?}: {error}", error.kind).unwrap(),
        }
    }
    events.assert_eq(&shown);
}

/// An event as lines that a person can read, with nothing that is not there.
fn summary(event: &Event) -> String {
    let or = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".into());
    let who = match (&event.actor, &event.actor_id) {
        (Some(actor), Some(id)) => format!("{actor} ({id})"),
        (actor, id) => or(&actor.clone().or_else(|| id.clone())),
    };
    let object = &event.object;
    let severity = event.severity.map(|it| format!("{it:?}").to_lowercase());
    let facts = [Some(event.at.to_string()), severity, event.branch.as_ref().map(|it| format!("branch {it}"))];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let mut shown = format!(
        "  {} | {who} | {} {} | {} | {} | {}\n    {} | id {}\n",
        event.kind,
        object.key,
        object.title,
        or(&object.url),
        or(&object.place),
        or(&object.state),
        facts.join(" | "),
        event.id,
    );
    let changes = event.changes.iter().map(|it| format!("{}: {} → {}", it.field, or(&it.from), or(&it.to)));
    let commits = event.commits.iter().map(|it| format!("{} {} ({}) {}", it.id, it.title, or(&it.author), or(&it.url)));
    let concerns = event.concerns.iter().map(|it| format!("{} ({}) {:?}", it.name, or(&it.id), it.why));
    for (name, values) in [
        ("changes", changes.collect()),
        ("labels", event.labels.clone()),
        ("commits", commits.collect()),
        ("paths", event.paths.clone()),
        ("concerns", concerns.collect()),
        ("about", event.about.clone()),
        ("url", event.url.iter().cloned().collect()),
        ("text", event.text.iter().map(|it| it.replace('\n', " ⏎ ")).collect::<Vec<_>>()),
    ] {
        if !values.is_empty() {
            writeln!(shown, "    {name}: {}", values.join(", ")).unwrap();
        }
    }
    shown
}
