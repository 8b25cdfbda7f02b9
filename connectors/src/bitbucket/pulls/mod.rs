//! Pull requests: what people do in chat first.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{count, shorten},
    model::{BuildStatus, Opinion, Outcome, Paged, Pull, PullState, RepoId, Review},
    problem::about,
    vendor::Vendor,
};

mod change;
mod discuss;
mod list;
mod review;
mod show;

pub use change::{AddReviewer, Create, RemoveReviewer, Update};
pub use discuss::{Comment, Comments, Commits, Files};
pub use list::List;
pub use review::{Approve, Decline, Merge, Reopen, RequestChanges, Unapprove};
pub use show::Show;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;

impl Bitbucket {
    /// The pull request as it is now.
    pub(super) async fn pull(&self, repo: &RepoId, id: u64) -> Result<Pull> {
        self.api().pull(repo, id).await.map_err(|error| about(error, &format!("pull request {repo}#{id}")))
    }

    /// What was done, and the pull request as it is now.
    pub(super) async fn pull_reply(&self, ctx: &Ctx, said: Message, pull: &Pull) -> Reply {
        // A card without its builds is better than none.
        let builds = match pull.source.hash.as_str() {
            "" => Paged::default(),
            hash => self.api().statuses(&pull.repo, hash).await.unwrap_or_default(),
        };
        let shown = self.card(ctx, pull, &builds);
        let call = ctx.call("pr show", json!({ "pull": key(pull) }));
        Reply::card(Card { object: pull.url.clone(), said, shown, call }, Audience::Channel)
    }

    /// Reads it again after a change. What was done stays done when that fails.
    pub(super) async fn pull_after(&self, ctx: &Ctx, said: Message, pull: Pull) -> Reply {
        let now = self.api().pull(&pull.repo, pull.id).await.unwrap_or(pull);
        self.pull_reply(ctx, said, &now).await
    }

    fn card(&self, ctx: &Ctx, pull: &Pull, builds: &Paged<BuildStatus>) -> Message {
        let author = pull.author.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
        let fork = pull.source.repo.as_ref().map(|it| format!("{it}:")).unwrap_or_default();
        let line = Text::new()
            .link(&pull.url, key(pull))
            .plain(format!("{author} · {fork}"))
            .code(&pull.source.branch)
            .plain(" → ")
            .code(&pull.target.branch);
        let mut message = Message::new()
            .tone(tone(pull, &builds.items))
            .heading(format!("#{} {}", pull.id, pull.title))
            .paragraph(line)
            .facts(facts(pull, builds));
        let description = pull.description.trim();
        if !description.is_empty() {
            message = message.block(Block::Quote(shorten(description, DESCRIPTION).into()));
        }
        message.buttons(self.buttons(ctx, pull)).context(Text::new().plain("Updated ").time(pull.updated))
    }

    fn buttons(&self, ctx: &Ctx, pull: &Pull) -> Vec<Button> {
        let call = |action: &str| ctx.call(action, json!({ "pull": key(pull) }));
        let comment = Button::form("Comment", call("pr comment"));
        let files = Button::run("Files", call("pr files"));
        match pull.state {
            PullState::Open => {
                let question = format!("Merge #{} into {}?", pull.id, pull.target.branch);
                let mut merge = Button::run("Merge", call("pr merge")).primary();
                merge.confirm = Some(question);
                let refusal = format!("Decline #{}?", pull.id);
                vec![
                    Button::run("Approve", call("pr approve")),
                    merge,
                    comment,
                    Button::run("Request changes", call("pr request changes")),
                    files,
                    Button::run("Decline", call("pr decline")).danger(refusal),
                ]
            }
            PullState::Declined if matches!(self.vendor, Vendor::Center(_)) => {
                vec![Button::run("Reopen", call("pr reopen")), comment, files]
            }
            _ => vec![comment, files],
        }
    }
}

/// `example/website#42`.
pub(super) fn key(pull: &Pull) -> String {
    format!("{}#{}", pull.repo, pull.id)
}

/// The pull request in a line; `with_repo` where lines are of several repositories.
fn line(pull: &Pull, place: Place) -> Text {
    let label = match place {
        Place::Named => key(pull),
        Place::Known => format!("#{}", pull.id),
    };
    let author = pull.author.as_ref().map_or("somebody", |it| it.name.as_str());
    let draft = if pull.draft { " (draft)" } else { "" };
    let mut parts = vec![author.to_owned()];
    if pull.state != PullState::Open {
        parts.push(pull.state.title().to_lowercase());
    }
    let of = |opinion: Opinion| pull.reviews.iter().filter(|it| it.opinion == opinion).count() as u64;
    match (of(Opinion::Approved), of(Opinion::ChangesRequested), pull.reviews.len() as u64) {
        (_, changes, _) if changes > 0 => parts.push("changes requested".into()),
        (approved, _, all) if all > 0 => parts.push(format!("{approved} of {} approved", count(all, "reviewer", "reviewers"))),
        _ => {}
    }
    Text::new().link(&pull.url, label).plain(format!(" {}{draft} · {}", pull.title, parts.join(" · ")))
}

/// Whether a list says in which repository each of its lines is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Named,
    Known,
}

fn tone(pull: &Pull, builds: &[BuildStatus]) -> Tone {
    let failed = builds.iter().any(|it| it.outcome == Outcome::Failed);
    match pull.state {
        PullState::Merged => Tone::Good,
        PullState::Declined | PullState::Superseded => Tone::Neutral,
        PullState::Open if failed => Tone::Bad,
        PullState::Open if pull.reviews.iter().any(|it| it.opinion == Opinion::ChangesRequested) => Tone::Warning,
        PullState::Open => Tone::Neutral,
    }
}

fn facts(pull: &Pull, builds: &Paged<BuildStatus>) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let draft = if pull.draft { " (draft)" } else { "" };
    facts.push(("State".into(), format!("{}{draft}", pull.state.title()).into()));
    let names = |opinion: Opinion| {
        let of = |it: &&Review| it.opinion == opinion;
        let names: Vec<&str> = pull.reviews.iter().filter(of).map(|it| it.person.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    for (title, opinion) in [
        ("Approved by", Opinion::Approved),
        ("Changes requested by", Opinion::ChangesRequested),
        ("Waiting for", Opinion::Waiting),
    ] {
        // Nobody waits for a review of what is merged.
        if let Some(names) = names(opinion).filter(|_| opinion != Opinion::Waiting || pull.state == PullState::Open) {
            facts.push((title.into(), names.into()));
        }
    }
    if !builds.items.is_empty() {
        facts.push(("Builds".into(), builds_line(builds)));
    }
    if pull.open_tasks > 0 {
        facts.push(("Open tasks".into(), pull.open_tasks.to_string().into()));
    }
    if pull.comments > 0 {
        facts.push(("Comments".into(), pull.comments.to_string().into()));
    }
    if let Some(hash) = &pull.merge_commit {
        facts.push(("Merge commit".into(), Text::new().code(super::model::short(hash))));
    }
    facts
}

/// `2 passed, 1 failed: Tests`, with a link to each that failed.
fn builds_line(page: &Paged<BuildStatus>) -> Text {
    let (builds, mut parts) = (&page.items, Vec::new());
    for outcome in [Outcome::Passed, Outcome::Running, Outcome::Stopped, Outcome::Failed] {
        match builds.iter().filter(|it| it.outcome == outcome).count() {
            0 => {}
            number => parts.push(format!("{number} {}", outcome.title())),
        }
    }
    let of = if page.next.is_some() { format!("of the first {}: ", builds.len()) } else { String::new() };
    let mut text = Text::from(format!("{of}{}", parts.join(", ")));
    for (at, build) in builds.iter().filter(|it| it.outcome == Outcome::Failed).enumerate() {
        text = text.plain(if at == 0 { ": " } else { ", " });
        text = if build.url.is_empty() { text.plain(&build.name) } else { text.link(&build.url, &build.name) };
    }
    text
}
