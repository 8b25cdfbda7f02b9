//! An issue as a message that acts.

use commands::{Audience, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::{Value, json};

use super::wire;
pub(super) use crate::words::shorten;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;

/// Where an issue is on the web.
pub(super) fn url(base: &str, issue: u64) -> String {
    format!("{base}/issues/{issue}")
}

/// The issue with what can be done to it.
pub(super) fn card(base: &str, issue: &wire::Issue, ctx: &Ctx) -> Message {
    let place = format!(" · {}", issue.project.name);
    let author = issue.author.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
    let private = if issue.is_private { " · private" } else { "" };
    let line = Text::new()
        .link(url(base, issue.id), format!("{} #{}", issue.tracker.name, issue.id))
        .plain(format!("{place}{author}{private}"));
    let mut message = Message::new()
        .tone(tone(issue, ctx))
        .heading(format!("#{} {}", issue.id, issue.subject))
        .paragraph(line)
        .facts(facts(issue, ctx));
    if let Some(description) = issue.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        message = message.block(commands::Block::Quote(shorten(description, DESCRIPTION).into()));
    }
    if !issue.attachments.is_empty() {
        let files = issue.attachments.iter().map(|it| Text::new().link(&it.content_url, &it.filename)).collect();
        message = message.list(files);
    }
    message = message.buttons(buttons(issue, ctx));
    if let Some(menu) = statuses(issue, ctx) {
        message = message.block(menu);
    }
    message.context(Text::new().plain("Updated ").time(issue.updated_on))
}

/// What was done, and the issue as it is now.
pub(super) fn reply(base: &str, issue: &wire::Issue, ctx: &Ctx, said: Message, shown: Message) -> Reply {
    let call = ctx.call("issue show", json!({ "issue": issue.id.to_string() }));
    Reply::card(Card { object: url(base, issue.id), said, shown, call }, audience(issue))
}

/// Who may read about it here: the channel may hold people who may not see a private issue.
fn audience(issue: &wire::Issue) -> Audience {
    if issue.is_private { Audience::Private } else { Audience::Channel }
}

/// The issue in a line: `#42 Printer on fire · New · Ana Example`.
pub(super) fn line(base: &str, issue: &wire::Issue) -> Text {
    let assignee = issue.assigned_to.as_ref().map_or("nobody", |it| it.name.as_str());
    Text::new()
        .link(url(base, issue.id), format!("#{}", issue.id))
        .plain(format!(" {} · {} · {assignee}", issue.subject, issue.status.name))
}

fn tone(issue: &wire::Issue, ctx: &Ctx) -> Tone {
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    if issue.status.is_closed {
        Tone::Good
    } else if issue.due_date.is_some_and(|due| due < today) {
        Tone::Bad
    } else if matches!(issue.priority.name.to_lowercase().as_str(), "high" | "urgent" | "immediate") {
        Tone::Warning
    } else {
        Tone::Neutral
    }
}

fn facts(issue: &wire::Issue, ctx: &Ctx) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
    fact("Status", issue.status.name.clone());
    fact("Priority", issue.priority.name.clone());
    fact("Assignee", issue.assigned_to.as_ref().map_or_else(|| "nobody".to_owned(), |it| it.name.clone()));
    for (name, value) in [("Category", &issue.category), ("Version", &issue.fixed_version)] {
        if let Some(value) = value {
            fact(name, value.name.clone());
        }
    }
    if let Some(parent) = &issue.parent {
        fact("Parent", format!("#{}", parent.id));
    }
    if let Some(due) = issue.due_date {
        let late = !issue.status.is_closed && due < ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        fact("Due", if late { format!("{due} (overdue)") } else { due.to_string() });
    }
    if issue.done_ratio > 0 {
        fact("Done", format!("{} %", issue.done_ratio));
    }
    match (issue.spent_hours.filter(|it| *it > 0.0), issue.estimated_hours) {
        (Some(spent), Some(estimate)) => fact("Time", format!("{} of {} h", hours(spent), hours(estimate))),
        (Some(spent), None) => fact("Time", format!("{} h", hours(spent))),
        (None, Some(estimate)) => fact("Estimate", format!("{} h", hours(estimate))),
        (None, None) => {}
    }
    for field in &issue.custom_fields {
        let value = plain(&field.value);
        if !value.is_empty() {
            fact(&field.name, value);
        }
    }
    facts
}

fn buttons(issue: &wire::Issue, ctx: &Ctx) -> Vec<Button> {
    let id = issue.id.to_string();
    let mut buttons = vec![
        Button::form("Comment", ctx.call("issue comment", json!({ "issue": id }))),
        Button::run("Assign to me", ctx.call("issue assign", json!({ "issue": id, "to": "me" }))),
    ];
    if !issue.status.is_closed {
        buttons.push(Button::run("Close", ctx.call("issue close", json!({ "issue": id }))));
    }
    buttons.push(Button::form("Log time", ctx.call("time log", json!({ "issue": id }))));
    buttons
}

/// The statuses that the workflow offers, where Redmine tells them.
fn statuses(issue: &wire::Issue, ctx: &Ctx) -> Option<commands::Block> {
    let allowed = issue.allowed_statuses.as_ref()?;
    let option = |it: &wire::Status| {
        Button::run(&it.name, ctx.call("issue status", json!({ "issue": issue.id.to_string(), "status": it.name })))
    };
    let options: Vec<Button> = allowed.iter().filter(|it| it.id != issue.status.id).map(option).collect();
    (!options.is_empty()).then(|| commands::Block::Menu { label: "Status".into(), options })
}

/// A custom field's value in words.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `1.5`, `2`.
pub(super) fn hours(hours: f64) -> String {
    // The sum of nothing is -0, which adding 0 mends.
    let rounded = (hours * 100.0).round() / 100.0 + 0.0;
    rounded.to_string()
}
