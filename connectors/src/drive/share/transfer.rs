//! `file transfer`.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::person_of;
use crate::{
    drive::{
        Drive,
        api::ALL_DRIVES,
        card,
        param::{Confirm, FileRef, Grantee, Holder},
        problem,
    },
    http::Repeatable,
};

/// Makes somebody else the owner of a file in My Drive.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Transfer {
    /// The file or folder.
    file: FileRef,
    /// The new owner: @ben, an email address.
    to: Holder,
    /// Say yes to do it.
    confirm: Option<Confirm>,
}

impl Action for Transfer {
    type On = Drive;
    const NAME: &str = "file transfer";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file transfer Brief @ben", "file transfer Brief ben@example.org confirm=yes"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let Grantee::User(address) = person_of(&acting, ctx, "to", &self.to)? else {
            return Err(problem::at("to", "Only a person can own a file. Mention one, or write an email address."));
        };
        let file = acting.find("file", &self.file).await?;
        if file.drive_id.is_some() {
            let message =
                format!("“{}” belongs to its shared drive, and not to a person. There is nothing to hand over.", file.name);
            return Err(problem::at("file", message));
        }
        if self.confirm.is_none() {
            let sentence = format!(
                "This makes {address} the owner of “{}”. You stay an editor, and only the new owner can give it back.",
                file.name
            );
            let params = json!({ "file": file.id, "to": address, "confirm": "yes" });
            let button =
                Button::run("Hand it over", ctx.call("file transfer", params)).danger("Only the new owner can undo this.");
            return Ok(Reply::new(Message::text(sentence).tone(Tone::Warning).buttons(vec![button]), Audience::Private));
        }
        let body = json!({ "type": "user", "role": "owner", "emailAddress": address });
        let query = [ALL_DRIVES, ("transferOwnership", "true"), ("fields", "id")];
        // Making somebody the owner twice is making them the owner.
        let request = acting.post(&format!("/files/{}/permissions", file.id), &query, &body).repeatable(Repeatable::Yes);
        acting.send::<Value>(request).await.map_err(|it| problem::sharing(it, "to"))?;
        let after = acting.file(&file.id).await.unwrap_or(file);
        let said = format!("{address} owns “{}” now.", after.name);
        Ok(card::done(&acting, &after, ctx, said).await)
    }
}
