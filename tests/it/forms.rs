//! Forms: pages back and forth, windows that were closed, pickers, conversations, the page on the web.

use serde_json::{Value, json};
use tests::{ANA, Answer, BEN, TestBot, slack::Filled};

fn project(name: &str) -> Filled {
    Filled::Choice { text: name.into(), value: name.to_lowercase() }
}

/// The field of a modal with this label.
fn field<'a>(view: &'a Value, label: &str) -> &'a Value {
    let mut blocks = view["blocks"].as_array().expect("blocks").iter();
    blocks.find(|it| it["label"]["text"] == label).unwrap_or_else(|| panic!("no field {label:?} in {view:#}"))
}

/// Sends a page of a modal; the page that Slack then shows.
async fn next(bot: &TestBot, view: &Value, filled: &[(&str, Filled)]) -> Value {
    let answer = bot.slack_request("/slack/interactions", bot.slack.submit(ANA, view, filled)).await.accepted().json();
    assert_eq!(answer["response_action"], "update", "{answer}");
    let mut next = answer["view"].clone();
    next["id"] = view["id"].clone();
    next["hash"] = json!("next");
    next
}

async fn options(bot: &TestBot, view: &Value, label: &str, typed: &str) -> Value {
    let body = bot.slack.options(ANA, view, label, typed);
    bot.slack_request("/slack/interactions", body).await.accepted().json()
}

fn labels(options: &Value) -> Vec<&str> {
    options["options"].as_array().into_iter().flatten().filter_map(|it| it["text"]["text"].as_str()).collect()
}

#[tokio::test]
async fn a_form_turns_back_with_everything_that_was_typed() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let first = bot.slack.view().await;
    let second = next(&bot, &first, &[("Subject", "Printer on fire".into()), ("Project", project("Demo"))]).await;
    let typed = [("Estimate", "1.5".into()), ("Due date", "2026-12-01".into())];
    bot.slack_request("/slack/interactions", bot.slack.turn(ANA, &second, "form-back", &typed)).await.accepted();
    let back = bot.slack.updated().await;
    assert_eq!(field(&back, "Subject")["element"]["initial_value"], "Printer on fire");
    assert_eq!(field(&back, "Project")["element"]["initial_option"]["text"]["text"], "Demo", "by its name, not by its value");
    let again = next(&bot, &back, &[("Subject", "Printer in flames".into())]).await;
    assert_eq!(field(&again, "Estimate")["element"]["initial_value"], "1.5");
    assert_eq!(field(&again, "Due date")["element"]["initial_date"], "2026-12-01");
    bot.slack_submit(ANA, &again, &[]).await;
    bot.slack.post("Printer in flames").await;
    let issue = bot.redmine.issue("Printer in flames").await;
    assert_eq!((&issue["due_date"], issue["estimated_hours"].as_f64()), (&json!("2026-12-01"), Some(1.5)));
    assert!(bot.redmine.issues("Printer on fire").await.is_empty());
}

#[tokio::test]
async fn a_closed_form_is_opened_again_as_it_was() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let view = bot.slack.view().await;
    let typed = [("Subject", "Half a printer".into())];
    bot.slack_request("/slack/interactions", bot.slack.closed(ANA, &view, &typed)).await.accepted();
    let offer = bot.slack.post("kept for a day").await;
    assert!(offer.private, "it is nobody else's business: {:#}", offer.raw);
    bot.slack_press(ANA, &offer, "Go on").await.accepted();
    let again = bot.slack.view().await;
    assert_eq!(field(&again, "Subject")["element"]["initial_value"], "Half a printer");

    // A window into which nothing was typed is closed without a word.
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let empty = bot.slack.view().await;
    bot.slack_request("/slack/interactions", bot.slack.closed(ANA, &empty, &[])).await.accepted();
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert_eq!(bot.slack.posts().iter().filter(|it| it.text.contains("kept for a day")).count(), 1);
}

#[tokio::test]
async fn pickers_go_by_what_was_picked_before() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create").await.accepted();
    let view = bot.slack.view().await;
    // Slack does not say what is in the window when it asks for options, but told us when it changed.
    let picked = [("Project", project("Demo"))];
    bot.slack_request("/slack/interactions", bot.slack.turn(ANA, &view, "project", &picked)).await.accepted();
    let told = bot.slack.updated().await;
    assert_ne!(field(&told, "Tracker")["block_id"], field(&view, "Tracker")["block_id"], "what was picked for another is gone");
    assert!(!labels(&options(&bot, &told, "Tracker", "").await).is_empty());
    let second = next(&bot, &told, &[("Subject", "Printer".into()), ("Project", project("Demo"))]).await;
    assert_eq!(labels(&options(&bot, &second, "Category", "").await), ["Backend", "Hardware"]);
    assert_eq!(labels(&options(&bot, &second, "Category", "hard").await), ["Hardware"]);
}

#[tokio::test]
async fn any_command_is_run_from_a_shortcut() {
    let bot = TestBot::start().await;
    bot.slack_request("/slack/interactions", bot.slack.global_shortcut(ANA, "bellhop:run:global")).await.accepted();
    let view = bot.slack.view().await;
    let found = options(&bot, &view, "Command", "issue cr").await;
    assert!(labels(&found).iter().any(|it| it.starts_with("redmine issue create")), "{found}");
    // What it still needs is asked for in its own form.
    let create = Filled::Choice { text: "redmine issue create".into(), value: "redmine issue create".into() };
    let form = next(&bot, &view, &[("Command", create)]).await;
    let second = next(&bot, &form, &[("Subject", "From a shortcut".into()), ("Project", project("Demo"))]).await;
    bot.slack_submit(ANA, &second, &[]).await;
    bot.slack.post("From a shortcut").await;
    bot.redmine.issue("From a shortcut").await;

    // One that is whole is done.
    bot.slack_request("/slack/interactions", bot.slack.global_shortcut(ANA, "bellhop:run:global")).await.accepted();
    let view = bot.slack.view().await;
    let whole = "redmine issue create Whole printer project=demo";
    let filled = [("Command", Filled::Choice { text: whole.into(), value: whole.into() })];
    let answer = bot.slack_request("/slack/interactions", bot.slack.submit(ANA, &view, &filled)).await.accepted().json();
    assert_eq!(answer["response_action"], "clear", "{answer}");
    bot.slack.post("Whole printer").await;
}

#[tokio::test]
async fn a_shortcut_passes_on_who_said_it() {
    let bot = TestBot::start().await;
    let body = bot.slack.shortcut(ANA, "redmine:issue create", BEN, "The lift is stuck");
    bot.slack_request("/slack/interactions", body).await.accepted();
    let view = bot.slack.view().await;
    let description = field(&view, "Description")["element"].to_string();
    assert!(description.contains("by ben: https://example.slack.com/archives/"), "{description}");
}

fn token() -> &'static str {
    tests::SECRETS.iter().find(|(name, _)| *name == "ZULIP_WEBHOOK_TOKEN").expect("a token").1
}

#[tokio::test]
async fn a_conversation_is_summed_up_and_one_answer_changed() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_direct(ANA, "redmine issue create").await.accepted();
    bot.zulip.hears(&answer, "Project").await;
    let answer = bot.zulip_direct(ANA, "?").await.accepted();
    bot.zulip.hears(&answer, "sets it aside").await;
    let answer = bot.zulip_direct(ANA, "demo").await.accepted();
    bot.zulip.hears(&answer, "Subject").await;
    let answer = bot.zulip_direct(ANA, "Printer on fire").await.accepted();
    let summary = bot.zulip.hears(&answer, "`create`").await;
    let number = |label: &str| {
        let line = summary.lines().find(|it| it.contains(label)).unwrap_or_else(|| panic!("no {label} in {summary}"));
        line.split('.').next().expect("a number").to_owned()
    };
    // A wrong answer is asked for again, with the reason.
    bot.zulip_direct(ANA, &number("Due date")).await.accepted();
    let answer = bot.zulip_direct(ANA, "someday").await.accepted();
    bot.zulip.hears(&answer, "is not a date").await;
    let answer = bot.zulip_direct(ANA, "2026-12-01").await.accepted();
    bot.zulip.hears(&answer, "Due date: 2026-12-01").await;
    let answer = bot.zulip_direct(ANA, "subject=Printer in flames").await.accepted();
    bot.zulip.hears(&answer, "Subject: Printer in flames").await;
    bot.zulip_direct(ANA, "create").await.accepted();
    bot.zulip.post("Printer in flames").await;
    assert_eq!(bot.redmine.issue("Printer in flames").await["due_date"], "2026-12-01");
}

#[tokio::test]
async fn conversations_in_two_topics_and_a_group_do_not_meet() {
    let bot = TestBot::start().await;
    let topic = async |topic: &str, text: &str| bot.zulip_mention(ANA, topic, text).await.accepted();
    topic("printers", "redmine issue create").await;
    topic("lifts", "redmine issue create").await;
    topic("printers", "demo").await;
    topic("lifts", "apollo").await;
    topic("printers", "Topic printer").await;
    topic("lifts", "Topic lift").await;
    topic("printers", "create").await;
    bot.zulip.post("Topic printer").await;
    topic("lifts", "create").await;
    bot.zulip.post("Topic lift").await;
    assert_eq!(bot.redmine.issue("Topic printer").await["project"]["name"], "Demo");
    assert_eq!(bot.redmine.issue("Topic lift").await["project"]["name"], "Apollo");

    let group = async |person: tests::people::Person, other: tests::people::Person, text: &str| -> Answer {
        bot.zulip_request(&bot.zulip.group(person, &[other], text, token())).await.accepted()
    };
    let opened = group(ANA, BEN, "redmine issue create").await;
    let opened = bot.zulip.hears(&opened, "Project").await;
    assert!(!opened.contains("/form/"), "others read here: {opened}");
    // Ben's words are no answers to what Ana is asked.
    group(BEN, ANA, "apollo").await;
    group(ANA, BEN, "demo").await;
    group(ANA, BEN, "Group printer").await;
    group(ANA, BEN, "create").await;
    bot.zulip.post("Group printer").await;
    assert_eq!(bot.redmine.issue("Group printer").await["project"]["name"], "Demo");
}

#[tokio::test]
async fn a_page_takes_files_and_works_once() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_direct(ANA, "redmine issue create").await.accepted();
    let opened = bot.zulip.hears(&answer, "/form/").await;
    let start = opened.find("http://").expect("an address");
    let address = opened[start..].split(')').next().expect("its end").to_owned();
    let get = async |address: &str| {
        let response = bot.client.get(address).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a page"))
    };
    let (status, page) = get(&address).await;
    assert_eq!(status, 200);
    let (_, rest) = page.split_once("name=\"#once\" value=\"").expect("a page that can be sent");
    let once = rest.split('"').next().expect("its end");

    let part = |name: &str, value: &str| format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\fakepath\\fire.txt\"\r\n\
                content-type: text/plain\r\n\r\nIt burns.\r\n";
    let body =
        [&part("#once", once), &part("project", "demo"), &part("subject", "Printer on a page"), file, "--edge--\r\n"].concat();
    let send = async |site: &str| {
        let request = bot.client.post(&address).header("content-type", "multipart/form-data; boundary=edge");
        let response = request.header("sec-fetch-site", site).body(body.clone()).send().await.expect("an answer");
        response.status().as_u16()
    };
    assert_eq!(send("cross-site").await, 403);
    let sent = send("same-origin").await;
    assert!(sent == 303 || sent == 200, "{sent}");
    bot.zulip.post("Printer on a page").await;
    bot.redmine.issue("Printer on a page").await;
    let uploaded = bot.redmine.far_end.as_ref().expect("a stand-in").requests();
    let uploaded = uploaded.iter().find(|it| it.path().ends_with("/uploads.json")).expect("an upload");
    assert!(uploaded.body.contains("It burns.") && uploaded.url.contains("fire.txt"), "{}", uploaded.url);

    let (status, page) = get(&address).await;
    assert!(status == 200 && page.contains("It was taken at"), "{page}");
    send("same-origin").await;
    assert_eq!(bot.redmine.issues("Printer on a page").await.len(), 1);
    let (status, _) = get(&format!("{}x", address.trim_end_matches(|it: char| it.is_ascii_hexdigit()))).await;
    assert_eq!(status, 410, "nobody but us signs an address");
}
