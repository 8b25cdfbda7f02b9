//! Links into Zulip: `https://chat.example.org/#narrow/channel/3-dev/topic/build/near/120`.
//! <https://zulip.com/help/link-to-a-message-or-conversation>

use url::form_urlencoded;

/// What a link leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Narrow {
    pub channel: Option<u64>,
    pub topic: Option<String>,
    /// A message in it.
    pub message: Option<u64>,
}

/// Reads the part of a link after `#narrow/`; none for any other text.
pub(super) fn read(text: &str) -> Option<Narrow> {
    let (_, path) = text.split_once("#narrow/")?;
    let mut narrow = Narrow::default();
    let mut parts = path.split('/');
    while let (Some(operator), Some(operand)) = (parts.next(), parts.next()) {
        match operator {
            "channel" | "stream" => narrow.channel = operand.split('-').next().and_then(|it| it.parse().ok()),
            "topic" | "subject" => narrow.topic = Some(decoded(operand)),
            "near" | "with" | "id" => narrow.message = operand.parse().ok(),
            _ => {}
        }
    }
    Some(narrow)
}

/// Where a message, a topic or a channel is on the web.
pub(super) fn address(site: &str, channel: (u64, &str), topic: Option<&str>, message: Option<u64>) -> String {
    let (id, name) = channel;
    let topic = topic.map(|it| format!("/topic/{}", encoded(it))).unwrap_or_default();
    let message = message.map(|it| format!("/near/{it}")).unwrap_or_default();
    format!("{site}/#narrow/channel/{id}-{}{topic}{message}", encoded(&name.replace(' ', "-")))
}

/// Where a direct message is: the people in it but the bot.
pub(super) fn direct(site: &str, people: &[u64], message: u64) -> String {
    let people = people.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    format!("{site}/#narrow/dm/{people}/near/{message}")
}

/// Zulip's own encoding: as in addresses, with a dot for the percent sign.
fn encoded(text: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_!~*'".contains(&it);
    text.bytes().fold(String::new(), |mut out, it| {
        match plain(it) {
            true => out.push(char::from(it)),
            false => out.push_str(&format!(".{it:02X}")),
        }
        out
    })
}

fn decoded(text: &str) -> String {
    // As in addresses, where a plus is a plus.
    let value = format!("text={}", text.replace('.', "%").replace('+', "%2B"));
    form_urlencoded::parse(value.as_bytes()).next().map(|(_, it)| it.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_they_are_written() {
        for (channel, topic) in [("dev", "build #7 (100%) a.b"), ("Öl & Gas", "✔ fertig")] {
            let link = address("https://chat.example.org", (3, channel), Some(topic), Some(120));
            let expected = Narrow { channel: Some(3), topic: Some(topic.into()), message: Some(120) };
            assert_eq!(read(&link), Some(expected), "{link}");
        }
        assert_eq!(
            address("https://chat.example.org", (3, "dev"), Some("a b.c/d"), None),
            "https://chat.example.org/#narrow/channel/3-dev/topic/a.20b.2Ec.2Fd"
        );
    }

    #[test]
    fn older_and_stranger_links() {
        let read = |text| read(text).map(|it| (it.channel, it.topic, it.message));
        assert_eq!(read("#narrow/stream/3-dev/subject/x/with/9"), Some((Some(3), Some("x".into()), Some(9))));
        assert_eq!(read("https://chat.example.org/#narrow/dm/8,26-Ana/near/12"), Some((None, None, Some(12))));
        assert_eq!(read("https://chat.example.org/#narrow/channel/dev"), Some((None, None, None)));
        assert_eq!(read("https://chat.example.org/#settings"), None);
    }
}
