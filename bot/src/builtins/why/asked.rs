//! What somebody wonders about, of how they wrote it.

/// A message, or an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The last message of this channel.
    Last,
    Message {
        platform: &'static str,
        channel: Option<String>,
        id: String,
    },
    Object(Object),
}

/// By what an object is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object {
    Url(String),
    /// `#512`, `acme/widgets#512`, `PROJ-7`, `PR 512`.
    Named {
        /// As it was written.
        text: String,
        /// The digits at its end.
        number: Option<String>,
        /// What kinds of events are about such a thing begin with; empty: any.
        nouns: &'static [&'static str],
    },
}

/// Words before a number, and what they mean.
const NOUNS: &[(&[&str], &[&str])] = &[
    (&["pr", "prs", "pull", "pull request", "mr", "merge request"], &["pull", "merge"]),
    (&["issue", "ticket", "bug", "task", "story"], &["issue", "work_package", "work_item", "card", "task"]),
    (&["build", "run", "job", "pipeline", "workflow"], &["build", "run", "job", "pipeline", "workflow", "check"]),
    (&["card"], &["card"]),
    (&["alert", "incident"], &["alert", "incident"]),
    (&["release"], &["release"]),
];

impl Asked {
    pub fn read(text: &str) -> Asked {
        let text = text.trim().trim_matches('"').trim();
        // Slack writes `<https://…|what people see>`.
        let inside = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).map(|it| it.split('|').next().unwrap_or(it));
        let text = inside.unwrap_or(text).replace("&amp;", "&");
        if text.is_empty() {
            return Asked::Last;
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return slack(&text).or_else(|| zulip(&text)).unwrap_or_else(|| Asked::Object(Object::Url(text.clone())));
        }
        let digits = crate::notify::news::number(&text).to_owned();
        let before = text[..text.len() - digits.len()].trim_end_matches('#').trim().to_lowercase();
        let nouns = NOUNS.iter().find(|(words, _)| words.contains(&before.as_str())).map_or(&[][..], |(_, kinds)| kinds);
        Asked::Object(Object::Named { number: Some(digits).filter(|it| !it.is_empty()), nouns, text })
    }
}

/// `https://example.slack.com/archives/C0123/p1795218300000001`.
fn slack(url: &str) -> Option<Asked> {
    let (_, path) = url.split_once("/archives/")?;
    let mut parts = path.split(['/', '?', '#']);
    let channel = parts.next()?.to_owned();
    let digits = parts.next()?.strip_prefix('p')?;
    let is_id = digits.len() > 6 && digits.bytes().all(|it| it.is_ascii_digit());
    let (seconds, rest) = is_id.then(|| digits.split_at(digits.len() - 6))?;
    Some(Asked::Message { platform: "slack", channel: Some(channel), id: format!("{seconds}.{rest}") })
}

/// `https://chat.example.org/#narrow/channel/3-dev/topic/printers/near/123`.
fn zulip(url: &str) -> Option<Asked> {
    let (_, narrow) = url.split_once("/#narrow/")?;
    let parts: Vec<&str> = narrow.split('/').collect();
    let id = parts.windows(2).find(|it| matches!(it[0], "near" | "with" | "id")).map(|it| it[1])?;
    let is_id = !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit());
    // A message's id is unique in its organization.
    is_id.then(|| Asked::Message { platform: "zulip", channel: None, id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_messages_lead_to_them() {
        let slack = |id: &str| Asked::Message { platform: "slack", channel: Some("C0DEMO001".into()), id: id.into() };
        for text in [
            "https://example.slack.com/archives/C0DEMO001/p1795218300000001",
            "<https://example.slack.com/archives/C0DEMO001/p1795218300000001?thread_ts=1795218000.000100&amp;cid=C0DEMO001>",
            "<https://example.slack.com/archives/C0DEMO001/p1795218300000001|a message>",
        ] {
            assert_eq!(Asked::read(text), slack("1795218300.000001"), "{text}");
        }
        let zulip = Asked::Message { platform: "zulip", channel: None, id: "123".into() };
        assert_eq!(Asked::read("https://chat.example.org/#narrow/channel/3-dev/topic/printers/near/123"), zulip);
        assert_eq!(Asked::read("https://chat.example.org/#narrow/stream/3-dev/topic/a.20b/with/123"), zulip);
    }

    #[test]
    fn objects_are_named_as_people_name_them() {
        let named = |text: &str| match Asked::read(text) {
            Asked::Object(Object::Named { text, number, nouns }) => (text, number.unwrap_or_default(), nouns.first().copied()),
            other => panic!("{other:?}"),
        };
        assert_eq!(named("PR 512"), ("PR 512".into(), "512".into(), Some("pull")));
        assert_eq!(named("pull request #7"), ("pull request #7".into(), "7".into(), Some("pull")));
        assert_eq!(named("acme/widgets#512"), ("acme/widgets#512".into(), "512".into(), None));
        assert_eq!(named("PROJ-7"), ("PROJ-7".into(), "7".into(), None));
        assert_eq!(named("#42").1, "42");
        assert_eq!(named("the printer").1, "");
        assert_eq!(Asked::read(" "), Asked::Last);
        assert_eq!(Asked::read("https://example.org/a"), Asked::Object(Object::Url("https://example.org/a".into())));
    }
}
