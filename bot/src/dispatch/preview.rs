//! What sending a form would do, shown in the form.

use std::time::Duration;

use commands::{Message, form};
use serde_json::Value;

use super::{Dispatch, today};
use crate::{builtins, chat::FormView};

/// A window stands still for as long.
const PATIENCE: Duration = Duration::from_millis(2_500);

impl Dispatch {
    /// The form with what sending it would do as it is filled in now, where that can be shown.
    pub async fn previewed(&self, mut view: FormView) -> FormView {
        let Some(preview) = &mut view.preview else { return view };
        preview.shown = match tokio::time::timeout(PATIENCE, self.preview(&view.id)).await {
            Ok(Ok(shown)) => shown,
            Ok(Err(problem)) => Some(problem),
            Err(_) => Some(Message::text("It takes too long to try this now. Send the form, or try again in a moment.")),
        };
        view
    }

    /// None where the form is gone; the message of an error where it cannot be done.
    async fn preview(&self, id: &str) -> Result<Option<Message>, Message> {
        let told = |err: commands::Error| Message::text(err.message);
        let Ok(Some(form)) = self.app.forms.load(id).await else { return Ok(None) };
        self.may(&form.to, &form.call).await?;
        let mut call = form.call.clone();
        for field in self.app.fields(&form.call) {
            call.params.shift_remove(&field.name);
            let typed = form.values.get(&field.name).unwrap_or(&Value::Null);
            let read = form::value(&field, typed, today());
            let read = read.map_err(|message| Message::text(format!("{}: {message}", field.label())))?;
            call.params.extend(read.map(|it| (field.name.clone(), it)));
        }
        let actor = self.actor(&form.to).await;
        let ctx = self.app.ctx_of(actor, &call.group, "preview", &form.to.place).await.map_err(told)?;
        builtins::preview(&self.app, &ctx, call).await.map_err(told)
    }
}
