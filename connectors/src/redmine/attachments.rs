//! Files on issues.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result, Text, param::File};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Redmine, api::Acting, issues, param, problem};
use crate::{file, http::Repeatable};

/// Attaches a file from this chat, or from a public link, to an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The issue's number.
    issue: param::IssueId,
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: Vec<File>,
    /// What the file is.
    description: Option<String>,
}

impl Action for Attach {
    type On = Redmine;
    const NAME: &str = "issue attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue attach 42 file=https://example.org/fire.jpg"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        if self.file.is_empty() {
            return Err(problem::at("file", "Which file? Attach one, or write a public link: file=https://…"));
        }
        // Before the files travel: a wrong number is found out now.
        acting.issue(id).await?;
        let mut uploads = upload(&acting, ctx, &self.file).await?;
        if let Some(description) = &self.description {
            uploads.iter_mut().for_each(|it| it["description"] = json!(description));
        }
        let names: Vec<&str> = uploads.iter().filter_map(|it| it["filename"].as_str()).collect();
        let did = format!("Attached {} to #{id}.", names.join(", "));
        let mut issue = json!({ "uploads": uploads });
        let signature = acting.sign("");
        if !signature.is_empty() {
            issue["notes"] = json!(signature);
        }
        // A token is spent by its first use, so a repeat would fail where the first attempt succeeded.
        let put = acting.put(&format!("/issues/{id}.json"), &json!({ "issue": issue }), Repeatable::No).await;
        put.map_err(|error| {
            let error = problem::about(error, &format!("issue #{id}"), "Edit issues");
            if error.kind == ErrorKind::Validation {
                let message = format!("Redmine did not take the file: {}", error.message);
                return Error { message: message.clone(), ..error }
                    .with_fields(vec![commands::FieldProblem::new("file", message)]);
            }
            error
        })?;
        issues::after(&acting, ctx, id, &did).await
    }
}

/// Hands over a file of an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    /// The issue's number.
    issue: param::IssueId,
    /// The file's name, where there are several.
    name: Option<String>,
}

impl Action for Fetch {
    type On = Redmine;
    const NAME: &str = "issue file";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue file 42", "issue file 42 name=fire.jpg"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let all = acting.issue(id).await?.attachments;
        let file = file::chosen(&all, "file", &format!("#{id}"), self.name.as_deref(), |it| &it.filename)?;
        let said = Text::new().link(&file.content_url, &file.filename).plain(format!(" of #{id}"));
        file::handed(said, &file.filename, Some(file.filesize), acting.attachment(file)).await
    }
}

/// Fetches the files and stores them in Redmine; what it answers attaches them to an issue.
pub(super) async fn upload(acting: &Acting<'_>, ctx: &Ctx, files: &[File]) -> Result<Vec<Value>> {
    let mut uploads = Vec::new();
    for file in files {
        let fetched = ctx.host.download(&file.0).await.map_err(|error| {
            let message = error.message.clone();
            error.with_fields(vec![commands::FieldProblem::new("file", message)])
        })?;
        let token = acting.upload(&fetched.name, fetched.bytes).await.map_err(|error| match error.kind {
            ErrorKind::Validation => {
                let message = format!("Redmine does not take `{}`: {}", fetched.name, error.message);
                Error { message: message.clone(), ..error }.with_fields(vec![commands::FieldProblem::new("file", message)])
            }
            _ => error,
        })?;
        uploads.push(json!({ "token": token, "filename": fetched.name, "content_type": fetched.content_type }));
    }
    Ok(uploads)
}
