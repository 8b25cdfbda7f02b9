//! Projects, and Cloud's workspaces.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Bitbucket, cloud,
    lists::{limit, listed, more, shorten},
    model::{Project, Window},
    problem::place,
    vendor::Only,
};

/// Lists projects.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
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
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().projects(self.text.as_deref().map(str::trim), &window).await?;
        let line = |it: &Project| {
            let about = it.description.lines().next().unwrap_or_default().trim();
            let about = if about.is_empty() { String::new() } else { format!(" · {}", shorten(about, 100)) };
            Text::new().link(&it.url, it.key.as_str()).plain(format!(" {}{about}", it.name))
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "project list", &self, page.next);
        Ok(Reply::to_channel(listed("Projects", "No project matches.", lines, more)))
    }
}

/// Creates a project.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// Its key: capitals and digits, such as DEMO.
    #[schemars(extend("x-named" = true))]
    key: String,
    /// What it is for.
    description: Option<String>,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create Lobby key=LOBBY description=\"All that the lobby shows\""];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let key = self.key.trim().to_uppercase();
        let created = on.api().create_project(&key, self.name.trim(), self.description.as_deref()).await;
        let places = [("key", "key"), ("name", "name"), ("description", "description")];
        let project = created.map_err(|error| place(error, &places))?;
        let text = Text::new()
            .plain("Created the project ")
            .link(&project.url, project.key.as_str())
            .plain(format!(" {}.", project.name));
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Lists the workspaces that the bot's account is in (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Workspaces {}

impl Action for Workspaces {
    type On = Bitbucket;
    const NAME: &str = "workspace list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["workspace list"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Workspaces)?;
        let all = cloud.workspaces().await?;
        let line = |it: &cloud::search::Access| {
            let slug = &it.workspace.slug;
            let admin = if it.administrator { " · the bot administers it" } else { "" };
            let here = if *slug == cloud.workspace { " · this connection's" } else { "" };
            Text::new().link(format!("{}/{slug}", cloud.web), slug.as_str()).plain(format!("{here}{admin}"))
        };
        let lines = all.iter().map(line).collect();
        Ok(Reply::to_asker(listed("Workspaces", "The bot's account is in no workspace.", lines, None)))
    }
}
