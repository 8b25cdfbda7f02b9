//! Groups of people, and who administers them
//! (<https://docs.nextcloud.com/server/latest/admin_manual/configuration_user/instruction_set_for_groups.html>).

use commands::{Action, Audience, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Nextcloud, accounts,
    card::{listed, warning},
    param, path,
    problem::{administer, at, placed},
};

fn address(id: &str, rest: &str) -> String {
    format!("/cloud/groups/{}{rest}", path::encode_part(id))
}

fn of_user(id: &str, rest: &str) -> String {
    format!("/cloud/users/{}{rest}", path::encode_part(id))
}

impl Nextcloud {
    /// The user names of all who are in a group.
    async fn members(&self, group: &str) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Answer {
            users: Vec<String>,
        }
        Ok(self
            .ocs_get::<Answer>(&address(group, "/users"), &[])
            .await
            .map_err(|error| administer(error, "see who is in a group"))?
            .users)
    }
}

/// Lists the groups of people.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// A part of the name.
    #[schemars(extend("x-positional" = true))]
    text: Option<String>,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "group list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group list"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let groups = on.groups(self.text.as_deref().unwrap_or_default().trim(), 101).await?;
        let lines = groups
            .iter()
            .take(100)
            .map(|it| Text::from(it.name.clone()).plain(if it.name == it.id { String::new() } else { format!(" ({})", it.id) }));
        let mut message = listed("Groups", "There is no such group.", lines.collect(), groups.len() > 100);
        let options: Vec<Button> =
            groups.iter().take(25).map(|it| Button::run(&it.name, ctx.call("group show", json!({ "group": it.id })))).collect();
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Who is in".into(), options });
        }
        Ok(Reply::to_asker(message))
    }
}

/// Shows who is in a group, and who administers it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The group.
    group: param::Group,
}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "group show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group show design"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        Ok(Reply::new(shown(on, ctx, &group, Message::new()).await?, Audience::Asker))
    }
}

async fn shown(on: &Nextcloud, ctx: &Ctx, group: &accounts::Group, said: Message) -> Result<Message> {
    let members = on.members(&group.id).await?;
    let admins: Value = on.ocs_get(&address(&group.id, "/subadmins"), &[]).await.unwrap_or_default();
    let admins: Vec<&str> = admins.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let people = match members.len() {
        0 => "nobody".to_owned(),
        count if count > 50 => format!("{} and {} more", members[..50].join(", "), count - 50),
        _ => members.join(", "),
    };
    let mut facts = vec![("People".to_owned(), Text::from(format!("{} · {people}", members.len())))];
    if !admins.is_empty() {
        facts.push(("Administered by".to_owned(), admins.join(", ").into()));
    }
    let id = json!({ "group": group.id });
    let buttons = vec![
        Button::form("Add somebody", ctx.call("group add", id.clone())),
        Button::form("Remove somebody", ctx.call("group remove", id.clone())),
        Button::run("Delete", ctx.call("group delete", id)),
    ];
    Ok(said.heading(group.name.clone()).facts(facts).buttons(buttons))
}

async fn after(on: &Nextcloud, ctx: &Ctx, group: &accounts::Group, did: &str) -> Result<Reply> {
    let message = shown(on, ctx, group, Message::text(did)).await.unwrap_or_else(|_| Message::text(did));
    Ok(Reply::new(message, Audience::Asker))
}

/// Makes a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// Who is in it from the start.
    #[serde(default)]
    member: Vec<Person>,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "group create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group create design member=@ana member=@ben"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let name = self.name.trim().to_owned();
        let mut people = Vec::new();
        for person in &self.member {
            people.push(on.person("member", &person.0, ctx).await?);
        }
        let made = on.ocs_post::<Value>("/cloud/groups", &json!({ "groupid": name })).await;
        made.map_err(|error| match error.code.as_deref() {
            Some("102") => at("name", format!("There is a group `{name}` already.")),
            Some("101") => placed(error, "name"),
            _ => administer(error, "make groups"),
        })?;
        let group = accounts::Group { id: name.clone(), name: name.clone() };
        let mut added = Vec::new();
        for person in people {
            if let Err(error) = join(on, &person.id, &group.id).await {
                let said = format!("The group `{name}` is made, but {} is not in it: {}", person.shown(), error.message);
                return Err(Error { message: said, ..error });
            }
            added.push(person.shown());
        }
        let with = if added.is_empty() { String::new() } else { format!(" with {}", added.join(", ")) };
        after(on, ctx, &group, &format!("Made the group {name}{with}.")).await
    }
}

/// Gives a group another name to be shown by.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The group.
    group: param::Group,
    /// The new name.
    name: String,
}

impl Action for Rename {
    type On = Nextcloud;
    const NAME: &str = "group rename";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group rename design Design and research"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        let name = self.name.trim().to_owned();
        let set = on.ocs_put::<Value>(&address(&group.id, ""), &json!({ "key": "displayname", "value": name })).await;
        set.map_err(|error| administer(error, "rename groups"))?;
        let did = format!("{} is called {name} now.", group.name);
        after(on, ctx, &accounts::Group { name, ..group }, &did).await
    }
}

async fn join(on: &Nextcloud, person: &str, group: &str) -> Result<()> {
    let set = on.ocs_post::<Value>(&of_user(person, "/groups"), &json!({ "groupid": group })).await;
    set.map(drop).map_err(|error| administer(error, "add people to groups"))
}

/// Adds somebody to a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The group.
    group: param::Group,
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Add {
    type On = Nextcloud;
    const NAME: &str = "group add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group add design @ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        let person = on.person("user", &self.user.0, ctx).await?;
        join(on, &person.id, &group.id).await?;
        after(on, ctx, &group, &format!("{} is in {} now.", person.shown(), group.name)).await
    }
}

/// Takes somebody out of a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The group.
    group: param::Group,
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Remove {
    type On = Nextcloud;
    const NAME: &str = "group remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group remove design @ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        let person = on.person("user", &self.user.0, ctx).await?;
        if group.id == "admin" && person.id == on.user {
            return Err(at("user", format!("`{}` is the bot's own account: it would lose its rights.", person.id)));
        }
        if !on.members(&group.id).await?.contains(&person.id) {
            return Err(at("user", format!("{} is not in {}.", person.shown(), group.name)));
        }
        let removed = on.ocs_delete(&of_user(&person.id, "/groups"), &[("groupid", &group.id)]).await;
        removed.map_err(|error| administer(error, "take people out of groups"))?;
        after(on, ctx, &group, &format!("{} is no longer in {}.", person.shown(), group.name)).await
    }
}

/// Lets somebody administer a group: its people and their accounts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Promote {
    /// The group.
    group: param::Group,
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Promote {
    type On = Nextcloud;
    const NAME: &str = "group promote";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group promote design @ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        let person = on.person("user", &self.user.0, ctx).await?;
        let set = on.ocs_post::<Value>(&of_user(&person.id, "/subadmins"), &json!({ "groupid": group.id })).await;
        set.map_err(|error| match error.code.as_deref() {
            // 103: "Cannot create subadmins for admin group"
            Some("103") => {
                at("group", format!("{} cannot have administrators of its own: its people administer everything.", group.name))
            }
            _ => administer(error, "say who administers a group"),
        })?;
        after(on, ctx, &group, &format!("{} administers {} now.", person.shown(), group.name)).await
    }
}

/// Lets somebody no longer administer a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Demote {
    /// The group.
    group: param::Group,
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Demote {
    type On = Nextcloud;
    const NAME: &str = "group demote";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group demote design @ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        let person = on.person("user", &self.user.0, ctx).await?;
        let removed = on.ocs_delete(&of_user(&person.id, "/subadmins"), &[("groupid", &group.id)]).await;
        removed.map_err(|error| match error.code.as_deref() {
            Some("102") => at("user", format!("{} does not administer {}.", person.shown(), group.name)),
            _ => administer(error, "say who administers a group"),
        })?;
        after(on, ctx, &group, &format!("{} no longer administers {}.", person.shown(), group.name)).await
    }
}

/// Deletes a group. Its people stay.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The group.
    group: param::Group,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "group delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group delete design"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group.0).await?;
        if group.id == "admin" {
            return Err(at("group", "The group of the administrators cannot be deleted."));
        }
        if self.confirm.is_some() {
            on.ocs_delete(&address(&group.id, ""), &[]).await.map_err(|error| match error.kind {
                ErrorKind::Validation => placed(error, "group"),
                _ => administer(error, "delete groups"),
            })?;
            return Ok(Reply::to_asker(format!("Deleted the group {}. Its people are still there.", group.name)));
        }
        let members = on.members(&group.id).await?;
        let said = Message::text(format!("This deletes the group {}: {} people are in it.", group.name, members.len()))
            .paragraph(
                "What is shared with the group is shared with nobody then. The people and their files stay. It cannot be undone.",
            );
        let call = ctx.call(Self::NAME, json!({ "group": group.id }));
        Ok(warning(said, "Delete the group", format!("Delete the group {}?", group.name), call))
    }
}
