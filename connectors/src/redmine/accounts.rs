//! Which Redmine account is whose: by email address, by login, by API key.

use std::sync::Arc;

use commands::{Ctx, Error, ErrorKind, Result, param::Secret};

use super::{
    Redmine,
    api::{Account, Page},
    wire,
};
use crate::connector::{self, Whose};

/// Redmine's numbers for an account's state.
const ACTIVE: &str = "1";
const LOCKED: &str = "3";

/// Why the bot does not act as the asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// The connection acts as nobody but itself.
    NotActing,
    /// The bot's account is no administrator, as acting as others takes.
    NoAdministrator,
    /// The chat does not tell an email address.
    NoAddress,
    /// Nobody there has the email address.
    NoAccount,
    /// The linked account is gone.
    Gone,
}

impl Unknown {
    /// As it stands after "as" and "but".
    pub fn reason(self) -> &'static str {
        match self {
            Unknown::NotActing => "this connection does not act as other people",
            Unknown::NoAdministrator => "its user is no administrator in Redmine, which acting as other people needs",
            Unknown::NoAddress => "the chat does not tell me your email address",
            Unknown::NoAccount => "Redmine knows nobody with your email address",
            Unknown::Gone => "the account that is linked to you is not in Redmine any more",
        }
    }

    /// What the asker can do about it.
    pub fn way(self, ctx: &Ctx) -> String {
        match self {
            Unknown::NotActing | Unknown::NoAdministrator => {
                "Do it in Redmine itself, or ask whoever set this connection up to let it act as people: `switch_user`, with an \
                 administrator's key."
                    .to_owned()
            }
            Unknown::NoAddress | Unknown::NoAccount | Unknown::Gone => format!(
                "Tell me who you are there with `/bellhop link {} LOGIN`; who has no account asks a Redmine administrator.",
                ctx.group
            ),
        }
    }
}

impl Redmine {
    /// The asker's account, or why there is none to act as: the one that is linked to them, else the one with their
    /// email address.
    pub(super) async fn account(&self, ctx: &Ctx) -> Result<Result<Arc<Account>, Unknown>> {
        if !self.switch_user {
            return Ok(Err(Unknown::NotActing));
        }
        let email = ctx.actor.email.as_deref().map(str::to_lowercase).filter(|it| !it.is_empty());
        let whose = match (&ctx.account, &email) {
            (Some(login), _) => Whose::Login(login),
            (None, Some(email)) => Whose::Email(email),
            (None, None) => return Ok(Err(Unknown::NoAddress)),
        };
        let key = match whose {
            Whose::Login(login) => format!("login {login}"),
            Whose::Email(text) => format!("email {text}"),
            Whose::Key(_) => unreachable!("a key is asked for by nobody here"),
        };
        let found = self.accounts.or_ask_for(key, async {
            let user = self.find_account(whose, ACTIVE).await?;
            Ok(user.map(|user| Arc::new(Account { id: user.id, name: user.name(), login: user.login })))
        });
        match found.await {
            Ok(Some(account)) => Ok(Ok(account)),
            // A locked account must not come back to life through the bot's.
            Ok(None) if self.find_account(whose, LOCKED).await?.is_some() => Err(Error::new(
                ErrorKind::Permission,
                "Your Redmine account is locked. Ask a Redmine administrator to unlock it.",
            )),
            Ok(None) => Ok(Err(match whose {
                Whose::Login(_) => Unknown::Gone,
                _ => Unknown::NoAccount,
            })),
            Err(error) if error.kind == ErrorKind::Permission => Ok(Err(Unknown::NoAdministrator)),
            Err(error) => Err(error),
        }
    }

    /// The account with exactly this address or login. `name=` also finds parts of them.
    async fn find_account(&self, whose: Whose<'_>, status: &str) -> Result<Option<wire::User>> {
        let text = match whose {
            Whose::Email(text) | Whose::Login(text) => text,
            Whose::Key(_) => return Ok(None),
        };
        let query = [("name", text), ("status", status), ("limit", "100")];
        let found: Page<wire::User> = self.as_bot().list("/users.json", "users", &query).await?;
        let same = |user: &wire::User| match whose {
            Whose::Email(text) => user.mail.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(text)),
            _ => user.login.eq_ignore_ascii_case(text),
        };
        Ok(found.items.into_iter().find(same))
    }

    /// Whose key this is, asked with it alone.
    async fn owner_of(&self, key: &Secret) -> Result<Option<wire::User>> {
        #[derive(serde::Deserialize)]
        struct One {
            user: wire::User,
        }
        let key = key.expose().trim();
        if key.is_empty() {
            return Ok(None);
        }
        let http = self.http.clone().with_secret_header("x-redmine-api-key", key);
        match http.get("/users/current.json").send::<One>().await {
            Ok(answer) => Ok(Some(answer.user)),
            // An unknown key, or one whose owner is locked.
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// As the bot asks: [`connector::Accounts`].
pub(super) async fn find(on: &Redmine, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let found = match whose {
        Whose::Key(key) => on.owner_of(key).await?,
        _ => on.find_account(whose, ACTIVE).await?,
    };
    Ok(found.map(|user| connector::Account { name: user.name(), login: user.login, email: user.mail }))
}
