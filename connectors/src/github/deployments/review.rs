//! `deployment approve` and `deployment reject`.
//!
//! Environments name their reviewers, people or teams, and GitHub asks the bot only whether the bot is one. So the bot
//! asks whether the person is one. An App cannot be a reviewer, but can be a protection rule of its own:
//! <https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments>.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, is_login},
    problem, runs, wire,
};

/// Approves a deployment that waits, in your name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// The run that waits: its id, or a link to it.
    run: param::Run,
    /// The environment; the only one that waits where you do not say.
    environment: Option<param::Environment>,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Approve {
    type On = GitHub;
    const NAME: &str = "deployment approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment approve 30433642 environment=production repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Read).await?;
        let comment = self.comment.as_ref().map_or("", |it| &it.0);
        review(&place, ctx, id, self.environment.as_ref(), "approved", comment).await
    }
}

/// Rejects a deployment that waits, in your name: the run fails.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reject {
    /// The run that waits: its id, or a link to it.
    run: param::Run,
    /// Why.
    comment: Markdown,
    /// The environment; the only one that waits where you do not say.
    environment: Option<param::Environment>,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Reject {
    type On = GitHub;
    const NAME: &str = "deployment reject";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment reject 30433642 Not on a Friday repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Read).await?;
        review(&place, ctx, id, self.environment.as_ref(), "rejected", &self.comment.0).await
    }
}

async fn review(
    place: &Place<'_>,
    ctx: &Ctx,
    id: u64,
    environment: Option<&param::Environment>,
    state: &str,
    comment: &str,
) -> Result<Reply> {
    let login = place.known(ctx)?;
    let pending = place.pending(id).await?;
    let names = || card::join(pending.iter().map(|it| it.environment.name.as_str()));
    let one = match (environment.map(|it| it.0.trim()), pending.as_slice()) {
        (_, []) => {
            let message = format!("Nothing of run {id} in {} waits for an approval.", place.repo);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        (None, [one]) => one,
        (None, _) => return Err(problem::at("environment", format!("Which one? {} wait.", names()))),
        (Some(name), _) => pending
            .iter()
            .find(|it| it.environment.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| problem::at("environment", format!("`{name}` does not wait in run {id}. {} does.", names())))?,
    };
    place.check_reviewer(login, one).await?;
    let name = &one.environment.name;
    let signed = place.asker.sign(comment);
    if place.github.app.is_some() && !one.current_user_can_approve {
        let body = json!({ "environment_name": name, "state": state, "comment": signed });
        place
            .start(&format!("/actions/runs/{id}/deployment_protection_rule"), Some(&body))
            .await
            .map_err(|it| no_reviewer(it, name))?;
    } else {
        let body = json!({ "environment_ids": [one.environment.id], "state": state, "comment": signed });
        let made: Result<Value> = place.post(&format!("/actions/runs/{id}/pending_deployments"), &body).await;
        made.map_err(|it| no_reviewer(it, name))?;
    }
    let did = if state == "approved" { "Approved" } else { "Rejected" };
    place.run_done(ctx, id, &format!("{did} the deployment to {name}.")).await
}

impl Place<'_> {
    /// Only who may approve at GitHub may do so here.
    async fn check_reviewer(&self, login: &str, pending: &wire::Pending) -> Result<()> {
        if !self.github.check_access || pending.reviewers.is_empty() {
            return self.allow(Level::Write).await;
        }
        for reviewer in &pending.reviewers {
            if reviewer.reviewer.login.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(login)) {
                return Ok(());
            }
            if let Some(slug) = &reviewer.reviewer.slug
                && self.is_in_team(slug, login).await?
            {
                return Ok(());
            }
        }
        let message = format!(
            "`{login}` is no reviewer of the environment {} in {}. Reviewers are {}.",
            pending.environment.name,
            self.repo,
            runs::reviewers(pending)
        );
        Err(Error::new(ErrorKind::Permission, message))
    }

    async fn is_in_team(&self, slug: &str, login: &str) -> Result<bool> {
        #[derive(Deserialize)]
        struct Membership {
            state: String,
        }
        if !is_login(slug) {
            return Ok(false);
        }
        let path = format!("/orgs/{}/teams/{slug}/memberships/{login}", self.repo.owner);
        match self.github.get::<Membership>(&path, &[]).await {
            Ok(membership) => Ok(membership.state == "active"),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The bot itself has to be a reviewer, or, as an App, a rule.
fn no_reviewer(error: Error, environment: &str) -> Error {
    match error.kind {
        ErrorKind::Validation | ErrorKind::Permission | ErrorKind::NotFound => {
            let message = format!(
                "GitHub does not take the bot's word for {environment}: {}. The bot's account has to be one of the environment's required \
                 reviewers, or the bot's App one of its protection rules.",
                problem::said(&error)
            );
            Error { kind: ErrorKind::Permission, message, ..error }
        }
        _ => error,
    }
}
