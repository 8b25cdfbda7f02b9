//! Addresses of what Bitbucket holds: as people type them (`website`, `example/website#42`) and as they paste them.

use commands::Result;
use url::Url;

use super::{Bitbucket, model::RepoId, param};
pub(super) use crate::words::at;

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Repository(RepoId),
    Pull(RepoId, u64),
    Issue(RepoId, u64),
    Pipeline(RepoId, u64),
    Commit(RepoId, String),
    /// Something in a repository that has no card: a file, a setting.
    Within(RepoId),
}

impl Target {
    fn repo(&self) -> &RepoId {
        match self {
            Target::Repository(repo)
            | Target::Pull(repo, _)
            | Target::Issue(repo, _)
            | Target::Pipeline(repo, _)
            | Target::Commit(repo, _)
            | Target::Within(repo) => repo,
        }
    }
}

/// One part of a path, as a request's address holds it.
pub(super) fn encoded(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte as char),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    // Parts of dots alone would climb.
    if text.bytes().all(|it| it == b'.') { text.replace('.', "%2E") } else { text }
}

/// A file's path: its slashes stay.
pub(super) fn encoded_path(path: &str) -> String {
    path.split('/').filter(|it| !it.is_empty()).map(encoded).collect::<Vec<_>>().join("/")
}

/// What a link below `base` leads to; `Err` where it leads elsewhere or to nothing we know, none where it is no link.
fn linked(base: &str, text: &str) -> Option<Result<Target, String>> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let text = text.split('|').next().unwrap_or(text);
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return None;
    }
    let rest = text.get(..base.len()).filter(|it| it.eq_ignore_ascii_case(base)).map(|_| &text[base.len()..]);
    let rest = rest.filter(|it| it.is_empty() || it.starts_with(['/', '?', '#']));
    let (Some(_), Ok(url), Ok(root)) = (rest, Url::parse(text), Url::parse(base)) else {
        return Some(Err(format!("`{text}` does not lead into this Bitbucket ({base}).")));
    };
    let depth = root.path().split('/').filter(|it| !it.is_empty()).count();
    let parts: Vec<&str> = url.path().split('/').filter(|it| !it.is_empty()).skip(depth).collect();
    Some(target(&parts).ok_or_else(|| format!("`{text}` leads to no repository, nor to anything in one.")))
}

fn target(parts: &[&str]) -> Option<Target> {
    let (repo, rest) = match parts {
        ["projects", key, "repos", slug, rest @ ..] => (RepoId::new(*key, *slug), rest),
        ["users", name, "repos", slug, rest @ ..] => (RepoId::new(format!("~{name}"), *slug), rest),
        ["projects" | "users" | "account" | "dashboard" | "rest" | "plugins", ..] => return None,
        [workspace, slug, rest @ ..] => (RepoId::new(*workspace, *slug), rest),
        _ => return None,
    };
    let number = |text: &str| text.parse::<u64>().ok().filter(|it| *it > 0);
    match rest {
        ["pull-requests", id, ..] => number(id).map(|id| Target::Pull(repo, id)),
        ["issues", id, ..] => number(id).map(|id| Target::Issue(repo, id)),
        ["pipelines", "results", id, ..] => number(id).map(|id| Target::Pipeline(repo, id)),
        ["commits", hash, ..] if is_hash(hash) => Some(Target::Commit(repo, (*hash).to_owned())),
        [] | ["browse" | "src" | "overview"] => Some(Target::Repository(repo)),
        _ => Some(Target::Within(repo)),
    }
}

pub(super) fn is_hash(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_hexdigit())
}

impl Bitbucket {
    /// The repository that somebody means.
    ///
    /// # Errors
    /// At `repo`, where it cannot be told.
    pub(super) fn repo(&self, text: Option<&param::Repo>) -> Result<RepoId> {
        let text = text.map(|it| it.0.trim()).filter(|it| !it.is_empty());
        let Some(text) = text else {
            return Err(at(
                "repo",
                "Which repository? Write repo=… with its name, or give this channel one with the command `link`.",
            ));
        };
        if let Some(found) = linked(self.http.base(), text) {
            return found.map(|it| it.repo().clone()).map_err(|why| at("repo", why));
        }
        let is_name = |it: &str| !it.is_empty() && !it.contains(char::is_whitespace) && !matches!(it, "." | "..");
        match text.split_once('/') {
            Some((owner, slug)) if is_name(owner) && is_name(slug) && !slug.contains('/') => Ok(RepoId::new(owner, slug)),
            None if is_name(text) => match &self.owner {
                Some(owner) => Ok(RepoId::new(owner, text)),
                None => Err(at("repo", format!("Write {text} with its project, such as DEMO/{text}."))),
            },
            _ => Err(at("repo", format!("`{text}` is no repository. Write it like {}, or paste its link.", self.example()))),
        }
    }

    /// The pull request that somebody means: with its repository where they say it, else in `repo`.
    ///
    /// # Errors
    /// At `pull` or `repo`, where it cannot be told.
    pub(super) fn pull_id(&self, pull: &param::Pull, repo: Option<&param::Repo>) -> Result<(RepoId, u64)> {
        self.numbered("pull", &pull.0, repo, "pull request", |it| match it {
            Target::Pull(repo, id) => Some((repo, id)),
            _ => None,
        })
    }

    pub(super) fn issue_id(&self, issue: &param::Issue, repo: Option<&param::Repo>) -> Result<(RepoId, u64)> {
        self.numbered("issue", &issue.0, repo, "issue", |it| match it {
            Target::Issue(repo, id) => Some((repo, id)),
            _ => None,
        })
    }

    pub(super) fn pipeline_id(&self, pipeline: &param::Pipeline, repo: Option<&param::Repo>) -> Result<(RepoId, u64)> {
        self.numbered("pipeline", &pipeline.0, repo, "pipeline", |it| match it {
            Target::Pipeline(repo, id) => Some((repo, id)),
            _ => None,
        })
    }

    fn numbered(
        &self,
        field: &str,
        text: &str,
        repo: Option<&param::Repo>,
        noun: &str,
        fits: fn(Target) -> Option<(RepoId, u64)>,
    ) -> Result<(RepoId, u64)> {
        let text = text.trim();
        let wrong = || {
            at(field, format!("`{text}` is no {noun}. Write its number, such as 42 or {}#42, or paste its link.", self.example()))
        };
        if let Some(found) = linked(self.http.base(), text) {
            return fits(found.map_err(|why| at(field, why))?).ok_or_else(wrong);
        }
        let (place, number) = match text.rsplit_once('#') {
            Some((place, number)) => (place.trim(), number),
            None => ("", text),
        };
        let number = number.trim().parse::<u64>().ok().filter(|it| *it > 0).ok_or_else(wrong)?;
        match place {
            "" => Ok((self.repo(repo)?, number)),
            place => Ok((self.repo(Some(&param::Repo(place.to_owned())))?, number)),
        }
    }

    /// What a pasted link leads to; none where it is no link.
    ///
    /// # Errors
    /// At `what`, where it leads elsewhere.
    pub(super) fn linked(&self, text: &str) -> Result<Option<Target>> {
        linked(self.http.base(), text).transpose().map_err(|why| at("what", why))
    }

    /// A repository as people write them here.
    pub(super) fn example(&self) -> String {
        format!("{}/website", self.owner.as_deref().unwrap_or("DEMO"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_both_editions_are_understood() {
        let repo = || RepoId::new("example", "website");
        for (base, link, target) in [
            ("https://bitbucket.org", "https://bitbucket.org/example/website", Target::Repository(repo())),
            ("https://bitbucket.org", "https://bitbucket.org/example/website/src/main/7/a.rs", Target::Within(repo())),
            (
                "https://bitbucket.org",
                "https://bitbucket.org/example/website/pull-requests/7/overview?x=1",
                Target::Pull(repo(), 7),
            ),
            ("https://bitbucket.org", "<https://bitbucket.org/example/website/issues/3/cats|cats>", Target::Issue(repo(), 3)),
            ("https://bitbucket.org", "https://bitbucket.org/example/website/pipelines/results/12", Target::Pipeline(repo(), 12)),
            (
                "https://git.example.org/bb",
                "https://git.example.org/bb/projects/DEMO/repos/website/pull-requests/7",
                Target::Pull(RepoId::new("DEMO", "website"), 7),
            ),
            (
                "https://git.example.org/bb",
                "https://git.example.org/bb/users/ana/repos/notes/commits/0123456789",
                Target::Commit(RepoId::new("~ana", "notes"), "0123456789".into()),
            ),
        ] {
            assert_eq!(linked(base, link), Some(Ok(target)), "{link}");
        }
        for link in
            ["https://bitbucket.org.example.com/a/b", "https://elsewhere.example.org/a/b", "https://bitbucket.org/example"]
        {
            assert!(matches!(linked("https://bitbucket.org", link), Some(Err(_))), "{link}");
        }
        assert_eq!(linked("https://bitbucket.org", "42"), None);
    }

    #[test]
    fn no_part_of_a_path_climbs() {
        assert_eq!(encoded("a/b c"), "a%2Fb%20c");
        assert_eq!(encoded(".."), "%2E%2E");
        assert_eq!(encoded_path("/src//../main.rs"), "src/%2E%2E/main.rs");
    }
}
