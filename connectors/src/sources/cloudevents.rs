//! CloudEvents 1.0, as Knative, Azure Event Grid, Harbor, Tekton and others send them
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>): the attributes in headers
//! (binary), or around the data (structured), or several in a list (batch). They are not signed: the hook's secret comes with them.

use commands::{Event, Result, event::Severity};
use serde_json::{Value, json};

use super::{body, guess, token, words};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload, signature::decode_secret};

pub(super) const WEBHOOK: Webhook = Webhook {
    verify,
    key: Some(key),
    parse,
    handshake: Some(handshake),
    secret: SecretFrom::Us,
    steps: include_str!("cloudevents.md"),
};

/// How many events of a batch are read.
const BATCH: usize = 200;

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    token::verify(delivery, secret)
}

/// Deliveries a minute that a sender may count on.
const RATE: u32 = 500;
/// The longest name of a sender that is repeated to it: a DNS name.
const ORIGIN: usize = 253;

/// Senders ask by `OPTIONS` whether they may deliver here, and how much
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection>): whoever asks may, as what
/// they deliver is verified all the same.
fn handshake(delivery: &Delivery<'_>, secret: &str) -> Option<Answer> {
    match delivery.method {
        "OPTIONS" => permission(delivery),
        _ => validation(delivery, secret),
    }
}

fn permission(delivery: &Delivery<'_>) -> Option<Answer> {
    let is_name = |it: &&str| it.len() <= ORIGIN && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._:".contains(&it));
    let origin = delivery.header("webhook-request-origin").map(str::trim).filter(|it| !it.is_empty()).filter(is_name)?;
    let mut headers = vec![("webhook-allowed-origin", origin.to_owned()), ("allow", "OPTIONS, POST".to_owned())];
    // It is only told to those who ask, none of whom may have more than there is.
    if let Some(wanted) = delivery.header("webhook-request-rate") {
        let wanted = wanted.trim().parse::<u32>().ok().filter(|it| *it > 0);
        headers.push(("webhook-allowed-rate", wanted.unwrap_or(RATE).min(RATE).to_string()));
    }
    Some(Answer { status: 200, content_type: "text/plain", body: String::new(), headers, tell: None })
}

/// Event Grid tries an address with a code that it wants to hear
/// (<https://learn.microsoft.com/azure/event-grid/webhook-event-delivery>); it has the secret by then.
fn validation(delivery: &Delivery<'_>, secret: &str) -> Option<Answer> {
    if delivery.header("aeg-event-type") != Some("SubscriptionValidation") {
        return None;
    }
    verify(delivery, secret).ok()?;
    let payload: Value = serde_json::from_slice(delivery.body).ok()?;
    let code = payload::first(&payload, &["/0/data/validationCode", "/data/validationCode"])?;
    let body = json!({"validationResponse": code}).to_string();
    Some(Answer { status: 200, content_type: "application/json", body, headers: Vec::new(), tell: None })
}

/// `source` and `id` together are unique, as the specification says.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    if let (Some(source), Some(id)) = (attribute(delivery, "source"), attribute(delivery, "id")) {
        return body::joined(&[source, id]);
    }
    let payload: Value = serde_json::from_slice(delivery.body).ok()?;
    let list = payload.as_array().map_or_else(|| std::slice::from_ref(&payload), Vec::as_slice);
    let ids = list.iter().filter_map(|it| {
        Some(format!("{} {}", payload::first(it, &["/source", "/topic"]).unwrap_or_default(), payload::shown(it, "/id")?))
    });
    body::joined(&ids.collect::<Vec<_>>())
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    if let Some(event) = binary(delivery) {
        return Ok(vec![event]);
    }
    let payload = body::json(delivery, "CloudEvents")?;
    Ok(structured(delivery, &payload)
        .unwrap_or_else(|| vec![guess::event(delivery, &body::digest(delivery.body), &payload, None)]))
}

/// An attribute in a header, percent-decoded as the binding says.
fn attribute(delivery: &Delivery<'_>, name: &str) -> Option<String> {
    let value = delivery.header(&format!("ce-{name}"))?;
    // Only percent signs are codes there: a plus is a plus.
    let decoded = url::form_urlencoded::parse(value.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes())
        .next()?
        .0
        .into_owned();
    Some(decoded).filter(|it| !it.is_empty())
}

fn binary(delivery: &Delivery<'_>) -> Option<Event> {
    let (kind, id) = (attribute(delivery, "type")?, attribute(delivery, "id")?);
    let text = || Value::String(String::from_utf8_lossy(delivery.body).trim().to_owned());
    let data = serde_json::from_slice(delivery.body).unwrap_or_else(|_| text());
    let envelope = json!({
        "id": id, "type": kind, "source": attribute(delivery, "source"), "subject": attribute(delivery, "subject"),
        "time": attribute(delivery, "time"), "data": data,
    });
    Some(event(delivery, &envelope))
}

/// The events of a structured payload or of a batch; none where it is neither. Event Grid's own form, which names the version
/// otherwise, counts as one.
pub(super) fn structured(delivery: &Delivery<'_>, payload: &Value) -> Option<Vec<Event>> {
    let is_event = |it: &Value| {
        let has = |path: &str| payload::text(it, path).is_some();
        has("/specversion") && has("/type") || has("/eventType") && has("/topic") && has("/subject")
    };
    match payload {
        Value::Array(list) if !list.is_empty() && list.iter().all(is_event) => {
            Some(list.iter().take(BATCH).map(|it| event(delivery, it)).collect())
        }
        payload if is_event(payload) => Some(vec![event(delivery, payload)]),
        _ => None,
    }
}

fn event(delivery: &Delivery<'_>, envelope: &Value) -> Event {
    let text = |paths: &[&str]| payload::first(envelope, paths);
    let data = match (envelope.get("data"), text(&["/data_base64"])) {
        (Some(Value::String(text)), _) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        (Some(data), _) => data.clone(),
        (None, Some(coded)) => {
            let bytes = decode_secret(coded).unwrap_or_default();
            serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        }
        (None, None) => Value::Null,
    };
    let named = text(&["/type", "/eventType"]);
    let id = payload::shown(envelope, "/id").unwrap_or_else(|| body::digest(envelope.to_string().as_bytes()));
    let mut event = guess::event(delivery, &id, &data, named);
    event.at = payload::when(envelope, &["/time", "/eventTime"]).unwrap_or(event.at);
    event.kind = named.and_then(words::kind_of).unwrap_or(event.kind);
    if words::is_failure(&event.kind) {
        event.severity = event.severity.or(Some(Severity::Error));
    }
    let subject = text(&["/subject"]);
    // What the sender names is surer than what the data looks like.
    if let Some(subject) = subject {
        let name = subject.trim_end_matches('/').rsplit('/').next().filter(|it| !it.is_empty()).unwrap_or(subject);
        if event.object.title == guess::sentence(&event.kind) {
            event.object.title = guess::cut(name, 300);
        }
        if event.object.key.is_empty() && subject != event.object.title {
            subject.clone_into(&mut event.object.key);
        }
    }
    if event.object.place.is_none() {
        event.object.place = text(&["/source", "/topic"]).map(str::to_owned);
    }
    event
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn all_modes_are_read() {
        for (fixture, expected) in [
            (
                "cloudevents_binary",
                expect![[r#"
                    key: /apis/tekton.dev/namespaces/demo/pipelineruns/nightly run 77f78ae7
                    tekton_pipelinerun.failed | nightly run Tasks Completed: 2 (Failed: 1) | in demo | Error
                "#]],
            ),
            (
                "cloudevents_structured",
                expect![[r#"
                    key: /shop/demo C234-1234
                    order.created | by Ana | orders/123 Two chairs | https://shop.example.org/orders/123 | in /shop/demo | is open
                "#]],
            ),
            (
                "cloudevents_batch",
                expect![[r#"
                    key: /mycontext B234 /mycontext B235
                    someevent.received | demo | in /mycontext
                    otherevent.failed | <much wow="xml"/> | in /mycontext | Error
                "#]],
            ),
            (
                "cloudevents_grid",
                expect![[r#"
                    key: /subscriptions/0/resourceGroups/demo/providers/Microsoft.Storage/storageAccounts/demo 831e1650
                    storage_blob.created | /blobServices/default/containers/reports/blobs/q4.pdf q4.pdf | https://demo.blob.core.windows.net/reports/q4.pdf | in /subscriptions/0/resourceGroups/demo/providers/Microsoft.Storage/storageAccounts/demo
                "#]],
            ),
        ] {
            deliver::check(&WEBHOOK, SECRET, fixture, expected);
        }
    }

    #[test]
    fn the_same_event_is_one_in_either_mode() {
        let binary = Request::post(r#"{"title":"Disk full"}"#)
            .header("ce-id", "A234")
            .header("ce-source", "/sensors/a%20b+c")
            .header("ce-type", "com.example.disk.filled")
            .header("ce-time", "2026-11-20T09:00:00Z");
        let envelope = json!({"specversion": "1.0", "id": "A234", "source": "/sensors/a b+c", "type": "com.example.disk.filled",
            "time": "2026-11-20T09:00:00Z", "data": {"title": "Disk full"}});
        let structured = Request::post(envelope.to_string());
        assert_eq!(deliver::shown(&WEBHOOK, &binary.delivery()), deliver::shown(&WEBHOOK, &structured.delivery()));
    }

    #[test]
    fn event_grid_hears_its_code_with_the_secret() {
        let asked = Request::post(r#"[{"id":"1","topic":"t","subject":"","data":{"validationCode":"512d38b6"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent"}]"#)
            .header("aeg-event-type", "SubscriptionValidation")
            .query("token=s3cret");
        assert_eq!(handshake(&asked.delivery(), "s3cret").unwrap().body, r#"{"validationResponse":"512d38b6"}"#);
        assert!(handshake(&asked.delivery(), "another").is_none());
    }

    #[test]
    fn a_sender_asks_whether_it_may() {
        let asked = |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(Request::post(""), |it, (name, value)| it.header(name, value));
            let said = handshake(&Delivery { method: "OPTIONS", ..request.delivery() }, "s3cret")?;
            assert_eq!((said.status, said.body.as_str(), said.tell.is_none()), (200, "", true));
            Some(said.headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; "))
        };
        let origin = ("webhook-request-origin", "events.example.org");
        let allowed = "webhook-allowed-origin: events.example.org; allow: OPTIONS, POST";
        assert_eq!(asked(&[origin]).as_deref(), Some(allowed));
        for (wanted, rate) in [("120", "120"), ("1000000", "500"), ("*", "500"), ("0", "500")] {
            let expected = format!("{allowed}; webhook-allowed-rate: {rate}");
            assert_eq!(asked(&[origin, ("webhook-request-rate", wanted)]), Some(expected));
        }
        assert_eq!(asked(&[("webhook-request-origin", "a\r\nset-cookie: b")]), None);
        assert_eq!(asked(&[]), None, "an ordinary OPTIONS");
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        for fixture in ["binary", "structured", "batch", "grid"] {
            let request = Request::fixture(&format!("cloudevents_{fixture}"));
            (WEBHOOK.parse)(&request.delivery()).unwrap().iter().for_each(deliver::is_sound);
            deliver::survives_json(&WEBHOOK, &request);
        }
    }
}
