//! Links into Slack: `https://example.slack.com/archives/C024BE91L/p1482960137003543?thread_ts=1482960130.003542`.
//! <https://docs.slack.dev/reference/methods/chat.getPermalink>

use url::Url;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub channel: String,
    /// A message in it: `1482960137.003543`.
    pub message: Option<String>,
    /// The first message of its thread, where it is a reply.
    pub thread: Option<String>,
}

/// Reads a link of any workspace; none for any other text. A chat may have put it in angle brackets.
pub(super) fn read(text: &str) -> Option<Place> {
    let bare = text.trim().trim_start_matches('<').trim_end_matches('>');
    let url = Url::parse(bare.split('|').next()?).ok().filter(|it| matches!(it.scheme(), "http" | "https"))?;
    let mut path = url.path_segments()?.filter(|it| !it.is_empty());
    let (Some("archives"), Some(channel)) = (path.next(), path.next()) else { return None };
    let channel = Some(channel).filter(|it| is_id(it, &['C', 'D', 'G']))?.to_owned();
    let thread = url.query_pairs().find(|(name, _)| name == "thread_ts").map(|(_, value)| value.into_owned());
    let message = path.next().and_then(moment);
    Some(Place { channel, thread: thread.filter(|it| is_moment(it) && message.as_ref() != Some(it)), message })
}

/// Where a message is on the web; `site` ends in a slash.
pub(super) fn address(site: &str, channel: &str, ts: &str, thread: Option<&str>) -> String {
    let message = format!("{site}archives/{channel}/p{}", ts.replace('.', ""));
    match thread.filter(|it| *it != ts) {
        Some(thread) => format!("{message}?thread_ts={thread}&cid={channel}"),
        None => message,
    }
}

/// `C024BE91L`, beginning in one of these letters.
pub(super) fn is_id(text: &str, kinds: &[char]) -> bool {
    text.len() >= 9 && text.starts_with(kinds) && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

/// The `ts` of `p1482960137003543`.
fn moment(part: &str) -> Option<String> {
    let digits = part.strip_prefix('p').filter(|it| it.len() > 6 && it.bytes().all(|it| it.is_ascii_digit()))?;
    let (seconds, fraction) = digits.split_at(digits.len() - 6);
    Some(format!("{seconds}.{fraction}"))
}

fn is_moment(text: &str) -> bool {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    text.split_once('.').is_some_and(|(seconds, fraction)| digits(seconds) && digits(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://example.slack.com/";

    #[test]
    fn links_are_read_as_they_are_written() {
        for thread in [None, Some("1482960130.003542")] {
            let link = address(SITE, "C024BE91L", "1482960137.003543", thread);
            let expected = Place {
                channel: "C024BE91L".into(),
                message: Some("1482960137.003543".into()),
                thread: thread.map(str::to_owned),
            };
            assert_eq!(read(&link), Some(expected.clone()), "{link}");
            assert_eq!(read(&format!("<{link}|there>")), Some(expected), "{link}");
        }
        // A thread's first message is no reply.
        assert!(!address(SITE, "C024BE91L", "1482960137.003543", Some("1482960137.003543")).contains('?'));
    }

    #[test]
    fn other_links() {
        let channel = |text| read(text).map(|it| (it.channel, it.message));
        assert_eq!(channel("https://example.slack.com/archives/C024BE91L"), Some(("C024BE91L".into(), None)));
        for text in [
            "https://example.slack.com/archives/dev/p1482960137003543",
            "https://example.slack.com/team/U024BE91L",
            "ftp://example.slack.com/archives/C024BE91L/p1482960137003543",
            "1482960137.003543",
            "https://example.slack.com/archives/C024BE91L/../x",
        ] {
            assert!(channel(text).is_none_or(|(_, message)| message.is_none()), "{text}");
        }
    }
}
