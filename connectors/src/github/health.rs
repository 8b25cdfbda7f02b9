//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind, Result};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::{GitHub, place::RepoName, wire};
use crate::{Check, Features, connector::Missing};

/// What an App is asked to be given, as GitHub's API calls it, and what each is for.
const PERMISSIONS: &[(&str, &str, &str)] = &[
    ("metadata", "read", "seeing repositories and what people may do there"),
    ("issues", "write", "issues, labels and milestones"),
    ("pull_requests", "write", "pull requests and reviews"),
    ("contents", "write", "merging, branches and releases"),
    ("actions", "write", "rerunning, approving and starting runs"),
    ("deployments", "write", "deployments"),
    ("checks", "read", "the checks on a pull request's card"),
    ("statuses", "read", "the checks on a pull request's card"),
    ("members", "read", "knowing who is in a team that reviews"),
];
/// Quota below which it is worth a word, in percent.
const SCARCE: u64 = 10;
/// A token that ends so soon is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Deserialize)]
struct Limits {
    resources: Resources,
}

#[derive(Deserialize)]
struct Resources {
    core: Limit,
}

#[derive(Deserialize)]
struct Limit {
    limit: u64,
    remaining: u64,
    reset: i64,
}

pub(super) async fn check(on: &GitHub) -> Vec<Check> {
    let mut checks = match &on.app {
        Some(app) => match app.installation().await {
            Ok(installation) => {
                let account = installation.account.as_ref().map_or("?", |it| it.login.as_str());
                let fix = "In GitHub, the organization's Settings → GitHub Apps → Configure → Unsuspend.";
                let is = match installation.suspended_at {
                    Some(_) => Check::failed("credentials", format!("the App is suspended at {account}"), fix),
                    None => Check::ok("credentials", format!("an App, installed at {account}")),
                };
                vec![is, permissions(&installation.permissions)]
            }
            Err(error) => return vec![unreachable(on, &error)],
        },
        None => match on.get_with_headers::<wire::User>("/user", &[]).await {
            Ok((headers, user)) => token(on, &headers, &user).await,
            Err(error) => return vec![unreachable(on, &error)],
        },
    };
    checks.push(repositories(on).await);
    checks.push(quota(on).await);
    checks
}

/// An App says itself what it may do.
fn permissions(given: &serde_json::Map<String, Value>) -> Check {
    let rank = |level: &str| ["read", "write", "admin"].iter().position(|it| *it == level);
    let has = |name: &str, level: &str| given.get(name).and_then(Value::as_str).and_then(rank) >= rank(level);
    let missing: Vec<&(&str, &str, &str)> = PERMISSIONS.iter().filter(|(name, level, _)| !has(name, level)).collect();
    if missing.is_empty() {
        return Check::ok("permissions", "the App has all that its commands need");
    }
    let lacks: Vec<String> = missing.iter().map(|(name, level, what)| format!("{name}: {level} (for {what})")).collect();
    let fix = "In GitHub, the App's settings → Permissions & events → Repository permissions; then let the organization accept the new ones.";
    Check::warning("permissions", format!("the App lacks {}", lacks.join(", ")), fix)
}

async fn token(on: &GitHub, headers: &HeaderMap, user: &wire::User) -> Vec<Check> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let mut checks = vec![Check::ok("credentials", format!("signed in as {}", user.login))];
    checks.push(match text("x-oauth-scopes") {
        Some(scopes) => scopes_of_classic(scopes),
        None => probe(on).await,
    });
    if let Some(ends) = text("github-authentication-token-expiration").and_then(expiration) {
        let day = ends.strftime("%Y-%m-%d");
        let fix =
            "Make a new token in GitHub, Settings → Developer settings → Personal access tokens, and put it into the connection.";
        checks.push(match ends.duration_since(Timestamp::now()) < SOON {
            true => Check::warning("token", format!("it ends on {day}"), fix),
            false => Check::ok("token", format!("good until {day}")),
        });
    }
    checks
}

/// The day on which the bot's token ends; an App's ends each hour, and is had anew.
pub(super) async fn ends(on: &GitHub) -> Result<Option<Date>> {
    if on.app.is_some() {
        return Ok(None);
    }
    let (headers, _) = on.get_with_headers::<wire::User>("/user", &[]).await?;
    let ends = headers.get("github-authentication-token-expiration").and_then(|it| expiration(it.to_str().ok()?));
    Ok(ends.map(|it| it.to_zoned(TimeZone::UTC).date()))
}

/// `2026-12-24 10:00:00 UTC`, or with an offset.
fn expiration(text: &str) -> Option<Timestamp> {
    let text = text.replace(" UTC", " +0000");
    jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", text).ok()?.to_timestamp().ok()
}

/// A classic token has scopes, and says which.
fn scopes_of_classic(scopes: &str) -> Check {
    let has: Vec<&str> = scopes.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let covers = |wanted: &str| match wanted {
        "read:org" => has.iter().any(|it| matches!(*it, "read:org" | "write:org" | "admin:org")),
        wanted => has.contains(&wanted),
    };
    let missing: Vec<&str> = ["repo", "read:org"].into_iter().filter(|it| !covers(it)).collect();
    if missing.is_empty() {
        return Check::ok("permissions", format!("a classic token with {}", has.join(", ")));
    }
    let detail = format!("the token lacks the scope {}", missing.join(" and "));
    let fix = "In GitHub, as the bot's user: Settings → Developer settings → Personal access tokens → the token → tick repo and read:org.";
    if missing.contains(&"repo") { Check::failed("permissions", detail, fix) } else { Check::warning("permissions", detail, fix) }
}

/// A fine-grained token does not say what it may do: a repository is asked.
async fn probe(on: &GitHub) -> Check {
    const NAME: &str = "permissions";
    let repo = match on.repositories(1, 1).await {
        Ok((all, _)) => on.repo.clone().or_else(|| all.first().and_then(|it| RepoName::parse(&it.full_name))),
        Err(error) => return Check::failed(NAME, error.message, "See that the token is the bot's."),
    };
    let Some(repo) = repo else { return Check::ok(NAME, "there is no repository to try them on") };
    let mut lacking = Vec::new();
    for (path, right) in [
        ("/issues", "Issues"),
        ("/pulls", "Pull requests"),
        ("/actions/runs", "Actions"),
        ("/deployments", "Deployments"),
        ("/commits", "Contents"),
    ] {
        let asked = on.get::<Value>(&format!("/repos/{repo}{path}"), &[("per_page", "1")]).await;
        match asked {
            Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound) => lacking.push(right),
            // An empty repository has no commits, and says so with a conflict.
            _ => {}
        }
    }
    if lacking.is_empty() {
        return Check::ok(NAME, format!("a fine-grained token that reads all of {repo}; whether it writes shows when it does"));
    }
    let fix = "In GitHub, Settings → Developer settings → Fine-grained tokens → the token → Permissions: read and write for each of them.";
    Check::warning(NAME, format!("the token does not let the bot see {} of {repo}", lacking.join(", ")), fix)
}

async fn repositories(on: &GitHub) -> Check {
    const NAME: &str = "repositories";
    match on.repositories(1, 1).await {
        Ok((all, _)) if all.is_empty() => {
            let fix = "Install the App in repositories, or add the bot's account to them.";
            Check::warning(NAME, "the bot sees no repository", fix)
        }
        Ok((all, more)) => {
            let name = all.first().map_or("?", |it| it.full_name.as_str());
            Check::ok(NAME, format!("{name}{}", if more { " and others" } else { "" }))
        }
        Err(error) => {
            Check::failed(NAME, error.message, "See that the token or the App may see repositories (permission “Metadata”).")
        }
    }
}

async fn quota(on: &GitHub) -> Check {
    const NAME: &str = "quota";
    match on.get::<Limits>("/rate_limit", &[]).await {
        Ok(Limits { resources: Resources { core } }) => {
            let resets = Timestamp::from_second(core.reset).map(|it| it.strftime("%H:%M UTC").to_string()).unwrap_or_default();
            let detail = format!("{} of {} requests left", core.remaining, core.limit);
            if core.remaining * 100 < core.limit * SCARCE {
                let fix =
                    "Wait until then; an App has more of them than an account, and the more the more repositories it is in.";
                return Check::warning(NAME, format!("{detail} until {resets}"), fix);
            }
            Check::ok(NAME, detail)
        }
        // An Enterprise Server may have no limits at all.
        Err(error) if error.kind == ErrorKind::NotFound => Check::ok(NAME, "no limits"),
        Err(error) => Check::failed(NAME, error.message, "See whether GitHub works: https://www.githubstatus.com."),
    }
}

fn unreachable(on: &GitHub, error: &Error) -> Check {
    let (base, detail) = (on.http.base(), error.message.clone());
    match (error.kind, &on.app) {
        (ErrorKind::Auth, Some(_)) => Check::failed(
            "credentials",
            detail,
            "See that app_id is the App's and private_key one of its keys that is not deleted, and that this machine's clock is right: \
             GitHub takes no signature from the future.",
        ),
        (ErrorKind::Auth, None) => Check::failed(
            "credentials",
            detail,
            "Make a new token as the bot's user: Settings → Developer settings → Personal access tokens; an organization with SAML has to authorize it.",
        ),
        (ErrorKind::Permission, _) => Check::failed(
            "credentials",
            detail,
            "See that the bot's account is not suspended, that the organization lets such tokens in, and that its IP allow list has this machine.",
        ),
        (ErrorKind::NotFound | ErrorKind::Server, _) => Check::failed(
            "reachable",
            detail,
            "Set url to the API itself: https://api.github.com, or https://github.example.org/api/v3 of an Enterprise Server. If it is, \
             see whether GitHub works: https://www.githubstatus.com.",
        ),
        (ErrorKind::BadConfig, _) => Check::failed("credentials", detail, "Correct the connection's settings."),
        _ => Check::failed("reachable", detail, format!("See that {base} is right, and reachable from where the bot runs.")),
    }
}

/// GitHub.com has everything; an Enterprise Server says which it is in every answer.
pub(super) async fn features(on: &GitHub) -> Result<Features> {
    let (headers, _) = on.get_with_headers::<Value>("/rate_limit", &[]).await.or_else(|error| match error.kind {
        ErrorKind::NotFound => Ok((HeaderMap::new(), Value::Null)),
        _ => Err(error),
    })?;
    let Some(version) = headers.get("x-github-enterprise-version").and_then(|it| it.to_str().ok()) else {
        return Ok(Features { version: Some("GitHub".into()), missing: Vec::new() });
    };
    let number = version.trim_start_matches("enterprise-server@");
    let mut parts = number.split('.').map_while(|it| it.parse::<u32>().ok());
    let at_least = parts.next().zip(parts.next()).is_none_or(|it| it >= (3, 12));
    let why = format!(
        "Merge queues came with Enterprise Server 3.12, and this is {number}. `pr auto-merge` merges as soon as it may be."
    );
    let missing = if at_least { Vec::new() } else { vec![Missing { action: "pr queue", why }] };
    Ok(Features { version: Some(format!("GitHub Enterprise Server {number}")), missing })
}
