//! What a payload is about: how people name it, and where it is.

use commands::event::Object;
use serde_json::Value;

use super::read::text;

/// Parts of every payload that it is not about, unless there is nothing else.
const SURROUNDINGS: &[&str] =
    &["repository", "sender", "organization", "installation", "enterprise", "changes", "action", "client_payload"];

pub(super) fn read(name: &str, payload: &Value) -> Object {
    let place = text(payload, "/repository/full_name").or_else(|| text(payload, "/organization/login"));
    let place = place.or_else(|| text(payload, "/installation/account/login")).map(str::to_owned);
    let found = about(name, payload).or_else(|| part_with_a_name(payload)).or_else(|| repository(payload));
    let mut object = found.unwrap_or_else(|| happening(name, payload));
    object.place = object.place.or(place);
    object
}

pub(super) fn labels(payload: &Value) -> Vec<String> {
    let of =
        ["/pull_request/labels", "/issue/labels", "/discussion/labels"].iter().find_map(|it| payload.pointer(it)?.as_array());
    of.into_iter().flatten().filter_map(|it| text(it, "/name")).map(str::to_owned).collect()
}

fn object(key: impl Into<String>, title: Option<&str>, url: Option<&str>, state: Option<&str>) -> Object {
    Object {
        key: key.into(),
        title: title.unwrap_or_default().to_owned(),
        url: url.map(str::to_owned),
        place: None,
        state: state.map(str::to_owned),
    }
}

fn about(name: &str, payload: &Value) -> Option<Object> {
    let part = |key: &str| payload.get(key).filter(|it| it.is_object());
    let repo = text(payload, "/repository/full_name").unwrap_or_default();
    Some(match name {
        "push" => push(payload, repo),
        "create" | "delete" => {
            let (kind, reference) = (text(payload, "/ref_type")?, text(payload, "/ref").unwrap_or(repo));
            let url =
                text(payload, "/repository/html_url").filter(|_| name == "create").map(|it| format!("{it}/tree/{reference}"));
            object(reference, Some(&format!("{kind} {reference}")), url.as_deref(), None)
        }
        "status" => {
            let sha = short(text(payload, "/sha")?);
            let title = text(payload, "/commit/commit/message").and_then(|it| it.lines().next());
            let title = format!("{}: {}", text(payload, "/context").unwrap_or("status"), title.unwrap_or(&sha));
            object(
                sha,
                Some(&title),
                text(payload, "/target_url").or_else(|| text(payload, "/commit/html_url")),
                text(payload, "/state"),
            )
        }
        "commit_comment" => {
            let comment = part("comment")?;
            let sha = short(text(comment, "/commit_id")?);
            object(sha.clone(), Some(&format!("commit {sha}")), text(comment, "/html_url"), None)
        }
        "workflow_job" => {
            let job = part("workflow_job")?;
            let workflow = text(job, "/workflow_name").map(|it| format!("{it}: ")).unwrap_or_default();
            let title = format!("{workflow}{}", text(job, "/name").unwrap_or_default());
            object(number(job, "id"), Some(&title), text(job, "/html_url"), outcome(job))
        }
        "workflow_run" => run(part("workflow_run")?),
        "workflow_dispatch" => {
            let workflow = text(payload, "/workflow")?;
            object(workflow, Some(&format!("{workflow} on {}", text(payload, "/ref").unwrap_or("?"))), None, None)
        }
        "check_run" => {
            let check = part("check_run")?;
            let sha = text(check, "/head_sha").map(short).unwrap_or_default();
            object(sha, text(check, "/name"), text(check, "/html_url"), outcome(check))
        }
        "check_suite" => {
            let suite = part("check_suite")?;
            let sha = text(suite, "/head_sha").map(short).unwrap_or_default();
            let title = format!("Checks on {}", text(suite, "/head_branch").unwrap_or(&sha));
            object(sha.clone(), Some(&title), None, outcome(suite))
        }
        "deployment" | "deployment_status" | "deployment_review" | "deployment_protection_rule" => deployment(payload)?,
        "release" => {
            let release = part("release")?;
            let tag = text(release, "/tag_name")?;
            let state = match (release["draft"] == true, release["prerelease"] == true) {
                (true, _) => "draft",
                (_, true) => "pre-release",
                _ => "published",
            };
            object(tag, text(release, "/name").or(Some(tag)), text(release, "/html_url"), Some(state))
        }
        "star" | "fork" | "watch" | "public" | "repository" => {
            let mut object = repository(payload)?;
            if let Some(fork) = text(payload, "/forkee/html_url") {
                object.url = Some(fork.to_owned());
            }
            object
        }
        "ping" => object(number(payload, "hook_id"), text(payload, "/zen"), text(payload, "/repository/html_url"), None),
        "member" | "membership" | "organization" => {
            let person = ["/member", "/membership/user", "/invitation", "/user"].iter().find_map(|it| payload.pointer(it));
            let login = person.and_then(|it| text(it, "/login")).or_else(|| text(payload, "/organization/login"))?;
            let team = text(payload, "/team/name").map(|it| format!(" in {it}")).unwrap_or_default();
            object(login, Some(&format!("{login}{team}")), person.and_then(|it| text(it, "/html_url")), None)
        }
        "installation" | "installation_repositories" => {
            let installation = part("installation")?;
            let account = text(installation, "/account/login").unwrap_or("?");
            let app = text(installation, "/app_slug").unwrap_or("the App");
            object(number(installation, "id"), Some(&format!("{app} at {account}")), text(installation, "/html_url"), None)
        }
        "code_scanning_alert" | "dependabot_alert" | "secret_scanning_alert" => {
            let alert = part("alert")?;
            const TITLES: &[&str] =
                &["/security_advisory/summary", "/rule/description", "/rule/name", "/secret_type_display_name", "/secret_type"];
            let title = TITLES.iter().find_map(|it| text(alert, it));
            object(format!("{repo} alert {}", number(alert, "number")), title, text(alert, "/html_url"), text(alert, "/state"))
        }
        _ => {
            // Comments and reviews are about what they stand below.
            let key = ["pull_request", "issue", "discussion"].into_iter().find(|it| part(it).is_some())?;
            let it = part(key)?;
            numbered(it, key, repo)
        }
    })
}

/// An issue, a pull request, a discussion.
fn numbered(it: &Value, what: &str, repo: &str) -> Object {
    let number = number(it, "number");
    let state = match text(it, "/state") {
        _ if it["merged"] == true || text(it, "/merged_at").is_some() || text(it, "/pull_request/merged_at").is_some() => {
            Some("merged")
        }
        Some("open") if it["draft"] == true => Some("draft"),
        state => state,
    };
    // What is asked for names pull requests without their titles.
    let fallback = format!("{} #{number}", what.replace('_', " "));
    let url = text(it, "/html_url");
    object(format!("{repo}#{number}"), text(it, "/title").or(Some(&fallback)), url, state)
}

fn push(payload: &Value, repo: &str) -> Object {
    let reference = text(payload, "/ref").unwrap_or_default();
    let branch = reference.strip_prefix("refs/heads/").or_else(|| reference.strip_prefix("refs/tags/")).unwrap_or(reference);
    let commits = payload["commits"].as_array().map_or(0, Vec::len) as u64;
    let count = payload["size"].as_u64().unwrap_or(commits);
    let title = match count {
        _ if payload["deleted"] == true => format!("{branch} deleted"),
        0 => format!("{branch} pushed"),
        1 => format!("1 commit to {branch}"),
        count => format!("{count} commits to {branch}"),
    };
    let key = text(payload, "/after").or_else(|| text(payload, "/head")).map_or_else(|| branch.to_owned(), short);
    let compare = text(payload, "/compare").map(str::to_owned);
    let mut object = object(key, Some(&title), compare.as_deref(), None);
    object.place = Some(repo.to_owned()).filter(|it| !it.is_empty());
    object
}

fn run(run: &Value) -> Object {
    let name = text(run, "/name").unwrap_or("Run");
    let branch = text(run, "/head_branch").map(|it| format!(" on {it}")).unwrap_or_default();
    let title = format!("{name} #{}{branch}", number(run, "run_number"));
    object(number(run, "id"), Some(&title), text(run, "/html_url"), outcome(run))
}

fn deployment(payload: &Value) -> Option<Object> {
    let deployment = payload.get("deployment").filter(|it| it.is_object());
    let environment = deployment.and_then(|it| text(it, "/environment")).or_else(|| text(payload, "/environment"));
    let reference = deployment.and_then(|it| text(it, "/ref")).or_else(|| text(payload, "/workflow_run/head_branch"));
    let title = match (reference, environment) {
        (Some(reference), Some(environment)) => format!("{reference} to {environment}"),
        (reference, environment) => reference.or(environment)?.to_owned(),
    };
    const URLS: &[&str] = &[
        "/deployment_status/environment_url",
        "/deployment_status/log_url",
        "/deployment_status/target_url",
        "/workflow_run/html_url",
    ];
    let url = URLS.iter().find_map(|it| text(payload, it)).filter(|it| it.starts_with("http"));
    let key = deployment.map_or_else(|| number(&payload["workflow_run"], "id"), |it| number(it, "id"));
    Some(object(key, Some(&title), url, text(payload, "/deployment_status/state")))
}

fn repository(payload: &Value) -> Option<Object> {
    let name = text(payload, "/repository/full_name")?;
    let title = text(payload, "/repository/description").unwrap_or(name);
    Some(object(name, Some(title), text(payload, "/repository/html_url"), None))
}

/// The first part that has a name or a title of its own: `label bug`, `milestone 1.0`, or what is not known yet.
fn part_with_a_name(payload: &Value) -> Option<Object> {
    let is_part = |(key, it): &(&String, &Value)| it.is_object() && !SURROUNDINGS.contains(&key.as_str());
    payload.as_object()?.iter().filter(is_part).find_map(|(part, it)| {
        let name = ["/name", "/slug", "/login"].iter().find_map(|path| text(it, path));
        let title = text(it, "/title");
        let key = match (name, title) {
            (Some(name), _) => format!("{part} {name}"),
            (None, Some(title)) if part == "milestone" => format!("{part} {title}"),
            _ => format!("{part} {}", number(it, "id")),
        };
        Some(object(key, Some(title.or(name)?), text(it, "/html_url"), text(it, "/state")))
    })
}

/// Of an event that names nothing: the event itself.
fn happening(name: &str, payload: &Value) -> Object {
    let who = text(payload, "/organization/login").or_else(|| text(payload, "/sender/login")).unwrap_or("GitHub");
    object(who, Some(&name.replace('_', " ")), None, None)
}

/// How it went, or how far it is.
fn outcome(it: &Value) -> Option<&str> {
    text(it, "/conclusion").or_else(|| text(it, "/status"))
}

fn number(it: &Value, key: &str) -> String {
    it[key].as_u64().map(|it| it.to_string()).unwrap_or_default()
}

fn short(sha: &str) -> String {
    sha.chars().take(10).collect()
}
