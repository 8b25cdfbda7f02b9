//! `file show`, `file list`.

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::nextcloud::{Nextcloud, card::listed, param, path, problem::at};

/// Entries on one page of a list.
const PAGE: usize = 20;

/// Shows a file or folder, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "file show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file show /Reports/2026.pdf", "file show 42"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        Ok(on.reply(&entry, ctx, Message::new()))
    }
}

/// Lists what is in a folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The folder; the first one where you do not say.
    #[schemars(extend("x-positional" = true))]
    folder: Option<param::Folder>,
    /// What comes first.
    #[serde(default)]
    sort: Sort,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Sort {
    #[default]
    Name,
    Newest,
    Largest,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "file list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file list", "file list /Reports sort=newest"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let path = path::clean("folder", self.folder.as_ref().map_or("/", |it| it.0.as_str()))?;
        let (folder, mut entries) = match on.folder(&path).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Err(on.missing("folder", &path).await),
            other => other?,
        };
        if !folder.is_folder {
            return Err(at("folder", format!("`{}` is a file, not a folder.", folder.path)));
        }
        match self.sort {
            Sort::Name => {}
            Sort::Newest => entries.sort_by_key(|it| std::cmp::Reverse(it.modified)),
            Sort::Largest => entries.sort_by_key(|it| std::cmp::Reverse(it.size)),
        }
        let (total, offset) = (entries.len(), self.offset.unwrap_or(0) as usize);
        let lines: Vec<_> = entries.iter().skip(offset).take(PAGE).map(|it| on.line(it)).collect();
        let next = offset + lines.len();
        let name = if folder.path == "/" { "All files".to_owned() } else { folder.path.clone() };
        let mut message = listed(name, &format!("`{}` is empty.", folder.path), lines, false);
        if total > 0 {
            let (from, size) = ((offset + 1).min(next), folder.size.map(|it| format!(" · {} in all", path::size(it))));
            message = message.context(format!("{from} to {next} of {total}{}", size.unwrap_or_default()));
        }
        let mut buttons = Vec::new();
        if next < total {
            let more = json!({ "folder": folder.path, "sort": self.sort, "offset": next });
            buttons.push(Button::run("Show more", ctx.call("file list", more)));
        }
        buttons.push(Button::form("Upload", ctx.call("file upload", json!({ "folder": folder.path }))));
        buttons.push(Button::form(
            "New folder",
            ctx.call("folder create", json!({ "path": path::join(&folder.path, "New folder") })),
        ));
        Ok(Reply::to_channel(message.buttons(buttons)))
    }
}
