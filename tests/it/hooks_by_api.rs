//! Hooks that the bot sets up by a vendor's own API, and the whole circle: what happens there is told here.

use std::collections::BTreeMap;

use connectors::standin::Standin;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use tests::{
    ANA, CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, Recorded},
    slack::{CHANNEL, DIRECT},
};

const TOKEN: &str = "the-token-of-a-story";

/// A vendor that takes hooks by its API.
struct Vendor {
    kind: &'static str,
    title: &'static str,
    /// What the hook is for there.
    of: &'static str,
    makes: fn(&Recorded) -> bool,
    removes: fn(&Recorded) -> bool,
    secret: Secret,
}

/// Who makes up its secret.
#[derive(PartialEq)]
enum Secret {
    Ours,
    Theirs,
}

const VENDORS: &[Vendor] = &[
    Vendor {
        kind: "github",
        title: "GitHub",
        of: " of=example/demo",
        makes: |it| it.method == "POST" && it.path() == "/repos/example/demo/hooks",
        removes: |it| it.method == "DELETE" && it.path().starts_with("/repos/example/demo/hooks/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "gitlab",
        title: "GitLab",
        of: " of=demo/printer",
        makes: |it| it.method == "POST" && it.path().ends_with("/hooks"),
        removes: |it| it.method == "DELETE" && it.path().contains("/hooks/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "bitbucket",
        title: "Bitbucket",
        of: " of=website",
        makes: |it| it.method == "POST" && it.path().ends_with("/hooks"),
        removes: |it| it.method == "DELETE" && it.path().contains("/hooks/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "azure-devops",
        title: "Azure DevOps",
        of: " of=Demo",
        makes: |it| it.method == "POST" && it.path().ends_with("/_apis/hooks/subscriptions"),
        removes: |it| it.method == "DELETE" && it.path().contains("/_apis/hooks/subscriptions/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "trello",
        title: "Trello",
        of: " of=demo",
        makes: |it| it.method == "POST" && it.path().starts_with("/1/webhooks"),
        removes: |it| it.method == "DELETE" && it.path().starts_with("/1/webhooks/"),
        secret: Secret::Theirs,
    },
    Vendor {
        kind: "nextcloud",
        title: "Nextcloud",
        of: "",
        makes: |it| it.method == "POST" && it.path().ends_with("/webhook_listeners/api/v1/webhooks"),
        removes: |it| it.method == "DELETE" && it.path().contains("/webhook_listeners/api/v1/webhooks/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "jira",
        title: "Jira",
        of: " of=apollo",
        makes: |it| it.method == "POST" && it.path() == "/rest/webhooks/1.0/webhook",
        removes: |it| it.method == "DELETE" && it.path().starts_with("/rest/webhooks/1.0/webhook/"),
        secret: Secret::Ours,
    },
    Vendor {
        kind: "drive",
        title: "Google Drive",
        of: "",
        makes: |it| it.method == "POST" && it.path().ends_with("/changes/watch"),
        removes: |it| it.method == "POST" && it.path().ends_with("/channels/stop"),
        secret: Secret::Ours,
    },
];

/// A bot with connections to these simulated vendors, each at a far end of its own.
async fn bot(kinds: &[&'static str], change: impl FnOnce(&mut toml::Table)) -> (TestBot, BTreeMap<&'static str, FarEnd>) {
    let (bot, vendors) = bot_with_vendors(kinds, change).await;
    (bot, vendors.into_iter().map(|(kind, it)| (kind, it.far_end)).collect())
}

/// A simulated vendor and its server.
pub struct Simulated {
    pub far_end: FarEnd,
    pub standin: &'static dyn Standin,
}

/// The same, with what its administrators can do by hand.
pub async fn bot_with_vendors(
    kinds: &[&'static str],
    change: impl FnOnce(&mut toml::Table),
) -> (TestBot, BTreeMap<&'static str, Simulated>) {
    let mut vendors = BTreeMap::new();
    let mut connections = Vec::new();
    for kind in kinds {
        let standin = (connectors::find(kind).expect("the connector is there").standin)();
        // What is asked of each vendor is held against its contract by its connector's own tests.
        let far_end = FarEnd::serve("", standin.router()).await;
        let connection: Map<String, Value> = standin.connection(&far_end.url());
        // It lives as long as the story.
        let standin: &'static dyn Standin = Box::leak(standin);
        let text = toml::to_string(&connection).expect("a connection is a table").replace('$', "$$");
        let mut connection: toml::Table = text.parse().expect("a table");
        connection.insert("name".into(), (*kind).into());
        connection.insert("kind".into(), (*kind).into());
        connections.push(connection);
        vendors.insert(*kind, Simulated { far_end, standin });
    }
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        let known = config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections");
        known.extend(connections.into_iter().map(Into::into));
        change(config);
    })
    .await;
    (bot, vendors)
}

/// As vendors want it: some take hooks to https addresses only.
fn public(config: &mut toml::Table) {
    let server = config.get_mut("server").and_then(toml::Value::as_table_mut).expect("[server]");
    server.insert("public_url".into(), "https://bot.example.org".into());
}

/// The secrets in a request: 32 bytes in base64url.
fn secret_in(request: &Recorded) -> Option<String> {
    let is_one = |it: &&str| it.len() == 43 && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    request.body.split(|it: char| !(it.is_ascii_alphanumeric() || "-_".contains(it))).find(|it| is_one(it)).map(str::to_owned)
}

async fn from_its_making_to_its_end(bot: &TestBot, far_end: &FarEnd, vendor: &Vendor) {
    let Vendor { kind, title, of, makes, removes, .. } = vendor;
    let made = || far_end.requests().into_iter().filter(makes).collect::<Vec<_>>();
    bot.slack_command(CHLOE, &format!("/bellhop hooks add {kind}{of}")).await.accepted();
    let told = bot.slack.post_where("the hook", |it| it.text.contains(&format!("The hook `{kind}` is"))).await;
    assert!(told.text.contains(&format!("is set up in {title}")), "{kind}: {}", told.text);
    let first = made();
    assert!(!first.is_empty(), "{kind}");
    let address = format!("bot.example.org/hooks/{kind}");
    let unescaped = |it: &Recorded| format!("{} {}", it.url, it.body).replace("%2F", "/").replace("%3A", ":");
    assert!(first.iter().all(|it| unescaped(it).contains(&address)), "{kind}: {first:#?}");
    bot.slack_command(CHLOE, &format!("/bellhop hooks show {kind}")).await.accepted();
    let shown = bot.slack.post(&format!("by the connection {kind}")).await;
    assert!(shown.text.contains(&format!("Hook {kind}")), "{}", shown.text);

    if vendor.secret == Secret::Ours {
        let secret = secret_in(&first[0]).unwrap_or_else(|| panic!("{kind} is told no secret: {first:#?}"));
        assert!(!told.text.contains(&secret) && !shown.text.contains(&secret));
        bot.slack_command(CHLOE, &format!("/bellhop hooks rotate {kind}")).await.accepted();
        bot.slack
            .post_where("the new secret", |it| it.text.contains(&format!("signs what it sends to `{kind}` with a new")))
            .await;
        let again = made();
        let new = secret_in(again.last().expect("more")).expect("a secret");
        assert!(again.len() > first.len() && new != secret, "{kind}");
        // What was there with the old secret is gone, and what is there is not.
        assert!(far_end.count(removes) >= 1, "{kind}: {:#?}", far_end.requests());
    } else {
        assert!(told.text.contains("until you enter the secret"), "{}", told.text);
    }

    let before = far_end.count(removes);
    bot.slack_command(CHLOE, &format!("/bellhop hooks delete {kind} sure=true")).await.accepted();
    let gone = bot.slack.post_where("its end", |it| it.text.contains(&format!("The hook `{kind}` is gone"))).await;
    assert!(!gone.text.contains("Remove it in"), "{kind}: {}", gone.text);
    assert!(far_end.count(removes) > before, "{kind}");
}

#[tokio::test]
async fn every_vendor_that_can_sets_its_hooks_up_by_its_api() {
    let able: Vec<&str> = connectors::ALL.iter().filter(|it| it.hooking.is_some()).map(|it| it.name).collect();
    let mut told: Vec<&str> = VENDORS.iter().map(|it| it.kind).collect();
    let (mut sorted, kinds) = (able, told.clone());
    sorted.sort_unstable();
    told.sort_unstable();
    assert_eq!(sorted, told, "each vendor that can has a story");
    let (bot, far_ends) = bot(&kinds, public).await;
    for vendor in VENDORS {
        from_its_making_to_its_end(&bot, &far_ends[vendor.kind], vendor).await;
    }
}

#[tokio::test]
async fn what_the_vendor_refuses_can_be_done_by_hand() {
    let (bot, mut far_ends) = bot(&["github"], public).await;
    let github = far_ends.get_mut("github").expect("it is there");
    github.set_at(connectors::standin::Fault::Forbidden, |it| it.method == "POST" && it.path().ends_with("/hooks")).await;
    bot.slack_command(CHLOE, "/bellhop hooks add github of=example/demo").await.accepted();
    let steps = bot.slack.post_where("the steps", |it| it.channel.as_deref() == Some(DIRECT)).await;
    for part in ["Set up the hook github in GitHub", "Settings → Webhooks", "https://bot.example.org/hooks/github"] {
        assert!(steps.text.contains(part), "{part:?} in {}", steps.text);
    }
    bot.slack.post("is ready").await;
    bot.slack_command(CHLOE, "/bellhop hooks show github").await.accepted();
    bot.slack.post("Hook github").await;
}

#[tokio::test]
async fn what_happens_at_github_is_told_here() {
    let (bot, far_ends) = bot(&["github"], |_| {}).await;
    bot.slack_command(CHLOE, "/bellhop hooks add github of=example/demo").await.accepted();
    bot.slack.post("is set up in GitHub").await;
    bot.slack_command(ANA, "/bellhop subscribe github issues mode=each").await.accepted();
    bot.slack.post("This channel hears of").await;
    bot.slack_command(ANA, "/github issue create The printer is on fire repo=example/demo").await.accepted();
    let card =
        bot.slack.post_where("the card", |it| it.text.contains("opened") && it.text.contains("The printer is on fire")).await;
    assert_eq!(card.channel.as_deref(), Some(CHANNEL));
    let came = bot.bellhop(&["hooks", "deliveries", "github", "--json"]).await.done().json();
    assert!(came.as_array().is_some_and(|it| it.iter().any(|it| it["verdict"] == "accepted")), "{came:#}");
    drop(far_ends);
}

/// A bot with a hook to which the simulated Redmine reports, and a connection that is asked once an hour.
async fn with_redmine() -> TestBot {
    let hook: toml::Table =
        format!("[[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"").parse().expect("a hook");
    TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.extend(hook);
        let connections = config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections");
        connections[0].as_table_mut().expect("a table").insert("poll_seconds".into(), 3600.into());
    })
    .await
}

#[tokio::test]
async fn what_happens_at_redmine_is_told_here() {
    let bot = with_redmine().await;
    bot.slack_command(ANA, "/bellhop subscribe tracker mode=each").await.accepted();
    bot.slack.post("This channel hears of").await;
    bot.redmine.add_webhook(&format!("http://{}/hooks/tracker", bot.address()), TOKEN);
    bot.slack_command(ANA, "/redmine create The cat is out project=demo").await.accepted();
    let card = bot.slack.post_where("the card", |it| it.text.contains("opened") && it.text.contains("The cat is out")).await;
    assert_eq!(card.channel.as_deref(), Some(CHANNEL));
    let came = bot.bellhop(&["hooks", "deliveries", "tracker", "--json"]).await.done().json();
    assert_eq!((&came[0]["verdict"], came.as_array().map(Vec::len)), (&json!("accepted"), Some(1)), "{came:#}");
}

#[tokio::test]
async fn a_webhook_has_its_system_asked_at_once() {
    let bot = with_redmine().await;
    bot.slack_command(ANA, "/bellhop subscribe redmine mode=each").await.accepted();
    bot.slack.post("This channel hears of").await;
    // The first poll only says from where on.
    bot.metric_reaches(1.0, "bellhop_job_outcomes_total", &[("kind", "poll"), ("outcome", "done")]).await;
    let url = bot.redmine.connection["url"].as_str().expect("an address");
    let request = bot.client.post(format!("{url}/issues.json")).header("x-redmine-api-key", "redmine-key-of-ana");
    let answer =
        request.json(&json!({"issue": {"project_id": 1, "subject": "Smoke in the cellar"}})).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    let body = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": 4711, "subject": "Another",
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
    bot.hook("tracker", TOKEN, &body).await.accepted();
    // An hour before its time.
    let told = bot.slack.post("Smoke in the cellar").await;
    assert_eq!(told.channel.as_deref(), Some(CHANNEL));
}

#[tokio::test]
async fn a_sender_of_events_is_told_that_it_may() {
    let hook: toml::Table = "[[hook]]\nname = \"mesh\"\nkind = \"cloudevents\"\nsecret = \"s3cret\"".parse().expect("a hook");
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| config.extend(hook)).await;
    let ask = |name: &str| {
        let request = bot.client.request(reqwest::Method::OPTIONS, format!("http://{}/hooks/{name}", bot.address()));
        request.header("webhook-request-origin", "events.example.org").header("webhook-request-rate", "120").send()
    };
    let answer = ask("mesh").await.expect("an answer");
    let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(header("webhook-allowed-origin").as_deref(), Some("events.example.org"));
    assert_eq!((header("webhook-allowed-rate").as_deref(), header("allow").as_deref()), (Some("120"), Some("OPTIONS, POST")));
    assert_eq!(ask("nobody").await.expect("an answer").status(), StatusCode::NOT_FOUND);
}
