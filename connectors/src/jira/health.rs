//! Whether this connection works, and what to do where it does not.

use std::collections::BTreeMap;

use commands::{Error, ErrorKind};
use serde::Deserialize;

use super::{Deployment, Jira, api::Api, wire};
use crate::Check;

/// What the actions need, as Jira calls the permissions, and what is lost without.
const NEEDED: &[(&str, &str, &str)] = &[
    ("BROWSE_PROJECTS", "Browse Projects", "everything"),
    ("CREATE_ISSUES", "Create Issues", "`issue create`"),
    ("EDIT_ISSUES", "Edit Issues", "`issue update`, `issue label`, epics"),
    ("ASSIGN_ISSUES", "Assign Issues", "`issue assign`"),
    ("TRANSITION_ISSUES", "Transition Issues", "`issue transition`, `issue close`"),
    ("ADD_COMMENTS", "Add Comments", "`comment add`"),
    ("CREATE_ATTACHMENTS", "Create Attachments", "`issue attach`"),
    ("LINK_ISSUES", "Link Issues", "`link add`"),
    ("WORK_ON_ISSUES", "Work On Issues", "`worklog add`"),
    ("SCHEDULE_ISSUES", "Schedule Issues", "due dates, ranks, moving issues between sprints"),
];

const SCOPES: &str = "Create a token with read:jira-user, read:jira-work and write:jira-work, and for boards and sprints \
                      read:board-scope:jira-software, write:board-scope:jira-software, read:sprint:jira-software, \
                      write:sprint:jira-software and read:issue:jira-software; api_url has to be set for it.";

pub(super) async fn check(on: &Jira) -> Vec<Check> {
    let server = match on.server().await {
        Ok(server) => server,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let title = server.server_title.clone().unwrap_or_else(|| "Jira".to_owned());
    let mut checks = vec![Check::ok("reachable", format!("{title} answers at {} ({})", on.http.base(), server.version))];
    let deployment = server.deployment();
    if let Some(configured) = on.deployment.get().filter(|it| **it != deployment) {
        let name = |it: Deployment| if it == Deployment::Cloud { "cloud" } else { "data_center" };
        checks.push(Check::failed(
            "deployment",
            format!("the connection says {}, and Jira says {}", name(*configured), name(deployment)),
            format!("Set deployment to {}, or leave it out.", name(deployment)),
        ));
        return checks;
    }
    let api = match on.as_bot().await {
        Ok(api) => api,
        Err(error) => return vec![unreachable(on, &error)],
    };
    match api.get::<wire::User>("/myself", &[]).await {
        Ok(me) => checks.push(Check::ok("credentials", format!("signed in as {}", me.label()))),
        Err(error) => {
            let fix = if error.message.contains("scope") { SCOPES } else { credentials_fix(deployment) };
            checks.push(Check::failed("credentials", error.message, fix));
            return checks;
        }
    }
    checks.push(permissions(&api).await);
    checks.push(match api.projects().await {
        Ok(all) if all.is_empty() => Check::warning(
            "projects",
            "the bot's account sees no project",
            "Give it a role with “Browse Projects” in the projects it is for.",
        ),
        Ok(all) => Check::ok("projects", format!("sees {}", super::names::count(all.len(), "project"))),
        Err(error) => Check::failed("projects", error.message, "Give the bot's account access to Jira and to its projects."),
    });
    checks.push(match api.boards(None).await {
        Ok(all) => Check::ok("boards", format!("sees {}", super::names::count(all.len(), "board"))),
        // A Jira without Software is no fault: the actions that need it say so.
        Err(error) if error.kind == ErrorKind::NotFound => {
            Check::ok("boards", "there is no Jira Software here, and so no boards")
        }
        Err(error) if error.kind == ErrorKind::Permission => Check::warning(
            "boards",
            error.message,
            "Give the bot's account access to Jira Software (a licence of it), or do without boards and sprints.",
        ),
        Err(error) => Check::failed("boards", error.message, "Try again in a minute; if it stays, look at Jira's status."),
    });
    checks
}

async fn permissions(api: &Api<'_>) -> Check {
    #[derive(Deserialize)]
    struct Answer {
        permissions: BTreeMap<String, Permission>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Permission {
        have_permission: bool,
    }
    const NAME: &str = "permissions";
    let wanted: Vec<&str> = NEEDED.iter().map(|(key, ..)| *key).collect();
    let answer: Answer = match api.get("/mypermissions", &[("permissions", &wanted.join(","))]).await {
        Ok(answer) => answer,
        Err(error) => {
            return Check::failed(NAME, error.message, "Give the token the scope read:jira-user, or use one without scopes.");
        }
    };
    let has = |key: &str| answer.permissions.get(key).is_some_and(|it| it.have_permission);
    let missing: Vec<_> = NEEDED.iter().filter(|(key, ..)| !has(key)).collect();
    if missing.is_empty() {
        return Check::ok(NAME, format!("has all {} that the actions need, in at least one project", NEEDED.len()));
    }
    let names: Vec<&str> = missing.iter().map(|(_, name, _)| *name).collect();
    let lost: Vec<&str> = missing.iter().map(|(_, _, lost)| *lost).collect();
    Check::warning(
        NAME,
        format!("lacks {} in every project, and so {}", names.join(", "), lost.join(", ")),
        format!("In the permission scheme of its projects, give the bot's account (or a role of it): {}.", names.join(", ")),
    )
}

fn credentials_fix(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::Cloud => {
            "Sign in as the bot's account at https://id.atlassian.com/manage-profile/security/api-tokens, create an API token, and put it into the \
             connection with that account's email address. Tokens end after a year at most; one with scopes needs api_url as well."
        }
        Deployment::DataCenter => {
            "Sign in as the bot's account: Profile → Personal Access Tokens → Create token, and put it into the connection, without email. After \
             too many wrong attempts Jira asks for a CAPTCHA: sign in once in a browser."
        }
    }
}

fn unreachable(on: &Jira, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::NotFound => Check::failed(
            "reachable",
            format!("{base} answers, but there is no Jira"),
            "Set url to Jira's first page; where Jira lives below a path, with that path: https://example.org/jira.",
        ),
        ErrorKind::Auth | ErrorKind::Permission => Check::failed(
            "reachable",
            error.message.clone(),
            "See whether a proxy or an address filter stands in front of Jira, and let the bot through.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that url leads to Jira itself and not to a proxy's or a login page, and look at Jira's status.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} is right, and reachable from where the bot runs."),
        ),
    }
}
