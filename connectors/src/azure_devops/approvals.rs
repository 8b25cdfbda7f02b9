//! Approvals that runs of pipelines wait for: <https://learn.microsoft.com/rest/api/azure/devops/approvalsandchecks/approvals>.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Listed, segment},
    param,
    problem::{self, at},
    wire::{Approval, Build},
};

fn path(project: &str) -> String {
    format!("/{}/_apis/pipelines/approvals", segment(project))
}

/// Lists what waits for an approval.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "approval list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["approval list demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let query = [("state", "pending".to_owned()), ("$expand", "steps".to_owned()), ("top", "20".to_owned())];
        let found: Result<Listed<Approval>> = on.acting(ctx).get(&path(&project), &query).await;
        let waiting = found.map_err(|error| problem::about(error, &format!("project {project}")))?.value;
        if waiting.is_empty() {
            return Ok(Reply::to_channel(format!("Nothing in {project} waits for an approval.")));
        }
        let mut message = Message::text(Text::new().bold(match waiting.len() {
            1 => "1 run waits for an approval".to_owned(),
            count => format!("{count} runs wait for an approval"),
        }));
        for approval in &waiting {
            let owner = approval.pipeline.as_ref().and_then(|it| it.owner.as_ref());
            let name = owner.map_or_else(|| "A run".to_owned(), |it| format!("Run {}", it.name));
            let by: Vec<&str> = approval.steps.iter().map(|it| it.assigned_approver.display_name.as_str()).collect();
            let text = match owner {
                Some(owner) => {
                    let address = format!("{}/{}/_build/results?buildId={}", on.http.base(), segment(&project), owner.id);
                    Text::new().link(address, name)
                }
                None => Text::new().plain(name),
            };
            let text = text.plain(format!(" · by {}", by.join(", ")));
            let text = match approval.instructions.as_deref().filter(|it| !it.is_empty()) {
                Some(instructions) => text.plain(format!(" · {}", super::text::shorten(instructions, 200))),
                None => text,
            };
            message = message.paragraph(approval.created_on.map_or(text.clone(), |at| text.plain(" · ").time(at)));
            let params = json!({ "approval": approval.id, "project": project });
            message = message.buttons(vec![
                Button::run("Approve", ctx.call("approval approve", params.clone())).primary(),
                Button::form("Reject", ctx.call("approval reject", params)),
            ]);
        }
        Ok(Reply::to_channel(message))
    }
}

/// Approves that a run goes on. Not your own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// The approval's id, as `approval list` shows it on its buttons.
    approval: String,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// Why.
    comment: Option<String>,
}

impl Action for Approve {
    type On = AzureDevOps;
    const NAME: &str = "approval approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["approval approve a1a1a1a1-0000-4000-8000-000000000001 project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        decide(on, ctx, &self.approval, self.project.as_ref(), self.comment.as_deref(), "approved").await
    }
}

/// Stops a run that waits for an approval.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reject {
    /// The approval's id, as `approval list` shows it on its buttons.
    approval: String,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// Why.
    comment: Option<String>,
}

impl Action for Reject {
    type On = AzureDevOps;
    const NAME: &str = "approval reject";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["approval reject a1a1a1a1-0000-4000-8000-000000000001 project=demo comment=\"Not on a Friday\""];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        decide(on, ctx, &self.approval, self.project.as_ref(), self.comment.as_deref(), "rejected").await
    }
}

async fn decide(
    on: &AzureDevOps,
    ctx: &Ctx,
    id: &str,
    project: Option<&param::Project>,
    comment: Option<&str>,
    status: &str,
) -> Result<Reply> {
    let acting = on.acting(ctx);
    let project = on.project_of(project)?;
    let id = id.trim();
    if id.is_empty() || !id.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-') {
        return Err(at(
            "approval",
            format!("`{id}` is no approval. `approval list` shows those that wait, each with its buttons."),
        ));
    }
    if status == "approved" {
        let waits: Result<Approval> = acting.get(&format!("{}/{id}", path(&project)), &[]).await;
        let waits = waits.map_err(|error| problem::about(error, &format!("approval {id} in {project}")))?;
        let run = waits.pipeline.and_then(|it| it.owner);
        let (name, by) = match run {
            Some(run) => {
                let build: Build = acting.get(&format!("/{}/_apis/build/builds/{}", segment(&project), run.id), &[]).await?;
                (format!("Run {}", run.name), build.requested_for)
            }
            None => ("The run".to_owned(), None),
        };
        acting.approves(ctx, &name, by.as_ref()).await?;
    }
    let body = json!([{ "approvalId": id, "status": status, "comment": acting.sign(comment.unwrap_or_default()) }]);
    let decided: Result<Listed<Approval>> = acting.patch(&path(&project), &body).await;
    let decided = decided.map_err(|error| problem::about(error, &format!("approval {id} in {project}")))?;
    let run = decided.value.first().and_then(|it| it.pipeline.as_ref()?.owner.as_ref());
    // Where several have to approve, it goes on waiting.
    let waits = decided.value.first().is_some_and(|it| it.status == "pending");
    let name = run.map_or_else(|| "The run".to_owned(), |it| format!("Run {}", it.name));
    let message = match (status, waits) {
        ("approved", true) => format!("{name} is approved by the bot, and waits for others."),
        ("approved", false) => format!("{name} is approved, and goes on."),
        _ => format!("{name} is rejected, and ends."),
    };
    let mut message = Message::text(message);
    if let Some(run) = run {
        let params = json!({ "run": run.id.to_string(), "project": project });
        message = message.buttons(vec![Button::run("Show the run", ctx.call("run show", params))]);
    }
    Ok(Reply::to_channel(message))
}
