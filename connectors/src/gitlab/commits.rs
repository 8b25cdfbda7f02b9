//! Commits.

use commands::{
    Action, Audience, Block, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, param::Date, param::Markdown,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    list::{USUAL, given, listed},
    names,
    param::{self, Noun},
    pipelines,
    problem::{self, at},
    wire,
};

struct Found {
    path: String,
    project: String,
    sha: String,
}

async fn find(on: &GitLab, commit: &str, project: Option<&param::Project>) -> Result<Found> {
    let (project, sha) = on.place("commit", commit, Noun::Commit, project).await?;
    Ok(Found { path: format!("/projects/{}/repository/commits/{}", segment(&project), segment(&sha)), project, sha })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::place(problem::about(error, &format!("commit {} in {}", self.sha, self.project)), &["branch"])
    }

    async fn get(&self, acting: &Acting<'_>) -> Result<wire::Commit> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    /// Where a commit's change goes.
    async fn target(&self, acting: &Acting<'_>, branch: Option<&param::Branch>) -> Result<String> {
        match branch {
            Some(it) => Ok(it.0.trim().to_owned()),
            None => acting.default_branch(&self.project).await.map_err(|error| names::in_project(error, &self.project)),
        }
    }
}

fn line(it: &wire::Commit) -> Text {
    let text = match &it.web_url {
        Some(url) => Text::new().link(url, &it.short_id),
        None => Text::new().code(&it.short_id),
    };
    text.plain(format!(" {} · {}", it.title, it.author_name))
}

/// Lists commits, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The branch, tag or commit that they lead to.
    #[serde(rename = "ref")]
    #[schemars(extend("x-positional" = true))]
    branch: Option<param::Branch>,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Only those that change this file or folder.
    path: Option<String>,
    /// Whose, by name or email address.
    author: Option<String>,
    /// From this day on.
    since: Option<Date>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "commit list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit list main project=demo/printer", "commit list project=demo/printer since=2026-11-01"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let branch = self.branch.as_ref().map(|it| it.0.trim().to_owned());
        let given_query = [
            ("ref_name", branch.clone()),
            ("path", self.path.clone()),
            ("author", self.author.clone()),
            ("since", self.since.map(|it| format!("{}T00:00:00Z", it.0))),
        ];
        let query: Vec<_> = given_query.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let number = self.page.unwrap_or(1);
        let all = format!("/projects/{}/repository/commits", segment(&project));
        let page = acting.page::<wire::Commit>(&all, &query, number, USUAL).await;
        let page = page.map_err(|error| problem::about(error, &format!("branch like that, or project {project}")))?;
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("ref", branch.map(|it| json!(it))),
                ("project", Some(json!(project))),
                ("path", self.path.map(|it| json!(it))),
                ("author", self.author.map(|it| json!(it))),
                ("since", self.since.map(|it| json!(it))),
            ]),
        );
        Ok(listed(&page, number, ("commit", "commits"), call, line))
    }
}

/// Shows a commit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its hash, a branch or tag that leads to it, or its link.
    pub(super) commit: String,
    /// The project, such as demo/printer.
    pub(super) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "commit show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit show 1a2b3c4d project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.commit, self.project.as_ref()).await?;
        let commit = found.get(&acting).await?;
        let url =
            commit.web_url.clone().unwrap_or_else(|| format!("{}/{}/-/commit/{}", on.http.base(), found.project, commit.id));
        let mut facts: Vec<(String, Text)> = vec![("Author".into(), commit.author_name.as_str().into())];
        if let Some(stats) = &commit.stats {
            facts.push(("Lines".into(), format!("+{} −{}", stats.additions, stats.deletions).into()));
        }
        if let Some(pipeline) = &commit.last_pipeline {
            facts.push(("Pipeline".into(), Text::new().link(&pipeline.web_url, pipelines::in_words(&pipeline.status))));
        }
        let mut shown = Message::new()
            .heading(&commit.title)
            .paragraph(Text::new().link(&url, &commit.short_id).plain(format!(" · {}", found.project)))
            .facts(facts);
        let body = commit.message.strip_prefix(&commit.title).map(str::trim).unwrap_or_default();
        if !body.is_empty() {
            shown = shown.block(Block::Quote(super::card::shorten(body, 600).into()));
        }
        let params = json!({ "commit": commit.id, "project": found.project });
        shown = shown.buttons(vec![
            Button::form("Comment", ctx.call("commit comment", params.clone())),
            Button::form("Cherry-pick", ctx.call("commit pick", params.clone())),
            Button::form("Revert", ctx.call("commit revert", params.clone())),
        ]);
        if let Some(at) = commit.committed_date {
            shown = shown.context(Text::new().plain("Committed ").time(at));
        }
        let card = Card { object: url, said: Message::new(), shown, call: ctx.call(Self::NAME, params) };
        Ok(Reply::card(card, Audience::Channel))
    }
}

/// Comments on a commit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// Its hash, or its link.
    commit: String,
    /// What to say.
    text: Markdown,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Comment {
    type On = GitLab;
    const NAME: &str = "commit comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["commit comment 1a2b3c4d project=demo/printer Nice and short."];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.commit, self.project.as_ref()).await?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "A comment needs words."));
        }
        let body = json!({ "note": acting.sign(&self.text.0) });
        let _: Value = acting.post(&format!("{}/comments", found.path), &body).await.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(format!("Commented on {} of {}.", found.sha, found.project)))
    }
}

/// Makes a commit on a branch that undoes this one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Revert {
    /// Its hash, or its link.
    commit: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// The branch; the default branch where you do not say.
    branch: Option<param::Branch>,
}

impl Action for Revert {
    type On = GitLab;
    const NAME: &str = "commit revert";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["commit revert 1a2b3c4d project=demo/printer branch=main"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.commit, self.project.as_ref()).await?;
        let branch = found.target(&acting, self.branch.as_ref()).await?;
        let made = acting.post(&format!("{}/revert", found.path), &json!({ "branch": branch })).await;
        let commit: wire::Commit = made.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(Text::new().plain(format!("Undone on {branch}: ")).plain(line(&commit).to_plain())))
    }
}

/// Copies a commit to another branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pick {
    /// Its hash, or its link.
    commit: String,
    /// The branch that gets it.
    branch: param::Branch,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Pick {
    type On = GitLab;
    const NAME: &str = "commit pick";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["commit pick 1a2b3c4d quiet-fan project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.commit, self.project.as_ref()).await?;
        let branch = found.target(&acting, Some(&self.branch)).await?;
        let made = acting.post(&format!("{}/cherry_pick", found.path), &json!({ "branch": branch })).await;
        let commit: wire::Commit = made.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(Text::new().plain(format!("Copied to {branch}: ")).plain(line(&commit).to_plain())))
    }
}
