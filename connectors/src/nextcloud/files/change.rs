//! `folder create`, `file move`, `file copy`, `file delete`.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::nextcloud::{
    Nextcloud,
    card::{self, warning},
    dav::{Entry, Existing},
    param, path,
    problem::at,
};

/// Makes a folder, and those above it that are missing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateFolder {
    /// Its path, such as /Reports/2026.
    path: String,
}

impl Action for CreateFolder {
    type On = Nextcloud;
    const NAME: &str = "folder create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["folder create /Reports/2026"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let folder = path::clean("path", &self.path)?;
        match on.make_folders(&folder).await? {
            0 => Err(at("path", format!("There is a folder `{folder}` already."))),
            1 => Ok(on.after(ctx, &folder, &format!("Made the folder `{folder}`.")).await),
            count => Ok(on.after(ctx, &folder, &format!("Made the folder `{folder}` and {} above it.", count - 1)).await),
        }
    }
}

/// Moves or renames a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// Its new path, or the folder it goes into.
    to: param::Folder,
    /// Say yes to replace what is there.
    overwrite: Option<param::Yes>,
}

impl Action for Move {
    type On = Nextcloud;
    const NAME: &str = "file move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file move /notes.txt /Reports", "file move /Reports/a.txt /Reports/b.txt overwrite=yes"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let to = target(on, &entry, &self.to.0, Existing::of(&self.overwrite)).await?;
        if to.starts_with(&format!("{}/", entry.path)) {
            return Err(at("to", "A folder cannot be moved into itself."));
        }
        on.move_to(&entry.path, &to, Existing::of(&self.overwrite)).await?;
        let did = match path::parent(&entry.path) == path::parent(&to) {
            true => format!("Renamed `{}` to `{}`.", entry.path, path::name(&to)),
            false => format!("Moved `{}` to `{to}`.", entry.path),
        };
        Ok(on.after(ctx, &to, &did).await)
    }
}

/// Copies a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Copy {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// The copy's path, or the folder it goes into.
    to: param::Folder,
    /// Say yes to replace what is there.
    overwrite: Option<param::Yes>,
}

impl Action for Copy {
    type On = Nextcloud;
    const NAME: &str = "file copy";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file copy /Reports/2026.pdf /Archive"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let to = target(on, &entry, &self.to.0, Existing::of(&self.overwrite)).await?;
        if to.starts_with(&format!("{}/", entry.path)) {
            return Err(at("to", "A folder cannot be copied into itself."));
        }
        on.copy_to(&entry.path, &to, Existing::of(&self.overwrite)).await?;
        Ok(on.after(ctx, &to, &format!("Copied `{}` to `{to}`.", entry.path)).await)
    }
}

/// Where it goes: into a folder that is there, else to that very path, below a folder that is there.
async fn target(on: &Nextcloud, entry: &Entry, typed: &str, existing: Existing) -> Result<String> {
    if entry.path == "/" {
        return Err(at("file", "The first folder stays where it is."));
    }
    let mut to = path::clean("to", typed)?;
    let found = |path: String| async move {
        match on.entry(&path).await {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    };
    let mut there = found(to.clone()).await?;
    if there.as_ref().is_some_and(|it| it.is_folder && it.path != entry.path) {
        to = path::join(&to, entry.name());
        there = found(to.clone()).await?;
    } else if there.is_none() && path::parent(&to) != "/" {
        let folder = path::parent(&to);
        if !found(folder.to_owned()).await?.is_some_and(|it| it.is_folder) {
            return Err(at("to", format!("There is no folder `{folder}`. Make it first: folder create {folder}")));
        }
    }
    match there {
        Some(it) if it.path == entry.path => Err(at("to", format!("`{}` is there already: it is the same.", it.path))),
        Some(it) if existing == Existing::Keep => {
            Err(at("to", format!("`{}` is there already. Write overwrite=yes to replace it.", it.path)))
        }
        _ => Ok(to),
    }
}

/// Whether it is what somebody shared with the bot's account, and not only something in it: Nextcloud marks all of it with an `S`.
async fn is_received(on: &Nextcloud, entry: &Entry) -> Result<bool> {
    let is_shared = |it: &Entry| it.permissions.as_ref().is_some_and(|it| it.contains('S'));
    Ok(is_shared(entry) && !is_shared(&on.entry(path::parent(&entry.path)).await?))
}

/// Deletes a file or folder. It goes to the trash, where Nextcloud keeps one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "file delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file delete /Reports/old.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        if entry.path == "/" {
            return Err(at("file", "The first folder cannot be deleted. Name something in it."));
        }
        let call = ctx.call(Self::NAME, json!({ "file": card::key(&entry) }));
        if is_received(on, &entry).await? {
            let (path, owner) = (&entry.path, entry.owner.as_deref().unwrap_or("its owner"));
            if self.confirm.is_some() {
                on.delete(path).await?;
                return Ok(Reply::to_channel(format!(
                    "The bot's account has no access to `{path}` any more. {owner} can share it again."
                )));
            }
            let said = Message::text(format!("This gives up the bot's access to `{path}`, which {owner} shared with it."))
                .paragraph(format!("Nothing in it is deleted, and it is not in the trash: only {owner} can share it again."));
            return Ok(warning(said, "Give it up", format!("Give up access to {}?", entry.name()), call));
        }
        if self.confirm.is_some() {
            on.delete(&entry.path).await?;
            let undo = match on.has_trash().await {
                Ok(true) => " `trash list` shows what can be brought back.",
                _ => "",
            };
            return Ok(Reply::to_channel(format!("Deleted `{}`.{undo}", entry.path)));
        }
        let mut said = Message::text(format!("This deletes `{}`.", entry.path));
        if entry.is_folder {
            let inside = on.entries(&entry.path).await?;
            let names: Vec<&str> = inside.iter().take(5).map(Entry::name).collect();
            let more =
                if inside.len() > names.len() { format!(" and {} more", inside.len() - names.len()) } else { String::new() };
            let size = entry.size.map(|it| format!(", {}", path::size(it))).unwrap_or_default();
            said = said.paragraph(match names.is_empty() {
                true => "The folder is empty.".to_owned(),
                false => format!("In it: {}{more}{size}.", names.join(", ")),
            });
        }
        if !entry.shares.is_empty() {
            said = said.paragraph("It is shared: all its links and shares end, and bringing it back does not bring those back.");
        }
        said = match on.has_trash().await? {
            true => said.context("It goes to the trash of the bot's account, until that is emptied."),
            false => said.paragraph("This server keeps no trash: it cannot be brought back."),
        };
        Ok(warning(said, "Delete it", format!("Delete {}?", entry.name()), call))
    }
}
