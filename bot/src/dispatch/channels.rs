//! What becomes of a channel that the bot posts to, or was just put into.
//!
//! The configuration names channels, and names change: posts go on to where they went ([`Renames`]), and administrators
//! hear which lines name the old one. Of a channel that takes nothing any more they hear at once, not with the next
//! notification that fails; that one goes to its fallback as any other.

use std::{sync::Arc, time::Duration};

use commands::{Audience, BoxFuture, Button, Call, Message, Text};
use connectors::cache::Cache;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    line::typed,
    post::{PostJob, note::NoteJob},
};
use crate::{
    app::{App, OWN},
    chat::{Answering, Change, Place, Post, Target},
    config::{Destination, Subscription},
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
    store::Store,
};

/// Something that happened to a channel, as stored in a job of kind [`ChannelJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelJob {
    pub platform: String,
    pub workspace: String,
    /// The platform's id of the channel.
    pub channel: String,
    pub change: Change,
    pub request_id: String,
}

impl ChannelJob {
    pub const KIND: &'static str = "channel";

    pub(super) fn into_job(self) -> NewJob {
        NewJob {
            kind: ChannelJob::KIND,
            lane: Some(format!("change:{}:{}:{}", self.platform, self.workspace, self.channel)),
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }
}

/// Does what follows from [`ChannelJob`]s.
pub struct ChannelChanges {
    pub app: Arc<App>,
}

impl Handler for ChannelChanges {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<ChannelJob>() {
                Ok(asked) => asked,
                Err(err) => {
                    let reason = format!("the job cannot be read: {err}");
                    return Outcome::Cancel { reason, writes: Writes::default() };
                }
            };
            let Some(platform) = self.app.platforms.get(&asked.platform) else { return Outcome::Done(Writes::default()) };
            let names = match platform.names_of(&asked.workspace, &asked.channel).await {
                Ok(names) => names,
                Err(err) if err.is_temporary() => {
                    return Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() };
                }
                Err(err) => {
                    tracing::info!(request.id = %asked.request_id, "Nobody says what a channel is called: {err}");
                    Vec::new()
                }
            };
            match self.follow(&asked, &names).await {
                Ok(writes) => Outcome::Done(writes),
                Err(err) => {
                    let reason = format!("the store cannot be read: {err:#}");
                    Outcome::Retry { after: None, reason, writes: Writes::default() }
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It sends nothing itself.
        Box::pin(async { Outcome::Retry { after: None, reason: "the bot stopped".into(), writes: Writes::default() } })
    }
}

impl ChannelChanges {
    async fn follow(&self, asked: &ChannelJob, names: &[String]) -> anyhow::Result<Writes> {
        let name = written(&asked.platform, names.first().map_or(asked.channel.as_str(), String::as_str));
        match &asked.change {
            Change::Renamed(new) => self.renamed(asked, names, new).await,
            Change::Created(name) => Ok(Writes { cursors: self.taken(asked, name).await?, ..Writes::default() }),
            Change::Archived => {
                Ok(self.closed(asked, names, &format!("`{name}` was archived. Unarchive it, or name another channel.")))
            }
            Change::Deleted => Ok(self.closed(asked, names, "The channel was deleted. Name another one.")),
            Change::Removed => {
                let reason = match asked.platform.as_str() {
                    "slack" => {
                        format!("Bellhop was removed from `{name}`. Type `/invite @Bellhop` there, or name another channel.")
                    }
                    _ => format!(
                        "Bellhop does not see `{name}` any more: it was removed, or the channel was made private without it. Subscribe \
                         it to the channel, or name another one."
                    ),
                };
                Ok(self.closed(asked, names, &reason))
            }
            Change::Unarchived => Ok(self.reopened(asked, names)),
            Change::Added(by) => self.introduce(asked, names, by.as_deref()).await,
        }
    }

    /// Posts to what the channel was called go on to it, and who can change the configuration hears where it says so.
    async fn renamed(&self, asked: &ChannelJob, names: &[String], new: &str) -> anyhow::Result<Writes> {
        let new = format!("#{new}");
        let mut writes = Writes { cursors: self.taken(asked, &new).await?, ..Writes::default() };
        for old in names.iter().filter(|it| **it != new) {
            let lines = self.lines_that_name(&asked.platform, old);
            // A name that another channel has taken since is that one's.
            let taken = self.app.store.cursor(&cursor(&asked.platform, old)).await?;
            let is_named = |it: &Arc<Subscription>| is_channel(&it.to, &asked.platform, old);
            let is_wanted = !lines.is_empty() || self.app.subscriptions.all().iter().any(is_named);
            if !is_wanted || taken.as_deref() == Some(NOBODYS) {
                continue;
            }
            writes.cursors.push((cursor(&asked.platform, old), asked.channel.clone()));
            self.app.renames.forget(&asked.platform, old).await;
            if lines.is_empty() {
                continue;
            }
            let lines = lines.join(", ");
            let (was, is) = (written(&asked.platform, old), written(&asked.platform, &new));
            writes.jobs.push(NoteJob::renamed(&asked.platform, was, is, &lines).into_job(self.app.store.now()));
        }
        Ok(writes)
    }

    /// A name that now is another channel's leads nowhere else any more.
    async fn taken(&self, asked: &ChannelJob, name: &str) -> anyhow::Result<Vec<(String, String)>> {
        let name = format!("#{}", name.trim_start_matches('#'));
        let key = cursor(&asked.platform, &name);
        let known = self.app.store.cursor(&key).await?;
        self.app.renames.forget(&asked.platform, &name).await;
        Ok(known.map(|_| (key, NOBODYS.to_owned())).into_iter().collect())
    }

    fn closed(&self, asked: &ChannelJob, names: &[String], reason: &str) -> Writes {
        let mut writes = Writes::default();
        for it in self.subscriptions(asked, names) {
            let note = NoteJob::closed(Target::Place(it.to.place()), it.fallback.as_ref().map(|it| it.place()), reason);
            let job = note.into_job(self.app.store.now());
            // One note tells all lines that name the channel.
            if writes.jobs.iter().all(|it| it.unique != job.unique) {
                writes.jobs.push(job);
            }
        }
        writes
    }

    fn reopened(&self, asked: &ChannelJob, names: &[String]) -> Writes {
        let mut writes = Writes::default();
        for it in self.subscriptions(asked, names) {
            let note = NoteJob::reopened(Target::Place(it.to.place()));
            let (forgotten, job) = (note.forgets(), note.into_job(self.app.store.now()));
            if writes.jobs.iter().all(|it| it.unique != job.unique) {
                writes.jobs.push(job);
                // If it is closed again today, that is worth another note.
                writes.cursors.extend(forgotten.map(|it| (it, String::new())));
            }
        }
        writes
    }

    /// Says, once, what the channel hears of and how to begin: to who put the bot there, where that is told.
    async fn introduce(&self, asked: &ChannelJob, names: &[String], by: Option<&str>) -> anyhow::Result<Writes> {
        let once = format!("introduced:{}:{}:{}", asked.platform, asked.workspace, asked.channel);
        if self.app.store.cursor(&once).await?.is_some() {
            return Ok(Writes::default());
        }
        let (platform, workspace, channel) = (asked.platform.clone(), asked.workspace.clone(), asked.channel.clone());
        let place = Place { platform, workspace, channel, thread: None };
        let to = match by {
            Some(person) => Target::Answer {
                to: Answering { place, asker: person.to_owned(), response_url: None, pressed: None },
                audience: Audience::Asker,
            },
            None => Target::Place(place),
        };
        let post = Post::new(to, self.introduction(asked, names), &once);
        let job = PostJob::new(post, asked.request_id.clone()).into_job(Priority::Command);
        Ok(Writes { jobs: vec![job], cursors: vec![(once, self.app.store.now().to_string())], ..Writes::default() })
    }

    fn introduction(&self, asked: &ChannelJob, names: &[String]) -> Message {
        let systems: Vec<String> = self.app.connections.all().iter().map(|it| it.title()).collect();
        let systems = if systems.is_empty() { "the systems that are connected".to_owned() } else { systems.join(", ") };
        let first = self.app.connections.all().first().map_or_else(|| OWN.to_owned(), |it| it.name.clone());
        let begin = Text::new()
            .plain("Mention me, or type ")
            .code(typed(&asked.platform, &first))
            .plain(" to see what I can do; I carry it to ")
            .plain(systems)
            .plain(", and bring back news.");
        let message = Message::text(begin);
        let heard: Vec<Text> = self
            .subscriptions(asked, names)
            .iter()
            .map(|it| {
                let filter = it.filter.to_string();
                let line = Text::new().bold(it.from.clone());
                if filter.is_empty() { line } else { line.plain(": ").code(filter) }
            })
            .collect();
        let message = match heard.is_empty() {
            true => message.context("Nothing is posted here by itself."),
            false => message.paragraph("This channel hears of:").list(heard),
        };
        message.buttons(vec![Button::run("Help", Call::new(OWN, "help", json!({})))])
    }

    /// Those that post to the channel.
    fn subscriptions(&self, asked: &ChannelJob, names: &[String]) -> Vec<Arc<Subscription>> {
        let is_named = |it: &Arc<Subscription>| {
            let channel = it.to.channel.trim_start_matches('#');
            channel == asked.channel || names.iter().any(|name| name.trim_start_matches('#') == channel)
        };
        let mut found = self.app.subscriptions.all();
        found.retain(|it| it.to.platform == asked.platform && is_named(it));
        found
    }

    /// Where the configuration names this channel: `line 12`, `[alerts]`.
    fn lines_that_name(&self, platform: &str, name: &str) -> Vec<String> {
        let is_it = |it: &Destination| is_channel(it, platform, name);
        let named = |it: &&Arc<Subscription>| is_it(&it.to) || it.fallback.as_ref().is_some_and(is_it);
        let all = self.app.subscriptions.all();
        // One that was made in chat knows its channel by the id, which stays.
        let lines = all.iter().filter(named).filter_map(|it| Some(format!("[[subscription]] in line {}", it.line?)));
        lines.chain(self.app.alerts.to.iter().filter(|it| is_it(it)).map(|_| "[alerts]".to_owned())).collect()
    }
}

/// Stands where a name leads to no renamed channel any more.
const NOBODYS: &str = "";
/// How long another process may take to hear that a channel was renamed.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Whether `to` is the channel of that name.
fn is_channel(to: &Destination, platform: &str, name: &str) -> bool {
    to.platform == platform && to.channel.trim_start_matches('#') == name.trim_start_matches('#')
}

/// A channel's name as a configuration writes it: Zulip's without the mark.
fn written<'a>(platform: &str, name: &'a str) -> &'a str {
    if platform == "zulip" { name.trim_start_matches('#') } else { name }
}

fn cursor(platform: &str, name: &str) -> String {
    format!("renamed:{platform}:#{}", name.trim_start_matches('#'))
}

/// Which channels the names in the configuration lead to since they are called otherwise.
pub struct Renames {
    store: Store,
    /// By platform and name; an empty id is none.
    known: Cache<String, String>,
}

impl Renames {
    pub fn new(store: Store) -> Renames {
        Renames { store, known: Cache::new(10_000, REMEMBERED) }
    }

    /// Turns `target` to where its channel is now.
    pub async fn follow(&self, target: &mut Target) {
        let Target::Place(place) = target else { return };
        // Only the configuration goes by names, and it speaks of its own workspace. Zulip has one.
        if !place.workspace.is_empty() && place.platform != "zulip" {
            return;
        }
        // Zulip's places are of several sorts, and say so.
        let (sort, name) = match place.channel.strip_prefix("channel:") {
            Some(name) => ("channel:", name),
            None => ("", place.channel.as_str()),
        };
        let key = cursor(&place.platform, name);
        let reading = async { self.store.cursor(&key).await.map(Option::unwrap_or_default) };
        match self.known.try_get_with(key.clone(), reading).await {
            Ok(id) if !id.is_empty() => place.channel = format!("{sort}{id}"),
            Ok(_) => {}
            Err(err) => tracing::error!("The store cannot be read: {err:#}"),
        }
    }

    async fn forget(&self, platform: &str, name: &str) {
        self.known.invalidate(&cursor(platform, name)).await;
    }
}
