//! Who somebody is to the bot.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{account, may::because, settings, unreadable};
use crate::{
    app::{App, OWN},
    people::PersonId,
};

/// Show who Bellhop takes you for: here, in the connected systems, in teams.
#[derive(Deserialize, JsonSchema)]
pub struct Whoami {}

impl Action for Whoami {
    type On = App;
    const NAME: &str = "whoami";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["whoami"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let actor = &ctx.actor;
        let email =
            actor.email.clone().unwrap_or_else(|| "not told by the chat, so you cannot be matched to accounts elsewhere".into());
        let authority = app.whole_authority(actor, ctx.channel.as_deref(), &[]).await;
        let standing = authority.standing(OWN);
        let mut role =
            Text(Text::new().plain(format!("{}, ", standing.role.name())).0.into_iter().chain(because(&standing).0).collect());
        // What differs from that.
        for group in app.groups().iter().filter(|it| it.name != OWN) {
            let there = authority.standing(&group.name);
            if there.role != standing.role {
                role = role.plain(format!("; {} on ", there.role.name())).code(group.name.clone());
            }
        }
        let person = PersonId::from(actor);
        let mut facts =
            vec![("Email".into(), email.into()), ("Role".into(), role), ("Id".into(), Text::new().code(person.to_string()))];
        let reader = app.reader(&person).await.map_err(unreadable)?;
        facts.extend(settings::facts(app, ctx, &reader).await?);
        let teams = app.people.teams().await.map_err(unreadable)?;
        let is_in = |it: &&crate::people::teams::Team| it.members.iter().any(|member| member.person == person);
        let teams: Vec<&str> = teams.iter().filter(is_in).map(|it| it.name.as_str()).collect();
        facts.push(("Teams".into(), if teams.is_empty() { "none".into() } else { teams.join(", ").into() }));
        let mut message = Message::new().heading(actor.name.clone()).facts(facts);
        let accounts = account::accounts(app, ctx).await;
        message.blocks.extend(accounts.blocks);
        Ok(Reply::to_asker(message))
    }
}
