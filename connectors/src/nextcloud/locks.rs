//! Locks: nobody else writes while one holds.

use commands::{Action, Ctx, Effect, ErrorKind, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Nextcloud, asked_by, param, problem::at};

/// Locks a file: until it is unlocked, nobody but the bot can change it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Lock {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Lock {
    type On = Nextcloud;
    const NAME: &str = "file lock";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file lock /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        if entry.is_folder {
            return Err(at("file", format!("`{}` is a folder. Only files can be locked.", entry.path)));
        }
        if let Some(lock) = &entry.lock {
            let by = lock.by.as_deref().unwrap_or("somebody");
            return Err(at("file", format!("`{}` is locked by {by} already.", entry.path)));
        }
        on.lock(&entry.path, &asked_by(ctx)).await.map_err(missing)?;
        Ok(on.after(ctx, &entry.path, &format!("Locked `{}`.", entry.path)).await)
    }
}

/// Unlocks a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlock {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Unlock {
    type On = Nextcloud;
    const NAME: &str = "file unlock";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file unlock /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let Some(lock) = &entry.lock else {
            return Err(at("file", format!("`{}` is not locked.", entry.path)));
        };
        on.unlock(&entry.path, lock).await.map_err(|error| match error.kind {
            ErrorKind::Conflict | ErrorKind::Permission => {
                let by = lock.by.as_deref().unwrap_or("somebody else");
                let message = format!("`{}` is locked by {by}, who has to unlock it, as can its owner in Nextcloud.", entry.path);
                commands::Error { message, ..error }
            }
            _ => missing(error),
        })?;
        Ok(on.after(ctx, &entry.path, &format!("Unlocked `{}`.", entry.path)).await)
    }
}

/// Without the app files_lock Nextcloud knows no such method (405, 501).
fn missing(error: commands::Error) -> commands::Error {
    let unknown =
        error.kind == ErrorKind::BadConfig || matches!(error.code.as_deref(), Some("NotImplemented" | "MethodNotAllowed"));
    if !unknown {
        return error;
    }
    let message = "This Nextcloud locks no files. An administrator can switch the app “Temporary files lock” on: Apps → Files.";
    commands::Error { kind: ErrorKind::BadConfig, message: message.into(), maybe_done: false, ..error }
}
