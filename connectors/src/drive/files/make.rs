//! `file create`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::drive::{Drive, card, param::FolderRef, problem};

/// A kind of document of Google's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Native {
    Document,
    Spreadsheet,
    Presentation,
    Form,
    Drawing,
}

impl Native {
    pub(super) fn mime(self) -> &'static str {
        match self {
            Native::Document => "application/vnd.google-apps.document",
            Native::Spreadsheet => "application/vnd.google-apps.spreadsheet",
            Native::Presentation => "application/vnd.google-apps.presentation",
            Native::Form => "application/vnd.google-apps.form",
            Native::Drawing => "application/vnd.google-apps.drawing",
        }
    }
}

/// Makes an empty document, spreadsheet or presentation.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// What it is; a document where you do not say.
    #[serde(rename = "type")]
    kind: Option<Native>,
    /// The folder it goes into; My Drive where you do not say.
    folder: Option<FolderRef>,
    /// What it is for.
    description: Option<String>,
}

impl Action for Create {
    type On = Drive;
    const NAME: &str = "file create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file create Minutes of the kick-off folder=Apollo", "file create Budget type=spreadsheet"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err(problem::at("name", "A file needs a name."));
        }
        let mut body = json!({ "name": name, "mimeType": self.kind.unwrap_or(Native::Document).mime() });
        let description = acting.sign(self.description.as_deref().map_or("", str::trim));
        if !description.is_empty() {
            body["description"] = json!(description);
        }
        if let Some(folder) = &self.folder {
            body["parents"] = json!([acting.folder("folder", folder).await?.id]);
        }
        let file = acting.create(&body).await?;
        let said = format!("Made {} “{}”.", card::what(&file.mime_type).to_lowercase(), file.name);
        Ok(card::done(&acting, &file, ctx, said).await)
    }
}
