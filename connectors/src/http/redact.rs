//! Keeps secrets, and whatever else a stranger's text may hold, out of what people and logs see.

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

/// What a message carries of a vendor's text, in characters.
const LONGEST: usize = 300;
const HIDDEN: &str = "[hidden]";
/// Shorter parts of a credential than this are not searched for: they are words of any text.
const SHORTEST: usize = 4;

/// Knows a connection's secrets, to remove them.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    /// Longest first, so that no part is taken out of a whole.
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Remembers a credential as it stands in a header (`Bearer abc`, `Basic YW5hOmFiYw==`, `abc`), and what it is made of.
    pub(super) fn learn(&mut self, header: &str) {
        let mut parts = vec![header.to_owned()];
        if let Some((scheme, credential)) = header.split_once(' ') {
            parts.push(credential.to_owned());
            if scheme.eq_ignore_ascii_case("basic")
                && let Ok(decoded) = STANDARD.decode(credential)
                && let Ok(decoded) = String::from_utf8(decoded)
            {
                if let Some((_, password)) = decoded.split_once(':') {
                    parts.push(password.to_owned());
                }
                parts.push(decoded);
            }
        }
        self.secrets.extend(parts.into_iter().filter(|it| it.len() >= SHORTEST).map(SecretString::from));
        self.secrets.sort_by_key(|it| std::cmp::Reverse(it.expose_secret().len()));
    }

    /// A vendor's text as one line that may be shown: no secrets, no control characters, no
    /// addresses' credentials and query values, and not too long.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose_secret(), HIDDEN);
        }
        let visible: String = text.chars().map(|it| if is_invisible(it) { ' ' } else { it }).collect();
        let words: Vec<_> = visible.split_whitespace().map(without_query).collect();
        let line = words.join(" ");
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
            None => line,
        }
    }
}

/// Control characters, and those that turn the direction of text.
fn is_invisible(it: char) -> bool {
    it.is_control() || matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// An address without its user name, password, query and fragment; any other word as it is.
fn without_query(word: &str) -> String {
    let Some((before, rest)) = word.split_once("://") else { return word.to_owned() };
    let kept = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (authority, path) = kept.split_at(kept.find('/').unwrap_or(kept.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{before}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_whole_and_in_part() {
        let mut redactor = Redactor::default();
        redactor.learn("Basic YW5hOmh1bnRlcjI=");
        redactor.learn("Bearer xoxb-12345");
        redactor.learn("ab");
        for (text, expected) in [
            ("no access for Basic YW5hOmh1bnRlcjI=", "no access for [hidden]"),
            ("got YW5hOmh1bnRlcjI=!", "got [hidden]!"),
            ("ana:hunter2 is wrong", "[hidden] is wrong"),
            ("password hunter2 is wrong", "password [hidden] is wrong"),
            ("token=xoxb-12345", "token=[hidden]"),
            ("about ana", "about ana"),
        ] {
            assert_eq!(redactor.clean(text), expected);
        }
    }

    #[test]
    fn text_becomes_one_short_visible_line() {
        let redactor = Redactor::default();
        for (text, expected) in [
            ("a\r\nb\tc\u{0}d\u{1b}[31me", "a b c d [31me"),
            ("  Subject   cannot be blank ", "Subject cannot be blank"),
            ("abc\u{202e}fed", "abc fed"),
            ("see https://ana:pw@example.org/x?key=1#f for more", "see https://example.org/x for more"),
            ("(https://example.org?token=abc)", "(https://example.org"),
            ("https://example.org/a@b", "https://example.org/a@b"),
        ] {
            assert_eq!(redactor.clean(text), expected);
        }
        assert_eq!(redactor.clean(&"ä".repeat(300)), "ä".repeat(300));
        assert_eq!(redactor.clean(&"ä".repeat(301)), format!("{}…", "ä".repeat(300)));
    }
}
