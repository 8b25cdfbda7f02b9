//! Endpoints outside of chat hear what happens, signed, in order, once.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use connectors::standin::Fault;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{
    ANA, CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, PATIENCE, Recorded},
};

const TOKEN: &str = "the-token-of-a-story";
/// As the receiver keeps it.
const KEY: &[u8] = b"a key of 32 bytes, as it should!";

struct World {
    bot: TestBot,
    receiver: FarEnd,
    /// The ids of what it took, as often as it took them.
    taken: Arc<Mutex<Vec<String>>>,
}

impl World {
    async fn new() -> World {
        let taken = Arc::<Mutex<Vec<String>>>::default();
        let take = async |State(taken): State<Arc<Mutex<Vec<String>>>>, headers: axum::http::HeaderMap, _: Bytes| {
            taken.lock().unwrap().push(headers["webhook-id"].to_str().unwrap_or_default().to_owned());
            StatusCode::NO_CONTENT
        };
        let receiver = FarEnd::serve("", Router::new().route("/bellhop", post(take)).with_state(taken.clone())).await;
        let secret = STANDARD.encode(KEY);
        let config: toml::Table = format!(
            "[[connection]]\nname = \"crm\"\nkind = \"webhook\"\nurl = \"{}/bellhop\"\nsecret = \"whsec_{secret}\"\nprivate = true\n\
             [[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n\
             [[subscription]]\nfrom = \"tracker\"\nfilter = \"text:printer\"\nto = \"webhook:crm\"\n\
             [[subscription]]\nfrom = \"bellhop\"\nto = \"webhook:crm\"",
            receiver.url()
        )
        .parse()
        .expect("a configuration");
        let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| {
            for (key, value) in config {
                match (it.get_mut(&key), value) {
                    (Some(toml::Value::Array(known)), toml::Value::Array(more)) => known.extend(more),
                    (_, value) => {
                        it.insert(key, value);
                    }
                }
            }
        })
        .await;
        World { bot, receiver, taken }
    }

    async fn report(&self, id: u64, subject: &str) {
        let body: Value = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id,
            "subject": subject, "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"},
            "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
        self.bot.hook("tracker", TOKEN, &body).await.accepted();
    }
}

/// Checked as a receiver would, by the specification alone.
fn is_signed(request: &Recorded) -> bool {
    let header = |name: &str| request.headers[name].as_str();
    let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), request.body);
    let mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap().chain_update(signed).finalize().into_bytes();
    header("webhook-signature").split(' ').any(|it| it == format!("v1,{}", STANDARD.encode(mac)))
}

fn is_of(kind: &'static str) -> impl Fn(&Recorded) -> bool {
    move |it| it.fields()["type"] == kind
}

#[tokio::test]
async fn an_endpoint_hears_of_what_it_subscribes_to() {
    let world = World::new().await;
    world.report(41, "Cat in the garden").await;
    world.report(42, "The printer is on fire").await;
    let told = world.receiver.next("the event", is_of("issue.created")).await;
    assert!(is_signed(&told), "{told:?}");
    let body = told.fields();
    assert_eq!(body["data"]["object"]["title"], "The printer is on fire");
    assert_eq!(body["data"]["source"], "tracker");
    assert_eq!(world.receiver.count(is_of("issue.created")), 1, "the cat is not what it wants to hear of");

    // What people do with the bot is told as well.
    world.bot.slack_command(ANA, "/redmine issue create Cold printer project=demo").await.accepted();
    let done = world.receiver.next("the command", is_of("command.done")).await;
    assert!(is_signed(&done) && done.fields()["data"]["object"]["title"] == "redmine issue create", "{done:?}");
    world.bot.slack_command(ANA, "/redmine issue create Cold printer project=nowhere").await.accepted();
    let failed = world.receiver.next("the refusal", is_of("command.failed")).await;
    assert!(failed.fields()["data"]["text"].as_str().is_some_and(|it| it.contains("nowhere")), "{failed:?}");

    world.bot.slack_command(ANA, "/crm test").await.accepted();
    world.bot.slack.post("took the test").await;
}

#[tokio::test]
async fn what_an_endpoint_did_not_take_is_sent_again_under_the_same_id() {
    let mut world = World::new().await;
    world.receiver.set(Fault::Failing).await;
    world.report(42, "The printer is on fire").await;
    let first = world.receiver.next("a delivery that fails", is_of("issue.created")).await;
    world.bot.kill().await;
    world.receiver.set(Fault::None).await;
    world.bot.run().await;
    // It may have tried again before it was killed, also in vain.
    let again = async {
        while world.taken.lock().unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("it is taken at last");
    let all: Vec<Recorded> = world.receiver.requests().into_iter().filter(is_of("issue.created")).collect();
    assert!(all.len() > 1 && all.iter().all(|it| is_signed(it) && it.headers["webhook-id"] == first.headers["webhook-id"]));
    assert_eq!(world.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_is_switched_off_is_told_later_if_asked() {
    let world = World::new().await;
    world.bot.slack_command(CHLOE, "/bellhop endpoint disable crm").await.accepted();
    world.bot.slack.post("is told nothing").await;
    world.report(42, "The printer is on fire").await;
    let given_up = async {
        while !world.bot.bellhop(&["jobs", "list", "--json"]).await.done().out.contains("The endpoint `crm` is switched off") {}
    };
    tokio::time::timeout(PATIENCE, given_up).await.expect("it is given up");
    world.bot.slack_command(CHLOE, "/bellhop endpoint enable crm").await.accepted();
    world.bot.slack.post("is told what happens from now on").await;
    world.bot.bellhop(&["jobs", "redrive", "--all"]).await.done();
    let told = world.receiver.next("what was kept", is_of("issue.created")).await;
    assert!(is_signed(&told));
}

#[tokio::test]
async fn an_administrator_says_in_chat_what_an_endpoint_hears() {
    let world = World::new().await;
    world.bot.slack_command(ANA, "/bellhop subscribe tracker text:cat to=webhook:crm").await.accepted();
    world.bot.slack.post("for administrators to say").await;
    world.bot.slack_command(CHLOE, "/bellhop subscribe tracker text:cat to=webhook:crn").await.accepted();
    world.bot.slack.post("There is no connection `crn` of kind webhook").await;
    world.bot.slack_command(CHLOE, "/bellhop subscribe tracker text:cat to=webhook:crm").await.accepted();
    world.bot.slack.post("The endpoint hears of").await;
    world.report(41, "Cat in the garden").await;
    let told = world.receiver.next("the cat", is_of("issue.created")).await;
    assert!(is_signed(&told) && told.fields()["data"]["object"]["title"] == "Cat in the garden");
    world.bot.slack_command(CHLOE, "/bellhop unsubscribe tracker to=webhook:crm").await.accepted();
    world.bot.slack.post("no more of").await;
    world.report(43, "Cat in the kitchen").await;
    world.report(44, "The printer is on fire").await;
    world.receiver.next("what the file says", is_of("issue.created")).await;
    assert_eq!(world.receiver.count(|it| it.body.contains("kitchen")), 0);
}
