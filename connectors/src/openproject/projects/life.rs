//! What ends, revives or copies a project: `project archive`, `unarchive`, `copy`, `delete`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::openproject::{
    OpenProject,
    api::{filter, filters},
    hal::Resource,
    names::{no_such, same},
    param, problem, reply,
};

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
        let project = on.project(&self.project.0).await?;
        if self.confirm.is_none() {
            let happens = Message::text(format!("This archives {} with the projects below it.", project.name()))
                .paragraph(inside(on, &project).await?)
                .paragraph(Text::marked("Nobody sees it any more, in OpenProject or here. `project unarchive` brings it back."));
            return Ok(reply::ask(ctx, "project archive", json!({ "project": project.text("identifier") }), "Archive", happens));
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
        let is_it = |it: &&Resource| same(it.text("identifier"), &self.project) || same(it.name(), &self.project);
        let Some(project) = all.iter().find(is_it) else {
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
}

impl Action for Copy {
    type On = OpenProject;
    const NAME: &str = "project copy";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project copy demo Demo 2027", "project copy demo Demo 2027 identifier=demo-2027 --empty"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let mut body = json!({
            "name": self.name.trim(),
            "_meta": { "copyWorkPackages": !self.empty, "copyWorkPackageAttachments": !self.empty, "sendNotifications": false },
        });
        if let Some(identifier) = &self.identifier {
            body["identifier"] = json!(identifier.trim());
        }
        let request = on.http.post(&format!("/api/v3/projects/{}/copy", project.id())).json(&body);
        // The answer leads to the job that copies; it is done within a minute or so.
        request.send_for_location().await.map_err(|error| {
            problem::place(
                problem::about(error, &format!("project {}", project.name()), "Copy projects"),
                &["name", "identifier"],
            )
        })?;
        let text = format!("OpenProject is copying {} to {}. That takes a minute or so.", project.name(), self.name.trim());
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
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
        let project = on.project(&self.project.0).await?;
        if self.confirm.is_none() {
            let happens =
                Message::text(format!("This deletes {} with all that is in it, and the projects below it.", project.name()))
                    .paragraph(inside(on, &project).await?)
                    .paragraph(Text::marked("OpenProject keeps no copy. `project archive` hides it and keeps everything."));
            return Ok(reply::ask(
                ctx,
                "project delete",
                json!({ "project": project.text("identifier") }),
                "Delete for good",
                happens,
            ));
        }
        let deleted = on.delete(&format!("/api/v3/projects/{}", project.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("project {}", project.name()), problem::ADMINISTRATOR))?;
        Ok(reply::done(format!("OpenProject is deleting {}.", project.name())))
    }
}

impl OpenProject {
    async fn set_active(&self, project: &Resource, active: impl Into<serde_json::Value>) -> Result<()> {
        let set = self.patch(&format!("/api/v3/projects/{}", project.id()), &json!({ "active": active.into() })).await;
        let set = set.map_err(|error| problem::about(error, &format!("project {}", project.name()), "Archive project"));
        set.map_err(|error| problem::place(error, &["project"])).map(drop)
    }
}

/// What is in a project, in a sentence.
async fn inside(on: &OpenProject, project: &Resource) -> Result<String> {
    let id = project.id().to_string();
    let all = filters(&[filter("project", "=", &[&id])]);
    let query = [("filters", all.as_str()), ("pageSize", "1"), ("offset", "1")];
    let packages = on.page("/api/v3/work_packages", &query).await?.total();
    let below = filters(&[filter("ancestor", "=", &[&id])]);
    let below: Vec<String> =
        on.first("/api/v3/projects", &[("filters", &below)], 50).await?.items.iter().map(|it| it.name().to_owned()).collect();
    let packages = if packages == 1 { "1 work package".to_owned() } else { format!("{packages} work packages") };
    Ok(match below.as_slice() {
        [] => format!("{packages} in it, and no project below it."),
        names => format!("{packages} in it. Below it: {}.", names.join(", ")),
    })
}
