//! Who gets in: `user enable`, `user disable`, `user delete`, and passwords, which nobody is ever shown.

use commands::{Action, Audience, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Details, address, change::after, refused};
use crate::nextcloud::{
    Nextcloud, accounts,
    card::warning,
    param,
    problem::{administer, at},
};

/// Lets a person sign in again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Enable {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Enable {
    type On = Nextcloud;
    const NAME: &str = "user enable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user enable ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        let set = on.ocs_put::<Value>(&address(&person.id, "/enable"), &json!({})).await;
        set.map_err(|error| administer(error, "enable accounts"))?;
        after(on, ctx, &person.id, &format!("{} can sign in again.", person.shown())).await
    }
}

/// Keeps a person out. Nothing of theirs is lost.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Disable {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Disable {
    type On = Nextcloud;
    const NAME: &str = "user disable";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user disable ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        not_the_bot(on, &person)?;
        let set = on.ocs_put::<Value>(&address(&person.id, "/disable"), &json!({})).await;
        set.map_err(|error| administer(error, "disable accounts"))?;
        after(on, ctx, &person.id, &format!("{} can no longer sign in. Nothing of theirs is lost.", person.shown())).await
    }
}

fn not_the_bot(on: &Nextcloud, person: &accounts::Person) -> Result<()> {
    match person.id == on.user {
        true => Err(at("user", format!("`{}` is the bot's own account: it would shut itself out.", person.id))),
        false => Ok(()),
    }
}

/// Sends a person Nextcloud's welcome again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Welcome {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Welcome {
    type On = Nextcloud;
    const NAME: &str = "user welcome";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user welcome ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        let email = reachable(&person)?;
        welcome(on, &person.id).await?;
        Ok(Reply::to_asker(format!("Nextcloud sends its welcome to {email} again.")))
    }
}

/// Whoever has no address cannot be sent anything.
fn reachable(person: &accounts::Person) -> Result<String> {
    person.email.clone().filter(|it| !it.is_empty()).ok_or_else(|| {
        let (shown, id) = (person.shown(), &person.id);
        at("user", format!("{shown} has no mail address in Nextcloud, so nothing can be sent. Add it: user update {id} email=…"))
    })
}

async fn welcome(on: &Nextcloud, id: &str) -> Result<()> {
    on.ocs_post::<Value>(&address(id, "/welcome"), &json!({})).await.map(drop).map_err(|error| refused(error, "send welcomes"))
}

/// Makes a person's password void. They choose a new one by mail; nobody is shown any.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ResetPassword {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for ResetPassword {
    type On = Nextcloud;
    const NAME: &str = "user reset-password";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user reset-password ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        not_the_bot(on, &person)?;
        let email = reachable(&person)?;
        if self.confirm.is_none() {
            let said = Message::text(format!("This makes the password of {} void at once.", person.shown()))
                .paragraph(format!(
                    "Nextcloud writes to {email}; “Forgot password?” on its first page sends them a link to choose a new one."
                ))
                .context("Devices that are signed in by app passwords stay signed in.");
            let call = ctx.call(Self::NAME, json!({ "user": person.id }));
            return Ok(warning(said, "Reset the password", format!("Reset the password of {}?", person.id), call));
        }
        // Nobody learns it: it is longer than any rule of Nextcloud asks for, and kept nowhere.
        let body = json!({ "key": "password", "value": unguessable() });
        let set = on.ocs_put::<Value>(&address(&person.id, ""), &body).await;
        set.map_err(|error| refused(error, "reset passwords"))?;
        let sent = welcome(on, &person.id).await;
        let login = format!("{}/index.php/login", on.http.base());
        let mut message = Message::text(
            Text::from(format!(
                "The old password of {} is void. They choose a new one by “Forgot password?” at ",
                person.shown()
            ))
            .link(&login, login.clone())
            .plain("."),
        );
        message = match sent {
            Ok(()) => message.context(format!("Nextcloud wrote to {email}.")),
            Err(error) => {
                message.context(format!("Nextcloud did not write to {email}, so tell them yourself: {}", error.message))
            }
        };
        Ok(Reply::new(message, Audience::Asker))
    }
}

/// Letters of both cases, digits and signs, so that every policy takes it.
fn unguessable() -> String {
    const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%+-=?@_";
    let mut text: String = (0..40).map(|_| char::from(SIGNS[rand::random_range(0..SIGNS.len())])).collect();
    text.push_str("Aa1!");
    text
}

/// Deletes an account and all its files.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "user delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user delete dora"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        not_the_bot(on, &person)?;
        if self.confirm.is_none() {
            let details: Details = on.by_id(&person.id).await.map_err(|error| administer(error, "look at accounts"))?;
            let used = crate::nextcloud::path::size(details.quota["used"].as_u64().unwrap_or(0));
            let said = Message::text(format!("This deletes the account of {} for good.", person.shown()))
                .paragraph(format!(
                    "With it go {used} of files, all that they shared, their calendars and contacts. It cannot be undone."
                ))
                .context("To only keep them out, disable the account. To keep the files, have them transferred first.");
            let call = ctx.call(Self::NAME, json!({ "user": person.id }));
            return Ok(warning(said, "Delete the account", format!("Delete {} and all their files?", person.id), call));
        }
        on.ocs_delete(&address(&person.id, ""), &[]).await.map_err(|error| match error.kind {
            ErrorKind::Validation => Error {
                message: format!("Nextcloud did not delete {}: it may be its last administrator.", person.shown()),
                ..error
            },
            _ => administer(error, "delete accounts"),
        })?;
        Ok(Reply::to_asker(format!("Deleted the account of {} and its files.", person.shown())))
    }
}
