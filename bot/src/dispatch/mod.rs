//! From anything a person did to a job, and from the job to the reply.
//!
//! Platforms call [`Dispatch::line`], [`Dispatch::shortcut`], [`Dispatch::submit`] and
//! [`Dispatch::options`]; what these accept is committed when they return. The jobs they leave are
//! done by [`run::Run`] (an action) and [`post::PostJob`] (a message), which are all that a
//! command consists of: the action's end and its reply's job are one transaction.

mod awaiting;
pub mod heard;
mod line;
pub mod memory;
pub mod post;
mod replies;
pub mod run;
pub mod shorthand;
mod submit;

use std::sync::Arc;

use bytes::Bytes;
use commands::{Actor, Choice, FieldKind, FieldProblem, Message};
use serde_json::{Map, Value};

pub use self::{
    awaiting::Awaiting,
    line::{today, typed},
};
use crate::{
    app::App,
    chat::{Answering, FormView, Opener},
    people,
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

/// Nothing was accepted: the store cannot take it now. Answer 503 with Retry-After, or say so in chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    pub reason: String,
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

    /// Values for a picker, within 2.5 s; an empty list with a log line when the system is slow.
    pub async fn options(&self, options: Options) -> Vec<Choice> {
        let Ok(Some(form)) = self.app.forms.load(&options.form).await else { return Vec::new() };
        if form.to.asker != options.person {
            return Vec::new();
        }
        let groups = self.app.groups();
        let field = groups
            .iter()
            .find(|it| it.name == form.call.group)
            .and_then(|it| it.find(&form.call.action))
            .and_then(|it| it.fields().iter().find(|it| it.name == options.field));
        let Some(field) = field else { return Vec::new() };
        match (&field.lookup, &field.kind) {
            (Some(lookup), _) => {
                let mut given = form.call.params;
                given.extend(form.values);
                given.extend(options.given);
                self.app.look_up(&form.call.group, lookup, &options.typed, given).await
            }
            // A list that is longer than the platform's menus is offered as one that is loaded.
            (None, FieldKind::Choice(choices)) => matching(choices, &options.typed),
            (None, _) => Vec::new(),
        }
    }

    /// The form as it stands, for the web page and the conversation.
    pub async fn form(&self, id: &str) -> Option<FormView> {
        let form = self.app.forms.load(id).await.ok()??;
        self.app.view(&form)
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
