//! Pull requests: what can be done to them, and what the actions have in common.

use commands::{Audience, Block, Button, Card, Ctx, Error, Message, Reply, Result, Text, Tone};
use serde_json::{Value, json};

use super::{
    AzureDevOps,
    api::{Acting, segment},
    param::{self, Noun},
    problem,
    text::shorten,
    wire::{self, Pull, branch},
};

mod complete;
mod create;
mod list;
mod look;
mod requeue;
mod review;
mod state;
mod threads;
mod update;

pub use complete::Complete;
pub use create::Create;
pub use list::{List, Show};
pub use look::{Checks, Commits, Files, Items};
pub use requeue::Recheck;
pub use review::{Approve, Comment, Dismiss, Review, Vote};
pub use state::{Abandon, Draft, Publish, Reactivate};
pub use threads::{Resolve, Threads};
pub use update::{Connect, Update};

pub(super) fn url(base: &str, pull: &Pull) -> String {
    let repository = &pull.repository;
    let (project, name) = (segment(&repository.project.name), segment(&repository.name));
    format!("{base}/{project}/_git/{name}/pullrequest/{}", pull.pull_request_id)
}

/// Where its repository's API is.
fn path(pull: &Pull) -> String {
    let repository = &pull.repository;
    let project = segment(&repository.project.name);
    format!("/{project}/_apis/git/repositories/{}/pullRequests/{}", segment(&repository.id), pull.pull_request_id)
}

/// A vote in words.
fn vote(vote: i32) -> &'static str {
    match vote {
        10 => "approved",
        5 => "approved with suggestions",
        -5 => "waits for the author",
        -10 => "rejected",
        _ => "no vote",
    }
}

impl Acting<'_> {
    /// A pull request, by its number alone.
    async fn pull(&self, pull: &param::Pull) -> Result<Pull> {
        let id = self.on.number("pr", &pull.0, Noun::Pull)?;
        let found = self.get(&format!("/_apis/git/pullrequests/{id}"), &[]).await;
        found.map_err(|error| problem::about(error, &format!("pull request {id}")))
    }

    /// Changes it, and shows what became of it.
    async fn change_pull(&self, ctx: &Ctx, pull: &Pull, body: &Value, did: &str) -> Result<Reply> {
        // Its own address is written in small letters in the reference, those below it are not; both are the same.
        let after: Pull = self
            .patch(&path(pull).replace("/pullRequests/", "/pullrequests/"), body)
            .await
            .map_err(|error| refused(error, pull))?;
        Ok(shown(self.on, &after, ctx, Message::text(did)))
    }

    /// Shows it after something was done to it: failing to read it must not look like failing to do it.
    async fn pull_after(&self, ctx: &Ctx, pull: &Pull, did: &str) -> Reply {
        match self.get(&format!("/_apis/git/pullrequests/{}", pull.pull_request_id), &[]).await {
            Ok(after) => shown(self.on, &after, ctx, Message::text(did)),
            Err(_) => Reply::to_channel(did),
        }
    }
}

fn refused(error: Error, pull: &Pull) -> Error {
    problem::place(problem::about(error, &format!("pull request {}", pull.pull_request_id)), &["title", "source", "target"])
}

/// `!7 Quieter fan · active · by Ben Example · waits for Ana Example`.
pub(super) fn line(base: &str, pull: &Pull) -> Text {
    let draft = if pull.is_draft { "draft" } else { &pull.status };
    let waits: Vec<&str> = pull.reviewers.iter().filter(|it| it.vote == 0).map(|it| it.display_name.as_str()).collect();
    let waits = if waits.is_empty() { String::new() } else { format!(" · waits for {}", waits.join(", ")) };
    let text = format!(" {} · {draft} · by {} · {}{waits}", pull.title, pull.created_by.display_name, pull.repository.name);
    Text::new().link(url(base, pull), format!("!{}", pull.pull_request_id)).plain(text)
}

/// What was done, and the pull request as it is now.
pub(super) fn shown(on: &AzureDevOps, pull: &Pull, ctx: &Ctx, did: Message) -> Reply {
    let base = on.http.base();
    let is_active = pull.status == "active";
    let rejected = pull.reviewers.iter().any(|it| it.vote < 0);
    let conflicts = pull.merge_status.as_deref() == Some("conflicts");
    let tone = match pull.status.as_str() {
        "completed" => Tone::Good,
        "active" if conflicts => Tone::Bad,
        "active" if rejected => Tone::Warning,
        _ => Tone::Neutral,
    };
    let state = match (is_active, pull.is_draft, conflicts, &pull.auto_complete_set_by) {
        (true, _, true, _) => "active, has conflicts with the target branch".to_owned(),
        (true, true, ..) => "draft".to_owned(),
        (true, false, false, Some(person)) => format!("active, completes by itself (set by {})", person.display_name),
        _ => pull.status.clone(),
    };
    let reviewer = |it: &wire::Reviewer| {
        let required = if it.is_required { ", required" } else { "" };
        format!("{} ({}{required})", it.display_name, vote(it.vote))
    };
    let reviewers: Vec<String> = pull.reviewers.iter().map(reviewer).collect();
    let reviewers = if reviewers.is_empty() { "nobody".to_owned() } else { reviewers.join(", ") };
    let place = Text::new()
        .link(url(base, pull), format!("{}/{}", pull.repository.project.name, pull.repository.name))
        .plain(" · ")
        .code(branch(&pull.source_ref_name))
        .plain(" → ")
        .code(branch(&pull.target_ref_name))
        .plain(format!(" · by {}", pull.created_by.display_name));
    let mut shown = Message::new()
        .tone(tone)
        .heading(format!("!{} {}", pull.pull_request_id, pull.title))
        .paragraph(place)
        .facts(vec![("State".into(), state.into()), ("Reviewers".into(), reviewers.into())]);
    if let Some(text) = pull.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        shown = shown.block(Block::Quote(shorten(text, 600).into()));
    }
    let call = |action: &str| ctx.call(action, json!({ "pr": pull.pull_request_id.to_string() }));
    let mut buttons = Vec::new();
    if is_active {
        buttons.push(Button::run("Approve", call("pr approve")).primary());
        let mut complete = Button::run("Complete", call("pr complete"));
        complete.confirm = Some(format!("Merge !{} into {}?", pull.pull_request_id, branch(&pull.target_ref_name)));
        buttons.push(complete);
    }
    buttons.push(Button::form("Comment", call("pr comment")));
    if is_active {
        buttons.push(Button::run("Checks", call("pr checks")));
        buttons.push(Button::form("Ask for review", call("pr review")));
        buttons.push(match pull.is_draft {
            true => Button::run("Publish", call("pr publish")),
            false => Button::run("Abandon", call("pr abandon")),
        });
    } else if pull.status == "abandoned" {
        buttons.push(Button::run("Reactivate", call("pr reactivate")));
    }
    let shown = shown.buttons(buttons).context(Text::new().plain("Opened ").time(pull.creation_date));
    Reply::card(Card { object: url(base, pull), said: did, shown, call: call("pr show") }, Audience::Channel)
}
