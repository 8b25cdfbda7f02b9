//! A filter taken apart as people put it together: where, which kinds, and under what conditions.

use super::{Expr, Filter, key::Key, kind::KindWord};
use crate::Error;

/// What a subscription's filter is made of: `in:acme/widgets (pulls or reviews) -author:*[bot]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The repository, project or board, as it was typed; `acme/*`.
    pub place: Option<String>,
    /// Of these kinds, each as it is typed: `reviews`, `commits branch:main`. None: of any kind.
    pub kinds: Vec<String>,
    /// All other conditions.
    pub rest: Filter,
}

impl Filter {
    pub fn parts(&self) -> Parts {
        let all = match &self.0 {
            Expr::All => Vec::new(),
            Expr::And(all) => all.clone(),
            only => vec![only.clone()],
        };
        let mut parts = Parts { place: None, kinds: Vec::new(), rest: Filter::all() };
        let mut rest: Vec<Expr> = Vec::new();
        for part in all {
            match &part {
                Expr::Has(Key::Project, pattern) if parts.place.is_none() => parts.place = Some(pattern.text.clone()),
                Expr::Kind(it) if parts.kinds.is_empty() => parts.kinds = vec![it.word.clone()],
                Expr::Or(any) if parts.kinds.is_empty() && any.iter().all(|it| leading(it).is_some()) => {
                    parts.kinds = any.iter().map(Expr::to_string).collect();
                }
                _ => rest.push(part),
            }
        }
        parts.rest = Filter(conjunction(rest));
        parts
    }

    /// # Errors
    /// Where one of the kinds cannot be read, or all of it is too long.
    pub fn of(parts: &Parts) -> Result<Filter, Error> {
        let mut all: Vec<Expr> = Vec::new();
        if let Some(place) = parts.place.as_deref().filter(|it| !it.is_empty()) {
            all.push(Expr::Has(Key::Project, Key::Project.quoted(place)?));
        }
        let mut kinds = Vec::with_capacity(parts.kinds.len());
        for kind in &parts.kinds {
            match Filter::parse(kind)?.0 {
                // By itself `*` is everything, of any kind or none.
                Expr::All => kinds.extend((!kind.trim().is_empty()).then(|| Expr::Kind(KindWord::new("*")))),
                Expr::Or(any) if any.iter().all(|it| leading(it).is_some()) => kinds.extend(any),
                kind => kinds.push(kind),
            }
        }
        match kinds.len() {
            0 => {}
            1 => all.extend(flat(kinds.remove(0))),
            _ => all.push(Expr::Or(kinds)),
        }
        all.extend(flat(parts.rest.0.clone()));
        // Read again, so that what is too long is refused here.
        Filter::parse(&Filter(conjunction(all)).to_string())
    }
}

impl Filter {
    /// The same, without groups that hold together what holds together anyway.
    pub fn tidied(self) -> Filter {
        match self.0 {
            Expr::And(all) => Filter(conjunction(all.into_iter().flat_map(flat).collect())),
            only => Filter(only),
        }
    }
}

impl Parts {
    /// Without those kinds. None when no kind is left; where there were no kinds, all but those.
    ///
    /// # Errors
    /// Where one of them is no kind.
    pub fn without(&self, kinds: &[String]) -> Result<Option<Parts>, Error> {
        let given_up: Vec<Expr> = kinds.iter().map(|it| Filter::parse(it).map(|it| it.0)).collect::<Result<_, _>>()?;
        if self.kinds.is_empty() {
            let not = given_up.into_iter().map(|it| Expr::Not(Box::new(it)));
            let rest = flat(self.rest.0.clone()).into_iter().chain(not).collect();
            return Ok(Some(Parts { rest: Filter(conjunction(rest)), ..self.clone() }));
        }
        let mut left = self.kinds.clone();
        left.retain(|kind| {
            let kind = Filter::parse(kind).ok();
            let word = kind.as_ref().and_then(|it| leading(&it.0));
            let is_given_up = |it: &Expr| match (leading(it), word) {
                (Some(one), Some(other)) => one.is_as(other),
                _ => false,
            };
            !given_up.iter().any(is_given_up)
        });
        Ok((!left.is_empty()).then(|| Parts { kinds: left, ..self.clone() }))
    }
}

/// The kind that a part of a list is about: of `commits branch:main`, `commits`.
fn leading(expr: &Expr) -> Option<&KindWord> {
    match expr {
        Expr::Kind(word) => Some(word),
        Expr::And(all) => match all.as_slice() {
            [Expr::Kind(word), rest @ ..] if rest.iter().all(|it| !matches!(it, Expr::Kind(_))) => Some(word),
            _ => None,
        },
        _ => None,
    }
}

fn flat(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::All => Vec::new(),
        Expr::And(all) => all,
        only => vec![only],
    }
}

fn conjunction(mut all: Vec<Expr>) -> Expr {
    match all.len() {
        0 => Expr::All,
        1 => all.remove(0),
        _ => Expr::And(all),
    }
}
