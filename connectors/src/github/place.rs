//! Repositories and what is in them, as people write them.

use std::fmt;

use commands::{Ctx, Error, Result};

use super::{
    GitHub,
    access::{Asker, Level},
    alerts::Kind,
    param, problem,
};

/// `owner/name`, of characters that need no encoding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RepoName {
    pub owner: String,
    pub name: String,
}

/// A permission as GitHub's pages for Apps and fine-grained tokens call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Metadata,
    Issues,
    Pulls,
    Contents,
    Actions,
    Deployments,
    Dependabot,
    CodeScanning,
    SecretScanning,
}

impl Right {
    pub fn title(self) -> &'static str {
        match self {
            Right::Metadata => "Metadata",
            Right::Issues => "Issues",
            Right::Pulls => "Pull requests",
            Right::Contents => "Contents",
            Right::Actions => "Actions",
            Right::Deployments => "Deployments",
            Right::Dependabot => "Dependabot alerts",
            Right::CodeScanning => "Code scanning alerts",
            Right::SecretScanning => "Secret scanning alerts",
        }
    }
}

/// A repository in which somebody wants something.
pub(super) struct Place<'a> {
    pub github: &'a GitHub,
    pub asker: Asker,
    pub repo: RepoName,
    /// What the bot needs for what is asked here.
    pub right: Right,
}

/// What a link or a number leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An issue or a pull request.
    Number(u64),
    Run(u64),
    Commit(String),
    Release(String),
    Alert(Kind, u64),
}

impl RepoName {
    /// `octo/widgets`, with or without `.git`.
    pub fn parse(text: &str) -> Option<RepoName> {
        let (owner, name) = text.trim().trim_matches('/').split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let good = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        let is_name = !name.is_empty() && name.len() <= 100 && name.chars().all(good) && name != "." && name != "..";
        (is_login(owner) && is_name).then(|| RepoName { owner: owner.into(), name: name.into() })
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Whether an account can be called so. Managed accounts have an underscore in them.
pub(super) fn is_login(text: &str) -> bool {
    let text = text.strip_suffix("[bot]").unwrap_or(text);
    (1..=80).contains(&text.len()) && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
}

impl GitHub {
    /// The repository that is named, else the connection's own.
    ///
    /// # Errors
    /// At `repo`.
    pub(super) fn repo(&self, named: Option<&param::Repo>) -> Result<RepoName> {
        match named.map(|it| it.0.trim()).filter(|it| !it.is_empty()) {
            Some(text) => self.repo_name(text).ok_or_else(|| {
                problem::at("repo", format!("`{text}` is no repository. Write it as owner/name, such as octo/widgets, or paste its link."))
            }),
            None => self.repo.clone().ok_or_else(|| {
                problem::at(
                    "repo",
                    "Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.",
                )
            }),
        }
    }

    /// `owner/name`, a link, or a name alone where the connection's own repository tells whose.
    fn repo_name(&self, text: &str) -> Option<RepoName> {
        if let Some(path) = self.path_of(text) {
            let mut parts = path.split('/').filter(|it| !it.is_empty());
            return RepoName::parse(&format!("{}/{}", parts.next()?, parts.next()?));
        }
        RepoName::parse(text).or_else(|| RepoName::parse(&format!("{}/{text}", self.repo.as_ref()?.owner)))
    }

    /// What of a link is below GitHub's address, without query and fragment.
    fn path_of<'a>(&self, text: &'a str) -> Option<&'a str> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let text = text.split(['?', '#', '|']).next().unwrap_or(text);
        let start = text.get(..self.site.len())?;
        let rest = text.get(self.site.len()..)?;
        (start.eq_ignore_ascii_case(&self.site) && rest.starts_with('/')).then_some(rest)
    }

    /// An issue or a pull request: `42`, `#42`, `octo/widgets#42`, or a link.
    ///
    /// # Errors
    /// At `field`.
    pub(super) fn number(&self, field: &str, text: &param::Number, repo: Option<&param::Repo>) -> Result<(RepoName, u64)> {
        match self.target(field, &text.0, repo)? {
            (repo, Target::Number(number)) => Ok((repo, number)),
            _ => Err(problem::at(field, format!("`{}` is no issue and no pull request.", text.0.trim()))),
        }
    }

    /// A run: its id, or a link to it.
    pub(super) fn run(&self, text: &param::Run, repo: Option<&param::Repo>) -> Result<(RepoName, u64)> {
        match self.target("run", &text.0, repo) {
            Ok((repo, Target::Run(id) | Target::Number(id))) => Ok((repo, id)),
            Err(error) if error.fields.iter().any(|it| it.field == "repo") => Err(error),
            _ => Err(problem::at("run", format!("`{}` is no run. Write its id, or paste its link.", text.0.trim()))),
        }
    }

    /// # Errors
    /// At `field`, or at `repo` where none is known.
    pub(super) fn target(&self, field: &str, text: &str, repo: Option<&param::Repo>) -> Result<(RepoName, Target)> {
        let text = text.trim();
        if let Some(path) = self.path_of(text) {
            let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
            let target = match parts.as_slice() {
                [_, _, "issues" | "pull" | "pulls", number, ..] => number.parse().ok().map(Target::Number),
                [_, _, "actions", "runs", id, ..] => id.parse().ok().map(Target::Run),
                [_, _, "commit", sha, ..] => Some(Target::Commit((*sha).to_owned())),
                [_, _, "security", scanner, number, ..] => {
                    Kind::read(scanner).zip(number.parse().ok()).map(|(kind, number)| Target::Alert(kind, number))
                }
                [_, _, "releases", "tag", tag @ ..] if !tag.is_empty() => Some(Target::Release(tag.join("/"))),
                _ => None,
            };
            let name = parts.get(..2).and_then(|it| RepoName::parse(&it.join("/")));
            if let Some(found) = name.zip(target) {
                return Ok(found);
            }
        }
        let (named, number) = match text.rsplit_once('#') {
            Some(("", number)) => (None, number),
            Some((name, number)) => (self.repo_name(name), number),
            None => (None, text),
        };
        let is_wrong = named.is_none() && text.contains('#') && !text.starts_with('#');
        match number.parse::<u64>() {
            Ok(number) if number > 0 && !is_wrong => Ok((named.map_or_else(|| self.repo(repo), Ok)?, Target::Number(number))),
            _ => Err(problem::at(field, unknown(text))),
        }
    }

    /// A repository in which the person asks for something that takes `level` there of themselves, and `right` of the bot.
    ///
    /// # Errors
    /// [`commands::ErrorKind::Permission`] where they may not.
    pub(super) async fn place(&self, ctx: &Ctx, repo: RepoName, right: Right, level: Level) -> Result<Place<'_>> {
        let place = Place { github: self, asker: self.asker(ctx).await?, repo, right };
        place.allow(level).await?;
        Ok(place)
    }
}

fn unknown(text: &str) -> String {
    format!("`{text}` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.")
}

/// A failure that says that something is not there, in our own words.
pub(super) fn missing(error: Error, what: &str, repo: &RepoName) -> Error {
    match error.kind {
        commands::ErrorKind::NotFound => Error {
            message: format!("There is no {what} in {repo} that the bot can see. Look at the number or name again."),
            ..error
        },
        _ => error,
    }
}
