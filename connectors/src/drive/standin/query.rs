//! Drive's language of searches: <https://developers.google.com/workspace/drive/api/guides/ref-search-terms>.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::state::{File, State};

/// A search, read.
pub enum Query {
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    Not(Box<Query>),
    /// `field op value`.
    Is(String, String, String),
    /// `value in field`.
    In(String, String),
    /// `appProperties has { key='…' and value='…' }`.
    Has(String, String),
}

impl Query {
    /// None where it cannot be read.
    pub fn read(text: &str) -> Option<Query> {
        let mut words = Words { all: words(text)?, at: 0 };
        let query = words.either()?;
        (words.at == words.all.len()).then_some(query)
    }

    pub fn matches(&self, state: &State, file: &File, caller: &str) -> bool {
        match self {
            Query::And(a, b) => a.matches(state, file, caller) && b.matches(state, file, caller),
            Query::Or(a, b) => a.matches(state, file, caller) || b.matches(state, file, caller),
            Query::Not(it) => !it.matches(state, file, caller),
            Query::Has(key, value) => file.app.get(key) == Some(value),
            Query::In(value, field) => match field.as_str() {
                "parents" => file.parent.as_deref() == Some(state.real_id(value, caller).as_str()),
                "owners" => {
                    file.owner.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(if value == "me" { caller } else { value }))
                }
                "writers" | "readers" => state.rank_of(value, file) > 0,
                _ => false,
            },
            Query::Is(field, op, value) => is(state, file, caller, field, op, value),
        }
    }

    /// Whether it looks into texts, by which nothing can be sorted.
    pub fn is_full_text(&self) -> bool {
        match self {
            Query::And(a, b) | Query::Or(a, b) => a.is_full_text() || b.is_full_text(),
            Query::Not(it) => it.is_full_text(),
            Query::Is(field, ..) => field == "fullText",
            _ => false,
        }
    }
}

fn is(state: &State, file: &File, caller: &str, field: &str, op: &str, value: &str) -> bool {
    let flag = |holds: bool| (holds == (value == "true")) == (op == "=");
    let text = |it: &str| match op {
        "=" => it.eq_ignore_ascii_case(value),
        "!=" => !it.eq_ignore_ascii_case(value),
        "contains" => it.to_lowercase().contains(&value.to_lowercase()),
        _ => false,
    };
    match field {
        "name" if op == "contains" => begins(&file.name, value),
        "name" => text(&file.name),
        "mimeType" => text(&file.mime),
        "fullText" => {
            let words = format!("{} {} {}", file.name, file.description, String::from_utf8_lossy(&file.content)).to_lowercase();
            value.to_lowercase().split_whitespace().all(|it| words.contains(it))
        }
        "trashed" => flag(state.is_trashed(file)),
        "starred" => flag(false),
        "sharedWithMe" => {
            let shared = file.owner.as_deref() != Some(caller)
                && file
                    .permissions
                    .iter()
                    .any(|it| it.email.as_deref() == Some(caller) && it.role != "owner" && file.drive.is_none());
            flag(shared)
        }
        "modifiedTime" | "createdTime" => {
            let Some(at) = moment(value) else { return false };
            let own = if field == "createdTime" { file.created } else { file.modified };
            match op {
                ">" => own > at,
                ">=" => own >= at,
                "<" => own < at,
                "<=" => own <= at,
                _ => own == at,
            }
        }
        _ => false,
    }
}

/// Google looks for beginnings of words in names, not for any part of them.
fn begins(name: &str, typed: &str) -> bool {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    let starts =
        name.char_indices().filter(|(at, _)| *at == 0 || !name[..*at].ends_with(char::is_alphanumeric)).map(|(at, _)| at);
    starts.into_iter().any(|at| name[at..].starts_with(&typed))
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp()))
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Value(String),
    Sign(String),
}

fn words(text: &str) -> Option<Vec<Word>> {
    let (mut all, mut chars) = (Vec::new(), text.chars().peekable());
    while let Some(&first) = chars.peek() {
        match first {
            it if it.is_whitespace() => drop(chars.next()),
            '\'' => {
                chars.next();
                let mut value = String::new();
                loop {
                    match chars.next()? {
                        '\\' => value.push(chars.next()?),
                        '\'' => break,
                        other => value.push(other),
                    }
                }
                all.push(Word::Value(value));
            }
            '(' | ')' | '{' | '}' => {
                all.push(Word::Sign(first.to_string()));
                chars.next();
            }
            '=' | '!' | '<' | '>' => {
                let mut sign = String::new();
                while let Some(it) = chars.next_if(|it| matches!(it, '=' | '!' | '<' | '>')) {
                    sign.push(it);
                }
                all.push(Word::Sign(sign));
            }
            it if it.is_alphanumeric() => {
                let mut name = String::new();
                while let Some(it) = chars.next_if(|it| it.is_alphanumeric()) {
                    name.push(it);
                }
                all.push(Word::Name(name));
            }
            _ => return None,
        }
    }
    Some(all)
}

struct Words {
    all: Vec<Word>,
    at: usize,
}

impl Words {
    fn next(&mut self) -> Option<Word> {
        self.at += 1;
        self.all.get(self.at - 1).cloned()
    }

    fn takes(&mut self, word: &Word) -> bool {
        let is_it = self.all.get(self.at) == Some(word);
        self.at += usize::from(is_it);
        is_it
    }

    fn name(&mut self, name: &str) -> bool {
        self.takes(&Word::Name(name.into()))
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.takes(&Word::Sign(sign.into()))
    }

    fn either(&mut self) -> Option<Query> {
        let mut query = self.both()?;
        while self.name("or") {
            query = Query::Or(Box::new(query), Box::new(self.both()?));
        }
        Some(query)
    }

    fn both(&mut self) -> Option<Query> {
        let mut query = self.one()?;
        while self.name("and") {
            query = Query::And(Box::new(query), Box::new(self.one()?));
        }
        Some(query)
    }

    fn one(&mut self) -> Option<Query> {
        if self.name("not") {
            return Some(Query::Not(Box::new(self.one()?)));
        }
        if self.sign("(") {
            let query = self.either()?;
            return self.sign(")").then_some(query);
        }
        match self.next()? {
            Word::Value(value) => {
                let is_in = self.name("in");
                let Word::Name(field) = self.next()? else { return None };
                is_in.then_some(Query::In(value, field))
            }
            Word::Name(field) if self.name("has") => {
                let read = |words: &mut Words, name: &str| {
                    let Word::Value(value) = (words.name(name) && words.sign("=")).then(|| words.next())?? else { return None };
                    Some(value)
                };
                self.sign("{").then_some(())?;
                let key = read(self, "key")?;
                self.name("and").then_some(())?;
                let value = read(self, "value")?;
                (self.sign("}") && field == "appProperties").then_some(Query::Has(key, value))
            }
            Word::Name(field) => {
                let op = match self.next()? {
                    Word::Sign(it) | Word::Name(it) => it,
                    Word::Value(_) => return None,
                };
                let value = match self.next()? {
                    Word::Value(it) | Word::Name(it) => it,
                    Word::Sign(_) => return None,
                };
                Some(Query::Is(field, op, value))
            }
            Word::Sign(_) => None,
        }
    }
}
