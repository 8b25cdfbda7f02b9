//! What people write behind `subscribe github`: where, which events, and how they are told, in one line.
//!
//! `acme/* pulls -author:*[bot] (label:urgent or path:infra/**) mode:digest@09:00 broadcast:never`

use std::collections::HashSet;

use commands::{
    Event, Result,
    filter::{Filter, Parts, is_word, near},
};
use jiff::{SignedDuration, Timestamp};

use super::unreadable;
use crate::{app::App, config::interval};

/// A line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The words that stand first and name places: `acme/*`, `acme/widgets`.
    pub places: Vec<String>,
    /// What is left for the filter.
    pub filter: String,
    pub mode: Option<String>,
    pub broadcast: Option<String>,
    pub every: Option<String>,
    pub at: Option<String>,
    pub topic: Option<String>,
}

/// What a source has reported lately: the words that mean something to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Lately {
    /// `pull.opened`, the most frequent first.
    pub kinds: Vec<String>,
    /// In lower case.
    places: HashSet<String>,
}

/// How long ago is lately.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The newest events that are looked at.
const LOOKED_AT: i64 = 1_000;

/// Since when something counts as lately.
pub(super) fn lately(app: &App) -> Timestamp {
    let now = app.store.now();
    now.checked_sub(LATELY).unwrap_or(now)
}

impl Lately {
    pub async fn of(app: &App, source: &str) -> Result<Lately> {
        let news = app.store.news_before(source, lately(app), i64::MAX, LOOKED_AT).await.map_err(unreadable)?;
        Ok(Lately::told(news.iter().map(|it| &it.news.event)))
    }

    fn told<'a>(events: impl Iterator<Item = &'a Event>) -> Lately {
        let mut counts: Vec<(String, usize)> = Vec::new();
        let mut places = HashSet::new();
        for event in events {
            match counts.iter_mut().find(|it| it.0 == event.kind) {
                Some(it) => it.1 += 1,
                None => counts.push((event.kind.clone(), 1)),
            }
            places.extend(event.object.place.as_ref().map(|it| it.to_lowercase()));
        }
        counts.sort_by_key(|it| std::cmp::Reverse(it.1));
        Lately { kinds: counts.into_iter().map(|it| it.0).collect(), places }
    }

    /// Whether a word that stands first names a place, and no kind of event.
    fn is_place(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        if self.places.contains(&lower) {
            return true;
        }
        let is_plain = lower.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-'));
        let is_kind = Filter::parse(&lower)
            .is_ok_and(|filter| self.kinds.iter().any(|kind| filter.matches(&Event { kind: kind.clone(), ..Event::default() })));
        is_plain && !is_kind && !is_word(&lower) && !matches!(lower.as_str(), "and" | "or" | "not")
    }
}

impl Line {
    pub fn read(text: &str, lately: &Lately) -> Line {
        let mut line = Line::default();
        let all = words(text);
        let mut rest: Vec<&str> = Vec::with_capacity(all.len());
        let mut at = 0;
        while let Some(word) = all.get(at) {
            at += 1;
            let often = |nth: usize| all.get(nth).filter(|it| interval(it).is_some());
            if word.eq_ignore_ascii_case("every")
                && let Some(every) = often(at)
            {
                line.every = Some((*every).to_owned());
                at += 1;
                continue;
            }
            let Some((option, value)) = word.split_once(':').and_then(|(name, it)| Some((line.option(name)?, it))) else {
                rest.push(word);
                continue;
            };
            let is_quote = |it: char| matches!(it, '"' | '“' | '”' | '„');
            *option = Some(value.trim_matches(is_quote).to_owned());
        }
        let named = |word: &str| place(word).filter(|_| !word.starts_with(['-', '(', '+']));
        while let Some(place) = rest.first().and_then(|it| named(it)) {
            line.places.push(place);
            rest.remove(0);
        }
        if line.places.is_empty() && rest.first().is_some_and(|it| lately.is_place(it)) {
            line.places.push(rest.remove(0).to_owned());
        }
        line.filter = rest.join(" ");
        line
    }

    /// A word that stands where a place may and is more likely a kind with a slip in it, and the kind.
    pub fn slip(&self, lately: &Lately) -> Option<(&str, &'static str)> {
        let [word] = self.places.as_slice() else { return None };
        let is_place = word.contains('/') || lately.places.contains(&word.to_lowercase());
        if is_place { None } else { near(word).map(|it| (word.as_str(), it)) }
    }

    fn option(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name.to_lowercase().as_str() {
            "mode" => Some(&mut self.mode),
            "broadcast" => Some(&mut self.broadcast),
            "every" => Some(&mut self.every),
            "at" => Some(&mut self.at),
            "topic" => Some(&mut self.topic),
            _ => None,
        }
    }

    /// The filter of all of it, and of these kinds and this place.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn filter(&self, kinds: &[String], place: Option<&str>) -> Result<Filter> {
        let Parts { place: typed, kinds: mut all, rest } = Filter::parse(&self.filter)?.parts();
        all.extend(kinds.iter().filter(|it| !it.trim().is_empty()).cloned());
        all.dedup();
        let mut places: Vec<&str> = self.places.iter().map(String::as_str).chain(typed.as_deref()).collect();
        places.extend(place.map(str::trim).filter(|it| !it.is_empty()));
        places.dedup();
        if let [] | [_] = places.as_slice() {
            return Filter::of(&Parts { place: places.first().map(|it| (*it).to_owned()), kinds: all, rest });
        }
        // Of several places all are wanted.
        let mut any = Vec::with_capacity(places.len());
        for place in places {
            any.push(Filter::of(&Parts { place: Some(place.to_owned()), kinds: Vec::new(), rest: Filter::all() })?.to_string());
        }
        let whole = Filter::of(&Parts { place: None, kinds: all, rest })?.to_string();
        let whole = if whole.is_empty() { whole } else { format!("({whole})") };
        Filter::parse(&format!("({}) {whole}", any.join(" or "))).map(|it| it.tidied())
    }
}

/// `acme/widgets`, `acme/*`, or the address of one.
fn place(word: &str) -> Option<String> {
    let bare = word.trim_start_matches('<').trim_end_matches('>');
    if let Some((_, rest)) = bare.split_once("://") {
        let path = rest.split_once('/')?.1.trim_matches('/').trim_end_matches(".git");
        return (!path.is_empty()).then(|| path.to_owned());
    }
    let is_path = bare.contains('/') && !bare.starts_with('/') && !bare.contains([':', '"', '(', ')', '{']);
    is_path.then(|| bare.trim_end_matches('/').to_owned())
}

/// Words at the top: what stands in quotes, parentheses or braces stays together.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start) = (Vec::new(), None);
    let (mut depth, mut quoted, mut before) = (0_usize, false, ' ');
    for (at, it) in text.char_indices() {
        let is_quote = matches!(it, '"' | '“' | '”' | '„');
        match it {
            _ if quoted && is_quote && before != '\\' => quoted = false,
            _ if quoted => {}
            _ if is_quote && matches!(before, ':' | ',' | '{' | ' ' | '(') => quoted = true,
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_gap = it.is_whitespace() && depth == 0 && !quoted;
        match (start, is_gap) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                words.push(&text[from..at]);
                start = None;
            }
            _ => {}
        }
        before = it;
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

#[cfg(test)]
mod tests {
    use commands::event::Object;

    use super::*;

    fn lately() -> Lately {
        let event = |kind: &str, place: &str| Event {
            kind: kind.into(),
            object: Object { place: Some(place.into()), ..Object::default() },
            ..Event::default()
        };
        Lately::told([event("story.moved", "Roadmap"), event("story.moved", "Roadmap"), event("issue.opened", "DEMO")].iter())
    }

    fn filter(text: &str) -> String {
        let read = Line::read(text, &lately());
        read.filter(&[], None).map_or_else(|err| err.to_string(), |it| it.to_string())
    }

    #[test]
    fn a_line_says_where_what_and_how() {
        let line = Line::read(
            "acme/* pulls -author:*[bot] (label:urgent or path:infra/**) mode:digest@09:00 broadcast:never topic:\"to do\"",
            &lately(),
        );
        assert_eq!(line.places, ["acme/*"]);
        assert_eq!(line.filter, "pulls -author:*[bot] (label:urgent or path:infra/**)");
        assert_eq!((line.mode.as_deref(), line.broadcast.as_deref()), (Some("digest@09:00"), Some("never")));
        assert_eq!(line.topic.as_deref(), Some("to do"));
        let often = Line::read("mode:digest every 4h label:every", &lately());
        assert_eq!((often.every.as_deref(), often.filter.as_str()), (Some("4h"), "label:every"));
    }

    #[test]
    fn the_first_word_is_a_place_or_a_kind() {
        for (text, expected) in [
            ("acme/widgets", "in:acme/widgets"),
            ("https://github.com/acme/widgets pulls", "in:acme/widgets pulls"),
            (
                "acme/widgets reviews comments +label:\"priority:HIGH\"",
                "in:acme/widgets (reviews or comments) label:priority:HIGH",
            ),
            ("acme/widgets acme/gadgets issues", "(in:acme/widgets or in:acme/gadgets) issues"),
            ("acme/a acme/b pulls or label:x", "(in:acme/a or in:acme/b) (pulls or label:x)"),
            ("roadmap", "in:roadmap"),
            ("DEMO issues", "in:DEMO issues"),
            ("apollo", "in:apollo"),
            ("issues", "issues"),
            ("stories label:x", "stories label:x"),
            ("workflows:{event:\"push\" branch:\"main\"}", "workflows event:push branch:main"),
            ("-author:ana", "-author:ana"),
            (
                "(pulls or a/b)",
                "`a/b` is not a kind of event: write one such as `issues` or `issue.created`, or `text:\"…\"` for words in the text.",
            ),
            ("", ""),
            ("*", ""),
        ] {
            assert_eq!(filter(text), expected, "{text}");
        }
    }

    #[test]
    fn fields_of_the_form_come_together() {
        let line = Line::read("-author:*[bot]", &lately());
        let kinds = ["pulls".to_owned(), "issues".to_owned()];
        let whole = line.filter(&kinds, Some("acme/*")).expect("a filter");
        assert_eq!(whole.to_string(), "in:acme/* (pulls or issues) -author:*[bot]");
    }
}
