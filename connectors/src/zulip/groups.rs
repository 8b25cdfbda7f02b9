//! Groups of people, such as an on-call rota's.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Zulip, card, client::groups::Group, param, resolve::at};

/// Lists groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Zulip's own too, such as administrators.
    #[serde(default)]
    all: bool,
}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "group list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group list", "group list --all"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let all = on.client.groups().await?;
        let shown = all.iter().filter(|it| !it.deactivated && (self.all || !it.is_system_group));
        let line = |it: &Group| {
            let members = if it.is_system_group { String::new() } else { format!(" · {} in it", it.members.len()) };
            Text::new().bold(it.title()).plain(format!("{members} · {}", it.description))
        };
        Ok(Reply::to_asker(card::listed(shown.map(line).collect(), "group")))
    }
}

/// Lists who is in a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The group.
    group: param::Group,
}

impl Action for Show {
    type On = Zulip;
    const NAME: &str = "group show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["group show administrators"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let group = on.group("group", &self.group).await?;
        let (members, everyone) = (on.client.group_members(group.id).await?, on.everyone().await?);
        let lines = everyone.iter().filter(|it| members.contains(&it.user_id)).map(|it| Text::from(it.full_name.as_str()));
        Ok(Reply::to_asker(card::listed(lines.collect(), "member")))
    }
}

/// Makes a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Who is in it.
    #[serde(default)]
    people: Vec<Person>,
}

impl Action for Create {
    type On = Zulip;
    const NAME: &str = "group create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group create on-call people=ana people=ben"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let ids: Vec<u64> = on.people("people", &self.people, ctx).await?.iter().map(|it| it.user_id).collect();
        let name = self.name.trim().trim_start_matches('@');
        let made = on.client.create_group(name, self.description.as_deref().unwrap_or_default(), &ids).await;
        made.map_err(|error| match error.message.contains("group") {
            true => at("name", error.message),
            false => error,
        })?;
        Ok(card::done(format!("Made the group {name} with {} in it. Mention it as @*{name}*.", ids.len())))
    }
}

/// Changes a group's name or what it is for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The group.
    group: param::Group,
    /// What it is called from now on.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
}

impl Action for Rename {
    type On = Zulip;
    const NAME: &str = "group update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group update on-call name=rota"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        if self.name.is_none() && self.description.is_none() {
            return Err(at("name", "What is to change? Write name=… or description=…."));
        }
        let group = own(on, &self.group).await?;
        on.client.update_group(group.id, self.name.as_deref(), self.description.as_deref()).await?;
        Ok(card::done(format!("Changed the group {}.", self.name.as_deref().unwrap_or(&group.name))))
    }
}

/// A group that people made: Zulip keeps its own by itself.
async fn own(on: &Zulip, group: &param::Group) -> Result<Group> {
    let group = on.group("group", group).await?;
    match group.is_system_group {
        true => Err(at("group", format!("Zulip keeps the group {} itself: give people another role instead.", group.title()))),
        false => Ok(group),
    }
}

/// Takes people into a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The group.
    group: param::Group,
    /// Whom.
    #[schemars(extend("x-named" = true))]
    people: Vec<Person>,
}

impl Action for Add {
    type On = Zulip;
    const NAME: &str = "group add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group add on-call people=chloe"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let group = own(on, &self.group).await?;
        let people = on.people("people", &self.people, ctx).await?;
        // Zulip refuses all of them when one is in it already.
        let new: Vec<u64> = people.iter().map(|it| it.user_id).filter(|it| !group.members.contains(it)).collect();
        if !new.is_empty() {
            on.client.change_members(group.id, &new, &[]).await?;
        }
        Ok(card::done(format!("{} came into the group {}, {} in all.", new.len(), group.name, group.members.len() + new.len())))
    }
}

/// Takes people out of a group.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The group.
    group: param::Group,
    /// Whom.
    #[schemars(extend("x-named" = true))]
    people: Vec<Person>,
}

impl Action for Remove {
    type On = Zulip;
    const NAME: &str = "group remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group remove on-call people=ben"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let group = own(on, &self.group).await?;
        let people = on.people("people", &self.people, ctx).await?;
        let gone: Vec<u64> = people.iter().map(|it| it.user_id).filter(|it| group.members.contains(it)).collect();
        if !gone.is_empty() {
            on.client.change_members(group.id, &[], &gone).await?;
        }
        Ok(card::done(format!("{} left the group {}, {} in it.", gone.len(), group.name, group.members.len() - gone.len())))
    }
}

/// Puts a group out of use: nobody can mention it any more.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Deactivate {
    /// The group.
    group: param::Group,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Deactivate {
    type On = Zulip;
    const NAME: &str = "group deactivate";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["group deactivate on-call"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let group = own(on, &self.group).await?;
        if !self.sure {
            let question = format!(
                "Nobody can mention the group {} then, and what it was allowed to, it is not. Deactivate it?",
                group.name
            );
            return Ok(card::ask_first(ctx, &question, "Deactivate", Self::NAME, &self));
        }
        on.client.deactivate_group(group.id).await?;
        Ok(Reply::to_channel(Message::text(format!("The group {} is deactivated.", group.name)).tone(Tone::Warning)))
    }
}
