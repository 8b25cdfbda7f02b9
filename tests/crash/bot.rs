//! `bellhop serve` as a child process that is killed, stopped and started again on the same port.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use tests::{SECRETS, zulip::BOT_EMAIL};
use tokio::{
    process::{Child, Command},
    time::Instant,
};

use crate::{far_ends::FarEnds, plan};

/// A start that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Signals hooks.
pub const HOOK_SECRET: &str = "the-secret-of-the-crash-harness";

pub struct Bot {
    pub url: String,
    folder: PathBuf,
    binary: PathBuf,
    workers: Option<u32>,
    child: Option<Child>,
}

impl Bot {
    /// Writes its configuration into `folder`, and starts nothing yet.
    pub fn new(binary: &Path, folder: PathBuf, store: &str, far_ends: &FarEnds) -> anyhow::Result<Bot> {
        let mut text = Ok(String::new());
        let bot = Bot::configured(binary, folder, |listen| {
            text = configuration(listen, store, far_ends);
            text.as_ref().cloned().unwrap_or_default()
        });
        text.and(bot)
    }

    /// The same with a configuration of the caller's, who is told where it listens.
    pub fn configured(binary: &Path, folder: PathBuf, configuration: impl FnOnce(&str) -> String) -> anyhow::Result<Bot> {
        fs::create_dir_all(&folder)?;
        let listen = format!("127.0.0.1:{}", tests::free_port());
        fs::write(folder.join("bellhop.toml"), configuration(&listen))?;
        Ok(Bot { url: format!("http://{listen}"), folder, binary: binary.to_owned(), workers: None, child: None })
    }

    /// With one thread for all its tasks, so that they take turns in the same order each time.
    #[must_use]
    pub fn with_one_worker(mut self) -> Bot {
        self.workers = Some(1);
        self
    }

    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?;
        // Should this program be killed itself, the kernel ends the bot.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&self.binary)
            .args(["serve", "--config", "bellhop.toml"])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(SECRETS)
            .envs(self.workers.map(|it| ("TOKIO_WORKER_THREADS", it.to_string())))
            .env("BELLHOP_LOG", "info")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("setpriv and bellhop start")?;
        self.child = Some(child);
        Ok(())
    }

    /// Waits until it answers that it is ready; false when it ended instead, or was not ready in time.
    pub async fn is_ready(&mut self, client: &reqwest::Client, within: Duration) -> anyhow::Result<bool> {
        let end = Instant::now() + within;
        // A process outside tells in no other way that it listens.
        let mut tries = tokio::time::interval(Duration::from_millis(10));
        loop {
            tries.tick().await;
            if self.ended()?.is_some() || Instant::now() > end {
                return Ok(false);
            }
            let asked = client.get(format!("{}/readyz", self.url)).timeout(Duration::from_secs(2)).send().await;
            if asked.is_ok_and(|it| it.status().is_success()) {
                return Ok(true);
            }
        }
    }

    /// Starts it and waits until it is ready.
    pub async fn run(&mut self, client: &reqwest::Client) -> anyhow::Result<()> {
        self.start()?;
        match self.is_ready(client, PATIENCE).await? {
            true => Ok(()),
            false => bail!("bellhop does not come up: {:?}\n{}", self.ended()?, self.last_words()),
        }
    }

    /// How it ended, if it did so by itself.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(match &mut self.child {
            Some(child) => child.try_wait()?,
            None => None,
        })
    }

    /// Ends it as a power cut does; the machine goes on.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Ends it as systemd does.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.signal("TERM").await?;
        if let Some(mut child) = self.child.take() {
            let status = tokio::time::timeout(PATIENCE, child.wait()).await.context("bellhop does not stop")??;
            anyhow::ensure!(status.success(), "bellhop stopped with {status}\n{}", self.last_words());
        }
        Ok(())
    }

    pub async fn signal(&self, name: &str) -> anyhow::Result<()> {
        let Some(id) = self.process() else { return Ok(()) };
        let status = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().await?;
        anyhow::ensure!(status.success(), "kill -{name} {id}: {status}");
        Ok(())
    }

    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

fn configuration(listen: &str, store: &str, far_ends: &FarEnds) -> anyhow::Result<String> {
    let (slack, zulip) = (&far_ends.slack.url, &far_ends.zulip.url);
    let mut text = format!(
        "[server]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n\n[store]\nurl = \"{store}\"\n\n\
         [secrets]\nkey = \"${{BELLHOP_KEY}}\"\n\n\
         [slack]\nsigning_secret = \"${{SLACK_SIGNING_SECRET}}\"\nbot_token = \"${{SLACK_BOT_TOKEN}}\"\n\
         api_url = \"{slack}/api/\"\nchannel_rate = 0\n\n\
         [zulip]\nsite = \"{zulip}\"\nemail = \"{BOT_EMAIL}\"\napi_key = \"${{ZULIP_API_KEY}}\"\n\
         rate = 0\nreactions = \"off\"\nwebhook_token = \"${{ZULIP_WEBHOOK_TOKEN}}\"\n"
    );
    let connection = toml::to_string(&far_ends.connection)?;
    for name in plan::CONNECTIONS {
        text.push_str(&format!("\n[[connection]]\nname = \"{name}\"\nkind = \"redmine\"\n{connection}"));
    }
    for hook in plan::HOOKS {
        text.push_str(&format!("\n[[hook]]\nname = \"{hook}\"\nkind = \"redmine\"\nsecret = \"{HOOK_SECRET}\"\n"));
    }
    for lane in 0..plan::LANES {
        let (from, project) = (plan::hook(lane), plan::project(lane));
        for to in plan::places(lane) {
            text.push_str(&format!("\n[[subscription]]\nfrom = \"{from}\"\nfilter = \"project:{project}\"\nto = \"{to}\"\n"));
        }
    }
    Ok(text)
}
