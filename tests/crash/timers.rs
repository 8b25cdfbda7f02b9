//! Timers under kill -9: alerts by the thousand, each of which pages at once and again after a while unless it is acknowledged.
//!
//! The judge is the log of the far end that is paged: every alert's first page must be there, its second one when it is due, and
//! none after an acknowledgement that was committed. A page that was on its way when the bot died is sent again and says so. With
//! two bots on one PostgreSQL they are killed in turn, and the other one goes on.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use axum::{Router, body::Bytes, extract::State, http::Uri, response::Response, routing::any};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{
    SECRETS,
    people::{self, BEN},
    slack::{TEAM, signature},
};
use tokio::time::Instant;

use crate::{bot::Bot, chance::Chance, database::Database, far_ends::serial_in, far_ends::written, parameters};

const FIRST: &str = "C0FIRST01";
const SECOND: &str = "C0SECOND1";
const SECRET: &str = "the-token-of-the-timers";
/// From an alert's first page to its second.
const WAIT: Duration = Duration::from_secs(20);
/// What was on its way when an acknowledgement was committed may still arrive.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// Of 100 timers 99 fire within this; each does after a restart, within the other.
const LATE: Duration = Duration::from_secs(2);
const LATE_AFTER_A_RESTART: Duration = Duration::from_secs(5);
/// How long all bots live at least between two kills, in milliseconds.
const LEAST_LIFE: u64 = 100;
/// How long the last ones are waited for.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Run<'a> {
    pub binary: &'a Path,
    pub folder: &'a Path,
    pub database: Database,
    pub seed: u64,
    pub timers: u32,
    pub kills: u32,
    /// Alerts a second at most.
    pub rate: u32,
    /// How long all bots live at most between two kills, in milliseconds.
    pub life: u64,
    /// Bots on the database, which are killed in turn.
    pub bots: usize,
}

/// What the far end saw of one alert, all times since the beginning.
#[derive(Clone, Debug, Default)]
struct Seen {
    first: Vec<(Duration, bool)>,
    second: Vec<(Duration, bool)>,
    /// When somebody read that it is acknowledged.
    acknowledged: Option<Duration>,
    /// The number that the bot gave it.
    number: Option<i64>,
}

struct FarEnd {
    began: Instant,
    seen: Mutex<HashMap<u64, Seen>>,
}

pub struct Figures {
    pub timers: usize,
    pub lost: usize,
    pub acknowledged: usize,
    /// Pages after an acknowledgement that was committed.
    pub too_late: usize,
    pub marked: usize,
    /// Of those near which nobody was killed: how many, and how late half of them and all but one in a hundred were.
    pub undisturbed: usize,
    pub p50: Duration,
    pub p99: Duration,
    /// Of all, from when they were due, through as many kills as there were.
    pub p99_of_all: Duration,
    pub worst_of_all: Duration,
    /// From when they were due and the bot that was killed last was back.
    pub worst_after_a_restart: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} timers, {} lost; {} acknowledged in time, {} paged after that; {} pages repeated and saying so; \
             late by {:.2} s (half) and {:.2} s (99 %) of {} near which nobody was killed, by {:.2} s (99 %) and {:.2} s at most of all, \
             by {:.2} s at most after a restart",
            self.timers,
            self.lost,
            self.acknowledged,
            self.too_late,
            self.marked,
            self.p50.as_secs_f64(),
            self.p99.as_secs_f64(),
            self.undisturbed,
            self.p99_of_all.as_secs_f64(),
            self.worst_of_all.as_secs_f64(),
            self.worst_after_a_restart.as_secs_f64()
        )
    }
}

impl Run<'_> {
    /// Does it, and judges: the figures, and what is wrong.
    pub async fn judge(&self) -> anyhow::Result<(Figures, Vec<String>)> {
        let far_end = Arc::new(FarEnd { began: Instant::now(), seen: Mutex::default() });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let slack = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route("/api/{method}", any(call)).route("/response/{serial}", any(answered));
        let router = router.with_state(far_end.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = tests::client();
        let mut bots = Vec::with_capacity(self.bots);
        for nth in 0..self.bots {
            let folder = self.folder.join(format!("timers-{nth}"));
            let mut bot = Bot::configured(self.binary, folder, |listen| self.configuration(listen, &slack))?;
            bot.run(&client).await?;
            bots.push(bot);
        }
        let urls: Vec<String> = bots.iter().map(|it| it.url.clone()).collect();
        let pace = Arc::new(Pace { timers: self.timers, kills: self.kills, killed: AtomicU32::new(0) });
        let firing = tokio::spawn(fire(client.clone(), urls.clone(), pace.clone(), self.rate));
        let acknowledging = tokio::spawn(acknowledge(client.clone(), urls, slack, far_end.clone(), self.seed));
        let mut down: Vec<(Duration, Duration)> = Vec::new();
        let mut chance = Chance::new(self.seed, "timers");
        for nth in 1..=self.kills {
            tokio::time::sleep(chance.millis(LEAST_LIFE..self.life.max(LEAST_LIFE + 1))).await;
            let from = far_end.began.elapsed();
            let bot = &mut bots[nth as usize % self.bots];
            bot.kill().await?;
            bot.run(&client).await?;
            down.push((from, far_end.began.elapsed()));
            pace.killed.store(nth, Ordering::Relaxed);
            if nth % 10 == 0 {
                let paged = far_end.read(|seen| seen.values().filter(|it| !it.second.is_empty()).count());
                println!("{nth} kills in {:.0} s, {paged} second pages", far_end.began.elapsed().as_secs_f64());
            }
        }
        firing.await??;
        let end = Instant::now() + PATIENCE;
        let mut looks = tokio::time::interval(Duration::from_millis(500));
        while far_end.is_outstanding(self.timers) && Instant::now() < end {
            looks.tick().await;
        }
        // What should not come would come within this.
        tokio::time::sleep(UNDER_WAY * 3).await;
        acknowledging.abort();
        for bot in &mut bots {
            bot.stop().await?;
        }
        Ok(far_end.judge(self.timers, &down))
    }

    fn configuration(&self, listen: &str, slack: &str) -> String {
        let store = self.database.url();
        format!(
            "[server]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n[store]\nurl = \"{store}\"\n\
             [secrets]\nkey = \"${{BELLHOP_KEY}}\"\n\
             [slack]\nsigning_secret = \"${{SLACK_SIGNING_SECRET}}\"\nbot_token = \"${{SLACK_BOT_TOKEN}}\"\napi_url = \"{slack}/api/\"\nchannel_rate = 0\n\
             [[escalation]]\nname = \"twice\"\nsteps = [\"slack:{FIRST} wait={}s\", \"slack:{SECOND} wait=1h\"]\n{}",
            WAIT.as_secs(),
            (0..hooks(self.rate)).map(hook).collect::<String>()
        )
    }
}

/// How many sources there are: of more than 25 alerts that one of them reports in a minute, the bot makes one.
fn hooks(rate: u32) -> u32 {
    rate * 60 / 15 + 1
}

fn hook(nth: u32) -> String {
    format!(
        "[[hook]]\nname = \"monitor-{nth}\"\nkind = \"alertmanager\"\nsecret = \"{SECRET}\"\n\
         [[alert_rule]]\nname = \"rule-{nth}\"\nfrom = \"monitor-{nth}\"\nescalation = \"twice\"\n"
    )
}

/// How far the kills are: alerts fire over all of them, so that timers are due at each.
struct Pace {
    timers: u32,
    kills: u32,
    killed: AtomicU32,
}

impl Pace {
    fn is_ahead(&self, serial: u64) -> bool {
        let killed = u64::from(self.killed.load(Ordering::Relaxed));
        killed < u64::from(self.kills) && serial * u64::from(self.kills) > (killed + 1) * u64::from(self.timers)
    }
}

/// Has alerts fire at a steady rate and no faster than the kills go on, each told again until it is taken.
async fn fire(client: reqwest::Client, urls: Vec<String>, pace: Arc<Pace>, rate: u32) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for serial in 1..=u64::from(pace.timers) {
        ticks.tick().await;
        while pace.is_ahead(serial) {
            ticks.tick().await;
        }
        let name = format!("Disk {} is full", written(serial));
        let body = json!({"version": "4", "groupKey": format!("{{}}:{{n=\"{serial}\"}}"), "status": "firing", "receiver": "bellhop",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://alertmanager.example.org",
            "alerts": [{"status": "firing", "labels": {"alertname": name, "severity": "critical"}, "annotations": {},
                "startsAt": "2026-11-21T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": format!("{serial:016x}")}]});
        let (client, urls, hook) = (client.clone(), urls.clone(), serial % u64::from(hooks(rate)));
        tokio::spawn(async move {
            // Whoever does not answer is down: the next time it is told to the other one.
            for url in urls.iter().cycle().skip(serial as usize % urls.len()).take(200) {
                let request = client
                    .post(format!("{url}/hooks/monitor-{hook}"))
                    .bearer_auth(SECRET)
                    .json(&body)
                    .timeout(Duration::from_secs(4));
                if request.send().await.is_ok_and(|it| it.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }
    Ok(())
}

/// Acknowledges every third alert some time before its second page is due.
async fn acknowledge(client: reqwest::Client, urls: Vec<String>, slack: String, far_end: Arc<FarEnd>, seed: u64) {
    let mut chance = Chance::new(seed, "acknowledging");
    let mut asked: HashMap<u64, Instant> = HashMap::new();
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    loop {
        looks.tick().await;
        let now = far_end.began.elapsed();
        let due: Vec<(u64, i64)> = far_end.read(|seen| {
            let is_due = |it: &Seen| it.first.first().is_some_and(|(at, _)| now > *at + WAIT / 2) && it.second.is_empty();
            let open = seen.iter().filter(|(serial, it)| **serial % 3 == 0 && it.acknowledged.is_none() && is_due(it));
            open.filter_map(|(serial, it)| Some((*serial, it.number?))).collect()
        });
        for (serial, number) in due {
            if asked.get(&serial).is_some_and(|it| it.elapsed() < Duration::from_secs(6)) {
                continue;
            }
            asked.insert(serial, Instant::now());
            let url = &urls[chance.below(urls.len() as u64) as usize];
            let body = [
                ("token", "deprecated"),
                ("team_id", TEAM),
                ("team_domain", "example"),
                ("channel_id", "C0COMMAND"),
                ("channel_name", "dev"),
                ("user_id", BEN.slack),
                ("user_name", BEN.login),
                ("command", "/bellhop"),
                ("text", &format!("alert ack {number}")),
                ("api_app_id", "A0BELL001"),
                ("is_enterprise_install", "false"),
                ("response_url", &format!("{slack}/response/{serial}")),
                ("trigger_id", &format!("{serial}.{}.timers", chance.next())),
            ];
            let body = reqwest::Url::parse_with_params("http://form/", body).map(|it| it.query().unwrap_or_default().to_owned());
            let body = body.expect("an address with parameters");
            let secret = SECRETS.iter().find(|(name, _)| *name == "SLACK_SIGNING_SECRET").map_or("", |(_, value)| value);
            let now = Timestamp::now().as_second();
            let request = client
                .post(format!("{url}/slack/commands"))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-slack-request-timestamp", now)
                .header("x-slack-signature", signature(secret, now, &body))
                .timeout(Duration::from_secs(4))
                .body(body);
            // Nobody there: it is typed again.
            tokio::spawn(async move { drop(request.send().await) });
        }
    }
}

async fn answered(State(far_end): State<Arc<FarEnd>>, uri: Uri, body: Bytes) -> &'static str {
    let text = String::from_utf8_lossy(&body);
    let serial = uri.path().rsplit('/').next().and_then(|it| it.parse().ok()).unwrap_or_default();
    // The reply of a command is committed with the command's end, so whoever reads it knows that it is done.
    far_end.answered(serial_in(&text).unwrap_or(serial), &text);
    "ok"
}

async fn call(State(far_end): State<Arc<FarEnd>>, uri: Uri, body: Bytes) -> Response {
    let given = parameters(&uri, &body);
    let method = uri.path().rsplit('/').next().unwrap_or_default();
    let answer = match method {
        "auth.test" => json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop",
            "team_id": TEAM, "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "is_enterprise_install": false}),
        "users.info" => match people::ALL.iter().find(|it| given["user"] == it.slack) {
            Some(person) => json!({"ok": true, "user": {"id": person.slack, "team_id": TEAM, "name": person.login,
                "deleted": false, "real_name": person.name, "is_admin": false, "is_owner": false, "is_bot": false,
                "profile": {"real_name": person.name, "display_name": person.login, "email": person.email}}}),
            None => json!({"ok": false, "error": "user_not_found"}),
        },
        "chat.postMessage" => {
            far_end.posted(&given, &String::from_utf8_lossy(&body));
            let now = Timestamp::now();
            let ts = format!("{}.{:06}", now.as_second(), now.subsec_microsecond());
            json!({"ok": true, "channel": given["channel"], "ts": ts, "message": {"type": "message", "subtype": "bot_message",
                "text": given["text"], "ts": ts, "user": "U0BOT0001", "bot_id": "B0BOT0001"}})
        }
        "chat.postEphemeral" => {
            let raw = String::from_utf8_lossy(&body);
            far_end.answered(serial_in(&raw).unwrap_or_default(), &raw);
            json!({"ok": true, "message_ts": "1795218500.000001"})
        }
        "conversations.history" | "conversations.replies" => json!({"ok": true, "messages": [], "has_more": false}),
        _ => json!({"ok": true}),
    };
    axum::response::IntoResponse::into_response(axum::Json(answer))
}

impl FarEnd {
    fn read<T>(&self, look: impl FnOnce(&HashMap<u64, Seen>) -> T) -> T {
        look(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, serial: u64, write: impl FnOnce(&mut Seen, Duration)) {
        let now = self.began.elapsed();
        write(self.seen.lock().unwrap_or_else(PoisonError::into_inner).entry(serial).or_default(), now);
    }

    /// What somebody reads who acknowledged: it is committed with the command's end, or was before.
    fn answered(&self, serial: u64, text: &str) {
        if text.contains("is yours") {
            self.note(serial, |it, now| it.acknowledged = it.acknowledged.or(Some(now)));
        }
    }

    fn posted(&self, given: &Value, raw: &str) {
        let Some(serial) = serial_in(raw) else { return };
        let is_marked = raw.contains("Perhaps a repeat");
        let number = raw
            .split("alert ack ")
            .nth(1)
            .and_then(|it| it.split(|it: char| !it.is_ascii_digit()).next().and_then(|it| it.parse::<i64>().ok()));
        self.note(serial, |it, now| {
            it.number = it.number.or(number);
            match given["channel"].as_str() {
                Some(FIRST) => it.first.push((now, is_marked)),
                Some(SECOND) => it.second.push((now, is_marked)),
                _ => {}
            }
        });
    }

    fn is_outstanding(&self, timers: u32) -> bool {
        self.read(|seen| {
            (1..=u64::from(timers)).any(|it| seen.get(&it).is_none_or(|it| it.second.is_empty() && it.acknowledged.is_none()))
        })
    }

    fn judge(&self, timers: u32, down: &[(Duration, Duration)]) -> (Figures, Vec<String>) {
        let mut faults = Vec::new();
        let (mut late, mut all, mut around) = (Vec::new(), Vec::new(), Duration::ZERO);
        let (mut lost, mut acknowledged, mut too_late, mut marked) = (0, 0, 0, 0);
        self.read(|seen| {
            for serial in 1..=u64::from(timers) {
                let Some(it) = seen.get(&serial).filter(|it| !it.first.is_empty()) else {
                    lost += 1;
                    faults.push(format!("alert {serial} was never paged"));
                    continue;
                };
                for pages in [&it.first, &it.second] {
                    marked += pages.iter().filter(|(_, is_marked)| *is_marked).count();
                    if pages.iter().filter(|(_, is_marked)| !is_marked).count() > 1 {
                        faults.push(format!("alert {serial} was paged twice in one step without saying so: {it:?}"));
                    }
                }
                if let Some(at) = it.acknowledged {
                    acknowledged += 1;
                    if let Some((page, _)) = it.second.iter().find(|(page, _)| *page > at + UNDER_WAY) {
                        too_late += 1;
                        faults.push(format!("alert {serial} was paged at {page:?}, acknowledged at {at:?}"));
                    }
                }
                let Some((second, _)) = it.second.first() else {
                    if it.acknowledged.is_none() {
                        lost += 1;
                        faults.push(format!("the timer of alert {serial} was lost: {it:?}"));
                    }
                    continue;
                };
                let due = it.first[0].0 + WAIT;
                all.push(second.saturating_sub(due));
                // Of several kills the last one counts: what was under way then begins anew.
                let is_near = |(from, to): &&(Duration, Duration)| *from <= *second && due <= *to + LATE_AFTER_A_RESTART;
                match down.iter().rfind(is_near) {
                    None => late.push(second.saturating_sub(due)),
                    Some((_, back)) => {
                        let by = second.saturating_sub(due.max(*back));
                        around = around.max(by);
                        if by > LATE_AFTER_A_RESTART {
                            faults.push(format!("the timer of alert {serial} fired {by:?} after the restart"));
                        }
                    }
                }
            }
        });
        late.sort_unstable();
        all.sort_unstable();
        let (p50, p99) = (share(&late, 50), share(&late, 99));
        if p99 > LATE {
            faults.push(format!("of 100 timers one fires later than {p99:?}"));
        }
        let figures = Figures {
            timers: timers as usize,
            lost,
            acknowledged,
            too_late,
            marked,
            undisturbed: late.len(),
            p50,
            p99,
            p99_of_all: share(&all, 99),
            worst_of_all: share(&all, 100),
            worst_after_a_restart: around,
        };
        (figures, faults)
    }
}

/// How much so many in a hundred of them are at most.
fn share(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}

/// Prints the verdict; whether nothing is wrong.
pub async fn run(run: Run<'_>) -> anyhow::Result<bool> {
    ensure!(run.timers > 0, "--timers must be at least 1");
    let kills = run.kills;
    let began = Instant::now();
    let (figures, faults) = run.judge().await.context("timers")?;
    println!("{kills} kills in {:.0} s: {figures}", began.elapsed().as_secs_f64());
    for fault in faults.iter().take(10) {
        println!("{fault}");
    }
    if faults.len() > 10 {
        println!("… and {} more faults", faults.len() - 10);
    }
    // A run in which nobody could acknowledge shows half of it.
    ensure!(figures.acknowledged > 0 || figures.timers < 3, "nobody acknowledged anything");
    Ok(faults.is_empty())
}
