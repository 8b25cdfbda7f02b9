//! One turn of a conversation with everything around it: look-ups, the stored form, the submission.

use axum::body::Bytes;
use commands::{FieldKind, form};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::warn;

use super::{
    conversation::{self, Asking, Manner, State, Turn},
    escape,
    inbound::{self, Incoming},
    render::{Address, Rendered},
    webhook::{Webhook, after, not_done, nothing, said, words},
};
use crate::{
    chat::FormView,
    dispatch::{self, Offer, Options, Submission, Submitted},
    forms::Form,
};

/// One turn of a conversation.
pub(super) struct Talk<'a> {
    pub(super) webhook: &'a Webhook,
    pub(super) form: Form,
    pub(super) view: FormView,
    pub(super) incoming: Incoming,
    pub(super) raw: Bytes,
    pub(super) request_id: String,
    pub(super) address: Address,
}

impl Talk<'_> {
    fn manner(&self) -> Manner {
        Manner { address: self.address.clone(), page: self.webhook.zulip.page(&self.form.id, &self.incoming.place) }
    }

    /// The first question, or the first of the next page.
    pub(super) async fn open(mut self, state: State) -> Rendered {
        let opening = conversation::opening(&self.view, &self.manner());
        let question = self.ask(state, None).await;
        after(&opening, question)
    }

    pub(super) async fn go_on(mut self, state: State) -> Value {
        if self.incoming.text.trim().eq_ignore_ascii_case("web") {
            // At most a lost link, and `web` can be said again: no job.
            return said(&match self.webhook.zulip.send_page(&self.form.id, self.incoming.sender).await {
                Ok(()) => words("The page is in your direct messages."),
                Err(err) => words(format!(":warning: {}", escape::line(&err.message))),
            });
        }
        let mut text = self.incoming.text.clone();
        let mut found = Vec::new();
        if let Some(field) = state.field(&self.view) {
            if field.kind == FieldKind::File {
                text = inbound::with_files(self.webhook.zulip.workspace(), &text);
                text = text
                    .split("zulip-file:")
                    .nth(1)
                    .map_or(text.clone(), |it| format!("zulip-file:{}", it.split_whitespace().next().unwrap_or_default()));
            }
            let picks = text.trim().parse::<usize>().is_ok_and(|it| it >= 1 && it <= state.shown.len());
            if field.lookup.is_some() && !picks && !conversation::is_control(&text) {
                found = self.options(&state, &field.name, text.trim()).await.choices;
            }
        }
        let turn = conversation::step(&self.view, state, &text, &found, &readable);
        said(&match turn {
            Turn::Ask(state, remark) => self.ask(state, remark.as_deref()).await,
            Turn::Explain(state) => {
                let more = conversation::explanation(&self.view, &state);
                after(&more, self.ask(state, None).await)
            }
            Turn::Submit(state) => match self.submit(state).await {
                Some(rendered) => rendered,
                None => return nothing(),
            },
            Turn::Cancel => match self.webhook.forms.remove(&self.form.id).await {
                Ok(()) => words("Cancelled: nothing was done."),
                Err(err) => {
                    warn!(request.id = %self.request_id, "Could not remove a form: {err:#}");
                    not_done("nothing can be stored")
                }
            },
        })
    }

    async fn options(&self, state: &State, field: &str, typed: &str) -> Offer {
        let options = Options {
            form: self.form.id.clone(),
            person: self.incoming.sender.to_string(),
            field: field.to_owned(),
            typed: typed.to_owned(),
            given: state.values.clone(),
        };
        let mut found = self.webhook.dispatch.options(options).await;
        found.choices.truncate(conversation::SHOWN);
        found
    }

    /// Stores what is asked, then asks it.
    async fn ask(&mut self, mut state: State, remark: Option<&str>) -> Rendered {
        let mut remark = remark.map(str::to_owned);
        if let Some(field) = state.field(&self.view)
            && field.lookup.is_some()
            && state.shown.is_empty()
        {
            let name = field.name.clone();
            let offer = self.options(&state, &name, "").await;
            state.shown = offer.choices;
            remark = remark.or(offer.remark.map(|it| escape::line(&it)));
        }
        state.put(&mut self.form, Timestamp::now());
        if let Err(err) = self.webhook.forms.save(&self.form).await {
            warn!(request.id = %self.request_id, "Could not store a form: {err:#}");
            return not_done("nothing can be stored");
        }
        if state.asking == Asking::Review && self.view.preview.is_some() {
            self.view = self.webhook.dispatch.previewed(self.view.clone()).await;
        }
        conversation::prompt(&self.view, &state, remark.as_deref(), &self.manner())
    }

    async fn submit(mut self, state: State) -> Option<Rendered> {
        // Set aside until it is known what became of it: should it be opened again meanwhile, that stays.
        let aside = State { asking: Asking::Aside, ..state.clone() };
        aside.put(&mut self.form, Timestamp::now());
        if let Err(err) = self.webhook.forms.save(&self.form).await {
            warn!(request.id = %self.request_id, "Could not store a form: {err:#}");
            return Some(not_done("nothing can be stored"));
        }
        let submission = Submission {
            form: self.form.id.clone(),
            key: self.incoming.message.to_string(),
            raw: self.raw.clone(),
            platform: "zulip".into(),
            workspace: self.incoming.place.workspace.clone(),
            person: self.incoming.sender.to_string(),
            values: state.page_values(&self.view),
            request_id: self.request_id.clone(),
        };
        match self.webhook.dispatch.submit(submission).await {
            Ok(Submitted::Accepted) => {
                self.close().await;
                None
            }
            Ok(Submitted::Refused(problems)) => {
                let state = state.refused(&self.view, problems);
                Some(self.ask(state, None).await)
            }
            Ok(Submitted::Next(view)) => {
                // Another form: the one of the command that was chosen in this one.
                match self.webhook.forms.load(&view.id).await {
                    Ok(Some(form)) => self.form = form,
                    _ => return Some(not_done("the form is no longer there")),
                }
                self.view = *view;
                let next = State { labels: state.labels, ..State::begin(&self.view) };
                Some(self.ask(next, None).await)
            }
            Ok(Submitted::Gone(message)) => {
                let _ = self.webhook.forms.remove(&self.form.id).await;
                Some(self.webhook.message(&self.address, &message))
            }
            Err(busy) => {
                let reviewing = State { asking: Asking::Review, ..state };
                let question = self.ask(reviewing, None).await;
                Some(after(&Rendered::from(busy).content, question))
            }
        }
    }

    /// The conversation is over. What was typed is not needed again: a later refusal carries its values.
    async fn close(&self) {
        if let Err(err) = self.webhook.forms.close(&self.form.id).await {
            warn!(request.id = %self.request_id, "Could not close a conversation: {err:#}");
        }
    }
}

fn readable(field: &commands::Field, value: &Value) -> Option<String> {
    let raw = Map::from_iter([(field.name.clone(), value.clone())]);
    let problems = form::read(std::slice::from_ref(field), &raw, dispatch::today()).err()?;
    problems.into_iter().next().map(|it| it.message)
}
