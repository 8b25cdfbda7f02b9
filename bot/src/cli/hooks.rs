//! `bellhop hooks`: the hooks from the command line, beside a running bot or without one.
//!
//! What is shown and done here is what the same commands do in chat; `--json` prints the data behind it.

use std::{process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};
use commands::{Actor, Call, Effect, grammar};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Printed, print, start};
use crate::{
    app::{App, OWN},
    audit,
    builtins::{self, hooks},
    chat::Place,
    hooks::replay::{Posting, State},
    queue::Acceptance,
};

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Subcommand)]
enum What {
    /// List the hooks, and how they fare
    List,
    /// Show how one fares: deliveries by day, failures, latency, last events
    Show { name: String },
    /// Make a hook; prints its address, its secret once, and the steps
    Add {
        /// Which system's: github, alertmanager; json for any other
        kind: String,
        #[arg(long)]
        name: Option<String>,
        /// What it is for there, so that a connection sets it up: acme/widgets
        #[arg(long)]
        of: Option<String>,
        /// Networks that may send, with commas
        #[arg(long)]
        allow: Option<String>,
        /// Which connection sets it up
        #[arg(long)]
        connection: Option<String>,
    },
    /// Give it a new secret; the present one is taken for another day
    Rotate { name: String },
    /// Refuse all that comes
    Disable { name: String },
    /// Take again what comes
    Enable { name: String },
    /// Remove it, here and where it was set up
    Delete { name: String },
    /// List what came, also what was refused, the newest first
    Deliveries {
        name: Option<String>,
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: i64,
    },
    /// Show one delivery: how it was verified, what it said, what it became
    Delivery { id: i64 },
    /// Read a delivery again, or all of a hook; says what it would do
    Replay {
        /// A delivery's number, or a hook's name
        which: String,
        /// Of a hook: since when, such as 2h or 3d
        #[arg(long)]
        since: Option<String>,
        /// Post what was not posted before
        #[arg(long)]
        post: bool,
        /// With --post: also what was posted already, once more
        #[arg(long, requires = "post")]
        again: bool,
    },
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let (app, _) = start::assemble_beside(config).await?;
    let what = options.what.unwrap_or(What::List);
    let done = if options.printed.json { as_json(&app, &what).await } else { as_text(&app, &what).await };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Said(message)) => {
            eprintln!("bellhop: {message}");
            ExitCode::FAILURE
        }
        Err(Failure::Broken(err)) => return Err(err),
    };
    app.store.close().await;
    Ok(code)
}

/// Why nothing was done.
enum Failure {
    Said(String),
    Broken(anyhow::Error),
}

impl From<commands::Error> for Failure {
    fn from(err: commands::Error) -> Failure {
        Failure::Said(err.message)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(err: anyhow::Error) -> Failure {
        Failure::Broken(err)
    }
}

/// As it would be said in chat.
async fn as_text(app: &Arc<App>, what: &What) -> Result<(), Failure> {
    print(call(app, what).await?.to_plain(&app.groups()).trim_end());
    Ok(())
}

/// The data behind it; of what changes something, what was said.
async fn as_json(app: &Arc<App>, what: &What) -> Result<(), Failure> {
    let data = match what {
        What::List => json!(hooks::statuses(app).await?),
        What::Show { name } => {
            let name = name.trim().to_lowercase();
            let hook = app.hooks.find(&name).ok_or_else(|| Failure::Said(format!("there is no hook `{name}`")))?;
            json!(hooks::status(app, &hook).await?)
        }
        What::Deliveries { name, limit } => json!(hooks::listed(app, name.as_deref(), *limit).await?),
        What::Delivery { id } => hooks::inspected(app, *id).await?,
        What::Replay { which, since, post, again } => {
            let posting = match (post, again) {
                (false, _) => Posting::No,
                (true, false) => Posting::New,
                (true, true) => Posting::Again,
            };
            if posting != Posting::No {
                note(app, &call_of(what)).await?;
            }
            let all = hooks::replayed(app, which, since.as_deref(), posting).await?;
            all.iter()
                .map(|it| match &it.outcome {
                    Err(reason) => json!({ "delivery": it.id, "problem": reason }),
                    Ok(told) => {
                        let events: Vec<Value> = told
                            .iter()
                            .map(|it| {
                                let places = it
                                    .decisions
                                    .iter()
                                    .map(|(decision, state)| json!({ "to": decision.to, "state": word(state) }));
                                json!({ "event": it.event, "told": places.collect::<Vec<_>>() })
                            })
                            .collect();
                        json!({ "delivery": it.id, "events": events, "posted": it.posted })
                    }
                })
                .collect()
        }
        What::Add { .. } | What::Rotate { .. } | What::Disable { .. } | What::Enable { .. } | What::Delete { .. } => {
            json!(call(app, what).await?)
        }
    };
    print(data);
    Ok(())
}

fn word(state: &State) -> &'static str {
    match state {
        State::New => "new",
        State::Waiting => "waiting",
        State::Posted(_) => "posted",
    }
}

fn call_of(what: &What) -> Call {
    let (action, params) = match what {
        What::List => ("hooks", json!({})),
        What::Show { name } => ("hooks show", json!({ "name": name })),
        What::Add { kind, name, of, allow, connection } => {
            ("hooks add", json!({ "kind": kind, "name": name, "of": of, "allow": allow, "connection": connection }))
        }
        What::Rotate { name } => ("hooks rotate", json!({ "name": name })),
        What::Disable { name } => ("hooks disable", json!({ "name": name })),
        What::Enable { name } => ("hooks enable", json!({ "name": name })),
        What::Delete { name } => ("hooks delete", json!({ "name": name, "sure": true })),
        What::Deliveries { name, limit } => ("hooks deliveries", json!({ "name": name, "limit": limit })),
        What::Delivery { id } => ("hooks delivery", json!({ "delivery": id })),
        What::Replay { which, since, post, again } => {
            ("hooks replay", json!({ "which": which, "since": since, "post": post, "again": again }))
        }
    };
    let mut call = Call::new(OWN, action, params);
    call.params = call.params.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>();
    call
}

/// Runs it as whoever may run this program: they may do anything with it.
async fn call(app: &Arc<App>, what: &What) -> Result<commands::Message, Failure> {
    let call = call_of(what);
    let writes = builtins::group().find(&call.action).is_some_and(|it| it.effect > Effect::Read)
        && !matches!(what, What::List | What::Show { .. } | What::Deliveries { .. } | What::Delivery { .. });
    if writes {
        note(app, &call).await?;
    }
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let actor =
        Actor { platform: "cli".into(), workspace: String::new(), id: user.clone(), name: user, email: None, admin: true };
    let place = Place { platform: String::new(), workspace: String::new(), channel: String::new(), thread: None };
    let request_id = Uuid::now_v7().simple().to_string();
    let ctx = app.ctx(actor, OWN, &request_id, &place);
    Ok(connectors::http::scope(request_id, app.run(&call, &ctx)).await?.message)
}

/// Its line in the audit log, before it is done.
async fn note(app: &App, call: &Call) -> anyhow::Result<()> {
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let key = Uuid::now_v7().simple().to_string();
    let audit =
        audit::Record { actor: format!("cli::{user}"), action: grammar::print(&app.groups(), call), request_id: key.clone() };
    let (body, jobs, news) = (bytes::Bytes::new(), Vec::new(), Vec::new());
    let acceptance = Acceptance { source: "cli".into(), key, body, audit: Some(audit), jobs, news };
    let accepted = app.queue.accept(acceptance).await;
    accepted.map(|_| ()).map_err(|it| anyhow::anyhow!("the audit log cannot be written, so nothing was done: {}", it.reason))
}
