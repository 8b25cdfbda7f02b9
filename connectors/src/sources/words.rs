//! Words of other systems, made into ours: the name of an event, how bad it is, what a person reads of an id.

use commands::event::Severity;

/// Verbs as vendors write them, and in the past.
const VERBS: &[(&str, &str)] = &[
    ("accept", "accepted"),
    ("acknowledge", "acknowledged"),
    ("activate", "activated"),
    ("add", "added"),
    ("approve", "approved"),
    ("archive", "archived"),
    ("assign", "assigned"),
    ("begin", "started"),
    ("cancel", "canceled"),
    ("change", "changed"),
    ("close", "closed"),
    ("complete", "completed"),
    ("completion", "completed"),
    ("create", "created"),
    ("creation", "created"),
    ("deactivate", "deactivated"),
    ("decline", "declined"),
    ("delete", "deleted"),
    ("deletion", "deleted"),
    ("deploy", "deployed"),
    ("disable", "disabled"),
    ("edit", "edited"),
    ("enable", "enabled"),
    ("end", "ended"),
    ("expire", "expired"),
    ("fail", "failed"),
    ("failure", "failed"),
    ("finish", "finished"),
    ("fire", "fired"),
    ("join", "joined"),
    ("leave", "left"),
    ("lock", "locked"),
    ("merge", "merged"),
    ("modify", "changed"),
    ("move", "moved"),
    ("open", "opened"),
    ("pass", "passed"),
    ("pause", "paused"),
    ("pay", "paid"),
    ("post", "posted"),
    ("publish", "published"),
    ("receive", "received"),
    ("reject", "rejected"),
    ("remove", "removed"),
    ("rename", "renamed"),
    ("reopen", "reopened"),
    ("request", "requested"),
    ("resolve", "resolved"),
    ("restore", "restored"),
    ("resume", "resumed"),
    ("revoke", "revoked"),
    ("send", "sent"),
    ("share", "shared"),
    ("start", "started"),
    ("stop", "stopped"),
    ("submit", "submitted"),
    ("succeed", "passed"),
    ("success", "passed"),
    ("test", "tested"),
    ("trigger", "triggered"),
    ("unarchive", "unarchived"),
    ("uninstall", "uninstalled"),
    ("unlock", "unlocked"),
    ("unpublish", "unpublished"),
    ("unshare", "unshared"),
    ("update", "updated"),
    ("upload", "uploaded"),
];

/// Past tenses that do not end in `ed`, and words that say an outcome as well as one.
const PAST: &[&str] = &[
    "built", "down", "error", "exceeded", "firing", "found", "left", "lost", "met", "ok", "paid", "read", "sent", "unsent", "up",
    "won",
];

/// What stands around a name without saying anything.
const EMPTY: &[&str] =
    &["com", "org", "io", "net", "www", "example", "event", "events", "webhook", "webhooks", "hook", "on", "type"];

/// Noun and verb in the past, of a vendor's name of an event: `invoice.payment_failed`, `issueCreated`, `com.example.build.fail.v2`
/// become `payment.failed`, `issue.created`, `build.failed`. A name without a verb is something that was received; none of a
/// name without words.
pub(super) fn kind_of(name: &str) -> Option<String> {
    let words = words(name);
    let verb = |word: &str| past(word).map(str::to_owned);
    let end = words.len().checked_sub(1)?;
    if words.len() > 1 {
        if let Some(done) = verb(&words[end]) {
            return Some(format!("{}.{done}", noun(&words[..end])));
        }
        if let Some(done) = verb(&words[0]) {
            return Some(format!("{}.{done}", noun(&words[1..])));
        }
        return Some(format!("{}.received", noun(&words)));
    }
    Some(match verb(&words[0]) {
        // Of what, the sender does not say.
        Some(done) => format!("event.{done}"),
        None => format!("{}.received", words[0]),
    })
}

/// The verb in the past that the word is, in any case; none when it is none.
pub(super) fn past(word: &str) -> Option<&str> {
    if let Some((_, done)) = VERBS.iter().find(|(verb, done)| verb.eq_ignore_ascii_case(word) || done.eq_ignore_ascii_case(word))
    {
        return Some(done);
    }
    let ends = word.len() > 3 && word.is_char_boundary(word.len() - 2) && word[word.len() - 2..].eq_ignore_ascii_case("ed");
    let is_past = ends && !["feed", "need", "speed", "embed", "seed"].iter().any(|it| it.eq_ignore_ascii_case(word));
    (is_past || PAST.iter().any(|it| it.eq_ignore_ascii_case(word))).then_some(word)
}

/// What a property holds, of its name: `pullRequests` are pull requests.
pub(super) fn noun_of(name: &str) -> Option<String> {
    let noun = noun(&words(name));
    let is_several = noun.len() > 3 && noun.ends_with('s') && !["ss", "us", "is"].iter().any(|it| noun.ends_with(it));
    let noun = if is_several { &noun[..noun.len() - 1] } else { &noun };
    (!noun.is_empty()).then(|| noun.to_owned())
}

/// At most the last two words, without those that say nothing.
fn noun(words: &[String]) -> String {
    let telling: Vec<&str> = words.iter().map(String::as_str).filter(|it| !EMPTY.contains(it)).collect();
    match telling.len() {
        0 => words.last().cloned().unwrap_or_default(),
        count => telling[count.saturating_sub(2)..].join("_"),
    }
}

/// The words of a name, in small letters, without versions; at most sixteen of a hundred characters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars().take(100) {
        let starts = letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if starts || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("it begins with one").extend(letter.to_lowercase());
        }
        before = letter;
    }
    let is_version = |it: &str| it.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()));
    words.retain(|it| !it.is_empty() && it != "unknown" && !is_version(it) && !it.chars().all(|it| it.is_ascii_digit()));
    words.truncate(16);
    words
}

/// How bad it is, by the words that monitors have for it; none for a word that says nothing of that.
pub(super) fn severity(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "crit" | "fatal" | "emergency" | "emerg" | "disaster" | "page" | "blocker" | "p0" | "p1" | "sev0"
        | "sev1" | "urgent" => Severity::Critical,
        "error" | "err" | "major" | "high" | "severe" | "p2" | "sev2" => Severity::Error,
        "warning" | "warn" | "minor" | "medium" | "moderate" | "average" | "p3" | "sev3" => Severity::Warning,
        "info" | "information" | "informational" | "notice" | "low" | "debug" | "trivial" | "ok" | "none" | "p4" | "p5"
        | "sev4" => Severity::Info,
        _ => return None,
    })
}

/// Whether a state is that of something that went wrong.
pub(super) fn is_bad(state: &str) -> bool {
    let state = state.to_ascii_lowercase();
    let bad = [
        "failed",
        "failure",
        "fail",
        "failing",
        "error",
        "errored",
        "down",
        "critical",
        "firing",
        "alerting",
        "broken",
        "unhealthy",
        "crashed",
        "timed_out",
        "timeout",
        "undelivered",
        "alarm",
    ];
    bad.contains(&state.as_str())
}

/// Whether a kind says that something went wrong: `build.failed`.
pub(super) fn is_failure(kind: &str) -> bool {
    kind.split_once('.').is_some_and(|(_, verb)| is_bad(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_events_become_ours() {
        for (name, expected) in [
            ("issueCreated", "issue.created"),
            ("com.github.pull_request.opened", "pull_request.opened"),
            ("com.example.build.fail.v2", "build.failed"),
            ("Microsoft.Storage.BlobCreated", "storage_blob.created"),
            ("invoice.payment_failed", "invoice_payment.failed"),
            ("build:finished", "build.finished"),
            ("create_user", "user.created"),
            ("onMessageAdded", "message.added"),
            ("alert", "alert.received"),
            ("deleted", "event.deleted"),
            ("com.example.someevent", "someevent.received"),
            ("webhook", "webhook.received"),
            ("HTTPRequestFailed", "httprequest.failed"),
        ] {
            assert_eq!(kind_of(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(kind_of(" .-1 v2 unknown"), None);
        let nouns = ["pullRequests", "s", "status", "Boxes", "", "unknown"].map(noun_of);
        assert_eq!(nouns.map(Option::unwrap_or_default), ["pull_request", "s", "status", "boxe", "", ""]);
        assert!(kind_of(&"a.".repeat(10_000)).is_some_and(|it| it.len() < 100));
    }

    #[test]
    fn words_of_monitors_are_ordered() {
        assert!(severity("CRITICAL") > severity("high") && severity("Warn") > severity("info"));
        assert_eq!(severity("purple"), None);
        assert!(is_bad("FAILED") && !is_bad("passed"));
    }
}
