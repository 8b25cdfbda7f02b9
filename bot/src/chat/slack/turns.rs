//! A form's window between two submissions: turned back, changed, closed.
//!
//! Nothing typed is lost by any of these. What is in the window is kept, and Slack is asked to draw it
//! anew (<https://docs.slack.dev/reference/methods/views.update>) or, when it was closed, a button
//! to open it again is left for a day.

use std::sync::Arc;

use commands::ErrorKind;
use serde_json::json;
use tracing::warn;

use super::{Slack, modal};
use crate::dispatch::{Dispatch, Submission, Turn};

/// What a person did to a form's window.
#[derive(Debug)]
pub struct Turned {
    /// What is in it; its key and body are not used.
    pub typed: Submission,
    pub how: How,
    /// Slack's id of the window, and which state of it the person saw.
    pub view: String,
    pub hash: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// To the page before.
    Back,
    /// A field was changed that pickers or the preview go by, or the preview was asked for.
    Changed,
    Closed,
}

/// Goes on without keeping Slack waiting: it wants an answer in three seconds, and this has none.
pub fn take(slack: Arc<Slack>, dispatch: Dispatch, turned: Turned) {
    tokio::spawn(async move {
        let turn = if turned.how == How::Back { Turn::Back } else { Turn::Stay };
        let form = match dispatch.keep(&turned.typed, turn).await {
            Ok(Some(form)) => form,
            Ok(None) => return,
            Err(busy) => return warn!(reason = %busy.reason, "Could not keep what was typed into a form"),
        };
        let form = if turned.how == How::Changed { dispatch.previewed(form).await } else { form };
        let done = if turned.how == How::Closed {
            let Some(to) = dispatch.begun(&form.id).await else { return };
            let text = format!("You closed “{}”. What you typed is kept for a day.", form.title);
            slack.offer_to_open(&to, &form, ("Go on", text)).await
        } else {
            let Ok(workspace) = slack.workspace(&turned.typed.workspace).await else { return };
            let update = json!({ "view_id": turned.view, "hash": turned.hash, "view": modal::modal(&form) });
            match workspace.wire().post("views.update", &update).await {
                Ok(_) => Ok(()),
                // The person did something meanwhile, or closed it: that stays.
                Err(err) if matches!(err.kind, ErrorKind::Conflict | ErrorKind::NotFound) => Ok(()),
                Err(err) => Err(err),
            }
        };
        if let Err(err) = done {
            warn!(%err, form = %form.title, "Could not show a form as it stands");
        }
    });
}
