//! What ends, revives or copies a project: `project archive`, `unarchive`, `copy`, `delete`.

use std::time::Duration;

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::openproject::{
    OpenProject,
    api::{filter, filters},
    hal::Resource,
    names::{no_such, the_project},
    param, problem, reply,
};

/// How often a copy is asked after before it is left to itself, and how long between.
const TIMES: usize = 5;
const PAUSE: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 1 });

/// Archives a project: nobody sees it any more, and nothing of it is lost.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// The project, by identifier or name.
    project: param::Project,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Archive {
    type On = OpenProject;
    const NAME: &str = "project archive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project archive demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.agreed(&self.project, self.confirm).await?;
        if self.confirm.is_none() {
            let happens = Message::text(named(&project, "This archives ").plain(" with the projects below it."))
                .paragraph(inside(on, &project).await?)
                .paragraph(Text::marked("Nobody sees it any more, in OpenProject or here. `project unarchive` brings it back."));
            return Ok(reply::ask(ctx, "project archive", json!({ "project": project.id().to_string() }), "Archive", happens));
        }
        on.set_active(&project, false).await?;
        Ok(reply::done(format!("{} is archived.", project.name())))
    }
}

/// Brings an archived project back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unarchive {
    /// The project, by identifier or name.
    project: String,
}

impl Action for Unarchive {
    type On = OpenProject;
    const NAME: &str = "project unarchive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project unarchive demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let archived = filters(&[filter("active", "=", &["f"])]);
        let query = [("filters", archived.as_str()), ("pageSize", "100")];
        let all = on.first("/api/v3/projects", &query, 1000).await?.items;
        let Some(project) = the_project("project", &self.project, &all)? else {
            let names = all.iter().map(|it| it.text("identifier").to_owned());
            return Err(no_such("archived project", "project", &self.project, names));
        };
        on.set_active(project, true).await?;
        Ok(reply::done(format!("{} is there again.", project.name())))
    }
}

/// Copies a project with its work packages, members and settings.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Copy {
    /// The project, by identifier or name.
    project: param::Project,
    /// What the copy is called.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// The copy's part of web addresses; made of the name where you do not say.
    identifier: Option<String>,
    /// Leave the work packages out.
    #[serde(default)]
    empty: bool,
    /// The copying to ask after, in place of beginning one.
    #[schemars(extend("x-hidden" = true))]
    job: Option<String>,
}

impl Action for Copy {
    type On = OpenProject;
    const NAME: &str = "project copy";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project copy demo Demo 2027", "project copy demo Demo 2027 identifier=demo-2027 --empty"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        if let Some(job) = &self.job {
            if job.is_empty() || !job.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
                return Err(problem::at("job", "This is no copying that can be asked after."));
            }
            return self.told(on, ctx, &project, job).await;
        }
        let mut body = json!({
            "name": self.name.trim(),
            "_meta": { "copyWorkPackages": !self.empty, "copyWorkPackageAttachments": !self.empty, "sendNotifications": false },
        });
        if let Some(identifier) = &self.identifier {
            body["identifier"] = json!(identifier.trim());
        }
        let request = on.http.post(&format!("/api/v3/projects/{}/copy", project.id())).json(&body);
        // The answer leads to the job that copies; it is done within a minute or so.
        let job = request.send_for_location().await.map_err(|error| {
            problem::place(
                problem::about(error, &format!("project {}", project.name()), "Copy projects"),
                &["name", "identifier"],
            )
        })?;
        self.told(on, ctx, &project, job.path().rsplit('/').next().unwrap_or_default()).await
    }
}

impl Copy {
    /// What became of the copying, or that it goes on.
    async fn told(&self, on: &OpenProject, ctx: &Ctx, project: &Resource, job: &str) -> Result<Reply> {
        let (from, to) = (project.name(), self.name.trim());
        for time in 0..TIMES {
            if time > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            // It goes on: failing to ask after it must not look like failing.
            let Ok(job) = on.ask(&format!("/api/v3/job_statuses/{job}"), &[]).await else { break };
            let problems: Vec<&str> =
                job.0["payload"]["errors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            match job.text("status") {
                "success" => return Ok(copied(ctx, &job, format!("{from} is copied to {to}."), &problems)),
                "failure" | "error" | "cancelled" => {
                    let said = if problems.is_empty() { job.text("message").to_owned() } else { problems.join("; ") };
                    let said = said.trim().trim_end_matches('.');
                    let why = if said.is_empty() { String::new() } else { format!(": {said}") };
                    let message =
                        format!("OpenProject could not copy {from} to {to}{why}. See to that there, then copy it again.");
                    return Err(Error::new(ErrorKind::Validation, message));
                }
                _ => {}
            }
        }
        let again = json!({ "project": project.id().to_string(), "name": to, "job": job });
        let message = Message::text(format!("OpenProject is copying {from} to {to}. That takes a minute or so."));
        Ok(Reply::to_channel(message.buttons(vec![Button::run("Is it done?", ctx.call("project copy", again))])))
    }
}

/// A copy that is there, with what of it could not be copied.
fn copied(ctx: &Ctx, job: &Resource, did: String, problems: &[&str]) -> Reply {
    let tone = if problems.is_empty() { Tone::Good } else { Tone::Warning };
    let message = problems.iter().fold(Message::text(did).tone(tone), |message, it| message.context(*it));
    let copy = Resource(job.0["payload"].clone()).link("project").and_then(|it| it.id());
    let show = |id: u64| Button::run("Show", ctx.call("project show", json!({ "project": id.to_string() })));
    Reply::to_channel(match copy {
        Some(id) => message.buttons(vec![show(id)]),
        None => message,
    })
}

/// Deletes a project with all that is in it, for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The project, by identifier or name.
    project: param::Project,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "project delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project delete demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.agreed(&self.project, self.confirm).await?;
        if self.confirm.is_none() {
            let happens =
                Message::text(named(&project, "This deletes ").plain(" with all that is in it, and the projects below it."))
                    .paragraph(inside(on, &project).await?)
                    .paragraph(Text::marked("OpenProject keeps no copy. `project archive` hides it and keeps everything."));
            let params = json!({ "project": project.id().to_string() });
            return Ok(reply::ask(ctx, "project delete", params, "Delete for good", happens));
        }
        let deleted = on.delete(&format!("/api/v3/projects/{}", project.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("project {}", project.name()), problem::ADMINISTRATOR))?;
        Ok(reply::done(format!("OpenProject is deleting {}.", project.name())))
    }
}

impl OpenProject {
    /// The project to ask about, or the one that was agreed to: a question's button holds its number, which is no name then.
    async fn agreed(&self, project: &param::Project, confirm: Option<param::Confirm>) -> Result<Resource> {
        let (Some(_), Ok(id)) = (confirm, project.0.trim().parse::<u64>()) else { return self.project(&project.0).await };
        let found = self.get(&format!("/api/v3/projects/{id}")).await;
        found.map_err(|error| problem::about(error, &format!("project {id}"), problem::ADMINISTRATOR))
    }

    async fn set_active(&self, project: &Resource, active: impl Into<Value>) -> Result<()> {
        let set = self.patch(&format!("/api/v3/projects/{}", project.id()), &json!({ "active": active.into() })).await;
        let set = set.map_err(|error| problem::about(error, &format!("project {}", project.name()), "Archive project"));
        set.map_err(|error| problem::place(error, &["project"])).map(drop)
    }
}

/// A project as a question names it: others may have its name, and none has its identifier.
fn named(project: &Resource, before: &str) -> Text {
    Text::new().plain(format!("{before}{} (", project.name())).code(project.text("identifier")).plain(")")
}

/// What is in a project, in a sentence.
async fn inside(on: &OpenProject, project: &Resource) -> Result<String> {
    let id = project.id().to_string();
    let all = filters(&[filter("project", "=", &[&id])]);
    let query = [("filters", all.as_str()), ("pageSize", "1"), ("offset", "1")];
    let packages = on.page("/api/v3/work_packages", &query).await?.total();
    let below = filters(&[filter("ancestor", "=", &[&id])]);
    let below = on.first("/api/v3/projects", &[("filters", &below)], 50).await?;
    let more = if below.more { " and more" } else { "" };
    let below: Vec<&str> = below.items.iter().map(Resource::name).collect();
    let packages = if packages == 1 { "1 work package".to_owned() } else { format!("{packages} work packages") };
    Ok(match below.as_slice() {
        [] => format!("{packages} in it, and no project below it."),
        names => format!("{packages} in it. Below it: {}{more}.", names.join(", ")),
    })
}
