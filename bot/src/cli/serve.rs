//! `bellhop serve`
//!
//! A *term* is one time of being the bot: from opening the database to closing it. Most processes
//! have one. A process that hands over to a successor which then fails has another: it still holds
//! the listening socket, so nobody is refused meanwhile. Each term has a runtime of its own, which
//! ends whatever the term leaves behind.

use std::{
    future::Future,
    net::TcpListener,
    pin::pin,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::Router;
use clap::Args;
use listenfd::ListenFd;
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::{oneshot, watch},
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

use super::{Configured, start, systemd};
use crate::{
    app::App,
    chat::slack::Listening,
    config::Config,
    dashboard,
    queue::Workers,
    server::{
        self, Drain, listen,
        take_over::{self, Endpoint, Predecessor, Successor},
    },
    store::{Rehearsal, Store},
    telemetry,
};

/// From the signal to the end of the process.
pub const GRACE: Duration = Duration::from_secs(15);
/// A process that takes over waits this long for the one that holds the database.
const PATIENCE: Duration = Duration::from_secs(20);
/// Two processes, of which one has taken over, are one again within this time.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);
/// What the chats' own connections get to open before another process stops, whose place this one takes.
const CONNECT: Duration = Duration::from_secs(5);
/// What the chats' own connections get to finish and acknowledge what is under way.
const HANG_UP: Duration = Duration::from_millis(2500);
/// What the collector gets to take the last spans.
const FLUSH: Duration = Duration::from_secs(1);
/// What the database gets to close its connections.
const CLOSE: Duration = Duration::from_millis(900);

#[derive(Args, Clone)]
pub struct Options {
    #[command(flatten)]
    configured: Configured,
    /// Take the place of the bellhop that listens on this address: it goes on until this one is ready, and no request is refused
    #[arg(long)]
    take_over: bool,
}

/// How a term ended.
enum End {
    Stopped,
    HandedOver(Successor),
}

/// Where the listening sockets came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// This process, or the one it took over from: the next one may have them.
    Ours,
    /// systemd keeps them and starts the next process.
    Systemd,
}

pub async fn run(options: Options, passed: ListenFd) -> anyhow::Result<ExitCode> {
    telemetry::metrics();
    let config = options.configured.load()?;
    if config.slack.is_none() && config.zulip.is_none() {
        let file = options.configured.config.display();
        tracing::warn!(
            "{file} configures no chat that takes commands: add a section [slack] or [zulip]; manifests/bellhop.example.toml shows both"
        );
    }
    if let Some(settings) = &config.telemetry {
        telemetry::traces::start(settings).context("traces cannot be sent")?;
    }
    let stops = stop_signals()?;
    let mut patience = Duration::ZERO;
    let mut predecessor = None;
    let mut sockets = listen::passed(passed)?;
    let holder = if sockets.is_empty() { Holder::Ours } else { Holder::Systemd };
    if holder == Holder::Ours && options.take_over {
        patience = PATIENCE;
        (predecessor, sockets) = follow(&config.server.listen).await?;
    }
    if sockets.is_empty() {
        sockets.push(listen::bind(&config.server.listen)?.into_std()?);
    }
    let sockets: Arc<[TcpListener]> = sockets.into();

    let serving = async {
        loop {
            let (asked, successor) = oneshot::channel();
            // Here and not in the term, whose end it outlives.
            let _waiting = AbortOnDropHandle::new(tokio::spawn(wait_for_successor(sockets.clone(), holder, asked)));
            let term = Term {
                config: config.clone(),
                sockets: sockets.clone(),
                patience,
                predecessor: predecessor.take(),
                successor,
                stops: stops.clone(),
            };
            match OwnRuntime::start()?.run(term.serve()).await? {
                End::Stopped => return Ok(()),
                End::HandedOver(successor) => {
                    if successor.serves().await {
                        tracing::info!("Another process has taken over");
                        return Ok(());
                    }
                    tracing::error!("The process that was to take over failed: this one serves again");
                }
            }
        }
    };
    let mut signals = stops.clone();
    let out_of_time = async {
        let _ = signals.wait_for(|count| *count > 0).await;
        let again = signals.wait_for(|count| *count > 1);
        match timeout(GRACE, again).await {
            Ok(_) => tracing::warn!("Ending at once, as asked: what was at work goes on after the next start"),
            Err(_) => tracing::error!("Ending after {} s, with work left: it goes on after the next start", GRACE.as_secs()),
        }
    };
    tokio::select! {
        result = serving => result.map(|()| ExitCode::SUCCESS),
        () = out_of_time => Ok(ExitCode::FAILURE),
    }
}

/// The process to take over from with its sockets, or a socket of our own where nobody listens.
///
/// One that has itself just taken over waits for the next one only when the one before it is gone, so who
/// listens without waiting is asked again.
async fn follow(address: &str) -> anyhow::Result<(Option<Predecessor>, Vec<TcpListener>)> {
    let began = Instant::now();
    loop {
        if let Some((process, sockets)) = take_over::predecessor(address.parse()?).await? {
            return Ok((Some(process), sockets));
        }
        match listen::bind(address) {
            Ok(listener) => return Ok((None, vec![listener.into_std()?])),
            Err(err) if began.elapsed() >= SETTLED_WITHIN => return Err(err),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Resolves `asked` when another process wants to take over.
async fn wait_for_successor(sockets: Arc<[TcpListener]>, holder: Holder, asked: oneshot::Sender<Successor>) {
    let address = match sockets[0].local_addr() {
        Ok(address) if holder == Holder::Ours => address,
        _ => return asked_never(asked).await,
    };
    // The one before this one may wait there for a moment still.
    let endpoint = loop {
        match Endpoint::open(address) {
            Ok(endpoint) => break endpoint,
            Err(err) => tracing::debug!("Another process cannot take over yet: {err}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let _ = asked.send(endpoint.successor(&sockets).await);
}

async fn asked_never(_asked: oneshot::Sender<Successor>) {
    std::future::pending().await
}

/// A runtime whose tasks are not waited for in the end.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn start() -> anyhow::Result<OwnRuntime> {
        Ok(OwnRuntime(Some(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)))
    }

    async fn run(&self, term: impl Future<Output = anyhow::Result<End>> + Send + 'static) -> anyhow::Result<End> {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        runtime.spawn(term).await?
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What one time of being the bot needs.
struct Term {
    config: Config,
    sockets: Arc<[TcpListener]>,
    /// How long to wait for another process to let go of the database.
    patience: Duration,
    predecessor: Option<Predecessor>,
    successor: oneshot::Receiver<Successor>,
    stops: watch::Receiver<u32>,
}

impl Term {
    async fn serve(self) -> anyhow::Result<End> {
        let Term { config, sockets, patience, predecessor, successor, mut stops } = self;
        let mut stopped = pin!(stops.wait_for(|count| *count > 0));
        let listeners = listen::served(&sockets)?;
        let address = listeners[0].local_addr()?;
        let Started { app, routes, workers, listening } = tokio::select! {
            started = start(config, patience, predecessor) => started?,
            _ = &mut stopped => return Ok(End::Stopped),
        };
        let names: Vec<String> = app.connections.all().iter().map(|it| it.name.clone()).collect();
        tracing::info!(%address, connections = ?names, "Bellhop listens");
        tokio::spawn(systemd::watchdog(app.queue.clone()));
        systemd::ready(&format!("Listening on {address}"));

        let drain = Drain::within(GRACE);
        let (ended, jobs_ended) = watch::channel(false);
        let jobs = tokio::spawn(end_jobs(workers, drain.clone(), ended));
        let hanging_up = tokio::spawn(hang_up(listening, jobs_ended, drain.clone()));
        let held = async { drop(jobs.await) };
        let serving = tokio::spawn(server::serve(listeners, routes, drain.clone(), held));
        let end = tokio::select! {
            _ = &mut stopped => End::Stopped,
            Ok(successor) = successor => End::HandedOver(successor),
        };
        drain.begin();
        match &end {
            End::Stopped => {
                systemd::stopping();
                tracing::info!("Stopping: what is at work comes to its end");
            }
            End::HandedOver(_) => tracing::info!("Another process takes over: what is at work here comes to its end"),
        }
        serving.await?;
        hanging_up.await?;
        telemetry::traces::flush(drain.left().min(FLUSH)).await;
        match timeout(drain.left().min(CLOSE), app.store.close()).await {
            Ok(()) => tracing::info!("Stopped"),
            // The kernel closes it with this process; until then a successor has to wait.
            Err(_) if matches!(end, End::HandedOver(_)) => anyhow::bail!("the database did not close in time"),
            Err(_) => tracing::warn!("The database did not close in time"),
        }
        Ok(end)
    }
}

/// A bot at work.
struct Started {
    app: Arc<App>,
    routes: Router,
    workers: Workers,
    listening: Option<Listening>,
}

/// Opens everything and starts the work, after whoever holds the database let go of it.
async fn start(config: Config, patience: Duration, mut predecessor: Option<Predecessor>) -> anyhow::Result<Started> {
    let url = config.store.url.clone();
    // On SQLite, one after the other; on PostgreSQL, this one is at work before the other is told to stop.
    let is_exclusive = url.starts_with("sqlite:");
    if let Some(process) = predecessor.as_mut().filter(|_| is_exclusive) {
        tracing::info!("Taking over: trying out whether this process can start");
        rehearse(&url, config.clone()).await?;
        process.take().await;
        process.released().await?;
    }
    let store = Store::open_within(&url, patience).await?;
    let (app, chats) = start::assemble_on(store, config).await?;
    let workers = start::work(&app).await?;
    let routes = start::routes(&app, &chats).merge(dashboard::front());
    let listening = start::listen(&app, &chats);
    if let Some(mut process) = predecessor {
        if !is_exclusive {
            // The one before goes on until then, so that Slack always has somebody to send to.
            if let Some(listening) = &listening {
                listening.connected(CONNECT).await;
            }
            process.take().await;
        }
        process.dismiss().await;
    }
    Ok(Started { app, routes, workers, listening })
}

/// Everything that starting does, but where it changes nothing.
async fn rehearse(url: &str, config: Config) -> anyhow::Result<()> {
    let Some(rehearsal) = Rehearsal::of(url).await? else { return Ok(()) };
    let assembled = start::assemble_on(rehearsal.store.clone(), config).await;
    rehearsal.end().await;
    assembled.map(|_| ())
}

/// Lets jobs come to their end once `drain` begins; what does not is given back.
async fn end_jobs(workers: Workers, drain: Drain, ended: watch::Sender<bool>) {
    drain.begun().await;
    let within = drain.for_jobs();
    // A database that does not answer cannot be given anything back: those leases end by themselves.
    if timeout(within + CLOSE, workers.shutdown(within)).await.is_err() {
        tracing::warn!("The database does not answer: jobs at work are taken up again when their leases have ended");
    }
    ended.send_replace(true);
}

/// Closes the chats' own connections when jobs have ended: what comes over them until then is taken, and done after the next
/// start. A successor on the same SQLite file opens its own as soon as this process has let go.
async fn hang_up(listening: Option<Listening>, mut jobs_ended: watch::Receiver<bool>, drain: Drain) {
    let Some(listening) = listening else { return };
    drain.begun().await;
    // Without them this goes on: they are given as long by themselves.
    let _ = timeout(drain.for_jobs(), jobs_ended.wait_for(|it| *it)).await;
    listening.close(HANG_UP.min(drain.left())).await;
}

/// How many times the process was asked to stop, by SIGTERM or Ctrl-C.
fn stop_signals() -> anyhow::Result<watch::Receiver<u32>> {
    let mut signals = Signals::listen()?;
    let (count, stops) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            signals.next().await;
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(stops)
}

/// SIGTERM and Ctrl-C.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// # Errors
    /// When the system lets nobody listen to them.
    pub fn listen() -> anyhow::Result<Signals> {
        let listen = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}
