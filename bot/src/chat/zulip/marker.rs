//! What a post is found again by: its key's hash, in characters that nobody sees.
//!
//! Zulip has no message metadata, and its `local_id` comes back only through the sender's own event
//! queue. What it keeps is the text: `normalize_body` (`zerver/lib/message.py`) takes white space off the
//! end, which these characters are not, and cuts what is longer than 10,000 characters, which
//! [`super::render::LIMIT`] leaves room for.
//!
//! Only messages of our own bot are looked at, so nobody else's message is ever taken for ours. What we
//! pass on could hold a copied marker; [`strip`] takes it out before ours goes in.

use sha2::{Digest, Sha256};

/// Two bits each. None is white space, a letter, or direction.
const DIGITS: [char; 4] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}'];
/// Keeps what comes after from joining the letter before.
const NON_JOINER: char = '\u{200c}';
/// Bytes of the hash: 48 bits, among the posts of one bot in one conversation within a few days.
const BYTES: usize = 6;
/// Characters of a marker: the hash, and a byte for the part.
const LENGTH: usize = 1 + (BYTES + 1) * 4;
/// What [`put`] adds to a message at most.
pub const ROOM: usize = LENGTH + PARAGRAPH.len();
const PARAGRAPH: &str = "\n\n";

/// What a marker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    hash: [u8; BYTES],
    /// Which of a post's messages it is.
    pub part: u8,
}

impl Mark {
    /// Whether both are of messages of the same post.
    pub fn is_of_the_same_post(&self, other: &Mark) -> bool {
        self.hash == other.hash
    }
}

/// The marker of a post's `part`: Zulip takes long text, and text and buttons, as several messages.
pub fn marker(key: &str, part: u8) -> String {
    Mark::of(key).write(part)
}

impl Mark {
    /// Of a post's first message.
    pub fn of(key: &str) -> Mark {
        let digest = Sha256::digest(key);
        let mut hash = [0; BYTES];
        hash.copy_from_slice(&digest[..BYTES]);
        Mark { hash, part: 0 }
    }

    /// The marker of another part of the same post.
    pub fn write(&self, part: u8) -> String {
        let bits = self.hash.into_iter().chain([part]).flat_map(|byte| [byte >> 6, byte >> 4, byte >> 2, byte]);
        std::iter::once(NON_JOINER).chain(bits.map(|it| DIGITS[usize::from(it & 3)])).collect()
    }
}

/// The marker that a message of ours holds.
pub fn read(content: &str) -> Option<Mark> {
    let digits: Vec<Option<u8>> =
        content.chars().map(|char| DIGITS.iter().position(|it| *it == char).and_then(|it| u8::try_from(it).ok())).collect();
    let run = digits.split(Option::is_none).find(|run| run.len() >= LENGTH)?;
    // The last ones: our own escaping may end in such a character.
    let digits: Vec<u8> = run[run.len() - LENGTH + 1..].iter().copied().flatten().collect();
    let bytes: Vec<u8> = digits.chunks(4).map(|it| it.iter().fold(0, |byte, digit| byte << 2 | digit)).collect();
    let (part, hash) = bytes.split_last()?;
    Some(Mark { hash: hash.try_into().ok()?, part: *part })
}

/// `content` with the marker at the end of its last line of running text: behind a fence or the row of a
/// table it would break these, and a paragraph of its own would show as an empty line.
pub fn put(content: &str, marker: &str) -> String {
    let content = strip(content);
    let (mut fence, mut end, mut at) = (None, None, 0);
    for line in content.split_inclusive('\n') {
        let text = line.trim_end();
        let ticks = &text[..text.len() - text.trim_start_matches('`').len()];
        match fence {
            Some(open) if text == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && !text[ticks.len()..].contains('`') => fence = Some(ticks),
            None if text.is_empty() || text.starts_with('|') || text == "---" => {}
            None => end = Some(at + text.len()),
        }
        at += line.len();
    }
    match end {
        Some(end) => format!("{}{marker}{}", &content[..end], &content[end..]),
        None => format!("{content}{PARAGRAPH}{marker}"),
    }
}

/// `text` without markers: of what people copy out of our messages and type to us, and of what we pass on.
pub fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let mut length = 0;
    for char in text.chars().chain(std::iter::once('\0')) {
        if DIGITS.contains(&char) {
            run.push(char);
            length += 1;
            continue;
        }
        // Fewer are somebody's own: of an emoji, of Persian, of our escaping.
        if length < LENGTH {
            out.push_str(&run);
        }
        run.clear();
        length = 0;
        out.push(char);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_marker_is_short_unseen_and_its_posts_alone() {
        let one = marker("k1", 0);
        assert_eq!(one.chars().count(), LENGTH);
        assert!(one.chars().all(|it| !it.is_whitespace() && !it.is_alphanumeric() && !it.is_control()));
        assert!(one != marker("k2", 0) && one != marker("k1", 1));
        assert_eq!(one, marker("k1", 0));
        let read = |key, part| read(&put("Created #42 @\u{200b}", &marker(key, part))).expect("a marker");
        assert_eq!((read("k1", 0).part, read("k1", 200).part), (0, 200));
        assert!(read("k1", 0).is_of_the_same_post(&read("k1", 1)) && !read("k1", 0).is_of_the_same_post(&read("k2", 0)));
        assert_eq!(super::read("Created #42"), None);
    }

    #[test]
    fn a_marker_stands_where_it_breaks_nothing() {
        let mark = marker("k1", 0);
        for (content, expected) in [
            ("Created #42", "Created #42|"),
            (":check: **Created**\n\n* **Status**: New", ":check: **Created**\n\n* **Status**: New|"),
            ("Log\n\n```text\nline\n```", "Log|\n\n```text\nline\n```"),
            ("```text\nline\n```", "```text\nline\n```\n\n|"),
            ("`````text\n````\nline\n`````\n\nafter", "`````text\n````\nline\n`````\n\nafter|"),
            ("Two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |", "Two|\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"),
            ("Above\n\n---", "Above|\n\n---"),
            ("```code``` inline", "```code``` inline|"),
            ("> said", "> said|"),
        ] {
            let shown = put(content, &mark).replace(&mark, "|");
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn what_people_copied_is_not_passed_on() {
        let forged = marker("k2", 0);
        let put = put(&format!("Subject: fire{forged}\nDone"), &marker("k1", 0));
        assert!(!put.contains(&forged) && put.contains(&marker("k1", 0)), "{put:?}");
        assert_eq!(strip("👩\u{200d}🔧 می\u{200c}خواهم @\u{200b}all"), "👩\u{200d}🔧 می\u{200c}خواهم @\u{200b}all");
    }

    proptest! {
        #[test]
        fn a_marker_is_there_once_and_comes_off_again(content in r"(\PC|\n|`|\||\x{200b}){0,80}", key in ".{0,20}") {
            let mark = marker(&key, 0);
            let marked = put(&content, &mark);
            prop_assert_eq!(marked.matches(&mark).count(), 1);
            prop_assert!(marked.chars().count() <= content.chars().count() + ROOM);
            prop_assert!(!strip(&marked).contains(&mark));
        }
    }
}
