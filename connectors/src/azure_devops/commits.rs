//! Commits of repositories.

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text, param::Date};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Listed, segment},
    list::{USUAL, given, listed},
    param, problem,
    text::shorten,
    wire::Commit,
};

fn link(on: &AzureDevOps, project: &str, repo: &str, it: &Commit) -> Text {
    let address = it.remote_url.clone();
    let address = address
        .unwrap_or_else(|| format!("{}/{}/_git/{}/commit/{}", on.http.base(), segment(project), segment(repo), it.commit_id));
    Text::new().link(address, it.commit_id.get(..8).unwrap_or(&it.commit_id))
}

/// Lists a repository's commits, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: param::Repository,
    /// The branch; the default branch where you do not say.
    branch: Option<param::Branch>,
    /// Whose, by name.
    author: Option<String>,
    /// From this day on.
    since: Option<Date>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "commit list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit list printer project=demo branch=main"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let (repo, skip) = (self.repo.0.trim().to_owned(), self.skip.unwrap_or(0) as usize);
        let mut query = vec![("searchCriteria.$top", (USUAL + 1).to_string()), ("searchCriteria.$skip", skip.to_string())];
        if let Some(branch) = &self.branch {
            query.push(("searchCriteria.itemVersion.version", branch.0.trim().to_owned()));
            query.push(("searchCriteria.itemVersion.versionType", "branch".to_owned()));
        }
        query.extend(self.author.as_ref().map(|it| ("searchCriteria.author", it.clone())));
        query.extend(self.since.map(|it| ("searchCriteria.fromDate", format!("{}T00:00:00Z", it.0))));
        let path = format!("/{}/_apis/git/repositories/{}/commits", segment(&project), segment(&repo));
        let found: Result<Listed<Commit>> = on.acting(ctx).get(&path, &query).await;
        let what = format!("repository {repo} in {project} with such a branch");
        let mut commits = found.map_err(|error| problem::about(error, &what))?.value;
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("repo", Some(json!(repo))),
                ("branch", self.branch.map(|it| json!(it.0))),
                ("author", self.author.map(|it| json!(it))),
                ("since", self.since.map(|it| json!(it))),
                ("project", Some(json!(project))),
            ]),
        );
        let more = (commits.len() > USUAL).then_some(call);
        commits.truncate(USUAL);
        let line = |it: &Commit| {
            let title = it.comment.lines().next().unwrap_or_default();
            link(on, &project, &repo, it).plain(format!(" {title} · {}", it.author.name))
        };
        Ok(listed(commits.iter().map(line).collect(), skip, None, more, ("commit", "commits")))
    }
}

/// Shows a commit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its hash.
    commit: String,
    /// The repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repository,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "commit show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit show 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d repo=printer project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let (repo, commit) = (self.repo.0.trim(), self.commit.trim());
        let path = format!("/{}/_apis/git/repositories/{}/commits/{}", segment(&project), segment(repo), segment(commit));
        let found: Result<Commit> = on.acting(ctx).get(&path, &[]).await;
        let it = found.map_err(|error| problem::about(error, &format!("commit {commit} in {project}/{repo}")))?;
        let (title, rest) = it.comment.split_once('\n').unwrap_or((&it.comment, ""));
        let line = link(on, &project, repo, &it).plain(format!(" · {project}/{repo} · by {}", it.author.name));
        let mut message = Message::new().heading(title).paragraph(line);
        if !rest.trim().is_empty() {
            message = message.block(Block::Quote(shorten(rest.trim(), 600).into()));
        }
        if let Some(at) = it.author.date {
            message = message.context(Text::new().plain("Written ").time(at));
        }
        Ok(Reply::to_channel(message))
    }
}
