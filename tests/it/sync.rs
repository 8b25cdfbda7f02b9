//! Tasks of two systems that are kept the same, by people who see it in chat.

use std::{sync::Arc, time::Duration};

use connectors::standin::Server;
use serde_json::Value;
use tests::{ANA, CHLOE, Database, Redmine, TestBot};

/// Two simulated trackers, and a bot that is connected to both as `one` and `two`.
struct Trackers {
    bot: TestBot,
    one: Server,
    two: Server,
}

async fn tracker(kind: &str) -> Server {
    let kind = connectors::find(kind).expect("a connector");
    Server::start(Arc::from((kind.standin)()), 0).await.expect("a free port")
}

async fn trackers(kinds: [&str; 2], database: Database) -> Trackers {
    let (one, two) = (tracker(kinds[0]).await, tracker(kinds[1]).await);
    let connection = |name: &str, kind: &str, server: &Server| {
        let mut table = toml::Table::try_from(server.standin().connection(&server.url())).expect("settings are a table");
        table.insert("name".into(), name.into());
        table.insert("kind".into(), kind.into());
        table.insert("rate".into(), 0.into());
        toml::Value::Table(table)
    };
    let added = [connection("one", kinds[0], &one), connection("two", kinds[1], &two)];
    let bot = TestBot::configured(Redmine::standin().await, database, |config| {
        config["connection"].as_array_mut().expect("connections").extend(added);
    })
    .await;
    Trackers { bot, one, two }
}

/// The rows of a tracker's panel that hold this text.
fn rows(server: &Server, text: &str) -> Vec<String> {
    let panel = server.standin().panel();
    panel.rows.iter().map(|it| Value::from(it.clone()).to_string()).filter(|it| it.contains(text)).collect()
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..1200 {
        looks.tick().await;
        if is_so() {
            return;
        }
    }
    panic!("{what} never came about");
}

impl Trackers {
    async fn begin(&self, line: &str) {
        self.bot.slack_command(CHLOE, &format!("/bellhop sync add apollo {line} every=15")).await.accepted();
        let proposal = self.bot.slack.post("would be, on the other side").await;
        assert!(proposal.text.contains("subject = subject"), "{}", proposal.text);
        self.bot.slack_press(CHLOE, &proposal, "Start").await.accepted();
        self.bot.slack.post("are kept the same from now on").await;
    }

    /// Looks now instead of in a while.
    async fn look(&self) {
        self.bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    }

    /// A person does something in a tracker.
    async fn done(&self, line: &str, told: &str) {
        self.bot.slack_command(ANA, line).await.accepted();
        self.bot.slack.post(told).await;
    }
}

async fn both_ways(database: Database) {
    let trackers = trackers(["redmine", "redmine"], database).await;
    let Trackers { bot, one, two } = &trackers;
    trackers.done("/one issue create Printer on fire project=demo", "Printer on fire").await;
    trackers.begin("one:demo two:apollo").await;
    until("the issue is on the other side", || rows(two, "Printer on fire").len() == 1).await;
    assert!(rows(two, "Printer on fire")[0].contains("apollo"));

    // A change on either side goes to the other, and comes to rest.
    trackers.done("/two issue create Water is missing project=apollo", "Water is missing").await;
    until("the other issue is here", || rows(one, "Water is missing").len() == 1).await;
    let number = |server: &Server, title: &str| rows(server, title)[0].split([',', '[']).nth(1).expect("a number").to_owned();
    let here = number(one, "Water is missing");
    trackers.done(&format!("/one issue status {here} Closed"), "Closed").await;
    until("it is closed there too", || rows(two, "Water is missing")[0].contains("Closed")).await;
    let writes = || two.exchanges().iter().chain(one.exchanges().iter()).filter(|it| it.method != "GET").count();
    let before = writes();
    let show = bot.slack_command(ANA, "/bellhop sync show apollo").await.accepted();
    drop(show);
    bot.slack.post("the same, 0 with a problem").await;
    trackers.look().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(writes(), before, "what was carried over does not come back");
}

#[tokio::test]
async fn tasks_are_kept_the_same_both_ways() {
    both_ways(Database::Sqlite).await;
}

#[tokio::test]
async fn tasks_are_kept_the_same_both_ways_on_postgresql() {
    both_ways(Database::Postgres).await;
}

#[tokio::test]
async fn a_mapping_that_cannot_work_is_refused_with_the_form() {
    let trackers = trackers(["redmine", "redmine"], Database::Sqlite).await;
    let line = "/bellhop sync add apollo one:demo two:apollo fields=\"subject = subject; status = status (New: Fresh)\"";
    trackers.bot.slack_command(CHLOE, line).await.accepted();
    let refusal = trackers.bot.slack.post("`Fresh` is no value of `status` on the right").await;
    assert!(refusal.text.contains("Correct it"), "{}", refusal.text);
    trackers.bot.slack_command(ANA, "/bellhop sync add apollo one:demo two:apollo").await.accepted();
}

#[tokio::test]
async fn a_bot_that_dies_makes_nothing_twice() {
    let mut trackers = trackers(["redmine", "redmine"], Database::Sqlite).await;
    for number in 0..20 {
        trackers.done(&format!("/one issue create Serial {number:02} burns project=demo"), &format!("Serial {number:02}")).await;
    }
    trackers.begin("one:demo two:apollo").await;
    for _ in 0..4 {
        trackers.bot.kill().await;
        trackers.bot.run().await;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    until("all of them are there", || rows(&trackers.two, "burns").len() >= 20).await;
    trackers.look().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    for number in 0..20 {
        let title = format!("Serial {number:02} burns");
        assert_eq!((rows(&trackers.one, &title).len(), rows(&trackers.two, &title).len()), (1, 1), "{title}");
    }
}
