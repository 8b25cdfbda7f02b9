//! Who has which role: shown, given and taken.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone,
    param::{Channel, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::permission::{by, document_name, known_groups, names, own_role, said_where, subject};
use crate::{
    app::App,
    people::{
        roles::{Given, Role},
        who::Who,
    },
    resources::{Named, Origin},
};

/// Show who has which role.
#[derive(Deserialize, JsonSchema)]
pub struct Roles {}

impl Action for Roles {
    type On = App;
    const NAME: &str = "roles";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["roles"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut rows = Vec::new();
        for Named { name, origin, value } in app.resources.all::<Given>() {
            let whom = names(app, &value.to).await;
            let origin = if origin == Origin::File { "the configuration file" } else { "chat" };
            let place = said_where(&value.on, &value.within);
            rows.push(vec![value.role.name().into(), whom.into(), place.into(), Text::new().code(name), origin.into()]);
        }
        let mut message = Message::new().heading("Roles");
        if !rows.is_empty() {
            let header = ["Role", "Who", "Where", "Document", "From"].map(str::to_owned).to_vec();
            message = message.block(Block::Table { header, rows });
        }
        let rest = "Everybody else is a member; who administers the chat is an admin. A viewer looks, a member does what people do \
                    every day, an operator also deletes, an admin says how the bot works, an owner says who owns it.";
        message = message.context(rest);
        if ctx.actor.admin {
            message = message.buttons(vec![
                Button::form("Give a role…", ctx.call("roles give", json!({}))),
                Button::run("Grants", ctx.call("grants", json!({}))),
            ]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Give somebody a role, in place of the one they have there.
#[derive(Deserialize, JsonSchema)]
pub struct Give {
    /// Whom: mention them, or write `team:oncall`, `group:@oncall` or `everybody`.
    who: Person,
    /// The role.
    role: Role,
    /// Only for these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Give {
    type On = App;
    const NAME: &str = "roles give";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["roles give @ana operator", "roles give team:oncall operator on=redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let own = own_role(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        known_groups(app, &self.on)?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let given = Given { role: self.role, to: vec![who.to_string()], on: self.on, within };
        let name = document_name(&who, &given.on, &given.within);
        let before = app.resources.get::<Given>(&name);
        let highest = before.as_ref().map_or(given.role, |it| it.value.role.max(given.role));
        if highest > own {
            let message = format!("You are {} yourself, and only {} gives or takes that role.", own.one(), highest.one());
            return Err(Error::new(ErrorKind::Permission, message));
        }
        if before.as_ref().is_some_and(|it| it.value.role == Role::Owner) && given.role < Role::Owner {
            is_not_the_last_owner(app, &name, &label)?;
        }
        app.resources.save(&name, &given, &by(ctx, self.why)).await?;
        let mut text = Text::new().bold(label).plain(format!(" is {} ", given.role.one()));
        text = text.plain(said_where(&given.on, &given.within)).plain(" from now on");
        text = match before {
            Some(it) => text.plain(format!("; until now {}.", it.value.role.one())),
            None => text.plain("."),
        };
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Take back the role that somebody was given.
#[derive(Deserialize, JsonSchema)]
pub struct Take {
    /// Whose: mention them, or write `team:oncall`, `group:@oncall` or `everybody`.
    who: Person,
    /// Only what was given for these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only what was given in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Take {
    type On = App;
    const NAME: &str = "roles take";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["roles take @ana", "roles take team:oncall on=redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let own = own_role(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let is_it = |it: &&Named<Given>| {
            it.value.to.iter().any(|it| Who::parse(it).as_ref() == Some(&who))
                && it.value.on == self.on
                && it.value.within == within
        };
        let all = app.resources.all::<Given>();
        let Some(found) = all.iter().find(is_it) else {
            let place = said_where(&self.on, &within);
            return Err(Error::not_found(format!("{label} was given no role {place}. `bellhop roles` shows who was.")));
        };
        if found.value.role > own {
            let message = format!("You are {} yourself, and only {} takes that role.", own.one(), found.value.role.one());
            return Err(Error::new(ErrorKind::Permission, message));
        }
        if found.value.role == Role::Owner {
            is_not_the_last_owner(app, &found.name, &label)?;
        }
        let mut left = found.value.clone();
        left.to.retain(|it| Who::parse(it).as_ref() != Some(&who));
        let by = by(ctx, self.why);
        match left.to.is_empty() {
            true => app.resources.drop::<Given>(&found.name, &by).await.map(drop)?,
            false => app.resources.save(&found.name, &left, &by).await.map(drop)?,
        }
        let text = Text::new().bold(label).plain(format!(" is not {} any more ", found.value.role.one()));
        Ok(Reply::to_channel(Message::text(text.plain(said_where(&self.on, &within)).plain(".")).tone(Tone::Good)))
    }
}

fn is_not_the_last_owner(app: &App, document: &str, label: &str) -> Result<()> {
    let owners = app.resources.all::<Given>().into_iter().filter(|it| it.value.role == Role::Owner);
    // A document that names several loses one of them.
    let left: usize = owners.map(|it| it.value.to.len() - usize::from(it.name == document)).sum();
    if left > 0 {
        return Ok(());
    }
    let message = format!("{label} is the last owner. Give the role to somebody else first: `bellhop roles give @ana owner`.");
    Err(Error::new(ErrorKind::Conflict, message))
}
