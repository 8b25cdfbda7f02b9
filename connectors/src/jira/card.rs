//! An issue as a message that acts, and in a line.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::{Value, json};

use super::{
    Jira, adf,
    api::Api,
    fields::{Field, plain},
    moment,
    names::{same, shorten},
    wiki,
    wire::{self, Issue},
};
use crate::words::size;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;
/// The longest value of a field of their own that says something at a glance.
const SHORT: usize = 80;
/// Custom fields, subtasks, links, files in one card.
const SOME: usize = 10;

/// What Jira keeps of a text, as Markdown.
pub(super) fn markdown(value: &Value) -> String {
    match value {
        Value::String(markup) => adf::to_markdown(&wiki::read(markup)),
        Value::Object(_) => adf::to_markdown(value),
        _ => String::new(),
    }
}

/// The same, short.
pub(super) fn excerpt(value: &Value, most: usize) -> Option<Text> {
    let text = markdown(value);
    let text = text.trim();
    (!text.is_empty()).then(|| Text::from_markdown(&shorten(text, most)))
}

/// The issue with what can be done to it. `known` are this Jira's fields, for the names of its own.
pub(super) fn card(api: &Api<'_>, issue: &Issue, known: &[Field], ctx: &Ctx) -> Message {
    let named = |field: &str| issue.named(field).map(|it| it.name).unwrap_or_default();
    let reporter = issue.user("reporter").map(|it| format!(" · by {}", it.label())).unwrap_or_default();
    let restricted = if is_restricted(issue) { " · restricted" } else { "" };
    let line = Text::new()
        .link(api.jira.link(&issue.key), format!("{} {}", named("issuetype"), issue.key))
        .plain(format!(" · {}{reporter}{restricted}", issue.project().name));
    let mut message = Message::new()
        .tone(tone(issue, ctx))
        .heading(format!("{} {}", issue.key, issue.summary()))
        .paragraph(line)
        .facts(facts(issue, known, ctx));
    if let Some(description) = excerpt(&issue.fields.get("description").cloned().unwrap_or_default(), DESCRIPTION) {
        message = message.block(Block::Quote(description));
    }
    let related = related(api.jira, issue);
    if !related.is_empty() {
        message = message.list(related);
    }
    message = message.buttons(buttons(issue, ctx));
    if let Some(menu) = transitions(issue, ctx) {
        message = message.block(menu);
    }
    match issue.moment("updated") {
        Some(at) => message.context(Text::new().plain("Updated ").time(at)),
        None => message,
    }
}

/// What was done, and the issue as it is now.
pub(super) fn reply(api: &Api<'_>, issue: &Issue, ctx: &Ctx, said: Message, shown: Message) -> Reply {
    let call = ctx.call("issue show", json!({ "issue": issue.key }));
    Reply::card(Card { object: api.jira.link(&issue.key), said, shown, call }, audience(issue))
}

/// Who may read about it here: the channel may hold people who may not see an issue with a security level.
pub(super) fn audience(issue: &Issue) -> Audience {
    if is_restricted(issue) { Audience::Private } else { Audience::Channel }
}

/// Whether not everybody in its project may see it: by a security level, or by the restrictions of a team-managed project.
pub(super) fn is_restricted(issue: &Issue) -> bool {
    let roles = issue.fields.get("issuerestriction").map(|it| &it["issuerestrictions"]);
    let is_for_some = roles.and_then(Value::as_object).is_some_and(|it| !it.is_empty());
    is_for_some || issue.fields.get("security").is_some_and(|it| !it.is_null())
}

/// The issue in a line: `APO-7 Printer on fire · To Do · Ana Example`.
pub(super) fn line(jira: &Jira, issue: &Issue) -> Text {
    let assignee = issue.user("assignee").map_or_else(|| "nobody".to_owned(), |it| it.label().to_owned());
    Text::new().link(jira.link(&issue.key), &*issue.key).plain(format!(
        " {} · {} · {assignee}",
        issue.summary(),
        issue.status().name
    ))
}

fn is_late(issue: &Issue, ctx: &Ctx) -> bool {
    !issue.status().is_done() && issue.date("duedate").is_some_and(|due| due < moment::day(ctx.now))
}

fn tone(issue: &Issue, ctx: &Ctx) -> Tone {
    let priority = issue.named("priority").map(|it| it.name.to_lowercase()).unwrap_or_default();
    if issue.status().is_done() {
        Tone::Good
    } else if is_late(issue, ctx) {
        Tone::Bad
    } else if matches!(priority.as_str(), "high" | "highest" | "critical" | "blocker") {
        Tone::Warning
    } else {
        Tone::Neutral
    }
}

fn facts(issue: &Issue, known: &[Field], ctx: &Ctx) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value.into()));
        }
    };
    let named = |field: &str| issue.named(field).map(|it| it.name).unwrap_or_default();
    let names = |field: &str| issue.many(field).into_iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    fact("Status", issue.status().name);
    fact("Resolution", named("resolution"));
    fact("Priority", named("priority"));
    fact("Assignee", issue.user("assignee").map_or_else(|| "nobody".to_owned(), |it| it.label().to_owned()));
    fact("Labels", issue.labels().join(", "));
    fact("Component", names("components"));
    fact("Fix version", names("fixVersions"));
    if let Some(parent) = issue.read::<Issue>("parent") {
        fact("Parent", format!("{} {}", parent.key, parent.summary()));
    }
    if let Some(due) = issue.date("duedate") {
        fact("Due", if is_late(issue, ctx) { format!("{due} (overdue)") } else { due.to_string() });
    }
    let time = issue.fields.get("timetracking");
    let seconds = |name: &str| time.and_then(|it| it[name].as_u64()).filter(|it| *it > 0).map(moment::work);
    match (seconds("timeSpentSeconds"), seconds("originalEstimateSeconds")) {
        (Some(spent), Some(estimate)) => fact("Time", format!("{spent} of {estimate}")),
        (Some(spent), None) => fact("Time", spent),
        (None, Some(estimate)) => fact("Estimate", estimate),
        (None, None) => {}
    }
    for field in known.iter().filter(|it| it.id.starts_with("customfield_")) {
        let Some(value) = issue.fields.get(&field.id).filter(|it| !it.is_null()) else { continue };
        let value = if field.is_custom("gh-sprint") {
            sprints(value).last().map(|it| it.name.clone()).unwrap_or_default()
        } else if is_of_people(field) {
            plain(value)
        } else {
            continue;
        };
        if (1..=SHORT).contains(&value.chars().count()) && facts.len() < SOME + 8 {
            facts.push((field.name.clone(), value.into()));
        }
    }
    facts
}

/// Whether people fill it in: apps keep much of their own in fields.
fn is_of_people(field: &Field) -> bool {
    let custom = field.schema.as_ref().and_then(|it| it.custom.as_deref()).unwrap_or_default();
    let usual = custom.starts_with("com.atlassian.jira.plugin.system.customfieldtypes:") && !field.is_long_text();
    usual || field.is_custom("gh-epic-link") || field.is_custom("jsw-story-points")
}

/// The sprints of an issue, the last one last. Older Data Centers send texts: `…Sprint@1f[id=3,state=ACTIVE,name=Apollo 3,…]`.
pub(super) fn sprints(value: &Value) -> Vec<wire::Sprint> {
    let sprint = |it: &Value| match it {
        Value::String(text) => {
            let inner = text.split_once('[').map_or("", |(_, it)| it).trim_end_matches(']');
            let get = |name: &str| {
                inner.split(',').find_map(|it| it.strip_prefix(name)?.strip_prefix('=')).filter(|it| *it != "<null>")
            };
            serde_json::from_value(json!({
                "id": get("id")?.parse::<u64>().ok()?, "name": get("name").unwrap_or_default(),
                "state": get("state").unwrap_or_default().to_lowercase(),
            }))
            .ok()
        }
        other => serde_json::from_value(other.clone()).ok(),
    };
    value.as_array().into_iter().flatten().filter_map(sprint).collect()
}

fn related(jira: &Jira, issue: &Issue) -> Vec<Text> {
    let line = |how: &str, other: &Issue| {
        let text = Text::new().plain(format!("{how} ")).link(jira.link(&other.key), &*other.key);
        text.plain(format!(" {} · {}", other.summary(), other.status().name))
    };
    let mut all: Vec<Text> = Vec::new();
    for link in issue.read::<Vec<wire::IssueLink>>("issuelinks").unwrap_or_default() {
        if let Some(other) = &link.outward_issue {
            all.push(line(&link.kind.outward, other));
        }
        if let Some(other) = &link.inward_issue {
            all.push(line(&link.kind.inward, other));
        }
    }
    let subtasks = issue.read::<Vec<Issue>>("subtasks").unwrap_or_default();
    all.extend(subtasks.iter().map(|it| line("subtask", it)));
    let files = issue.read::<Vec<wire::Attachment>>("attachment").unwrap_or_default();
    all.extend(
        files
            .iter()
            .map(|it| Text::new().plain("file ").link(file_url(jira, it), &*it.filename).plain(format!(" ({})", size(it.size)))),
    );
    let more = all.len().saturating_sub(SOME);
    all.truncate(SOME);
    if more > 0 {
        all.push(format!("and {more} more").into());
    }
    all
}

/// Where people find a file.
pub(super) fn file_url(jira: &Jira, file: &wire::Attachment) -> String {
    format!("{}/secure/attachment/{}/{}", jira.site, file.id, super::api::encoded(&file.filename))
}

fn buttons(issue: &Issue, ctx: &Ctx) -> Vec<Button> {
    let key = &issue.key;
    vec![
        Button::form("Comment", ctx.call("comment add", json!({ "issue": key }))),
        Button::run("Assign to me", ctx.call("issue assign", json!({ "issue": key, "to": "me" }))),
        Button::form("Edit", ctx.call("issue update", json!({ "issue": key }))),
        Button::form("Log time", ctx.call("worklog add", json!({ "issue": key }))),
    ]
}

/// What the workflow offers now. What asks for more opens its form.
fn transitions(issue: &Issue, ctx: &Ctx) -> Option<Block> {
    let option = |it: &wire::Transition| {
        let label = if same(&it.name, &it.to.name) { it.name.clone() } else { format!("{} → {}", it.name, it.to.name) };
        let call = ctx.call("issue transition", json!({ "issue": issue.key, "to": it.name }));
        if it.fields.values().any(|it| it["required"] == true) { Button::form(label, call) } else { Button::run(label, call) }
    };
    let options: Vec<Button> = issue.transitions.iter().flatten().map(option).collect();
    (!options.is_empty()).then(|| Block::Menu { label: "Status".into(), options })
}
