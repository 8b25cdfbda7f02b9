//! Hooks: made in chat, signed, rotated, disabled; what came, why it was told, and doing it again.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    ANA, Answer, CHLOE, Database, Redmine, TestBot,
    slack::{CHANNEL, DIRECT, Filled, Post},
};

const TOKEN: &str = "the-token-of-a-story";

/// A bot with what the configuration says besides.
async fn bot(database: Database, more: &str) -> TestBot {
    let more: toml::Table = more.parse().expect("a configuration");
    TestBot::configured(Redmine::standin().await, database, |config| {
        for (section, value) in more {
            match (config.get_mut(&section).and_then(toml::Value::as_table_mut), value) {
                (Some(table), toml::Value::Table(keys)) => table.extend(keys),
                (_, value) => drop(config.insert(section, value)),
            }
        }
    })
    .await
}

/// A hook of the file, of the kind whose deliveries carry a token.
fn tracker(more: &str) -> String {
    format!("[[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n{more}")
}

/// What GitHub sends of a new issue.
fn issue(number: u64, title: &str) -> Value {
    let repository = json!({"id": 1, "full_name": "acme/widgets", "name": "widgets", "html_url": "https://github.com/acme/widgets",
        "owner": {"login": "acme"}});
    json!({"action": "opened", "repository": repository, "sender": {"login": "ana", "id": 5},
        "issue": {"id": 1000 + number, "number": number, "title": title, "state": "open", "labels": [], "body": "Flames.",
            "html_url": format!("https://github.com/acme/widgets/issues/{number}"), "user": {"login": "ana"},
            "created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:00Z"}})
}

/// GitHub delivers it, signed with `secret`: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
async fn github(bot: &TestBot, hook: &str, secret: &str, delivery: &str, payload: &Value) -> Answer {
    let body = payload.to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(body.as_bytes());
    let request = bot.client.post(format!("http://{}/hooks/{hook}", bot.address()));
    let request = request.header("x-hub-signature-256", format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
    send(request.header("x-github-event", "issues").header("x-github-delivery", delivery).body(body)).await
}

async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("bellhop answers");
    Answer { status: response.status(), body: response.text().await.expect("an answer is text") }
}

/// The secret that a direct message shows: 32 bytes in base64url.
fn secret_in(text: &str) -> String {
    let is_one = |it: &&str| it.len() == 43 && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    let words = text.split(|it: char| !(it.is_ascii_alphanumeric() || "-_".contains(it)));
    words.rev().find(|it| is_one(it)).unwrap_or_else(|| panic!("no secret in {text}")).to_owned()
}

async fn reply(bot: &TestBot, line: &str, containing: &str) -> Post {
    bot.slack_command(CHLOE, line).await.accepted();
    bot.slack.post(containing).await
}

async fn a_hook_from_its_making_to_its_end(database: Database) {
    let bot = bot(database, "").await;
    let refused = bot.slack_command(ANA, "/bellhop hooks add github name=ci").await.accepted();
    assert!(refused.body.contains("for administrators"), "{}", refused.body);

    // Its secret is shown once, to who asked alone.
    bot.slack_command(CHLOE, "/bellhop hooks add github name=ci").await.accepted();
    let shown = bot.slack.post_where("the steps", |it| it.channel.as_deref() == Some(DIRECT)).await;
    assert!(shown.text.contains("Settings → Webhooks") && shown.text.contains("/hooks/ci"), "{}", shown.text);
    let first = secret_in(&shown.text);
    let ready = bot.slack.post("is ready").await;
    assert!(ready.private && !ready.text.contains(&first), "{}", ready.text);
    bot.slack_command(CHLOE, "/bellhop hooks add github name=ci").await.accepted();
    bot.slack.post("There is a hook `ci` already").await;

    bot.slack_command(ANA, "/bellhop subscribe ci mode=each").await.accepted();
    bot.slack.post("This channel hears of").await;
    github(&bot, "ci", &first, "d-1", &issue(42, "Printer on fire")).await.accepted();
    let post = bot.slack.post("Printer on fire").await;
    assert_eq!(post.channel.as_deref(), Some(CHANNEL));
    bot.metric_reaches(4.0, "bellhop_sends_total", &[("chat", "slack"), ("outcome", "ok")]).await;
    assert_eq!(github(&bot, "ci", "another-secret", "d-2", &issue(43, "Cat")).await.status, StatusCode::UNAUTHORIZED);

    why_it_was_told(&bot).await;
    let second = rotated(&bot, &first).await;
    looked_into_and_replayed(&bot, &second).await;

    // A hook that is disabled is not there, until it is enabled.
    reply(&bot, "/bellhop hooks disable ci", "is disabled").await;
    let refused = github(&bot, "ci", &second, "d-5", &issue(47, "Nobody hears of it")).await;
    let nobody = github(&bot, "nobody", &second, "d-5", &issue(47, "Nobody hears of it")).await;
    assert_eq!((refused.status, &refused.body), (StatusCode::NOT_FOUND, &nobody.body));
    reply(&bot, "/bellhop hooks enable ci", "takes what comes").await;
    github(&bot, "ci", &second, "d-6", &issue(48, "Smoke again")).await.accepted();
    bot.slack.post("Smoke again").await;

    let asked = reply(&bot, "/bellhop hooks delete ci", "would be gone").await;
    bot.slack_press(CHLOE, &asked, "Delete it").await.accepted();
    bot.slack.post("is gone, and its secret forgotten").await;
    assert_eq!(github(&bot, "ci", &second, "d-7", &issue(49, "Too late")).await.status, StatusCode::NOT_FOUND);

    let posts = bot.slack.posts();
    for silent in ["Cat", "Nobody hears of it", "Too late"] {
        assert!(!posts.iter().any(|it| it.channel.as_deref() == Some(CHANNEL) && it.text.contains(silent)), "{silent}");
    }
    nothing_holds(&bot, &[&first, &second]);
}

/// Which rule posted it: by a link, by what it is about, or as the last message here.
async fn why_it_was_told(bot: &TestBot) {
    let seen = bot.slack.seen_in(CHANNEL);
    let (ts, _) = seen.iter().find(|(_, text)| text.contains("Printer on fire")).expect("the message");
    let link = format!("<https://example.slack.com/archives/{CHANNEL}/p{}>", ts.replace('.', ""));
    for (what, heading) in [
        ("", "This message tells of one event"),
        (link.as_str(), "This message tells of one event"),
        ("issue 42", "one event in the last seven days"),
        ("acme/widgets#42", "one event in the last seven days"),
        ("https://github.com/acme/widgets/issues/42", "one event in the last seven days"),
    ] {
        bot.slack_command(ANA, &format!("/bellhop why {what}")).await.accepted();
        let told = bot.slack.post(heading).await.text;
        for part in ["Printer on fire", "verified by its secret", "posted in", "mode full", "as ana asked"] {
            assert!(told.contains(part), "{part:?} in the answer to {what:?}: {told}");
        }
    }
    bot.slack_command(ANA, "/bellhop why PR 512").await.accepted();
    let told = bot.slack.post("This channel hears of nothing in the last seven days about").await.text;
    assert!(told.contains("ci") && told.contains("its last delivery came"), "{told}");
    bot.slack_command(ANA, "/bellhop why --dry-run from=ci filter=\"author:ben\"").await.accepted();
    bot.slack.post("would have posted 0, held 1").await;
    bot.slack_command(ANA, "/bellhop why --dry-run").await.accepted();
    bot.slack.post("would have posted 1, held 0").await;
}

/// A new secret; both are taken.
async fn rotated(bot: &TestBot, first: &str) -> String {
    bot.slack_command(CHLOE, "/bellhop hooks rotate ci").await.accepted();
    let is_new = |it: &Post| it.channel.as_deref() == Some(DIRECT) && it.text.contains("New secret");
    let second = secret_in(&bot.slack.post_where("the new secret", is_new).await.text);
    assert_ne!(first, second);
    bot.slack.post("is ready").await;
    github(bot, "ci", first, "d-3", &issue(44, "Signed with the old secret")).await.accepted();
    bot.slack.post("Signed with the old secret").await;
    github(bot, "ci", &second, "d-4", &issue(45, "Signed with the new secret")).await.accepted();
    bot.slack.post("Signed with the new secret").await;
    second
}

async fn looked_into_and_replayed(bot: &TestBot, secret: &str) {
    // The same again is known.
    github(bot, "ci", secret, "d-4", &issue(45, "Signed with the new secret")).await.accepted();
    let list = bot.bellhop(&["hooks", "deliveries", "ci", "--json"]).await.done().json();
    let ended = |verdict: &str| list.as_array().expect("a list").iter().filter(|it| it["verdict"] == verdict).count();
    assert_eq!((ended("accepted"), ended("refused")), (3, 1), "{list:#}");
    let of = |key: &str| list.as_array().expect("a list").iter().find(|it| it["key"] == key).expect("it").clone();
    assert_eq!(of("d-3")["verified_by"], "the secret before the last rotation");
    assert_eq!((&of("d-4")["verified_by"], &of("d-4")["repeats"]), (&json!("its secret"), &json!(1)));
    let refused = list.as_array().expect("a list").iter().find(|it| it["verdict"] == "refused").expect("one");
    assert!(refused["reason"].as_str().is_some_and(|it| it.contains("does not fit the body")), "{refused:#}");

    let id = of("d-1")["id"].to_string();
    let one = bot.bellhop(&["hooks", "delivery", &id, "--json"]).await.done().json();
    assert!(one["events"][0]["told"][0]["state"]["posted"].is_string(), "{one:#}");
    assert!(one["body"].as_str().is_some_and(|it| it.contains("Printer on fire")));
    let names: Vec<&str> = one["headers"].as_array().expect("a list").iter().filter_map(|it| it[0].as_str()).collect();
    assert!(names.contains(&"x-github-event") && !names.iter().any(|it| it.contains("signature")), "{names:?}");
    let shown = reply(bot, &format!("/bellhop hooks delivery {id}"), &format!("Delivery {id}")).await;
    assert!(shown.private && shown.text.contains("verified") || shown.text.contains("its secret"), "{}", shown.text);

    // What was posted is not posted again, unless somebody asks for that.
    let count = || bot.slack.seen_in(CHANNEL).iter().filter(|(_, text)| text.contains("Printer on fire")).count();
    let dry = reply(bot, &format!("/bellhop hooks replay {id}"), "posts would be new").await;
    assert!(dry.text.contains("0 posts would be new, 1 are there already"), "{}", dry.text);
    reply(bot, "/bellhop hooks replay ci since=1h post=yes", "0 posts are on their way, 3 are there already").await;
    assert_eq!(count(), 1);
    reply(bot, &format!("/bellhop hooks replay {id} post=yes again=yes"), "1 posts are on their way").await;
    bot.slack
        .post_where("it once more", |it| it.channel.as_deref() == Some(CHANNEL) && it.text.contains("Printer on fire"))
        .await;

    let fares = reply(bot, "/bellhop hooks show ci", "From receipt to posted").await.text;
    for part in ["works", "Failed in 24 hours", "does not fit the body", "Last events"] {
        assert!(fares.contains(part), "{part:?} in {fares}");
    }
    let list = reply(bot, "/bellhop hooks", "Failed in 24 h").await;
    assert!(list.text.contains("ci") && list.text.contains("github"), "{}", list.text);
    let listed = bot.bellhop(&["hooks", "--json"]).await.done().json();
    assert_eq!((&listed[0]["name"], &listed[0]["state"], &listed[0]["day"]), (&json!("ci"), &json!("works"), &json!(3)));
}

/// Neither the log nor the database's files hold these.
fn nothing_holds(bot: &TestBot, secrets: &[&str]) {
    let log = bot.log();
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds a hook's secret");
        for file in std::fs::read_dir(bot.folder()).expect("our folder").flatten() {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            let holds = bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
            assert!(!holds, "{} holds a hook's secret", file.path().display());
        }
    }
}

#[tokio::test]
async fn a_hook_lives_in_chat() {
    a_hook_from_its_making_to_its_end(Database::Sqlite).await;
}

#[tokio::test]
async fn a_hook_lives_in_chat_on_postgresql() {
    a_hook_from_its_making_to_its_end(Database::Postgres).await;
}

/// What Redmine's own webhook sends of a new issue.
fn created(id: u64, subject: &str) -> Value {
    json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}})
}

async fn poison_is_kept_and_holds_nobody_up(database: Database) {
    let subscription = "[[subscription]]\nfrom = \"tracker\"\nto = \"slack:C0DEMO001\"\nmode = \"each\"";
    let bot = bot(database, &tracker(subscription)).await;
    let url = format!("http://{}/hooks/tracker", bot.address());
    let request = || bot.client.post(&url).header("x-redmine-token", TOKEN).header("content-type", "application/json");
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let mut malformed = created(1, "Bad").to_string().into_bytes();
    malformed.splice(10..12, [0xff, 0xfe]);
    let mut with_nul = created(2, "Nul").to_string().into_bytes();
    with_nul.insert(5, 0);
    let neighbour = async {
        let began = tokio::time::Instant::now();
        bot.hook("tracker", TOKEN, &created(42, "The neighbour's printer")).await.accepted();
        bot.slack.post("The neighbour's printer").await;
        began.elapsed()
    };
    let (deep, malformed, nul, large, packed, neighbour) = tokio::join!(
        send(request().body(deep)),
        send(request().body(malformed)),
        send(request().body(with_nul)),
        send(request().body(vec![b' '; 600 * 1024])),
        send(request().header("content-encoding", "gzip").body("x")),
        neighbour,
    );
    assert_eq!((deep.status, malformed.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(
        (nul.status, large.status, packed.status),
        (StatusCode::OK, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE)
    );
    assert!(neighbour < Duration::from_secs(1), "{neighbour:?}");
    // An escaped one is text like any other.
    bot.hook("tracker", TOKEN, &created(43, "Smoke\u{0}signal")).await.accepted();
    bot.slack.post("signal").await;

    bot.metric_reaches(3.0, "bellhop_job_outcomes_total", &[("kind", "hook"), ("outcome", "dead")]).await;
    let dead = bot.bellhop(&["jobs", "list", "--state", "dead", "--json"]).await.done().json();
    let dead = dead.as_array().expect("a list");
    let reasons: Vec<&str> = dead.iter().filter_map(|it| it["reason"].as_str()).collect();
    assert!(reasons.iter().all(|it| it.contains("of the hook `tracker`")) && reasons.len() == 3, "{reasons:#?}");
    assert!(dead.iter().all(|it| it["attempts"].as_i64().is_some_and(|it| it <= 5)), "{dead:#?}");
    let list = bot.bellhop(&["hooks", "deliveries", "tracker", "--json"]).await.done().json();
    let of = |verdict: &str| {
        let wanted = list.as_array().expect("a list").iter().filter(|it| it["verdict"] == verdict);
        let mut reasons: Vec<String> = wanted.filter_map(|it| it["reason"].as_str().map(str::to_owned)).collect();
        reasons.sort();
        reasons
    };
    assert_eq!(of("unread").len(), 3, "{list:#}");
    assert_eq!(of("refused"), ["the body is compressed (gzip)", "the body is larger than 512 KiB"]);
    // Sent again, it is known.
    let again = send(request().body("[".repeat(10_000) + &"]".repeat(10_000))).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let health = bot.get("/health/hook:tracker").await.json();
    assert_eq!(health["status"], "degraded", "{health:#}");
}

#[tokio::test]
async fn poison_becomes_a_dead_letter() {
    poison_is_kept_and_holds_nobody_up(Database::Sqlite).await;
}

#[tokio::test]
async fn poison_becomes_a_dead_letter_on_postgresql() {
    poison_is_kept_and_holds_nobody_up(Database::Postgres).await;
}

#[tokio::test]
async fn only_networks_that_may_send_do() {
    let allowed = tracker("allow = [\"192.0.2.0/24\"]");
    let closed = bot(Database::Sqlite, &allowed).await;
    assert_eq!(closed.hook("tracker", TOKEN, &created(1, "From elsewhere")).await.status, StatusCode::NOT_FOUND);

    let behind = bot(Database::Sqlite, &format!("[server]\ntrusted_proxies = [\"127.0.0.1\"]\n{allowed}")).await;
    let from = async |forwarded: &str| {
        let request = behind.client.post(format!("http://{}/hooks/tracker", behind.address())).header("x-redmine-token", TOKEN);
        send(request.header("x-forwarded-for", forwarded).json(&created(2, "From there"))).await.status
    };
    assert_eq!(from("192.0.2.7").await, StatusCode::OK);
    assert_eq!(from("192.0.2.7, 203.0.113.9").await, StatusCode::NOT_FOUND, "what the sender wrote itself does not count");
}

#[tokio::test]
async fn too_many_are_told_when_to_come_again() {
    let bot = bot(Database::Sqlite, &tracker("rate = 1")).await;
    let request = |id: u64| {
        let request = bot.client.post(format!("http://{}/hooks/tracker", bot.address())).header("x-redmine-token", TOKEN);
        request.json(&created(id, "Flood")).send()
    };
    let answers = futures::future::join_all((0..40).map(request)).await;
    let last = answers.into_iter().map(|it| it.expect("an answer")).find(|it| it.status() == StatusCode::TOO_MANY_REQUESTS);
    let last = last.expect("ten at once, and then one a second");
    assert_eq!(last.headers()["retry-after"], "1");
}

#[tokio::test]
async fn a_browser_that_looks_is_told_no_more_than_that() {
    let bot = bot(Database::Sqlite, &tracker("")).await;
    let url = format!("http://{}/hooks/tracker", bot.address());
    assert_eq!(send(bot.client.get(&url)).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(send(bot.client.delete(&url)).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_vendor_that_tries_the_address_out_is_answered() {
    if connectors::webhook("notion").is_none_or(|(_, it)| it.handshake.is_none()) {
        eprintln!("skipped: this build's connectors try no address out");
        return;
    }
    let bot = bot(Database::Sqlite, "").await;
    bot.slack_command(CHLOE, "/bellhop hooks add notion name=wiki").await.accepted();
    bot.slack.post_where("the steps", |it| it.channel.as_deref() == Some(DIRECT)).await;
    let ready = bot.slack.post("until you enter the secret").await;
    let (token, url) = ("secret_of-a-story-71c2", format!("http://{}/hooks/wiki", bot.address()));
    send(bot.client.post(&url).json(&json!({ "verification_token": token }))).await.accepted();
    let told = bot.slack.post_where("the token", |it| it.channel.as_deref() == Some(DIRECT) && it.text.contains(token)).await;
    assert!(told.text.contains("wiki"), "{}", told.text);

    bot.slack_press(CHLOE, &ready, "Enter the secret…").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &[("Secret", Filled::from(token))]).await.accepted();
    bot.slack.post("has its secret").await;
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(token.as_bytes()).expect("a key of any length");
    let body =
        json!({"id": "e-1", "type": "page.created", "timestamp": "2026-11-21T09:00:00Z", "entity": {"id": "p1", "type": "page"}})
            .to_string();
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    send(bot.client.post(&url).header("x-notion-signature", signature).body(body)).await.accepted();
    nothing_holds(&bot, &[token]);
}

#[tokio::test]
async fn a_topic_of_zulip_knows_why() {
    let bot = bot(Database::Sqlite, "").await;
    bot.zulip_mention(CHLOE, "news", "bellhop hooks add redmine name=tracker").await.accepted();
    let secret = secret_in(&bot.zulip.post("Set up the hook tracker").await.content);
    bot.zulip_mention(ANA, "news", "bellhop subscribe tracker topic=tracker mode=each").await.accepted();
    bot.zulip.post("This channel hears of").await;
    bot.hook("tracker", &secret, &created(42, "The printer is on fire")).await.accepted();
    bot.zulip.post("The printer is on fire").await;
    bot.metric_reaches(3.0, "bellhop_sends_total", &[("chat", "zulip"), ("outcome", "ok")]).await;
    bot.zulip_mention(ANA, "news", "bellhop why #42").await.accepted();
    let told = bot.zulip.post("one event in the last seven days").await.content;
    for part in ["verified by its secret", "posted in", "mode full"] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    bot.zulip_mention(ANA, "news", "bellhop why").await.accepted();
    bot.zulip.post("This message tells of one event").await;
}

#[tokio::test]
async fn an_operator_makes_a_hook_without_chat() {
    let bot = bot(Database::Sqlite, "").await;
    let printed = bot.bellhop(&["hooks", "add", "redmine", "--name", "shop"]).await.done();
    let secret = secret_in(&printed.out);
    // The bot that runs hears of it within seconds.
    let mut tries = tokio::time::interval(Duration::from_millis(200));
    let answer = async {
        loop {
            tries.tick().await;
            let answer = bot.hook("shop", &secret, &created(42, "Printer on fire")).await;
            if answer.status != StatusCode::NOT_FOUND {
                return answer;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answer).await.expect("it hears of it").accepted();
    let shown = bot.bellhop(&["hooks", "show", "shop", "--json"]).await.done().json();
    assert_eq!((&shown["state"], &shown["more"]["last_events"][0]["title"]), (&json!("works"), &json!("Printer on fire")));
    let dry = bot.bellhop(&["hooks", "replay", "shop", "--json"]).await.done().json();
    assert_eq!((&dry[0]["posted"], &dry[0]["events"][0]["told"]), (&json!(0), &json!([])));
    let refused = bot.bellhop(&["hooks", "show", "shpo"]).await;
    assert!(refused.status == Some(1) && refused.errors.contains("shop"), "{refused:#?}");
}
