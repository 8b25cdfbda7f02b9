//! `bellhop audit`: the audit log from the command line, beside a running bot or without one.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Printed, print};
use crate::{
    audit::{self, Filter, Mark, Verified},
    builtins::audit::moment,
    store::Store,
};

/// Lines that are read at a time.
const AT_ONCE: u32 = 1_000;

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Subcommand)]
enum What {
    /// List who asked for what, the newest first
    List {
        #[command(flatten)]
        chosen: Chosen,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// Print all lines, the oldest first; with --json each with its hash
    Export {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Recompute every hash, and say whether all lines are as they were written
    Verify {
        /// A line and its hash, as verify printed them before: whether it is still there
        #[arg(long, value_name = "LINE:HASH")]
        noted: Option<String>,
    },
}

#[derive(Args)]
struct Chosen {
    /// Only commands that begin so: "redmine issue"
    #[arg(long)]
    command: Option<String>,
    /// Only this person's: slack:T0123:U0123
    #[arg(long)]
    who: Option<String>,
    /// Only from then on: 2h, 3d, 2026-11-21
    #[arg(long)]
    since: Option<String>,
    /// Only until then
    #[arg(long)]
    until: Option<String>,
    /// Only lines that hold this
    #[arg(long)]
    text: Option<String>,
}

impl Chosen {
    fn filter(self, store: &Store) -> anyhow::Result<Filter> {
        let now = store.now();
        let at = |field: &str, text: Option<String>| {
            text.map(|it| moment(now, field, &it)).transpose().map_err(|err| anyhow::anyhow!("--{field}: {}", err.message))
        };
        Ok(Filter {
            actor: self.who,
            action: self.command,
            before: None,
            since: at("since", self.since)?,
            until: at("until", self.until)?,
            text: self.text,
            called: Vec::new(),
        })
    }
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let store = Store::open_beside(&config.store.url).await?;
    match options.what {
        What::List { chosen, limit } => {
            let filter = chosen.filter(&store)?;
            for line in audit::list(&store, limit, &filter).await? {
                match options.printed.json {
                    true => print(json!(line)),
                    false => print(format_args!("{}  {}  {}  {}", line.id, line.at, line.actor, line.action)),
                }
            }
        }
        What::Export { chosen } => {
            let filter = chosen.filter(&store)?;
            let mut after = 0;
            loop {
                let lines = audit::sealed(&store, after, AT_ONCE, &filter).await?;
                let Some(last) = lines.last() else { break };
                after = last.entry.id;
                for line in &lines {
                    let it = &line.entry;
                    match options.printed.json {
                        true => print(json!(line)),
                        false => print(format_args!("{}\t{}\t{}\t{}\t{}", it.id, it.at, it.actor, it.request_id, it.action)),
                    }
                }
            }
        }
        What::Verify { noted } => return verify(&store, noted.as_deref(), options.printed.json).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(store: &Store, noted: Option<&str>, json: bool) -> anyhow::Result<ExitCode> {
    let noted = match noted {
        Some(text) => match text.trim().split_once(':').and_then(|(id, hash)| Some((id.parse::<i64>().ok()?, hash))) {
            Some((id, hash)) => Some(Mark { id, hash: hash.to_lowercase() }),
            None => bail!("`{text}` is no line and its hash, such as 42:9f86d0…, as `bellhop audit verify` prints them"),
        },
        None => None,
    };
    // From the first line on, and besides that what was noted is still there.
    let mut found = audit::verify(store).await?;
    if let (Verified::Intact { .. }, Some(mark)) = (&found, &noted)
        && let Verified::Broken { at } = audit::verify_from(store, Some(mark)).await?
    {
        found = Verified::Broken { at };
    }
    match &found {
        Verified::Intact { rows, last } if json => print(json!({ "whole": true, "lines": rows, "last": last })),
        Verified::Intact { rows, last } => {
            print(format_args!("All {rows} lines are as they were written. The last one: {rows}:{last}"));
        }
        Verified::Broken { at } if json => print(json!({ "whole": false, "line": at })),
        Verified::Broken { at } => print(format_args!(
            "Line {at} is not what was written there, or is missing. Find out who can write to the database, and compare with a backup."
        )),
    }
    Ok(if matches!(found, Verified::Intact { .. }) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
