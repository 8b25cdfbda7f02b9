//! Git repositories.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    list::listed,
    param, problem,
    wire::{Repository, branch},
};

impl Acting<'_> {
    pub async fn repositories(&self, project: &str) -> Result<Vec<Repository>> {
        let found: Result<Listed<Repository>> = self.get(&format!("/{}/_apis/git/repositories", segment(project)), &[]).await;
        Ok(found.map_err(|error| problem::about(error, &format!("project {project}")))?.value)
    }

    /// The repository of that name or id.
    pub async fn repository(&self, project: &str, repo: &param::Repository) -> Result<Repository> {
        let name = repo.0.trim();
        let found = self.get(&format!("/{}/_apis/git/repositories/{}", segment(project), segment(name)), &[]).await;
        found.map_err(|error| problem::about(error, &format!("repository {name} in {project}")))
    }
}

pub(super) fn url(base: &str, it: &Repository) -> String {
    it.web_url.clone().unwrap_or_else(|| format!("{base}/{}/_git/{}", segment(&it.project.name), segment(&it.name)))
}

/// Lists a project's repositories.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "repo list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo list demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let all = on.acting(ctx).repositories(&project).await?;
        let skip = self.skip.unwrap_or(0) as usize;
        let line = |it: &Repository| {
            let disabled = if it.is_disabled { " · disabled" } else { "" };
            let name = it.default_branch.as_deref().map(|it| format!(" · {}", branch(it))).unwrap_or_default();
            Text::new().link(url(on.http.base(), it), &it.name).plain(format!("{name}{disabled}"))
        };
        let lines: Vec<Text> = all.iter().skip(skip).take(25).map(line).collect();
        let more = (skip + lines.len() < all.len()).then(|| ctx.call(Self::NAME, json!({ "project": project })));
        Ok(listed(lines, skip, Some(all.len()), more, ("repository", "repositories")))
    }
}

/// Shows a repository.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its name.
    repo: param::Repository,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "repo show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo show printer project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let it = on.acting(ctx).repository(&project, &self.repo).await?;
        let mut facts: Vec<(String, Text)> = Vec::new();
        facts.extend(it.default_branch.as_deref().map(|name| ("Default branch".to_owned(), Text::new().code(branch(name)))));
        facts.extend(it.size.map(|size| ("Size".to_owned(), format!("{} KiB", size.div_ceil(1024)).into())));
        facts.extend(it.remote_url.as_ref().map(|url| ("Clone".to_owned(), Text::new().code(url))));
        let params = json!({ "repo": it.name, "project": project });
        let message = Message::new()
            .heading(&it.name)
            .paragraph(Text::new().link(url(on.http.base(), &it), format!("{project}/{}", it.name)))
            .facts(facts)
            .buttons(vec![
                Button::run("Pull requests", ctx.call("pr list", params.clone())),
                Button::run("Branches", ctx.call("branch list", params.clone())),
                Button::run("Commits", ctx.call("commit list", params.clone())),
                Button::form("New pull request", ctx.call("pr create", params)),
            ]);
        Ok(Reply::to_channel(message))
    }
}
