//! Where a message goes, in Zulip's words, and the address of one that is there.

use commands::{Audience, Error, Result};
use connectors::zulip::client::messages::{Key, Recipient};

use crate::chat::{Place, Target};

pub(super) fn recipient(target: &Target) -> Result<Recipient> {
    match target {
        // What is for one pair of eyes goes to their direct messages: Zulip hides nothing in a channel.
        Target::Answer { to, audience: Audience::Private } => person(&to.asker),
        Target::Answer { to, .. } => place(&to.place),
        Target::Place(to) => place(to),
        Target::Person { id, .. } => person(id),
    }
}

fn person(id: &str) -> Result<Recipient> {
    let id = id.parse().map_err(|_| Error::bad_input(format!("`{id}` is no Zulip user id: it is a number.")))?;
    Ok(Recipient::People(vec![id]))
}

pub(super) fn place(place: &Place) -> Result<Recipient> {
    let bad = || Error::bad_input(format!("`{}` is no place in Zulip: write channel:3, channel:ops or dm:10,26.", place.channel));
    match place.channel.split_once(':') {
        // Zulip takes a channel's name where it takes its id.
        Some(("channel", channel)) if !channel.is_empty() => {
            Ok(Recipient::Channel { channel: Key::of(channel), topic: place.thread.clone().unwrap_or_default() })
        }
        Some(("dm", ids)) => {
            let ids: Vec<u64> = ids.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
            Ok(Recipient::People(ids))
        }
        _ => Err(bad()),
    }
}

/// Zulip's own form: `#narrow/channel/3/topic/printers/near/501`.
pub(super) fn permalink(place: &Place, message: &str) -> Option<String> {
    let narrow = match recipient(&Target::Place(place.clone())).ok()? {
        Recipient::Channel { channel, topic } => {
            format!("channel/{}/topic/{}", hash_encoded(&channel.to_string()), hash_encoded(&topic))
        }
        Recipient::People(ids) => {
            let suffix = if ids.len() == 1 { "dm" } else { "group" };
            format!("dm/{}-{suffix}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(","))
        }
    };
    Some(format!("{}/#narrow/{narrow}/near/{message}", place.workspace))
}

/// Percent-encoding with a dot for the percent sign, as in Zulip's `internal_url.ts`.
fn hash_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'!' | b'*' | b'\'' => char::from(byte).to_string(),
            other => format!(".{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use commands::ErrorKind;

    use super::*;
    use crate::chat::Answering;

    fn at(channel: &str, thread: Option<&str>) -> Place {
        let (platform, workspace) = ("zulip".into(), "https://chat.example.org".into());
        Place { platform, workspace, channel: channel.into(), thread: thread.map(str::to_owned) }
    }

    #[test]
    fn answers_go_where_they_may_be_seen() {
        let answer = |channel: &str, audience| {
            let to = Answering { place: at(channel, Some("printers")), asker: "10".into(), response_url: None, pressed: None };
            recipient(&Target::Answer { to, audience })
        };
        let channel = Recipient::topic(3, "printers");
        assert_eq!(answer("channel:3", Audience::Channel), Ok(channel.clone()));
        assert_eq!(answer("channel:3", Audience::Asker), Ok(channel));
        assert_eq!(answer("channel:3", Audience::Private), Ok(Recipient::People(vec![10])));
        assert_eq!(answer("dm:10,11", Audience::Private), Ok(Recipient::People(vec![10])));
        assert_eq!(answer("dm:10,11", Audience::Asker), Ok(Recipient::People(vec![10, 11])));
        for wrong in ["channel:", "dm:", "C0123"] {
            assert_eq!(answer(wrong, Audience::Channel).map_err(|it| it.kind), Err(ErrorKind::BadInput), "{wrong}");
        }
    }

    #[test]
    fn permalinks_as_zulip_writes_them() {
        let link = |channel: &str, thread| permalink(&at(channel, thread), "501");
        assert_eq!(
            link("channel:3", Some("a.b (c) ü")).as_deref(),
            Some("https://chat.example.org/#narrow/channel/3/topic/a.2Eb.20.28c.29.20.C3.BC/near/501")
        );
        assert_eq!(link("dm:10", None).as_deref(), Some("https://chat.example.org/#narrow/dm/10-dm/near/501"));
        assert_eq!(link("dm:10,11", None).as_deref(), Some("https://chat.example.org/#narrow/dm/10,11-group/near/501"));
    }
}
