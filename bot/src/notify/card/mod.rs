//! How an event reads: a line that says it all, then what changed, then what was said.
//!
//! The line is written by [`words`], which knows how verbs read; [`body`] makes what strangers wrote short and harmless;
//! [`tone`] says what is good and what is bad, and what is worth a word at all. Nothing here asks anybody anything: who
//! somebody is in the chat is looked up in [`Names`], which is in memory.

mod body;
mod phrases;
pub mod tone;
mod words;

use commands::{
    Block, Event, Message, Text,
    event::{Change, Why},
};

pub use self::words::{label, line, verb};
use super::people::Names;
use tone::is_push;

/// The most facts that a card shows.
const FACTS: usize = 10;
/// The most commits that are listed.
const COMMITS: usize = 5;
/// The longest value of a fact, in characters.
const VALUE: usize = 120;

/// All of it: what is posted of an object for the first time.
pub fn card(event: &Event, names: &Names) -> Message {
    let mut facts = changes(event, names);
    facts.extend(standing(event, names));
    facts.truncate(FACTS);
    written(event, names, facts)
}

/// What is said in the thread of a card, which shows how the object stands.
pub fn note(event: &Event, names: &Names) -> Message {
    written(event, names, changes(event, names))
}

fn written(event: &Event, names: &Names, facts: Vec<(String, Text)>) -> Message {
    let mut message = Message::text(line(event, names)).tone(tone::of(event));
    if !facts.is_empty() {
        message = message.facts(facts);
    }
    if let Some(commits) = commits(event) {
        message = message.list(commits);
    }
    if let Some(said) = said(event, names) {
        message = message.block(Block::Quote(said));
    }
    if verb(&event.kind) == "force_pushed" {
        message = message
            .context(Text::new().bold("The branch was rewritten").plain(": what stood there before is not in it any more."));
    }
    message
}

/// What was said, as a card shows it.
pub fn said(event: &Event, names: &Names) -> Option<Text> {
    // The lines of its commits are listed, with links.
    let is_listed = is_push(event) && !event.commits.is_empty();
    let text = event.text.as_deref().filter(|_| !is_listed)?;
    // What the line says already.
    if event.object.title.trim() == text.trim() {
        return None;
    }
    let more = event.url.as_deref().or(event.object.url.as_deref());
    let mentioned = |id: &str| event.concerns.iter().any(|it| it.why == Why::Mentioned && it.name.eq_ignore_ascii_case(id));
    body::shown(text, more, names, &mentioned)
}

/// `Status`, `New → Closed`: each change that the line does not say already.
fn changes(event: &Event, names: &Names) -> Vec<(String, Text)> {
    let told = |it: &&Change| !words::says(event, it) && !it.field.trim().is_empty();
    let mut facts: Vec<(String, Text)> = Vec::new();
    for change in event.changes.iter().filter(told) {
        let value = |text: &String| short(&name_of(&change.field, text, names));
        let text = match (&change.from, &change.to) {
            (Some(from), Some(to)) => Text::new().plain(value(from)).plain(" → ").bold(value(to)),
            (None, Some(to)) => Text::new().bold(value(to)),
            (Some(from), None) => Text::new().plain(value(from)).plain(" removed"),
            (None, None) => Text::new().plain("changed"),
        };
        facts.push((capital(&change.field), text));
    }
    facts.truncate(FACTS);
    facts
}

/// How it stands, besides what changed: branch, state, labels.
fn standing(event: &Event, names: &Names) -> Vec<(String, Text)> {
    let line = line(event, names).to_plain();
    let is_changed = |field: &str| event.changes.iter().any(|it| it.field.eq_ignore_ascii_case(field));
    let mut facts = Vec::new();
    if let Some(branch) = event.branch.as_ref().filter(|it| !line.contains(it.as_str())) {
        facts.push(("Branch".to_owned(), Text::new().code(short(branch))));
    }
    // The line says how it went, in its own words.
    let is_said = |state: &str| {
        tone::is_run(&event.kind) || tone::is_deployment(&event.kind) || line.to_lowercase().contains(&state.to_lowercase())
    };
    if let Some(state) = event.object.state.as_ref().filter(|it| !is_changed("state") && !is_changed("status") && !is_said(it)) {
        facts.push(("State".to_owned(), Text::new().bold(people_say(state))));
    }
    if let Some(severity) = event.severity.filter(|_| !words::tells_severity(event)) {
        facts.push(("Severity".to_owned(), Text::new().bold(words::severity(severity))));
    }
    if !event.labels.is_empty() && !line.contains("label") {
        facts.push(("Labels".to_owned(), labels(&event.labels)));
    }
    if let (false, [.., commit]) = (is_push(event), event.commits.as_slice()) {
        facts.push(("Commit".to_owned(), said_of(commit)));
    }
    facts
}

/// The newest commits of a push.
fn commits(event: &Event) -> Option<Vec<Text>> {
    let all = &event.commits;
    if all.is_empty() || !is_push(event) {
        return None;
    }
    let mut lines: Vec<Text> = all[all.len().saturating_sub(COMMITS)..].iter().map(said_of).collect();
    let more = words::count(event).saturating_sub(lines.len());
    if more > 0 {
        let label = format!("and {more} more");
        let page = event.url.as_ref().or(event.object.url.as_ref());
        lines.push(match page {
            Some(url) => Text::new().link(url.clone(), label),
            None => Text::new().plain(label),
        });
    }
    Some(lines)
}

fn said_of(commit: &commands::event::Commit) -> Text {
    let id: String = commit.id.chars().take(7).collect();
    let text = match &commit.url {
        Some(url) => Text::new().link(url.clone(), id),
        None => Text::new().code(id),
    };
    let text = text.plain(format!(" {}", words::cut(&commit.title, VALUE)));
    match &commit.author {
        Some(author) => text.plain(format!(" · {author}")),
        None => text,
    }
}

/// Labels as people read them.
pub fn labels(all: &[String]) -> Text {
    const SHOWN: usize = 10;
    let mut text = Text::new();
    for (at, label) in all.iter().take(SHOWN).enumerate() {
        text = if at > 0 { text.plain(" ") } else { text };
        text = text.code(short(label));
    }
    if all.len() > SHOWN { text.plain(format!(" and {} more", all.len() - SHOWN)) } else { text }
}

/// Who a value names, where its field names people.
fn name_of(field: &str, value: &str, names: &Names) -> String {
    match field.to_lowercase().as_str() {
        "assignee" | "assignees" | "reviewer" | "reviewers" | "owner" | "assigned to" | "reporter" | "author" | "responsible" => {
            let named = value.split(", ").map(|it| names.find(it, None).map_or_else(|| it.to_owned(), |it| it.name.clone()));
            named.collect::<Vec<_>>().join(", ")
        }
        _ => value.to_owned(),
    }
}

/// `in_progress` → `in progress`.
pub fn people_say(word: &str) -> String {
    let is_code = word.contains('_') && !word.contains(' ');
    short(&if is_code { word.replace('_', " ").to_lowercase() } else { word.to_owned() })
}

fn short(value: &str) -> String {
    words::cut(value, VALUE)
}

/// `due_date` → `Due date`.
pub fn capital(word: &str) -> String {
    let word = word.trim().replace('_', " ");
    let mut chars = word.chars();
    chars.next().map(|it| it.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
