use expect_test::expect;

use super::*;
use crate::sources::deliver::{self, Request, SECRET};

#[test]
fn messages_and_calls_are_told() {
    for (fixture, expected) in [
        (
            "twilio_sms",
            expect![[r#"
            key: SM0001 received
            message.received | by +15005550010 | SM0001 SMS from +15005550010 | https://www.twilio.com/console/sms/logs/AC00000000000000000000000000000001/SM0001 | in +15005550006 | is received | "status demo?\n& more"
        "#]],
        ),
        (
            "twilio_mms",
            expect![[r#"
            key: MM0002 received
            message.received | by Ana (+15005550010) | MM0002 WhatsApp message from +15005550010 | https://www.twilio.com/console/sms/logs/AC00000000000000000000000000000001/MM0002 | in +15005550006 | is received | "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM0002/Media/ME1"
        "#]],
        ),
        (
            "twilio_undelivered",
            expect![[r#"
            key: SM0003 undelivered
            message.undelivered | SM0003 SMS to +15005550010 | https://www.twilio.com/console/sms/logs/AC00000000000000000000000000000001/SM0003 | in +15005550006 | is undelivered | "Error 30003" | at https://www.twilio.com/docs/api/errors/30003 | Error
        "#]],
        ),
        (
            "twilio_call",
            expect![[r#"
            key: CA0004 ringing
            call.ringing | by ANA (+15005550010) | CA0004 Call from +15005550010 to +15005550006 | https://www.twilio.com/console/voice/calls/logs/AC00000000000000000000000000000001/CA0004 | in +15005550006 | is ringing
        "#]],
        ),
        (
            "twilio_recording",
            expect![[r#"
            key: RE0005 completed
            recording.completed | RE0005 Recording | https://www.twilio.com/console/voice/calls/logs/AC00000000000000000000000000000001/CA0004 | is completed | "17 seconds" | at https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE0005
        "#]],
        ),
        (
            "twilio_problem",
            expect![[r#"
            key: NO0006 ERROR
            error.raised | CA0004 Twilio error 11200 | https://www.twilio.com/docs/api/errors/11200 | in AC00000000000000000000000000000001 | is error | "Got HTTP 502 response to https://demo.example.org/voice" | Error
        "#]],
        ),
        (
            "twilio_room",
            expect![[r#"
            key: none
            participant.connected | by ana | RM0007 Apollo daily
        "#]],
        ),
        (
            "twilio_json",
            expect![[r#"
                key: none
                message.delivered | SM0008 Messaging message delivered | in /2010-04-01/Accounts/AC1/Messages/SM0008.json
            "#]],
        ),
    ] {
        deliver::check(&WEBHOOK, SECRET, fixture, expected);
    }
}

#[test]
fn twilios_own_example_is_accepted() {
    let form = "Digits=1234&To=%2B18005551212&From=%2B12349013030&Caller=%2B12349013030&CallSid=CA1234567890ABCDE";
    let mut request = Request::post(form).header("X-Twilio-Signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    request.url = "https://mycompany.com/myapp.php?foo=1&bar=2".to_owned();
    (WEBHOOK.verify)(&request.delivery(), "12345").unwrap();
    request.url = "https://mycompany.com/myapp.php?foo=1&bar=3".to_owned();
    deliver::refused(&WEBHOOK, &request.delivery(), "12345");
    assert_eq!(with_port("https://h.example/a?b=1").as_deref(), Some("https://h.example:443/a?b=1"));
    assert_eq!(with_port("https://h.example:8443/a"), None);
}

#[test]
fn a_json_body_must_be_the_one_that_was_signed() {
    let mut request = Request::fixture("twilio_json");
    request.body.push(b' ');
    expect!["The body is not that of which the address tells the hash (bodySHA256)."].assert_eq(&deliver::refused(
        &WEBHOOK,
        &request.delivery(),
        SECRET,
    ));
    deliver::refused(&WEBHOOK, &Delivery { url: None, ..request.delivery() }, SECRET);
}

#[test]
fn whoever_wrote_is_answered_nothing() {
    let answer = acknowledge(&Request::fixture("twilio_sms").delivery());
    assert!(answer.content_type == "text/xml" && answer.body.ends_with("<Response/>"));
}

#[test]
fn samples_are_told() {
    for (name, sample) in deliver::samples("twilio") {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in sample["form"].as_object().unwrap() {
            form.append_pair(name, value.as_str().unwrap());
        }
        let request = Request::post(form.finish());
        let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
        let event = &events[0];
        deliver::is_sound(event);
        assert!(event.object.url.is_some() && event.object.place.is_some() && event.text.is_some(), "{name}");
        assert!(matches!(event.kind.as_str(), "message.received" | "message.undelivered"), "{name}: {}", event.kind);
        deliver::survives_bytes(&WEBHOOK, &request);
    }
}

#[test]
fn nothing_that_is_sent_does_harm() {
    for fixture in ["sms", "mms", "undelivered", "call", "recording", "problem", "room"] {
        deliver::survives_bytes(&WEBHOOK, &Request::fixture(&format!("twilio_{fixture}")));
    }
    deliver::survives_json(&WEBHOOK, &Request::fixture("twilio_json"));
}
