//! Groups of people.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Jira,
    api::Api,
    names::{count, no_such, same},
    param,
    person::Among,
    problem, wire,
};
use crate::http::Repeatable;

/// The permission that Jira asks for, for nearly all that concerns groups.
const PERMISSION: &str = "Administer Jira";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub name: String,
    /// On Cloud.
    pub group_id: Option<String>,
}

impl Api<'_> {
    /// Groups with this in their name.
    pub async fn groups(&self, text: &str) -> Result<Vec<Group>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            groups: Vec<Group>,
        }
        let answer: Answer = self.get("/groups/picker", &[("query", text.trim()), ("maxResults", "100")]).await?;
        Ok(answer.groups)
    }

    pub async fn groups_of(&self, account: &str) -> Result<Vec<String>> {
        if self.is_cloud() {
            let groups: Vec<Group> = self.get("/user/groups", &[("accountId", account)]).await?;
            return Ok(groups.into_iter().map(|it| it.name).collect());
        }
        let user: Value = self.get("/user", &[("username", account), ("expand", "groups")]).await?;
        let groups: Vec<Group> = serde_json::from_value(user["groups"]["items"].clone()).unwrap_or_default();
        Ok(groups.into_iter().map(|it| it.name).collect())
    }

    async fn group(&self, typed: &str) -> Result<Group> {
        let all = self.groups(typed).await?;
        match all.iter().find(|it| same(&it.name, typed)) {
            Some(group) => Ok(group.clone()),
            None => Err(no_such("group", "group", typed, all.iter().map(|it| it.name.as_str()))),
        }
    }
}

impl Group {
    fn query(&self) -> (&'static str, &str) {
        match &self.group_id {
            Some(id) => ("groupId", id),
            None => ("groupname", &self.name),
        }
    }
}

/// Lists groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this in their name.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "group list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group list", "group list apollo"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let groups = api.groups(self.words.as_deref().unwrap_or_default()).await;
        let groups = groups.map_err(|error| problem::about(error, "list of groups", "Browse users and groups"))?;
        Ok(Reply::to_channel(match groups.is_empty() {
            true => Message::text("No group matches."),
            false => {
                let head = Text::new().bold(count(groups.len(), "group"));
                Message::text(head).list(groups.into_iter().map(|it| it.name.into()).collect())
            }
        }))
    }
}

/// Lists who is in a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Members {
    /// The group, by name.
    group: param::Group,
}

impl Action for Members {
    type On = Jira;
    const NAME: &str = "group members";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group members apollo-developers"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let group = api.group(&self.group.0).await?;
        let people = api.all::<wire::User>("/group/member", "values", &[group.query()], 200).await;
        let people = people.map_err(|error| problem::about(error, &format!("group {}", group.name), PERMISSION))?;
        let head = format!("{} in {}", count(people.len(), "person").replace("persons", "people"), group.name);
        Ok(Reply::to_channel(match people.is_empty() {
            true => Message::text(format!("Nobody is in {}.", group.name)),
            false => Message::text(Text::new().bold(head)).list(people.iter().map(|it| it.label().into()).collect()),
        }))
    }
}

/// Puts somebody into a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The group, by name.
    group: param::Group,
    /// Who.
    who: Person,
}

impl Action for Add {
    type On = Jira;
    const NAME: &str = "group add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group add apollo-developers @ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let group = api.group(&self.group.0).await?;
        let account = api.person(ctx, "who", &self.who.0, Among::Everybody).await?;
        let request = api.jira.http.post(&api.path("/group/user")).query(&[group.query()]);
        // Who is in it already is refused, and not put in twice.
        let request =
            request.json(&if api.is_cloud() { json!({ "accountId": account.id }) } else { json!({ "name": account.id }) });
        let sent = api.done(request.repeatable(Repeatable::Yes)).await;
        sent.map_err(|error| problem::about(error, &format!("group {}", group.name), PERMISSION))?;
        Ok(Reply::to_channel(format!("{} is in {} now.", account.name, group.name)))
    }
}

/// Takes somebody out of a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The group, by name.
    group: param::Group,
    /// Who.
    who: Person,
}

impl Action for Remove {
    type On = Jira;
    const NAME: &str = "group remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group remove apollo-developers @ben"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let group = api.group(&self.group.0).await?;
        let account = api.person(ctx, "who", &self.who.0, Among::Everybody).await?;
        let deleted = api.delete("/group/user", &[group.query(), (api.id_parameter(), &account.id)]).await;
        deleted.map_err(|error| problem::about(error, &format!("group {}", group.name), PERMISSION))?;
        Ok(Reply::to_channel(format!("{} is no longer in {}.", account.name, group.name)))
    }
}
