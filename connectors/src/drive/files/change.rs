//! `file rename`, `file move`, `file copy`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::drive::{
    Drive,
    api::ALL_DRIVES,
    card,
    param::{FileRef, FolderRef},
    problem, wire,
};

/// Gives a file or folder another name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The file or folder.
    file: FileRef,
    /// The new name.
    name: String,
}

impl Action for Rename {
    type On = Drive;
    const NAME: &str = "file rename";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file rename Brief Brief, first draft"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err(problem::at("name", "A file needs a name."));
        }
        let before = acting.find("file", &self.file).await?;
        let file = acting.update(&before.id, &[], &json!({ "name": name })).await?;
        Ok(card::done(&acting, &file, ctx, format!("“{}” is called “{}” now.", before.name, file.name)).await)
    }
}

/// Moves a file or folder into another folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The file or folder.
    file: FileRef,
    /// The folder it goes into.
    to: FolderRef,
}

impl Action for Move {
    type On = Drive;
    const NAME: &str = "file move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file move Brief Apollo/Design"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let before = acting.find("file", &self.file).await?;
        let folder = acting.folder("to", &self.to).await?;
        if before.parents.contains(&folder.id) {
            return Ok(card::done(&acting, &before, ctx, format!("“{}” is in {} already.", before.name, folder.name)).await);
        }
        if before.id == folder.id {
            return Err(problem::at("to", "A folder cannot be in itself. Choose another one."));
        }
        let from = before.parents.join(",");
        let mut query = vec![("addParents", folder.id.as_str())];
        if !from.is_empty() {
            query.push(("removeParents", &from));
        }
        let file = acting.update(&before.id, &query, &json!({})).await?;
        Ok(card::done(&acting, &file, ctx, format!("Moved “{}” to {}.", file.name, folder.name)).await)
    }
}

/// Copies a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Copy {
    /// The file.
    file: FileRef,
    /// The copy's name; “Copy of …” where you do not say.
    name: Option<String>,
    /// The folder it goes into; that of the file where you do not say.
    folder: Option<FolderRef>,
}

impl Action for Copy {
    type On = Drive;
    const NAME: &str = "file copy";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file copy Brief name=\"Brief of Apollo\" folder=Apollo"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let source = acting.find("file", &self.file).await?;
        if source.is_folder() {
            let message = "Google copies no folders. `project create … template=LINK` copies a folder with all that is in it.";
            return Err(problem::at("file", message));
        }
        let mut body = json!({});
        if let Some(name) = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            body["name"] = json!(name);
        }
        if let Some(folder) = &self.folder {
            body["parents"] = json!([acting.folder("folder", folder).await?.id]);
        }
        let path = format!("/files/{}/copy", source.id);
        let file: wire::File = acting.send(acting.post(&path, &[ALL_DRIVES, ("fields", wire::FILE)], &body)).await?;
        Ok(card::done(&acting, &file, ctx, format!("Copied “{}” as “{}”.", source.name, file.name)).await)
    }
}
