use expect_test::expect;
use jiff::Timestamp;

use super::*;
use crate::sources::deliver::{self, Request, SECRET};

#[test]
fn what_happens_in_public_is_told() {
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_message",
        expect![[r#"
            key: Ev01
            message.posted | by Ana (U0ANA) | @U0BEN the build of demo 42 failed & DEMO-7 waits | https://slack.com/app_redirect?team=T0DEMO&channel=C0DEMO&message_ts=1795168790.000100 | in C0DEMO | "@U0BEN the build of [demo 42](https://ci.example.org/42) failed & DEMO-7 waits\nsecond line" | Mentioned U0BEN | about DEMO-7
        "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_edited",
        expect![[r#"
            key: Ev02
            message.edited | by U0ANA | Release at five | https://slack.com/app_redirect?team=T0DEMO&channel=C0DEMO&message_ts=1795168790.000100 | in C0DEMO | text: Release at four → Release at five | "Release at five"
        "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_reaction",
        expect![[r#"
            key: Ev03
            reaction.added | by U0BEN | Message in Slack | https://slack.com/app_redirect?team=T0DEMO&channel=C0DEMO&message_ts=1795168790.000100 | in C0DEMO | reaction: – → thumbsup
        "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_channel",
        expect![[r#"
        key: Ev04
        channel.created | by U0ANA | C0APOLLO Channel #apollo | https://slack.com/app_redirect?team=T0DEMO&channel=C0APOLLO | in #apollo
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_files",
        expect![[r#"
        key: Ev06
        message.posted | by U0ANA | The plan for *apollo* | https://demo.slack.com/archives/C0DEMO/p1795168791105159?thread_ts=1795168790.000100&cid=C0DEMO | in C0DEMO | "The plan for *apollo*\n[Plan  draft ](https://demo.slack.com/files/U0ANA/F0PLAN/plan.pdf)\nlist.csv"
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_bot",
        expect![[r#"
        key: Ev07
        message.posted | by Build server (B0CI) | Build 42 | https://slack.com/app_redirect?team=T0DEMO&channel=C0DEMO&message_ts=1795168792.000100 | in C0DEMO | "Build 42\nfailed on [demo](https://git.example.org/demo)"
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_private",
        expect![[r#"
            key: Ev05
            message.posted | by U0ANA | Message in Slack | https://slack.com/app_redirect?team=T0DEMO&channel=C0SECRET&message_ts=1795168798.000100 | in C0SECRET
        "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "slack_command",
        expect![[r#"
        key: 13345224609.738474920
        command.used | by ana (U0ANA) | /deploy demo to production | https://slack.com/app_redirect?team=T0DEMO&channel=C0DEMO | in #general | "demo to production"
    "#]],
    );
}

#[test]
fn direct_messages_are_nobody_elses() {
    for channel in [r#""channel":"D024BE91L","channel_type":"im""#, r#""channel":"G0G9QF9GZ","channel_type":"mpim""#] {
        let body = format!(r#"{{"type":"event_callback","event":{{"type":"message","user":"U1","text":"secret",{channel}}}}}"#);
        assert_eq!((WEBHOOK.parse)(&Request::post(body).delivery()).unwrap(), []);
    }
}

#[test]
fn what_may_be_private_is_told_without_its_words() {
    for event in [
        r#"{"type":"pin_added","user":"U1","channel_id":"C1","item":{"type":"message","channel":"C1","message":{"text":"hidden","ts":"1.2"}}}"#,
        r#"{"type":"message","user":"U1","text":"hidden","channel":"C1","ts":"1.2"}"#,
        r#"{"type":"message","subtype":"group_topic","user":"U1","text":"hidden","topic":"hidden","channel":"G1","ts":"1.2"}"#,
        r#"{"type":"message","user":"U1","files":[{"name":"hidden"}],"attachments":[{"text":"hidden"}],"channel":"C1","channel_type":"group"}"#,
        r#"{"type":"group_rename","channel":{"id":"C1","name":"hidden"}}"#,
    ] {
        let request = Request::post(format!(r#"{{"type":"event_callback","team_id":"T1","event":{event}}}"#));
        let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
        deliver::is_sound(&events[0]);
        assert!(!serde_json::to_string(&events).unwrap().contains("hidden"), "{}", deliver::line(&events[0]));
    }
}

#[test]
fn the_challenge_is_answered_to_who_has_the_secret() {
    let asked = Request::fixture("slack_challenge");
    let answer = handshake(&asked.delivery(), SECRET).unwrap();
    assert_eq!(answer.body, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    assert!(handshake(&asked.delivery(), "another").is_none());
    let late = Request { received: Timestamp::from_second(deliver::NOW + 301).unwrap(), ..asked };
    assert!(handshake(&late.delivery(), SECRET).is_none());
    assert!(handshake(&Request::fixture("slack_message").delivery(), SECRET).is_none());
    expect!["X-Slack-Request-Timestamp is more than five minutes away: is the clock of this server right?"]
        .assert_eq(&deliver::refused(&WEBHOOK, &late.delivery(), SECRET));
}

/// Every type of event that Slack documents, from its own SDK's samples with empty values.
#[test]
fn samples_are_told() {
    let samples = deliver::samples("slack/events").into_iter().chain(deliver::samples("slack/app-backend"));
    let mut seen = std::collections::BTreeSet::new();
    let mut vague = Vec::new();
    for (name, sample) in samples {
        // Empty texts are as good as none; ids and names as Slack writes them show more.
        let filled = sample.to_string().replace("\"\"", "\"Cdemo\"");
        let request = Request::post(filled);
        let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
        for event in &events {
            deliver::is_sound(event);
            vague.extend(event.kind.ends_with(".received").then(|| format!("{name}: {}", deliver::line(event))));
            seen.insert(event.kind.clone());
        }
        let untold = ["AppHome", "Goodbye", "Im"].iter().any(|it| name.starts_with(it));
        assert_eq!(events.is_empty(), untold, "{name}");
        (WEBHOOK.parse)(&Request::post(sample.to_string()).delivery()).unwrap().iter().for_each(deliver::is_sound);
        deliver::survives_bytes(&WEBHOOK, &request);
    }
    assert_eq!(vague, [] as [&str; 0]);
    assert!(seen.is_empty() || seen.len() > 30, "{seen:?}");
}

#[test]
fn nothing_that_is_sent_does_harm() {
    for fixture in [
        "slack_files",
        "slack_bot",
        "slack_message",
        "slack_edited",
        "slack_reaction",
        "slack_channel",
        "slack_private",
        "slack_challenge",
    ] {
        deliver::survives_json(&WEBHOOK, &Request::fixture(fixture));
    }
    deliver::survives_bytes(&WEBHOOK, &Request::fixture("slack_command"));
}
