//! The one-line check of a webhook against its fixture.

use std::{fmt::Write, path::Path};

use commands::ErrorKind;
use expect_test::Expect;
use jiff::Timestamp;

use super::kind;
use crate::Delivery;

/// The secret that fixtures of webhooks are signed with.
pub(crate) const SECRET: &str = "It's a Secret to Everybody";
/// Where fixtures of webhooks are sent to.
const HOOK: &str = "https://bellhop.example.org/hooks/ci";
/// 2026-11-20, a Friday, 10:00 UTC.
const NOW: i64 = 1_795_168_800;

/// Delivers `fixtures/{fixture}.http` of the connector `name`, an HTTP request signed with
/// [`SECRET`], and expects this key and these events. The same delivery with another secret, and
/// with another body where the body is signed, must be refused without saying what would be right.
pub(crate) fn check_webhook(name: &str, fixture: &str, events: Expect) {
    let webhook = kind(name).webhook.unwrap_or_else(|| panic!("{name} has no webhook"));
    // A module's name has no dash.
    let folder = if name == "sample" { "tests".to_owned() } else { name.replace('-', "_") };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{folder}/fixtures/{fixture}.http"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let (head, body) = text.split_once("\n\n").expect("an empty line between head and body");
    // Editors end a file with a line break, which was not signed.
    let body = body.strip_suffix('\n').unwrap_or(body);
    let mut head = head.lines();
    let query = head.next().and_then(|it| it.split(' ').nth(1)?.split_once('?')).map_or("", |(_, query)| query);
    let headers: Vec<_> =
        head.filter_map(|it| it.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let received = Timestamp::from_second(NOW).unwrap();
    let delivery = Delivery {
        hook: "ci",
        method: "POST",
        template: None,
        headers: &headers,
        query,
        url: Some(HOOK),
        body: body.as_bytes(),
        received,
    };

    (webhook.verify)(&delivery, SECRET).expect("the fixture is signed with the secret");
    for secret in ["another secret", ""] {
        let error = (webhook.verify)(&delivery, secret).expect_err("another secret is refused");
        assert_eq!(error.kind, ErrorKind::Auth);
        let told = headers.iter().map(|(_, value)| value).any(|value| value.len() > 16 && error.message.contains(value.as_str()));
        assert!(!told, "{error} repeats the signature");
    }
    let unsigned = Delivery { headers: &[], query: "", ..delivery };
    assert_eq!((webhook.verify)(&unsigned, SECRET).expect_err("no signature is refused").kind, ErrorKind::Auth);

    let mut shown = format!("key: {}\n", webhook.known_by(&delivery).as_deref().unwrap_or("none"));
    match (webhook.parse)(&delivery) {
        Ok(events) => shown.push_str(&serde_json::to_string_pretty(&events).unwrap()),
        Err(error) => write!(shown, "{:?}: {error}", error.kind).unwrap(),
    }
    events.assert_eq(&shown);
}
