//! Files of what is set up, brought by somebody in chat: looked at, carried out, and who has to agree to it.

use std::fs;

use tests::{
    ANA, BEN, CHLOE, Database, Redmine, TestBot,
    slack::{CHANNEL, Filled},
};

const WHY: &str = "nobody deletes before the release";

fn freeze(actions: &str) -> String {
    format!(
        "[[grant]]\nname = \"freeze\"\neffect = \"deny\"\nactions = [\"{actions}\"]\nto = [\"everybody\"]\n\n\
         [[subscription]]\nfrom = \"redmine\"\nto = \"slack:{CHANNEL}\"\nfilter = \"label:urgent\"\n"
    )
}

/// Whether a file of the bot's own holds this.
fn is_kept(bot: &TestBot, text: &str) -> bool {
    let entries = fs::read_dir(bot.folder()).expect("the folder").flatten().filter(|it| it.path().is_file());
    let mut entries = entries.filter(|it| it.file_name() != "bellhop.toml");
    entries.any(|it| fs::read(it.path()).unwrap_or_default().windows(text.len()).any(|bytes| bytes == text.as_bytes()))
}

async fn looked_at_and_carried_out_in_slack(database: Database) {
    let bot = TestBot::with(Redmine::standin().await, database).await;
    let file = bot.slack.attach("ops.toml", &freeze("* delete"));
    let refused = bot.slack_command(ANA, &format!("/bellhop apply slack-file:{file}")).await.accepted().body;
    assert!(refused.contains("for administrators"), "{refused}");
    bot.slack_command(CHLOE, &format!("/bellhop apply slack-file:{file} why=\"{WHY}\"")).await.accepted();
    let plan = bot.slack.post("would change").await;
    for part in ["+ grant freeze", "+ subscription redmine", "2 to add, 0 to change, 0 to remove"] {
        assert!(plan.text.contains(part), "{part} in {}", plan.text);
    }
    // Looking changes nothing.
    bot.slack_command(CHLOE, "/bellhop grants").await.accepted();
    bot.slack.post("No grants: roles alone say").await;
    bot.slack_press(CHLOE, &plan, "Apply").await.accepted();
    let done = bot.slack.post("Carried out").await;
    assert!(done.text.contains(WHY) && !done.private, "{}", done.text);
    bot.slack_press(CHLOE, &plan, "Apply").await.accepted();
    bot.slack.post("says already").await;

    // Who, when and why, by name; the log finds it by the name as well.
    bot.slack_command(CHLOE, "/bellhop history grant freeze").await.accepted();
    let history = bot.slack.post("What was set up").await.text;
    assert!(history.contains("chloe") && history.contains(WHY) && !history.contains(CHLOE.slack), "{history}");
    bot.slack_command(CHLOE, "/bellhop audit text=CHLOE command=\"bellhop apply\"").await.accepted();
    let log = bot.slack.post("Audit log").await.text;
    assert!(log.contains("bellhop apply ops.toml (change") && log.contains("chloe"), "{log}");

    // What is changed in chat since is drift; and what was looked at is what is done, or nothing.
    bot.slack_command(CHLOE, "/bellhop grants remove freeze").await.accepted();
    bot.slack.post("roles say again").await;
    bot.slack_command(CHLOE, &format!("/bellhop apply slack-file:{file}")).await.accepted();
    let drift = bot.slack.post("Drift: changed in chat").await;
    assert!(drift.text.contains("! grant freeze") && drift.text.contains("is undone by this"), "{}", drift.text);
    bot.slack_command(CHLOE, "/bellhop grant deny everybody redmine issue list name=freeze").await.accepted();
    bot.slack.post("may not run").await;
    bot.slack_press(CHLOE, &drift, "Apply").await.accepted();
    bot.slack.post("Something was set up otherwise since").await;
    bot.slack_command(CHLOE, "/bellhop audit text=\"failed: conflict\"").await.accepted();
    bot.slack.post("[failed: conflict] bellhop apply").await;
}

#[tokio::test]
async fn a_file_is_looked_at_and_carried_out_in_slack() {
    looked_at_and_carried_out_in_slack(Database::Sqlite).await;
}

#[tokio::test]
async fn a_file_is_looked_at_and_carried_out_in_slack_on_postgresql() {
    looked_at_and_carried_out_in_slack(Database::Postgres).await;
}

#[tokio::test]
async fn a_file_is_carried_out_in_zulip_and_one_with_a_secret_nowhere() {
    let bot = TestBot::start().await;
    let link = bot.zulip.attach("ops.toml", &freeze("* delete"));
    bot.zulip_mention(CHLOE, "set up", &format!("apply {link}")).await.accepted();
    let plan = bot.zulip.post("would change").await.content;
    assert!(plan.contains("+ grant freeze") && plan.contains("2 to add"), "{plan}");
    // What its button would say can be typed.
    let button = bot.zulip.post("apply plan=").await.content;
    let id = button.split("plan=").nth(1).and_then(|it| it.split(|it: char| !it.is_ascii_hexdigit()).next());
    let id = id.unwrap_or_else(|| panic!("no command in {button}"));
    bot.zulip_mention(CHLOE, "set up", &format!("apply plan={id}")).await.accepted();
    bot.zulip.post("Carried out").await;

    // A secret that stands in the file: it is read, and refused with the way out.
    let secret = "hunter2-canary-of-a-file";
    let url = bot.redmine.connection["url"].as_str().expect("an address").to_owned();
    let section = format!("[[connection]]\nname = \"second\"\nkind = \"redmine\"\nurl = \"{url}\"\napi_key = \"{secret}\"\n");
    let link = bot.zulip.attach("second.toml", &section);
    bot.zulip_mention(CHLOE, "set up", &format!("apply {link}")).await.accepted();
    let refused = bot.zulip.post("cannot be carried out").await.content;
    for part in ["stands in the file itself", "${SECOND_API_KEY}", "bellhop connect redmine"] {
        assert!(refused.contains(part), "{part} in {refused}");
    }
    // Pasted, it is not even kept to be read.
    bot.zulip_mention(CHLOE, "set up", &format!("apply text='{section}'")).await.accepted();
    let refused = bot.zulip.post("Your message holds what looks like").await.content;
    assert!(refused.contains("a secret that is written into a configuration file"), "{refused}");
    bot.slack_command(CHLOE, "/bellhop apply").await.accepted();
    let view = bot.slack.view().await;
    let refused = bot.slack_submit(CHLOE, &view, &[("Text", Filled::Text(section.clone()))]).await.body;
    assert!(refused.contains("This box is not for secrets") && refused.contains("${NAME}"), "{refused}");
    // Named instead, the form says that nothing is kept under that name yet.
    let named = format!("# *Not* `markdown`\n{}", section.replace(secret, "${SECOND_API_KEY}"));
    bot.slack_submit(CHLOE, &view, &[("Text", Filled::Text(named))]).await.accepted();
    bot.slack.post("no such secret is kept yet").await;
    let (slack, zulip) = (bot.slack.posts(), bot.zulip.posts());
    let said: String = slack.iter().map(|it| it.raw.to_string()).chain(zulip.iter().map(|it| it.raw.to_string())).collect();
    assert!(!said.contains(secret));
    assert!(!bot.log().contains(secret) && !is_kept(&bot, secret));
}

#[tokio::test]
async fn others_agree_to_the_plan_that_they_read() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, "/bellhop approvals require applying bellhop apply approvers=@ben").await.accepted();
    bot.slack.post("has to agree before").await;
    let file = bot.slack.attach("ops.toml", &freeze("redmine issue list"));
    // Looking needs nobody.
    bot.slack_command(CHLOE, &format!("/bellhop apply slack-file:{file}")).await.accepted();
    let plan = bot.slack.post("would change").await;
    bot.slack_press(CHLOE, &plan, "Apply").await.accepted();
    bot.slack.post("You will be told").await;
    let asked = bot.slack.post("asks to run").await;
    assert!(asked.text.contains("+ grant freeze") && asked.text.contains("2 to add"), "who agrees reads it: {}", asked.text);
    bot.slack_command(BEN, "/bellhop grants").await.accepted();
    bot.slack.post("No grants: roles alone say").await;
    bot.slack_press(BEN, &asked, "Approve").await.accepted();
    bot.slack.post("Carried out").await;
    bot.slack_command(CHLOE, "/bellhop history grant freeze").await.accepted();
    let history = bot.slack.post("What was set up").await.text;
    assert!(history.contains("chloe"), "it is done as the one who asked: {history}");
}

#[tokio::test]
async fn a_form_with_a_secret_waits_sealed_until_others_agree() {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| drop(config.remove("connection"))).await;
    bot.slack_command(CHLOE, "/bellhop approvals require connecting bellhop connect * approvers=@ben").await.accepted();
    bot.slack.post("has to agree before").await;
    let key = bot.redmine.connection["api_key"].as_str().expect("a key").to_owned();
    let url = bot.redmine.connection["url"].as_str().expect("an address").to_owned();
    let ask = async || {
        bot.slack_command(CHLOE, "/bellhop connect redmine").await.accepted();
        let view = bot.slack.view().await;
        let values = [("Url", Filled::Text(url.clone())), ("Api key", Filled::Text(key.clone()))];
        bot.slack_submit(CHLOE, &view, &values).await.accepted();
    };
    ask().await;
    bot.slack.post("Approval 1").await;
    bot.slack_command(BEN, "/bellhop deny 1 Not today").await.accepted();
    bot.slack.post("is not done. ben denied it").await;
    ask().await;
    let asked = bot.slack.post_where("the second", |it| it.text.contains("Approval 2: chloe asks to run")).await;
    assert!(asked.text.contains("connect redmine") && !asked.text.contains(&key), "{}", asked.text);
    bot.slack_press(BEN, &asked, "Approve").await.accepted();
    bot.slack.post("is connected as").await;
    bot.slack_command(ANA, "/redmine issue create After two agreed project=demo").await.accepted();
    bot.slack.post("After two agreed").await;
    let said = bot.slack.posts().iter().map(|it| it.raw.to_string()).collect::<String>();
    assert!(!said.contains(&key) && !bot.log().contains(&key) && !is_kept(&bot, &key), "the key was sealed all the time");
}
