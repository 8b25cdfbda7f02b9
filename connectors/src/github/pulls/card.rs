//! A pull request as a message that acts: who has looked at it, how its checks fare, what stands in its way.

use commands::{Audience, Block, Button, Card, Ctx, ErrorKind, Message, Reply, Result, Text, Tone};
use serde::Deserialize;
use serde_json::json;

use super::super::{
    card::{self, key},
    place::Place,
    wire,
};

const DESCRIPTION: usize = 500;
/// Failed checks that are named.
const NAMED: usize = 5;

/// What only GraphQL tells: the decision by the branch's rules, the threads, the queue.
const FACTS: &str = "query PullRequestFacts($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewDecision isInMergeQueue
    reviewThreads(first: 100) { nodes { isResolved } }
    latestOpinionatedReviews(first: 20) { nodes { state author { login } } }
  } }
}";

#[derive(Deserialize)]
struct Answer {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    pull_request: Option<Facts>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    review_decision: Option<String>,
    #[serde(default)]
    is_in_merge_queue: bool,
    review_threads: Nodes<Thread>,
    latest_opinionated_reviews: Option<Nodes<Opinion>>,
}

#[derive(Debug, Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    is_resolved: bool,
}

#[derive(Debug, Deserialize)]
struct Opinion {
    state: String,
    author: Option<Author>,
}

#[derive(Debug, Deserialize)]
struct Author {
    login: String,
}

/// How a commit's checks fare, new ones and old ones together.
#[derive(Debug, Default)]
pub(in crate::github) struct Checks {
    pub passed: Vec<(String, Option<String>)>,
    pub failed: Vec<(String, Option<String>)>,
    pub running: Vec<(String, Option<String>)>,
}

impl Checks {
    fn add(&mut self, name: String, url: Option<String>, outcome: &str) {
        let list = match outcome {
            "success" | "neutral" | "skipped" => &mut self.passed,
            "failure" | "error" | "cancelled" | "timed_out" | "action_required" | "startup_failure" | "stale" => &mut self.failed,
            _ => &mut self.running,
        };
        list.push((name, url));
    }

    /// `2 passed, 1 failed (build), 1 running`.
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        if !self.failed.is_empty() {
            let names: Vec<&str> = self.failed.iter().take(NAMED).map(|(name, _)| name.as_str()).collect();
            parts.push(format!("{} failed ({})", self.failed.len(), names.join(", ")));
        }
        if !self.running.is_empty() {
            parts.push(format!("{} running", self.running.len()));
        }
        if !self.passed.is_empty() {
            parts.push(format!("{} passed", self.passed.len()));
        }
        if parts.is_empty() { "none".into() } else { parts.join(", ") }
    }
}

impl Place<'_> {
    /// None where the bot may not see them.
    pub(in crate::github) async fn checks(&self, sha: &str) -> Result<Option<Checks>> {
        let (runs, statuses) = (format!("/commits/{sha}/check-runs"), format!("/commits/{sha}/status"));
        let full = [("per_page", "100")];
        let (runs, statuses) =
            futures::join!(self.get::<wire::CheckRuns>(&runs, &full), self.get::<wire::Statuses>(&statuses, &full));
        let (runs, statuses) = (seen(runs)?, seen(statuses)?);
        if runs.is_none() && statuses.is_none() {
            return Ok(None);
        }
        let mut checks = Checks::default();
        for run in runs.into_iter().flat_map(|it| it.check_runs) {
            let outcome = run.conclusion.unwrap_or(run.status);
            checks.add(run.name, run.html_url, &outcome);
        }
        for status in statuses.into_iter().flat_map(|it| it.statuses) {
            checks.add(status.context, status.target_url, &status.state);
        }
        Ok(Some(checks))
    }

    async fn facts(&self, number: u64) -> Result<Option<Facts>> {
        let answer = self.github.ask::<Answer>(FACTS, self.graphql_key(number)).await;
        Ok(seen(answer)?.and_then(|it| it.repository).and_then(|it| it.pull_request))
    }
}

/// What a token may not see is left out of a card; what fails otherwise is a failure.
fn seen<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound | ErrorKind::Validation) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What was said, then the pull request as it is now.
pub(in crate::github) async fn card(place: &Place<'_>, ctx: &Ctx, number: u64, said: Message) -> Result<Reply> {
    let pull = place.pull(number).await?;
    let (facts, checks) = futures::join!(place.facts(number), place.checks(&pull.head.sha));
    let (facts, checks) = (facts?, checks?);
    let shown = message(place, ctx, &pull, facts.as_ref(), checks.as_ref());
    let call = ctx.call("pr show", json!({ "pr": key(&place.repo, number) }));
    Ok(Reply::card(Card { object: pull.html_url, said, shown, call }, Audience::Channel))
}

fn message(place: &Place<'_>, ctx: &Ctx, pull: &wire::Pull, facts: Option<&Facts>, checks: Option<&Checks>) -> Message {
    let author = pull.author().map(|it| format!(" · by {it}")).unwrap_or_default();
    let line = Text::new().link(&pull.html_url, key(&place.repo, pull.number)).plain(format!(" · pull request{author}"));
    let mut message = Message::new()
        .tone(tone(pull, facts, checks))
        .heading(format!("#{} {}", pull.number, pull.title))
        .paragraph(line)
        .facts(rows(pull, facts, checks));
    if let Some(body) = card::excerpt(pull.body.as_deref(), DESCRIPTION) {
        message = message.block(Block::Quote(body.into()));
    }
    let failed: Vec<Text> = checks.iter().flat_map(|it| &it.failed).take(NAMED).filter_map(failed).collect();
    if !failed.is_empty() && pull.state == "open" {
        message = message.list(failed);
    }
    let (buttons, menu) = buttons(place, ctx, pull, facts, checks);
    message = message.buttons(buttons);
    if let Some(menu) = menu {
        message = message.block(menu);
    }
    message.context(Text::new().plain("Updated ").time(pull.updated_at))
}

fn failed((name, url): &(String, Option<String>)) -> Option<Text> {
    Some(Text::new().plain("Failed: ").link(url.as_deref()?, name.as_str()))
}

fn tone(pull: &wire::Pull, facts: Option<&Facts>, checks: Option<&Checks>) -> Tone {
    let refused = facts.is_some_and(|it| it.review_decision.as_deref() == Some("CHANGES_REQUESTED"));
    let broken = checks.is_some_and(|it| !it.failed.is_empty()) || pull.mergeable_state.as_deref() == Some("dirty");
    match pull.state.as_str() {
        _ if pull.is_merged() => Tone::Good,
        "open" if broken => Tone::Bad,
        "open" if refused => Tone::Warning,
        _ => Tone::Neutral,
    }
}

fn rows(pull: &wire::Pull, facts: Option<&Facts>, checks: Option<&Checks>) -> Vec<(String, Text)> {
    let mut rows: Vec<(String, Text)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value.into()));
    row("State", state(pull, facts));
    row("Branch", format!("{} → {}", pull.head.name, pull.base.name));
    row("Reviews", reviews(pull, facts));
    if let Some(checks) = checks {
        row("Checks", checks.summary());
    }
    if let Some(open) = facts.map(|it| it.review_threads.nodes.iter().filter(|it| !it.is_resolved).count()).filter(|it| *it > 0) {
        row("Discussions", format!("{open} unresolved"));
    }
    if let Some(hindrance) = hindrance(pull) {
        row("Merging", hindrance.into());
    }
    if !pull.assignees.is_empty() {
        row("Assignees", card::people(&pull.assignees));
    }
    if !pull.labels.is_empty() {
        row("Labels", card::labels(&pull.labels));
    }
    if let Some(milestone) = &pull.milestone {
        row("Milestone", milestone.title.clone());
    }
    row("Changes", format!("+{} −{} in {}", pull.additions, pull.deletions, card::count(pull.changed_files, "file")));
    rows
}

fn state(pull: &wire::Pull, facts: Option<&Facts>) -> String {
    match (&pull.auto_merge, pull.state.as_str()) {
        _ if pull.is_merged() => match &pull.merged_by {
            Some(person) => format!("merged by {}", person.login),
            None => "merged".into(),
        },
        (_, "open") if facts.is_some_and(|it| it.is_in_merge_queue) => "in the merge queue".into(),
        (Some(auto), "open") => format!("open, merges by itself when it may ({})", auto.merge_method),
        (_, "open") if pull.draft => "draft".into(),
        (_, state) => state.to_owned(),
    }
}

/// `approved by ben; waiting for chloe`.
fn reviews(pull: &wire::Pull, facts: Option<&Facts>) -> String {
    let opinions: Vec<&Opinion> =
        facts.and_then(|it| it.latest_opinionated_reviews.as_ref()).map(|it| it.nodes.iter().collect()).unwrap_or_default();
    let by = |state: &str| {
        let names: Vec<&str> = opinions
            .iter()
            .filter(|it| it.state == state)
            .map(|it| it.author.as_ref().map_or("somebody", |it| it.login.as_str()))
            .collect();
        names.join(", ")
    };
    let mut parts = Vec::new();
    for (state, words) in [("CHANGES_REQUESTED", "changes requested by"), ("APPROVED", "approved by")] {
        let names = by(state);
        if !names.is_empty() {
            parts.push(format!("{words} {names}"));
        }
    }
    let teams = pull.requested_teams.iter().map(|it| it.slug.as_str());
    let waiting = card::join(pull.requested_reviewers.iter().map(|it| it.login.as_str()).chain(teams));
    if !waiting.is_empty() {
        parts.push(format!("waiting for {waiting}"));
    } else if facts.is_some_and(|it| it.review_decision.as_deref() == Some("REVIEW_REQUIRED")) {
        parts.push("one more is required".into());
    }
    if parts.is_empty() { "none".into() } else { parts.join("; ") }
}

/// What keeps it from being merged, as GitHub says: <https://docs.github.com/en/graphql/reference/enums#mergestatestatus>.
pub(super) fn hindrance(pull: &wire::Pull) -> Option<&'static str> {
    match pull.mergeable_state.as_deref().filter(|_| pull.state == "open")? {
        "dirty" => Some("has conflicts with its base"),
        "blocked" => Some("blocked: a review or a check that is required is missing"),
        "behind" => Some("behind its base, which has to be merged in first"),
        _ => None,
    }
}

fn buttons(
    place: &Place<'_>,
    ctx: &Ctx,
    pull: &wire::Pull,
    facts: Option<&Facts>,
    checks: Option<&Checks>,
) -> (Vec<Button>, Option<Block>) {
    let name = key(&place.repo, pull.number);
    let call = |action: &str| ctx.call(action, json!({ "pr": name }));
    let comment = Button::form("Comment", call("pr comment"));
    if pull.is_merged() {
        return (vec![comment], None);
    }
    if pull.state != "open" {
        return (vec![comment, Button::run("Reopen", call("pr reopen"))], None);
    }
    let mut buttons =
        vec![Button::run("Approve", call("pr approve")), Button::form("Request changes", call("pr request-changes")), comment];
    let state = pull.mergeable_state.as_deref().unwrap_or("unknown");
    let is_queued = facts.is_some_and(|it| it.is_in_merge_queue);
    match state {
        _ if pull.draft => buttons.push(Button::run("Ready for review", call("pr ready"))),
        _ if is_queued || pull.auto_merge.is_some() => {}
        "behind" => buttons.push(Button::run("Update branch", call("pr update-branch"))),
        "blocked" => buttons.push(Button::run("Merge when it may", call("pr auto-merge"))),
        "dirty" => {}
        _ => buttons.push(Button::run("Merge", call("pr merge")).primary()),
    }
    let mut more = vec![
        Button::form("Ask for a review", call("pr ask")),
        Button::run("Changed files", call("pr files")),
        Button::run("Discussions", call("pr threads")),
    ];
    if checks.is_some() {
        more.push(Button::run("Checks", call("pr checks")));
    }
    if state == "behind" || state == "clean" {
        more.push(Button::form("Merge, choosing how", call("pr merge")));
    }
    more.push(Button::run("Close without merging", call("pr close")));
    (buttons, Some(Block::Menu { label: "More".into(), options: more }))
}
