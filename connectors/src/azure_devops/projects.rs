//! Projects of the organization.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, segment},
    list::listed,
    wire::Project,
};

impl Acting<'_> {
    pub async fn projects(&self) -> Result<Vec<Project>> {
        self.all("/_apis/projects", &[("$top", "100".to_owned())], 2_000).await
    }
}

/// Lists the projects that the bot sees.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let all = on.acting(ctx).projects().await?;
        let skip = self.skip.unwrap_or(0) as usize;
        let line = |it: &Project| {
            let about = it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(format!("{}/{}", on.http.base(), segment(&it.name)), &it.name).plain(about)
        };
        let lines: Vec<Text> = all.iter().skip(skip).take(25).map(line).collect();
        let more = (skip + lines.len() < all.len()).then(|| ctx.call(Self::NAME, json!({})));
        Ok(listed(lines, skip, Some(all.len()), more, ("project", "projects")))
    }
}
