//! What goes down is told once, with all that it explains, and so is its return; jobs elsewhere that fall silent are told; and when the
//! bot itself cannot work, it stops calling who watches it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::any};
use connectors::standin::Fault;
use serde_json::Value;
use tests::{
    CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, PATIENCE, Recorded},
    slack::DIRECT,
};

/// A bot that checks often, with a wiki that needs Redmine, and somebody outside who hears what it reports of itself.
struct World {
    bot: TestBot,
    outside: FarEnd,
}

impl World {
    async fn new() -> World {
        let outside = FarEnd::serve("", Router::new().fallback(any(async || StatusCode::NO_CONTENT))).await;
        let url = outside.url();
        let config: toml::Table = format!(
            "[health]\nevery = \"10s\"\n\
             [deadman]\nurl = \"{url}/ping/canary-deadman\"\nevery = \"1s\"\n\
             [alerts]\nto = \"slack:#dev\"\n\
             [[connection]]\nname = \"outside\"\nkind = \"webhook\"\nurl = \"{url}/events\"\nprivate = true\n\
             secret = \"whsec_YSBrZXkgb2YgMzIgYnl0ZXMsIGFzIGl0IHNob3VsZCE=\"\n\
             [[subscription]]\nfrom = \"bellhop\"\nto = \"webhook:outside\"\n"
        )
        .parse()
        .expect("a configuration");
        let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| {
            for (key, value) in config {
                match (it.get_mut(&key), value) {
                    (Some(toml::Value::Array(known)), toml::Value::Array(more)) => known.extend(more),
                    (_, value) => drop(it.insert(key, value)),
                }
            }
            let connections = it["connection"].as_array_mut().expect("connections");
            let mut wiki = connections[0].as_table().expect("Redmine").clone();
            wiki.insert("name".into(), "wiki".into());
            wiki.insert("needs".into(), vec!["redmine"].into());
            connections.push(wiki.into());
        })
        .await;
        World { bot, outside }
    }

    async fn told(&self, kind: &'static str) -> Recorded {
        self.outside.next(kind, is_of(kind)).await
    }

    async fn shows(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut looks = tokio::time::interval(Duration::from_millis(250));
        let looking = async {
            loop {
                looks.tick().await;
                let report = self.bot.get(path).await.json();
                if wanted(&report) {
                    return report;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(report) => report,
            Err(_) => panic!("{path} never showed it: {}", self.bot.get(path).await.body),
        }
    }
}

fn is_of(kind: &'static str) -> impl Fn(&Recorded) -> bool {
    move |it| it.fields()["type"] == kind
}

fn text(told: &Recorded) -> String {
    told.fields()["data"]["text"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_system_that_goes_down_is_told_once_with_what_it_explains_and_when_it_is_back() {
    let mut world = World::new().await;
    let report = world.shows("/health/wiki", |it| it["status"] == "ok").await;
    assert_eq!((report["score"].as_u64(), report["trend"].as_str()), (Some(100), Some("steady")), "{report}");
    world.bot.redmine.server().set(Fault::Down).await;
    let failed = world.told("health.failed").await;
    assert_eq!(failed.fields()["data"]["object"]["key"], "redmine", "{failed:?}");
    assert!(text(&failed).contains("Redmine cannot be reached"), "{}", text(&failed));
    let wiki = world.shows("/health/wiki", |it| it["explained_by"] == "redmine").await;
    assert_eq!(wiki["status"], "failing", "{wiki}");
    assert!(wiki["score"].as_u64().is_some_and(|it| it <= 20), "{wiki}");

    world.bot.redmine.server().set(Fault::None).await;
    let recovered = world.told("health.recovered").await;
    assert_eq!(recovered.fields()["data"]["object"]["key"], "redmine", "{recovered:?}");
    assert!(text(&recovered).starts_with("It was failed for "), "{}", text(&recovered));
    world.shows("/health/wiki", |it| it["counts_as"] == "ok" && it["explained_by"].is_null()).await;
    let of_both = |kind| {
        let told =
            world.outside.requests().into_iter().filter(is_of(kind)).map(|it| it.fields()["data"]["object"]["key"].clone());
        told.filter(|it| it == "redmine" || it == "wiki").collect::<Vec<_>>()
    };
    assert_eq!(of_both("health.failed"), ["redmine"], "one failure, one message");
    assert_eq!(of_both("health.recovered"), ["redmine"]);

    // And people can ask.
    world.bot.slack_command(CHLOE, "/bellhop health wiki").await.accepted();
    let shown = world.bot.slack.post("What the score is made of").await;
    assert!(shown.text.contains("all checks passed"), "{}", shown.text);
}

#[tokio::test]
async fn without_a_place_for_them_administrators_hear_of_it_directly() {
    let mut bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| {
        it.insert("health".into(), toml::toml! { every = "10s" }.into());
    })
    .await;
    bot.redmine.server().set(Fault::Down).await;
    let told = bot.slack.post("Redmine cannot be reached").await;
    assert_eq!(told.channel.as_deref(), Some(DIRECT), "{told:?}");
    let opened = |it: &Recorded| it.path() == "/api/conversations.open" && it.body.contains(CHLOE.slack);
    assert_eq!(bot.slack.far_end.count(opened), 1, "Chloe administers the workspace, and nobody else does");
    bot.redmine.server().set(Fault::None).await;
    bot.slack.post("It was failed for").await;
}

#[tokio::test]
async fn a_job_elsewhere_that_falls_silent_is_told_and_so_is_its_return() {
    let world = World::new().await;
    world.bot.slack_command(CHLOE, "/bellhop heartbeat add backup every=2s grace=1s").await.accepted();
    let shown = world.bot.slack.post("In a crontab").await;
    assert_eq!(shown.channel.as_deref(), Some(DIRECT), "who has its address can keep it quiet: {}", shown.text);
    world.bot.slack_command(CHLOE, "/bellhop heartbeat show backup").await.accepted();
    let again = world.bot.slack.post("Grace").await;
    assert!(!again.text.contains("/heartbeats/"), "it is shown once: {}", again.text);
    let path = shown.text.split_once("/heartbeats/").expect("an address").1;
    let token: String = path.chars().take_while(char::is_ascii_alphanumeric).collect();
    let beat = async |more: &str| {
        let url = format!("http://{}/heartbeats/{token}{more}", world.bot.address());
        let answer = world.bot.client.post(url).body("12 GB in 90 s").send().await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!(beat("").await, 200);
    assert_eq!(beat("/soon").await, 404);
    let missed = world.told("heartbeat.missed").await;
    assert_eq!(missed.fields()["data"]["object"]["key"], "backup");
    assert_eq!(beat("/0").await, 200);
    let back = world.told("heartbeat.recovered").await;
    assert!(text(&back).starts_with("It was missed for "), "{}", text(&back));
    assert_eq!(beat("/7").await, 200);
    let failed = world.told("heartbeat.failed").await;
    assert!(text(&failed).contains("exit code 7") && text(&failed).contains("12 GB in 90 s"), "{}", text(&failed));
    world.bot.slack_command(CHLOE, "/bellhop heartbeat delete backup").await.accepted();
    world.bot.slack.post("Take its line out of the crontab").await;
    assert_eq!(beat("").await, 404);
}

/// Another process that holds the database, so that nothing can be written.
struct Held(Child);

impl Held {
    fn hold(world: &World) -> Held {
        let script = "import sqlite3, sys\n\
                      it = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)\n\
                      it.execute('BEGIN IMMEDIATE')\n\
                      print('held', flush=True)\n\
                      sys.stdin.read()\n";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(world.bot.folder().join("bellhop.db"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3, which tests/run needs as well");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "held");
        Held(child)
    }

    fn let_go(mut self) {
        drop(self.0.stdin.take());
        self.0.wait().expect("it ends");
    }
}

#[tokio::test]
async fn who_watches_the_bot_hears_nothing_while_its_database_takes_nothing() {
    let world = World::new().await;
    let ping = |it: &Recorded| it.path() == "/ping/canary-deadman";
    world.outside.next("a call", ping).await;
    let mut looks = tokio::time::interval(Duration::from_millis(250));
    let pressed = async {
        while !world.bot.get("/metrics").await.body.contains("bellhop_deadman_ok 1") {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, pressed).await.expect("it says that it called");
    let held = Held::hold(&world);
    let silent = async {
        while !world.bot.get("/metrics").await.body.contains("bellhop_deadman_ok 0") {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, silent).await.expect("it notices");
    let before = world.outside.count(ping);
    // Several turns later, nobody was called: its log says that it tried.
    let tries = world.bot.log().matches("The dead man's switch is not pressed").count();
    let again = async {
        while world.bot.log().matches("The dead man's switch is not pressed").count() < tries + 1 {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("it goes on");
    assert_eq!(world.outside.count(ping), before);
    assert!(!world.bot.log().contains("canary-deadman"), "its address is a secret");
    held.let_go();
    let called = async {
        while world.outside.count(ping) == before {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, called).await.expect("it is called again");
}
