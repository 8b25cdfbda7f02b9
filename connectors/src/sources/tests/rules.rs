//! What is true of every source and of every event of theirs.

use commands::{ErrorKind, Event};

use super::check::{SECRET, here, requests, source};
use crate::{Delivery, SecretFrom, sources::ALL};

/// What every event must be, whatever it was read from.
pub(super) fn holds(event: &Event) {
    let words = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_alphanumeric() || it == '_');
    let kind = event.kind.split_once('.');
    assert!(kind.is_some_and(|(noun, verb)| words(noun) && words(verb)), "{} is no noun and verb", event.kind);
    assert!(!event.kind.contains("unknown"), "{event:?}");
    assert!(!event.id.is_empty() && event.source == "ci", "{event:?}");
    let object = &event.object;
    assert!(!object.title.trim().is_empty() && !object.key.trim().is_empty() && object.title != object.key, "{event:?}");
    assert!(event.text.as_ref().is_none_or(|it| !it.trim().is_empty() && it.chars().count() <= 2_001), "{event:?}");
    let facts = [&object.place, &object.state, &event.branch, &event.actor].into_iter().flatten().chain(&event.labels);
    assert!(facts.chain([&object.key, &object.title]).all(|it| it.chars().count() <= 310), "a fact is too long");
    assert!(event.commits.len() <= Event::COMMITS && event.paths.len() <= Event::PATHS);
    for it in [&object.url, &object.place, &object.state, &event.url, &event.branch, &event.actor].into_iter().flatten() {
        assert!(!it.trim().is_empty(), "something is there and empty: {event:?}");
    }
    assert!(event.changes.iter().all(|it| !it.field.is_empty() && it.from != it.to), "{event:?}");
}

#[test]
fn names_are_unique_words() {
    let mut names: Vec<_> = ALL.iter().map(|it| it.name).chain(crate::ALL.iter().map(|it| it.name)).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ALL.len() + crate::ALL.len());
    let is_word = |it: &str| it.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    assert!(ALL.iter().all(|it| is_word(it.name) && !it.title.is_empty()));
}

#[test]
fn steps_can_be_followed() {
    for source in ALL {
        let steps = source.webhook.steps;
        assert!(steps.contains("{url}"), "{} does not say where to", source.name);
        assert_eq!(steps.contains("{secret}"), source.webhook.secret == SecretFrom::Us, "{}", source.name);
        assert!((2..=6).contains(&steps.trim().lines().count()), "{}", source.name);
    }
    for source in here() {
        let numbered = source.webhook.steps.lines().enumerate().all(|(at, line)| line.starts_with(&format!("{}. ", at + 1)));
        assert!(numbered, "{}", source.name);
    }
}

#[test]
fn nobody_gets_in_without_a_secret() {
    for source in ALL {
        let empty = Vec::new();
        let tokens =
            [("authorization", "Bearer "), ("authorization", "Basic Og=="), ("x-webhook-token", ""), ("authorization", "")];
        for header in tokens {
            let headers = vec![(header.0.to_owned(), header.1.to_owned())];
            for headers in [&headers, &empty] {
                for query in ["", "token=", "token"] {
                    let delivery = Delivery {
                        hook: "ci",
                        method: "POST",
                        headers,
                        query,
                        url: None,
                        body: b"{}",
                        received: jiff::Timestamp::UNIX_EPOCH,
                        template: None,
                    };
                    for secret in ["", SECRET] {
                        let refused = (source.webhook.verify)(&delivery, secret).expect_err(source.name);
                        assert_eq!(refused.kind, ErrorKind::Auth, "{}", source.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_token_may_stand_in_any_of_its_places() {
    let webhook = &source("jenkins").webhook;
    let try_out = |headers: &[(&str, &str)], query: &str| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let delivery = Delivery {
            hook: "ci",
            method: "POST",
            headers: &headers,
            query,
            url: None,
            body: b"{}",
            received: jiff::Timestamp::UNIX_EPOCH,
            template: None,
        };
        (webhook.verify)(&delivery, "s3cret").is_ok()
    };
    for (name, right, wrong) in [
        ("authorization", "Bearer s3cret", "Bearer s3cre"),
        ("authorization", "s3cret", "s3cret1"),
        ("authorization", "Token s3cret", "Token S3CRET"),
        // bellhop:s3cret, bellhop:s3cres, s3cret:bellhop
        ("authorization", "Basic YmVsbGhvcDpzM2NyZXQ=", "Basic YmVsbGhvcDpzM2NyZXM="),
        ("authorization", "basic YmVsbGhvcDpzM2NyZXQ=", "basic czNjcmV0OmJlbGxob3A="),
        ("x-webhook-token", "s3cret", " s3cret"),
        ("php-auth-pw", "s3cret", "s3cre\u{0}"),
    ] {
        assert!(
            try_out(&[(name, right)], "") && !try_out(&[(name, wrong)], "") && !try_out(&[("x-other", right)], ""),
            "{name} {right}"
        );
    }
    assert!(try_out(&[], "a=b&token=s3cret") && !try_out(&[], "a=b&token=S3cret") && !try_out(&[], "tokens=s3cret"));
    // Travis' own authorization beside the address's token.
    assert!(try_out(&[("authorization", "60eb9d1c")], "token=s3cret"));
}

#[test]
fn signatures_are_those_that_vendors_publish() {
    // CircleCI, "Validate webhooks".
    let webhook = &source("circleci").webhook;
    for (body, secret, signature) in [
        ("hello world", "secret", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"),
        ("an-important-request-payload", "hunter123", "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa"),
    ] {
        let try_out = |signature: String, body: &str| {
            let headers = [("circleci-signature".to_owned(), signature)];
            let delivery = Delivery {
                hook: "ci",
                method: "POST",
                headers: &headers,
                // Whoever signs wrongly is not let in by a token.
                query: "token=hunter123",
                url: None,
                body: body.as_bytes(),
                received: jiff::Timestamp::UNIX_EPOCH,
                template: None,
            };
            (webhook.verify)(&delivery, secret).is_ok()
        };
        assert!(try_out(format!("v1={signature}"), body) && try_out(format!("v0=00, v1={signature}"), body));
        for wrong in [signature.to_owned(), format!("v2={signature}"), format!("v1={signature}0"), "v1=".into(), String::new()] {
            assert!(!try_out(wrong, body));
        }
        assert!(!try_out(format!("v1={signature}"), "hello"));
    }
}

#[test]
fn an_old_signed_time_is_refused() {
    let request = requests("grafana").into_iter().find(|it| it.name == "firing").expect("the fixture");
    let delivery = request.delivery(request.body.as_bytes());
    let webhook = &source("grafana").webhook;
    for seconds in [-60, 0, 240] {
        let received = delivery.received + jiff::SignedDuration::from_secs(seconds);
        assert!((webhook.verify)(&Delivery { received, ..delivery }, SECRET).is_ok(), "{seconds}");
    }
    for seconds in [-400, 400, 86_400] {
        let received = delivery.received + jiff::SignedDuration::from_secs(seconds);
        assert!((webhook.verify)(&Delivery { received, ..delivery }, SECRET).is_err(), "{seconds}");
    }
    // The time is signed, so another is refused.
    let mut headers = request.headers.clone();
    headers.iter_mut().filter(|(name, _)| name == "x-grafana-alerting-timestamp").for_each(|it| it.1 = "1795168751".into());
    assert!((webhook.verify)(&Delivery { headers: &headers, ..delivery }, SECRET).is_err());
}

#[test]
fn a_repeat_is_known_and_a_new_state_is_not_swallowed() {
    let request = requests("alertmanager").into_iter().find(|it| it.name == "firing").expect("the fixture");
    let key = |body: &str| source("alertmanager").webhook.known_by(&request.delivery(body.as_bytes())).expect("a key");
    let ids = |body: &str| -> Vec<String> {
        let events = (source("alertmanager").webhook.parse)(&request.delivery(body.as_bytes())).expect("events");
        events.into_iter().map(|it| it.id).collect()
    };
    let first = request.body.as_str();
    let mut body: serde_json::Value = serde_json::from_str(first).unwrap();
    // Said again in four hours: another text, another order.
    body["alerts"].as_array_mut().unwrap().reverse();
    body["alerts"][0]["annotations"]["description"] = "Only 2 % of / are free.".into();
    assert_eq!(key(&body.to_string()), key(first));
    // One of two is resolved: a new delivery, in which the other alert is known.
    body["alerts"][0]["status"] = "resolved".into();
    body["alerts"][0]["endsAt"] = "2026-11-20T09:58:00Z".into();
    let resolved = body.to_string();
    assert_ne!(key(&resolved), key(first));
    assert_eq!(ids(&resolved)[1], ids(first)[0]);
    // It fires again later.
    body["alerts"][0]["status"] = "firing".into();
    body["alerts"][0]["startsAt"] = "2026-11-20T10:30:00Z".into();
    assert_ne!(key(&body.to_string()), key(first));
    assert_ne!(ids(&body.to_string())[0], ids(first)[1]);
}

#[test]
fn a_build_that_ended_is_told_once() {
    let requests = requests("jenkins");
    let key = |name: &str| {
        let request = requests.iter().find(|it| it.name == name).expect("the fixture");
        source("jenkins").webhook.known_by(&request.delivery(request.body.as_bytes()))
    };
    assert_eq!(key("failed"), key("finalized"));
    assert_ne!(key("failed"), key("started"));
    assert_ne!(key("failed"), key("unstable"));
}

#[test]
fn published_samples_are_told_in_full() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/alertmanager");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("The published samples are not here: nothing was read.");
        return;
    };
    let request = requests("alertmanager").into_iter().next().expect("a fixture");
    let mut read = 0;
    for path in files.map(|it| it.unwrap().path()).filter(|it| !it.file_name().unwrap().to_string_lossy().starts_with('_')) {
        let body = std::fs::read(&path).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let events = (source("alertmanager").webhook.parse)(&request.delivery(&body)).unwrap();
        assert_eq!(events.len(), sent["alerts"].as_array().unwrap().len(), "{}", path.display());
        for (event, alert) in events.iter().zip(sent["alerts"].as_array().unwrap()) {
            holds(event);
            assert_eq!(event.kind, format!("alert.{}", alert["status"].as_str().unwrap()));
            assert_eq!(event.object.key, alert["fingerprint"].as_str().unwrap());
            assert_eq!(event.object.title, alert["labels"]["alertname"].as_str().unwrap());
            assert_eq!(event.object.url.as_deref(), alert["generatorURL"].as_str());
            assert!(event.text.as_deref().unwrap().contains(alert["annotations"]["description"].as_str().unwrap()));
            assert_eq!(event.severity, Some(commands::event::Severity::Critical));
        }
        read += 1;
    }
    assert!(read > 0, "{} holds no samples", folder.display());
}
