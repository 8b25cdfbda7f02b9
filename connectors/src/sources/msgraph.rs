//! Microsoft Graph, change notifications: that something changed in Teams, Outlook, OneDrive, a directory
//! (<https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>).
//!
//! Graph tries an address with a `validationToken` that it wants to hear. Each notification brings the `clientState` that the
//! subscription was made with: the hook's secret. It says which object changed; what of it, the app would have to ask.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Object, Severity},
};
use serde_json::Value;

use super::{body, guess, words};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload, signature::tokens_match};

pub(super) const WEBHOOK: Webhook = Webhook {
    verify,
    key: Some(key),
    parse,
    handshake: Some(handshake),
    secret: SecretFrom::Us,
    steps: include_str!("msgraph.md"),
};

/// Longer tokens are not Graph's.
const TOKEN: usize = 2_000;
/// How many notifications of a delivery are read.
const NOTIFICATIONS: usize = 500;

/// What came in `?validationToken=`, as plain text, so that no browser runs it.
fn handshake(delivery: &Delivery<'_>, _: &str) -> Option<Answer> {
    let token = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "validationToken")?.1;
    let asks = delivery.method == "POST" && !token.is_empty() && token.len() <= TOKEN;
    asks.then(|| Answer { status: 200, content_type: "text/plain", body: token.into_owned(), headers: Vec::new(), tell: None })
}

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let payload = body::json(delivery, "Microsoft Graph").ok();
    let notifications = payload.as_ref().map_or(&[][..], |it| payload::list(it, "/value"));
    if notifications.is_empty() || notifications.len() > NOTIFICATIONS {
        return refuse("There are no notifications of Microsoft Graph in the body.");
    }
    // Each must have it: several subscriptions may come at once.
    let mut states = notifications.iter().map(|it| payload::text(it, "/clientState").unwrap_or_default());
    match states.all(|it| tokens_match(it, secret)) {
        true => Ok(()),
        false => refuse("A notification's clientState is not this hook's secret: was the subscription made with that?"),
    }
}

/// Graph seldom names a notification, and two changes of an object are the same bytes, so that the time must tell them apart.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let payload = body::json(delivery, "Microsoft Graph").ok()?;
    let named = |it: &Value| payload::text(it, "/id").map(str::to_owned);
    let ids: Option<Vec<String>> = payload::list(&payload, "/value").iter().map(named).collect();
    let ids = ids.as_deref().and_then(body::joined);
    Some(ids.unwrap_or_else(|| format!("{}-{}", body::digest(delivery.body), delivery.received.as_second())))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "Microsoft Graph")?;
    let id = key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    let notifications = payload::list(&payload, "/value");
    let events = notifications.iter().take(NOTIFICATIONS).enumerate();
    Ok(events
        .map(|(index, it)| event(delivery, if notifications.len() > 1 { format!("{id}-{index}") } else { id.clone() }, it))
        .collect())
}

/// Types of Graph, the last part of their names: our noun, what people call it, and what happened when it was created.
const TYPES: &[(&str, &str, &str, &str)] = &[
    ("chatmessage", "message", "Message in Teams", "posted"),
    ("aadusernotification", "notification", "Notification in Teams", "created"),
    ("channel", "channel", "Channel in Teams", "created"),
    ("chat", "chat", "Chat in Teams", "created"),
    ("conversationmember", "member", "Members in Teams", "added"),
    ("aaduserconversationmember", "member", "Members in Teams", "added"),
    ("team", "team", "Team", "created"),
    ("message", "mail", "Mail in Outlook", "received"),
    ("event", "meeting", "Meeting in a calendar", "created"),
    ("contact", "contact", "Contact in Outlook", "created"),
    ("driveitem", "file", "Files in OneDrive or SharePoint", "created"),
    ("listitem", "item", "List in SharePoint", "created"),
    ("list", "list", "List in SharePoint", "created"),
    ("user", "user", "User of the directory", "created"),
    ("group", "group", "Group of the directory", "created"),
    ("todotask", "task", "Task in To Do", "created"),
    ("callrecord", "call", "Call in Teams", "recorded"),
    ("calltranscript", "transcript", "Transcript of a meeting", "created"),
    ("callrecording", "recording", "Recording of a meeting", "created"),
    ("onlinemeeting", "meeting", "Online meeting", "created"),
    ("presence", "presence", "Presence in Teams", "created"),
    ("alert", "alert", "Security alert", "raised"),
    ("printer", "printer", "Printer", "created"),
    ("printtaskdefinition", "print_task", "Print task", "created"),
    ("baseitem", "file", "Files in SharePoint", "created"),
];

fn event(delivery: &Delivery<'_>, id: String, notification: &Value) -> Event {
    let text = |path: &str| payload::text(notification, path);
    let resource = text("/resource").unwrap_or_default().trim_matches('/');
    let event = Event { id, source: delivery.hook.to_owned(), at: delivery.received, ..Event::default() };
    if let Some(lifecycle) = text("/lifecycleEvent") {
        return of_subscription(event, lifecycle, notification);
    }
    let segments = segments(resource);
    let typed = text("/resourceData/@odata.type").and_then(|it| it.rsplit('.').next()).map(str::to_lowercase);
    // `drives/…/root` tells no type; `users/…/messages/…` tells it by the collection.
    let sort = typed.or_else(|| {
        let last = segments.iter().rev().map(|(name, _)| name.to_lowercase()).find(|it| !it.is_empty())?;
        Some(match last.as_str() {
            "root" | "drive" | "drives" | "items" => "driveitem".to_owned(),
            "communications" | "callrecords" => "callrecord".to_owned(),
            name => name.trim_end_matches('s').to_owned(),
        })
    });
    let sort = sort.unwrap_or_default();
    let known = TYPES.iter().find(|(name, ..)| *name == sort);
    let change = text("/changeType").unwrap_or("updated");
    let noun = known
        .map_or_else(|| if sort.is_empty() { "object".to_owned() } else { sort.clone() }, |(_, noun, ..)| (*noun).to_owned());
    let verb = match (change, known) {
        ("created", Some((_, _, _, verb))) => (*verb).to_owned(),
        ("updated", Some((_, "message", ..))) => "edited".to_owned(),
        ("created" | "updated" | "deleted", _) => change.to_owned(),
        (other, _) => words::past(other).unwrap_or("changed").to_lowercase(),
    };
    let data = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| notification.pointer(&format!("/resourceData/{name}")).and_then(Value::as_str))
            .map(str::to_owned)
    };
    let title = data(&["subject", "displayName", "name", "title", "activity", "availability"]).filter(|it| !it.trim().is_empty());
    let key = data(&["id"]).or_else(|| segments.last().and_then(|(_, id)| id.clone())).unwrap_or_default();
    let title = title.unwrap_or_else(|| match known {
        Some((_, _, title, _)) => (*title).to_owned(),
        None => format!("{} in Microsoft 365", guess::sentence(&noun)),
    });
    Event {
        kind: format!("{noun}.{verb}"),
        object: Object {
            url: data(&["webUrl", "webLink"]).and_then(|it| body::web(&it)).or_else(|| link(&segments, text("/tenantId"))),
            title: if title == key { format!("{title} in Microsoft 365") } else { guess::cut(&title, 200) },
            key,
            place: place(&segments),
            state: None,
        },
        severity: (noun == "alert").then_some(Severity::Warning),
        text: notification
            .get("encryptedContent")
            .filter(|it| it.is_object())
            .map(|_| "Its content is encrypted for the app that subscribed.".to_owned()),
        ..event
    }
}

/// What Graph says of the subscription itself.
fn of_subscription(event: Event, lifecycle: &str, notification: &Value) -> Event {
    let (kind, told) = match lifecycle {
        "reauthorizationRequired" => ("subscription.expiring", "Graph wants the app to authorize it anew, or it ends."),
        "subscriptionRemoved" => ("subscription.removed", "Graph has ended it. Make it anew to be told of changes."),
        "missed" => ("subscription.delayed", "Graph could not deliver some notifications: changes may have been missed."),
        _ => ("subscription.changed", "Graph tells something new of it."),
    };
    let until = payload::text(notification, "/subscriptionExpirationDateTime");
    Event {
        kind: kind.to_owned(),
        object: Object {
            key: payload::text(notification, "/subscriptionId").unwrap_or_default().to_owned(),
            title: "Subscription in Microsoft Graph".to_owned(),
            state: until.map(|it| format!("until {}", it.get(..16).unwrap_or(it).replace('T', " "))),
            ..Object::default()
        },
        text: Some(told.to_owned()),
        severity: Some(Severity::Warning),
        ..event
    }
}

/// `teams('t')/channels('c')` and `teams/t/channels/c`, as names and ids.
fn segments(resource: &str) -> Vec<(&str, Option<String>)> {
    let mut found: Vec<(&str, Option<String>)> = Vec::new();
    for part in resource.split('/').take(40) {
        if let Some((name, rest)) = part.split_once('(') {
            let id = rest.trim_end_matches(')').trim_matches('\'');
            found.push((name, Some(id.to_owned()).filter(|it| !it.is_empty())));
        } else if let Some((_, id)) = found.last_mut().filter(|(name, id)| id.is_none() && name.ends_with(['s', 'S'])) {
            *id = Some(part.to_owned());
        } else {
            found.push((part, None));
        }
    }
    found
}

/// What holds it: all but the last, as people can tell it.
fn place(segments: &[(&str, Option<String>)]) -> Option<String> {
    if segments.len() == 1 {
        return None;
    }
    let (name, id) = segments.iter().rev().skip(1).find(|(_, id)| id.is_some()).or_else(|| segments.first())?;
    let noun = name.to_lowercase();
    match id {
        Some(id) => Some(format!("{} {id}", noun.trim_end_matches('s'))),
        None => Some(noun).filter(|it| !it.is_empty()),
    }
}

/// A message's page in Teams.
fn link(segments: &[(&str, Option<String>)], tenant: Option<&str>) -> Option<String> {
    let id = |name: &str| segments.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).and_then(|(_, id)| id.as_deref());
    let (message, thread) = (id("messages")?, id("channels").or_else(|| id("chats"))?);
    let (own, parent) = (id("replies").unwrap_or(message), message);
    let mut url = format!(
        "https://teams.microsoft.com/l/message/{}/{}?parentMessageId={}",
        body::encoded(thread),
        body::encoded(own),
        body::encoded(parent)
    );
    for (name, value) in [("tenantId", tenant), ("groupId", id("teams"))] {
        if let Some(value) = value {
            url.push_str(&format!("&{name}={}", body::encoded(value)));
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn changes_are_told() {
        deliver::check(
            &WEBHOOK,
            SECRET,
            "msgraph_changes",
            expect![[r#"
                key: 3c99a4dae1cd91ec07f8-1795168800
                message.posted | 1795168780000 Message in Teams | https://teams.microsoft.com/l/message/19%3Ademo%40thread.tacv2/1795168780000?parentMessageId=1795168780000&tenantId=0000000t-0000-4000-8000-000000000009&groupId=0000000g | in channel 19:demo@thread.tacv2
                meeting.updated | AAMkevent Meeting in a calendar | in user 0000000a
                mail.received | AAMkmail Mail in Outlook | in mailfolder Inbox | "Its content is encrypted for the app that subscribed."
                file.updated | Files in OneDrive or SharePoint | in drive b!demo
                user.deleted | 0000000b Ben
            "#]],
        );
        deliver::check(
            &WEBHOOK,
            SECRET,
            "msgraph_lifecycle",
            expect![[r#"
            key: 2fe53ed57a888db0030a-1795168800
            subscription.expiring | 76222963-0001 Subscription in Microsoft Graph | is until 2026-11-20 11:00 | "Graph wants the app to authorize it anew, or it ends." | Warning
            subscription.removed | 76222963-0001 Subscription in Microsoft Graph | is until 2026-11-20 11:00 | "Graph has ended it. Make it anew to be told of changes." | Warning
            subscription.delayed | 76222963-0001 Subscription in Microsoft Graph | is until 2026-11-20 11:00 | "Graph could not deliver some notifications: changes may have been missed." | Warning
        "#]],
        );
    }

    #[test]
    fn one_wrong_state_is_enough_to_refuse_all() {
        let good = Request::fixture("msgraph_changes");
        let text = String::from_utf8(good.body.clone()).unwrap();
        let forged = Request { body: text.replacen(SECRET, "guessed", 1).into_bytes(), ..good.clone() };
        expect!["A notification's clientState is not this hook's secret: was the subscription made with that?"]
            .assert_eq(&deliver::refused(&WEBHOOK, &forged.delivery(), SECRET));
        deliver::refused(&WEBHOOK, &Request::post(r#"{"value":[]}"#).delivery(), SECRET);
        deliver::refused(&WEBHOOK, &Request::post(r#"{"value":[{"clientState":""}]}"#).delivery(), "");
    }

    #[test]
    fn the_validation_token_is_answered_with_itself() {
        let asked = Request::post("").query("validationToken=Validation%3A%20Testing%20client+application%20reachability");
        let answer = handshake(&asked.delivery(), SECRET).unwrap();
        assert_eq!(answer.body, "Validation: Testing client application reachability");
        assert_eq!((answer.status, answer.content_type), (200, "text/plain"));
        assert!(handshake(&Request::fixture("msgraph_changes").delivery(), SECRET).is_none());
    }

    #[test]
    fn samples_are_told() {
        for (name, sample) in deliver::samples("msgraph") {
            if name.starts_with("validation") {
                let query = sample["_url"].as_str().unwrap().split_once('?').unwrap().1;
                let answer = handshake(&Request::post("").query(query).delivery(), SECRET).unwrap();
                assert_eq!(answer.body, sample["_answer"]["body"].as_str().unwrap());
                continue;
            }
            let request = Request::post(sample.to_string());
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(!events.is_empty());
            for event in &events {
                deliver::is_sound(event);
                assert!(event.object.url.is_some() && event.object.place.is_some(), "{name}");
            }
            deliver::survives_json(&WEBHOOK, &request);
        }
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        deliver::survives_json(&WEBHOOK, &Request::fixture("msgraph_changes"));
        deliver::survives_json(&WEBHOOK, &Request::fixture("msgraph_lifecycle"));
    }
}
