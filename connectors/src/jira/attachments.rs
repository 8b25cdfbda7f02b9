//! Files on issues.

use std::time::Duration;

use bytes::Bytes;
use commands::{Action, Ctx, Download, Effect, Reply, Result, Text, param::File};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Jira, api::Api, card, confirm, issues, names::same, param, problem, wire};
use crate::{file, http::Part, words::size};

/// What a large file may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Attaches a file from this chat, or from a public link, to an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: Vec<File>,
}

impl Action for Attach {
    type On = Jira;
    const NAME: &str = "issue attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue attach APO-7 file=https://example.org/fire.jpg"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        if self.file.is_empty() {
            return Err(problem::at("file", "Which file? Attach one, or write a public link: file=https://…"));
        }
        let files = fetched(ctx, &self.file).await?;
        for file in &files {
            attach(&api, &key, file)
                .await
                .map_err(|error| problem::about(error, &format!("issue {key}"), "Create Attachments"))?;
        }
        let names: Vec<&str> = files.iter().map(|it| it.name.as_str()).collect();
        Ok(issues::after(&api, ctx, &key, &format!("Attached {} to {key}.", names.join(", "))).await)
    }
}

/// Brings a file of an issue into the chat, up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The file's name, where there are several.
    name: Option<String>,
}

impl Action for Fetch {
    type On = Jira;
    const NAME: &str = "attachment download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["attachment download APO-7", "attachment download APO-7 name=fire.jpg"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let issue = api.issue_with(&key, "attachment", None).await?;
        let mut all: Vec<wire::Attachment> = issue.read("attachment").unwrap_or_default();
        all.sort_by_key(|it| it.id.parse::<u64>().unwrap_or_default());
        let file = file::chosen(&all, "file", &key, self.name.as_deref(), |it| &it.filename)?;
        let said = Text::new().link(card::file_url(on, file), &file.filename).plain(" of ").link(on.link(&key), &key);
        file::handed(said, &file.filename, Some(file.size), content(&api, file)).await
    }
}

/// What a file holds. Cloud sends on to where it lies; Data Center hands it out where people see it.
async fn content(api: &Api<'_>, file: &wire::Attachment) -> Result<Bytes> {
    let path = match api.is_cloud() {
        true => api.path(&format!("/attachment/content/{}", file.id)),
        false => format!("/secure/attachment/{}/{}", file.id, super::api::encoded(&file.filename)),
    };
    let request = api.jira.http.get(&path).timeout(LONGEST);
    let bytes = request.send_for_file(commands::File::LIMIT).await.map_err(problem::explained);
    bytes.map_err(|error| problem::about(error, &format!("file {}", file.filename), "Browse Projects"))
}

/// Deletes a file of an issue. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The file's name, or its number.
    file: String,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "attachment delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["attachment delete APO-7 fire.jpg"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let issue = api.issue_with(&key, "attachment", None).await?;
        let all: Vec<wire::Attachment> = issue.read("attachment").unwrap_or_default();
        let found: Vec<_> = all.iter().filter(|it| it.id == self.file.trim() || same(&it.filename, &self.file)).collect();
        let file = match found.as_slice() {
            [one] => *one,
            [] => return Err(super::names::no_such("file", "file", &self.file, all.iter().map(|it| it.filename.as_str()))),
            several => {
                let ids = several.iter().map(|it| it.id.as_str()).collect::<Vec<_>>();
                return Err(problem::at(
                    "file",
                    format!("{key} has several files of that name: write the number, {}.", super::names::either(&ids)),
                ));
            }
        };
        if self.confirm.is_none() {
            let losses = [format!("{} ({}) is deleted for good.", file.filename, size(file.size))];
            let params = json!({ "issue": key, "file": file.id });
            return Ok(confirm::ask(ctx, Self::NAME, params, &format!("Delete {} of {key}?", file.filename), &losses));
        }
        let deleted = api.delete(&format!("/attachment/{}", file.id), &[]).await;
        deleted.map_err(|error| problem::about(error, &format!("file {}", file.filename), "Delete All Attachments"))?;
        Ok(Reply::to_channel(format!("Deleted {} of {key}.", file.filename)))
    }
}

/// Files that people named, before anything is done with them.
pub(super) async fn fetched(ctx: &Ctx, files: &[File]) -> Result<Vec<Download>> {
    let mut all = Vec::new();
    for file in files {
        all.push(ctx.host.download(&file.0).await.map_err(|error| {
            let message = error.message.clone();
            error.with_fields(vec![commands::FieldProblem::new("file", message)])
        })?);
    }
    Ok(all)
}

/// Jira takes files only from who says that no browser was tricked into sending them.
pub(super) async fn attach(api: &Api<'_>, key: &str, file: &Download) -> Result<()> {
    let request = api.jira.http.post(&api.path(&format!("/issue/{key}/attachments"))).header("X-Atlassian-Token", "no-check");
    api.send::<Value>(request.multipart(&[Part::file("file", file)]).timeout(LONGEST)).await.map(drop)
}
