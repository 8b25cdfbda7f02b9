//! Groups of people.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OpenProject, hal::Resource, names::pick, param, problem, reply};

const RIGHT: &str = problem::ADMINISTRATOR;

/// Lists the groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "group list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group list"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let line = |it: &Resource| {
            let members = it.links("members").len();
            let count = if it.offers("members") {
                format!(" · {members} member{}", if members == 1 { "" } else { "s" })
            } else {
                String::new()
            };
            Text::new().link(url(on, it), it.name()).plain(count)
        };
        Ok(Reply::to_asker(reply::all(on.groups().await?.iter().map(line).collect(), "group")))
    }
}

/// Shows who is in a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The group, by name or number.
    group: param::Group,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "group show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group show Printers"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        show(on, &on.group(&self.group.0).await?, Message::new())
    }
}

/// Makes a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    #[schemars(length(min = 1, max = 256))]
    name: String,
    /// Who is in it.
    #[serde(default)]
    member: Vec<Person>,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "group create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group create Night shift", "group create Night shift member=ana member=ben"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let mut members = Vec::new();
        for person in &self.member {
            members.push(json!({ "href": on.person(ctx, "member", &person.0, None).await?.href }));
        }
        let body = json!({ "name": self.name.trim(), "_links": { "members": members } });
        let group = on.post("/api/v3/groups", &body).await;
        let group = group.map_err(|error| problem::place(problem::about(error, "list of groups", RIGHT), &["name", "member"]))?;
        show(on, &group, Message::text(format!("Made the group {}.", group.name())))
    }
}

/// Takes a person into a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
    /// The group, by name or number.
    #[schemars(extend("x-named" = true))]
    group: param::Group,
}

impl Action for Add {
    type On = OpenProject;
    const NAME: &str = "group add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group add @chloe group=Printers"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let group = on.group(&self.group.0).await?;
        let person = on.person(ctx, "user", &self.user.0, None).await?;
        let mut members = hrefs(&group);
        if members.contains(&person.href) {
            return Err(problem::at("user", format!("{} is in {} already.", person.name, group.name())));
        }
        members.push(person.href);
        let group = on.set_members(&group, &members).await?;
        show(on, &group, Message::text(format!("{} is in {} now.", person.name, group.name())))
    }
}

/// Takes a person out of a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
    /// The group, by name or number.
    #[schemars(extend("x-named" = true))]
    group: param::Group,
}

impl Action for Remove {
    type On = OpenProject;
    const NAME: &str = "group remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group remove @chloe group=Printers"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let group = on.group(&self.group.0).await?;
        let person = on.person(ctx, "user", &self.user.0, None).await?;
        let mut members = hrefs(&group);
        let before = members.len();
        members.retain(|it| *it != person.href);
        if members.len() == before {
            return Err(problem::at("user", format!("{} is not in {}.", person.name, group.name())));
        }
        let group = on.set_members(&group, &members).await?;
        show(on, &group, Message::text(format!("{} is not in {} any more.", person.name, group.name())))
    }
}

/// Gives a group another name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The group, by name or number.
    group: param::Group,
    /// What it shall be called.
    #[schemars(length(min = 1, max = 256))]
    name: String,
}

impl Action for Rename {
    type On = OpenProject;
    const NAME: &str = "group rename";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group rename Printers Paper people"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let group = on.group(&self.group.0).await?;
        let renamed = on.patch(&format!("/api/v3/groups/{}", group.id()), &json!({ "name": self.name.trim() })).await;
        let about = |error| problem::place(problem::about(error, &format!("group {}", group.name()), RIGHT), &["name"]);
        let renamed = renamed.map_err(about)?;
        show(on, &renamed, Message::text(format!("{} is called {} now.", group.name(), renamed.name())))
    }
}

/// Deletes a group for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The group, by name or number.
    group: param::Group,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "group delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group delete Printers"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let group = on.group(&self.group.0).await?;
        let name = group.name();
        if self.confirm.is_none() {
            let members: Vec<String> = group.links("members").into_iter().map(|it| it.title).collect();
            let who = if members.is_empty() { "Nobody is in it.".into() } else { format!("In it: {}.", members.join(", ")) };
            let happens = Message::text(format!("This deletes the group {name}. {who}"))
                .paragraph("Its members lose every role that they have through it, and its work packages go to “Deleted user”.");
            return Ok(reply::ask(ctx, "group delete", json!({ "group": name }), "Delete the group", happens));
        }
        let deleted = on.delete(&format!("/api/v3/groups/{}", group.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("group {name}"), RIGHT))?;
        Ok(reply::done(format!("OpenProject is deleting the group {name}.")))
    }
}

impl OpenProject {
    pub(super) async fn groups(&self) -> Result<Vec<Resource>> {
        let all = self.first("/api/v3/groups", &[], 1000).await;
        Ok(all.map_err(|error| problem::about(error, "list of groups", "Manage members"))?.items)
    }

    /// The group called `text`, with its members.
    async fn group(&self, text: &str) -> Result<Resource> {
        let groups = self.groups().await?;
        self.get(&format!("/api/v3/groups/{}", pick("group", "group", text, &groups)?.id())).await
    }

    async fn set_members(&self, group: &Resource, members: &[String]) -> Result<Resource> {
        let members: Vec<Value> = members.iter().map(|it| json!({ "href": it })).collect();
        let set = self.patch(&format!("/api/v3/groups/{}", group.id()), &json!({ "_links": { "members": members } })).await;
        set.map_err(|error| problem::place(problem::about(error, &format!("group {}", group.name()), RIGHT), &["user"]))
    }
}

fn hrefs(group: &Resource) -> Vec<String> {
    group.links("members").into_iter().map(|it| it.href).collect()
}

fn show(on: &OpenProject, group: &Resource, said: Message) -> Result<Reply> {
    let members: Vec<Text> = group.links("members").into_iter().map(|it| Text::from(it.title)).collect();
    let mut message = said.heading(group.name()).paragraph(Text::new().link(url(on, group), "Open in OpenProject"));
    message.blocks.extend(match members.is_empty() {
        true => Message::text("Nobody is in it.").blocks,
        false => reply::all(members, "member").blocks,
    });
    Ok(Reply::to_asker(message))
}

fn url(on: &OpenProject, group: &Resource) -> String {
    format!("{}/groups/{}", on.http.base(), group.id())
}
