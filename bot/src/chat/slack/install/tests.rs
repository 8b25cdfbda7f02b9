//! Installs against the simulated Slack: who is spoken to with which token, and what ends it.

use std::{sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Message, param::Secret};
use connectors::{
    Check, State as Health,
    slack::standin::{Options, SlackSim},
    standin::chat::{Clock, ManualClock, Served},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode, header};
use serde_json::json;

use super::{Installs, Left, pages, store::Turn};
use crate::{
    chat::{
        Place, Platform, Post, Target,
        slack::{Config, Slack},
    },
    connections::{Connections, MasterKey},
    store::testing::{Bench, on_each, start},
};

const KEY: &str = "Y2FuYXJ5LW9mLXRoZS1tYXN0ZXIta2V5LTMyLWJ5dGU=";
const OTHER_KEY: &str = "b3RoZXItY2FuYXJ5LW9mLXRoZS1tYXN0ZXIta2V5LTM=";
const TWELVE_HOURS: i64 = 43_200;

/// A database, a simulated Slack of two workspaces, and a clock for both.
struct World {
    bench: Bench,
    sim: SlackSim,
    other: SlackSim,
    served: Served,
    clock: ManualClock,
}

impl World {
    async fn new(bench: Bench) -> World {
        connectors::http::install_crypto();
        let clock = ManualClock::starting_at(start());
        let sim = SlackSim::new(Options { clock: Clock::Manual(clock.clone()), ..Options::default() }).unwrap();
        let served = sim.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let other = sim.add_workspace(7, "Second").unwrap();
        World { bench, sim, other, served, clock }
    }

    fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.bench.clock.advance(by);
    }

    /// A bot on this database; there may be several.
    async fn bot(&self, more: serde_json::Value) -> Bot {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let credentials = self.sim.credentials();
        let mut config = json!({
            "signing_secret": credentials.signing_secret, "client_id": credentials.client_id,
            "client_secret": credentials.client_secret, "api_url": format!("{}/api", self.served.url), "channel_rate": 0.0,
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config: Config = serde_json::from_value(config).unwrap();
        let installs = Installs::open(&self.bench.store, MasterKey::parse(KEY).unwrap()).await.unwrap();
        let slack = Slack::new(config, Connections::new(crate::builtins::group())).unwrap();
        let slack = Arc::new(slack.with_installs(installs.clone(), &url).unwrap());
        let routes = pages::routes(slack.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Bot { slack, installs, url }
    }

    fn team(sim: &SlackSim) -> String {
        sim.credentials().team_id
    }

    /// Requests for tokens so far.
    fn renewals(&self) -> usize {
        let all = self.sim.traffic().all();
        all.iter().filter(|it| it.url == "/api/oauth.v2.access" && it.body.contains("grant_type=refresh_token")).count()
    }
}

struct Bot {
    slack: Arc<Slack>,
    installs: Installs,
    url: String,
}

/// A browser without scripts: it keeps one cookie, and does not follow.
#[derive(Default)]
struct Browser {
    cookie: Option<String>,
}

impl Browser {
    async fn get(&mut self, url: &str) -> (StatusCode, String) {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = client.get(url);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response: Response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        (response.status(), response.text().await.unwrap())
    }

    /// Opens the first page, and takes its button's address.
    async fn begin(&mut self, bot: &Bot) -> String {
        let (status, page) = self.get(&format!("{}/slack/install", bot.url)).await;
        assert_eq!(status, 200, "{page}");
        let (_, rest) = page.split_once("class=\"add\" href=\"").expect("a button");
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }

    /// Decides on Slack's page; where Slack sends the browser.
    async fn decide(&self, authorize: &str, team: &str, decision: &str) -> String {
        let mut url = url::Url::parse(authorize).unwrap();
        let mut asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        asked.extend([("team".into(), team.into()), ("decision".into(), decision.into())]);
        url.set_query(None);
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let response = client.post(url).form(&asked).send().await.unwrap();
        assert_eq!(response.status(), 302, "{}", response.text().await.unwrap());
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }
}

impl Bot {
    async fn install(&self, team: &str) -> (StatusCode, String) {
        let mut browser = Browser::default();
        let authorize = browser.begin(self).await;
        let back = browser.decide(&authorize, team, "allow").await;
        browser.get(&back).await
    }

    async fn post(&self, workspace: &str, text: &str) -> Result<(), Error> {
        let place = Place { platform: "slack".into(), workspace: workspace.into(), channel: "#general".into(), thread: None };
        let post = Post { to: Target::Place(place), message: Message::text(text), key: text.into() };
        self.slack.post(&post).await.map(|_| ())
    }

    async fn check(&self, name: &str) -> Check {
        let checks = self.slack.health().await;
        checks.iter().find(|it| it.name.contains(name)).unwrap_or_else(|| panic!("{name}: {checks:#?}")).clone()
    }
}

fn said(sim: &SlackSim) -> Vec<String> {
    sim.look(|state| state.messages.values().map(|it| it.text.clone()).collect())
}

#[tokio::test]
async fn each_workspace_is_spoken_to_with_its_own_token() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let nowhere = bot.post("", "Too early").await.unwrap_err();
        assert_eq!(nowhere.kind, ErrorKind::Closed);
        assert!(nowhere.message.contains(&format!("{}/slack/install", bot.url)), "{nowhere}");

        let (first, second) = (World::team(&world.sim), World::team(&world.other));
        let (status, page) = bot.install(&first).await;
        assert!(status == 200 && page.contains("Bellhop is in Example"), "{page}");
        bot.post("", "To the only one").await.unwrap();
        assert_eq!(bot.install(&second).await.0, 200);
        bot.post(&first, "To the first").await.unwrap();
        bot.post(&second, "To the second").await.unwrap();
        assert_eq!(said(&world.sim), ["To the only one", "To the first"]);
        assert_eq!(said(&world.other), ["To the second"]);

        let unclear = bot.post("", "To which?").await.unwrap_err();
        assert!(
            unclear.kind == ErrorKind::Closed && unclear.message.contains("Example (") && unclear.message.contains("/#channel"),
            "{unclear}"
        );
        let unknown = bot.post("T0NOBODY", "Hello").await.unwrap_err();
        assert!(unknown.kind == ErrorKind::Closed && unknown.message.contains("T0NOBODY"), "{unknown}");

        // Another bot on the same database needs no install of its own, and everyone's administrators are found.
        let beside = world.bot(json!({})).await;
        beside.post(&second, "From the other bot").await.unwrap();
        assert_eq!(said(&world.other).len(), 2);
        let mut told: Vec<String> =
            bot.slack.administrators().await.unwrap().iter().map(|it| it.workspace().to_owned()).collect();
        told.sort();
        let mut wanted = vec![first, second];
        wanted.sort();
        assert_eq!(told, wanted);
        assert_eq!(bot.check("Example (").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn the_files_token_serves_its_own_workspace_and_no_other() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let token = world.sim.credentials().bot_token;
        let bot = world.bot(json!({ "bot_token": token })).await;
        let (home, second) = (World::team(&world.sim), World::team(&world.other));
        bot.post("", "By the file").await.unwrap();
        bot.post(&home, "By its id").await.unwrap();
        assert_eq!(bot.post(&second, "Not there").await.unwrap_err().kind, ErrorKind::Closed);
        bot.install(&second).await;
        bot.post(&second, "Now it is").await.unwrap();
        bot.post("", "Still the file's").await.unwrap();
        assert_eq!((said(&world.sim).len(), said(&world.other).len()), (3, 1));
        let listed = bot.slack.workspaces().await.unwrap();
        assert_eq!(listed.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [home.as_str(), second.as_str()]);
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_installed_once_for_its_workspaces() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let organization = world.sim.organize("Example Organization");
        let bot = world.bot(json!({})).await;
        let (status, page) = bot.install(&organization).await;
        assert!(status == 200 && page.contains(&format!("https://app.slack.com/manage/{organization}/")), "{page}");
        bot.post(&World::team(&world.other), "To one of them").await.unwrap();
        bot.post(&World::team(&world.sim), "To another").await.unwrap();
        assert_eq!((said(&world.sim), said(&world.other)), (vec!["To another".into()], vec!["To one of them".to_owned()]));
        assert_eq!(bot.post("T0NOBODY", "Hello").await.unwrap_err().kind, ErrorKind::Closed);
        // Which workspace a name is looked for in has to be said with the token of an organization.
        let mentioned = bot.slack.mentioned(&World::team(&world.other), "@Ben").await.unwrap().unwrap();
        assert!(world.other.look(|state| state.user(&mentioned.id).is_some()));
        let left = Left { id: organization, said: world.bench.store.now(), why: "the app was uninstalled in Slack" };
        bot.slack.leave(&left).await.unwrap();
        assert_eq!(bot.post(&World::team(&world.other), "Too late").await.unwrap_err().kind, ErrorKind::Closed);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_renewed_once_ahead_of_its_end_for_all_bots() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let (bot, beside) = (world.bot(json!({})).await, world.bot(json!({})).await);
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(9 * 3600));
        bot.post(&team, "Young enough").await.unwrap();
        assert_eq!(world.renewals(), 0);
        world.advance(Duration::from_secs(3600 + 60));
        let posts = (0..8).map(|n| {
            let bot = if n % 2 == 0 { &bot } else { &beside };
            let team = team.clone();
            async move { bot.post(&team, &format!("Number {n}")).await }
        });
        for posted in futures::future::join_all(posts).await {
            posted.unwrap();
        }
        assert_eq!((world.renewals(), said(&world.sim).len()), (1, 9));
        // Long after its end, too: the refresh token does not expire.
        world.advance(Duration::from_secs(48 * 3600));
        futures::future::join(bot.post(&team, "Two days"), beside.post(&team, "later")).await.0.unwrap();
        assert_eq!((world.renewals(), said(&world.sim).len()), (2, 11));
        assert_eq!(bot.check("token").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_slack_calls_expired_is_renewed_and_the_post_goes_out_once() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        // By Slack's clock it is over, by ours not.
        let now = start().as_microsecond();
        world.sim.grants(|it| it.expire(now));
        bot.post(&team, "All the same").await.unwrap();
        assert_eq!((world.renewals(), said(&world.sim)), (1, vec!["All the same".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn a_renewal_that_fails_for_now_costs_nothing_while_the_token_is_good() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(11 * 3600));
        world.sim.grants(|it| it.refusals = vec!["internal_error"]);
        bot.post(&team, "With the old one").await.unwrap();
        // Nobody asks again before that one's end is clear: it may have been done.
        bot.post(&team, "Again with the old one").await.unwrap();
        assert_eq!(world.renewals(), 1);
        world.advance(Duration::from_secs(31));
        bot.post(&team, "With the new one").await.unwrap();
        assert_eq!(world.renewals(), 2);
        // Expired, and the app's own credentials are wrong: it waits for whoever mends them, and is not over.
        world.advance(Duration::from_secs(13 * 3600));
        world.sim.grants(|it| it.refusals = vec!["bad_client_secret"]);
        let err = bot.post(&team, "Not yet").await.unwrap_err();
        assert!(err.is_temporary() && err.message.contains("slack.client_secret"), "{err}");
        bot.post(&team, "Now").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_that_a_crash_used_up_is_said_to_be_so() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(11 * 3600));
        // Slack has renewed it, and the bot died before it kept the answer.
        assert_eq!(bot.installs.begin_renewal(&team, 1).await.unwrap(), Turn::Ours);
        world.sim.grants(|it| it.lose_answer(&team));
        assert_eq!(bot.installs.begin_renewal(&team, 1).await.unwrap(), Turn::Others);
        world.advance(Duration::from_secs(31));
        bot.post(&team, "The token is good for an hour").await.unwrap();
        let check = bot.check("token").await;
        assert_eq!(check.state, Health::Failed);
        assert!(check.detail.contains("used up") && check.detail.contains("Bellhop was stopped"), "{check:?}");
        assert!(check.fix.unwrap().contains("/slack/install"));
        let asked = world.renewals();
        bot.post(&team, "No second question").await.unwrap();
        assert_eq!(world.renewals(), asked);
        world.advance(Duration::from_secs(3600));
        let err = bot.post(&team, "Over").await.unwrap_err();
        assert_eq!(err.kind, ErrorKind::Closed);
        assert!(err.message.contains("used up") && err.message.contains("/slack/install"), "{err}");
        bot.install(&team).await;
        bot.post(&team, "Back").await.unwrap();
        assert_eq!(bot.check("token").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn an_install_that_ended_says_why_until_it_is_back_or_forgotten() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let (first, second) = (World::team(&world.sim), World::team(&world.other));
        bot.install(&first).await;
        bot.install(&second).await;
        world.advance(Duration::from_secs(60));
        let left = Left { id: first.clone(), said: world.bench.store.now(), why: "the app was uninstalled in Slack" };
        assert!(bot.slack.is_installed_in(&first).await);
        bot.slack.leave(&left).await.unwrap();
        let err = bot.post(&first, "Hello?").await.unwrap_err();
        assert!(err.kind == ErrorKind::Closed && err.message.contains("the app was uninstalled in Slack"), "{err}");
        assert!(!bot.slack.is_installed_in(&first).await && bot.slack.is_installed_in(&second).await);
        assert_eq!(bot.check("install").await.state, Health::Warning);
        bot.post("", "The only one left").await.unwrap();

        // Called back, a word that is older than the install does not end it.
        world.advance(Duration::from_secs(60));
        bot.install(&first).await;
        bot.slack.leave(&left).await.unwrap();
        bot.post(&first, "Back").await.unwrap();

        // Slack's word may be missed: the next call tells.
        world.other.uninstall("T0NOBODY");
        world.sim.grants(|it| it.end(&second, "account_inactive"));
        let err = bot.post(&second, "Anybody?").await.unwrap_err();
        assert!(err.kind == ErrorKind::Closed && err.message.contains("account_inactive"), "{err}");
        let listed = bot.slack.workspaces().await.unwrap();
        assert!(listed.iter().any(|it| it.id == second && it.gone && it.state.contains("account_inactive")), "{listed:?}");
        assert_eq!(bot.slack.forget_workspace(&first).await.unwrap_err().kind, ErrorKind::NotFound, "it is not gone");
        bot.slack.forget_workspace(&second).await.unwrap();
        assert!(bot.post(&second, "Hello").await.unwrap_err().message.contains("is not installed in the Slack workspace"));
    })
    .await;
}

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_once() {
    let world = World::new(Bench::sqlite().await).await;
    let bot = world.bot(json!({})).await;
    let team = World::team(&world.sim);
    let mut browser = Browser::default();
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &team, "allow").await;
    let refused = async |browser: &mut Browser, url: &str, word: &str| {
        let (status, page) = browser.get(url).await;
        assert!(status.is_client_error() && page.contains(word), "{status} {page}");
        assert!(bot.installs.list().await.unwrap().is_empty() || word == "used before");
    };
    refused(&mut Browser::default(), &back, "did not begin this install").await;
    let mut stranger = Browser::default();
    stranger.begin(&bot).await;
    refused(&mut stranger, &back, "was not begun here").await;
    let url = format!("{}/slack/oauth", bot.url);
    refused(&mut browser, &format!("{url}?code=x&state=1.a.b"), "was not begun here").await;
    refused(&mut browser, &url, "nobody came from there").await;
    assert_eq!(browser.get(&back).await.0, 200);
    refused(&mut browser, &back, "used before").await;

    // Too late.
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &World::team(&world.other), "allow").await;
    world.advance(Duration::from_secs(601));
    let (status, page) = browser.get(&back).await;
    assert!(status == 403 && page.contains("longer than ten minutes"), "{page}");
    assert_eq!(bot.installs.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_refusal_of_slacks_says_what_to_do() {
    let world = World::new(Bench::sqlite().await).await;
    let bot = world.bot(json!({})).await;
    let team = World::team(&world.sim);
    let mut browser = Browser::default();
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &team, "deny").await;
    let (status, page) = browser.get(&back).await;
    assert!(status == 400 && page.contains("cancelled in Slack") && page.contains("Begin again"), "{page}");
    for (code, word) in [
        ("invalid_code", "Begin again"),
        ("bad_client_secret", "slack.client_secret"),
        ("bad_redirect_uri", "Redirect URLs"),
        ("no_scopes", "manifest"),
        ("cannot_install_an_org_installed_app", "organization admin"),
        ("something_new", "bellhop doctor slack"),
    ] {
        world.sim.grants(|it| it.refusals = vec![code]);
        let (status, page) = bot.install(&team).await;
        assert!(status == 400 && page.contains(word) && page.contains(code), "{code}: {page}");
    }
    world.sim.grants(|it| it.refusals = vec!["fatal_error"]);
    assert_eq!(bot.install(&team).await.0, 502);
    assert!(bot.installs.list().await.unwrap().is_empty());

    // A workspace that the file does not name is turned away, and Slack gets its token back.
    let closed = world.bot(json!({ "workspaces": [World::team(&world.other)] })).await;
    let (status, page) = closed.install(&team).await;
    assert!(status == 403 && page.contains("slack.workspaces"), "{page}");
    assert!(bot.installs.list().await.unwrap().is_empty());
    assert!(world.sim.traffic().all().iter().any(|it| it.url == "/api/auth.revoke" && it.answer.contains("\"revoked\":true")));
    assert_eq!(closed.install(&World::team(&world.other)).await.0, 200);
    let closed_check = closed.slack.health().await;
    assert!(!closed_check.iter().any(|it| it.name == "who may install"), "{closed_check:?}");
}

#[tokio::test]
async fn tokens_are_sealed_and_change_their_key_with_the_rest() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        let store = &world.bench.store;
        let (old, new) = (MasterKey::parse(KEY).unwrap(), MasterKey::parse(OTHER_KEY).unwrap());
        let Err(err) = Installs::open(store, new.clone()).await else { panic!("the key is another") };
        assert!(err.to_string().contains("bellhop keys rotate") && err.to_string().contains(&team), "{err}");
        assert_eq!(Installs::rotate(store, &old, &new).await.unwrap(), 1);
        assert_eq!(Installs::rotate(store, &old, &new).await.unwrap(), 0, "again, it has nothing to do");
        let installs = Installs::open(store, new).await.unwrap();
        let (_, tokens) = installs.open_one(&team).await.unwrap().unwrap();
        assert!(secrecy::ExposeSecret::expose_secret(&tokens.unwrap().access).starts_with("xoxb-"));
        assert!(Installs::open(store, old).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_end_that_is_old_news_changes_nothing() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        assert!(!bot.installs.end(&team, 7, "another version").await.unwrap());
        let before = world.bench.store.now() - SignedDuration::from_secs(10);
        assert!(!bot.installs.end_by_word(&team, before, "before").await.unwrap());
        assert!(!bot.installs.end_by_word("T0NOBODY", Timestamp::MAX - SignedDuration::from_hours(1), "nobody").await.unwrap());
        assert!(bot.installs.end(&team, 1, "for good").await.unwrap());
        assert!(!bot.installs.end(&team, 1, "twice").await.unwrap());
        let expires = world.bench.store.now() + SignedDuration::from_mins(10);
        assert!(bot.installs.use_state("n1", expires).await.unwrap());
        assert!(!bot.installs.use_state("n1", expires).await.unwrap());
    })
    .await;
}

#[test]
fn secrets_of_the_app_are_no_part_of_an_address() {
    let api = "https://slack.com/api/".parse().unwrap();
    let secret = Secret::from("client-secret-canary".to_owned());
    let oauth = super::oauth::OAuth::new(api, "1.2".into(), secret, "https://bot.example.org/slack/oauth".into()).unwrap();
    let url = oauth.authorize_url("s1", Some("T0DEMO"));
    assert!(url.starts_with("https://slack.com/oauth/v2/authorize?client_id=1.2&scope=app_mentions%3Aread%2C"), "{url}");
    assert!(
        url.ends_with("&redirect_uri=https%3A%2F%2Fbot.example.org%2Fslack%2Foauth&state=s1&team=T0DEMO")
            && !url.contains("canary"),
        "{url}"
    );
}
