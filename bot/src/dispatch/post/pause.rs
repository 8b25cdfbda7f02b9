//! Chats that refuse the bot's credentials. Nothing that goes there can succeed before somebody has mended them, so posts and edits all
//! wait, and whoever can mend it is told elsewhere.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use commands::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::note::NoteJob;
use crate::{
    app::App,
    chat::{self, Platform, Post},
    queue::{Outcome, Writes},
};

/// How long such a chat is left alone.
const PAUSE: Duration = Duration::from_secs(300);

/// Chats, and whose credentials there, that refused us, and until when they are left alone.
#[derive(Default)]
pub struct Paused(Mutex<HashMap<(&'static str, String), Timestamp>>);

/// Whether a chat that answered so refuses whatever the bot sends.
pub fn refuses_us(err: &Error) -> bool {
    matches!(err.kind, ErrorKind::Auth | ErrorKind::BadConfig)
}

impl App {
    /// What becomes of a job that would send something to this workspace while its chat is left alone; none while it is not.
    pub async fn held_back(&self, chat: &dyn Platform, workspace: &str) -> Option<Outcome> {
        let (name, now) = (chat.name(), self.store.now());
        // Else nobody has to ask which credentials are used.
        let is_paused = self.paused.lock().iter().any(|((it, _), until)| *it == name && *until > now);
        if !is_paused {
            return None;
        }
        let credentials = chat.credentials(workspace).await;
        let left = self.paused.lock().get(&(name, credentials))?.duration_since(now);
        let after = Duration::try_from(left).ok().filter(|it| !it.is_zero())?;
        let reason = format!("{name} refuses the bot's credentials: mend them, and this goes on by itself");
        Some(Outcome::Snooze { after, reason, writes: Writes::default() })
    }

    /// Edits a message: what becomes of the job while the chat refuses our credentials, none where it was edited.
    ///
    /// # Errors
    /// Those of the chat, but for refused credentials.
    pub async fn edited(&self, chat: &dyn Platform, post: &Post, id: &str) -> Result<Option<Outcome>> {
        if let Some(later) = self.held_back(chat, post.to.workspace()).await {
            return Ok(Some(later));
        }
        match chat::traced::update(chat, post, id).await {
            Ok(()) => Ok(None),
            Err(err) if refuses_us(&err) => Ok(Some(self.pause(chat, post.to.workspace(), &err).await)),
            Err(err) => Err(err),
        }
    }

    /// Everything by these credentials would be refused: all of it waits.
    pub async fn pause(&self, chat: &dyn Platform, workspace: &str, err: &Error) -> Outcome {
        let (name, now) = (chat.name(), self.store.now());
        tracing::error!(
            chat = name,
            "{name} refuses the bot's credentials, so nothing is said there until they are mended: {err}"
        );
        let credentials = chat.credentials(workspace).await;
        let until = now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
        self.paused.lock().insert((name, credentials.clone()), until);
        let note = NoteJob::paused(name, &credentials, &err.message).into_job(now);
        Outcome::Snooze { after: PAUSE, reason: err.message.clone(), writes: Writes { jobs: vec![note], ..Writes::default() } }
    }
}

impl Paused {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(&'static str, String), Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
