//! A message as a text message: at most ten segments, of which a carrier counts each.
//!
//! A segment is 160 characters of GSM 7-bit, or 70 of UCS-2 where one character is none of those; of several, each is 153 or
//! 67 (3GPP TS 23.038 and 23.040). So typographic marks are written as what GSM has.

use commands::{Block, Button, Message, Text};

use crate::chat::links::Offered;

/// Twilio's own advice, and more than anybody reads on a phone.
pub const SEGMENTS: usize = 10;
/// How many buttons become links: each takes a segment or two.
const LINKS: usize = 2;
const CUT: &str = "...";

/// Characters of GSM 7-bit, and those that take two places.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// What is sent of a message. What does not fit is left out of its text, and never of its links.
pub fn written(message: &Message, offer: &dyn Fn(&Button) -> Offered) -> String {
    let (mut blocks, mut buttons) = (Vec::new(), Vec::new());
    for block in &message.blocks {
        match block {
            Block::Buttons(all) | Block::Menu { options: all, .. } => buttons.extend(all.iter()),
            // Lines of signs are nothing on a phone.
            Block::Heading(text) => blocks.push(Block::Paragraph(Text::from(text.as_str()))),
            Block::Divider => {}
            Block::Image { alt, .. } => blocks.push(Block::Paragraph(Text::from(alt.as_str()))),
            other => blocks.push(other.clone()),
        }
    }
    let said = Message { blocks, ..message.clone() }.to_plain(&[]);
    let links: Vec<String> = buttons.into_iter().take(LINKS).map(|it| line(&offer(it))).collect();
    fit(&smooth(said.trim()), &smooth(&links.join("\n")))
}

fn line(offered: &Offered) -> String {
    match &offered.address {
        Some(address) => format!("{}: {address}", offered.label),
        None => format!("{}: type {} in chat", offered.label, offered.command),
    }
}

/// As much of `said` as fits above `links`.
fn fit(said: &str, links: &str) -> String {
    let joined = |said: &str| match (said.is_empty(), links.is_empty()) {
        (_, true) => said.to_owned(),
        (true, false) => links.to_owned(),
        (false, false) => format!("{said}\n\n{links}"),
    };
    let whole = joined(said);
    if segments(&whole) <= SEGMENTS {
        return whole;
    }
    // Cut where it just fits: a longer text never takes fewer segments.
    let ends: Vec<usize> = said.char_indices().map(|(at, _)| at).collect();
    let fits = ends.partition_point(|end| segments(&joined(&format!("{}{CUT}", &said[..*end]))) <= SEGMENTS);
    let end = fits.checked_sub(1).map_or(0, |it| ends[it]);
    joined(&format!("{}{CUT}", said[..end].trim_end()))
}

/// How many segments a carrier makes of it.
pub fn segments(text: &str) -> usize {
    let is_gsm = text.chars().all(|it| BASIC.contains(it) || EXTENDED.contains(it));
    let places = |it: char| match is_gsm {
        true => 1 + usize::from(EXTENDED.contains(it)),
        false => it.len_utf16(),
    };
    let (one, of_several) = if is_gsm { (160, 153) } else { (70, 67) };
    if text.chars().map(places).sum::<usize>() <= one {
        return 1;
    }
    // No character is torn in two.
    let (mut count, mut left) = (1, of_several);
    for char in text.chars() {
        if places(char) > left {
            (count, left) = (count + 1, of_several);
        }
        left -= places(char);
    }
    count
}

/// With the marks that GSM has, and without what cannot be seen.
fn smooth(text: &str) -> String {
    let mut smooth = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '‘' | '’' | '‚' | '`' => smooth.push('\''),
            '“' | '”' | '„' | '«' | '»' => smooth.push('"'),
            '–' | '—' | '‑' | '·' | '•' => smooth.push('-'),
            '…' => smooth.push_str(CUT),
            '→' => smooth.push_str("->"),
            '\t' | '\u{a0}' | '\u{202f}' => smooth.push(' '),
            '\n' => smooth.push('\n'),
            other if other.is_control() => {}
            other => smooth.push(other),
        }
    }
    smooth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_counted_as_carriers_do() {
        for (text, count) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            // An escape and its character stay together: 76 of them in a segment.
            ("€".repeat(153), 3),
            ("ы".repeat(70), 1),
            ("ы".repeat(71), 2),
            ("🔥".repeat(35), 1),
            ("🔥".repeat(36), 2),
            ("🔥".repeat(67), 3),
        ] {
            assert_eq!(segments(&text), count, "{} times {:?}", text.chars().count(), text.chars().next());
        }
    }

    #[test]
    fn what_is_too_long_loses_text_and_no_link() {
        let links = "Close: https://bot.example.org/act/abc.def";
        for said in ["x ".repeat(2_000), "ы ".repeat(2_000), "🔥".repeat(2_000), "€".repeat(2_000)] {
            let text = fit(&said, links);
            assert!(text.ends_with(links) && text.contains("...\n\n"), "{text}");
            assert_eq!(segments(&text), SEGMENTS, "no segment is wasted");
        }
        assert_eq!(fit("short", links), format!("short\n\n{links}"));
        assert_eq!(fit("", links), links);
        assert_eq!(fit("short", ""), "short");
    }

    #[test]
    fn typographic_marks_cost_no_segments() {
        let text = smooth("“Ana’s printer” – on fire… → 3\u{a0}h\u{7}");
        assert_eq!(text, "\"Ana's printer\" - on fire... -> 3 h");
        assert!(text.chars().all(|it| BASIC.contains(it)));
    }
}
