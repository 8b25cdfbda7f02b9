//! Putting the bot together: what every subcommand that needs a running one shares.

use std::sync::Arc;

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use commands::Group;
use connectors::{Http, http::Policy};

use crate::{
    alerts::{rule::Rules, take, timer},
    app::{App, Platforms},
    builtins,
    chat::{
        email,
        links::{self as acts, Links},
        slack, sms, teams as msteams, zulip,
    },
    config::Config,
    connections::{
        Connections,
        expiry::{Ends, Expiry},
        follow::Followed,
        grants::{self, Grants},
        poll,
        store::Vault,
    },
    dashboard,
    dispatch::{Awaiting, Choices, Dispatch, channels, heard, home, links, memory::Memory, post, run, shorthand::Shorthand},
    documents::Documents,
    escalation::{
        self,
        edit::{EditPage, EditPageJob},
        page::PageJob,
        timer::EscalateJob,
    },
    forms::{Forms, page},
    health, hooks,
    notify::{
        direct, late,
        outgoing::{Outgoing, OutgoingJob},
        own,
        people::Directory,
        remind,
        subscriptions::Subscriptions,
    },
    oncall,
    people::{People, approvals, teams},
    plan,
    queue::{Handler, Handlers, Queue, Workers},
    resources::Resources,
    setup::Setups,
    store::Store,
    sync,
};

/// The chats of a configuration, ready to use and to be routed to.
#[derive(Default)]
pub struct Chats {
    pub slack: Option<Arc<slack::Slack>>,
    pub zulip: Option<Arc<zulip::Zulip>>,
    pub sms: Option<Arc<sms::Sms>>,
    /// What stands for buttons where there are none; none without such a place.
    pub acts: Option<Links>,
}

/// Opens store, chats and connections. Starts nothing yet.
///
/// # Errors
/// With what cannot be opened and the way out.
pub async fn assemble(config: Config) -> anyhow::Result<(Arc<App>, Chats)> {
    let store = Store::open(&config.store.url).await?;
    assemble_on(store, config).await
}

/// The same for a command that runs beside a bot, which may be at work on the same SQLite file.
///
/// # Errors
/// With what cannot be opened and the way out.
pub async fn assemble_beside(config: Config) -> anyhow::Result<(Arc<App>, Chats)> {
    let store = Store::open_beside(&config.store.url).await?;
    assemble_on(store, config).await
}

/// The same on a store that is open.
///
/// # Errors
/// With what cannot be opened and the way out.
pub async fn assemble_on(store: Store, config: Config) -> anyhow::Result<(Arc<App>, Chats)> {
    let public_url = config.server.public_url.as_ref().map(|it| it.trim_end_matches('/').to_owned());
    let connections = Connections::new(builtins::group());
    let forms = match &config.secrets.key {
        Some(key) => Forms::open(&store).with_secret(key.expose().as_bytes()),
        None => Forms::open(&store),
    };
    let key = config.secrets.master()?;
    let served = plan::file::items(&config);
    let mut chats = Chats::default();
    let mut platforms = Platforms::default();
    if let Some(slack) = config.slack {
        let bad = |err: commands::Error| anyhow::anyhow!("[slack]: {err}");
        let mut slack = slack::Slack::new(slack, connections.clone()).map_err(bad)?;
        if let (Some(key), Some(public_url)) = (&key, &public_url) {
            let installs = slack::Installs::open(&store, key.clone()).await?;
            slack = slack.with_installs(installs, public_url).map_err(bad)?;
        }
        let slack = Arc::new(slack);
        platforms.add(slack.clone());
        chats.slack = Some(slack);
    }
    if let Some(zulip) = config.zulip {
        let zulip = Arc::new(
            zulip::Zulip::new(zulip, public_url.as_deref(), connections.clone(), forms.clone())
                .map_err(|err| anyhow::anyhow!("[zulip]: {err}"))?
                .remembering(Memory::open(&store)),
        );
        platforms.add(zulip.clone());
        chats.zulip = Some(zulip);
    }
    let outward = config.outward;
    if outward.teams.is_some() || outward.email.is_some() || outward.sms.is_some() {
        let secret = config.secrets.key.as_ref().map(|it| it.expose().as_bytes());
        let links = Links::new(public_url.as_deref(), secret, connections.clone());
        let bad = |err: commands::Error| anyhow::anyhow!("{err}");
        // Who has an address is known to those alone that were put in before.
        let others = platforms.all().cloned().collect();
        if let Some(config) = outward.email {
            platforms.add(Arc::new(email::Email::new(&config, links.clone(), others).map_err(bad)?));
        }
        if let Some(config) = outward.teams {
            platforms.add(Arc::new(msteams::Teams::new(&config, links.clone()).map_err(bad)?));
        }
        if let Some(config) = outward.sms {
            let sms = Arc::new(sms::Sms::new(config, public_url.as_deref(), links.clone()).map_err(bad)?);
            platforms.add(sms.clone());
            if let Some(voice) = sms::Voice::of(&sms) {
                platforms.add(Arc::new(voice));
            }
            chats.sms = Some(sms);
        }
        chats.acts = Some(links);
    }
    let grants = Grants::open(&store, key.clone()).await?;
    connections.grant(&grants);
    let vault = match key {
        Some(key) => Some(Vault::open(&store, key).await?),
        None => None,
    };
    let hooks = hooks::Hooks::new(store.clone(), vault.clone(), config.hooks, &config.server.trusted_proxies);
    let app = App {
        queue: Queue::open(&store),
        forms,
        documents: Documents::open(&store),
        shorthand: Shorthand::new(store.clone()),
        people: People::open(&store),
        served,
        followed: Followed::default(),
        vault,
        connections,
        grants,
        platforms,
        hooks,
        subscriptions: Subscriptions::new(store.clone(), config.subscriptions),
        resources: Resources::new(store.clone(), config.resources),
        directory: Directory::default(),
        alerts: config.alerts,
        rules: Rules::default(),
        digest: config.digest,
        health: health::Health::new(config.health, config.deadman).traced(config.telemetry),
        web: Http::new("web", "The web", "https://example.org", Policy::default()).context("the web client")?,
        public_url,
        awaiting: Awaiting::default(),
        home: home::Home::default(),
        renames: channels::Renames::new(store.clone()),
        paused: post::pause::Paused::default(),
        choices: Choices::default(),
        ends: Ends::default(),
        desk: std::sync::OnceLock::new(),
        setups: Setups::open(&store),
        store,
    };
    app.open_connections(&config.connections).await?;
    app.subscriptions.load().await?;
    app.hooks.load().await?;
    app.resources.load().await?;
    Ok((Arc::new(app), chats))
}

/// Starts the workers and the watches of `app`.
///
/// # Errors
/// When the store cannot be used.
pub async fn work(app: &Arc<App>) -> anyhow::Result<Workers> {
    let desk = app.desk.get_or_init(|| escalation::desk::Desk::spawn(app)).clone();
    let mut handlers = Handlers::new();
    handlers.insert(run::RunJob::KIND, Arc::new(run::Run { app: app.clone() }));
    handlers.insert(post::PostJob::KIND, Arc::new(post::Deliver::new(app.clone())));
    handlers.insert(post::pin::PinJob::KIND, Arc::new(post::pin::KeepInSight { app: app.clone() }));
    handlers.insert(post::card::EditJob::KIND, Arc::new(post::edit::Redraw::new(app.clone())));
    handlers.insert(post::storm::StormJob::KIND, Arc::new(post::storm::Gather { app: app.clone() }));
    handlers.insert(direct::DirectJob::KIND, Arc::new(direct::Tell::new(app.clone())));
    handlers.insert(remind::RemindJob::KIND, Arc::new(remind::Remind { app: app.clone() }));
    handlers.insert(post::note::NoteJob::KIND, Arc::new(post::note::Tell { app: app.clone() }));
    handlers.insert(home::HomeJob::KIND, Arc::new(home::ShowHome { app: app.clone() }));
    handlers.insert(links::LinksJob::KIND, Arc::new(links::ShowLinks { app: app.clone() }));
    handlers.insert(channels::ChannelJob::KIND, Arc::new(channels::ChannelChanges { app: app.clone() }));
    handlers.insert(approvals::FollowJob::KIND, Arc::new(approvals::Follow { app: app.clone() }));
    handlers.insert(teams::Match::KIND, Arc::new(teams::Match { app: app.clone() }));
    handlers.insert(hooks::renewal::Renew::KIND, Arc::new(hooks::renewal::Renew { app: app.clone() }));
    handlers.insert(hooks::Read::KIND, Arc::new(hooks::Read { app: app.clone() }));
    handlers.insert(late::LookAgain::KIND, Arc::new(late::Look { app: app.clone() }));
    handlers.insert(poll::Poll::KIND, Arc::new(poll::Poll { app: app.clone() }));
    handlers.insert(sync::run::Synchronize::KIND, Arc::new(sync::run::Synchronize::new(app.clone())));
    handlers.insert(heard::HeardJob::KIND, Arc::new(heard::Hear { app: app.clone() }));
    handlers.insert(heard::SaidJob::KIND, Arc::new(heard::Say { app: app.clone() }));
    handlers.insert(Expiry::KIND, Arc::new(Expiry { app: app.clone() }));
    handlers.insert(EscalateJob::KIND, Arc::new(escalation::timer::Escalate { app: app.clone(), desk: desk.clone() }));
    handlers.insert(PageJob::KIND, Arc::new(escalation::page::SendPage { app: app.clone(), desk }));
    handlers.insert(EditPageJob::KIND, Arc::new(EditPage { app: app.clone() }));
    handlers.insert(take::AlertJob::KIND, Arc::new(take::Take { app: app.clone() }));
    handlers.insert(timer::TimerJob::KIND, Arc::new(timer::Ring { app: app.clone() }));
    handlers.insert(oncall::Follow::KIND, Arc::new(oncall::Follow { app: app.clone() }));
    handlers.insert(OutgoingJob::KIND, Arc::new(Outgoing { app: app.clone() }));
    let handlers = handlers
        .into_iter()
        .map(|(kind, inner)| -> (_, Arc<dyn Handler>) { (kind, Arc::new(own::Watched { app: app.clone(), inner })) });
    let cores = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    let mut workers = app.queue.start(handlers.collect(), PLACES * cores);
    for ear in app.platforms.all().filter_map(|it| it.clone().ear()) {
        let dispatch = Dispatch::new(app.clone());
        workers.along(|stopping| async move { ear.listen(dispatch, stopping).await });
    }
    let mut tx = app.store.begin().await?;
    Queue::repeat(&mut tx, &Expiry::hourly()).await?;
    tx.commit().await?;
    plan::apply::settle(app).await?;
    poll::start(app).await?;
    sync::run::start(app, None).await?;
    oncall::start(app).await?;
    tokio::spawn(oncall::watch(app.clone()));
    tokio::spawn(health::watch(app.clone()));
    if let Some(deadman) = &app.health.deadman {
        let switch = health::deadman::Switch::new(deadman).map_err(|err| anyhow::anyhow!("[deadman]: {err}"))?;
        tokio::spawn(health::deadman::watch(app.clone(), switch));
    }
    let following = app.clone();
    tokio::spawn(async move { following.subscriptions.follow().await });
    let following = app.clone();
    tokio::spawn(async move { following.hooks.follow().await });
    tokio::spawn(app.clone().follow_set_up());
    let following = app.clone();
    tokio::spawn(async move { following.follow_people().await });
    tokio::spawn(crate::telemetry::upkeep());
    Ok(workers)
}

/// Opens the connections by which a chat sends what it would else post to [`routes`]; none where it does that.
pub fn listen(app: &Arc<App>, chats: &Chats) -> Option<slack::Listening> {
    chats.slack.as_ref().and_then(|it| slack::listen(it, Dispatch::new(app.clone())))
}

/// Jobs that need a core or the database at the same time, for each core. Those that wait for another system do not count.
const PLACES: usize = 8;

/// The routes of the bot itself.
pub fn routes(app: &Arc<App>, chats: &Chats) -> Router {
    let dispatch = Dispatch::new(app.clone());
    let mut routes = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/health", get(async |State(app): State<Arc<App>>| Json(app.health_report())))
        .route("/health/{name}", get(health_of))
        .with_state(app.clone())
        .merge(hooks::routes(app.clone()))
        .merge(grants::pages::routes(app.clone()))
        .merge(oncall::routes(app.clone()))
        .merge(health::heartbeat::routes(app.clone()))
        .merge(dashboard::routes(app))
        .merge(page::routes(dispatch.clone(), app.forms.clone()));
    if let Some(slack) = &chats.slack {
        routes = routes.merge(slack::routes(slack.clone(), dispatch.clone()));
    }
    if let Some(sms) = &chats.sms {
        routes = routes.merge(sms::routes(sms.clone(), dispatch.clone()));
    }
    if let Some(links) = &chats.acts {
        routes = routes.merge(acts::routes(links.clone(), dispatch.clone(), app.forms.clone()));
    }
    if let Some(zulip) = &chats.zulip {
        routes = routes.merge(zulip::routes(zulip.clone(), dispatch, app.forms.clone()));
    }
    routes
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    if let Some(hung) = app.queue.hung_for() {
        let said = format!("a transaction of the queue is under way for {} s and does not end", hung.as_secs());
        tracing::error!("Not ready: {said}");
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{said}\n")).into_response();
    }
    match app.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(err) => {
            tracing::error!("Not ready: the store does not answer: {err:#}");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

async fn health_of(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    match app.health_report_of(&name).await {
        Some(report) => Json(report).into_response(),
        None => (StatusCode::NOT_FOUND, "there is no connection or chat of that name\n").into_response(),
    }
}

/// The commands of all connectors, as an app's manifest lists them.
pub fn all_groups() -> Vec<Group> {
    std::iter::once(builtins::group()).chain(connectors::ALL.iter().map(|kind| kind.group(kind.name, None))).collect()
}

#[cfg(test)]
mod tests;
