//! Slack's markup, out of and into which no text from outside may leak.
//!
//! Slack reads `<…>` as links and mentions and knows no backslash:
//! <https://docs.slack.dev/messaging/formatting-message-text>. `& < >` are escaped as Slack
//! documents it. `* _ ~` start formatting only before a word, so a zero-width space behind one that
//! could do that, or behind a colon that begins an emoji's name, stops it and leaves names such as `due_date` alone. A backtick cannot be stopped
//! and becomes its modifier-letter twin.

/// Stops a formatting character that stands before it.
const STOP: char = '\u{200b}';
/// Looks like a backtick and formats nothing.
const BACKTICK: &str = "\u{2cb}";

/// What the text stands in, which decides what must be kept from ending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    Plain,
    Bold,
    Italic,
    Code,
}

/// How long Slack thinks a text is, at worst: UTF-16 units.
pub fn width(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The escaped text, one unit for each character, so that cutting between units is safe.
pub fn units(text: &str, within: Within) -> Vec<String> {
    let mut units = Vec::with_capacity(text.len());
    let mut before = None;
    for (at, char) in text.char_indices() {
        let rest = &text[at + char.len_utf8()..];
        let after = rest.chars().next();
        let starts = !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_whitespace);
        units.push(match char {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            // At the start of a line even the escaped form makes a quotation.
            '>' if within != Within::Code && before.is_none_or(|it| it == '\n') => format!("{STOP}&gt;"),
            '>' => "&gt;".into(),
            '`' => BACKTICK.into(),
            '*' if within == Within::Bold => "\u{2217}".into(),
            '_' if within == Within::Italic => "\u{2cd}".into(),
            '*' | '_' | '~' if within != Within::Code && starts => format!("{char}{STOP}"),
            // `:check:` from outside would be a sign like ours.
            ':' if within != Within::Code && is_emoji(before, rest) => format!("{char}{STOP}"),
            '\r' => String::new(),
            // Nothing to be seen, but it can turn the reading direction or break a client.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => String::new(),
            it if it.is_control() && it != '\n' && it != '\t' => String::new(),
            it => it.to_string(),
        });
        before = Some(char);
    }
    units
}

/// Whether a colon between these begins an emoji's name; in `10:30:45` it does not.
fn is_emoji(before: Option<char>, rest: &str) -> bool {
    let is_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_+-'".contains(it);
    let name = rest.split_once(':').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(is_name)
        && (name.contains(|it: char| it.is_ascii_lowercase() || it == '+') || !before.is_some_and(|it| it.is_ascii_digit()))
}

/// The escaped text as a whole.
pub fn escape(text: &str) -> String {
    units(text, Within::Plain).concat()
}

/// The escaped text, cut so that it is at most `limit` wide.
pub fn escape_cut(text: &str, limit: usize) -> String {
    let whole = escape(text);
    if width(&whole) <= limit {
        return whole;
    }
    let mut cut = String::new();
    let mut room = limit.saturating_sub(1);
    for unit in units(text, Within::Plain) {
        let wide = width(&unit);
        if wide > room {
            break;
        }
        room -= wide;
        cut.push_str(&unit);
    }
    cut.push('…');
    cut
}

/// Unescaped text (for `plain_text` objects, which know no markup), cut at `limit`; never empty,
/// because Slack refuses that.
pub fn plain_cut(text: &str, limit: usize) -> String {
    let mut text: String = text.chars().filter(|it| !it.is_control() || *it == '\n').collect();
    if text.trim().is_empty() {
        return "–".into();
    }
    if width(&text) > limit {
        let mut room = limit.saturating_sub(1);
        text = text
            .chars()
            .take_while(|it| {
                let fits = it.len_utf16() <= room;
                room = room.saturating_sub(it.len_utf16());
                fits
            })
            .collect();
        text.push('…');
    }
    text
}

/// `<url|label>`; only the label where the address is not one that a message may lead to.
pub fn link(url: &str, label: &str, limit: usize) -> String {
    let label = if label.trim().is_empty() { url } else { label };
    let safe = url::Url::parse(url).ok().filter(|it| matches!(it.scheme(), "http" | "https" | "mailto"));
    let Some(safe) = safe else { return escape_cut(label, limit) };
    let mut address = String::new();
    for char in safe.as_str().chars() {
        match char {
            '&' => address.push_str("&amp;"),
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '|' => address.push_str("%7C"),
            it => address.push(it),
        }
    }
    let room = limit.saturating_sub(width(&address) + 3);
    if room < 8 {
        return escape_cut(label, limit);
    }
    // The label is one line, and a pipe in it would look like the border between address and label.
    let label = label.replace(['\n', '\r'], " ").replace('|', "\u{a6}");
    format!("<{address}|{}>", escape_cut(&label, room))
}

/// What a person typed, out of what Slack made of it: entities undone, links bare, mentions kept.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        plain.push_str(&entities(&rest[..start]));
        let Some(length) = rest[start..].find('>') else { break };
        let inside = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        if inside.starts_with(['@', '#', '!']) {
            plain.push_str(&format!("<{}>", entities(inside)));
        } else {
            let (url, label) = inside.split_once('|').unwrap_or((inside, ""));
            // `<mailto:ana@example.org|ana@example.org>` was typed as the label.
            let typed = if url.starts_with("mailto:") || url.starts_with("tel:") { label } else { url };
            plain.push_str(&entities(if typed.is_empty() { url } else { typed }));
        }
    }
    // A `<` that nothing closes is no markup; what stands before it is there already.
    plain.push_str(&entities(rest.find('<').map_or(rest, |start| &rest[start..])));
    plain
}

fn entities(text: &str) -> String {
    // `&amp;` last, so that `&amp;lt;` stays the `&lt;` that was typed.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
