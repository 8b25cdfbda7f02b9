//! A storm: ten thousand alerts within a minute, from one monitor, as when a data centre goes. Somebody is paged at once and is not
//! drowned, the channel reads one digest instead of ten thousand cards, nothing is lost, and the bot stays small.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::{Connection as _, PgConnection, Row, SqliteConnection};
use tests::slack::TEAM;

use crate::{
    Bench,
    far_ends::{digested, lock, text_of},
    folder_on_disk,
    http1::{self, Answer, FarEnd, Reply, Request, find},
    limits::Limits,
    load::{self, Fate, Requests},
    options::Database,
    process::{Bellhop, HOOK_SECRET, Setup},
};

/// Alerts a second: for a minute, ten thousand and a few.
const RATE: u32 = 167;
/// Where people are paged, and where the cards stand.
const PAGED: &str = "C0PAGED01";
const CARDS: &str = "C0CARDS01";
/// The bot makes one alert of what comes after so many in a minute, so so many and one are paged.
const STORM: usize = 25;
/// Longer than any goal: past this something was lost.
const LONGEST: Duration = Duration::from_secs(180);
/// Nothing comes any more when nothing came for so long.
const QUIET: Duration = Duration::from_secs(15);

/// A Slack that says what it was sent, in the order in which it came.
#[derive(Default)]
struct Slack {
    posts: Mutex<Vec<Posted>>,
    limits: Mutex<Limits>,
}

#[derive(Clone, Copy)]
struct Posted {
    at: Instant,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page,
    /// Below a card.
    Story,
    Card,
    Digest,
    Edit,
}

impl Slack {
    fn note(&self, kind: Kind) {
        lock(&self.posts).push(Posted { at: Instant::now(), kind });
    }

    fn all(&self, kind: Kind) -> Vec<Instant> {
        lock(&self.posts).iter().filter(|it| it.kind == kind).map(|it| it.at).collect()
    }

    fn last(&self) -> Option<Instant> {
        lock(&self.posts).last().map(|it| it.at)
    }
}

fn kind_of(channel: &str, body: &[u8]) -> Kind {
    if channel == PAGED {
        Kind::Page
    } else if digested(body).is_some() {
        Kind::Digest
    } else if find(body, b"\"thread_ts\"").is_some() {
        Kind::Story
    } else {
        Kind::Card
    }
}

impl FarEnd for Slack {
    fn answer(&self, request: &Request<'_>) -> Reply {
        let body = request.body;
        let path = request.target.split('?').next().unwrap_or_default();
        match path {
            "/api/chat.postMessage" => {
                let channel = text_of(body, b"\"channel\":\"").unwrap_or("?");
                lock(&self.limits).post(channel, Instant::now());
                self.note(kind_of(channel, body));
                let ts = format!("1795218500.{:06}", lock(&self.posts).len());
                Reply::ok(format!(r#"{{"ok":true,"channel":"{channel}","ts":"{ts}","message":{{"ts":"{ts}"}}}}"#))
            }
            "/api/chat.update" => {
                self.note(Kind::Edit);
                Reply::ok(r#"{"ok":true,"channel":"C0CARDS01","ts":"1795218500.000001","text":""}"#)
            }
            "/api/auth.test" => Reply::ok(
                json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop", "team_id": TEAM,
                    "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "is_enterprise_install": false})
                .to_string(),
            ),
            _ => Reply::ok(r#"{"ok":false,"error":"unknown_method"}"#),
        }
    }
}

/// What Alertmanager sends of alerts that have nothing in common but their source.
struct Alerts {
    address: SocketAddr,
}

impl Requests for Alerts {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn request(&self, serial: u64) -> Vec<u8> {
        let body = json!({"version": "4", "groupKey": format!("{{}}:{{n=\"{serial}\"}}"), "status": "firing", "receiver": "bellhop",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://alertmanager.example.org",
            "alerts": [{"status": "firing",
                "labels": {"alertname": format!("Service{serial}Down"), "instance": format!("host{serial}"), "severity": "critical"},
                "annotations": {"summary": format!("Service {serial} does not answer")}, "startsAt": "2026-11-21T09:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": format!("{serial:016x}")}]})
        .to_string();
        format!(
            "POST /hooks/monitoring HTTP/1.1\r\nhost: bellhop\r\nauthorization: Bearer {HOOK_SECRET}\r\n\
             content-type: application/json\r\nuser-agent: Alertmanager/0.31\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn is_accepted(&self, answer: Answer) -> bool {
        answer.status == 200
    }
}

fn configuration(listen: &str, store: &str, slack: &str) -> String {
    format!(
        "[server]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n[store]\nurl = \"{store}\"\n[secrets]\nkey = \"${{BELLHOP_KEY}}\"\n\
         [slack]\nsigning_secret = \"${{SLACK_SIGNING_SECRET}}\"\nbot_token = \"${{SLACK_BOT_TOKEN}}\"\napi_url = \"{slack}/api/\"\n\
         [[hook]]\nname = \"monitoring\"\nkind = \"alertmanager\"\nsecret = \"{HOOK_SECRET}\"\nrate = 0\n\
         [[escalation]]\nname = \"oncall\"\nsteps = [\"slack:{PAGED} wait=1h\"]\n\
         [[alert_rule]]\nname = \"all\"\nfrom = \"monitoring\"\nto = \"slack:{CARDS}\"\nescalation = \"oncall\"\n"
    )
}

pub async fn measure(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (folder, slack) = (folder_on_disk(&bench.binary)?, Arc::new(Slack::default()));
    let url = format!("http://{}", http1::serve(slack.clone()).await?);
    let store = database.make(folder.path()).await?;
    let core = bench.options.cores.of_bot();
    let setup =
        Setup { binary: &bench.binary, folder: folder.path(), store: &store, connections: 0, hooks: 0, channel_rate: 1.0, core };
    let bellhop = Bellhop::configured(&setup, |listen| configuration(listen, &store, &url))?;
    bellhop.ready().await?;
    let requests = Arc::new(Alerts { address: bellhop.address });
    let small = bellhop.memory()?;
    let (began, during) = (Instant::now(), bench.options.seconds(60));
    eprintln!("a storm of alerts on {}: {RATE} a second for {} s", database.name(), during.as_secs());
    let telling = tokio::spawn(tell(slack.clone(), began));
    let shots = load::open(&requests, 1_000_000, RATE, during).await;
    let accepted = shots.accepted().len();
    let sent = Instant::now();
    let mut known = 0;
    while known < accepted && sent.elapsed() < LONGEST {
        tokio::time::sleep(Duration::from_millis(500)).await;
        known = instances(database, folder.path(), &store).await?;
    }
    let taken = sent.elapsed();
    eprintln!("all are sent; waiting until nothing was posted for {} s", QUIET.as_secs());
    while slack.last().is_none_or(|it| it.elapsed() < QUIET) && sent.elapsed() < LONGEST {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    telling.abort();

    let (figures, name) = (&mut bench.figures, database.name());
    let seconds = |at: Option<&Instant>| at.map_or(f64::NAN, |it| it.duration_since(began).as_secs_f64());
    let (pages, digests, cards) = (slack.all(Kind::Page), slack.all(Kind::Digest), slack.all(Kind::Card));
    let limits = std::mem::take(&mut *lock(&slack.limits));
    figures.exactly(&format!("Storm of alerts on {name}: alerts accepted"), accepted, shots.0.len());
    for shot in shots.0.iter().filter(|it| it.fate != Fate::Accepted).take(5) {
        let at = shot.due.duration_since(began).as_secs_f64();
        eprintln!("  one that was due after {at:.1} s was not, after {:?}: {:?}", shot.answered - shot.due, shot.fate);
    }
    figures.exactly("… that the bot knows in the end", known, accepted);
    figures.figure("… time after the last until all are taken", taken.as_secs_f64(), "s");
    figures.goal("… first alert to first page", seconds(pages.first()), 2.0, "s");
    figures.exactly("… pages", pages.len(), STORM + 1);
    figures.figure("… first alert to last page", seconds(pages.last()), "s");
    // A channel takes a post a second: whoever waits for a card has waited no longer for a page.
    figures.at_most("… cards posted before the first page", before(&cards, pages.first()) as f64, 1.0, "");
    figures.figure("… cards posted one by one", cards.len() as f64, "");
    figures.at_most("… digests", digests.len() as f64, 1.0, "");
    figures.figure("… lines in threads", slack.all(Kind::Story).len() as f64, "");
    figures.figure("… edits of cards and pages", slack.all(Kind::Edit).len() as f64, "");
    figures.exactly("… posts over a channel's limit", limits.over_channel, 0);
    figures.exactly("… posts over the workspace's limit", limits.over_workspace, 0);
    figures.figure("… posts", limits.posts as f64, "");
    figures.figure("… resident memory before it", small, "MB");
    figures.at_most("… resident memory at most", bellhop.most_memory()?, 150.0, "MB");
    bellhop.end().await
}

/// Says how it goes: a minute is long.
async fn tell(slack: Arc<Slack>, began: Instant) {
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let count = |kind| slack.all(kind).len();
        eprintln!(
            "  after {:.0} s: {} pages, {} cards, {} digests, {} lines, {} edits",
            began.elapsed().as_secs_f64(),
            count(Kind::Page),
            count(Kind::Card),
            count(Kind::Digest),
            count(Kind::Story),
            count(Kind::Edit)
        );
    }
}

fn before(all: &[Instant], then: Option<&Instant>) -> usize {
    all.iter().filter(|it| then.is_none_or(|then| *it < then)).count()
}

/// How many different things fire, as the bot's database has it.
async fn instances(database: Database, folder: &std::path::Path, store: &str) -> anyhow::Result<usize> {
    const COUNT: &str = "SELECT COUNT(*) FROM alert_instance WHERE is_firing = 1";
    let count: i64 = match database {
        Database::Sqlite => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("bellhop.db")).read_only(true);
            let mut connection = SqliteConnection::connect_with(&options).await?;
            sqlx::query(COUNT).fetch_one(&mut connection).await?.try_get(0)?
        }
        Database::Postgres => {
            let mut connection = PgConnection::connect(store).await?;
            sqlx::query(COUNT).fetch_one(&mut connection).await?.try_get(0)?
        }
    };
    Ok(usize::try_from(count)?)
}
