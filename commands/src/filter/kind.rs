//! Words for kinds of events: `issues`, `reviews`, `issue.created`.

use std::borrow::Cow;

use super::pattern::Glob;

/// A word for what happened, made ready to be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KindWord {
    /// In lower case.
    pub word: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// A whole kind: `issue.*`.
    Kind(Glob),
    /// What a kind's noun may be: of `stories`, `stories`, `storie` and `story`.
    Noun(Vec<String>),
    /// By its place among [`FEATURES`].
    Feature(usize),
}

/// An event's kind, in lower case.
pub(super) struct Kind<'a> {
    pub whole: Cow<'a, str>,
    /// Which of [`FEATURES`] it is: asked once for all filters.
    features: u32,
}

impl<'a> Kind<'a> {
    pub fn new(whole: Cow<'a, str>) -> Kind<'a> {
        let mut kind = Kind { whole, features: 0 };
        let (noun, verb) = kind.parts();
        kind.features = FEATURES.iter().enumerate().filter(|(_, it)| it.matches(noun, verb)).map(|(nth, _)| 1 << nth).sum();
        kind
    }

    /// Its noun and its verb.
    fn parts(&self) -> (&str, &str) {
        self.whole.split_once('.').unwrap_or((&self.whole, ""))
    }
}

/// A word that stands for more than the noun it is: those of GitHub's own app for Slack.
/// <https://docs.github.com/en/integrations/how-tos/slack/customize-notifications>
#[derive(Debug, PartialEq)]
pub(super) struct Feature {
    /// As it is typed, in the singular too.
    words: &'static [&'static str],
    /// Which nouns it stands for; none: any.
    nouns: &'static [&'static str],
    /// How the verbs begin that it stands for; none: any.
    verbs: &'static [&'static str],
    not: &'static [&'static str],
    /// Nouns that begin like one of them and are something else: who may push to a branch is no branch.
    others: &'static [&'static str],
    /// Whether it goes with a branch: `commits:main`.
    pub on_branches: bool,
}

const PLAIN: Feature = Feature { words: &[], nouns: &[], verbs: &[], not: &[], others: &[], on_branches: false };
const PULLS: &[&str] = &["pull", "merge_request"];

pub(super) const FEATURES: &[Feature] = &[
    Feature { words: &["issues", "issue"], nouns: &["issue"], ..PLAIN },
    Feature { words: &["pulls", "pull", "prs", "pr", "mrs", "mr"], nouns: PULLS, ..PLAIN },
    Feature {
        words: &["commits", "pushes", "push"],
        nouns: &["push", "commit", "changeset"],
        not: &["comment"],
        others: &["commit_status"],
        on_branches: true,
        ..PLAIN
    },
    Feature { words: &["releases", "release"], nouns: &["release"], ..PLAIN },
    Feature {
        words: &["deployments", "deployment", "deploys"],
        nouns: &["deploy", "deployment"],
        others: &["deploy_key", "deploy_token"],
        ..PLAIN
    },
    Feature {
        words: &["reviews", "review"],
        nouns: &["pull", "merge_request", "review"],
        verbs: &["approv", "unapproved", "changes_request", "rejected", "review", "submitted", "dismissed"],
        ..PLAIN
    },
    Feature { words: &["comments", "comment"], verbs: &["comment"], ..PLAIN },
    Feature {
        words: &["branches", "branch"],
        nouns: &["branch"],
        others: &["branch_protection", "branch_policy"],
        on_branches: true,
        ..PLAIN
    },
    Feature { words: &["discussions", "discussion"], nouns: &["discussion"], ..PLAIN },
    Feature {
        words: &["workflows", "workflow", "runs"],
        nouns: &["run", "workflow", "pipeline", "build"],
        on_branches: true,
        ..PLAIN
    },
    Feature { words: &["statuses", "checks", "check"], nouns: &["status", "check", "commit_status"], ..PLAIN },
    Feature { words: &["public"], nouns: &["repository", "repo"], verbs: &["public"], ..PLAIN },
];

/// The words that people know, each once.
pub fn words() -> impl Iterator<Item = &'static str> {
    FEATURES.iter().map(|it| it.words[0])
}

/// The word that people most likely meant by one that is none.
pub fn near(word: &str) -> Option<&'static str> {
    if is_word(word) { None } else { crate::nearest::nearest(word, words()) }
}

/// Nouns that systems have, and that nobody calls a project.
const NOUNS: &[&str] = &[
    "alert",
    "build",
    "card",
    "case",
    "check",
    "contact",
    "deal",
    "document",
    "epic",
    "file",
    "folder",
    "incident",
    "job",
    "list",
    "member",
    "message",
    "milestone",
    "note",
    "page",
    "pipeline",
    "post",
    "sprint",
    "story",
    "stories",
    "tag",
    "task",
    "ticket",
    "version",
    "wiki",
    "work_item",
    "work_package",
    "workitem",
];

/// Whether people mean events by this word, whatever else is called so.
pub fn is_word(word: &str) -> bool {
    let lower = word.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    feature(&lower).is_some() || NOUNS.iter().any(|it| *it == lower || *it == singular)
}

pub(super) fn feature(word: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|it| it.words.contains(&word))
}

impl Feature {
    /// The word it is known by.
    pub fn word(&self) -> &'static str {
        self.words[0]
    }

    fn matches(&self, noun: &str, verb: &str) -> bool {
        let is_other = self.others.iter().any(|it| begins(noun, it));
        let is_noun = !is_other && (self.nouns.is_empty() || self.nouns.iter().any(|it| begins(noun, it)));
        let is_verb = self.verbs.is_empty() || self.verbs.iter().any(|it| verb.starts_with(it));
        // `comment.created` is a comment whatever became of it.
        let is_it = (is_noun && is_verb) || (self.words[0] == "comments" && begins(noun, "comment"));
        is_it && !self.not.iter().any(|it| verb.starts_with(it))
    }
}

impl KindWord {
    pub fn new(word: &str) -> KindWord {
        let word = word.to_lowercase();
        let test = match FEATURES.iter().position(|it| it.words.contains(&word.as_str())) {
            _ if word.contains(['.', '*']) => Test::Kind(Glob::new(&word)),
            Some(nth) => Test::Feature(nth),
            None => {
                let shorter = [word.strip_suffix('s'), word.strip_suffix("es")].into_iter().flatten().map(str::to_owned);
                let shorter = shorter.chain(word.strip_suffix("ies").map(|it| format!("{it}y")));
                Test::Noun(std::iter::once(word.clone()).chain(shorter.filter(|it| !it.is_empty())).collect())
            }
        };
        KindWord { word, test }
    }

    /// Whether `kind` is what the word stands for.
    pub fn matches(&self, kind: &Kind<'_>) -> bool {
        match &self.test {
            Test::Kind(glob) => glob.matches(&kind.whole),
            Test::Noun(nouns) => nouns.iter().any(|it| begins(kind.parts().0, it)),
            Test::Feature(nth) => kind.features & (1 << nth) != 0,
        }
    }

    /// Whether both are words for the same: `reviews` and `review`.
    pub fn is_as(&self, other: &KindWord) -> bool {
        match (&self.test, &other.test) {
            (Test::Feature(one), Test::Feature(other)) => one == other,
            (Test::Noun(one), Test::Noun(others)) => one.iter().any(|it| others.contains(it)),
            _ => self.word == other.word,
        }
    }
}

/// `pull_request` begins with the word `pull`, `pullover` does not.
fn begins(noun: &str, word: &str) -> bool {
    noun.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-']))
}
