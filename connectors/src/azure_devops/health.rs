//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{
    AzureDevOps,
    api::{Listed, PREVIEW, segment},
    wire,
};
use crate::Check;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    authenticated_user: wire::Identity,
}

pub(super) async fn check(on: &AzureDevOps) -> Vec<Check> {
    let bot = on.as_bot();
    let me = match bot.get_as::<Connection>(PREVIEW, "/_apis/connectionData", &[]).await {
        Ok(connection) => connection.authenticated_user,
        Err(error) => return vec![unreachable(on, &error)],
    };
    // Azure DevOps lets nobody in as somebody, too.
    if me.provider_display_name == "Anonymous" {
        let error = Error::new(ErrorKind::Auth, "Azure DevOps sees the bot as nobody in particular.");
        return vec![unreachable(on, &error)];
    }
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {}", me.provider_display_name)),
    ];
    let projects = match bot.projects().await {
        Ok(projects) if projects.is_empty() => {
            checks.push(Check::warning(
                "projects",
                "the bot sees no project",
                "Add the bot's account to the projects it is for: Project settings → Permissions → Contributors.",
            ));
            return checks;
        }
        Ok(projects) => projects,
        Err(error) => {
            checks.push(Check::failed("projects", error.message, "Give the token the scope Project and Team (Read)."));
            return checks;
        }
    };
    checks.push(Check::ok(
        "projects",
        format!("sees {}", projects.iter().take(5).map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")),
    ));
    let wanted = on.project.as_deref();
    let project = match wanted {
        Some(wanted) => match projects.iter().find(|it| it.name.eq_ignore_ascii_case(wanted)) {
            Some(project) => project,
            None => {
                let fix = "Correct the setting `project`, or add the bot's account to that project.";
                checks.push(Check::failed("project", format!("there is no project {wanted} that the bot sees"), fix));
                return checks;
            }
        },
        None => &projects[0],
    };
    // Each part of the API has a scope of its own: looked at in one project, changing nothing.
    let name = segment(&project.name);
    for (what, path, scope) in [
        ("work items", format!("/{name}/_apis/wit/workitemtypes"), "Work Items (Read & write)"),
        ("code", format!("/{name}/_apis/git/repositories"), "Code (Read & write)"),
        ("pipelines", format!("/{name}/_apis/pipelines"), "Build (Read & execute)"),
    ] {
        checks.push(match bot.get::<Listed<Value>>(&path, &[]).await {
            Ok(_) => Check::ok(what, format!("can be read in {}", project.name)),
            Err(error) => {
                let fix = format!("Give the token the scope {scope}, and the bot's account the right in {}.", project.name);
                Check::warning(what, error.message, fix)
            }
        });
    }
    checks.push(match on.identities("bellhop").await {
        Ok(_) => Check::ok("people", "can be found by their addresses"),
        Err(error) => Check::warning(
            "people",
            error.message,
            "Give the token the scope Identity (Read), or assigning and reviewers work by nobody's name.",
        ),
    });
    checks
}

fn unreachable(on: &AzureDevOps, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::Auth | ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "Make a token in Azure DevOps as the bot's user: User settings → Personal access tokens. An app of Entra is added as a \
             user of the organization: Organization settings → Users → Add users.",
        ),
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no such organization"),
            "Set url to the organization, such as https://dev.azure.com/example; of a server to the collection.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to the organization itself and not to a sign-in page, and look at status.dev.azure.com.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}
