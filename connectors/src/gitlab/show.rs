//! `show`: what a pasted link, a reference or a bare number leads to.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    GitLab, commits, deployments, issues, jobs, merge_requests,
    param::{self, Noun},
    pipelines,
    problem::at,
    releases, schedules,
};

/// Shows what a link, a reference or a number leads to: an issue, a merge request, a pipeline, a job, a commit, a release.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// A link into GitLab, demo/printer#4, demo/printer!2, or an issue's number.
    what: String,
    /// The project of a number that stands alone.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["show demo/printer!1", "show demo/printer#1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let Show { what, project } = self;
        let noun = param::read(&what, on.http.base()).map(|it| it.noun.unwrap_or(Noun::Issue));
        match noun {
            Some(Noun::Issue) => issues::Show { issue: param::Issue(what), project }.run(on, ctx).await,
            Some(Noun::MergeRequest) => merge_requests::Show { mr: param::MergeRequest(what), project }.run(on, ctx).await,
            Some(Noun::Pipeline) => pipelines::Show { pipeline: param::Pipeline(what), project, branch: None }.run(on, ctx).await,
            Some(Noun::Job) => jobs::Show { job: param::Job(what), project }.run(on, ctx).await,
            Some(Noun::Commit) => commits::Show { commit: what, project }.run(on, ctx).await,
            Some(Noun::Release) => releases::Show { tag: param::Release(what), project }.run(on, ctx).await,
            Some(Noun::Deployment) => deployments::Show { deployment: param::Deployment(what), project }.run(on, ctx).await,
            Some(Noun::Schedule) => schedules::Show { schedule: param::Schedule(what), project }.run(on, ctx).await,
            Some(Noun::Milestone) | None => Err(at(
                "what",
                format!(
                    "`{}` leads to nothing that can be shown here. Write demo/printer#42, demo/printer!42, or paste a link.",
                    what.trim()
                ),
            )),
        }
    }
}
