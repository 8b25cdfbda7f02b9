//! Whether this connection works, what its account may do, and what this OpenProject is.

use commands::{Error, ErrorKind, Result};

use super::{
    OpenProject,
    api::{filter, filters},
    hal::Resource,
};
use crate::{Check, Features, Missing};

pub(super) async fn check(on: &OpenProject) -> Vec<Check> {
    let me = match on.ask("/api/v3/users/me", &[]).await {
        Ok(me) if me.id() != 0 && me.text("_type") == "User" => me,
        Ok(_) => {
            return vec![unreachable(
                on,
                &Error::new(ErrorKind::Auth, "OpenProject takes the bot for nobody: it is not signed in."),
            )];
        }
        Err(error) => return vec![unreachable(on, &error)],
    };
    let login = if me.text("login").is_empty() { me.name() } else { me.text("login") };
    let role = if me.flag("admin") { "administrator" } else { "no administrator" };
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {login} ({role})")),
    ];
    let one = [("pageSize", "1"), ("offset", "1")];
    let active = filters(&[filter("active", "=", &["t"])]);
    checks.push(match on.ask("/api/v3/projects", &[("filters", active.as_str()), one[0], one[1]]).await {
        Ok(page) if page.total() == 0 => Check::warning(
            "projects",
            "the bot's account sees no project",
            format!(
                "In OpenProject, make `{login}` a member of the projects it is for (Members → + Member), or an administrator."
            ),
        ),
        Ok(page) => Check::ok("projects", format!("sees {} project{}", page.total(), if page.total() == 1 { "" } else { "s" })),
        Err(error) => Check::failed("projects", error.message, format!("Make `{login}` a member of the projects it is for.")),
    });
    checks.push(match on.ask("/api/v3/work_packages", &[("filters", "[]"), one[0], one[1]]).await {
        Ok(page) => Check::ok("work packages", format!("sees {} work packages", page.total())),
        Err(error) => Check::failed(
            "work packages",
            error.message,
            "Give the bot's role the permission “View work packages”, and switch on the module “Work packages” in its projects.",
        ),
    });
    if !me.flag("admin") {
        checks.push(may(on, &me, "work_packages/create", "permission to create work packages", "Add work packages").await);
        checks.push(match may(on, &me, "memberships/create", "permission to manage members", "Manage members").await {
            // Most bots go without.
            Check { state: crate::State::Warning, name, detail, .. } => {
                Check::ok(name, format!("{detail}: `member add` and others are refused"))
            }
            other => other,
        });
    }
    checks.push(match on.ask("/api/v3/time_entries/available_projects", &[]).await {
        Ok(page) if page.total() == 0 => log_time("the bot's account may log time in no project"),
        Ok(_) => Check::ok("permission to log time", "may log time"),
        Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound) => {
            log_time("the bot's account may log time nowhere")
        }
        Err(error) => Check::failed("permission to log time", error.message, "Look at OpenProject's log, then ask again."),
    });
    checks
}

fn log_time(found: &str) -> Check {
    Check::warning(
        "permission to log time",
        found,
        "Give the bot's role “Log time for other users” and “View spent time”, and switch on the module “Time and costs”.",
    )
}

/// Whether the account may do this anywhere.
async fn may(on: &OpenProject, me: &Resource, action: &str, name: &str, right: &str) -> Check {
    let wanted = filters(&[filter("principal", "=", &[&me.id().to_string()]), filter("action", "=", &[action])]);
    match on.ask("/api/v3/capabilities", &[("filters", &wanted)]).await {
        Ok(page) if page.total() == 0 => {
            let fix = format!(
                "Give the bot's role the permission “{right}” (Administration → Users and permissions → Roles and permissions)."
            );
            Check::warning(name, "no role of the bot's account has it in any project", fix)
        }
        Ok(page) => Check::ok(name, format!("in {} project{}", page.total(), if page.total() == 1 { "" } else { "s" })),
        Err(error) => Check::failed(name, error.message, "Look at OpenProject's log, then ask again."),
    }
}

fn unreachable(on: &OpenProject, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::Auth | ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "In OpenProject, sign in as the bot's user, Account settings → Access tokens → + API token; with OAuth, see that the \
             application has a Client Credentials User. Its account must be active.",
        ),
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no OpenProject"),
            "Set url to OpenProject's first page; where OpenProject lives below a path, with that path: https://example.org/openproject.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to OpenProject itself and not to a proxy's or a login page, and look at OpenProject's log.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}

/// What came with which version, by the first word or words of actions.
const SINCE: &[(&str, u32, u32)] = &[("notification", 12, 0), ("project copy", 11, 0), ("wp history", 4, 2)];
/// What leans on a module whose link the root of the API has, where it is there.
const MODULES: &[(&str, &str, &str)] = &[
    ("time_entries", "time", "This OpenProject has no module “Time and costs”, or the bot's account may not use it."),
    ("memberships", "member", "This OpenProject does not show members by its API: it is older than version 10."),
];

/// What this OpenProject is, by the root of its API. It tells its version to administrators only.
pub(super) async fn features(on: &OpenProject, actions: &[&'static str]) -> Result<Features> {
    let root = on.ask("/api/v3", &[]).await?;
    let version = Some(root.text("coreVersion").to_owned()).filter(|it| !it.is_empty());
    let number = version.as_deref().map(|it| {
        let mut parts = it.split(['.', '-']).map(|it| it.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    });
    let is_about = |action: &str, of: &str| action == of || action.strip_prefix(of).is_some_and(|it| it.starts_with(' '));
    let mut missing = Vec::new();
    for (link, of, why) in MODULES.iter().filter(|(link, ..)| !root.offers(link)) {
        let why = format!("{why} Ask who administers it ({link}).");
        missing.extend(actions.iter().filter(|it| is_about(it, of)).map(|action| Missing { action, why: why.clone() }));
    }
    for (of, major, minor) in SINCE {
        if number.is_some_and(|it| it < (*major, *minor)) {
            let why = format!(
                "It came with OpenProject {major}.{minor}, and this is {}. Ask who administers it for an update.",
                version.as_deref().unwrap_or_default()
            );
            missing.extend(actions.iter().filter(|it| is_about(it, of)).map(|action| Missing { action, why: why.clone() }));
        }
    }
    Ok(Features { version: version.map(|it| format!("OpenProject {it}")), missing })
}
