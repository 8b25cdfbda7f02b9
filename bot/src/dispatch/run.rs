//! The job that runs an action.
//!
//! What the system's answer means for the job: done; refused, and told to the asker, in the form's
//! window if that is still open; out of reach, and then a write is kept and promised while a read
//! is answered at once; or unknown, and then a write is never repeated by itself: its asker is asked.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use commands::{
    ActionSpec, Actor, BoxFuture, Button, Call, Ctx, Effect, Error, ErrorKind, FieldProblem, Host, Press, Reply, grammar,
};
use connectors::{http::Departure, trace};
use jiff::{Timestamp, ToSpan};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{awaiting::Ending, post::PostJob, replies};
use crate::{
    app::{App, ChatHost, OWN},
    audit, builtins,
    chat::{Answering, File, Place},
    people::{self, approvals, roles::Role},
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
    store::unreadable,
};

/// An action to run, as stored in a job of kind [`RunJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunJob {
    pub call: Call,
    pub to: Answering,
    pub request_id: String,
    /// The form it came from, removed when it is done.
    #[serde(default)]
    pub form: Option<String>,
    /// The asker was told that it is kept.
    #[serde(default)]
    pub promised: bool,
    pub asked_at: Timestamp,
    /// What others agreed to, where they had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<i64>,
    /// Which values are sealed beside that approval: secrets of its form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<String>,
}

impl RunJob {
    pub const KIND: &'static str = "run";

    pub fn new(call: Call, to: Answering, request_id: String) -> RunJob {
        RunJob {
            call,
            to,
            request_id,
            form: None,
            promised: false,
            asked_at: Timestamp::now(),
            approved: None,
            sealed: Vec::new(),
        }
    }

    pub fn into_job(self) -> NewJob {
        NewJob {
            kind: RunJob::KIND,
            lane: None,
            priority: Priority::Command,
            expires: Some(self.asked_at + 72.hours()),
            payload: Payload::of(&self),
            run_at: None,
            unique: None,
        }
    }
}

/// Runs [`RunJob`]s.
pub struct Run {
    pub app: Arc<App>,
}

impl Handler for Run {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<RunJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let span = tracing::info_span!("run", request.id = %asked.request_id, job.id = job.id, group = %asked.call.group, action = %asked.call.action);
            use tracing::Instrument;
            if trace::is_on() {
                trace::note("bellhop.request.id", asked.request_id.clone());
                trace::note("bellhop.command.group", asked.call.group.clone());
                trace::note("bellhop.command.action", asked.call.action.clone());
            }
            let outcome = connectors::http::scope(asked.request_id.clone(), self.attempt(job, &asked, lease))
                .instrument(span.clone())
                .await;
            span.in_scope(|| log(&asked, &outcome));
            outcome
        })
    }

    /// Three days of trying, or the command's own end: the asker was promised to be told.
    fn died(&self, job: &Job, reason: &str) -> Writes {
        match job.payload.read::<RunJob>() {
            Ok(asked) => Writes {
                jobs: vec![replies::post(&asked.to, &asked.request_id, replies::given_up(&asked, reason))],
                audits: vec![ended(&self.app, &asked, "given up")],
                ..Writes::default()
            },
            Err(_) => Writes::default(),
        }
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match job.payload.read::<RunJob>() {
                Ok(asked) => done(&self.app, &asked, replies::interrupted(&asked)).await,
                Err(err) => Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            }
        })
    }
}

/// Notes that the job is being sent when the first request leaves that must not be repeated, and not
/// before: a job that was only looking things up when the bot stopped is simply run again.
struct Noted {
    lease: Lease,
    /// Whether one of those requests was done: the others cannot be tried again without it.
    done: AtomicBool,
}

impl Departure for Noted {
    fn leave(&self) -> BoxFuture<'_, commands::Result<()>> {
        // What is returned after this is not committed, so nobody reads the sentence.
        Box::pin(async { self.lease.sending().await.map_err(|_| Error::internal("Another worker has this job.")) })
    }

    fn done(&self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

/// Whether a call may be run now.
pub(crate) enum Admitted {
    Yes,
    /// Others have to agree first, which this tells who asked.
    Waits(Reply),
}

/// How long to wait where a system asks us to and does not say how long.
const UNTOLD: std::time::Duration = std::time::Duration::from_secs(10);

impl Run {
    async fn attempt(&self, job: &Job, asked: &RunJob, lease: &Lease) -> Outcome {
        let app = &self.app;
        let groups = app.groups();
        let spec = groups.iter().find(|it| it.name == asked.call.group).and_then(|it| it.find(&asked.call.action));
        let Some(spec) = spec else {
            let err = app.connections.get(&asked.call.group).err();
            let err = err.unwrap_or_else(|| Error::not_found(format!("There is no command `{}` any more.", asked.call.action)));
            return self.refused(asked, &err, None).await;
        };
        let actor = match app.actor(&asked.to).await {
            Ok(actor) => actor,
            // A chat that is out of reach could not be answered either. One that only fails to say who it
            // is gets a second chance, and then the person is a stranger.
            Err(err) if err.is_temporary() && (err.kind != ErrorKind::Server || job.attempt == 1) => {
                let after = err.retry_after.or((err.kind == ErrorKind::Server).then_some(std::time::Duration::from_secs(1)));
                let reason = format!("the chat could not be asked who {} is: {err}", asked.to.asker);
                return Outcome::Retry { after, reason, writes: Writes::default() };
            }
            Err(err) => {
                tracing::warn!("The chat does not say who {} is: {err}", asked.to.asker);
                people::stranger(&asked.to.place.platform, &asked.to.place.workspace, &asked.to.asker)
            }
        };
        match self.admit(asked, &actor, spec).await {
            Ok(Admitted::Yes) => {}
            Ok(Admitted::Waits(reply)) => {
                if let Some(form) = &asked.form {
                    let _ = app.forms.close(form).await;
                }
                app.awaiting.tell(&asked.request_id, Ending::Done);
                count(asked, "waits");
                return done(app, asked, reply).await;
            }
            Err(err) if err.is_temporary() => {
                return Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() };
            }
            Err(err) => {
                if err.kind == ErrorKind::Permission {
                    app.note_refusal(&asked.to, &asked.call, &asked.request_id, &format!("job:{}", job.id)).await;
                    return self.refused(asked, &err, None).await;
                }
                return self.refused(asked, &err, Some(spec)).await;
            }
        }
        let mut call = asked.call.clone();
        if let Err(err) = app.name_people(&mut call, spec, &asked.to).await {
            return self.refused(asked, &err, Some(spec)).await;
        }
        if let Err(err) = self.unseal(asked, &mut call).await {
            return self.refused(asked, &err, Some(spec)).await;
        }

        let started = std::time::Instant::now();
        let name = actor.name.clone();
        let tell = |outcome: Outcome, why: Option<&str>| match outcome {
            Outcome::Done(writes) if spec.effect > Effect::Read => {
                Outcome::Done(writes.and(app.tell_of_command(asked, &name, why)))
            }
            other => other,
        };
        let ctx = match app.ctx_of(actor, &call.group, &asked.request_id, &asked.to.place).await {
            Ok(ctx) => ctx,
            // Under which account is not known: better later than under a wrong one.
            Err(err) => return Outcome::Retry { after: None, reason: err.message, writes: Writes::default() },
        };
        let departure = Arc::new(Noted { lease: lease.clone(), done: AtomicBool::new(false) });
        let ran = connectors::http::departing(departure.clone(), app.run(&call, &ctx)).await;
        // Of several steps the first was taken: the same from the beginning would take it twice.
        let ran =
            ran.map_err(|err| if departure.done.load(Ordering::Relaxed) && err.is_temporary() { err.maybe_done() } else { err });
        metrics::histogram!("bellhop_action_seconds", "group" => call.group.clone(), "action" => call.action.clone())
            .record(started.elapsed().as_secs_f64());
        if !asked.sealed.is_empty() && ran.as_ref().err().is_none_or(|err| err.maybe_done || !err.is_temporary()) {
            self.forget(asked).await;
        }
        match ran {
            Ok(reply) => {
                if let Some(form) = &asked.form {
                    let _ = app.forms.close(form).await;
                }
                app.awaiting.tell(&asked.request_id, Ending::Done);
                count(asked, "done");
                let reply = if asked.promised { replies::kept_promise(asked, reply) } else { reply };
                let pictures = app.pictures_of(&call).await;
                tell(illustrated(done(app, asked, reply).await, pictures), None)
            }
            Err(err) if err.maybe_done && spec.effect > Effect::Read => {
                count(asked, "unknown");
                let audits = vec![ended(app, asked, "not known whether it was done")];
                noted(done(app, asked, replies::unknown(asked, &err)).await, audits)
            }
            Err(err) if err.is_temporary() && spec.effect > Effect::Read => self.keep(job, asked, &err),
            Err(err) => tell(self.refused(asked, &err, Some(spec)).await, Some(&err.message)),
        }
    }

    /// Looks at the person's rights as they are now, and at what others have to agree to.
    pub(crate) async fn admit(&self, asked: &RunJob, actor: &Actor, spec: &ActionSpec) -> commands::Result<Admitted> {
        let app = &self.app;
        let channel = asked.to.place.channel_key();
        app.authorize(actor, &asked.call, Some(&channel)).await?;
        if let Some(id) = asked.approved {
            let kept = app.people.approvals.load(id).await.map_err(unreadable)?;
            return approvals::check(kept.as_ref(), asked).map(|()| Admitted::Yes);
        }
        let authority = app.authority(actor, Some(&channel)).await;
        match authority.required(&asked.call.group, spec).filter(|_| !builtins::only_looks(&asked.call)) {
            Some(required) => Box::pin(app.ask_for_approval(asked, actor, required, None)).await.map(Admitted::Waits),
            None => Ok(Admitted::Yes),
        }
    }

    /// A write whose system is out of reach: kept, and promised once.
    fn keep(&self, job: &Job, asked: &RunJob, err: &Error) -> Outcome {
        let mut writes = Writes::default();
        if !asked.promised {
            count(asked, "kept");
            writes.payload = Some(Payload::of(&RunJob { promised: true, ..asked.clone() }));
            writes.jobs.push(replies::post(&asked.to, &format!("{}-kept", asked.request_id), replies::promise(job, asked, err)));
        }
        let reason = err.message.clone();
        match err.kind {
            ErrorKind::RateLimited | ErrorKind::BreakerOpen => {
                Outcome::Snooze { after: err.retry_after.unwrap_or(UNTOLD), reason, writes }
            }
            _ => Outcome::Retry { after: err.retry_after, reason, writes },
        }
    }

    /// Puts the secrets in their places that were sealed while others were asked.
    async fn unseal(&self, asked: &RunJob, call: &mut Call) -> commands::Result<()> {
        let (Some(id), false) = (asked.approved, asked.sealed.is_empty()) else { return Ok(()) };
        let gone = || {
            let message = "The secrets that were typed for this are not kept any more. Give the command again.";
            Error::new(ErrorKind::NotFound, message)
        };
        let vault = self.app.vault.as_ref().ok_or_else(gone)?;
        let secrets = self.app.people.approvals.secrets(vault, id).await.map_err(unreadable)?;
        for name in &asked.sealed {
            let secret = secrets.get(name).ok_or_else(gone)?;
            call.params.insert(name.clone(), json!(secret.expose_secret()));
        }
        Ok(())
    }

    async fn forget(&self, asked: &RunJob) {
        let Some(id) = asked.approved else { return };
        if let Err(err) = self.app.people.approvals.forget(id).await {
            tracing::warn!(approval = id, "What was sealed for it is forgotten later: {err:#}");
        }
    }

    /// Told to the asker: at the field while the form's window is open, else in chat. Of an action that `spec` says changes
    /// something, how it ended is a line of the audit log.
    async fn refused(&self, asked: &RunJob, err: &Error, spec: Option<&ActionSpec>) -> Outcome {
        count(asked, "refused");
        let is_noted = spec.is_some_and(|it| it.effect > Effect::Read || err.kind == ErrorKind::Permission);
        let audits: Vec<_> = is_noted.then(|| ended(&self.app, asked, &super::line::mark(err.kind))).into_iter().collect();
        if asked.form.is_some() {
            let problems =
                if err.fields.is_empty() { vec![FieldProblem::new("", err.message.clone())] } else { err.fields.clone() };
            if self.app.awaiting.tell(&asked.request_id, Ending::Refused(problems)) {
                return Outcome::Done(Writes { audits, ..Writes::default() });
            }
        }
        noted(done(&self.app, asked, replies::refused(asked, err)).await, audits)
    }
}

async fn done(app: &App, asked: &RunJob, reply: Reply) -> Outcome {
    let groups = app.groups();
    let print = |button: &Button| match button.press {
        Press::Run => grammar::print(&groups, &button.call),
        Press::Form => grammar::print_form(&groups, &button.call),
    };
    let reply = app.documents.keep(reply, &asked.call, &asked.to, &print).await;
    Outcome::Done(Writes { jobs: replies::posts(&asked.to, &asked.request_id, reply), ..Writes::default() })
}

/// The line of the audit log that says how it ended.
fn ended(app: &App, asked: &RunJob, mark: &str) -> audit::Record {
    let record = super::line::record(app, &asked.call, &asked.to, &asked.request_id);
    audit::Record { action: format!("[{mark}] {}", record.action), ..record }
}

fn noted(outcome: Outcome, audits: Vec<audit::Record>) -> Outcome {
    match outcome {
        Outcome::Done(mut writes) => {
            writes.audits.extend(audits);
            Outcome::Done(writes)
        }
        outcome => outcome,
    }
}

/// The same with a picture beside the answer.
fn illustrated(outcome: Outcome, pictures: Vec<File>) -> Outcome {
    match outcome {
        Outcome::Done(mut writes) if !pictures.is_empty() => {
            if let Some(job) = writes.jobs.iter_mut().find(|it| it.kind == PostJob::KIND)
                && let Ok(mut answer) = job.payload.read::<PostJob>()
            {
                answer.post.files.extend(pictures);
                job.payload = Payload::of(&answer);
            }
            Outcome::Done(writes)
        }
        outcome => outcome,
    }
}

fn count(asked: &RunJob, outcome: &'static str) {
    let (group, action) = (asked.call.group.clone(), asked.call.action.clone());
    metrics::counter!("bellhop_commands_total", "group" => group, "action" => action, "outcome" => outcome).increment(1);
}

fn log(asked: &RunJob, outcome: &Outcome) {
    let seconds = Timestamp::now().duration_since(asked.asked_at).as_secs_f64();
    match outcome {
        Outcome::Done(_) => {
            metrics::histogram!("bellhop_command_seconds").record(seconds);
            tracing::info!(elapsed_s = seconds, "Ran {} {}", asked.call.group, asked.call.action);
        }
        Outcome::Retry { reason, .. } | Outcome::Snooze { reason, .. } | Outcome::Ambiguous { reason, .. } => {
            tracing::warn!("Kept {} {} for later: {reason}", asked.call.group, asked.call.action)
        }
        Outcome::Cancel { reason, .. } | Outcome::Dead { reason, .. } => {
            tracing::error!("Gave up {} {}: {reason}", asked.call.group, asked.call.action)
        }
    }
}

impl App {
    /// Who that is, as the chat says.
    ///
    /// # Errors
    /// Those of the chat.
    pub async fn actor(&self, to: &Answering) -> commands::Result<Actor> {
        // A phone whose number one person gave as theirs speaks for that person.
        if to.place.platform == "sms"
            && let Ok(Some(person)) = self.person_at(&to.asker).await
            && let Some(platform) = self.platforms.get(&person.platform)
        {
            return platform.person(&person.workspace, &person.id).await;
        }
        match self.platforms.get(&to.place.platform) {
            Some(platform) => platform.person(&to.place.workspace, &to.asker).await,
            None => Err(Error::internal(format!("there is no chat `{}`", to.place.platform))),
        }
    }

    /// What an action is told about the request it serves, with the account that is linked to the actor.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn ctx_of(&self, actor: Actor, group: &str, request_id: &str, place: &Place) -> commands::Result<Ctx> {
        // What the bot's own commands take an administrator to be is what the documents say.
        let authority = self.authority(&actor, Some(&place.channel_key())).await;
        let actor = Actor { admin: authority.standing(OWN).role >= Role::Admin, ..actor };
        let account = if group == OWN { None } else { self.linked_account(&actor, group).await?.map(|it| it.account) };
        Ok(Ctx { account, ..self.ctx(actor, group, request_id, place) })
    }

    /// The same without looking for an account: systems go by the actor's address.
    pub fn ctx(&self, actor: Actor, group: &str, request_id: &str, place: &Place) -> Ctx {
        let platform = self.platforms.get(&actor.platform).cloned();
        let host: Arc<dyn Host> =
            Arc::new(ChatHost { platform, workspace: actor.workspace.clone(), forms: self.forms.clone(), web: self.web.clone() });
        let channel = (!place.channel.is_empty()).then(|| place.channel_key());
        Ctx { actor, account: None, group: group.into(), channel, now: Timestamp::now(), request_id: request_id.into(), host }
    }
}
