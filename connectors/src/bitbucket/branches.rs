//! Branches.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{limit, listed, more, shorten},
    model::{Branch, PullFilter, Window, short},
    param,
    place::at,
    problem::{about, gone, place},
};

/// Lists branches, those with the newest commit first.
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
    const NAME: &str = "branch list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["branch list repo=website", "branch list repo=website text=feature"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().branches(&repo, self.text.as_deref().map(str::trim), &window).await;
        let page = page.map_err(|error| about(error, &format!("repository {repo}")))?;
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "branch list", &self, page.next);
        let none = format!("No branch of {repo} matches.");
        Ok(Reply::to_channel(listed(&format!("Branches of {repo}"), &none, lines, more)))
    }
}

fn line(branch: &Branch) -> Text {
    let main = if branch.is_main { " (main)" } else { "" };
    let text = Text::new().link(&branch.url, branch.name.as_str()).plain(format!("{main} · ")).code(short(&branch.hash));
    match &branch.last {
        Some(last) => text.plain(format!(" {} · {} · ", shorten(&last.message, 80), last.author)).time(last.at),
        None => text,
    }
}

/// Creates a branch.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// The branch, tag or commit that it starts from; the main branch where you do not say.
    from: Option<param::Branch>,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "branch create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch create feature/dimmer repo=website from=main"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let from = match &self.from {
            Some(from) => from.0.trim().to_owned(),
            None => {
                let nothing = || at("repo", format!("{repo} is empty: there is no commit to start from."));
                on.repository(&repo).await?.main_branch.ok_or_else(nothing)?
            }
        };
        let created = on.api().create_branch(&repo, self.name.trim(), &from).await;
        let branch = created.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("from", format!("{repo} has no branch, tag or commit `{from}`.")),
            _ => place(error, &[("name", "name"), ("target", "from"), ("startPoint", "from")]),
        })?;
        let text = Text::new()
            .plain("Created ")
            .link(&branch.url, branch.name.as_str())
            .plain(format!(" in {repo}, from {from} at "))
            .code(short(&branch.hash))
            .plain(".");
        let params = json!({ "repo": repo.to_string(), "source": branch.name });
        let open = Button::form("Open a pull request", ctx.call("pr create", params));
        Ok(Reply::to_channel(Message::text(text).buttons(vec![open])))
    }
}

/// Deletes a branch.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// Which.
    branch: param::Branch,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Bitbucket;
    const NAME: &str = "branch delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch delete feature/dimmer repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let name = self.branch.0.trim();
        let branch = on.api().branch(&repo, name).await.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("branch", format!("{repo} has no branch `{name}`.")),
            _ => error,
        })?;
        if on.repository(&repo).await?.main_branch.as_deref() == Some(name) {
            return Err(Error::bad_input(format!("`{name}` is the main branch of {repo}: make another the main one first.")));
        }
        if self.confirm != Some(param::Confirm::Yes) {
            return self.ask(on, ctx, &repo, &branch).await;
        }
        gone(on.api().delete_branch(&repo, name).await)?;
        let text = Text::new().plain(format!("Deleted the branch {name} of {repo}. It was at ")).code(&branch.hash).plain(".");
        Ok(Reply::to_channel(text))
    }
}

impl Delete {
    /// What will be gone, and a button to do it.
    async fn ask(&self, on: &Bitbucket, ctx: &Ctx, repo: &super::model::RepoId, branch: &Branch) -> Result<Reply> {
        let open = on.api().pulls(repo, &PullFilter::default(), &Window::first(50)).await?;
        let of: Vec<String> = open
            .items
            .iter()
            .filter(|it| it.source.branch == branch.name && it.source.repo.is_none())
            .map(|it| format!("#{}", it.id))
            .collect();
        let mut message = Message::text(
            Text::new()
                .plain("This deletes the branch ")
                .bold(&branch.name)
                .plain(format!(" of {repo}, at "))
                .code(short(&branch.hash))
                .plain("."),
        );
        if let Some(last) = &branch.last {
            message = message.paragraph(format!("Its last commit is “{}” by {}.", shorten(&last.message, 100), last.author));
        }
        if !of.is_empty() {
            message = message.paragraph(format!("It is the source of the open pull request {}, which loses it.", of.join(", ")));
        }
        message = message
            .paragraph("Commits that are on no other branch are lost, unless somebody has them or remembers the number above.");
        let params = json!({ "branch": branch.name, "repo": repo.to_string(), "confirm": "yes" });
        let button =
            Button::run("Delete the branch", ctx.call("branch delete", params)).danger(format!("Delete {}?", branch.name));
        Ok(Reply::new(message.buttons(vec![button]), commands::Audience::Private))
    }
}
