//! Favourites of the bot's account: what a team wants at hand.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Nextcloud, card::listed, param};

/// Lists what is marked as a favourite.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "favorite list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["favorite list"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let entries = on.filtered("<oc:favorite>1</oc:favorite>").await?;
        let lines = entries.iter().map(|it| on.line_with_folder(it)).collect();
        Ok(Reply::to_channel(listed(
            "Favourites",
            "Nothing is marked as a favourite. Mark it with favorite add and its path.",
            lines,
            false,
        )))
    }
}

/// Marks a file or folder as a favourite.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Add {
    type On = Nextcloud;
    const NAME: &str = "favorite add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["favorite add /Reports"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        mark(on, ctx, &self.file, "1").await
    }
}

/// Takes the mark off a favourite.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Remove {
    type On = Nextcloud;
    const NAME: &str = "favorite remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["favorite remove /Reports"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        mark(on, ctx, &self.file, "0").await
    }
}

async fn mark(on: &Nextcloud, ctx: &Ctx, file: &param::FileRef, value: &str) -> Result<Reply> {
    let entry = on.resolve("file", file).await?;
    on.patch_properties(&entry.path, &format!("<oc:favorite>{value}</oc:favorite>"), "").await?;
    let did = if value == "1" { "is a favourite now" } else { "is no favourite any more" };
    Ok(on.after(ctx, &entry.path, &format!("`{}` {did}.", entry.path)).await)
}
