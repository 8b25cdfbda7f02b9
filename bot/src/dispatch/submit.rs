//! Taking a filled-in form.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use commands::{Actor, Button, Call, FieldKind, FieldProblem, Message, Reply, form, grammar};
use connectors::trace::Span;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::{
    Busy, Dispatch, Submission, Submitted,
    awaiting::Ending,
    fields::{is_blank, merge},
    line::{acceptance, has_secret, mark, record, without_secrets},
    replies,
    run::RunJob,
};
use crate::{
    app::OWN,
    builtins,
    chat::FormView,
    forms::{Form, WHOLE},
    people::{PersonId, approvals::Sealing, rules::Required},
    queue::{Accepted, NewJob},
};

/// A platform waits 3 s for the answer to a form; what takes longer is answered in chat.
const PATIENCE: Duration = Duration::from_millis(2_000);
/// What is still being tried after that has ended by then, or its process has.
const LATEST: Duration = Duration::from_secs(300);

/// Where a form goes on whose page is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It stays on its page: an answer was given that others go by, or the window was closed.
    Stay,
    /// To the page before.
    Back,
}

impl Dispatch {
    /// Keeps what was typed so far without reading it, and turns to another page; none when the form is gone or somebody
    /// else's.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it.
    pub async fn keep(&self, typed: &Submission, turn: Turn) -> Result<Option<FormView>, Busy> {
        let busy = |err: anyhow::Error| {
            tracing::error!(request.id = %typed.request_id, "A form cannot be read or stored: {err:#}");
            Busy::not_taken("the store cannot be reached")
        };
        let Some(mut form) = self.app.forms.load(&typed.form).await.map_err(busy)? else { return Ok(None) };
        if form.sent.is_some() || !is_theirs(&form, typed) {
            return Ok(None);
        }
        let fields = self.app.fields(&form.call);
        merge(&fields, &mut form.values, &typed.values);
        form.values = without_secrets(&fields, &form.values);
        for problem in self.app.misplaced(&fields, &form.values) {
            form.values.shift_remove(&problem.field);
        }
        if turn == Turn::Back && form.step > 1 {
            form.step -= 1;
        }
        form.problems.clear();
        self.app.forms.save(&form).await.map_err(busy)?;
        Ok(self.app.view(&form))
    }

    /// Whom a form's answer goes to, if its person has filled anything in that was not there when it opened.
    pub async fn begun(&self, id: &str) -> Option<crate::chat::Answering> {
        let form = self.app.forms.load(id).await.ok()??;
        let fields = self.app.fields(&form.call);
        let renewed = self.app.renewed(&form.call);
        let is_new = |field: &commands::Field| {
            let Some(value) = form.values.get(&field.name).filter(|it| !is_blank(it)) else { return false };
            let kept = renewed.as_ref().and_then(|it| it.settings.get(&field.name));
            let before = form.call.params.get(&field.name).or(kept).or(field.default.as_ref());
            // What cannot be read was typed by somebody.
            form::value(field, value, super::today()).map_or(true, |read| read.as_ref() != before)
        };
        fields.iter().any(is_new).then_some(form.to)
    }

    /// Takes a filled-in form. Answers within 2.5 s whatever the connector does.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted, and what was typed is still in the window.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let busy = |err: anyhow::Error| {
            tracing::error!(request.id = %submission.request_id, "A form cannot be read or stored: {err:#}");
            Busy::not_taken("the store cannot be reached")
        };
        let open = app.forms.load(&submission.form).await.map_err(busy)?.filter(|it| it.sent.is_none());
        let Some(mut form) = open else {
            return Ok(Submitted::Gone(Message::text(
                "This form was sent already, or is older than a day. Give the command again to open a new one.",
            )));
        };
        if !is_theirs(&form, &submission) {
            return Ok(Submitted::Gone(Message::text("Only the person who opened this form can send it.")));
        }
        if let Err(refusal) = self.may(&form.to, &form.call).await {
            app.note_refusal(&form.to, &form.call, &submission.request_id, &submission.key).await;
            return Ok(Submitted::Refused(vec![FieldProblem::new("", refusal.summary())]));
        }
        let fields = app.fields(&form.call);
        let Some(last) = fields.iter().map(|it| it.step).max() else {
            return Ok(Submitted::Gone(Message::text("This command is not there any more. `help` lists what there is.")));
        };

        let on_page = |step: u8| form.step == WHOLE || step == form.step;
        let (page, others): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|it| on_page(it.step));
        let mut given = submission.values.clone();
        given.extend(page.iter().filter(|it| !submission.values.contains_key(&it.name)).map(|it| (it.name.clone(), Value::Null)));
        merge(&fields, &mut form.values, &given);
        // Given together, they are sent together: what does not fit is refused with a reason.
        form.values.extend(
            page.iter()
                .filter_map(|it| Some((it.name.clone(), submission.values.get(&it.name)?.clone())))
                .filter(|(name, _)| page.iter().any(|it| it.name == *name && it.needs.is_some())),
        );
        let mut values = form.values.clone();
        form.values = without_secrets(&fields, &form.values);
        let misplaced = app.misplaced(&fields, &form.values);
        if !misplaced.is_empty() {
            // Not kept either: the window still shows it.
            for problem in &misplaced {
                form.values.shift_remove(&problem.field);
            }
            app.forms.save(&form).await.map_err(busy)?;
            return Ok(Submitted::Refused(misplaced));
        }
        let today = app.now_of(&PersonId::asker(&form.to), &typed_in(&values)).await;
        if let Err(problems) = form::read(&page, &values, today.clone()) {
            form.problems = problems.clone();
            app.forms.save(&form).await.map_err(busy)?;
            return Ok(Submitted::Refused(problems));
        }
        form.problems.clear();
        if form.step != WHOLE && form.step < last {
            form.step += 1;
            app.forms.save(&form).await.map_err(busy)?;
            let view = app.view(&form);
            return Ok(
                view.map_or_else(|| Submitted::Gone(Message::text("This command is gone.")), |it| Submitted::Next(Box::new(it)))
            );
        }

        values.retain(|name, _| page.iter().chain(&others).any(|it| it.name == *name));
        let params = match form::read(&fields, &values, today) {
            Ok(params) => params,
            Err(problems) => return Ok(self.refused(form, problems).await),
        };
        app.forms.save(&form).await.map_err(busy)?;
        let mut call = form.call.clone();
        let hidden: Map<_, _> = call.params.into_iter().filter(|(name, _)| !fields.iter().any(|it| it.name == *name)).collect();
        call.params = hidden;
        call.params.extend(params);
        if (call.group.as_str(), call.action.as_str()) == (OWN, builtins::RUN) {
            return self.run_line(&form, &call, submission).await;
        }
        if has_secret(&fields) {
            self.run_now(&form, call, &submission).await
        } else {
            self.take_form(form, call, submission).await
        }
    }

    /// Commits the call, and waits a moment for a refusal that belongs at a field.
    async fn take_form(&self, form: Form, call: Call, submission: Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let waiting = app.awaiting.wait(&submission.request_id);
        let mut job = RunJob::new(call, form.to.clone(), submission.request_id.clone());
        job.form = Some(form.id.clone());
        let acceptance = acceptance(app, &submission.key, submission.raw, job);
        match app.queue.accept(acceptance).await.map_err(Busy::from)? {
            Accepted::Duplicate => return Ok(Submitted::Accepted),
            Accepted::New(_) => {}
        }
        Ok(match waiting.at_most(PATIENCE).await {
            Some(Ending::Refused(problems)) => self.refused(form, problems).await,
            Some(Ending::Done) | None => Submitted::Accepted,
        })
    }

    /// A refusal at a field of an earlier page leads back to that page: here, nobody could mend it.
    async fn refused(&self, mut form: Form, problems: Vec<FieldProblem>) -> Submitted {
        let fields = self.app.fields(&form.call);
        let page_of = |problem: &FieldProblem| fields.iter().find(|it| it.name == problem.field).map(|it| it.step);
        let earlier = |page: &u8| form.step != WHOLE && *page < form.step;
        let Some(page) = problems.iter().filter_map(page_of).min().filter(earlier) else {
            return Submitted::Refused(problems);
        };
        form.step = page;
        form.problems = problems.clone();
        match (self.app.forms.save(&form).await, self.app.view(&form)) {
            (Ok(()), Some(view)) => Submitted::Next(Box::new(view)),
            (saved, _) => {
                if let Err(err) = saved {
                    tracing::error!("A form cannot be stored: {err:#}");
                }
                Submitted::Refused(problems)
            }
        }
    }

    /// `run`: what was chosen or typed is taken as if it had been typed in chat, and opens its own form if something is missing.
    async fn run_line(&self, form: &Form, call: &Call, submission: Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let groups = app.groups();
        let typed = call.params.get("command").and_then(Value::as_str).unwrap_or_default();
        let text = app.shorthand.expand(&form.to, &groups, &builtins::line_of(&groups, typed)).await;
        let defaults = app.shorthand.defaults(&form.to.place).await;
        let today = app.now_of(&PersonId::asker(&form.to), &text).await;
        let refused = |message: String| Ok(Submitted::Refused(vec![FieldProblem::new("command", message)]));
        let parsed = grammar::parse(&groups, &grammar::Setting { defaults: &defaults, today }, &text);
        let (call, problems) = match parsed {
            Ok(grammar::Parsed::Call(call)) => (call, None),
            Ok(grammar::Parsed::Form(draft)) => (draft.call, Some(draft.problems)),
            Ok(grammar::Parsed::Help { group, action }) => {
                let groups = self.authority(&form.to).await.visible(&groups);
                let typed = |name: &str| super::typed(&form.to.place.platform, name);
                let help = commands::help::message(&groups, &typed, group.as_deref(), action.as_deref());
                let acceptance = crate::queue::Acceptance {
                    source: format!("{}:{}", form.to.place.platform, form.to.place.workspace),
                    key: submission.key,
                    body: submission.raw,
                    audit: None,
                    jobs: vec![replies::post(&form.to, &submission.request_id, Reply::to_asker(help))],
                    news: Vec::new(),
                };
                app.queue.accept(acceptance).await.map_err(Busy::from)?;
                let _ = app.forms.close(&form.id).await;
                return Ok(Submitted::Accepted);
            }
            Err(err) => return refused(err.message),
        };
        if (call.group.as_str(), call.action.as_str()) == (OWN, builtins::RUN) {
            return refused("Choose the command itself, or type it.".into());
        }
        if let Err(refusal) = self.may(&form.to, &call).await {
            app.note_refusal(&form.to, &call, &submission.request_id, &submission.key).await;
            return refused(refusal.summary());
        }
        let mut next = app.new_form(call.clone(), problems.clone().unwrap_or_default(), form.to.clone());
        next.asking.clone_from(&form.asking);
        if problems.is_none() {
            return self.take_form(form.clone(), call, submission).await;
        }
        let stored = async {
            app.forms.save(&next).await?;
            app.forms.remove(&form.id).await
        };
        stored.await.map_err(|err| {
            tracing::error!(request.id = %submission.request_id, "A form cannot be stored: {err:#}");
            Busy::not_taken("the store cannot be reached")
        })?;
        Ok(app
            .view(&next)
            .map_or_else(|| Submitted::Gone(Message::text("This command is gone.")), |view| Submitted::Next(Box::new(view))))
    }

    /// Runs a call that holds a secret at once and in place: a job would write it down in the clear.
    async fn run_now(&self, form: &Form, call: Call, submission: &Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let actor = self.actor(&form.to).await;
        let refused = |message: String| Ok(Submitted::Refused(vec![FieldProblem::new("", message)]));
        let groups = app.groups();
        let Some(spec) = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action)) else {
            return refused("This command is not there any more.".into());
        };
        let channel = form.to.place.channel_key();
        if let Err(err) = app.authorize(&actor, &call, Some(&channel)).await {
            app.note_refusal(&form.to, &call, &submission.request_id, &submission.key).await;
            return refused(err.message);
        }
        if let Some(required) = app.authority(&actor, Some(&channel)).await.required(&call.group, spec) {
            return self.run_later(form, call, &actor, required, submission).await;
        }
        let ctx = match app.ctx_of(actor, &call.group, &submission.request_id, &form.to.place).await {
            Ok(ctx) => ctx,
            Err(err) => return refused(err.message),
        };
        // On a task of its own: what is tried is tried to its end, whoever waits.
        let (sender, mut ending) = oneshot::channel();
        let (running, asked, request_id) = (Arc::clone(app), call.clone(), submission.request_id.clone());
        let (promised, promise) = oneshot::channel();
        let (key, late_call) = (submission.key.clone(), call.clone());
        let late = Late { form: form.clone(), call: late_call, key, request_id: request_id.clone(), promise };
        let (dispatch, here) = (self.clone(), Span::here());
        let running = async move {
            let ran = connectors::http::scope(request_id, running.run(&asked, &ctx)).await;
            if let Err(ran) = sender.send(ran) {
                dispatch.ended_late(late, ran).await;
            }
        };
        tokio::spawn(async move { here.around(running).await });
        let ran = match tokio::time::timeout(PATIENCE, &mut ending).await {
            Ok(ran) => ran.ok(),
            Err(_) => {
                ending.close();
                ending.try_recv().ok()
            }
        };
        match ran {
            Some(Ok(reply)) => Ok(self.ran(form, &call, submission, reply).await),
            Some(Err(err)) => {
                let key = format!("{}-ended", submission.key);
                app.note_end(&form.to, &call, &mark(err.kind), &submission.request_id, &key).await;
                if err.fields.is_empty() { refused(err.message) } else { Ok(Submitted::Refused(err.fields)) }
            }
            None => {
                let text = "This takes longer than usual. It is still being tried, and you will be told how it ended.";
                let key = |what: &str| format!("{}-{what}", submission.request_id);
                let waiting = replies::post(&form.to, &key("wait"), Reply::to_asker(text));
                // What was typed is in memory alone: if this process ends first, its end is told all the same.
                let again = Call { params: without_secrets(&app.fields(&call), &call.params), ..call };
                let asked = RunJob::new(again, form.to.clone(), submission.request_id.clone());
                let interrupted = replies::post(&form.to, &key("interrupted"), replies::interrupted_form(&asked));
                let interrupted = NewJob { run_at: app.store.now().checked_add(LATEST).ok(), ..interrupted };
                let said = self.say_after(form, &format!("{}-wait", submission.key), None, vec![waiting, interrupted]).await;
                let _ = promised.send(said.last().copied());
                Ok(Submitted::Accepted)
            }
        }
    }

    /// Asks others to agree to a call that holds secrets. They are sealed beside what is kept of it, and nowhere else.
    async fn run_later(
        &self,
        form: &Form,
        mut call: Call,
        actor: &Actor,
        required: &Required,
        submission: &Submission,
    ) -> Result<Submitted, Busy> {
        let app = &self.app;
        let refused = |message: String| Ok(Submitted::Refused(vec![FieldProblem::new("", message)]));
        let Some(vault) = &app.vault else { return refused(crate::setup::NO_KEY.into()) };
        let fields = app.fields(&call);
        let mut secrets = BTreeMap::new();
        for field in fields.iter().filter(|it| it.kind == FieldKind::Secret) {
            if let Some(Value::String(secret)) = call.params.shift_remove(&field.name) {
                secrets.insert(field.name.clone(), secret.into());
            }
        }
        let mut job = RunJob::new(call, form.to.clone(), submission.request_id.clone());
        job.sealed = secrets.keys().cloned().collect();
        match app.ask_for_approval(&job, actor, required, Some(Sealing { vault, secrets })).await {
            Ok(reply) => {
                let _ = app.forms.close(&form.id).await;
                let post = replies::post(&form.to, &submission.request_id, reply);
                self.say_after(form, &submission.key, None, vec![post]).await;
                Ok(Submitted::Accepted)
            }
            Err(err) => refused(err.message),
        }
    }

    /// What follows from a form that was run in place: its reply, and the next form of a setup, if it is part of one.
    async fn ran(&self, form: &Form, call: &Call, submission: &Submission, reply: Reply) -> Submitted {
        let app = &self.app;
        let _ = app.forms.close(&form.id).await;
        let post = replies::post(&form.to, &submission.request_id, reply);
        let audit = record(app, call, &form.to, &submission.request_id);
        self.say_after(form, &submission.key, Some(audit), vec![post]).await;
        match self.next_of_setup(form, call).await {
            Some(view) => Submitted::Next(Box::new(view)),
            None => Submitted::Accepted,
        }
    }

    /// The form of what is to be connected next, where `call` connected something as part of a setup.
    async fn next_of_setup(&self, form: &Form, call: &Call) -> Option<FormView> {
        let next = crate::setup::next_call(&self.app, call, &PersonId::asker(&form.to)).await?;
        let mut next = self.app.new_form(next, Vec::new(), form.to.clone());
        next.asking.clone_from(&form.asking);
        if let Err(err) = self.app.forms.save(&next).await {
            tracing::error!("The next form of a setup cannot be stored; its message leads there as well: {err:#}");
            return None;
        }
        self.app.view(&next)
    }

    /// Tells the end of what was still being tried when its form was closed.
    async fn ended_late(&self, late: Late, ran: commands::Result<Reply>) {
        let Late { form, call, key, request_id, promise } = late;
        let (reply, audit) = match ran {
            Ok(reply) => {
                let _ = self.app.forms.close(&form.id).await;
                (reply, Some(record(&self.app, &call, &form.to, &request_id)))
            }
            Err(err) => {
                let fields = self.app.fields(&call);
                let failed = record(&self.app, &call, &form.to, &request_id);
                let action = format!("[{}] {}", mark(err.kind), failed.action);
                let again = Call { params: without_secrets(&fields, &call.params), ..call };
                let message = replies::failure(&err).buttons(vec![Button::form("Try again…", again).primary()]);
                (Reply::to_asker(message), Some(crate::audit::Record { action, ..failed }))
            }
        };
        let post = replies::post(&form.to, &request_id, reply);
        let said = self.say_after(&form, &key, audit, vec![post]).await;
        if let (Ok(Some(interrupted)), false) = (promise.await, said.is_empty())
            && let Err(err) = self.app.queue.cancel(interrupted, "it came to its end", None).await
        {
            tracing::error!(job.id = interrupted, "What ended will be told as interrupted: {err:#}");
        }
    }

    /// Commits what is said after something was done in place: the jobs' numbers, none where that is not possible.
    async fn say_after(&self, form: &Form, key: &str, audit: Option<crate::audit::Record>, jobs: Vec<NewJob>) -> Vec<i64> {
        let posted = self.app.queue.accept(crate::queue::Acceptance {
            source: format!("{}:{}", form.to.place.platform, form.to.place.workspace),
            key: key.to_owned(),
            body: bytes::Bytes::new(),
            audit,
            jobs,
            news: Vec::new(),
        });
        match posted.await {
            Ok(Accepted::New(ids)) => ids,
            Ok(Accepted::Duplicate) => Vec::new(),
            Err(err) => {
                tracing::error!("It was done, but its reply cannot be stored: {}", err.reason);
                Vec::new()
            }
        }
    }
}

/// A form whose end nobody waited for.
struct Late {
    form: Form,
    call: Call,
    key: String,
    request_id: String,
    /// The job that tells of an end by the process's own, to be cancelled.
    promise: oneshot::Receiver<Option<i64>>,
}

/// Whether it is the person's own form that they send.
fn is_theirs(form: &Form, sent: &Submission) -> bool {
    let place = &form.to.place;
    (&place.platform, &place.workspace, &form.to.asker) == (&sent.platform, &sent.workspace, &sent.person)
}

/// Everything that was typed into a form, as one line.
fn typed_in(values: &Map<String, Value>) -> String {
    values.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}
