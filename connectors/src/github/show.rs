//! `show`: whatever a number or a link leads to.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{GitHub, alerts, commits, issues, param, place::Target, releases, runs};

/// Shows an issue, a pull request, a run, a commit, a release or an alert, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// A number, octo/widgets#42, or a link.
    what: String,
    /// The repository, where a bare number does not say.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["show 42", "show octo/widgets#42"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        match on.target("what", &self.what, self.repo.as_ref())? {
            (repo, Target::Number(number)) => issues::show(on, ctx, repo, number).await,
            (repo, Target::Run(id)) => runs::show(on, ctx, repo, id).await,
            (repo, Target::Commit(sha)) => commits::show(on, ctx, repo, &sha).await,
            (repo, Target::Alert(kind, number)) => alerts::show(on, ctx, repo, kind, number).await,
            (repo, Target::Release(tag)) => releases::show(on, ctx, repo, &tag).await,
        }
    }
}
