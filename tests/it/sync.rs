//! Tasks of two systems that are kept the same, by people who see it in chat.

mod pairs;

use std::{sync::Arc, time::Duration};

use connectors::standin::{Fault, Server};
use serde_json::Value;
use tests::{ANA, CHLOE, Database, Redmine, TestBot, far_end::FarEnd};

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

/// The number of the one issue of this title.
fn number(server: &Server, title: &str) -> String {
    rows(server, title)[0].split([',', '[']).nth(1).expect("a number").to_owned()
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
        assert!(proposal.text.contains("subject = "), "{}", proposal.text);
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

/// A tracker `one` beside the bot's Redmine, whose answers can be held and which tells more of its issues.
async fn beside_redmine(database: Database) -> (TestBot, Server) {
    let one = tracker("redmine").await;
    let mut table = toml::Table::try_from(one.standin().connection(&one.url())).expect("settings are a table");
    table.insert("name".into(), "one".into());
    table.insert("kind".into(), "redmine".into());
    let bot = TestBot::configured(Redmine::standin().await, database, |config| {
        config["connection"].as_array_mut().expect("connections").push(toml::Value::Table(table));
    })
    .await;
    (bot, one)
}

/// One issue that a person changes on both sides while nobody looks.
async fn changed_on_both_sides(database: Database) -> (TestBot, Server) {
    let (bot, one) = beside_redmine(database).await;
    let say = async |line: &str, told: &str| {
        bot.slack_command(CHLOE, line).await.accepted();
        bot.slack.post(told).await
    };
    bot.slack_command(ANA, "/one issue create Printer on fire project=demo").await.accepted();
    bot.slack.post("Printer on fire").await;
    let proposal =
        say("/bellhop sync add apollo one:demo redmine:demo conflict=left every=15", "would be, on the other side").await;
    bot.slack_press(CHLOE, &proposal, "Start").await.accepted();
    bot.slack.post("are kept the same from now on").await;
    let there = loop {
        match bot.redmine.issues("Printer on fire").await.first() {
            Some(issue) => break issue["id"].to_string(),
            None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    say("/bellhop sync pause apollo", "rests").await;
    let here = number(&one, "Printer on fire");
    bot.slack_command(ANA, &format!("/one issue update {here} priority=High")).await.accepted();
    until("it is changed here", || one.exchanges().iter().any(|it| it.method == "PUT")).await;
    bot.slack_command(ANA, &format!("/redmine issue update {there} priority=Low")).await.accepted();
    while bot.redmine.issue("Printer on fire").await["priority"]["name"] != "Low" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (bot, one)
}

/// How often people were told that a value was given up.
fn given_up(bot: &TestBot) -> Vec<String> {
    bot.slack.messages().into_iter().filter(|it| it.contains("this one is given up")).collect()
}

async fn a_break_off(database: Database) {
    let (mut bot, _one) = changed_on_both_sides(database).await;
    // The run overwrites the value, and then cannot go on.
    bot.slack_command(ANA, "/one issue create Water is missing project=demo").await.accepted();
    bot.slack.post("Water is missing").await;
    bot.redmine.server().set_at(Fault::Failing, |it| it.method == "POST").await;
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    let told = bot.slack.post("this one is given up").await;
    assert!(told.text.contains("“Low”"), "{}", told.text);
    assert!(bot.redmine.issues("Water is missing").await.is_empty(), "the run broke off");
    bot.redmine.server().set(Fault::None).await;
    // In a minute by itself.
    let waiting = bot.bellhop(&["jobs", "list", "--kind", "sync", "--state", "scheduled", "--json"]).await.done().json();
    bot.bellhop(&["jobs", "now", &waiting[0]["id"].to_string()]).await.done();
    while bot.redmine.issues("Water is missing").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(bot.redmine.issue("Printer on fire").await["priority"]["name"], "High");
    assert_eq!(given_up(&bot).len(), 1, "it was told once");
}

#[tokio::test]
async fn what_was_given_up_is_told_though_the_run_breaks_off() {
    a_break_off(Database::Sqlite).await;
}

#[tokio::test]
async fn what_was_given_up_is_told_though_the_run_breaks_off_on_postgresql() {
    a_break_off(Database::Postgres).await;
}

#[tokio::test]
async fn what_was_given_up_is_told_though_the_bot_dies_as_it_is_overwritten() {
    let (mut bot, _one) = changed_on_both_sides(Database::Sqlite).await;
    bot.redmine.server().lose_answers(|it| it.method == "PUT");
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    bot.redmine.far_end.as_ref().expect("a stand-in").next("the overwriting", |it| it.method == "PUT").await;
    while bot.redmine.issue("Printer on fire").await["priority"]["name"] != "High" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bot.kill().await;
    assert!(given_up(&bot).is_empty(), "nothing was told before it was certain");
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    let told = bot.slack.post("this one is given up").await;
    assert!(told.text.contains("“Low”"), "{}", told.text);
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(given_up(&bot).len(), 1, "it was told once");
}

async fn another_place(database: Database) {
    let trackers = trackers(["redmine", "redmine"], database).await;
    let Trackers { bot, one, two } = &trackers;
    trackers.done("/one issue create Printer on fire project=demo", "Printer on fire").await;
    trackers.begin("one:demo two:apollo").await;
    until("the issue is on the other side", || rows(two, "Printer on fire").len() == 1).await;

    bot.slack_command(CHLOE, "/bellhop sync add apollo one:demo two:demo every=15").await.accepted();
    let proposal = bot.slack.post("begins anew with these places").await;
    assert!(proposal.text.contains("is there already"), "{}", proposal.text);
    bot.slack_press(CHLOE, &proposal, "Start").await.accepted();
    until("the issue is in the other place too", || rows(two, "Printer on fire").len() == 2).await;
    trackers.done(&format!("/one issue status {} Closed", number(one, "Printer on fire")), "Closed").await;
    trackers.look().await;
    let of = |place: &str| rows(two, "Printer on fire").into_iter().find(|it| it.contains(place)).expect("an issue");
    until("it is closed in the new place", || of("\"demo\"").contains("Closed")).await;
    assert!(!of("\"apollo\"").contains("Closed"), "the old place is left as it is");
}

#[tokio::test]
async fn another_place_begins_anew() {
    another_place(Database::Sqlite).await;
}

#[tokio::test]
async fn another_place_begins_anew_on_postgresql() {
    another_place(Database::Postgres).await;
}

async fn an_unfit_value(database: Database) {
    let (bot, one) = beside_redmine(database).await;
    let say = async |line: &str, told: &str| {
        let who = if line.starts_with("/bellhop") { CHLOE } else { ANA };
        bot.slack_command(who, line).await.accepted();
        bot.slack.post(told).await
    };
    let begin = async |values: &str| {
        let fields = format!("subject = subject; status -> priority ({values})");
        let line =
            format!("/bellhop sync add apollo one:demo redmine:apollo fields=\"{fields}\" every=15 make=right confirm=yes");
        say(&line, "are kept the same from now on").await;
    };
    say("/one issue create Printer on fire project=demo", "Printer on fire").await;
    begin("New: Normal, In Progress: High, Closed: Low").await;
    while bot.redmine.issues("Printer on fire").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let here = number(&one, "Printer on fire");
    say(&format!("/one issue status {here} Resolved"), "Resolved").await;
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    bot.slack.post("could not be carried over").await;
    // The next looks see the issue again, and do not forget it.
    for _ in 0..2 {
        bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
        tokio::time::sleep(Duration::from_secs(2)).await;
        say("/bellhop sync show apollo", "is none of Low").await;
    }
    assert_eq!(bot.redmine.issue("Printer on fire").await["priority"]["name"], "Normal");
    begin("New: Normal, In Progress: High, Closed: Low, Resolved: Urgent").await;
    while bot.redmine.issue("Printer on fire").await["priority"]["name"] != "Urgent" {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_does_not_fit_is_carried_once_the_mapping_is_corrected() {
    an_unfit_value(Database::Sqlite).await;
}

#[tokio::test]
async fn what_does_not_fit_is_carried_once_the_mapping_is_corrected_on_postgresql() {
    an_unfit_value(Database::Postgres).await;
}

#[tokio::test]
async fn a_status_that_the_workflow_forbids_stands_in_trouble_and_is_not_written_again() {
    let (one, two) = (tracker("redmine").await, tracker("redmine").await);
    let connection = |name: &str, server: &Server| {
        let mut table = toml::Table::try_from(server.standin().connection(&server.url())).expect("settings are a table");
        table.insert("name".into(), name.into());
        table.insert("kind".into(), "redmine".into());
        table
    };
    // A developer of the project cannot open again what is closed.
    let mut developer = connection("two", &two);
    developer.insert("api_key".into(), "redmine-key-of-ben".into());
    let added = [connection("one", &one), developer].map(toml::Value::Table);
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config["connection"].as_array_mut().expect("connections").extend(added);
    })
    .await;
    let say = async |line: &str, told: &str| {
        let who = if line.starts_with("/bellhop") { CHLOE } else { ANA };
        bot.slack_command(who, line).await.accepted();
        bot.slack.post(told).await
    };
    say("/one issue create Printer on fire project=demo", "Printer on fire").await;
    let line = "/bellhop sync add apollo one:demo two:demo fields=\"subject = subject; status = status\" every=15 make=right confirm=yes";
    say(line, "are kept the same from now on").await;
    let here = number(&one, "Printer on fire");
    say(&format!("/one issue status {here} Closed"), "Closed").await;
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    until("it is closed there too", || rows(&two, "Printer on fire").first().is_some_and(|it| it.contains("Closed"))).await;
    say(&format!("/one issue status {here} New"), "New").await;
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    bot.slack.post("could not be carried over").await;
    say("/bellhop sync show apollo", " kept ").await;
    let writes = || two.exchanges().iter().chain(one.exchanges().iter()).filter(|it| it.method != "GET").count();
    let before = writes();
    for _ in 0..2 {
        bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(writes(), before, "it is not written again before something changes");
    say("/bellhop sync show apollo", " kept ").await;
    assert!(rows(&one, "Printer on fire")[0].contains("New"), "what a person set stays");
}

#[tokio::test]
async fn a_counterpart_that_is_forbidden_does_not_hold_up_the_others() {
    // Redmine hides what it forbids; GitLab says that it does.
    let standin = (connectors::find("gitlab").expect("a connector").standin)();
    let mut far_end = FarEnd::serve("gitlab", standin.router()).await;
    let mut table = toml::Table::try_from(standin.connection(&far_end.url())).expect("settings are a table");
    table.insert("name".into(), "two".into());
    table.insert("kind".into(), "gitlab".into());
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config["connection"].as_array_mut().expect("connections").push(toml::Value::Table(table));
    })
    .await;
    let say = async |line: &str, told: &str| {
        let who = if line.starts_with("/bellhop") { CHLOE } else { ANA };
        bot.slack_command(who, line).await.accepted();
        bot.slack.post(told).await
    };
    let titles = || {
        let issues = standin.panel().rows;
        issues.into_iter().map(|it| Value::from(it).to_string()).collect::<Vec<_>>()
    };
    let line =
        "/bellhop sync add apollo redmine:demo two:demo/printer fields=\"subject = title\" every=15 make=right confirm=yes";
    say("/redmine issue create Printer on fire project=demo", "Printer on fire").await;
    say(line, "are kept the same from now on").await;
    until("the issue is on the other side", || titles().iter().any(|it| it.contains("Printer on fire"))).await;
    say("/bellhop sync pause apollo", "rests").await;
    let here = bot.redmine.issue("Printer on fire").await["id"].to_string();
    far_end.set_at(Fault::Forbidden, |it| it.method == "GET" && it.path().contains("/issues/")).await;
    say(&format!("/redmine issue update {here} subject=\"Printer is wet\""), "Printer is wet").await;
    say("/redmine issue create Water is missing project=demo", "Water is missing").await;
    bot.slack_command(CHLOE, "/bellhop sync resume apollo").await.accepted();
    until("the other issue is there", || titles().iter().any(|it| it.contains("Water is missing"))).await;
    let show = say("/bellhop sync show apollo", "with a problem").await;
    assert!(show.text.contains("1 with a problem"), "{}", show.text);
    assert!(!show.text.contains("cannot keep tasks the same"), "{}", show.text);
}
