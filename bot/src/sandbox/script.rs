//! `--script`: lines typed into the simulated chat, and what the channel shows, without a browser.
//!
//! ```text
//! # a comment
//! /redmine issue create Printer on fire project=demo
//! ben: /redmine 1
//! zulip: redmine issue list project=demo
//! ```
//! A line is typed in Slack's #general by Ana, unless it begins with another person's name or with
//! `zulip:`, where it mentions the bot in a topic. It fails when the command fails, asks for more
//! (a form opens), or is not answered in time.

use std::{path::Path, process::ExitCode, time::Duration};

use anyhow::Context;
use commands::Tone;
use serde_json::{Value, json};

use super::{run::World, slack, zulip};
use crate::{chat, cli::print};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What has several parts is there when nothing was added for so long.
const QUIET: Duration = Duration::from_millis(200);

/// A line to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub person: String,
    pub chat: Chat,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chat {
    Slack,
    Zulip,
}

/// What a line led to.
#[derive(PartialEq, Eq)]
struct Shown {
    text: String,
    outcome: Outcome,
}

#[derive(PartialEq, Eq)]
enum Outcome {
    Fine,
    Failed,
}

/// Reads a script.
///
/// # Errors
/// When the file cannot be read, or says nothing.
pub fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the script {} cannot be read", path.display()))?;
    let lines = parse(&text);
    anyhow::ensure!(!lines.is_empty(), "the script {} has no line to type", path.display());
    Ok(lines)
}

fn parse(text: &str) -> Vec<Line> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let (mut person, mut chat, mut rest) = ("ana", Chat::Slack, line);
            while let Some((prefix, after)) = rest.split_once(':') {
                match prefix {
                    "ana" | "ben" | "chloe" => person = prefix,
                    "slack" => chat = Chat::Slack,
                    "zulip" => chat = Chat::Zulip,
                    _ => break,
                }
                rest = after.trim_start();
            }
            Line { number, person: person.into(), chat, text: rest.into() }
        })
        .collect()
}

/// Types the lines one after the other, each when the one before was answered.
pub async fn run(world: &World, lines: &[Line], as_json: bool) -> ExitCode {
    let mut failed = 0;
    for line in lines {
        let typed = format!("{} ({})> {}", line.person, chat_name(line.chat), line.text);
        if !as_json {
            print(typed);
        }
        let shown = match line.chat {
            Chat::Slack => type_in_slack(world, line).await,
            Chat::Zulip => type_in_zulip(world, line).await,
        };
        if as_json {
            let (chat, ok) = (chat_name(line.chat), shown.outcome == Outcome::Fine);
            failed += usize::from(!ok);
            print(
                json!({ "line": line.number, "person": line.person, "chat": chat, "text": line.text, "shown": shown.text, "ok": ok }),
            );
            continue;
        }
        for text in shown.text.lines() {
            print(format_args!("    {text}"));
        }
        if shown.outcome == Outcome::Failed {
            failed += 1;
            print(format_args!("    ✗ line {} failed", line.number));
        }
        print("");
    }
    if !as_json {
        print(format_args!("{} lines, {failed} failed", lines.len()));
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn chat_name(chat: Chat) -> &'static str {
    match chat {
        Chat::Slack => "Slack",
        Chat::Zulip => "Zulip",
    }
}

fn failed(text: impl Into<String>) -> Shown {
    Shown { text: text.into(), outcome: Outcome::Failed }
}

async fn type_in_slack(world: &World, line: &Line) -> Shown {
    let sim = &world.slack;
    let bot = sim.credentials().bot_user_id;
    let seen: Vec<String> = sim.look(|state| state.messages.keys().map(|(_, ts)| ts.clone()).collect());
    let act = slack::Act {
        person: line.person.clone(),
        what: slack::What::Say { channel: "general".into(), text: line.text.clone(), thread: None },
    };
    match sim.act(act).await {
        Err(problem) => return failed(problem),
        Ok(done) => {
            if let Some(problem) = done["failed"].as_str() {
                return failed(problem);
            }
        }
    }
    let is_for_bot = line.text.starts_with('/') || line.text.to_lowercase().contains("@bellhop");
    if !is_for_bot {
        return Shown { text: String::new(), outcome: Outcome::Fine };
    }
    let answer = || {
        sim.look(|state| {
            let opened = state.stacks.values().flatten().filter_map(|id| state.views.get(id)).next();
            if let Some(view) = opened {
                let title = state.view_json(view)["title"]["text"].as_str().unwrap_or_default().to_owned();
                return Some(failed(format!("[a form opens: {title}] Everything it needs has to be in the line.")));
            }
            let answers = state.messages.values().filter(|it| {
                let is_answer = it.user == bot || it.bot_id.is_some();
                is_answer && !seen.contains(&it.ts) && it.channel == general(state)
            });
            all(answers.map(|message| {
                let bar = message.attachments.first().and_then(|it| it["color"].as_str());
                let attached = message.attachments.iter().flat_map(|it| it["blocks"].as_array().into_iter().flatten());
                let blocks: Vec<&Value> = message.blocks.iter().chain(attached).collect();
                // What everyone sees may warn of something, and so may a card, which begins with a heading;
                // that a command failed is told to its asker alone, without one.
                let is_card = blocks.first().is_some_and(|it| it["type"] == "header");
                let is_alarm = message.only_for.is_some() && !is_card && bar.is_some();
                let is_alarm = is_alarm && ALARMS.into_iter().any(|tone| chat::slack::color(tone) == bar);
                let outcome = if is_alarm { Outcome::Failed } else { Outcome::Fine };
                let text: Vec<String> = blocks.into_iter().map(block).filter(|it| !it.is_empty()).collect();
                let text = if text.is_empty() { message.text.clone() } else { text.join("\n") };
                Shown { text, outcome }
            }))
        })
    };
    let shown = wait(answer).await;
    // A form that was opened is put away, or the next line would find it.
    let open: Vec<String> = sim.look(|state| state.stacks.values().flatten().cloned().collect());
    for view in open {
        let close = slack::Act { person: line.person.clone(), what: slack::What::Close { view, all: true } };
        if let Err(problem) = sim.act(close).await {
            return failed(problem);
        }
    }
    shown
}

fn general(state: &slack::State) -> String {
    state.channels.iter().find(|it| it.name == "general").map(|it| it.id.clone()).unwrap_or_default()
}

/// What a person takes for a failure: a message marked as a warning, or worse.
const ALARMS: [Tone; 2] = [Tone::Warning, Tone::Bad];

async fn type_in_zulip(world: &World, line: &Line) -> Shown {
    let sim = &world.zulip;
    let bot = sim.credentials().bot_user_id;
    let newest = sim.look(|state| state.messages.keys().next_back().copied().unwrap_or_default());
    let text =
        if line.text.contains("@**") { line.text.clone() } else { format!("@**Bellhop** {}", line.text.trim_start_matches('/')) };
    let act = zulip::Act {
        person: line.person.clone().into(),
        what: zulip::What::Say { channel: Some("general".into()), topic: Some("script".into()), to: Vec::new(), text },
    };
    if let Err(problem) = sim.act(act) {
        return failed(problem);
    }
    let answer = || {
        sim.look(|state| {
            let answers = state.messages.values().filter(|it| it.id > newest && it.sender == bot);
            all(answers.map(|message| {
                // A card may warn of what it shows, and begins with a heading then; a refusal has none.
                let is_alarm = ALARMS.into_iter().any(|tone| {
                    let rest = message.content.strip_prefix(chat::zulip::sign(tone));
                    rest.is_some_and(|it| !it.starts_with("**"))
                });
                let outcome = if is_alarm { Outcome::Failed } else { Outcome::Fine };
                Shown { text: message.content.clone(), outcome }
            }))
        })
    };
    wait(answer).await
}

/// Several messages as what one line led to; it failed if one says so. None where there is none yet.
fn all(messages: impl Iterator<Item = Shown>) -> Option<Shown> {
    messages.reduce(|before, it| {
        let failed = before.outcome == Outcome::Failed || it.outcome == Outcome::Failed;
        let outcome = if failed { Outcome::Failed } else { Outcome::Fine };
        Shown { text: format!("{}\n{}", before.text, it.text), outcome }
    })
}

async fn wait(answer: impl Fn() -> Option<Shown>) -> Shown {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let waiting = async {
        let mut shown = loop {
            looks.tick().await;
            if let Some(shown) = answer() {
                break shown;
            }
        };
        loop {
            tokio::time::sleep(QUIET).await;
            match answer() {
                Some(later) if later != shown => shown = later,
                _ => return shown,
            }
        }
    };
    let late = || failed(format!("no answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| late())
}

/// A block as lines of text.
fn block(block: &Value) -> String {
    let text = |it: &Value| it["text"].as_str().unwrap_or_default().to_owned();
    match block["type"].as_str() {
        Some("header") => text(&block["text"]),
        Some("section") => {
            let fields = block["fields"].as_array().into_iter().flatten().map(|it| text(it).replace('\n', " "));
            let all: Vec<String> = std::iter::once(text(&block["text"])).chain(fields).filter(|it| !it.is_empty()).collect();
            all.join("\n")
        }
        Some("context") => block["elements"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(" "),
        Some("actions") => {
            let label = |it: &Value| match it["type"].as_str() {
                Some("button") => format!("[{}]", text(&it["text"])),
                _ => format!("[{} ▾]", text(&it["placeholder"])),
            };
            block["elements"].as_array().into_iter().flatten().map(label).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_name_its_person_and_its_chat() {
        let lines = parse("# first\n\n/redmine 1\nben: zulip: redmine 2: late\n");
        let line = |number, person: &str, chat, text: &str| Line { number, person: person.into(), chat, text: text.into() };
        assert_eq!(lines, [line(3, "ana", Chat::Slack, "/redmine 1"), line(4, "ben", Chat::Zulip, "redmine 2: late")]);
    }
}
