//! The outside world: webhooks and commands at a steady rate, sent again as vendors do until they are taken.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use tests::{
    SECRETS,
    people::{self, Person},
    slack::{TEAM, signature},
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    bot::HOOK_SECRET,
    chance::Chance,
    far_ends::{COMMANDS, written},
    journal::Journal,
    oracle::{Event, Serial, Wanted},
    plan,
};

/// Requests on their way; a bot that does not answer slows the world down in the end.
const UNDER_WAY: usize = 400;
/// Slack and GitHub wait 3 s and 10 s.
const PATIENCE: Duration = Duration::from_secs(4);
/// Then a vendor gives up, and nothing was promised.
const TRIES: usize = 40;

pub struct Sender {
    pub client: reqwest::Client,
    /// The bots, any of which may be asked.
    pub bots: Vec<String>,
    /// What answers to commands are sent to.
    pub slack: String,
    pub journal: Arc<Journal>,
    next: AtomicU64,
    stopped: AtomicBool,
}

impl Sender {
    pub fn new(client: reqwest::Client, bots: Vec<String>, slack: String, journal: Arc<Journal>) -> Sender {
        Sender { client, bots, slack, journal, next: AtomicU64::new(1), stopped: AtomicBool::new(false) }
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Sends `rate` a second until it is stopped, and then lets those on their way come to their end.
    pub async fn run(self: Arc<Sender>, rate: u32, seed: u64) {
        let mut chance = Chance::new(seed, "sender");
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let room = Arc::new(Semaphore::new(UNDER_WAY));
        let mut under_way = JoinSet::new();
        while !self.stopped.load(Ordering::Relaxed) {
            ticks.tick().await;
            let Ok(place) = room.clone().acquire_owned().await else { return };
            let (sender, own) = (self.clone(), Chance::new(chance.next(), "one"));
            under_way.spawn(async move {
                sender.one(own).await;
                drop(place);
            });
            while under_way.try_join_next().is_some() {}
        }
        under_way.join_all().await;
    }

    async fn one(&self, mut chance: Chance) {
        if chance.below(100) < 12 {
            let (person, connection) = (chance.pick(&people::ALL), chance.pick(&plan::CONNECTIONS));
            self.command(person, connection, &mut chance).await;
        } else {
            let lane = chance.below(plan::LANES);
            self.delivery(lane, &mut chance).await;
        }
    }

    /// Delivers one event of a lane; whether it was taken.
    pub async fn delivery(&self, lane: u64, chance: &mut Chance) -> (Serial, bool) {
        let serial = self.next.fetch_add(1, Ordering::Relaxed);
        self.journal.note(Event::Sent { serial, wanted: Wanted::Posts(plan::places(lane)) });
        let body = event(serial, lane);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(HOOK_SECRET.as_bytes()).expect("a key of any length");
        mac.update(body.as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let request = |bot: &str| {
            let request = self.client.post(format!("{bot}/hooks/{}", plan::hook(lane)));
            request.header("content-type", "application/json").header("x-redmine-signature-256", &signature).body(body.clone())
        };
        (serial, self.until_taken(serial, request, |_| true, chance).await)
    }

    /// Types one command that creates an issue; whether it was taken.
    pub async fn command(&self, person: Person, connection: &str, chance: &mut Chance) -> (Serial, bool) {
        let serial = self.next.fetch_add(1, Ordering::Relaxed);
        self.journal.note(Event::Sent { serial, wanted: Wanted::Command });
        let body = [
            ("token", "deprecated"),
            ("team_id", TEAM),
            ("team_domain", "example"),
            ("channel_id", COMMANDS),
            ("channel_name", "dev"),
            ("user_id", person.slack),
            ("user_name", person.login),
            ("command", "/bellhop"),
            ("text", &format!("{connection} issue create Printer {} burns project=demo", written(serial))),
            ("api_app_id", "A0BELL001"),
            ("is_enterprise_install", "false"),
            ("response_url", &format!("{}/response/{serial}", self.slack)),
            ("trigger_id", &format!("{serial}.{}.crash", self.slack.len())),
        ];
        let body = reqwest::Url::parse_with_params("http://form/", body).map(|it| it.query().unwrap_or_default().to_owned());
        let body = body.expect("an address with parameters");
        let secret = SECRETS.iter().find(|(name, _)| *name == "SLACK_SIGNING_SECRET").map_or("", |(_, value)| value);
        let request = |bot: &str| {
            let now = Timestamp::now().as_second();
            let request = self.client.post(format!("{bot}/slack/commands"));
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-slack-request-timestamp", now)
                .header("x-slack-signature", signature(secret, now, &body))
                .body(body.clone())
        };
        // Slack takes a text for an answer to be shown: the bot says there why it could not take the command.
        (serial, self.until_taken(serial, request, str::is_empty, chance).await)
    }

    /// Sends it, the same each time, until it is taken. Sometimes the answer is lost on its way, and the
    /// vendor sends it once more.
    async fn until_taken(
        &self,
        serial: Serial,
        request: impl Fn(&str) -> reqwest::RequestBuilder,
        is_taken: impl Fn(&str) -> bool,
        chance: &mut Chance,
    ) -> bool {
        let mut taken = false;
        for _ in 0..TRIES {
            let bot = &self.bots[usize::try_from(chance.below(self.bots.len() as u64)).unwrap_or_default()];
            let answer = async {
                let response = request(bot).timeout(PATIENCE).send().await?;
                Ok::<_, reqwest::Error>((response.status(), response.text().await?))
            };
            match answer.await {
                Ok((status, text)) if status.is_success() && is_taken(&text) => {
                    if !taken {
                        self.journal.note(Event::Acknowledged { serial });
                    }
                    if taken || !chance.one_in(20) {
                        return true;
                    }
                    taken = true;
                }
                // Refused for now.
                Ok((status, _)) if status.is_success() || status == 503 => {}
                Ok((status, text)) => {
                    self.journal.note(Event::Surprised { serial, text: format!("{status} {text}") });
                    return taken;
                }
                // Nobody there, or gone in the middle of it.
                Err(_) => {}
            }
            tokio::time::sleep(chance.millis(20..400)).await;
        }
        taken
    }
}

/// What Redmine 7 sends when an issue is created.
fn event(serial: Serial, lane: u64) -> String {
    let now = "2026-11-21T09:00:00Z";
    json!({"type": "issue.created", "timestamp": now, "data": {"issue": {
        "id": serial, "project": {"id": lane + 1, "name": plan::project(lane)}, "tracker": {"id": 1, "name": "Bug"},
        "status": {"id": 1, "name": "New", "is_closed": false}, "priority": {"id": 2, "name": "Normal"},
        "author": {"id": 5, "name": people::ANA.name}, "subject": format!("Printer {} burns", written(serial)),
        "description": "Smoke rises.", "is_private": false, "custom_fields": [], "created_on": now, "updated_on": now, "closed_on": null,
    }}})
    .to_string()
}
