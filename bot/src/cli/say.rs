//! `bellhop say`: a command as chat would run it, and its reply on standard output.

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::Args;
use commands::{Actor, Call, Effect, Group, Message, Reply, Text, grammar, help};
use serde_json::json;
use uuid::Uuid;

use super::{Printed, print, start};
use crate::{
    app::{App, OWN},
    audit, builtins,
    chat::{Answering, Place},
    config::Destination,
    dispatch::group_asked_for,
    people,
    queue::Acceptance,
};

#[derive(Args)]
pub struct Options {
    /// Who says it: an email address, by which they are known elsewhere
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// The channel where it is said: slack:#dev, slack:C0123, zulip:dev, zulip:dev>printers
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
    let said = say(&app, &options, &options.line.join(" ")).await;
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

/// The arguments of the program with the options of `say` in front of its line: behind it, they would be words of the line.
/// A line in quotes is one argument, and whatever follows it is for us; of one in several words, what ends it is ours where it
/// reads so.
pub fn in_order(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let text = |it: &OsString| it.to_str().map(str::to_owned).unwrap_or_default();
    if arguments.get(1).map(text).as_deref() != Some("say") {
        return arguments;
    }
    let takes_value = |it: &str| ["--as", "--in", "--config", "--env"].contains(&it);
    let is_ours = |it: &str| it == "--json" || it.split_once('=').is_some_and(|(name, _)| takes_value(name));
    let mut at = 2;
    while let Some(argument) = arguments.get(at).map(text).filter(|it| it.starts_with('-') && it != "--") {
        at += if takes_value(&argument) { 2 } else { 1 };
    }
    let Some(first) = arguments.get(at).map(text).filter(|it| it != "--") else { return arguments };
    let mut end = arguments.len();
    if first.contains(char::is_whitespace) {
        end = at + 1;
    }
    while end > at + 1 {
        match &arguments[end - 1] {
            last if is_ours(&text(last)) => end -= 1,
            _ if end > at + 2 && takes_value(&text(&arguments[end - 2])) => end -= 2,
            _ => break,
        }
    }
    let behind = arguments.split_off(end);
    let line = arguments.split_off(at);
    arguments.extend(behind);
    arguments.push("--".into());
    arguments.extend(line);
    arguments
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
    let place = match options.channel.as_deref() {
        Some(channel) => whereabouts(app, channel).await?,
        None => Place { platform: String::new(), workspace: String::new(), channel: String::new(), thread: None },
    };
    let to = Answering { place, asker: actor.id.clone(), response_url: None, pressed: None };
    let groups = app.authority(&actor, None).await.visible(&app.groups());
    let text = app.shorthand.expand(&to, &groups, &line_to_bot(&groups, line)).await;
    let text = builtins::spelled_out(app, &text);
    let defaults = app.shorthand.defaults(&to.place).await;
    let setting = grammar::Setting { defaults: &defaults, today: app.now_of(&people::PersonId::asker(&to), &text).await };
    let mut call = match grammar::parse(&groups, &setting, &text)? {
        grammar::Parsed::Call(call) if builtins::wants_form(&call) => return Err(unasked(&groups, &call, Vec::new())),
        grammar::Parsed::Call(call) => call,
        grammar::Parsed::Help { group, action } => {
            let group = group_asked_for(group, action.as_deref(), &text);
            return Ok(Reply::to_asker(help::message(&groups, &str::to_owned, group.as_deref(), action.as_deref())));
        }
        grammar::Parsed::Form(draft) => {
            let missing = draft.missing.iter().map(|it| format!("`{it}` is missing").into());
            let problems = draft.problems.iter().map(|it| format!("`{}`: {}", it.field, it.message).into());
            return Err(unasked(&groups, &draft.call, missing.chain(problems).collect()));
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
    if let Some(spec) = spec {
        app.name_people(&mut call, spec, &to).await?;
    }
    let ctx = app.ctx_of(actor, &call.group, &request_id, &to.place).await?;
    Ok(connectors::http::scope(request_id, app.run(&call, &ctx)).await?)
}

/// What a chat would ask for in a form.
fn unasked(groups: &[Group], call: &Call, problems: Vec<Text>) -> Failure {
    let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
    let usage = spec.map(|it| help::usage(&call.group, it)).unwrap_or_default();
    let message = Message::text("A chat would open a form now; here, everything has to be typed.");
    let message = if problems.is_empty() { message } else { message.list(problems) };
    Failure::Said(message.paragraph(format!("Usage: {usage}")))
}

/// A line as chats understand it: `/oncall now` and `bellhop oncall now` are the same, and so are `/bellhop redmine list` and
/// `redmine list`.
fn line_to_bot(groups: &[Group], line: &str) -> String {
    let line = line.trim().trim_start_matches('/');
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    builtins::line_of(groups, if first.eq_ignore_ascii_case(OWN) { rest } else { line }).trim_end().to_owned()
}

/// The place that `--in` means: as configurations write it, or as the bot does (`slack:T0123:C0456`).
async fn whereabouts(app: &App, channel: &str) -> Result<Place, Failure> {
    if let Some(place) = Place::of_channel_key(channel) {
        return Ok(place);
    }
    let full = if channel.starts_with('#') { format!("slack:{channel}") } else { channel.to_owned() };
    // Its commands are the same in whichever topic.
    let parsed = Destination::parse(&full).or_else(|err| Destination::parse(&format!("{full}>bellhop")).map_err(|_| err));
    let to = parsed.map_err(|err| anyhow::anyhow!("--in: {err}")).map_err(Failure::Broken)?;
    let Some(platform) = app.platforms.get(&to.platform) else {
        let missing = anyhow::anyhow!("--in: `{channel}` is in {}, and there is no section [{0}]", to.platform);
        return Err(Failure::Broken(missing));
    };
    Ok(platform.whereabouts(&to.place()).await?)
}

/// Whoever may run this program may do anything with it.
fn actor(user: Option<&str>) -> Actor {
    let system = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let user = user.unwrap_or(&system).trim_start_matches('@').to_owned();
    let email = user.contains('@').then(|| user.clone());
    Actor { platform: "cli".into(), workspace: String::new(), id: user.clone(), name: user, email, admin: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_may_stand_behind_the_line() {
        let ordered = |line: &str| {
            let words: Vec<&str> = line.split(',').collect();
            let all = ["bellhop", "say"].into_iter().chain(words).map(OsString::from).collect();
            in_order(all)[2..].iter().map(|it| it.to_string_lossy().into_owned()).collect::<Vec<_>>().join(",")
        };
        assert_eq!(ordered("redmine list,--json"), "--json,--,redmine list");
        assert_eq!(ordered("--as,ana,redmine list,--config,b.toml"), "--as,ana,--config,b.toml,--,redmine list");
        // Whatever stands behind a line in quotes is for us to take or to refuse.
        assert_eq!(ordered("redmine list,--jsn"), "--jsn,--,redmine list");
        assert_eq!(ordered("redmine,list,project=demo,--in=slack:#dev"), "--in=slack:#dev,--,redmine,list,project=demo");
        assert_eq!(ordered("redmine,list,--as,ana,--json"), "--as,ana,--json,--,redmine,list");
        // A command's own words stay where they are.
        assert_eq!(ordered("redmine,list,--project,demo"), "--,redmine,list,--project,demo");
        assert_eq!(ordered("--,redmine,--json"), "--,redmine,--json");
        assert_eq!(ordered("--json"), "--json");
    }
}
