//! Events that flow through the bot into many channels, of which some are in trouble.
//!
//! Each channel has a hook of its own, so that nothing but the bot's workers and the chat is shared.
//! Between the bot and each far end stands a [`Proxy`].

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{Database, Redmine, TestBot, far_end::FarEnd, far_end::Recorded, form_pairs, proxy::Proxy};

const TOKEN: &str = "canary-0c44-hook-token";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    Slack,
    Zulip,
}

impl Chat {
    pub fn name(self) -> &'static str {
        match self {
            Chat::Slack => "slack",
            Chat::Zulip => "zulip",
        }
    }
}

/// A channel of Slack's, or a topic of Zulip's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    pub chat: Chat,
    pub number: usize,
}

impl Channel {
    /// Its name in the chat, which stands in every request that posts to it and in no other.
    pub fn name(self) -> String {
        match self.chat {
            Chat::Slack => format!("C0LANE{:04}", self.number),
            Chat::Zulip => format!("lane-{:04}", self.number),
        }
    }

    fn hook(self) -> String {
        format!("{}-{}", self.chat.name(), self.number)
    }

    fn destination(self) -> String {
        match self.chat {
            Chat::Slack => format!("slack:{}", self.name()),
            Chat::Zulip => format!("zulip:dev>{}", self.name()),
        }
    }
}

/// The channel that a request posts to.
pub fn posted_to(request: &Recorded) -> Option<Channel> {
    // Where it goes, not what it says: a note to an administrator names the channel that it is about.
    let (chat, to, name) = match request.path() {
        "/api/chat.postMessage" => (Chat::Slack, "channel", "C0LANE"),
        "/api/v1/messages" if request.method == "POST" => (Chat::Zulip, "topic", "lane-"),
        _ => return None,
    };
    let to = match serde_json::from_str::<Value>(&request.body) {
        Ok(fields) => fields[to].as_str().map(str::to_owned),
        Err(_) => form_pairs(&request.body).into_iter().find(|(field, _)| field == to).map(|(_, value)| value),
    };
    Some(Channel { chat, number: to?.strip_prefix(name)?.parse().ok()? })
}

/// The bot, its channels and the proxies.
pub struct Flow {
    pub bot: TestBot,
    pub slack: Proxy,
    pub zulip: Proxy,
    pub redmine: Proxy,
    serial: AtomicU64,
}

/// A message that the bot has accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub channel: Channel,
    pub subject: String,
    pub at: Instant,
}

/// How long messages took, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    pub median: f64,
    pub p99: f64,
    pub worst: f64,
}

impl Flow {
    /// A bot that reports to these channels.
    pub async fn start(channels: &[Channel]) -> Flow {
        let mut proxies = Vec::new();
        let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
            let addresses = [("slack", "api_url"), ("zulip", "site")];
            proxies.extend(addresses.map(|(section, key)| Proxy::before(&mut config[section][key])));
            proxies.push(Proxy::before(&mut config["connection"][0]["url"]));
            let table = |pairs: &[(&str, String)]| -> toml::Table {
                pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone().into())).collect()
            };
            let hook = |it: &Channel| table(&[("name", it.hook()), ("kind", "redmine".into()), ("secret", TOKEN.into())]);
            let subscription = |it: &Channel| table(&[("from", it.hook()), ("to", it.destination())]);
            config.insert("hook".into(), channels.iter().map(hook).collect::<Vec<_>>().into());
            config.insert("subscription".into(), channels.iter().map(subscription).collect::<Vec<_>>().into());
        });
        let mut bot = bot.await;
        let [slack, zulip, redmine] = proxies.try_into().ok().expect("three proxies");
        bot.slack.answers_at = slack.url();
        Flow { bot, slack, zulip, redmine, serial: AtomicU64::new(1) }
    }

    /// The proxy before a chat.
    pub fn proxy(&self, chat: Chat) -> &Proxy {
        match chat {
            Chat::Slack => &self.slack,
            Chat::Zulip => &self.zulip,
        }
    }

    /// The chat itself.
    pub fn far_end(&self, chat: Chat) -> &FarEnd {
        match chat {
            Chat::Slack => &self.bot.slack.far_end,
            Chat::Zulip => &self.bot.zulip.far_end,
        }
    }

    /// An issue was created, and a channel is to hear of it.
    pub async fn report(&self, channel: Channel, subject: &str) -> Accepted {
        let number = self.serial.fetch_add(1, Ordering::Relaxed);
        let body = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": number, "subject": subject,
            "project": {"id": 1, "name": "Demo"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
        self.bot.hook(&channel.hook(), TOKEN, &body).await.accepted();
        Accepted { channel, subject: subject.to_owned(), at: Instant::now() }
    }

    /// The next such message that reaches a channel.
    pub async fn hears(&self, channel: Channel, subject: &str) -> Recorded {
        let wanted = |it: &Recorded| posted_to(it) == Some(channel) && says(it, subject);
        self.far_end(channel.chat).next(&format!("{subject:?} in {}", channel.name()), wanted).await
    }

    /// The copies of a message that reached a channel: those that look like the first, and those that say they may be a
    /// repeat.
    pub fn copies(&self, channel: Channel, subject: &str) -> (usize, usize) {
        let of = |it: &Recorded| posted_to(it) == Some(channel) && says(it, subject);
        let all = self.far_end(channel.chat).count(of);
        let marked = self.far_end(channel.chat).count(|it| of(it) && says(it, "Perhaps a repeat"));
        (all - marked, marked)
    }

    /// Reports to each channel `rate` times a second for a while, at fixed times, whatever becomes of those before.
    pub async fn steady(&self, channels: &[Channel], duration: Duration, rate: f64) -> Vec<Accepted> {
        let rounds = (duration.as_secs_f64() * rate) as usize;
        let start = Instant::now();
        let turn = |round: usize| async move {
            tokio::time::sleep_until(start + Duration::from_secs_f64(round as f64 / rate)).await;
            let reports = channels.iter().map(|channel| async move { self.report(*channel, &format!("Event {round:03}")).await });
            futures::future::join_all(reports).await
        };
        futures::future::join_all((0..rounds).map(turn)).await.into_iter().flatten().collect()
    }

    /// How long these took from their acceptance to the request that posts them; all of them must be there.
    pub fn latency(&self, accepted: &[Accepted]) -> Latency {
        let mut posted: HashMap<(Channel, String), Instant> = HashMap::new();
        for arrival in [&self.slack, &self.zulip].into_iter().flat_map(Proxy::arrivals).filter(|it| it.met.is_none()) {
            if let Some(channel) = posted_to(&arrival.request)
                && let Some(number) = plain(&arrival.request).split_once("Event ").and_then(|it| it.1.get(..3).map(str::to_owned))
            {
                posted.entry((channel, format!("Event {number}"))).or_insert(arrival.at);
            }
        }
        let took = |it: &Accepted| {
            let at = posted.get(&(it.channel, it.subject.clone())).unwrap_or_else(|| panic!("{it:?} was not posted"));
            // One that was posted before its sender heard that it was accepted took no time.
            at.saturating_duration_since(it.at).as_secs_f64()
        };
        let mut all: Vec<f64> = accepted.iter().map(took).collect();
        all.sort_by(f64::total_cmp);
        let rank = |percent: f64| all[((percent * all.len() as f64).ceil() as usize).clamp(1, all.len()) - 1];
        Latency { median: rank(0.5), p99: rank(0.99), worst: rank(1.0) }
    }
}

fn says(request: &Recorded, text: &str) -> bool {
    plain(request).contains(text)
}

/// The body, with a form's escapes undone.
fn plain(request: &Recorded) -> Cow<'_, str> {
    match request.body.starts_with('{') {
        true => request.body.as_str().into(),
        false => form_pairs(&request.body).into_iter().map(|(_, value)| value + "\n").collect(),
    }
}
