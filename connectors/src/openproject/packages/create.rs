//! `wp create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Date, File, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{PLACES, Wanted};
use crate::openproject::{
    OpenProject,
    api::signed,
    hal::{Draft, formattable},
    names::pick,
    param, problem,
};

/// Creates a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// What is wrong or wanted, in a line.
    #[schemars(length(min = 1, max = 255))]
    subject: String,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// What it is, such as Bug or Milestone; the project's first where you do not say.
    #[serde(rename = "type")]
    kind: Option<param::Type>,
    /// Who works on it.
    #[schemars(extend("x-step" = 2))]
    assignee: Option<Person>,
    /// Who answers for it.
    #[schemars(extend("x-step" = 2))]
    accountable: Option<Person>,
    /// How urgent it is.
    #[schemars(extend("x-step" = 2))]
    priority: Option<param::Priority>,
    /// Where it starts in the workflow.
    #[schemars(extend("x-step" = 2))]
    status: Option<param::Status>,
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
    /// How much is done, in percent.
    #[schemars(extend("x-step" = 2), range(min = 0, max = 100))]
    done: Option<u8>,
    /// Who is told of every change.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    watcher: Vec<Person>,
    /// A custom field with its value: "Story points=5".
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
    /// A file from this chat, or a public link to one.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    file: Vec<File>,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "wp create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "wp create Printer on fire project=demo",
        "wp create Printer on fire project=demo type=Bug priority=High assignee=@ana field=\"Story points=5\" due_date=friday",
    ];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let mut draft = Draft::default();
        draft.put("subject", self.subject.trim());
        draft.put("description", formattable(&signed(self.description.as_ref().map_or("", |it| &it.0), ctx)));
        let mut asked = Draft::default();
        if let Some(kind) = &self.kind {
            let types = on.types_of(project.id()).await?;
            let kind = pick("type", "type", &kind.0, &types)?;
            asked.link("type", format!("/api/v3/types/{}", kind.id()));
        }
        let path = format!("/api/v3/projects/{}/work_packages/form", project.id());
        let form = on
            .form_at(&path, &asked.to_json())
            .await
            .map_err(|error| problem::about(error, &format!("project {}", project.name()), "Add work packages"))?;
        draft.link("project", format!("/api/v3/projects/{}", project.id()));
        if let Some(kind) = form.payload.link("type") {
            draft.link("type", kind.href);
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
            remaining: None,
            done: self.done,
            fields: &self.field,
        };
        wanted.write(on, ctx, &form, project.id(), &mut draft).await?;
        let mut watchers = Vec::new();
        for person in &self.watcher {
            watchers.push(on.person(ctx, "watcher", &person.0, Some(project.id())).await?);
        }
        let mut files = Vec::new();
        for file in &self.file {
            files.push(super::files::fetch(on, ctx, file).await?);
        }

        let created = on.post("/api/v3/work_packages", &draft.to_json()).await.map_err(|error| {
            problem::place(problem::about(error, &format!("project {}", project.name()), "Add work packages"), PLACES)
        })?;
        let id = created.id();
        let mut said = Message::text(format!("Created #{id} in {}.", project.name()));
        // It exists: what goes wrong from here on must not look like failing to create it.
        for file in &files {
            if let Err(error) = super::files::store(on, id, file, "").await {
                said = said.context(format!("`{}` could not be attached: {}", file.name, error.message));
            }
        }
        for watcher in watchers {
            let body = json!({ "user": { "href": watcher.href } });
            if let Err(error) = on.post(&format!("/api/v3/work_packages/{id}/watchers"), &body).await {
                said = said.context(format!("{} could not be made a watcher: {}", watcher.name, error.message));
            }
        }
        let shown = match files.is_empty() {
            true => created,
            false => on.ask(&format!("/api/v3/work_packages/{id}"), &[]).await.unwrap_or(created),
        };
        on.card_of(ctx, shown, said).await
    }
}
