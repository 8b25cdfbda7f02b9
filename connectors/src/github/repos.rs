//! Repositories: list and show.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{RepoName, Right},
    wire,
};

const LIMIT: u32 = 20;

#[derive(Deserialize)]
struct Installed {
    repositories: Vec<wire::Repo>,
}

impl GitHub {
    /// A page of the repositories that the bot may see, and whether there is another.
    pub(super) async fn repositories(&self, per_page: u32, page: u32) -> Result<(Vec<wire::Repo>, bool)> {
        let (per_page, number) = (per_page.to_string(), page.to_string());
        let mut query = vec![("per_page", per_page.as_str())];
        if page > 1 {
            query.push(("page", &number));
        }
        // An App has no repositories of its own: it has those it is installed in.
        if self.app.is_some() && !crate::auth::is_person() {
            let (headers, answer) = self.get_with_headers::<Installed>("/installation/repositories", &query).await?;
            return Ok((answer.repositories, self.below(&headers).is_some()));
        }
        query.push(("sort", "pushed"));
        let (headers, all) = self.get_with_headers("/user/repos", &query).await?;
        Ok((all, self.below(&headers).is_some()))
    }
}

/// Lists the repositories that the bot may see, and you too.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "repo list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo list"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (asker, page) = (on.asker(ctx).await?, self.page.unwrap_or(1));
        let (all, more) = on.repositories(LIMIT, page).await?;
        let (public, private): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| !it.private);
        let private = on.keep_visible(&asker, None, private, |it| RepoName::parse(&it.full_name)).await?;
        let mut all: Vec<wire::Repo> = public.into_iter().chain(private).collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.pushed_at));
        let lines = all.iter().map(line).collect();
        let next = card::next_page(ctx, "repo list", page, more, json!(self));
        Ok(Reply::to_channel(card::listed("Repositories", "The bot sees no repository that you see too.", lines, page, next)))
    }
}

/// A repository in a line.
pub(super) fn line(repo: &wire::Repo) -> Text {
    let mut text = Text::new().link(&repo.html_url, &repo.full_name);
    if let Some(description) = card::excerpt(repo.description.as_deref(), 100) {
        text = text.plain(format!(" {description}"));
    }
    let private = if repo.private { " · private" } else { "" };
    let archived = if repo.archived { " · archived" } else { "" };
    text.plain(format!("{private}{archived}"))
}

/// Shows a repository.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its name, as octo/widgets, or a link to it.
    #[schemars(extend("x-positional" = true))]
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "repo show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo show octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Metadata, Level::Read).await?;
        let repo: wire::Repo = place.get("", &[]).await?;
        let mut facts: Vec<(String, Text)> = vec![("Default branch".into(), repo.default_branch.clone().into())];
        let mut fact = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                facts.push((name.into(), value.into()));
            }
        };
        fact("Language", repo.language.clone());
        fact("Open issues and pull requests", Some(repo.open_issues_count.to_string()));
        fact("Stars", (repo.stargazers_count > 0).then(|| repo.stargazers_count.to_string()));
        fact("Visibility", repo.private.then(|| "private".to_owned()));
        fact("State", repo.archived.then(|| "archived: it takes no changes".to_owned()));
        if let Some(pushed) = repo.pushed_at {
            facts.push(("Last push".into(), Text::new().time(pushed)));
        }
        let params = json!({ "repo": repo.full_name });
        let call = |action: &str| ctx.call(action, params.clone());
        let mut message = Message::new().heading(&repo.full_name).paragraph(Text::new().link(&repo.html_url, &repo.full_name));
        if let Some(description) = card::excerpt(repo.description.as_deref(), 300) {
            message = message.paragraph(description);
        }
        let buttons = vec![
            Button::form("Create issue", call("issue create")),
            Button::run("Issues", call("issue list")),
            Button::run("Pull requests", call("pr list")),
            Button::run("Runs", call("run list")),
            Button::run("Releases", call("release list")),
        ];
        Ok(Reply::to_channel(message.facts(facts).buttons(buttons)))
    }
}
