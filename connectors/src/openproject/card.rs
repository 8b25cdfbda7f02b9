//! A work package as a message that acts.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{
    OpenProject,
    hal::{Draft, Resource},
    schema::{self, Form},
};
pub(super) use crate::words::shorten;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;
/// How many files are shown; `wp files` lists all.
const FILES: usize = 5;

/// Where a work package is on the web.
pub(super) fn url(base: &str, package: u64) -> String {
    format!("{base}/work_packages/{package}")
}

/// Where a file is on the web, for who is signed in there.
pub(super) fn file_url(base: &str, file: u64) -> String {
    format!("{base}/api/v3/attachments/{file}/content")
}

/// A work package with what its card needs beside it.
pub(super) struct Shown {
    pub package: Resource,
    pub closed: bool,
    /// Where its schema could be had.
    form: Option<Form>,
}

impl OpenProject {
    /// Asks for what the card shows beyond the work package: its custom fields' names and where its status can go.
    pub(super) async fn shown(&self, package: Resource) -> Result<Shown> {
        let status = package.link("status").and_then(|it| it.id());
        let closed = match package.embedded("status") {
            Some(status) => status.flag("isClosed"),
            None => self.is_closed(status).await?,
        };
        let form = if package.offers("update") {
            let mut draft = Draft::default();
            draft.put("lockVersion", package.0["lockVersion"].clone());
            self.form_at(&format!("/api/v3/work_packages/{}/form", package.id()), &draft.to_json()).await.ok()
        } else {
            match package.link("schema") {
                Some(schema) => self.settled(&self.below(&schema.href)).await.ok().map(Form::of),
                None => None,
            }
        };
        Ok(Shown { package, closed, form })
    }

    pub(super) async fn package(&self, id: u64) -> Result<Resource> {
        let found = self.get(&format!("/api/v3/work_packages/{id}")).await;
        found.map_err(|error| super::problem::about(error, &format!("work package #{id}"), "View work packages"))
    }
}

/// The work package with what can be done to it.
pub(super) fn card(base: &str, shown: &Shown, ctx: &Ctx) -> Message {
    let package = &shown.package;
    let id = package.id();
    let kind = package.title("type").unwrap_or_else(|| "Work package".into());
    let place = package.title("project").map(|it| format!(" · {it}")).unwrap_or_default();
    let author = package.title("author").map(|it| format!(" · by {it}")).unwrap_or_default();
    let line = Text::new().link(url(base, id), format!("{kind} #{id}")).plain(format!("{place}{author}"));
    let mut message = Message::new()
        .tone(tone(shown, ctx))
        .heading(format!("#{id} {}", package.text("subject")))
        .paragraph(line)
        .facts(facts(shown, ctx));
    if !package.raw("description").is_empty() {
        message = message.block(Block::Quote(shorten(package.raw("description"), DESCRIPTION).into()));
    }
    let files = package.embedded("attachments").map(|it| it.elements()).unwrap_or_default();
    if !files.is_empty() {
        let link = |it: &Resource| Text::new().link(file_url(base, it.id()), it.text("fileName"));
        message = message.list(files.iter().take(FILES).map(link).collect());
    }
    message = message.buttons(buttons(shown, ctx));
    if let Some(menu) = statuses(shown, ctx) {
        message = message.block(menu);
    }
    match package.moment("updatedAt") {
        Some(at) => message.context(Text::new().plain("Updated ").time(at)),
        None => message,
    }
}

/// What was done, and the work package as it is now.
pub(super) fn reply(base: &str, shown: &Shown, ctx: &Ctx, said: Message, extra: Message) -> Reply {
    let id = shown.package.id();
    let call = ctx.call("wp show", json!({ "package": id.to_string() }));
    let mut message = card(base, shown, ctx);
    message.blocks.extend(extra.blocks);
    Reply::card(Card { object: url(base, id), said, shown: message, call }, Audience::Channel)
}

/// The work package in a line: `#42 Printer on fire · New · Ana Example`.
pub(super) fn line(base: &str, package: &Resource) -> Text {
    let id = package.id();
    let status = package.title("status").map(|it| format!(" · {it}")).unwrap_or_default();
    let due = package.date("dueDate").or_else(|| package.date("date")).map(|it| format!(" · due {it}")).unwrap_or_default();
    let assignee = package.title("assignee").unwrap_or_else(|| "nobody".into());
    Text::new().link(url(base, id), format!("#{id}")).plain(format!(" {}{status} · {assignee}{due}", package.text("subject")))
}

fn tone(shown: &Shown, ctx: &Ctx) -> Tone {
    let priority = shown.package.title("priority").unwrap_or_default().to_lowercase();
    if shown.closed {
        Tone::Good
    } else if is_late(shown, ctx) {
        Tone::Bad
    } else if matches!(priority.as_str(), "high" | "urgent" | "immediate") {
        Tone::Warning
    } else {
        Tone::Neutral
    }
}

fn is_late(shown: &Shown, ctx: &Ctx) -> bool {
    let due = shown.package.date("dueDate").or_else(|| shown.package.date("date"));
    !shown.closed && due.is_some_and(|due| due < today(ctx))
}

pub(super) fn today(ctx: &Ctx) -> jiff::civil::Date {
    ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn facts(shown: &Shown, ctx: &Ctx) -> Vec<(String, Text)> {
    let package = &shown.package;
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            facts.push((name.to_owned(), value.into()));
        }
    };
    fact("Status", package.title("status"));
    fact("Priority", package.title("priority"));
    fact("Assignee", Some(package.title("assignee").unwrap_or_else(|| "nobody".into())));
    fact("Accountable", package.title("responsible"));
    fact("Version", package.title("version"));
    fact("Category", package.title("category"));
    fact("Budget", package.title("budget"));
    let parent = package.link("parent");
    fact("Parent", parent.and_then(|it| Some(format!("#{} {}", it.id()?, it.title))));
    let children = package.links("children");
    fact("Children", Some(children.iter().filter_map(|it| Some(format!("#{}", it.id()?))).collect::<Vec<_>>().join(", ")));
    let late = if is_late(shown, ctx) { " (overdue)" } else { "" };
    fact(
        "Dates",
        match (package.date("startDate"), package.date("dueDate")) {
            (Some(start), Some(due)) => Some(format!("{start} to {due}{late}")),
            (None, Some(due)) => Some(format!("until {due}{late}")),
            (Some(start), None) => Some(format!("from {start}")),
            (None, None) => None,
        },
    );
    // A milestone has one only.
    fact("Date", package.date("date").map(|it| format!("{it}{late}")));
    fact("Progress", package.number("percentageDone").filter(|it| *it > 0.0).map(|it| format!("{it} %")));
    fact("Time", time(package));
    for attribute in shown.form.iter().flat_map(Form::custom_fields) {
        fact(attribute.label(), Some(schema::shown(package, attribute)));
    }
    facts
}

/// `3 h spent of 8 h, 5 h left`.
fn time(package: &Resource) -> Option<String> {
    let of = |key: &str| package.hours(key).filter(|it| *it > 0.0).map(|it| format!("{} h", hours(it)));
    let parts = [
        of("spentTime").map(|it| format!("{it} spent")),
        of("estimatedTime").map(|it| format!("{it} of work")),
        of("remainingTime").map(|it| format!("{it} left")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn buttons(shown: &Shown, ctx: &Ctx) -> Vec<Button> {
    let id = shown.package.id().to_string();
    let mut buttons = vec![Button::form("Comment", ctx.call("wp comment", json!({ "package": id })))];
    if shown.package.offers("update") {
        buttons.push(Button::run("Assign to me", ctx.call("wp assign", json!({ "package": id, "to": "me" }))));
        if !shown.closed {
            buttons.push(Button::run("Close", ctx.call("wp close", json!({ "package": id }))));
        }
    }
    buttons.push(Button::form("Log time", ctx.call("time log", json!({ "package": id }))));
    buttons
}

/// The statuses that the workflow offers.
fn statuses(shown: &Shown, ctx: &Ctx) -> Option<Block> {
    if !shown.package.offers("update") {
        return None;
    }
    let id = shown.package.id().to_string();
    let now = shown.package.link("status").map(|it| it.href);
    let allowed = shown.form.as_ref()?.attribute("status").filter(|it| it.is_writable())?.listed();
    let option =
        |it: super::hal::Link| Button::run(&it.title, ctx.call("wp status", json!({ "package": id, "status": it.title })));
    let options: Vec<Button> = allowed.into_iter().filter(|it| Some(&it.href) != now.as_ref()).map(option).collect();
    (!options.is_empty()).then(|| Block::Menu { label: "Status".into(), options })
}

/// `1.5`, `2`.
pub(super) fn hours(hours: f64) -> String {
    // The sum of nothing is -0, which adding 0 mends.
    let rounded = (hours * 100.0).round() / 100.0 + 0.0;
    rounded.to_string()
}
