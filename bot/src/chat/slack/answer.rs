//! What is said in the answer itself, which Slack shows at once: in HTTP's, or in Socket Mode's acknowledgement.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use commands::{FieldProblem, Message, Tone};
use serde_json::{Map, Value, json};

use super::{
    escape::plain_cut,
    modal,
    render::{Print, render},
};
use crate::dispatch::{Answer, Busy, Submitted};

/// Seconds after which Slack should send an event again.
const AGAIN: &str = "5";

/// What Slack is answered, in whichever way it asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It is committed, or needs not be.
    Taken,
    /// The same, and Slack shows this, or does what it says.
    Said(Value),
    /// Slack's own word, when an address is entered in the app's settings.
    Challenge(String),
    /// Nothing was done: Slack is to send it again.
    Again,
    /// Nothing was done, and nothing would come of a repeat.
    Unreadable,
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Reply::Taken => StatusCode::OK.into_response(),
            Reply::Said(said) => Json(said).into_response(),
            Reply::Challenge(challenge) => challenge.into_response(),
            Reply::Again => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", AGAIN)]).into_response(),
            Reply::Unreadable => (StatusCode::BAD_REQUEST, "Bellhop cannot read this request.\n").into_response(),
        }
    }
}

pub fn empty() -> Reply {
    Reply::Taken
}

/// To a slash command: Slack shows the body, if there is one, to the person who typed.
pub fn command(answer: &Result<Answer, Busy>, print: Print<'_>) -> Reply {
    match answer {
        Ok(Answer::Say(message)) => Reply::Said(ephemeral(message, print)),
        Ok(Answer::Accepted | Answer::Duplicate | Answer::Form(..)) => empty(),
        Err(busy) => Reply::Said(ephemeral(&self::busy(busy), print)),
    }
}

/// What a person reads when the store cannot take anything now.
pub fn busy(busy: &Busy) -> Message {
    Message::text(busy_text(busy)).tone(Tone::Warning)
}

fn busy_text(busy: &Busy) -> String {
    format!("Bellhop cannot take this now. {}", busy.said())
}

fn ephemeral(message: &Message, print: Print<'_>) -> Value {
    let mut fields = render(message, print).into_fields();
    fields.insert("response_type".into(), "ephemeral".into());
    fields.into()
}

/// To an event: Slack sends it again when it is not taken.
pub fn event(answer: &Result<Answer, Busy>) -> Reply {
    match answer {
        Ok(_) => empty(),
        Err(_) => Reply::Again,
    }
}

/// To a submitted form: <https://docs.slack.dev/surfaces/modals#response_actions>.
pub fn submission(submitted: &Result<Submitted, Busy>, fields: &[String], print: Print<'_>) -> Value {
    match submitted {
        Ok(Submitted::Refused(problems)) => refused(problems, fields, print),
        Ok(Submitted::Next(form)) => json!({ "response_action": "update", "view": modal::modal(form) }),
        Ok(Submitted::Accepted) => json!({ "response_action": "clear" }),
        Ok(Submitted::Gone(message)) => update("Not sent", message, print),
        Err(busy) => refused(&[FieldProblem::new("", busy_text(busy))], fields, print),
    }
}

fn update(title: &str, message: &Message, print: Print<'_>) -> Value {
    json!({ "response_action": "update", "view": modal::notice(title, message, print) })
}

/// Errors at their fields; what belongs to no field of this view is said at its first.
fn refused(problems: &[FieldProblem], fields: &[String], print: Print<'_>) -> Value {
    let Some(first) = fields.first() else {
        let all: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
        return update("Not sent", &Message::text(all.join("\n")).tone(Tone::Bad), print);
    };
    let mut errors: Map<String, Value> = Map::new();
    for problem in problems {
        let field = fields.iter().find(|it| modal::field_of(it) == problem.field).unwrap_or(first);
        let said = errors.entry(format!("{}{field}", modal::BLOCK)).or_insert_with(|| "".into());
        let so_far = said.as_str().unwrap_or_default();
        let all = if so_far.is_empty() { problem.message.clone() } else { format!("{so_far} {}", problem.message) };
        *said = plain_cut(&all, 1000).into();
    }
    json!({ "response_action": "errors", "errors": errors })
}
