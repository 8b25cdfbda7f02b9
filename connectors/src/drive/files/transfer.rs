//! `file upload`, `file download`, `file export`.

use commands::{Action, Ctx, Download as Fetched, Effect, Error, Message, Reply, Result, Text, param::File};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::drive::{
    Drive,
    api::{ALL_DRIVES, Acting},
    card,
    param::{FileRef, FolderRef},
    problem,
    upload::Into,
    wire,
};

/// What is read of a text that is shown in chat.
const TEXT: usize = 1 << 20;
/// What Google exports at most: <https://developers.google.com/workspace/drive/api/guides/manage-downloads>.
const EXPORT: usize = 10 << 20;

/// Uploads a file from this chat, or from a public link.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Upload {
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: File,
    /// The folder it goes into; My Drive where you do not say.
    folder: Option<FolderRef>,
    /// Its name, where it shall be another.
    name: Option<String>,
    /// Makes a Google document, spreadsheet or presentation of it.
    #[serde(default)]
    convert: bool,
    /// The file that this is a new version of.
    replace: Option<FileRef>,
}

impl Action for Upload {
    type On = Drive;
    const NAME: &str = "file upload";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file upload file=https://example.org/fire.txt folder=Apollo"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        if self.replace.is_some() {
            let idle = [
                (self.name.is_some(), "name", "keeps the file's name: rename it with `file rename`"),
                (self.folder.is_some(), "folder", "stays in the file's folder: move it with `file move`"),
                (self.convert, "convert", "keeps the file's type: upload it without `replace` to make a document of it"),
            ];
            if let Some((_, field, why)) = idle.into_iter().find(|it| it.0) {
                return Err(problem::at(field, format!("A new version {why}.")));
            }
        }
        // Before the file travels: a wrong folder is found out now.
        let replaced = match &self.replace {
            Some(file) => Some(acting.find("replace", file).await?),
            None => None,
        };
        let folder = match &self.folder {
            Some(folder) => Some(acting.folder("folder", folder).await?),
            None => None,
        };
        let fetched = ctx.host.download(&self.file.0).await.map_err(|error| {
            let message = error.message.clone();
            error.with_fields(vec![commands::FieldProblem::new("file", message)])
        })?;
        if let Some(replaced) = replaced {
            let file = acting.upload(&fetched, Into::Version(&replaced.id)).await?;
            return Ok(card::done(&acting, &file, ctx, format!("“{}” has a new version.", file.name)).await);
        }
        let name = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or(&fetched.name);
        let mut body = json!({ "name": name });
        let description = acting.sign("");
        if !description.is_empty() {
            body["description"] = json!(description);
        }
        if let Some(folder) = &folder {
            body["parents"] = json!([folder.id]);
        }
        if self.convert {
            body["mimeType"] = json!(native_of(&fetched).ok_or_else(|| {
                problem::at("convert", format!("Google makes no document of `{}`. Upload it as it is.", fetched.name))
            })?);
        }
        let file = acting.upload(&fetched, Into::New(&body)).await?;
        Ok(card::done(&acting, &file, ctx, format!("Uploaded “{}”.", file.name)).await)
    }
}

/// What Google can make of a file.
fn native_of(file: &Fetched) -> Option<&'static str> {
    let ending = file.name.rsplit_once('.').map(|(_, it)| it.to_lowercase()).unwrap_or_default();
    Some(match ending.as_str() {
        "txt" | "md" | "html" | "htm" | "rtf" | "doc" | "docx" | "odt" => "application/vnd.google-apps.document",
        "csv" | "tsv" | "xls" | "xlsx" | "ods" => "application/vnd.google-apps.spreadsheet",
        "ppt" | "pptx" | "odp" => "application/vnd.google-apps.presentation",
        _ => return None,
    })
}

/// Brings a file here: a text is shown, any other file is handed over up to 8 MB, of a larger one you get the link.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The file.
    file: FileRef,
}

impl Action for Download {
    type On = Drive;
    const NAME: &str = "file download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file download Apollo/notes.txt"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        if formats(&file.mime_type).is_empty() && file.is_native() {
            return Err(problem::at("file", only_opened(&file)));
        }
        if file.is_native() {
            let message = format!(
                "A {} has no bytes of its own: `file export` makes a file of it.",
                card::what(&file.mime_type).to_lowercase()
            );
            return Err(problem::at("file", message));
        }
        if is_text(&file.mime_type, &file.name) && file.bytes().is_none_or(|it| it <= TEXT as u64) {
            let query = [("alt", "media"), ALL_DRIVES];
            let request = acting.get(&format!("/files/{}", file.id), &query);
            let (_, bytes) = request.send_for_bytes(TEXT).await.map_err(|it| acting.explain(it))?;
            if let Ok(text) = std::str::from_utf8(&bytes) {
                return Ok(Reply::to_channel(Message::new().document(&file.name, &file.name, text)));
            }
        }
        let Some(link) = &file.web_content_link else {
            return Err(problem::at("file", format!("“{}” cannot be downloaded: its owner does not allow it.", file.name)));
        };
        if file.bytes().is_some_and(|it| it <= commands::File::LIMIT as u64) {
            let request = acting.get(&format!("/files/{}", file.id), &[("alt", "media"), ALL_DRIVES]);
            let (_, bytes) = request.send_for_bytes(commands::File::LIMIT).await.map_err(|it| acting.explain(it))?;
            let said = Text::new().link(card::link(&file), &file.name).plain(format!(" ({})", card::size(bytes.len() as u64)));
            return Ok(Reply::to_channel(said).with_file(attached(&file.name, bytes.to_vec())));
        }
        let size = file.bytes().map(|it| format!(" ({})", card::size(it))).unwrap_or_default();
        let most = card::size(commands::File::LIMIT as u64);
        let why = format!("{size}: more than the {most} that I bring into a chat.");
        Ok(Reply::to_channel(Text::new().link(link, format!("Download {}", file.name)).plain(why)))
    }
}

/// What a document can be made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Pdf,
    Docx,
    Md,
    Txt,
    Csv,
    Xlsx,
    Pptx,
    Png,
}

impl Format {
    /// <https://developers.google.com/workspace/drive/api/guides/ref-export-formats>
    fn mime(self) -> &'static str {
        match self {
            Format::Pdf => "application/pdf",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Md => "text/markdown",
            Format::Txt => "text/plain",
            Format::Csv => "text/csv",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Format::Png => "image/png",
        }
    }

    fn ending(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// What each kind of document can be made into.
pub(in crate::drive) fn formats(mime: &str) -> &'static [Format] {
    match mime {
        "application/vnd.google-apps.document" => &[Format::Pdf, Format::Docx, Format::Md, Format::Txt],
        "application/vnd.google-apps.spreadsheet" => &[Format::Xlsx, Format::Csv, Format::Pdf],
        "application/vnd.google-apps.presentation" => &[Format::Pdf, Format::Pptx, Format::Txt],
        "application/vnd.google-apps.drawing" => &[Format::Pdf, Format::Png],
        _ => &[],
    }
}

/// Exports a Google document: text is shown here, anything else is handed over, or goes into a folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Export {
    /// The document, spreadsheet or presentation.
    file: FileRef,
    /// What it becomes: pdf, docx, md or txt of a document, xlsx, csv or pdf of a spreadsheet, pdf or pptx of a presentation.
    to: Option<Format>,
    /// A folder to keep the result in.
    folder: Option<FolderRef>,
}

impl Action for Export {
    type On = Drive;
    const NAME: &str = "file export";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file export Brief to=md", "file export Budget to=csv", "file export Brief to=pdf folder=Apollo"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let Some(format) = self.to.or_else(|| formats(&file.mime_type).first().copied()) else {
            return Err(problem::at("file", not_exported(&file)));
        };
        if !formats(&file.mime_type).contains(&format) {
            return Err(not_into(&file, format));
        }
        let name = format!("{}.{}", file.name, format.ending());
        if let Some(folder) = &self.folder {
            let folder = acting.folder("folder", folder).await?;
            let bytes = export(&acting, &file, format).await?;
            let made = Fetched { name, content_type: format.mime().to_owned(), bytes };
            let body = json!({ "name": made.name, "parents": [folder.id] });
            let kept = acting.upload(&made, Into::New(&body)).await?;
            return Ok(card::done(&acting, &kept, ctx, format!("Exported “{}” into {}.", file.name, folder.name)).await);
        }
        if matches!(format, Format::Md | Format::Txt | Format::Csv) {
            let bytes = export(&acting, &file, format).await?;
            let text = String::from_utf8_lossy(&bytes).trim_end().replace("\r\n", "\n");
            return Ok(Reply::to_channel(Message::new().document(&name, &file.name, text)));
        }
        let link = file.export_links.get(format.mime()).ok_or_else(|| not_into(&file, format))?;
        // What is too large to be handed over is not known before: there is the link then.
        if let Ok(bytes) = export(&acting, &file, format).await
            && bytes.len() <= commands::File::LIMIT
        {
            let said = Text::new().link(card::link(&file), &file.name).plain(format!(" as {}.", format.ending()));
            return Ok(Reply::to_channel(said).with_file(attached(&name, bytes)));
        }
        let text = Text::new().link(link, format!("Download {name}"));
        Ok(Reply::to_channel(Message::text(text).context("`folder=…` keeps it in Drive instead.")))
    }
}

fn attached(name: &str, content: Vec<u8>) -> commands::File {
    commands::File { name: name.to_owned(), title: name.to_owned(), content }
}

async fn export(acting: &Acting<'_>, file: &wire::File, format: Format) -> Result<Vec<u8>> {
    let request = acting.get(&format!("/files/{}/export", file.id), &[("mimeType", format.mime())]);
    let (_, bytes) = request.send_for_bytes(EXPORT).await.map_err(|it| acting.explain(it))?;
    // Google begins its text with a byte order mark.
    Ok(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes).to_vec())
}

/// Why nothing can be made of it.
fn not_exported(file: &wire::File) -> String {
    match file.is_native() {
        true => only_opened(file),
        false => format!("“{}” is no Google document: `file download` fetches it as it is.", file.name),
    }
}

/// Of what can neither be downloaded nor exported.
fn only_opened(file: &wire::File) -> String {
    let (what, link) = (card::what(&file.mime_type).to_lowercase(), card::link(file));
    match file.is_folder() {
        true => format!(
            "“{}” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: {link}",
            file.name
        ),
        false => format!("“{}” is a {what} of Google's, which cannot be had as a file. Open it: {link}", file.name),
    }
}

fn not_into(file: &wire::File, format: Format) -> Error {
    let what = card::what(&file.mime_type).to_lowercase();
    let message = match formats(&file.mime_type) {
        [] => not_exported(file),
        all => {
            let all: Vec<String> = all.iter().map(|it| it.ending()).collect();
            format!("Google makes no {} of a {what}. It can be {}.", format.ending(), all.join(", "))
        }
    };
    problem::at("to", message)
}

fn is_text(mime: &str, name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, it)| it.to_lowercase()).unwrap_or_default();
    mime.starts_with("text/")
        || matches!(mime, "application/json" | "application/xml" | "application/x-yaml" | "application/toml")
        || matches!(ending.as_str(), "md" | "yml" | "yaml" | "toml" | "log")
}
