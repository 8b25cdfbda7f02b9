//! The chat itself is down: administrators hear of it by another way, once, and once more when it is back.
//!
//! Nothing is lost meanwhile: what is to be said there waits in the queue. The other way is `[alerts] to` where that lies
//! elsewhere (it is told of every change anyway), else `[alerts] fallback`, else the administrators of another chat. Pages do not
//! wait for any of this: each has a deadline of its own, and then takes its own fallback.

use commands::{Message, Text, Tone};
use connectors::State;
use jiff::Timestamp;

use super::settle::Change;
use crate::{
    app::App,
    builtins::jobs::age,
    chat::{Post, Target},
    dispatch::post::{PostJob, Purpose},
    queue::{NewJob, Priority},
};

/// What people call a chat.
pub(super) fn chat(platform: &str) -> String {
    match platform {
        "slack" => "Slack".into(),
        "zulip" => "Zulip".into(),
        "teams" => "Microsoft Teams".into(),
        "email" => "Email".into(),
        "sms" => "Text messages".into(),
        other => other.to_owned(),
    }
}

impl App {
    /// What tells administrators elsewhere that a chat went down, or is back.
    pub(super) async fn outage_notices(&self, platform: &str, change: &Change, now: Timestamp) -> Vec<NewJob> {
        let recipients = self.elsewhere(platform).await;
        if recipients.is_empty() && change.to == State::Failed && self.alerts.to.as_ref().is_none_or(|it| it.platform == platform)
        {
            tracing::error!("{} is down, and there is no other way to tell anybody; set `fallback` in [alerts]", chat(platform));
        }
        let waiting = self.queue.waiting_in(&format!("{platform}:")).await.unwrap_or_default();
        let pages = self.queue.waiting_in(&format!("page:{platform}:")).await.unwrap_or_default();
        let message = match change.to {
            State::Failed => self.went_down(platform, waiting, pages),
            _ => is_back(platform, waiting, now.duration_since(change.since)),
        };
        // By the moment at which it began, so that the same outage is told once whoever sees it.
        let key = format!("outage:{platform}:{}:{}", change.to == State::Failed, now.as_second());
        let post = |(number, to): (usize, Target)| {
            let post = Post::new(to, message.clone(), format!("{key}:{number}"));
            let job = PostJob { purpose: Purpose::Note, ..PostJob::new(post, key.clone()) }.into_job(Priority::Page);
            NewJob { unique: Some(format!("{key}:{number}")), ..job }
        };
        recipients.into_iter().enumerate().map(post).collect()
    }

    fn went_down(&self, platform: &str, waiting: i64, pages: i64) -> Message {
        let mut facts = vec![("Waiting".to_owned(), Text::from(messages(waiting)))];
        if pages > 0 {
            facts.push(("Pages".to_owned(), Text::from(messages(pages))));
        }
        let found = self.health.all().remove(platform).map(|it| it.checks).unwrap_or_default();
        let problems: Vec<Text> = found
            .into_iter()
            .filter(|it| it.state == State::Failed)
            .map(|it| {
                let text = Text::new().bold(it.name).plain(format!(": {}", it.detail));
                match it.fix {
                    Some(fix) => Text(text.plain(" → ").0.into_iter().chain(Text::marked(&fix).0).collect()),
                    None => text,
                }
            })
            .collect();
        let mut message = Message::new().heading(format!("{} is down for Bellhop", chat(platform))).facts(facts).tone(Tone::Bad);
        if !problems.is_empty() {
            message = message.list(problems);
        }
        message.paragraph(
            "What is to be said there is kept and posted once it is back, for up to three days. Pages take their other ways.",
        )
    }

    /// Whom a message reaches though `platform` is down. Nobody where `[alerts] to` lies elsewhere: it is told anyway.
    async fn elsewhere(&self, platform: &str) -> Vec<Target> {
        let place = |to: &Option<crate::config::Destination>| to.clone().filter(|it| it.platform != platform);
        if place(&self.alerts.to).is_some() {
            return Vec::new();
        }
        if let Some(to) = place(&self.alerts.fallback) {
            return vec![to.target()];
        }
        self.administrators(|it| it != platform).await.found
    }
}

fn is_back(platform: &str, waiting: i64, away: jiff::SignedDuration) -> Message {
    let text = format!(
        "It was down for {}. {} posted now.",
        age(away),
        match waiting {
            0 => "Nothing waited to be".to_owned(),
            _ => format!("{} that waited will be", messages(waiting)),
        }
    );
    Message::new().heading(format!("{} is back", chat(platform))).paragraph(text).tone(Tone::Good)
}

fn messages(count: i64) -> String {
    match count {
        1 => "1 message".into(),
        _ => format!("{count} messages"),
    }
}
