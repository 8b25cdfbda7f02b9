//! `folder create`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Drive, card, param::FolderRef, problem, wire};

/// Makes a folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// The folder it goes into; My Drive where you do not say.
    parent: Option<FolderRef>,
    /// What it is for.
    description: Option<String>,
}

impl Action for Create {
    type On = Drive;
    const NAME: &str = "folder create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["folder create Drafts parent=Apollo/Design"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err(problem::at("name", "A folder needs a name."));
        }
        let mut body = json!({ "name": name, "mimeType": wire::FOLDER });
        let description = acting.sign(self.description.as_deref().map_or("", str::trim));
        if !description.is_empty() {
            body["description"] = json!(description);
        }
        if let Some(parent) = &self.parent {
            body["parents"] = json!([acting.folder("parent", parent).await?.id]);
        }
        let folder = acting.create(&body).await?;
        Ok(card::done(&acting, &folder, ctx, format!("Made the folder “{}”.", folder.name)).await)
    }
}
