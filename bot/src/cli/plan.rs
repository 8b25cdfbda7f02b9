//! `bellhop plan`, `apply`, `export`, `history`, `rollback`: what is set up, and the files that say it.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Printed, print, start};
use crate::{
    app::App,
    builtins::history::{Line, lines},
    config::Problems,
    plan::{
        Step,
        apply::{Trial, Work},
        difference::{self, Shown, Unsaid},
        file::Door,
    },
    resources::{By, ledger::What},
};

/// Status of a plan that changes something, where `--exit-code` asks for it.
const CHANGES: u8 = 2;

#[derive(Args)]
pub struct Plan {
    /// The file
    file: PathBuf,
    /// Also remove what is in no file
    #[arg(long)]
    prune: bool,
    /// Status 2 when something differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Args)]
pub struct Apply {
    /// The file
    file: PathBuf,
    /// Do not ask, at a terminal either
    #[arg(long)]
    yes: bool,
    /// Why, for the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    /// Do not try connections against their systems first
    #[arg(long)]
    no_test: bool,
    /// Also remove what is in no file
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    printed: Printed,
}

#[derive(Args)]
pub struct History {
    /// Only of this kind: connection, hook, subscription, team, …
    kind: Option<String>,
    /// Only of what has this name
    name: Option<String>,
    /// How many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Args)]
pub struct Rollback {
    /// Of which kind it is: connection, hook, subscription, team, …
    #[arg(requires_all = ["name", "version"])]
    kind: Option<String>,
    /// Its name
    name: Option<String>,
    /// To which of its versions, as `bellhop history` counts them
    #[arg(long)]
    version: Option<i64>,
    /// Or everything to how it stood after that change
    #[arg(long, value_name = "CHANGE", conflicts_with = "kind", required_unless_present = "kind")]
    to: Option<i64>,
    /// Do not ask, at a terminal either
    #[arg(long)]
    yes: bool,
    /// Why, for the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    /// Do not try connections against their systems first
    #[arg(long)]
    no_test: bool,
    #[command(flatten)]
    printed: Printed,
}

pub async fn plan(options: Plan) -> anyhow::Result<ExitCode> {
    let app = open(&options.printed).await?;
    let plan = planned(&app, &options.file, options.printed.json, unsaid(options.prune)).await?;
    let Some(plan) = plan else { return Ok(ExitCode::FAILURE) };
    match options.printed.json {
        true => print(json!(plan.shown)),
        false => print(plan.shown.lines()),
    }
    Ok(if options.exit_code && !plan.shown.is_empty() { ExitCode::from(CHANGES) } else { ExitCode::SUCCESS })
}

pub async fn apply(options: Apply) -> anyhow::Result<ExitCode> {
    let app = open(&options.printed).await?;
    let json = options.printed.json;
    let Some(plan) = planned(&app, &options.file, json, unsaid(options.prune)).await? else { return Ok(ExitCode::FAILURE) };
    if !json {
        print(plan.shown.lines());
    }
    if !plan.shown.is_empty() && !options.yes && !agreed("Carry this out?")? {
        return Ok(ExitCode::FAILURE);
    }
    let work =
        Done { what: What::Apply, subject: &plan.file, steps: &plan.steps, said: Some(plan.said()), generation: plan.generation };
    carried_out(&app, work, &plan.shown, trial(options.no_test), &options.why, json).await
}

pub async fn export(options: Export) -> anyhow::Result<ExitCode> {
    let app = open(&options.printed).await?;
    let text = app.export().await?;
    match options.printed.json {
        true => print(json!({ "file": text })),
        false => print(text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn history(options: History) -> anyhow::Result<ExitCode> {
    let app = open(&options.printed).await?;
    app.set_up().await?;
    let found = lines(&app, options.kind.as_deref(), options.name.as_deref(), options.limit.clamp(1, 1_000)).await?;
    if options.printed.json {
        print(json!(found));
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        print("Nothing of that sort was ever set up.");
    }
    for Line { change, at, who, called, why, kind, name, version, what } in found {
        let who = called.unwrap_or(who);
        let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
        print(format_args!("{change:>5}  {}  {who}{why}  {kind} {name} v{version}: {what}", at.strftime("%Y-%m-%d %H:%M UTC")));
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn rollback(options: Rollback) -> anyhow::Result<ExitCode> {
    let app = open(&options.printed).await?;
    let json = options.printed.json;
    let back = match (&options.kind, &options.name, options.version, options.to) {
        (Some(kind), Some(name), Some(version), _) => app.back_to_version(kind, name, version).await,
        (_, _, _, Some(change)) => app.back_to_change(change).await,
        _ => anyhow::bail!("name what goes back: `bellhop rollback KIND NAME --version N`, or `bellhop rollback --to CHANGE`"),
    };
    let back = back.map_err(|err| anyhow::anyhow!(err.message))?;
    if !json {
        print(format_args!("Back to {}:\n{}", back.subject, back.shown.lines()));
    }
    if !back.shown.is_empty() && !options.yes && !agreed("Go back?")? {
        return Ok(ExitCode::FAILURE);
    }
    let generation = back.now.generation;
    let work = Done { what: What::Rollback, subject: &back.subject, steps: &back.steps, said: None, generation };
    carried_out(&app, work, &back.shown, trial(options.no_test), &options.why, json).await
}

struct Done<'a> {
    what: What,
    subject: &'a str,
    steps: &'a [Step],
    said: Option<&'a [(String, String)]>,
    generation: i64,
}

async fn carried_out(app: &App, done: Done<'_>, shown: &Shown, trial: Trial, why: &str, json: bool) -> anyhow::Result<ExitCode> {
    let now = app.set_up().await?;
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let by = By { who: format!("cli::{user}"), why: why.to_owned() };
    let carrying = async {
        if trial == Trial::Each {
            app.try_out(done.steps, &now).await?;
        }
        let Done { what, subject, steps, said, generation } = done;
        app.carry_out(Work { what, subject, steps, said, generation, by: &by }, &now).await
    };
    let change = carrying.await.map_err(|err| anyhow::anyhow!(err.message))?;
    match json {
        true => print(json!({ "change": change, "done": shown })),
        false => print(format_args!("Done, as change {change}. `bellhop rollback --to {}` goes back.", change - 1)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(printed: &Printed) -> anyhow::Result<Arc<App>> {
    Ok(start::assemble_beside(printed.configured.load()?).await?.0)
}

/// None when there were problems, which are printed.
async fn planned(app: &App, file: &Path, json: bool, unsaid: Unsaid) -> anyhow::Result<Option<difference::Plan>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().map_or_else(|| file.display().to_string(), |it| it.to_string_lossy().into_owned());
    match app.plan(&name, &text, Door::Terminal, unsaid).await? {
        Ok(plan) => Ok(Some(plan)),
        Err(problems) if json => {
            print(json!({ "file": file.display().to_string(), "problems": problems }));
            Ok(None)
        }
        Err(problems) => Err(Problems { file: file.display().to_string(), problems }.into()),
    }
}

fn unsaid(prune: bool) -> Unsaid {
    if prune { Unsaid::Prune } else { Unsaid::Keep }
}

fn trial(skip: bool) -> Trial {
    if skip { Trial::Skip } else { Trial::Each }
}

/// Asks whoever sits there; a script meant what it says.
fn agreed(question: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    eprint!("{question} Type yes: ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}
