//! A line cut into words: quotes, names with values, mentions that stay whole.
//!
//! Phones turn `--` into a dash and quotes into curly ones; both are read as what was typed.
//! Every word remembers where it stood, so that free text can be taken from the line as it was.

use std::ops::Range;

/// A stretch of the line between spaces, or within quotes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word<'a> {
    /// Where it stands in the line, with its quotes and its name.
    pub span: Range<usize>,
    pub raw: &'a str,
    pub shape: Shape<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape<'a> {
    Plain,
    /// The text within quotes.
    Quoted(String),
    /// `name=value`, `--name=value`.
    Pair {
        name: &'a str,
        value: Given,
    },
    /// `--name`; its value, if it takes one, is the next word.
    Dashed {
        name: &'a str,
    },
}

/// A value and whether quotes held it together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Bare(String),
    Quoted(String),
}

impl Given {
    pub fn text(&self) -> &str {
        match self {
            Given::Bare(text) | Given::Quoted(text) => text,
        }
    }
}

impl Word<'_> {
    /// The word as a value: without its quotes.
    pub fn given(&self) -> Given {
        match &self.shape {
            Shape::Quoted(text) => Given::Quoted(text.clone()),
            _ => Given::Bare(self.raw.to_owned()),
        }
    }
}

/// Cuts `line` into words. Anything can be cut: a quote that is never closed is text.
pub(super) fn split(line: &str) -> Vec<Word<'_>> {
    let mut lexer = Lexer { line, unclosed: [false; 2] };
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(start) = lexer.skip_spaces(at) {
        let (end, shape) = lexer.word(start);
        words.push(Word { span: start..end, raw: &line[start..end], shape });
        at = end;
    }
    words
}

struct Lexer<'a> {
    line: &'a str,
    /// For each kind of quote: whether there is none to close with in the rest of the line. Looked
    /// for once, so that a line full of opening quotes takes no longer than any other.
    unclosed: [bool; 2],
}

impl<'a> Lexer<'a> {
    fn skip_spaces(&self, at: usize) -> Option<usize> {
        self.line[at..].find(|it: char| !it.is_whitespace()).map(|skipped| at + skipped)
    }

    fn word(&mut self, start: usize) -> (usize, Shape<'a>) {
        if let Some((text, end)) = self.quoted(start) {
            return (end, Shape::Quoted(text));
        }
        let rest = &self.line[start..];
        let dashes = dashes(rest);
        let name = name(&rest[dashes..]);
        let after = start + dashes + name.len();
        let next = self.line[after..].chars().next();
        match next {
            Some('=') if !name.is_empty() && !self.line[after..].starts_with("==") => {
                let (end, value) = self.value(after + 1);
                (end, Shape::Pair { name, value })
            }
            _ if dashes > 0 && !name.is_empty() && next.is_none_or(char::is_whitespace) => (after, Shape::Dashed { name }),
            _ => (self.bare(start), Shape::Plain),
        }
    }

    fn value(&mut self, start: usize) -> (usize, Given) {
        match self.quoted(start) {
            Some((text, end)) => (end, Given::Quoted(text)),
            None => {
                let end = self.bare(start);
                (end, Given::Bare(self.line[start..end].to_owned()))
            }
        }
    }

    /// The end of the word that starts here: the next space that no mention or link spans.
    fn bare(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(next) = self.line[at..].chars().next() {
            if next.is_whitespace() {
                break;
            }
            at += whole(&self.line[at..]).unwrap_or(next.len_utf8());
        }
        at
    }

    /// The text between a quote that stands here and the one that closes it before a space.
    fn quoted(&mut self, start: usize) -> Option<(String, usize)> {
        let open = self.line[start..].chars().next()?;
        let kind = quote(open)?;
        if self.unclosed[kind] {
            return None;
        }
        let from = start + open.len_utf8();
        let mut text = String::new();
        let mut chars = self.line[from..].char_indices().peekable();
        while let Some((at, it)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            if it == '\\'
                && let Some(escaped) = next.filter(|next| *next == '\\' || quote(*next).is_some())
            {
                text.push(escaped);
                chars.next();
            } else if quote(it) == Some(kind) && next.is_none_or(char::is_whitespace) {
                return Some((text, from + at + it.len_utf8()));
            } else {
                text.push(it);
            }
        }
        self.unclosed[kind] = true;
        None
    }
}

/// Which kind of quote this is, whichever way phones and languages draw it.
pub(super) fn quote(it: char) -> Option<usize> {
    match it {
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂' => Some(0),
        '\'' | '‘' | '’' | '‚' | '‛' | '‹' | '›' => Some(1),
        _ => None,
    }
}

/// The length of the dashes that mark a name: `--`, or what a phone makes of them.
pub(super) fn dashes(text: &str) -> usize {
    ["--", "—", "–"].iter().find(|it| text.starts_with(**it)).map_or(0, |it| it.len())
}

fn name(text: &str) -> &str {
    let starts = text.starts_with(|it: char| it.is_ascii_alphabetic());
    let end = text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '_' || it == '-')).unwrap_or(text.len());
    if starts { &text[..end] } else { "" }
}

/// The length of what stands here and may hold spaces: Slack's `<@U123|Ana B>` and
/// `<https://…|a label>`, Zulip's `@**Ana B**`, `@_**Ana B**` and `#**channel>topic**`.
fn whole(text: &str) -> Option<usize> {
    let (opening, closing, longest) = match text.as_bytes() {
        [b'<', b'@' | b'#' | b'!', ..] => (2, ">", 256),
        [b'<', b'h', b't', b't', b'p', ..] => (5, ">", 2048),
        [b'@' | b'#', b'*', b'*', ..] => (3, "**", 256),
        [b'@', b'_', b'*', b'*', ..] => (4, "**", 256),
        _ => return None,
    };
    let mut end = (opening + longest).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let inner = &text[opening..end];
    let inner = &inner[..inner.find(closing)?];
    (!inner.contains('\n')).then_some(opening + inner.len() + closing.len())
}
