//! `bellhop serve` as a child process, and what the kernel and `/metrics` know about it.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use sqlx::{Connection as _, PgConnection, Row};
use tests::{SECRETS, people::ANA};
use tokio::process::{Child, Command};

use crate::{
    far_ends::FarEnds,
    http1::Connection,
    requests::{Commands, channel, connection, hook},
};

/// Longer than any goal: past this the bot is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// `USER_HZ`, in which Linux tells processor time: 100 on every architecture.
const TICKS: f64 = 100.0;
/// What every hook of a bench signs with.
pub const HOOK_SECRET: &str = "canary-44e0-hook-secret";

/// How a bot is configured.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    pub binary: &'a Path,
    /// Where its configuration, its log and its SQLite database lie.
    pub folder: &'a Path,
    pub store: &'a str,
    /// To the same Redmine.
    pub connections: usize,
    /// Each with a subscription to a channel of its own.
    pub hooks: usize,
    /// `slack.channel_rate`: 0 is none.
    pub channel_rate: f64,
    /// The core that it is held to, as `taskset` takes it.
    pub core: Option<&'static str>,
}

impl Setup<'_> {
    fn text(&self, listen: &str, far_ends: &FarEnds) -> String {
        let (store, url, rate) = (self.store, &far_ends.url, self.channel_rate);
        let mut text = format!(
            "[server]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n\n[store]\nurl = \"{store}\"\n\n[secrets]\nkey = \"${{BELLHOP_KEY}}\"\n\n\
             [slack]\nsigning_secret = \"${{SLACK_SIGNING_SECRET}}\"\nbot_token = \"${{SLACK_BOT_TOKEN}}\"\n\
             api_url = \"{url}/api/\"\nchannel_rate = {rate:.1}\n"
        );
        for nth in 0..self.connections {
            let name = connection(nth);
            text.push_str(&format!(
                "\n[[connection]]\nname = \"{name}\"\nkind = \"redmine\"\nurl = \"{url}\"\napi_key = \"key\"\nrate = 0\n"
            ));
        }
        for nth in 0..self.hooks {
            let (name, channel) = (hook(nth), channel(nth));
            text.push_str(&format!(
                "\n[[hook]]\nname = \"{name}\"\nkind = \"redmine\"\nsecret = \"{HOOK_SECRET}\"\n\
                 \n[[subscription]]\nfrom = \"{name}\"\nto = \"slack:{channel}\"\n"
            ));
        }
        text
    }
}

/// A process that is measured; it ends when this is dropped.
pub struct Bellhop {
    child: Child,
    pub address: SocketAddr,
    pid: u32,
}

/// The `store.url` of a database in this folder.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("bellhop.db").display())
}

/// Makes a database on this server, which must keep what it commits.
pub async fn postgres(server: &str) -> anyhow::Result<String> {
    static MADE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let mut connection = PgConnection::connect(server).await.context("the PostgreSQL of BELLHOP_TEST_PG")?;
    for setting in ["fsync", "synchronous_commit"] {
        let row = sqlx::query("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await?;
        ensure!(
            row.get::<String, _>(0) == "on",
            "the PostgreSQL of BELLHOP_TEST_PG has {setting} off, and so no durable write to measure; docs/performance.md says how to switch it on"
        );
    }
    let name = format!("bench_{}_{}", std::process::id(), MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    // A name of our own making: an identifier cannot be a parameter.
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
    let mut url = reqwest::Url::parse(server)?;
    url.set_path(&name);
    Ok(url.into())
}

/// `program`, held to a core where one is named.
pub fn held_to(core: Option<&str>, program: &Path) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

impl Bellhop {
    pub async fn start(setup: &Setup<'_>, far_ends: &FarEnds) -> anyhow::Result<Bellhop> {
        Bellhop::configured(setup, |listen| setup.text(listen, far_ends))
    }

    /// With a configuration of the caller's, who is told where it listens.
    pub fn configured(setup: &Setup<'_>, configuration: impl FnOnce(&str) -> String) -> anyhow::Result<Bellhop> {
        let address = SocketAddr::from(([127, 0, 0, 1], tests::free_port()));
        fs::write(setup.folder.join("bellhop.toml"), configuration(&address.to_string()))?;
        let child = held_to(setup.core, setup.binary)
            .args(["serve", "--config", "bellhop.toml"])
            .current_dir(setup.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(SECRETS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(setup.folder.join("log"))?)
            .kill_on_drop(true)
            .spawn()
            .context("bellhop cannot be started; it is held to a core by taskset, of util-linux")?;
        Bellhop::of(child, address)
    }

    /// Any other server that is to be measured in the same way.
    pub fn of(child: Child, address: SocketAddr) -> anyhow::Result<Bellhop> {
        // taskset becomes the program that it starts, so this is its id.
        let pid = child.id().context("it runs")?;
        Ok(Bellhop { child, address, pid })
    }

    /// Returns once it serves, its database included.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.listening().await?;
        let (status, body) =
            tokio::time::timeout(PATIENCE, self.get("/readyz")).await.context("it does not answer; see its log")??;
        ensure!(status == 200, "/readyz answered {status} {body}");
        Ok(())
    }

    /// Returns once connections to it are accepted, though perhaps not yet served.
    pub async fn listening(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        // A process outside tells in no other way that it listens.
        while Connection::open(self.address).await.is_err() {
            ensure!(start.elapsed() < PATIENCE, "it does not listen; see its log");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Sends a command until it is taken, waits for its reply too, and tells when it was taken.
    pub async fn first_accepted(&self, far_ends: &FarEnds) -> anyhow::Result<Instant> {
        use crate::load::Requests;
        self.listening().await?;
        let serial = far_ends.seen.replies.count() as u64 + 1;
        let commands = Commands { address: self.address, url: far_ends.url.clone(), connections: 1 };
        let request = commands.by(ANA, 0, serial);
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.exchange(&request).await?;
        let accepted = Instant::now();
        ensure!(
            commands.is_accepted(answer),
            "the first command was answered {} {}",
            answer.status,
            String::from_utf8_lossy(connection.body(answer))
        );
        while far_ends.seen.replies.first(serial).is_none() {
            if accepted.elapsed() > PATIENCE {
                bail!("the first command got no reply");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(accepted)
    }

    /// What it says of itself.
    pub async fn metrics(&self) -> anyhow::Result<String> {
        let (status, body) = self.get("/metrics").await?;
        ensure!(status == 200, "/metrics answered {status}");
        Ok(body)
    }

    async fn get(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.exchange(format!("GET {path} HTTP/1.1\r\nhost: bellhop\r\n\r\n").as_bytes()).await?;
        Ok((answer.status, String::from_utf8_lossy(connection.body(answer)).into_owned()))
    }

    /// Seconds of processor time so far, in all its threads.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        cpu_of(&format!("/proc/{}/stat", self.pid))
    }

    /// Resident, in MB of a million bytes.
    pub fn memory(&self) -> anyhow::Result<f64> {
        self.status("VmRSS:")
    }

    /// The most that was ever resident.
    pub fn most_memory(&self) -> anyhow::Result<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|it| it.strip_prefix(name)).context("/proc/PID/status")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    pub async fn end(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Seconds so far in which this core did something, for whomever, or was taken away by the host.
pub fn busy(core: &str) -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().find_map(|it| it.strip_prefix(&format!("cpu{core} "))).context("/proc/stat")?;
    let fields: Vec<f64> = line.split_whitespace().filter_map(|it| it.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guests are in user.
    Ok(fields.iter().enumerate().filter(|(at, _)| !matches!(at, 3 | 4 | 8 | 9)).map(|(_, it)| it).sum::<f64>() / TICKS)
}

/// Seconds of processor time of a process, by its `/proc/…/stat`.
pub fn cpu_of(stat: &str) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(stat)?;
    // After the name in parentheses, which may hold anything: state is the 3rd field, utime the 14th, stime the 15th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<f64>().ok()).context("/proc/PID/stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}
