//! Zulip without an address of our own: the event queue, what breaks it, and buttons that nobody draws.
//!
//! The Zulip here is the simulated organization, whose queues die, are lost and are read as Zulip's are.
//! Between it and the bot stands a [`Proxy`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use connectors::{
    standin::chat::{Clock, ManualClock, Served},
    zulip::standin::{Options, Rate, UserKind, ZulipSim},
};
use serde_json::{Value, json};
use sqlx::{Connection, Row};
use tests::{
    Database, Redmine, SECRETS, TestBot,
    far_end::{PATIENCE, Recorded},
    proxy::{Canned, Door, Proxy, Reaches, Trouble},
};
use tokio::time::Instant;

/// What the asker reads when nobody knows whether the command was done.
const NOT_KNOWN: &str = "is not known";

/// An organization, and the way to it.
pub(crate) struct Realm {
    pub(crate) sim: ZulipSim,
    served: Served,
    proxy: Proxy,
}

fn secret(name: &str) -> String {
    SECRETS.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()).expect("a secret of that name")
}

impl Realm {
    async fn start(bot: UserKind, clock: Clock) -> Realm {
        let sim = ZulipSim::new(Options {
            bot,
            clock,
            api_key: Some(secret("ZULIP_API_KEY")),
            webhook_token: Some(secret("ZULIP_WEBHOOK_TOKEN")),
            // What the bot allows itself is enough for it, and the story wants to be over.
            rate: Rate { per_minute: 1_000_000 },
            ..Options::default()
        })
        .expect("an organization");
        let served = sim.serve(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let proxy = Proxy::to(served.url.clone());
        Realm { sim, served, proxy }
    }

    pub(crate) async fn generic() -> Realm {
        Realm::start(UserKind::GenericBot, Clock::System).await
    }

    /// A bot of this organization without a public address of its own.
    pub(crate) fn configure(&self, config: &mut toml::Table) {
        config["server"].as_table_mut().expect("a section").remove("public_url");
        // Without an address, Slack would want an app token: the story is about Zulip.
        config.remove("slack");
        let zulip = config["zulip"].as_table_mut().expect("a section");
        zulip.insert("site".into(), self.proxy.url().into());
        zulip.insert("email".into(), self.sim.credentials().email.into());
        zulip.remove("webhook_token");
        zulip.remove("reactions");
        // Its own: answers wait in the queue and keep no worker busy.
        zulip.remove("rate");
        config["connection"][0].as_table_mut().expect("a connection").insert("rate".into(), 0.into());
    }

    /// Its address, without anything in between.
    pub(crate) fn url(&self) -> &str {
        &self.served.url
    }

    async fn bot(&self, database: Database) -> TestBot {
        TestBot::configured(Redmine::standin().await, database, |config| self.configure(config)).await
    }

    fn act(&self, act: Value) -> Value {
        let what = act.to_string();
        let act = serde_json::from_value(act).expect("an act");
        self.sim.act(act).unwrap_or_else(|err| panic!("{what}: {err}"))
    }

    /// A person says this to the bot alone, and the message's id.
    fn direct(&self, person: &str, text: &str) -> i64 {
        self.said(json!({"as": person, "do": "say", "to": ["Bellhop"], "text": text}))
    }

    /// A person mentions the bot in a topic of #dev.
    fn mention(&self, person: &str, topic: &str, text: &str) -> i64 {
        let text = format!("@**Bellhop** {text}");
        self.said(json!({"as": person, "do": "say", "channel": "dev", "topic": topic, "text": text}))
    }

    fn said(&self, act: Value) -> i64 {
        self.act(act)["message"]["id"].as_i64().expect("an id")
    }

    /// What the bot has said: id, topic (empty: directly) and text.
    fn bots(&self) -> Vec<(i64, String, String)> {
        let shown = self.sim.look(|state| {
            let of_bot = state.messages.values().filter(|it| it.sender == state.bot);
            of_bot.map(|it| state.shown(it)).collect::<Vec<Value>>()
        });
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        shown.iter().map(|it| (it["id"].as_i64().unwrap_or_default(), text(&it["subject"]), text(&it["content"]))).collect()
    }

    /// Waits until this organization is such.
    pub(crate) async fn until<T>(&self, what: &str, check: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        // The organization is a value here: looking costs nothing.
        let mut tries = tokio::time::interval(Duration::from_millis(20));
        loop {
            tries.tick().await;
            if let Some(found) = check() {
                return found;
            }
            assert!(Instant::now() < end, "never: {what}; the bot said {:#?}", self.bots());
        }
    }

    /// Waits until the bot has said something with this text.
    pub(crate) async fn hears(&self, text: &str) -> (i64, String, String) {
        self.until(text, || self.bots().into_iter().find(|it| it.2.contains(text))).await
    }

    /// Waits until the bot reads: it has noted then which queue it is.
    pub(crate) async fn is_read(&self) {
        self.proxy.arrival("a read of the queue", |it| it.request.path() == "/api/v1/events").await;
        self.until("a queue", || self.sim.look(|state| (!state.queues.is_empty()).then_some(()))).await;
    }
}

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

async fn status(bot: &TestBot, subject: &str) -> String {
    let issues = bot.redmine.issues(subject).await;
    assert_eq!(issues.len(), 1, "{subject}");
    issues[0]["status"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Waits until the one issue of this subject is closed.
async fn is_closed(bot: &TestBot, subject: &str) {
    let end = Instant::now() + PATIENCE;
    let mut tries = tokio::time::interval(Duration::from_millis(50));
    while status(bot, subject).await != "Closed" {
        assert!(Instant::now() < end, "{subject} is never closed");
        tries.tick().await;
    }
}

#[tokio::test]
async fn what_is_said_is_heard_wherever_it_is_said() {
    let realm = Realm::generic().await;
    // Said before the bot was there: to nobody.
    realm.direct("Ana", "redmine issue create Before it all project=demo");
    let mut bot = realm.bot(Database::Sqlite).await;
    realm.is_read().await;
    realm.direct("Ana", "redmine issue create Alone project=demo");
    realm.mention("Ben", "printers", "redmine issue create In a topic project=demo");
    realm.said(
        json!({"as": "Ana", "do": "say", "to": ["Bellhop", "Ben"], "text": "redmine issue create In a group project=demo"}),
    );
    assert_eq!(realm.hears("Alone").await.1, "");
    assert_eq!(realm.hears("In a topic").await.1, "printers");
    assert_eq!(realm.hears("In a group").await.1, "");
    // Neither of these is for the bot, and an edit makes none of them so.
    let say = |text: &str| json!({"as": "Ana", "do": "say", "channel": "dev", "topic": "printers", "text": text});
    for text in [
        "@_**Bellhop** redmine issue create Silent project=demo",
        "`@**Bellhop** redmine issue create Code project=demo`",
        "@**all** redmine issue create Everyone project=demo",
    ] {
        realm.said(say(text));
    }
    let plain = realm.said(say("redmine issue create Edited project=demo"));
    realm.act(
        json!({"as": "Ana", "do": "edit", "message": plain, "text": "@**Bellhop** redmine issue create Edited project=demo"}),
    );
    realm.mention("Ana", "printers", "redmine issue create Afterwards project=demo");
    realm.hears("Afterwards").await;
    let created = bot.redmine.server().count(creates);
    assert_eq!(created, 4, "only what was said to the bot, while it was there");
    // What was wrong is said, and a form is a conversation, as by the other way.
    realm.direct("Chloe", "redmine issue craete");
    realm.hears("craete").await;
    realm.direct("Chloe", "redmine issue create");
    realm.hears("Project").await;
    realm.direct("Chloe", "demo");
    realm.hears("Subject").await;
    realm.direct("Chloe", "cancel");
    realm.hears("Cancelled").await;
    assert!(bot.metric("bellhop_zulip_events_total", &[("type", "message")]).await >= 10.0);
}

#[tokio::test]
async fn an_answer_follows_the_topic_that_was_moved() {
    let realm = Realm::generic().await;
    let mut bot = realm.bot(Database::Sqlite).await;
    realm.is_read().await;
    // Slow enough that the topic is resolved before the answer is there.
    bot.redmine.server().set(connectors::standin::Fault::Down).await;
    let asked = realm.mention("Ana", "printers", "redmine issue create Moved project=demo");
    realm.hears("is kept").await;
    realm.act(json!({"as": "Ben", "do": "move", "message": asked, "topic": "✔ printers", "how": "change_all"}));
    bot.redmine.server().set(connectors::standin::Fault::None).await;
    let (_, topic, _) = realm
        .until("the answer", || realm.bots().into_iter().find(|it| it.2.contains("Moved") && it.2.contains("Created")))
        .await;
    assert_eq!(topic, "✔ printers");
}

#[tokio::test]
async fn numbers_and_reactions_press_buttons() {
    let realm = Realm::generic().await;
    let mut bot = realm.bot(Database::Sqlite).await;
    realm.is_read().await;
    realm.direct("Ana", "redmine issue create By number project=demo");
    let said = realm.hears("Reply `1` to").await;
    assert!(said.2.contains("or react with the number"), "{}", said.2);
    let number = |text: &str, label: &str| {
        let line = text.lines().find(|it| it.contains(&format!("**{label}**"))).unwrap_or_else(|| panic!("no {label} in {text}"));
        line.split('.').next().unwrap_or_default().trim().to_owned()
    };
    let close = number(&said.2, "Close");
    realm.direct("Ana", "99");
    realm.hears("There is no button `99`").await;
    realm.direct("Ana", &close);
    is_closed(&bot, "By number").await;

    // In a topic, by a mention; and by a reaction of somebody else, twice at once, and taken back and put again.
    realm.mention("Ana", "printers", "redmine issue create In a topic project=demo");
    realm
        .until("the buttons", || realm.bots().into_iter().find(|it| it.1 == "printers" && it.2.contains("Mention me with")))
        .await;
    realm.mention("Ben", "printers", &close);
    is_closed(&bot, "In a topic").await;

    realm.direct("Ben", "redmine issue create By reaction project=demo");
    realm.until("the card", || realm.bots().into_iter().find(|it| it.2.contains("By reaction"))).await;
    let (message, _, _) = realm
        .until("its buttons", || {
            let of_ben = realm.sim.look(|state| {
                let direct =
                    |it: &&connectors::zulip::standin::Message| it.sender == state.bot && it.content.contains("Reply `1`");
                state.messages.values().rev().find(direct).map(|it| (it.id, state.shown(it)["display_recipient"].to_string()))
            });
            of_ben.filter(|(_, people)| people.contains("Ben")).map(|(id, people)| (id, people, ()))
        })
        .await;
    let name = ["one", "two", "three", "four", "five"][close.parse::<usize>().expect("a number") - 1];
    let react = |what: &str| realm.act(json!({"as": "Ben", "do": what, "message": message, "name": name}));
    react("react");
    is_closed(&bot, "By reaction").await;
    let changes = |bot: &mut TestBot| bot.redmine.server().count(|it| it.method == "PUT");
    let before = changes(&mut bot);
    react("unreact");
    react("react");
    realm.act(json!({"as": "Ben", "do": "react", "message": message, "name": "tada"}));
    realm.direct("Ben", "redmine issue create Afterwards project=demo");
    realm.hears("Afterwards").await;
    assert_eq!(changes(&mut bot), before, "a reaction presses once");

    // While nobody reads, a reaction waits for the next reader, whatever became of the queue.
    realm.direct("Ana", "redmine issue create While away project=demo");
    realm.until("its card", || realm.bots().into_iter().find(|it| it.2.contains("While away"))).await;
    let (message, _, _) = realm
        .until("its buttons", || {
            let last = realm.bots().into_iter().next_back()?;
            last.2.contains("Reply `1`").then_some(last)
        })
        .await;
    // Eight posts are confirmed: which message the buttons became is known.
    bot.metric_reaches(8.0, "bellhop_sends_total", &[("chat", "zulip"), ("outcome", "ok")]).await;
    bot.kill().await;
    realm.act(json!({"as": "Ana", "do": "react", "message": message, "name": name}));
    realm.sim.lose_queues();
    bot.run().await;
    is_closed(&bot, "While away").await;
}

#[tokio::test]
async fn reactions_press_buttons_where_zulip_calls_us() {
    let realm = Realm::start(UserKind::OutgoingWebhookBot, Clock::System).await;
    let configure = |config: &mut toml::Table| {
        let (url, token) = (config["server"]["public_url"].clone(), config["zulip"]["webhook_token"].clone());
        realm.configure(config);
        config["server"].as_table_mut().expect("a section").insert("public_url".into(), url);
        let zulip = config["zulip"].as_table_mut().expect("a section");
        zulip.insert("webhook_token".into(), token);
        zulip.insert("reactions".into(), "offer".into());
    };
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, configure).await;
    realm.sim.set_webhook_url(&format!("http://{}/zulip", bot.address()));
    realm.is_read().await;
    realm.direct("Ana", "redmine issue create By reaction project=demo");
    let (message, _, text) = realm.hears("or react with the number").await;
    let at = text
        .lines()
        .find(|it| it.contains("**Close**"))
        .and_then(|it| it.split('.').next()?.parse::<usize>().ok())
        .expect("a number");
    let name = ["one", "two", "three", "four", "five"][at - 1];
    // The bot has put them there, for people to click on.
    let offered = || {
        realm.sim.look(|state| {
            let message = state.messages.get(&message)?;
            message.reactions.iter().any(|it| it.0 == name && it.3 == state.bot).then_some(())
        })
    };
    realm.until("the reactions that are offered", offered).await;
    realm.act(json!({"as": "Ana", "do": "react", "message": message, "name": name}));
    is_closed(&bot, "By reaction").await;
}

#[tokio::test]
async fn what_is_too_old_is_not_done_silently() {
    let now = jiff::Timestamp::now();
    let clock = ManualClock::starting_at(now - jiff::SignedDuration::from_hours(3));
    let realm = Realm::start(UserKind::GenericBot, Clock::Manual(clock.clone())).await;
    let mut bot = realm.bot(Database::Sqlite).await;
    realm.is_read().await;
    bot.kill().await;
    for number in 1..=3 {
        realm.mention("Ana", "printers", &format!("redmine issue create Old {number} project=demo"));
    }
    realm.direct("Ben", "redmine issue create Old too project=demo");
    clock.advance(Duration::from_secs(3 * 3600));
    realm.direct("Ben", "redmine issue create Fresh project=demo");
    bot.run().await;
    realm.hears("Fresh").await;
    let (_, topic, text) = realm.hears("I was away when you wrote 3 messages").await;
    assert!(topic == "printers" && text.contains("Say again what still matters"), "{topic}: {text}");
    realm.hears("I was away when you wrote to me at").await;
    assert_eq!(bot.redmine.server().count(creates), 1, "what is old was not done");
    // Told once, whatever becomes of the queue after it.
    realm.sim.lose_queues();
    realm.is_read().await;
    realm.direct("Ben", "redmine issue create Fresher project=demo");
    realm.hears("Fresher").await;
    assert_eq!(realm.bots().iter().filter(|it| it.2.contains("I was away")).count(), 2);
    let checks = bot.bellhop(&["doctor", "zulip"]).await;
    assert!(checks.out.contains("event queue") && checks.out.contains("too late"), "{checks:#?}");
}

#[tokio::test]
async fn the_next_bot_takes_over() {
    let realm = Realm::generic().await;
    let mut first = realm.bot(Database::Postgres).await;
    realm.is_read().await;
    let file = std::fs::read_to_string(first.folder().join("bellhop.toml")).expect("a configuration");
    let known: toml::Table = file.parse().expect("TOML");
    let second = TestBot::configured(Redmine::standin().await, Database::Postgres, |config| {
        realm.configure(config);
        config.insert("store".into(), known["store"].clone());
        config.insert("connection".into(), known["connection"].clone());
    })
    .await;
    realm.direct("Ana", "redmine issue create By the first project=demo");
    realm.hears("By the first").await;
    assert_eq!(second.metric("bellhop_duty_held", &[("duty", "zulip events")]).await, 0.0);
    let dead = Instant::now();
    first.kill().await;
    for number in 0..20 {
        realm.direct("Ana", &format!("redmine issue create Handed over {number:02} project=demo"));
    }
    let server = first.redmine.server();
    let wanted: BTreeSet<String> = (0..20).map(|number| format!("Handed over {number:02}")).collect();
    realm
        .until("all of them", || {
            let done =
                wanted.iter().filter(|subject| server.count(|it| creates(it) && it.body.contains(subject.as_str())) > 0).count();
            (done == wanted.len()).then_some(())
        })
        .await;
    // A lease of 12 s, and 3 s until somebody looks.
    assert!(dead.elapsed() < Duration::from_secs(60), "{:?}", dead.elapsed());
    for subject in &wanted {
        assert_eq!(server.count(|it| creates(it) && it.body.contains(subject.as_str())), 1, "{subject}");
    }
    assert_eq!(second.metric("bellhop_duty_held", &[("duty", "zulip events")]).await, 1.0);
}

/// A message every few milliseconds, while the queue is lost, answers break off, connections are reset, and the bot is
/// killed and restarted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_loses_nothing_and_does_nothing_twice() {
    const MESSAGES: usize = 1200;
    let realm = Realm::generic().await;
    let mut bot = realm.bot(Database::Sqlite).await;
    realm.is_read().await;
    let nth = |every: usize, path: &'static str| {
        let count = AtomicUsize::new(0);
        move |it: &Recorded| it.path() == path && count.fetch_add(1, Ordering::Relaxed) % every == every - 1
    };
    let failing = Canned { status: 502, retry_after: None, content_type: "text/html", body: "<html>Bad gateway</html>" };
    let events = "/api/v1/events";
    realm.proxy.always(Trouble::Cut, Reaches::FarEnd, nth(9, events));
    realm.proxy.always(Trouble::Truncated, Reaches::FarEnd, nth(13, events));
    realm.proxy.always(Trouble::Reset, Reaches::Nobody, nth(17, events));
    realm.proxy.always(Trouble::Answer(failing), Reaches::FarEnd, nth(19, events));
    realm.proxy.always(Trouble::Cut, Reaches::FarEnd, nth(4, "/api/v1/register"));

    let subject = |number: usize| format!("Storm {number:04}.");
    let mut kills = 0;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for number in 0..MESSAGES {
        tick.tick().await;
        let line = format!("redmine issue create {} project=demo", subject(number));
        let person = ["Ana", "Ben", "Chloe"][number % 3];
        match number % 4 {
            0 => realm.direct(person, &line),
            1 => realm.said(json!({"as": person, "do": "say", "to": ["Bellhop", "Ana", "Ben"], "text": line})),
            _ => realm.mention(person, &format!("topic {}", number % 8), &line),
        };
        if number % 97 == 96 {
            realm.sim.lose_queues();
        }
        if number % 211 == 210 {
            realm.proxy.door(Door::Resetting);
        }
        if number % 211 == 5 {
            realm.proxy.door(Door::Open);
        }
        match number {
            300 | 600 | 1000 => {
                bot.kill().await;
                kills += 1;
                if number == 600 {
                    realm.sim.lose_queues();
                }
                bot.run().await;
            }
            800 => {
                bot.terminate();
                assert!(bot.ended().await.success(), "{}", bot.log());
                bot.run().await;
            }
            _ => {}
        }
    }
    realm.proxy.heal();

    let database = format!("sqlite://{}?mode=ro", bot.folder().join("bellhop.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&database).await.expect("the bot's database");
    let end = Instant::now() + 3 * PATIENCE;
    let mut tries = tokio::time::interval(Duration::from_millis(500));
    let count = async |connection: &mut sqlx::SqliteConnection, query: &'static str, value: &str| -> usize {
        let count: i64 = sqlx::query(query).bind(value).fetch_one(connection).await.expect("a count").get(0);
        usize::try_from(count).expect("a count")
    };
    // Everything was heard, and nothing of it is left to be done.
    loop {
        tries.tick().await;
        let query = "SELECT COUNT(*) FROM delivery WHERE source LIKE ? || '%' AND body <> ''";
        let heard = count(&mut connection, query, "heard:zulip:").await;
        let query = "SELECT COUNT(*) FROM job WHERE kind IN ('run', ?)";
        let left = count(&mut connection, query, "heard").await;
        if heard == MESSAGES && left == 0 {
            break;
        }
        assert!(Instant::now() < end, "{heard} of {MESSAGES} were heard, {left} are still to be done");
    }
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for request in bot.redmine.server().requests().iter().filter(|it| creates(it)) {
        let at = request.body.find("Storm ").expect("all issues are of the storm");
        *sent.entry(request.body[at..at + 11].to_owned()).or_default() += 1;
    }
    // Whoever asked is told, or will be when the chat takes it.
    let query = "SELECT COUNT(*) FROM job WHERE kind = 'post' AND payload LIKE '%' || ? || '%'";
    let waiting = count(&mut connection, query, NOT_KNOWN).await;
    let unknown = waiting + realm.bots().iter().filter(|it| it.2.contains(NOT_KNOWN)).count();
    let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "done twice: {twice:?}");
    let missing: Vec<String> = (0..MESSAGES).map(subject).filter(|it| !sent.contains_key(it)).collect();
    assert!(missing.len() <= unknown, "lost: {missing:?}, and {unknown} are unknown");
    // A kill leaves those unknown that were being sent then, and no others.
    assert!(unknown <= kills * 256, "{unknown} are unknown after {kills} kills");
}
