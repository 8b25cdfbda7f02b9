//! Text → filter, by recursive descent: `or` binds loosest, then `and` (which may be left unsaid),
//! then `-`.

use super::{Expr, KEYS, Key};
use crate::{Error, nearest::nearest};

const LONGEST: usize = 1024;
/// Parentheses and negations within each other: bounds the stack of parsing, matching and printing.
const DEEPEST: u32 = 32;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    Kind(String),
    Has(String, String),
}

pub(super) fn parse(text: &str) -> Result<Expr, Error> {
    if text.len() > LONGEST {
        return Err(refuse(format!(
            "The filter is {} characters long, and the longest is {LONGEST}: split it into several.",
            text.len()
        )));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() || tokens == [Token::Kind("*".into())] {
        return Ok(Expr::All);
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let filter = parser.or()?;
    match parser.tokens.next() {
        None => Ok(filter),
        Some(_) => Err(refuse("There is a `)` without a `(` before it: take it out, or put it in quotes.")),
    }
}

fn refuse(sentence: impl Into<String>) -> Error {
    Error::bad_input(sentence)
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: u32,
}

impl Parser {
    fn or(&mut self) -> Result<Expr, Error> {
        let mut any = vec![self.and()?];
        while self.tokens.next_if_eq(&Token::Or).is_some() {
            any.push(self.and()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Expr::Or(any) })
    }

    fn and(&mut self) -> Result<Expr, Error> {
        let mut all = vec![self.unary()?];
        loop {
            let said = self.tokens.next_if_eq(&Token::And).is_some();
            match self.tokens.peek() {
                None | Some(Token::Or | Token::Close) if !said => break,
                _ => all.push(self.unary()?),
            }
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn unary(&mut self) -> Result<Expr, Error> {
        const WANTED: &str = "write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses";
        match self.tokens.next() {
            Some(Token::Minus | Token::Not) => self.deeper(|it| it.unary()).map(|it| Expr::Not(Box::new(it))),
            Some(Token::Open) => {
                let inner = self.deeper(Parser::or)?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(inner),
                    _ => Err(refuse("A `(` is never closed: add a `)`.")),
                }
            }
            Some(Token::Kind(word)) => Ok(Expr::Kind(word)),
            Some(Token::Has(key, pattern)) => Ok(Expr::Has(self::key(&key)?, pattern)),
            Some(Token::Close) => Err(refuse(format!("Something is missing before `)`: {WANTED}."))),
            Some(Token::And) => Err(refuse(format!("Something is missing before `and`: {WANTED}."))),
            Some(Token::Or) => Err(refuse(format!("Something is missing before `or`: {WANTED}."))),
            None => Err(refuse(format!("Something is missing at the end of the filter: {WANTED}."))),
        }
    }

    fn deeper(&mut self, inner: fn(&mut Parser) -> Result<Expr, Error>) -> Result<Expr, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(refuse(format!("The filter nests deeper than {DEEPEST} levels: take some parentheses out.")));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

/// A key, or the name of a field that can change; a slip in a key is not taken for a field.
fn key(name: &str) -> Result<Key, Error> {
    let lower = name.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    if let Some((_, key)) = KEYS.iter().find(|(it, _)| *it == lower || *it == singular) {
        return Ok(key.clone());
    }
    // `status` is a field of its own, and no slip for `state`.
    match nearest(&lower, KEYS.iter().map(|(it, _)| *it)).filter(|_| lower != "status") {
        Some(near) => Err(refuse(format!("There is no `{name}:` to filter by. Did you mean `{near}:`?"))),
        None => Ok(Key::Field(lower)),
    }
}

/// Whether a pattern can stand without quotes.
pub(super) fn is_bare(pattern: &str) -> bool {
    !pattern.is_empty()
        && !pattern.starts_with(['"', '“', '”', '„'])
        && !pattern.contains(|it: char| it.is_whitespace() || matches!(it, '(' | ')'))
}

/// A pattern as it stands within quotes.
pub(super) fn escaped(pattern: &str) -> String {
    let is_special = |it: char| matches!(it, '\\' | '"' | '“' | '”' | '„');
    pattern.chars().flat_map(|it| is_special(it).then_some('\\').into_iter().chain([it])).collect()
}

fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '(' => {
                tokens.push(Token::Open);
                after
            }
            ')' => {
                tokens.push(Token::Close);
                after
            }
            '-' if after.starts_with(|it: char| !it.is_whitespace() && it != ')') => {
                tokens.push(Token::Minus);
                after
            }
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
    let from = key.len() + 1;
    if let Some(open) = value.chars().next().filter(|it| matches!(it, '"' | '“' | '”' | '„')) {
        let (pattern, length) = quoted(&text[from + open.len_utf8()..])
            .ok_or_else(|| refuse(format!("The quote after `{key}:` is never closed: add a `\"`.")))?;
        return Ok((Token::Has(key.to_owned(), pattern), &text[from + open.len_utf8() + length..]));
    }
    if value.is_empty() {
        return Err(refuse(format!("`{key}:` needs a value right after the colon, such as `{key}:*`.")));
    }
    Ok((Token::Has(key.to_owned(), value.to_owned()), &text[end..]))
}

/// The text up to the closing quote, and how far that is.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut pattern = String::new();
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match it {
            '\\' => pattern.push(chars.next()?.1),
            '"' | '“' | '”' | '„' => return Some((pattern, at + it.len_utf8())),
            it => pattern.push(it),
        }
    }
    None
}
