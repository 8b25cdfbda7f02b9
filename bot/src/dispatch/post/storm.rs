//! Many small changes in one line.
//!
//! Who sorts an issue adds three labels, an assignee and a milestone within seconds, and each is an event. So a small change
//! waits a moment in a lane of its object and its actor, until nothing more came for a while; then all of them become one
//! post in the place's own lane. They are jobs all the time, so nothing is lost when the bot stops in between.

use std::{sync::Arc, time::Duration};

use commands::{BoxFuture, Event, event::Change};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    PostJob,
    card::{Card, CardPost, object_of},
    digest::Told,
};
use crate::{
    app::App,
    notify::card::{card, line, tone},
    queue::{Handler, Job, Lease, LeaseLost, NewJob, Outcome, Payload, Priority, Writes},
};

/// What comes within this time of the last is told with it. Longer than [`crate::notify::late`] takes to look again: what was
/// held until a label came is told before the label is.
const QUIET: SignedDuration = SignedDuration::from_secs(3);
/// The first of them waits no longer.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);
/// How many are told together.
const TOGETHER: u32 = 100;

/// A small change, as stored in a job of kind [`StormJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StormJob {
    asked: PostJob,
}

impl StormJob {
    pub const KIND: &'static str = "storm";

    fn event(&self) -> Option<&Event> {
        match &self.asked.card {
            Some(CardPost::Told { event, .. }) => event.as_deref(),
            _ => None,
        }
    }
}

/// The post, once it is known what else comes.
pub fn gathered(asked: PostJob, event: &Event, now: Timestamp) -> NewJob {
    let object = object_of(&event.source, tone::noun(&event.kind), &event.object);
    let thread = match &asked.post.to {
        crate::chat::Target::Place(place) => place.thread.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let lane = format!("storm:{}:{thread}:{object}:{}", asked.post.to.key(), event.actor.as_deref().unwrap_or_default());
    NewJob {
        kind: StormJob::KIND,
        lane: Some(lane),
        priority: Priority::Chatter,
        payload: Payload::of(&StormJob { asked }),
        run_at: now.checked_add(QUIET).ok(),
        expires: None,
        unique: None,
    }
}

/// Tells small changes together: the handler of [`StormJob`].
pub struct Gather {
    pub app: Arc<App>,
}

impl Gather {
    async fn gather(&self, job: &Job, lease: &Lease, mut storm: StormJob) -> Result<Outcome, LeaseLost> {
        let behind = match &job.lane {
            Some(lane) => lease.behind(lane, TOGETHER).await.unwrap_or_else(|err| {
                tracing::warn!(job.id = job.id, "What else changed cannot be read, and is told by itself: {err:#}");
                Vec::new()
            }),
            None => Vec::new(),
        };
        let now = self.app.store.now();
        // Another may come; but whoever looks should not wait for long.
        if let Some(last) = behind.last() {
            let quiet = now.duration_since(last.created_at);
            let waited = now.duration_since(job.created_at);
            if quiet < QUIET && waited < LONGEST {
                let after = Duration::try_from((QUIET - quiet).min(LONGEST - waited)).unwrap_or_default();
                return Ok(Outcome::Snooze { after, reason: "more may come".into(), writes: Writes::default() });
            }
        }
        let others: Vec<(i64, StormJob)> = behind.iter().filter_map(|it| Some((it.id, it.payload.read().ok()?))).collect();
        if !others.is_empty() {
            let events: Vec<&Event> =
                std::iter::once(&storm).chain(others.iter().map(|(_, it)| it)).filter_map(StormJob::event).collect();
            let Some(event) = together(&events) else { return Ok(Outcome::Done(self.posted(storm))) };
            storm.asked = self.retold(&storm.asked, event);
            // Who asks why one of them was told finds the post of all.
            for (_, other) in &others {
                storm.asked.also.push(other.asked.post.key.clone());
                storm.asked.also.extend(other.asked.also.iter().cloned());
            }
            let ids: Vec<i64> = others.iter().map(|(id, _)| *id).collect();
            lease.fold(&ids, Payload::of(&storm)).await?;
            tracing::info!(job.id = job.id, "Told {} small changes in one line", ids.len() + 1);
        }
        Ok(Outcome::Done(self.posted(storm)))
    }

    fn posted(&self, storm: StormJob) -> Writes {
        Writes { jobs: vec![storm.asked.into_job(Priority::Chatter)], ..Writes::default() }
    }

    /// The same post, of what happened altogether.
    fn retold(&self, asked: &PostJob, event: Event) -> PostJob {
        let to = &asked.post.to;
        let names = self.app.names(&event.source, to.platform(), to.workspace()).but_actor(&event);
        let mut asked = asked.clone();
        asked.post.message = card(&event, &names);
        let told = Told {
            source: event.source.clone(),
            kind: event.kind.clone(),
            at: event.at,
            line: line(&event, &names.named_only()),
        };
        asked.told = Some(told);
        if let Some(CardPost::Told { history, .. }) = asked.card {
            asked.card = Some(CardPost::Told { card: Box::new(Card::of(&event, &names)), history, event: Some(Box::new(event)) });
        }
        asked
    }
}

impl Handler for Gather {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match job.payload.read::<StormJob>() {
                Ok(storm) => self.gather(job, lease, storm).await.unwrap_or_else(|LeaseLost| Outcome::Retry {
                    after: None,
                    reason: "the lease was lost".into(),
                    writes: Writes::default(),
                }),
                Err(err) => Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It sends nothing itself.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

/// Several small changes as one event: how the object stands after the last, and all that was changed.
fn together(events: &[&Event]) -> Option<Event> {
    let (first, last) = (events.first()?, events.last()?);
    let mut all = (*last).clone();
    all.id.clone_from(&first.id);
    all.at = last.at;
    all.changes.clear();
    for change in events.iter().flat_map(|it| &it.changes) {
        let is_list =
            matches!(change.field.to_lowercase().as_str(), "label" | "labels" | "assignee" | "assignees" | "reviewer" | "member");
        let same = |it: &Change| it.field == change.field;
        // What was put on and taken off again did not change.
        let undone = |it: &Change| same(it) && it.to == change.from && it.from == change.to;
        if is_list {
            match all.changes.iter().position(undone) {
                Some(at) => drop(all.changes.remove(at)),
                None => all.changes.push(change.clone()),
            }
        } else if let Some(before) = all.changes.iter_mut().find(|it| same(it)) {
            before.to.clone_from(&change.to);
        } else {
            all.changes.push(change.clone());
        }
    }
    for it in events {
        all.concerns.extend(it.concerns.iter().filter(|it| !all.concerns.contains(it)).cloned().collect::<Vec<_>>());
    }
    if events.iter().any(|it| it.kind != first.kind) {
        all.kind = format!("{}.updated", tone::noun(&last.kind));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use commands::event::Object;
    use expect_test::expect;

    use super::*;
    use crate::notify::{card::note, people::Names};

    fn event(id: &str, kind: &str, field: &str, from: Option<&str>, to: Option<&str>) -> Event {
        Event {
            id: id.into(),
            source: "github".into(),
            kind: kind.into(),
            actor: Some("ana".into()),
            object: Object { key: "acme/widgets#7".into(), title: "Printer on fire".into(), ..Object::default() },
            changes: vec![Change { field: field.into(), from: from.map(Into::into), to: to.map(Into::into) }],
            ..Event::default()
        }
    }

    fn told(events: &[Event]) -> String {
        let all: Vec<&Event> = events.iter().collect();
        note(&together(&all).expect("events"), &Names::none()).to_plain(&[])
    }

    #[test]
    fn several_labels_are_one_line() {
        let label = |id: &str, to: &str| event(id, "issue.labeled", "label", None, Some(to));
        expect!["ana added the labels bug, urgent to acme/widgets#7 Printer on fire"]
            .assert_eq(&told(&[label("1", "bug"), label("2", "urgent")]));
        let undone = event("3", "issue.unlabeled", "label", Some("bug"), None);
        expect![[r#"
            ana updated issue acme/widgets#7 Printer on fire

            Label: urgent"#]]
        .assert_eq(&told(&[label("1", "bug"), label("2", "urgent"), undone]));
    }

    #[test]
    fn what_changed_twice_changed_from_the_first_to_the_last() {
        let status = |id: &str, from: &str, to: &str| event(id, "issue.updated", "status", Some(from), Some(to));
        let assigned = event("3", "issue.assigned", "assignee", None, Some("ben"));
        expect![[r#"
            ana updated issue acme/widgets#7 Printer on fire

            Status:   New → Closed
            Assignee: ben"#]]
        .assert_eq(&told(&[status("1", "New", "Open"), assigned, status("2", "Open", "Closed")]));
    }
}
