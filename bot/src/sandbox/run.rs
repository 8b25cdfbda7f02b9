//! `bellhop sandbox`: the whole bot between simulated chats and simulated systems.
//!
//! Nothing is special about this bot: it reads a configuration, and talks to the simulators over
//! HTTP as it would to the real ones.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use clap::Args;
use commands::form::FieldKind;
use connectors::standin::Server;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    SlackSim, ZulipSim, page, script,
    slack::{self, AppSettings},
    systems::{self, Systems},
    zulip,
};
use crate::{
    app::App,
    chat::{self, slack::manifest},
    cli::{print, serve::Signals, start},
    config::{self, Config, Problems},
    connections::seal::MasterKey,
    server::{self, Drain, listen},
    telemetry,
};

#[derive(Args)]
pub struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Keep the bot's database here, for the next time; it is thrown away otherwise
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The simulated Slack sends by Socket Mode instead of HTTP
    #[arg(long)]
    socket: bool,
    /// Begin with nothing connected, and print what it takes to connect the simulated systems
    #[arg(long)]
    empty: bool,
    /// Type each line of this file into the chat, print what the channel shows, and stop; fails if a line fails
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// With --script: print an object a line
    #[arg(long, requires = "script")]
    json: bool,
}

/// The simulated world around the bot.
pub struct World {
    pub slack: SlackSim,
    pub zulip: ZulipSim,
    /// The connectors' stand-ins, by name.
    pub systems: BTreeMap<&'static str, Arc<Server>>,
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    telemetry::metrics();
    let lines = options.script.as_ref().map(|it| script::read(it)).transpose()?;
    let listener = listen::bind(&options.listen.to_string())?;
    let url = format!("http://{}", listener.local_addr()?);
    let home = Home::open(options.data)?;

    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut systems = BTreeMap::new();
    // The chats that people talk in are also those that commands act in: `[slack]` and `[zulip]` make their connections.
    let chats = [chat::slack::CONNECTION, chat::zulip::CONNECTION];
    for kind in connectors::ALL.iter().filter(|it| !chats.contains(&it.name)) {
        let server = Server::start(Arc::from((kind.standin)()), 0).await;
        systems.insert(kind.name, Arc::new(server.with_context(|| format!("the simulated {} cannot be served", kind.title))?));
    }
    let addresses: Vec<String> = systems.values().map(|it| it.url()).collect();
    let delivery = if options.socket { manifest::Delivery::Socket } else { manifest::Delivery::Http };
    let manifest = manifest::with_links(manifest::manifest(&url, delivery), &addresses);
    let slack =
        SlackSim::new(slack::Options { app: AppSettings::from_manifest(&manifest), run: home.run, ..slack::Options::default() })?;
    // An administrator, so that every command of the connection `zulip` can be tried.
    let zulip_options =
        zulip::Options { webhook_url: format!("{url}/zulip"), run: home.run, bot_role: 200, ..zulip::Options::default() };
    let zulip = ZulipSim::new(zulip_options)?;
    let slack_served = slack.serve(any).await.context("the simulated Slack cannot be served")?;
    let zulip_served = zulip.serve(any).await.context("the simulated Zulip cannot be served")?;
    let world = World { slack, zulip, systems };

    let connected = if options.empty { Connected::Nothing } else { Connected::All };
    let config = configuration(&world, delivery, &url, (&slack_served.url, &zulip_served.url), &home, connected)?;
    let (app, chats) = start::assemble(config).await?;
    for (name, server) in world.systems.iter().filter(|(name, _)| connectors::find(name).is_some_and(reports)) {
        server.standin().add_webhook(&format!("{url}/hooks/{name}"), &home.hook_secret(name));
    }
    let workers = start::work(&app).await?;
    let listening = start::listen(&app, &chats);
    if listening.is_some() {
        world.slack.sockets_are(2).await;
    }
    let shown = Systems::watch(&world, app.clone());
    let sandbox = Router::new()
        .nest("/sandbox/slack", world.slack.client_routes())
        .nest("/sandbox/zulip", world.zulip.client_routes())
        .nest("/sandbox", systems::routes(shown));
    let routes = start::routes(&app, &chats).merge(page::routes()).merge(page::live(sandbox));

    let code = match lines {
        Some(lines) => {
            let drain = Drain::within(Duration::from_secs(1));
            let serving = tokio::spawn(server::serve(vec![listener], routes, drain, std::future::ready(())));
            let code = script::run(&world, &lines, options.json).await;
            serving.abort();
            code
        }
        None => {
            print(format_args!("Bellhop's sandbox is at {url}"));
            print("Everything in it is simulated. Stop it with Ctrl-C.");
            if connected == Connected::Nothing {
                print_settings(&world);
            }
            let drain = Drain::within(Duration::from_secs(1));
            let serving = server::serve(vec![listener], routes, drain.clone(), std::future::ready(()));
            let mut signals = Signals::listen()?;
            let stopping = async {
                signals.next().await;
                drain.begin();
            };
            tokio::join!(serving, stopping);
            ExitCode::SUCCESS
        }
    };
    if let Some(listening) = listening {
        listening.close(Duration::from_secs(2)).await;
    }
    stop(&app, workers).await;
    home.close();
    Ok(code)
}

async fn stop(app: &Arc<App>, workers: crate::queue::Workers) {
    workers.shutdown(Duration::from_secs(2)).await;
    app.store.close().await;
}

/// What the bot is connected to when the sandbox opens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connected {
    All,
    Nothing,
}

/// What an administrator of each simulated system would look up in it.
fn print_settings(world: &World) {
    print("Nothing is connected yet: say `/bellhop setup`. What it will ask for:");
    for kind in connectors::ALL {
        let Some(server) = world.systems.get(kind.name) else { continue };
        for (name, value) in server.standin().connection(&server.url()) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // A key of several lines is of no use in a terminal.
            if !value.contains('\n') {
                print(format_args!("{}: {name}: {value}", kind.title));
            }
        }
    }
}

/// A configuration as an administrator would write it for these systems.
fn configuration(
    world: &World,
    delivery: manifest::Delivery,
    url: &str,
    (slack_url, zulip_url): (&str, &str),
    home: &Home,
    connected: Connected,
) -> anyhow::Result<Config> {
    let slack = world.slack.credentials();
    let proof = match delivery {
        manifest::Delivery::Http => ("signing_secret", slack.signing_secret),
        manifest::Delivery::Socket => ("app_token", slack.app_token),
    };
    let zulip = world.zulip.credentials();
    let kinds: &[connectors::Kind] = match connected {
        Connected::All => connectors::ALL,
        Connected::Nothing => &[],
    };
    let connections: Vec<Value> = kinds
        .iter()
        .filter_map(|kind| {
            let server = world.systems.get(kind.name)?;
            let mut settings: Map<String, Value> = server.standin().connection(&server.url());
            // Nobody who tries it waits long for the first notification.
            let soonest = kind.config_fields().iter().filter(|it| it.name == "poll_seconds").find_map(|it| match it.kind {
                FieldKind::Integer { min, .. } => Some(min.unwrap_or(10)),
                _ => None,
            });
            settings.extend(soonest.map(|it| ("poll_seconds".to_owned(), json!(it))));
            settings.insert("name".into(), json!(kind.name));
            settings.insert("kind".into(), json!(kind.name));
            Some(Value::Object(settings))
        })
        .collect();
    let subscriptions: Vec<Value> = kinds
        .iter()
        .filter(|kind| (kind.poll_every.is_some() || reports(kind)) && world.systems.contains_key(kind.name))
        .flat_map(|kind| {
            let topic = format!("zulip:ops>{}", kind.title);
            [json!({ "from": kind.name, "to": "slack:#ops" }), json!({ "from": kind.name, "to": topic })]
        })
        .collect();
    let hooks: Vec<Value> = (connectors::ALL.iter())
        .filter(|kind| reports(kind) && world.systems.contains_key(kind.name))
        .map(|kind| json!({ "name": kind.name, "kind": kind.name, "secret": home.hook_secret(kind.name) }))
        .collect();
    let file = json!({
        "server": { "public_url": url },
        "store": { "url": format!("sqlite://{}", home.folder.join("bellhop.db").display()) },
        "secrets": { "key": home.key },
        "slack": { proof.0: proof.1, "bot_token": slack.bot_token, "api_url": format!("{slack_url}/api/") },
        "zulip": { "site": zulip_url, "email": zulip.email, "api_key": zulip.api_key, "webhook_token": zulip.webhook_token },
        "connection": connections,
        "hook": hooks,
        "subscription": subscriptions,
    });
    let text = toml::to_string(&file)?.replace('$', "$$");
    Ok(config::read(&text, &|_| None).map_err(|problems| Problems { file: "the sandbox's configuration".into(), problems })?)
}

/// Whether the system's webhooks are set up from the start, as an administrator does by hand: of those that nobody asks for
/// changes, and of Redmine, which is asked at once when it sends one.
fn reports(kind: &connectors::Kind) -> bool {
    kind.webhook.is_some() && (kind.poll_every.is_none() || kind.name == "redmine")
}

/// Where the sandbox's bot keeps its database and its key.
struct Home {
    folder: PathBuf,
    key: String,
    /// How often it was used before.
    run: u32,
    keep: Keep,
}

#[derive(PartialEq, Eq)]
enum Keep {
    Yes,
    No,
}

impl Home {
    /// What a stand-in signs its webhooks with.
    fn hook_secret(&self, system: &str) -> String {
        hex::encode(Sha256::digest(format!("{system} {}", self.key)))
    }

    fn open(data: Option<PathBuf>) -> anyhow::Result<Home> {
        let keep = if data.is_some() { Keep::Yes } else { Keep::No };
        let folder = data.unwrap_or_else(|| std::env::temp_dir().join(format!("bellhop-sandbox-{}", Uuid::new_v4().simple())));
        std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let path = folder.join("key");
        let key = match std::fs::read_to_string(&path) {
            Ok(key) => key.trim().to_owned(),
            Err(_) => {
                let key = MasterKey::generate().expose_secret().to_owned();
                std::fs::write(&path, &key).with_context(|| format!("{} cannot be written", path.display()))?;
                key
            }
        };
        let path = folder.join("runs");
        let run = std::fs::read_to_string(&path).ok().and_then(|it| it.trim().parse().ok()).unwrap_or(0);
        std::fs::write(&path, format!("{}\n", run + 1)).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Home { folder, key, run, keep })
    }

    fn close(self) {
        if self.keep == Keep::No
            && let Err(err) = std::fs::remove_dir_all(&self.folder)
        {
            tracing::warn!("{} cannot be removed: {err}", self.folder.display());
        }
    }
}
