//! Telling administrators what needs their hands, once a day for each channel.
//!
//! A note is a job of its own, so that it can be made inside any transaction, and so that whom to tell is
//! asked of the chat only then. At most one lives for each subject (its unique key), and the day on
//! which it was told is committed with it: that makes it once a day, on however many bots.

use std::{sync::Arc, time::Duration};

use commands::{BoxFuture, Button, Call, Error, File, Message, Text, Tone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    PostJob, Purpose,
    administrators::{Administrators, Whom},
    undeliverable::written,
};
use crate::{
    app::{App, OWN},
    builtins::jobs::subject,
    chat::{Place, Post, Target},
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// Time for others of the same subject to fail as well, so that the note counts them.
const GATHER: Duration = Duration::from_secs(2);
/// When is looked again for somebody to tell where there was nobody.
const NOBODY: Duration = Duration::from_secs(3_600);

/// Something to tell, as stored in a job of kind [`NoteJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteJob {
    subject: Subject,
    /// What the chat said, and what to do about it.
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Subject {
    /// A channel or person that takes nothing.
    Undeliverable { to: Box<Target>, fallback: Option<Place> },
    /// A chat that refuses our credentials; whose they are, if not the configuration's.
    Paused {
        chat: String,
        #[serde(default)]
        workspace: String,
    },
    /// A channel that is called otherwise than in the configuration; `lines` says where there.
    Renamed { platform: String, old: String, new: String, lines: String },
    /// A channel that takes posts again.
    Reopened { to: Box<Target> },
    /// An endpoint that was switched off.
    EndpointOff { endpoint: String },
    /// A hook that its system ends by itself, and that could not be made anew.
    HookEnds { hook: String, ends: Timestamp },
    /// A connection whose credentials end.
    Expires { connection: String, on: String },
    /// A connection that comes in by what somebody agreed to, which is good for nothing any more.
    ConsentEnded { connection: String },
    /// Alerts for which nobody is paged by a policy; the first of them.
    Unheard { policy: String, alert: i64 },
    /// What is told as it stands, once.
    Said { whom: Whom, key: String, message: Box<Message>, files: Vec<File> },
}

impl NoteJob {
    pub const KIND: &'static str = "note";

    /// That `asked` was not delivered.
    pub(super) fn undeliverable(asked: &PostJob, reason: &str) -> NoteJob {
        let (to, fallback) = (Box::new(asked.post.to.clone()), asked.fallback.clone());
        NoteJob { subject: Subject::Undeliverable { to, fallback }, reason: reason.into() }
    }

    /// That nothing can be posted to `chat` before somebody mends its credentials, those of this install or the configuration's.
    pub(super) fn paused(chat: &str, workspace: &str, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::Paused { chat: chat.into(), workspace: workspace.into() }, reason: reason.into() }
    }

    /// That nothing can be posted to `to` from now on.
    pub(in crate::dispatch) fn closed(to: Target, fallback: Option<Place>, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::Undeliverable { to: Box::new(to), fallback }, reason: reason.into() }
    }

    /// That the configuration names a channel by a name that it has no more.
    pub(in crate::dispatch) fn renamed(platform: &str, old: &str, new: &str, lines: &str) -> NoteJob {
        let (platform, old, new, lines) = (platform.to_owned(), old.to_owned(), new.to_owned(), lines.to_owned());
        NoteJob { subject: Subject::Renamed { platform, old, new, lines }, reason: "A channel was renamed.".into() }
    }

    /// That an endpoint took nothing for days and is told nothing more.
    pub fn endpoint_off(endpoint: &str, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::EndpointOff { endpoint: endpoint.into() }, reason: reason.into() }
    }

    /// That nothing comes to a hook any more from then on, unless somebody sees to it.
    pub fn hook_ends(hook: &str, ends: Timestamp, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::HookEnds { hook: hook.into(), ends }, reason: reason.into() }
    }

    /// That the credentials of a connection end `on` that day.
    pub fn expires(connection: &str, on: &str, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::Expires { connection: connection.into(), on: on.into() }, reason: reason.into() }
    }

    /// That what somebody agreed to for a connection is good for nothing any more.
    pub fn consent_ended(connection: &str, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::ConsentEnded { connection: connection.into() }, reason: reason.into() }
    }

    /// That nobody is paged for an alert by that policy.
    pub fn unheard(policy: &str, alert: i64, reason: &str) -> NoteJob {
        NoteJob { subject: Subject::Unheard { policy: policy.into(), alert }, reason: reason.into() }
    }

    /// This, to administrators themselves.
    pub(super) fn said(whom: Whom, key: &str, message: Message, files: Vec<File>) -> NoteJob {
        let (key, message) = (key.to_owned(), Box::new(message));
        NoteJob { subject: Subject::Said { whom, key, message, files }, reason: String::new() }
    }

    /// That `to` can be posted to again.
    pub(in crate::dispatch) fn reopened(to: Target) -> NoteJob {
        NoteJob { subject: Subject::Reopened { to: Box::new(to) }, reason: "A channel was unarchived.".into() }
    }

    /// The name of the day on which the opposite was told, so that it can be told again.
    pub(in crate::dispatch) fn forgets(&self) -> Option<String> {
        match &self.subject {
            Subject::Reopened { to } => Some(format!("note:{}", to.key())),
            _ => None,
        }
    }

    fn files(&self) -> Vec<File> {
        match &self.subject {
            Subject::Said { files, .. } => files.clone(),
            _ => Vec::new(),
        }
    }

    pub fn into_job(self, now: Timestamp) -> NewJob {
        NewJob {
            kind: NoteJob::KIND,
            lane: None,
            priority: Priority::Command,
            unique: Some(self.key()),
            payload: Payload::of(&self),
            run_at: if self.is_once() { None } else { now.saturating_add(GATHER).ok() },
            expires: None,
        }
    }

    /// It is told once, and not once a day.
    fn is_once(&self) -> bool {
        matches!(self.subject, Subject::Said { .. })
    }

    fn key(&self) -> String {
        match &self.subject {
            Subject::Undeliverable { to, .. } => format!("note:{}", to.key()),
            Subject::Paused { chat, workspace } if workspace.is_empty() => format!("note:{chat}"),
            Subject::Paused { chat, workspace } => format!("note:{chat}:{workspace}"),
            Subject::Renamed { platform, old, new, .. } => format!("note:renamed:{platform}:{old}:{new}"),
            Subject::Reopened { to } => format!("note:reopened:{}", to.key()),
            Subject::EndpointOff { endpoint } => format!("note:endpoint:{endpoint}"),
            Subject::HookEnds { hook, .. } => format!("note:hook:{hook}"),
            Subject::Expires { connection, on } => format!("note:expires:{connection}:{on}"),
            Subject::ConsentEnded { connection } => format!("note:consent:{connection}"),
            Subject::Unheard { policy, .. } => format!("note:unheard:{policy}"),
            Subject::Said { key, .. } => format!("note:said:{key}"),
        }
    }
}

/// Tells [`NoteJob`]s.
pub struct Tell {
    pub app: Arc<App>,
}

impl Handler for Tell {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(self.tell(job))
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It sends nothing itself.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

/// What follows where there was nobody to tell: somebody may be there later, and until then it is not told.
fn nobody(note: &NoteJob, failure: Option<Error>) -> Outcome {
    let writes = Writes::default();
    match failure {
        Some(err) if err.is_temporary() => Outcome::Retry { after: err.retry_after, reason: err.message, writes },
        None if matches!(&note.subject, Subject::Said { whom: Whom::Only(_), .. }) => {
            Outcome::Cancel { reason: "that chat has no administrators, and those of others hear of it anyway".into(), writes }
        }
        failure => {
            let why = failure.map(|err| format!(" {}", err.message)).unwrap_or_default();
            let reason = format!("There is nobody who could be told of this in chat; set `to` in [alerts].{why}");
            tracing::error!("{reason} {}", note.reason);
            Outcome::Retry { after: Some(NOBODY), reason, writes }
        }
    }
}

impl Tell {
    pub(super) async fn tell(&self, job: &Job) -> Outcome {
        let retry = |reason: String| Outcome::Retry { after: None, reason, writes: Writes::default() };
        let note = match job.payload.read::<NoteJob>() {
            Ok(note) => note,
            Err(err) => {
                let reason = format!("the job cannot be read: {err}");
                return Outcome::Dead { reason, writes: Writes::default() };
            }
        };
        let now = self.app.store.now();
        let (key, today) = (note.key(), now.strftime("%Y-%m-%d").to_string());
        match self.app.store.cursor(&key).await {
            Ok(told) if told.as_deref() == Some(&today) => {
                let reason = "administrators were told today".into();
                return Outcome::Cancel { reason, writes: Writes::default() };
            }
            Ok(_) => {}
            Err(err) => return retry(format!("the store cannot be read: {err:#}")),
        }
        let Administrators { found: recipients, failure } = self.recipients(&note).await;
        if recipients.is_empty() {
            return nobody(&note, failure);
        }
        let message = match self.message(&note).await {
            Ok(message) => message,
            Err(err) => return retry(format!("the queue cannot be read: {err:#}")),
        };
        let post = |(number, to): (usize, Target)| {
            let post = Post { files: note.files(), ..Post::new(to, message.clone(), format!("note-{}-{number}", job.id)) };
            PostJob { purpose: Purpose::Note, ..PostJob::new(post, format!("note-{}", job.id)) }.into_job(Priority::Command)
        };
        let jobs = recipients.into_iter().enumerate().map(post).collect();
        let cursors = if note.is_once() { Vec::new() } else { vec![(key, today)] };
        Outcome::Done(Writes { jobs, cursors, ..Writes::default() })
    }

    /// Where it can be heard: not in the very place that takes nothing, nor in the chat that is paused.
    async fn recipients(&self, note: &NoteJob) -> Administrators {
        let hears = |to: &Target| match &note.subject {
            Subject::Undeliverable { to: about, .. } => to.key() != about.key(),
            Subject::Paused { chat, .. } => to.platform() != chat,
            _ => true,
        };
        if let Some(to) = self.app.place_of_administrators().filter(hears) {
            return Administrators { found: vec![to], failure: None };
        }
        // Those of the chat that it is about can mend it. Mailboxes and phones have none, which others of us see to.
        let first = match &note.subject {
            Subject::Undeliverable { to, .. } | Subject::Reopened { to } => Some(to.platform()),
            Subject::Renamed { platform, .. } => Some(platform.as_str()),
            Subject::Said { whom: Whom::First(chat) | Whom::Only(chat), .. } => Some(chat.as_str()),
            Subject::Paused { .. } | Subject::EndpointOff { .. } | Subject::HookEnds { .. } => None,
            Subject::Expires { .. } | Subject::ConsentEnded { .. } | Subject::Unheard { .. } => None,
            Subject::Said { whom: Whom::All, .. } => None,
        };
        let mut all = Administrators::default();
        if let Some(first) = first {
            all = self.app.administrators(|it| it == first).await;
            all.found.retain(hears);
            let is_theirs = matches!(&note.subject, Subject::Said { whom: Whom::Only(_), .. });
            // One that answers in a moment is waited for.
            if is_theirs || !all.found.is_empty() || all.failure.as_ref().is_some_and(Error::is_temporary) {
                return all;
            }
        }
        let is_asked = |chat: &str| match &note.subject {
            Subject::Paused { chat: paused, .. } => chat != paused,
            _ => Some(chat) != first,
        };
        let others = self.app.administrators(is_asked).await;
        all.found.extend(others.found.into_iter().filter(hears));
        all.failure = others.failure.or(all.failure);
        all
    }

    async fn message(&self, note: &NoteJob) -> anyhow::Result<Message> {
        let reason = Text::marked(&note.reason);
        let (to, fallback) = match &note.subject {
            Subject::Said { message, .. } => return Ok((**message).clone()),
            Subject::Unheard { policy, alert } => {
                let show = Call::new(OWN, "alert show", json!({ "alert": alert }));
                let policies = Call::new(OWN, "escalations", json!({}));
                return Ok(Message::new()
                    .heading(format!("Nobody is paged by {policy}"))
                    // What fires is called as strangers say it.
                    .paragraph(Text::new().plain(note.reason.clone()))
                    .paragraph(
                        "Somebody has to see to it by hand. Other alerts that nobody hears of today come without another note.",
                    )
                    .tone(Tone::Bad)
                    .buttons(vec![Button::run("Show the alert", show), Button::run("Escalation policies", policies)]));
            }
            Subject::Paused { chat, workspace } => {
                let one = if workspace.is_empty() { String::new() } else { format!(" ({workspace})") };
                return Ok(Message::new()
                    .heading(format!("Nothing can be posted to {chat}{one}"))
                    .paragraph(reason)
                    .paragraph("Everything that is to be said there is kept, and posted once this is mended.")
                    .tone(Tone::Bad));
            }
            Subject::Renamed { platform, old, new, lines } => {
                return Ok(Message::new()
                    .heading(format!("{platform}:{old} is called {new} now"))
                    .paragraph(Text::new().plain("The configuration still says ").code(old.clone()).plain(format!(": {lines}.")))
                    .paragraph("Posts go on to the same channel. Write the new name before another channel takes the old one.")
                    .tone(Tone::Warning));
            }
            Subject::Reopened { to } => {
                let these = json!({ "kind": PostJob::KIND, "connection": subject(to) });
                return Ok(Message::new()
                    .heading(format!("{} takes posts again", written(to)))
                    .paragraph("What comes from now on is posted there. What was given up meanwhile can be posted as well.")
                    .tone(Tone::Good)
                    .buttons(vec![Button::run("Try all again …", Call::new(OWN, "redrive all", these))]));
            }
            Subject::Expires { connection, .. } => {
                return Ok(Message::new()
                    .heading(format!("The credentials of {connection} end"))
                    .paragraph(reason)
                    .tone(Tone::Warning));
            }
            Subject::ConsentEnded { connection } => {
                let authorize = Call::new(OWN, "authorize", json!({ "connection": connection }));
                return Ok(Message::new()
                    .heading(format!("{connection} has to be let in again"))
                    .paragraph(reason)
                    .paragraph("Nothing works there until somebody agrees again, as the account that the bot uses.")
                    .tone(Tone::Bad)
                    .buttons(vec![Button::run("Let it in again", authorize)]));
            }
            Subject::EndpointOff { endpoint } => {
                let enable = Call::new(OWN, "endpoint enable", json!({ "name": endpoint }));
                let mut last = Text::new().plain("It took nothing for five days. Its last answer: ");
                last.0.extend(reason.0);
                return Ok(Message::new()
                    .heading(format!("The endpoint {endpoint} is switched off"))
                    .paragraph(last)
                    .paragraph("What happens is not kept for it from now on. Mend the receiver, then switch it on.")
                    .tone(Tone::Bad)
                    .buttons(vec![Button::run("Switch it on", enable)]));
            }
            Subject::HookEnds { hook, ends } => {
                let rotate = Call::new(OWN, "hooks rotate", json!({ "name": hook }));
                let when = Text::new().plain("Its system ends it ").time(*ends).plain(", and nothing comes to it from then on.");
                return Ok(Message::new()
                    .heading(format!("The hook {hook} cannot be made anew"))
                    .paragraph(reason)
                    .paragraph(when)
                    .paragraph("It is tried again every hour. Once this is mended, you can set it up anew at once.")
                    .tone(Tone::Bad)
                    .buttons(vec![Button::run("Set it up anew", rotate)]));
            }
            Subject::Undeliverable { to, fallback } => (to, fallback),
        };
        let waiting = self.app.queue.waiting_in(&format!("{}:", to.key())).await?;
        let mut facts = vec![("Waiting".to_owned(), Text::from(waiting.to_string()))];
        let lines = self.lines_that_name(to);
        if !lines.is_empty() {
            facts.push(("Configured".to_owned(), Text::new().code("[[subscription]]").plain(format!(" in line {lines}"))));
        }
        let after = match fallback {
            Some(place) => Text::new()
                .plain("Until this is mended, it goes to ")
                .code(written(&Target::Place(place.clone())))
                .plain(" instead."),
            None => Text::new()
                .plain(
                    "What was to be said there is kept, and so is what comes today without another note. \
                    Once this is mended, ",
                )
                .code("/bellhop jobs")
                .plain(" lists it, and it can be tried again together."),
        };
        let message = Message::new()
            .heading(format!("Nothing can be posted to {}", written(to)))
            .paragraph(reason)
            .facts(facts)
            .paragraph(after)
            .tone(Tone::Bad);
        Ok(match fallback {
            Some(_) => message,
            // It says how many there are by then, and asks.
            None => {
                let these = json!({ "kind": PostJob::KIND, "connection": subject(to) });
                message.buttons(vec![Button::run("Try all again …", Call::new(OWN, "redrive all", these))])
            }
        })
    }

    /// `3, 17`: where the file names this place.
    fn lines_that_name(&self, to: &Target) -> String {
        let all = self.app.subscriptions.all();
        let lines = all.iter().filter(|it| it.to.target().key() == to.key());
        lines.filter_map(|it| Some(it.line?.to_string())).collect::<Vec<_>>().join(", ")
    }
}
