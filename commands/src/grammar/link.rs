//! A pasted link or a bare number that stands for an object of the connected system.

use crate::{Group, form::unwrapped};

/// What a word at a number's place says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// `42`, `#42`, or the number in a link to the group's system.
    Number(String),
    /// A link that the group's `links` knows: the action reads it itself.
    Object,
    /// A link into the group's system that holds no number.
    Numberless,
    /// A link to somewhere else.
    Foreign,
    /// Neither a number nor a link.
    Other,
}

pub(super) fn reference(group: &Group, word: &str) -> Reference {
    let digits = word.strip_prefix('#').unwrap_or(word);
    if is_number(digits) {
        return Reference::Number(digits.to_owned());
    }
    let link = unwrapped(word);
    if !(link.starts_with("https://") || link.starts_with("http://")) {
        return Reference::Other;
    }
    if group.links.is_some_and(|knows| knows(link)) {
        return Reference::Object;
    }
    match group.url.as_deref().and_then(|base| below(base, link)) {
        None => Reference::Foreign,
        Some(path) => match path.split(['/', '?', '#', '&', '=']).find(|it| is_number(it)) {
            Some(number) => Reference::Number(number.to_owned()),
            None => Reference::Numberless,
        },
    }
}

/// What follows the system's address in a link into it; `https://host.evil/…` is not below `https://host`.
fn below<'a>(base: &str, link: &'a str) -> Option<&'a str> {
    let base = base.trim_end_matches('/');
    let start = link.get(..base.len())?;
    let rest = &link[base.len()..];
    (start.eq_ignore_ascii_case(base) && (rest.is_empty() || rest.starts_with(['/', '?', '#']))).then_some(rest)
}

fn is_number(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}
