//! Where things go: places as they are written, notes to administrators, and when many messages become one.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::source::{Reader, Section, nearest};
use crate::{
    chat::{email, slack, sms},
    notify::outgoing,
};

/// A place to notify, as written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub platform: String,
    /// Slack's id of the workspace, of several; empty: the configuration's, or the only one.
    pub workspace: String,
    /// `#dev`, `C0123`, a Zulip channel's name; a name in `[teams] channels`, an address, a number; `@U0123`, a person's id.
    pub channel: String,
    /// Zulip's topic.
    pub topic: Option<String>,
}

/// `[alerts]`
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// Where administrators are told what needs their hands; without it, each of them is told directly.
    pub to: Option<Destination>,
    /// Where they are told instead while the chat of `to` is down.
    pub fallback: Option<Destination>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AlertKeys {
    /// Where administrators are told what needs their hands: `slack:#bellhop-admin`.
    to: Option<String>,
    /// Where they are told instead while that chat is down: `email:ops@example.org`, `sms:+41790000000`, another chat.
    fallback: Option<String>,
}

/// `[digest]`: when what waits for one place is told in one message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// More than so many notifications waiting for one place become one message; 0: never.
    #[serde(default = "after")]
    pub after: u32,
    /// So do two or more of which the first has waited for more than so many seconds.
    #[serde(default = "after_seconds")]
    pub after_seconds: u32,
}

fn after() -> u32 {
    10
}

fn after_seconds() -> u32 {
    10
}

impl Digest {
    /// None when nothing is to be told together.
    pub fn patience(&self) -> Option<Duration> {
        (self.after > 0).then(|| Duration::from_secs(self.after_seconds.into()))
    }
}

pub(super) fn alerts(reader: &Reader<'_>, root: &Section) -> Alerts {
    let Some(section) = root.table("alerts") else { return Alerts::default() };
    let keys = reader.section::<AlertKeys>("[alerts]", section, &[]);
    let (to, fallback) = keys.map(|it| (it.to, it.fallback)).unwrap_or_default();
    Alerts {
        to: destination(reader, root, section, "to", to.as_deref()),
        fallback: destination(reader, root, section, "fallback", fallback.as_deref()),
    }
}

/// What stands at `key`; none when nothing does, or when it cannot be posted to, which is then noted.
pub(super) fn destination(
    reader: &Reader<'_>,
    root: &Section,
    section: &Section,
    key: &str,
    text: Option<&str>,
) -> Option<Destination> {
    let text = text?;
    match Destination::parse(text) {
        Ok(to) => {
            if to.platform == outgoing::PLATFORM {
                return Some(to);
            }
            if root.table(&to.platform).is_none() && !reader.chats.contains(&to.platform) {
                let problem = format!("`{text}` is in {}, and there is no section [{}]", to.platform, to.platform);
                reader.note(section.line_of(key), problem);
            }
            let channels = root.table(&to.platform).filter(|_| to.platform == "teams").and_then(|it| it.table("channels"));
            if let Some(channels) = channels.filter(|it| !it.keys().any(|(name, _)| name == to.channel)) {
                let known: Vec<&str> = channels.keys().map(|(name, _)| name).collect();
                let hint = nearest(&to.channel, known.into_iter());
                reader.note(section.line_of(key), format!("[teams] has no channel `{}`{hint}", to.channel));
            }
            Some(to)
        }
        Err(message) => {
            reader.note(section.line_of(key), message);
            None
        }
    }
}

impl Destination {
    /// # Errors
    /// A sentence that says how a destination is written.
    pub fn parse(text: &str) -> Result<Destination, String> {
        let forms = "write slack:#channel, slack:C0123, slack:T0123/#channel (of several workspaces), zulip:channel>topic, \
                     slack:@U0123 or zulip:@10 (a person by their id), teams:name, email:ana@example.org, sms:+41790000000 or \
                     webhook:name (a connection of kind webhook)";
        let Some((platform, place)) = text.split_once(':') else {
            return Err(format!("`{text}` names no chat: {forms}"));
        };
        let (channel, topic) = match (platform, place.split_once('>')) {
            ("slack", None) => (place, None),
            ("zulip", None) if place.trim().strip_prefix('@').is_some_and(is_number) => (place, None),
            ("zulip", Some((channel, topic))) if !topic.trim().is_empty() => (channel, Some(topic)),
            ("teams" | outgoing::PLATFORM, None) => (place, None),
            ("email", _) if email::is_address(place.trim()) => (place, None),
            ("email", _) => return Err(format!("`{text}` holds no address: write email:ana@example.org")),
            ("sms", _) if sms::is_number(place.trim()) => (place, None),
            ("sms", _) => {
                return Err(format!("`{text}` holds no number with its country's code: write sms:+41790000000"));
            }
            ("zulip", _) => return Err(format!("`{text}` names no topic: write zulip:channel>topic")),
            _ => return Err(format!("`{text}` cannot be posted to: {forms}")),
        };
        let (workspace, channel) = match channel.split_once('/') {
            Some((workspace, channel)) if platform == "slack" => {
                if !slack::is_workspace_id(workspace.trim()) {
                    return Err(format!(
                        "`{workspace}` in `{text}` is no id of a Slack workspace, which is like T0123: `bellhop workspaces` lists them"
                    ));
                }
                (workspace.trim(), channel)
            }
            _ => ("", channel),
        };
        if channel.trim_start_matches(['#', '@']).trim().is_empty() {
            return Err(format!("`{text}` names no channel: {forms}"));
        }
        Ok(Destination {
            platform: platform.into(),
            workspace: workspace.into(),
            channel: channel.trim().into(),
            topic: topic.map(|it| it.trim().into()),
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}
