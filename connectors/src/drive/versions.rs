//! Versions of a file: <https://developers.google.com/workspace/drive/api/guides/manage-revisions>.
//!
//! What Google calls revisions, and people versions. Google keeps those of a file of bytes for 30 days, or for good where somebody says
//! so; those of its own documents can be had in other formats, and are brought back on Google's page only.

use commands::{Action, Block, Button, Ctx, Download as Fetched, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Drive,
    api::Acting,
    card,
    param::{FileRef, VersionRef},
    problem,
    upload::Into,
    wire::{self, File, Revision},
};
use crate::http::pages::{Page, first, pages};

/// Google keeps some hundred versions of a file.
const READ: usize = 1000;
const SHOWN: usize = 10;
/// What is fetched and stored again to bring a version back.
const LARGEST: usize = 50 << 20;

impl Acting<'_> {
    /// All versions that are kept, the oldest first.
    pub(super) async fn revisions(&self, file: &str) -> Result<Vec<Revision>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            revisions: Vec<Revision>,
            next_page_token: Option<String>,
        }
        let fields = format!("nextPageToken,revisions({})", wire::REVISION);
        let path = format!("/files/{file}/revisions");
        let fetch = async |token: Option<String>| {
            let mut query = vec![("pageSize", "1000"), ("fields", fields.as_str())];
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(self.get(&path, &query)).await?;
            Ok(Page { items: listed.revisions, next: listed.next_page_token })
        };
        Ok(first(READ, pages(fetch)).await?.items)
    }

    async fn revision(&self, file: &File, version: &VersionRef) -> Result<Revision> {
        let id = version.0.trim();
        let unknown = || {
            problem::at("version", format!("“{}” has no version `{id}` any more. `version list` shows those it has.", file.name))
        };
        if id.is_empty() || !id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_') {
            return Err(unknown());
        }
        let request = self.get(&format!("/files/{}/revisions/{id}", file.id), &[("fields", wire::REVISION)]);
        request.send().await.map_err(|error| if error.kind == ErrorKind::NotFound { unknown() } else { self.explain(error) })
    }

    async fn content(&self, file: &File, revision: &Revision, most: usize) -> Result<Vec<u8>> {
        let request = self.get(&format!("/files/{}/revisions/{}", file.id, revision.id), &[("alt", "media")]);
        let (_, bytes) = request.send_for_bytes(most).await.map_err(|it| self.explain(it))?;
        Ok(bytes.to_vec())
    }
}

/// Google's own documents have versions without bytes.
fn only_on_the_page(file: &File, what: &str) -> Error {
    let what_it_is = card::what(&file.mime_type).to_lowercase();
    let message = format!("Google {what} a {what_it_is} only on its page, under File → Version history: {}", card::link(file));
    problem::at("file", message)
}

fn by(it: &Revision) -> &str {
    it.last_modifying_user.as_ref().map_or("somebody", |it| &it.display_name)
}

/// `2026-11-20 09:00`, as people tell versions apart.
fn when(it: &Revision) -> String {
    it.modified_time.map_or_else(|| it.id.clone(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Lists the versions of a file, the newest first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file.
    file: FileRef,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "version list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version list fire.txt"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let mut all = acting.revisions(&file.id).await?;
        all.reverse();
        let head = format!("{} version{} of ", all.len(), if all.len() == 1 { "" } else { "s" });
        let line = |it: &Revision| {
            let size = it.size.as_ref().and_then(|it| it.parse().ok()).map(|it| format!(" · {}", card::size(it)));
            let kept = if it.keep_forever { " · kept for good" } else { "" };
            let text = Text::new().code(&it.id).plain(" ");
            let text = it.modified_time.map_or(text.clone(), |at| text.time(at));
            text.plain(format!(" · {}{}{kept}", by(it), size.unwrap_or_default()))
        };
        let head = Text::new().plain(head).link(card::link(&file), &file.name);
        let mut message = Message::text(head).list(all.iter().take(SHOWN).map(line).collect());
        let call = |action: &str, it: &Revision| ctx.call(action, json!({ "file": file.id, "version": it.id }));
        let fetch = |it: &Revision| Button::run(when(it), call(Download::NAME, it));
        let restore = |it: &Revision| Button::run(when(it), call(Restore::NAME, it));
        message = message.block(Block::Menu { label: "Bring here".into(), options: all.iter().take(SHOWN).map(fetch).collect() });
        // The newest one is what the file is.
        let older: Vec<Button> = all.iter().take(SHOWN).skip(1).map(restore).collect();
        if !file.is_native() && !older.is_empty() && file.capabilities.can_edit {
            message = message.block(Block::Menu { label: "Go back to".into(), options: older });
        }
        if all.len() > SHOWN {
            message = message.context(format!("{} more are kept in Google Drive.", all.len() - SHOWN));
        }
        Ok(Reply::to_channel(message))
    }
}

/// Brings a version of a file here; of a document you get the links to it in other formats.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The file.
    file: FileRef,
    /// The version, by its id.
    version: VersionRef,
}

impl Action for Download {
    type On = Drive;
    const NAME: &str = "version download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version download fire.txt 1"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let revision = acting.revision(&file, &self.version).await?;
        let said = Text::new().link(card::link(&file), &file.name);
        let said = said.plain(format!(" as {} left it, {}", by(&revision), when(&revision)));
        if file.is_native() {
            let line = |(mime, link): (&String, &String)| Text::new().link(link, format(mime));
            let links: Vec<Text> = revision.export_links.iter().map(line).collect();
            if links.is_empty() {
                return Err(only_on_the_page(&file, "shows versions of"));
            }
            return Ok(Reply::to_channel(Message::text(said.plain(". Download it as:")).list(links)));
        }
        let size = revision.size.as_ref().and_then(|it| it.parse::<u64>().ok());
        if size.is_some_and(|it| it > commands::File::LIMIT as u64) {
            let message = format!(
                "It is {}, more than the {} that I bring into a chat. `version restore` makes it the file itself.",
                card::size(size.unwrap_or_default()),
                card::size(commands::File::LIMIT as u64)
            );
            return Err(problem::at("version", message));
        }
        let content = acting.content(&file, &revision, commands::File::LIMIT).await?;
        let said = said.plain(format!(" ({})", card::size(content.len() as u64)));
        let attached = commands::File { name: file.name.clone(), title: file.name.clone(), content };
        Ok(Reply::to_channel(said).with_file(attached))
    }
}

/// The ending that people know a format by.
fn format(mime: &str) -> &str {
    match mime {
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "text/csv" => "csv",
        "text/markdown" => "md",
        "text/html" => "html",
        "application/rtf" => "rtf",
        "application/epub+zip" => "epub",
        "image/png" => "png",
        it if it.ends_with("wordprocessingml.document") => "docx",
        it if it.ends_with("spreadsheetml.sheet") => "xlsx",
        it if it.ends_with("presentationml.presentation") => "pptx",
        it => it.rsplit(['/', '.']).next().unwrap_or(it),
    }
}

/// Makes an older version what the file is; what it is now stays a version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The file.
    file: FileRef,
    /// The version, by its id.
    version: VersionRef,
}

impl Action for Restore {
    type On = Drive;
    const NAME: &str = "version restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version restore fire.txt 1"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        if file.is_native() {
            return Err(only_on_the_page(&file, "restores versions of"));
        }
        let revision = acting.revision(&file, &self.version).await?;
        if revision.size.as_ref().and_then(|it| it.parse::<usize>().ok()).is_some_and(|it| it > LARGEST) {
            let most = card::size(LARGEST as u64);
            return Err(problem::at("version", format!("It is more than the {most} that I carry. Restore it in Google Drive.")));
        }
        let bytes = acting.content(&file, &revision, LARGEST).await?;
        let content_type = revision.mime_type.clone().unwrap_or_else(|| file.mime_type.clone());
        let again = Fetched { name: file.name.clone(), content_type, bytes };
        let after = acting.upload(&again, Into::Version(&file.id)).await?;
        let said = format!("“{}” is what {} left on {} again.", after.name, by(&revision), when(&revision));
        Ok(card::done(&acting, &after, ctx, said).await)
    }
}

/// Keeps a version of a file for good: Google deletes others after 30 days.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Keep {
    /// The file.
    file: FileRef,
    /// The version, by its id.
    version: VersionRef,
    /// Not any longer: it may go after 30 days.
    #[serde(default)]
    off: bool,
}

impl Action for Keep {
    type On = Drive;
    const NAME: &str = "version keep";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version keep fire.txt 1", "version keep fire.txt 1 --off"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        if file.is_native() {
            return Err(problem::at("file", format!("Google keeps all versions of “{}” anyway.", file.name)));
        }
        let revision = acting.revision(&file, &self.version).await?;
        let path = format!("/files/{}/revisions/{}", file.id, revision.id);
        let body = json!({ "keepForever": !self.off });
        let _: Revision = acting.send(acting.patch(&path, &[("fields", wire::REVISION)], &body)).await?;
        let until = if self.off { "may go after 30 days now" } else { "is kept for good now" };
        let text = Text::new().plain("The version of ").link(card::link(&file), &file.name);
        Ok(Reply::to_channel(text.plain(format!(" that {} left on {} {until}.", by(&revision), when(&revision)))))
    }
}
