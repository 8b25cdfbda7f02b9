//! One store with two doors: files that are planned, applied and rolled back beside a bot that serves, and keys that change.

use std::{fmt::Write, fs, time::Duration};

use serde_json::{Value, json};
use tests::{ANA, CHLOE, Database, Redmine, SECRETS, TestBot, slack::CHANNEL};
use tokio::time::Instant;

const TOKEN: &str = "canary-of-a-configuration-story";
/// How soon a bot that serves hears of what was applied, with time to spare.
const SOON: Duration = Duration::from_secs(20);
/// base64 of 32 bytes.
const NEW_KEY: &str = "dGhlLW5ldy1tYXN0ZXIta2V5LW9mLXRoaXMtc3Rvcnk=";

fn write(bot: &TestBot, name: &str, text: &str) {
    fs::write(bot.folder().join(name), text).expect("the folder is ours");
}

/// A hook, a second Redmine, and what is told of the hook.
fn file(bot: &TestBot, mode: &str) -> String {
    let text = |key: &str| bot.redmine.connection[key].as_str().expect("the stand-in tells it");
    format!(
        "[[connection]]\nname = \"second\"\nkind = \"redmine\"\nneeds = [\"redmine\"]\nurl = \"{}\"\napi_key = \"{}\"\n\n\
         [[hook]]\nname = \"ci\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n\n\
         [[subscription]]\nfrom = \"ci\"\nto = \"slack:{CHANNEL}\"\nmode = \"{mode}\"\n",
        text("url"),
        text("api_key"),
    )
}

fn report(subject: &str) -> Value {
    json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": 41, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"},
        "is_private": false}}})
}

/// Reports until the bot that serves knows the hook.
async fn heard(bot: &TestBot, hook: &str, subject: &str) {
    let end = Instant::now() + SOON;
    let mut tries = tokio::time::interval(Duration::from_millis(200));
    loop {
        tries.tick().await;
        let answer = bot.hook(hook, TOKEN, &report(subject)).await;
        if answer.status.is_success() {
            return;
        }
        assert!(Instant::now() < end, "the hook {hook} still answers {}: {}", answer.status, answer.body);
    }
}

async fn a_file_is_planned_applied_changed_in_chat_and_rolled_back(database: Database) {
    let bot = TestBot::with(Redmine::standin().await, database).await;
    write(&bot, "ops.toml", &file(&bot, "full"));
    let planned = bot.bellhop(&["plan", "ops.toml", "--exit-code"]).await;
    assert_eq!(planned.status, Some(2), "{planned:#?}");
    for part in
        ["+ connection second", "+ hook ci", "+ subscription ci", "3 to add, 0 to change, 0 to remove", "api_key: a secret"]
    {
        assert!(planned.out.contains(part), "{part} in {}", planned.out);
    }
    let applied = bot.bellhop(&["apply", "ops.toml", "--why", "to begin"]).await.done();
    assert!(applied.out.contains("Done, as change"), "{}", applied.out);

    // The bot that serves hears of it by itself.
    heard(&bot, "ci", "A printer from a file").await;
    bot.slack.post("A printer from a file").await;
    bot.slack_command(ANA, "/bellhop connections").await.accepted();
    bot.slack.post_where("both connections", |it| it.text.contains("second") && it.text.contains("redmine")).await;
    let again = bot.bellhop(&["plan", "ops.toml", "--exit-code"]).await.done();
    assert!(again.out.contains("Nothing differs; 3 as they are."), "{}", again.out);

    // What was changed in chat is drift, told apart from what the file would change.
    bot.slack_command(CHLOE, "/bellhop hooks disable ci").await.accepted();
    bot.slack.post("is disabled").await;
    let drift: Value = bot.bellhop(&["plan", "ops.toml", "--json"]).await.done().json();
    assert_eq!(drift["drift"][0]["name"], "ci", "{drift:#}");
    assert_eq!(drift["drift"][0]["fields"][0]["key"], "disabled", "{drift:#}");
    assert_eq!(drift["changed"][0]["name"], "ci", "{drift:#}");
    let history: Value = bot.bellhop(&["history", "hook", "ci", "--json"]).await.done().json();
    let versions: Vec<i64> = history.as_array().expect("versions").iter().filter_map(|it| it["version"].as_i64()).collect();
    assert_eq!(versions, [2, 1], "{history:#}");
    assert!(history[0]["who"].as_str().is_some_and(|it| it.starts_with("slack:")), "{history:#}");
    assert_eq!(history[1]["why"], "to begin", "{history:#}");

    // Going back is asked for, tried, and a version of its own.
    bot.slack_command(CHLOE, "/bellhop rollback hook ci version=1").await.accepted();
    let asked = bot.slack.post("Back to").await;
    assert!(asked.text.contains("disabled"), "{}", asked.text);
    bot.slack_press(CHLOE, &asked, "Go back").await.accepted();
    bot.slack.post("Done, as change").await;
    let calm: Value = bot.bellhop(&["plan", "ops.toml", "--json"]).await.done().json();
    assert_eq!(
        (calm["changed"].as_array().map(Vec::len), calm["drift"].as_array().map(Vec::len)),
        (Some(0), Some(0)),
        "{calm:#}"
    );
    heard(&bot, "ci", "A printer after going back").await;

    // All or nothing: a system that refuses keeps everything from being written.
    let refused = file(&bot, "compact")
        .replace("[[hook]]\nname = \"ci\"", "[[hook]]\nname = \"other\"")
        .replace("from = \"ci\"", "from = \"other\"");
    let key = bot.redmine.connection["api_key"].as_str().expect("a key");
    write(&bot, "ops.toml", &refused.replace(key, "a-key-that-is-refused"));
    let failed = bot.bellhop(&["apply", "ops.toml", "--yes"]).await;
    assert!(failed.status == Some(1) && failed.errors.contains("Nothing was written"), "{failed:#?}");
    let listed = bot.bellhop(&["export"]).await.done().out;
    assert!(listed.contains("name = \"ci\"") && !listed.contains("name = \"other\""), "{listed}");

    // What the file says no more goes, as it came from it.
    write(&bot, "ops.toml", &refused);
    bot.bellhop(&["apply", "ops.toml", "--yes"]).await.done();
    let listed = bot.bellhop(&["export"]).await.done().out;
    assert!(!listed.contains("name = \"ci\"") && listed.contains("name = \"other\""), "{listed}");
    // And everything goes back to how it stood after the first change.
    let first: i64 = history[1]["change"].as_i64().expect("a change");
    let back = bot.bellhop(&["rollback", "--to", &first.to_string(), "--yes"]).await;
    assert!(back.status == Some(1) && back.errors.contains("forgotten"), "a removed hook's secret is gone: {back:#?}");

    // An export says everything, tells no secret, and applied again changes nothing.
    write(&bot, "export.toml", &listed);
    for secret in [TOKEN, key] {
        assert!(!listed.contains(secret), "a secret is in the export");
    }
    assert!(listed.contains("\"${SECOND_API_KEY}\"") && listed.contains("\"${OTHER_HOOK_SECRET}\""), "{listed}");
    let same = bot.bellhop(&["plan", "export.toml", "--exit-code"]).await;
    assert!(same.status == Some(0) && same.out.contains("Nothing differs"), "{same:#?}");
    let log = bot.log();
    assert!(!log.contains(TOKEN), "a secret is in the log");
}

#[tokio::test]
async fn a_file_is_planned_applied_and_rolled_back() {
    a_file_is_planned_applied_changed_in_chat_and_rolled_back(Database::Sqlite).await;
}

#[tokio::test]
async fn a_file_is_planned_applied_and_rolled_back_on_postgresql() {
    a_file_is_planned_applied_changed_in_chat_and_rolled_back(Database::Postgres).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_by_line() {
    let bot = TestBot::start().await;
    let connection = |name: &str, needs: &str| {
        format!(
            "[[connection]]\nname = \"{name}\"\nkind = \"redmine\"\nurl = \"https://{name}.example.org\"\napi_key = \"k\"\nneeds = [\"{needs}\"]\n"
        )
    };
    let circle = connection("one", "two") + &connection("two", "three") + &connection("three", "one");
    write(&bot, "circle.toml", &circle);
    let told = bot.bellhop(&["plan", "circle.toml"]).await;
    assert!(told.status == Some(1) && told.errors.contains("one → two → three → one"), "{told:#?}");
    write(&bot, "wrong.toml", "[[hook]]\nname = \"ci\"\nkind = \"github\"\nsecret = \"${NO_SUCH_VARIABLE}\"\n");
    let told = bot.bellhop(&["plan", "wrong.toml"]).await;
    assert!(told.errors.contains("wrong.toml:4:") && told.errors.contains("NO_SUCH_VARIABLE"), "{told:#?}");
    // What is served is fixed.
    write(&bot, "served.toml", &connection("redmine", "").replace("needs = [\"\"]\n", ""));
    let told = bot.bellhop(&["plan", "served.toml"]).await;
    assert!(told.errors.contains("stands in the file that the bot serves"), "{told:#?}");
}

/// Many hooks, each told in the channel.
fn many(count: usize, topic: &str) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = write!(
            text,
            "[[hook]]\nname = \"h{n}\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n\n[[subscription]]\nfrom = \"h{n}\"\nfilter = \"text:{topic}\"\nto = \"slack:{CHANNEL}\"\n\n"
        );
    }
    text
}

#[tokio::test]
async fn an_apply_that_is_killed_leaves_all_or_nothing() {
    const HOOKS: usize = 60;
    let bot = TestBot::start().await;
    write(&bot, "many.toml", &many(HOOKS, "before"));
    let began = Instant::now();
    bot.bellhop(&["apply", "many.toml", "--yes"]).await.done();
    let whole = began.elapsed();
    let standing = async |bot: &TestBot| {
        let out = bot.bellhop(&["export"]).await.done().out;
        let count = |topic: &str| out.matches(&format!("filter = \"text:{topic}\"")).count();
        (count("before"), count("after"), out.matches("[[hook]]").count())
    };
    assert_eq!(standing(&bot).await, (HOOKS, 0, HOOKS));
    let (mut kept, mut written) = (0, 0);
    for part in [3, 5, 6, 7, 8, 9, 10] {
        let (from, to) = if written % 2 == 0 { ("before", "after") } else { ("after", "before") };
        write(&bot, "many.toml", &many(HOOKS, to));
        let mut child = bot.begin(&["apply", "many.toml", "--yes"]);
        tokio::time::sleep(whole * part / 10).await;
        child.kill().await.expect("the child is ours");
        let now = standing(&bot).await;
        let all = |topic: &str| if topic == "before" { (HOOKS, 0, HOOKS) } else { (0, HOOKS, HOOKS) };
        assert!(now == all(from) || now == all(to), "after {part} tenths neither the old nor the new is whole: {now:?}");
        if now == all(to) {
            written += 1;
        } else {
            kept += 1;
        }
    }
    assert!(kept > 0, "it was never killed before its end");
    bot.bellhop(&["apply", "many.toml", "--yes"]).await.done();
    heard(&bot, "h7", "before and after").await;
}

#[tokio::test]
async fn keys_change_while_the_bot_serves_and_a_rotation_is_killed() {
    const HOOKS: usize = 150;
    let mut bot = TestBot::start().await;
    write(&bot, "many.toml", &many(HOOKS, "key"));
    bot.bellhop(&["apply", "many.toml", "--yes"]).await.done();
    heard(&bot, "h0", "the key before").await;

    // From here on the bot opens both, and seals with the new one.
    let file = bot.folder().join("bellhop.toml");
    let text = fs::read_to_string(&file).expect("the folder is ours");
    let both = text.replace("key = \"${BELLHOP_KEY}\"", &format!("key = \"{NEW_KEY}\"\nprevious_key = \"${{BELLHOP_KEY}}\""));
    assert_ne!(both, text);
    fs::write(&file, &both).expect("the folder is ours");
    bot.take_over().await;
    let began = Instant::now();
    for part in [1, 2, 3, 4, 6] {
        let mut child = bot.begin(&["keys", "rotate"]);
        tokio::time::sleep(Duration::from_millis(40) * part).await;
        child.kill().await.expect("the child is ours");
        heard(&bot, &format!("h{}", 10 * part), "the key between").await;
    }
    assert!(began.elapsed() < Duration::from_secs(60));
    let done = bot.bellhop(&["keys", "rotate"]).await.done();
    assert!(done.out.contains("secrets are sealed with the new key"), "{}", done.out);
    // The old key is of no use any more, to nobody.
    fs::write(&file, both.replace("previous_key = \"${BELLHOP_KEY}\"\n", "")).expect("the folder is ours");
    bot.kill().await;
    bot.run().await;
    heard(&bot, "h149", "the key after").await;
    fs::write(&file, &text).expect("the folder is ours");
    let refused = bot.bellhop(&["export"]).await;
    assert!(refused.status == Some(1) && refused.errors.contains("`secrets.key`"), "{refused:#?}");
    assert!(SECRETS.iter().all(|(_, secret)| !done.out.contains(secret) && !done.errors.contains(secret)));
}

#[tokio::test]
async fn an_environment_is_laid_over_the_file() {
    let bot = TestBot::start().await;
    write(
        &bot,
        "bellhop.prod.toml",
        "[features]\nlink_cards = false\n\n[[hook]]\nname = \"ci\"\nkind = \"github\"\nsecret = \"s3\"\n",
    );
    let listed = bot.bellhop(&["export", "--env", "prod"]).await.done().out;
    assert!(
        listed.contains("[[feature]]") && listed.contains("name = \"ci\"") && listed.contains("name = \"redmine\""),
        "{listed}"
    );
    assert!(!bot.bellhop(&["export"]).await.done().out.contains("[[feature]]"));
    write(&bot, "bellhop.prod.toml", "\n\n[[connection]]\nname = \"redmine\"\nurl = \"not an address\"\n");
    let told = bot.bellhop(&["check", "--env", "prod"]).await;
    assert!(told.status == Some(1) && told.errors.contains("bellhop.prod.toml:5:"), "{told:#?}");
    let told = bot.bellhop(&["check", "--env", "staging"]).await;
    assert!(told.errors.contains("bellhop.staging.toml"), "{told:#?}");
}

#[tokio::test]
async fn another_tools_configuration_is_imported() {
    let bot = TestBot::start().await;
    write(
        &bot,
        "list.txt",
        "Subscribed to the following repository\n`acme/widgets`\nissues, pulls, commits:main, +label:\"priority: high\"\n",
    );
    let unsaid = bot.bellhop(&["import", "--from", "github-slack", "list.txt"]).await.done();
    assert!(unsaid.out.contains("slack:#choose-a-channel") && unsaid.errors.contains("--channel"), "{unsaid:#?}");
    let channel = format!("slack:{CHANNEL}");
    let made =
        bot.bellhop(&["import", "--from", "github-slack", "list.txt", "--to", "ours.toml", "--channel", &channel]).await.done();
    assert!(made.errors.contains("not carried over"), "{made:#?}");
    let text = fs::read_to_string(bot.folder().join("ours.toml")).expect("it was written");
    write(&bot, "ours.toml", &text.replace("${GITHUB_HOOK_SECRET}", "s3"));
    let planned = bot.bellhop(&["plan", "ours.toml"]).await.done();
    assert!(planned.out.contains("+ hook github") && planned.out.contains("in:acme/widgets"), "{}", planned.out);
}
