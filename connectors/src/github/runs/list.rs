//! `run list` and `run show`.

use commands::{Action, Ctx, Effect, Reply, Result, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{GitHub, access::Level, card, param, place::Right, workflows},
    line, show,
};

const LIMIT: u32 = 10;

/// Lists runs of workflows, the newest first.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// Only of this workflow.
    workflow: Option<param::Workflow>,
    /// Only on this branch.
    branch: Option<param::Branch>,
    /// Only those that went so, or are so far.
    status: Option<Status>,
    /// Only those that this person started.
    actor: Option<Person>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// How a run went, or how far it is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Success,
    Failure,
    Cancelled,
    /// Waits for somebody to approve it.
    ActionRequired,
    /// Waits for its deployment to be approved.
    Waiting,
    Queued,
    InProgress,
    Completed,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "run list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run list repo=octo/widgets", "run list branch=main status=failure"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Actions, Level::Read).await?;
        let path = match &self.workflow {
            Some(workflow) => format!("/actions/workflows/{}/runs", workflows::find(&place, &workflow.0).await?.id),
            None => "/actions/runs".to_owned(),
        };
        let status = self.status.map(|it| json!(it).as_str().unwrap_or_default().to_owned());
        let actor = match &self.actor {
            Some(person) => Some(on.login(ctx, &place.asker, "actor", &person.0).await?),
            None => None,
        };
        let (limit, page) = (self.limit.unwrap_or(LIMIT), self.page.unwrap_or(1));
        let (per_page, number) = (limit.to_string(), page.to_string());
        let mut query = vec![("per_page", per_page.as_str())];
        if page > 1 {
            query.push(("page", &number));
        }
        for (key, value) in
            [("branch", self.branch.as_ref().map(|it| it.0.trim())), ("status", status.as_deref()), ("actor", actor.as_deref())]
        {
            if let Some(value) = value {
                query.push((key, value));
            }
        }
        let (headers, answer) =
            on.get_with_headers::<super::wire::Runs>(&place.path(&path), &query).await.map_err(|it| place.explain(it))?;
        let more = on.below(&headers).is_some();
        let lines = answer.workflow_runs.iter().map(line).collect();
        let title = format!("Runs in {}", place.repo);
        let none = format!("No run in {} matches.", place.repo);
        let next = card::next_page(ctx, "run list", page, more, json!(self));
        Ok(Reply::to_channel(card::listed(title, &none, lines, page, next)))
    }
}

/// Shows a run: how it went, where it failed, with buttons to rerun, cancel or approve it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its id, or a link to it.
    run: param::Run,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "run show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run show 30433642 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.run(&self.run, self.repo.as_ref())?;
        show(on, ctx, repo, id).await
    }
}
