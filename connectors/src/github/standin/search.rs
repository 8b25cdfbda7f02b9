//! Searches, in as much of GitHub's language as is used of it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    Answer, Asked, State, contents, shown,
    state::{Issue, Repo},
};

pub fn search(state: &State, what: &str, asked: &Asked<'_>) -> Answer {
    let Some(query) = asked.get("q").filter(|it| !it.trim().is_empty()) else { return Answer::invalid("Search", "q", "missing") };
    let words = words(query);
    let found: Vec<Value> = match what {
        "issues" => {
            let mut found = issues(state, &words);
            found.sort_by_key(|(_, it)| {
                std::cmp::Reverse((if asked.get("sort") == Some("created") { it.created_at } else { it.updated_at }, it.number))
            });
            found.into_iter().map(|(repo, it)| shown::issue(repo, it, asked)).collect()
        }
        "repositories" => {
            let is_found = |it: &&Repo| {
                plain(&words).iter().all(|word| it.full_name().contains(word) || it.description.to_lowercase().contains(word))
            };
            state.repos.iter().filter(is_found).map(|it| shown::repo(it, asked)).collect()
        }
        "commits" => commits(state, &words, asked),
        "code" => code(state, &words, asked),
        "users" => {
            let is_found = |it: &&super::state::User| {
                it.email.as_ref().is_some_and(|email| plain(&words).iter().all(|word| email.contains(word)))
            };
            state.users.iter().filter(is_found).map(shown::user).collect()
        }
        _ => return Answer::not_found(),
    };
    asked.page_in("items", found)
}

/// Words of a query: quotes hold one together.
fn words(query: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in query.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|it| !it.is_empty());
    words
}

fn is_qualifier(word: &str) -> bool {
    word.split_once(':').is_some_and(|(key, _)| key.chars().all(|it| it.is_ascii_lowercase() || it == '-'))
}

fn plain(words: &[String]) -> Vec<String> {
    words.iter().filter(|it| !is_qualifier(it)).map(|it| it.to_lowercase()).collect()
}

/// Several repositories are any of them, as at GitHub.
fn is_in(repo: &Repo, words: &[String]) -> bool {
    let mut named = words.iter().filter_map(|it| it.strip_prefix("repo:")).peekable();
    named.peek().is_none() || named.any(|it| it.eq_ignore_ascii_case(&repo.full_name()))
}

/// Issues and pull requests that fit every word.
pub fn issues<'a>(state: &'a State, words: &[String]) -> Vec<(&'a Repo, &'a Issue)> {
    let mut found = Vec::new();
    for repo in state.repos.iter().filter(|it| is_in(it, words)) {
        let fits = |it: &&Issue| words.iter().all(|word| fits(repo, it, word));
        found.extend(repo.issues.iter().filter(fits).map(|it| (repo, it)));
    }
    found
}

pub fn found<'a>(state: &'a State, query: &str) -> Vec<(&'a Repo, &'a Issue)> {
    issues(state, &words(query))
}

fn fits(repo: &Repo, issue: &Issue, word: &str) -> bool {
    let Some((key, value)) = word.split_once(':').filter(|_| is_qualifier(word)) else {
        let word = word.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&word);
        return holds(&issue.title) || holds(&issue.body) || issue.comments.iter().any(|it| holds(&it.body));
    };
    let pull = issue.pull.as_ref();
    let same = |it: &String| it.eq_ignore_ascii_case(value);
    match key {
        "is" => match value {
            "issue" => pull.is_none(),
            "pr" => pull.is_some(),
            "merged" => pull.is_some_and(|it| it.merged_at.is_some()),
            state => issue.state == state,
        },
        "author" => issue.author.eq_ignore_ascii_case(value),
        "assignee" => issue.assignees.iter().any(same),
        "label" => issue.labels.iter().any(same),
        "milestone" => {
            repo.milestones.iter().any(|it| issue.milestone == Some(it.number) && it.title.eq_ignore_ascii_case(value))
        }
        "no" => match value {
            "assignee" => issue.assignees.is_empty(),
            "milestone" => issue.milestone.is_none(),
            _ => issue.labels.is_empty(),
        },
        "user-review-requested" => pull.is_some_and(|it| it.reviewers.iter().any(same)),
        "draft" => pull.is_none_or(|it| it.draft == (value == "true")),
        "base" => pull.is_some_and(|it| it.base == value),
        "review" => pull.is_some_and(|it| super::pulls::decision(it) == json!(value.to_uppercase())),
        "status" => pull.is_some_and(|pull| {
            let of = |outcome: &str| repo.checks.iter().any(|it| it.sha == pull.sha && it.conclusion.as_deref() == Some(outcome));
            match value {
                "failure" => of("failure"),
                "success" => of("success") && !of("failure"),
                _ => repo.checks.iter().any(|it| it.sha == pull.sha && it.conclusion.is_none()),
            }
        }),
        "created" => within(Some(issue.created_at), value),
        "updated" => within(Some(issue.updated_at), value),
        "closed" => within(issue.closed_at, value),
        "merged" => within(pull.and_then(|it| it.merged_at), value),
        // Where in the text a word is looked for is not simulated; archived repositories there are none.
        _ => true,
    }
}

/// `2026-11-01..2026-11-21`, `>=2026-11-01`.
fn within(at: Option<Timestamp>, range: &str) -> bool {
    let Some(day) = at.map(|it| it.to_zoned(TimeZone::UTC).date()) else { return false };
    let date = |text: &str| text.parse::<Date>().ok();
    match (range.split_once(".."), range.strip_prefix(">=")) {
        (Some((from, to)), _) => date(from).is_none_or(|it| day >= it) && date(to).is_none_or(|it| day <= it),
        (None, Some(from)) => date(from).is_none_or(|it| day >= it),
        (None, None) => date(range).is_none_or(|it| day == it),
    }
}

fn commits(state: &State, words: &[String], asked: &Asked<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    for repo in state.repos.iter().filter(|it| is_in(it, words)) {
        for commit in &repo.commits {
            let login = contents::login(state, commit);
            let fits = |word: &String| match word.split_once(':').filter(|_| is_qualifier(word)) {
                Some(("author-email", email)) => commit.email.eq_ignore_ascii_case(email),
                Some(("author", name)) => login.is_some_and(|it| it.eq_ignore_ascii_case(name)),
                Some(_) => true,
                None => commit.message.to_lowercase().contains(&word.to_lowercase()),
            };
            if words.iter().all(fits) {
                found.push(shown::commit(repo, commit, login, asked));
            }
        }
    }
    found
}

/// Code is what commits changed: its paths.
fn code(state: &State, words: &[String], asked: &Asked<'_>) -> Vec<Value> {
    let plain = plain(words);
    let mut found = Vec::new();
    for repo in state.repos.iter().filter(|it| is_in(it, words)) {
        let paths: std::collections::BTreeSet<&String> =
            repo.commits.iter().flat_map(|it| &it.files).map(|(name, _, _)| name).collect();
        for path in paths.into_iter().filter(|it| plain.iter().all(|word| it.to_lowercase().contains(word))) {
            let url = format!("{}/{}/blob/main/{path}", asked.origin, repo.full_name());
            found.push(json!({ "path": path, "html_url": url, "repository": shown::repo(repo, asked) }));
        }
    }
    found
}
