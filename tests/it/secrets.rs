//! No secret is ever seen outside: not in a log, an answer, a figure, a message or the database file.

use std::{fs, path::Path};

use connectors::standin::Fault;
use tests::{ANA, SECRETS, TestBot};

#[tokio::test]
async fn no_secret_leaves_by_any_way() {
    let mut bot = TestBot::start().await;
    let mut answers = Vec::new();
    // A story with everything that is worth a log line: success, refusal, fault, forgery.
    answers.push(bot.slack_command(ANA, "/redmine issue create Printer project=demo").await.body);
    bot.slack.post("Printer").await;
    answers.push(bot.slack_command(ANA, "/redmine issue craete").await.body);
    answers.push(bot.zulip_direct(ANA, "redmine issue create Lamp project=demo").await.body);
    bot.zulip.post("Lamp").await;
    answers.push(bot.slack_raw("/slack/commands", "text=forged".into(), 1_795_218_400, "v0=00").await.body);
    for fault in [Fault::Unauthorized, Fault::Failing, Fault::Html, Fault::Down] {
        bot.redmine.server().set(fault).await;
        answers.push(bot.slack_command(ANA, &format!("/redmine issue show 1 and {fault:?}")).await.body);
        answers.push(bot.slack_command(ANA, "/redmine 1").await.body);
    }
    for path in ["/metrics", "/health", "/healthz", "/readyz", "/"] {
        answers.push(bot.get(path).await.body);
    }
    let messages: Vec<_> = bot.slack.posts().iter().map(|it| it.raw.to_string()).collect();
    let messages: Vec<_> = messages.into_iter().chain(bot.zulip.posts().iter().map(|it| it.raw.to_string())).collect();
    assert!(messages.len() >= 2);

    let key = bot.redmine.connection["api_key"].as_str().expect("the stand-in has a key").to_owned();
    let secrets: Vec<_> =
        SECRETS.iter().map(|(name, value)| (*name, *value)).chain([("the connection's api_key", key.as_str())]).collect();
    let log = bot.log();
    assert!(log.contains("redmine"), "a debug log says something about what was done");
    bot.kill().await;
    let files = files(bot.folder());
    assert!(files.iter().any(|(name, _)| name == "bellhop.db"), "the database is where the configuration says");
    for (name, secret) in secrets {
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
        assert!(!holds(log.as_bytes()), "{name} is in the log");
        for text in answers.iter().chain(&messages) {
            assert!(!holds(text.as_bytes()), "{name} is in an answer: {text}");
        }
        // The configuration file names variables; the connection's key stands in it as it is.
        for (file, bytes) in files.iter().filter(|(file, _)| file != "bellhop.toml") {
            assert!(!holds(bytes), "{name} is in {file}");
        }
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder is ours").map(|it| it.expect("an entry").path());
    entries
        .filter(|it| it.is_file())
        .map(|it| (it.file_name().expect("a name").to_string_lossy().into(), fs::read(&it).expect("a file")))
        .collect()
}
