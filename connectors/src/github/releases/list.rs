//! `release list` and `release show`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{GitHub, access::Level, card, param, place::Right, wire},
    line, show,
};

const LIMIT: u32 = 10;

/// Lists releases, the newest first.
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
    const NAME: &str = "release list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["release list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let number = self.page.unwrap_or(1);
        let page = place.page::<wire::Release>("/releases", &[], LIMIT, number).await?;
        let lines = page.items.iter().map(line).collect();
        let none = format!("{} has no releases.", place.repo);
        let next = card::next_page(ctx, "release list", number, page.more, json!(self));
        Ok(Reply::to_channel(card::listed(format!("Releases of {}", place.repo), &none, lines, number, next)))
    }
}

/// Shows a release.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its tag; latest is the last one.
    release: param::Release,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "release show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["release show latest repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        show(on, ctx, on.repo(self.repo.as_ref())?, &self.release.0).await
    }
}
