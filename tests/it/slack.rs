//! Slack: commands, buttons, modals, menus and shortcuts, and what is refused.

use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::Value;
use tests::{ANA, BEN, TestBot, slack::Filled};

#[tokio::test]
async fn a_command_creates_an_issue() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Printer on fire project=demo tracker=Bug").await.accepted();
    let post = bot.slack.post("Printer on fire").await;
    let issue = bot.redmine.issue("Printer on fire").await;
    assert_eq!(issue["tracker"]["name"], "Bug");
    assert!(post.text.contains(&format!("#{}", issue["id"])), "{}", post.text);
}

#[tokio::test]
async fn the_noun_may_be_left_out_and_phones_may_prettify() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine create Second printer —project “demo”").await.accepted();
    bot.slack.post("Second printer").await;
    assert_eq!(bot.redmine.issue("Second printer").await["project"]["name"], "Demo");
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let bot = TestBot::start().await;
    let body = bot.slack.command(ANA, "/redmine issue create Forged project=demo");
    let now = Timestamp::now().as_second();
    let other = bot.slack_signature(now, "token=another");
    for signature in [other.as_str(), "", "v0=", "v1=00", "v0=zz"] {
        let answer = bot.slack_raw("/slack/commands", body.clone(), now, signature).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{signature:?}: {}", answer.body);
        assert!(!answer.body.contains("v0="), "the answer shows a signature: {}", answer.body);
    }
    // What came next in the same process is done, what was forged is not.
    bot.slack_command(ANA, "/redmine issue create Signed project=demo").await.accepted();
    bot.slack.post("Signed").await;
    assert!(bot.redmine.issues("Forged").await.is_empty());
}

#[tokio::test]
async fn a_stale_request_is_refused() {
    let bot = TestBot::start().await;
    let body = bot.slack.command(ANA, "/redmine issue create Stale project=demo");
    for offset in [-301, 301] {
        // A second more, since the clock goes on between here and there.
        let then = Timestamp::now().as_second() + offset + offset.signum();
        let signature = bot.slack_signature(then, &body);
        assert_eq!(bot.slack_raw("/slack/commands", body.clone(), then, &signature).await.status, StatusCode::UNAUTHORIZED);
    }
    assert!(bot.redmine.issues("Stale").await.is_empty());
}

#[tokio::test]
async fn a_replay_does_nothing_twice() {
    let bot = TestBot::start().await;
    let body = bot.slack.command(ANA, "/redmine issue create Once project=demo");
    bot.slack_request("/slack/commands", body.clone()).await.accepted();
    bot.slack_request("/slack/commands", body).await.accepted();
    bot.slack.post("Once").await;
    // The lane of this channel is in order: when the next is done, a second "Once" would be too.
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert_eq!(bot.redmine.issues("Once").await.len(), 1);
    assert_eq!(bot.slack.posts().iter().filter(|it| it.text.contains("Once")).count(), 1);
}

#[tokio::test]
async fn an_unknown_command_is_answered_with_the_nearest() {
    let bot = TestBot::start().await;
    let answer = bot.slack_command(ANA, "/redmine issue craete Printer").await.accepted();
    assert!(answer.body.contains("craete") && answer.body.contains("issue create"), "{}", answer.body);
    assert_ne!(answer.json()["response_type"], "in_channel", "a typing mistake is nobody else's business");
}

#[tokio::test]
async fn a_missing_parameter_opens_the_form_with_what_was_typed() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Printer on fire").await.accepted();
    let view = bot.slack.view().await;
    assert_eq!(view["type"], "modal");
    assert_eq!(field(&view, "Subject")["element"]["initial_value"], "Printer on fire");
    let project = choose(&bot, &view, "Project", "dem").await;
    let filled = [("Subject", "Printer still on fire".into()), ("Project", project), ("Estimate", "1.5".into())];
    bot.slack_submit(ANA, &view, &filled).await;
    bot.slack.post("Printer still on fire").await;
    let issue = bot.redmine.issue("Printer still on fire").await;
    assert_eq!((issue["project"]["name"].as_str(), issue["estimated_hours"].as_f64()), (Some("Demo"), Some(1.5)));
}

#[tokio::test]
async fn a_refused_form_shows_the_reason_at_its_field_and_keeps_what_was_typed() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let view = bot.slack.view().await;
    let project = choose(&bot, &view, "Project", "demo").await;
    let long = "x".repeat(256);
    let filled = [("Subject", long.as_str().into()), ("Project", project.clone()), ("Estimate", "2".into())];
    let answer = bot.slack_submit(ANA, &view, &filled).await.json();
    // The subject is on the first page, and the answer came to the second: back to where it can be mended.
    assert_eq!(answer["response_action"], "update", "{answer}");
    let mut back = answer["view"].clone();
    back["id"] = view["id"].clone();
    assert_eq!(field(&back, "Subject")["element"]["initial_value"], long.as_str());
    assert_eq!(field(&back, "Project")["element"]["initial_option"]["value"], serde_json::json!("demo"));
    let blocks = back["blocks"].as_array().expect("blocks");
    let at = blocks.iter().position(|it| it["label"]["text"] == "Subject").expect("the field");
    assert!(blocks[at + 1].to_string().contains("255"), "Redmine's own word below the subject: {back:#}");
    // Mended and sent again, with what the second page held before.
    bot.slack_submit(ANA, &back, &[("Subject", "Short enough".into()), ("Project", project)]).await;
    bot.slack.post("Short enough").await;
    assert_eq!(bot.redmine.issue("Short enough").await["estimated_hours"].as_f64(), Some(2.0));
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_told_at_its_field() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Printer on fire").await.accepted();
    let view = bot.slack.view().await;
    let project = choose(&bot, &view, "Project", "demo").await;
    let answer = bot.slack_submit(ANA, &view, &[("Project", project), ("Parent", "the big one".into())]).await.json();
    assert_eq!(answer["response_action"], "errors", "{answer}");
    assert!(answer["errors"]["field-parent"].as_str().is_some_and(|it| it.contains("the big one")), "{answer}");
    assert!(bot.redmine.issues("Printer on fire").await.is_empty());
}

#[tokio::test]
async fn only_who_opened_a_form_may_submit_it() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let view = bot.slack.view().await;
    let project = choose(&bot, &view, "Project", "demo").await;
    let answer = bot.slack_submit(BEN, &view, &[("Subject", "Not mine".into()), ("Project", project)]).await;
    assert!(answer.body.contains("Only the person who opened this form"), "{}", answer.body);
    bot.slack_command(ANA, "/redmine issue create Mine project=demo").await.accepted();
    bot.slack.post("Mine").await;
    assert!(bot.redmine.issues("Not mine").await.is_empty());
}

#[tokio::test]
async fn a_button_of_a_card_runs_its_command() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Broken lamp project=demo").await.accepted();
    let card = bot.slack.post("Broken lamp").await;
    let id = bot.redmine.issue("Broken lamp").await["id"].clone();
    bot.slack_press(BEN, &card, "Close").await.accepted();
    bot.slack.post("Closed").await;
    let issue = bot.redmine.issue("Broken lamp").await;
    assert_eq!((&issue["id"], &issue["status"]["name"]), (&id, &Value::from("Closed")));
}

#[tokio::test]
async fn a_shortcut_takes_the_message_into_the_form() {
    let bot = TestBot::start().await;
    let kind = connectors::find("redmine").expect("the connector is there");
    let shortcut = kind.shortcuts.iter().find(|it| it.label.contains("issue")).expect("a shortcut that creates issues");
    let callback = format!("{}:{}", kind.name, shortcut.action);
    let body = bot.slack.shortcut(ANA, &callback, BEN, "The lift is stuck\nsince this morning");
    bot.slack_request("/slack/interactions", body).await.accepted();
    let view = bot.slack.view().await;
    assert_eq!(field(&view, "Subject")["element"]["initial_value"], "The lift is stuck");
    let description = field(&view, "Description")["element"].to_string();
    assert!(
        description.contains("since this morning") && description.contains("https://example.slack.com/archives/"),
        "{description}"
    );
}

#[tokio::test]
async fn an_oversized_body_is_refused_before_it_is_read() {
    let bot = TestBot::start().await;
    let body = bot.slack.command(ANA, &format!("/redmine issue create {}", "x".repeat(600 * 1024)));
    assert_eq!(bot.slack_request("/slack/commands", body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// The field of a modal with this label.
fn field<'a>(view: &'a Value, label: &str) -> &'a Value {
    let fields = view["blocks"].as_array().expect("blocks").iter();
    let mut found = fields.filter(|it| it["label"]["text"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(label)));
    found.next().unwrap_or_else(|| panic!("no field {label:?} in {view:#}"))
}

/// Types into a menu and takes the first choice, loaded or listed.
async fn choose(bot: &TestBot, view: &Value, label: &str, typed: &str) -> Filled {
    let element = &field(view, label)["element"];
    let options = match element["type"].as_str() {
        Some("external_select") => {
            let body = bot.slack.options(ANA, view, label, typed);
            bot.slack_request("/slack/interactions", body).await.accepted().json()["options"].clone()
        }
        _ => element["options"].clone(),
    };
    let options = options.as_array().unwrap_or_else(|| panic!("no choices of {label}")).iter();
    let wanted = |it: &&Value| it.to_string().to_lowercase().contains(typed);
    let option = options.clone().find(wanted).unwrap_or_else(|| panic!("no choice of {label} holds {typed:?}: {options:?}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Filled::Choice { text: text(&option["text"]["text"]), value: text(&option["value"]) }
}
