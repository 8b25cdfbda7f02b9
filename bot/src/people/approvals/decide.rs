//! Agreeing and disagreeing.

use commands::{Actor, Audience, Block, Button, Call, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{Approval, Counted, State, Vote};
use crate::{
    app::{App, OWN},
    audit,
    dispatch::run::RunJob,
    people::{
        PersonId,
        who::{self, Who},
    },
    queue::NewJob,
    store::unreadable,
};

/// What became of somebody's word, for them.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It is run now.
    Runs(Box<Approval>),
    /// More have to agree.
    More {
        approval: Box<Approval>,
        given: u32,
    },
    Denied(Box<Approval>),
}

impl App {
    /// Takes `actor`'s word for an approval.
    ///
    /// # Errors
    /// It is not there or decided, or not theirs to decide.
    pub async fn approve(&self, id: i64, actor: &Actor, channel: Option<&str>, request_id: &str) -> Result<Said> {
        let it = self.waiting_approval(id).await?;
        if is_asker(&it, actor) {
            let message = "You asked for this: somebody else has to agree to it.";
            return Err(Error::new(ErrorKind::Permission, message));
        }
        self.may_decide(&it, actor, channel).await?;
        let (person, now) = (PersonId::from(actor).to_string(), self.store.now());
        let given = u32::try_from(it.votes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let record = audit::Record {
            actor: person.clone(),
            action: format!("[approved {id}, {given} of {}] {}", it.needed, it.line),
            request_id: request_id.to_owned(),
        };
        let vote = Vote { person, name: actor.name.clone(), at: now };
        let counted = self.people.approvals.approve(id, &vote, &record, || vec![run(&it, now)]).await.map_err(unreadable)?;
        match counted {
            Counted::Decided => {
                metrics::counter!("bellhop_approvals_total", "outcome" => "approved").increment(1);
                Ok(Said::Runs(Box::new(self.approval(id).await?)))
            }
            Counted::More { given } => Ok(Said::More { approval: Box::new(self.approval(id).await?), given }),
            Counted::Twice => {
                Err(Error::new(ErrorKind::Conflict, format!("You have agreed to approval {id} before; {} have to.", it.needed)))
            }
            Counted::TooLate => Err(self.too_late(id).await),
        }
    }

    /// Takes `actor`'s word against it; whoever asked for it takes it back so.
    ///
    /// # Errors
    /// As [`App::approve`].
    pub async fn deny(&self, id: i64, reason: &str, actor: &Actor, channel: Option<&str>, request_id: &str) -> Result<Said> {
        let it = self.waiting_approval(id).await?;
        let is_own = is_asker(&it, actor);
        if !is_own {
            self.may_decide(&it, actor, channel).await?;
        }
        let word = if is_own { "withdrew" } else { "denied" };
        let why = format!("{} {word} it: {}", actor.name, reason.trim());
        let record = audit::Record {
            actor: PersonId::from(actor).to_string(),
            action: format!("[{word} {id}: {}] {}", reason.trim().replace(['[', ']'], ""), it.line),
            request_id: request_id.to_owned(),
        };
        let text = Text::new().code(it.line.clone()).plain(format!(" is not done. {why}"));
        let told = crate::dispatch::told(
            &it.job.to,
            &format!("approval-{id}-denied"),
            Reply::new(Message::text(text).tone(Tone::Bad), Audience::Asker),
        );
        // Who takes it back is told by the command's own answer.
        let then = if is_own { Vec::new() } else { vec![told] };
        match self.people.approvals.deny(id, &why, &record, then).await.map_err(unreadable)? {
            Counted::Decided => {
                metrics::counter!("bellhop_approvals_total", "outcome" => "denied").increment(1);
                Ok(Said::Denied(Box::new(self.approval(id).await?)))
            }
            _ => Err(self.too_late(id).await),
        }
    }

    /// One that is kept.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; the store cannot be read.
    pub async fn approval(&self, id: i64) -> Result<Approval> {
        let found = self.people.approvals.load(id).await.map_err(unreadable)?;
        found.ok_or_else(|| Error::not_found(format!("There is no approval {id}. `bellhop approvals` lists those that wait.")))
    }

    async fn waiting_approval(&self, id: i64) -> Result<Approval> {
        let it = self.approval(id).await?;
        if it.state == State::Waiting && it.expires > self.store.now() { Ok(it) } else { Err(over(&it)) }
    }

    async fn too_late(&self, id: i64) -> Error {
        match self.approval(id).await {
            Ok(it) => over(&it),
            Err(err) => err,
        }
    }

    async fn may_decide(&self, it: &Approval, actor: &Actor, channel: Option<&str>) -> Result<()> {
        let approvers = who::all(&it.approvers);
        let authority = self.whole_authority(actor, channel, &approvers).await;
        if approvers.iter().any(|it| authority.is(it)) {
            return Ok(());
        }
        let named: Vec<String> = approvers.iter().map(Who::to_string).collect();
        let message = format!("Approval {} is for others to give: {}.", it.id, named.join(", "));
        Err(Error::new(ErrorKind::Permission, message))
    }

    /// Whether `actor` may say anything about it.
    pub async fn has_a_word(&self, it: &Approval, actor: &Actor, channel: Option<&str>) -> bool {
        is_asker(it, actor) || self.may_decide(it, actor, channel).await.is_ok()
    }
}

/// The same person in another chat has the same address.
fn is_asker(it: &Approval, actor: &Actor) -> bool {
    let same_address = match (&it.asker_email, &actor.email) {
        (Some(one), Some(other)) => !one.is_empty() && one.eq_ignore_ascii_case(other),
        _ => false,
    };
    same_address || it.asker == PersonId::from(actor).to_string()
}

fn over(it: &Approval) -> Error {
    let how = match it.state {
        State::Waiting | State::Expired => "has expired: nobody decided it in time".to_owned(),
        State::Approved => {
            let names: Vec<&str> = it.votes.iter().map(|it| it.name.as_str()).collect();
            format!("was given before, by {}", names.join(", "))
        }
        State::Denied => format!("was decided before: {}", it.why),
    };
    Error::new(ErrorKind::Conflict, format!("Approval {} {how}.", it.id))
}

/// The job that does what was agreed to, as the one who asked for it.
fn run(it: &Approval, now: jiff::Timestamp) -> NewJob {
    let job = RunJob { approved: Some(it.id), asked_at: now, ..it.job.clone() };
    NewJob { unique: Some(format!("approved:{}", it.id)), ..job.into_job() }
}

/// The message about it: with buttons while it waits, and then how it ended.
pub fn shown(it: &Approval, now: Option<jiff::Timestamp>) -> Message {
    let heading = Text::new().bold(format!("Approval {}: {} asks to run ", it.id, it.asker_name)).code(it.line.clone());
    let names: Vec<&str> = it.votes.iter().map(|it| it.name.as_str()).collect();
    let agreed = match names.is_empty() {
        true => format!("0 of {}", it.needed),
        false => format!("{} of {}: {}", names.len(), it.needed, names.join(", ")),
    };
    let mut facts = vec![("Rule".to_owned(), Text::new().code(it.rule.clone())), ("Agreed".to_owned(), agreed.into())];
    // As the one who asked was shown it.
    let message = |facts| {
        let message = Message::text(heading).facts(facts);
        if it.detail.is_empty() { message } else { message.block(Block::Code(it.detail.clone())) }
    };
    let is_over = it.state != State::Waiting || now.is_some_and(|now| it.expires <= now);
    if !is_over {
        facts.push(("Until".into(), Text::new().time(it.expires)));
        let call = |action: &str| Call::new(OWN, action, json!({ "id": it.id }));
        let buttons = vec![Button::run("Approve", call("approve")).primary(), Button::form("Deny…", call("deny"))];
        return message(facts).tone(Tone::Warning).buttons(buttons);
    }
    let (end, tone) = match it.state {
        State::Approved => ("Approved: it is run as the one who asked for it.".to_owned(), Tone::Good),
        State::Denied => (it.why.clone(), Tone::Bad),
        State::Waiting | State::Expired => ("Nobody decided it in time, so it is not done.".to_owned(), Tone::Bad),
    };
    message(facts).paragraph(end).tone(tone)
}
