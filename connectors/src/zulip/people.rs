//! People: who they are, whether they are there, and their accounts.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result, Text, Tone,
    param::{Person, Secret},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Zulip, card,
    client::users::{Role, User},
    resolve::at,
};

/// Lists people, or finds some by name or address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of a name or an address.
    text: Option<String>,
    /// Only those with this role.
    role: Option<Role>,
    /// Those who are deactivated, instead.
    #[serde(default)]
    deactivated: bool,
    /// Bots, instead.
    #[serde(default)]
    bots: bool,
}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list text=ana", "user list role=guest"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let text = self.text.unwrap_or_default().trim().to_lowercase();
        let fits = |it: &&User| {
            let named = [it.full_name.as_str(), it.address()].iter().any(|it| it.to_lowercase().contains(&text));
            named && it.is_bot == self.bots && it.is_active != self.deactivated && self.role.is_none_or(|role| it.role() == role)
        };
        let line = |it: &User| {
            let role = if it.role() == Role::Member { String::new() } else { format!(" · {}", it.role()) };
            Text::new().bold(&it.full_name).plain(format!(" · {}{role}", it.address()))
        };
        let all = on.everyone().await?;
        let lines = all.iter().filter(fits).map(line).collect();
        Ok(Reply::to_asker(card::listed(lines, if self.bots { "bot" } else { "user" })))
    }
}

/// Shows a person: role, address, status, whether they are there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = Zulip;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let found = on.person("user", &self.user, ctx).await?;
        let user = on.client.user(found.user_id).await?;
        let mut facts: Vec<(String, Text)> = vec![
            ("Address".into(), user.address().into()),
            ("Role".into(), user.role().to_string().into()),
            ("Number".into(), user.user_id.to_string().into()),
        ];
        let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
        if !user.is_active {
            fact("Account", "deactivated".into());
        }
        if user.is_bot {
            let everyone = on.everyone().await?;
            let owner = everyone.iter().find(|it| Some(it.user_id) == user.bot_owner_id);
            fact("Bot of", owner.map_or("nobody", |it| it.full_name.as_str()).to_owned());
        } else {
            if user.is_active {
                fact("Presence", presence(on, ctx, &user).await?);
            }
            let status = on.client.status(user.user_id).await?;
            if !status.status_text.is_empty() || !status.emoji_name.is_empty() {
                let emoji = if status.emoji_name.is_empty() { String::new() } else { format!(":{}: ", status.emoji_name) };
                fact("Status", format!("{emoji}{}", status.status_text));
            }
            if !user.timezone.is_empty() {
                fact("Time zone", user.timezone.clone());
            }
        }
        let url = format!("{}/#user/{}", on.client.site(), user.user_id);
        let message = Message::new().heading(&user.full_name).paragraph(Text::new().link(url, "Open in Zulip")).facts(facts);
        Ok(Reply::to_asker(message))
    }
}

/// `active`, `idle`, `offline`; nothing is known of those who never signed in.
async fn presence(on: &Zulip, ctx: &Ctx, user: &User) -> Result<String> {
    match on.client.presence(user.user_id).await {
        Ok(Some(presence)) => Ok(presence.at(ctx.now).to_owned()),
        Ok(None) => Ok("never seen".into()),
        Err(error) if error.message.contains("No presence data") => Ok("never seen".into()),
        Err(error) => Err(error),
    }
}

/// Shows who is there now, or whether somebody is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Presence {
    /// Who: @ana, an email address or a name; everybody when nobody is named.
    user: Option<Person>,
}

impl Action for Presence {
    type On = Zulip;
    const NAME: &str = "user presence";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user presence", "user presence user=ana"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        if let Some(user) = &self.user {
            let user = on.person("user", user, ctx).await?;
            if user.is_bot {
                return Err(at("user", format!("{} is a bot, and bots have no presence in Zulip.", user.full_name)));
            }
            return Ok(Reply::to_asker(format!("{}: {}", user.full_name, presence(on, ctx, &user).await?)));
        }
        let (everyone, presences) = (on.everyone().await?, on.client.presences().await?);
        let line = |user: &User| {
            let presence = presences.get(&user.email).map(|it| it.at(ctx.now)).filter(|it| *it != "offline")?;
            Some(Text::new().bold(&user.full_name).plain(format!(" · {presence}")))
        };
        let lines = everyone.iter().filter(|it| it.is_active && !it.is_bot).filter_map(line).collect();
        Ok(Reply::to_asker(card::listed(lines, "user")))
    }
}

/// Makes an account for a person.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// Their full name.
    name: String,
    /// Their email address.
    #[schemars(extend("x-named" = true))]
    email: String,
}

impl Action for Create {
    type On = Zulip;
    const NAME: &str = "user create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user create Chloe Example email=chloe.example@example.org"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let email = self.email.trim();
        if !email.contains('@') {
            return Err(at("email", format!("`{email}` is no email address.")));
        }
        // Nobody's to know: whoever has the address chooses another, as Zulip's sign-in page offers.
        let password = Secret::from(format!("{:032x}", rand::random::<u128>()));
        let created = on.client.create_user(email, self.name.trim(), &password).await;
        let id = created.map_err(|error| match error.message.to_lowercase() {
            it if it.contains("already in use") => {
                at("email", format!("{email} has an account already: see `user show {email}`."))
            }
            it if it.contains("name") && !it.contains("organization") => at("name", error.message.clone()),
            it if it.contains("email") => at("email", error.message.clone()),
            _ => error,
        })?;
        on.forget_everyone().await;
        let how = "They choose a password with “Forgot your password?” at the sign-in page.";
        Ok(card::done(format!("{} has an account now (number {id}). {how}", self.name.trim())))
    }
}

/// Changes a person's name or address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Who: @ana, an email address or a name.
    user: Person,
    /// Their full name.
    name: Option<String>,
    /// Their email address.
    email: Option<String>,
}

impl Action for Update {
    type On = Zulip;
    const NAME: &str = "user update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user update ben name=\"Ben Example\""];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        if self.name.is_none() && self.email.is_none() {
            return Err(at("name", "What is to change? Write name=… or email=…."));
        }
        let user = on.person("user", &self.user, ctx).await?;
        on.client.update_user(user.user_id, self.name.as_deref(), None, self.email.as_deref()).await?;
        on.forget_everyone().await;
        Ok(card::done(format!("Changed {}.", self.name.as_deref().unwrap_or(&user.full_name))))
    }
}

/// Gives a person another role.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetRole {
    /// Who: @ana, an email address or a name.
    user: Person,
    /// The role.
    #[schemars(extend("x-named" = true))]
    role: Role,
}

impl Action for SetRole {
    type On = Zulip;
    const NAME: &str = "user role";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user role ben role=moderator"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let user = on.person("user", &self.user, ctx).await?;
        if user.role() == self.role {
            return Ok(Reply::to_asker(format!("{} is {} already.", user.full_name, named(self.role))));
        }
        on.client.update_user(user.user_id, None, Some(self.role), None).await?;
        on.forget_everyone().await;
        Ok(card::done(format!("{} is {} now, and was {}.", user.full_name, named(self.role), named(user.role()))))
    }
}

/// `an owner`, `a member`.
fn named(role: Role) -> String {
    let article = if matches!(role, Role::Owner | Role::Administrator) { "an" } else { "a" };
    format!("{article} {role}")
}

/// Locks a person's account. They lose all access; their messages stay.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Deactivate {
    /// Who: @ana, an email address or a name.
    user: Person,
    /// What the email that tells them says, too.
    comment: Option<String>,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Deactivate {
    type On = Zulip;
    const NAME: &str = "user deactivate";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user deactivate chloe"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let user = on.person("user", &self.user, ctx).await?;
        if !user.is_active {
            return Ok(Reply::to_asker(format!("{} is deactivated already.", user.full_name)));
        }
        if !self.sure {
            let question = format!(
                "{} ({}) is signed out everywhere and cannot come back until somebody reactivates the account. Deactivate it?",
                user.full_name,
                user.address()
            );
            return Ok(card::ask_first(ctx, &question, "Deactivate", Self::NAME, &self));
        }
        on.client.deactivate_user(user.user_id, self.comment.as_deref()).await?;
        on.forget_everyone().await;
        Ok(Reply::to_channel(Message::text(format!("{} is deactivated.", user.full_name)).tone(Tone::Warning)))
    }
}

/// Unlocks a person's account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reactivate {
    /// Who: an email address or a name.
    user: Person,
}

impl Action for Reactivate {
    type On = Zulip;
    const NAME: &str = "user reactivate";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user reactivate chloe"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let user = on.person("user", &self.user, ctx).await?;
        if user.is_active {
            return Ok(Reply::to_asker(format!("{} is active already.", user.full_name)));
        }
        on.client.reactivate_user(user.user_id).await?;
        on.forget_everyone().await;
        Ok(card::done(format!("{} is active again.", user.full_name)))
    }
}
