//! Webhooks that are set up and taken down by GitHub's own API, of a repository or of an organization:
//! <https://docs.github.com/en/rest/repos/webhooks>, <https://docs.github.com/en/rest/orgs/webhooks>.

use commands::{Error, ErrorKind, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitHub, param,
    place::{RepoName, is_login},
    problem,
};
use crate::{HookMade, HookWanted, Hooking};

pub(super) const HOOKING: Hooking<GitHub> = Hooking {
    of: Some("repository"),
    create: |it, wanted| Box::pin(create(it, wanted)),
    remove: |it, made| Box::pin(remove(it, made)),
    lasts: None,
};

/// Whose events a hook gets.
enum Whose {
    Repository(RepoName),
    Organization(String),
}

impl Whose {
    fn path(&self) -> String {
        match self {
            Whose::Repository(repo) => format!("/repos/{repo}/hooks"),
            Whose::Organization(name) => format!("/orgs/{name}/hooks"),
        }
    }

    fn name(&self) -> String {
        match self {
            Whose::Repository(repo) => repo.to_string(),
            Whose::Organization(name) => name.clone(),
        }
    }
}

/// A name without a slash is an organization's.
fn whose(on: &GitHub, of: Option<&str>) -> Result<Whose> {
    match of.map(str::trim).filter(|it| !it.is_empty()) {
        Some(name) if is_login(name) => Ok(Whose::Organization(name.to_owned())),
        named => Ok(Whose::Repository(on.repo(named.map(|it| param::Repo(it.to_owned())).as_ref())?)),
    }
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

async fn create(on: &GitHub, wanted: HookWanted<'_>) -> Result<HookMade> {
    let whose = whose(on, wanted.of)?;
    // All events, for subscriptions choose among them; those that GitHub adds later come too.
    let body = json!({
        "name": "web",
        "active": true,
        "events": ["*"],
        "config": { "url": wanted.url, "content_type": "json", "secret": wanted.secret.expose(), "insecure_ssl": "0" },
    });
    let made: Result<Made> = on.request(Method::POST, &whose.path()).json(&body).send().await.map_err(problem::explain);
    let made = made.map_err(|it| explain(it, &whose))?;
    Ok(HookMade { id: made.id.to_string(), of: Some(whose.name()) })
}

async fn remove(on: &GitHub, made: &HookMade) -> Result<()> {
    let whose = whose(on, made.of.as_deref())?;
    if made.id.is_empty() || !made.id.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::bad_input(format!("`{}` is no webhook of GitHub: its number is missing.", made.id)));
    }
    let path = format!("{}/{}", whose.path(), made.id);
    match on.request(Method::DELETE, &path).send_empty().await.map_err(problem::explain) {
        Err(error) if error.kind == ErrorKind::NotFound => {
            // GitHub answers so as well where the bot may not see it: that it lists the others tells one from the other.
            let listed: Result<Vec<Made>> = on.get(&whose.path(), &[("per_page", "1")]).await;
            listed.map(drop).map_err(|it| explain(it, &whose))
        }
        outcome => outcome.map_err(|it| explain(it, &whose)),
    }
}

/// What the bot lacks, or what is in the way.
fn explain(error: Error, whose: &Whose) -> Error {
    let name = whose.name();
    let code = error.code.clone().unwrap_or_default();
    let scope = match whose {
        Whose::Repository(_) => "an administrator's role there, and of a classic token the scope `admin:repo_hook`",
        Whose::Organization(_) => "an owner's role there, and of a classic token the scope `admin:org_hook`",
    };
    let message = match error.kind {
        ErrorKind::NotFound | ErrorKind::Permission if !code.contains("rate limit") => format!(
            "GitHub does not let the bot set up webhooks of {name}, or has no such place. It takes the permission “Webhooks” (read and \
             write) of the App or fine-grained token, {scope}. It can be set up by hand too."
        ),
        ErrorKind::Validation if error.message.contains("already exists") => {
            format!("{name} has a webhook to this address already. Delete it at GitHub, or keep it and set its secret there.")
        }
        _ => return error,
    };
    Error { message, ..error }
}
