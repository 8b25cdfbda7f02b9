//! Every command against the simulated Zulip, over real HTTP: what is sent, and what people read.

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
    standin::{
        Fault, Server, Standin,
        chat::{Clock, testing::clock},
    },
    zulip::standin::{Options, ZulipSim},
};

mod channels;
mod failures;
mod messages;
mod news;
mod people;
mod topics;

/// An organization whose clock stands still, and a bot connected to it.
struct Here {
    zulip: Arc<dyn Connected>,
    group: Group,
    asker: Actor,
    server: Server,
    sim: ZulipSim,
}

struct Files;

impl Host for Files {
    fn download<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Download>> {
        Box::pin(async move {
            Ok(Download { name: "log [1].txt".into(), content_type: "text/plain".into(), bytes: file.as_bytes().to_vec() })
        })
    }
}

fn person(name: &str) -> Actor {
    Actor {
        platform: "slack".into(),
        workspace: "T1".into(),
        id: format!("U-{name}"),
        name: name.into(),
        email: Some(format!("{}@example.org", name.to_lowercase())),
        admin: false,
    }
}

impl Here {
    async fn new() -> Here {
        Here::with(|_| {}, |_| {}).await
    }

    async fn with(options: impl FnOnce(&mut Options), settings: impl FnOnce(&mut Map<String, Value>)) -> Here {
        crate::http::install_crypto();
        let mut given = Options { clock: Clock::Manual(clock()), bot_role: 200, ..Options::default() };
        options(&mut given);
        let sim = ZulipSim::new(given).expect("a client");
        let server = Server::start(Arc::new(sim.clone()), 0).await.expect("a free port");
        let mut config = sim.connection(&server.url());
        settings(&mut config);
        let kind: Kind = Kind::of::<super::Zulip>();
        let policy = Policy { retries: 0, per_second: 0, ..Policy::default() };
        let http = Http::new("zulip", kind.title, &server.url(), policy).expect("the address of a server that runs");
        let zulip = (kind.connect)(config, http).expect("a configuration that works");
        let here = Here { zulip, group: kind.group("zulip", Some(&server.url())), asker: person("Ana"), server, sim };
        here.act(json!({"as": "ana", "do": "say", "channel": "dev", "topic": "build", "text": "The build is **red**\nagain"}));
        here.act(json!({"as": "ben", "do": "say", "channel": "dev", "topic": "build", "text": "I look at it"}));
        here.act(json!({"as": "ben", "do": "say", "channel": "ops", "topic": "disks", "text": "Nearly full"}));
        here.act(json!({"as": "ana", "do": "say", "to": ["Bellhop"], "text": "between us"}));
        here
    }

    fn act(&self, act: Value) -> Value {
        self.sim.act(serde_json::from_value(act).expect("an act")).expect("done")
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            actor: self.asker.clone(),
            account: None,
            group: "zulip".into(),
            channel: None,
            now: self.now(),
            request_id: "r1".into(),
            host: Arc::new(Files),
        }
    }

    fn now(&self) -> Timestamp {
        self.sim.look(|state| Timestamp::from_microsecond(state.now)).expect("a time")
    }

    fn call(&self, line: &str) -> Call {
        let defaults = Map::new();
        let today = self.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let setting = Setting { defaults: &defaults, today };
        match grammar::parse(std::slice::from_ref(&self.group), &setting, &format!("zulip {line}")) {
            Ok(Parsed::Call(call)) => call,
            other => panic!("`{line}` is no complete command: {other:?}"),
        }
    }

    async fn run(&self, line: &str) -> Result<Reply> {
        self.zulip.run(&self.call(line), &self.ctx()).await
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
        text.replace(&self.server.url(), "{zulip}").replace('\u{200b}', "{unseen}")
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
    let path = path.strip_prefix("/api/v1/").unwrap_or(path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    // Chosen at random.
    let hidden = |name: &str, text: String| match text.split_once(&format!("{name}=")) {
        Some((before, after)) => format!("{before}{name}=… {}", after.split_once(' ').map_or("", |it| it.1)),
        None => text,
    };
    let decode = |text: &str| hidden("password", decode(text));
    let form = if body.starts_with("--") { "(a file)".to_owned() } else { decode(body) };
    format!("{method} {path} {}{form}", decode(query)).trim_end().to_owned()
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
