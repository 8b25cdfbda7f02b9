//! An issue and a merge request as messages that act.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::json;

use super::{pipelines, wire};
pub(super) use crate::words::shorten;

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;

pub(super) fn names(people: &[wire::User]) -> String {
    match people {
        [] => "nobody".into(),
        people => people.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// `#4 Printer prints only cats · Ben Example · bug`.
pub(super) fn issue_line(issue: &wire::Issue) -> Text {
    let labels = if issue.labels.is_empty() { String::new() } else { format!(" · {}", issue.labels.join(", ")) };
    let closed = if issue.state == "closed" { " · closed" } else { "" };
    let due = issue.due_date.map(|it| format!(" · due {it}")).unwrap_or_default();
    Text::new().link(&issue.web_url, &issue.references.full).plain(format!(
        " {} · {}{closed}{due}{labels}",
        issue.title,
        names(&issue.assignees)
    ))
}

pub(super) fn merge_request_line(it: &wire::MergeRequest) -> Text {
    let state = match (it.state.as_str(), it.draft) {
        ("opened", true) => "draft",
        ("opened", false) => "open",
        (state, _) => state,
    };
    let author = it.author.as_ref().map_or("somebody", |it| it.name.as_str());
    let waits = if it.reviewers.is_empty() { String::new() } else { format!(" · reviewed by {}", names(&it.reviewers)) };
    Text::new().link(&it.web_url, &it.references.full).plain(format!(" {} · {state} · by {author}{waits}", it.title))
}

fn described(message: Message, description: Option<&str>) -> Message {
    match description.map(str::trim).filter(|it| !it.is_empty()) {
        Some(text) => message.block(Block::Quote(shorten(text, DESCRIPTION).into())),
        None => message,
    }
}

/// What was done to an issue, and the issue as it is now.
pub(super) fn issue(issue: &wire::Issue, ctx: &Ctx, said: Message, notes: &[wire::Note]) -> Reply {
    let key = &issue.references.full;
    let is_open = issue.state == "opened";
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let overdue = is_open && issue.due_date.is_some_and(|it| it < today);
    let tone = match (is_open, overdue) {
        (false, _) => Tone::Good,
        (true, true) => Tone::Bad,
        (true, false) => Tone::Neutral,
    };
    let author = issue.author.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
    let confidential = if issue.confidential { " · confidential" } else { "" };
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
    fact("State", if is_open { "open".into() } else { issue.state.clone() });
    fact("Assignee", names(&issue.assignees));
    if !issue.labels.is_empty() {
        fact("Labels", issue.labels.join(", "));
    }
    if let Some(milestone) = &issue.milestone {
        fact("Milestone", milestone.title.clone());
    }
    if let Some(due) = issue.due_date {
        fact("Due", if overdue { format!("{due} (overdue)") } else { due.to_string() });
    }
    if let Some(weight) = issue.weight {
        fact("Weight", weight.to_string());
    }
    match issue.time_stats.as_ref().map(|it| (&it.human_total_time_spent, &it.human_time_estimate)) {
        Some((Some(spent), Some(estimate))) => fact("Time", format!("{spent} of {estimate}")),
        Some((Some(spent), None)) => fact("Time", spent.clone()),
        Some((None, Some(estimate))) => fact("Estimate", estimate.clone()),
        _ => {}
    }
    let mut shown = Message::new()
        .tone(tone)
        .heading(format!("#{} {}", issue.iid, issue.title))
        .paragraph(Text::new().link(&issue.web_url, key).plain(format!("{author}{confidential}")))
        .facts(facts);
    shown = comments(described(shown, issue.description.as_deref()), notes);
    let params = json!({ "issue": key });
    let mut buttons = vec![
        Button::form("Comment", ctx.call("issue comment", params.clone())),
        Button::run("Assign to me", ctx.call("issue assign", json!({ "issue": key, "to": ["me"] }))),
    ];
    buttons.push(match is_open {
        true => Button::run("Close", ctx.call("issue close", params.clone())),
        false => Button::run("Reopen", ctx.call("issue reopen", params.clone())),
    });
    buttons.push(Button::form("Change", ctx.call("issue update", params.clone())));
    shown = shown.buttons(buttons).context(Text::new().plain("Updated ").time(issue.updated_at));
    // The channel may hold people who may not see it in GitLab.
    let audience = if issue.confidential { Audience::Private } else { Audience::Channel };
    let call = ctx.call("issue show", params);
    Reply::card(Card { object: issue.web_url.clone(), said, shown, call }, audience)
}

fn comments(message: Message, notes: &[wire::Note]) -> Message {
    // Internal ones stay in GitLab: not everybody here may read them.
    let said: Vec<Text> = notes
        .iter()
        .filter(|it| !it.system && !it.internal)
        .map(|it| {
            let text = shorten(it.body.trim(), 300);
            Text::new().bold(&it.author.name).plain(" ").time(it.created_at).plain(format!(": {text}"))
        })
        .collect();
    if said.is_empty() { message } else { message.paragraph("Last comments").list(said) }
}

/// What was done to a merge request, and how it stands now.
pub(super) fn merge_request(
    it: &wire::MergeRequest,
    approvals: Option<&wire::Approvals>,
    ctx: &Ctx,
    said: Message,
    notes: &[wire::Note],
) -> Reply {
    let key = &it.references.full;
    let is_open = it.state == "opened";
    let pipeline = it.head_pipeline.as_ref();
    let tone = match (it.state.as_str(), pipeline.map(|it| it.status.as_str())) {
        ("merged", _) => Tone::Good,
        ("opened", Some("failed")) => Tone::Bad,
        _ => Tone::Neutral,
    };
    let author = it.author.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
    let line = Text::new()
        .link(&it.web_url, key)
        .plain(" · ")
        .code(&it.source_branch)
        .plain(" → ")
        .code(&it.target_branch)
        .plain(author);
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: Text| facts.push((name.to_owned(), value));
    fact("State", state(it).into());
    if let Some(pipeline) = pipeline {
        fact("Pipeline", Text::new().link(&pipeline.web_url, pipelines::in_words(&pipeline.status)));
    }
    if let Some(approvals) = approvals {
        fact("Approvals", approved(approvals).into());
    }
    fact("Reviewers", names(&it.reviewers).into());
    fact("Assignee", names(&it.assignees).into());
    if let Some(count) = &it.changes_count {
        fact("Files changed", count.as_str().into());
    }
    if !it.labels.is_empty() {
        fact("Labels", it.labels.join(", ").into());
    }
    if let Some(milestone) = &it.milestone {
        fact("Milestone", milestone.title.as_str().into());
    }
    let shown = Message::new().tone(tone).heading(format!("!{} {}", it.iid, it.title)).paragraph(line).facts(facts);
    let shown = comments(described(shown, it.description.as_deref()), notes);
    let call = |action: &str| ctx.call(action, json!({ "mr": key }));
    let mut buttons = Vec::new();
    if is_open {
        buttons.push(Button::run("Approve", call("mr approve")).primary());
        let mut merge = Button::run("Merge", call("mr merge"));
        merge.confirm = Some(format!("Merge !{} into {}?", it.iid, it.target_branch));
        buttons.push(merge);
    }
    buttons.push(Button::form("Comment", call("mr comment")));
    if is_open {
        buttons.push(Button::form("Ask for review", call("mr review")));
        buttons.push(Button::run("Why not merged?", call("mr checks")));
        buttons.push(match it.draft {
            true => Button::run("Mark as ready", call("mr ready")),
            false => Button::run("Close", call("mr close")),
        });
    } else if it.state == "closed" {
        buttons.push(Button::run("Reopen", call("mr reopen")));
    }
    let shown = shown.buttons(buttons).context(Text::new().plain("Updated ").time(it.updated_at));
    Reply::card(Card { object: it.web_url.clone(), said, shown, call: call("mr show") }, Audience::Channel)
}

/// `open, can be merged`, `merged`.
fn state(it: &wire::MergeRequest) -> String {
    match it.state.as_str() {
        "opened" => {
            let draft = if it.draft { "draft" } else { "open" };
            match it.detailed_merge_status.as_deref().map(why) {
                Some(why) if !(it.draft && it.detailed_merge_status.as_deref() == Some("draft_status")) => {
                    format!("{draft}, {why}")
                }
                _ => draft.into(),
            }
        }
        other => other.to_owned(),
    }
}

fn approved(approvals: &wire::Approvals) -> String {
    let by: Vec<wire::User> = approvals.approved_by.iter().map(|it| it.user.clone()).collect();
    let by = if by.is_empty() { "none yet".to_owned() } else { format!("by {}", names(&by)) };
    match (approvals.approvals_left, approvals.approvals_required) {
        (Some(left), Some(required)) if left > 0 => format!("{by}, {left} of {required} missing"),
        _ => by,
    }
}

/// GitLab's `detailed_merge_status` in words: <https://docs.gitlab.com/api/merge_requests/#merge-status>.
pub(super) fn why(status: &str) -> String {
    let words = match status {
        "mergeable" => "can be merged",
        "approvals_syncing" | "checking" | "preparing" | "unchecked" => "GitLab is still looking whether it can be merged",
        "blocked_status" | "merge_request_blocked" => "another merge request has to be merged first",
        "broken_status" => "it cannot be merged: are there changes in it?",
        "ci_must_pass" => "its pipeline has to pass first",
        "ci_still_running" => "its pipeline still runs",
        "commits_status" => "its source branch has no commits",
        "conflict" => "it has conflicts with the target branch",
        "discussions_not_resolved" => "discussions in it are not resolved",
        "draft_status" => "it is a draft",
        "external_status_checks" | "status_checks_must_pass" => "external checks have not passed",
        "jira_association_missing" => "it names no Jira issue",
        "locked_paths" => "it changes locked paths",
        "locked_lfs_files" => "it changes locked files",
        "merge_time" => "it may not be merged yet",
        "need_rebase" => "it has to be rebased first",
        "not_approved" => "approvals are missing",
        "not_open" => "it is not open",
        "policies_denied" | "security_policy_violations" => "a security policy forbids it",
        "requested_changes" => "a reviewer asked for changes",
        "title_regex" => "its title is not as the project wants it",
        other => return other.replace('_', " "),
    };
    words.to_owned()
}
