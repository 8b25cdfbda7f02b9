//! Grants: what is allowed or denied besides what roles say. A document of kind `grant`.

use commands::FieldProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::who;
use crate::resources::Declared;

/// What a grant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Whom it names may, whatever their role.
    Allow,
    /// Whom it names may not, whatever else is said.
    Deny,
}

impl Effect {
    pub fn name(self) -> &'static str {
        match self {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
        }
    }
}

/// `[[grant]]`: an exception from what roles say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub effect: Effect,
    /// Which actions: `redmine issue delete`, `redmine *`, `* delete`; `*` stands for one word or more.
    pub actions: Vec<String>,
    /// For whom: people, teams, groups, roles (`role:operator`: those and higher) or `everybody`.
    pub to: Vec<String>,
    /// Only on these connections. On all that the actions name when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// Only in these channels, such as `slack:C0123` or `zulip:dev`. Everywhere when left out.
    #[serde(rename = "in", default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
}

impl Declared for Grant {
    const KIND: &str = "grant";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = who::problems("to", &self.to);
        problems.extend(pattern_problems(&self.actions));
        problems
    }
}

pub(super) fn pattern_problems(actions: &[String]) -> Vec<FieldProblem> {
    if actions.is_empty() {
        return vec![FieldProblem::new("actions", "it names no action: write `redmine issue delete`, `redmine *` or `* delete`")];
    }
    let wrong = actions.iter().enumerate().filter(|(_, it)| Pattern::parse(it).is_none());
    wrong
        .map(|(at, it)| {
            let message =
                format!("`{it}` is no action: write its words, such as `redmine issue delete`, with `*` for one or more");
            FieldProblem::new(format!("actions.{at}"), message)
        })
        .collect()
}

/// Which actions a rule is about: words, of which `*` stands for one or more of any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    pub fn parse(text: &str) -> Option<Pattern> {
        let words: Vec<String> = text.trim().trim_start_matches('/').split_whitespace().map(str::to_lowercase).collect();
        let is_word = |it: &String| it == "*" || it.chars().all(|it| it.is_alphanumeric() || "-_".contains(it));
        (!words.is_empty() && words.len() <= 12 && words.iter().all(is_word)).then_some(Pattern(words))
    }

    pub fn fits(&self, group: &str, action: &str) -> bool {
        let words: Vec<&str> = std::iter::once(group).chain(action.split(' ')).collect();
        fits(&self.0, &words)
    }

    /// How many words it says itself: the more, the more specific.
    pub fn said(&self) -> u8 {
        u8::try_from(self.0.iter().filter(|it| *it != "*").count()).unwrap_or(u8::MAX)
    }
}

fn fits(pattern: &[String], words: &[&str]) -> bool {
    match (pattern.split_first(), words.split_first()) {
        (None, None) => true,
        (Some((first, rest)), Some((_, others))) if first == "*" => fits(rest, others) || fits(pattern, others),
        (Some((first, rest)), Some((word, others))) => first.eq_ignore_ascii_case(word) && fits(rest, others),
        _ => false,
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_word_or_more() {
        let fits = |pattern: &str, line: &str| {
            let (group, action) = line.split_once(' ').expect("two words");
            Pattern::parse(pattern).expect("a pattern").fits(group, action)
        };
        for (pattern, line, is_fit) in [
            ("redmine issue delete", "redmine issue delete", true),
            ("/Redmine Issue Delete", "redmine issue delete", true),
            ("redmine issue", "redmine issue delete", false),
            ("redmine *", "redmine issue delete", true),
            ("redmine *", "redmine list", true),
            ("redmine *", "jira issue delete", false),
            ("* delete", "jira issue delete", true),
            ("* delete", "jira issue delete all", false),
            ("* issue *", "jira issue delete", true),
            ("*", "jira issue delete", true),
            ("* * *", "jira list", false),
            ("jira * * delete", "jira issue delete", false),
        ] {
            assert_eq!(fits(pattern, line), is_fit, "{pattern} / {line}");
        }
        assert_eq!(Pattern::parse("redmine * delete").map(|it| it.said()), Some(2));
        for wrong in ["", "  ", "redmine; drop", "a b c d e f g h i j k l m"] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }
}
