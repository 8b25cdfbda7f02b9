//! `file trash`, `file restore`, `file delete`.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::counted;
use crate::drive::{
    Drive,
    api::ALL_DRIVES,
    card,
    param::{Confirm, FileRef},
};

/// How much of a folder is counted before somebody deletes it.
const COUNTED: usize = 100;

/// Moves a file or folder to the trash, from which it can be restored for 30 days.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Trash {
    /// The file or folder.
    file: FileRef,
}

impl Action for Trash {
    type On = Drive;
    const NAME: &str = "file trash";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file trash Brief"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let before = acting.find("file", &self.file).await?;
        let file = acting.update(&before.id, &[], &json!({ "trashed": true })).await?;
        Ok(card::done(&acting, &file, ctx, format!("“{}” is in the trash now.", file.name)).await)
    }
}

/// Takes a file or folder out of the trash.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The file or folder: its link or id, as names are not found in the trash.
    file: FileRef,
}

impl Action for Restore {
    type On = Drive;
    const NAME: &str = "file restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file restore https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWx/view"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let before = acting.find("file", &self.file).await?;
        if !before.trashed {
            return Ok(card::done(&acting, &before, ctx, format!("“{}” is not in the trash.", before.name)).await);
        }
        let file = acting.update(&before.id, &[], &json!({ "trashed": false })).await?;
        Ok(card::done(&acting, &file, ctx, format!("“{}” is back.", file.name)).await)
    }
}

/// Deletes a file or folder for good, past the trash.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The file or folder.
    file: FileRef,
    /// Say yes to do it.
    confirm: Option<Confirm>,
}

impl Action for Delete {
    type On = Drive;
    const NAME: &str = "file delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file delete Brief", "file delete Brief confirm=yes"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let what = card::what(&file.mime_type).to_lowercase();
        if self.confirm.is_some() {
            acting.done(acting.delete(&format!("/files/{}", file.id), &[ALL_DRIVES])).await?;
            return Ok(Reply::to_channel(format!("Deleted {what} “{}” for good.", file.name)));
        }
        let mut sentence = format!("This deletes {what} “{}” for good", file.name);
        if file.is_folder() {
            let inside = acting.children(&file.id, COUNTED).await?;
            let held = match inside.items.is_empty() {
                true if inside.incomplete => ", with all that is in it".to_owned(),
                true => " (it is empty)".to_owned(),
                false => format!(", with the {} in it and all below", counted(&inside, "file")),
            };
            sentence.push_str(&held);
        }
        sentence.push_str(
            ". It is not in the trash afterwards: nobody can bring it back, and whoever it is shared with loses it too.",
        );
        let params = json!({ "file": file.id, "confirm": "yes" });
        let delete = Button::run("Delete for good", ctx.call("file delete", params)).danger("Nobody can bring it back.");
        let trash = Button::run("Move to the trash", ctx.call("file trash", json!({ "file": file.id })));
        let buttons = if file.trashed { vec![delete] } else { vec![delete, trash] };
        Ok(Reply::new(Message::text(sentence).tone(Tone::Warning).buttons(buttons), Audience::Private))
    }
}
