//! `bellhop serve` as a child process, and what the kernel knows about it.

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use sqlx::{Connection, PgConnection, Row};
use tests::{
    SECRETS,
    people::{ANA, Person},
    slack::{CHANNEL, TEAM, signature},
};
use tokio::process::{Child, Command};

use crate::{far_ends::FarEnds, load::subject};

const SIGNING_SECRET: &str = "SLACK_SIGNING_SECRET";
/// Longer than any goal: past this the bot is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(10);
/// `USER_HZ`, in which Linux tells processor time: 100 on every architecture.
const TICKS: f64 = 100.0;

pub struct Bellhop {
    child: Child,
    url: String,
    pid: u32,
}

/// The `store.url` of a database in this folder.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("bellhop.db").display())
}

/// Makes a database on this server, which must keep what it commits.
pub async fn postgres(server: &str) -> anyhow::Result<String> {
    let mut connection = PgConnection::connect(server).await.context("the PostgreSQL of BELLHOP_TEST_PG")?;
    for setting in ["fsync", "synchronous_commit"] {
        let row = sqlx::query("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await?;
        ensure!(
            row.get::<String, _>(0) == "on",
            "the PostgreSQL of BELLHOP_TEST_PG has {setting} off, and so no durable write to measure; docs/performance.md says how to switch it on"
        );
    }
    let name = format!("bench_{}", std::process::id());
    // A name of our own making: an identifier cannot be a parameter.
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
    let mut url = reqwest::Url::parse(server)?;
    url.set_path(&name);
    Ok(url.into())
}

impl Bellhop {
    /// With `connections` connections to the same Redmine.
    pub async fn start(
        binary: &Path,
        folder: &Path,
        store: &str,
        connections: usize,
        far_ends: &FarEnds,
    ) -> anyhow::Result<Bellhop> {
        let listen = format!("127.0.0.1:{}", tests::free_port());
        let slack = &far_ends.url;
        let mut text = format!(
            "[server]\nlisten = \"{listen}\"\n\n[store]\nurl = \"{store}\"\n\n[secrets]\nkey = \"${{BELLHOP_KEY}}\"\n\n\
             [slack]\nsigning_secret = \"${{SLACK_SIGNING_SECRET}}\"\nbot_token = \"${{SLACK_BOT_TOKEN}}\"\n\
             api_url = \"{slack}/api/\"\nchannel_rate = 0\n"
        );
        for nth in 0..connections {
            let url = &far_ends.url;
            text.push_str(&format!(
                "\n[[connection]]\nname = \"{}\"\nkind = \"redmine\"\nurl = \"{url}\"\napi_key = \"key\"\n",
                connection(nth)
            ));
        }
        fs::write(folder.join("bellhop.toml"), text)?;
        let child = Command::new(binary)
            .args(["serve", "--config", "bellhop.toml"])
            .current_dir(folder)
            .env_clear()
            .envs(SECRETS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log"))?)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().context("it runs")?;
        Ok(Bellhop { child, url: format!("http://{listen}"), pid })
    }

    /// A signed request to create an issue.
    pub fn command(
        &self,
        client: &reqwest::Client,
        far_ends: &FarEnds,
        person: Person,
        connection: usize,
        serial: u64,
    ) -> reqwest::RequestBuilder {
        let body = [
            ("token", "deprecated"),
            ("team_id", TEAM),
            ("team_domain", "example"),
            ("channel_id", CHANNEL),
            ("channel_name", "dev"),
            ("user_id", person.slack),
            ("user_name", person.login),
            ("command", &format!("/{}", self::connection(connection))),
            ("text", &format!("issue create {} project=demo", subject(serial))),
            ("api_app_id", "A0BELL001"),
            ("is_enterprise_install", "false"),
            ("response_url", &format!("{}/response/{serial}", far_ends.url)),
            ("trigger_id", &format!("{serial}.100.abcdef")),
        ];
        let body = reqwest::Url::parse_with_params("http://form/", body).map(|it| it.query().unwrap_or_default().to_owned());
        let body = body.unwrap_or_default();
        let now = Timestamp::now().as_second();
        let secret = SECRETS.iter().find(|(name, _)| *name == SIGNING_SECRET).map_or("", |(_, value)| value);
        let request = client.post(format!("{}/slack/commands", self.url));
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-request-timestamp", now)
            .header("x-slack-signature", signature(secret, now, &body))
            .body(body)
    }

    /// Sends a command until it is taken, waits for its reply too, and tells when it was taken.
    pub async fn first_accepted(&self, far_ends: &FarEnds) -> anyhow::Result<Instant> {
        let client = tests::client();
        let start = Instant::now();
        let serial = far_ends.seen.replies() as u64 + 1;
        let accepted = loop {
            if let Ok(response) = self.command(&client, far_ends, ANA, 0, serial).send().await {
                let (status, body) = (response.status(), response.text().await?);
                ensure!(status == 200 && body.is_empty(), "the first command was answered {status} {body}");
                break Instant::now();
            }
            ensure!(start.elapsed() < PATIENCE, "bellhop does not listen");
            // A process outside tells in no other way that it listens.
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        while !far_ends.seen.replied(serial) {
            if start.elapsed() > PATIENCE {
                bail!("the first command got no reply");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(accepted)
    }

    /// Seconds of processor time so far, in all its threads.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // After the name in parentheses, which may hold anything: state is the 3rd field, utime the 14th, stime the 15th.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<f64>().ok()).context("/proc/PID/stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS)
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

fn connection(nth: usize) -> String {
    format!("redmine-{nth:02}")
}
