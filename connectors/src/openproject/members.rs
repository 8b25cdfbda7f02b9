//! Who is in a project, and as what; and the roles there are.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::Resource,
    names, param, problem, reply,
};

const RIGHT: &str = "Manage members";

/// Lists a project's members and their roles.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "member list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["member list demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let all = on.memberships(project.id(), project.name()).await?;
        let line = |it: &Resource| {
            let who = it.title("principal").unwrap_or_else(|| "somebody".into());
            let group = if it.link("principal").is_some_and(|it| it.href.contains("/groups/")) { " (group)" } else { "" };
            Text::new().plain(format!("{who}{group} · {}", roles(it)))
        };
        let add = Button::form("Add a member", ctx.call("member add", json!({ "project": project.text("identifier") })));
        Ok(Reply::to_channel(reply::all(all.iter().map(line).collect(), "member").buttons(vec![add])))
    }
}

/// Takes a person or a group into a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// Who: @ana, a login, an email address, a name or a group.
    who: Person,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// As what: Member, say.
    #[schemars(extend("x-named" = true))]
    role: Vec<param::Role>,
    /// Tell them nothing.
    #[serde(default)]
    quiet: bool,
}

impl Action for Add {
    type On = OpenProject;
    const NAME: &str = "member add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member add @chloe project=apollo role=Member"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let person = on.person(ctx, "who", &self.who.0, None).await?;
        let (links, roles) = on.roles(&self.role).await?;
        let body = json!({
            "_links": {
                "principal": { "href": person.href },
                "project": { "href": format!("/api/v3/projects/{}", project.id()) },
                "roles": links,
            },
            "_meta": { "sendNotification": !self.quiet },
        });
        on.post("/api/v3/memberships", &body).await.map_err(|error| {
            if error.message.contains("already been taken") || error.message.contains("already a member") {
                return problem::at(
                    "who",
                    format!("{} is a member of {} already. `member role` gives other roles.", person.name, project.name()),
                );
            }
            problem::place(problem::about(error, &format!("project {}", project.name()), RIGHT), &["who", "role", "project"])
        })?;
        Ok(reply::done(format!("{} is in {} now, as {roles}.", person.name, project.name())))
    }
}

/// Gives a member other roles in a project, in place of those they have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Roles {
    /// Who: @ana, a login, an email address, a name or a group.
    who: Person,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// As what: Member, say.
    #[schemars(extend("x-named" = true))]
    role: Vec<param::Role>,
}

impl Action for Roles {
    type On = OpenProject;
    const NAME: &str = "member role";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member role @ben project=demo role=\"Project admin\""];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let (project, person, membership) = on.membership(ctx, &self.project, &self.who).await?;
        let (links, names) = on.roles(&self.role).await?;
        let path = format!("/api/v3/memberships/{}", membership.id());
        on.patch(&path, &json!({ "_links": { "roles": links } }))
            .await
            .map_err(|error| problem::place(problem::about(error, &format!("project {}", project.name()), RIGHT), &["role"]))?;
        Ok(reply::done(format!("{person} is {names} in {} now, and was {}.", project.name(), roles(&membership))))
    }
}

/// Takes a person or a group out of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// Who: @ana, a login, an email address, a name or a group.
    who: Person,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
}

impl Action for Remove {
    type On = OpenProject;
    const NAME: &str = "member remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member remove @chloe project=apollo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let (project, person, membership) = on.membership(ctx, &self.project, &self.who).await?;
        let removed = on.delete(&format!("/api/v3/memberships/{}", membership.id())).await;
        removed.map_err(|error| problem::about(error, &format!("project {}", project.name()), RIGHT))?;
        // Back again with one press: the roles are known.
        let again: Vec<String> = membership.links("roles").into_iter().map(|it| it.title).collect();
        let params = json!({ "who": person, "project": project.text("identifier"), "role": again });
        let message = Message::text(format!("{person} is no member of {} any more.", project.name()));
        let back = Button::run("Add again", ctx.call("member add", params));
        Ok(Reply::new(message.buttons(vec![back]), Audience::Channel))
    }
}

/// Lists the roles that people can have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RoleList {}

impl Action for RoleList {
    type On = OpenProject;
    const NAME: &str = "role list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["role list"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let roles = on.entries(names::List::Role).await?;
        Ok(Reply::to_channel(reply::all(roles.iter().map(|it| Text::from(it.name())).collect(), "role")))
    }
}

impl OpenProject {
    async fn memberships(&self, project: u64, name: &str) -> Result<Vec<Resource>> {
        let wanted = filters(&[filter("project", "=", &[&project.to_string()])]);
        let all = self.first("/api/v3/memberships", &[("filters", &wanted), ("pageSize", PAGE)], 2000).await;
        Ok(all.map_err(|error| problem::about(error, &format!("project {name}"), "View members"))?.items)
    }

    /// The project, the member's name, and the membership.
    async fn membership(&self, ctx: &Ctx, project: &param::Project, who: &Person) -> Result<(Resource, String, Resource)> {
        let project = self.project(&project.0).await?;
        let person = self.person(ctx, "who", &who.0, None).await?;
        let all = self.memberships(project.id(), project.name()).await?;
        let is_theirs = |it: &&Resource| it.link("principal").is_some_and(|it| it.href == person.href);
        let Some(membership) = all.iter().find(is_theirs) else {
            return Err(problem::at("who", format!("{} is no member of {}.", person.name, project.name())));
        };
        Ok((project, person.name, membership.clone()))
    }

    /// Links to roles, and their names in words.
    async fn roles(&self, wanted: &[param::Role]) -> Result<(Value, String)> {
        let (mut links, mut names) = (Vec::new(), Vec::new());
        for role in wanted {
            let role = self.entry(names::List::Role, "role", &role.0).await?;
            links.push(json!({ "href": format!("/api/v3/roles/{}", role.id()) }));
            names.push(role.name().to_owned());
        }
        if links.is_empty() {
            return Err(problem::at("role", "As what? `role list` shows the roles."));
        }
        Ok((Value::Array(links), names.join(", ")))
    }
}

fn roles(membership: &Resource) -> String {
    membership.links("roles").into_iter().map(|it| it.title).collect::<Vec<_>>().join(", ")
}
