//! Who is in a project, and as what.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Redmine,
    issues::{listed, with_note},
    names, param, problem, wire,
};

/// How the refusal begins for whom Redmine does not know: the bot's own account may change every project's members.
const CHANGED: &str = "A project's members are changed";

/// Lists a project's members and their roles.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "member list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["member list demo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.project(&self.project.0).await?;
        let path = format!("/projects/{}/memberships.json", project.id);
        let all = acting.list_all::<wire::Membership>(&path, "memberships", &[], 1000).await?;
        let line = |it: &wire::Membership| {
            let who = it.user.as_ref().or(it.group.as_ref()).map_or("somebody", |it| it.name.as_str());
            let roles = it.roles.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ");
            let group = if it.group.is_some() { " (group)" } else { "" };
            Text::new().plain(format!("{who}{group} · {roles}"))
        };
        let lines: Vec<Text> = all.items.iter().map(line).collect();
        let count = lines.len();
        let more = |_| Button::run("Show more", ctx.call("member list", json!({ "project": project.identifier })));
        Ok(Reply::to_channel(with_note(listed(lines, 0, count, "member", more), &acting)))
    }
}

/// Takes a person into a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// As what: Developer, say.
    #[schemars(extend("x-named" = true))]
    role: Vec<param::Role>,
}

impl Action for Add {
    type On = Redmine;
    const NAME: &str = "member add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["member add @chloe project=apollo role=Developer"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.in_person(ctx, CHANGED).await?;
        let project = acting.project(&self.project.0).await?;
        let person = acting.person("user", &self.user.0, None).await?;
        let mut roles = Vec::new();
        for role in &self.role {
            roles.push(on.entry(names::List::Role, "role", &role.0).await?);
        }
        let ids: Vec<u64> = roles.iter().map(|it| it.id).collect();
        let body = json!({ "membership": { "user_id": person.id, "role_ids": ids } });
        let path = format!("/projects/{}/memberships.json", project.id);
        acting.post::<serde_json::Value>(&path, &body).await.map_err(|error| {
            if error.message.contains("User has already been taken") {
                return problem::at("user", format!("{} is a member of {} already.", person.name, project.name));
            }
            let error = problem::about(error, &format!("project {}", project.name), "Manage members");
            problem::place(error, &["user", "role"], &[])
        })?;
        let names = roles.into_iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
        let text = format!("{} is in {} now, as {names}.", person.name, project.name);
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Takes a person out of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
}

impl Action for Remove {
    type On = Redmine;
    const NAME: &str = "member remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["member remove @chloe project=apollo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.in_person(ctx, CHANGED).await?;
        let project = acting.project(&self.project.0).await?;
        let person = acting.person("user", &self.user.0, Some(project.id)).await?;
        let path = format!("/projects/{}/memberships.json", project.id);
        let all = acting.list_all::<wire::Membership>(&path, "memberships", &[], 1000).await?;
        let is_theirs = |it: &&wire::Membership| it.user.as_ref().or(it.group.as_ref()).is_some_and(|it| it.id == person.id);
        let Some(membership) = all.items.iter().find(is_theirs) else {
            return Err(problem::at("user", format!("{} is no member of {}.", person.name, project.name)));
        };
        if membership.roles.iter().all(|it| it.inherited) && !membership.roles.is_empty() {
            let from = "through a group or a parent project, and can only be taken out there";
            return Err(problem::at("user", format!("{} is in {} {from}.", person.name, project.name)));
        }
        let removed = acting.delete(&format!("/memberships/{}.json", membership.id)).await;
        removed.map_err(|error| problem::about(error, &format!("project {}", project.name), "Manage members"))?;
        Ok(Reply::to_channel(format!("{} is no member of {} any more.", person.name, project.name)))
    }
}

/// Lists the roles that people can have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Roles {}

impl Action for Roles {
    type On = Redmine;
    const NAME: &str = "role list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["role list"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let roles = on.entries(names::List::Role).await?;
        let lines: Vec<Text> = roles.iter().map(|it| Text::from(it.name.as_str())).collect();
        let count = lines.len();
        let more = |_| Button::run("Show more", ctx.call("role list", json!({})));
        Ok(Reply::to_channel(listed(lines, 0, count, "role", more)))
    }
}
