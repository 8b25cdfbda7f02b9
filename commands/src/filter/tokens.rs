//! A filter's text, cut into words.

use super::key::refuse;
use crate::Error;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    Kind(String),
    /// `label:urgent`.
    Has(String, Value),
    /// `workflows:{event:"push" branch:"main"}`: each name with its values.
    Of(String, Vec<(String, Vec<String>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Bare(String),
    Quoted(String),
}

impl Value {
    pub fn text(&self) -> &str {
        match self {
            Value::Bare(text) | Value::Quoted(text) => text,
        }
    }
}

fn is_quote(it: char) -> bool {
    matches!(it, '"' | '“' | '”' | '„')
}

/// Whether a pattern can stand without quotes.
pub(super) fn is_bare(pattern: &str) -> bool {
    !pattern.is_empty()
        && !pattern.starts_with(|it: char| is_quote(it) || matches!(it, '<' | '>' | '=' | '{'))
        && !pattern.contains(|it: char| it.is_whitespace() || matches!(it, '(' | ')'))
}

/// A pattern as it stands within quotes.
pub(super) fn escaped(pattern: &str) -> String {
    let is_special = |it: char| it == '\\' || is_quote(it);
    pattern.chars().flat_map(|it| is_special(it).then_some('\\').into_iter().chain([it])).collect()
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let goes_on = after.starts_with(|it: char| !it.is_whitespace() && it != ')');
        rest = match first {
            '(' => {
                tokens.push(Token::Open);
                after
            }
            ')' => {
                tokens.push(Token::Close);
                after
            }
            // What phones make of it, too.
            '-' | '–' | '—' | '−' if goes_on => {
                tokens.push(Token::Minus);
                after
            }
            // `+label:x` asks for what is asked for anyway.
            '+' if goes_on => after,
            _ => {
                let (token, after) = word(rest)?;
                tokens.push(token);
                after
            }
        };
        rest = rest.trim_start();
    }
    Ok(tokens)
}

fn word(text: &str) -> Result<(Token, &str), Error> {
    let end = text.find(|it: char| it.is_whitespace() || matches!(it, '(' | ')')).unwrap_or(text.len());
    let word = &text[..end];
    let Some((key, value)) = word.split_once(':') else {
        let token = match word.to_lowercase().as_str() {
            "and" | "&&" => Token::And,
            "or" | "||" => Token::Or,
            "not" => Token::Not,
            kind if kind.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.' | '*' | '-')) && kind != "-" => {
                Token::Kind(kind.to_owned())
            }
            _ => {
                return Err(refuse(format!(
                    "`{word}` is not a kind of event: write one such as `issues` or `issue.created`, or `text:\"…\"` for words in the text."
                )));
            }
        };
        return Ok((token, &text[end..]));
    };
    if key.is_empty() || !key.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.' | '-')) {
        return Err(refuse(format!("`{word}` cannot be read: write a name before the colon, such as `label:urgent`.")));
    }
    let from = &text[key.len() + 1..];
    if let Some(inside) = from.trim_start().strip_prefix('{') {
        let (of, rest) = braces(key, inside)?;
        return Ok((Token::Of(key.to_owned(), of), rest));
    }
    if let Some(open) = value.chars().next().filter(|it| is_quote(*it)) {
        let (pattern, rest) = quoted(&from[open.len_utf8()..])
            .ok_or_else(|| refuse(format!("The quote after `{key}:` is never closed: add a `\"`.")))?;
        return Ok((Token::Has(key.to_owned(), Value::Quoted(pattern)), rest));
    }
    if value.is_empty() {
        return Err(refuse(format!("`{key}:` needs a value right after the colon, such as `{key}:*`.")));
    }
    Ok((Token::Has(key.to_owned(), Value::Bare(value.to_owned())), &text[end..]))
}

/// The text up to the closing quote, and what follows that.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut pattern = String::new();
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match it {
            '\\' => pattern.push(chars.next()?.1),
            it if is_quote(it) => return Some((pattern, &text[at + it.len_utf8()..])),
            it => pattern.push(it),
        }
    }
    None
}

type Named = Vec<(String, Vec<String>)>;

/// `event:"push","pull_request" branch:main}`, and what follows it.
fn braces<'a>(of: &str, text: &'a str) -> Result<(Named, &'a str), Error> {
    let open = || refuse(format!("The `{{` after `{of}:` is never closed: add a `}}`."));
    let between = |it: char| it.is_whitespace() || it == ',';
    let mut all: Named = Vec::new();
    let mut rest = text.trim_start_matches(between);
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((all, after));
        }
        let (name, value) = rest.split_once(':').ok_or_else(open)?;
        let name = name.trim();
        if name.is_empty() || !name.chars().all(|it| it.is_alphanumeric() || it == '_') {
            return Err(refuse(format!("Within `{of}:{{…}}` write names with values, such as `{of}:{{branch:\"main\"}}`.")));
        }
        let mut values = Vec::new();
        rest = value.trim_start();
        loop {
            let (value, after) = match rest.chars().next().filter(|it| is_quote(*it)) {
                Some(quote) => quoted(&rest[quote.len_utf8()..]).ok_or_else(open)?,
                None => {
                    let end = rest.find(|it: char| between(it) || it == '}').ok_or_else(open)?;
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            if value.is_empty() {
                return Err(refuse(format!("`{name}:` within `{of}:{{…}}` needs a value, such as `{name}:\"*\"`.")));
            }
            values.push(value);
            // A comma goes on with another value, unless a name comes next.
            let next = after.trim_start().strip_prefix(',').map(str::trim_start);
            match next.filter(|it| it.starts_with(is_quote)) {
                Some(next) => rest = next,
                None => {
                    rest = after.trim_start_matches(between);
                    break;
                }
            }
        }
        all.push((name.to_owned(), values));
    }
}
