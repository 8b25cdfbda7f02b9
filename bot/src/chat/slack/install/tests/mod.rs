//! Installs against the simulated Slack: who is spoken to with which token, and what ends it.

mod browsing;
mod reaching;
mod renewing;

use std::{sync::Arc, time::Duration};

use commands::{Error, Message};
use connectors::{
    Check,
    slack::standin::{Options, SlackSim},
    standin::chat::{Clock, ManualClock, Served},
};
use reqwest::{Response, StatusCode, header};
use serde_json::json;

use super::{Installs, Left, pages, store::Turn};
use crate::{
    chat::{
        Place, Platform, Post, Target,
        slack::{Config, Slack},
    },
    connections::{Connections, MasterKey},
    store::testing::{Bench, start},
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
        let post = Post::new(Target::Place(place), Message::text(text), text);
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
