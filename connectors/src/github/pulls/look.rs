//! What a pull request holds: `pr show`, `checks`, `files`, `commits`.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{
        GitHub,
        access::Level,
        card::{self, key},
        commits, param, wire,
    },
    card as shown,
};

/// As many files as are shown in a line each.
const FILES: usize = 30;

/// Shows a pull request: its reviews, checks and discussions, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, octo/widgets#42, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "pr show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr show octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        shown(&place, ctx, number, Message::new()).await
    }
}

/// Lists the checks of a pull request's last commit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Checks {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Checks {
    type On = GitHub;
    const NAME: &str = "pr checks";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr checks octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        let pull = place.pull(number).await?;
        let name = key(&place.repo, number);
        let Some(checks) = place.checks(&pull.head.sha).await? else {
            return Ok(Reply::to_asker(format!(
                "GitHub does not let the bot see the checks of {name}: it lacks the permission “Checks”."
            )));
        };
        let line = |outcome: &str, (name, url): &(String, Option<String>)| {
            let text = Text::new().plain(format!("{outcome}: "));
            match url {
                Some(url) => text.link(url, name.as_str()),
                None => text.plain(name.as_str()),
            }
        };
        let lists = [("failed", &checks.failed), ("running", &checks.running), ("passed", &checks.passed)];
        let lines: Vec<Text> = lists.iter().flat_map(|(outcome, all)| all.iter().map(|it| line(outcome, it))).collect();
        let title = format!("Checks of {name} at {}: {}", card::short_sha(&pull.head.sha), checks.summary());
        let button = (!checks.failed.is_empty()).then(|| {
            let params = json!({ "repo": place.repo.to_string(), "branch": pull.head.name, "status": "failure" });
            Button::run("Failed runs", ctx.call("run list", params))
        });
        Ok(Reply::to_channel(card::listed(title, &format!("{name} has no checks."), lines, 1, button)))
    }
}

/// Lists what a pull request changes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Files {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Files {
    type On = GitHub;
    const NAME: &str = "pr files";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr files octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        // GitHub lists three thousand at most.
        let all: Vec<wire::ChangedFile> = place.first(&format!("/pulls/{number}/files"), &[], 3_000).await?.items;
        let name = key(&place.repo, number);
        Ok(Reply::to_channel(changed(&format!("{} changed in {name}", card::count(all.len() as u64, "file")), &all)))
    }
}

/// Files, the most of them in a document where there are many.
pub(in crate::github) fn changed(title: &str, all: &[wire::ChangedFile]) -> Message {
    let line = |it: &wire::ChangedFile| {
        let from = it.previous_filename.as_ref().map(|it| format!(" from {it}")).unwrap_or_default();
        let what = if it.status == "modified" { String::new() } else { format!(" ({}{from})", it.status) };
        format!("{}{what} +{} −{}", it.filename, it.additions, it.deletions)
    };
    let message = Message::text(Text::new().bold(title));
    if all.len() > FILES {
        let text: String = all.iter().map(|it| format!("{}\n", line(it))).collect();
        return message.block(Block::Document { name: "files.txt".into(), title: String::new(), text });
    }
    if all.is_empty() { message } else { message.list(all.iter().map(|it| Text::from(line(it))).collect()) }
}

/// Lists the commits of a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Commits {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Commits {
    type On = GitHub;
    const NAME: &str = "pr commits";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr commits octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        // GitHub lists 250 at most.
        let all: Vec<wire::Commit> = place.first(&format!("/pulls/{number}/commits"), &[], 250).await?.items;
        let title = format!("{} in {}", card::count(all.len() as u64, "commit"), key(&place.repo, number));
        let lines = all.iter().map(commits::line).collect();
        Ok(Reply::to_channel(card::listed(title, "It has no commits.", lines, 1, None)))
    }
}
