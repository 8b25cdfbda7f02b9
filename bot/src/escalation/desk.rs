//! What changes escalations and pages: what many ask for at the same time is one transaction.
//!
//! A durable commit costs milliseconds whatever is in it, and ten thousand timers may be due in the same minute. So one task
//! writes for all of them: what is asked for while a commit is on its way goes together with the next. When a transaction fails because of
//! one that is in it, each is tried by itself.

use std::{collections::HashSet, sync::Arc, time::Duration};

use connectors::trace::Span;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{
    landed,
    page::PageJob,
    plan::Next,
    reach::Way,
    shown,
    store::{self, Escalation, NewPage, Page, PageState, State},
    timer::EscalateJob,
    whom::Party,
};
use crate::{
    alerts::{self, Alert},
    app::App,
    queue::Lease,
    store::Tx,
    vital,
};

/// Asks in one transaction.
const TOGETHER: usize = 128;
/// An alert that fires and pages nobody now (it is silenced, or under maintenance) is looked at again after this.
const HELD: Duration = Duration::from_secs(60);

/// The way to the task. It ends when the last of these is dropped.
#[derive(Clone)]
pub struct Desk(mpsc::UnboundedSender<Asked>);

struct Asked {
    ask: Ask,
    reply: oneshot::Sender<Result<Answer, String>>,
    /// What it is part of: pages that follow are, too.
    span: Span,
}

/// What is asked for.
pub enum Ask {
    /// Whose turn it is.
    Turn { policy: String, step: usize },
    /// The step that is due, with those whom it names.
    Fire(Box<Fire>),
    /// May this page leave? If so, its job is marked as sending.
    Leave { page: i64, lease: Lease },
    /// What became of a page.
    Land { page: i64, landed: Landed },
    /// Pages that try out how somebody is reached.
    Try { party: Party, ways: Vec<Way> },
}

pub struct Fire {
    pub alert: Alert,
    pub tick: i64,
    pub next: Next,
    pub parties: Vec<(Party, Vec<Way>)>,
    /// For the timeline.
    pub problems: Vec<String>,
}

/// What became of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Landed {
    /// The chat, the mail server or Twilio took it: as which message, where that can be edited.
    Sent {
        message: Option<String>,
    },
    /// It arrived.
    Delivered,
    /// It may be tried again; the next way is taken at once all the same.
    Troubled {
        reason: String,
    },
    Failed {
        reason: String,
    },
}

#[derive(Debug, PartialEq)]
pub enum Answer {
    Turn(i64),
    Done,
    /// Why nothing was done.
    No(String),
    LeaseLost,
    /// Go: it is marked as sending.
    Leaves(Box<Page>),
}

impl Desk {
    /// Spawns the task, so it needs a running tokio.
    pub fn spawn(app: &Arc<App>) -> Desk {
        // The app holds the way here: the task must not keep it alive in turn.
        let app = Arc::downgrade(app);
        let (ask, mut asked) = mpsc::unbounded_channel::<Asked>();
        vital::spawn("the desk of pages", async move {
            while let Some(first) = asked.recv().await {
                let mut batch = vec![first];
                // Those that are about to ask get to do so.
                tokio::task::yield_now().await;
                while batch.len() < TOGETHER
                    && let Ok(next) = asked.try_recv()
                {
                    batch.push(next);
                }
                let Some(app) = app.upgrade() else { break };
                write(&app, batch).await;
            }
        });
        Desk(ask)
    }

    /// Returns once it is committed.
    ///
    /// # Errors
    /// Why nothing was written.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, String> {
        let (reply, answer) = oneshot::channel();
        let stopped = || "the bot is stopping".to_owned();
        self.0.send(Asked { ask, reply, span: Span::here() }).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn write(app: &App, batch: Vec<Asked>) {
    match together(app, &batch).await {
        Ok(answers) => {
            for (asked, answer) in batch.into_iter().zip(answers) {
                // Who asked may be gone; it is committed all the same.
                let _ = asked.reply.send(Ok(answer));
            }
        }
        Err(err) if batch.len() == 1 => {
            tracing::error!("An escalation cannot be written down: {err:#}");
            for asked in batch {
                let _ = asked.reply.send(Err("the store cannot be written to".into()));
            }
        }
        Err(err) => {
            tracing::warn!("{} changes of escalations failed together, and are tried one by one: {err:#}", batch.len());
            for asked in batch {
                Box::pin(write(app, vec![asked])).await;
            }
        }
    }
}

async fn together(app: &App, batch: &[Asked]) -> anyhow::Result<Vec<Answer>> {
    let mut tx = app.store.begin().await?;
    let mut answers = Vec::with_capacity(batch.len());
    let mut alerts = Vec::new();
    for asked in batch {
        let writing = write_one(app, &mut tx, &asked.ask, &mut alerts);
        answers.push(asked.span.around(writing).await?);
    }
    shown::redraw(app, &mut tx, &alerts).await?;
    tx.commit().await?;
    Ok(answers)
}

async fn write_one(app: &App, tx: &mut Tx, ask: &Ask, alerts: &mut Vec<i64>) -> anyhow::Result<Answer> {
    Ok(match ask {
        Ask::Turn { policy, step } => Answer::Turn(store::turn(tx, policy, *step).await?),
        Ask::Fire(fire) => {
            alerts.push(fire.alert.id);
            fired(app, tx, fire).await?
        }
        Ask::Leave { page, lease } => leave(app, tx, *page, lease).await?,
        Ask::Land { page, landed } => {
            alerts.extend(store::page_in(tx, *page).await?.and_then(|it| it.alert));
            landed::land(app, tx, *page, landed).await?
        }
        Ask::Try { party, ways } => {
            let now = tx.now();
            for (at, way) in ways.iter().enumerate() {
                let at_once = Way { after: Duration::ZERO, ..way.clone() };
                insert(tx, None, 0, at, party, 0, &at_once, now).await?;
            }
            Answer::Done
        }
    })
}

/// A step fires: its pages, and the timer of the next, or nothing where somebody was faster.
async fn fired(app: &App, tx: &mut Tx, fire: &Fire) -> anyhow::Result<Answer> {
    let (alert, now) = (&fire.alert, tx.now());
    let Some(row) = store::lock(tx, alert.id).await?.filter(|it| it.state == State::Running && it.tick == fire.tick) else {
        return Ok(Answer::No("somebody stopped it, or another timer was faster".into()));
    };
    if !app.pages_now(tx, alert.id).await? {
        // It fires, and is only held back.
        return match alert.state == alerts::State::Firing {
            true => {
                again(tx, Escalation { tick: row.tick + 1, due: Some(later(now, HELD)), ..row }, now).await?;
                Ok(Answer::No("nobody is to be paged for it now; looked at again in a minute".into()))
            }
            false => {
                store::write(tx, &Escalation { state: State::Stopped, tick: row.tick + 1, due: None, ..row }, now).await?;
                store::call_off(tx, alert.id, now).await?;
                Ok(Answer::No("nobody is to be paged for it any more".into()))
            }
        };
    }
    if let Some(due) = row.due {
        let late = Duration::try_from(now.duration_since(due)).unwrap_or_default();
        metrics::histogram!("bellhop_escalation_late_seconds").record(late.as_secs_f64());
    }
    for problem in &fire.problems {
        app.note_on_alert(tx, alert.id, None, problem).await?;
    }
    let mut paged = Vec::new();
    for (at, (party, ways)) in fire.parties.iter().enumerate() {
        if ways.is_empty() {
            let text = format!("{} cannot be paged: there is no way to reach them.", party.name());
            app.note_on_alert(tx, alert.id, None, &text).await?;
            continue;
        }
        for (place, way) in ways.iter().enumerate() {
            insert(tx, Some(alert.id), row.tick, at, party, place, way, now).await?;
        }
        paged.push(announced(party, ways));
    }
    let (step, round, passed, is_last) = match &fire.next {
        Next::Step { step, round, passed } => (*step, *round, passed.len(), false),
        Next::Last { passed } => (row.plan.steps.len(), row.plan.repeat, passed.len(), true),
    };
    if passed > 0 {
        let text = format!("{} of {}: passed over now, by its hours or its severity.", counted(passed, "step"), row.plan.title());
        app.note_on_alert(tx, alert.id, None, &text).await?;
    }
    let begins = match is_last {
        true if fire.parties.is_empty() => "Nobody acknowledged, and there is nobody left to page.".to_owned(),
        true => format!("Nobody acknowledged. The last resort: {}.", sentence(&paged)),
        false if paged.is_empty() => format!("Step {} reaches nobody: the next one at once.", step + 1),
        false if round > 0 => {
            format!("Step {}, once more ({} of {}): {}.", step + 1, round + 1, row.plan.repeat + 1, sentence(&paged))
        }
        false => format!("Step {}: {}.", step + 1, sentence(&paged)),
    };
    app.note_on_alert(tx, alert.id, None, &begins).await?;
    metrics::counter!("bellhop_escalation_steps_total").increment(1);
    let tick = row.tick + 1;
    if is_last {
        let ended = Escalation { state: State::Ended, tick, step, round, due: None, ..row };
        store::write(tx, &ended, now).await?;
        app.look_for_hearers(tx, &ended).await?;
        return Ok(Answer::Done);
    }
    let wait = if paged.is_empty() { Duration::ZERO } else { row.plan.steps[step].wait };
    // From now on, not from when it was due: after a long night each step has its time.
    again(tx, Escalation { tick, step: step + 1, round, due: Some(later(now, wait)), ..row }, now).await?;
    Ok(Answer::Done)
}

/// Looks again, right before the bytes leave.
async fn leave(app: &App, tx: &mut Tx, id: i64, lease: &Lease) -> anyhow::Result<Answer> {
    let now = tx.now();
    let Some(page) = store::page_in(tx, id).await? else { return Ok(Answer::No("there is no such page any more".into())) };
    if let Some(alert) = page.alert {
        // An acknowledgement locks the same row: it is committed before, and then seen, or it waits for this.
        store::lock(tx, alert).await?;
    }
    let Some(page) = store::page_in(tx, id).await? else { return Ok(Answer::No("there is no such page any more".into())) };
    match page.state {
        PageState::Waiting | PageState::Sending => {}
        other => return Ok(Answer::No(format!("the page is {}", other.word()))),
    }
    if let Some(alert) = page.alert
        && !app.pages_now(tx, alert).await?
    {
        store::write_page(tx, &Page { state: PageState::Off, changed_at: now, ..page }).await?;
        return Ok(Answer::No("nobody is to be paged for it any more".into()));
    }
    if lease.sending_in(tx).await?.is_err() {
        return Ok(Answer::LeaseLost);
    }
    let page = Page { state: PageState::Sending, changed_at: now, ..page };
    store::write_page(tx, &page).await?;
    Ok(Answer::Leaves(Box::new(page)))
}

/// Writes the row, and its timer.
pub(super) async fn again(tx: &mut Tx, row: Escalation, now: Timestamp) -> anyhow::Result<()> {
    store::write(tx, &row, now).await?;
    let due = row.due.unwrap_or(now);
    EscalateJob { alert: row.alert, tick: row.tick }.enqueue(tx, due).await
}

#[expect(clippy::too_many_arguments, reason = "it is the columns of a row")]
async fn insert(
    tx: &mut Tx,
    alert: Option<i64>,
    tick: i64,
    at: usize,
    party: &Party,
    place: usize,
    way: &Way,
    now: Timestamp,
) -> anyhow::Result<()> {
    let (person, why) = match party {
        Party::Person { person, why, .. } => (Some(person), why.as_str()),
        Party::Place { .. } => (None, ""),
    };
    let due = later(now, way.after);
    let (name, kind, to) = (party.name(), way.kind, &way.to);
    let page = NewPage { alert, tick, party: at, person, name, why, kind, to, place, due };
    let id = store::insert_page(tx, &page, now).await?;
    PageJob::new(id, to.clone(), alert).enqueue(tx, due).await
}

/// `Ana by direct message, then by email in 2 min`
fn announced(party: &Party, ways: &[Way]) -> String {
    let mut seen = HashSet::new();
    let said: Vec<String> = ways
        .iter()
        .filter(|it| seen.insert(it.kind))
        .map(|it| match it.after.is_zero() {
            true => it.kind.said().to_owned(),
            false => format!("{} in {}", it.kind.said(), super::policy::said(it.after)),
        })
        .collect();
    format!("{} {}", party.name(), said.join(", "))
}

fn sentence(parts: &[String]) -> String {
    if parts.is_empty() { "nobody".into() } else { parts.join("; ") }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
