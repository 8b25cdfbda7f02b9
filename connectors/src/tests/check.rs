//! One-line checks for connectors: a command against the stand-in, a webhook against its fixture.

use std::{fmt::Write, path::Path, sync::Arc};

use commands::{
    Actor, BoxFuture, Ctx, Download, ErrorKind, Group, Host, Result,
    grammar::{self, Parsed, Setting},
};
use expect_test::Expect;
use jiff::Timestamp;
use serde_json::Map;

use super::{connected, kind, served};
use crate::{Connected, Delivery, http::Policy};

/// The secret that fixtures of webhooks are signed with.
const SECRET: &str = "It's a Secret to Everybody";
/// 2026-11-20, a Friday, 10:00 UTC.
const NOW: i64 = 1_795_168_800;

/// Types `lines` as Ana would, against the stand-in of the connector `name` in its first state, and
/// expects these `requests` (`METHOD /path body`) and these `replies`, as plain text. A failure is
/// printed with its class; a line with something missing, as the form that would open. The
/// stand-in's address is printed as `http://standin`.
pub(crate) async fn check_action(name: &str, lines: &str, requests: Expect, replies: Expect) {
    let kind = kind(name);
    let server = served(kind).await;
    let connected = connected(kind, &server, Policy::default());
    let groups = [kind.group(kind.name, Some(&server.url()))];
    let mut said = Vec::new();
    for line in lines.lines().map(str::trim).filter(|it| !it.is_empty()) {
        said.push(reply(&groups, connected.as_ref(), line).await);
    }
    let sent: Vec<_> = server.exchanges().iter().map(|it| it.request_line()).collect();
    let neutral = |text: String| text.replace(&server.url(), "http://standin");
    requests.assert_eq(&neutral(sent.join("\n")));
    replies.assert_eq(&neutral(said.join("\n\n")));
}

async fn reply(groups: &[Group], connected: &dyn Connected, line: &str) -> String {
    let now = Timestamp::from_second(NOW).unwrap();
    let defaults = Map::new();
    let setting = Setting { defaults: &defaults, today: jiff::civil::date(2026, 11, 20) };
    let call = match grammar::parse(groups, &setting, line) {
        Ok(Parsed::Call(call)) => call,
        Ok(Parsed::Form(draft)) => {
            let problems: Vec<_> = draft.problems.iter().map(|it| format!("\n{}: {}", it.field, it.message)).collect();
            return format!("Form of {}: asks for {}{}", draft.call.action, draft.missing.join(", "), problems.concat());
        }
        Ok(Parsed::Help { action, .. }) => return format!("Help on {}", action.unwrap_or_default()),
        Err(error) => return format!("{:?}: {error}", error.kind),
    };
    let actor = Actor {
        platform: "slack".into(),
        workspace: "T1".into(),
        id: "U1".into(),
        name: "Ana".into(),
        email: Some("ana@example.org".into()),
        admin: false,
    };
    let ctx = Ctx {
        actor,
        account: None,
        group: groups[0].name.clone(),
        now,
        request_id: "test".into(),
        channel: Some("slack:C1".into()),
        host: Arc::new(Files),
    };
    match connected.run(&call, &ctx).await {
        Ok(reply) => reply.message.to_plain(groups),
        Err(error) => {
            let fields: Vec<_> = error.fields.iter().map(|it| format!("\n{}: {}", it.field, it.message)).collect();
            format!("{:?}: {error}{}", error.kind, fields.concat())
        }
    }
}

/// A chat in which every attached file says `hello`.
struct Files;

impl Host for Files {
    fn download<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Download>> {
        Box::pin(async move { Ok(Download { name: file.into(), content_type: "text/plain".into(), bytes: b"hello".to_vec() }) })
    }
}

/// Delivers `fixtures/{fixture}.http` of the connector `name`, an HTTP request signed with
/// [`SECRET`], and expects this key and these events. The same delivery with another secret, and
/// with another body where the body is signed, must be refused without saying what would be right.
pub(crate) fn check_webhook(name: &str, fixture: &str, events: Expect) {
    let webhook = kind(name).webhook.unwrap_or_else(|| panic!("{name} has no webhook"));
    let folder = if name == "sample" { "tests" } else { name };
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
    let delivery = Delivery { hook: "ci", headers: &headers, query, body: body.as_bytes(), received };

    (webhook.verify)(&delivery, SECRET).expect("the fixture is signed with the secret");
    for secret in ["another secret", ""] {
        let error = (webhook.verify)(&delivery, secret).expect_err("another secret is refused");
        assert_eq!(error.kind, ErrorKind::Auth);
        let told = headers.iter().map(|(_, value)| value).any(|value| value.len() > 16 && error.message.contains(value.as_str()));
        assert!(!told, "{error} repeats the signature");
    }
    let unsigned = Delivery { headers: &[], query: "", ..delivery };
    assert_eq!((webhook.verify)(&unsigned, SECRET).expect_err("no signature is refused").kind, ErrorKind::Auth);

    let mut shown = format!("key: {}\n", (webhook.key)(&delivery).as_deref().unwrap_or("none"));
    match (webhook.parse)(&delivery) {
        Ok(events) => shown.push_str(&serde_json::to_string_pretty(&events).unwrap()),
        Err(error) => write!(shown, "{:?}: {error}", error.kind).unwrap(),
    }
    events.assert_eq(&shown);
}
