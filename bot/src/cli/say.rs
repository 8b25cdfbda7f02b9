//! `bellhop say`: a command as chat would run it, and its reply on standard output.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::Args;
use commands::{Actor, Effect, Message, Reply, grammar, help};
use serde_json::json;
use uuid::Uuid;

use super::{Printed, print, start};
use crate::{
    app::App,
    audit,
    chat::{Answering, Place},
    people,
    queue::Acceptance,
};

#[derive(Args)]
pub struct Options {
    /// Who says it: an email address, by which they are known elsewhere
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// The channel whose defaults and aliases count, such as slack:T0123:C0456
    #[arg(long = "in", value_name = "CHANNEL")]
    channel: Option<String>,
    #[command(flatten)]
    printed: Printed,
    /// The command, as in chat: "redmine issue create Printer on fire project=demo"
    #[arg(required = true, num_args = 1.., trailing_var_arg = true)]
    line: Vec<String>,
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let (app, _) = start::assemble_beside(config).await?;
    let line = options.line.join(" ");
    let said = say(&app, &options, line.trim().trim_start_matches('/')).await;
    let (message, code) = match said {
        Ok(reply) => (reply.message, ExitCode::SUCCESS),
        Err(Failure::Said(message)) => (message, ExitCode::FAILURE),
        Err(Failure::Broken(err)) => return Err(err),
    };
    if options.printed.json {
        print(json!(message));
    } else {
        print(message.to_plain(&app.groups()).trim_end());
    }
    Ok(code)
}

/// Why there is no reply.
enum Failure {
    /// What the person is told.
    Said(Message),
    Broken(anyhow::Error),
}

impl From<commands::Error> for Failure {
    fn from(err: commands::Error) -> Failure {
        let lines = err
            .fields
            .iter()
            .filter(|it| !err.message.contains(&it.message))
            .map(|it| format!("{}: {}", it.field, it.message).into());
        let lines: Vec<_> = lines.collect();
        let message = Message::text(err.message);
        Failure::Said(if lines.is_empty() { message } else { message.list(lines) })
    }
}

async fn say(app: &Arc<App>, options: &Options, line: &str) -> Result<Reply, Failure> {
    let actor = actor(options.user.as_deref());
    let mut channel = options.channel.as_deref().unwrap_or_default().splitn(3, ':').map(str::to_owned);
    let place = Place {
        platform: channel.next().unwrap_or_default(),
        workspace: channel.next().unwrap_or_default(),
        channel: channel.next().unwrap_or_default(),
        thread: None,
    };
    let to = Answering { place, asker: actor.id.clone(), response_url: None, pressed: None };
    let groups = app.authority(&actor, None).await.visible(&app.groups());
    let text = app.shorthand.expand(&to, &groups, line).await;
    let defaults = app.shorthand.defaults(&to.place).await;
    let setting = grammar::Setting { defaults: &defaults, today: app.now_of(&people::PersonId::asker(&to), &text).await };
    let call = match grammar::parse(&groups, &setting, &text)? {
        grammar::Parsed::Call(call) => call,
        grammar::Parsed::Help { group, action } => {
            return Ok(Reply::to_asker(help::message(&groups, &str::to_owned, group.as_deref(), action.as_deref())));
        }
        grammar::Parsed::Form(draft) => {
            let spec = groups.iter().find(|it| it.name == draft.call.group).and_then(|it| it.find(&draft.call.action));
            let usage = spec.map(|it| help::usage(&draft.call.group, it)).unwrap_or_default();
            let missing = draft.missing.iter().map(|it| format!("`{it}` is missing").into());
            let problems = draft.problems.iter().map(|it| format!("`{}`: {}", it.field, it.message).into());
            let text = "A chat would open a form now; here, everything has to be typed.";
            return Err(Failure::Said(
                Message::text(text).list(missing.chain(problems).collect()).paragraph(format!("Usage: {usage}")),
            ));
        }
    };
    let request_id = Uuid::now_v7().simple().to_string();
    let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
    if spec.is_some_and(|it| it.effect > Effect::Read) {
        let audit = audit::Record {
            actor: format!("cli::{}", actor.id),
            action: grammar::print(&groups, &call),
            request_id: request_id.clone(),
        };
        let acceptance = Acceptance {
            source: "cli".into(),
            key: request_id.clone(),
            body: bytes::Bytes::new(),
            audit: Some(audit),
            jobs: Vec::new(),
            news: Vec::new(),
        };
        let accepted = app.queue.accept(acceptance).await;
        accepted
            .map_err(|it| anyhow::anyhow!(it.reason))
            .context("the audit log cannot be written, so nothing was done")
            .map_err(Failure::Broken)?;
    }
    let ctx = app.ctx_of(actor, &call.group, &request_id, &to.place).await?;
    Ok(connectors::http::scope(request_id, app.run(&call, &ctx)).await?)
}

/// Whoever may run this program may do anything with it.
fn actor(user: Option<&str>) -> Actor {
    let system = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let user = user.unwrap_or(&system).trim_start_matches('@').to_owned();
    let email = user.contains('@').then(|| user.clone());
    Actor { platform: "cli".into(), workspace: String::new(), id: user.clone(), name: user, email, admin: true }
}
