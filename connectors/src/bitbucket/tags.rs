//! Tags.

use commands::{Action, Audience, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{limit, listed, more, shorten},
    model::{Tag, Window, short},
    param,
    place::at,
    problem::{about, gone, place},
};

/// Lists tags, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Words of the name.
    text: Option<String>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "tag list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tag list repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().tags(&repo, self.text.as_deref().map(str::trim), &window).await;
        let page = page.map_err(|error| about(error, &format!("repository {repo}")))?;
        let line = |it: &Tag| {
            let text = Text::new().link(&it.url, it.name.as_str()).plain(" · ").code(short(&it.hash));
            match &it.message {
                Some(message) => text.plain(format!(" {}", shorten(message.lines().next().unwrap_or_default(), 100))),
                None => text,
            }
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "tag list", &self, page.next);
        let none = format!("No tag of {repo} matches.");
        Ok(Reply::to_channel(listed(&format!("Tags of {repo}"), &none, lines, more)))
    }
}

/// Tags a commit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// What the tag is called.
    name: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// The branch or commit that is tagged; the main branch where you do not say.
    at: Option<param::Branch>,
    /// What the tag says.
    message: Option<String>,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "tag create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag create v1.1 repo=website at=main message=\"The dim release\""];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let target = match &self.at {
            Some(target) => target.0.trim().to_owned(),
            None => {
                let nothing = || at("repo", format!("{repo} is empty: there is no commit to tag."));
                on.repository(&repo).await?.main_branch.ok_or_else(nothing)?
            }
        };
        let created = on.api().create_tag(&repo, self.name.trim(), &target, self.message.as_deref()).await;
        let tag = created.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("at", format!("{repo} has no branch, tag or commit `{target}`.")),
            _ => place(error, &[("name", "name"), ("target", "at"), ("startPoint", "at"), ("message", "message")]),
        })?;
        let text = Text::new()
            .plain(format!("Tagged {target} of {repo} as "))
            .link(&tag.url, tag.name.as_str())
            .plain(", at ")
            .code(short(&tag.hash))
            .plain(".");
        Ok(Reply::to_channel(text))
    }
}

/// Deletes a tag.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// Which.
    tag: param::Tag,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Bitbucket;
    const NAME: &str = "tag delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag delete v1.1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let name = self.tag.0.trim();
        let tag = on.api().tag(&repo, name).await.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("tag", format!("{repo} has no tag `{name}`.")),
            _ => error,
        })?;
        if self.confirm != Some(param::Confirm::Yes) {
            let text = Text::new()
                .plain("This deletes the tag ")
                .bold(name)
                .plain(format!(" of {repo}, at "))
                .code(short(&tag.hash))
                .plain(".");
            let rest = "The commit stays. Releases and builds that go by the tag no longer find it, and its own message is lost.";
            let params = json!({ "tag": name, "repo": repo.to_string(), "confirm": "yes" });
            let button = Button::run("Delete the tag", ctx.call("tag delete", params)).danger(format!("Delete {name}?"));
            return Ok(Reply::new(Message::text(text).paragraph(rest).buttons(vec![button]), Audience::Private));
        }
        gone(on.api().delete_tag(&repo, name).await)?;
        let text = Text::new().plain(format!("Deleted the tag {name} of {repo}. It was at ")).code(&tag.hash).plain(".");
        Ok(Reply::to_channel(text))
    }
}
