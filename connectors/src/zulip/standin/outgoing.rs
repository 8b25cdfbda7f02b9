//! The outgoing webhook: what Zulip posts to the bot, and what it makes of the answer.
//! <https://zulip.com/api/outgoing-webhooks>

use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    ZulipSim,
    state::{Content, Message, State, To, narrow},
};
use crate::standin::chat::traffic::Direction;

/// One try and three more.
const ATTEMPTS: u32 = 4;

enum Failed {
    Timeout,
    Refused,
}

impl ZulipSim {
    /// Tells the bot of a message, and posts its answer or its failure.
    pub(super) async fn call_webhook(self, id: i64, trigger: &'static str) {
        let prepared = self.with(|state| {
            let message = state.messages.get(&id)?.clone();
            Some((state.webhook_url.clone(), payload(state, &message, trigger), message))
        });
        let Some((url, payload, message)) = prepared else { return };
        let mut last = Failed::Timeout;
        for _ in 0..ATTEMPTS {
            match self.post_webhook(&url, &payload).await {
                Ok((status, body)) => return self.with(|state| answered(state, &message, status, &body)),
                Err(failed) => last = failed,
            }
        }
        let why = match last {
            Failed::Timeout => format!("Request timed out after {} seconds.", self.0.options.answer_within.as_secs()),
            Failed::Refused => "Unable to connect to the third party.".to_owned(),
        };
        self.with(|state| fail(state, &message, "Bot is unavailable", &why));
    }

    async fn post_webhook(&self, url: &str, payload: &Value) -> Result<(StatusCode, Vec<u8>), Failed> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static("ZulipOutgoingWebhook/10.2"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let body = payload.to_string();
        let (at, started) = (Timestamp::now(), Instant::now());
        let request = self.0.http.post(url).headers(headers.clone()).body(body.clone());
        let result = tokio::time::timeout(self.0.options.answer_within, async {
            let response = request.send().await.map_err(|_| Failed::Refused)?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok((status, headers, response.bytes().await.map_err(|_| Failed::Refused)?))
        });
        let result = result.await.unwrap_or(Err(Failed::Timeout));
        let answer = match &result {
            Ok((status, headers, body)) => Ok((*status, headers, body.as_ref())),
            Err(Failed::Timeout) => Err("no answer in time"),
            Err(Failed::Refused) => Err("no connection, or a broken one"),
        };
        let elapsed = started.elapsed();
        self.0.traffic.record(Direction::ToApp, at, (Method::POST.as_str(), url), (&headers, body.as_bytes()), answer, elapsed);
        result.map(|(status, _, body)| (status, body.to_vec()))
    }
}

fn payload(state: &State, message: &Message, trigger: &str) -> Value {
    let bot = state.user(state.bot);
    let mut json = state.message_json(message, Content::Markdown);
    json["rendered_content"] = json!(message.rendered);
    json!({
        "data": message.content, "message": json, "bot_email": bot.map(|it| &it.email), "bot_full_name": bot.map(|it| &it.full_name),
        "token": state.webhook_token, "trigger": trigger,
    })
}

fn answered(state: &mut State, message: &Message, status: StatusCode, body: &[u8]) {
    let text = String::from_utf8_lossy(body).into_owned();
    if !status.is_success() {
        let why = format!(
            "The webhook got a response with status code *{}*.\nThe response contains the following payload:\n```\nb{}\n```",
            status.as_u16(),
            python(&text)
        );
        return fail(state, message, &format!("Third party responded with {}", status.as_u16()), &why);
    }
    let refused = |why: &str| {
        let payload = if text.is_empty() {
            String::new()
        } else {
            format!("\nThe response contains the following payload:\n```\n{}\n```", python(&text))
        };
        format!(
            "The outgoing webhook server attempted to send a message in Zulip, but that request resulted in the following error:\n> {why}{payload}"
        )
    };
    let answer = match serde_json::from_str::<Value>(&text) {
        Err(_) => return fail(state, message, "Invalid JSON in response", &refused("Invalid JSON in response")),
        // As observed: an empty JSON string posts nothing.
        Ok(Value::String(empty)) if empty.is_empty() => return,
        Ok(answer) if answer.is_object() => answer,
        Ok(_) => return fail(state, message, "Invalid response format", &refused("Invalid response format")),
    };
    if answer["response_not_required"] == true {
        return;
    }
    let given = if answer["content"].is_null() { &answer["response_string"] } else { &answer["content"] };
    let content = match given {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if content.trim().is_empty() {
        return;
    }
    let widget = match &answer["widget_content"] {
        Value::Null => None,
        Value::String(widget) => Some(widget.clone()),
        // Anything but a string of JSON is refused, as observed.
        _ => return fail_widget(state, message, "Widgets: API programmer sent invalid JSON content", refused),
    };
    let bot = state.bot;
    if let Err(why) = state.send(bot, message.to.clone(), &content, widget.as_deref(), "OutgoingWebhookResponse") {
        fail_widget(state, message, &why, refused);
    }
}

fn fail_widget(state: &mut State, message: &Message, why: &str, refused: impl Fn(&str) -> String) {
    fail(state, message, why, &refused(why));
}

/// The failure in the thread, and word to the bot's owner.
fn fail(state: &mut State, message: &Message, short: &str, why: &str) {
    let (bot, owner, notifier) = (state.bot, state.owner, state.notifier);
    let link = match &message.to {
        To::Stream { id, topic } => {
            state.stream(*id).map(|stream| format!("{}/{}/near/{}", state.base, narrow(stream, Some(topic)), message.id))
        }
        To::Direct(people) => {
            let ids = people.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            Some(format!("{}/#narrow/dm/{ids}-dm/near/{}", state.base, message.id))
        }
    };
    let name = state.user(bot).map(|it| it.full_name.clone()).unwrap_or_default();
    let told =
        format!("[A message]({}) to your bot @_**{name}** triggered an outgoing webhook.\n{why}", link.unwrap_or_default());
    for (sender, to, content) in
        [(bot, message.to.clone(), format!("Failure! {short}")), (notifier, To::Direct(vec![owner]), told)]
    {
        if let Err(error) = state.send(sender, to, &content, None, "Internal") {
            tracing::warn!(error, "Cannot post the failure of an outgoing webhook");
        }
    }
}

/// A text as Python prints it, which is how Zulip shows what it got.
fn python(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\n', "\\n").replace('\'', "\\'"))
}
