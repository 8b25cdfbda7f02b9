//! From anything a person did to a job, and from the job to the reply.
//!
//! Platforms call [`Dispatch::line`], [`Dispatch::shortcut`], [`Dispatch::submit`] and
//! [`Dispatch::options`]; what these accept is committed when they return. The jobs they leave are
//! done by [`run::Run`] (an action) and [`post::PostJob`] (a message), which are all that a
//! command consists of: the action's end and its reply's job are one transaction.

mod awaiting;
pub mod cancel;
pub mod channels;
mod choices;
mod fields;
mod happening;
pub mod heard;
mod help;
pub mod home;
mod line;
pub mod links;
pub mod memory;
mod mentions;
mod named;
pub mod pasted;
pub mod post;
mod preview;
mod replies;
pub mod run;
pub mod shorthand;
mod submit;
mod undelivered;

use std::sync::Arc;

use bytes::Bytes;
use commands::{Actor, Choice, FieldProblem, Message, Reply};
use serde_json::{Map, Value};

pub use self::{
    awaiting::Awaiting,
    choices::{Choices, Offer},
    happening::{Happening, Wanted, What},
    help::group_asked_for,
    line::{Said, today, typed},
    replies::post as told,
    submit::Turn,
};
use crate::{
    app::App,
    chat::{Answering, FormView, Opener},
    people::{self, authority::Authority},
    queue::{Acceptance, Refused},
};

/// A command line that someone typed, or a button they pressed: buttons hold command lines.
#[derive(Clone, Debug)]
pub struct Line {
    /// The platform's own id of this request, by which a repeat is known: Slack's `trigger_id`, Zulip's message id.
    pub key: String,
    /// As received, kept with the delivery.
    pub raw: Bytes,
    pub to: Answering,
    /// With the group's name in front: `redmine issue create …`.
    pub text: String,
    /// Slack's `trigger_id`, to open a modal with.
    pub trigger: Option<String>,
    /// Follows the request through logs.
    pub request_id: String,
}

/// What to tell a person at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It is committed; the reply comes by itself.
    Accepted,
    /// It was committed before: say nothing.
    Duplicate,
    /// Tell the asker this. Nothing was, or needs to be, stored.
    Say(Message),
    /// Open this form; [`crate::chat::Platform::open_form`] does.
    Form(Opener, Box<FormView>),
}

/// The store cannot take it now. Answer 503 with Retry-After, or say so in chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    pub reason: String,
    /// It was being stored when the time was over, and may come about all the same.
    pub maybe_taken: bool,
}

impl Busy {
    /// Nothing was accepted.
    pub fn not_taken(reason: impl Into<String>) -> Busy {
        Busy { reason: reason.into(), maybe_taken: false }
    }

    /// What became of it, and what to do about it, for who asked.
    pub fn said(&self) -> &'static str {
        match self.maybe_taken {
            false => "Nothing was done; please try again in a moment.",
            true => "It may be done all the same: where no answer comes within a minute, look whether it was, and try again.",
        }
    }
}

impl From<Refused> for Busy {
    fn from(refused: Refused) -> Busy {
        Busy { reason: refused.reason, maybe_taken: refused.maybe_stored }
    }
}

/// A filled-in form.
#[derive(Clone, Debug)]
pub struct Submission {
    /// [`FormView::id`].
    pub form: String,
    /// By which a repeat is known.
    pub key: String,
    pub raw: Bytes,
    /// The person's id on the platform: only who opened a form may submit it.
    pub platform: String,
    pub workspace: String,
    pub person: String,
    /// This step's values: strings, or lists of strings.
    pub values: Map<String, Value>,
    pub request_id: String,
}

/// What became of a filled-in form.
#[derive(Clone, Debug, PartialEq)]
pub enum Submitted {
    /// Wrong values, ours or the vendor's word: show them at their fields and keep what was typed.
    Refused(Vec<FieldProblem>),
    /// The next page.
    Next(Box<FormView>),
    /// Accepted; the reply comes by itself.
    Accepted,
    /// It expired, or is somebody else's.
    Gone(Message),
}

/// A picker asks for values.
#[derive(Clone, Debug)]
pub struct Options {
    pub form: String,
    pub person: String,
    pub field: String,
    pub typed: String,
    /// The form's other values as far as the platform tells.
    pub given: Map<String, Value>,
}

/// The command core. Cheap to clone.
#[derive(Clone)]
pub struct Dispatch {
    app: Arc<App>,
}

impl Dispatch {
    pub fn new(app: Arc<App>) -> Dispatch {
        Dispatch { app }
    }

    /// Commits that `message` is said to who asked by the request of that key.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing is said.
    pub async fn say(&self, to: &Answering, key: &str, message: Message) -> Result<(), Busy> {
        let acceptance = Acceptance {
            source: format!("{}:{}", to.place.platform, to.place.workspace),
            key: format!("{key}:said"),
            body: Bytes::new(),
            audit: None,
            jobs: vec![replies::post(to, key, Reply::to_asker(message))],
            news: Vec::new(),
        };
        self.app.queue.accept(acceptance).await.map(drop).map_err(Busy::from)
    }

    /// The form as it stands, for the web page and the conversation.
    pub async fn form(&self, id: &str) -> Option<FormView> {
        let form = self.app.forms.load(id).await.ok()?.filter(|it| it.sent.is_none())?;
        self.app.view(&form)
    }

    /// What who asks may do where they ask.
    async fn authority(&self, to: &Answering) -> Authority {
        self.app.authority(&self.actor(to).await, Some(&to.place.channel_key())).await
    }

    /// Who asks, or a stranger with no rights while the chat cannot be asked.
    async fn actor(&self, to: &Answering) -> Actor {
        self.app.actor(to).await.unwrap_or_else(|_| people::stranger(&to.place.platform, &to.place.workspace, &to.asker))
    }
}

/// The choices that hold what was typed, those that begin with it first, else in their own order.
fn matching(choices: &[Choice], typed: &str) -> Vec<Choice> {
    let typed = typed.trim().to_lowercase();
    let place = |it: &Choice| {
        let names = [it.label.to_lowercase(), it.value.to_lowercase()];
        if names.iter().any(|name| name.starts_with(&typed)) {
            return Some(0);
        }
        names.iter().any(|name| name.contains(&typed)).then_some(1)
    };
    let mut found: Vec<(i32, Choice)> = choices.iter().filter_map(|it| Some((place(it)?, it.clone()))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, choice)| choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_narrowed_by_what_was_typed() {
        let zones = ["Africa/Accra", "Europe/Berlin", "Europe/Zurich", "Zulu", "Asia/Tokyo"];
        let found = |typed| {
            let choices: Vec<Choice> = zones.iter().map(|it| Choice::new(*it, *it)).collect();
            matching(&choices, typed).into_iter().map(|it| it.value).collect::<Vec<_>>()
        };
        assert_eq!(found(""), zones);
        assert_eq!(found(" zu"), ["Zulu", "Europe/Zurich"]);
        assert_eq!(found("EUROPE"), ["Europe/Berlin", "Europe/Zurich"]);
        assert!(found("Mars").is_empty());
    }
}
