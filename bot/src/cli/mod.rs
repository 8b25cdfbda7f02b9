//! Subcommands of `bellhop`: each reads what it needs, does one thing, and says how it ended.

mod audit;
mod backup;
mod check;
mod doctor;
mod hooks;
mod import;
mod jobs;
mod keys;
mod manifest;
mod plan;
mod say;
pub mod serve;
pub mod start;
mod systemd;

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use listenfd::ListenFd;

use crate::{config, sandbox, telemetry};

/// A self-hosted chat-ops bot for Slack and Zulip.
#[derive(Parser)]
#[command(name = "bellhop", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try the whole bot in a web page, with simulated chats and systems; needs nothing
    Sandbox(sandbox::Options),
    /// Run the bot
    Serve(serve::Options),
    /// Say what is wrong with a configuration file; asks no network
    Check(Printed),
    /// Ask every connection and chat whether it works, and say how to mend what does not
    Doctor(doctor::Options),
    /// Run a command as chat would, and print the reply
    Say(say::Options),
    /// Show the jobs that wait and those given up; try again, cancel
    Jobs(jobs::Options),
    /// Show the hooks that systems report to and what came; make, change, replay
    Hooks(hooks::Options),
    /// Say what a file would change of what is set up
    Plan(plan::Plan),
    /// Carry a file out: all of it or nothing, each connection tried first
    Apply(plan::Apply),
    /// Print what is set up, as a file
    Export(plan::Export),
    /// Make another tool's configuration ours
    Import(import::Options),
    /// Show who changed what of what is set up
    History(plan::History),
    /// Go back to an earlier version of one thing, or of everything
    Rollback(plan::Rollback),
    /// Search the audit log, export it, prove that it is whole
    Audit(audit::Options),
    /// Write everything the bot keeps into a file, while it runs
    Backup(backup::Backup),
    /// Put a backup in place of the database, so that nothing old is sent again
    Restore(backup::Restore),
    /// Make and change the key that seals secrets
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print what to paste into a chat's administration
    #[command(subcommand)]
    Manifest(manifest::Manifest),
    /// Serve one simulated system alone, for other programs' tests
    Simulate(sandbox::SimulateOptions),
}

/// Which file to read.
#[derive(Args, Clone)]
pub struct Configured {
    /// The configuration file
    #[arg(long, global = true, default_value = "bellhop.toml", env = "BELLHOP_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// The environment whose file is laid over it: prod for bellhop.prod.toml
    #[arg(long, global = true, env = "BELLHOP_ENV", value_name = "NAME")]
    pub env: Option<String>,
}

impl Configured {
    /// Reads it.
    ///
    /// # Errors
    /// All problems at once.
    pub fn load(&self) -> anyhow::Result<config::Config> {
        config::load_for(&self.config, self.env.as_deref())
    }
}

/// Which file to read, and how to print.
#[derive(Args, Clone)]
pub struct Printed {
    #[command(flatten)]
    pub configured: Configured,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// Prints a line on standard output. Whoever reads only the beginning, as `| head` does, has read enough.
pub fn print(line: impl std::fmt::Display) {
    if let Err(err) = writeln!(std::io::stdout(), "{line}")
        && err.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("bellhop: standard output cannot be written to: {err}");
    }
}

/// Runs the command line: status 0 done, 1 failed, 2 usage.
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(say::in_order(std::env::args_os().collect()));
    // Before there are threads: it takes what it reads out of the environment.
    let passed = ListenFd::from_env();
    connectors::http::install_crypto();
    telemetry::log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(err) => {
            eprintln!("bellhop: no threads can be started: {err}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run(cli.command, passed)).unwrap_or_else(|err| {
        eprintln!("bellhop: {err:#}");
        ExitCode::FAILURE
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    code
}

async fn run(command: Command, passed: ListenFd) -> anyhow::Result<ExitCode> {
    match command {
        Command::Sandbox(options) => sandbox::run(options).await,
        Command::Serve(options) => serve::run(options, passed).await,
        Command::Check(printed) => check::run(&printed),
        Command::Doctor(options) => doctor::run(options).await,
        Command::Say(options) => say::run(options).await,
        Command::Jobs(options) => jobs::run(options).await,
        Command::Hooks(options) => hooks::run(options).await,
        Command::Plan(options) => plan::plan(options).await,
        Command::Apply(options) => plan::apply(options).await,
        Command::Export(options) => plan::export(options).await,
        Command::Import(options) => import::run(&options),
        Command::History(options) => plan::history(options).await,
        Command::Rollback(options) => plan::rollback(options).await,
        Command::Audit(options) => audit::run(options).await,
        Command::Backup(options) => backup::back_up(options).await,
        Command::Restore(options) => backup::restore(options).await,
        Command::Keys(keys) => keys::run(keys).await,
        Command::Manifest(manifest) => manifest::run(&manifest),
        Command::Simulate(options) => sandbox::simulate(options).await.map(|()| ExitCode::SUCCESS),
    }
}
