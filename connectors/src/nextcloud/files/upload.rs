//! `file upload`, `file write`.

use commands::{
    Action, Ctx, Effect, Error, ErrorKind, FieldProblem, Reply, Result,
    param::{File, Markdown},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::nextcloud::{Nextcloud, dav::Existing, param, path, problem::at};

/// Stores a file from this chat, or from a public link.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Upload {
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: Vec<File>,
    /// The folder it goes to; the first one where you do not say.
    folder: Option<param::Folder>,
    /// Another name for it.
    name: Option<String>,
    /// Say yes to replace a file of that name; the old one stays as a version.
    overwrite: Option<param::Yes>,
}

impl Action for Upload {
    type On = Nextcloud;
    const NAME: &str = "file upload";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file upload file=https://example.org/fire.txt folder=/Reports"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        if self.file.is_empty() {
            return Err(at("file", "Which file? Attach one, or write a public link: file=https://…"));
        }
        if self.name.is_some() && self.file.len() > 1 {
            return Err(at("name", "Several files cannot all have that name. Leave it out, or upload one at a time."));
        }
        let folder = folder(on, self.folder.as_ref()).await?;
        let mut stored = Vec::new();
        for file in &self.file {
            let fetched = ctx.host.download(&file.0).await.map_err(|error| {
                let message = error.message.clone();
                error.with_fields(vec![FieldProblem::new("file", message)])
            })?;
            let name = path::clean_name("name", self.name.as_deref().unwrap_or(&fetched.name))?;
            let to = path::join(&folder, &name);
            if let Err(error) = on.write(&to, &fetched.content_type, fetched.bytes, Existing::of(&self.overwrite)).await {
                return Err(stopped(error, &stored));
            }
            stored.push(to);
        }
        let Some(first) = stored.first() else { return Err(Error::internal("no file was uploaded")) };
        let others = if stored.len() > 1 { format!(" and {} more", stored.len() - 1) } else { String::new() };
        Ok(on.after(ctx, first, &format!("Uploaded `{}`{others} to `{folder}`.", path::name(first))).await)
    }
}

/// A failure after some files are stored says so, or they would be sent again.
fn stopped(error: Error, stored: &[String]) -> Error {
    if stored.is_empty() {
        return error;
    }
    let names: Vec<&str> = stored.iter().map(|it| path::name(it)).collect();
    let message = format!("{} Already uploaded: {}.", error.message, names.join(", "));
    Error { message, ..error }
}

/// Writes a text into a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Write {
    /// Where, such as /Notes/standup.md.
    path: String,
    /// The text.
    text: Markdown,
    /// Say yes to replace a file that is there; the old one stays as a version.
    overwrite: Option<param::Yes>,
}

impl Action for Write {
    type On = Nextcloud;
    const NAME: &str = "file write";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file write /Notes/standup.md Ana mends the printer"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let mut to = path::clean("path", &self.path)?;
        if to == "/" {
            return Err(at("path", "Give the file a name: /Notes/standup.md."));
        }
        let has_extension = path::name(&to).contains('.');
        if !has_extension {
            to.push_str(".md");
        }
        let parent = path::parent(&to).to_owned();
        folder(on, Some(&param::Folder(parent))).await.map_err(|error| match error.kind {
            ErrorKind::BadInput => at("path", error.message),
            _ => error,
        })?;
        let kind = if to.ends_with(".md") { "text/markdown" } else { "text/plain" };
        let text = format!("{}\n", self.text.0.trim_end());
        on.write(&to, kind, text.into_bytes(), Existing::of(&self.overwrite)).await.map_err(|error| match error.kind {
            ErrorKind::Conflict => crate::nextcloud::problem::placed(error, "path"),
            _ => error,
        })?;
        Ok(on.after(ctx, &to, &format!("Wrote `{to}`.")).await)
    }
}

/// The folder that is meant, which is there.
async fn folder(on: &Nextcloud, folder: Option<&param::Folder>) -> Result<String> {
    let Some(folder) = folder else { return Ok("/".to_owned()) };
    if path::clean("folder", &folder.0).is_ok_and(|it| it == "/") {
        return Ok("/".to_owned());
    }
    let entry = on.resolve("folder", &param::FileRef(folder.0.clone())).await?;
    match entry.is_folder {
        true => Ok(entry.path),
        false => Err(at("folder", format!("`{}` is a file, not a folder.", entry.path))),
    }
}
