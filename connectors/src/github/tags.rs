//! Tags: list, create, delete.

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
struct Tag {
    name: String,
    commit: Tip,
}

#[derive(Debug, Deserialize)]
struct Tip {
    sha: String,
}

/// Lists the tags of a repository.
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
    const NAME: &str = "tag list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tag list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let number = self.page.unwrap_or(1);
        let page = place.page::<Tag>("/tags", &[], LIMIT, number).await?;
        let line = |it: &Tag| {
            let url = format!("{}/{}/tree/{}", on.site, place.repo, encoded_branch(&it.name));
            Text::new().link(url, &it.name).plain(format!(" {}", card::short_sha(&it.commit.sha)))
        };
        let lines = page.items.iter().map(line).collect();
        let next = card::next_page(ctx, Self::NAME, number, page.more, json!(self));
        let none = format!("{} has no tags.", place.repo);
        Ok(Reply::to_channel(card::listed(format!("Tags of {}", place.repo), &none, lines, number, next)))
    }
}

impl Place<'_> {
    /// The commit that a branch, a tag or the begin of a hash leads to.
    async fn commit_at(&self, reference: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Commit {
            sha: String,
        }
        let found: Result<Commit> = self.get(&format!("/commits/{}", encoded(reference)), &[]).await;
        match found {
            Ok(commit) => Ok(commit.sha),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Validation) => {
                Err(problem::at("from", format!("There is no branch, tag or commit `{reference}` in {}.", self.repo)))
            }
            Err(error) => Err(error),
        }
    }
}

/// Puts a tag on a commit.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// The branch or commit it is put on; the default branch where you do not say.
    from: Option<param::Branch>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "tag create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag create v1.2.0 repo=octo/widgets", "tag create v1.1.1 from=hotfix repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let from = match &self.from {
            Some(branch) => branch.0.trim().to_owned(),
            None => place.get::<wire::Repo>("", &[]).await?.default_branch,
        };
        let sha = place.commit_at(&from).await?;
        let name = self.name.trim();
        let made: Result<Value> = place.post("/git/refs", &json!({ "ref": format!("refs/tags/{name}"), "sha": sha })).await;
        made.map_err(|error| match error.kind {
            ErrorKind::Validation => problem::at("name", format!("GitHub does not create `{name}`: {}.", problem::said(&error))),
            _ => error,
        })?;
        let params = json!({ "tag": name, "repo": place.repo.to_string() });
        let button = Button::form("Make a release", ctx.call("release create", params));
        let said = format!("Put the tag {name} on {from} of {}, at {}.", place.repo, card::short_sha(&sha));
        Ok(Reply::to_channel(Message::text(said).buttons(vec![button])))
    }
}

/// Deletes a tag.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    tag: param::Tag,
    /// The repository.
    repo: Option<param::Repo>,
    /// Say yes to do it.
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = GitHub;
    const NAME: &str = "tag delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag delete v1.2.0-rc1 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Reference {
            object: Tip,
        }
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let name = self.tag.0.trim();
        let found: Result<Reference> = place.get(&format!("/git/ref/tags/{}", encoded_branch(name)), &[]).await;
        let sha = found.map_err(|it| missing(it, &format!("tag {name}"), &place.repo))?.object.sha;
        if self.confirm.is_none() {
            let released: Result<wire::Release> = place.get(&format!("/releases/tags/{}", encoded(name)), &[]).await;
            let release = match released {
                Ok(_) => "Its release becomes a draft.".to_owned(),
                Err(error) if error.kind == ErrorKind::NotFound => "No release has it.".to_owned(),
                Err(error) => return Err(error),
            };
            let will = [format!("It can be put on {} again.", card::short_sha(&sha)), release];
            let call = ctx.call(Self::NAME, json!({ "tag": name, "repo": place.repo.to_string() }));
            return Ok(card::really(format!("Delete the tag {name} of {}?", place.repo), &will, "Delete it", call));
        }
        place.delete(&format!("/git/refs/tags/{}", encoded_branch(name))).await?;
        Ok(Reply::to_channel(format!("Deleted the tag {name} of {}. It was on {sha}.", place.repo)))
    }
}
