//! `file download`: what is text and short is shown, other files are handed over, and what is large or a folder as a link.

use commands::{Action, Audience, Ctx, Effect, File, Message, Reply, Result, Text};
use jiff::{SignedDuration, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::nextcloud::{Nextcloud, dav::Entry, param, path, problem::at, shares};

/// The longest text that is carried into a chat, in bytes.
const LONGEST_TEXT: u64 = 256 << 10;
/// How many days a link lasts that was made for a download.
const DAYS: i64 = 7;
/// How such a link is called in Nextcloud, so that the next download uses it again.
const LABEL: &str = "Download by Bellhop";

/// Brings a file here: a short text is shown, any other up to 8 MB is handed over; of a folder or a larger one you get a
/// link that lasts a week.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for Download {
    type On = Nextcloud;
    const NAME: &str = "file download";
    // It may make a link, which is a way in for whoever has it.
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file download /Reports/notes.txt"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        if entry.path == "/" {
            return Err(at("file", "That is everything at once. Name a file, or a folder below it."));
        }
        if is_text(&entry) {
            let bytes = on.read(&entry.path, LONGEST_TEXT as usize + 1).await?;
            if let Ok(text) = String::from_utf8(bytes) {
                let message = Message::new().document(entry.name(), entry.path.clone(), text);
                return Ok(Reply::new(message.context(Text::new().link(on.page(&entry), "Open in Nextcloud")), Audience::Asker));
            }
        }
        if !entry.is_folder && entry.size.is_some_and(|it| it <= File::LIMIT as u64) {
            let content = on.read(&entry.path, File::LIMIT).await?;
            let said = Text::new().link(on.page(&entry), entry.name()).plain(format!(" ({})", path::size(content.len() as u64)));
            let (name, title) = (entry.name().to_owned(), entry.path.clone());
            return Ok(Reply::new(said, Audience::Asker).with_file(File { name, title, content }));
        }
        link(on, ctx, &entry).await
    }
}

/// Whether it is a text that is short enough to be shown.
pub(in crate::nextcloud) fn is_text(entry: &Entry) -> bool {
    let mime = entry.mime.as_deref().unwrap_or_default();
    let is_text = mime.starts_with("text/")
        || matches!(mime, "application/json" | "application/xml" | "application/yaml" | "application/x-yaml");
    !entry.is_folder && is_text && entry.size.is_some_and(|it| it <= LONGEST_TEXT)
}

/// A public link that only reads and ends by itself; the last one again while it lasts.
async fn link(on: &Nextcloud, ctx: &Ctx, entry: &Entry) -> Result<Reply> {
    let until = (ctx.now + SignedDuration::from_hours(24 * DAYS)).to_zoned(TimeZone::UTC).date();
    let today = ctx.now.to_zoned(TimeZone::UTC).date();
    let known = on.shares_of(&entry.path).await?.into_iter().find(|it| {
        it.share_type == shares::LINK && it.label.as_deref() == Some(LABEL) && it.until().is_some_and(|it| it > today)
    });
    let share = match known {
        Some(share) => share,
        None => {
            let wanted = shares::Wanted {
                kind: shares::LINK,
                permissions: Some(shares::Permissions::View),
                expires: Some(until),
                label: Some(LABEL.to_owned()),
                ..shares::Wanted::default()
            };
            on.share(entry, &wanted).await?
        }
    };
    let address = share.url.clone().unwrap_or_else(|| on.page(entry));
    let ending = if entry.is_folder { "download it as a ZIP file" } else { "download it" };
    let size = entry.size.map(|it| format!(" ({})", path::size(it))).unwrap_or_default();
    let until = share.until().map(|it| format!(" Whoever has this link can open it, until {it}.")).unwrap_or_default();
    let line = Text::new().bold(entry.name()).plain(format!("{size}: ")).link(&address, ending).plain(format!(".{until}"));
    let revoke = ctx.call("share revoke", serde_json::json!({ "share": share.id }));
    let message = Message::text(line).buttons(vec![commands::Button::run("End the link", revoke)]);
    Ok(Reply::new(message, Audience::Asker))
}
