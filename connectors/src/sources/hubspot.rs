//! HubSpot: what happens to contacts, companies, deals, tickets and the other objects of its CRM, up to a hundred at once.
//!
//! It signs the method, the address, the body and the time
//! (<https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests>, version 3), and sends the older
//! signatures beside it, which anybody could send again: those alone are refused. Payloads name objects by their numbers only
//! (<https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide>); names are known where they are what changed.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde_json::Value;

use super::{body, guess, words};
use crate::{
    Delivery, SecretFrom, Webhook, payload,
    signature::{fresh, verify_hmac_sha256_base64},
};

/// A repeat has other attempt numbers, and so another body; the events keep theirs.
pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: None, parse, handshake: None, secret: SecretFrom::Vendor, steps: include_str!("hubspot.md") };

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let Some(signature) = delivery.header("x-hubspot-signature-v3") else {
        return match delivery.header("x-hubspot-signature") {
            Some(_) => refuse(
                "This is signed in HubSpot's old way only (X-HubSpot-Signature), which can be sent again by anybody. HubSpot sends \
                 X-HubSpot-Signature-v3 as well: does something before the bot take it away?",
            ),
            None => refuse("There is no X-HubSpot-Signature-v3: this did not come from HubSpot."),
        };
    };
    let Some(time) = delivery.header("x-hubspot-request-timestamp") else {
        return refuse("There is no X-HubSpot-Request-Timestamp, so nobody knows when this was signed.");
    };
    if !time.parse().ok().and_then(|it| Timestamp::from_millisecond(it).ok()).is_some_and(|it| fresh(it, delivery.received)) {
        return refuse("X-HubSpot-Request-Timestamp is more than five minutes away: is the clock of this server right?");
    }
    let Some(url) = delivery.url else {
        return refuse("HubSpot signs the hook's address, and the bot does not know its own: set server.public_url.");
    };
    let fits = |url: &str| {
        let parts = [delivery.method.as_bytes(), url.as_bytes(), delivery.body, time.as_bytes()];
        verify_hmac_sha256_base64(secret.as_bytes(), &parts, signature)
    };
    match fits(url) || fits(&decoded(url)) {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::Auth,
            format!(
                "X-HubSpot-Signature-v3 does not fit the body and {url}: is the hook's secret the app's client secret, and that \
                 the address in HubSpot?"
            ),
        )),
    }
}

/// The address as HubSpot signs it: with these characters as they are, and the others encoded.
fn decoded(url: &str) -> String {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let decode = |text: &str| {
        let codes = [
            ("%3A", ":"),
            ("%2F", "/"),
            ("%3F", "?"),
            ("%40", "@"),
            ("%21", "!"),
            ("%24", "$"),
            ("%27", "'"),
            ("%28", "("),
            ("%29", ")"),
            ("%2A", "*"),
            ("%2C", ","),
            ("%3B", ";"),
        ];
        codes
            .iter()
            .fold(text.to_owned(), |text, (code, letter)| text.replace(code, letter).replace(&code.to_lowercase(), letter))
    };
    match query {
        Some(query) => format!("{}?{}", decode(path), decode(query)),
        None => decode(path),
    }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "HubSpot")?;
    let events = match &payload {
        Value::Array(events) => events.as_slice(),
        one => std::slice::from_ref(one),
    };
    // They come in no order.
    let mut events: Vec<Event> =
        events.iter().enumerate().filter(|(_, it)| it.is_object()).map(|(index, it)| event(delivery, index, it)).collect();
    events.sort_by_key(|it| it.at);
    Ok(events)
}

/// HubSpot's own kinds of objects, by their numbers, as people and its older events call them.
const TYPES: &[(&str, &str)] = &[
    ("0-1", "contact"),
    ("0-2", "company"),
    ("0-3", "deal"),
    ("0-5", "ticket"),
    ("0-7", "product"),
    ("0-8", "line_item"),
    ("0-14", "quote"),
    ("0-19", "feedback"),
    ("0-27", "task"),
    ("0-46", "note"),
    ("0-47", "meeting"),
    ("0-48", "call"),
    ("0-49", "email"),
    ("0-53", "invoice"),
    ("0-69", "subscription"),
    ("0-101", "payment"),
    ("0-115", "user"),
    ("0-123", "order"),
    ("0-136", "lead"),
    ("0-142", "cart"),
    ("0-162", "service"),
    ("0-410", "course"),
    ("0-420", "listing"),
    ("0-421", "appointment"),
];

/// Properties that hold what an object is called.
const NAMES: &[&str] = &[
    "name",
    "dealname",
    "subject",
    "hs_ticket_subject",
    "hs_title",
    "hs_task_subject",
    "hs_meeting_title",
    "hs_call_title",
    "hs_name",
];
/// Properties that hold its state.
const STATES: &[&str] =
    &["dealstage", "hs_pipeline_stage", "lifecyclestage", "hs_lead_status", "hs_task_status", "hs_status", "hs_order_status"];

fn event(delivery: &Delivery<'_>, index: usize, payload: &Value) -> Event {
    let number = |path: &str| payload::shown(payload, path);
    let subscription = payload::first(payload, &["/subscriptionType", "/eventType"]).unwrap_or_default();
    let (noun, action) = subscription.rsplit_once('.').unwrap_or(("object", subscription));
    let code = payload::text(payload, "/objectTypeId");
    let noun = match noun {
        "object" => TYPES.iter().find(|(it, _)| Some(*it) == code).map_or("record", |(_, noun)| noun),
        noun => noun,
    };
    let id = number("/objectId").or_else(|| number("/primaryObjectId")).or_else(|| number("/fromObjectId"));
    let property = payload::text(payload, "/propertyName").unwrap_or("property");
    let value = number("/propertyValue");
    let removed = payload.pointer("/associationRemoved").and_then(Value::as_bool) == Some(true);

    let mut changes = Vec::new();
    let mut text = None;
    let mut about = Vec::new();
    let kind = match action {
        "creation" => format!("{noun}.created"),
        "deletion" => format!("{noun}.deleted"),
        "privacyDeletion" => format!("{noun}.erased"),
        "restore" => format!("{noun}.restored"),
        "newMessage" => "message.received".to_owned(),
        "propertyChange" => {
            changes.push(Change { field: property.replace('_', " "), from: None, to: value.clone() });
            format!("{noun}.updated")
        }
        "merge" => {
            let merged: Vec<String> =
                payload::list(payload, "/mergedObjectIds").iter().filter_map(|it| payload::shown(it, "")).collect();
            text = payload::said(&match merged.is_empty() {
                true => String::new(),
                false => format!("Merged from {}.", merged.join(", ")),
            });
            format!("{noun}.merged")
        }
        "associationChange" => {
            let other = other(payload);
            let told = other.clone().unwrap_or_else(|| "another object".to_owned());
            text = payload::said(&format!("{} {told}", if removed { "No longer with" } else { "Now with" }));
            about.extend(other);
            format!("{noun}.{}", if removed { "unlinked" } else { "linked" })
        }
        _ => words::kind_of(subscription).unwrap_or_else(|| format!("{noun}.changed")),
    };
    let is = |names: &[&str]| value.clone().filter(|_| action == "propertyChange" && names.contains(&property));
    let readable = guess::sentence(noun);
    // HubSpot says who by a number: `userId:12345`.
    let actor_id = payload::text(payload, "/sourceId").and_then(|it| it.strip_prefix("userId:")).map(str::to_owned);
    Event {
        id: event_id(payload).unwrap_or_else(|| format!("{}-{index}", body::digest(delivery.body))),
        source: delivery.hook.to_owned(),
        kind,
        at: payload::when(payload, &["/occurredAt"]).unwrap_or(delivery.received),
        actor: actor_id.as_ref().map(|it| format!("user {it}")),
        actor_id,
        object: Object {
            title: is(NAMES).unwrap_or_else(|| format!("HubSpot {}", readable.to_lowercase())),
            url: url(payload, noun, code, id.as_deref()),
            key: id.map(|it| format!("{} {it}", noun.replace('_', " "))).unwrap_or_default(),
            place: number("/portalId").map(|it| format!("account {it}")),
            state: is(STATES),
        },
        changes,
        text,
        about,
        ..Event::default()
    }
}

/// What an object was put together with, as its key: `CONTACT_TO_DEAL` tells its kind, or `toObjectTypeId` does.
fn other(payload: &Value) -> Option<String> {
    let id = payload::shown(payload, "/toObjectId")?;
    let code = payload::text(payload, "/toObjectTypeId");
    let known = TYPES.iter().find(|(it, _)| Some(*it) == code).map(|(_, noun)| (*noun).to_owned());
    let told = || Some(payload::text(payload, "/associationType")?.split_once("_TO_")?.1.to_lowercase());
    let noun = known.or_else(told).unwrap_or_else(|| "record".to_owned());
    Some(format!("{} {id}", noun.replace('_', " ")))
}

/// `eventId` alone is not unique, as HubSpot says.
fn event_id(payload: &Value) -> Option<String> {
    let parts = ["/portalId", "/subscriptionId", "/eventId", "/occurredAt", "/objectId"];
    payload::shown(payload, "/eventId")?;
    Some(parts.iter().filter_map(|it| payload::shown(payload, it)).collect::<Vec<_>>().join("-"))
}

fn url(payload: &Value, noun: &str, code: Option<&str>, id: Option<&str>) -> Option<String> {
    let (account, id) = (payload::shown(payload, "/portalId")?, body::encoded(id?));
    let account = body::encoded(&account);
    if noun == "conversation" {
        return Some(format!("https://app.hubspot.com/live-messages/{account}/inbox/{id}"));
    }
    let code = code.or_else(|| TYPES.iter().find(|(_, it)| *it == noun).map(|(code, _)| *code))?;
    Some(format!("https://app.hubspot.com/contacts/{account}/record/{}/{id}", body::encoded(code)))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn what_happened_in_the_crm_is_told() {
        deliver::check(
            &WEBHOOK,
            SECRET,
            "hubspot_batch",
            expect![[r#"
                key: 62515-1001-100-1795168600000-77 62515-1001-101-1795168700000-123 62515-1001-102-1795168701000 62515-1001-103-1795168702000-123 62515-1001-104-1795168703000-127 62515-1001-105-1795168704000-5 62515-1001-106-1795168705000-3002
                deal.updated | by user 9001 (9001) | deal 77 HubSpot deal | https://app.hubspot.com/contacts/62515/record/0-3/77 | in account 62515 | is closedwon | dealstage: – → closedwon
                contact.created | by user 9001 (9001) | contact 123 HubSpot contact | https://app.hubspot.com/contacts/62515/record/0-1/123 | in account 62515
                contact.linked | contact 123 HubSpot contact | https://app.hubspot.com/contacts/62515/record/0-1/123 | in account 62515 | "Now with deal 77" | about deal 77
                contact.merged | contact 123 HubSpot contact | https://app.hubspot.com/contacts/62515/record/0-1/123 | in account 62515 | "Merged from 124, 125."
                contact.erased | contact 127 HubSpot contact | https://app.hubspot.com/contacts/62515/record/0-1/127 | in account 62515
                company.deleted | company 5 HubSpot company | https://app.hubspot.com/contacts/62515/record/0-2/5 | in account 62515
                message.received | conversation 3002 HubSpot conversation | https://app.hubspot.com/live-messages/62515/inbox/3002 | in account 62515
            "#]],
        );
        deliver::check(
            &WEBHOOK,
            SECRET,
            "hubspot_objects",
            expect![[r#"
                key: 62515-1001-201-1795168700000-55 62515-1001-202-1795168701000-56 62515-1001-203-1795168702000
                ticket.updated | ticket 55 Login fails | https://app.hubspot.com/contacts/62515/record/0-5/55 | in account 62515 | subject: – → Login fails
                record.restored | record 56 HubSpot record | https://app.hubspot.com/contacts/62515/record/2-998877/56 | in account 62515
                deal.unlinked | deal 77 HubSpot deal | https://app.hubspot.com/contacts/62515/record/0-3/77 | in account 62515 | "No longer with company 5" | about company 5
            "#]],
        );
    }

    #[test]
    fn old_and_late_signatures_are_refused() {
        let good = Request::fixture("hubspot_batch");
        (WEBHOOK.verify)(&good.delivery(), SECRET).unwrap();
        let mut old = good.clone();
        old.headers.retain(|(name, _)| name != "x-hubspot-signature-v3");
        let old = old.header("X-HubSpot-Signature", "f2e32b3ff5d1d3d1b6ff9b0b9b6e6b6ad5cfa3f1f8d9f1e2e8d7c6b5a4938271");
        let late = Request { received: Timestamp::from_second(deliver::NOW + 301).unwrap(), ..good.clone() };
        let elsewhere = Request { url: "https://bellhop.example.org/hooks/other".to_owned(), ..good.clone() };
        let got = Request { method: "GET".to_owned(), ..good };
        let mut said: Vec<String> =
            [&old, &late, &elsewhere, &got].iter().map(|it| deliver::refused(&WEBHOOK, &it.delivery(), SECRET)).collect();
        said.push(deliver::refused(&WEBHOOK, &Delivery { url: None, ..late.delivery() }, SECRET));
        expect![[r#"
            This is signed in HubSpot's old way only (X-HubSpot-Signature), which can be sent again by anybody. HubSpot sends X-HubSpot-Signature-v3 as well: does something before the bot take it away?
            X-HubSpot-Request-Timestamp is more than five minutes away: is the clock of this server right?
            X-HubSpot-Signature-v3 does not fit the body and https://bellhop.example.org/hooks/other: is the hook's secret the app's client secret, and that the address in HubSpot?
            X-HubSpot-Signature-v3 does not fit the body and https://bellhop.example.org/hooks/ci: is the hook's secret the app's client secret, and that the address in HubSpot?
            X-HubSpot-Request-Timestamp is more than five minutes away: is the clock of this server right?"#]].assert_eq(&said.join("\n"));
    }

    #[test]
    fn the_address_is_signed_as_hubspot_decodes_it() {
        assert_eq!(decoded("https://h.example/a%3Ab?x=%2f%20%26%40"), "https://h.example/a:b?x=/%20%26@");
    }

    #[test]
    fn samples_are_told() {
        for (name, sample) in deliver::samples("hubspot") {
            let request = Request::post(sample.to_string());
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert_eq!(events.len(), sample.as_array().unwrap().len(), "{name}");
            for event in &events {
                deliver::is_sound(event);
                assert!(
                    event.object.url.is_some() && !event.object.key.is_empty() && !event.kind.ends_with(".received"),
                    "{name}"
                );
            }
            deliver::survives_json(&WEBHOOK, &request);
        }
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        for fixture in ["hubspot_batch", "hubspot_objects"] {
            deliver::survives_json(&WEBHOOK, &Request::fixture(fixture));
        }
        let many = json!(vec![json!({"subscriptionType": "deal.creation", "objectId": 1}); 100]);
        assert_eq!((WEBHOOK.parse)(&Request::post(many.to_string()).delivery()).unwrap().len(), 100);
    }
}
