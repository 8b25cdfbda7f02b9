//! Text → filter, by recursive descent: `or` binds loosest, then `and` (which may be left unsaid),
//! then `-`.
//!
//! Kinds side by side are a list, of which an event is one, as in GitHub's own app for Slack: `reviews comments
//! label:urgent` is `(reviews or comments) label:urgent`.

use super::{
    Expr,
    key::{KEYS, Key, refuse},
    kind::{self, KindWord},
    tokens::{Token, Value, tokens},
};
use crate::{Error, nearest::nearest};

const LONGEST: usize = 1024;
/// Parentheses and negations within each other: bounds the stack of parsing, matching and printing.
const DEEPEST: u32 = 32;

pub(super) fn parse(text: &str) -> Result<Expr, Error> {
    let too_long = |length: usize| {
        refuse(format!("The filter is {length} characters long, and the longest is {LONGEST}: split it into several."))
    };
    if text.len() > LONGEST {
        return Err(too_long(text.len()));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() || tokens == [Token::Kind("*".into())] {
        return Ok(Expr::All);
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let filter = parser.or()?;
    if parser.tokens.next().is_some() {
        return Err(refuse("There is a `)` without a `(` before it: take it out, or put it in quotes."));
    }
    // What is short for more is kept as what it stands for, and must be read again.
    let printed = filter.to_string().len();
    if printed > LONGEST {
        return Err(too_long(printed));
    }
    if filter.nesting() > DEEPEST {
        return Err(too_deep());
    }
    Ok(filter)
}

fn too_deep() -> Error {
    refuse(format!("The filter nests deeper than {DEEPEST} levels: take some parentheses out."))
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: u32,
}

/// One of what stands side by side.
enum Unit {
    /// A kind, which goes together with those beside it.
    Listed(Expr),
    Alone(Expr),
}

enum Part {
    List(Vec<Expr>),
    One(Expr),
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
        let mut parts: Vec<Part> = Vec::new();
        // Where the kinds that no `and` parts from here are listed.
        let mut list: Option<usize> = None;
        loop {
            match (self.unary()?, list) {
                (Unit::Alone(expr), _) => parts.push(Part::One(expr)),
                (Unit::Listed(kind), Some(at)) => {
                    if let Some(Part::List(kinds)) = parts.get_mut(at) {
                        kinds.push(kind);
                    }
                }
                (Unit::Listed(kind), None) => {
                    list = Some(parts.len());
                    parts.push(Part::List(vec![kind]));
                }
            }
            if self.tokens.next_if_eq(&Token::And).is_some() {
                list = None;
            } else if matches!(self.tokens.peek(), None | Some(Token::Or | Token::Close)) {
                break;
            }
        }
        let mut all: Vec<Expr> = Vec::new();
        for part in parts {
            match part {
                Part::List(kinds) if kinds.len() > 1 => all.push(Expr::Or(kinds)),
                Part::List(kinds) => kinds.into_iter().for_each(|it| match it {
                    Expr::And(conditions) => all.extend(conditions),
                    kind => all.push(kind),
                }),
                Part::One(expr) => all.push(expr),
            }
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn unary(&mut self) -> Result<Unit, Error> {
        const WANTED: &str = "write a kind such as `issues`, a condition such as `label:urgent`, or a group in parentheses";
        match self.tokens.next() {
            Some(Token::Minus | Token::Not) => {
                let inner = self.deeper(|it| it.unary())?;
                let (Unit::Listed(inner) | Unit::Alone(inner)) = inner;
                Ok(Unit::Alone(Expr::Not(Box::new(inner))))
            }
            Some(Token::Open) => {
                let inner = self.deeper(Parser::or)?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(Unit::Alone(inner)),
                    _ => Err(refuse("A `(` is never closed: add a `)`.")),
                }
            }
            Some(Token::Kind(word)) => Ok(Unit::Listed(Expr::Kind(KindWord::new(&word)))),
            Some(Token::Has(name, value)) => condition(&name, &value),
            Some(Token::Of(name, of)) => runs(&name, of),
            Some(Token::Close) => Err(refuse(format!("Something is missing before `)`: {WANTED}."))),
            Some(Token::And) => Err(refuse(format!("Something is missing before `and`: {WANTED}."))),
            Some(Token::Or) => Err(refuse(format!("Something is missing before `or`: {WANTED}."))),
            None => Err(refuse(format!("Something is missing at the end of the filter: {WANTED}."))),
        }
    }

    fn deeper<T>(&mut self, inner: fn(&mut Parser) -> Result<T, Error>) -> Result<T, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

/// `label:urgent`; `commits:main`, which is `commits branch:main`.
fn condition(name: &str, value: &Value) -> Result<Unit, Error> {
    let lower = name.to_lowercase();
    let is_key = KEYS.iter().any(|(it, _)| *it == lower);
    if let Some(feature) = kind::feature(&lower).filter(|_| !is_key && lower.ends_with('s')) {
        if !feature.on_branches {
            return Err(refuse(format!(
                "`{name}:` takes nothing after its colon: write `{name}`, and a condition of its own such as `label:urgent`."
            )));
        }
        let kind = Expr::Kind(KindWord::new(feature.word()));
        return Ok(Unit::Listed(match value.text() {
            "*" | "all" => kind,
            branch => Expr::And(vec![kind, Expr::Has(Key::Branch, Key::Branch.quoted(branch)?)]),
        }));
    }
    let key = Key::named(name)?;
    let pattern = match value {
        Value::Bare(text) => key.bare(text)?,
        Value::Quoted(text) => key.quoted(text)?,
    };
    Ok(Unit::Alone(Expr::Has(key, pattern)))
}

/// `workflows:{name:"CI" branch:"main"}`: runs, of which each name must have one of its values.
fn runs(name: &str, of: Vec<(String, Vec<String>)>) -> Result<Unit, Error> {
    const NAMES: &[&str] = &["name", "event", "branch", "actor", "status"];
    let Some(feature) = kind::feature(&name.to_lowercase()) else {
        return Err(refuse(format!("`{name}:{{…}}` cannot be read: only `workflows:{{…}}` takes conditions in braces.")));
    };
    let mut all = vec![Expr::Kind(KindWord::new(feature.word()))];
    for (key, values) in of {
        let lower = key.to_lowercase();
        let known = match lower.as_str() {
            "conclusion" | "result" => "status",
            "title" | "workflow" => "name",
            other => NAMES.iter().find(|it| **it == other).copied().ok_or_else(|| {
                let hint = nearest(other, NAMES.iter().copied()).map(|it| format!(" Did you mean `{it}:`?")).unwrap_or_default();
                refuse(format!("`{name}:{{…}}` knows no `{key}:`: it takes name, event, branch, actor and status.{hint}"))
            })?,
        };
        let key = Key::named(known)?;
        let mut any = Vec::with_capacity(values.len());
        for value in values.iter().filter(|it| *it != "*") {
            any.push(Expr::Has(key.clone(), key.quoted(value)?));
        }
        match any.len() {
            0 => {}
            1 => all.append(&mut any),
            _ => all.push(Expr::Or(any)),
        }
    }
    Ok(Unit::Listed(if all.len() == 1 { all.remove(0) } else { Expr::And(all) }))
}
