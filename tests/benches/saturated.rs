//! As much as the bot can do on one core: webhook → message, and slash command → Redmine → reply.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Bench,
    far_ends::{Arrivals, FarEnds},
    figures::{Figures, Times},
    folder_on_disk,
    load::{self, Fate, Requests, Shots},
    options::Database,
    process::{Bellhop, Setup, busy},
    requests::{Commands, Webhooks, subject},
};

/// Hooks, each with a channel of its own.
const HOOKS: usize = 100;
/// All to the same Redmine, without a limit of our own.
const CONNECTIONS: usize = 10;
/// Of the generator to the bot.
pub const SENDERS: usize = 128;
/// On the way from being sent to what they lead to: enough that the bot always has something to do.
pub const OUTSTANDING: usize = 512;
const SECONDS: u64 = 8;
/// Left out of the rate: connections are opened, caches filled.
pub const WARM_UP: Duration = Duration::from_secs(2);
/// A queue that finishes nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(30);

/// What a server did on one core.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Completed a second.
    pub rate: f64,
    /// Milliseconds of its processor time for each.
    pub cpu: f64,
    /// How much of its core others took, in percent: what makes a rate worth nothing. None where it has no core of its own.
    pub others: Option<f64>,
}

/// What others do of the same on the same core, in the same run.
#[derive(Clone, Copy, Default)]
pub struct Peers {
    pub bare: Option<Pace>,
    pub bolt: Option<Pace>,
}

impl Pace {
    pub fn tell_others(&self, figures: &mut Figures) {
        if let Some(others) = self.others {
            figures.figure("… of the core taken by others meanwhile", others, "%");
        }
    }
}

pub async fn webhooks(bench: &mut Bench, database: Database, peers: Peers) -> anyhow::Result<()> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: 0,
        hooks: HOOKS,
        channel_rate: 0.0,
        core: bench.options.cores.of_bot(),
    };
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.ready().await?;
    let requests = Arc::new(Webhooks { address: bellhop.address, hooks: HOOKS });
    let (pace, shots) =
        saturate(&bellhop, &requests, &far_ends, &far_ends.seen.messages, setup.core, bench.options.seconds(SECONDS)).await?;

    let (accepted, name) = (shots.accepted(), database.name());
    let figures = &mut bench.figures;
    figures.at_least(&format!("Webhook → message on one core, {name}"), pace.rate, database.of(4000.0, 2000.0), "/s");
    match database {
        Database::Sqlite => figures.at_most("… processor time of bellhop a message", pace.cpu, 0.2, "ms"),
        Database::Postgres => figures.figure("… processor time of bellhop a message", pace.cpu, "ms"),
    }
    for (name, peer) in [("bare hyper", peers.bare), ("@slack/bolt", peers.bolt)] {
        if let Some(peer) = peer {
            figures.figure(&format!("… processor time, as a multiple of {name}'s"), pace.cpu / peer.cpu, "");
            figures.figure(&format!("… rate, as a multiple of {name}'s"), pace.rate / peer.rate, "");
        }
    }
    pace.tell_others(figures);
    figures.exactly("… webhooks not accepted", shots.0.len() - accepted.len(), 0);
    figures.exactly("… messages arrived, each once", far_ends.seen.messages.once(&accepted), accepted.len());
    figures.figure("… resident memory at most", bellhop.most_memory()?, "MB");
    bellhop.end().await
}

pub async fn commands(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: CONNECTIONS,
        hooks: 0,
        channel_rate: 0.0,
        core: bench.options.cores.of_bot(),
    };
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.first_accepted(&far_ends).await?;
    let requests = Arc::new(Commands { address: bellhop.address, url: far_ends.url.clone(), connections: CONNECTIONS });
    let (pace, shots) =
        saturate(&bellhop, &requests, &far_ends, &far_ends.seen.replies, setup.core, bench.options.seconds(SECONDS)).await?;

    let (accepted, name, seen) = (shots.accepted(), database.name(), &far_ends.seen);
    let figures = &mut bench.figures;
    figures.at_least(&format!("Slash → Redmine → reply on one core, {name}"), pace.rate, database.of(4000.0, 2000.0), "/s");
    match database {
        Database::Sqlite => figures.at_most("… processor time of bellhop a command", pace.cpu, 0.2, "ms"),
        Database::Postgres => figures.figure("… processor time of bellhop a command", pace.cpu, "ms"),
    }
    pace.tell_others(figures);
    figures.exactly("… commands not accepted", shots.0.len() - accepted.len(), 0);
    figures.exactly("… issues created, each once", seen.created_once(accepted.iter().map(|it| subject(*it))), accepted.len());
    figures.exactly("… replies arrived, each once", seen.replies.once(&accepted), accepted.len());
    figures.figure(&format!("… resident memory at most, {CONNECTIONS} connections"), bellhop.most_memory()?, "MB");
    bellhop.end().await
}

/// A thousand actions at the same time, in a system that takes 200 ms for each answer: that many in one moment, a few times, and
/// that many always on the way.
pub async fn concurrent(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    const AT_ONCE: usize = 1_000;
    const THINKS: u64 = 200;
    const VOLLEYS: u64 = 5;
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: CONNECTIONS,
        hooks: 0,
        channel_rate: 0.0,
        core: None,
    };
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.first_accepted(&far_ends).await?;
    far_ends.seen.thinks.store(THINKS, std::sync::atomic::Ordering::Relaxed);
    let requests = Arc::new(Commands { address: bellhop.address, url: far_ends.url.clone(), connections: CONNECTIONS });
    let replies = &far_ends.seen.replies;
    let to_reply = |shots: &Shots, from: Instant| {
        let took = shots
            .0
            .iter()
            .filter(|it| it.due >= from)
            .filter_map(|it| Some(replies.first(it.serial)?.saturating_duration_since(it.due).as_secs_f64() * 1e3));
        Times::new(took.collect())
    };

    let mut volleys = Shots::default();
    for nth in 0..VOLLEYS {
        let shots = load::volley(&requests, 10_000 * (nth + 1), AT_ONCE as u64).await;
        replies.wait_for(&shots.accepted(), PATIENCE, LONGEST).await;
        volleys.0.extend(shots.0);
    }
    let start = Instant::now();
    let kept = load::closed(&requests, &far_ends, 1_000_000, (SENDERS, AT_ONCE), WARM_UP + bench.options.seconds(SECONDS)).await;
    replies.wait_for(&kept.accepted(), PATIENCE, LONGEST).await;

    let (figures, name) = (&mut bench.figures, database.name());
    let of_volleys = to_reply(&volleys, volleys.0.iter().map(|it| it.due).min().unwrap_or(start));
    let in_a_moment = format!("{AT_ONCE} actions in one moment, {THINKS} ms a vendor's answer, {name}: mean to the reply");
    figures.at_most(&in_a_moment, of_volleys.mean(), 500.0, "ms");
    figures.figure("… p99", of_volleys.percentile(99.0), "ms");
    let of_kept = to_reply(&kept, start + WARM_UP);
    figures.at_most(&format!("{AT_ONCE} always on the way: mean to the reply"), of_kept.mean(), 500.0, "ms");
    figures.figure("… p99", of_kept.percentile(99.0), "ms");
    let accepted = [volleys.accepted(), kept.accepted()].concat();
    figures.exactly("… commands not accepted", volleys.0.len() + kept.0.len() - accepted.len(), 0);
    figures.exactly(
        "… issues created, each once",
        far_ends.seen.created_once(accepted.iter().map(|it| subject(*it))),
        accepted.len(),
    );
    figures.exactly("… replies arrived, each once", replies.once(&accepted), accepted.len());
    figures.at_most("… resident memory at most", bellhop.most_memory()?, 150.0, "MB");
    bellhop.end().await
}

/// Keeps `server` busy, and lets it come to the end of what it took.
pub async fn saturate(
    server: &Bellhop,
    requests: &Arc<impl Requests>,
    far_ends: &FarEnds,
    arrivals: &Arrivals,
    core: Option<&str>,
    duration: Duration,
) -> anyhow::Result<(Pace, Shots)> {
    let measured = async {
        tokio::time::sleep(WARM_UP).await;
        let busy = || core.map(busy).transpose();
        let (cpu, all, start) = (server.cpu()?, busy()?, Instant::now());
        tokio::time::sleep(duration).await;
        let (cpu, end) = (server.cpu()? - cpu, Instant::now());
        let (completed, seconds) = (arrivals.between(start, end) as f64, end.duration_since(start).as_secs_f64());
        let others = busy()?.zip(all).map(|(now, before)| ((now - before - cpu) / seconds * 100.0).max(0.0));
        anyhow::Ok(Pace { rate: completed / seconds, cpu: cpu * 1e3 / completed.max(1.0), others })
    };
    let sent = load::closed(requests, far_ends, 1_000_000, (SENDERS, OUTSTANDING), WARM_UP + duration);
    let (pace, shots) = tokio::join!(measured, sent);
    let wrong = shots.serials(|it| matches!(it, Fate::Wrong(_) | Fate::Unknown)).len();
    if wrong > 0 {
        let first = shots.0.iter().find(|it| matches!(it.fate, Fate::Wrong(_) | Fate::Unknown)).map(|it| it.fate);
        eprintln!("{wrong} requests were not answered as they should be, the first with {first:?}");
    }
    arrivals.wait_for(&shots.accepted(), PATIENCE, LONGEST).await;
    Ok((pace?, shots))
}
