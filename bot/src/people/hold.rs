//! What is not sent to a person now, or not at all.
//!
//! A message to one person waits until their quiet hours end, and those that waited are told together. It is not sent at
//! all when they muted its source; in a channel, what a muted source says does not mention them. Pages always arrive,
//! and so does the answer to what somebody just asked.

use commands::{Block, Message, Text, Tone};
use jiff::Timestamp;
use serde_json::Value;

use super::PersonId;
use crate::{
    app::App,
    chat::Target,
    dispatch::post::PostJob,
    queue::{Job, Lease, LeaseLost, Outcome, Payload, Priority, Writes},
};

/// Told in one message; what is left over is the next.
const TOGETHER: u32 = 10;

impl App {
    /// What becomes of a message instead of its delivery; none when it is to be delivered, with what waited behind it
    /// and without mentions of those who muted its source.
    ///
    /// # Errors
    /// Another worker has the job.
    pub async fn hold(&self, job: &Job, lease: &Lease, asked: &mut PostJob) -> Result<Option<Outcome>, LeaseLost> {
        if job.priority == Priority::Page {
            return Ok(None);
        }
        match asked.post.to.clone() {
            Target::Answer { .. } => Ok(None),
            Target::Place(place) => {
                self.mention_fewer(job, asked, &place.platform, &place.workspace).await;
                Ok(None)
            }
            Target::Person { platform, workspace, id } => {
                let person = PersonId { platform, workspace, id };
                match self.not_now(job, &person, asked).await {
                    Ok(Some(outcome)) => return Ok(Some(outcome)),
                    Ok(None) => {}
                    // Better at night than never.
                    Err(err) => tracing::error!(job.id = job.id, "What {person} set cannot be read: {err:#}"),
                }
                if let Some(since) = asked.held_since {
                    self.gather_held(job, lease, asked, since).await?;
                }
                Ok(None)
            }
        }
    }

    /// Has everything that is kept for somebody looked at again now.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn release(&self, person: &PersonId) -> anyhow::Result<()> {
        for workspace in [person.workspace.as_str(), ""] {
            let target = PersonId::new(&person.platform, workspace, &person.id).target().key();
            for lane in [target.clone(), format!("note:{target}")] {
                self.queue.hurry_lane(&lane).await?;
            }
        }
        Ok(())
    }

    async fn not_now(&self, job: &Job, person: &PersonId, asked: &PostJob) -> anyhow::Result<Option<Outcome>> {
        let now = self.store.now();
        if let Some(source) = asked.source()
            && let Some(mute) = self.people.mutes(person, now).await?.into_iter().find(|it| it.covers(source))
        {
            let until = mute.until.map(|it| format!(" until {it}")).unwrap_or_default();
            let reason = format!("{person} muted `{}`{until}", mute.source);
            tracing::info!(request.id = %asked.request_id, job.id = job.id, "Not sent: {reason}");
            return Ok(Some(Outcome::Cancel { reason, writes: Writes::default() }));
        }
        // Most people set nothing, and of those nobody needs to be asked where they are.
        if self.people.settings(person).await?.quiet.is_none() {
            return Ok(None);
        }
        let Some(until) = self.reader(person).await?.quiet_until(now) else { return Ok(None) };
        let reason = format!("quiet hours of {person} until {until}");
        tracing::info!(request.id = %asked.request_id, job.id = job.id, "Kept for later: {reason}");
        let held = PostJob { held_since: Some(asked.held_since.unwrap_or(now)), ..asked.clone() };
        let writes = Writes { payload: Some(Payload::of(&held)), ..Writes::default() };
        let after = std::time::Duration::try_from(until.duration_since(now)).unwrap_or_default();
        Ok(Some(Outcome::Snooze { after, reason, writes }))
    }

    /// Makes `asked` tell what waited behind it as well.
    async fn gather_held(&self, job: &Job, lease: &Lease, asked: &mut PostJob, since: Timestamp) -> Result<(), LeaseLost> {
        let behind = match &job.lane {
            Some(lane) => lease.behind(lane, TOGETHER - 1).await,
            None => Ok(Vec::new()),
        };
        let behind = behind.unwrap_or_else(|err| {
            tracing::warn!(job.id = job.id, "What else was kept cannot be read, and is told by itself: {err:#}");
            Vec::new()
        });
        // Only those without a gap: nothing is told before what stands ahead of it.
        let others: Vec<(i64, PostJob)> = behind.iter().map_while(|it| Some((it.id, joinable(it, asked)?))).collect();
        let messages: Vec<Message> =
            std::iter::once(&*asked).chain(others.iter().map(|(_, it)| it)).map(|it| it.post.message.clone()).collect();
        asked.post.message = together(messages, since);
        if others.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = others.iter().map(|(id, _)| *id).collect();
        // Where each of them stands is remembered, as if it had been told by itself.
        let reports = |it: &PostJob| it.told.is_some() || it.digest.is_some() || !it.also.is_empty();
        let reported = reports(asked) || others.iter().any(|(_, it)| reports(it));
        for (_, other) in others {
            asked.post.files.extend(other.post.files);
            if reported {
                asked.also.push(other.post.key);
                asked.also.extend(other.also);
            }
        }
        asked.told = None;
        asked.digest = None;
        asked.held_since = None;
        lease.fold(&ids, Payload::of(asked)).await?;
        tracing::info!(job.id = job.id, "Told {} messages together that were kept during quiet hours", ids.len() + 1);
        Ok(())
    }

    /// Takes out mentions of people who muted what the message is about.
    async fn mention_fewer(&self, job: &Job, asked: &mut PostJob, platform: &str, workspace: &str) {
        // Most messages mention nobody, and need not be taken apart to know it.
        let mentions = job.payload.as_str().contains("\"person\"");
        let Some(source) = asked.source().map(str::to_owned).filter(|_| mentions) else { return };
        asked.post.message = self.but_muted(asked.post.message.clone(), &source, platform, workspace).await;
    }

    /// The message, in which those who muted `source` are named and not mentioned.
    pub async fn but_muted(&self, mut message: Message, source: &str, platform: &str, workspace: &str) -> Message {
        let now = self.store.now();
        for id in mentioned(&message) {
            let person = PersonId::new(platform, workspace, &id);
            let mute = match self.people.mutes(&person, now).await {
                Ok(mutes) => mutes.into_iter().find(|it| it.covers(source)),
                Err(err) => {
                    tracing::error!("What {person} muted cannot be read: {err:#}");
                    None
                }
            };
            if let Some(mute) = mute {
                tracing::info!("{person} is named and not mentioned: they muted `{}`", mute.source);
                message = named_only(&message, &id);
            }
        }
        message
    }
}

/// A message that may be told together with the one ahead of it.
fn joinable(job: &Job, first: &PostJob) -> Option<PostJob> {
    if job.kind != PostJob::KIND || job.priority == Priority::Page {
        return None;
    }
    let asked: PostJob = job.payload.read().ok()?;
    let is_fresh = !asked.repeat && asked.doubtful_since.is_none();
    // Another source may be muted: that is decided when its turn comes.
    (is_fresh && asked.post.to == first.post.to && asked.source() == first.source()).then_some(asked)
}

/// Several messages as one, each as it was.
fn together(messages: Vec<Message>, since: Timestamp) -> Message {
    let count = messages.len();
    let tone = messages.iter().map(|it| it.tone).max_by_key(|it| weight(*it)).unwrap_or_default();
    let mut all = Message::new().tone(tone);
    if count > 1 {
        all = all.heading(format!("{count} messages from your quiet hours"));
    }
    for (at, message) in messages.into_iter().enumerate() {
        if at > 0 {
            all = all.block(Block::Divider);
        }
        all.blocks.extend(message.blocks);
    }
    let kept = Text::new().plain("Kept for you since ").time(since).plain(", as your quiet hours say. ");
    all.context(kept.code("bellhop settings").plain(" changes them."))
}

fn weight(tone: Tone) -> u8 {
    match tone {
        Tone::Neutral => 0,
        Tone::Good => 1,
        Tone::Warning => 2,
        Tone::Bad => 3,
    }
}

/// The ids of people that a message mentions, in its text wherever that stands; commands in buttons are no text.
fn mentioned(message: &Message) -> Vec<String> {
    let mut found = Vec::new();
    let mut whole = serde_json::to_value(message).unwrap_or_default();
    walk(&mut whole, &mut |id, _| {
        if !found.iter().any(|it| it == id) {
            found.push(id.to_owned());
        }
        None
    });
    found
}

/// The message with the name of a person in the place of each mention.
fn named_only(message: &Message, person: &str) -> Message {
    let Ok(mut whole) = serde_json::to_value(message) else { return message.clone() };
    walk(&mut whole, &mut |id, name| (id == person).then(|| serde_json::json!({ "bold": name })));
    serde_json::from_value(whole).unwrap_or_else(|_| message.clone())
}

/// Visits every `{"person": {"id": …, "name": …}}`, whatever block it is in, and puts in its place what is returned.
fn walk(value: &mut Value, visit: &mut impl FnMut(&str, &str) -> Option<Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|it| walk(it, visit)),
        Value::Object(fields) => {
            let person = fields.get("person").filter(|_| fields.len() == 1);
            let other = person.and_then(|it| visit(it["id"].as_str()?, it["name"].as_str().unwrap_or_default()));
            match other {
                Some(other) => *value = other,
                None => fields.iter_mut().filter(|(name, _)| *name != "call").for_each(|(_, it)| walk(it, visit)),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use commands::{Button, Call};
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::{
        chat::{Place, Post},
        cli::start,
        config,
        dispatch::post::digest::Told,
        people::{
            Settings,
            quiet::{Hours, Quiet},
            settings::Mute,
        },
        store::testing::{Bench, on_each},
    };

    #[test]
    fn what_was_kept_is_told_together_and_whole() {
        let since: Timestamp = "2026-11-21T21:14:00Z".parse().expect("a moment");
        let first = Message::text("Ana commented on #42.").tone(Tone::Good);
        let second = Message::text("#43 is late.")
            .tone(Tone::Warning)
            .buttons(vec![Button::run("Show it", Call::new("redmine", "issue show", json!({ "issue": "43" })))]);
        let both = together(vec![first.clone(), second], since);
        assert_eq!(both.tone, Tone::Warning);
        expect![[r#"
            2 messages from your quiet hours
            ================================

            Ana commented on #42.

            ---

            #43 is late.

            [Show it] redmine issue show issue=43

            Kept for you since 2026-11-21 21:14 UTC, as your quiet hours say. bellhop settings changes them."#]]
        .assert_eq(&both.to_plain(&[]));
        assert_eq!(together(vec![first], since).blocks.len(), 2);
    }

    #[test]
    fn a_mention_becomes_a_name_wherever_it_stands() {
        let to = |text: Text| text.person("U1", "Ana").plain(" and ").person("U2", "Ben");
        let message = Message::text(to(Text::new()))
            .list(vec![to(Text::new())])
            .facts(vec![("Who".into(), to(Text::new()))])
            .block(Block::Table { header: vec!["Who".into()], rows: vec![vec![to(Text::new())]] })
            .buttons(vec![Button::run(
                "Assign",
                Call::new("redmine", "issue assign", json!({ "person": { "id": "U1", "name": "x" } })),
            )]);
        assert_eq!(mentioned(&message), ["U1", "U2"]);
        let fewer = named_only(&message, "U1");
        assert_eq!(mentioned(&fewer), ["U2"]);
        assert_eq!(fewer.to_plain(&[]), message.to_plain(&[]), "the name is there still, and the button is as it was");
        assert_eq!(named_only(&message, "U3"), message);
    }

    /// A bot without any chat, on this database.
    async fn app(bench: &Bench) -> Arc<App> {
        let config =
            config::read("[server]\nlisten = \"127.0.0.1:0\"\n", &|_| None).unwrap_or_else(|_| panic!("a configuration"));
        start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
    }

    fn news(to: Target, source: Option<&str>) -> (Job, PostJob) {
        let message = Message::text(Text::new().plain("For ").person("U1", "Ana"));
        let mut asked = PostJob::new(Post::new(to, message, "k1"), "r1");
        asked.told = source.map(|source| Told {
            source: source.into(),
            kind: "issue.updated".into(),
            at: Timestamp::UNIX_EPOCH,
            line: Text::new(),
        });
        let new = asked.clone().into_job(Priority::Chatter);
        let job = Job {
            id: 7,
            kind: new.kind.into(),
            lane: new.lane,
            priority: new.priority,
            payload: new.payload,
            attempt: 1,
            created_at: Timestamp::UNIX_EPOCH,
            expires: None,
            trace: None,
        };
        (job, asked)
    }

    #[tokio::test]
    async fn a_message_waits_until_exactly_the_end_of_quiet_hours() {
        on_each(|bench| async move {
            let app = app(&bench).await;
            let ana = PersonId::new("slack", "T1", "U1");
            // It is 10:00 on a Monday in Berlin.
            let quiet = Quiet { hours: Hours::parse("9-12"), ..Quiet::default() };
            let settings = Settings { zone: Some("Europe/Berlin".into()), locale: Some("iso".into()), quiet: Some(quiet) };
            app.people.save_settings(&ana, &settings).await.expect("saved");
            let (job, asked) = news(ana.target(), None);
            let Ok(Some(Outcome::Snooze { after, reason, writes })) = app.not_now(&job, &ana, &asked).await else {
                panic!("it was not kept")
            };
            assert_eq!(after, Duration::from_secs(2 * 3600));
            assert_eq!(reason, "quiet hours of slack:T1:U1 until 2026-03-02T11:00:00Z");
            let held: PostJob = writes.payload.expect("it says since when").read().expect("a post");
            assert_eq!(held.held_since, Some(bench.store.now()));
            // Whatever the delay, it still knows since when.
            bench.clock.advance(Duration::from_secs(60));
            let Ok(Some(Outcome::Snooze { after, writes, .. })) = app.not_now(&job, &ana, &held).await else {
                panic!("it was not kept")
            };
            assert_eq!(after, Duration::from_secs(2 * 3600 - 60));
            assert_eq!(writes.payload.expect("a payload").read::<PostJob>().expect("a post").held_since, held.held_since);
            bench.clock.advance(after);
            assert_eq!(app.not_now(&job, &ana, &held).await.expect("read"), None);
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_muted_is_not_sent_and_mentions_nobody() {
        on_each(|bench| async move {
            let app = app(&bench).await;
            let ana = PersonId::new("slack", "T1", "U1");
            let until = bench.store.now() + Duration::from_secs(3600);
            app.people.mute(&ana, &Mute { source: "redmine".into(), until: Some(until) }).await.expect("muted");
            let (job, asked) = news(ana.target(), Some("redmine"));
            let Ok(Some(Outcome::Cancel { reason, .. })) = app.not_now(&job, &ana, &asked).await else { panic!("it was sent") };
            assert_eq!(reason, "slack:T1:U1 muted `redmine` until 2026-03-02T10:00:00Z");
            for source in [Some("ci"), None] {
                let (job, asked) = news(ana.target(), source);
                assert_eq!(app.not_now(&job, &ana, &asked).await.expect("read"), None, "{source:?}");
            }
            let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: "C1".into(), thread: None };
            let mentions = async |source| {
                let (job, mut asked) = news(Target::Place(place.clone()), Some(source));
                app.mention_fewer(&job, &mut asked, "slack", "T1").await;
                mentioned(&asked.post.message).len()
            };
            assert_eq!((mentions("redmine").await, mentions("ci").await), (0, 1));
            bench.clock.advance(Duration::from_secs(3600));
            assert_eq!(mentions("redmine").await, 1);
            assert_eq!(app.not_now(&job, &ana, &asked).await.expect("read"), None);
        })
        .await;
    }
}
