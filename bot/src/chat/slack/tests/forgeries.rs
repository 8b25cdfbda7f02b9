//! A million forged requests, and a hundred thousand that were heard before: none is done.

use std::{sync::Arc, thread, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Request},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::{
    chat::slack::{
        inbound,
        signature::{Refusal, verify},
    },
    cli::start,
    config,
    dispatch::run::RunJob,
};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const NOW: i64 = 1_763_690_000;
const FORGERIES: u64 = 1_000_000;
/// Of requests that are too old, and of one that is not.
const STALE: usize = 90_000;
const REPEATED: usize = 10_000;

fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

/// A request as it arrives.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Sent {
    fn genuine(body: &[u8]) -> Sent {
        let timestamp = NOW.to_string();
        Sent { signature: sign(SECRET, &timestamp, body), timestamp, body: body.to_vec() }
    }

    fn is_believed(&self) -> bool {
        let mut headers = HeaderMap::new();
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).expect("no control characters");
        headers.insert("x-slack-request-timestamp", value(&self.timestamp));
        headers.insert("x-slack-signature", value(&self.signature));
        verify(SECRET, &headers, &self.body, Timestamp::from_second(NOW).expect("a time")).is_ok()
    }

    /// Something that is not quite the same.
    fn forged(&self, chance: &mut StdRng) -> Sent {
        let mut sent = self.clone();
        match chance.random_range(0..14) {
            // One bit of the signature.
            0..=2 => {
                let mut digest = hex::decode(&sent.signature[3..]).expect("hexadecimal");
                let at = chance.random_range(0..digest.len());
                digest[at] ^= 1 << chance.random_range(0..8);
                sent.signature = format!("v0={}", hex::encode(digest));
            }
            3 => sent.signature = format!("v0={}", hex::encode(chance.random::<[u8; 32]>())),
            4 => {
                let length = chance.random_range(0..sent.signature.len());
                sent.signature.truncate(length);
            }
            5 => sent.signature.push_str(["0", "00", " ", ",", "v0="][chance.random_range(0..5)]),
            6 => sent.signature = sent.signature.replacen("v0", ["v1", "V0", "", "v0=v0"][chance.random_range(0..4)], 1),
            7 => sent.signature = sent.signature.to_uppercase().replacen("V0", "v0", 1),
            // One bit, one byte more or less of the body.
            8 | 9 => {
                let at = chance.random_range(0..sent.body.len());
                sent.body[at] ^= 1 << chance.random_range(0..8);
            }
            10 => {
                let at = chance.random_range(0..=sent.body.len());
                sent.body.insert(at, chance.random());
            }
            11 => drop(sent.body.remove(chance.random_range(0..sent.body.len()))),
            // Another time within the window, or the same one written in another way.
            12 => sent.timestamp = (NOW + [-1, 1][chance.random_range(0..2)] * chance.random_range(1..=300)).to_string(),
            _ => {
                let forms = [format!("0{NOW}"), format!("+{NOW}"), format!("{NOW}.0"), format!("{NOW}:"), String::new()];
                sent.timestamp = forms[chance.random_range(0..forms.len())].clone();
            }
        }
        sent
    }
}

#[test]
fn of_a_million_forgeries_none_is_believed() {
    let genuine = Sent::genuine(b"team_id=T0DEMO&user_id=U0ANA&command=%2Fredmine&text=42&trigger_id=1.2.x");
    assert!(genuine.is_believed());
    let threads = thread::available_parallelism().map_or(2, usize::from) as u64;
    let believed = thread::scope(|scope| {
        let work = (0..threads).map(|number| {
            let genuine = &genuine;
            scope.spawn(move || {
                let mut chance = StdRng::seed_from_u64(number);
                let forgeries = (0..FORGERIES.div_ceil(threads)).map(|_| genuine.forged(&mut chance));
                // Where chance left everything as it was, it is no forgery.
                forgeries.filter(|it| it != genuine).filter(Sent::is_believed).collect::<Vec<_>>()
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter().flat_map(|it| it.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(believed.is_empty(), "{} were believed, such as {:?}", believed.len(), believed[0]);
}

/// A whole bot, its routes called in place, with the number of commands that it stored.
struct Bot {
    routes: Router,
    app: Arc<crate::app::App>,
    _folder: tempfile::TempDir,
}

impl Bot {
    async fn start() -> Bot {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[server]\npublic_url = \"https://bot.example.org\"\n[store]\nurl = \"sqlite://{}/bellhop.db\"\n\
             [slack]\nsigning_secret = \"{SECRET}\"\nbot_token = \"xoxb-1\"\napi_url = \"http://127.0.0.1:1/api/\"\n",
            folder.path().display()
        );
        let config = config::read(&text, &|_| None).expect("a configuration");
        // No workers: what was accepted stays where it can be counted.
        let (app, chats) = start::assemble(config).await.expect("a bot");
        Bot { routes: start::routes(&app, &chats), app, _folder: folder }
    }

    async fn send(routes: Router, timestamp: i64, body: &'static str) -> u16 {
        let timestamp = timestamp.to_string();
        let request = Request::post("/slack/commands")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-signature", sign(SECRET, &timestamp, body.as_bytes()))
            .header("x-slack-request-timestamp", timestamp)
            .body(Body::from(body));
        routes.oneshot(request.expect("a request")).await.expect("an answer").status().as_u16()
    }

    async fn accepted(&self) -> i64 {
        let counts = self.app.queue.counts().await.expect("the queue answers");
        counts.iter().filter(|it| it.kind == RunJob::KIND).map(|it| it.jobs).sum()
    }
}

const WHOAMI: &str = "team_id=T0DEMO&channel_id=C0OPS&user_id=U0ANA&command=%2Fbellhop&text=whoami&trigger_id=1.2.x";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_thousand_replays_none_is_done_again() {
    let bot = Bot::start().await;
    let mut chance = StdRng::seed_from_u64(4);
    let now = Timestamp::now().as_second();
    assert_eq!(Bot::send(bot.routes.clone(), now, WHOAMI).await, 200);
    assert_eq!(bot.accepted().await, 1);
    let mut under_way = JoinSet::new();
    let mut answers = [0_usize; 2];
    let mut count = |status: u16, is_stale: bool| {
        assert_eq!(status, if is_stale { 401 } else { 200 });
        answers[usize::from(is_stale)] += 1;
    };
    for number in 0..STALE + REPEATED {
        let is_stale = number % (STALE / REPEATED + 1) != 0;
        // Far enough outside that this test may take its time; inside, sent as Slack would sign it anew.
        let away = if is_stale { chance.random_range(600..2_000_000_000_i64).min(now) } else { chance.random_range(0..100) };
        let sent = if is_stale && chance.random() { now.saturating_add(away) } else { now - away };
        let routes = bot.routes.clone();
        under_way.spawn(async move { (Bot::send(routes, sent, WHOAMI).await, is_stale) });
        if under_way.len() >= 128 {
            let (status, is_stale) = under_way.join_next().await.expect("one is under way").expect("no panic");
            count(status, is_stale);
        }
    }
    while let Some(done) = under_way.join_next().await {
        let (status, is_stale) = done.expect("no panic");
        count(status, is_stale);
    }
    assert_eq!(answers, [REPEATED, STALE]);
    assert_eq!(bot.accepted().await, 1, "a replay became work");
}

#[test]
fn a_request_is_believed_for_five_minutes_either_way_and_no_longer() {
    let sent = Sent::genuine(b"text=42");
    let mut headers = HeaderMap::new();
    headers.insert("x-slack-request-timestamp", HeaderValue::from_str(&sent.timestamp).expect("digits"));
    headers.insert("x-slack-signature", HeaderValue::from_str(&sent.signature).expect("hexadecimal"));
    for away in -2000..=2000_i64 {
        let at = Timestamp::from_second(NOW).expect("a time").saturating_add(Duration::from_secs(away.unsigned_abs()));
        let at = if away < 0 { Timestamp::from_second(NOW + away) } else { at }.expect("a time");
        let is_stale = away.abs() > 300;
        let believed = verify(SECRET, &headers, &sent.body, at);
        assert_eq!(matches!(believed, Err(Refusal::Stale(_))), is_stale, "{away} s: {believed:?}");
        assert_eq!(believed.is_ok(), !is_stale);
    }
    const { assert!(inbound::LIMIT == 512 * 1024) };
}
