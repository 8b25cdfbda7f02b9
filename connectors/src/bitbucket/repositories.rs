//! Repositories.

use commands::{Action, Audience, Button, Card, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{limit, listed, more, shorten},
    model::{NewRepository, RepoId, Repository, Window},
    param,
    problem::{about, place},
};

/// Lists repositories.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Only those of this project.
    project: Option<param::Project>,
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
    const NAME: &str = "repo list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo list", "repo list project=DEMO text=site"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let project = self.project.as_ref().map(|it| it.0.trim());
        let page = on.api().repositories(project, self.text.as_deref().map(str::trim), &window).await?;
        let line = |it: &Repository| {
            let about = match it.description.lines().next().unwrap_or_default().trim() {
                "" => String::new(),
                about => format!(" · {}", shorten(about, 100)),
            };
            let private = if it.private { "" } else { " · public" };
            Text::new().link(&it.url, it.id.to_string()).plain(format!("{about}{private}"))
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "repo list", &self, page.next);
        Ok(Reply::to_channel(listed("Repositories", "No repository matches.", lines, more)))
    }
}

/// Shows a repository.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Which.
    repo: param::Repo,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "repo show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo show example/website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repository = on.repository(&on.repo(Some(&self.repo))?).await?;
        Ok(reply(ctx, Message::new(), &repository))
    }
}

/// Creates a repository.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// The project that it belongs to.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// What it is for.
    description: Option<String>,
    /// The name of its first branch.
    main_branch: Option<String>,
    /// Everybody may read it.
    #[serde(default)]
    public: bool,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "repo create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["repo create lobby-display project=DEMO description=\"What the lobby shows\""];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let new = NewRepository {
            name: self.name.trim().to_owned(),
            description: self.description,
            private: !self.public,
            main_branch: self.main_branch,
        };
        let places = [
            ("name", "name"),
            ("slug", "name"),
            ("project", "project"),
            ("project.key", "project"),
            ("mainbranch", "main_branch"),
            ("defaultBranch", "main_branch"),
        ];
        let project = self.project.0.trim();
        let created = on.api().create_repository(project, &new).await;
        let created = created.map_err(|error| place(about(error, &format!("project {project}")), &places))?;
        Ok(reply(ctx, Message::text(format!("Created {}.", created.id)), &created))
    }
}

impl Bitbucket {
    pub(super) async fn repository(&self, repo: &RepoId) -> Result<Repository> {
        self.api().repository(repo).await.map_err(|error| about(error, &format!("repository {repo}")))
    }
}

/// What was done, and the repository as a card.
pub(super) fn reply(ctx: &Ctx, said: Message, it: &Repository) -> Reply {
    let id = it.id.to_string();
    let mut facts: Vec<(String, Text)> = Vec::new();
    if !it.project.is_empty() {
        facts.push(("Project".into(), it.project.as_str().into()));
    }
    facts.push(("Access".into(), if it.private { "Private".into() } else { "Public".into() }));
    facts.push(("Main branch".into(), it.main_branch.as_ref().map_or_else(|| "none yet".into(), |it| Text::new().code(it))));
    facts.extend(it.language.as_ref().map(|it| ("Language".to_owned(), it.as_str().into())));
    facts.extend(it.clone_https.as_ref().map(|it| ("Clone".to_owned(), Text::new().code(it))));
    facts.extend(it.clone_ssh.as_ref().map(|it| ("Clone with SSH".to_owned(), Text::new().code(it))));
    let call = |action: &str| ctx.call(action, json!({ "repo": id }));
    let mut buttons = vec![
        Button::run("Pull requests", call("pr list")),
        Button::form("Open a pull request", call("pr create")),
        Button::run("Branches", call("branch list")),
        Button::run("Commits", call("commit list")),
    ];
    if it.has_issues {
        buttons.push(Button::run("Issues", call("issue list")));
    }
    buttons.push(Button::run("Link to this channel", call("link")));
    let mut shown = Message::new().heading(it.name.as_str()).paragraph(Text::new().link(&it.url, id.as_str())).facts(facts);
    if !it.description.trim().is_empty() {
        shown = shown.block(commands::Block::Quote(shorten(it.description.trim(), 600).into()));
    }
    shown = shown.buttons(buttons);
    if let Some(at) = it.updated {
        shown = shown.context(Text::new().plain("Updated ").time(at));
    }
    Reply::card(Card { object: it.url.clone(), said, shown, call: call("repo show") }, Audience::Channel)
}
