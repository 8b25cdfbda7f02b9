//! What a person may have done for them: the bot can do more than most of them.

use std::time::Duration;

use commands::{Ctx, Error, ErrorKind, Result};
use serde::Deserialize;

use super::{
    GitHub, Strangers, card,
    place::{Place, RepoName, Right, is_login},
    problem,
};
use crate::{auth::is_person, connector::Whose};

/// How long a person's role in a repository is taken to stay as it is.
const ROLE_STAYS: Duration = Duration::from_secs(60);

/// What an account may do in a repository, as GitHub's roles are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

impl Level {
    fn of(name: &str) -> Level {
        match name {
            "read" | "pull" => Level::Read,
            "triage" => Level::Triage,
            "write" | "push" => Level::Write,
            "maintain" => Level::Maintain,
            "admin" => Level::Admin,
            _ => Level::None,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Level::None => "no",
            Level::Read => "read",
            Level::Triage => "triage",
            Level::Write => "write",
            Level::Maintain => "maintain",
            Level::Admin => "admin",
        }
    }
}

/// Who wants something.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// `Ana in Slack`.
    name: String,
    /// Their account in GitHub, where it is known.
    pub login: Option<String>,
    acts: Acts,
}

/// By which account things are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acts {
    /// The bot's, which can do more than they.
    AsBot,
    /// Their own: GitHub itself says what they may do, and who it was.
    AsThemselves,
}

impl GitHub {
    /// # Errors
    /// [`ErrorKind::Permission`] for people without a known account, where the administrator wants it so.
    pub(super) async fn asker(&self, ctx: &Ctx) -> Result<Asker> {
        let login = match (&ctx.account, ctx.actor.email.as_deref()) {
            (Some(login), _) => Some(login.clone()),
            (None, Some(email)) => self.login_of(Whose::Email(email)).await?,
            (None, None) => None,
        };
        // It becomes a part of paths and searches.
        let login = login.filter(|it| is_login(it));
        if login.is_none() && self.strangers == Strangers::Refuse {
            return Err(Error::new(
                ErrorKind::Permission,
                format!("I act in GitHub only for people whose account I know. {}", link(ctx)),
            ));
        }
        // What stands in GitHub must not call anybody, whatever people name themselves.
        let name: String =
            ctx.actor.name.chars().filter(|it| !it.is_control() && !matches!(it, '@' | '`' | '<' | '>' | '[' | ']')).collect();
        let acts = if is_person() { Acts::AsThemselves } else { Acts::AsBot };
        Ok(Asker { name: format!("{name} in {}", platform(&ctx.actor.platform)), login, acts })
    }
}

impl Asker {
    /// The account whose rights are looked up, since the bot's are not theirs.
    fn checked(&self, on: &GitHub) -> Option<&str> {
        self.login.as_deref().filter(|_| on.check_access && self.acts == Acts::AsBot)
    }

    /// For what the bot does on nobody's behalf.
    pub fn nobody() -> Asker {
        Asker { name: "the bot".into(), login: None, acts: Acts::AsBot }
    }

    /// A line that may be no longer than so many characters, where no Markdown is read.
    pub fn sign_line(&self, text: &str, most: usize) -> String {
        if self.acts == Acts::AsThemselves {
            return card::shorten(text.trim(), most);
        }
        let credit = format!("asked by {}", self.name);
        match text.trim() {
            "" => card::shorten(&credit, most),
            text => {
                let room = most.saturating_sub(credit.chars().count() + 4);
                format!("{} ({credit})", card::shorten(text, room))
            }
        }
    }

    /// What the person's text becomes when the bot writes it.
    pub fn sign(&self, text: &str) -> String {
        if self.acts == Acts::AsThemselves {
            return text.trim().to_owned();
        }
        let who = match &self.login {
            Some(login) => format!("{} (`{login}`)", self.name),
            None => self.name.clone(),
        };
        match text.trim() {
            "" => format!("Asked by {who}."),
            text => format!("{text}\n\n_Asked by {who}._"),
        }
    }
}

impl Place<'_> {
    /// Goes on only where the person's own account may do this much here.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`].
    pub async fn allow(&self, needed: Level) -> Result<()> {
        let Some(login) = self.asker.checked(self.github) else { return Ok(()) };
        let has = self.github.level(&self.repo, login).await?;
        if has >= needed { Ok(()) } else { Err(self.too_little(login, has, needed)) }
    }

    /// The same, but who opened something may also change it.
    pub async fn allow_author(&self, needed: Level, author: Option<&str>) -> Result<()> {
        match (self.allow(needed).await, &self.asker.login, author) {
            (Err(error), Some(login), Some(author))
                if error.kind == ErrorKind::Permission && login.eq_ignore_ascii_case(author) =>
            {
                Ok(())
            }
            (outcome, ..) => outcome,
        }
    }

    /// The person's account, for what nobody may do to their own.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] where it is not known.
    pub fn known(&self, ctx: &Ctx) -> Result<&str> {
        self.asker.login.as_deref().ok_or_else(|| {
            let message = format!("To approve something I have to know who you are in GitHub. {}", link(ctx));
            Error::new(ErrorKind::Permission, message)
        })
    }

    fn too_little(&self, login: &str, has: Level, needed: Level) -> Error {
        let message = format!(
            "Your GitHub account `{login}` has {} access to {}, and this takes {} access. Somebody who administers the repository can give it.",
            has.title(),
            self.repo,
            needed.title()
        );
        Error::new(ErrorKind::Permission, message)
    }
}

impl GitHub {
    pub(super) async fn level(&self, repo: &RepoName, login: &str) -> Result<Level> {
        #[derive(Deserialize)]
        struct Role {
            permission: String,
            #[serde(default)]
            role_name: String,
        }
        let path = format!("/repos/{repo}/collaborators/{login}/permission");
        match self.get_cached::<Role>(&path, &[], ROLE_STAYS).await {
            // A role of the organization's own has a name of its own, and one of the usual ones below it.
            Ok(role) => Ok(Level::of(&role.permission).max(Level::of(&role.role_name))),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Level::None),
            Err(error) if error.kind == ErrorKind::Permission => {
                let message = format!(
                    "I cannot see what your GitHub account may do in {repo}, so I leave it alone. The bot needs push access there, or the \
                     permission “Metadata”; an administrator can also switch `check_access` off."
                );
                Err(Error { message, ..error })
            }
            Err(error) => Err(problem::in_repo(error, repo, Right::Metadata)),
        }
    }

    /// Of lists over many repositories: only what the person may see themselves. `here` is one that they may.
    pub(super) async fn keep_visible<T>(
        &self,
        asker: &Asker,
        here: Option<&RepoName>,
        items: Vec<T>,
        repo: impl Fn(&T) -> Option<RepoName>,
    ) -> Result<Vec<T>> {
        let Some(login) = asker.checked(self) else { return Ok(items) };
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let is_visible = match repo(&item) {
                Some(repo) if Some(&repo) == here => true,
                Some(repo) => self.level(&repo, login).await? >= Level::Read,
                None => false,
            };
            if is_visible {
                kept.push(item);
            }
        }
        Ok(kept)
    }
}

fn link(ctx: &Ctx) -> String {
    format!("Tell me with `/bellhop link {} LOGIN`.", ctx.group)
}

fn platform(name: &str) -> &str {
    match name {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    }
}
