//! Every command against the simulated Redmine, over real HTTP: what is sent, and what people read.

use std::{sync::Arc, time::Duration};

use commands::{
    Actor, BoxFuture, Call, Ctx, Download, Error, ErrorKind, Group, Host, Reply, Result,
    grammar::{self, Parsed, Setting},
};
use expect_test::{Expect, expect};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::standin::Simulated;
use crate::{
    Connected, Http, Kind, Polled, Query,
    http::Policy,
    standin::{Fault, Server, Standin},
    tests::desk::{NOW, person, read},
};

mod accounts;
mod changes;
mod failures;
mod forms;
mod issues;
mod news;
mod people;
mod projects;
mod tasks;

/// A bot connected to a Redmine of its own.
pub(super) struct Bot {
    pub redmine: Arc<dyn Connected>,
    pub group: Group,
    pub asker: Actor,
    /// The account that is linked to the asker.
    pub account: Option<String>,
}

/// A simulated Redmine whose clock stands still, and a bot connected to it.
struct Here {
    bot: Bot,
    server: Server,
    simulated: Simulated,
}

struct Files;

impl Host for Files {
    fn download<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Download>> {
        Box::pin(async move {
            match file {
                "https://example.org/fire.txt" => {
                    Ok(Download { name: "fire.txt".into(), content_type: "text/plain".into(), bytes: b"It burns.".to_vec() })
                }
                other => Err(Error::bad_input(format!("`{other}` cannot be fetched."))),
            }
        })
    }
}

impl Bot {
    pub fn new(config: Map<String, Value>, policy: Policy) -> Bot {
        let kind: Kind = Kind::of::<super::Redmine>();
        let base = config["url"].as_str().unwrap_or_default().to_owned();
        let http = Http::new("redmine", kind.title, &base, policy).expect("the address of a server that runs");
        let redmine = (kind.connect)(config, http).expect("a configuration that works");
        Bot { redmine, group: kind.group("redmine", Some(&base)), asker: person("Ana"), account: None }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx {
            actor: self.asker.clone(),
            account: self.account.clone(),
            group: "redmine".into(),
            channel: None,
            now: NOW.parse().expect("a time"),
            request_id: "r1".into(),
            host: Arc::new(Files),
        }
    }

    /// What this line calls.
    pub fn call(&self, line: &str) -> Call {
        let defaults = Map::new();
        let today = NOW.parse::<Timestamp>().expect("a time").to_zoned(jiff::tz::TimeZone::UTC).date();
        match grammar::parse(
            std::slice::from_ref(&self.group),
            &Setting { defaults: &defaults, today },
            &format!("redmine {line}"),
        ) {
            Ok(Parsed::Call(call)) => call,
            other => panic!("`{line}` is no complete command: {other:?}"),
        }
    }

    pub async fn run(&self, line: &str) -> Result<Reply> {
        self.redmine.run(&self.call(line), &self.ctx()).await
    }
}

impl Here {
    async fn new() -> Here {
        Here::with(|_| {}, Policy { retries: 0, per_second: 0, ..Policy::default() }).await
    }

    async fn with(change: impl FnOnce(&mut Map<String, Value>), policy: Policy) -> Here {
        let simulated = Simulated::default();
        {
            let mut state = simulated.state();
            let now: Timestamp = NOW.parse().expect("a time");
            state.clock = Some(now);
            for issue in &mut state.issues {
                (issue.created_on, issue.updated_on, issue.start_date) = (now, now, None);
            }
        }
        let server = Server::start(Arc::new(simulated.clone()), 0).await.expect("a free port");
        let mut config = simulated.connection(&server.url());
        change(&mut config);
        Here { bot: Bot::new(config, policy), server, simulated }
    }

    fn tick(&self, seconds: i64) {
        let mut state = self.simulated.state();
        let now = state.now() + jiff::SignedDuration::from_secs(seconds);
        state.clock = Some(now);
    }

    /// The requests since `from`, and what people read.
    fn told(&self, from: usize, outcome: &Result<Reply>) -> String {
        let mut text = String::new();
        for exchange in &self.server.exchanges()[from..] {
            let header = exchange.headers.iter().find(|(name, _)| name == "x-redmine-switch-user");
            let as_whom = header.map(|(_, login)| format!(" (as {login})")).unwrap_or_default();
            text.push_str(&format!("> {}{as_whom}\n", exchange.request_line()));
        }
        text.push_str(&read(outcome));
        text.replace(&self.server.url(), "{redmine}")
    }
}

/// Runs a line as Ana, and compares what went to Redmine and what came back.
async fn check(here: &Here, line: &str, expected: Expect) {
    let from = here.server.exchanges().len();
    let outcome = here.bot.run(line).await;
    expected.assert_eq(&here.told(from, &outcome));
}
