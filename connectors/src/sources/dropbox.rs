//! Dropbox: whose files changed, and no more (<https://www.dropbox.com/developers/reference/webhooks>).
//!
//! Dropbox tries an address with a GET whose `challenge` it wants to hear, and signs what it sends with the app's secret. A
//! payload names accounts; what changed there the app would have to ask. So an event says that an account's files changed.

use commands::{Error, ErrorKind, Event, Result, event::Object};
use serde_json::Value;

use super::{body, guess};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload, signature::verify_hmac_sha256_hex};

pub(super) const WEBHOOK: Webhook = Webhook {
    verify,
    key: Some(key),
    parse,
    handshake: Some(handshake),
    secret: SecretFrom::Vendor,
    steps: include_str!("dropbox.md"),
};

/// Longer challenges are not Dropbox's.
const CHALLENGE: usize = 500;

/// What came in `?challenge=`, as plain text, so that no browser runs it.
fn handshake(delivery: &Delivery<'_>, _: &str) -> Option<Answer> {
    let challenge = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "challenge")?.1;
    let asks = delivery.method == "GET" && !challenge.is_empty() && challenge.len() <= CHALLENGE;
    asks.then(|| Answer {
        status: 200,
        content_type: "text/plain",
        body: challenge.into_owned(),
        headers: Vec::new(),
        tell: None,
    })
}

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(signature) = delivery.header("x-dropbox-signature") else {
        return Err(Error::new(ErrorKind::Auth, "There is no X-Dropbox-Signature: this did not come from Dropbox."));
    };
    match verify_hmac_sha256_hex(secret, delivery.body, signature) {
        true => Ok(()),
        false => {
            Err(Error::new(ErrorKind::Auth, "X-Dropbox-Signature does not fit the body: is the hook's secret the app's secret?"))
        }
    }
}

/// Two changes of an account are the same bytes, so that the time must tell them apart: else next week's change were a repeat.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    Some(format!("{}-{}", body::digest(delivery.body), delivery.received.as_second()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "Dropbox")?;
    // `delta` names the same people by their numbers of old.
    let names = |path: &str| payload::list(&payload, path).iter().filter_map(|it| payload::shown(it, "")).collect::<Vec<_>>();
    let accounts = ["/list_folder/accounts", "/delta/users"].into_iter().map(names).find(|it| !it.is_empty()).unwrap_or_default();
    let team = payload.pointer("/list_folder/teams").or_else(|| payload.pointer("/delta/teams")).and_then(Value::as_object);
    let moment = delivery.received.as_second();
    let changed = |kind: &str, key: &str, title: &str, place: Option<String>| Event {
        id: format!("{key}-{moment}"),
        source: delivery.hook.to_owned(),
        kind: kind.to_owned(),
        at: delivery.received,
        object: Object {
            key: key.to_owned(),
            title: title.to_owned(),
            url: Some("https://www.dropbox.com/home".to_owned()),
            place,
            state: None,
        },
        ..Event::default()
    };
    let mut events: Vec<Event> =
        accounts.iter().map(|it| changed("files.changed", it, "Files in a Dropbox account", None)).collect();
    for (team, members) in team.into_iter().flatten() {
        let members = members.as_array().map_or(&[][..], Vec::as_slice);
        let members = members.iter().filter_map(|it| payload::shown(it, ""));
        let place = Some(format!("team {team}"));
        events.extend(members.map(|it| changed("files.changed", &it, "Files of a member of a Dropbox team", place.clone())));
    }
    if events.is_empty() {
        events.push(guess::event(delivery, &format!("{}-{moment}", body::digest(delivery.body)), &payload, None));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn accounts_whose_files_changed_are_told() {
        deliver::check(
            &WEBHOOK,
            SECRET,
            "dropbox_accounts",
            expect![[r#"
                key: a19d3a6ac1affe993299-1795168800
                files.changed | dbid:AAAana Files in a Dropbox account | https://www.dropbox.com/home
                files.changed | dbid:AAAben Files in a Dropbox account | https://www.dropbox.com/home
            "#]],
        );
        deliver::check(
            &WEBHOOK,
            SECRET,
            "dropbox_team",
            expect![[r#"
            key: 9ca38c5d9afef1bd72a1-1795168800
            files.changed | dbmid:AAAchloe Files of a member of a Dropbox team | https://www.dropbox.com/home | in team dbtid:AAAdemo
        "#]],
        );
    }

    #[test]
    fn a_challenge_is_answered_with_itself() {
        let asked = Request { method: "GET".to_owned(), ..Request::post("").query("challenge=a%3Cb%3E+c&x=1") };
        let answer = handshake(&asked.delivery(), SECRET).unwrap();
        assert_eq!((answer.status, answer.content_type, answer.body.as_str()), (200, "text/plain", "a<b> c"));
        // Nothing else is echoed.
        let long = format!("challenge={}", "a".repeat(CHALLENGE + 1));
        for other in [
            Request { method: "POST".to_owned(), ..asked },
            Request { method: "GET".to_owned(), ..Request::post("") },
            Request { method: "GET".to_owned(), ..Request::post("").query("challenge=") },
            Request { method: "GET".to_owned(), ..Request::post("").query(&long) },
        ] {
            assert!(handshake(&other.delivery(), SECRET).is_none());
        }
    }

    #[test]
    fn the_next_change_of_an_account_is_no_repeat() {
        let first = Request::fixture("dropbox_accounts");
        let mut next = first.clone();
        next.received = jiff::Timestamp::from_second(deliver::NOW + 60).unwrap();
        assert_ne!(key(&first.delivery()), key(&next.delivery()));
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        let samples = deliver::samples("dropbox").into_iter().map(|(_, it)| Request::post(it.to_string()));
        for request in samples.chain([Request::fixture("dropbox_accounts"), Request::fixture("dropbox_team")]) {
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(events.iter().all(|it| it.kind == "files.changed" && it.object.url.is_some()));
            deliver::survives_json(&WEBHOOK, &request);
        }
    }
}
