//! Zulip, outgoing webhooks: what people write to a bot (<https://zulip.com/api/outgoing-webhooks>).
//!
//! Zulip signs nothing: its token stands in the body. It posts what it is answered, and a complaint where that is no JSON: see
//! [`acknowledge`].

use commands::{Error, ErrorKind, Event, Result, event::Object};
use serde_json::Value;

use super::{body, guess};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload, signature::tokens_match};

pub(super) const WEBHOOK: Webhook = Webhook {
    verify,
    key: Some(key),
    parse,
    handshake: None,
    secret: SecretFrom::Vendor,
    steps: include_str!("zulip_messages.md"),
};

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let payload = read(delivery).ok();
    match payload.as_ref().and_then(|it| payload::text(it, "/token")) {
        Some(token) if tokens_match(token, secret) => Ok(()),
        Some(_) => refuse("The token in the body is not this hook's secret: is that the token in the bot's zuliprc?"),
        None => refuse("There is no token in the body: this did not come from an outgoing webhook of Zulip."),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    read(delivery).ok().and_then(|it| payload::shown(&it, "/message/id"))
}

/// The bot says nothing to what it was told.
pub(super) fn acknowledge(_: &Delivery<'_>) -> Answer {
    Answer {
        status: 200,
        content_type: "application/json",
        body: r#"{"response_not_required":true}"#.to_owned(),
        headers: Vec::new(),
        tell: None,
    }
}

/// Zulip's own format is JSON; the one that it calls Slack-compatible is a form.
fn read(delivery: &Delivery<'_>) -> Result<Value> {
    match delivery.body.first() {
        Some(b'{' | b'[' | b' ' | b'\n') => body::json(delivery, "Zulip"),
        _ if delivery.body.windows(6).any(|it| it == b"token=") => {
            Ok(Value::Object(body::form(delivery.body).into_iter().map(|(name, value)| (name, Value::String(value))).collect()))
        }
        _ => body::json(delivery, "Zulip"),
    }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = read(delivery)?;
    let id = key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    let Some(said) = payload::first(&payload, &["/message/content", "/data", "/text"]) else {
        // The token is the hook's secret, and the guess tells what it finds.
        let mut payload = payload;
        payload.as_object_mut().map(|it| it.remove("token"));
        return Ok(vec![guess::event(delivery, &id, &payload, payload::text(&payload, "/type"))]);
    };
    // The bot is named in what is written to it in a channel: first, or wherever its name is known.
    let text = match payload::text(&payload, "/bot_full_name") {
        Some(bot) => said.replacen(&format!("@**{bot}**"), "", 1),
        None => said.strip_prefix("@**").and_then(|it| it.split_once("**")).map_or(said, |(_, rest)| rest).to_owned(),
    };
    let text = text.trim();
    let title = payload::first_line(text);
    let topic = payload::first(&payload, &["/message/subject", "/message/topic"]);
    let channel = payload::first(&payload, &["/message/display_recipient", "/channel_name"]);
    let place = match (channel, topic) {
        (Some(channel), Some(topic)) => format!("{channel} > {topic}"),
        (Some(channel), None) => channel.to_owned(),
        _ => "direct messages".to_owned(),
    };
    let actor = payload::first(&payload, &["/message/sender_full_name", "/user_name"]).map(str::to_owned);
    Ok(vec![Event {
        source: delivery.hook.to_owned(),
        kind: "message.posted".to_owned(),
        at: payload::when(&payload, &["/message/timestamp"]).unwrap_or(delivery.received),
        actor_id: payload::first(&payload, &["/message/sender_email", "/user_id"]).map(str::to_owned),
        concerns: mentions(text, actor.as_deref()),
        actor,
        object: Object {
            key: payload::shown(&payload, "/message/id").map(|it| format!("#{it}")).unwrap_or_default(),
            title: if title.is_empty() { "Message in Zulip".to_owned() } else { guess::cut(title, 120) },
            url: url(&payload, channel, topic),
            place: Some(place),
            state: None,
        },
        about: payload::tickets(&guess::cut(text, 2_000)),
        text: payload::said(text),
        id,
        ..Event::default()
    }])
}

/// `@**Ben**` and `@**Ben|12**`.
fn mentions(text: &str, actor: Option<&str>) -> Vec<commands::event::Concern> {
    let mut found: Vec<commands::event::Concern> = Vec::new();
    for part in text.split("@**").skip(1).take(50) {
        let Some((inner, _)) = part.split_once("**") else { break };
        let (name, id) = inner.split_once('|').map_or((inner, None), |(name, id)| (name, Some(id.to_owned())));
        let is_known = name.is_empty() || matches!(name, "all" | "everyone" | "channel" | "topic" | "stream");
        if !is_known && Some(name) != actor && !found.iter().any(|it| it.name == name) {
            found.push(commands::event::Concern { name: name.to_owned(), id, why: commands::event::Why::Mentioned });
        }
    }
    found
}

/// The message in its topic. A bot's address is of the organization's host, which is all that is told of that.
fn url(payload: &Value, channel: Option<&str>, topic: Option<&str>) -> Option<String> {
    let host = payload::text(payload, "/bot_email")?.rsplit_once('@')?.1;
    let is_host = host.contains('.') && host.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-'));
    let (stream, id) = (payload::shown(payload, "/message/stream_id")?, payload::shown(payload, "/message/id")?);
    // As Zulip writes it after the `#`: percent signs are dots.
    let coded = |text: &str| body::encoded(text).replace('.', "%2E").replace('%', ".");
    let (stream, id) = (coded(&stream), coded(&id));
    let name = coded(&channel?.replace(' ', "-"));
    is_host
        .then(|| format!("https://{host}/#narrow/channel/{stream}-{name}/topic/{}/near/{id}", coded(topic.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn what_is_written_to_the_bot_is_told() {
        deliver::check(
            &WEBHOOK,
            SECRET,
            "zulip_mention",
            expect![[r#"
            key: 112
            message.posted | by Ana (ana@example.org) | #112 look at DEMO-7 with @**Ben|12** | https://chat.example.org/#narrow/channel/5-general-chat/topic/Release.201.2E2/near/112 | in general chat > Release 1.2 | "look at DEMO-7 with @**Ben|12**\nplease" | Mentioned Ben | about DEMO-7
        "#]],
        );
        deliver::check(
            &WEBHOOK,
            SECRET,
            "zulip_slack_format",
            expect![[r#"
                key: none
                message.posted | by Ana (U5) | deploy demo | in general | "deploy demo"
            "#]],
        );
    }

    #[test]
    fn zulip_gets_json_and_posts_nothing() {
        let answer = acknowledge(&Request::post("{}").delivery());
        assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap()["response_not_required"], true);
    }

    #[test]
    fn the_token_is_told_to_nobody() {
        let request = Request::post(format!(r#"{{"token":"{SECRET}","trigger":"later","news":{{"title":"A new thing"}}}}"#));
        let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
        assert!(!serde_json::to_string(&events).unwrap().contains("Secret"));
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        let samples = deliver::samples("zulip").into_iter().map(|(_, it)| Request::post(it.to_string()));
        for request in samples.chain([Request::fixture("zulip_mention")]) {
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(events[0].kind == "message.posted" && events[0].actor.is_some() && events[0].object.url.is_some());
            deliver::survives_json(&WEBHOOK, &request);
        }
        deliver::survives_bytes(&WEBHOOK, &Request::fixture("zulip_slack_format"));
    }
}
