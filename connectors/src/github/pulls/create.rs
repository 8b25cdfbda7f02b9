//! `pr create`.

use commands::{Action, Ctx, Effect, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::super::{GitHub, access::Level, card::key, param, place::Right, problem, wire};

/// GitHub's names of fields, and the parameters that hold them.
const FIELDS: &[(&str, &str)] = &[("title", "title"), ("head", "head"), ("base", "base"), ("body", "body")];

/// Opens a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The branch to be merged; owner:branch for one of a fork.
    head: param::Branch,
    /// What it does, in a line.
    title: String,
    /// The branch to merge it into; the repository's default where you do not say.
    base: Option<param::Branch>,
    /// What and why.
    body: Option<Markdown>,
    /// As a draft, which nobody is asked to review.
    #[serde(default)]
    draft: bool,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "pr create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr create fix-printer Put the fire out repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Pulls, Level::Write).await?;
        let base = match &self.base {
            Some(base) => base.0.trim().to_owned(),
            None => place.get::<wire::Repo>("", &[]).await?.default_branch,
        };
        let body = json!({
            "title": self.title.trim(),
            "head": self.head.0.trim(),
            "base": base,
            "body": place.asker.sign(self.body.as_ref().map_or("", |it| it.0.trim())),
            "draft": self.draft,
        });
        let made: Result<wire::Pull> = place.post("/pulls", &body).await;
        let made = made.map_err(|it| problem::place(it, FIELDS))?;
        place.pull_done(ctx, made.number, &format!("Opened {}.", key(&place.repo, made.number))).await
    }
}
