//! Who works on a project.

use commands::{
    Action, Ctx, Effect, ErrorKind, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitLab,
    api::segment,
    confirm,
    list::{given, listed},
    names, param,
    problem::{self, at},
    wire,
};

/// What a member may do: <https://docs.gitlab.com/user/permissions/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Guest,
    Planner,
    Reporter,
    Developer,
    Maintainer,
    Owner,
}

const ROLES: [(Role, u32, &str); 6] = [
    (Role::Guest, 10, "guest"),
    (Role::Planner, 15, "planner"),
    (Role::Reporter, 20, "reporter"),
    (Role::Developer, 30, "developer"),
    (Role::Maintainer, 40, "maintainer"),
    (Role::Owner, 50, "owner"),
];

impl Role {
    fn level(self) -> u32 {
        ROLES.iter().find(|(role, ..)| *role == self).map_or(10, |(_, level, _)| *level)
    }
}

fn role(level: u32) -> &'static str {
    ROLES.iter().rev().find(|(_, it, _)| *it <= level).map_or("no role", |(.., name)| name)
}

/// Lists the members of a project, those of its groups among them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "member list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["member list demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::Member>(&format!("/projects/{}/members/all", segment(&project)), &[], number, 25).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Member| {
            let until = it.expires_at.map(|it| format!(" until {it}")).unwrap_or_default();
            Text::new().bold(&it.name).plain(format!(" ({}) · {}{until}", it.username, role(it.access_level)))
        };
        let call = ctx.call(Self::NAME, json!({ "project": project }));
        Ok(listed(&page, number, ("member", "members"), call, line))
    }
}

/// Makes a person a member of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// Who: @ana, a login, an email address.
    person: Person,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What they may do.
    #[schemars(extend("x-named" = true))]
    role: Role,
    /// The last day.
    expires: Option<Date>,
}

impl Action for Add {
    type On = GitLab;
    const NAME: &str = "member add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member add @chloe project=apollo/lander role=developer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let person = acting.person("person", &self.person.0).await?;
        let body = given(vec![
            ("user_id", Some(json!(person.id))),
            ("access_level", Some(json!(self.role.level()))),
            ("expires_at", self.expires.map(|it| json!(it))),
        ]);
        let added: Result<Value> = acting.post(&format!("/projects/{}/members", segment(&project)), &body).await;
        added.map_err(|error| {
            let error = names::in_project(error, &project);
            if error.kind == ErrorKind::Conflict {
                let message = format!("{} is a member of {project} already: `member update` changes the role.", person.name);
                return at("person", message);
            }
            problem::place(error, &["role", "expires", "person"])
        })?;
        Ok(Reply::to_channel(format!("{} is {} in {project} now.", person.name, role(self.role.level()))))
    }
}

/// Gives a member another role.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Who: @ana, a login, an email address.
    person: Person,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What they may do.
    #[schemars(extend("x-named" = true))]
    role: Role,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "member update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member update @ben project=demo/printer role=maintainer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let person = acting.person("person", &self.person.0).await?;
        let path = format!("/projects/{}/members/{}", segment(&project), person.id);
        let changed: Result<Value> = acting.put(&path, &json!({ "access_level": self.role.level() })).await;
        let what = format!("direct member {} in {project}", person.name);
        changed.map_err(|error| problem::place(problem::about(error, &what), &["role"]))?;
        Ok(Reply::to_channel(format!("{} is {} in {project} now.", person.name, role(self.role.level()))))
    }
}

/// Takes a person out of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// Who: @ana, a login, an email address.
    person: Person,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Remove {
    type On = GitLab;
    const NAME: &str = "member remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member remove @chloe project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let person = acting.person("person", &self.person.0).await?;
        let path = format!("/projects/{}/members/{}", segment(&project), person.id);
        let about = |error| problem::about(error, &format!("direct member {} in {project}", person.name));
        let member: wire::Member = acting.get(&path, &[]).await.map_err(about)?;
        if !self.confirm {
            let question = format!("This takes {} ({}) out of {project}.", member.name, role(member.access_level));
            let lost = ["They lose access at once, and their issues and merge requests there stay assigned to them.".to_owned()];
            let params = json!({ "person": person.username, "project": project });
            return Ok(confirm::ask(&question, &lost, "Remove the member", ctx.call(Self::NAME, params)));
        }
        acting.delete(&path).await.map_err(about)?;
        Ok(Reply::to_channel(format!("{} is no member of {project} any more.", member.name)))
    }
}
