//! What a value is held against: `*` for any run of characters, `**` for any run of folders, comparisons.
//!
//! Patterns are made ready once, when a filter is read: an event meets a thousand of them.

use crate::event::Severity;

/// What stands after the colon of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    /// As it was typed, without its quotes.
    pub text: String,
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Is(Glob),
    /// A place, or all that lies below it.
    Place(Glob, Glob),
    Path(Paths),
    Severity(Comparison, Severity),
    Number(Comparison, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Comparison {
    /// The longer sign before the one that it starts with.
    const SIGNS: [(&str, Comparison); 5] = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::More),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];

    /// `>=5` → at least, `5`.
    pub fn split(text: &str) -> Option<(Comparison, &str)> {
        Comparison::SIGNS.iter().find_map(|(sign, it)| Some((*it, text.strip_prefix(sign)?)))
    }

    pub fn holds<T: PartialOrd>(self, value: T, bound: T) -> bool {
        match self {
            Comparison::Less => value < bound,
            Comparison::AtMost => value <= bound,
            Comparison::Equal => value == bound,
            Comparison::AtLeast => value >= bound,
            Comparison::More => value > bound,
        }
    }
}

/// A pattern without regard to case, in which `*` is any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    /// What stands between the stars, in lower case; one piece where there is no star.
    pieces: Vec<Box<str>>,
}

impl Glob {
    pub fn new(pattern: &str) -> Glob {
        Glob { pieces: pattern.to_lowercase().split('*').map(Into::into).collect() }
    }

    /// The pattern anywhere within a text.
    pub fn inside(pattern: &str) -> Glob {
        Glob::new(&format!("*{pattern}*"))
    }

    /// What it is, where it can only be one thing.
    pub fn exact(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether it matches `text`, which is in lower case. Each piece is looked for once.
    pub fn matches(&self, text: &str) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else {
            return self.exact() == Some(text);
        };
        let Some(mut rest) = text.strip_prefix(&**first).and_then(|it| it.strip_suffix(&**last)) else { return false };
        between.iter().all(|piece| match rest.find(&**piece) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    }
}

/// A pattern of files' paths, as `.gitignore` has them: `*` stays within a folder, `**` does not; without a slash it is
/// the name of a file or a folder anywhere; with one at its end, all that is in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paths(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Any number of folders.
    Any,
    Named(Glob),
}

impl Paths {
    pub fn new(pattern: &str) -> Paths {
        let named = |it: &str| if it == "**" { Segment::Any } else { Segment::Named(Glob::new(it)) };
        let trimmed = pattern.trim_start_matches('/');
        let mut segments: Vec<Segment> = trimmed.trim_end_matches('/').split('/').map(named).collect();
        if trimmed.ends_with('/') {
            segments.push(Segment::Any);
        }
        if !pattern.contains('/') {
            segments.insert(0, Segment::Any);
            segments.push(Segment::Any);
        }
        Paths(segments)
    }

    /// Whether it matches `path`, which is in lower case. Never worse than the product of both lengths.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (mut at, mut from) = (0, 0);
        // Where the last `**` stood, and how far it reached.
        let mut any: Option<(usize, usize)> = None;
        while from < path.len() {
            match self.0.get(at) {
                Some(Segment::Any) => {
                    any = Some((at, from));
                    at += 1;
                }
                Some(Segment::Named(glob)) if glob.matches(path[from]) => {
                    at += 1;
                    from += 1;
                }
                _ => {
                    let Some((stood, reached)) = any else { return false };
                    any = Some((stood, reached + 1));
                    (at, from) = (stood + 1, reached + 1);
                }
            }
        }
        self.0[at..].iter().all(|it| *it == Segment::Any)
    }
}
