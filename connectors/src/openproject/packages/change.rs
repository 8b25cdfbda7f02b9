//! `wp update`, `assign`, `comment`.

use commands::{
    Action, Ctx, Effect, Error, Reply, Result,
    param::{Date, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Wanted;
use crate::openproject::{
    OpenProject,
    api::signed,
    hal::{Draft, formattable},
    names::{is_none, pick},
    param, problem,
};

/// Changes a work package. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The work package's number.
    package: param::PackageId,
    /// What is wrong or wanted, in a line.
    #[schemars(length(min = 1, max = 255))]
    subject: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// What it is.
    #[serde(rename = "type")]
    kind: Option<param::Type>,
    /// Where it is in the workflow.
    status: Option<param::Status>,
    /// How urgent it is.
    priority: Option<param::Priority>,
    /// Who works on it.
    assignee: Option<Person>,
    /// Who answers for it.
    #[schemars(extend("x-step" = 2))]
    accountable: Option<Person>,
    /// The version it is planned for.
    #[schemars(extend("x-step" = 2))]
    version: Option<param::Version>,
    /// The project's category.
    #[schemars(extend("x-step" = 2))]
    category: Option<param::Category>,
    /// The budget that pays for it.
    #[schemars(extend("x-step" = 2))]
    budget: Option<param::Budget>,
    /// The work package it is part of.
    #[schemars(extend("x-step" = 2))]
    parent: Option<param::PackageId>,
    /// First day of work.
    #[schemars(extend("x-step" = 2))]
    start_date: Option<Date>,
    /// Last day, or a milestone's day.
    #[schemars(extend("x-step" = 2))]
    due_date: Option<Date>,
    /// How much work it is: 2h, 1h30m.
    #[schemars(extend("x-step" = 2))]
    estimate: Option<String>,
    /// How much work is left.
    #[schemars(extend("x-step" = 2))]
    remaining: Option<String>,
    /// How much is done, in percent.
    #[schemars(extend("x-step" = 2), range(min = 0, max = 100))]
    done: Option<u8>,
    /// A custom field with its value: "Story points=5".
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
    /// A comment on the change.
    #[schemars(extend("x-step" = 2))]
    comment: Option<Markdown>,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "wp update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["wp update 42 priority=High due_date=friday", "wp update 42 assignee=none field=\"Story points=8\""];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        let project = before.link("project").and_then(|it| it.id()).unwrap_or_default();
        let mut draft = Draft::default();
        draft.put_some("subject", self.subject.as_deref().map(str::trim));
        draft.put_some(
            "description",
            self.description.as_ref().map(|it| formattable(if is_none(&it.0) { "" } else { it.0.trim() })),
        );
        if let Some(kind) = &self.kind {
            let types = on.types_of(project).await?;
            draft.link("type", format!("/api/v3/types/{}", pick("type", "type", &kind.0, &types)?.id()));
        }
        let wanted = Wanted {
            status: self.status.as_ref().map(|it| it.0.as_str()),
            priority: self.priority.as_ref().map(|it| it.0.as_str()),
            assignee: self.assignee.as_ref().map(|it| it.0.as_str()),
            accountable: self.accountable.as_ref().map(|it| it.0.as_str()),
            version: self.version.as_ref().map(|it| it.0.as_str()),
            category: self.category.as_ref().map(|it| it.0.as_str()),
            budget: self.budget.as_ref().map(|it| it.0.as_str()),
            parent: self.parent.as_ref(),
            start_date: self.start_date.map(|it| it.0),
            due_date: self.due_date.map(|it| it.0),
            estimate: self.estimate.as_deref(),
            remaining: self.remaining.as_deref(),
            done: self.done,
            fields: &self.field,
        };
        let form = on.package_form(&before).await?;
        wanted.write(on, ctx, &form, project, &mut draft).await?;
        let comment = self.comment.as_ref().map_or("", |it| it.0.trim());
        if draft.is_empty() {
            if comment.is_empty() {
                let message = format!("What shall change in #{id}? Write it as a name and a value, such as priority=High.");
                return Err(Error::bad_input(message));
            }
            on.comment(ctx, id, comment).await?;
            return on.after(ctx, id, &format!("Commented on #{id}.")).await;
        }
        on.change_package(ctx, &before, &draft, comment, &format!("Updated #{id}.")).await
    }
}

/// Gives a work package to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The work package's number.
    package: param::PackageId,
    /// Who: me, @ana, a login, an email address, a group, or none.
    to: Person,
}

impl Action for Assign {
    type On = OpenProject;
    const NAME: &str = "wp assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp assign 42 me", "wp assign 42 @ana"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        let mut draft = Draft::default();
        let did = if is_none(&self.to.0) {
            draft.unlink("assignee");
            format!("#{id} is nobody's now.")
        } else {
            let project = before.link("project").and_then(|it| it.id());
            let person = on.person(ctx, "to", &self.to.0, project).await?;
            draft.link("assignee", &person.href);
            format!("Assigned #{id} to {}.", person.name)
        };
        let reply = on.change_package(ctx, &before, &draft, "", &did).await;
        // OpenProject calls it the assignee; here the field is `to`.
        reply.map_err(|mut error| {
            error.fields.iter_mut().filter(|it| it.field == "assignee").for_each(|it| it.field = "to".into());
            error
        })
    }
}

/// Comments on a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The work package's number.
    package: param::PackageId,
    /// What to say.
    text: Markdown,
    /// Only for those who may read internal comments; needs OpenProject 16 and its Enterprise edition.
    #[serde(default)]
    internal: bool,
}

impl Action for Comment {
    type On = OpenProject;
    const NAME: &str = "wp comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp comment 42 The fire is out."];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let text = self.text.0.trim();
        if text.is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        if !self.internal {
            on.comment(ctx, id, text).await?;
            return on.after(ctx, id, &format!("Commented on #{id}.")).await;
        }
        // An OpenProject that knows no internal comments would take it for one that everybody may read.
        let path = format!("/api/v3/work_packages/{id}/activities");
        let about = |error| problem::about(error, &format!("work package #{id}"), "Write internal comments");
        if !on.get(&path).await.map_err(about)?.elements().iter().any(|it| it.0["internal"].is_boolean()) {
            let message = "This OpenProject has no internal comments, which came with version 16: nothing was written.";
            return Err(problem::at("internal", message));
        }
        let body = json!({ "comment": formattable(&signed(text, ctx)), "internal": true });
        on.post(&path, &body).await.map_err(about)?;
        let did = format!("Commented on #{id}, internally.");
        // The channel may hold people who may not read it in OpenProject.
        Ok(Reply { audience: commands::Audience::Private, ..on.after(ctx, id, &did).await? })
    }
}
