//! Versions of projects.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Date};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Jira,
    api::{Api, encoded},
    confirm, moment,
    names::{count, pick, quoted},
    param, problem, wire,
};
use crate::http::Repeatable;

impl Api<'_> {
    async fn version(&self, project: &str, field: &str, typed: &str) -> Result<wire::Version> {
        let all = self.versions(project).await?;
        pick("version", field, typed, &all, |it| (&it.id, &it.name)).cloned()
    }

    async fn open_in(&self, project: &str, version: &wire::Version) -> Result<usize> {
        self.count(&format!(
            "project = {} AND fixVersion = {} AND statusCategory != Done",
            quoted(project),
            quoted(&version.name)
        ))
        .await
    }
}

/// Lists the versions of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by key or name.
    project: param::Project,
    /// Released and archived ones too.
    #[serde(default)]
    all: bool,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "version list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version list APO", "version list APO --all"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let versions = api.versions(&project.key).await?;
        let wanted: Vec<_> = versions.iter().filter(|it| self.all || !(it.released || it.archived)).collect();
        if wanted.is_empty() {
            return Ok(Reply::to_channel(format!("{} has no version to come.", project.name)));
        }
        let line = |it: &&wire::Version| {
            let date = it.release_date.as_deref();
            let state = match (it.released, it.archived, date) {
                (_, true, _) => " · archived".to_owned(),
                (true, _, Some(date)) => format!(" · released {date}"),
                (true, _, None) => " · released".to_owned(),
                (false, _, Some(date)) => format!(" · due {date}{}", if it.overdue { " (overdue)" } else { "" }),
                (false, _, None) => String::new(),
            };
            let address = format!("{}/projects/{}/versions/{}", on.site, encoded(&project.key), encoded(&it.id));
            let about = it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(address, &*it.name).plain(format!("{state}{about}"))
        };
        let head = Text::new().bold(count(wanted.len(), "version")).plain(format!(" of {}", project.name));
        Ok(Reply::to_channel(Message::text(head).list(wanted.iter().map(line).collect())))
    }
}

/// Creates a version of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The project, by key or name.
    project: param::Project,
    /// What it is called: 1.2.
    name: String,
    /// When it is to come out.
    due: Option<Date>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Create {
    type On = Jira;
    const NAME: &str = "version create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version create APO 1.2 due=2026-12-24"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let mut body = json!({ "name": self.name.trim(), "project": project.key });
        if !project.id.is_empty()
            && let Ok(id) = project.id.parse::<u64>()
        {
            body = json!({ "name": self.name.trim(), "projectId": id });
        }
        if let Some(due) = self.due {
            body["releaseDate"] = json!(due.0);
        }
        if let Some(description) = &self.description {
            body["description"] = json!(description);
        }
        api.post::<Value>("/version", &body).await.map_err(|it| {
            problem::renamed(problem::about(it, &format!("project {}", project.key), "Administer Projects"), "releaseDate", "due")
        })?;
        Ok(Reply::to_channel(format!("Created the version {} of {}.", self.name.trim(), project.name)))
    }
}

/// Releases a version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Release {
    /// The project, by key or name.
    project: param::Project,
    /// The version, by name.
    version: param::Version,
    /// When it came out; today, where you do not say.
    date: Option<Date>,
    /// Where its open issues go: another version.
    move_open_to: Option<param::Version>,
}

impl Action for Release {
    type On = Jira;
    const NAME: &str = "version release";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version release APO 1.1", "version release APO 1.1 move_open_to=1.2"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let version = api.version(&project.key, "version", &self.version.0).await?;
        let open = api.open_in(&project.key, &version).await?;
        let mut body = json!({ "released": true, "releaseDate": self.date.map_or(moment::day(ctx.now), |it| it.0) });
        let mut said = Message::text(format!("Released {} of {}.", version.name, project.name));
        if let Some(next) = &self.move_open_to {
            let next = api.version(&project.key, "move_open_to", &next.0).await?;
            body["moveUnfixedIssuesTo"] =
                json!(format!("{}/{}", api.jira.http.base(), api.path(&format!("/version/{}", next.id)).trim_start_matches('/')));
            said = said.context(format!("{} went to {}.", count(open, "open issue"), next.name));
        } else if open > 0 {
            let jql = format!("project = {} AND fixVersion = {} AND statusCategory != Done", project.key, quoted(&version.name));
            said = said.context(format!("{} in it.", count(open, "open issue")));
            said = said.buttons(vec![Button::run("Show them", ctx.call("issue jql", json!({ "jql": jql })))]);
        }
        let put = api.put(&format!("/version/{}", version.id), &body, Repeatable::Yes).await;
        put.map_err(|error| problem::about(error, &format!("version {}", version.name), "Administer Projects"))?;
        Ok(Reply::to_channel(said))
    }
}

/// Deletes a version; its issues stay. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The project, by key or name.
    project: param::Project,
    /// The version, by name.
    version: param::Version,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "version delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version delete APO 1.2"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let version = api.version(&project.key, "version", &self.version.0).await?;
        if self.confirm.is_none() {
            let all =
                api.count(&format!("project = {} AND fixVersion = {}", quoted(&project.key), quoted(&version.name))).await?;
            let losses =
                [format!("Left without a version: {}.", count(all, "issue")), "The version cannot be brought back.".to_owned()];
            let params = json!({ "project": project.key, "version": version.name });
            return Ok(confirm::ask(
                ctx,
                Self::NAME,
                params,
                &format!("Delete the version {} of {}?", version.name, project.name),
                &losses,
            ));
        }
        let path = format!("/version/{}", version.id);
        // A plain DELETE is on its way out on both.
        let deleted = api.do_post(&format!("{path}/removeAndSwap"), &json!({}), Repeatable::Yes).await;
        deleted.map_err(|error| problem::about(error, &format!("version {}", version.name), "Administer Projects"))?;
        Ok(Reply::to_channel(format!("Deleted the version {} of {}.", version.name, project.name)))
    }
}
