//! From a payload to an event: its kind, who did it, and when.

use commands::Event;
use jiff::Timestamp;
use serde_json::Value;

use super::{changes, object};

/// What is kept of what somebody wrote.
const TEXT: usize = 2_000;

/// Something that GitHub reported, by webhook or when asked.
pub(in crate::github) struct Happened<'a> {
    /// As `X-GitHub-Event` calls it: `pull_request`.
    pub name: &'a str,
    pub payload: &'a Value,
    pub id: String,
    pub source: &'a str,
    pub received: Timestamp,
}

/// The text at a path, where it is there and not empty.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str).filter(|it| !it.is_empty())
}

/// Never fails: what is missing is left out.
pub(in crate::github) fn read(happened: &Happened<'_>) -> Event {
    let Happened { name, payload, id, source, received } = happened;
    let actor = ["/sender/login", "/pusher/name", "/commit/author/login"].iter().find_map(|it| text(payload, it));
    Event {
        id: id.clone(),
        source: (*source).to_owned(),
        kind: kind(name, payload),
        at: at(payload).unwrap_or(*received),
        actor: actor.map(str::to_owned),
        object: object::read(name, payload),
        changes: changes::read(name, payload),
        labels: object::labels(payload),
        text: said(name, payload),
        ..Event::default()
    }
}

/// Noun and verb, the same as other systems' where they mean the same.
fn kind(name: &str, payload: &Value) -> String {
    let action = text(payload, "/action").unwrap_or_default();
    let of_pull = !payload["issue"]["pull_request"].is_null();
    let noun = match name {
        "issues" => "issue",
        "issue_comment" if of_pull => "pull",
        "issue_comment" => "issue",
        "pull_request"
        | "pull_request_target"
        | "pull_request_review"
        | "pull_request_review_comment"
        | "pull_request_review_thread" => "pull",
        "push" | "commit_comment" | "status" => "commit",
        "create" | "delete" => text(payload, "/ref_type").unwrap_or("branch"),
        "workflow_run" => "run",
        "workflow_job" => "job",
        "workflow_dispatch" => "workflow",
        "check_run" => "check",
        "deployment_status" | "deployment_review" | "deployment_protection_rule" => "deployment",
        "discussion_comment" => "discussion",
        "fork" | "star" | "watch" | "public" => "repository",
        "dependabot_alert" | "code_scanning_alert" | "secret_scanning_alert" | "repository_vulnerability_alert" => "alert",
        "installation_repositories" | "installation_target" => "installation",
        "ping" => "hook",
        other => other,
    };
    let verb = match (name, action) {
        ("issues" | "pull_request", "opened") => "created",
        ("issues" | "pull_request", "edited") => "updated",
        ("pull_request", "closed") if payload["pull_request"]["merged"] == true => "merged",
        ("pull_request", "synchronize") => "pushed",
        ("issue_comment" | "discussion_comment" | "commit_comment" | "pull_request_review_comment", "created") => "commented",
        ("issue_comment" | "discussion_comment" | "commit_comment" | "pull_request_review_comment", "edited") => "comment_edited",
        ("issue_comment" | "discussion_comment" | "commit_comment" | "pull_request_review_comment", "deleted") => {
            "comment_deleted"
        }
        ("pull_request_review", "submitted") => {
            match text(payload, "/review/state").unwrap_or_default().to_lowercase().as_str() {
                "approved" => "approved",
                "changes_requested" => "changes_requested",
                _ => "reviewed",
            }
        }
        ("pull_request_review", "dismissed") => "review_dismissed",
        ("pull_request_review", "edited") => "review_edited",
        ("pull_request_review_thread", "resolved") => "thread_resolved",
        ("pull_request_review_thread", "unresolved") => "thread_unresolved",
        ("push", _) if payload["deleted"] == true => "branch_deleted",
        ("push", _) if payload["forced"] == true => "force_pushed",
        ("push", _) => "pushed",
        ("status", _) => "checked",
        ("create", _) => "created",
        ("delete", _) => "deleted",
        ("workflow_dispatch", _) => "started",
        ("deployment_status", _) => "updated",
        ("fork", _) => "forked",
        ("star", "created") => "starred",
        ("star", "deleted") => "unstarred",
        ("watch", _) => "starred",
        ("public", _) => "publicized",
        ("ping", _) => "pinged",
        ("installation_repositories", "added") => "repositories_added",
        ("installation_repositories", "removed") => "repositories_removed",
        (_, "") => "happened",
        (_, action) => action,
    };
    format!("{noun}.{verb}")
}

/// When, as the most particular part of the payload says.
fn at(payload: &Value) -> Option<Timestamp> {
    const TIMES: &[&str] = &[
        "/review/submitted_at",
        "/comment/updated_at",
        "/deployment_status/updated_at",
        "/workflow_job/completed_at",
        "/workflow_run/updated_at",
        "/check_run/completed_at",
        "/check_suite/updated_at",
        "/pull_request/updated_at",
        "/discussion/updated_at",
        "/issue/updated_at",
        "/release/published_at",
        "/deployment/updated_at",
        "/milestone/updated_at",
        "/alert/updated_at",
        "/head_commit/timestamp",
        "/starred_at",
        "/forkee/created_at",
        "/created_at",
        "/updated_at",
    ];
    TIMES.iter().find_map(|path| text(payload, path)?.parse().ok())
}

/// What was said: the comment, the review, the commits; of a new object its description.
fn said(name: &str, payload: &Value) -> Option<String> {
    let action = text(payload, "/action").unwrap_or_default();
    let said = match name {
        "push" => commits(payload),
        "issues" | "pull_request" | "discussion" if matches!(action, "opened" | "created" | "transferred") => {
            let object = ["/issue/body", "/pull_request/body", "/discussion/body"];
            object.iter().find_map(|it| text(payload, it)).map(str::to_owned)
        }
        "release" => text(payload, "/release/body").map(str::to_owned),
        "status" => text(payload, "/description").map(str::to_owned),
        "installation_repositories" => repositories(payload),
        _ => {
            const SAID: &[&str] = &[
                "/comment/body",
                "/review/body",
                "/deployment_status/description",
                "/check_run/output/title",
                "/alert/rule/description",
            ];
            SAID.iter().find_map(|it| text(payload, it)).map(str::to_owned)
        }
    };
    said.map(|it| super::super::card::shorten(it.trim(), TEXT)).filter(|it| !it.is_empty())
}

/// A line a commit, as far as GitHub lists them.
fn commits(payload: &Value) -> Option<String> {
    let lines: Vec<String> = payload["commits"]
        .as_array()?
        .iter()
        .take(10)
        .filter_map(|it| {
            let sha: String = text(it, "/id").or_else(|| text(it, "/sha"))?.chars().take(10).collect();
            Some(format!("{sha} {}", text(it, "/message")?.lines().next().unwrap_or_default()))
        })
        .collect();
    Some(lines.join("\n"))
}

fn repositories(payload: &Value) -> Option<String> {
    let all = ["repositories_added", "repositories_removed"].iter().filter_map(|it| payload[it].as_array()).flatten();
    let names: Vec<&str> = all.filter_map(|it| text(it, "/full_name")).take(20).collect();
    Some(names.join(", "))
}
