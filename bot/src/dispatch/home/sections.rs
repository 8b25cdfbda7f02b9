//! What a page shows of each system, and of the channels a person is in.

use std::{sync::Arc, time::Duration};

use commands::{
    Actor, Call, Error, ErrorKind, Message, Result, Text,
    grammar::{self, Parsed, Setting},
};
use connectors::Mine;
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::{Complete, From, told};
use crate::{app::App, chat::Place, connections::Live, dispatch::line::today, people::PersonId};

/// What a system may take before its section is shown as it was.
const PATIENCE: Duration = Duration::from_secs(6);
/// What is younger needs no word about its age.
const YOUNG: SignedDuration = SignedDuration::from_mins(1);
/// Channels that are listed.
const LISTED: usize = 20;

/// What a section showed, and when.
pub(super) struct Kept {
    message: Option<Message>,
    at: Timestamp,
}

/// A section of a page.
pub(super) enum Section {
    /// What is a person's own in a system.
    Mine(Arc<Live>, &'static Mine),
    /// What the channels they are in hear of.
    Channels,
}

/// A section as it is shown; without a message when there is nothing to show.
pub(super) struct Made {
    pub message: Option<Message>,
    pub complete: Complete,
}

pub(super) fn of(app: &App, actor: &Actor) -> Vec<Section> {
    let systems = app.connections.all().into_iter();
    let mut sections: Vec<Section> =
        systems.flat_map(|live| live.kind.mine.iter().map(move |it| Section::Mine(live.clone(), it))).collect();
    if app.subscriptions.all().iter().any(|it| it.to.platform == actor.platform) {
        sections.push(Section::Channels);
    }
    sections
}

impl Section {
    pub(super) fn is_a_system(&self) -> bool {
        matches!(self, Section::Mine(..))
    }

    pub(super) async fn make(&self, app: &App, actor: &Actor, request_id: &str, from: From) -> Made {
        let key = format!("{}:{}:{}\n{}", actor.platform, actor.workspace, actor.id, self.key());
        let kept = app.home.kept.get(&key).await;
        let now = app.store.now();
        if from == From::Memory {
            return match kept {
                Some(kept) => {
                    let is_young = now.duration_since(kept.at) < YOUNG;
                    let age = Text::new().plain("As of ").time(kept.at).plain(".");
                    let complete = if is_young { Complete::Yes } else { Complete::No };
                    Made { message: self.shown(kept.message.clone(), (!is_young).then_some(age)), complete }
                }
                None => Made { message: self.shown(Some(Message::new()), Some("Looking …".into())), complete: Complete::No },
            };
        }
        let asked = tokio::time::timeout(PATIENCE, self.ask(app, actor, request_id)).await;
        let asked = asked.unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, format!("{} is slow just now.", self.system()))));
        match (asked, kept) {
            (Ok(message), _) => {
                app.home.kept.insert(key, Arc::new(Kept { message: message.clone(), at: now })).await;
                Made { message: self.shown(message, None), complete: Complete::Yes }
            }
            (Err(err), Some(kept)) if err.is_temporary() => {
                let age = told(&err).plain(" This is as of ").time(kept.at).plain(".");
                Made {
                    message: self.shown(kept.message.clone().or_else(|| Some(Message::new())), Some(age)),
                    complete: Complete::No,
                }
            }
            (Err(err), _) => Made { message: self.shown(Some(Message::new()), Some(told(&err))), complete: Complete::No },
        }
    }

    fn key(&self) -> String {
        match self {
            Section::Mine(live, mine) => format!("{} {}", live.name, mine.command),
            Section::Channels => "channels".into(),
        }
    }

    fn system(&self) -> String {
        match self {
            Section::Mine(live, _) => live.title(),
            Section::Channels => "The chat".into(),
        }
    }

    fn shown(&self, message: Option<Message>, age: Option<Text>) -> Option<Message> {
        let title = match self {
            Section::Mine(live, mine) => format!("{} in {}", mine.title, live.title()),
            Section::Channels => "What your channels hear of".into(),
        };
        let mut shown = Message::new().heading(title);
        shown.blocks.extend(message?.blocks);
        Some(match age {
            Some(age) => shown.context(age),
            None => shown,
        })
    }

    async fn ask(&self, app: &App, actor: &Actor, request_id: &str) -> Result<Option<Message>> {
        match self {
            Section::Mine(live, mine) => {
                let call = command(live, mine)?;
                let place = Place {
                    platform: actor.platform.clone(),
                    workspace: actor.workspace.clone(),
                    channel: String::new(),
                    thread: None,
                };
                if app.authorize(actor, &call, None).await.is_err() {
                    return Ok(None);
                }
                let ctx = app.ctx_of(actor.clone(), &live.name, request_id, &place).await?;
                let person = PersonId::from(&ctx.actor);
                Ok(Some(app.as_asker(live, &person, live.connected.run(&call, &ctx)).await?.message))
            }
            Section::Channels => channels(app, actor).await,
        }
    }
}

fn command(live: &Live, mine: &Mine) -> Result<Call> {
    let (defaults, group) = (Map::new(), live.group());
    let setting = Setting { defaults: &defaults, today: today() };
    match grammar::parse(std::slice::from_ref(&group), &setting, &format!("{} {}", live.name, mine.command))? {
        Parsed::Call(call) => Ok(call),
        Parsed::Form(_) | Parsed::Help { .. } => Err(Error::internal(format!("`{}` is not complete.", mine.command))),
    }
}

/// The subscriptions of channels that the person is in: what others hear of is not for them to know.
async fn channels(app: &App, actor: &Actor) -> Result<Option<Message>> {
    let Some(platform) = app.platforms.get(&actor.platform) else { return Ok(None) };
    let mut lines: Vec<Text> = Vec::new();
    for subscription in app.subscriptions.all().iter().filter(|it| it.to.platform == actor.platform) {
        let place = Place { workspace: actor.workspace.clone(), ..subscription.to.place() };
        if platform.is_in(&actor.id, &place).await? != Some(true) {
            continue;
        }
        let to = &subscription.to;
        let name = to.topic.as_ref().map_or_else(|| to.channel.clone(), |topic| format!("{} > {topic}", to.channel));
        let mut line = Text::new().bold(name).plain(format!(" hears from {}", subscription.from));
        let filter = subscription.filter.to_string();
        if !filter.is_empty() {
            line = line.plain(": ").code(filter);
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let left_out = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    let message = Message::new().list(lines);
    Ok(Some(if left_out > 0 { message.context(format!("And {left_out} more.")) } else { message }))
}
