//! Whether this connection works, what to do where it does not, and which GitLab it is.

use std::time::Duration;

use commands::{Error, ErrorKind, Result};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::Value;

use super::{GitLab, wire};
use crate::{Check, Features, Missing};

/// A token that ends sooner than this, in days, is worth a warning.
const SOON: i32 = 14;

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: Option<Date>,
}

#[derive(Deserialize)]
struct Metadata {
    /// `18.5.1-ee`.
    version: String,
    #[serde(default)]
    enterprise: bool,
}

pub(super) async fn check(on: &GitLab) -> Vec<Check> {
    let bot = on.as_bot();
    let me: wire::User = match on.http.get("/api/v4/user").send().await {
        Ok(me) => me,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let role = if me.is_admin { ", an administrator" } else { "" };
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {}{role}", me.username)),
    ];
    // Since GitLab 15.5; tokens of OAuth have none.
    match bot.get::<Token>("/personal_access_tokens/self", &[]).await {
        Ok(token) => checks.extend(of_token(on, &token, &me)),
        Err(error) if error.kind == ErrorKind::NotFound => {}
        Err(error) => checks.push(Check::warning(
            "scopes",
            format!("the token's scopes cannot be read: {}", error.message),
            "Give the token the scope api; nothing else is needed to read its own scopes.",
        )),
    }
    let query = [("membership", "true".to_owned()), ("simple", "true".to_owned())];
    checks.push(match bot.page::<Value>("/projects", &query, 1, 1).await {
        Ok(page) if page.items.is_empty() => Check::warning(
            "projects",
            "the bot is a member of no project",
            "Invite the bot's account to the groups or projects it is for, as Developer; or use a group's access token.",
        ),
        Ok(page) => Check::ok("projects", format!("is in {} projects", page.total.unwrap_or(page.items.len()))),
        Err(error) => {
            Check::failed("projects", error.message, "Give the token the scope api (read_api is enough for looking only).")
        }
    });
    if let Some(project) = &on.project {
        let path = format!("/projects/{}", super::api::segment(project));
        checks.push(match bot.get::<wire::Project>(&path, &[]).await {
            Ok(project) => Check::ok("project", format!("{} is there", project.path_with_namespace)),
            Err(error) => Check::failed(
                "project",
                format!("{project}: {}", error.message),
                "Correct the setting `project`, or invite the bot's account to that project.",
            ),
        });
    }
    checks
}

/// The day on which the bot's token ends; those of OAuth are had anew, and GitLab knows them by another name.
pub(super) async fn ends(on: &GitLab) -> Result<Option<Date>> {
    match on.as_bot().get::<Token>("/personal_access_tokens/self", &[]).await {
        Ok(token) => Ok(token.expires_at),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn of_token(on: &GitLab, token: &Token, me: &wire::User) -> Vec<Check> {
    let has = |scope: &str| token.scopes.iter().any(|it| it == scope);
    let scopes = token.scopes.join(", ");
    let mut checks = Vec::new();
    checks.push(if has("api") {
        Check::ok("scopes", format!("the token `{}` has {scopes}", token.name))
    } else if has("read_api") {
        Check::warning(
            "scopes",
            format!("the token has {scopes}, so the bot can look but change nothing"),
            "Make a token with the scope api and put it into the connection; or leave it, where looking is all it shall do.",
        )
    } else {
        Check::failed(
            "scopes",
            format!("the token has {scopes}, which is not enough"),
            "Make a token with the scope api and put it into the connection.",
        )
    });
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    if let Some(end) = token.expires_at {
        let left = today.until(end).map_or(0, |it| it.get_days());
        checks.push(if left > SOON {
            Check::ok("expiry", format!("the token is good until {end}"))
        } else {
            Check::warning(
                "expiry",
                format!("the token ends on {end}, in {left} days"),
                "Rotate it in GitLab under Settings → Access tokens, and put the new one into the connection.",
            )
        });
    }
    if on.sudo {
        const NAME: &str = "acting as people";
        let fix = "Use an administrator's personal access token with the scopes api and sudo, or set sudo to false and everything \
                   is done by the bot's account.";
        checks.push(if has("sudo") && me.is_admin {
            Check::ok(NAME, "done as the person who asks, by sudo")
        } else if me.is_admin {
            Check::failed(NAME, "the token has not the scope sudo", fix)
        } else {
            Check::failed(NAME, format!("{} is no administrator", me.username), fix)
        });
    }
    checks
}

fn unreachable(on: &GitLab, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::Auth => Check::failed(
            "credentials",
            error.message.clone(),
            "Make a token in GitLab with the scope api: Settings → Access tokens of the group or project, or the bot user's \
             Preferences → Access tokens.",
        ),
        ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "Give the token the scope api, and see that the bot's account is not blocked and has accepted the terms of service.",
        ),
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no GitLab API"),
            "Set url to GitLab's first page, without /api/v4; where GitLab lives below a path, with that path.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to GitLab itself and not to a proxy's or a login page, and look at GitLab's status.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}

/// GitLab's version and edition, and what they lack.
pub(super) async fn features(on: &GitLab) -> Result<Features> {
    let hour = Duration::from_secs(3600);
    let found = match on.http.get("/api/v4/metadata").cached(hour).send::<Metadata>().await {
        // Before GitLab 15.2 there was only this.
        Err(error) if error.kind == ErrorKind::NotFound => on.http.get("/api/v4/version").cached(hour).send().await?,
        found => found?,
    };
    let is_enterprise = found.enterprise || found.version.ends_with("-ee");
    let edition = if is_enterprise { "Enterprise Edition" } else { "Community Edition" };
    let number = found.version.split('-').next().unwrap_or_default();
    let mut parts = number.split('.').map(|it| it.parse().unwrap_or(0_u32));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let mut missing = Vec::new();
    let mut lacks = |action: &'static str, since: (u32, u32), what: &str| {
        if version < since {
            let why = format!("{what} came with GitLab {}.{}, and this is {number}. Update GitLab for it.", since.0, since.1);
            missing.push(Missing { action, why });
        }
    };
    lacks("mr checks", (16, 5), "The list of what a merge request waits for");
    lacks("mr changes", (15, 7), "The list of changed files");
    lacks("issue move", (11, 0), "Moving issues");
    lacks("release list", (11, 7), "Releases");
    lacks("release create", (11, 7), "Releases");
    const APPROVALS: [&str; 2] = ["deployment approve", "deployment reject"];
    if is_enterprise {
        APPROVALS.iter().for_each(|action| lacks(action, (14, 8), "Approvals of deployments"));
    } else {
        let why = "Approvals of deployments are of GitLab Premium, and this is the Community Edition.";
        missing.extend(APPROVALS.map(|action| Missing { action, why: why.to_owned() }));
    }
    Ok(Features { version: Some(format!("GitLab {edition} {number}")), missing })
}
