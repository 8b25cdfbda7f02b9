//! Who is let in: a link that was asked for in chat, good once, for ten minutes; then a cookie.
//!
//! Looking at a link uses nothing up (chats and mail programs look at links), its page's button does. What stands in links and
//! cookies is drawn at random, and only digests of it are kept. What somebody may see and do is asked anew with each look, of
//! the chat and of the rules, so that whoever left or lost a role sees nothing any more.

use axum::http::{HeaderMap, HeaderValue, header};
use commands::{Actor, Ctx, Error, ErrorKind, Result};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use super::store;
use crate::{
    app::App,
    chat::{Answering, Place},
    connections::state::random,
    people::{self, PersonId, authority::COMMAND_LINE},
    store::unreadable,
};

/// From asking for a link to using it.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// How long a browser that nobody looks at stays in, and any browser.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Looking is written down so often.
const NOTED: SignedDuration = SignedDuration::from_mins(5);
const COOKIE: &str = "bellhop_dashboard";

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub actor: Actor,
    /// The digest of what their browser's cookie holds.
    session: String,
    /// What their pages send back: only what we showed them is taken.
    pub form: String,
}

impl Visitor {
    /// Whether a page that was shown to them sent this.
    pub fn sent(&self, form: &str) -> bool {
        self.form.as_bytes().ct_eq(form.as_bytes()).into()
    }

    /// How they are answered in chat; none of whoever is in none.
    pub fn answering(&self) -> Option<Answering> {
        let Actor { platform, workspace, id, .. } = &self.actor;
        let channel = match platform.as_str() {
            "zulip" => format!("dm:{id}"),
            COMMAND_LINE => return None,
            _ => id.clone(),
        };
        let place = Place { platform: platform.clone(), workspace: workspace.clone(), channel, thread: None };
        Some(Answering { place, asker: id.clone(), response_url: None, pressed: None })
    }
}

impl App {
    /// A link to the dashboard for whoever asks.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] where the bot has no address; the store cannot be written to.
    pub async fn invite_to_dashboard(&self, ctx: &Ctx) -> Result<String> {
        let Some(url) = &self.public_url else {
            let message = "This bot has no address that a browser could open. Whoever runs Bellhop writes `public_url = \"https://…\"` into \
                           the [server] section of its configuration, and starts it again.";
            return Err(Error::new(ErrorKind::BadConfig, message));
        };
        let token = random();
        let until = self.store.now().saturating_add(LINK_LASTS).map_err(|err| Error::internal(err.to_string()))?;
        let person = PersonId::from(&ctx.actor).to_string();
        let link = store::Link { person, name: ctx.actor.name.clone(), until, opened_at: None };
        store::give(&self.store, &digest(&token), &link).await.map_err(unreadable)?;
        Ok(format!("{url}/dashboard/open/{token}"))
    }

    /// Closes what a person has open; how many browsers that were.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn close_dashboards(&self, person: &PersonId) -> Result<u64> {
        store::close_all(&self.store, &person.to_string()).await.map_err(unreadable)
    }

    /// Whose a link is that can still be used.
    pub(super) async fn dashboard_link(&self, token: &str) -> anyhow::Result<Option<store::Link>> {
        let link = store::link(&self.store, &digest(token)).await?;
        Ok(link.filter(|it| it.opened_at.is_none() && it.until > self.store.now()))
    }

    /// Uses a link up: the cookie of the browser that came by it, if it was still good.
    pub(super) async fn open_dashboard(&self, token: &str, request_id: &str) -> anyhow::Result<Option<HeaderValue>> {
        let cookie = random();
        let is_open = store::open(&self.store, &digest(token), &digest(&cookie), request_id).await?;
        Ok(if is_open { Some(HeaderValue::from_str(&self.cookie(&cookie, LASTS))?) } else { None })
    }

    /// Whoever sends a request, if they were let in.
    pub(super) async fn visitor(&self, headers: &HeaderMap) -> anyhow::Result<Option<Visitor>> {
        let Some(cookie) = cookie_of(headers) else { return Ok(None) };
        self.visitor_of(digest(cookie), form_of(cookie)).await
    }

    /// The same visitor, as the chat and the store know them now.
    pub(super) async fn still(&self, visitor: &Visitor) -> anyhow::Result<Option<Visitor>> {
        self.visitor_of(visitor.session.clone(), visitor.form.clone()).await
    }

    async fn visitor_of(&self, session: String, form: String) -> anyhow::Result<Option<Visitor>> {
        let Some(found) = store::session(&self.store, &session).await? else { return Ok(None) };
        let now = self.store.now();
        if now.duration_since(found.opened_at) > LASTS || now.duration_since(found.seen_at) > IDLE {
            return Ok(None);
        }
        if now.duration_since(found.seen_at) > NOTED {
            store::seen(&self.store, &session).await?;
        }
        let Some(person) = PersonId::parse(&found.person) else { return Ok(None) };
        Ok(self.as_known(&person, &found.name).await.map(|actor| Visitor { actor, session, form }))
    }

    /// As the chat knows them; nobody whom it does not know any more. While it cannot be asked they are a stranger.
    async fn as_known(&self, person: &PersonId, name: &str) -> Option<Actor> {
        let stranger = Actor { name: name.to_owned(), ..people::stranger(&person.platform, &person.workspace, &person.id) };
        if person.platform == COMMAND_LINE {
            // Whoever runs the program where it is installed, which is how the link was got.
            return Some(Actor { admin: true, ..stranger });
        }
        match self.platforms.get(&person.platform)?.person(&person.workspace, &person.id).await {
            Ok(actor) => Some(actor),
            Err(err) if err.is_temporary() => Some(stranger),
            Err(_) => None,
        }
    }

    /// Ends a visit: what takes the cookie away.
    pub(super) async fn leave_dashboard(&self, visitor: &Visitor) -> anyhow::Result<HeaderValue> {
        store::close(&self.store, &visitor.session).await?;
        Ok(HeaderValue::from_str(&self.cookie("", SignedDuration::ZERO))?)
    }

    /// `Lax`: a link in a chat to the dashboard itself leads to it.
    fn cookie(&self, value: &str, lasts: SignedDuration) -> String {
        let secure = if self.public_url.as_deref().unwrap_or_default().starts_with("https:") { "; Secure" } else { "" };
        format!("{COOKIE}={value}; Path={}/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", self.below(), lasts.as_secs())
    }

    /// What stands before every path where a proxy has the bot below a path of its own; empty elsewhere.
    pub(super) fn below(&self) -> String {
        let url = self.public_url.as_deref().and_then(|it| Url::parse(it).ok());
        url.map(|it| it.path().trim_end_matches('/').to_owned()).unwrap_or_default()
    }
}

fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
    all.filter_map(|it| it.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// What is kept of something drawn at random.
fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(format!("bellhop dashboard: {token}")))
}

/// Nobody who has not the cookie knows it, and no page can read the cookie.
fn form_of(cookie: &str) -> String {
    hex::encode(&Sha256::digest(format!("bellhop dashboard form: {cookie}"))[..16])
}
