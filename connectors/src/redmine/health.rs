//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind};

use super::{Redmine, api::Page, wire};
use crate::Check;

#[derive(serde::Deserialize)]
struct One {
    user: wire::User,
}

pub(super) async fn check(on: &Redmine) -> Vec<Check> {
    let bot = on.as_bot();
    let me = match bot.get::<One>("/users/current.json", &[]).await {
        Ok(answer) => answer.user,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let role = if me.admin { "administrator" } else { "no administrator" };
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers, and its REST API is on", on.http.base())),
        Check::ok("credentials", format!("signed in as {} ({role})", me.login)),
    ];
    checks.push(acting(on, &me).await);
    checks.push(match bot.list::<wire::Project>("/projects.json", "projects", &[("limit", "1")]).await {
        Ok(Page { total: 0, .. }) => Check::warning(
            "projects",
            "the bot's account sees no project",
            format!("In Redmine, make `{}` a member of the projects it is for, or an administrator.", me.login),
        ),
        Ok(page) => Check::ok("projects", format!("sees {} project{}", page.total, if page.total == 1 { "" } else { "s" })),
        Err(error) => Check::failed("projects", error.message, "Give the bot's account the right “View issues” in its projects."),
    });
    checks.push(match bot.list::<wire::Issue>("/issues.json", "issues", &[("limit", "1"), ("status_id", "*")]).await {
        Ok(page) => Check::ok("issues", format!("sees {} issues", page.total)),
        Err(error) => {
            Check::failed("issues", error.message, "Switch on the module “Issue tracking” in the projects the bot is for.")
        }
    });
    checks
}

/// Whether we can act as the people who ask: tried on the bot's own account, which changes nothing.
async fn acting(on: &Redmine, me: &wire::User) -> Check {
    const NAME: &str = "acting as people";
    if !on.switch_user {
        return Check::ok(NAME, "switched off: everything is done by the bot's account, with a note of who asked");
    }
    let fix = "Use the API key of an administrator, or set switch_user to false and everything is done by the bot's account.";
    if !me.admin {
        return Check::warning(NAME, format!("`{}` is no administrator, so the bot acts under its own account", me.login), fix);
    }
    let switched = on.http.get("/users/current.json").header("X-Redmine-Switch-User", &me.login).send::<One>().await;
    match switched {
        Ok(answer) if answer.user.id == me.id => Check::ok(NAME, "done as the person who asks, by X-Redmine-Switch-User"),
        Ok(_) => Check::failed(NAME, "Redmine switched to somebody else than was asked for", fix),
        Err(error) => Check::failed(NAME, error.message, fix),
    }
}

fn unreachable(on: &Redmine, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::Auth => Check::failed(
            "credentials",
            error.message.clone(),
            "In Redmine, sign in as the bot's user, My account → API access key → Show; if it is the right one, let an administrator \
             tick Administration → Settings → API → Enable REST web service.",
        ),
        ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "Administration → Settings → API → Enable REST web service, and see that the bot's user is active and must not change its password.",
        ),
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no Redmine"),
            "Set url to Redmine's first page; where Redmine lives below a path, with that path: https://example.org/redmine.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to Redmine itself and not to a proxy's or a login page, and look at Redmine's log.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}
