//! `pr list` and `pr show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{line, shown};
use crate::azure_devops::{
    AzureDevOps,
    api::{Listed, segment},
    list::{USUAL, given, listed},
    param, problem,
    wire::Pull,
};

/// Lists pull requests, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Only of this repository.
    repo: Option<param::Repository>,
    /// Which ones.
    #[serde(default)]
    state: State,
    /// Who opened it.
    author: Option<Person>,
    /// Who is asked for a review.
    reviewer: Option<Person>,
    /// Into this branch.
    target: Option<param::Branch>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

/// Which pull requests.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Active,
    Completed,
    Abandoned,
    All,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "pr list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr list demo", "pr list reviewer=me", "pr list demo repo=printer state=completed"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let state = json!(self.state).as_str().unwrap_or_default().to_owned();
        let (limit, skip) = (self.limit.map_or(USUAL, |it| it as usize), self.skip.unwrap_or(0) as usize);
        // One more than is shown tells whether there are more.
        let mut query = vec![("searchCriteria.status", state), ("$top", (limit + 1).to_string()), ("$skip", skip.to_string())];
        if let Some(author) = &self.author {
            query.push(("searchCriteria.creatorId", acting.person("author", &author.0).await?.id));
        }
        if let Some(reviewer) = &self.reviewer {
            query.push(("searchCriteria.reviewerId", acting.person("reviewer", &reviewer.0).await?.id));
        }
        if let Some(target) = &self.target {
            query.push(("searchCriteria.targetRefName", format!("refs/heads/{}", target.0.trim())));
        }
        let path = match &self.repo {
            Some(repo) => format!("/{}/_apis/git/repositories/{}/pullrequests", segment(&project), segment(repo.0.trim())),
            None => format!("/{}/_apis/git/pullrequests", segment(&project)),
        };
        let found: Result<Listed<Pull>> = acting.get(&path, &query).await;
        let mut pulls = found.map_err(|error| problem::about(error, &format!("project {project} with such a repository")))?.value;
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("project", Some(json!(project))),
                ("repo", self.repo.map(|it| json!(it.0))),
                ("state", Some(json!(self.state))),
                ("author", self.author.map(|it| json!(it))),
                ("reviewer", self.reviewer.map(|it| json!(it))),
                ("target", self.target.map(|it| json!(it.0))),
                ("limit", self.limit.map(|it| json!(it))),
            ]),
        );
        let more = (pulls.len() > limit).then_some(call);
        pulls.truncate(limit);
        let lines = pulls.iter().map(|it| line(on.http.base(), it)).collect();
        Ok(listed(lines, skip, None, more, ("pull request", "pull requests")))
    }
}

/// Shows a pull request, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The pull request's number, or its link.
    pub(in crate::azure_devops) pr: param::Pull,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "pr show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr show 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let pull = on.acting(ctx).pull(&self.pr).await?;
        Ok(shown(on, &pull, ctx, Message::new()))
    }
}
