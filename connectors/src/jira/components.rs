//! Components of projects.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Jira, confirm,
    names::{count, pick, quoted},
    param,
    person::Among,
    problem, wire,
};

/// Lists the components of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by key or name.
    project: param::Project,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "component list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["component list APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let all = api.components(&project.key).await?;
        let line = |it: &wire::Component| {
            let lead = it.lead.as_ref().map(|it| format!(" · led by {}", it.label())).unwrap_or_default();
            let about = it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().bold(&*it.name).plain(format!("{lead}{about}"))
        };
        Ok(Reply::to_channel(match all.is_empty() {
            true => Message::text(format!("{} has no components.", project.name)),
            false => Message::text(format!("{} of {}", count(all.len(), "component"), project.name))
                .list(all.iter().map(line).collect()),
        }))
    }
}

/// Creates a component of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The project, by key or name.
    project: param::Project,
    /// What it is called.
    name: String,
    /// Who leads it.
    lead: Option<Person>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Create {
    type On = Jira;
    const NAME: &str = "component create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["component create APO Engine lead=@ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let mut body = json!({ "project": project.key, "name": self.name.trim() });
        if let Some(lead) = &self.lead {
            let account = api.person(ctx, "lead", &lead.0, Among::Project(&project.key)).await?;
            body[if api.is_cloud() { "leadAccountId" } else { "leadUserName" }] = json!(account.id);
        }
        if let Some(description) = &self.description {
            body["description"] = json!(description);
        }
        let sent = api.post::<Value>("/component", &body).await;
        sent.map_err(|error| problem::about(error, &format!("project {}", project.key), "Administer Projects"))?;
        Ok(Reply::to_channel(format!("Created the component {} of {}.", self.name.trim(), project.name)))
    }
}

/// Deletes a component; its issues stay. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The project, by key or name.
    project: param::Project,
    /// The component, by name.
    component: param::Component,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "component delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["component delete APO Engine"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let all = api.components(&project.key).await?;
        let component = pick("component", "component", &self.component.0, &all, |it| (&it.id, &it.name))?;
        let name = &component.name;
        if self.confirm.is_none() {
            let issues = api.count(&format!("project = {} AND component = {}", quoted(&project.key), quoted(name))).await?;
            let losses =
                [format!("Left without it: {}.", count(issues, "issue")), "The component cannot be brought back.".to_owned()];
            let params = json!({ "project": project.key, "component": name });
            return Ok(confirm::ask(
                ctx,
                Self::NAME,
                params,
                &format!("Delete the component {name} of {}?", project.name),
                &losses,
            ));
        }
        let deleted = api.delete(&format!("/component/{}", component.id), &[]).await;
        deleted.map_err(|error| problem::about(error, &format!("component {name}"), "Administer Projects"))?;
        Ok(Reply::to_channel(format!("Deleted the component {name} of {}.", project.name)))
    }
}
