//! What differs between a file and what is set up, for eyes: no secret is in it.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Item, Secret, Step, compared,
    file::{self, Door, line_naming},
    live::{Live, Now, Stands, is_same_secret},
    order, rank,
};
use crate::{
    app::App,
    config::Problem,
    resources::ledger::{self, CONNECTION, HOOK},
};

/// What applying a file would do.
pub struct Plan {
    /// Its name, without folders: whose what it says is.
    pub file: String,
    pub steps: Vec<Step>,
    pub shown: Shown,
    /// Everything that the file says of the store, by kind and name.
    pub(super) said: Vec<(String, String)>,
    /// What it was made of: nothing may have changed since.
    pub generation: i64,
}

/// The same for eyes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Shown {
    pub added: Vec<Entry>,
    pub changed: Vec<Entry>,
    pub removed: Vec<Entry>,
    /// What was changed in chat since the file was applied last.
    pub drift: Vec<Entry>,
    /// What is in no file, and stays.
    pub kept: Vec<Entry>,
    /// As it is already.
    pub unchanged: usize,
    /// Sections of the file that `bellhop serve` alone reads.
    pub aside: Vec<&'static str>,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    pub kind: String,
    pub name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Who changed it, where that was in chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// A key of it; neither value of a secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// What becomes of that which neither the file says nor any file owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaid {
    Keep,
    Prune,
}

impl Plan {
    /// Everything that the file says of the store, by kind and name.
    pub fn said(&self) -> &[(String, String)] {
        &self.said
    }
}

impl Shown {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// As lines: `+` is added, `~` changed, `-` removed.
    pub fn lines(&self) -> String {
        let mut lines = Vec::new();
        for (sign, entries) in [('+', &self.added), ('~', &self.changed), ('-', &self.removed)] {
            for entry in entries {
                lines.push(format!("{sign} {} {}", entry.kind, entry.name));
                lines.extend(entry.fields.iter().map(Field::line));
            }
        }
        if !self.drift.is_empty() {
            lines.push(String::new());
            lines.push("Drift: changed in chat since the file was applied last".into());
            for entry in &self.drift {
                let who = entry.who.as_ref().map(|it| format!(" (by {it})")).unwrap_or_default();
                lines.push(format!("! {} {}{who}", entry.kind, entry.name));
                lines.extend(entry.fields.iter().map(Field::line));
            }
        }
        if !self.kept.is_empty() {
            lines.push(String::new());
            lines.push("In no file, and kept (--prune removes it)".into());
            for entry in &self.kept {
                let who = entry.who.as_ref().map(|it| format!(" (by {it})")).unwrap_or_default();
                lines.push(format!("  {} {}{who}", entry.kind, entry.name));
            }
        }
        if !self.aside.is_empty() {
            lines.push(String::new());
            let all = self.aside.iter().map(|it| format!("[{it}]")).collect::<Vec<_>>().join(", ");
            lines.push(format!("{all}: `bellhop serve` reads that, nothing here does"));
        }
        lines.push(String::new());
        lines.push(self.sums());
        lines.join("\n").trim_start().to_owned()
    }

    /// The same with people as they are called, by their ids.
    #[must_use]
    pub fn called(mut self, names: &BTreeMap<String, String>) -> Shown {
        for entry in self.drift.iter_mut().chain(&mut self.kept) {
            if let Some(name) = entry.who.as_ref().and_then(|it| names.get(it)) {
                entry.who = Some(name.clone());
            }
        }
        self
    }

    /// Who is named in it, by their ids.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.drift.iter().chain(&self.kept).filter_map(|it| it.who.as_deref())
    }

    /// `1 to add, 2 to change, 0 to remove; 5 as they are.`
    pub fn sums(&self) -> String {
        let (added, changed, removed) = (self.added.len(), self.changed.len(), self.removed.len());
        match self.is_empty() {
            true => format!("Nothing differs; {} as they are.", self.unchanged),
            false => format!("{added} to add, {changed} to change, {removed} to remove; {} as they are.", self.unchanged),
        }
    }
}

impl Field {
    fn line(&self) -> String {
        let shown = |it: &Value| short(&it.to_string());
        match (&self.from, &self.to) {
            _ if self.secret => format!("    {}: a secret, changed", self.key),
            (Some(from), Some(to)) => format!("    {}: {} → {}", self.key, shown(from), shown(to)),
            (None, Some(to)) => format!("    {}: {}", self.key, shown(to)),
            (Some(from), None) => format!("    {}: {} → nothing", self.key, shown(from)),
            (None, None) => format!("    {}", self.key),
        }
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Key by key what differs.
pub fn fields(kind: &str, from: &Map<String, Value>, to: &Map<String, Value>) -> Vec<Field> {
    let (from, to) = (compared(kind, from), compared(kind, to));
    let mut keys: Vec<&String> = from.keys().chain(to.keys()).collect();
    keys.sort();
    keys.dedup();
    let differing = keys.into_iter().filter(|key| from.get(*key) != to.get(*key));
    differing
        .map(|key| Field { key: key.clone(), from: from.get(key).cloned(), to: to.get(key).cloned(), secret: false })
        .collect()
}

fn secret_field(key: &str) -> Field {
    Field { key: key.to_owned(), from: None, to: None, secret: true }
}

impl App {
    /// What applying `text` would do. `file` is its name.
    ///
    /// # Errors
    /// The store cannot be read; inside, what is wrong with the file, by line.
    pub async fn plan(&self, file: &str, text: &str, door: Door, unsaid: Unsaid) -> anyhow::Result<Result<Plan, Vec<Problem>>> {
        let now = self.set_up().await?;
        let chats: Vec<&str> = self.platforms.all().map(|it| it.name()).collect();
        let read = match file::read(file, text, door, &now, &chats) {
            Ok(read) => read,
            Err(problems) => return Ok(Err(problems)),
        };
        let problem = |line: usize, message: String| Problem { line, message, file: None };
        let mut problems = Vec::new();
        let mut shown = Shown { aside: read.aside, ..Shown::default() };
        let (mut puts, mut said) = (Vec::new(), Vec::new());
        for item in read.items {
            let live = now.find(&item.kind, &item.name);
            let known = match live {
                Some(live) => self.secrets_of(live).await?,
                None => BTreeMap::new(),
            };
            let mut differing = match live {
                Some(live) => fields(&item.kind, &live.body, &item.body),
                None => fields(&item.kind, &Map::new(), &item.body),
            };
            differing.extend(secrets(&item, &known, live.is_some()).map(|it| secret_field(&it)));
            for (key, secret) in &item.secrets {
                if let Secret::Kept(name) = secret
                    && !known.contains_key(key)
                    // A hook may be one whose vendor's secret nobody has brought yet.
                    && !(item.kind == HOOK && live.is_some())
                {
                    let (kind, of) = (&item.kind, &item.name);
                    let message = match (door, item.body.get("kind").and_then(Value::as_str)) {
                        (Door::Chat, Some(connector)) if *kind == CONNECTION => format!(
                            "`{key}` of the {kind} `{of}`: no such secret is kept yet. Type it into the form of `bellhop connect {connector}` \
                             first; the connection is called `{connector}` then"
                        ),
                        (Door::Chat, _) => {
                            format!("`{key}` of the {kind} `{of}`: no such secret is kept yet; `bellhop hooks add` makes one")
                        }
                        _ => format!("`{key}` of the {kind} `{of}`: the environment has no {name}, and none is kept"),
                    };
                    problems.push(problem(line_naming(text, name), message));
                }
            }
            let entry = Entry { kind: item.kind.clone(), name: item.name.clone(), fields: differing, who: None };
            match live.map(|it| &it.stands) {
                Some(Stands::Served(_)) if entry.fields.is_empty() => {
                    shown.unchanged += 1;
                    continue;
                }
                Some(Stands::Served(_)) => {
                    let keys: Vec<String> = entry.fields.iter().map(|it| format!("`{}`", it.key)).collect();
                    let message = format!(
                        "the {} `{}` stands in the file that the bot serves, which says otherwise of {}: change it there",
                        item.kind,
                        item.name,
                        keys.join(", ")
                    );
                    problems.push(problem(line_of(text, &item.name), message));
                    continue;
                }
                Some(Stands::Kept { .. }) if entry.fields.is_empty() => shown.unchanged += 1,
                Some(Stands::Kept { .. }) => {
                    shown.changed.push(entry);
                    puts.push(item.clone());
                }
                None => {
                    shown.added.push(entry);
                    puts.push(item.clone());
                }
            }
            said.push((item.kind, item.name));
        }
        let is_said = |kind: &str, name: &str| said.iter().any(|it| it.0 == kind && it.1.eq_ignore_ascii_case(name));
        let mut removes = Vec::new();
        for live in now.all.iter().filter(|it| !is_said(&it.kind, &it.name)) {
            let Stands::Kept { by, .. } = &live.stands else { continue };
            let entry = Entry { kind: live.kind.clone(), name: live.name.clone(), fields: Vec::new(), who: Some(by.who.clone()) };
            let is_ours = live.applied.as_ref().is_some_and(|it| it.file == file);
            if is_ours || (unsaid == Unsaid::Prune && live.applied.is_none()) {
                shown.removed.push(Entry { who: None, ..entry });
                let (kind, name, body) = (live.kind.clone(), live.name.clone(), live.body.clone());
                removes.push(Step::Remove { kind, name, body });
            } else if live.applied.is_none() {
                shown.kept.push(entry);
            }
        }
        shown.drift = self.drift(file, &now).await?;
        // A circle may run through what is there already.
        let others = now.all.iter().filter(|it| !is_said(&it.kind, &it.name)).map(item_of);
        let unchanged =
            now.all.iter().filter(|it| is_said(&it.kind, &it.name) && !puts.iter().any(|put| is(put, it))).map(item_of);
        let everything: Vec<Item> = puts.iter().cloned().chain(others).chain(unchanged).collect();
        problems.extend(left_without(&everything, &removes).into_iter().map(|it| problem(1, it)));
        if let Err(circle) = order::ordered(everything) {
            problems.push(problem(1, format!("these need each other: {}", circle.join(" → "))));
        }
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let ordered = order::ordered(puts).unwrap_or_default();
        removes.sort_by_key(|it| std::cmp::Reverse(rank(it.kind())));
        let steps = ordered.into_iter().map(Step::Put).chain(removes).collect();
        Ok(Ok(Plan { file: file.to_owned(), steps, shown, said, generation: now.generation }))
    }

    /// What was changed since `file` was applied last, against what was applied.
    async fn drift(&self, file: &str, now: &Now) -> anyhow::Result<Vec<Entry>> {
        let mut drift = Vec::new();
        for applied in now.applied.iter().filter(|it| it.file == file) {
            let then = ledger::version(&self.store, &applied.kind, &applied.name, applied.version).await?;
            let Some(then) = then.and_then(|it| it.body) else { continue };
            let newest = ledger::history(&self.store, Some(&applied.kind), Some(&applied.name), 1).await?.pop();
            let Some((_, newest)) = newest.filter(|(_, it)| it.version > applied.version) else { continue };
            let mut differing = match &newest.body {
                Some(body) => fields(&applied.kind, &then, body),
                None => vec![Field { key: "removed".into(), from: None, to: None, secret: false }],
            };
            if let Some(live) = now.find(&applied.kind, &applied.name).filter(|_| newest.body.is_some()) {
                let version = then.get(ledger::SEALED).and_then(Value::as_i64);
                let (before, after) = (self.sealed(&applied.kind, &applied.name, version).await?, self.secrets_of(live).await?);
                let is_other = |key: &&String| match (before.get(*key), after.get(*key)) {
                    (Some(one), Some(other)) => !is_same_secret(one, other),
                    _ => true,
                };
                differing.extend(after.keys().filter(is_other).map(|key| secret_field(key)));
            }
            if !differing.is_empty() {
                let who = Some(newest.by.who.clone());
                drift.push(Entry { kind: applied.kind.clone(), name: applied.name.clone(), fields: differing, who });
            }
        }
        Ok(drift)
    }
}

/// The connections that would be left needing one that is taken away, each in a sentence.
fn left_without(everything: &[Item], removes: &[Step]) -> Vec<String> {
    let is_gone = |kind: &str, name: &str| removes.iter().any(|it| it.kind() == kind && it.name().eq_ignore_ascii_case(name));
    let stay = everything.iter().filter(|it| it.kind == CONNECTION && !is_gone(&it.kind, &it.name));
    let left = stay.flat_map(|it| order::needs(it).into_iter().map(move |need| (it, need)));
    left.filter(|(_, (kind, name))| is_gone(kind, name))
        .map(|(it, (_, name))| {
            format!(
                "the connection `{name}` cannot go: `{}` needs it, until `connections needs {} nothing` is said",
                it.name, it.name
            )
        })
        .collect()
}

fn is(item: &Item, live: &Live) -> bool {
    item.kind == live.kind && item.name.eq_ignore_ascii_case(&live.name)
}

fn item_of(live: &Live) -> Item {
    Item { kind: live.kind.clone(), name: live.name.clone(), body: live.body.clone(), secrets: BTreeMap::new() }
}

/// The keys of secrets that would be other than those known.
fn secrets(item: &Item, known: &BTreeMap<String, SecretString>, is_there: bool) -> impl Iterator<Item = String> {
    let wanted = item.secrets.iter().filter(|(key, secret)| match (secret, known.get(*key)) {
        (Secret::New(new), Some(known)) => !is_same_secret(new, known),
        (Secret::New(_), None) => true,
        (Secret::Kept(_), _) => false,
        (Secret::Of(_), _) => true,
    });
    let gone = known.keys().filter(|key| is_there && !item.secrets.contains_key(*key));
    wanted.map(|(key, _)| key.clone()).chain(gone.cloned()).collect::<Vec<_>>().into_iter()
}

/// The line that names it.
fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.contains(name)).map_or(1, |it| it + 1)
}
