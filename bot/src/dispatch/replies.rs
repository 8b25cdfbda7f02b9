//! The sentences that the command core itself says.

use commands::{Audience, Button, Call, Error, ErrorKind, Message, Reply, Text, Tone};
use jiff::Timestamp;
use serde_json::json;

use super::{
    post::{
        PostJob,
        card::{CardPost, EditJob},
        edit,
    },
    run::RunJob,
};
use crate::{
    app::OWN,
    chat::{Answering, Post, Target},
    queue::{Job, NewJob, Priority},
};

/// The job that delivers `reply` to whoever asked.
pub fn post(to: &Answering, key: &str, reply: Reply) -> NewJob {
    let pin = reply.pin.filter(|_| reply.audience == Audience::Channel);
    let post = Post::new(Target::Answer { to: to.clone(), audience: reply.audience }, reply.message, key);
    let post = Post { files: reply.files, pin, ..post };
    let card = reply.card.filter(|_| reply.audience == Audience::Channel);
    let job = PostJob::new(post, key);
    let job = match card {
        Some(card) => job.about(CardPost::Shown { object: card.object, call: card.call }),
        None => job,
    };
    job.into_job(Priority::Command)
}

/// The jobs that show what an action did. The card whose button was pressed is edited to show it, and what
/// was done is said below it; else all of it is a message of its own.
pub fn posts(to: &Answering, key: &str, mut reply: Reply) -> Vec<NewJob> {
    let card = reply.card.take_if(|_| reply.audience == Audience::Channel);
    let edit = card.as_ref().and_then(|it| EditJob::of_pressed(to, &it.shown, key));
    match (edit, card) {
        (Some(edit), Some(card)) => {
            let mut jobs = vec![edit.into_job(Timestamp::now())];
            if !card.said.blocks.is_empty() {
                jobs.push(post(&edit::below(to), key, Reply::to_channel(card.said)));
            }
            jobs
        }
        (_, card) => vec![post(to, key, Reply { card, ..reply })],
    }
}

pub fn not_understood(err: &Error) -> Message {
    Message::text(Text::marked(&err.message)).tone(Tone::Warning)
}

pub fn not_connected(kind: &str) -> Message {
    let text = format!("Nothing of kind `{kind}` is connected. An administrator connects it with `bellhop connect {kind}`.");
    Message::text(Text::marked(&text)).tone(Tone::Warning)
}

pub fn failure(err: &Error) -> Message {
    let mut message = Message::text(Text::marked(&err.message)).tone(Tone::Bad);
    let others: Vec<Text> = err
        .fields
        .iter()
        .filter(|it| !err.message.contains(&it.message))
        .map(|it| Text::marked(&format!("{}: {}", it.field, it.message)))
        .collect();
    if !others.is_empty() {
        message = message.list(others);
    }
    message
}

/// `err`, and the ways on from it.
pub fn refused(asked: &RunJob, err: &Error) -> Reply {
    let button = match err.kind {
        ErrorKind::Validation | ErrorKind::BadInput | ErrorKind::NotFound | ErrorKind::Conflict
            if !asked.call.params.is_empty() =>
        {
            Some(Button::form("Correct it", asked.call.clone()).primary())
        }
        _ if err.is_temporary() => Some(Button::run("Try again", asked.call.clone())),
        _ => None,
    };
    let message = failure(err);
    Reply::to_asker(match button {
        Some(button) => message.buttons(vec![button]),
        None => message,
    })
}

/// Said once, when a write is kept because its system is out of reach.
pub fn promise(job: &Job, asked: &RunJob, err: &Error) -> Reply {
    let text = Text::new()
        .plain("Your ")
        .code(format!("{} {}", asked.call.group, asked.call.action))
        .plain(" is kept: it will be done as soon as that is possible, and you will be told. There is nothing you need to do.");
    let cancel = Button::run("Cancel it", Call::new(OWN, "cancel", json!({ "job": job.id })));
    Reply::to_asker(Message::text(Text::marked(&err.message)).paragraph(text).tone(Tone::Warning).buttons(vec![cancel]))
}

/// The reply of something that was promised.
pub fn kept_promise(asked: &RunJob, mut reply: Reply) -> Reply {
    let text =
        Text::new().plain("Done as promised. It was asked for at ").time(asked.asked_at).plain(", and could not be done then.");
    reply.message = reply.message.context(text);
    reply
}

/// A write whose fate is unknown because the system did not answer.
pub fn unknown(asked: &RunJob, err: &Error) -> Reply {
    ask_again(asked, Text::marked(&err.message))
}

/// A write whose fate is unknown because we were stopped.
pub fn interrupted(asked: &RunJob) -> Reply {
    ask_again(asked, "Bellhop was stopped in the middle of this.".into())
}

/// The same, of a form whose secrets are not kept.
pub fn interrupted_form(asked: &RunJob) -> Reply {
    let text = Text::new()
        .plain("Bellhop was stopped while it tried ")
        .code(format!("{} {}", asked.call.group, asked.call.action))
        .plain(
            ". Whether it was done is not known. Please look, and fill in the form again if it was not; secrets were not kept.",
        );
    let again = Button::form("Try again…", asked.call.clone()).primary();
    Reply::to_asker(Message::text(text).tone(Tone::Warning).buttons(vec![again]))
}

/// Said to whom a command was promised that somebody else takes back.
pub fn cancelled(asked: &RunJob, by: &str) -> Reply {
    let text = Text::new()
        .plain("Your ")
        .code(format!("{} {}", asked.call.group, asked.call.action))
        .plain(" of ")
        .time(asked.asked_at)
        .plain(format!(" was cancelled by {by}: it will not be done."));
    let again = Button::run("Ask for it again", asked.call.clone());
    Reply::to_asker(Message::text(text).tone(Tone::Warning).buttons(vec![again]))
}

/// Said when a kept command is given up.
pub fn given_up(asked: &RunJob, reason: &str) -> Reply {
    let text = Text::new()
        .plain("Your ")
        .code(format!("{} {}", asked.call.group, asked.call.action))
        .plain(" of ")
        .time(asked.asked_at)
        .plain(" could not be done, and is not tried any more. Nothing was changed.");
    let again = Button::run("Try again", asked.call.clone());
    Reply::to_asker(Message::text(text).paragraph(Text::marked(reason)).tone(Tone::Bad).buttons(vec![again]))
}

fn ask_again(asked: &RunJob, why: Text) -> Reply {
    let text = Text::new()
        .plain("Whether ")
        .code(format!("{} {}", asked.call.group, asked.call.action))
        .plain(" was done is not known, so it is not done again by itself. Please look, and repeat it if it is not there.");
    let again = Button::run("Do it again", asked.call.clone()).danger("It may have been done already. Do it again all the same?");
    Reply::to_asker(Message::text(why).paragraph(text).tone(Tone::Warning).buttons(vec![again]))
}
