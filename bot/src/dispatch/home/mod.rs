//! A person's own page: what is theirs in each system, what the channels they are in hear of, and what they do most.
//!
//! Systems may be slow, and nobody waits for their own page: it is shown at once with what was known lately, each
//! section with its age, and again when all have answered. A section whose system does not answer says so, and takes
//! none of the others with it. [`sections`] says what there is; a chat without such pages answers `home` with the
//! same sections.

mod often;
mod sections;

use std::{sync::Arc, time::Duration};

use commands::{Actor, BoxFuture, Button, Call, Error, ErrorKind, Message, Text};
use connectors::cache::Cache;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

#[cfg(test)]
pub(crate) use self::often::offered;
use self::sections::Kept;
use super::happening::Wanted;
use crate::{
    app::{App, OWN},
    chat::Platform,
    people,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// Somebody who goes back and forth is not shown a new page each time.
const FRESH: SignedDuration = SignedDuration::from_secs(30);
/// After this a page is shown again even if nothing in it is different: it says when it was made.
const OLD: SignedDuration = SignedDuration::from_mins(5);
/// How long somebody may still be looking.
const WORTH: SignedDuration = SignedDuration::from_mins(5);
const SOON: Duration = Duration::from_secs(5);

/// What is remembered of pages. Each process has its own; what it does not know it asks.
pub struct Home {
    /// What systems answered, by person and section.
    kept: Cache<String, Arc<Kept>>,
    /// What people see.
    shown: Cache<String, Arc<Shown>>,
}

/// A page on somebody's screen.
struct Shown {
    digest: [u8; 32],
    at: Timestamp,
    /// What the chat calls it.
    seen: Option<String>,
    complete: Complete,
}

/// Whether every section of a page is as its system says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Complete {
    Yes,
    No,
}

/// A page, ready to be drawn.
struct Page {
    sections: Vec<Message>,
    complete: Complete,
}

/// Where the sections of a page come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// What was known lately: nobody is asked.
    Memory,
    /// The systems themselves.
    Systems,
}

impl Default for Home {
    fn default() -> Home {
        let day = Duration::from_hours(24);
        Home { kept: Cache::new(10_000, day), shown: Cache::new(10_000, day) }
    }
}

/// A page to be shown, as stored in a job of kind [`HomeJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeJob {
    pub platform: String,
    pub workspace: String,
    pub person: String,
    /// What the person saw when they asked.
    pub seen: Option<String>,
    pub wanted: Wanted,
    pub request_id: String,
}

impl HomeJob {
    pub const KIND: &'static str = "home";

    pub(super) fn into_job(self) -> NewJob {
        NewJob {
            kind: HomeJob::KIND,
            lane: None,
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            // Who looks twice is shown one page; who asks for it anew gets it, also while the last is on its way.
            unique: Some(match self.wanted {
                Wanted::Opened => format!("home:{}", self.key()),
                Wanted::Refreshed => format!("home:{}:anew", self.key()),
            }),
        }
    }

    fn key(&self) -> String {
        format!("{}:{}:{}", self.platform, self.workspace, self.person)
    }
}

impl Home {
    /// Whether who asks sees a page that is as good as a new one.
    pub(super) async fn is_fresh(&self, asked: &HomeJob, now: Timestamp) -> bool {
        let Some(shown) = self.shown.get(&asked.key()).await else { return false };
        asked.wanted == Wanted::Opened
            && shown.complete == Complete::Yes
            && shown.seen == asked.seen
            && now.duration_since(shown.at) < FRESH
    }
}

/// Shows [`HomeJob`]s.
pub struct ShowHome {
    pub app: Arc<App>,
}

impl Handler for ShowHome {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let cancel = |reason: String| Outcome::Cancel { reason, writes: Writes::default() };
            let asked = match job.payload.read::<HomeJob>() {
                Ok(asked) => asked,
                Err(err) => return cancel(format!("the job cannot be read: {err}")),
            };
            let Some(platform) = self.app.platforms.get(&asked.platform).map(Arc::clone) else {
                return cancel(format!("this bot is not connected to {}", asked.platform));
            };
            let showing = self.show(job, &asked, platform.as_ref());
            match connectors::http::scope(asked.request_id.clone(), showing).await {
                Ok(()) => Outcome::Done(Writes::default()),
                // Somebody else's page is newer than what this one began with.
                Err(err) if err.kind == ErrorKind::Conflict => cancel(err.message),
                Err(err) => {
                    tracing::warn!(request.id = %asked.request_id, job.id = job.id, "A page could not be shown: {err}");
                    let is_worth = self.app.store.now().duration_since(job.created_at) < WORTH;
                    match err.is_temporary() && is_worth {
                        true => Outcome::Retry {
                            after: Some(err.retry_after.unwrap_or(SOON)),
                            reason: err.message,
                            writes: Writes::default(),
                        },
                        false => cancel(err.message),
                    }
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // A page that is shown twice is shown once.
        Box::pin(async { Outcome::Retry { after: None, reason: "the bot stopped".into(), writes: Writes::default() } })
    }
}

impl ShowHome {
    async fn show(&self, job: &Job, asked: &HomeJob, platform: &dyn Platform) -> commands::Result<()> {
        let (app, key) = (&self.app, asked.key());
        let actor = match platform.person(&asked.workspace, &asked.person).await {
            Ok(actor) => actor,
            Err(err) if err.is_temporary() && job.attempt == 1 => return Err(err),
            Err(_) => people::stranger(&asked.platform, &asked.workspace, &asked.person),
        };
        // A try that broke off may have shown one since.
        let mut seen = asked.seen.clone().filter(|_| job.attempt == 1);
        // What another process has shown since is not known here.
        let mut shown = app.home.shown.get(&key).await.filter(|it| it.seen == asked.seen);
        for from in [From::Memory, From::Systems] {
            let page = app.home_page(&actor, &asked.request_id, from).await;
            let (digest, now) = (page.digest(), app.store.now());
            let is_needed = match (&shown, from) {
                (None, _) => true,
                (Some(it), From::Memory) => it.digest != digest,
                (Some(it), From::Systems) => {
                    asked.wanted == Wanted::Refreshed || it.digest != digest || now.duration_since(it.at) > OLD
                }
            };
            if !is_needed {
                continue;
            }
            let complete = page.complete;
            let sections = page.with_end(now);
            seen = platform.show_page(&asked.workspace, &asked.person, &sections, seen.as_deref()).await?;
            let now_shown = Arc::new(Shown { digest, at: now, seen: seen.clone(), complete });
            app.home.shown.insert(key.clone(), now_shown.clone()).await;
            shown = Some(now_shown);
        }
        Ok(())
    }
}

impl App {
    /// The same as a message, for chats that have no such page, and for whoever asks.
    pub async fn page_as_message(&self, actor: &Actor, request_id: &str) -> Message {
        let page = self.home_page(actor, request_id, From::Systems).await;
        let mut whole = Message::new();
        for section in page.sections {
            whole.blocks.extend(section.blocks);
        }
        whole
    }

    async fn home_page(&self, actor: &Actor, request_id: &str, from: From) -> Page {
        let parts = sections::of(self, actor);
        let made = parts.iter().map(|it| it.make(self, actor, request_id, from));
        let (actions, made) = tokio::join!(often::actions(self, actor), futures::future::join_all(made));
        let complete = if made.iter().all(|it| it.complete == Complete::Yes) { Complete::Yes } else { Complete::No };
        let mut page: Vec<Message> = vec![actions];
        page.extend(made.into_iter().filter_map(|it| it.message));
        if parts.iter().all(|it| !it.is_a_system()) {
            let text = "Nothing is connected yet. An administrator connects a system with `bellhop connect`.";
            page.push(Message::text(Text::marked(text)));
        }
        Page { sections: page, complete }
    }
}

impl Page {
    fn digest(&self) -> [u8; 32] {
        let text = serde_json::to_vec(&self.sections).unwrap_or_default();
        Sha256::digest(text).into()
    }

    /// With when it was made, and a way to have it made again.
    fn with_end(self, now: Timestamp) -> Vec<Message> {
        let refresh = Button::run("Refresh", Call::new(OWN, "home", json!({})));
        let updated = match self.complete {
            Complete::Yes => Text::new().plain("Updated ").time(now).plain("."),
            Complete::No => Text::new().plain("As known ").time(now).plain("; not everything has answered."),
        };
        let mut sections = self.sections;
        sections.push(Message::new().buttons(vec![refresh]).context(updated));
        sections
    }
}

/// A failure in a section: said there, and the others go on.
fn told(err: &Error) -> Text {
    Text::marked(&err.message)
}
