//! Shared drives and who is in them: <https://developers.google.com/workspace/drive/api/guides/manage-shareddrives>.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Drive,
    api::ALL_DRIVES,
    param::{Confirm, DriveRef, Holder, Role},
    problem,
    share::{self, Grant, Mail},
    wire::SharedDrive,
};
/// Lists the shared drives.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this in their name.
    name: Option<String>,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "drive list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["drive list"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let typed = self.name.as_deref().map(|it| it.trim().to_lowercase()).unwrap_or_default();
        let mut all = acting.drives().await?;
        all.retain(|it| it.name.to_lowercase().contains(&typed));
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("There is no such shared drive that {} can see.", acting.who())));
        }
        let plural = if all.len() == 1 { "" } else { "s" };
        let head = Text::new().bold(format!("{} shared drive{plural}", all.len()));
        let lines = all.iter().map(|it| Text::new().link(address(it), &it.name)).collect();
        let new = Button::form("New shared drive", ctx.call("drive create", json!({})));
        Ok(Reply::to_channel(Message::text(head).list(lines).buttons(vec![new])))
    }
}

fn address(drive: &SharedDrive) -> String {
    format!("https://drive.google.com/drive/folders/{}", drive.id)
}

/// Makes a shared drive.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
}

impl Action for Create {
    type On = Drive;
    const NAME: &str = "drive create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["drive create Apollo"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err(problem::at("name", "A shared drive needs a name."));
        }
        // Google wants an id by which it knows a repeat; a second run of the command has another one.
        let id = format!("bellhop-{:032x}", rand::random::<u128>());
        let request = acting.post("/drives", &[("requestId", &id), ("fields", "id,name")], &json!({ "name": name }));
        let drive: SharedDrive = acting.send(request).await?;
        Ok(Reply::to_channel(members(&drive, ctx, Message::text(made(&drive)))))
    }
}

fn made(drive: &SharedDrive) -> Text {
    Text::new().plain("Made the shared drive ").link(address(drive), &drive.name).plain(". Add people to it:")
}

fn members(drive: &SharedDrive, ctx: &Ctx, message: Message) -> Message {
    let params = json!({ "drive": drive.id });
    message.buttons(vec![
        Button::form("Add somebody", ctx.call("drive add", params.clone())),
        Button::run("Members", ctx.call("drive members", params)),
        Button::run("What is in it", ctx.call("file list", json!({ "folder": drive.id }))),
    ])
}

/// Lists the members of a shared drive.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Members {
    /// The shared drive.
    drive: DriveRef,
}

impl Action for Members {
    type On = Drive;
    const NAME: &str = "drive members";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["drive members Projects"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let drive = acting.shared_drive("drive", &self.drive).await?;
        let all = acting.permissions(&drive.id).await?;
        let head = Text::new().plain("Members of ").link(address(&drive), &drive.name);
        let message = Message::text(head).list(all.iter().map(share::line).collect());
        let add = Button::form("Add somebody", ctx.call("drive add", json!({ "drive": drive.id })));
        Ok(Reply::to_channel(message.buttons(vec![add])))
    }
}

/// Adds people or groups to a shared drive.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The shared drive.
    drive: DriveRef,
    /// Whom: @ana, an email address, group:team@example.org.
    who: Vec<Person>,
    /// What they may do; change files where you do not say.
    role: Option<Role>,
    /// Google sends them no mail.
    #[serde(default)]
    quiet: bool,
}

impl Action for Add {
    type On = Drive;
    const NAME: &str = "drive add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["drive add Projects @ben role=content_manager"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let grantees = share::grantees(&acting, ctx, "who", &self.who)?;
        let drive = acting.shared_drive("drive", &self.drive).await?;
        let mail = if self.quiet { Mail::None } else { Mail::With(acting.sign("")) };
        let grant = Grant { role: self.role.unwrap_or(Role::Editor), until: None, mail };
        let outcome = share::give(&acting, &drive.id, &grantees, &grant).await.map_err(|mut error| {
            error.fields.iter_mut().filter(|it| it.field == "with").for_each(|it| it.field = "who".into());
            error
        })?;
        let mut message =
            Message::text(Text::new().plain(format!("Added {} to ", outcome.given())).link(address(&drive), &drive.name));
        if let Some(refused) = outcome.refused() {
            message = message.paragraph(refused).tone(Tone::Warning);
        }
        Ok(Reply::to_channel(members(&drive, ctx, message)))
    }
}

/// Takes somebody out of a shared drive.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The shared drive.
    drive: DriveRef,
    /// Whom: @ben, an email address.
    who: Holder,
    /// Say yes to do it.
    confirm: Option<Confirm>,
}

impl Action for Remove {
    type On = Drive;
    const NAME: &str = "drive remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["drive remove Projects ben@example.org"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let who = share::person_of(&acting, ctx, "who", &self.who)?;
        let drive = acting.shared_drive("drive", &self.drive).await?;
        let all = acting.permissions(&drive.id).await?;
        let Some(found) = share::of_holder(&all, &who) else {
            return Err(problem::at("who", format!("{} is no member of “{}”.", who.name(), drive.name)));
        };
        if self.confirm.is_none() {
            let params = json!({ "drive": drive.id, "who": self.who, "confirm": "yes" });
            let yes = format!("Take {} out of {}?", who.name(), drive.name);
            let button = Button::run("Take them out", ctx.call("drive remove", params)).danger(yes);
            let sentence = format!(
                "This takes {} out of “{}”: they lose all that is in it but what they have of their own.",
                who.name(),
                drive.name
            );
            return Ok(Reply::new(Message::text(sentence).tone(Tone::Warning).buttons(vec![button]), Audience::Private));
        }
        acting.done(acting.delete(&format!("/files/{}/permissions/{}", drive.id, found.id), &[ALL_DRIVES])).await?;
        let text =
            Text::new().plain(format!("{} is no member of ", who.name())).link(address(&drive), &drive.name).plain(" any more.");
        Ok(Reply::to_channel(members(&drive, ctx, Message::text(text))))
    }
}
