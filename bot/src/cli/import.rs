//! `bellhop import`: another tool's configuration as a file of ours.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::print;
use crate::import::{self, Channels, TOOLS};

#[derive(Args)]
pub struct Options {
    /// Which tool's: github-slack, oncall, goalert, alertmanager, hookshot
    #[arg(long, value_name = "TOOL", value_parser = TOOLS.iter().map(|it| it.name).collect::<Vec<_>>())]
    from: String,
    /// Its configuration
    file: PathBuf,
    /// Write there, instead of printing it
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Where things go that the tool tells in places of its own: slack:#dev for all, or ROOM=slack:#dev; may be given again
    #[arg(long, value_name = "[ROOM=]CHANNEL")]
    channel: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(&options.file).with_context(|| format!("{} cannot be read", options.file.display()))?;
    let channels = Channels::read(&options.channel).map_err(|it| anyhow::anyhow!("--channel: {it}"))?;
    let imported = import::read(&options.from, &text, &channels);
    let imported = imported.map_err(|it| anyhow::anyhow!("{}: {it}", options.file.display()))?;
    let file = imported.file(&options.from);
    if let Some(to) = &options.to {
        std::fs::write(to, &file).with_context(|| format!("{} cannot be written", to.display()))?;
    }
    match &options.to {
        _ if options.json => {
            print(json!({ "file": file, "sections": imported.items.len(), "left": imported.left }));
            return Ok(ExitCode::SUCCESS);
        }
        Some(to) => print(format_args!("{} holds {} sections", to.display(), imported.items.len())),
        None => print(file.trim_end()),
    }
    for sentence in &imported.left {
        eprintln!("not carried over: {sentence}");
    }
    Ok(ExitCode::SUCCESS)
}
