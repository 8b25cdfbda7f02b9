//! Versions of projects.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    OpenProject,
    api::{filter, filters},
    hal::{Draft, Resource, formattable},
    names::pick,
    param, problem, reply,
};

const RIGHT: &str = "Manage versions";
const PLACES: &[&str] = &["name", "description", "start_date", "due_date", "status", "sharing", "project"];

/// The state of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Work can be planned for it.
    Open,
    /// No more work can be planned for it.
    Locked,
    /// It is done.
    Closed,
}

/// Lists the versions of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "version list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version list demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let versions = on.versions_of(on.project(&self.project.0).await?.id()).await?;
        Ok(Reply::to_channel(reply::all(versions.iter().map(|it| line(on, it)).collect(), "version")))
    }
}

/// Makes a version of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    #[schemars(length(min = 1, max = 60))]
    name: String,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// First day.
    start_date: Option<Date>,
    /// Last day.
    due_date: Option<Date>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "version create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version create 2.0 project=demo due_date=2026-12-24"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let mut draft = Draft::default();
        draft
            .put("name", self.name.trim())
            .put_some("description", self.description.as_deref().map(formattable))
            .put_some("startDate", self.start_date.map(|it| it.0.to_string()))
            .put_some("endDate", self.due_date.map(|it| it.0.to_string()))
            .link("definingProject", format!("/api/v3/projects/{}", project.id()));
        let made = on
            .post("/api/v3/versions", &draft.to_json())
            .await
            .map_err(|error| problem::place(problem::about(error, &format!("project {}", project.name()), RIGHT), PLACES))?;
        let text = Text::new().plain(format!("{} has a new version: ", project.name())).link(url(on, &made), made.name());
        Ok(reply::done(text))
    }
}

/// Changes a version of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The version, by name or number (#12).
    version: param::Version,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// Another name.
    name: Option<String>,
    /// Whether work can be planned for it.
    status: Option<Status>,
    /// First day.
    start_date: Option<Date>,
    /// Last day.
    due_date: Option<Date>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "version update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["version update 1.0 project=demo due_date=2026-12-24", "version update 1.0 project=demo status=locked"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let (_, version) = on.version(&self.project, &self.version).await?;
        let mut draft = Draft::default();
        draft
            .put_some("name", self.name.as_deref().map(str::trim))
            .put_some("description", self.description.as_deref().map(formattable))
            .put_some("startDate", self.start_date.map(|it| it.0.to_string()))
            .put_some("endDate", self.due_date.map(|it| it.0.to_string()))
            .put_some("status", self.status.map(|it| json!(it)));
        if draft.is_empty() {
            let message =
                format!("What shall change about {}? Write it as a name and a value, such as status=locked.", version.name());
            return Err(commands::Error::bad_input(message));
        }
        let changed = on.patch(&format!("/api/v3/versions/{}", version.id()), &draft.to_json()).await;
        let changed = changed
            .map_err(|error| problem::place(problem::about(error, &format!("version {}", version.name()), RIGHT), PLACES))?;
        let message = Message::text(format!("Changed version {}.", version.name())).tone(Tone::Good);
        Ok(Reply::to_channel(message.list(vec![line(on, &changed)])))
    }
}

/// Closes a version of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The version, by name or number (#12).
    version: param::Version,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
}

impl Action for Close {
    type On = OpenProject;
    const NAME: &str = "version close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version close 1.0 project=demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let (project, version) = on.version(&self.project, &self.version).await?;
        let closed = on.patch(&format!("/api/v3/versions/{}", version.id()), &json!({ "status": "closed" })).await;
        closed.map_err(|error| {
            problem::place(problem::about(error, &format!("version {}", version.name()), RIGHT), &["version"])
        })?;
        let open = on.open_in(&version).await?;
        let message = Message::text(format!("Version {} of {} is closed.", version.name(), home(&version, &project)));
        let message = message.tone(Tone::Good);
        Ok(Reply::to_channel(match open {
            0 => message,
            1 => message.context("1 work package of it is still open."),
            open => message.context(format!("{open} work packages of it are still open.")),
        }))
    }
}

/// Deletes a version of a project for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The version, by name or number (#12).
    version: param::Version,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "version delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version delete 1.0 project=demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let (project, version) = on.version(&self.project, &self.version).await?;
        let (name, home) = (version.name(), home(&version, &project));
        if self.confirm.is_none() {
            let open = on.open_in(&version).await?;
            let happens = Message::text(format!("This deletes version {name} of {home}.")).paragraph(format!(
                "{open} open work package{} planned for it. OpenProject refuses while any work package is, open or closed.",
                if open == 1 { " is" } else { "s are" }
            ));
            // What was looked at is deleted, whatever has its name by then.
            let params = json!({ "version": format!("#{}", version.id()), "project": project.id().to_string() });
            return Ok(reply::ask(ctx, "version delete", params, "Delete the version", happens));
        }
        let deleted = on.delete(&format!("/api/v3/versions/{}", version.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("version {name}"), RIGHT))?;
        Ok(reply::done(format!("Deleted version {name} of {home}.")))
    }
}

impl OpenProject {
    /// The project, and the version that is meant among its own and those that others share with it.
    ///
    /// # Errors
    /// At `version`: none, or several of that name.
    async fn version(&self, project: &param::Project, version: &param::Version) -> Result<(Resource, Resource)> {
        let project = self.project(&project.0).await?;
        let versions = self.versions_of(project.id()).await?;
        let version = pick("version", "version", &version.0, &versions)?.clone();
        Ok((project, version))
    }

    /// How many open work packages are planned for it.
    async fn open_in(&self, version: &Resource) -> Result<usize> {
        let wanted = filters(&[filter("version", "=", &[&version.id().to_string()]), filter("status", "o", &[])]);
        Ok(self.page("/api/v3/work_packages", &[("filters", &wanted), ("pageSize", "1"), ("offset", "1")]).await?.total())
    }
}

/// The project whose version it is: another one than where it was found, when that one shares it.
fn home(version: &Resource, project: &Resource) -> String {
    version.title("definingProject").unwrap_or_else(|| project.name().to_owned())
}

fn line(on: &OpenProject, version: &Resource) -> Text {
    let days = match (version.date("startDate"), version.date("endDate")) {
        (Some(start), Some(end)) => format!(" · {start} to {end}"),
        (None, Some(end)) => format!(" · until {end}"),
        (Some(start), None) => format!(" · from {start}"),
        (None, None) => String::new(),
    };
    Text::new().link(url(on, version), version.name()).plain(format!(" · {}{days}", version.text("status")))
}

fn url(on: &OpenProject, version: &Resource) -> String {
    format!("{}/versions/{}", on.http.base(), version.id())
}
