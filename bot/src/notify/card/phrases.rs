//! What a verb is in a sentence: `asked for changes in {}`.

use commands::{Event, event::Change};

use super::{
    people_say,
    tone::noun,
    words::{WHO, cut, people, values, verb},
};
use crate::notify::people::Names;

/// What was done, with `{}` in the place of the object and [`WHO`] in that of people.
pub(super) fn phrase(event: &Event, names: &Names) -> String {
    let (noun, verb) = (noun(&event.kind), verb(&event.kind));
    let some = |all: &[&str], one: &str, many: &str| match all {
        [] => String::new(),
        [one_of] => format!("{one} {}", cut(one_of, 80)),
        all => format!("{many} {}", all.iter().take(10).map(|it| cut(it, 80)).collect::<Vec<_>>().join(", ")),
    };
    let named = |of: fn(&Change) -> Option<&String>, fields: &[&str]| {
        values(event, fields, of)
            .iter()
            .map(|it| names.find(it, None).map_or_else(|| cut(it, 80), |it| it.name.clone()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match verb {
        "labeled" | "label_added" => {
            match some(&values(event, &["label", "labels"], |it| it.to.as_ref()), "the label", "the labels").as_str() {
                "" => "labeled {}".into(),
                labels => format!("added {labels} to {{}}"),
            }
        }
        "unlabeled" | "label_removed" => {
            match some(&values(event, &["label", "labels"], |it| it.from.as_ref()), "the label", "the labels").as_str() {
                "" => "removed a label from {}".into(),
                labels => format!("removed {labels} from {{}}"),
            }
        }
        "assigned" if people(event, names).is_empty() => "assigned {}".into(),
        "assigned" => format!("assigned {{}} to {WHO}"),
        "unassigned" => match named(|it| it.from.as_ref(), &["assignee", "assignees"]).as_str() {
            "" => "took away the assignee of {}".into(),
            who => format!("took {{}} from {who}"),
        },
        "review_requested" if people(event, names).is_empty() => "asked for a review of {}".into(),
        "review_requested" => format!("asked for a review of {{}} by {WHO}"),
        "review_request_removed" => match named(|it| it.from.as_ref(), &["reviewer", "reviewers"]).as_str() {
            "" => "took back the request for a review of {}".into(),
            who => format!("took back the request for a review of {{}} by {who}"),
        },
        "milestoned" => match values(event, &["milestone"], |it| it.to.as_ref()).first() {
            Some(milestone) => format!("put {{}} into the milestone {}", cut(milestone, 80)),
            None => "put {} into a milestone".into(),
        },
        "demilestoned" => "took {} out of its milestone".into(),
        "merged" => match values(event, &["into", "base", "target"], |it| it.to.as_ref()).first() {
            Some(base) => format!("merged {{}} into {}", cut(base, 80)),
            None => "merged {}".into(),
        },
        "created" | "opened" if matches!(noun, "issue" | "pull" | "pull_request" | "merge_request" | "discussion") => {
            "opened {}".into()
        }
        "created" if noun == "comment" => "commented on {}".into(),
        "updated" | "edited" | "changed" if noun == "comment" => "edited a comment on {}".into(),
        "deleted" | "removed" if noun == "comment" => "deleted a comment on {}".into(),
        verb => known(verb).map_or_else(|| unknown(verb), str::to_owned),
    }
}

/// Verbs that do not simply stand before their object.
fn known(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "commented" | "comment_created" | "comment_added" | "noted" => "commented on {}",
        "comment_edited" | "comment_updated" => "edited a comment on {}",
        "comment_deleted" | "comment_removed" => "deleted a comment on {}",
        "replied" => "replied to {}",
        "edited" | "changed" => "edited {}",
        "reviewed" | "review_submitted" => "reviewed {}",
        "review_edited" => "edited a review of {}",
        "review_dismissed" | "dismissed_review" => "dismissed a review of {}",
        "changes_requested" | "needs_work" => "asked for changes in {}",
        "unapproved" | "approval_removed" => "took back the approval of {}",
        "converted_to_draft" | "drafted" => "made {} a draft again",
        "ready_for_review" | "undrafted" => "marked {} as ready for review",
        "auto_merge_enabled" => "has {} merged as soon as it may be",
        "auto_merge_disabled" => "stopped the automatic merge of {}",
        "enqueued" | "checks_requested" => "put {} into the merge queue",
        "dequeued" => "took {} out of the merge queue",
        "merge_conflicted" => "could not merge {}, which has conflicts",
        "merge_failed" => "could not merge {}",
        "synchronize" | "synchronized" => "pushed to {}",
        "target_pushed" => "pushed to the target of {}",
        "thread_resolved" => "resolved a thread in {}",
        "thread_unresolved" => "reopened a thread in {}",
        "locked" => "locked the conversation of {}",
        "unlocked" => "unlocked the conversation of {}",
        "pinned" => "pinned {}",
        "reacted" => "reacted to {}",
        "mentioned" => "mentioned somebody in {}",
        "rerequested" | "rerun" => "asked for {} again",
        "action_requested" | "requested_action" => "asked for an action of {}",
        "joined" | "member_joined" => "joined {}",
        "left" | "member_left" => "left {}",
        "member_added" => "added somebody to {}",
        "member_removed" => "removed somebody from {}",
        "attachment_added" | "attached" => "attached a file to {}",
        "attachment_removed" => "removed a file from {}",
        "checklist_added" => "added a checklist to {}",
        "item_checked" | "item_completed" => "ticked off an item of {}",
        "item_unchecked" | "item_incomplete" => "unticked an item of {}",
        "due_changed" | "due_date_changed" => "changed the due date of {}",
        "due_added" => "gave {} a due date",
        "due_removed" => "took away the due date of {}",
        "logged" | "worklog_created" | "time_logged" => "logged time on {}",
        "starred" => "starred {}",
        "unstarred" => "no longer stars {}",
        "watched" | "watch_started" => "watches {}",
        "forked" => "forked {}",
        "published" => "published {}",
        "publicized" | "made_public" => "made {} public",
        "privatized" | "made_private" => "made {} private",
        "typed" => "gave {} a type",
        "untyped" => "took away the type of {}",
        "moved" => "moved {}",
        "voted" => "voted for {}",
        "linked" | "link_created" => "linked {}",
        "unlinked" | "link_deleted" => "removed a link of {}",
        "sub_issue_added" | "child_added" => "added a part to {}",
        "sub_issue_removed" | "child_removed" => "removed a part of {}",
        "blocked_by_added" => "marked {} as blocked",
        "blocked_by_removed" => "marked {} as no longer blocked",
        "answered" => "answered {}",
        "unanswered" => "took back the answer of {}",
        "snoozed" => "put off {}",
        "ping" | "pinged" | "tested" => "tried out {}",
        "uploaded" => "uploaded {}",
        "downloaded" => "downloaded {}",
        "viewed" => "looked at {}",
        "scheduled" => "scheduled {}",
        "subscribed" => "subscribed to {}",
        "unsubscribed" => "unsubscribed from {}",
        "declined" => "declined {}",
        "sent" => "sent {}",
        _ => return None,
    })
}

/// A verb that no phrase was written for. The usual endings of systems' words become what people say.
fn unknown(verb: &str) -> String {
    let words = people_say(&verb.replace('-', "_")).replace('_', " ");
    for (ending, phrase) in [
        (" added", "added {what} to {}"),
        (" removed", "removed {what} from {}"),
        (" deleted", "deleted {what} of {}"),
        (" created", "created {what} of {}"),
        (" updated", "changed {what} of {}"),
        (" changed", "changed {what} of {}"),
        (" edited", "changed {what} of {}"),
        (" set", "set {what} of {}"),
        (" requested", "asked for {what} of {}"),
        (" enabled", "switched on {what} of {}"),
        (" disabled", "switched off {what} of {}"),
        (" resolved", "resolved {what} of {}"),
        (" reopened", "reopened {what} of {}"),
    ] {
        if let Some(what) = words.strip_suffix(ending).filter(|it| !it.is_empty()) {
            let article = if what.ends_with('s') {
                ""
            } else if what.starts_with(['a', 'e', 'i', 'o']) {
                "an "
            } else {
                "a "
            };
            return phrase.replace("{what}", &format!("{article}{what}"));
        }
    }
    match words.as_str() {
        "" => "reported {}".into(),
        // One word that is a deed is said as it is; anything else is what was reported.
        word if word.ends_with("ed")
            || !word.contains(' ') && matches!(word, "sent" | "set" | "built" | "began" | "held" | "put" | "cut") =>
        {
            format!("{word} {{}}")
        }
        word => format!("reported {word} of {{}}"),
    }
}
