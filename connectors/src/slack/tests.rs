//! Every command against the simulated Slack, over real HTTP: what is sent, and what people read.

use std::sync::Arc;

use commands::{
    Actor, Audience, BoxFuture, Call, Ctx, Download, ErrorKind, Group, Host, Reply, Result,
    grammar::{self, Parsed, Setting},
};
use expect_test::{Expect, expect};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    Connected, Http, Kind,
    http::Policy,
    slack::standin::{Options, SlackSim},
    standin::{
        Fault, Server, Standin,
        chat::{Clock, testing::clock},
    },
};

mod channels;
mod failures;
mod messages;

/// A workspace whose clock stands still, and a bot connected to it.
struct Here {
    slack: Arc<dyn Connected>,
    group: Group,
    asker: Actor,
    server: Server,
    sim: SlackSim,
}

struct Files;

impl Host for Files {
    fn download<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Download>> {
        Box::pin(async move {
            Ok(Download { name: "log/1.txt".into(), content_type: "text/plain".into(), bytes: file.as_bytes().to_vec() })
        })
    }
}

fn person(name: &str) -> Actor {
    Actor {
        platform: "zulip".into(),
        workspace: "https://chat.example.org".into(),
        id: "8".into(),
        name: name.into(),
        email: Some(format!("{}@example.org", name.to_lowercase())),
        admin: false,
    }
}

impl Here {
    async fn new() -> Here {
        crate::http::install_crypto();
        let sim = SlackSim::new(Options { clock: Clock::Manual(clock()), ..Options::default() }).expect("a client");
        let server = Server::start(Arc::new(sim.clone()), 0).await.expect("a free port");
        let config = sim.connection(&server.url());
        let kind: Kind = Kind::of::<super::Slack>();
        let policy = Policy { retries: 0, per_second: 0, ..Policy::default() };
        let http = Http::new("slack", kind.title, &server.url(), policy).expect("the address of a server that runs");
        let slack = (kind.connect)(config, http).expect("a configuration that works");
        let group = kind.group("slack", Some("https://slack.com/api"));
        Here { slack, group, asker: person("Ana"), server, sim }
    }

    async fn act(&self, act: Value) -> Value {
        self.sim.act(serde_json::from_value(act).expect("an act")).await.expect("done")
    }

    /// Has a person say something; the link to it.
    async fn said(&self, who: &str, channel: &str, text: &str) -> String {
        self.act(json!({"as": who, "do": "say", "channel": channel, "text": text})).await;
        self.last(channel)
    }

    fn id(&self, channel: &str) -> String {
        self.sim.look(|it| it.channels.iter().find(|it| it.name == channel).map(|it| it.id.clone())).expect("a channel")
    }

    /// The link to the last message of a channel, as Slack's menu copies it.
    fn last(&self, channel: &str) -> String {
        let id = self.id(channel);
        self.sim.look(|state| {
            let message = state.messages_in(&id).next_back().expect("a message");
            super::link::address(&format!("{}/", state.base), &id, &message.ts, message.thread_ts.as_deref())
        })
    }

    /// What the last message of a channel says on the wire.
    fn wire(&self, channel: &str) -> String {
        let id = self.id(channel);
        self.sim.look(|state| state.messages_in(&id).next_back().map(|it| it.text.clone())).expect("a message")
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_790_000_000).expect("a time")
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            actor: self.asker.clone(),
            account: None,
            group: "slack".into(),
            channel: None,
            now: self.now(),
            request_id: "r1".into(),
            host: Arc::new(Files),
        }
    }

    fn call(&self, line: &str) -> Call {
        let defaults = Map::new();
        let today = self.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let setting = Setting { defaults: &defaults, today };
        match grammar::parse(std::slice::from_ref(&self.group), &setting, &format!("slack {line}")) {
            Ok(Parsed::Call(call)) => call,
            other => panic!("`{line}` is no complete command: {other:?}"),
        }
    }

    async fn run(&self, line: &str) -> Result<Reply> {
        self.slack.run(&self.call(line), &self.ctx()).await
    }

    /// Runs each line, and tells the requests and what people read.
    async fn told(&self, lines: &[&str]) -> String {
        let mut text = String::new();
        for line in lines {
            let from = self.server.exchanges().len();
            let outcome = self.run(line).await;
            text.push_str(&format!("$ {line}\n"));
            for exchange in &self.server.exchanges()[from..] {
                text.push_str(&format!("> {}\n", readable(&exchange.request_line())));
            }
            text.push_str(&read(&outcome, &self.group));
            text.push('\n');
        }
        text = text.replace(&self.server.url(), "{slack}");
        self.sim.look(|state| {
            for channel in state.channels.iter().filter(|it| !it.name.is_empty()) {
                text = text.replace(&channel.id, &format!("{{{}}}", channel.name));
            }
            for user in &state.users {
                text = text.replace(&user.id, &format!("{{{}}}", user.name));
            }
        });
        text
    }
}

/// A request with what is encoded in it as people read it.
fn readable(line: &str) -> String {
    let decode = |text: &str| {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let (method, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
    let path = path.strip_prefix("/api/").unwrap_or(path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if path.starts_with("/upload/") {
        return format!("{method} /upload/v1/… {body}");
    }
    format!("{method} {path} {}{}", decode(query), decode(body)).trim_end().to_owned()
}

async fn check(here: &Here, lines: &[&str], expected: Expect) {
    expected.assert_eq(&here.told(lines).await);
}

/// An outcome as people read it.
fn read(outcome: &Result<Reply>, group: &Group) -> String {
    match outcome {
        Ok(reply) => {
            let to = match reply.audience {
                Audience::Channel => "",
                Audience::Asker => "(only you) ",
                Audience::Private => "(private) ",
            };
            format!("{to}{}\n", reply.message.to_plain(std::slice::from_ref(group)))
        }
        Err(error) => {
            let fields: String = error.fields.iter().map(|it| format!("  at {}\n", it.field)).collect();
            format!("{:?}: {}\n{fields}", error.kind, error.message)
        }
    }
}
