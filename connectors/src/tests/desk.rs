//! A person at a connection to a stand-in: types lines, and sees what was sent and what came back.
//!
//! What the stand-in receives is also written to the file of `BELLHOP_RECORD`, a JSON object a line, to be held
//! against the vendor's published contract (`tests/contract/run`).

use std::{fs::OpenOptions, io::Write, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::HeaderValue,
    middleware::{Next, from_fn},
    response::Response,
};
use commands::{
    Actor, Audience, Block, BoxFuture, Call, Choice, Ctx, Download, Error, Group, Host, Message, Press, Reply, Result, Tone,
    grammar::{self, Parsed, Setting},
    param::Secret,
};
use expect_test::Expect;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    Connected, HookWanted, Http, Kind, Query,
    http::Policy,
    standin::{Fault, Panel, Server, Standin},
};

/// 2026-11-21, a Saturday.
pub(crate) const NOW: &str = "2026-11-21T10:00:00Z";

/// Where hooks lead that tests set up.
pub(crate) const HOOK: &str = "https://bot.example.org/hooks/news";

/// Which published contract describes a path of a stand-in, as `specs/systems.json` calls it; none describes
/// a sign-in page.
pub(crate) type Contract = fn(&str) -> Option<&'static str>;

/// See the module.
pub(crate) struct Desk<S> {
    pub standin: S,
    pub server: Server,
    pub connected: Arc<dyn Connected>,
    pub group: Group,
    pub asker: Actor,
    /// The account in the system that is linked to the asker.
    pub account: Option<String>,
    /// Opens the connection once more.
    pub open: Box<dyn Fn() -> Arc<dyn Connected> + Send + Sync>,
}

/// Ana, Ben or Chloe, in Slack.
pub(crate) fn person(name: &str) -> Actor {
    Actor {
        platform: "slack".into(),
        workspace: "T1".into(),
        id: format!("U-{name}"),
        name: name.into(),
        email: Some(format!("{}@example.org", name.to_lowercase())),
        admin: false,
    }
}

/// What Ana's commands to the connection `group` know of her.
pub(crate) fn ctx(group: &str) -> Ctx {
    Ctx {
        actor: person("Ana"),
        account: None,
        group: group.into(),
        channel: Some("slack:C1".into()),
        now: NOW.parse::<Timestamp>().expect("a time"),
        request_id: "r1".into(),
        host: Arc::new(Files),
    }
}

impl<S: Standin + Clone + 'static> Desk<S> {
    /// Ana at a connection that waits for nothing and repeats nothing.
    pub async fn new(kind: Kind, contract: Contract, standin: S) -> Desk<S> {
        Desk::with(kind, contract, standin, |_| {}).await
    }

    /// The same with other settings.
    pub async fn with(kind: Kind, contract: Contract, standin: S, change: impl FnOnce(&mut Map<String, Value>)) -> Desk<S> {
        let server = Server::start(Arc::new(Recorded { standin: standin.clone(), contract }), 0).await.expect("a free port");
        let mut config = standin.connection(&server.url());
        change(&mut config);
        let url = config.get("url").and_then(Value::as_str).map_or_else(|| server.url(), str::to_owned);
        let group = kind.group(kind.name, Some(&url));
        let open = Box::new(move || {
            let policy = Policy { retries: 0, per_second: 0, ..kind.policy.clone() };
            let http = Http::new(kind.name, kind.title, &url, policy).expect("the address of a server that runs");
            (kind.connect)(config.clone(), http).unwrap_or_else(|err| panic!("{}: {err}", kind.name))
        });
        Desk { standin, server, connected: open(), group, asker: person("Ana"), account: None, open }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx { actor: self.asker.clone(), account: self.account.clone(), ..ctx(&self.group.name) }
    }

    /// What this line calls, without the connection's name.
    pub fn call(&self, line: &str) -> Call {
        let defaults = Map::new();
        let setting = Setting { defaults: &defaults, today: jiff::civil::date(2026, 11, 21) };
        let line = format!("{} {line}", self.group.name);
        match grammar::parse(std::slice::from_ref(&self.group), &setting, &line) {
            Ok(Parsed::Call(call)) => call,
            other => panic!("`{line}` is no complete command: {other:?}"),
        }
    }

    pub async fn run(&self, line: &str) -> Result<Reply> {
        self.connected.run(&self.call(line), &self.ctx()).await
    }

    /// Types a line, and expects these requests (`> METHOD /path body`) and this reply, as people read it.
    pub async fn check(&self, line: &str, expected: Expect) {
        let from = self.server.exchanges().len();
        let outcome = self.run(line).await;
        let sent = self.server.exchanges()[from..].iter().map(|it| format!("> {}\n", it.request_line())).collect::<String>();
        expected.assert_eq(&format!("{sent}{}", read(&outcome)).replace(&self.server.url(), "{url}"));
    }

    /// Types a line once under each fault, and expects what people read of it then.
    pub async fn check_faults(&self, line: &str, expected: Expect) {
        let mut told = String::new();
        for fault in
            [Fault::Failing, Fault::RateLimiting, Fault::Unauthorized, Fault::Forbidden, Fault::Html, Fault::Down, Fault::None]
        {
            self.server.set_fault(fault).await.expect("the same port");
            let outcome = match fault {
                // One that was asked to wait does so.
                Fault::RateLimiting => (self.open)().run(&self.call(line), &self.ctx()).await,
                _ => self.run(line).await,
            };
            if let Err(error) = &outcome {
                let unsure = if error.maybe_done { ", may be done" } else { "" };
                told.push_str(&format!("{fault:?}{unsure}: {}", read(&outcome)));
            } else {
                told.push_str(&format!("{fault:?}: done\n"));
            }
        }
        expected.assert_eq(&told.replace(&self.server.url(), "{url}"));
    }

    /// Has the system set up a hook at [`HOOK`] with the secret `made-up-by-us`: the requests, and what came of them.
    pub async fn hook(&self, of: Option<&str>) -> String {
        let from = self.server.exchanges().len();
        let secret = Secret::from("made-up-by-us".to_owned());
        let outcome = match self.connected.create_hook(HookWanted { of, url: HOOK, secret: &secret }).await {
            Ok(made) => format!("{} of {}", made.id, made.of.unwrap_or_default()),
            Err(error) => format!("{:?}: {}", error.kind, error.message),
        };
        let sent: String = self.server.exchanges()[from..].iter().map(|it| format!("> {}\n", it.request_line())).collect();
        format!("{sent}{outcome}\n")
    }

    /// What a picker offers for what was typed, given the form's other values.
    pub async fn choices(&self, lookup: &str, typed: &str, given: Value) -> Result<Vec<Choice>> {
        let given = given.as_object().cloned().unwrap_or_default();
        let query = Query { typed: typed.into(), given, asker: Some(self.ctx()) };
        self.connected.lookup(lookup, &query).await
    }
}

/// A chat in which there is one file.
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

/// A stand-in whose requests are written to the file of `BELLHOP_RECORD`.
struct Recorded<S> {
    standin: S,
    contract: Contract,
}

impl<S: Standin> Standin for Recorded<S> {
    fn router(&self) -> Router {
        let contract = self.contract;
        self.standin.router().layer(from_fn(move |request: Request, next: Next| record(contract, request, next)))
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        self.standin.connection(url)
    }

    fn panel(&self) -> Panel {
        self.standin.panel()
    }
}

async fn record(contract: Contract, request: Request, next: Next) -> Response {
    let Some((file, system)) = std::env::var_os("BELLHOP_RECORD").zip(contract(request.uri().path())) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.expect("a whole request");
    let text = |it: &HeaderValue| String::from_utf8_lossy(it.as_bytes()).into_owned();
    let headers: Map<String, Value> = parts.headers.iter().map(|(name, value)| (name.to_string(), json!(text(value)))).collect();
    let url = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let body_text = String::from_utf8_lossy(&body);
    let record = json!({"system": system, "method": parts.method.as_str(), "url": url, "headers": headers, "body": body_text});
    // One write: lines of tests that run at the same time do not mix.
    let written = OpenOptions::new().create(true).append(true).open(&file);
    let written = written.and_then(|mut it| it.write_all(format!("{record}\n").as_bytes()));
    written.unwrap_or_else(|err| panic!("BELLHOP_RECORD {}: {err}", file.display()));
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// An outcome as people read it.
pub(crate) fn read(outcome: &Result<Reply>) -> String {
    match outcome {
        Ok(reply) => {
            let to = if reply.audience != Audience::Channel { "(only you)\n" } else { "" };
            let files: String = reply.files.iter().map(|it| format!("+ {} ({} bytes)\n", it.name, it.content.len())).collect();
            let pin = reply.pin.as_ref().map(|it| format!("(pinned: {} {})\n", it.title, it.url)).unwrap_or_default();
            let own = |it: &Call| format!("then {} {} {}\n", it.group, it.action, Value::Object(it.params.clone()));
            let then: String = reply.then.iter().map(own).collect();
            format!("{to}{}{files}{pin}{then}", plain(&reply.message))
        }
        Err(error) => {
            let fields: String = error.fields.iter().map(|it| format!("  {}: {}\n", it.field, it.message)).collect();
            format!("{:?}: {}\n{fields}", error.kind, error.message)
        }
    }
}

/// A message's blocks, a line each.
pub(crate) fn plain(message: &Message) -> String {
    let mut text = String::new();
    let mut line = |it: String| text.push_str(&format!("{it}\n"));
    if message.tone != Tone::Neutral {
        line(format!("[{:?}]", message.tone));
    }
    for block in &message.blocks {
        match block {
            Block::Heading(it) => line(format!("# {it}")),
            Block::Paragraph(it) => line(it.to_plain()),
            Block::List(items) => items.iter().for_each(|it| line(format!("- {}", it.to_plain()))),
            Block::Facts(facts) => facts.iter().for_each(|(name, value)| line(format!("{name}: {}", value.to_plain()))),
            Block::Table { header, rows } => {
                line(header.join(" | "));
                rows.iter().for_each(|row| line(row.iter().map(commands::Text::to_plain).collect::<Vec<_>>().join(" | ")));
            }
            Block::Quote(it) => it.to_plain().lines().for_each(|it| line(format!("| {it}"))),
            Block::Code(it) => line(it.clone()),
            Block::Context(it) => line(format!("({})", it.to_plain())),
            Block::Buttons(buttons) | Block::Menu { options: buttons, .. } => {
                let one = |it: &commands::Button| {
                    let form = if it.press == Press::Form { "…" } else { "" };
                    format!("[{}{form}: {} {}]", it.label, it.call.action, Value::Object(it.call.params.clone()))
                };
                line(buttons.iter().map(one).collect::<Vec<_>>().join(" "));
            }
            Block::Divider => line("---".into()),
            Block::Image { url, alt, .. } => line(format!("![{alt}]({url})")),
            Block::Document { name, title, text } => line(format!("{name}: {title}\n{text}")),
        }
    }
    text
}
