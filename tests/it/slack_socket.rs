//! Slack by Socket Mode: everything that HTTP does, and nothing lost or done twice while connections come and go.
//!
//! The far end here is the simulated workspace, whose people type, press and read, and whose connections break as they are told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use connectors::slack::standin::{Act, AppSettings, Disturbance, Options, SlackSim, Which};
use serde_json::{Value, json};
use tests::{Database, Redmine, TestBot, far_end::PATIENCE};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, interval, timeout},
};

/// Connections of a bot.
const PLACES: usize = 2;

struct World {
    sim: SlackSim,
    _served: Box<dyn Send + Sync>,
    bot: TestBot,
}

/// A workspace in Socket Mode.
async fn workspace(change: impl FnOnce(&mut Options)) -> (SlackSim, Box<dyn Send + Sync>, String) {
    tests::client();
    let app =
        AppSettings { socket_mode: true, bot_events: vec!["app_mention".into(), "message.im".into()], ..AppSettings::default() };
    let mut options = Options { app, disconnect_after: Duration::from_secs(1), ..Options::default() };
    change(&mut options);
    let sim = SlackSim::new(options).expect("a client");
    let served = sim.serve(([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let url = served.url.clone();
    (sim, Box::new(served), url)
}

/// What the configuration says of this workspace: no signing secret, and no public address anywhere.
fn point_at(config: &mut toml::Table, sim: &SlackSim, url: &str, app_token: &str) {
    let slack = format!(
        "bot_token = \"{}\"\napp_token = \"{app_token}\"\napi_url = \"{url}/api/\"\nchannel_rate = 0\n",
        sim.credentials().bot_token
    );
    config.insert("slack".into(), toml::Value::Table(slack.parse().expect("what stands above is TOML")));
    config["server"].as_table_mut().expect("a section").remove("public_url");
    let redmine = config["connection"].as_array_mut().expect("connections")[0].as_table_mut().expect("a connection");
    redmine.insert("rate".into(), toml::Value::Integer(0));
}

impl World {
    async fn start() -> World {
        World::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> World {
        let (sim, served, url) = workspace(change).await;
        let token = sim.credentials().app_token;
        let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| point_at(it, &sim, &url, &token)).await;
        let world = World { sim, _served: served, bot };
        world.connected(PLACES).await;
        world
    }

    /// Waits until Slack has so many connections to send to.
    async fn connected(&self, count: usize) {
        let are = timeout(PATIENCE, self.sim.sockets_are(count)).await;
        assert!(are.is_ok(), "{} connections, not {count}:\n{}", self.sim.sockets(), self.bot.log());
    }

    async fn act(&self, act: Value) -> Value {
        act_in(&self.sim, act).await
    }

    /// Ana types a command; whether the bot acknowledged it.
    async fn command(&self, line: &str) -> Value {
        self.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": line})).await
    }

    /// Waits until something of what the workspace shows is such.
    async fn shown<T>(&self, what: &str, look: impl Fn(&connectors::slack::standin::State) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        // The simulator tells pages, not tests, what changes.
        let mut tries = interval(Duration::from_millis(20));
        loop {
            tries.tick().await;
            if let Some(found) = self.sim.look(&look) {
                return found;
            }
            assert!(Instant::now() < end, "{what} was not shown:\n{}", self.bot.log());
        }
    }

    /// Waits for a message of the bot's with this text, and tells where it is: channel, thread, `ts`.
    async fn message(&self, text: &str) -> (String, Option<String>, String) {
        let what = format!("a message with {text:?}");
        self.shown(&what, |state| {
            let mut messages = state.messages.values().filter(|it| it.bot_id.is_some());
            let found = messages.find(|it| format!("{}{}{}", it.text, json!(it.blocks), json!(it.attachments)).contains(text))?;
            Some((found.channel.clone(), found.thread_ts.clone(), found.ts.clone()))
        })
        .await
    }

    /// Every issue in Redmine, by its subject.
    async fn issues(&self) -> BTreeMap<String, usize> {
        let text = |name: &str| self.bot.redmine.connection[name].as_str().expect("a text");
        let mut found = BTreeMap::new();
        for offset in (0..).step_by(100) {
            let url = format!("{}/issues.json?status_id=*&limit=100&offset={offset}&sort=id", text("url"));
            let answer = self.bot.client.get(url).header("X-Redmine-API-Key", text("api_key")).send().await.expect("an answer");
            let page: Value = answer.json().await.expect("JSON");
            let issues = page["issues"].as_array().expect("issues");
            if issues.is_empty() {
                break;
            }
            for issue in issues {
                *found.entry(issue["subject"].as_str().expect("a subject").to_owned()).or_default() += 1;
            }
        }
        found
    }
}

async fn act_in(sim: &SlackSim, act: Value) -> Value {
    let act: Act = serde_json::from_value(act).expect("an act");
    sim.act(act).await.expect("a person can do that")
}

#[tokio::test]
async fn everything_works_without_a_public_address() {
    let world = World::start().await;
    // A command, a mention, a direct message.
    assert_eq!(world.command("/redmine issue create Printer on fire project=demo").await["answered"], true);
    let (channel, _, ts) = world.message("Printer on fire").await;
    let said = world
        .act(
            json!({"as": "ben", "do": "say", "channel": "dev", "text": "@bellhop redmine issue create Second lamp project=demo"}),
        )
        .await;
    let (_, thread, _) = world.message("Second lamp").await;
    assert_eq!(thread.as_deref(), said["message"]["ts"].as_str(), "in the mention's thread");
    let direct = world.act(json!({"as": "chloe", "do": "open", "with": ["bellhop"]})).await["channel"]["id"].clone();
    world
        .act(json!({"as": "chloe", "do": "say", "channel": direct, "text": "redmine issue create Third door project=demo"}))
        .await;
    assert_eq!(world.message("Third door").await.0, direct);
    // What is not understood is said in the acknowledgement.
    world.command("/redmine issue craete Typo").await;
    world.message("craete").await;
    // A button.
    let button = world.sim.look(|state| {
        let blocks = &state.messages[&(channel.clone(), ts.clone())].blocks;
        let elements =
            blocks.iter().flat_map(|it| it["elements"].as_array().into_iter().flatten().map(move |element| (it, element)));
        let (block, element) = elements.into_iter().find(|(_, it)| it["text"]["text"] == "Close").expect("a button");
        (block["block_id"].clone(), element["action_id"].clone())
    });
    let pressed = json!({"as": "ana", "do": "use", "channel": channel, "ts": ts, "block_id": button.0, "action_id": button.1});
    assert_eq!(world.act(pressed).await["answered"], true);
    world.message("Closed").await;
    // A form: it opens, its choices are loaded, it refuses, it is sent page by page.
    world.command("/redmine issue create Broken window").await;
    let view = world.shown("a modal", |state| state.stacks.values().find_map(|it| it.last().cloned())).await;
    let options =
        json!({"as": "ana", "do": "options", "view": view, "block_id": "field-project", "action_id": "project", "typed": "dem"});
    assert_eq!(world.act(options).await["options"][0]["value"], "demo");
    let mut outcome =
        world.act(json!({"as": "ana", "do": "submit", "view": view, "values": {"field-project": {"project": "demo"}}})).await;
    while outcome.get("view").is_some() {
        outcome = world.act(json!({"as": "ana", "do": "submit", "view": view})).await;
    }
    assert_eq!(outcome["closed"], true, "{outcome}");
    world.message("Broken window").await;
    let issues = world.issues().await;
    for subject in ["Printer on fire", "Second lamp", "Third door", "Broken window"] {
        assert_eq!(issues.get(subject), Some(&1), "{subject}: {issues:?}");
    }
    // Nobody else gets in: without a signing secret there is nothing over HTTP.
    let body = world.bot.slack.command(tests::ANA, "/redmine issue create Forged project=demo");
    let now = jiff::Timestamp::now().as_second();
    assert_eq!(world.bot.slack_raw("/slack/commands", body, now, "v0=00").await.status, 404);
    // And everybody is told how it stands.
    let doctor = world.bot.bellhop(&["doctor", "slack"]).await;
    assert!(doctor.out.contains("Slack takes the app-level token"), "{doctor:#?}");
    assert!(world.bot.log().contains("Socket Mode: no public address is needed"));
    for kind in ["command", "interaction", "event"] {
        let taken = world.bot.metric("bellhop_socket_envelopes_total", &[("kind", kind), ("outcome", "taken")]).await;
        assert!(taken >= 2.0, "{kind}: {taken}");
    }
}

#[tokio::test]
async fn a_connection_that_closes_has_a_successor_first() {
    let world = World::start().await;
    for round in 0..6 {
        let how = if round % 2 == 0 { Disturbance::Refresh } else { Disturbance::Warn };
        assert_eq!(world.sim.disturb(how, Which::Oldest), 1);
        for number in 0..10 {
            let answered = world.command(&format!("/redmine issue create Kept {round}-{number} project=demo")).await;
            assert_eq!(answered["answered"], true, "{answered}");
        }
        world.connected(PLACES).await;
    }
    world.message("Kept 5-9").await;
    let issues = world.issues().await;
    assert_eq!(issues.iter().filter(|(subject, count)| subject.starts_with("Kept") && **count == 1).count(), 60, "{issues:?}");
    let replaced = world.bot.metric("bellhop_socket_reconnects_total", &[]).await;
    assert!(replaced >= 6.0, "{replaced}");
}

#[tokio::test]
async fn a_connection_is_replaced_before_it_is_too_old() {
    let world = World::with(|it| it.connection_time = Duration::from_secs(4)).await;
    world.bot.metric_reaches(3.0, "bellhop_socket_reconnects_total", &[("reason", "age")]).await;
    assert_eq!(world.command("/redmine issue create Young project=demo").await["answered"], true);
    world.message("Young").await;
}

#[tokio::test]
async fn a_dead_connection_is_noticed() {
    let world = World::start().await;
    world.sim.disturb(Disturbance::Freeze, Which::All);
    // Slack does not notice, and goes on sending to the dead ones as well.
    world.connected(2 * PLACES).await;
    world.bot.metric_reaches(2.0, "bellhop_socket_reconnects_total", &[("reason", "silent")]).await;
    for _ in 0..PLACES {
        world.sim.disturb(Disturbance::Cut, Which::Oldest);
    }
    world.connected(PLACES).await;
    assert_eq!(world.command("/redmine issue create Thawed project=demo").await["answered"], true);
    world.message("Thawed").await;
}

#[tokio::test]
async fn turned_off_it_says_so_and_turned_on_it_goes_on() {
    let world = World::start().await;
    world.sim.set_socket_mode(false);
    world.bot.metric_reaches(2.0, "bellhop_socket_reconnects_total", &[("reason", "disabled")]).await;
    world
        .shown("the trouble", |_| world.bot.log().contains("Socket Mode is turned off in the Slack app's settings").then_some(()))
        .await;
    assert_eq!(world.command("/redmine issue create Nobody hears project=demo").await["answered"], Value::Null);
    world.sim.set_socket_mode(true);
    world.connected(PLACES).await;
    assert_eq!(world.command("/redmine issue create Heard project=demo").await["answered"], true);
    world.message("Heard").await;
    assert!(!world.issues().await.contains_key("Nobody hears"));
}

#[tokio::test]
async fn a_token_that_slack_refuses_is_named_with_the_way_out() {
    let (sim, _served, url) = workspace(|_| {}).await;
    let token = "xapp-1-canary-of-another-app";
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| point_at(it, &sim, &url, token)).await;
    let doctor = bot.bellhop(&["doctor", "slack"]).await;
    assert_eq!(doctor.status, Some(1), "{doctor:#?}");
    assert!(doctor.out.contains("connections:write") && doctor.out.contains("slack.app_token"), "{doctor:#?}");
    let health = bot.get("/health/slack").await.body;
    assert!(!health.contains("canary") && !bot.log().contains("canary-of-another"), "a token is shown");
}

/// What happens in the middle of a wave.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Socket(Disturbance, Which),
    /// SIGKILL, and a new start.
    Kill,
    /// Another process takes over.
    TakeOver,
}

/// Waves of commands and mentions, and a blow in the middle of each.
const WAVES: [Blow; 16] = [
    Blow::Socket(Disturbance::Cut, Which::Oldest),
    Blow::Socket(Disturbance::Refresh, Which::All),
    Blow::Kill,
    Blow::Socket(Disturbance::Warn, Which::All),
    Blow::Socket(Disturbance::Cut, Which::All),
    Blow::TakeOver,
    Blow::Socket(Disturbance::Freeze, Which::Oldest),
    Blow::Socket(Disturbance::Refresh, Which::Oldest),
    Blow::Kill,
    Blow::Socket(Disturbance::Cut, Which::All),
    Blow::Socket(Disturbance::Refresh, Which::All),
    Blow::TakeOver,
    Blow::Socket(Disturbance::Cut, Which::All),
    Blow::Kill,
    Blow::Socket(Disturbance::Warn, Which::Oldest),
    Blow::Socket(Disturbance::Cut, Which::All),
];
const OF_A_WAVE: usize = 150;
const CHANNELS: [&str; 3] = ["dev", "ops", "general"];
const PEOPLE: [&str; 3] = ["ana", "ben", "chloe"];

fn subject(wave: usize, number: usize) -> String {
    format!("Storm {wave:02}-{number:03}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_of_reconnections_nothing_is_lost_and_nothing_is_done_twice() {
    let mut world = World::with(|it| {
        // Slack's last try is five minutes later. Here it is when the storm is over.
        it.event_retries = [Duration::from_millis(500), Duration::from_secs(5), Duration::from_secs(3600)];
    })
    .await;
    // What Slack was told is taken, or has to be in the end: commands that were acknowledged, and every mention.
    let mut promised = BTreeSet::new();
    let mut refused = 0;
    for (wave, blow) in WAVES.into_iter().enumerate() {
        let room = Arc::new(Semaphore::new(48));
        let mut under_way = JoinSet::new();
        for number in 0..OF_A_WAVE {
            if number == OF_A_WAVE / 2 {
                match blow {
                    Blow::Socket(disturbance, which) => drop(world.sim.disturb(disturbance, which)),
                    Blow::Kill => {
                        world.bot.kill().await;
                        world.bot.run().await;
                    }
                    Blow::TakeOver => world.bot.take_over().await,
                }
            }
            let place = room.clone().acquire_owned().await.expect("it is open");
            let (sim, subject) = (world.sim.clone(), subject(wave, number));
            under_way.spawn(async move {
                let is_command = number % 2 == 0;
                let to = if is_command { "/redmine" } else { "@bellhop redmine" };
                let text = format!("{to} issue create {subject} project=demo");
                let (person, channel) = (PEOPLE[number % PEOPLE.len()], CHANNELS[number / 2 % CHANNELS.len()]);
                let outcome = act_in(&sim, json!({"as": person, "do": "say", "channel": channel, "text": text})).await;
                drop(place);
                (subject, !is_command || outcome["answered"] == true)
            });
        }
        while let Some(done) = under_way.join_next().await {
            match done.expect("nothing panics") {
                (subject, true) => drop(promised.insert(subject)),
                (_, false) => refused += 1,
            }
        }
        if let Blow::Socket(Disturbance::Freeze, _) = blow {
            // Slack has it besides those of the bot, and never hears of it again.
            world.connected(PLACES + 1).await;
            world.sim.disturb(Disturbance::Cut, Which::Oldest);
        }
        world.connected(PLACES).await;
    }

    // What became of each: the issue, or word that nobody knows.
    let end = Instant::now() + 2 * PATIENCE;
    let mut tries = interval(Duration::from_millis(500));
    let missing = loop {
        tries.tick().await;
        world.sim.send_again();
        let (issues, told) = (world.issues().await, told(&world));
        let is_missing =
            |it: &&String| told.get(*it).is_none_or(|it| it.plain == 0) || !(issues.contains_key(*it) || told[*it].is_not_known);
        let missing: Vec<&String> = promised.iter().filter(is_missing).collect();
        if missing.is_empty() || Instant::now() > end {
            break missing.into_iter().cloned().collect::<Vec<_>>();
        }
    };
    let given_up = world.sim.look(|state| state.given_up.len());
    // An event may be given up and be there all the same: its last acknowledgement was late.
    assert!(missing.is_empty(), "promised and lost ({given_up} events were given up): {missing:?}");
    // A lane is in order: when these are done, whatever was to be done a second time would be too.
    for channel in CHANNELS {
        let text = format!("/redmine issue create After the storm in {channel} project=demo");
        let answered = world.act(json!({"as": "ana", "do": "say", "channel": channel, "text": text})).await;
        assert_eq!(answered["answered"], true, "{answered}");
    }
    for channel in CHANNELS {
        world.message(&format!("After the storm in {channel}")).await;
    }
    let (issues, told) = (world.issues().await, told(&world));
    let twice: Vec<_> = issues.iter().filter(|(subject, count)| subject.starts_with("Storm") && **count > 1).collect();
    assert!(twice.is_empty(), "done twice: {twice:?}");
    let repeated: Vec<_> = told.iter().filter(|(_, it)| it.plain > 1).collect();
    assert!(repeated.is_empty(), "said twice: {repeated:#?}");
    let all = WAVES.len() * OF_A_WAVE;
    // Who types while no connection is open is told so at once: half of all are mentions, which come again.
    assert!(promised.len() > all * 3 / 5, "{} of {all} were taken, {refused} commands were not", promised.len());
}

/// What people read about a subject.
#[derive(Debug, Default)]
struct Told {
    /// Messages that do not say that they may be a repeat.
    plain: usize,
    is_not_known: bool,
}

fn told(world: &World) -> BTreeMap<String, Told> {
    world.sim.look(|state| {
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        for message in state.messages.values().filter(|it| it.bot_id.is_some()) {
            let text = format!("{}{}{}", message.text, json!(message.blocks), json!(message.attachments));
            let Some(at) = text.find("Storm ") else { continue };
            let told = told.entry(text[at..].chars().take("Storm 00-000".len()).collect()).or_default();
            told.plain += usize::from(!text.contains("Perhaps a repeat"));
            told.is_not_known |= text.contains("is not known");
        }
        told
    })
}
