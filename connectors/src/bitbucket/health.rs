//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind};
use serde_json::Value;

use super::{
    Bitbucket,
    center::Center,
    cloud::{Cloud, wire},
    model::Window,
    place::encoded,
    vendor::{Repositories, Vendor},
};
use crate::Check;

const TOKENS: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";

pub(super) async fn check(on: &Bitbucket) -> Vec<Check> {
    match &on.vendor {
        Vendor::Cloud(cloud) => check_cloud(cloud).await,
        Vendor::Center(center) => check_center(center).await,
    }
}

/// What a permission is good for, and the scopes that give it: of OAuth consumers and access tokens, and of API tokens.
const SCOPES: &[(&str, &[&str])] = &[
    ("pull requests", &["pullrequest:write", "write:pullrequest:bitbucket"]),
    ("branches and tags", &["repository:write", "write:repository:bitbucket"]),
    ("running pipelines", &["pipeline:write", "pipeline:variable", "write:pipeline:bitbucket"]),
    ("issues", &["issue:write", "write:issue:bitbucket"]),
    ("webhooks", &["webhook", "write:webhook:bitbucket"]),
];

async fn check_cloud(cloud: &Cloud) -> Vec<Check> {
    let workspace = &cloud.workspace;
    let mut checks = Vec::new();
    let path = format!("/repositories/{}", encoded(workspace));
    let asked = cloud.http.get(&path).query(&[("pagelen", "1")]).send_with_headers::<Value>().await;
    let headers = match asked {
        Ok((headers, page)) => {
            checks.push(Check::ok("reachable", format!("Bitbucket Cloud answers at {}", cloud.http.base())));
            let seen = page["size"].as_u64().unwrap_or_else(|| page["values"].as_array().map_or(0, |it| it.len() as u64));
            checks.push(match seen {
                0 => Check::warning(
                    "repositories",
                    format!("the bot's account sees no repository in {workspace}"),
                    "Give the bot's account, or the token, access to the workspace's projects.",
                ),
                seen => Check::ok("repositories", format!("sees {seen} in {workspace}")),
            });
            headers
        }
        Err(error) => return vec![unreachable(cloud.http.base(), workspace, &error)],
    };

    checks.push(match cloud.http.get("/user").send::<wire::User>().await {
        Ok(me) => Check::ok("credentials", format!("signed in as {}", me.name())),
        // Tokens of a repository, project or workspace are nobody's.
        Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound) => {
            Check::ok("credentials", "accepted; the token may not say whose it is, or is of a workspace or repository")
        }
        Err(error) => Check::failed("credentials", error.message, format!("Make a new token at {TOKENS}.")),
    });
    checks.push(scopes(headers.get("x-oauth-scopes").and_then(|it| it.to_str().ok())));

    let members = format!("/workspaces/{}/members", encoded(workspace));
    checks.push(match cloud.http.get(&members).query(&[("pagelen", "1")]).send::<Value>().await {
        Ok(_) => Check::ok("people", format!("can find members of {workspace}")),
        Err(error) => Check::warning(
            "people",
            error.message,
            "Give the token the scope `account` (API tokens: read:workspace:bitbucket and read:user:bitbucket); without it nobody can be \
             named as a reviewer, and `me` is known to nobody.",
        ),
    });
    checks
}

fn scopes(held: Option<&str>) -> Check {
    const NAME: &str = "scopes";
    let Some(held) = held else { return Check::ok(NAME, "Bitbucket does not tell those of this token") };
    let held: Vec<&str> = held.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty()).collect();
    // Who may administer may write.
    let has = |wanted: &str| {
        let stronger = wanted.replace("write", "admin");
        held.iter().any(|it| *it == wanted || *it == stronger)
    };
    let lacking: Vec<_> = SCOPES.iter().filter(|(_, any)| !any.iter().any(|it| has(it))).collect();
    match lacking.as_slice() {
        [] => Check::ok(NAME, "all that the commands take"),
        lacking => {
            let what: Vec<&str> = lacking.iter().map(|(what, _)| *what).collect();
            let which: Vec<String> =
                lacking.iter().map(|(_, any)| format!("{} (API token: {})", any[0], any[any.len() - 1])).collect();
            Check::warning(
                NAME,
                format!("the token may not do: {}", what.join(", ")),
                format!("If these commands are wanted, make a token with {}.", which.join(", ")),
            )
        }
    }
}

async fn check_center(center: &Center) -> Vec<Check> {
    let (name, about) = match center.about().await {
        Ok(answer) => answer,
        Err(error) => return vec![unreachable(&center.web, "", &error)],
    };
    let mut checks = vec![Check::ok("reachable", format!("Bitbucket Data Center {} answers at {}", about.version, center.web))];
    let Some(name) = name else {
        checks.push(Check::failed(
            "credentials",
            "Bitbucket takes the bot for nobody",
            "Make an HTTP access token as the bot's user: Manage account → HTTP access tokens → Create token, with Repository write.",
        ));
        return checks;
    };
    checks.push(Check::ok("credentials", format!("signed in as {name}")));
    checks.push(match center.projects(None, &Window::first(1)).await {
        Ok(page) if page.items.is_empty() => Check::warning(
            "projects",
            format!("`{name}` sees no project"),
            format!("Give `{name}` the permission Project read, or Repository write, where the bot is wanted."),
        ),
        Ok(_) => Check::ok("projects", format!("`{name}` sees projects")),
        Err(error) => Check::failed("projects", error.message, format!("Give `{name}` the permission Project read.")),
    });
    for (permission, label, what) in [
        ("REPO_WRITE", "Repository write", "merge pull requests and make branches"),
        ("REPO_ADMIN", "Repository admin", "make webhooks"),
    ] {
        let query = [("permission", permission)];
        let found = center.page::<Value>("/api/latest/repos", &query, &Window::first(1)).await;
        let title = format!("permission to {what}");
        checks.push(match found {
            Ok(page) if page.items.is_empty() => Check::warning(
                title,
                format!("`{name}` has {label} nowhere"),
                format!("If that is wanted, give `{name}` {label}, and let its token have it too."),
            ),
            Ok(_) => Check::ok(title, format!("`{name}` has {label} in some repositories")),
            Err(error) => Check::failed(title, error.message, format!("Give `{name}` {label}.")),
        });
    }
    checks
}

fn unreachable(base: &str, workspace: &str, error: &Error) -> Check {
    match error.kind {
        ErrorKind::Auth => Check::failed(
            "credentials",
            error.message.clone(),
            format!(
                "Cloud: make an API token at {TOKENS}, and give it with the email address of its account as username; app passwords are gone. \
                 Data Center: Manage account → HTTP access tokens, without a username."
            ),
        ),
        ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "Make a token with the scopes that the documentation lists, at least reading repositories (read:repository:bitbucket).",
        ),
        ErrorKind::NotFound if !workspace.is_empty() => Check::failed(
            "workspace",
            format!("there is no workspace `{workspace}`, or the bot's account is not in it"),
            "Set workspace to what follows bitbucket.org/ in your repositories' addresses, and invite the bot's account to it.",
        ),
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no Bitbucket"),
            "Set url to Bitbucket's first page; where it lives below a path, with that path: https://example.org/bitbucket.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to Bitbucket itself and not to a proxy's or a login page.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}
