//! The line that says it all: who did what to which, where.
//!
//! An event's kind is a noun and a verb in the past. A verb becomes a phrase in which `{}` stands for the object: `asked for
//! changes in {}`. What a machine found is told the other way round: `CI failed on main`. A verb that nobody has written a
//! phrase for is said as it is, which is English as long as the system's verbs are.

use commands::{
    Event, Span, Text,
    event::{Change, Object, Severity, Why},
};

use super::{
    phrases::phrase,
    tone::{is_alert, is_deployment, is_push, is_run, noun},
};
use crate::notify::people::Names;

/// The longest name of an object, in characters.
const LABEL: usize = 160;

/// `issue.created` → `created`.
pub fn verb(kind: &str) -> &str {
    kind.rsplit('.').next().unwrap_or(kind)
}

/// Who did what to which, where.
pub fn line(event: &Event, names: &Names) -> Text {
    let line = if is_alert(&event.kind) {
        alert(event, names)
    } else if is_push(event) {
        push(event, names)
    } else if (is_run(&event.kind) || is_deployment(&event.kind)) && !is_deed(verb(&event.kind)) || is_outcome(verb(&event.kind))
    {
        outcome(event, names)
    } else {
        deed(event, names)
    };
    line.merged()
}

/// What people do also with what machines make.
fn is_deed(verb: &str) -> bool {
    matches!(
        verb,
        "review_requested"
            | "approved"
            | "rejected"
            | "rerequested"
            | "rerun"
            | "commented"
            | "deleted"
            | "disabled"
            | "enabled"
            | "updated"
            | "edited"
            | "renamed"
            | "cancelled_by"
    )
}

/// Verbs that say how something went by itself.
fn is_outcome(verb: &str) -> bool {
    matches!(
        verb,
        "failed"
            | "passed"
            | "succeeded"
            | "started"
            | "completed"
            | "finished"
            | "queued"
            | "skipped"
            | "timed_out"
            | "expired"
            | "happened"
            | "errored"
            | "broken"
            | "built"
            | "waiting"
            | "pending"
            | "in_progress"
            | "due"
            | "overdue"
            | "unstable"
            | "degraded"
            | "partially_succeeded"
            | "succeeded_with_issues"
            | "neutral"
            | "aborted"
            | "up"
            | "down"
    )
}

/// `Ana asked Ben for a review of acme/widgets#7 Fix the login`
fn deed(event: &Event, names: &Names) -> Text {
    let phrase = phrase(event, names);
    let (before, after) = phrase.split_once("{}").unwrap_or((phrase.as_str(), ""));
    let mut text = Text::new();
    let before = match actor(event, names) {
        Some(actor) => {
            text = text.bold(actor).plain(" ");
            before.to_owned()
        }
        None => super::capital(before) + if before.ends_with(' ') { " " } else { "" },
    };
    text = with_people(linked(text, event, before.trim_end()).plain(" "), "", event, names);
    text = placed(object(text, event), event, " in ");
    with_people(text, after, event, names)
}

/// `CI #71 failed on main in acme/widgets, by Ana: Fix the login`
fn outcome(event: &Event, names: &Names) -> Text {
    let verb = verb(&event.kind);
    let word = match verb {
        "happened" => "was reported".to_owned(),
        "timed_out" => "timed out".to_owned(),
        "cancelled" | "canceled" | "aborted" | "skipped" | "built" | "created" | "requested" | "opened" | "closed"
        | "deactivated" => {
            format!("was {verb}")
        }
        "waiting" | "pending" | "queued" | "in_progress" | "neutral" | "due" | "overdue" | "unstable" | "degraded" | "broken"
        | "up" | "down" => {
            format!("is {}", verb.replace('_', " "))
        }
        "success" => "succeeded".to_owned(),
        "failure" | "error" => "failed".to_owned(),
        "action_required" => "waits for somebody".to_owned(),
        verb => verb.replace('_', " "),
    };
    let mut text = Text::new();
    let shown = label(&event.object);
    if is_deployment(&event.kind) && !shown.to_lowercase().contains("deploy") {
        text = text.plain("Deployment of ");
    }
    // What ran has a name of its own; what it ran on comes last.
    let (key, title) = (event.object.key.trim(), cut(&event.object.title, LABEL));
    let is_two = is_run(&event.kind)
        && !key.is_empty()
        && !title.is_empty()
        && !title.eq_ignore_ascii_case(key)
        && !title.starts_with(key);
    text = match &event.object.url {
        _ if !is_two => object(text, event),
        Some(url) => text.link(url.clone(), cut(key, LABEL)),
        None => text.bold(cut(key, LABEL)),
    };
    text = linked(text.plain(" "), event, &word);
    if let Some(branch) = event.branch.as_ref().filter(|it| !shown.contains(it.as_str())) {
        text = text.plain(" on ").code(cut(branch, 80));
    }
    text = placed(text, event, " in ");
    text = match actor(event, names) {
        Some(actor) => text.plain(", by ").bold(actor),
        None => text,
    };
    if is_two { text.plain(format!(": {title}")) } else { text }
}

/// `Firing: HighLatency in prod (critical)`
fn alert(event: &Event, names: &Names) -> Text {
    let verb = verb(&event.kind);
    let word = match verb {
        "fired" | "firing" | "triggered" | "alerting" => "Firing".to_owned(),
        "closed" | "recovered" | "ok" => "Resolved".to_owned(),
        "created" | "opened" => format!("New {}", thing(noun(&event.kind))),
        "nodata" | "no_data" => "No data".to_owned(),
        "happened" | "received" => super::capital(&thing(noun(&event.kind))),
        verb => super::capital(&verb.replace('_', " ")),
    };
    let mut text = linked(Text::new(), event, &word).plain(": ");
    text = placed(object(text, event), event, " in ");
    if let Some(severity) = event.severity.filter(|_| super::tone::of(event) != commands::Tone::Good) {
        text = text.plain(format!(" ({})", self::severity(severity)));
    }
    match actor(event, names) {
        Some(actor) => text.plain(", by ").bold(actor),
        None => text,
    }
}

/// `Ben pushed 3 commits to main in acme/widgets`
fn push(event: &Event, names: &Names) -> Text {
    let is_forced = verb(&event.kind) == "force_pushed";
    let word = match verb(&event.kind) {
        "force_pushed" => "force-pushed",
        _ => "pushed",
    };
    let mut text = if is_forced { Text::new().plain("⚠ ") } else { Text::new() };
    text = match actor(event, names) {
        Some(actor) => text.bold(actor).plain(" "),
        None => text,
    };
    let word = if event.actor.is_some() { word.to_owned() } else { super::capital(word) };
    text = if is_forced { text.bold(word) } else { text.plain(word) }.plain(" ");
    // To a pull request, a push is one more thing that happened to it.
    if !matches!(noun(&event.kind), "commit" | "push" | "branch" | "tag" | "repository" | "code") {
        let commits = match count(event) {
            0 => "commits".to_owned(),
            1 => "1 commit".to_owned(),
            count => format!("{count} commits"),
        };
        return placed(object(linked(text, event, &commits).plain(" to "), event), event, " in ");
    }
    let Object { title, url, key, .. } = &event.object;
    let branch = event.branch.as_deref();
    let what = match count(event) {
        // Such as `main set back`, or a name for what was pushed that holds no number.
        _ if title.contains("commit") => title.clone(),
        0 => String::new(),
        1 => "1 commit".to_owned(),
        count => format!("{count} commits"),
    };
    let address = url.as_ref().or(event.url.as_ref());
    let say = |text: Text, words: String| match address {
        Some(url) => text.link(url.clone(), words),
        None => text.bold(words),
    };
    let name = branch.unwrap_or(key);
    text = if what.is_empty() {
        let label = if title.is_empty() || title == key { name.to_owned() } else { title.clone() };
        say(text, cut(&label, LABEL))
    } else {
        say(text, cut(&what, LABEL))
    };
    if !text.to_plain().contains(name) && !name.is_empty() {
        text = text.plain(" to ").code(cut(name, 80));
    }
    placed(text, event, " in ")
}

/// How many commits there were: as the title says, where not all are there.
pub(super) fn count(event: &Event) -> usize {
    let title = event.object.title.trim_start();
    let digits: String = title.chars().take_while(char::is_ascii_digit).take(7).collect();
    let said = if title[digits.len()..].trim_start().starts_with("commit") { digits.parse().unwrap_or(0) } else { 0 };
    event.commits.len().max(said)
}

/// The object, by its name and with its address.
fn object(text: Text, event: &Event) -> Text {
    let label = match thing_of(event) {
        Some(thing) => format!("{thing} {}", label(&event.object)),
        None => label(&event.object),
    };
    match &event.object.url {
        Some(url) => text.link(url.clone(), label),
        None => text.bold(label),
    }
}

/// Key and title, each once.
pub fn label(object: &Object) -> String {
    let title = object.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = object.key.trim();
    let label = match (key, title.as_str()) {
        ("", "") => object.place.clone().or_else(|| object.url.clone()).unwrap_or_else(|| "something".into()),
        ("", title) => title.to_owned(),
        (key, "") => key.to_owned(),
        (key, title) if title.eq_ignore_ascii_case(key) => key.to_owned(),
        (key, title) if title.starts_with(key) => title.to_owned(),
        // A fingerprint tells people nothing that the title does not.
        (key, title) if is_fingerprint(key) => title.to_owned(),
        // `branch`, `tag`: a word for what it is, which stands before a name.
        (key, title) if matches!(title, "branch" | "tag" | "repository" | "project" | "workflow" | "label" | "milestone") => {
            format!("{title} {key}")
        }
        (key, title) => format!("{key} {title}"),
    };
    cut(&label, LABEL)
}

/// Whether it is the id of a machine: long, and hexadecimal.
fn is_fingerprint(key: &str) -> bool {
    key.len() >= 16 && key.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-')
}

/// What sort of thing it is, where the object's name alone does not tell and the verb fits many sorts.
fn thing_of(event: &Event) -> Option<String> {
    let verb = verb(&event.kind);
    let is_general = matches!(
        verb,
        "created"
            | "opened"
            | "closed"
            | "reopened"
            | "deleted"
            | "updated"
            | "edited"
            | "published"
            | "released"
            | "renamed"
            | "archived"
            | "unarchived"
            | "added"
            | "removed"
            | "moved"
            | "transferred"
            | "restored"
            | "started"
            | "answered"
            | "shared"
    );
    let noun = noun(&event.kind);
    if !is_general
        || matches!(noun, "comment" | "repository" | "object" | "event" | "webhook" | "hook" | "file" | "page") && noun != "page"
    {
        return None;
    }
    let thing = thing(noun);
    let label = label(&event.object).to_lowercase();
    (!label.contains(&thing)
        && !label.contains(&noun.replace('_', " "))
        && !is_run(&event.kind)
        && !is_deployment(&event.kind)
        && !is_alert(&event.kind))
    .then_some(thing)
}

/// A noun as people say it.
pub fn thing(noun: &str) -> String {
    match noun {
        "pull" | "pull_request" => "pull request".into(),
        "mr" => "merge request".into(),
        "wiki" => "wiki page".into(),
        noun => noun.replace(['_', '-'], " "),
    }
}

/// Where, if the object's name does not say it.
fn placed(text: Text, event: &Event, before: &str) -> Text {
    match event.object.place.as_deref().map(str::trim) {
        Some(place) if !place.is_empty() && !text.to_plain().contains(place) => text.plain(format!("{before}{}", cut(place, 80))),
        _ => text,
    }
}

/// With the address of what happened, where it has one of its own.
fn linked(text: Text, event: &Event, words: &str) -> Text {
    match &event.url {
        Some(url) if !words.is_empty() && Some(url) != event.object.url.as_ref() => text.link(url.clone(), words),
        _ => text.plain(words),
    }
}

/// Who did it, as the chat knows them.
pub fn actor(event: &Event, names: &Names) -> Option<String> {
    let actor = event.actor.as_deref().map(str::trim).filter(|it| !it.is_empty())?;
    let known = names.find(actor, event.actor_id.as_deref());
    Some(known.map_or_else(|| cut(actor, 80), |it| it.name.clone()))
}

/// What stands for people in a phrase.
pub(super) const WHO: char = '\u{1}';

/// The phrase, with those whom the event is for in the place of [`WHO`].
fn with_people(text: Text, part: &str, event: &Event, names: &Names) -> Text {
    let Some((before, after)) = part.split_once(WHO) else { return text.plain(part) };
    let mut text = text.plain(before);
    for (at, span) in people(event, names).into_iter().enumerate() {
        text = if at > 0 { text.plain(", ") } else { text };
        text.0.push(span);
    }
    text.plain(after)
}

/// Whom the event is for: told, where the chat knows them and it was not their own act.
pub(super) fn people(event: &Event, names: &Names) -> Vec<Span> {
    let why = match verb(&event.kind) {
        "assigned" => Why::Assigned,
        _ => Why::ReviewAsked,
    };
    let mut all: Vec<(String, Option<String>)> =
        event.concerns.iter().filter(|it| it.why == why).map(|it| (it.name.clone(), it.id.clone())).collect();
    if all.is_empty() {
        let fields = ["assignee", "assignees", "reviewer", "reviewers", "assigned to"];
        let named = event.changes.iter().filter(|it| fields.contains(&it.field.to_lowercase().as_str()));
        all.extend(named.filter_map(|it| Some((it.to.clone()?, None))));
    }
    let is_actor = |name: &str| event.actor.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(name));
    all.iter()
        .take(10)
        .map(|(name, id)| match names.find(name, id.as_deref()) {
            _ if is_actor(name) => Span::Plain("themselves".into()),
            Some(person) => names.mention(person),
            None => Span::Bold(cut(name, 80)),
        })
        .collect()
}

pub(super) fn values<'a>(event: &'a Event, fields: &[&str], of: fn(&Change) -> Option<&String>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for change in event.changes.iter().filter(|it| fields.contains(&it.field.to_lowercase().as_str())) {
        if let Some(value) = of(change).map(String::as_str).filter(|it| !found.contains(it)) {
            found.push(value);
        }
    }
    found
}

/// Whether the line tells this change already.
pub(super) fn says(event: &Event, change: &Change) -> bool {
    let field = change.field.to_lowercase();
    match verb(&event.kind) {
        "labeled" => field == "label" && change.to.is_some(),
        "unlabeled" => field == "label" && change.from.is_some(),
        "assigned" => field.starts_with("assignee") && change.from.is_none() && change.to.is_some(),
        "unassigned" => field.starts_with("assignee") && change.to.is_none(),
        "review_requested" => field.starts_with("reviewer") && change.from.is_none(),
        "review_request_removed" => field.starts_with("reviewer") && change.to.is_none(),
        "milestoned" => field == "milestone" && change.to.is_some(),
        "demilestoned" => field == "milestone" && change.from.is_some(),
        "merged" => matches!(field.as_str(), "into" | "base") && change.from.is_none(),
        _ => false,
    }
}

/// Whether the line tells how bad it is.
pub(super) fn tells_severity(event: &Event) -> bool {
    is_alert(&event.kind) && super::tone::of(event) != commands::Tone::Good
        || is_run(&event.kind)
        || is_deployment(&event.kind)
        || event.severity == Some(Severity::Info)
}

/// How bad it is, as a word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

/// At most so many characters, in one line.
pub fn cut(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let head = &text[..end];
            let at = head.rfind(' ').filter(|it| *it > end / 2).unwrap_or(end);
            format!("{}…", &head[..at])
        }
        None => text,
    }
}
