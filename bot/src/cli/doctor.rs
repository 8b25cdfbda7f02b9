//! `bellhop doctor`

use std::{io::IsTerminal, process::ExitCode};

use clap::Args;
use connectors::State;
use serde_json::json;

use super::{Printed, print, start};

#[derive(Args)]
pub struct Options {
    /// Only this connection or chat
    name: Option<String>,
    #[command(flatten)]
    printed: Printed,
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let (app, _) = start::assemble_beside(config).await?;
    if let Some(name) = &options.name {
        let known = app.checked_names();
        if !known.contains(name) {
            anyhow::bail!("there is no connection or chat `{name}`; there is: {}", known.join(", "));
        }
    }
    if !options.printed.json && std::io::stderr().is_terminal() {
        eprintln!("Asking …");
    }
    let checked = app.check(options.name.as_deref()).await;
    if options.printed.json {
        let all: Vec<_> = checked
            .iter()
            .map(|(name, it)| {
                let judged = &it.judged;
                json!({
                    "name": name, "state": it.state(), "seconds": it.seconds, "checks": it.checks, "score": judged.score,
                    "made_of": judged.parts, "trend": judged.trend, "forecast": judged.forecasts,
                })
            })
            .collect();
        print(json!(all));
    } else if checked.is_empty() {
        print("Nothing to ask: no chat and no connection is configured.");
    }
    let mut failed = 0;
    for (name, it) in &checked {
        failed += usize::from(it.state() == State::Failed);
        if options.printed.json {
            continue;
        }
        print(format_args!("{name}  {} of 100 {}  ({:.1} s)", it.judged.score, it.judged.trend.arrow(), it.seconds));
        for check in &it.checks {
            print(format_args!("  {} {}: {}", word(check.state), check.name, check.detail));
            if let Some(fix) = check.fix.as_ref().filter(|_| check.state != State::Ok) {
                print(format_args!("         → {fix}"));
            }
        }
        for forecast in &it.judged.forecasts {
            print(format_args!("  soon   {forecast}"));
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok    ",
        State::Warning => "warn  ",
        State::Failed => "FAILED",
    }
}
