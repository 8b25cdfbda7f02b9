//! What of ours stands in a channel, read once for all who look there.
//!
//! After a crash many posts are looked for at once, each maybe behind thousands of messages, and an app may read 50 pages
//! a minute. So what was read stays known, and a look that had to stop for want of budget goes on where it stopped.

use std::time::Duration;

use commands::Result;
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};

use super::{find::Me, history::PAGE, workspace::Workspace};

/// Pages that are looked through; beyond them nobody can tell.
const PAGES: usize = 10;
/// What was said up to so long ago is known.
const FRESH: Duration = Duration::from_secs(1);

/// A channel's past, as far as it was read.
#[derive(Default)]
pub(super) struct Past(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Our messages in it, newest first, as far as a post is known by them.
    ours: Vec<Value>,
    /// The `ts` of the newest and of the oldest message that was read.
    to: String,
    from: String,
    /// Where a look was to begin; whether it came so far, and how many pages it took.
    start: String,
    whole: bool,
    pages: usize,
    read: Option<Instant>,
}

/// What a look found.
pub(super) struct Ours {
    pub messages: Vec<Value>,
    /// The past goes on further back than was looked.
    pub goes_on: bool,
}

impl Past {
    /// Our messages since `start`, a `ts`, or as far back as is looked; or only until these are `enough`.
    pub async fn ours(
        &self,
        (workspace, me): (&Workspace, &Me),
        channel: &str,
        start: &str,
        enough: impl Fn(&[Value]) -> bool,
    ) -> Result<Ours> {
        // Held while it is read: others wait for the same.
        let mut known = self.0.lock().await;
        if known.read.is_none() {
            known.begin(workspace, me, channel, start).await?;
        }
        if *start < *known.start {
            (known.start, known.whole) = (start.to_owned(), false);
        }
        // What is old first: it is read once and for all, where what is new has to be read for each look.
        while !known.whole && known.pages < PAGES && !enough(&known.ours) {
            known.read_older(workspace, me, channel).await?;
        }
        if known.read.is_none_or(|it| it.elapsed() >= FRESH) && !enough(&known.ours) {
            known.read_newer(workspace, me, channel, start).await?;
        }
        Ok(Ours { messages: known.ours.clone(), goes_on: !known.whole })
    }
}

impl Known {
    /// Reads the newest page.
    async fn begin(&mut self, workspace: &Workspace, me: &Me, channel: &str, start: &str) -> Result<()> {
        let page = Page::read(workspace, channel, start, None).await?;
        let (to, from) = page.edges().unwrap_or((start, start));
        let (to, from, start) = (to.to_owned(), from.to_owned(), start.to_owned());
        *self = Known { ours: page.of(me), to, from, start, whole: !page.more, pages: 1, read: Some(Instant::now()) };
        Ok(())
    }

    /// Reads what was said since; all of it or nothing, so that what is known has no gap.
    async fn read_newer(&mut self, workspace: &Workspace, me: &Me, channel: &str, start: &str) -> Result<()> {
        let (mut newer, mut newest, mut before) = (Vec::new(), None, None);
        let read = Instant::now();
        for _ in 0..PAGES {
            let page = Page::read(workspace, channel, &self.to, before.as_deref()).await?;
            newer.extend(page.of(me));
            if let Some((to, from)) = page.edges() {
                newest.get_or_insert(to.to_owned());
                before = Some(from.to_owned());
            }
            if !page.more {
                newer.append(&mut self.ours);
                (self.ours, self.read) = (newer, Some(read));
                self.to = newest.unwrap_or(std::mem::take(&mut self.to));
                return Ok(());
            }
        }
        // More was said since than is looked through: what was known is too far back to be of use.
        *self = Known { whole: false, start: start.to_owned(), ..Known::default() };
        Ok(())
    }

    /// Reads one page more towards the start; what was read is kept when the next cannot be.
    async fn read_older(&mut self, workspace: &Workspace, me: &Me, channel: &str) -> Result<()> {
        let page = Page::read(workspace, channel, &self.start, Some(&self.from)).await?;
        self.ours.extend(page.of(me));
        if let Some((_, from)) = page.edges() {
            self.from = from.to_owned();
        }
        self.whole = !page.more;
        self.pages += 1;
        Ok(())
    }
}

/// One page of a channel, newest first.
struct Page {
    messages: Vec<Value>,
    more: bool,
}

impl Page {
    /// The newest of those that are newer than `after` and older than `before`.
    /// <https://docs.slack.dev/reference/methods/conversations.history>
    async fn read(workspace: &Workspace, channel: &str, after: &str, before: Option<&str>) -> Result<Page> {
        let mut arguments = vec![("channel", channel), ("oldest", after), ("include_all_metadata", "true"), ("limit", PAGE)];
        arguments.extend(before.map(|it| ("latest", it)));
        let mut page = workspace.wire().get("conversations.history", &arguments).await?;
        let more = page.body["has_more"] == true;
        let messages = match page.body["messages"].take() {
            Value::Array(messages) => messages,
            _ => Vec::new(),
        };
        Ok(Page { messages, more })
    }

    /// The newest `ts` and the oldest.
    fn edges(&self) -> Option<(&str, &str)> {
        self.messages.first()?["ts"].as_str().zip(self.messages.last()?["ts"].as_str())
    }

    fn of(&self, me: &Me) -> Vec<Value> {
        let ours = self.messages.iter().filter(|it| me.wrote(it));
        let marks = |it: &Value| -> Vec<Value> {
            it["blocks"].as_array().into_iter().flatten().map(|it| json!({ "block_id": it["block_id"] })).collect()
        };
        ours.map(|it| json!({ "ts": it["ts"], "metadata": it["metadata"], "blocks": marks(it) })).collect()
    }
}
