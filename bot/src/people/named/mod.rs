//! People as documents and files name them.
//!
//! Somebody who is named has to be found at any hour, also while a chat does not answer: whom a name meant when it was looked up
//! last is kept, and stands in.

mod store;

use std::time::Duration;

use commands::{Actor, Error, ErrorKind, Result};
use jiff::SignedDuration;

use super::PersonId;
use crate::{app::App, store::unreadable};

/// Somebody whom a name was found to mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub person: PersonId,
    /// As their chat calls them.
    pub label: String,
}

impl From<&Actor> for Known {
    fn from(actor: &Actor) -> Known {
        Known { person: actor.into(), label: actor.name.clone() }
    }
}

/// How long a chat's answer is as good as a new one.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// How old a kept address may be before it is kept anew: what is old is forgotten.
const KEPT_ANEW: SignedDuration = SignedDuration::from_hours(24);
/// The chats that people are in; the others are only written to.
const CHATS: [&str; 2] = ["slack", "zulip"];

impl App {
    /// The person that a document names: `slack:T1:U1`, `slack:U1` and `zulip:10` of the one workspace there is,
    /// an email address that a chat knows (`ana@example.org`), or a name that only one person has (`@ana`).
    ///
    /// # Errors
    /// Nobody is called that, several are, or the chat cannot be asked and never was.
    pub async fn person_named(&self, text: &str) -> Result<PersonId> {
        Ok(self.known_by(text).await?.person)
    }

    /// The same, with what their chat calls them.
    ///
    /// # Errors
    /// As [`App::person_named`].
    pub async fn known_by(&self, text: &str) -> Result<Known> {
        let text = text.trim();
        let before = store::find(&self.store, text).await.map_err(unreadable)?;
        if let Some((known, at)) = &before
            && self.store.now().duration_since(*at) < FRESH
        {
            return Ok(known.clone());
        }
        match self.ask_for(text).await {
            Ok(known) => {
                store::keep(&self.store, text, &known).await.map_err(unreadable)?;
                Ok(known)
            }
            // What cannot be asked now was known before. A full id is somebody, whoever can be asked.
            Err(err) if err.is_temporary() => match (before, PersonId::parse(text)) {
                (Some((known, _)), _) => Ok(known),
                (None, Some(person)) if CHATS.contains(&person.platform.as_str()) => {
                    Ok(Known { label: person.id.clone(), person })
                }
                _ => Err(err),
            },
            Err(err) => Err(err),
        }
    }

    /// Somebody's email address as their chat says it, or as it said it last while it does not answer in that time.
    pub async fn mail_address_of(&self, person: &PersonId, within: Duration) -> Option<String> {
        let chat = self.platforms.get(&person.platform)?;
        // Whether the workspace is said or left out makes nobody another person.
        let name = format!("address of {}:{}", person.platform, person.id);
        let before = store::find(&self.store, &name).await.unwrap_or_else(|err| {
            tracing::error!("The address of {person} cannot be read: {err:#}");
            None
        });
        let asked = tokio::time::timeout(within, chat.person(&person.workspace, &person.id)).await;
        let address = match asked {
            Ok(Ok(actor)) => {
                let address = actor.email.unwrap_or_default();
                let now = self.store.now();
                let is_kept = match &before {
                    Some((known, at)) => known.label == address && now.duration_since(*at) < KEPT_ANEW,
                    None => address.is_empty(),
                };
                let known = Known { person: person.clone(), label: address.clone() };
                if !is_kept && let Err(err) = store::keep(&self.store, &name, &known).await {
                    tracing::error!("The address of {person} cannot be kept: {err:#}");
                }
                address
            }
            Ok(Err(err)) if err.kind == ErrorKind::NotFound => return None,
            answer => {
                let why = answer
                    .map_or_else(|_| "it takes too long".to_owned(), |it| it.err().map(|it| it.message).unwrap_or_default());
                tracing::warn!(
                    "{} does not say the address of {}, so that the last one counts: {why}",
                    person.platform,
                    person.id
                );
                before.map(|(known, _)| known.label).unwrap_or_default()
            }
        };
        Some(address).filter(|it| !it.is_empty())
    }

    async fn ask_for(&self, text: &str) -> Result<Known> {
        let chats: Vec<_> = CHATS.iter().filter_map(|name| Some((*name, self.platforms.get(name)?))).collect();
        let prefix = text.split_once(':').filter(|(platform, _)| CHATS.contains(platform));
        let is_full = prefix.and_then(|(_, rest)| rest.split_once(':')).is_some();
        if let Some((name, rest)) = prefix.filter(|(_, rest)| is_full || !rest.contains('@')) {
            let Some((_, chat)) = chats.iter().find(|(it, _)| *it == name) else {
                return match PersonId::parse(text) {
                    Some(person) => Ok(Known { label: person.id.clone(), person }),
                    None => Err(Error::not_found(format!("`{text}` is of {name}, and this bot is not connected to {name}."))),
                };
            };
            let person = match PersonId::parse(text) {
                Some(person) => person,
                None => PersonId::new(name, &chat.home().await?, rest),
            };
            let actor = chat.person(&person.workspace, &person.id).await?;
            return Ok(Known { person, label: actor.name });
        }
        let wanted = prefix.map_or(text, |(_, rest)| rest);
        let chats = chats.into_iter().filter(|(name, _)| prefix.is_none_or(|(it, _)| it == *name));
        let mut found: Vec<Actor> = Vec::new();
        let mut failure = None;
        for (_, chat) in chats {
            let asked = match wanted.trim_start_matches('@').contains('@') {
                true => chat.person_of(wanted).await,
                false => match chat.home().await {
                    Ok(home) => chat.mentioned(&home, &format!("@{}", wanted.trim_start_matches('@'))).await,
                    Err(err) => Err(err),
                },
            };
            match asked {
                Ok(actor) => found.extend(actor),
                Err(err) => failure = failure.or(Some(err)),
            }
        }
        // A chat that did not answer may know another by that name, but not by that address.
        if let Some(err) = failure
            && (found.is_empty() || !wanted.contains('@'))
        {
            return Err(err);
        }
        let first = found.first().ok_or_else(|| {
            Error::not_found(format!(
                "Nobody here is called `{text}`: give an email address that a chat knows, or an id such as slack:U0123 or zulip:10."
            ))
        })?;
        // One address is one person, in however many chats; one name may be several people's.
        let same = |it: &Actor| {
            it.email.is_some() && it.email.as_deref().map(str::to_lowercase) == first.email.as_deref().map(str::to_lowercase)
        };
        if found.len() > 1 && !found.iter().all(same) {
            let all: Vec<String> = found.iter().map(|it| format!("`{}` ({})", PersonId::from(it), it.name)).collect();
            return Err(Error::bad_input(format!("`{text}` may be {}: say which.", all.join(" or "))));
        }
        Ok(first.into())
    }

    /// The people of a chat who are this person: themselves there, or whoever has their email address.
    ///
    /// # Errors
    /// The chats cannot be asked.
    pub async fn in_chat(&self, person: &PersonId, platform: &str) -> Result<Option<PersonId>> {
        if person.platform == platform {
            return Ok(Some(person.clone()));
        }
        let (Some(theirs), Some(there)) = (self.platforms.get(&person.platform), self.platforms.get(platform)) else {
            return Ok(None);
        };
        let Some(email) = theirs.person(&person.workspace, &person.id).await?.email else { return Ok(None) };
        Ok(there.person_of(&email).await?.map(|it| PersonId::from(&it)))
    }
}
