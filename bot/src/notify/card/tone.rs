//! What is good, what is bad, and what is worth a word.

use commands::{Event, Tone, event::Severity};

use super::words::verb;

/// What an event's object is: `pull` of `pull.merged`.
pub fn noun(kind: &str) -> &str {
    kind.split_once('.').map_or(kind, |(noun, _)| noun)
}

/// Whether commits came to a branch.
pub fn is_push(event: &Event) -> bool {
    matches!(verb(&event.kind), "pushed" | "force_pushed" | "target_pushed")
}

/// Whether it is the outcome, or a step, of something that a machine does: it belongs to what was built.
pub fn is_run(kind: &str) -> bool {
    matches!(
        noun(kind),
        "run"
            | "job"
            | "check"
            | "check_suite"
            | "check_run"
            | "build"
            | "pipeline"
            | "stage"
            | "status"
            | "workflow"
            | "workflow_run"
            | "pages"
    )
}

pub fn is_deployment(kind: &str) -> bool {
    matches!(noun(kind), "deployment" | "deploy" | "environment" | "release_deployment")
}

pub fn is_alert(kind: &str) -> bool {
    matches!(noun(kind), "alert" | "incident" | "monitor" | "problem" | "outage")
}

pub fn is_pull(kind: &str) -> bool {
    matches!(noun(kind), "pull" | "pull_request" | "merge_request" | "mr")
}

/// Whether people work on it for days: a ticket, under whatever name.
pub fn is_ticket(kind: &str) -> bool {
    matches!(noun(kind), "issue" | "ticket" | "work_item" | "work_package" | "card" | "task" | "story" | "bug" | "epic" | "item")
}

/// How things stand after a verb.
pub fn of_verb(kind: &str) -> Tone {
    let verb = verb(kind);
    match verb {
        "closed" if is_pull(kind) => Tone::Neutral,
        "closed" | "merged" | "resolved" | "passed" | "succeeded" | "success" | "approved" | "fixed" | "recovered"
        | "completed" | "up" | "deployed" | "published" | "released" | "finished" | "done" | "ok" => Tone::Good,
        "failed" | "failure" | "errored" | "error" | "broken" | "broke" | "crashed" | "timed_out" | "firing" | "fired"
        | "triggered" | "alerting" | "down" | "escalated" => Tone::Bad,
        "created" | "opened" | "reopened" | "appeared" if is_alert(kind) => Tone::Bad,
        "changes_requested"
        | "force_pushed"
        | "waiting"
        | "action_required"
        | "pending_approval"
        | "acknowledged"
        | "declined"
        | "rejected"
        | "degraded"
        | "stale"
        | "nodata"
        | "no_data"
        | "cancelled"
        | "canceled"
        | "unstable"
        | "partially_succeeded" => Tone::Warning,
        "deleted" if !matches!(noun(kind), "comment" | "branch" | "tag" | "label") => Tone::Warning,
        _ => Tone::Neutral,
    }
}

/// What an event reports, good or bad.
pub fn of(event: &Event) -> Tone {
    match (of_verb(&event.kind), event.severity) {
        (Tone::Good, _) => Tone::Good,
        (Tone::Bad, Some(Severity::Info | Severity::Warning)) => Tone::Warning,
        (Tone::Neutral, Some(Severity::Critical | Severity::Error)) => Tone::Bad,
        (Tone::Neutral, Some(Severity::Warning)) => Tone::Warning,
        (tone, _) => tone,
    }
}

/// Whether something is said of what happens to a part of a card's object: of a check that fails, not of one that passes.
/// What people do is always said.
pub fn is_worth_a_word(event: &Event) -> bool {
    if is_run(&event.kind) {
        return matches!(of(event), Tone::Bad | Tone::Warning);
    }
    if is_deployment(&event.kind) {
        return !matches!(
            verb(&event.kind),
            "created" | "started" | "queued" | "pending" | "in_progress" | "deactivated" | "waiting"
        );
    }
    true
}

/// Whether it is a small thing of which several often come at once: they are told in one line.
pub fn is_small(event: &Event) -> bool {
    matches!(
        verb(&event.kind),
        "labeled"
            | "unlabeled"
            | "assigned"
            | "unassigned"
            | "edited"
            | "updated"
            | "milestoned"
            | "demilestoned"
            | "renamed"
            | "moved"
            | "typed"
            | "untyped"
            | "label_added"
            | "label_removed"
            | "member_added"
            | "member_removed"
            | "priority_changed"
            | "due_changed"
    ) && event.text.as_deref().is_none_or(|it| it.trim().is_empty())
}
