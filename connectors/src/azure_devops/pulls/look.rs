//! What a pull request holds, and what it waits for: `pr checks`, `files`, `commits`, `items`.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{path, refused, url};
use crate::azure_devops::{
    AzureDevOps,
    api::{Acting, Listed, PREVIEW, segment},
    items, param,
    wire::{Commit, Pull},
};

/// As many files as are shown in a line each.
const FILES: usize = 30;
/// As many changed files as are asked for at once.
const MOST: usize = 1000;

/// A policy of the target branch, held against a pull request:
/// <https://learn.microsoft.com/rest/api/azure/devops/policy/evaluations/list>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evaluation {
    evaluation_id: String,
    /// `queued`, `running`, `approved`, `rejected`, `notApplicable`, `broken`.
    status: String,
    configuration: Configuration,
    #[serde(default)]
    context: Value,
}

impl Evaluation {
    pub fn id(&self) -> &str {
        &self.evaluation_id
    }

    /// As the policy's own name has it, else as its kind.
    pub fn name(&self) -> &str {
        let own = self.configuration.settings["displayName"].as_str().filter(|it| !it.is_empty());
        own.unwrap_or(&self.configuration.kind.display_name)
    }

    pub fn is_build(&self) -> bool {
        self.context["buildId"].is_u64() || self.configuration.kind.display_name == "Build"
    }

    pub fn is_running(&self) -> bool {
        self.status == "running"
    }
}

/// The policies that hold for a pull request, and how it stands with each.
pub(super) async fn evaluations(acting: &Acting<'_>, pull: &Pull) -> Result<Vec<Evaluation>> {
    let project = &pull.repository.project;
    let about = format!("vstfs:///CodeReview/CodeReviewId/{}/{}", project.id, pull.pull_request_id);
    let path = format!("/{}/_apis/policy/evaluations", segment(&project.name));
    let found: Listed<Evaluation> = acting.get_as(PREVIEW, &path, &[("artifactId", about)]).await?;
    Ok(found.value)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    #[serde(default)]
    is_blocking: bool,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    settings: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    display_name: String,
}

/// What another system said of a pull request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    /// `succeeded`, `failed`, `pending`, `error`, `notSet`, `notApplicable`.
    #[serde(default)]
    state: String,
    description: Option<String>,
    target_url: Option<String>,
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    name: Option<String>,
    genre: Option<String>,
}

/// Where it stands, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stands {
    Failed,
    Waiting,
    Passed,
}

impl Stands {
    fn of(word: &str) -> Option<Stands> {
        match word {
            "approved" | "succeeded" => Some(Stands::Passed),
            "rejected" | "broken" | "failed" | "error" => Some(Stands::Failed),
            "queued" | "running" | "pending" => Some(Stands::Waiting),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Stands::Failed => "failed",
            Stands::Waiting => "waiting",
            Stands::Passed => "passed",
        }
    }
}

/// Shows what a pull request waits for: the policies of its target branch, and what other systems said of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Checks {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Checks {
    type On = AzureDevOps;
    const NAME: &str = "pr checks";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr checks 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let project = &pull.repository.project;
        let policies = evaluations(&acting, &pull).await?;
        let statuses: Result<Listed<Status>> = acting.get(&format!("{}/statuses", path(&pull)), &[]).await;
        let statuses = statuses.map_err(|error| refused(error, &pull))?;

        let mut lines: Vec<(Stands, Text)> = Vec::new();
        for it in &policies {
            let Some(stands) = Stands::of(&it.status) else { continue };
            let kind = &it.configuration.kind.display_name;
            let own = it.configuration.settings["displayName"].as_str().filter(|it| !it.is_empty());
            let name = own.map_or_else(|| kind.clone(), |own| format!("{kind}: {own}"));
            let text = Text::new().plain(format!("{}: ", stands.words()));
            let text = match it.context["buildId"].as_u64() {
                Some(run) => {
                    let base = on.http.base();
                    text.link(format!("{base}/{}/_build/results?buildId={run}", segment(&project.name)), name)
                }
                None => text.plain(name),
            };
            lines.push((stands, if it.configuration.is_blocking { text } else { text.plain(" (optional)") }));
        }
        // Each of them is told again and again; the last word counts.
        let name = |it: &Status| {
            let context = it.context.as_ref();
            let parts = [context.and_then(|it| it.genre.as_deref()), context.and_then(|it| it.name.as_deref())];
            parts.into_iter().flatten().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("/")
        };
        for (at, it) in statuses.value.iter().enumerate() {
            let again = statuses.value[at + 1..].iter().any(|later| name(later) == name(it));
            let Some(stands) = Stands::of(&it.state).filter(|_| !again) else { continue };
            let text = Text::new().plain(format!("{}: ", stands.words()));
            let text = match &it.target_url {
                Some(address) => text.link(address, name(it)),
                None => text.plain(name(it)),
            };
            let said = it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            lines.push((stands, text.plain(said)));
        }
        if lines.is_empty() {
            return Ok(Reply::to_channel(format!("!{} waits for no policy, and nothing was said of it.", pull.pull_request_id)));
        }
        lines.sort_by_key(|it| it.0);
        let count = |stands: Stands| lines.iter().filter(|it| it.0 == stands).count();
        let counts = [Stands::Failed, Stands::Waiting, Stands::Passed].map(|it| (count(it), it.words()));
        let counts: Vec<String> = counts.iter().filter(|it| it.0 > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let tone = match lines[0].0 {
            Stands::Failed => Tone::Bad,
            Stands::Waiting => Tone::Neutral,
            Stands::Passed => Tone::Good,
        };
        let head = Text::new().bold("Checks of ").link(url(on.http.base(), &pull), format!("!{}", pull.pull_request_id));
        let message = Message::text(head.plain(format!(": {}", counts.join(", ")))).tone(tone);
        Ok(Reply::to_channel(message.list(lines.into_iter().map(|it| it.1).collect())))
    }
}

/// Lists what a pull request changes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Files {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

#[derive(Deserialize)]
struct Iteration {
    id: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    #[serde(default)]
    change_entries: Vec<Change>,
    /// None from where there are no more.
    next_skip: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// `edit`, `add`, `delete`, `rename`; `edit, rename`.
    #[serde(default)]
    change_type: String,
    #[serde(default)]
    item: Place,
    original_path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Place {
    path: String,
    is_folder: bool,
}

impl Acting<'_> {
    /// What it changes as a whole, up to now: its last iteration, held against the target branch.
    async fn changes(&self, pull: &Pull) -> Result<Vec<Change>> {
        let iterations: Listed<Iteration> = self.get(&format!("{}/iterations", path(pull)), &[]).await?;
        let Some(last) = iterations.value.iter().map(|it| it.id).max() else { return Ok(Vec::new()) };
        let (mut all, mut skip) = (Vec::new(), 0);
        loop {
            let query = [("$top", MOST.to_string()), ("$skip", skip.to_string()), ("$compareTo", "0".to_owned())];
            let page: Changes = self.get(&format!("{}/iterations/{last}/changes", path(pull)), &query).await?;
            all.extend(page.change_entries.into_iter().filter(|it| !it.item.is_folder));
            match page.next_skip.filter(|it| *it > skip && all.len() < 5 * MOST) {
                Some(next) => skip = next,
                None => return Ok(all),
            }
        }
    }
}

impl Action for Files {
    type On = AzureDevOps;
    const NAME: &str = "pr files";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr files 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let all = acting.changes(&pull).await.map_err(|error| refused(error, &pull))?;
        let line = |it: &Change| {
            let from = it.original_path.as_deref().filter(|from| !it.item.path.is_empty() && *from != it.item.path);
            let from = from.map(|it| format!(" from {}", it.trim_start_matches('/'))).unwrap_or_default();
            let what = if it.change_type == "edit" { String::new() } else { format!(" ({}{from})", it.change_type) };
            // What is gone has its path only there.
            let path = Some(it.item.path.as_str()).filter(|it| !it.is_empty()).or(it.original_path.as_deref());
            format!("{}{what}", path.unwrap_or_default().trim_start_matches('/'))
        };
        let count = if all.len() == 1 { "1 file".to_owned() } else { format!("{} files", all.len()) };
        let head = Text::new().bold(format!("{count} changed in "));
        let message = Message::text(head.link(url(on.http.base(), &pull), format!("!{}", pull.pull_request_id)));
        if all.len() > FILES {
            let text: String = all.iter().map(|it| format!("{}\n", line(it))).collect();
            return Ok(Reply::to_channel(message.block(Block::Document {
                name: "files.txt".into(),
                title: String::new(),
                text,
            })));
        }
        Ok(Reply::to_channel(if all.is_empty() { message } else { message.list(all.iter().map(|it| line(it).into()).collect()) }))
    }
}

/// Lists the commits of a pull request, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Commits {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Commits {
    type On = AzureDevOps;
    const NAME: &str = "pr commits";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr commits 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let all: Result<Vec<Commit>> = acting.all(&format!("{}/commits", path(&pull)), &[("$top", "100".to_owned())], 250).await;
        let all = all.map_err(|error| refused(error, &pull))?;
        let line = |it: &Commit| {
            let repository = &pull.repository;
            let place = format!("{}/{}/_git/{}", on.http.base(), segment(&repository.project.name), segment(&repository.name));
            let title = it.comment.lines().next().unwrap_or_default();
            let short = it.commit_id.get(..8).unwrap_or(&it.commit_id);
            Text::new().link(format!("{place}/commit/{}", it.commit_id), short).plain(format!(" {title} · {}", it.author.name))
        };
        let count = if all.len() == 1 { "1 commit".to_owned() } else { format!("{} commits", all.len()) };
        let head =
            Text::new().bold(format!("{count} in ")).link(url(on.http.base(), &pull), format!("!{}", pull.pull_request_id));
        let message = Message::text(head);
        Ok(Reply::to_channel(if all.is_empty() { message } else { message.list(all.iter().map(line).collect()) }))
    }
}

/// Lists the work items of a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Items {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

impl Action for Items {
    type On = AzureDevOps;
    const NAME: &str = "pr items";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr items 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let found: Result<Listed<Reference>> = acting.get(&format!("{}/workitems", path(&pull)), &[]).await;
        let found = found.map_err(|error| refused(error, &pull))?.value;
        let ids: Vec<u64> = found.iter().filter_map(|it| it.id.parse().ok()).take(MOST / 5).collect();
        let all = acting.items(&ids).await?;
        let add = Button::form("Add a work item", ctx.call("pr link", json!({ "pr": pull.pull_request_id.to_string() })));
        if all.is_empty() {
            let message = Message::text(format!("!{} has no work items.", pull.pull_request_id));
            return Ok(Reply::to_channel(message.buttons(vec![add])));
        }
        let head = Text::new().bold("Work items of ").link(url(on.http.base(), &pull), format!("!{}", pull.pull_request_id));
        let lines = all.iter().map(|it| items::line(on.http.base(), it)).collect();
        Ok(Reply::to_channel(Message::text(head).list(lines).buttons(vec![add])))
    }
}
