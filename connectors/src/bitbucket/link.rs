//! What a link shows, and which repository a channel is about.

use commands::{Action, Ctx, Effect, Message, Reply, Result, event::Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Bitbucket, config, issues, param, pipelines,
    place::{Target, at, encoded, is_hash},
    repositories,
};
use crate::bind;

/// Shows what a number or a link leads to: a pull request, an issue, a pipeline, a commit, a repository.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// The link, or a pull request's number.
    what: param::Pull,
    /// The pull request's repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["show 1 repo=website", "show https://bitbucket.org/example/website/pull-requests/1"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        match on.linked(&self.what.0)? {
            Some(Target::Repository(repo)) => Ok(repositories::reply(ctx, Message::new(), &on.repository(&repo).await?)),
            Some(Target::Issue(repo, id)) => issues::show(on, ctx, &repo, id).await,
            Some(Target::Pipeline(repo, id)) => pipelines::show(on, ctx, &repo, id).await,
            Some(Target::Within(repo)) => {
                let message = format!("That is in {repo}, but no pull request, issue, pipeline or commit that I could show.");
                Err(at("what", message))
            }
            Some(Target::Commit(repo, hash)) => on.show_commit(ctx, &repo, &hash).await,
            Some(Target::Pull(repo, id)) => {
                let pull = on.pull(&repo, id).await?;
                Ok(on.pull_reply(ctx, Message::new(), &pull).await)
            }
            None => {
                let (repo, id) = on.pull_id(&self.what, self.repo.as_ref())?;
                let pull = on.pull(&repo, id).await?;
                Ok(on.pull_reply(ctx, Message::new(), &pull).await)
            }
        }
    }
}

/// Makes a repository this channel's own: commands mean it when they name none, and the channel is told what happens in it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LinkHere {
    /// Which.
    repo: param::Repo,
}

impl Action for LinkHere {
    type On = Bitbucket;
    const NAME: &str = "link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link example/website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        // One that is not there is found out now.
        let repository = on.repository(&on.repo(Some(&self.repo))?).await?;
        let id = repository.id.to_string();
        bind::link(ctx, &id, &repository.url, &[("repo", &id)])
    }
}

/// Takes back that a repository is this channel's own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unlink {
    /// Which.
    repo: param::Repo,
}

impl Action for Unlink {
    type On = Bitbucket;
    const NAME: &str = "unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unlink example/website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        // It may be gone by now: only its name is needed.
        let id = on.repo(Some(&self.repo))?.to_string();
        bind::unlink(ctx, &id, &[("repo", &id)])
    }
}

/// See [`crate::Connector::LINK`]: of `example/website#7` and `example/website`, of a commit, and of what else is in a
/// repository the repository itself.
pub(super) fn of_object(base: &str, object: &Object) -> Option<String> {
    let is_name = |it: &str| !it.is_empty() && !it.contains(['/', '@', ' ']);
    let page = |place: &str| {
        let (owner, slug) = place.split_once('/').filter(|(owner, slug)| is_name(owner) && is_name(slug))?;
        let (owner, slug) = (encoded(owner), encoded(slug));
        Some(if config::is_cloud(base) {
            format!("{base}/{owner}/{slug}")
        } else {
            format!("{base}/projects/{owner}/repos/{slug}")
        })
    };
    let within = |object: &Object| {
        let place = page(object.place.as_deref()?)?;
        Some(if is_hash(&object.key) { format!("{place}/commits/{}", object.key) } else { place })
    };
    match object.key.split_once('#') {
        Some((place, number)) => {
            let number = number.parse::<u64>().ok()?;
            Some(format!("{}/pull-requests/{number}", page(place)?))
        }
        None => {
            page(&object.key).filter(|_| object.place.as_deref().is_none_or(|it| it == object.key)).or_else(|| within(object))
        }
    }
}
