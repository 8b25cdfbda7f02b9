//! Files on work packages: `wp attach`, `files`, `file`, `detach`.

use commands::{Action, Ctx, Download, Effect, Error, FieldProblem, Message, Reply, Result, Text, param::File};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    file,
    http::Part,
    openproject::{
        OpenProject,
        api::credited,
        card,
        hal::{Resource, formattable},
        names::pick_by,
        param, problem, reply,
    },
    words::size,
};

/// Attaches a file from this chat, or from a public link, to a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The work package's number.
    package: param::PackageId,
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: Vec<File>,
    /// What the file is.
    description: Option<String>,
}

impl Action for Attach {
    type On = OpenProject;
    const NAME: &str = "wp attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp attach 42 file=https://example.org/fire.jpg"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        if self.file.is_empty() {
            return Err(problem::at("file", "Which file? Attach one, or write a public link: file=https://…"));
        }
        // Before the files travel: a wrong number is found out now.
        on.package(id).await?;
        let mut files = Vec::new();
        for file in &self.file {
            files.push(fetch(on, ctx, file).await?);
        }
        let description = credited(self.description.as_deref(), ctx);
        let mut stored: Vec<&str> = Vec::new();
        for file in &files {
            let problem = |error: Error| {
                let done = if stored.is_empty() { String::new() } else { format!("Attached {}. ", stored.join(", ")) };
                let error = problem::about(error, &format!("work package #{id}"), "Add attachments");
                let message = format!("{done}OpenProject did not take `{}`: {}", file.name, error.message);
                Error { message: message.clone(), ..error }.with_fields(vec![FieldProblem::new("file", message)])
            };
            store(on, id, file, &description).await.map_err(problem)?;
            stored.push(&file.name);
        }
        on.after(ctx, id, &format!("Attached {} to #{id}.", stored.join(", "))).await
    }
}

/// Lists the files of a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Files {
    /// The work package's number.
    package: param::PackageId,
}

impl Action for Files {
    type On = OpenProject;
    const NAME: &str = "wp files";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp files 42"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let line = |it: &Resource| {
            let by = it.title("author").map(|it| format!(" · {it}")).unwrap_or_default();
            let about = Some(it.raw("description")).filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            let url = card::file_url(on.http.base(), it.id());
            Text::new().link(url, it.text("fileName")).plain(format!(" · {}{by}{about}", size(bytes_of(it))))
        };
        let lines: Vec<Text> = on.files_of(id).await?.iter().map(line).collect();
        Ok(Reply::to_channel(match lines.is_empty() {
            true => Message::text(format!("#{id} has no files.")),
            false => reply::all(lines, "file"),
        }))
    }
}

/// Brings a file of a work package into the chat, up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    /// The work package's number.
    package: param::PackageId,
    /// The file's name, where there are several.
    name: Option<String>,
}

impl Action for Fetch {
    type On = OpenProject;
    const NAME: &str = "wp file";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp file 42", "wp file 42 name=fire.jpg"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let files = on.files_of(id).await?;
        let file = file::chosen(&files, "file", &format!("#{id}"), self.name.as_deref(), |it| it.text("fileName"))?;
        let said = Text::new().link(card::file_url(on.http.base(), file.id()), file.text("fileName")).plain(format!(" of #{id}"));
        let content = file.link("downloadLocation").map(|it| on.below(&it.href));
        // Another server's address is left to OpenProject's own, which sends on to it.
        let content = content.filter(|it| it.starts_with("/api/v3/"));
        let content = content.unwrap_or_else(|| format!("/api/v3/attachments/{}/content", file.id()));
        file::handed(said, file.text("fileName"), Some(bytes_of(file)), on.file(&content)).await
    }
}

/// Deletes a file of a work package, for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Detach {
    /// The work package's number.
    package: param::PackageId,
    /// The file's name or number.
    name: String,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Detach {
    type On = OpenProject;
    const NAME: &str = "wp detach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp detach 42 fire.jpg"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let files = on.files_of(id).await?;
        let told = |it: &Resource| Some(size(bytes_of(it)));
        let file = pick_by("file", "name", &self.name, &files, |it| it.text("fileName"), told)?;
        let name = file.text("fileName");
        if self.confirm.is_none() {
            let happens = format!("This deletes the file `{name}` ({}) from #{id}. It is gone then.", size(bytes_of(file)));
            // What was looked at is deleted, whatever has its name by then.
            let params = json!({ "package": id.to_string(), "name": format!("#{}", file.id()) });
            return Ok(reply::ask(ctx, "wp detach", params, "Delete the file", Message::text(Text::marked(&happens))));
        }
        let deleted = on.delete(&format!("/api/v3/attachments/{}", file.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("file {name}"), "Edit work packages"))?;
        on.after(ctx, id, &format!("Deleted {name} from #{id}.")).await
    }
}

impl OpenProject {
    async fn files_of(&self, id: u64) -> Result<Vec<Resource>> {
        let all = self.get(&format!("/api/v3/work_packages/{id}/attachments")).await;
        Ok(all.map_err(|error| problem::about(error, &format!("work package #{id}"), "View work packages"))?.elements())
    }
}

/// Fetches a file of the chat, if OpenProject takes so much.
pub(super) async fn fetch(on: &OpenProject, ctx: &Ctx, file: &File) -> Result<Download> {
    let fetched = ctx.host.download(&file.0).await.map_err(|error| {
        let message = error.message.clone();
        error.with_fields(vec![FieldProblem::new("file", message)])
    })?;
    let most = on.settled("/api/v3/configuration").await?.number("maximumAttachmentFileSize").unwrap_or(f64::MAX);
    if fetched.bytes.len() as f64 > most {
        let is = size(fetched.bytes.len() as u64);
        return Err(problem::at(
            "file",
            format!("`{}` has {is}, and this OpenProject takes files of {} at most.", fetched.name, size(most as u64)),
        ));
    }
    Ok(fetched)
}

/// Stores a file on a work package. Never repeated by itself: it would be there twice.
pub(super) async fn store(on: &OpenProject, id: u64, file: &Download, description: &str) -> Result<Resource> {
    let metadata = json!({ "fileName": file.name, "description": formattable(description) });
    let request = on.http.post(&format!("/api/v3/work_packages/{id}/attachments"));
    on.send(request.multipart(&[Part::json("metadata", &metadata), Part::file("file", file)])).await
}

fn bytes_of(file: &Resource) -> u64 {
    file.number("fileSize").unwrap_or(0.0) as u64
}
