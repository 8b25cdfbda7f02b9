//! Which account in a connected system is whose.
//!
//! An account is a person's because its email address is theirs in the chat, because they proved it, or because an
//! administrator says so; what was linked goes before the address. What a person only claims gives them nothing. Who let the bot
//! in on the system's own page ([`grants`](crate::connections::grants)) proved it, and is acted as; another account in its place
//! ends that.

use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::{Account, Whose};
use jiff::Timestamp;

use super::PersonId;
use crate::{app::App, connections::grants::Owner, store::unreadable};

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// What the system knows them by.
    pub account: String,
    pub found: Found,
}

/// How it is known whose an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its address is the person's in the chat.
    Email,
    /// The person linked it, and proved it.
    Themselves,
    Administrator,
}

impl Found {
    /// As it is stored; an address is asked for each time.
    pub(super) fn word(self) -> &'static str {
        match self {
            Found::Email => "email",
            Found::Themselves => "self",
            Found::Administrator => "administrator",
        }
    }

    pub(super) fn of(word: &str) -> Option<Found> {
        [Found::Themselves, Found::Administrator].into_iter().find(|it| it.word() == word)
    }

    /// `found by your email address`
    pub fn words(self) -> &'static str {
        match self {
            Found::Email => "found by email address",
            Found::Themselves => "linked by yourself",
            Found::Administrator => "linked by an administrator",
        }
    }
}

/// What is kept of a person's account in a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub person: PersonId,
    pub connection: String,
    pub linked: Option<Linked>,
    /// What the person says, and nobody confirmed.
    pub claim: Option<String>,
    pub who: String,
    pub at: Timestamp,
}

/// What a person is in a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    Known(Linked),
    /// Nothing counts; they say it is this.
    Claimed(String),
    Nobody,
    /// The connection has no accounts to act as.
    NoAccounts,
    /// The system could not be asked.
    Unknown(Error),
}

/// The account of `actor` in `connection`, however it was found; none when there is none, or the system has none that
/// can be acted as.
///
/// # Errors
/// The store or the system could not be asked.
pub async fn account(app: &App, actor: &Actor, connection: &str) -> Result<Option<Linked>> {
    if let Some(linked) = app.linked_account(actor, connection).await? {
        return Ok(Some(linked));
    }
    let live = app.connections.get(connection)?;
    let Some(email) = actor.email.as_deref().filter(|it| live.kind.has_accounts && !it.is_empty()) else { return Ok(None) };
    let found = live.connected.account(Whose::Email(email)).await?;
    Ok(found.map(|it| Linked { account: it.login, found: Found::Email }))
}

/// Whether a person's own word was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    Proved(Linked),
    /// The account is there, and its address is another than the person's, or not told.
    Unproved,
}

impl App {
    /// What was linked by the person or an administrator: what [`commands::Ctx::account`] holds.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn linked_account(&self, actor: &Actor, connection: &str) -> Result<Option<Linked>> {
        self.people.account(&actor.into(), connection).await.map_err(unreadable)
    }

    /// [`account()`], with what to say where there is none.
    pub async fn standing(&self, actor: &Actor, connection: &str) -> Standing {
        match account(self, actor, connection).await {
            Ok(Some(linked)) => return Standing::Known(linked),
            Ok(None) => {}
            Err(err) => return Standing::Unknown(err),
        }
        match self.people.link(&actor.into(), connection).await {
            Ok(Some(link)) if link.claim.is_some() => Standing::Claimed(link.claim.unwrap_or_default()),
            Ok(_) if self.connections.get(connection).is_ok_and(|it| !it.kind.has_accounts) => Standing::NoAccounts,
            Ok(_) => Standing::Nobody,
            Err(err) => Standing::Unknown(unreadable(err)),
        }
    }

    /// Links the account that the person says is theirs, if the system tells that its address is theirs; else keeps
    /// what they say.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such account; those of the system and of the store.
    pub async fn claim_account(&self, actor: &Actor, connection: &str, login: &str) -> Result<Proof> {
        let live = self.connection_with_accounts(connection)?;
        let found = live.connected.account(Whose::Login(login)).await?;
        let Some(found) = found else {
            let title = live.kind.title;
            return Err(Error::not_found(format!(
                "{title} has no account `{login}` that may be used. Write the login that you sign in to {title} with."
            )));
        };
        let person = PersonId::from(actor);
        let same = |own: &str| found.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(own));
        if actor.email.as_deref().is_some_and(same) {
            let linked = Linked { account: found.login, found: Found::Themselves };
            self.end_other_consent(&person, &live, &linked).await?;
            self.people.set_link(&person, connection, &linked, &person).await.map_err(unreadable)?;
            self.know_people().await.map_err(unreadable)?;
            return Ok(Proof::Proved(linked));
        }
        self.people.claim(&person, connection, &found.login).await.map_err(unreadable)?;
        Ok(Proof::Unproved)
    }

    /// Links the account whose key the person has. The key is used for this alone, and kept nowhere.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] when it is nobody's key; those of the system and of the store.
    pub async fn prove_account(&self, actor: &Actor, connection: &str, key: &Secret) -> Result<Linked> {
        let live = self.connection_with_accounts(connection)?;
        let Some(found) = live.connected.account(Whose::Key(key)).await? else {
            return Err(Error {
                fields: vec![commands::FieldProblem::new("api_key", format!("{} does not know this key.", live.kind.title))],
                ..Error::new(ErrorKind::Validation, format!("{} does not know this key.", live.kind.title))
            });
        };
        let person = PersonId::from(actor);
        let linked = Linked { account: found.login, found: Found::Themselves };
        self.end_other_consent(&person, &live, &linked).await?;
        self.people.set_link(&person, connection, &linked, &person).await.map_err(unreadable)?;
        self.know_people().await.map_err(unreadable)?;
        Ok(linked)
    }

    /// Links an account on an administrator's word, if there is such an account.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none; those of the system and of the store.
    pub async fn assign_account(&self, person: &PersonId, connection: &str, login: &str, who: &PersonId) -> Result<Linked> {
        let found = self.account_named(connection, login).await?;
        let linked = Linked { account: found.login, found: Found::Administrator };
        if let Ok(live) = self.connections.get(connection) {
            self.end_other_consent(person, &live, &linked).await?;
        }
        self.people.set_link(person, connection, &linked, who).await.map_err(unreadable)?;
        self.know_people().await.map_err(unreadable)?;
        Ok(linked)
    }

    /// What the person agreed to as another account than this is over.
    async fn end_other_consent(&self, person: &PersonId, live: &crate::connections::Live, linked: &Linked) -> Result<()> {
        let owner = Owner::Person(person.clone());
        match self.grants.find(live, &owner).await? {
            Some(grant) if !grant.account.eq_ignore_ascii_case(&linked.account) => {
                self.grants.forget(Some(live), &live.name, &owner).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The account of that login, if it may be used.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none; those of the system.
    pub async fn account_named(&self, connection: &str, login: &str) -> Result<Account> {
        let live = self.connection_with_accounts(connection)?;
        let found = live.connected.account(Whose::Login(login)).await?;
        found.ok_or_else(|| Error::not_found(format!("{} has no account `{login}` that may be used.", live.kind.title)))
    }

    fn connection_with_accounts(&self, connection: &str) -> Result<std::sync::Arc<crate::connections::Live>> {
        let live = self.connections.get(connection)?;
        if live.kind.has_accounts {
            return Ok(live);
        }
        Err(Error::bad_input(format!(
            "Everything in `{connection}` is done under the bot's own account: {} has no accounts of people to link.",
            live.kind.title
        )))
    }
}
