//! Words for jobs, shared by the chat and the command line.

use commands::{Group, Message, grammar};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    chat::{Answering, Target},
    dispatch::{post::PostJob, run::RunJob},
    queue::{Standing, Subjects},
};

/// Where the payload of each kind of job says what it is about: see docs/jobs.md.
pub const SUBJECTS: Subjects = Subjects(&[
    &["call.group"],
    &["post.to.place.platform", "post.to.place.channel"],
    &["post.to.answer.to.place.platform", "post.to.answer.to.place.channel"],
    &["post.to.person.platform", "post.to.person.id"],
    &["hook"],
    &["connection"],
    &["endpoint"],
    &["sync"],
    &["platform", "channel"],
]);

/// What [`SUBJECTS`] read of a post to `to`.
pub fn subject(to: &Target) -> String {
    match to {
        Target::Answer { to: Answering { place, .. }, .. } | Target::Place(place) => {
            format!("{}:{}", place.platform, place.channel)
        }
        Target::Person { platform, id, .. } => format!("{platform}:{id}"),
    }
}

/// `12 s`, `12 min`, `3 h 10 min`, `2 days 4 h`.
pub fn age(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let rest = |rest: i64, unit: &str| if rest == 0 { String::new() } else { format!(" {rest} {unit}") };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h{}", rest(minutes % 60, "min")),
        (1, ..) => format!("1 day{}", rest(hours % 24, "h")),
        (2..=6, ..) => format!("{days} days{}", rest(hours % 24, "h")),
        _ => format!("{days} days"),
    }
}

/// Where a job stands, in a word or two.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "waiting",
        Standing::Scheduled => "scheduled",
        Standing::Working => "at work",
        Standing::Sending => "being sent",
        Standing::Unknown => "fate unknown",
        Standing::Retrying => "to be tried again",
        Standing::Dead => "given up",
        Standing::Done => "done",
        Standing::Cancelled => "cancelled",
    }
}

/// The first characters of a text, in one line if it is one.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}

/// What a job is to do, in a line: the command as it would be typed, the message's first words.
pub fn what(groups: &[Group], payload: &Value) -> Option<String> {
    if let Ok(asked) = RunJob::deserialize(payload) {
        return Some(shortened(&grammar::print(groups, &asked.call), 200));
    }
    if let Ok(asked) = PostJob::deserialize(payload) {
        return Some(shortened(&asked.post.message.summary(), 80));
    }
    None
}

/// A payload as it may be shown. Payloads hold no secrets; this holds even if one did: what is named
/// like a credential is hidden, and so is a `response_url`, with which anyone could answer. What
/// people wrote is shortened.
pub fn shown(payload: &Value) -> Value {
    match payload {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), field(name, value))).collect(),
        // A header: its name and its value.
        Value::Array(pair) if matches!(pair.as_slice(), [Value::String(name), Value::String(_)] if is_secret(name)) => {
            json!([pair[0], HIDDEN])
        }
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::String(text) => match text.split_once('?') {
            // What follows may be a signature.
            Some((address, _)) if text.starts_with("https://") || text.starts_with("http://") => format!("{address}?…").into(),
            _ => shortened(text, 80).into(),
        },
        other => other.clone(),
    }
}

const HIDDEN: &str = "•••";

fn field(name: &str, value: &Value) -> Value {
    match (name, value) {
        (_, Value::Null) => Value::Null,
        _ if is_secret(name) => HIDDEN.into(),
        ("message", value) => match Message::deserialize(value) {
            Ok(message) => shortened(&message.summary(), 80).into(),
            Err(_) => shown(value),
        },
        ("body", Value::String(text)) => format!("{} bytes", text.len()).into(),
        _ => shown(value),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    ["secret", "token", "password", "api_key", "apikey", "authorization", "cookie", "signature", "response_url"]
        .iter()
        .any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use commands::Audience;
    use expect_test::expect;

    use super::*;
    use crate::chat::{Place, Post};

    #[test]
    fn ages_are_told_as_people_tell_them() {
        let told = [-5, 0, 59, 60, 3599, 3600, 4230, 86_400, 100_000, 200_000, 864_000];
        let told: Vec<String> = told.into_iter().map(|it| age(SignedDuration::from_secs(it))).collect();
        let expected =
            ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "1 h 10 min", "1 day", "1 day 3 h", "2 days 7 h", "10 days"];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_a_post_is_about_is_where_it_goes() {
        let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: "#dev".into(), thread: None };
        let answering = Answering { place: place.clone(), asker: "U1".into(), response_url: None, pressed: None };
        let person = Target::Person { platform: "zulip".into(), workspace: "1".into(), id: "8".into() };
        let targets = [Target::Place(place), Target::Answer { to: answering, audience: Audience::Asker }, person];
        for (to, about) in targets.into_iter().zip(["slack:#dev", "slack:#dev", "zulip:8"]) {
            let post = Post::new(to.clone(), "x".into(), "k");
            let payload = json!(PostJob::new(post, "r"));
            let at = |path: &&str| path.split('.').fold(&payload, |value, name| &value[name]).as_str();
            let read = SUBJECTS.0.iter().find_map(|paths| paths.iter().map(at).collect::<Option<Vec<_>>>());
            assert_eq!((subject(&to).as_str(), read.map(|it| it.join(":")).as_deref()), (about, Some(about)));
        }
    }

    #[test]
    fn nothing_that_could_be_a_secret_is_shown() {
        let payload = json!({
            "post": {
                "to": { "answer": { "to": {
                    "place": { "platform": "slack", "workspace": "T1", "channel": "C1", "thread": null },
                    "asker": "U1", "response_url": "https://hooks.slack.com/commands/T1/1/abcdef", "pressed": null,
                }, "audience": "asker" } },
                "message": { "blocks": [{ "paragraph": [{ "plain": "x".repeat(300) }] }], "tone": "neutral" },
                "key": "k1",
            },
            "params": { "api_key": "hunter2", "comment": "y".repeat(300) },
            "headers": [["x-redmine-token", "hunter2"], ["content-type", "application/json"]],
            "body": "z".repeat(300),
            "file": "https://files.example.org/a.png?signature=hunter2",
        });
        expect![[r#"
            {
              "post": {
                "to": {
                  "answer": {
                    "to": {
                      "place": {
                        "platform": "slack",
                        "workspace": "T1",
                        "channel": "C1",
                        "thread": null
                      },
                      "asker": "U1",
                      "response_url": "•••",
                      "pressed": null
                    },
                    "audience": "asker"
                  }
                },
                "message": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
                "key": "k1"
              },
              "params": {
                "api_key": "•••",
                "comment": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…"
              },
              "headers": [
                [
                  "x-redmine-token",
                  "•••"
                ],
                [
                  "content-type",
                  "application/json"
                ]
              ],
              "body": "300 bytes",
              "file": "https://files.example.org/a.png?…"
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&shown(&payload)).expect("JSON"));
    }
}
