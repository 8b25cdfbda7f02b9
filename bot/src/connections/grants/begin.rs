//! How a consent begins: what somebody wants in chat becomes a link, good for once, for ten minutes, for them.

use commands::{Ctx, Error, ErrorKind, Result};
use connectors::auth::consent::Verifier;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Desk, store};
use crate::{
    app::App,
    chat::{Answering, Place, Target},
    connections::{Change, Live, state},
    people::PersonId,
    setup,
    store::unreadable,
};

/// What is agreed to.
#[derive(Clone, Copy)]
pub enum Errand<'a> {
    /// What the person asks for is done by their own account.
    Link(&'a Live),
    /// A connection that is there, as the bot's own account.
    Authorize(&'a Live),
    /// A connection that is not saved yet; `Live` is made of its settings.
    Connect(&'a Live, &'a Change),
}

/// What was begun, as it is sealed until the browser comes back.
#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    pub what: What,
    pub connection: String,
    pub kind: String,
    /// Which server and app it was begun for.
    pub bound: String,
    /// Who: by id, and as others read it.
    pub person: PersonId,
    pub name: String,
    /// In any case; what a vendor says of the account is held against it.
    pub email: Option<String>,
    /// Where it was asked.
    pub to: Target,
    pub verifier: String,
}

#[derive(Serialize, Deserialize)]
pub(super) enum What {
    Link,
    Authorize,
    Connect { settings: Map<String, Value>, secrets: Vec<(String, String)>, who: String },
}

impl What {
    /// The change that is written once it works.
    pub fn change(&self, name: &str, kind: &str) -> Option<Change> {
        let What::Connect { settings, secrets, who } = self else { return None };
        let secrets = secrets.iter().map(|(key, secret)| (key.clone(), SecretString::from(secret.as_str()))).collect();
        Some(Change { name: name.into(), kind: kind.into(), settings: settings.clone(), secrets, who: who.clone() })
    }
}

impl App {
    /// The address of the page where it goes on.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] where the bot has no key or no address; the store cannot be written to.
    pub async fn begin_consent(&self, ctx: &Ctx, errand: Errand<'_>) -> Result<String> {
        let Some(key) = self.grants.key() else { return Err(Error::new(ErrorKind::BadConfig, setup::NO_KEY)) };
        let Some(public_url) = &self.public_url else {
            let message = "This bot has no address that a browser could come back to. Whoever runs Bellhop writes `public_url = \"https://…\"` \
                           into the [server] section of its configuration, and starts it again.";
            return Err(Error::new(ErrorKind::BadConfig, message));
        };
        let (live, what) = match errand {
            Errand::Link(live) => (live, What::Link),
            Errand::Authorize(live) => (live, What::Authorize),
            Errand::Connect(live, change) => {
                let secrets = change.secrets.iter().map(|(key, it)| (key.clone(), it.expose_secret().to_owned())).collect();
                (live, What::Connect { settings: change.settings.clone(), secrets, who: change.who.clone() })
            }
        };
        let desk = desk_of(live)?;
        let person = PersonId::from(&ctx.actor);
        let begun = Begun {
            what,
            connection: live.name.clone(),
            kind: live.kind.name.into(),
            bound: desk.bound.clone(),
            name: format!("{} in {}", ctx.actor.name, chat(&ctx.actor.platform)),
            email: ctx.actor.email.clone(),
            to: where_asked(ctx, &person),
            verifier: Verifier::new().0.expose().to_owned(),
            person,
        };
        let nonce = state::random();
        let expires = self.store.now().saturating_add(state::LASTS).map_err(|err| Error::internal(err.to_string()))?;
        let who = begun.person.to_string();
        let start = store::Start { nonce: &nonce, person: &who, connection: &live.name, expires };
        store::start(&self.store, key, start, &begun).await.map_err(unreadable)?;
        Ok(format!("{public_url}/oauth/start/{nonce}"))
    }
}

/// A chat as people call it.
fn chat(platform: &str) -> &str {
    match platform {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    }
}

/// # Errors
/// [`ErrorKind::BadConfig`] where the connection has no app.
pub(super) fn desk_of(live: &Live) -> Result<&Desk> {
    live.desk().ok_or_else(|| {
        let title = live.kind.title;
        let message = match live.kind.consent {
            Some(_) => format!(
                "`{}` has no OAuth app. An administrator registers one with {title}, and sets `client_id` and `client_secret`; the page of \
                 the connector says how.",
                live.name
            ),
            None => format!("{title} has no page where people could agree to something."),
        };
        Error::new(ErrorKind::BadConfig, message)
    })
}

/// Where the person is told: in their channel where the chat can hide it from others there, else directly.
fn where_asked(ctx: &Ctx, person: &PersonId) -> Target {
    let prefix = format!("{}:{}:", person.platform, person.workspace);
    match ctx.channel.as_deref().and_then(|it| it.strip_prefix(&prefix)) {
        Some(channel) if person.platform == "slack" => {
            let (platform, workspace) = (person.platform.clone(), person.workspace.clone());
            let place = Place { platform, workspace, channel: channel.to_owned(), thread: None };
            let to = Answering { place, asker: person.id.clone(), response_url: None, pressed: None };
            Target::Answer { to, audience: commands::Audience::Asker }
        }
        _ => person.target(),
    }
}
