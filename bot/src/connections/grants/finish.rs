//! How a consent ends: what the vendor gave is tried, kept, and told where it was asked for.
//!
//! A link can be opened by somebody else than whom it was given to, who would then let them act as them. So the account must have
//! the address that the person has in the chat; or the person says in chat what the page showed to whoever agreed.

use commands::{Button, Call, Error, ErrorKind, Message, Result, Text, Tone, param::Secret};
use connectors::{
    Account, State, Whose,
    auth::{
        Asks, Person, as_person,
        consent::{Given, Verifier, advice},
    },
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Fixed, Grants,
    begin::{Begun, What, desk_of},
    credential::lifetime,
    record::{Lifetime, Owner, Tokens},
    store,
};
use crate::{
    app::{App, OWN},
    chat::Post,
    connections::{Live, Origin, whole_of},
    dispatch::post::PostJob,
    people::{
        PersonId,
        links::{Found, Linked},
    },
    queue::{Acceptance, Priority},
    setup,
    store::unreadable,
};

/// How long the word of a page is good, once somebody agreed.
const WORD_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// Of what is read out: nothing that looks like another.
const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// What a browser came back with.
pub(super) enum Back {
    Code(String),
    /// The vendor's word for why not.
    Refused(String),
}

/// What the page says in the end.
pub(super) enum Ended {
    Linked {
        title: String,
        account: String,
    },
    Connected {
        title: String,
        name: String,
    },
    /// Whoever agreed has the word that the person is to say in chat.
    Waits {
        title: String,
        account: String,
        name: String,
        word: String,
    },
    Failed {
        title: String,
        why: String,
    },
}

/// What a vendor gave to somebody who has yet to say that it was they.
#[derive(Serialize, Deserialize)]
struct Come {
    connection: String,
    bound: String,
    person: PersonId,
    account: String,
    access: String,
    refresh: Option<String>,
    scopes: Option<String>,
    renew_at: Option<Timestamp>,
    expires: Option<Timestamp>,
}

impl App {
    /// Takes what a browser came back with; it was begun by whoever `begun` says.
    pub(super) async fn finish_consent(&self, nonce: &str, begun: Begun, back: Back) -> Ended {
        let title = connectors::find(&begun.kind).map_or("The system", |it| it.title).to_owned();
        let ended = match self.try_consent(nonce, &begun, back).await {
            Ok(ended) => ended,
            Err(err) => Ended::Failed { title, why: err.message },
        };
        let told = match &ended {
            Ended::Failed { title, why } => Some(failed(&begun, title, why)),
            Ended::Linked { title, account } => Some(linked(&begun.connection, title, account)),
            // Told by what was tried, or by the page alone: who reads the chat may be somebody else than who agreed.
            Ended::Connected { .. } | Ended::Waits { .. } => None,
        };
        if let Some(message) = told {
            self.tell_asker(nonce, &begun, message).await;
        }
        ended
    }

    async fn try_consent(&self, nonce: &str, begun: &Begun, back: Back) -> Result<Ended> {
        let code = match back {
            Back::Code(code) => code,
            Back::Refused(code) => {
                return Err(Error::new(ErrorKind::Permission, format!("It was answered with {code}. {}", advice(&code))));
            }
        };
        let live = match begun.what.change(&begun.connection, &begun.kind) {
            Some(change) => {
                let Some(kind) = connectors::find(&begun.kind) else {
                    return Err(Error::not_found("There is no such connector."));
                };
                let settings = whole_of(&change.settings, &change.secrets);
                std::sync::Arc::new(Live::open(&begun.connection, kind, settings, Origin::Chat, Vec::new(), None)?)
            }
            None => self.connections.get(&begun.connection)?,
        };
        let desk = desk_of(&live)?.clone();
        if desk.bound != begun.bound {
            return Err(Error::new(
                ErrorKind::Conflict,
                "The connection was changed meanwhile, and leads elsewhere now. Begin again.",
            ));
        }
        let redirect = self.redirect_uri();
        let now = self.store.now();
        let verifier = Verifier(begun.verifier.clone().into());
        let given = desk.asks.exchange(&desk.http, &code, &redirect, &verifier).await.map_err(|err| match err.code.clone() {
            Some(code) => Error { message: format!("{}. {}", err.message.trim_end_matches('.'), advice(&code)), ..err },
            None => err,
        })?;
        let lifetime = lifetime(&given, now);
        match &begun.what {
            What::Link => self.came_to_link(nonce, begun, &live, given, lifetime).await,
            What::Authorize | What::Connect { .. } => self.came_to_connect(nonce, begun, &live, given, lifetime).await,
        }
    }

    async fn came_to_link(
        &self,
        nonce: &str,
        begun: &Begun,
        live: &Live,
        given: Given,
        lifetime: Option<Lifetime>,
    ) -> Result<Ended> {
        let title = live.kind.title.to_owned();
        let Some(account) = whose(live, &given.access).await? else {
            return Err(Error::new(
                ErrorKind::Permission,
                format!("{title} does not say whose account this is. Begin again; if it stays so, the app lacks a right there."),
            ));
        };
        let come = Come {
            connection: begun.connection.clone(),
            bound: begun.bound.clone(),
            person: begun.person.clone(),
            account: account.login.clone(),
            access: given.access.expose().to_owned(),
            refresh: given.refresh.as_ref().map(|it| it.expose().to_owned()),
            scopes: given.scopes.clone(),
            renew_at: lifetime.map(|it| it.renew_at),
            expires: lifetime.map(|it| it.expires),
        };
        let same = |own: &str| account.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(own));
        if begun.email.as_deref().filter(|it| !it.is_empty()).is_some_and(same) {
            self.keep_link(&come).await?;
            return Ok(Ended::Linked { title, account: account.login });
        }
        let Some(key) = self.grants.key() else { return Err(Error::new(ErrorKind::BadConfig, setup::NO_KEY)) };
        let word = word();
        let expires = self.store.now().saturating_add(WORD_LASTS).map_err(|err| Error::internal(err.to_string()))?;
        store::await_word(&self.store, key, nonce, &proof_of(&word), expires, &come).await.map_err(unreadable)?;
        Ok(Ended::Waits { title, account: account.login, name: begun.name.clone(), word })
    }

    /// Links what somebody agreed to who has said what its page showed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where this person has nothing that waits for this word; the store cannot be used.
    pub async fn confirm_consent(&self, person: &PersonId, word: &str) -> Result<Message> {
        let Some(key) = self.grants.key() else { return Err(Error::new(ErrorKind::BadConfig, setup::NO_KEY)) };
        let come: Option<Come> =
            store::take_word(&self.store, key, &person.to_string(), &proof_of(word)).await.map_err(unreadable)?;
        let Some(come) = come else {
            return Err(Error::not_found(
                "Nothing of yours waits for this word. It stands on the page that you came back to, and is good for ten minutes; \
                 `bellhop link` begins again.",
            ));
        };
        self.keep_link(&come).await?;
        let title = self.connections.get(&come.connection)?.kind.title;
        Ok(linked(&come.connection, title, &come.account))
    }

    async fn keep_link(&self, come: &Come) -> Result<()> {
        let live = self.connections.get(&come.connection)?;
        if desk_of(&live)?.bound != come.bound {
            return Err(Error::new(
                ErrorKind::Conflict,
                "The connection was changed meanwhile, and leads elsewhere now. Begin again.",
            ));
        }
        let tokens = Tokens { access: come.access.clone().into(), refresh: come.refresh.clone().map(Secret::from) };
        let lifetime = come.renew_at.zip(come.expires).map(|(renew_at, expires)| Lifetime { renew_at, expires });
        let owner = Owner::Person(come.person.clone());
        let kept = store::Kept {
            connection: &come.connection,
            owner: &owner,
            bound: &come.bound,
            account: &come.account,
            scopes: come.scopes.as_deref(),
            tokens: &tokens,
            lifetime,
        };
        self.grants.keep(kept).await?;
        let linked = Linked { account: come.account.clone(), found: Found::Themselves };
        self.people.set_link(&come.person, &come.connection, &linked, &come.person).await.map_err(unreadable)?;
        self.know_people().await.map_err(unreadable)
    }

    async fn came_to_connect(
        &self,
        nonce: &str,
        begun: &Begun,
        live: &Live,
        given: Given,
        lifetime: Option<Lifetime>,
    ) -> Result<Ended> {
        let trial = Live::open(&live.name, live.kind, live.whole(), live.origin, live.needs.clone(), live.rate())?;
        trial.attach_trial(&given.access);
        let account = whose(&trial, &given.access).await.ok().flatten().map(|it| it.login).unwrap_or_default();
        let checks = trial.connected.health().await;
        let wrong: Vec<String> = checks
            .iter()
            .filter(|it| it.state == State::Failed)
            .map(|it| format!("{}: {}. {}", it.name, it.detail.trim_end_matches('.'), it.fix.as_deref().unwrap_or_default()))
            .collect();
        if !wrong.is_empty() {
            let lacks = lacking(&desk_of(live)?.asks, &given).map(|it| format!(" {it}")).unwrap_or_default();
            let message = format!("{} did not accept what was agreed to. {}{lacks}", live.kind.title, wrong.join(" "));
            return Err(Error::new(ErrorKind::Validation, message));
        }
        let tokens = Tokens { access: given.access.clone(), refresh: given.refresh.clone() };
        let kept = store::Kept {
            connection: &live.name,
            owner: &Owner::Connection,
            bound: &begun.bound,
            account: &account,
            scopes: given.scopes.as_deref(),
            tokens: &tokens,
            lifetime,
        };
        self.grants.keep(kept).await?;
        let renewed = self.connections.get(&live.name).is_ok();
        let setup = match (begun.what.change(&begun.connection, &begun.kind), &self.vault) {
            (Some(change), Some(vault)) => self.keep_connection(vault, &begun.person, &change).await?,
            _ => None,
        };
        // It was tried with what was just given; from now on with what is kept.
        self.connections.put(trial);
        self.check(Some(&live.name)).await;
        let live = self.connections.get(&live.name)?;
        let mut message =
            crate::builtins::connect::connected(self, &begun.person.platform, &live, renewed, &checks, setup.as_ref());
        if let Some(lacks) = lacking(&desk_of(&live)?.asks, &given) {
            message = message.context(lacks);
        }
        self.tell_asker(nonce, begun, message).await;
        Ok(Ended::Connected { title: live.kind.title.to_owned(), name: live.name.clone() })
    }

    /// Where vendors send people back to.
    pub fn redirect_uri(&self) -> String {
        format!("{}/oauth/callback", self.public_url.as_deref().unwrap_or_default())
    }

    async fn tell_asker(&self, nonce: &str, begun: &Begun, message: Message) {
        // The nonce is in addresses: what goes to a chat has another name.
        let key = format!("consent-{}", hex::encode(&Sha256::digest(nonce)[..8]));
        let job = PostJob::new(Post::new(begun.to.clone(), message, &key), key.clone()).into_job(Priority::Command);
        let acceptance =
            Acceptance { source: "oauth".into(), key, body: bytes::Bytes::new(), audit: None, jobs: vec![job], news: Vec::new() };
        if let Err(refused) = self.queue.accept(acceptance).await {
            tracing::error!("What became of a consent cannot be told: {}", refused.reason);
        }
    }
}

impl Grants {
    pub(super) async fn keep(&self, kept: store::Kept<'_>) -> Result<()> {
        let Some(key) = self.key() else { return Err(Error::new(ErrorKind::BadConfig, setup::NO_KEY)) };
        let (connection, owner) = (kept.connection.to_owned(), kept.owner.to_string());
        let saved = async {
            let mut tx = self.0.store.begin().await?;
            store::save(&mut tx, &self.0.store, key, kept).await?;
            anyhow::Ok(tx.commit().await?)
        };
        saved.await.map_err(unreadable)?;
        self.0.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&(connection, owner));
        Ok(())
    }
}

/// Whose account an access token is of, asked with it alone.
async fn whose(live: &Live, access: &Secret) -> Result<Option<Account>> {
    let credentials = std::sync::Arc::new(Fixed(access.clone()));
    let person = Person { connection: live.name.clone(), whose: format!("trial {}", uuid::Uuid::new_v4()), credentials };
    as_person(person, live.connected.account(Whose::Key(access))).await
}

/// What was asked for and not given, where the vendor says what was.
fn lacking(asks: &Asks, given: &Given) -> Option<String> {
    let has: Vec<&str> = given.scopes.as_deref()?.split([' ', ',']).filter(|it| !it.is_empty()).collect();
    // Entra names what the access token is good for, which a refresh token is no part of.
    let is_given = |scope: &str| has.contains(&scope) || (scope == "offline_access" && given.refresh.is_some());
    let lacks: Vec<&str> = asks.consent.scopes.iter().map(|it| it.name).filter(|it| !is_given(it)).collect();
    let is_all = has.is_empty() || lacks.is_empty();
    (!is_all).then(|| format!("Not all was granted that was asked for; it lacks {}.", lacks.join(", ")))
}

fn failed(begun: &Begun, title: &str, why: &str) -> Message {
    let (done, again) = match begun.what {
        What::Link => ("linked", Call::new(OWN, "link", json!({ "connection": begun.connection }))),
        What::Authorize => ("changed", Call::new(OWN, "authorize", json!({ "connection": begun.connection }))),
        What::Connect { .. } => ("connected", setup::connect_call(&begun.kind)),
    };
    let button = match begun.what {
        What::Connect { .. } => Button::form("Begin again…", again),
        _ => Button::run("Begin again", again),
    };
    let text = Text::new().bold(title).plain(format!(": nothing was {done}. {why}"));
    Message::text(text).tone(Tone::Bad).buttons(vec![button])
}

fn linked(connection: &str, title: &str, account: &str) -> Message {
    let text = Text::new()
        .plain("You are ")
        .code(account)
        .plain(format!(" in {title} from now on, and what you ask for there is done by your own account. "));
    Message::text(text.code(format!("bellhop unlink {connection}")).plain(" takes it back.")).tone(Tone::Good)
}

fn word() -> String {
    let letter = || char::from(LETTERS[usize::from(rand::random::<u8>()) % LETTERS.len()]);
    let letters: String = (0..10).map(|_| letter()).collect();
    format!("{}-{}", &letters[..5], &letters[5..])
}

/// As it is stored: in any case, with the dash or without.
fn proof_of(word: &str) -> String {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase()).collect();
    hex::encode(Sha256::digest(plain))
}
