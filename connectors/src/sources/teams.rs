//! Microsoft Teams, outgoing webhooks: what people write to it by its name in a channel
//! (<https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook>).
//!
//! Teams shows the answer below the message, and an error where it gets none in JSON: see [`acknowledge`].

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Concern, Object, Why},
};
use serde_json::Value;

use super::{body, guess, words};
use crate::{
    Answer, Delivery, SecretFrom, Webhook, payload,
    signature::{decode_secret, verify_hmac_sha256_base64},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Vendor, steps: include_str!("teams.md") };

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let authorization = delivery.header("authorization").and_then(|it| it.split_once(' '));
    let Some((_, signature)) = authorization.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("hmac")) else {
        return refuse("There is no `Authorization: HMAC …`: this did not come from an outgoing webhook of Teams.");
    };
    let Some(key) = decode_secret(secret) else {
        return refuse(
            "This hook's secret is no security token of Teams, which is Base64: copy it again from where the webhook was made.",
        );
    };
    match verify_hmac_sha256_base64(&key, &[delivery.body], signature.trim()) {
        true => Ok(()),
        false => {
            refuse("The signature does not fit the body: is the hook's secret the token that Teams showed for this webhook?")
        }
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let payload = body::json(delivery, "Teams").ok()?;
    let thread = payload::text(&payload, "/conversation/id").unwrap_or_default();
    payload::text(&payload, "/id").map(|id| format!("{thread} {id}"))
}

/// What Teams shows below the message.
pub(super) fn acknowledge(_: &Delivery<'_>) -> Answer {
    let body = r#"{"type":"message","text":"Passed on."}"#.to_owned();
    Answer { status: 200, content_type: "application/json", body, headers: Vec::new(), tell: None }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "Teams")?;
    let id = key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    let Some(text) = payload::text(&payload, "/text").map(plain) else {
        return Ok(vec![guess::event(delivery, &id, &payload, payload::text(&payload, "/type"))]);
    };
    let actor = payload::text(&payload, "/from/name").map(str::to_owned);
    // The webhook itself is named in every message that reaches it.
    let own = payload::first(&payload, &["/recipient/name"]).map(str::to_owned).or_else(|| addressed(&payload));
    let others = payload::list(&payload, "/entities").iter().filter(|it| payload::text(it, "/type") == Some("mention"));
    let concerns = others.filter_map(|it| {
        let name = payload::text(it, "/mentioned/name")?.to_owned();
        let id = payload::first(it, &["/mentioned/aadObjectId", "/mentioned/id"]).map(str::to_owned);
        (Some(&name) != own.as_ref()).then_some(Concern { name, id, why: Why::Mentioned })
    });
    let kind = match payload::text(&payload, "/type") {
        None | Some("message") => "message.posted".to_owned(),
        Some(other) => words::kind_of(other).unwrap_or_else(|| "message.posted".to_owned()),
    };
    let title = payload::first_line(&text);
    Ok(vec![Event {
        id,
        source: delivery.hook.to_owned(),
        kind,
        at: payload::when(&payload, &["/timestamp", "/localTimestamp"]).unwrap_or(delivery.received),
        actor_id: payload::first(&payload, &["/from/aadObjectId", "/from/id"]).map(str::to_owned),
        concerns: concerns.collect(),
        object: Object {
            key: String::new(),
            title: if title.is_empty() { "Message in Teams".to_owned() } else { guess::cut(title, 120) },
            url: url(&payload),
            place: place(&payload),
            state: None,
        },
        about: payload::tickets(&text),
        text: payload::said(&text),
        actor,
        ..Event::default()
    }])
}

/// Whom the message begins with.
fn addressed(payload: &Value) -> Option<String> {
    let text = payload::text(payload, "/text")?;
    Some(text.split_once("<at>")?.1.split_once("</at>")?.0.trim().to_owned())
}

/// The team and channel, where Teams names them.
fn place(payload: &Value) -> Option<String> {
    let name = |path| payload::text(payload, path);
    let channel = name("/channelData/channel/name").or_else(|| name("/conversation/name"));
    match (name("/channelData/team/name"), channel) {
        (Some(team), Some(channel)) => Some(format!("{team} › {channel}")),
        (team, channel) => channel.or(team).map(str::to_owned),
    }
}

/// A link to the message: `conversation.id` is the channel's and that of the thread's first message.
fn url(payload: &Value) -> Option<String> {
    let (channel, parent) = payload::text(payload, "/conversation/id")?.split_once(";messageid=")?;
    let id = payload::text(payload, "/id").unwrap_or(parent);
    let mut url = format!(
        "https://teams.microsoft.com/l/message/{}/{}?parentMessageId={}",
        body::encoded(channel),
        body::encoded(id),
        body::encoded(parent)
    );
    for (name, path) in [("tenantId", "/conversation/tenantId"), ("groupId", "/channelData/team/aadGroupId")] {
        if let Some(value) = payload::text(payload, path) {
            url.push_str(&format!("&{name}={}", body::encoded(value)));
        }
    }
    Some(url)
}

/// What was written, without the tags that Teams writes around it and without the webhook's own name at its beginning.
fn plain(text: &str) -> String {
    let text = match text.trim_start().strip_prefix("<at>").and_then(|it| it.split_once("</at>")) {
        Some((_, rest)) => rest,
        None => text,
    };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let tag = after.split(|it: char| !(it.is_ascii_alphanumeric() || it == '/')).next().unwrap_or_default();
        if tag.is_empty() {
            // Not a tag, but something that is less.
            plain.push('<');
            rest = after;
            continue;
        }
        let Some((_, after)) = after.split_once('>') else {
            // No tag ends after this one, and so none is looked for.
            plain.push('<');
            rest = after;
            break;
        };
        if matches!(tag.to_ascii_lowercase().as_str(), "br" | "br/" | "/p" | "/div" | "/li" | "/tr") {
            plain.push('\n');
        }
        rest = after;
    }
    plain.push_str(rest);
    let letters = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    letters.iter().fold(plain, |text, (code, letter)| text.replace(code, letter)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request};

    const TOKEN: &str = "QSBzZWN1cml0eSB0b2tlbiBmb3IgdGhlIGRlbW8gcHJvamVjdCE=";

    #[test]
    fn a_message_is_told_with_who_wrote_it() {
        deliver::check(
            &WEBHOOK,
            TOKEN,
            "teams_message",
            expect![[r#"
            key: 19:demo@thread.tacv2;messageid=1795168780000 1795168790000
            message.posted | by Ana (0000000a-0000-4000-8000-000000000001) | please look at DEMO-7, Ben | https://teams.microsoft.com/l/message/19%3Ademo%40thread.tacv2/1795168790000?parentMessageId=1795168780000&tenantId=0000000t-0000-4000-8000-000000000009&groupId=0000000g-0000-4000-8000-000000000008 | in Demo › Releases | "please look at DEMO-7, Ben" | Mentioned Ben | about DEMO-7
        "#]],
        );
        let unsigned = Request::post("{}").header("Authorization", "HMAC AAAA");
        expect![
            "This hook's secret is no security token of Teams, which is Base64: copy it again from where the webhook was made."
        ]
        .assert_eq(&deliver::refused(&WEBHOOK, &unsigned.delivery(), "not Base64!"));
    }

    #[test]
    fn tags_are_no_text() {
        assert_eq!(plain("<at>Bellhop</at>&nbsp;deploy <b>demo</b><br>if 1 < 2 &amp;&lt;b&gt;\n"), "deploy demo\nif 1 < 2 &<b>");
        assert_eq!(plain("<div><p>a</p><p>b</p></div>"), "a\nb");
        assert_eq!(plain("<at>Bellhop"), "Bellhop");
        assert_eq!(plain(&"<".repeat(10_000)).len(), 10_000);
    }

    #[test]
    fn teams_gets_json() {
        let answer = acknowledge(&Request::post("{}").delivery());
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.content_type, &body["type"]), ("application/json", &Value::from("message")));
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        let samples = deliver::samples("teams").into_iter().map(|(_, it)| Request::post(it["body"].to_string()));
        for request in samples.chain([Request::fixture("teams_message")]) {
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(events[0].kind == "message.posted" && events[0].actor.is_some() && events[0].object.url.is_some());
            deliver::survives_json(&WEBHOOK, &request);
        }
    }
}
