//! Where administrators are told: at `[alerts] to`, or each of them directly.
//!
//! Who they are is asked of the chats, so nobody asks inside a transaction: what is to be told leaves as a [`NoteJob`], which asks when
//! it runs. One chat that does not answer keeps nothing from those of the others.

use std::time::Duration;

use commands::{Error, File, Message};
use serde::{Deserialize, Serialize};

use super::{PostJob, Purpose, note::NoteJob};
use crate::{
    app::App,
    chat::{Post, Target},
    config::Destination,
    notify::outgoing,
    queue::{NewJob, Priority},
};

/// How long a chat may take to say who administers it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which administrators are told where no place is set up for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Those of all chats.
    All,
    /// Those of this chat; where it has none, those of the others.
    First(String),
    /// Those of this chat: the others hear of it otherwise.
    Only(String),
}

/// Who administers some chats.
#[derive(Debug, Default)]
pub struct Administrators {
    pub found: Vec<Target>,
    /// Why a chat did not say who its own are, the last of them.
    pub failure: Option<Error>,
}

impl App {
    /// The place for what administrators are told, where one is set up. An endpoint is none: it takes events, no messages.
    pub(super) fn place_of_administrators(&self) -> Option<Target> {
        self.alerts.to.as_ref().filter(|it| it.platform != outgoing::PLATFORM).map(Destination::target)
    }

    /// Those of the chats that `asked` names. A chat that does not answer is left out.
    pub async fn administrators(&self, asked: impl Fn(&str) -> bool) -> Administrators {
        let mut all = Administrators::default();
        for platform in self.platforms.all().filter(|it| asked(it.name())) {
            let name = platform.name();
            let answer = tokio::time::timeout(PATIENCE, platform.administrators()).await;
            match answer.unwrap_or_else(|_| Err(Error::new(commands::ErrorKind::Timeout, format!("{name} does not answer.")))) {
                Ok(found) => all.found.extend(found),
                Err(err) => {
                    tracing::warn!("{name} does not say who its administrators are: {err}");
                    all.failure = Some(err);
                }
            }
        }
        all
    }

    /// What tells administrators this, once for this key.
    pub fn to_administrators(&self, whom: Whom, key: &str, message: Message, files: Vec<File>) -> NewJob {
        match self.place_of_administrators() {
            Some(to) => {
                let post = Post { files, ..Post::new(to, message, key) };
                let fallback = self.alerts.fallback.as_ref().map(Destination::place);
                PostJob { purpose: Purpose::Note, ..PostJob::new(post, key).or_at(fallback) }.into_job(Priority::Command)
            }
            None => NoteJob::said(whom, key, message, files).into_job(self.store.now()),
        }
    }
}

#[cfg(test)]
mod tests;
