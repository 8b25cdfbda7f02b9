//! Kill -9 at each system call by which one delivery leaves a trace: writes, syncs and sends, one after the other.
//!
//! strace is attached to one thread of a bot that idles, and kills it as that thread enters its n-th `fsync`, say.
//! Threads and calls are taken one by one, because strace counts each for itself; the runtime has only one worker,
//! so that the calls come in the same order each time. Every point gets a bot, a database and far ends of its own, so that
//! many are tried at once: most of the time passes in waiting for the lease of the killed bot to end.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use tests::people::ANA;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Semaphore,
    task::JoinSet,
    time::Instant,
};

use crate::{
    bot::Bot,
    chance::Chance,
    database::Database,
    far_ends::FarEnds,
    journal::Journal,
    oracle::{self, Repeats, Verdict},
    plan,
    postgres::Server,
    sender::Sender,
};

/// What leaves a trace: in the database's files, or at the other end of a socket.
const CALLS: [&str; 9] = ["write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "sendto", "sendmsg"];
/// Until it is done, a killed bot's lease and the backoff after it included.
const PATIENCE: Duration = Duration::from_secs(180);
/// Points that are tried at the same time.
const SQLITE_AT_ONCE: usize = 8;
const POSTGRES_AT_ONCE: usize = 24;
/// Bots that are started until one has the thread that a point is about.
const BOTS: usize = 20;

pub struct Points<'a> {
    pub binary: &'a Path,
    pub folder: &'a Path,
    pub server: Option<Arc<Server>>,
    pub seed: u64,
    /// Every so many calls.
    pub stride: usize,
    pub repeats: Repeats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Story {
    /// A webhook becomes messages in Slack and in Zulip.
    Delivery,
    /// A command becomes an issue and a reply.
    Command,
}

/// Which thread of a bot: the n-th of that name.
type Thread = (String, usize);

/// Where a bot is killed.
#[derive(Clone, Debug)]
struct Point {
    story: Story,
    thread: Thread,
    call: &'static str,
    /// Which of its calls of that name, from 1.
    nth: usize,
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} killed at {} {} of {} {}", self.story, self.call, self.nth, self.thread.0, self.thread.1)
    }
}

/// What came of one point.
pub struct Tried {
    pub point: String,
    /// The call that was not made; none when the story ended first.
    pub killed_at: Option<String>,
    pub verdict: Verdict,
    pub journal: Arc<Journal>,
}

/// What is needed for one bot more.
struct Ground {
    binary: PathBuf,
    folder: PathBuf,
    server: Option<Arc<Server>>,
    seed: u64,
    repeats: Repeats,
}

impl Points<'_> {
    /// Tries them all.
    pub async fn try_all(&self) -> anyhow::Result<Vec<Tried>> {
        strace_works().await?;
        let ground = Arc::new(Ground {
            binary: self.binary.to_owned(),
            folder: self.folder.to_owned(),
            server: self.server.clone(),
            seed: self.seed,
            repeats: self.repeats,
        });
        ground.prepare().await?;
        let room = Arc::new(Semaphore::new(if self.server.is_some() { POSTGRES_AT_ONCE } else { SQLITE_AT_ONCE }));
        let (mut points, mut under_way, mut tried) = (Vec::new(), JoinSet::new(), Vec::new());
        for story in [Story::Delivery, Story::Command] {
            for (thread, call, count) in ground.count(story).await? {
                println!("{story:?}: {count} calls of {call} by {} {}", thread.0, thread.1);
                // One more than this time, which should end unkilled.
                for nth in 1..=count + 1 {
                    points.push(Point { story, thread: thread.clone(), call, nth });
                }
            }
        }
        // Which ones are left out depends on the seed.
        let first = usize::try_from(self.seed).unwrap_or_default() % self.stride;
        for point in points.into_iter().skip(first).step_by(self.stride) {
            let (ground, room) = (ground.clone(), room.clone());
            under_way.spawn(async move {
                let _place = room.acquire_owned().await?;
                ground.kill_at(&point).await.context(point.to_string())
            });
        }
        while let Some(one) = under_way.join_next().await {
            tried.push(one??);
        }
        Ok(tried)
    }
}

/// A bot with all that it is connected to.
struct Cell {
    bot: Bot,
    database: Database,
    journal: Arc<Journal>,
    sender: Arc<Sender>,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
    _far_ends: FarEnds,
}

impl Ground {
    /// Migrates one database, of which all others are copies.
    async fn prepare(&self) -> anyhow::Result<()> {
        let journal = Arc::new(Journal::new());
        let far_ends = FarEnds::start(&journal, self.seed).await?;
        let folder = self.folder.join("template");
        fs::create_dir_all(&folder)?;
        let database = match &self.server {
            Some(server) => Database::Postgres(server.database("template_of_points").await?),
            None => Database::in_folder(&folder),
        };
        let mut bot = Bot::new(&self.binary, folder, &database.url(), &far_ends)?;
        bot.run(&tests::client()).await?;
        bot.stop().await
    }

    async fn cell(&self) -> anyhow::Result<Cell> {
        let journal = Arc::new(Journal::new());
        let far_ends = FarEnds::start(&journal, self.seed).await?;
        let folder = tempfile::tempdir_in(&self.folder)?;
        let database = match &self.server {
            Some(server) => {
                let unique = folder.path().file_name().context("a folder has a name")?.to_string_lossy().to_lowercase();
                let name = format!("point_{}", unique.trim_start_matches('.').trim_start_matches("tmp"));
                Database::Postgres(server.copy("template_of_points", &name).await?)
            }
            None => {
                fs::copy(self.folder.join("template/bellhop.db"), folder.path().join("bellhop.db"))?;
                Database::in_folder(folder.path())
            }
        };
        let client = tests::client();
        let mut bot = Bot::new(&self.binary, folder.path().to_owned(), &database.url(), &far_ends)?.with_one_worker();
        bot.run(&client).await?;
        let sender = Sender::new(client.clone(), vec![bot.url.clone()], far_ends.slack.url.clone(), journal.clone());
        Ok(Cell { bot, database, journal, sender: Arc::new(sender), client, _folder: folder, _far_ends: far_ends })
    }

    /// How many calls of each name each thread makes for this story.
    async fn count(&self, story: Story) -> anyhow::Result<Vec<(Thread, &'static str, usize)>> {
        let mut cell = self.cell().await?;
        let process = cell.bot.process().context("it runs")?;
        let threads = threads(process)?;
        let trace = self.folder.join(format!("calls-{story:?}"));
        let mut strace = attach(&["-f"], process, &trace, None).await?;
        cell.tell(story, self.seed).await?;
        ensure!(cell.is_done_within(PATIENCE).await?, "{story:?} is never done");
        // It writes what it knows when it ends.
        stop(&mut strace).await?;
        cell.bot.kill().await?;
        let mut counts: BTreeMap<(u32, &str), usize> = BTreeMap::new();
        for line in fs::read_to_string(&trace)?.lines() {
            // `1234  pwrite64(13, …`; a call that another one interrupted goes on in a line with `<... resumed>`.
            let Some((id, call)) = line.split_once(' ') else { continue };
            let call = call.trim_start().split('(').next().unwrap_or_default();
            if let (Ok(id), Some(call)) = (id.parse(), CALLS.iter().find(|it| **it == call)) {
                *counts.entry((id, call)).or_default() += 1;
            }
        }
        let named = |id: u32| threads.iter().find(|(it, _)| *it == id).map(|(_, thread)| thread.clone());
        Ok(counts.into_iter().filter_map(|((id, call), count)| Some((named(id)?, call, count))).collect())
    }

    /// A bot that has this thread, and the thread's id. Not every one has: readers of the database begin when they are needed.
    async fn cell_with(&self, thread: &Thread) -> anyhow::Result<(Cell, u32)> {
        for _ in 0..BOTS {
            let mut cell = self.cell().await?;
            let process = cell.bot.process().context("it runs")?;
            if let Some((id, _)) = threads(process)?.into_iter().find(|(_, it)| it == thread) {
                return Ok((cell, id));
            }
            cell.bot.kill().await?;
            self.discard(&cell).await?;
        }
        bail!("none of {BOTS} bots has the thread {} {}", thread.0, thread.1)
    }

    async fn discard(&self, cell: &Cell) -> anyhow::Result<()> {
        if let (Some(server), Database::Postgres(url)) = (&self.server, &cell.database) {
            server.discard(url).await?;
        }
        Ok(())
    }

    async fn kill_at(&self, point: &Point) -> anyhow::Result<Tried> {
        let (mut cell, id) = self.cell_with(&point.thread).await?;
        let trace = cell._folder.path().join("trace");
        let mut strace = attach(&[], id, &trace, Some(point)).await?;
        let told = tokio::spawn({
            let (sender, story, seed) = (cell.sender.clone(), point.story, self.seed);
            async move { tell(&sender, story, seed).await }
        });
        let killed = loop {
            if cell.bot.ended()?.is_some() {
                break true;
            }
            if told.is_finished() && cell.database.left().await?.is_empty() {
                break false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let mut killed_at = None;
        if killed {
            cell.journal.disturbed(point.to_string());
            cell.bot.kill().await?;
            let _ = strace.wait().await;
            let trace = fs::read_to_string(&trace)?;
            let last = trace.lines().rfind(|it| it.contains('(')).unwrap_or_default();
            killed_at = Some(last.chars().take(80).collect());
            cell.bot.run(&cell.client).await?;
        }
        told.await?;
        let is_done = cell.is_done_within(PATIENCE).await?;
        stop(&mut strace).await?;
        for event in cell.database.left().await?.into_iter().chain(cell.database.buried().await?) {
            cell.journal.note(event);
        }
        cell.bot.kill().await?;
        let verdict = cell.journal.read(|log| oracle::judge(log, self.repeats));
        ensure!(is_done || !verdict.faults.is_empty(), "jobs are left for ever, and nothing is owed");
        self.discard(&cell).await?;
        Ok(Tried { point: point.to_string(), killed_at, verdict, journal: cell.journal })
    }
}

async fn tell(sender: &Sender, story: Story, seed: u64) {
    let mut chance = Chance::new(seed, "point");
    match story {
        Story::Delivery => sender.delivery(0, &mut chance).await,
        Story::Command => sender.command(ANA, plan::CONNECTIONS[0], &mut chance).await,
    };
}

impl Cell {
    async fn tell(&self, story: Story, seed: u64) -> anyhow::Result<()> {
        tokio::time::timeout(PATIENCE, tell(&self.sender, story, seed)).await.context("it is never taken")
    }

    async fn is_done_within(&self, patience: Duration) -> anyhow::Result<bool> {
        let end = Instant::now() + patience;
        while !self.database.left().await?.is_empty() {
            if Instant::now() > end {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(true)
    }
}

/// A process's threads, each with its name and which of that name it is.
fn threads(process: u32) -> anyhow::Result<Vec<(u32, Thread)>> {
    let mut ids: Vec<u32> = Vec::new();
    for entry in fs::read_dir(format!("/proc/{process}/task"))? {
        ids.extend(entry?.file_name().to_string_lossy().parse::<u32>());
    }
    ids.sort_unstable();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut threads = Vec::new();
    for id in ids {
        // A thread may end between two looks.
        let Ok(name) = fs::read_to_string(format!("/proc/{process}/task/{id}/comm")) else { continue };
        let nth = seen.entry(name.trim().to_owned()).or_default();
        *nth += 1;
        threads.push((id, (name.trim().to_owned(), *nth)));
    }
    Ok(threads)
}

/// Attaches strace, to kill at a call or only to write calls down, and waits until it is attached.
async fn attach(options: &[&str], id: u32, trace: &Path, kill_at: Option<&Point>) -> anyhow::Result<Child> {
    let calls = kill_at.map_or_else(|| CALLS.join(","), |point| point.call.to_owned());
    let mut command = Command::new("strace");
    command
        .args(options)
        .args(["-p", &id.to_string(), "-e", &format!("trace={calls}"), "-e", "signal=none", "-s", "40", "-o"])
        .arg(trace);
    if let Some(point) = kill_at {
        command.args(["-e", &format!("inject={calls}:signal=KILL:when={}", point.nth)]);
    }
    let mut strace = command.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).spawn().context("strace starts")?;
    let said = strace.stderr.take().context("its standard error is piped")?;
    let mut lines = BufReader::new(said).lines();
    let attached = async {
        while let Some(line) = lines.next_line().await? {
            if line.contains("attached") {
                // What else it says must not fill the pipe.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(());
            }
            eprintln!("{line}");
        }
        anyhow::bail!("strace does not attach")
    };
    tokio::time::timeout(Duration::from_secs(20), attached).await.context("strace does not attach in time")??;
    Ok(strace)
}

async fn stop(strace: &mut Child) -> anyhow::Result<()> {
    if let Some(id) = strace.id() {
        // It detaches, and writes down the rest.
        let _ = Command::new("kill").args(["-INT", &id.to_string()]).output().await?;
        let _ = tokio::time::timeout(Duration::from_secs(10), strace.wait()).await;
    }
    Ok(())
}

/// Whether strace is here and kills: a container may forbid it.
async fn strace_works() -> anyhow::Result<()> {
    use std::os::unix::process::ExitStatusExt;
    let run = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:signal=KILL:when=1", "echo", "not killed"])
        .output()
        .await
        .context("strace is needed: on Debian, apt-get install strace")?;
    let killed = run.status.signal() == Some(9) || run.status.code() == Some(137);
    ensure!(killed, "strace may not trace here: {}, {}", run.status, String::from_utf8_lossy(&run.stderr));
    Ok(())
}
