//! Cloud's issue tracker, where a repository has it switched on.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{
    Bitbucket,
    cloud::issues::{Issue, Priority, State},
    lists::shorten,
    model::RepoId,
    vendor::Only,
};

mod change;
mod look;

pub use change::{Assign, Comment, Create, Delete, SetState, Update};
pub use look::{List, Show};

/// For [`crate::Connector::features`].
pub(super) const NAMES: &[&str] =
    &["issue list", "issue show", "issue create", "issue comment", "issue assign", "issue state", "issue update", "issue delete"];

fn key(repo: &RepoId, issue: &Issue) -> String {
    format!("{repo}#{}", issue.id)
}

/// The issue with that number, as a card.
pub(super) async fn show(on: &Bitbucket, ctx: &Ctx, repo: &RepoId, id: u64) -> Result<Reply> {
    let cloud = on.vendor.cloud(Only::Issues)?;
    let issue = cloud.issue(repo, id).await?;
    Ok(reply(ctx, Message::new(), repo, &issue))
}

/// What was done, and the issue as it is now.
fn reply(ctx: &Ctx, said: Message, repo: &RepoId, issue: &Issue) -> Reply {
    let (url, key) = (issue.links.page(), key(repo, issue));
    let by = issue.reporter.as_ref().map(|it| format!(" · by {}", it.name())).unwrap_or_default();
    let line = Text::new().link(&url, key.as_str()).plain(format!(" · {}{by}", issue.kind));
    let assignee = issue.assignee.as_ref().map_or_else(|| "nobody".to_owned(), |it| it.name());
    let mut facts: Vec<(String, Text)> = vec![
        ("State".into(), issue.state.as_str().into()),
        ("Priority".into(), issue.priority.as_str().into()),
        ("Assignee".into(), assignee.into()),
    ];
    for (name, value) in [("Component", &issue.component), ("Milestone", &issue.milestone)] {
        facts.extend(value.as_ref().map(|it| (name.to_owned(), it.name.as_str().into())));
    }
    if issue.votes > 0 {
        facts.push(("Votes".into(), issue.votes.to_string().into()));
    }
    let mut shown =
        Message::new().tone(tone(issue)).heading(format!("#{} {}", issue.id, issue.title)).paragraph(line).facts(facts);
    if !issue.content.raw.trim().is_empty() {
        shown = shown.block(Block::Quote(shorten(issue.content.raw.trim(), 600).into()));
    }
    let call = |action: &str| ctx.call(action, json!({ "issue": key }));
    let with = |action: &str, name: &str, value: &str| ctx.call(action, json!({ "issue": key, name: value }));
    let mut buttons =
        vec![Button::form("Comment", call("issue comment")), Button::run("Assign to me", with("issue assign", "to", "me"))];
    buttons.push(match issue.is_closed() {
        true => Button::run("Reopen", with("issue state", "state", "open")),
        false => Button::run("Resolve", with("issue state", "state", "resolved")),
    });
    buttons.push(Button::form("Edit", call("issue update")));
    let updated = issue.updated_on.unwrap_or(issue.created_on);
    let shown = shown.buttons(buttons).context(Text::new().plain("Updated ").time(updated));
    Reply::card(Card { object: url, said, shown, call: call("issue show") }, Audience::Channel)
}

fn tone(issue: &Issue) -> Tone {
    match issue.priority.as_str() {
        _ if issue.is_closed() => Tone::Good,
        "blocker" | "critical" => Tone::Warning,
        _ => Tone::Neutral,
    }
}

/// As Bitbucket's fields are named, and ours.
const PLACES: &[(&str, &str)] = &[
    ("title", "title"),
    ("content", "description"),
    ("content.raw", "description"),
    ("kind", "kind"),
    ("priority", "priority"),
    ("assignee", "assignee"),
    ("state", "state"),
];

/// What a new issue is when nothing is said: as Bitbucket's own page has it.
const USUAL: Priority = Priority::Major;

fn state_name(state: State) -> String {
    json!(state).as_str().unwrap_or_default().to_owned()
}
