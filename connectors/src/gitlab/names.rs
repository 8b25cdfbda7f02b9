//! Names that people type → what GitLab wants, with a way out when there is no such name.

use commands::{ErrorKind, Result};

use super::{
    GitLab,
    api::{Acting, segment},
    problem::{at, either},
    wire,
};
pub(super) use crate::words::is_none;
use crate::words::same;

impl GitLab {
    /// A project's path, encoded for a request's path: what was typed where that is a path or a number already.
    pub(super) async fn project_path(&self, text: &str) -> Result<String> {
        let text = text.trim().trim_matches('/');
        let text = text.strip_prefix(self.http.base()).unwrap_or(text).trim_matches('/');
        if text.contains('/') || text.bytes().all(|it| it.is_ascii_digit()) {
            return Ok(text.to_owned());
        }
        let query = [("search", text.to_owned()), ("membership", "true".into()), ("simple", "true".into())];
        let found = self.as_bot().page::<wire::Project>("/projects", &query, 1, 100).await?.items;
        let is_it = |it: &&wire::Project| {
            same(&it.name, text) || it.path_with_namespace.rsplit('/').next().is_some_and(|it| same(it, text))
        };
        let exact: Vec<&wire::Project> = found.iter().filter(is_it).collect();
        let paths =
            |all: &[&wire::Project]| either(&all.iter().take(5).map(|it| it.path_with_namespace.clone()).collect::<Vec<_>>());
        match exact.as_slice() {
            [one] => Ok(one.path_with_namespace.clone()),
            [] if found.is_empty() => {
                Err(at("project", format!("The bot is in no GitLab project called `{text}`. Write its path, as in its address.")))
            }
            [] => {
                let near = paths(&found.iter().collect::<Vec<_>>());
                Err(at("project", format!("There is no GitLab project `{text}`. Did you mean {near}?")))
            }
            many => Err(at("project", format!("`{text}` can be {}. Write the path.", paths(many)))),
        }
    }

    pub(super) async fn user_by_login(&self, login: &str) -> Result<Option<wire::User>> {
        let login = login.trim().trim_start_matches('@');
        self.found_user(format!("login {}", login.to_lowercase()), [("username", login.to_owned())], |_| true).await
    }

    /// GitLab finds a whole address only where its owner shows it, or for administrators.
    pub(super) async fn user_by_email(&self, email: &str) -> Result<Option<wire::User>> {
        let is_theirs = |user: &wire::User| {
            let mut known = [&user.email, &user.public_email].into_iter().flatten().filter(|it| !it.is_empty()).peekable();
            // A hit that shows no address was found by the address all the same.
            known.peek().is_none() || known.any(|it| it.eq_ignore_ascii_case(email))
        };
        self.found_user(format!("email {}", email.to_lowercase()), [("search", email.to_owned())], is_theirs).await
    }

    async fn found_user(
        &self,
        key: String,
        query: [(&str, String); 1],
        is_it: impl Fn(&wire::User) -> bool + Send,
    ) -> Result<Option<wire::User>> {
        let key = format!("{} {key}", crate::auth::whose());
        let ask = async {
            let found = self.as_bot().page::<wire::User>("/users", &query, 1, 20).await?.items;
            let mut found = found.into_iter().filter(is_it);
            Ok(found.next().filter(|_| found.next().is_none()))
        };
        self.people.or_ask_for(key, ask).await
    }
}

impl Acting<'_> {
    /// The person that `text` means.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one.
    pub async fn person(&self, field: &str, text: &str) -> Result<wire::User> {
        let typed = text.trim().trim_start_matches('@').trim();
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a login, or me."));
        }
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            let unknown =
                "GitLab does not tell the bot who you are. Link your account with `/bellhop link`, or write your login.";
            return self.whoever_asks().await?.ok_or_else(|| at(field, unknown));
        }
        let found = match typed.contains('@') {
            true => self.on.user_by_email(typed).await?,
            false => self.on.user_by_login(typed).await?,
        };
        if let Some(user) = found {
            return Ok(user);
        }
        let nobody =
            || at(field, format!("GitLab knows nobody called `{typed}`. Write a login, or an email address shown in GitLab."));
        if typed.contains('@') {
            return Err(nobody());
        }
        let query = [("search", typed.to_owned()), ("active", "true".to_owned())];
        let found = self.on.as_bot().page::<wire::User>("/users", &query, 1, 20).await?.items;
        let (exact, near): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| same(&it.name, typed));
        let mut candidates = if exact.is_empty() { near } else { exact };
        match candidates.len() {
            0 => Err(nobody()),
            1 => Ok(candidates.remove(0)),
            _ => {
                let logins: Vec<String> = candidates.iter().take(5).map(|it| it.username.clone()).collect();
                Err(at(field, format!("`{typed}` can be {}. Write the login.", either(&logins))))
            }
        }
    }

    /// The people that `text` means: several, with commas; none at all where it says so.
    pub async fn people(&self, field: &str, text: &[commands::param::Person]) -> Result<Vec<u64>> {
        if let [one] = text
            && is_none(&one.0)
        {
            // GitLab's way to say nobody.
            return Ok(vec![0]);
        }
        let mut ids = Vec::new();
        for person in text {
            ids.push(self.person(field, &person.0).await?.id);
        }
        Ok(ids)
    }

    /// A milestone of the project or its groups, by title.
    pub async fn milestone(&self, project: &str, title: &str) -> Result<wire::Milestone> {
        let path = format!("/projects/{}/milestones", segment(project));
        let query = [("include_ancestors", "true".to_owned())];
        let all: Vec<wire::Milestone> = self.all(&path, &query, 500).await?;
        let (mut exact, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| same(&it.title, title.trim()));
        // An open one before one of the same name that is over.
        exact.sort_by_key(|it| it.state != "active");
        exact.into_iter().next().ok_or_else(|| {
            let open: Vec<String> = others.into_iter().filter(|it| it.state == "active").take(8).map(|it| it.title).collect();
            let way = if open.is_empty() { "It has none yet.".to_owned() } else { format!("There is {}.", either(&open)) };
            at("milestone", format!("{project} has no milestone `{}`. {way}", title.trim()))
        })
    }

    /// A project's default branch.
    pub async fn default_branch(&self, project: &str) -> Result<String> {
        let found: wire::Project = self.get(&format!("/projects/{}", segment(project)), &[]).await?;
        found.default_branch.ok_or_else(|| at("ref", format!("{project} has no branch yet.")))
    }
}

/// A failure about a project that is not there, said of the project.
pub(super) fn in_project(error: commands::Error, project: &str) -> commands::Error {
    match error.kind {
        ErrorKind::NotFound => super::problem::about(error, &format!("project {project}")),
        _ => error,
    }
}
