//! Branches of repositories.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    confirm,
    list::{given, listed},
    param,
    problem::{self, at},
    wire::{Ref, branch},
};

/// What stands for "none" where a commit's hash is expected.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

fn path(project: &str, repo: &param::Repository) -> String {
    format!("/{}/_apis/git/repositories/{}/refs", segment(project), segment(repo.0.trim()))
}

impl Acting<'_> {
    pub async fn branches(&self, project: &str, repo: &param::Repository, part: Option<&str>) -> Result<Vec<Ref>> {
        let mut query = vec![("filter", "heads/".to_owned()), ("$top", "500".to_owned())];
        query.extend(part.map(str::trim).filter(|it| !it.is_empty()).map(|it| ("filterContains", it.to_owned())));
        let found = self.all(&path(project, repo), &query, 5_000).await;
        found.map_err(|error| problem::about(error, &format!("repository {} in {project}", repo.0.trim())))
    }

    async fn one_branch(&self, project: &str, repo: &param::Repository, name: &str, field: &str) -> Result<Ref> {
        let name = branch(name.trim());
        let query = [("filter", format!("heads/{name}"))];
        let found: Result<Listed<Ref>> = self.get(&path(project, repo), &query).await;
        let found = found.map_err(|error| problem::about(error, &format!("repository {} in {project}", repo.0.trim())))?;
        // The filter is how the name begins.
        let found = found.value.into_iter().find(|it| branch(&it.name) == name);
        found.ok_or_else(|| at(field, format!("{} has no branch `{name}`.", repo.0.trim())))
    }

    /// Sets a branch from one commit to another; each says that it is so, and why not.
    async fn move_branch(&self, project: &str, repo: &param::Repository, name: &str, from: &str, to: &str) -> Result<()> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Moved {
            success: bool,
            update_status: Option<String>,
        }
        let body = json!([{ "name": format!("refs/heads/{name}"), "oldObjectId": from, "newObjectId": to }]);
        let moved: Listed<Moved> = self.post(&path(project, repo), &body).await?;
        match moved.value.first() {
            Some(it) if !it.success => {
                let why = match it.update_status.as_deref() {
                    Some("staleOldObjectId") => "it is there already, or has changed just now".to_owned(),
                    Some("forcePushRequired" | "createBranchPermissionRequired" | "writePermissionRequired") => {
                        "the bot's account has no right to".to_owned()
                    }
                    Some("rejectedByPolicy") => "a policy forbids it".to_owned(),
                    Some("invalidRefName") => "that is no name for a branch".to_owned(),
                    other => other.unwrap_or("Azure DevOps does not say why").to_owned(),
                };
                let message = format!("The branch {name} was left as it was: {why}.");
                Err(Error::new(ErrorKind::Conflict, message.clone())
                    .with_fields(vec![commands::FieldProblem::new("branch", message)]))
            }
            _ => Ok(()),
        }
    }
}

/// Lists a repository's branches.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: param::Repository,
    /// Part of the name.
    words: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "branch list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["branch list printer project=demo", "branch list printer words=fan project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let all = on.acting(ctx).branches(&project, &self.repo, self.words.as_deref()).await?;
        let skip = self.skip.unwrap_or(0) as usize;
        let line = |it: &Ref| {
            let name = branch(&it.name);
            let (repo, base) = (segment(self.repo.0.trim()), on.http.base());
            let address = format!("{base}/{}/_git/{repo}?version=GB{}", segment(&project), segment(name));
            let by = it.creator.as_ref().map(|it| format!(" · by {}", it.display_name)).unwrap_or_default();
            Text::new().link(address, name).plain(" ").code(it.object_id.get(..8).unwrap_or(&it.object_id)).plain(by)
        };
        let lines: Vec<Text> = all.iter().skip(skip).take(25).map(line).collect();
        let words = self.words.as_ref().map(|it| json!(it));
        let call = given(vec![("repo", Some(json!(self.repo.0))), ("words", words), ("project", Some(json!(project)))]);
        let more = (skip + lines.len() < all.len()).then(|| ctx.call(Self::NAME, call));
        Ok(listed(lines, skip, Some(all.len()), more, ("branch", "branches")))
    }
}

/// Makes a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    branch: String,
    /// The repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repository,
    /// The branch it starts from; the default branch where you do not say.
    from: Option<param::Branch>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Create {
    type On = AzureDevOps;
    const NAME: &str = "branch create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch create hot-fix repo=printer project=demo from=main"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let from = match &self.from {
            Some(it) => it.0.trim().to_owned(),
            None => {
                let repository = acting.repository(&project, &self.repo).await?;
                branch(&repository.default_branch.unwrap_or_else(|| "main".into())).to_owned()
            }
        };
        let start = acting.one_branch(&project, &self.repo, &from, "from").await?;
        let name = branch(self.branch.trim());
        acting.move_branch(&project, &self.repo, name, NO_COMMIT, &start.object_id).await?;
        let params = json!({ "repo": self.repo.0, "source": name, "project": project });
        let message = Message::text(format!("Created {name} from {from} in {}.", self.repo.0.trim()));
        Ok(Reply::to_channel(message.buttons(vec![Button::form("Open pull request", ctx.call("pr create", params))])))
    }
}

/// Deletes a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    branch: param::Branch,
    /// The repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repository,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = AzureDevOps;
    const NAME: &str = "branch delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch delete hot-fix repo=printer project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let found = acting.one_branch(&project, &self.repo, &self.branch.0, "branch").await?;
        let (name, sha) = (branch(&found.name), &found.object_id);
        let repo = self.repo.0.trim();
        if !self.confirm {
            let question = format!("This deletes the branch {name} of {project}/{repo}.");
            let lost = [format!("It ends at {sha}; commits that are only there are hard to find again.")];
            let params: Value = json!({ "branch": name, "repo": repo, "project": project });
            return Ok(confirm::ask(&question, &lost, "Delete the branch", ctx.call(Self::NAME, params)));
        }
        acting.move_branch(&project, &self.repo, name, sha, NO_COMMIT).await?;
        Ok(Reply::to_channel(format!(
            "Deleted the branch {name} of {project}/{repo}; it ended at {}.",
            sha.get(..8).unwrap_or(sha)
        )))
    }
}
