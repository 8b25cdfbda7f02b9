//! Twilio: messages that arrive, what became of those sent, calls, and its debugger's warnings.
//!
//! Twilio signs the address and the fields of the form in their order, or the address alone, which then holds the hash of a JSON
//! body (<https://www.twilio.com/docs/usage/security>). What a person who wrote a text message is answered is what we answer
//! Twilio: see [`acknowledge`].

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Object, Severity},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{body, body::field, cloudevents, guess, words};
use crate::{
    Answer, Delivery, SecretFrom, Webhook, payload,
    signature::{tokens_match, verify_hmac_sha1_base64},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Vendor, steps: include_str!("twilio.md") };

type Form = [(String, String)];

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let Some(signature) = delivery.header("x-twilio-signature") else {
        return refuse("There is no X-Twilio-Signature: this did not come from Twilio.");
    };
    let Some(url) = delivery.url else {
        return refuse("Twilio signs the hook's address, and the bot does not know its own: set server.public_url.");
    };
    let hash = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    let fields = match hash {
        Some((_, hash)) if !tokens_match(&hex::encode(Sha256::digest(delivery.body)), &hash.to_ascii_lowercase()) => {
            return refuse("The body is not that of which the address tells the hash (bodySHA256).");
        }
        Some(_) => String::new(),
        None => {
            let mut fields = body::form(delivery.body);
            fields.sort();
            fields.dedup();
            fields.iter().flat_map(|(name, value)| [name.as_str(), value]).collect()
        }
    };
    // Twilio has been seen to sign the port, and not to.
    let ported = with_port(url);
    let fits = |url: &str| verify_hmac_sha1_base64(secret, &[url.as_bytes(), fields.as_bytes()], signature);
    if fits(url) || ported.is_some_and(|it| fits(&it)) {
        return Ok(());
    }
    let message = format!(
        "X-Twilio-Signature does not fit the fields and {url}: is the hook's secret the account's auth token, and that the address \
         in Twilio?"
    );
    Err(Error::new(ErrorKind::Auth, message))
}

/// The address with the port that it has anyway.
fn with_port(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok().filter(|it| it.port().is_none())?;
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Some(format!("{scheme}://{}:{}{}", &rest[..end], parsed.port_or_known_default()?, &rest[end..]))
}

/// One message has many states, and each is told once.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let form = body::form(delivery.body);
    let sid =
        ["RecordingSid", "TranscriptionSid", "MessageSid", "SmsSid", "CallSid", "Sid"].iter().find_map(|it| field(&form, it))?;
    let state = ["MessageStatus", "SmsStatus", "RecordingStatus", "TranscriptionStatus", "CallStatus", "Level"];
    let state = state.iter().find_map(|it| field(&form, it)).unwrap_or_default();
    let number = field(&form, "SequenceNumber").unwrap_or_default();
    Some([sid, state, number].join(" ").trim_end().to_owned())
}

/// TwiML that does nothing. Twilio would send any other text to the person as a message, or speak of an error.
pub(super) fn acknowledge(_: &Delivery<'_>) -> Answer {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#.to_owned();
    Answer { status: 200, content_type: "text/xml", body, headers: Vec::new(), tell: None }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let id = || key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    if delivery.body.first().is_some_and(|it| matches!(it, b'{' | b'[')) {
        let payload = body::json(delivery, "Twilio")?;
        return Ok(match cloudevents::structured(delivery, &payload) {
            // Event Streams.
            // `com.twilio.messaging.message.delivered`: the product says less than what it is of.
            Some(mut events) => {
                for event in &mut events {
                    if let Some((_, kind)) = event.kind.split_once('_').filter(|(_, it)| it.contains('.')) {
                        event.kind = kind.to_owned();
                    }
                }
                events
            }
            None => vec![guess::event(delivery, &body::digest(delivery.body), &payload, None)],
        });
    }
    let form = body::form(delivery.body);
    let get = |name: &str| field(&form, name);
    let event = if let Some(sid) = get("TranscriptionSid") {
        let state = get("TranscriptionStatus").unwrap_or("completed");
        let event = call(&form, sid, "Transcription", &format!("transcription.{}", words::past(state).unwrap_or(state)));
        Event { text: get("TranscriptionText").and_then(payload::said), ..event }
    } else if let Some(sid) = get("RecordingSid") {
        let state = get("RecordingStatus").unwrap_or("completed");
        let event = call(&form, sid, "Recording", &format!("recording.{}", words::past(state).unwrap_or(state)));
        Event { url: get("RecordingUrl").and_then(body::web).or(event.url), ..event }
    } else if let Some(sid) = get("MessageSid").or_else(|| get("SmsSid")).filter(|_| get("EventType").is_none()) {
        message(&form, sid)
    } else if let Some(sid) = get("CallSid") {
        let state = get("CallStatus").unwrap_or("in-progress");
        call(&form, sid, "Call", call_kind(state))
    } else if let Some(payload) = get("Payload") {
        problem(&form, payload)
    } else {
        other(delivery, &form)
    };
    Ok(vec![Event { id: id(), source: delivery.hook.to_owned(), at: at(&form).unwrap_or(delivery.received), ..event }])
}

fn at(form: &Form) -> Option<jiff::Timestamp> {
    field(form, "Timestamp").or_else(|| field(form, "DateCreated")).and_then(|it| it.parse().ok())
}

fn message(form: &Form, sid: &str) -> Event {
    let get = |name: &str| field(form, name);
    let from = get("From").map(|it| it.trim_start_matches("whatsapp:").trim_start_matches("messenger:"));
    let way = match get("From").and_then(|it| it.split_once(':')).map(|(way, _)| way) {
        Some("whatsapp") => "WhatsApp message",
        Some("messenger") => "Messenger message",
        _ if get("NumMedia").is_some_and(|it| it != "0") => "MMS",
        _ => "SMS",
    };
    let media = (0..10).filter_map(|it| get(&format!("MediaUrl{it}"))).collect::<Vec<_>>().join("\n");
    let said = [get("Body").unwrap_or_default(), &media].join("\n");
    let state = get("MessageStatus").or_else(|| get("SmsStatus")).unwrap_or("received");
    let to = get("To").map(|it| it.trim_start_matches("whatsapp:").trim_start_matches("messenger:"));
    // What was written to us has the state `received`; all others are of what was sent.
    let arrived = matches!(state, "received" | "receiving");
    let kind = match state {
        "received" | "receiving" => "received",
        "accepted" | "scheduled" | "queued" => "queued",
        "sending" | "sent" => "sent",
        state @ ("delivered" | "undelivered" | "failed" | "read" | "canceled") => state,
        _ => "updated",
    };
    let error = get("ErrorCode").filter(|it| *it != "0");
    let title = match (arrived, from, to) {
        (true, Some(from), _) => format!("{way} from {from}"),
        (false, _, Some(to)) => format!("{way} to {to}"),
        _ => way.to_owned(),
    };
    Event {
        kind: format!("message.{kind}"),
        actor: from.filter(|_| arrived).map(|it| get("ProfileName").unwrap_or(it).to_owned()),
        actor_id: from.filter(|_| arrived).map(str::to_owned),
        object: Object {
            key: sid.to_owned(),
            title,
            url: console(form, "sms", sid),
            place: if arrived { to } else { from }.map(str::to_owned),
            state: Some(state.to_owned()),
        },
        text: payload::said(&match error {
            Some(code) => format!("Error {code} {}", get("ErrorMessage").unwrap_or_default()),
            None => said,
        }),
        url: error.and_then(|code| code.parse::<u32>().ok()).map(|code| format!("https://www.twilio.com/docs/api/errors/{code}")),
        severity: matches!(kind, "undelivered" | "failed").then_some(Severity::Error),
        ..Event::default()
    }
}

fn call_kind(state: &str) -> &'static str {
    match state {
        "queued" | "initiated" => "call.queued",
        "ringing" => "call.ringing",
        "in-progress" | "answered" => "call.answered",
        "completed" => "call.completed",
        "busy" => "call.refused",
        "failed" => "call.failed",
        "no-answer" => "call.missed",
        "canceled" => "call.canceled",
        _ => "call.updated",
    }
}

/// A call, or what was made of one.
fn call(form: &Form, sid: &str, what: &str, kind: &str) -> Event {
    let get = |name: &str| field(form, name);
    let (from, to) = (get("From").or_else(|| get("Caller")), get("To").or_else(|| get("Called")));
    let inbound = get("Direction").is_none_or(|it| it == "inbound");
    let title = match (from, to) {
        (Some(from), Some(to)) => format!("{what} from {from} to {to}"),
        (Some(from), None) => format!("{what} from {from}"),
        _ => what.to_owned(),
    };
    let seconds = get("RecordingDuration").or_else(|| get("CallDuration"));
    Event {
        kind: kind.to_owned(),
        actor: from.filter(|_| inbound).map(|it| get("CallerName").unwrap_or(it).to_owned()),
        actor_id: from.filter(|_| inbound).map(str::to_owned),
        object: Object {
            key: sid.to_owned(),
            title,
            url: get("CallSid").and_then(|it| console(form, "calls", it)),
            place: if inbound { to } else { from }.map(str::to_owned),
            state: get("RecordingStatus").or_else(|| get("TranscriptionStatus")).or_else(|| get("CallStatus")).map(str::to_owned),
        },
        text: get("SpeechResult")
            .map(str::to_owned)
            .or_else(|| seconds.map(|it| format!("{it} seconds")))
            .as_deref()
            .and_then(payload::said),
        severity: (kind == "call.failed").then_some(Severity::Error),
        ..Event::default()
    }
}

/// Of the debugger's webhook (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).
fn problem(form: &Form, text: &str) -> Event {
    let told: Value = serde_json::from_str(text).unwrap_or_default();
    let code = payload::shown(&told, "/error_code");
    let message = payload::first(&told, &["/more_info/Msg", "/more_info/msg", "/more_info/message", "/more_info/error_message"]);
    let severity = field(form, "Level").and_then(words::severity).unwrap_or(Severity::Error);
    let number = code.as_deref().and_then(|it| it.parse::<u32>().ok());
    Event {
        kind: if severity == Severity::Warning { "error.warned" } else { "error.raised" }.to_owned(),
        object: Object {
            title: match &code {
                Some(code) => format!("Twilio error {code}"),
                None => "Problem in Twilio".to_owned(),
            },
            key: payload::text(&told, "/resource_sid").or_else(|| field(form, "Sid")).unwrap_or_default().to_owned(),
            url: number.map(|it| format!("https://www.twilio.com/docs/api/errors/{it}")),
            place: field(form, "AccountSid").map(str::to_owned),
            state: field(form, "Level").map(str::to_lowercase),
        },
        text: message.or_else(|| told.is_null().then_some(text)).and_then(payload::said),
        severity: Some(severity),
        ..Event::default()
    }
}

/// Conversations, video rooms and whatever comes after them, by the names that Twilio gives its fields.
fn other(delivery: &Delivery<'_>, form: &Form) -> Event {
    let names = ["EventType", "StatusCallbackEvent", "Event", "SmsStatus"];
    let named = names.iter().find_map(|it| field(form, it));
    let snake = |name: &str| {
        let mut snake = String::new();
        for letter in name.chars().take(60) {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        }
        snake
    };
    let fields = form.iter().filter(|(_, value)| !value.is_empty()).take(100);
    let mut object: serde_json::Map<String, Value> =
        fields.map(|(name, value)| (snake(name), Value::String(value.clone()))).collect();
    for (from, to) in [
        ("room_name", "title"),
        ("room_sid", "key"),
        ("friendly_name", "title"),
        ("conversation_sid", "key"),
        ("participant_identity", "actor"),
    ] {
        if let Some(value) = object.get(from).cloned() {
            object.entry(to).or_insert(value);
        }
    }
    let kind = named.and_then(words::kind_of).unwrap_or_else(|| "event.received".to_owned());
    Event { kind, ..guess::event(delivery, "", &Value::Object(object), named) }
}

/// Its page in Twilio's console.
fn console(form: &Form, what: &str, sid: &str) -> Option<String> {
    let account = body::encoded(field(form, "AccountSid")?);
    let sid = body::encoded(sid);
    Some(match what {
        "sms" => format!("https://www.twilio.com/console/sms/logs/{account}/{sid}"),
        _ => format!("https://www.twilio.com/console/voice/calls/logs/{account}/{sid}"),
    })
}

#[cfg(test)]
mod tests;
