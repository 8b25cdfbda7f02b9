//! A vendor tries an address out: what it is answered, and what it told.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{Block, Button, Call, Message, Text, param::Secret};
use connectors::Answer;
use serde_json::json;
use uuid::Uuid;

use super::registry::Hook;
use crate::{
    app::{App, OWN},
    builtins::HOOK_SECRET,
    chat::{Post, Target},
    people::PersonId,
};

/// How often it is tried to tell somebody.
const TRIES: u32 = 5;

pub(super) fn answer(said: Answer) -> Response {
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::OK);
    // Some of it is what a stranger sent, and no browser is to make a page of it.
    let headers = [(header::CONTENT_TYPE, said.content_type), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    let mut response = (status, headers, said.body).into_response();
    for (name, value) in said.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Tells whoever made the hook, or else every administrator, privately. It is a secret, so it becomes no job: a job would write
/// it down in the clear. Whoever misses it has the vendor send it again.
pub(super) fn tell(app: &Arc<App>, hook: &Arc<Hook>, told: Secret) {
    if !app.hooks.doors.may_tell(&hook.name) {
        return;
    }
    let (app, hook) = (app.clone(), hook.clone());
    tokio::spawn(async move {
        let title = connectors::webhook(&hook.kind).map_or(hook.kind.as_str(), |(title, _)| title);
        let enter = Button::form("Enter it…", Call::new(OWN, HOOK_SECRET, json!({ "name": hook.name })));
        let text = Text::new().bold(title).plain(" asks for the hook ").code(hook.name.clone()).plain(
            " to be confirmed. If you set it up there just now: copy this token into its form, and here as the hook's secret.",
        );
        let message = Message::text(text).block(Block::Code(told.expose().to_owned())).buttons(vec![enter]);
        let recipients = recipients(&app, &hook).await;
        if recipients.is_empty() {
            tracing::error!(hook = %hook.name, "A vendor told something for this hook's administrator, and none can be found in chat");
        }
        for to in recipients {
            deliver(&app, to, &message).await;
        }
    });
}

async fn recipients(app: &App, hook: &Hook) -> Vec<Target> {
    let maker = hook.made.as_ref().and_then(|it| PersonId::parse(&it.who)).filter(|it| app.platforms.get(&it.platform).is_some());
    if let Some(maker) = maker {
        return vec![maker.target()];
    }
    let mut found = Vec::new();
    for platform in app.platforms.all() {
        match platform.administrators().await {
            Ok(all) => found.extend(all),
            Err(err) => tracing::warn!("Administrators of {} cannot be found: {err}", platform.name()),
        }
    }
    found
}

async fn deliver(app: &App, to: Target, message: &Message) {
    let Some(platform) = app.platforms.get(to.platform()) else { return };
    let post = Post::new(to, message.clone(), format!("handshake-{}", Uuid::now_v7().simple()));
    for attempt in 1..=TRIES {
        match platform.post(&post).await {
            Ok(_) => return,
            Err(err) if err.is_temporary() && !err.maybe_done && attempt < TRIES => {
                tokio::time::sleep(err.retry_after.unwrap_or(Duration::from_secs(2 * u64::from(attempt)))).await;
            }
            // The error is the chat's own words, which do not hold the message.
            Err(err) => return tracing::error!("An administrator cannot be told what a vendor asks for: {}", err.kind.name()),
        }
    }
}
