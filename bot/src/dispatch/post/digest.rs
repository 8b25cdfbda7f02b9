//! Many messages in one: what a flood of notifications becomes.
//!
//! A digest says how many it stands for, from when to when and of what; it names the first and the last of
//! them, and says exactly how many are between. The jobs that it stands for end in the history with
//! its number, in the transaction that makes this job the digest: each is told, or on its way to be.

use std::time::Duration;

use commands::{Block, Message, Span, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    PostJob,
    card::{AlertPart, CardPost},
};
use crate::{
    config,
    queue::{Job, Priority},
};

/// Lines at the beginning, and as many at the end.
const LINES: usize = 10;
/// What all lines may take, as the chat that spends most on escaping writes them: Zulip takes 10,000 in a message.
const ROOM: usize = 7_500;
/// Jobs that are looked at, and so ended, at once.
pub(super) const AT_ONCE: u32 = 1_000;
/// A post that was made this long ago waits for nothing, so nothing waits behind it.
pub(super) const AT_LEAST: Duration = Duration::from_secs(1);

/// What a notification tells, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The hook or connection: `redmine`.
    pub source: String,
    /// `issue.updated`.
    pub kind: String,
    pub at: Timestamp,
    /// Who did what to which.
    pub line: Text,
}

/// Many of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    count: usize,
    from: Timestamp,
    until: Timestamp,
    /// How many, by source and kind.
    tally: Vec<(String, String, usize)>,
    first: Vec<Text>,
    /// After the first, the newest last.
    last: Vec<Text>,
}

/// Why notifications are told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Flood,
    /// The subscription's `mode` is `digest`.
    AskedFor,
}

impl Digest {
    pub fn of(told: &Told) -> Digest {
        Digest {
            count: 1,
            from: told.at,
            until: told.at,
            tally: vec![(told.source.clone(), told.kind.clone(), 1)],
            first: vec![told.line.clone()],
            last: Vec::new(),
        }
    }

    /// This digest, and the younger `other` after it.
    pub fn add(&mut self, other: Digest) {
        self.count += other.count;
        self.from = self.from.min(other.from);
        self.until = self.until.max(other.until);
        for (source, kind, count) in other.tally {
            match self.tally.iter_mut().find(|it| it.0 == source && it.1 == kind) {
                Some(it) => it.2 += count,
                None => self.tally.push((source, kind, count)),
            }
        }
        // A younger digest that has a gap fills up our first lines before it comes to its last ones.
        for line in other.first.into_iter().chain(other.last) {
            let lines = if self.last.is_empty() && self.first.len() < LINES { &mut self.first } else { &mut self.last };
            lines.push(line);
        }
        let surplus = self.last.len().saturating_sub(LINES);
        self.last.drain(..surplus);
    }

    /// How many notifications it stands for.
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn message(&self, why: Why) -> Message {
        let (first, last) = self.lines();
        let between = self.count - first.len() - last.len();
        let why = match why {
            Why::Flood => "They came faster than they could be posted one by one: the first at ",
            Why::AskedFor => "As this subscription asks for: the first came at ",
        };
        let told = Text::new().plain(why).time(self.from);
        let mut message = Message::new()
            .heading(format!("{} notifications in one message", self.count))
            .paragraph(told.plain(", the last at ").time(self.until).plain("."))
            .list(self.sources());
        if !first.is_empty() {
            message = message.block(Block::Divider).list(first);
        }
        if between > 0 {
            message = message.paragraph(Text::new().italic(format!("… and {between} more …")));
        }
        if !last.is_empty() {
            message = message.list(last);
        }
        message
    }

    /// `redmine: 142 issue updated, 48 issue created`, the most frequent first.
    fn sources(&self) -> Vec<Text> {
        const KINDS: usize = 5;
        let mut tally: Vec<&(String, String, usize)> = self.tally.iter().collect();
        tally.sort_by_key(|it| std::cmp::Reverse(it.2));
        let mut sources: Vec<&str> = Vec::new();
        for (source, ..) in &tally {
            if !sources.contains(&source.as_str()) {
                sources.push(source);
            }
        }
        let line = |source: &&str| {
            let kinds: Vec<_> = tally.iter().filter(|it| it.0 == **source).collect();
            let named = kinds.iter().take(KINDS).map(|it| format!("{} {}", it.2, it.1.replace(['.', '_'], " ")));
            let others: usize = kinds.iter().skip(KINDS).map(|it| it.2).sum();
            let others = (others > 0).then(|| format!("{others} of other kinds"));
            let counts = named.chain(others).collect::<Vec<_>>().join(", ");
            Text::new().bold(short(source, 40)).plain(format!(": {counts}"))
        };
        sources.iter().take(LINES).map(line).collect()
    }

    /// As many of the first and the last as fit.
    fn lines(&self) -> (Vec<Text>, Vec<Text>) {
        let fitting = |lines: &mut dyn Iterator<Item = &Text>, mut room: usize| {
            let mut taken = Vec::new();
            for line in lines.map(shortened) {
                let Some(left) = room.checked_sub(cost(&line)) else { break };
                room = left;
                taken.push(line);
            }
            taken
        };
        let first = fitting(&mut self.first.iter(), if self.last.is_empty() { ROOM } else { ROOM / 2 });
        let mut last = fitting(&mut self.last.iter().rev(), ROOM / 2);
        last.reverse();
        (first, last)
    }
}

/// Whether `job`, the younger one of a lane, may be told together with the one ahead of it; what it tells.
pub(super) fn foldable(job: &Job) -> Option<(PostJob, Digest)> {
    if job.kind != PostJob::KIND || job.priority != Priority::Chatter {
        return None;
    }
    let asked = job.payload.read::<PostJob>().ok()?;
    let digest = asked.tells()?;
    Some((asked, digest))
}

/// Whether `job` is a line below the card of an alert. In the channel itself it says nothing, so what is told together may go ahead of
/// it; below a card that was told together it is not said at all.
pub(super) fn is_below_a_card(job: &Job) -> bool {
    let asked = (job.kind == PostJob::KIND).then(|| job.payload.read::<PostJob>().ok()).flatten();
    asked.is_some_and(|it| matches!(it.card, Some(CardPost::Alert { part: AlertPart::Story, .. })))
}

/// Whether so many, of which the first has waited for so long, are a flood.
pub(super) fn is_flood(rule: &config::Digest, waiting: usize, waited: Duration) -> bool {
    let Some(patience) = rule.patience() else { return false };
    waiting > usize::try_from(rule.after).unwrap_or(usize::MAX) || (waiting > 1 && waited > patience)
}

fn short(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A line of at most 160 characters and one link: what it tells is in its message's place in the history.
fn shortened(line: &Text) -> Text {
    let mut room: usize = 160;
    let mut spans = Vec::new();
    for span in &line.0 {
        if room == 0 {
            break;
        }
        let cut = |text: &String| {
            // Spaces at the ends part a span from its neighbours.
            let inner = short(text, room);
            let (before, after) = (text.starts_with(char::is_whitespace), text.ends_with(char::is_whitespace));
            format!("{}{inner}{}", if before { " " } else { "" }, if after && !inner.is_empty() { " " } else { "" })
        };
        let span = match span {
            Span::Plain(text) => Span::Plain(cut(text)),
            Span::Bold(text) => Span::Bold(cut(text)),
            Span::Italic(text) => Span::Italic(cut(text)),
            Span::Code(text) => Span::Code(cut(text)),
            Span::Link { url, label } if url.len() <= 300 => Span::Link { url: url.clone(), label: cut(label) },
            Span::Link { label, .. } => Span::Bold(cut(label)),
            other => other.clone(),
        };
        let used = Text(vec![span.clone()]).to_plain().chars().count();
        room = room.saturating_sub(used);
        spans.push(span);
    }
    Text(spans)
}

/// What it takes when every mark is written as an entity and every address is percent-encoded.
fn cost(line: &Text) -> usize {
    let words = |text: &str| text.chars().map(|it| if it.is_alphanumeric() || it == ' ' { 1 } else { 6 }).sum::<usize>();
    let plain = |it: u8| it.is_ascii_alphanumeric() || b":/?#=&.-_~".contains(&it);
    let marks = line.0.iter().map(|span| match span {
        Span::Link { url, .. } => url.bytes().map(|it| if plain(it) { 1 } else { 3 }).sum(),
        _ => 8,
    });
    words(&line.to_plain()) + marks.sum::<usize>() + 4
}

#[cfg(test)]
mod tests;
