//! Channels by which Google tells us of changes: <https://developers.google.com/workspace/drive/api/guides/push>.
//!
//! A channel ends by itself, after a week at most for changes and a day for a file, and Google renews none: renewing is making
//! another and stopping the old one, in this order, so that nothing is missed.

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, param::Secret};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Drive,
    api::{ALL_DRIVES, Acting},
    bad,
    param::{DriveRef, FileRef},
    poll::DRIVES,
    problem,
    wire::{Channel, File, SharedDrive},
};
use crate::{HookMade, HookWanted, Hooking};

/// The longest that Google allows, of changes and of one file.
const CHANGES: SignedDuration = SignedDuration::from_hours(7 * 24);
const FILE: SignedDuration = SignedDuration::from_hours(24);

/// Where channels lead.
pub(super) struct Hook {
    url: String,
    secret: Secret,
}

impl Hook {
    /// # Errors
    /// A sentence, where one of both is missing or Google would not take them.
    pub fn of(url: Option<&str>, secret: Option<Secret>) -> Result<Option<Hook>, String> {
        let url = url.map(str::trim).filter(|it| !it.is_empty());
        let secret = secret.filter(|it| !it.expose().trim().is_empty());
        match (url, secret) {
            (None, None) => Ok(None),
            (Some(_), None) => Err("`hook_url` needs `hook_secret`: by it the bot knows that it is Google who reports.".into()),
            (None, Some(_)) => Err("`hook_secret` is for a hook, and `hook_url` does not say where that is.".into()),
            (Some(url), Some(_)) if !url.starts_with("https://") => {
                Err(format!("`hook_url` is `{url}`, and Google reports to https addresses only."))
            }
            // Google's limit for a channel's token.
            (Some(_), Some(secret)) if secret.expose().len() > 256 => Err("`hook_secret` is longer than 256 characters.".into()),
            (Some(url), Some(secret)) => Ok(Some(Hook { url: url.to_owned(), secret })),
        }
    }
}

/// Has Google report changes to this bot's hook.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Start {
    /// One file or folder, in place of all that changes for the bot's account.
    file: Option<FileRef>,
    /// A shared drive, which has a log of its own.
    drive: Option<DriveRef>,
}

impl Action for Start {
    type On = Drive;
    const NAME: &str = "watch start";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["watch start", "watch start file=Brief", "watch start drive=Projects"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.as_bot().await;
        let (watched, channel) = start(&acting, ctx, self.file.as_ref(), self.drive.as_ref()).await?;
        Ok(Reply::to_asker(told(&channel, &watched, ctx, "Google reports")))
    }
}

/// Makes another channel in place of one that is about to end.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Renew {
    /// The channel's id.
    channel: String,
    /// The id of what it watches, as Google gave it.
    resource: String,
    /// The file or folder that it watches, where it is one.
    file: Option<FileRef>,
    /// The shared drive that it watches, where it is one.
    drive: Option<DriveRef>,
}

impl Action for Renew {
    type On = Drive;
    const NAME: &str = "watch renew";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["watch renew bellhop-1f2e3d ret08u3rv24htgh289g"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.as_bot().await;
        let (watched, channel) = start(&acting, ctx, self.file.as_ref(), self.drive.as_ref()).await?;
        let message = told(&channel, &watched, ctx, "Google goes on to report");
        let message = match stop(&acting, &self.channel, &self.resource).await {
            Ok(()) => message,
            // The new one is there. Two report the same twice until the old one ends.
            Err(error) => message.context(format!("The old channel could not be stopped, and ends by itself: {}", error.message)),
        };
        Ok(Reply::to_asker(message))
    }
}

/// Has Google stop to report by a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Stop {
    /// The channel's id.
    channel: String,
    /// The id of what it watches, as Google gave it.
    resource: String,
}

impl Action for Stop {
    type On = Drive;
    const NAME: &str = "watch stop";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["watch stop bellhop-1f2e3d ret08u3rv24htgh289g"];

    async fn run(self, on: &Drive, _: &Ctx) -> Result<Reply> {
        stop(&on.as_bot().await, &self.channel, &self.resource).await?;
        Ok(Reply::to_asker(format!("Google reports nothing by the channel {} any more.", self.channel)))
    }
}

/// What a channel tells of.
enum Watched {
    All,
    File(Box<File>),
    Drive(SharedDrive),
}

async fn start(acting: &Acting<'_>, ctx: &Ctx, file: Option<&FileRef>, drive: Option<&DriveRef>) -> Result<(Watched, Channel)> {
    let Some(hook) = &acting.drive.settings.hook else {
        return Err(bad(
            "Google has to be told where to report: set `hook_url` and `hook_secret` of this connection to the address and the secret of a hook of the kind `drive`.",
        ));
    };
    let watched = match (file, drive) {
        (Some(_), Some(_)) => return Err(problem::at("drive", "A channel watches one of both: keep `file` or `drive`.")),
        (Some(file), None) => Watched::File(Box::new(acting.find("file", file).await?)),
        (None, Some(drive)) => Watched::Drive(acting.shared_drive("drive", drive).await?),
        (None, None) => Watched::All,
    };
    let channel = open(acting, hook, &watched, ctx.now).await?;
    Ok((watched, channel))
}

/// Opens a channel to `hook`.
async fn open(acting: &Acting<'_>, hook: &Hook, watched: &Watched, now: Timestamp) -> Result<Channel> {
    let lasts = if matches!(watched, Watched::File(_)) { FILE } else { CHANGES };
    let body = json!({
        "id": format!("bellhop-{:032x}", rand::random::<u128>()),
        "type": "web_hook",
        "address": hook.url,
        "token": hook.secret.expose(),
        "expiration": (now + lasts).as_millisecond().to_string(),
    });
    let request = match watched {
        Watched::File(file) => acting.post(&format!("/files/{}/watch", file.id), &[ALL_DRIVES], &body),
        Watched::All | Watched::Drive(_) => {
            let drive = if let Watched::Drive(it) = watched { Some(it.id.as_str()) } else { None };
            let token = acting.start_page_token(drive).await?;
            let query = [("pageToken", token.as_str()), ALL_DRIVES, ("includeItemsFromAllDrives", "true")];
            let query: Vec<_> = query.into_iter().chain(drive.map(|it| ("driveId", it))).collect();
            acting.post("/changes/watch", &query, &body)
        }
    };
    acting.send(request).await.map_err(|error| match error.code.as_deref() {
        Some("push.webhookUrlUnauthorized" | "push.webhookUrlNotHttps") => {
            let said = problem::said(&error);
            bad(&format!(
                "Google does not report to {}: {said}. Its domain has to be verified in the Google Cloud project.",
                hook.url
            ))
        }
        _ => error,
    })
}

/// Channels for what polls read as well: the account's changes, and each shared drive's.
pub(super) const HOOKING: Hooking<Drive> = Hooking {
    of: None,
    create: |on, wanted| Box::pin(create(on, wanted)),
    remove: |on, made| Box::pin(remove(on, made)),
    lasts: Some(CHANGES),
};

/// They end by themselves after a week, and have to be made anew before.
async fn create(on: &Drive, wanted: HookWanted<'_>) -> Result<HookMade> {
    let secret = Secret::from(wanted.secret.expose().to_owned());
    let hook = Hook::of(Some(wanted.url), Some(secret)).map_err(|it| bad(&it))?;
    let hook = hook.ok_or_else(|| bad("Google has to be told where to report: the hook has no address."))?;
    let acting = on.as_bot().await;
    let drives = acting.drives().await?.into_iter().take(DRIVES).map(Watched::Drive);
    let mut made: Vec<String> = Vec::new();
    for watched in [Watched::All].into_iter().chain(drives) {
        match open(&acting, &hook, &watched, Timestamp::now()).await {
            Ok(channel) => made.push(format!("{}/{}", channel.id, channel.resource_id)),
            // The account is not in that drive any more, since a moment ago.
            Err(error) if matches!(watched, Watched::Drive(_)) && error.kind == ErrorKind::NotFound => {}
            Err(error) => {
                // What was made would report to a hook that nobody has; it ends by itself in any case.
                let _ = remove(on, &HookMade { id: made.join(","), of: None }).await;
                return Err(error);
            }
        }
    }
    Ok(HookMade { id: made.join(","), of: None })
}

async fn remove(on: &Drive, made: &HookMade) -> Result<()> {
    let acting = on.as_bot().await;
    for (channel, resource) in made.id.split(',').filter_map(|it| it.split_once('/')) {
        let body: Value = json!({ "id": channel, "resourceId": resource });
        match acting.done(acting.post("/channels/stop", &[], &body)).await {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            end => end?,
        }
    }
    Ok(())
}

async fn stop(acting: &Acting<'_>, channel: &str, resource: &str) -> Result<()> {
    let body: Value = json!({ "id": channel.trim(), "resourceId": resource.trim() });
    match acting.done(acting.post("/channels/stop", &[], &body)).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            Err(problem::at("channel", format!("There is no channel `{}` that watches that: it may have ended.", channel.trim())))
        }
        end => end,
    }
}

fn told(channel: &Channel, watched: &Watched, ctx: &Ctx, verb: &str) -> Message {
    let mut params = json!({ "channel": channel.id, "resource": channel.resource_id });
    let stop = Button::run("Stop", ctx.call("watch stop", params.clone()));
    let what = match watched {
        Watched::All => "what changes for the bot's account".to_owned(),
        Watched::File(file) => {
            params["file"] = json!(file.id);
            format!("changes of “{}”", file.name)
        }
        Watched::Drive(drive) => {
            params["drive"] = json!(drive.id);
            format!("what changes in the shared drive “{}”", drive.name)
        }
    };
    let ends = channel.expiration.as_ref().and_then(|it| Timestamp::from_millisecond(it.parse().ok()?).ok());
    let mut text = Text::new().plain(format!("{verb} {what}"));
    if let Some(ends) = ends {
        text = text.plain(" until ").time(ends);
    }
    Message::text(text.plain("."))
        .context("Google renews no channel by itself: do it before it ends, by a schedule or here.")
        .buttons(vec![Button::run("Renew", ctx.call("watch renew", params)), stop])
}

impl Acting<'_> {
    /// Where the changes to come begin, of the account or of a shared drive.
    pub(super) async fn start_page_token(&self, drive: Option<&str>) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Start {
            start_page_token: String,
        }
        let query: Vec<_> = [ALL_DRIVES].into_iter().chain(drive.map(|it| ("driveId", it))).collect();
        let start: Start = self.send(self.get("/changes/startPageToken", &query)).await?;
        Ok(start.start_page_token)
    }
}
