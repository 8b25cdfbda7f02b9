//! Branches: list, create, delete.

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitHub,
    access::Level,
    card,
    issues::encoded,
    param,
    place::{Place, Right, missing},
    problem,
    pulls::encoded_branch,
    wire,
};

const LIMIT: u32 = 30;

#[derive(Debug, Deserialize)]
struct Branch {
    name: String,
    commit: Tip,
    #[serde(default)]
    protected: bool,
}

#[derive(Debug, Deserialize)]
struct Tip {
    sha: String,
}

impl Place<'_> {
    async fn branch(&self, name: &str) -> Result<Branch> {
        let found = self.get(&format!("/branches/{}", encoded(name.trim())), &[]).await;
        found.map_err(|it| missing(it, &format!("branch {}", name.trim()), &self.repo))
    }
}

/// Lists the branches of a repository.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "branch list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["branch list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let number = self.page.unwrap_or(1);
        let page = place.page::<Branch>("/branches", &[], LIMIT, number).await?;
        let line = |it: &Branch| {
            let protected = if it.protected { " · protected" } else { "" };
            let url = format!("{}/{}/tree/{}", on.site, place.repo, encoded_branch(&it.name));
            Text::new().link(url, &it.name).plain(format!(" {}{protected}", card::short_sha(&it.commit.sha)))
        };
        let lines = page.items.iter().map(line).collect();
        let next = card::next_page(ctx, "branch list", number, page.more, json!(self));
        let none = format!("{} has no branches.", place.repo);
        Ok(Reply::to_channel(card::listed(format!("Branches of {}", place.repo), &none, lines, number, next)))
    }
}

/// Creates a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// The branch it starts from; the default branch where you do not say.
    from: Option<param::Branch>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "branch create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["branch create fix-printer repo=octo/widgets", "branch create hotfix from=release repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let from = match &self.from {
            Some(branch) => branch.0.trim().to_owned(),
            None => place.get::<wire::Repo>("", &[]).await?.default_branch,
        };
        let tip = place.branch(&from).await?.commit.sha;
        let name = self.name.trim();
        let made: Result<Value> = place.post("/git/refs", &json!({ "ref": format!("refs/heads/{name}"), "sha": tip })).await;
        made.map_err(|error| match error.kind {
            ErrorKind::Validation => problem::at("name", format!("GitHub does not create `{name}`: {}.", problem::said(&error))),
            _ => error,
        })?;
        let params = json!({ "head": name, "repo": place.repo.to_string() });
        let button = Button::form("Open a pull request", ctx.call("pr create", params));
        let said = format!("Created {name} in {}, from {from} at {}.", place.repo, card::short_sha(&tip));
        Ok(Reply::to_channel(Message::text(said).buttons(vec![button])))
    }
}

/// Deletes a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    branch: param::Branch,
    /// The repository.
    repo: Option<param::Repo>,
    /// Say yes to do it.
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = GitHub;
    const NAME: &str = "branch delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch delete fix-printer repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Compared {
            ahead_by: u64,
        }
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let branch = place.branch(&self.branch.0).await?;
        let name = &branch.name;
        if self.confirm.is_none() {
            let base = place.get::<wire::Repo>("", &[]).await?.default_branch;
            let compared: Compared =
                place.get(&format!("/compare/{}...{}", encoded_branch(&base), encoded_branch(name)), &[]).await?;
            let lost = match compared.ahead_by {
                0 => format!("All of it is in {base}: nothing is lost."),
                count => {
                    format!("{} of it {} not in {base}.", card::count(count, "commit"), if count == 1 { "is" } else { "are" })
                }
            };
            let will = [
                lost,
                "Pull requests from it are closed.".to_owned(),
                format!(
                    "It can be made again from its last commit, {}, as long as GitHub keeps that.",
                    card::short_sha(&branch.commit.sha)
                ),
            ];
            let call = ctx.call("branch delete", json!({ "branch": name, "repo": place.repo.to_string() }));
            return Ok(card::really(format!("Delete the branch {name} of {}?", place.repo), &will, "Delete it", call));
        }
        place.delete(&format!("/git/refs/heads/{}", encoded_branch(name))).await.map_err(|error| match error.kind {
            ErrorKind::Validation => problem::at("branch", format!("GitHub does not delete {name}: {}.", problem::said(&error))),
            _ => error,
        })?;
        Ok(Reply::to_channel(format!("Deleted the branch {name} of {}. Its last commit was {}.", place.repo, branch.commit.sha)))
    }
}
