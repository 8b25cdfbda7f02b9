//! A subject, as monitors write them: what it is about, that it is wrong or over, and how bad it is.
//!
//! `** PROBLEM Service Alert: db1/disk is CRITICAL **`, `[FIRING:1] DiskFull`, `Resolved in 5m: Disk full`, `OK: "queue" in EU`. What stands
//! before and behind what it is about is taken off, so that all mails about one thing have one subject.

use commands::event::Severity;

/// What a subject says of what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Wrong,
    Over,
    Acknowledged,
    Nothing,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// In the sender's words.
    pub about: String,
    pub says: Said,
    pub severity: Option<Severity>,
    /// The word that said so, in lower case.
    pub state: Option<String>,
}

/// What a word at either end of a subject says.
fn word(word: &str) -> Option<(Said, Option<Severity>)> {
    Some(match word.to_ascii_lowercase().as_str() {
        "ok" | "up" | "resolved" | "recovery" | "recovered" | "cleared" | "normal" | "solved" | "fixed" => (Said::Over, None),
        "acknowledgement" | "acknowledged" | "ack" => (Said::Acknowledged, None),
        "critical" | "crit" | "down" | "emergency" | "disaster" | "fatal" | "unreachable" => {
            (Said::Wrong, Some(Severity::Critical))
        }
        "error" | "failed" | "failure" | "high" | "alarm" => (Said::Wrong, Some(Severity::Error)),
        "warning" | "warn" | "degraded" | "unknown" => (Said::Wrong, Some(Severity::Warning)),
        "problem" | "firing" | "alerting" | "alert" | "triggered" => (Said::Wrong, None),
        "info" | "notice" => (Said::Nothing, Some(Severity::Info)),
        _ => return None,
    })
}

/// Answers and mails passed on are about what the first one was about.
const PASSED_ON: [&str; 8] = ["re", "fwd", "fw", "aw", "wg", "sv", "antw", "tr"];

impl Subject {
    pub fn read(text: &str) -> Subject {
        let mut subject = Subject { about: String::new(), says: Said::Nothing, severity: None, state: None };
        let mut rest = trimmed(text);
        while let Some((tag, behind)) = front(rest) {
            // A subject may be nothing but a word: then that is what it is about.
            if trimmed(behind).is_empty() {
                break;
            }
            if !PASSED_ON.contains(&tag.to_ascii_lowercase().as_str()) {
                // `Resolved in 5m 0s`, `FIRING:2`
                let first = tag.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
                let Some(said) = word(first) else { break };
                subject.hear(first, said);
            }
            rest = trimmed(behind);
        }
        if let Some((before, last)) = rest.rsplit_once(' ')
            && let Some(about) = trimmed(before).strip_suffix(" is")
            && let Some(said) = word(last)
        {
            subject.hear(last, said);
            rest = about;
        }
        subject.about = trimmed(rest).split_whitespace().collect::<Vec<_>>().join(" ");
        subject
    }

    /// What is said first counts, but for how bad it is: `PROBLEM … is CRITICAL`. That it is over is said at either end.
    fn hear(&mut self, word: &str, (said, severity): (Said, Option<Severity>)) {
        if self.says == Said::Nothing || said == Said::Over && self.says == Said::Wrong {
            self.says = said;
        }
        self.severity = self.severity.or(severity);
        if self.state.is_none() || severity.is_some() {
            self.state = Some(word.to_lowercase());
        }
    }
}

/// Without what only decorates: `** … **`, `!`.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|it: char| it.is_whitespace() || matches!(it, '*' | '!' | '-' | '–' | '—' | '|' | '='))
}

/// What is put in front of a subject, and the rest: `[…]`, `Word: …`, `Word in 5m: …`, or a word in capitals.
fn front(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').map(|(tag, behind)| (tag.trim(), behind));
    }
    if let Some((tag, behind)) = text.split_once(": ") {
        let mut words = tag.split(' ');
        let is_state = words.next().is_some_and(|it| word(it).is_some());
        // `Resolved in 5m 0s`; of `Up and away` nothing is up.
        let is_whole = matches!(words.next(), None | Some("in" | "after" | "since" | "for"));
        if is_state && is_whole || PASSED_ON.contains(&tag.to_ascii_lowercase().as_str()) {
            return Some((tag, behind));
        }
    }
    let (tag, behind) = text.split_once(' ')?;
    (is_capitals(tag) && word(tag).is_some()).then_some((tag, behind))
}

fn is_capitals(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|it| it.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitors_are_read_as_they_write() {
        use Said::{Acknowledged, Nothing, Over, Wrong};
        use Severity::{Critical, Error, Info, Warning};
        for (text, about, says, severity) in [
            ("** PROBLEM Service Alert: db1/disk is CRITICAL **", "Service Alert: db1/disk", Wrong, Some(Critical)),
            ("** RECOVERY Service Alert: db1/disk is OK **", "Service Alert: db1/disk", Over, None),
            ("** ACKNOWLEDGEMENT Service Alert: db1/disk is WARNING **", "Service Alert: db1/disk", Acknowledged, Some(Warning)),
            ("[FIRING:1] DiskFull db1", "DiskFull db1", Wrong, None),
            ("[RESOLVED] DiskFull db1", "DiskFull db1", Over, None),
            ("Problem: Disk is full", "Disk is full", Wrong, None),
            ("Resolved in 5m 0s: Disk is full", "Disk is full", Over, None),
            ("ALARM: \"queue\" in EU (Frankfurt)", "\"queue\" in EU (Frankfurt)", Wrong, Some(Error)),
            ("OK: \"queue\" in EU (Frankfurt)", "\"queue\" in EU (Frankfurt)", Over, None),
            ("[PROBLEM] disk on db1 is CRITICAL!", "disk on db1", Wrong, Some(Critical)),
            ("Re: Fwd: [staging] Backup of apollo", "[staging] Backup of apollo", Nothing, None),
            ("AW: Re: Backup", "Backup", Nothing, None),
            ("[INFO] Backup is done", "Backup is done", Nothing, Some(Info)),
            ("OK", "OK", Nothing, None),
            ("Cron <root@db1> /usr/local/bin/backup", "Cron <root@db1> /usr/local/bin/backup", Nothing, None),
            ("WARNING disk is filling up", "disk is filling up", Wrong, Some(Warning)),
            ("Up and away: our newsletter", "Up and away: our newsletter", Nothing, None),
            ("", "", Nothing, None),
        ] {
            let read = Subject::read(text);
            assert_eq!((read.about.as_str(), read.says, read.severity), (about, says, severity), "{text}");
        }
    }
}
