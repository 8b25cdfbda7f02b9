//! What people write, and what Slack makes of it.
//!
//! In Slack's markup only what stands in angle brackets is more than text: mentions of people,
//! channels, user groups and everybody, and links. So a text without any is safe to post for
//! somebody else, whatever it says. <https://docs.slack.dev/messaging/formatting-message-text>

use commands::{Ctx, Result};

use super::{Slack, client::people::User, resolve::at};

/// The longest text that Slack still lets be changed.
const LONGEST: usize = 4000;

impl Slack {
    /// What a person has the bot say: without any mention, and signed.
    pub(super) fn content(&self, field: &str, text: &str, ctx: &Ctx) -> Result<String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(at(field, "There is nothing to post: write a text."));
        }
        let mut content = escaped(text);
        if self.sign {
            content.push_str(&format!("\n_{}, by the bot_", name(ctx)));
        }
        let length = content.chars().count();
        if length > LONGEST {
            let message =
                format!("The text has {length} characters, and Slack takes {LONGEST}: shorten it, or attach it as a file.");
            return Err(at(field, message));
        }
        Ok(content)
    }
}

/// A name of the chat's, which may hold anything.
fn name(ctx: &Ctx) -> String {
    let name: String = ctx.actor.name.chars().filter(|it| it.is_alphanumeric() || " -'.".contains(*it)).collect();
    name.trim().to_owned()
}

/// Text that Slack shows as it is.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Slack's markup as people read it, without a mention that would ring again.
pub(super) fn readable(text: &str, everyone: &[User]) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inside, after)) = after.split_once('>') else { break };
        read.push_str(before);
        let (target, label) = inside.split_once('|').map_or((inside, None), |(target, label)| (target, Some(label)));
        match target.chars().next() {
            Some('@') => {
                let found = everyone.iter().find(|it| it.id == target[1..]).map(User::title);
                read.push_str(&format!("@{}", found.or(label).unwrap_or(&target[1..]).trim_start_matches('@')));
            }
            Some('#') => read.push_str(&format!("#{}", label.unwrap_or(&target[1..]))),
            Some('!') => {
                let all = target[1..].split('^').next().unwrap_or_default();
                read.push_str(&format!("@{}", label.unwrap_or(all).trim_start_matches('@')));
            }
            _ => match label.filter(|it| *it != target) {
                Some(label) => read.push_str(&format!("{label} ({target})")),
                None => read.push_str(target),
            },
        }
        rest = after;
    }
    read.push_str(rest);
    read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mention_is_left() {
        for text in [
            "<!channel>",
            "<!here|here>",
            "<!subteam^S0ONCALL0001>",
            "<@U12345678>",
            "<#C12345678>",
            "<https://evil.example|Slack>",
        ] {
            let escaped = escaped(text);
            assert!(!escaped.contains(['<', '>']), "{escaped}");
            // And it comes back as it was written.
            assert_eq!(readable(&escaped, &[]), text);
        }
        assert_eq!(escaped("&lt;!channel&gt;"), "&amp;lt;!channel&amp;gt;");
    }

    #[test]
    fn markup_is_read_as_slack_shows_it() {
        let ana: User =
            serde_json::from_value(serde_json::json!({"id": "U1", "profile": {"real_name": "Ana"}})).expect("a person");
        let text = "<@U1> and <@U2|ben> in <#C1|dev>: <!here>, <!subteam^S1|@oncall> <https://example.org|docs> <https://example.org> 1 &lt; 2 &amp;amp; <";
        assert_eq!(
            readable(text, &[ana]),
            "@Ana and @ben in #dev: @here, @oncall docs (https://example.org) https://example.org 1 < 2 &amp; <"
        );
    }
}
