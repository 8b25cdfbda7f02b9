//! `bellhop backup` and `bellhop restore`.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use uuid::Uuid;

use super::{Printed, print, serve::Signals};
use crate::{
    audit::{self, Verified},
    queue::Queue,
    store::{
        Facts, SystemClock,
        backup::{self, Existing, Progress},
        restore::{Occupied, Placed, Restoring, Settled},
    },
};

#[derive(Args)]
pub struct Backup {
    /// The file to write
    file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    printed: Printed,
}

pub async fn back_up(options: Backup) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let existing = if options.force { Existing::Replace } else { Existing::Keep };
    let watch = watch(options.printed.json);
    // Interrupted, it takes what it has written so far with it.
    let mut stops = Signals::listen()?;
    let facts = tokio::select! {
        facts = backup::backup(&config.store.url, &options.file, existing, watch) => facts?,
        () = stops.next() => bail!("interrupted: there is no backup"),
    };
    let file = options.file.display();
    let bytes = std::fs::metadata(&options.file).map(|it| it.len()).unwrap_or_default();
    if options.printed.json {
        print(json!({ "file": file.to_string(), "bytes": bytes, "backup": facts }));
        return Ok(ExitCode::SUCCESS);
    }
    print(format_args!(
        "{file} is a verified backup: {}, {:.1} MB, as of {}.",
        size(&facts),
        bytes as f64 / 1e6,
        facts.taken_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    ));
    print("Secrets in it are sealed, and their key is not in it: keep `key` of [secrets] somewhere else.");
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Restore {
    /// A file that `bellhop backup` wrote
    file: PathBuf,
    /// Delete the rows that a PostgreSQL database holds; a SQLite file is kept beside the new one in any case
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    printed: Printed,
}

pub async fn restore(options: Restore) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let occupied = if options.force { Occupied::Replace } else { Occupied::Refuse };
    let watch = watch(options.printed.json);
    let restoring = Restoring::begin(&options.file, &config.store.url, occupied, Arc::new(SystemClock)).await?;
    let facts = restoring.facts.clone();
    let chain = audit::verify(restoring.store()).await?;
    let settled = settle(&restoring, &options).await.context("the copy of the backup cannot be settled; nothing was changed")?;
    let Placed { replaced } = restoring.finish(watch).await?;

    let replaced = replaced.map(|it| it.display().to_string());
    if options.printed.json {
        print(json!({
            "backup": facts,
            "dead_letters": settled.dead_letters,
            "polls": settled.polls,
            "replaced": replaced,
            "audit_intact": matches!(chain, Verified::Intact { .. }),
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let taken = facts.taken_at.strftime("%Y-%m-%d %H:%M:%S UTC");
    print(format_args!("Restored the backup of {taken}: {}.", size(&facts)));
    if let Some(replaced) = replaced {
        print(format_args!("What was there before is kept as {replaced}; delete it when it is not needed any more."));
    }
    print(match settled.dead_letters {
        0 => "No job was under way.".to_owned(),
        n => format!(
            "{n} {} under way and may have been done since, so nothing is done by itself: `bellhop jobs list --state dead` lists them, \
             `bellhop jobs redrive ID` does one.",
            if n == 1 { "job was" } else { "jobs were" }
        ),
    });
    if settled.polls > 0 {
        print("Polls begin anew: what changed between the backup and now is not reported.");
    }
    if let Verified::Broken { at } = chain {
        print(format_args!("Warning: the audit log in the backup does not verify from line {at} on."));
    }
    print("Start the bot with the same `key` in [secrets] as when the backup was made.");
    Ok(ExitCode::SUCCESS)
}

async fn settle(restoring: &Restoring, options: &Restore) -> anyhow::Result<Settled> {
    let mut tx = restoring.store().begin().await?;
    let settled = restoring.settle(&mut tx).await?;
    Queue::forget_missed(&mut tx).await?;
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let taken = restoring.facts.taken_at;
    let record = audit::Record {
        actor: format!("cli::{user}"),
        action: format!(
            "bellhop restore {} (of {taken}; {} jobs under way became dead letters)",
            options.file.display(),
            settled.dead_letters
        ),
        request_id: Uuid::now_v7().simple().to_string(),
    };
    audit::append(&mut tx, &record).await?;
    tx.commit().await?;
    Ok(settled)
}

fn size(facts: &Facts) -> String {
    let rows = facts.total();
    format!("{rows} row{} in {} tables", if rows == 1 { "" } else { "s" }, facts.rows.len())
}

/// Says on a terminal which table is done.
fn watch(json: bool) -> backup::Watch<'static> {
    if json || !std::io::stderr().is_terminal() {
        return &|_| {};
    }
    &|Progress { table, rows }| {
        if rows > 0 {
            eprintln!("  {table}: {rows} rows");
        }
    }
}
