//! A repository's downloads (Cloud): where pipelines leave what shall stay. Of the artifacts that only pass from step to step
//! Bitbucket has no API.

use commands::{Action, Audience, Block, Button, Ctx, Effect, FieldProblem, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    cloud::downloads::Download as Kept,
    lists::{limit, listed, more},
    model::{RepoId, Window},
    param,
    place::{at, encoded},
    problem::{about, gone},
    vendor::Only,
};
use crate::{
    file,
    words::{instead, same, size},
};

/// For [`crate::Connector::features`].
pub(super) const NAMES: &[&str] = &["download list", "download get", "download add", "download delete"];

/// Among so many is a name looked for.
const MOST: usize = 500;

fn url(web: &str, repo: &RepoId, name: &str) -> String {
    format!("{web}/{}/{}/downloads/{}", repo.owner, repo.slug, encoded(name))
}

/// Lists the files that a repository offers for download (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "download list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["download list repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Downloads)?;
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = cloud.downloads(&repo, &window).await.map_err(|error| about(error, &format!("repository {repo}")))?;
        let line = |it: &Kept| {
            let times = if it.downloads == 1 { "once".to_owned() } else { format!("{} times", it.downloads) };
            let by = it.user.as_ref().map(|it| format!(" · {}", it.name())).unwrap_or_default();
            Text::new()
                .link(url(on.http.base(), &repo, &it.name), &it.name)
                .plain(format!(" · {} · fetched {times}{by} · ", size(it.size)))
                .time(it.created_on)
        };
        let lines = page.items.iter().map(line).collect();
        let button = |it: &Kept| {
            let params = json!({ "name": it.name, "repo": repo.to_string() });
            Button::run(it.name.as_str(), ctx.call(Get::NAME, params))
        };
        let options: Vec<Button> = page.items.iter().map(button).collect();
        let more = more(ctx, Self::NAME, &self, page.next);
        let mut message = listed(&format!("Downloads of {repo}"), &format!("{repo} has no downloads."), lines, more);
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Bring here".into(), options });
        }
        Ok(Reply::to_channel(message))
    }
}

/// Brings a download into the chat, up to 8 MB (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Get {
    /// What it is called; the only one where you do not say.
    #[schemars(extend("x-positional" = true))]
    name: Option<String>,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
}

impl Action for Get {
    type On = Bitbucket;
    const NAME: &str = "download get";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["download get website-1.0.zip repo=website"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Downloads)?;
        let repo = on.repo(Some(&self.repo))?;
        let all = cloud.all_downloads(&repo, MOST).await.map_err(|error| about(error, &format!("repository {repo}")))?;
        let kept = file::chosen(&all, "download", &repo.to_string(), self.name.as_deref(), |it| &it.name)?;
        let said = Text::new().link(url(on.http.base(), &repo, &kept.name), &kept.name).plain(format!(" of {repo}"));
        file::handed(said, &kept.name, Some(kept.size), cloud.download(&repo, &kept.name)).await
    }
}

/// Offers a file from this chat, or from a public link, for download (Cloud). One of the same name is replaced.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Add {
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: commands::param::File,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
}

impl Action for Add {
    type On = Bitbucket;
    const NAME: &str = "download add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["download add file=https://example.org/website-1.0.zip repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Downloads)?;
        let repo = on.repo(Some(&self.repo))?;
        let file = ctx.host.download(&self.file.0).await.map_err(|error| {
            let message = error.message.clone();
            error.with_fields(vec![FieldProblem::new("file", message)])
        })?;
        cloud.add_download(&repo, &file).await.map_err(|error| about(error, &format!("repository {repo}")))?;
        let said = Text::new().link(url(on.http.base(), &repo, &file.name), &file.name);
        Ok(Reply::to_channel(said.plain(format!(" ({}) can be downloaded from {repo} now.", size(file.bytes.len() as u64)))))
    }
}

/// Deletes a download (Cloud). It asks first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// What it is called.
    name: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Bitbucket;
    const NAME: &str = "download delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["download delete website-1.0.zip repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Downloads)?;
        let repo = on.repo(Some(&self.repo))?;
        let all = cloud.all_downloads(&repo, MOST).await.map_err(|error| about(error, &format!("repository {repo}")))?;
        let Some(kept) = all.iter().find(|it| same(&it.name, &self.name)) else {
            let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
            return Err(at(
                "name",
                format!("{repo} has no download `{}`.{}", self.name.trim(), instead("download", &self.name, &names)),
            ));
        };
        if self.confirm != Some(param::Confirm::Yes) {
            let text = Text::new()
                .plain("This deletes the download ")
                .bold(&kept.name)
                .plain(format!(" of {repo} ({}). Whoever links to it finds nothing then.", size(kept.size)));
            let params = json!({ "name": kept.name, "repo": repo.to_string(), "confirm": "yes" });
            let button =
                Button::run("Delete the download", ctx.call(Self::NAME, params)).danger(format!("Delete {}?", kept.name));
            return Ok(Reply::new(Message::text(text).buttons(vec![button]), Audience::Private));
        }
        gone(cloud.delete_download(&repo, &kept.name).await)?;
        Ok(Reply::to_channel(format!("Deleted the download {} of {repo}.", kept.name)))
    }
}
