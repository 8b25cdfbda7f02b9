//! `response_url`: 30 minutes and five uses to answer someone without the API.
//! <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>

use axum::{
    body::Bytes,
    extract::{Path, State as Extract},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    SlackSim,
    state::{Message, State},
    web_api::{ApiError, Args, content, metadata},
};

const LIFE: i64 = 30 * 60 * 1_000_000;
const USES: u32 = 5;

/// `POST /response/{team}/{id}/{secret}`
pub async fn respond(Extract(sim): Extract<SlackSim>, Path(token): Path<String>, body: Bytes) -> Response {
    let sim = token.split_once('/').and_then(|(team, _)| sim.workspace(team)).unwrap_or(sim);
    let refusal = |status: StatusCode, error: &str| (status, axum::Json(json!({"ok": false, "error": error}))).into_response();
    let Ok(Value::Object(given)) = serde_json::from_slice(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "invalid_payload");
    };
    sim.with(|state| match answer(state, &token, Args(given)) {
        Ok(()) => (StatusCode::OK, "ok").into_response(),
        Err(ApiError { code: code @ ("used_url" | "expired_url"), .. }) => refusal(StatusCode::NOT_FOUND, code),
        Err(ApiError { code, .. }) => refusal(StatusCode::BAD_REQUEST, code),
    })
}

fn answer(state: &mut State, token: &str, args: Args) -> Result<(), ApiError> {
    let now = state.now;
    let url = state.response_urls.get_mut(token).ok_or(ApiError::new("expired_url"))?;
    if now - url.at > LIFE {
        return Err(ApiError::new("expired_url"));
    }
    if url.uses >= USES {
        return Err(ApiError::new("used_url"));
    }
    url.uses += 1;
    let (channel, user, original) = (url.channel.clone(), url.user.clone(), url.message.clone());
    let thread_ts = args.text("thread_ts").or_else(|| url.thread_ts.clone());
    if args.flag("delete_original") == Some(true) {
        let original = original.ok_or(ApiError::new("message_not_found"))?;
        return state.delete(&channel, &original).map(|_| ()).ok_or(ApiError::new("message_not_found"));
    }
    let (text, blocks, attachments) = content(state, &args)?;
    let metadata = metadata(&args)?;
    if args.flag("replace_original") == Some(true)
        && let Some(original) = original.filter(|ts| state.message(&channel, ts).is_some())
    {
        let edited = Some((state.app.bot_user.clone(), state.ts()));
        state.update(&channel, &original, |message| {
            message.text = text;
            message.blocks = blocks;
            message.attachments = attachments;
            message.edited = edited;
        });
        return Ok(());
    }
    let only_for = (args.text("response_type").as_deref() != Some("in_channel")).then_some(user);
    post(state, &channel, thread_ts, (text, blocks, attachments), metadata, only_for);
    Ok(())
}

/// Posts in the app's name where someone used it, member or not.
pub(super) fn post(
    state: &mut State,
    channel: &str,
    thread_ts: Option<String>,
    (text, blocks, attachments): (String, Vec<Value>, Vec<Value>),
    metadata: Option<Value>,
    only_for: Option<String>,
) {
    state.post(Message {
        channel: channel.to_owned(),
        thread_ts,
        user: state.app.bot_user.clone(),
        bot_id: Some(state.app.bot_id.clone()),
        text,
        blocks,
        attachments,
        metadata,
        only_for,
        ..Message::default()
    });
}
