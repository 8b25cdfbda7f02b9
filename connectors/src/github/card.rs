//! An issue as a message that acts, and what all lists and questions have in common.

use commands::{Audience, Block, Button, Call, Card, Ctx, Message, Reply, Text, Tone, message::Style};
use serde_json::{Value, json};

use super::{place::RepoName, wire};
pub(super) use crate::words::shorten;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;

/// How people name it everywhere: `octo/widgets#7`.
pub(super) fn key(repo: &RepoName, number: u64) -> String {
    format!("{repo}#{number}")
}

/// The issue with what can be done to it.
pub(super) fn issue(repo: &RepoName, issue: &wire::Issue, ctx: &Ctx) -> Message {
    let author = issue.user.as_ref().map(|it| format!(" · by {}", it.login)).unwrap_or_default();
    let line = Text::new().link(&issue.html_url, key(repo, issue.number)).plain(author);
    let mut message = Message::new()
        .tone(if issue.state == "closed" { Tone::Good } else { Tone::Neutral })
        .heading(format!("#{} {}", issue.number, issue.title))
        .paragraph(line)
        .facts(facts(issue));
    if let Some(body) = excerpt(issue.body.as_deref(), DESCRIPTION) {
        message = message.block(Block::Quote(body.into()));
    }
    message.buttons(buttons(repo, issue, ctx)).context(Text::new().plain("Updated ").time(issue.updated_at))
}

/// What was done, and the issue as it is now.
pub(super) fn issue_reply(repo: &RepoName, it: &wire::Issue, ctx: &Ctx, said: Message) -> Reply {
    let call = ctx.call("issue show", json!({ "issue": key(repo, it.number) }));
    let card = Card { object: it.html_url.clone(), said, shown: issue(repo, it, ctx), call };
    Reply::card(card, Audience::Channel)
}

fn facts(issue: &wire::Issue) -> Vec<(String, Text)> {
    let state = match (issue.state.as_str(), issue.state_reason.as_deref()) {
        ("closed", Some("not_planned")) => "closed as not planned",
        ("closed", Some("duplicate")) => "closed as a duplicate",
        (state, _) => state,
    };
    let mut facts = vec![("State".to_owned(), Text::from(state)), ("Assignees".to_owned(), people(&issue.assignees).into())];
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
    if !issue.labels.is_empty() {
        fact("Labels", labels(&issue.labels));
    }
    if let Some(milestone) = &issue.milestone {
        fact("Milestone", milestone.title.clone());
    }
    if issue.comments > 0 {
        fact("Comments", issue.comments.to_string());
    }
    if issue.locked {
        fact("Conversation", "locked".into());
    }
    facts
}

fn buttons(repo: &RepoName, issue: &wire::Issue, ctx: &Ctx) -> Vec<Button> {
    let key = key(repo, issue.number);
    let call = |action: &str| ctx.call(action, json!({ "issue": key }));
    let change = match issue.state.as_str() {
        "open" => Button::run("Close", call("issue close")),
        _ => Button::run("Reopen", call("issue reopen")),
    };
    vec![
        Button::form("Comment", call("issue comment")),
        Button::run("Assign to me", ctx.call("issue assign", json!({ "issue": key, "to": ["me"] }))),
        change,
        Button::form("Label", call("issue label")),
    ]
}

pub(super) fn people(all: &[wire::User]) -> String {
    if all.is_empty() { "nobody".into() } else { join(all.iter().map(|it| it.login.as_str())) }
}

pub(super) fn labels(all: &[wire::Label]) -> String {
    join(all.iter().map(|it| it.name.as_str()))
}

pub(super) fn join<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// The issue or pull request in a line; with its repository where a list is of several.
pub(super) fn line(repo: Option<&RepoName>, issue: &wire::Issue) -> Text {
    let name = match repo {
        Some(_) => format!("#{}", issue.number),
        None => issue.repo().map_or_else(|| format!("#{}", issue.number), |it| key(&it, issue.number)),
    };
    let who = match issue.is_pull() {
        true => issue.user.as_ref().map_or("somebody", |it| it.login.as_str()).to_owned(),
        false => people(&issue.assignees),
    };
    let labels = if issue.labels.is_empty() { String::new() } else { format!(" · {}", labels(&issue.labels)) };
    Text::new().link(&issue.html_url, name).plain(format!(" {} · {} · {who}{labels}", issue.title, issue.state()))
}

/// Lines below what they are, and a button for the next page.
pub(super) fn listed(title: impl Into<String>, none: &str, lines: Vec<Text>, page: u32, more: Option<Button>) -> Message {
    if lines.is_empty() {
        return Message::text(if page > 1 { "No more." } else { none });
    }
    let message = Message::text(Text::new().bold(title)).list(lines);
    match more {
        Some(more) => message.buttons(vec![more]),
        None => message,
    }
}

/// The same command for the next page; null parameters are left out.
pub(super) fn next_page(ctx: &Ctx, action: &str, page: u32, more: bool, params: Value) -> Option<Button> {
    let mut params: serde_json::Map<String, Value> = match params {
        Value::Object(params) => params.into_iter().filter(|(_, value)| !value.is_null() && *value != json!([])).collect(),
        _ => return None,
    };
    params.insert("page".into(), json!(page + 1));
    more.then(|| Button::run("Show more", ctx.call(action, Value::Object(params))))
}

/// Asks once before something is gone for good: what will happen, and a button that says yes.
pub(super) fn really(title: impl Into<String>, will: &[String], label: &str, mut call: Call) -> Reply {
    call.params.insert("confirm".into(), json!("yes"));
    let button = Button { style: Style::Danger, ..Button::run(label, call) };
    let lines = will.iter().map(|it| Text::from(it.as_str())).collect();
    let message = Message::new().tone(Tone::Warning).heading(title).list(lines).buttons(vec![button]);
    Reply::new(message, Audience::Private)
}

/// The start of a text; none of one that is empty.
pub(super) fn excerpt(text: Option<&str>, most: usize) -> Option<String> {
    let text = text.map(str::trim).filter(|it| !it.is_empty())?.replace("\r\n", "\n");
    Some(shorten(&text, most))
}

pub(super) fn first_line(text: &str) -> String {
    shorten(text.lines().next().unwrap_or_default().trim(), 100)
}

/// `1 issue`, `3 issues`.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A length of time as people say it: `45 s`, `12 min`, `5 h`, `3 d 4 h`.
pub(super) fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5_399 => format!("{} min", (seconds + 30) / 60),
        5_400..=129_599 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => {
            let hours = (seconds + 1_800) / 3_600;
            if hours % 24 == 0 { format!("{} d", hours / 24) } else { format!("{} d {} h", hours / 24, hours % 24) }
        }
    }
}

/// The first ten digits of a commit are enough to know it.
pub(super) fn short_sha(sha: &str) -> String {
    sha.chars().take(10).collect()
}
