//! What is measured: the words after `--`.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};

use crate::process;

/// The sections, in the order in which they run.
pub const SECTIONS: [&str; 14] = [
    "size",
    "events",
    "start",
    "commands",
    "concurrent",
    "burst",
    "ack",
    "latency",
    "throughput",
    "slash",
    "backlog",
    "explain",
    "outage",
    "alerts",
];

pub struct Options {
    sections: Vec<String>,
    pub databases: Vec<Database>,
    /// How long each section lasts that sends at a rate or as fast as it can; each has its own when left out.
    seconds: Option<u64>,
    /// How long the outage lasts.
    pub minutes: f64,
    /// Measured instead of one that is built.
    pub binary: Option<PathBuf>,
    /// Whether the bot is held to core 0 and everything else to core 1, where a section says so.
    pub cores: Cores,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    Apart,
    Shared,
}

impl Options {
    pub fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let mut options = Options {
            sections: Vec::new(),
            databases: vec![Database::Sqlite, Database::Postgres],
            seconds: None,
            minutes: 1.0,
            binary: None,
            cores: Cores::Apart,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--database" => {
                    options.databases = vec![match value()?.as_str() {
                        "sqlite" => Database::Sqlite,
                        "postgres" => Database::Postgres,
                        other => bail!("there is no database `{other}`: write sqlite or postgres"),
                    }];
                }
                "--seconds" => options.seconds = Some(value()?.parse().context("--seconds takes a whole number")?),
                "--minutes" => options.minutes = value()?.parse().context("--minutes takes a number")?,
                "--bellhop" => options.binary = Some(value()?.into()),
                "--shared-cores" => options.cores = Cores::Shared,
                section if SECTIONS.contains(&section) => options.sections.push(word),
                other => bail!(
                    "there is no section `{other}`: choose from {}, or none for all; --database sqlite|postgres, --seconds N, \
                     --minutes N (of the outage), --bellhop PATH, --shared-cores",
                    SECTIONS.join(", ")
                ),
            }
        }
        Ok(options)
    }

    pub fn wants(&self, section: &str) -> bool {
        self.sections.is_empty() || self.sections.iter().any(|it| it == section)
    }

    pub fn seconds(&self, usual: u64) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(usual))
    }
}

impl Database {
    pub fn name(self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        }
    }

    /// The one of two goals that is this database's.
    pub fn of<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Database::Sqlite => sqlite,
            Database::Postgres => postgres,
        }
    }

    /// The `store.url` of a new one.
    pub async fn make(self, folder: &std::path::Path) -> anyhow::Result<String> {
        match self {
            Database::Sqlite => Ok(process::sqlite(folder)),
            Database::Postgres => process::postgres(&std::env::var("BELLHOP_TEST_PG")?).await,
        }
    }
}

impl Cores {
    /// Where the bot runs.
    pub fn of_bot(self) -> Option<&'static str> {
        match self {
            Cores::Apart => Some("0"),
            Cores::Shared => None,
        }
    }

    /// Moves this process, with the far ends in it, off the bot's core.
    pub fn step_aside(self) -> anyhow::Result<()> {
        let cores = match self {
            Cores::Apart => "1",
            Cores::Shared => return Ok(()),
        };
        let id = std::process::id().to_string();
        let status = std::process::Command::new("taskset")
            .args(["-a", "-c", "-p", cores, &id])
            .stdout(std::process::Stdio::null())
            .status();
        anyhow::ensure!(
            status.context("taskset, of util-linux, holds processes to cores")?.success(),
            "taskset cannot move this process to core 1: is there one? --shared-cores measures without"
        );
        Ok(())
    }
}
