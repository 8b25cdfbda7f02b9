//! `pipeline run` and `stop`.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{key, reply};
use crate::bitbucket::{
    Bitbucket,
    cloud::pipelines::{At, Wanted},
    model::{Outcome, short},
    param,
    place::at,
    problem::place,
    vendor::Only,
};

/// Runs a pipeline of a branch, a tag or a commit (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// The branch; the main branch where you do not say.
    branch: Option<param::Branch>,
    /// A tag, in place of a branch.
    tag: Option<param::Tag>,
    /// A commit, in place of a branch.
    commit: Option<String>,
    /// The name of a custom pipeline, one that is started by hand.
    custom: Option<String>,
    /// A variable for it: NAME=value.
    #[serde(default)]
    variable: Vec<String>,
}

impl Action for Run {
    type On = Bitbucket;
    const NAME: &str = "pipeline run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "pipeline run repo=website",
        "pipeline run repo=website branch=main custom=deploy variable=PLACE=lobby",
        "pipeline run repo=website tag=v1.0",
    ];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Pipelines)?;
        let repo = on.repo(Some(&self.repo))?;
        let variables = self.variable.iter().map(|it| match it.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim(), value)),
            _ => Err(at("variable", format!("`{it}` is no variable. Write it like PLACE=lobby."))),
        });
        let variables = variables.collect::<Result<Vec<_>>>()?;
        // The main branch, or a commit's whole hash.
        let found;
        let (of, field, target) = match (&self.branch, &self.tag, &self.commit) {
            (Some(branch), None, None) => (branch.0.trim(), "branch", At::Branch(branch.0.trim())),
            (None, Some(tag), None) => (tag.0.trim(), "tag", At::Tag(tag.0.trim())),
            (None, None, Some(commit)) => {
                found = on.commit(&repo, commit.trim()).await?.hash;
                (short(&found), "commit", At::Commit(&found))
            }
            (None, None, None) => {
                let nothing = || at("repo", format!("{repo} is empty: there is no branch to run a pipeline of."));
                found = on.repository(&repo).await?.main_branch.ok_or_else(nothing)?;
                (found.as_str(), "branch", At::Branch(&found))
            }
            _ => return Err(at("branch", "Of what? Give one of branch=…, tag=… and commit=….")),
        };
        let wanted = Wanted { at: target, custom: self.custom.as_deref(), variables };
        let places = [("target", field), ("ref_name", field), ("selector", "custom"), ("variables", "variable")];
        let run = cloud.start(&repo, &wanted).await.map_err(|error| place(error, &places))?;
        let did = Message::text(format!("{} started pipeline {} of {of}.", ctx.actor.name, key(&repo, &run)));
        let steps = cloud.steps(&repo, &run).await.unwrap_or_default();
        Ok(reply(on, ctx, did, &repo, &run, &steps))
    }
}

/// Stops a running pipeline (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// Its number, or a link to it.
    pipeline: param::Pipeline,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Stop {
    type On = Bitbucket;
    const NAME: &str = "pipeline stop";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pipeline stop 2 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Pipelines)?;
        let (repo, number) = on.pipeline_id(&self.pipeline, self.repo.as_ref())?;
        let run = cloud.run(&repo, number).await?;
        if run.state.outcome() != Outcome::Running {
            let message = format!("Pipeline {} is over already: {}.", key(&repo, &run), run.state.title().to_lowercase());
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        cloud.stop(&repo, &run).await?;
        let did = Message::text(format!("{} stopped pipeline {}.", ctx.actor.name, key(&repo, &run)));
        let run = cloud.run(&repo, number).await.unwrap_or(run);
        let steps = cloud.steps(&repo, &run).await.unwrap_or_default();
        Ok(reply(on, ctx, did, &repo, &run, &steps))
    }
}
