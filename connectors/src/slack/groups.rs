//! User groups, which are mentioned like people.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Slack, card,
    client::people::{Group, User},
    param,
};

/// Lists the user groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Slack;
    const NAME: &str = "usergroup list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["usergroup list"];

    async fn run(self, on: &Slack, _: &Ctx) -> Result<Reply> {
        let all = on.client.groups().await?;
        let line = |it: &Group| {
            let people = if it.users.len() == 1 { "1 person".to_owned() } else { format!("{} people", it.users.len()) };
            Text::new().bold(format!("@{}", it.handle)).plain(format!(" · {} · {people}", it.name))
        };
        Ok(Reply::to_asker(card::listed(all.iter().map(line).collect(), "user group")))
    }
}

impl Slack {
    /// The people with these ids, by name; ids of nobody are left out.
    async fn named(&self, ids: &[String]) -> Result<Vec<User>> {
        let everyone = self.everyone().await?;
        let mut people: Vec<User> = ids.iter().filter_map(|id| everyone.iter().find(|it| it.id == *id)).cloned().collect();
        people.sort_by_key(|it| it.title().to_lowercase());
        Ok(people)
    }
}

/// Shows who is in a user group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The user group.
    group: param::Group,
}

impl Action for Show {
    type On = Slack;
    const NAME: &str = "usergroup show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["usergroup show oncall"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group).await?;
        let people = on.named(&group.users).await?;
        let mut message = Message::new().heading(format!("{} (@{})", group.name, group.handle));
        if !group.description.is_empty() {
            message = message.paragraph(group.description.as_str());
        }
        message = match people.as_slice() {
            [] => message.paragraph("Nobody is in it."),
            people => message.list(people.iter().map(|it| it.title().into()).collect()),
        };
        let change = Button::form("Change", ctx.call("usergroup set", json!({ "group": group.handle })));
        Ok(Reply::to_asker(message.buttons(vec![change])))
    }
}

/// Replaces who is in a user group.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Set {
    /// The user group.
    group: param::Group,
    /// All who are in it from now on.
    #[schemars(extend("x-named" = true))]
    people: Vec<Person>,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Set {
    type On = Slack;
    const NAME: &str = "usergroup set";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["usergroup set oncall people=ana,ben"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group).await?;
        let people = on.people("people", &self.people, ctx).await?;
        let gone: Vec<String> = group.users.iter().filter(|id| people.iter().all(|it| it.id != **id)).cloned().collect();
        // Who only joins can be taken out again; who is taken out may be missed in an alert.
        if !gone.is_empty() && !self.sure {
            let gone = on.named(&gone).await?;
            let question = format!(
                "@{} is {} then; {} is no longer mentioned with it. Change it?",
                group.handle,
                card::names(&people),
                card::names(&gone)
            );
            return Ok(card::ask_first(ctx, question, "Change", Self::NAME, &self));
        }
        let ids: Vec<&str> = people.iter().map(|it| it.id.as_str()).collect();
        on.client.set_members(&group.id, &ids).await?;
        Ok(card::done(format!("@{} is {} now.", group.handle, card::names(&people))))
    }
}
