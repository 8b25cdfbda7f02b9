//! What happens in Slack besides commands: the Home tab, links, channels, files.

use connectors::standin::Fault;
use serde_json::{Value, json};
use tests::{
    ANA, BEN, Redmine, TestBot,
    far_end::Recorded,
    people::Person,
    slack::{CHANNEL, TEAM},
};

const TOKEN: &str = "canary-51d2-hook-token";

/// A bot that tells `slack:#dev` what the hook `ci` reports.
async fn telling_dev() -> TestBot {
    TestBot::configured(Redmine::standin().await, tests::Database::Sqlite, |config| {
        config.insert("hook".into(), toml::toml! { name = "ci" kind = "redmine" secret = "canary-51d2-hook-token" }.into_list());
        config.insert("subscription".into(), toml::toml! { from = "ci" to = "slack:#dev" }.into_list());
    })
    .await
}

trait IntoList {
    fn into_list(self) -> toml::Value;
}

impl IntoList for toml::Table {
    fn into_list(self) -> toml::Value {
        toml::Value::Array(vec![self.into()])
    }
}

async fn happens(bot: &TestBot, event: Value) {
    let body = bot.slack.happens(event);
    bot.slack_request("/slack/events", body).await.accepted();
}

async fn opens_home(bot: &TestBot, person: Person) {
    happens(bot, json!({"type": "app_home_opened", "user": person.slack, "channel": "D0HOME001", "tab": "home"})).await;
}

/// An issue of Ana's, and its address.
async fn issue(bot: &TestBot, line: &str, subject: &str) -> String {
    bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo {line}")).await.accepted();
    bot.slack.post(subject).await;
    let id = bot.redmine.issue(subject).await["id"].clone();
    format!("{}/issues/{id}", bot.redmine.connection["url"].as_str().expect("an address"))
}

fn shared(person: Person, channel: &str, ts: &str, links: &[&str]) -> Value {
    let links: Vec<Value> = links.iter().map(|url| json!({"domain": "127.0.0.1", "url": url})).collect();
    json!({"type": "link_shared", "user": person.slack, "channel": channel, "message_ts": ts, "is_bot_user_member": true,
        "unfurl_id": format!("{channel}.{ts}.abc"), "source": "conversations_history", "links": links})
}

fn is_unfurl(request: &Recorded) -> bool {
    request.path() == "/api/chat.unfurl"
}

async fn unfurled(bot: &TestBot) -> Value {
    bot.slack.far_end.next("what a link shows", is_unfurl).await.fields()
}

#[tokio::test]
async fn the_home_tab_shows_what_is_mine_and_is_made_anew() {
    let bot = telling_dev().await;
    issue(&bot, "assignee=me", "Printer on fire").await;
    issue(&bot, "assignee=none", "Nobody's printer").await;
    opens_home(&bot, ANA).await;
    // At once, before Redmine has answered.
    let first = bot.slack.home("Looking").await;
    assert_eq!(first["user_id"], ANA.slack);
    let page = bot.slack.home("Printer on fire").await;
    let text = page.to_string();
    assert!(text.contains("My open issues in Redmine") && text.contains("#dev") && text.contains("hears from ci"), "{page:#}");
    assert!(text.contains("Create issue") && !text.contains("Nobody's printer"), "{page:#}");
    assert!(page["hash"].is_string(), "it takes the place of the first, and of nothing newer: {page:#}");
    // The quick action opens its form, as it would anywhere.
    let press = bot.slack.press_at_home(ANA, &page, "Create issue");
    bot.slack_request("/slack/interactions", press).await.accepted();
    assert_eq!(bot.slack.view().await["title"]["text"], "Create issue");
    issue(&bot, "assignee=me", "Second fire").await;
    let press = bot.slack.press_at_home(ANA, &page, "Refresh");
    bot.slack_request("/slack/interactions", press).await.accepted();
    bot.slack.home("Second fire").await;
}

#[tokio::test]
async fn a_system_that_is_down_takes_nothing_else_from_the_home_tab() {
    let mut bot = telling_dev().await;
    issue(&bot, "assignee=me", "Printer on fire").await;
    opens_home(&bot, ANA).await;
    let page = bot.slack.home("Printer on fire").await;
    bot.redmine.server().set(Fault::Down).await;
    let press = bot.slack.press_at_home(ANA, &page, "Refresh");
    bot.slack_request("/slack/interactions", press).await.accepted();
    // What was known, with its age and the reason; and everything else.
    let page = bot.slack.home("This is as of").await.to_string();
    assert!(page.contains("Printer on fire") && page.contains("hears from ci") && page.contains("Help"), "{page}");
    // Who has never looked sees why there is nothing.
    opens_home(&bot, BEN).await;
    let of_ben = |it: &Recorded| it.path() == "/api/views.publish" && it.body.contains(BEN.slack) && !it.body.contains("Looking");
    let page = bot.slack.far_end.next("Ben's Home tab", of_ben).await.body;
    assert!(page.contains("not everything has answered") && page.contains("Redmine"), "{page}");
}

#[tokio::test]
async fn home_is_a_command_in_both_chats() {
    let bot = telling_dev().await;
    issue(&bot, "assignee=me", "Printer on fire").await;
    bot.slack_command(ANA, "/bellhop home").await.accepted();
    let post = bot.slack.post("My open issues").await;
    assert!(post.private && post.text.contains("Printer on fire"), "{}", post.text);
    bot.zulip_direct(ANA, "bellhop home").await.accepted();
    let post = bot.zulip.post("My open issues").await;
    assert!(post.content.contains("Printer on fire"), "{}", post.content);
}

#[tokio::test]
async fn a_link_shows_its_object_once_to_those_who_may_see_it() {
    let bot = TestBot::start().await;
    let link = issue(&bot, "", "Printer on fire").await;
    let private = issue(&bot, "--private", "Secret printer").await;
    happens(&bot, shared(ANA, CHANNEL, "1795218400.000010", &[&link])).await;
    let shown = unfurled(&bot).await;
    assert_eq!((&shown["channel"], &shown["ts"]), (&json!(CHANNEL), &json!("1795218400.000010")));
    let card = shown["unfurls"][&link].to_string();
    assert!(card.contains("Printer on fire") && card.contains("Close"), "{shown:#}");
    // Within half an hour not again here; nothing private; nothing that the link does not lead to.
    let number = link.rsplit('/').next().expect("a number");
    let version = link.replace("/issues/", "/versions/");
    for links in [vec![link.as_str()], vec![private.as_str()], vec![version.as_str()], vec!["https://example.org/issues/1"]] {
        happens(&bot, shared(ANA, CHANNEL, "1795218400.000011", &links)).await;
    }
    // Elsewhere it is shown; the lane of the channel above is done when this one is asked for there.
    let anchored = format!("{link}#note-1");
    happens(&bot, shared(ANA, CHANNEL, "1795218400.000012", &[&anchored])).await;
    let shown = unfurled(&bot).await;
    assert!(shown["unfurls"][&anchored].is_object(), "{shown:#} (issue {number})");
    assert_eq!(bot.slack.far_end.count(is_unfurl), 2);
    // While it is written, Slack goes by another name.
    let mut writing = shared(BEN, "COMPOSER", "U0BEN-1", &[&link]);
    (writing["unfurl_id"], writing["source"]) = (json!("U0BEN-1"), json!("composer"));
    happens(&bot, writing).await;
    let shown = unfurled(&bot).await;
    assert_eq!((&shown["unfurl_id"], &shown["source"], &shown["channel"]), (&json!("U0BEN-1"), &json!("composer"), &Value::Null));
    assert!(shown["unfurls"][&link]["preview"]["title"]["text"].to_string().contains("Printer on fire"), "{shown:#}");
}

#[tokio::test]
async fn who_is_not_known_is_told_once_why_a_link_shows_nothing() {
    let bot = TestBot::start().await;
    let link = format!("{}/issues/1", bot.redmine.connection["url"].as_str().expect("an address"));
    bot.slack.hide_emails();
    happens(&bot, shared(BEN, CHANNEL, "1795218400.000010", &[&link])).await;
    let hint = unfurled(&bot).await;
    assert_eq!((&hint["user_auth_required"], &hint["unfurls"]), (&json!(true), &json!({})));
    assert!(hint["user_auth_blocks"].to_string().contains("Redmine"), "{hint:#}");
    happens(&bot, shared(BEN, CHANNEL, "1795218400.000011", &[&link])).await;
    // In order behind it: somebody else, who has not been told.
    happens(&bot, shared(ANA, CHANNEL, "1795218400.000012", &[&link])).await;
    assert_eq!(unfurled(&bot).await["ts"], "1795218400.000012");
    assert_eq!(bot.slack.far_end.count(is_unfurl), 2);
}

fn issue_event(id: u64, subject: &str) -> Value {
    json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}})
}

#[tokio::test]
async fn posts_follow_a_renamed_channel_and_administrators_hear_of_it() {
    let bot = telling_dev().await;
    bot.hook("ci", TOKEN, &issue_event(7, "Before")).await.accepted();
    assert_eq!(bot.slack.post("Before").await.channel.as_deref(), Some("#dev"));
    let body = bot.slack.rename_channel("development");
    bot.slack_request("/slack/events", body).await.accepted();
    let note = bot.slack.post("slack:#dev is called #development now").await;
    assert!(note.text.contains("[[subscription]] in line"), "{}", note.text);
    bot.hook("ci", TOKEN, &issue_event(8, "Afterwards")).await.accepted();
    assert_eq!(bot.slack.post("Afterwards").await.channel.as_deref(), Some(CHANNEL));
}

#[tokio::test]
async fn administrators_hear_at_once_of_a_channel_that_is_closed_and_again_when_it_is_open() {
    let bot = telling_dev().await;
    happens(&bot, json!({"type": "channel_archive", "channel": CHANNEL, "user": BEN.slack})).await;
    let note = bot.slack.post("Nothing can be posted to slack:#dev").await;
    assert!(note.text.contains("archived") && note.text.contains("[[subscription]]"), "{}", note.text);
    happens(&bot, json!({"type": "channel_unarchive", "channel": CHANNEL, "user": BEN.slack})).await;
    bot.slack.post("slack:#dev takes posts again").await;
    happens(&bot, json!({"type": "channel_left", "channel": CHANNEL, "actor_id": BEN.slack})).await;
    bot.slack.post("Bellhop was removed from").await;
}

#[tokio::test]
async fn the_bot_introduces_itself_once_to_who_put_it_into_a_channel() {
    let bot = telling_dev().await;
    let joined = json!({"type": "member_joined_channel", "user": "U0BOT0001", "channel": CHANNEL, "channel_type": "C", "team": TEAM,
        "inviter": BEN.slack});
    happens(&bot, joined.clone()).await;
    let said = bot.slack.post("This channel hears of").await;
    assert!(
        said.private && said.raw["user"] == BEN.slack && said.text.contains("ci") && said.text.contains("/redmine"),
        "{said:#?}"
    );
    happens(&bot, joined).await;
    let of_ana = json!({"type": "member_joined_channel", "user": ANA.slack, "channel": CHANNEL, "team": TEAM});
    happens(&bot, of_ana).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert_eq!(bot.slack.posts().iter().filter(|it| it.text.contains("This channel hears of")).count(), 1);
}

#[tokio::test]
async fn a_message_is_one_command_however_it_comes_and_however_it_is_changed() {
    let bot = TestBot::start().await;
    let text = "<@U0BOT0001> redmine issue create Once project=demo";
    let said = json!({"user": ANA.slack, "channel": "D0DIRECT1", "ts": "1795218400.000020", "text": text, "event_ts": "1795218400.000020"});
    let with = |more: Value| {
        let mut event = said.clone();
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event
    };
    happens(&bot, with(json!({"type": "message", "channel_type": "im"}))).await;
    happens(&bot, with(json!({"type": "app_mention"}))).await;
    happens(&bot, with(json!({"type": "app_mention", "ts": "1795218400.000021", "edited": {"user": ANA.slack, "ts": "1.0"}})))
        .await;
    // A reply in a thread of the conversation is answered there.
    let reply = json!({"type": "message", "channel_type": "im", "ts": "1795218400.000022", "thread_ts": "1795218400.000020",
        "text": "redmine issue create Afterwards project=demo"});
    happens(&bot, with(reply)).await;
    let answer = bot.slack.post("Afterwards").await;
    assert_eq!(answer.raw["thread_ts"], "1795218400.000020");
    bot.slack.post("Once").await;
    assert_eq!(bot.redmine.issues("Once").await.len(), 1);
}

#[tokio::test]
async fn a_file_of_the_message_is_its_commands_file() {
    let bot = TestBot::start().await;
    let event = json!({"type": "app_mention", "user": ANA.slack, "channel": CHANNEL, "ts": "1795218400.000030", "event_ts": "1795218400.000030",
        "text": "<@U0BOT0001> redmine issue create Burnt paper project=demo", "files": [{"id": "F0PHOTO01", "name": "photo.png"}]});
    happens(&bot, event).await;
    let asked = bot.slack.far_end.next("the file", |it| it.path() == "/api/files.info").await;
    assert!(asked.url.contains("F0PHOTO01") || asked.body.contains("F0PHOTO01"), "{asked:?}");
    // An action that takes none says so.
    let event = json!({"type": "app_mention", "user": ANA.slack, "channel": CHANNEL, "ts": "1795218400.000031", "event_ts": "1795218400.000031",
        "text": "<@U0BOT0001> redmine issue show 1", "files": [{"id": "F0PHOTO01", "name": "photo.png"}]});
    happens(&bot, event).await;
    bot.slack.post("takes no file").await;
}
