//! An alert from the moment it fires to its end, as the channel sees it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{ANA, BEN, CHLOE, Database, Redmine, TestBot, slack::Post};

const SECRET: &str = "the-secret-of-a-story";
const CHANNEL: &str = "C0ALERTS1";

/// A bot with an Alertmanager's hook, whose disks a rule looks after and whose other alerts a channel subscribes to.
async fn bot(database: Database) -> TestBot {
    let sections: toml::Table = format!(
        "[[hook]]\nname = \"monitoring\"\nkind = \"alertmanager\"\nsecret = \"{SECRET}\"\n\
         [[subscription]]\nfrom = \"monitoring\"\nto = \"slack:{CHANNEL}\"\n\
         [[alert_rule]]\nname = \"disks\"\nfrom = \"monitoring\"\nfilter = \"title:Disk*\"\nto = \"slack:{CHANNEL}\"\nowner = \"platform\"\n\
         [[alert_rule]]\nname = \"queues\"\nfrom = \"monitoring\"\nfilter = \"title:Queue*\"\nto = \"zulip:ops>alerts\"\n"
    )
    .parse()
    .expect("a configuration");
    TestBot::configured(Redmine::standin().await, database, |config| config.extend(sections)).await
}

/// What Alertmanager sends of one alert: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.
fn alert(name: &str, instance: &str, ended: bool) -> Value {
    let status = if ended { "resolved" } else { "firing" };
    let ends = if ended { "2026-11-21T09:06:00Z" } else { "0001-01-01T00:00:00Z" };
    json!({"status": status, "labels": {"alertname": name, "instance": instance, "severity": "critical"},
        "annotations": {"summary": "92 % of /var"}, "startsAt": "2026-11-21T09:00:00Z", "endsAt": ends,
        "generatorURL": "https://prometheus.example.org/graph?g0.expr=disk", "fingerprint": format!("{name}-{instance}")})
}

async fn report(bot: &TestBot, alerts: &[Value]) {
    let body = json!({"version": "4", "groupKey": "{}:{}", "status": "firing", "receiver": "bot", "groupLabels": {}, "commonLabels": {},
        "commonAnnotations": {}, "externalURL": "https://alertmanager.example.org", "alerts": alerts});
    let url = format!("http://{}/hooks/monitoring", bot.address().trim_start_matches("http://"));
    let answer = bot.client.post(url).bearer_auth(SECRET).json(&body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// The one card that the channel sees, once it shows all of this.
async fn card(bot: &TestBot, wanted: &[&str]) -> (String, String) {
    for _ in 0..300 {
        let seen = bot.slack.seen_in(CHANNEL);
        if let Some((ts, text)) = seen.iter().find(|(_, text)| wanted.iter().all(|it| text.contains(it))) {
            return (ts.clone(), text.clone());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no card shows {wanted:?}: {:#?}", bot.slack.seen_in(CHANNEL));
}

async fn threaded(bot: &TestBot, ts: &str, wanted: &str) -> Vec<String> {
    for _ in 0..300 {
        let thread: Vec<String> = bot.slack.thread(ts).into_iter().map(|(_, text)| text).collect();
        if thread.iter().any(|it| it.contains(wanted)) {
            return thread;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing in the thread says {wanted:?}: {:#?}", bot.slack.thread(ts));
}

async fn posted(bot: &TestBot, title: &str) -> Post {
    bot.slack.post_where("the card", |it| it.text.contains(title) && it.channel.as_deref() == Some(CHANNEL)).await
}

async fn one_card_through_its_life(database: Database) {
    let mut bot = bot(database).await;
    report(&bot, &[alert("DiskFull", "db1", false)]).await;
    let post = posted(&bot, "DiskFull").await;
    let (ts, text) = card(&bot, &["DiskFull", "Firing", "critical", "platform", "92 % of /var", "Acknowledge"]).await;
    assert!(!text.contains("Escalate"), "a rule without a policy pages nobody: {text}");
    // A second machine changes the card, and says so in its thread.
    report(&bot, &[alert("DiskFull", "db1", false), alert("DiskFull", "db2", false)]).await;
    card(&bot, &["2 of 2", "db1, db2"]).await;
    threaded(&bot, &ts, "db2 fires as well: 2 in all.").await;

    bot.slack_press(BEN, &post, "Acknowledge").await.accepted();
    card(&bot, &["Acknowledged", "by ben", "Unacknowledge"]).await;
    threaded(&bot, &ts, "Acknowledged by ben.").await;
    bot.slack_command(ANA, "/bellhop alert ack 1").await.accepted();
    bot.slack.post("ben has acknowledged alert 1 already.").await;
    bot.slack_command(BEN, "/bellhop alert note 1 /var/log was full").await.accepted();
    threaded(&bot, &ts, "ben: /var/log was full").await;
    bot.slack_command(ANA, "/bellhop alerts").await.accepted();
    let list = bot.slack.post("0 firing, 1 acknowledged").await;
    assert!(list.text.contains("DiskFull") && list.text.contains("acknowledged by ben"), "{}", list.text);

    // A bot that is killed knows all of it.
    bot.kill().await;
    bot.run().await;
    report(&bot, &[alert("DiskFull", "db1", true), alert("DiskFull", "db2", true)]).await;
    let (last, text) = card(&bot, &["Resolved", "2 in all"]).await;
    assert_eq!(last, ts, "it is one card");
    assert!(!text.contains("Acknowledge"), "{text}");
    let thread = threaded(&bot, &ts, "Resolved by monitoring after").await;
    assert_eq!(thread.len(), 4, "{thread:#?}");
    assert_eq!(bot.slack.seen_in(CHANNEL).len(), 1, "neither a plain card nor a second one: {:#?}", bot.slack.seen_in(CHANNEL));
    bot.slack_command(ANA, "/bellhop alert timeline 1").await.accepted();
    let story = bot.slack.post("Alert 1: DiskFull").await;
    for line in ["It fires: db1.", "db2 fires as well", "Acknowledged by ben.", "/var/log was full", "Resolved by monitoring"] {
        assert!(story.text.contains(line), "{line} in {}", story.text);
    }
}

#[tokio::test]
async fn an_alert_is_one_card_through_its_life() {
    one_card_through_its_life(Database::Sqlite).await;
}

#[tokio::test]
async fn an_alert_is_one_card_through_its_life_on_postgresql() {
    one_card_through_its_life(Database::Postgres).await;
}

#[tokio::test]
async fn what_a_channel_subscribes_to_has_the_same_card() {
    let bot = bot(Database::Sqlite).await;
    report(&bot, &[alert("HighLatency", "web1", false)]).await;
    let post = posted(&bot, "HighLatency").await;
    card(&bot, &["HighLatency", "Firing", "Acknowledge", "Silence"]).await;
    bot.slack_press(ANA, &post, "Resolve").await.accepted();
    card(&bot, &["HighLatency", "Resolved", "by ana"]).await;
    bot.slack_command(ANA, "/bellhop alert resolve 1").await.accepted();
    bot.slack.post("Alert 1 is resolved already").await;
    // What is over of something that nobody knew of is told as it always was.
    report(&bot, &[alert("Certificate", "web1", true)]).await;
    card(&bot, &["Certificate"]).await;
}

#[tokio::test]
async fn a_silence_is_seen_on_the_card_and_ends() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_command(ANA, "/bellhop silence label:instance=db1 for=2h why=\"it is rebuilt\"").await.accepted();
    bot.slack.post("Nobody is paged for").await;
    report(&bot, &[alert("DiskFull", "db1", false)]).await;
    card(&bot, &["DiskFull", "Silenced by ana (it is rebuilt)"]).await;
    bot.slack_command(BEN, "/bellhop silences").await.accepted();
    let list = bot.slack.post("Silences").await;
    assert!(list.text.contains("label:instance=db1"), "{}", list.text);
    bot.slack_command(BEN, "/bellhop unsilence 1").await.accepted();
    bot.slack.post("Silence 1 is ended").await;
    for _ in 0..200 {
        if !bot.slack.seen_in(CHANNEL)[0].1.contains("Silenced") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the card says it is silenced: {:#?}", bot.slack.seen_in(CHANNEL));
}

#[tokio::test]
async fn all_are_acknowledged_when_somebody_is_sure() {
    let bot = bot(Database::Sqlite).await;
    report(&bot, &[alert("DiskFull", "db1", false), alert("HighLatency", "web1", false)]).await;
    card(&bot, &["HighLatency"]).await;
    card(&bot, &["DiskFull"]).await;
    bot.slack_command(ANA, "/bellhop alert ack all").await.accepted();
    let asked = bot.slack.post("2 alerts would be acknowledged by you").await;
    bot.slack_press(ANA, &asked, "Acknowledge them").await.accepted();
    bot.slack.post("2 alerts are acknowledged.").await;
    card(&bot, &["HighLatency", "Acknowledged"]).await;
    card(&bot, &["DiskFull", "Acknowledged"]).await;
}

#[tokio::test]
async fn an_alert_lives_in_a_topic_of_zulip() {
    let bot = bot(Database::Sqlite).await;
    report(&bot, &[alert("QueueLong", "print", false)]).await;
    let message = bot.zulip.post("QueueLong").await;
    assert_eq!(message.raw["topic"], "alerts");
    bot.zulip_mention(BEN, "alerts", "@**Bellhop** bellhop alert ack 1").await.accepted();
    bot.zulip.post("Acknowledged by").await;
}

#[tokio::test]
async fn a_thousand_at_once_are_few_messages() {
    let bot = bot(Database::Sqlite).await;
    for some in 0..10 {
        let alerts: Vec<Value> = (0..100).map(|nth| alert(&format!("Disk{}", some * 100 + nth), "db1", false)).collect();
        report(&bot, &alerts).await;
    }
    for _ in 0..600 {
        bot.slack_command(ANA, "/bellhop alerts").await.accepted();
        let said = bot.slack.posts();
        if said.iter().any(|it| it.text.contains("26 firing") && it.text.contains("975 on")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let list = bot.slack.posts().into_iter().rfind(|it| it.text.contains("26 firing")).expect("a list");
    assert!(list.text.contains("Many alerts at once from monitoring") && list.text.contains("975 on"), "{}", list.text);
    assert!(bot.slack.seen_in(CHANNEL).len() <= 26, "{}", bot.slack.seen_in(CHANNEL).len());
}

/// M06: a channel is typed as people type it, and read as Slack sends it.
#[tokio::test]
async fn a_rule_is_made_for_a_channel_as_slack_spells_it() {
    let bot = bot(Database::Sqlite).await;
    let line = format!("/bellhop alert rule add late from=monitoring filter=title:Late* to=slack:<#{CHANNEL}|ops>");
    bot.slack_command(CHLOE, &line).await.accepted();
    bot.slack.post(&format!("shown in slack:{CHANNEL}")).await;
    report(&bot, &[alert("LatePrint", "web1", false)]).await;
    card(&bot, &["LatePrint", "Firing", "rule late"]).await;
}
