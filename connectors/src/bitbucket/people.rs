//! People as others call them, and who stands behind what the bot writes.

use commands::{Ctx, ErrorKind, Message, Result};

use super::{Bitbucket, model::Account, place::at};
use crate::{
    Whose,
    auth::{is_person, whose},
};

/// What the person's text becomes when the bot writes it: with who asked.
pub(super) fn signed(ctx: &Ctx, text: &str) -> String {
    if is_person() {
        return text.trim().to_owned();
    }
    let place = match ctx.actor.platform.as_str() {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    };
    let note = format!("Asked by {} in {place}.", ctx.actor.name);
    match text.trim() {
        "" => note,
        text => format!("{text}\n\n{note}"),
    }
}

/// What was done, with by whom it was, where that carries no text that could say it.
pub(super) fn by_whom(did: Message) -> Message {
    if is_person() { did } else { did.context("Done by the bot's own account: Bitbucket lets nobody act for others.") }
}

impl Bitbucket {
    /// The account of whoever asks; none where it is not known.
    async fn mine(&self, ctx: &Ctx) -> Result<Option<Account>> {
        if let Some(login) = &ctx.account {
            return self.called(login).await;
        }
        let Some(email) = &ctx.actor.email else { return Ok(None) };
        self.with_email(email).await
    }

    async fn with_email(&self, email: &str) -> Result<Option<Account>> {
        let key = format!("{} {}", whose(), email.to_lowercase());
        let ask = async {
            match self.api().by_email(email).await {
                // Cloud tells addresses to administrators of the workspace only.
                Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::Validation) => Ok(None),
                found => found,
            }
        };
        self.accounts.or_ask_for(key, ask).await
    }

    /// Who is exactly that: by login, name or id; none where nobody, or more than one, is.
    async fn called(&self, text: &str) -> Result<Option<Account>> {
        let is = |it: &Account| [&it.login, &it.name, &it.id, &it.slug].into_iter().any(|it| it.eq_ignore_ascii_case(text));
        let mut found: Vec<Account> = self.api().people(text).await?.into_iter().filter(is).collect();
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// The person that `text` means.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one; then with all of them.
    pub(super) async fn person(&self, field: &str, text: &str, ctx: &Ctx) -> Result<Account> {
        let typed = text.trim().trim_start_matches('@').trim();
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, a name, an email address, or me."));
        }
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            let unknown = || {
                let message = format!(
                    "I do not know who you are in Bitbucket. Write your name there, or link your account: `bellhop link {} NAME`.",
                    ctx.group
                );
                at(field, message)
            };
            return self.mine(ctx).await?.ok_or_else(unknown);
        }
        if typed.contains('@') {
            let nobody =
                || at(field, format!("Bitbucket knows nobody with the address `{typed}`, or does not tell me. Write a name."));
            return self.with_email(typed).await?.ok_or_else(nobody);
        }
        if let Some(account) = self.called(typed).await? {
            return Ok(account);
        }
        let mut found = self.api().people(typed).await?;
        match found.len() {
            0 => Err(at(field, format!("Bitbucket knows nobody called `{typed}`. Write a login, or a full name."))),
            1 => Ok(found.remove(0)),
            count => {
                let names: Vec<&str> = found.iter().take(10).map(|it| it.name.as_str()).collect();
                Err(at(field, format!("`{typed}` can be any of {count} people: {}. Write the full name.", names.join(", "))))
            }
        }
    }

    pub(super) async fn people(&self, field: &str, all: &[super::param::Person], ctx: &Ctx) -> Result<Vec<Account>> {
        let mut found: Vec<Account> = Vec::new();
        for text in all {
            let account = self.person(field, &text.0, ctx).await?;
            if !found.iter().any(|it| it.id == account.id) {
                found.push(account);
            }
        }
        Ok(found)
    }
}

/// See [`crate::Connector::ACCOUNTS`].
pub(super) async fn find(on: &Bitbucket, whose: Whose<'_>) -> Result<Option<crate::Account>> {
    let found = match whose {
        Whose::Email(email) => on.api().by_email(email).await?,
        Whose::Login(login) => on.called(login.trim().trim_start_matches('@')).await?,
        Whose::Key(key) => on.api().owner_of(key.expose().trim()).await?,
    };
    // Names can be changed and shared; what the system itself goes by cannot.
    Ok(found.map(|it| crate::Account { login: it.id, name: it.name, email: it.email }))
}
