//! The main job against a real Redmine 5: from either chat to an issue that Redmine's own API shows.
//!
//! `tests/run` starts the Redmine (`tests/real/redmine`) and sets `REDMINE_URL`.

use tests::{ANA, Database, Redmine, TestBot};

async fn bot() -> Option<TestBot> {
    let Some(redmine) = Redmine::real() else {
        println!("not against a real Redmine: REDMINE_URL is not set (tests/run sets it)");
        return None;
    };
    Some(TestBot::with(redmine, Database::Sqlite).await)
}

#[tokio::test]
async fn slack_creates_an_issue_in_a_real_redmine() {
    let Some(bot) = bot().await else { return };
    bot.slack_command(ANA, "/redmine issue create Größe & <b>Maß</b> project=demo tracker=Bug priority=Urgent").await.accepted();
    let post = bot.slack.post("Größe & <b>Maß</b>").await;
    let issue = bot.redmine.issue("Größe & <b>Maß</b>").await;
    assert_eq!((issue["tracker"]["name"].as_str(), issue["priority"]["name"].as_str()), (Some("Bug"), Some("Urgent")));
    assert!(post.text.contains(&format!("#{}", issue["id"])), "{}", post.text);
}

#[tokio::test]
async fn zulip_creates_an_issue_in_a_real_redmine() {
    let Some(bot) = bot().await else { return };
    bot.zulip_mention(ANA, "printers", "redmine issue create From a topic project=demo").await.accepted();
    bot.zulip.post("From a topic").await;
    bot.redmine.issue("From a topic").await;
}

#[tokio::test]
async fn a_real_redmine_says_what_it_refuses() {
    let Some(bot) = bot().await else { return };
    bot.slack_command(ANA, &format!("/redmine issue create {} project=demo", "x".repeat(256))).await.accepted();
    bot.slack.post("255").await;
}

/// A real Alertmanager and Prometheus (`tests/real/alertmanager`), whose webhook leads to this bot.
async fn watched(bot: &TestBot, secret: &str) -> Option<(String, std::path::PathBuf)> {
    let (Ok(url), Ok(folder)) = (std::env::var("ALERTMANAGER_URL"), std::env::var("ALERTMANAGER_DIR")) else {
        println!("not against a real Alertmanager: ALERTMANAGER_URL is not set (tests/run sets it)");
        return None;
    };
    let folder = std::path::PathBuf::from(folder);
    let hook = format!("http://{}/hooks/monitoring", bot.address().trim_start_matches("http://"));
    let webhook = serde_json::json!({ "url": hook, "token": secret });
    // Whole at once: the relay may read it now.
    let written = folder.join("webhook.json.new");
    std::fs::write(&written, webhook.to_string()).expect("a file");
    std::fs::rename(written, folder.join("webhook.json")).expect("a file");
    Some((url, folder))
}

const ALERTS: &str = "C0ALERTS1";

async fn shows(bot: &TestBot, wanted: &[&str]) -> String {
    for _ in 0..600 {
        let seen = bot.slack.seen_in(ALERTS);
        if let Some((_, text)) = seen.into_iter().find(|(_, text)| wanted.iter().all(|it| text.contains(it))) {
            return text;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no card shows {wanted:?}: {:#?}", bot.slack.seen_in(ALERTS));
}

#[tokio::test]
async fn a_real_alertmanager_fires_groups_and_resolves() {
    const SECRET: &str = "the-secret-of-a-real-one";
    let sections: toml::Table = format!(
        "[[hook]]\nname = \"monitoring\"\nkind = \"alertmanager\"\nsecret = \"{SECRET}\"\n\
         [[alert_rule]]\nname = \"all\"\nfrom = \"monitoring\"\nto = \"slack:{ALERTS}\"\n"
    )
    .parse()
    .expect("a configuration");
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| config.extend(sections)).await;
    let Some((url, folder)) = watched(&bot, SECRET).await else { return };
    // By amtool, as an operator would.
    let fire = |instance: &str| {
        let status = std::process::Command::new("amtool")
            .args(["alert", "add", "--alertmanager.url", &url, "DiskFull", &format!("instance={instance}"), "severity=critical"])
            .args(["--annotation=summary=92 % of /var"])
            .status();
        assert!(status.expect("amtool runs").success());
    };
    fire("db1");
    shows(&bot, &["DiskFull", "Firing", "critical", "92 % of /var", "Acknowledge"]).await;
    fire("db2");
    shows(&bot, &["DiskFull", "2 of 2", "db1, db2"]).await;
    bot.slack_command(ANA, "/bellhop alert ack 1").await.accepted();
    shows(&bot, &["DiskFull", "Acknowledged", "by ana"]).await;
    // By its API, version 2: <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>.
    let known: serde_json::Value =
        tests::client().get(format!("{url}/api/v2/alerts")).send().await.expect("an answer").json().await.expect("JSON");
    for instance in ["db1", "db2"] {
        let all = known.as_array().expect("alerts");
        let one = all.iter().find(|it| it["labels"]["instance"] == instance).expect("it fires");
        let ended = serde_json::json!([{ "labels": one["labels"], "annotations": one["annotations"], "startsAt": one["startsAt"],
            "endsAt": std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned()).expect("a time") }]);
        let answer = tests::client().post(format!("{url}/api/v2/alerts")).json(&ended).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
    shows(&bot, &["DiskFull", "Resolved", "2 in all"]).await;
    assert_eq!(bot.slack.seen_in(ALERTS).len(), 1, "it is one card");
    // And by a rule of Prometheus, from what it scraped to the card and back.
    std::fs::write(folder.join("target/metrics"), "queue_length 42\n").expect("a page");
    shows(&bot, &["QueueLong", "Firing", "critical", "42 jobs wait", "service=print"]).await;
    std::fs::write(folder.join("target/metrics"), "queue_length 0\n").expect("a page");
    shows(&bot, &["QueueLong", "Resolved"]).await;
}
