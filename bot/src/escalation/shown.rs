//! Escalations as people read them: how far an alert was told, and who would be paged when.

use commands::{Block, Message, Text, Tone};
use jiff::Timestamp;

use super::{
    Escalation, Page, PageState, Plan, State,
    plan::{Next, Step, Turn},
    policy::{said, severity_word},
    reach::Way,
    store,
    timer::whose,
    whom::{Asked, Called, Party},
};
use crate::{alerts::Alert, app::App, dispatch::post::card::EditJob, queue::Queue, store::Tx};

/// `Ana, schedule:primary · next after 5 min`
pub fn line(step: &Step, called: &Called) -> Text {
    let mut text = Text::new().bold(called.all(&step.whom));
    if step.turn == Turn::Next {
        text = text.plain(", one after the other");
    }
    if let Some(least) = step.severity {
        text = text.plain(format!(", from severity {} on", severity_word(least)));
    }
    if !step.hours.is_empty() {
        let hours: Vec<String> = step.hours.iter().map(ToString::to_string).collect();
        text = text.plain(", only ").plain(hours.join(" and "));
    }
    text.plain(format!(" · next after {}", said(step.wait)))
}

/// What the messages are the card of that show how far an alert was told.
pub fn object(alert: i64) -> String {
    format!("bellhop:page:{alert}")
}

/// Brings those messages up to date, once this transaction is committed.
pub(super) async fn redraw(app: &App, tx: &mut Tx, alerts: &[i64]) -> anyhow::Result<()> {
    let objects: Vec<String> = alerts.iter().map(|it| object(*it)).collect();
    for job in EditJob::of_shown(app, &objects).await? {
        Queue::enqueue(tx, &job).await?;
    }
    Ok(())
}

/// A policy or a plan, step by step.
pub fn plan(title: &str, plan: &Plan, called: &Called) -> Message {
    let steps = plan.steps.iter().enumerate().map(|(at, it)| line_of(at, it, called)).collect();
    let mut message = Message::new().heading(title.to_owned()).block(Block::List(steps));
    let mut facts = Vec::new();
    if plan.repeat > 0 {
        facts.push((
            "Gone through again".to_owned(),
            Text::from(if plan.repeat == 1 { "once".to_owned() } else { format!("{} times", plan.repeat) }),
        ));
    }
    if !plan.last.is_empty() {
        facts.push(("Last resort".to_owned(), Text::new().bold(called.all(&plan.last))));
    }
    if let Some(zone) = &plan.zone {
        facts.push(("Hours by".to_owned(), Text::from(zone.as_str())));
    }
    if !facts.is_empty() {
        message = message.facts(facts);
    }
    message
}

fn line_of(at: usize, step: &Step, called: &Called) -> Text {
    let mut text = Text::new().plain(format!("{}. ", at + 1));
    text.0.extend(line(step, called).0);
    text
}

/// How far an alert was told.
pub fn standing(alert: &Alert, row: &Escalation, pages: &[Page], called: &Called, now: Timestamp) -> Message {
    let (word, tone) = match row.state {
        State::Running => (": people are being paged", Tone::Bad),
        State::Stopped => (" is seen to", Tone::Good),
        State::Ended => (": everybody was paged, and nobody acknowledged", Tone::Bad),
    };
    let mut message =
        Message::new().paragraph(Text::new().bold(alert.title.clone()).plain(format!(" (alert {}){word}.", alert.id))).tone(tone);
    let mut lines: Vec<Text> = Vec::new();
    for page in pages {
        lines.extend(told(page, pages));
    }
    if lines.is_empty() && row.state == State::Running {
        lines.push(Text::from("Nobody was paged yet."));
    }
    if !lines.is_empty() {
        message = message.block(Block::List(lines));
    }
    if let Some(text) = next(alert, row, called, now) {
        message = message.context(text);
    }
    message
}

/// Who is paged next, and when; none where nobody is any more.
pub fn next(alert: &Alert, row: &Escalation, called: &Called, now: Timestamp) -> Option<Text> {
    let due = row.due.filter(|_| row.state == State::Running)?;
    let next = match row.plan.next(row.step, row.round, due, alert.severity) {
        Next::Step { step, round, .. } => {
            let again = if round > 0 { format!(" (once more, {} of {})", round + 1, row.plan.repeat + 1) } else { String::new() };
            Text::new().plain("Next, ").bold(called.said(&row.plan.steps[step].whom)).plain(again)
        }
        Next::Last { .. } if row.plan.last.is_empty() => return Some(Text::from("Nobody else is there to page.")),
        Next::Last { .. } => Text::new().plain("The last resort, ").bold(called.said(&row.plan.last)).plain(","),
    };
    Some(if due <= now { next.plain(" now.") } else { next.plain(" at ").time(due).plain(".") })
}

/// One way of somebody's: what is told of it, nothing of what never came to it.
fn told(page: &Page, all: &[Page]) -> Option<Text> {
    let text = Text::new().bold(page.name.clone());
    let how = page.kind.said();
    Some(match page.state {
        PageState::Waiting if page.reason.is_some() => {
            text.plain(format!(" {how}: tried again, {}", page.reason.as_deref().unwrap_or_default()))
        }
        PageState::Waiting => text.plain(format!(" {how} at ")).time(page.due),
        PageState::Sending => text.plain(format!(" {how}: on its way")),
        PageState::Sent => text.plain(format!(" was paged {how} at ")).time(page.changed_at),
        PageState::Delivered => text.plain(format!(" was reached {how} at ")).time(page.changed_at),
        PageState::Failed => text.plain(format!(" could not be paged {how}: {}", page.reason.as_deref().unwrap_or_default())),
        // Who acknowledged in time spared the others; somebody whose every way was called off is worth a line.
        PageState::Off => {
            let is_spared =
                all.iter().filter(|it| it.party == page.party && it.tick == page.tick).all(|it| it.state == PageState::Off);
            if !is_spared || page.place > 0 {
                return None;
            }
            text.plain(" need not be paged any more")
        }
    })
}

/// Who would be paged when, if something so bad fired at `at` and nobody acknowledged.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsed {
    pub at: Timestamp,
    pub step: Option<usize>,
    pub lines: Vec<String>,
}

/// The most moments that a rehearsal shows.
const MOMENTS: usize = 40;

impl App {
    /// Goes through a plan without paging anybody. Who is on call is asked of each moment.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn rehearse_escalation(
        &self,
        plan: &Plan,
        severity: commands::event::Severity,
        from: Timestamp,
    ) -> anyhow::Result<Vec<Rehearsed>> {
        let (mut at, mut step, mut round) = (from, 0, 0);
        let mut turns: std::collections::HashMap<usize, i64> = std::collections::HashMap::new();
        let mut found = Vec::new();
        while found.len() < MOMENTS {
            let next = plan.next(step, round, at, severity);
            let (whom, number) = match &next {
                Next::Step { step, .. } => (&plan.steps[*step].whom, Some(*step)),
                Next::Last { .. } => (&plan.last, None),
            };
            let Asked { mut parties, problems } = self.parties(whom, at).await;
            if let Some(step) = number.filter(|it| plan.steps[*it].turn == Turn::Next && parties.len() > 1) {
                let turn = match turns.get(&step) {
                    Some(turn) => *turn,
                    None => store::turns(&self.store, &plan.title(), step).await?,
                };
                turns.insert(step, turn + 1);
                let count = parties.len();
                parties = vec![parties.swap_remove(whose(turn, count))];
            }
            let mut lines = problems;
            let mut is_anybody = false;
            for party in &parties {
                let ways = match party {
                    Party::Person { person, .. } => self.ways(person, severity).await,
                    Party::Place { to, .. } => vec![Way::to_place(to.clone())],
                };
                is_anybody |= !ways.is_empty();
                lines.push(rehearsed(party, &ways));
            }
            found.push(Rehearsed { at, step: number, lines });
            let Next::Step { step: fired, round: of, .. } = next else { break };
            let wait = if is_anybody { plan.steps[fired].wait } else { std::time::Duration::ZERO };
            (step, round, at) = (fired + 1, of, at.saturating_add(wait)?);
        }
        Ok(found)
    }
}

fn rehearsed(party: &Party, ways: &[Way]) -> String {
    let mut text = party.name().to_owned();
    if let Party::Person { why, .. } = party {
        text.push_str(&format!(" ({why})"));
    }
    let ways: Vec<String> =
        ways.iter()
            .map(|it| {
                if it.after.is_zero() {
                    it.kind.said().to_owned()
                } else {
                    format!("{} after {}", it.kind.said(), said(it.after))
                }
            })
            .collect();
    text.push_str(": ");
    text.push_str(&if ways.is_empty() { "no way to reach them".to_owned() } else { ways.join(", ") });
    text
}
