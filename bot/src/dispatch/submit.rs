//! Taking a filled-in form.

use std::time::Duration;

use commands::{Call, FieldProblem, Message, form};
use serde_json::{Map, Value};

use super::{
    Busy, Dispatch, Submission, Submitted,
    awaiting::Ending,
    line::{acceptance, has_secret, record, without_secrets},
    replies,
    run::RunJob,
};
use crate::{forms::Form, people::PersonId, queue::Accepted};

/// A platform waits 3 s for the answer to a form; what takes longer is answered in chat.
const PATIENCE: Duration = Duration::from_millis(2_000);

impl Dispatch {
    /// Takes a filled-in form. Answers within 2.5 s whatever the connector does.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted, and what was typed is still in the window.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let busy = |err: anyhow::Error| {
            tracing::error!(request.id = %submission.request_id, "A form cannot be read or stored: {err:#}");
            Busy { reason: "the store cannot be reached".into() }
        };
        let Some(mut form) = app.forms.load(&submission.form).await.map_err(busy)? else {
            return Ok(Submitted::Gone(Message::text(
                "This form was sent already, or is older than a day. Give the command again to open a new one.",
            )));
        };
        let place = &form.to.place;
        if (&place.platform, &place.workspace, &form.to.asker)
            != (&submission.platform, &submission.workspace, &submission.person)
        {
            return Ok(Submitted::Gone(Message::text("Only the person who opened this form can send it.")));
        }
        let fields = app.fields(&form.call);
        let Some(last) = fields.iter().map(|it| it.step).max() else {
            return Ok(Submitted::Gone(Message::text("This command is not there any more. `help` lists what there is.")));
        };

        let (page, others): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|it| it.step == form.step);
        for field in &page {
            form.values.remove(&field.name);
        }
        form.values.extend(submission.values.clone());
        let mut values = form.values.clone();
        form.values = without_secrets(&fields, &form.values);
        let today = app.today_of(&PersonId::asker(&form.to), &typed_in(&values)).await;
        if let Err(problems) = form::read(&page, &values, today) {
            form.problems = problems.clone();
            app.forms.save(&form).await.map_err(busy)?;
            return Ok(Submitted::Refused(problems));
        }
        form.problems.clear();
        if form.step < last {
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
        match app.queue.accept(acceptance).await.map_err(|it| Busy { reason: it.reason })? {
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
        let Some(page) = problems.iter().filter_map(page_of).min().filter(|it| *it < form.step) else {
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

    /// Runs a call that holds a secret at once and in place: a job would write it down in the clear.
    async fn run_now(&self, form: &Form, call: Call, submission: &Submission) -> Result<Submitted, Busy> {
        let app = &self.app;
        let actor = self.actor(&form.to).await;
        let refused = |message: String| Ok(Submitted::Refused(vec![FieldProblem::new("", message)]));
        let groups = app.groups();
        let Some(spec) = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action)) else {
            return refused("This command is not there any more.".into());
        };
        if let Err(err) = app.permit(&actor, spec).await {
            return refused(err.message);
        }
        let ctx = match app.ctx_of(actor, &call.group, &submission.request_id, &form.to.place).await {
            Ok(ctx) => ctx,
            Err(err) => return refused(err.message),
        };
        let ran =
            tokio::time::timeout(PATIENCE, connectors::http::scope(submission.request_id.clone(), app.run(&call, &ctx))).await;
        match ran {
            Ok(Ok(reply)) => {
                let _ = app.forms.remove(&form.id).await;
                let post = replies::post(&form.to, &submission.request_id, reply);
                let posted = app.queue.accept(crate::queue::Acceptance {
                    source: format!("{}:{}", form.to.place.platform, form.to.place.workspace),
                    key: submission.key.clone(),
                    body: bytes::Bytes::new(),
                    audit: Some(record(app, &call, &form.to, &submission.request_id)),
                    jobs: vec![post],
                });
                if let Err(err) = posted.await {
                    tracing::error!("It was done, but its reply cannot be stored: {}", err.reason);
                }
                Ok(Submitted::Accepted)
            }
            Ok(Err(err)) if err.fields.is_empty() => refused(err.message),
            Ok(Err(err)) => Ok(Submitted::Refused(err.fields)),
            Err(_) => refused(
                "The system did not answer in time, so nothing was saved. Check the address, and send the form again.".into(),
            ),
        }
    }
}

/// Everything that was typed into a form, as one line.
fn typed_in(values: &Map<String, Value>) -> String {
    values.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}
