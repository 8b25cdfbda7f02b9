//! What people say to the bot, and how the outgoing webhook posts it: verified and read. Pure: no I/O.
//!
//! The webhook's request carries no signature, only the bot's fixed token in the body, so the body is read
//! before it is believed; nothing but the token is looked at until that is right.
//! See <https://zulip.com/api/outgoing-webhook-payload>.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::marker;
use crate::chat::Place;

/// As much as a message of 10,000 characters can need, several times over.
pub const BODY_LIMIT: usize = 512 * 1024;

/// A message to the bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// By which a repeat is known: the message's id, or what tells one press of a button from another.
    pub key: String,
    pub message: u64,
    pub sender: u64,
    pub place: Place,
    /// Without the mention of the bot and without a leading slash.
    pub text: String,
    /// It began with a slash: certainly a command, whatever else is going on.
    pub slashed: bool,
    pub bot_name: String,
}

/// What a request turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Message(Incoming),
    /// A bot's message: two bots would talk forever.
    Ignored,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the token is not this bot's: copy it from the bot's zuliprc (Settings > Bots) to webhook_token")]
    WrongToken,
    #[error("the body is not what Zulip's outgoing webhook sends: {0}")]
    Malformed(&'static str),
    #[error("this bot uses the Slack-format interface: in Zulip, Settings > Bots, choose the interface \"Generic\"")]
    SlackFormat,
}

/// Reads a request.
///
/// # Errors
/// [`Refusal::SlackFormat`] for Zulip's Slack-compatible format, of which we need nothing: it has
/// no direct messages and no message id.
pub fn read(site: &str, token: &str, body: &[u8]) -> Result<Read, Refusal> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(read_form(token, body));
    }
    let tokened: Tokened = serde_json::from_slice(body).map_err(|_| Refusal::Malformed("there is no token"))?;
    check(token, &tokened.token)?;
    let payload: Payload =
        serde_json::from_slice(body).map_err(|_| Refusal::Malformed("the message lacks its id, sender or place"))?;
    let Payload { data, message, bot_email, bot_full_name } = payload;
    if message.sender_email == bot_email || message.sender_is_bot.unwrap_or(false) {
        return Ok(Read::Ignored);
    }
    let (channel, thread) = match (message.kind.as_str(), message.stream_id, &message.display_recipient) {
        ("stream" | "channel", Some(id), _) => (format!("channel:{id}"), Some(message.subject.unwrap_or_default())),
        ("stream" | "channel", None, _) => return Err(Refusal::Malformed("a channel message without stream_id")),
        (_, _, Recipient::People(people)) => {
            let mut ids: Vec<u64> = people.iter().filter(|it| it.email != bot_email).map(|it| it.id).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() {
                return Err(Refusal::Malformed("a direct message from nobody"));
            }
            (format!("dm:{}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")), None)
        }
        _ => return Err(Refusal::Malformed("a direct message without its people")),
    };
    let place = Place { platform: "zulip".into(), workspace: site.into(), channel, thread };
    Ok(Read::Message(Incoming::said(message.id, message.sender_id, place, &data, bot_full_name)))
}

impl Incoming {
    /// The same whichever way it came.
    pub fn said(message: u64, sender: u64, place: Place, content: &str, bot_name: String) -> Incoming {
        // What was copied out of a message of ours.
        let content = marker::strip(content);
        let text = without_mention(&content, &bot_name);
        let unslashed = text.strip_prefix('/').map(str::trim_start);
        Incoming {
            key: message.to_string(),
            message,
            sender,
            place,
            text: unslashed.unwrap_or(text).to_owned(),
            slashed: unslashed.is_some(),
            bot_name,
        }
    }

    /// What its request is called in the logs, and all posts that follow from it: [`super::platform`] reads the message
    /// out of it again.
    pub fn request_id(&self) -> String {
        format!("zulip-{}", self.key)
    }
}

/// `text` without a mention of the bot at its start, or, where it is mentioned later only, there:
/// `@**Bellhop**`, `@**Bellhop|26**`, `@**|26**`, `@_**Bellhop**`.
fn without_mention<'a>(text: &'a str, bot: &str) -> &'a str {
    let mut rest = text.trim();
    while let Some((name, after)) = mention(rest) {
        if !is_bot(name, bot) {
            break;
        }
        rest = after.trim_start_matches([',', ':']).trim_start();
    }
    // "redmine issue show 42 @**Bellhop**"
    for opening in ["@**", "@_**"] {
        if let Some(at) = rest.rfind(opening)
            && let Some((name, after)) = mention(&rest[at..])
            && is_bot(name, bot)
            && after.trim().is_empty()
        {
            rest = rest[..at].trim_end();
        }
    }
    rest
}

fn is_bot(name: &str, bot: &str) -> bool {
    match name.split_once('|') {
        // Zulip fires for our own id only; another person's id comes with that person's name.
        Some((name, id)) => (name.is_empty() || name == bot) && id.bytes().all(|it| it.is_ascii_digit()),
        None => name == bot,
    }
}

/// The name in a mention at the start of `text`, and what follows the mention.
pub fn mention(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("@**").or_else(|| text.strip_prefix("@_**"))?;
    inner.split_once("**").filter(|(name, _)| !name.is_empty() && !name.contains(['*', '\n']))
}

/// Markdown links to uploaded files: `[a.png](/user_uploads/2/ab/a.png)` becomes
/// `zulip-file:/user_uploads/2/ab/a.png`, which a file field takes.
pub fn with_files(site: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let path = after.split_once(')').map(|(url, _)| url.strip_prefix(site).unwrap_or(url));
        match (before.rfind('['), path) {
            (Some(open), Some(path)) if path.starts_with("/user_uploads/") && !path.contains(char::is_whitespace) => {
                out.push_str(&before[..open]);
                out.push_str("zulip-file:");
                out.push_str(path);
                rest = after.split_once(')').map_or("", |(_, it)| it);
            }
            _ => {
                out.push_str(&rest[..at + 2]);
                rest = after;
            }
        }
    }
    out + rest
}

fn check(expected: &str, given: &str) -> Result<(), Refusal> {
    // An empty configured token would let everybody in.
    if expected.is_empty() || !bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
        return Err(Refusal::WrongToken);
    }
    Ok(())
}

fn read_form(token: &str, body: &[u8]) -> Refusal {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (value("token"), value("trigger_word").or(value("team_id"))) {
        (Some(given), Some(_)) => check(token, given).err().unwrap_or(Refusal::SlackFormat),
        _ => Refusal::Malformed("it is no JSON object"),
    }
}

#[derive(Deserialize)]
struct Tokened {
    token: String,
}

#[derive(Deserialize)]
struct Payload {
    data: String,
    message: MessagePayload,
    bot_email: String,
    bot_full_name: String,
}

#[derive(Deserialize)]
struct MessagePayload {
    id: u64,
    sender_id: u64,
    sender_email: String,
    #[serde(default)]
    sender_is_bot: Option<bool>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    stream_id: Option<u64>,
    display_recipient: Recipient,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Recipient {
    People(Vec<PersonPayload>),
    Channel(#[allow(dead_code, reason = "the name of a channel can change: its id counts")] String),
}

#[derive(Deserialize)]
struct PersonPayload {
    id: u64,
    email: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SITE: &str = "https://chat.example.org";

    fn payload(data: &str, message: Value) -> Vec<u8> {
        let mut whole = json!({
            "id": 501, "sender_id": 10, "sender_email": "user10@chat.example.org", "sender_full_name": "Ana",
            "sender_realm_str": "", "content": data, "recipient_id": 8, "timestamp": 1795218421, "client": "website",
            "topic_links": [], "reactions": [], "submessages": [], "is_me_message": false, "content_type": "text/x-markdown",
        });
        for (key, value) in message.as_object().into_iter().flatten() {
            whole[key] = value.clone();
        }
        json!({
            "data": data, "message": whole, "bot_email": "bellhop-bot@chat.example.org", "bot_full_name": "Bellhop",
            "token": "secret-token", "trigger": "mention",
        })
        .to_string()
        .into_bytes()
    }

    fn channel(data: &str) -> Vec<u8> {
        payload(data, json!({"type": "stream", "stream_id": 3, "display_recipient": "office", "subject": "printers"}))
    }

    fn direct(people: &[u64]) -> Vec<u8> {
        let person = |id: &u64| json!({"id": id, "email": format!("user{id}@chat.example.org"), "full_name": "X", "is_mirror_dummy": false});
        let mut all: Vec<Value> = people.iter().map(person).collect();
        all.push(json!({"id": 26, "email": "bellhop-bot@chat.example.org", "full_name": "Bellhop", "is_mirror_dummy": false}));
        payload("help", json!({"type": "private", "subject": "", "display_recipient": all}))
    }

    fn incoming(body: &[u8]) -> Incoming {
        match read(SITE, "secret-token", body) {
            Ok(Read::Message(incoming)) => incoming,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mention_in_a_channel() {
        let it = incoming(&channel("@**Bellhop** /redmine issue show 42"));
        assert_eq!((it.message, it.sender, it.text.as_str(), it.slashed), (501, 10, "redmine issue show 42", true));
        assert_eq!((it.place.channel.as_str(), it.place.thread.as_deref()), ("channel:3", Some("printers")));
        assert_eq!(it.place.workspace, SITE);
    }

    #[test]
    fn every_way_to_mention() {
        for text in ["@**Bellhop** help", "@**Bellhop|26** help", "@**|26**: help", "@_**Bellhop** help", "help @**Bellhop**"] {
            assert_eq!(incoming(&channel(text)).text, "help", "{text}");
        }
        let other = incoming(&channel("@**Bellhop** redmine issue assign 42 @**Ana|12**"));
        assert_eq!(other.text, "redmine issue assign 42 @**Ana|12**");
    }

    #[test]
    fn direct_messages_name_the_other_people() {
        assert_eq!(incoming(&direct(&[10])).place.channel, "dm:10");
        let group = incoming(&direct(&[11, 10])).place;
        assert_eq!((group.channel.as_str(), group.thread), ("dm:10,11", None));
    }

    #[test]
    fn wrong_tokens_are_refused_before_anything_else() {
        assert_eq!(read(SITE, "other", &channel("help")), Err(Refusal::WrongToken));
        assert_eq!(read(SITE, "", &channel("help")), Err(Refusal::WrongToken));
        assert_eq!(read(SITE, "other", br#"{"token": "x"}"#), Err(Refusal::WrongToken));
        assert!(matches!(read(SITE, "secret-token", b"[]"), Err(Refusal::Malformed(_))));
        assert!(matches!(read(SITE, "secret-token", br#"{"token": "secret-token"}"#), Err(Refusal::Malformed(_))));
    }

    #[test]
    fn the_slack_format_is_named() {
        let body = b"token=secret-token&team_id=T2&channel_id=C3&text=%40%2A%2ABellhop%2A%2A+help&trigger_word=mention";
        assert_eq!(read(SITE, "secret-token", body), Err(Refusal::SlackFormat));
        assert_eq!(read(SITE, "other", body), Err(Refusal::WrongToken));
    }

    #[test]
    fn bots_are_ignored() {
        let body = payload(
            "@**Bellhop** help",
            json!({"type": "stream", "stream_id": 3, "display_recipient": "office", "subject": "x", "sender_email": "bellhop-bot@chat.example.org"}),
        );
        assert_eq!(read(SITE, "secret-token", &body), Ok(Read::Ignored));
    }

    #[test]
    fn uploads_become_files() {
        let text = "issue create Fire file=[a b.png](/user_uploads/2/ab/a_b.png) see [x](https://example.org)";
        assert_eq!(
            with_files(SITE, text),
            "issue create Fire file=zulip-file:/user_uploads/2/ab/a_b.png see [x](https://example.org)"
        );
        assert_eq!(
            with_files(SITE, "[a](https://chat.example.org/user_uploads/1/c/d.txt)"),
            "zulip-file:/user_uploads/1/c/d.txt"
        );
    }
}
