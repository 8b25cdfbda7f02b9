//! `bellhop jobs`: the queue from the command line, beside a running bot or without one.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use commands::Group;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{Printed, print, start};
use crate::{
    builtins::jobs::{self, SUBJECTS, age, shortened, standing},
    dispatch::cancel::{self, Taken},
    queue::{By, Discarded, Filter, Hurried, Listed, Overview, Queue, Redriven, Standing},
    store::Store,
};

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Subcommand)]
enum What {
    /// List jobs, one a line: what was given up first, then what waits
    List {
        /// Only those that stand so
        #[arg(long, value_enum)]
        state: Option<Standing>,
        #[command(flatten)]
        chosen: Chosen,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// Show one job: where it stands, what it is to do, and what became of it
    Show {
        id: i64,
        /// Print what it is to do in full, with what people wrote
        #[arg(long)]
        payload: bool,
    },
    /// Try again what was given up
    Redrive {
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// All that fit, the oldest first
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        chosen: Chosen,
        /// At most so many
        #[arg(long, value_name = "N", requires = "all")]
        limit: Option<u64>,
    },
    /// Try now what waits for its time, or for its next try
    Now { id: i64 },
    /// Take a job back that nobody works on
    Cancel { id: i64 },
    /// Give up for good what was given up; it stays in the history for 30 days
    Discard { id: i64 },
}

#[derive(Args)]
struct Chosen {
    /// Only this kind: run, post, hook, poll
    #[arg(long)]
    kind: Option<String>,
    /// Only those about this connection, hook, chat or channel: redmine, slack, slack:C0123
    #[arg(long)]
    connection: Option<String>,
}

/// Bellhop's store, as far as jobs go.
struct Desk {
    queue: Queue,
    groups: Vec<Group>,
    by: By,
    now: Timestamp,
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.printed.configured.load()?;
    let store = Store::open_beside(&config.store.url).await?;
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".into());
    let desk = Desk {
        queue: Queue::open(&store),
        groups: start::all_groups(),
        by: By { actor: format!("cli::{user}"), request_id: Uuid::now_v7().simple().to_string() },
        now: store.now(),
        format: if options.printed.json { Format::Json } else { Format::Text },
    };
    let filter = |state, chosen: Chosen| Filter { state, kind: chosen.kind, connection: chosen.connection };
    match options.what {
        None => desk.overview().await?,
        Some(What::List { state, chosen, limit }) => desk.list(&filter(state, chosen), limit).await?,
        Some(What::Show { id, payload: false }) => desk.show(id, jobs::shown).await?,
        Some(What::Show { id, payload: true }) => desk.show(id, serde_json::Value::clone).await?,
        Some(What::Redrive { all: true, chosen, limit, .. }) => {
            desk.redrive_all(&filter(Some(Standing::Dead), chosen), limit.unwrap_or(u64::MAX)).await?;
        }
        Some(What::Redrive { ids, .. }) => desk.redrive(&ids).await?,
        Some(What::Now { id }) => desk.hurry(id).await?,
        Some(What::Cancel { id }) => desk.cancel(id).await?,
        Some(What::Discard { id }) => desk.discard(id).await?,
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

impl Desk {
    async fn overview(&self) -> anyhow::Result<()> {
        let overview = self.queue.overview(SUBJECTS).await?;
        match self.format {
            Format::Json => print(json!(overview)),
            Format::Text => print(clean(&self.as_text(&overview))),
        }
        Ok(())
    }

    fn as_text(&self, overview: &Overview) -> String {
        let of = |state: Standing| overview.counts.iter().filter(|it| it.state == state).map(|it| it.jobs).sum::<i64>();
        let states: Vec<Standing> = Standing::OPEN.into_iter().filter(|it| of(*it) > 0).collect();
        let now = overview.at.strftime("%Y-%m-%d %H:%M UTC");
        if states.is_empty() {
            return format!("{now}: no job waits, and none was given up.");
        }
        let mut names: Vec<(Option<&str>, String)> = Vec::new();
        for count in &overview.counts {
            names.push((Some(&count.kind), count.kind.clone()));
        }
        names.sort();
        names.dedup();
        let header = |first: &str| {
            let states = states.iter().map(|it| standing(*it).to_uppercase());
            std::iter::once(first.to_uppercase()).chain(states).chain(["OLDEST".to_owned()]).collect::<Vec<_>>()
        };
        let row = |name: &str, counts: Vec<(Standing, i64, Timestamp)>| {
            let cell = |state: &Standing| counts.iter().filter(|it| it.0 == *state).map(|it| it.1).sum::<i64>();
            let cells = states.iter().map(|it| match cell(it) {
                0 => "-".to_owned(),
                jobs => jobs.to_string(),
            });
            let oldest = counts.iter().map(|it| it.2).min().map(|it| age(overview.at.duration_since(it)));
            std::iter::once(name.to_owned()).chain(cells).chain([oldest.unwrap_or_default()]).collect::<Vec<_>>()
        };
        let mut rows = vec![header("kind")];
        for (_, kind) in &names {
            let counts = overview.counts.iter().filter(|it| it.kind == *kind);
            rows.push(row(kind, counts.map(|it| (it.state, it.jobs, it.oldest)).collect()));
        }
        rows.push(row("all", overview.counts.iter().map(|it| (it.state, it.jobs, it.oldest)).collect()));
        let mut text = format!("Jobs at {now}\n\n{}", table(&rows));

        let mut connections: Vec<Option<&str>> = overview.connections.iter().map(|it| it.connection.as_deref()).collect();
        connections.dedup();
        let mut rows = vec![header("connection or channel")];
        for connection in connections {
            let counts = overview.connections.iter().filter(|it| it.connection.as_deref() == connection);
            rows.push(row(connection.unwrap_or("-"), counts.map(|it| (it.state, it.jobs, it.oldest)).collect()));
        }
        text.push_str(&format!("\n{}", table(&rows)));
        if let Some(most) = overview.connections_of_the_oldest {
            text.push_str(&format!("(connections and channels of the {most} oldest only)\n"));
        }
        text.push('\n');
        if let Some(since) = overview.due_since {
            text.push_str(&format!("The oldest due job has waited for {}.\n", age(overview.at.duration_since(since))));
        }
        if let Some(longest) = &overview.longest_lane {
            let head = jobs::line(&longest.held_up_by, overview.at).to_plain();
            text.push_str(&format!("The longest lane is {} with {} jobs, behind {head}\n", longest.lane, longest.jobs));
        }
        let dead = of(Standing::Dead);
        if dead > 0 {
            text.push_str(&format!(
                "{dead} given up: `bellhop jobs list --state dead` says why, `bellhop jobs redrive ID` tries one again, `--all` all.\n"
            ));
        }
        text.trim_end().to_owned()
    }

    async fn list(&self, filter: &Filter, limit: u32) -> anyhow::Result<()> {
        let found = self.queue.list(filter, SUBJECTS, limit).await?;
        match self.format {
            Format::Json => print(json!(found)),
            Format::Text if found.is_empty() => print("No job fits."),
            Format::Text => {
                let mut rows =
                    vec![["ID", "STATE", "KIND", "CONNECTION", "TRIES", "AGE", "NEXT", "REASON"].map(str::to_owned).to_vec()];
                rows.extend(found.iter().map(|it| self.row(it)));
                print(clean(table(&rows).trim_end()));
                if u32::try_from(found.len()).is_ok_and(|it| it == limit) {
                    print(format_args!("({limit} jobs; there may be more: --limit, --state, --kind, --connection)"));
                }
            }
        }
        Ok(())
    }

    fn row(&self, job: &Listed) -> Vec<String> {
        let next = match job.run_at {
            Some(at) if at > self.now && matches!(job.state, Standing::Retrying | Standing::Scheduled) => {
                format!("in {}", age(at.duration_since(self.now)))
            }
            Some(_) if matches!(job.state, Standing::Retrying | Standing::Waiting) => "now".into(),
            _ => "-".into(),
        };
        vec![
            job.id.to_string(),
            job.state.name().into(),
            job.kind.clone(),
            job.connection.clone().unwrap_or_else(|| "-".into()),
            job.attempts.to_string(),
            age(self.now.duration_since(job.created_at)),
            next,
            job.reason.as_deref().map(|it| shortened(it, 120)).unwrap_or_default(),
        ]
    }

    async fn show(&self, id: i64, shown: fn(&serde_json::Value) -> serde_json::Value) -> anyhow::Result<()> {
        let Some((job, payload)) = self.queue.job(id, SUBJECTS).await? else {
            bail!("there is no job {id}: it never was, or it ended more than 30 days ago");
        };
        let what = payload.as_ref().and_then(|it| jobs::what(&self.groups, it));
        let payload = payload.as_ref().map(shown);
        if self.format == Format::Json {
            let mut all = json!(job);
            all["what"] = json!(what);
            all["payload"] = json!(payload);
            print(all);
            return Ok(());
        }
        let mut facts = jobs::facts(&job, self.now);
        if let Some(what) = what {
            facts.insert(1, ("What".into(), what.into()));
        }
        let rows: Vec<Vec<String>> = facts.into_iter().map(|(name, text)| vec![name, text.to_plain()]).collect();
        print(clean(&format!("Job {id}\n{}", table(&rows).trim_end())));
        if let Some(payload) = payload {
            print(clean(&serde_json::to_string_pretty(&payload)?));
        }
        let next = match job.state {
            Standing::Retrying | Standing::Scheduled if cancel::kept(&job.kind).is_some() => {
                format!("`bellhop jobs now {id}` tries it now.")
            }
            Standing::Waiting if cancel::kept(&job.kind).is_some() => return Ok(()),
            Standing::Dead if job.redriven_as.is_none() => {
                format!("`bellhop jobs redrive {id}` tries it again, `bellhop jobs discard {id}` gives it up for good.")
            }
            Standing::Retrying | Standing::Scheduled => {
                format!("`bellhop jobs now {id}` tries it now, `bellhop jobs cancel {id}` takes it back.")
            }
            Standing::Waiting => format!("`bellhop jobs cancel {id}` takes it back."),
            _ => return Ok(()),
        };
        print(next);
        Ok(())
    }

    async fn redrive(&self, ids: &[i64]) -> anyhow::Result<()> {
        for id in ids {
            match self.queue.redrive(*id).await? {
                Redriven::As(new) => {
                    self.note(&format!("bellhop redrive {id}")).await?;
                    self.say(format!("Job {id} is tried again, as {new}."), json!({ "job": id, "redriven_as": new }));
                }
                Redriven::Live => bail!("a job that does the same as {id} is waiting already: nothing was changed"),
                Redriven::NotFound => bail!("job {id} is not among those given up: `bellhop jobs list --state dead` lists them"),
            }
        }
        Ok(())
    }

    async fn redrive_all(&self, filter: &Filter, limit: u64) -> anyhow::Result<()> {
        let all = self.queue.redrive_all(filter, SUBJECTS, limit, &self.by).await?;
        let mut text = match all.put_back {
            1 => "1 job is tried again.".to_owned(),
            n => format!("{n} jobs are tried again."),
        };
        if all.live > 0 {
            text.push_str(&format!(" {} stay given up: a job that does the same is waiting already.", all.live));
        }
        self.say(text, json!(all));
        Ok(())
    }

    async fn hurry(&self, id: i64) -> anyhow::Result<()> {
        if self.queue.hurry(id).await? == Hurried::NotWaiting {
            bail!("job {id} does not wait for its time: `bellhop jobs show {id}` says where it stands");
        }
        self.note(&format!("bellhop jobs now {id}")).await?;
        self.say(format!("Job {id} is tried now."), json!({ "job": id, "due": true }));
        Ok(())
    }

    async fn cancel(&self, id: i64) -> anyhow::Result<()> {
        let taken = match cancel::waiting(&self.queue, id).await? {
            Some(job) => cancel::cancel(&self.queue, job, &self.by.actor, None).await?,
            None => Taken::TooLate,
        };
        match taken {
            Taken::Yes(_) => {}
            Taken::TooLate => {
                bail!("job {id} is not waiting: it is at work, has ended, or never was; `bellhop jobs show {id}` says which")
            }
            Taken::Kept(why) => bail!("job {id} goes on. {why}"),
        }
        self.note(&format!("bellhop cancel {id}")).await?;
        self.say(format!("Job {id} will not be done."), json!({ "job": id, "cancelled": true }));
        Ok(())
    }

    async fn discard(&self, id: i64) -> anyhow::Result<()> {
        if self.queue.discard(id, &self.by.actor).await? == Discarded::NotFound {
            bail!("job {id} is not among those given up: `bellhop jobs list --state dead` lists them");
        }
        self.note(&format!("bellhop jobs discard {id}")).await?;
        self.say(format!("Job {id} is given up for good."), json!({ "job": id, "discarded": true }));
        Ok(())
    }

    async fn note(&self, action: &str) -> anyhow::Result<()> {
        self.queue.note(&self.by, action).await.context("it was done, but the audit log could not be written")
    }

    fn say(&self, text: String, data: serde_json::Value) {
        match self.format {
            Format::Json => print(data),
            Format::Text => print(text),
        }
    }
}

/// Columns as wide as what is in them.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Without what would move the cursor or colour a terminal: reasons are also other systems' words.
fn clean(text: &str) -> String {
    text.chars().map(|it| if it.is_control() && it != '\n' { ' ' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_nothing_moves_the_cursor() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(table(&[row(["ID", "REASON"]), row(["1000", "a\u{1b}[2J"])]), "ID    REASON\n1000  a\u{1b}[2J\n");
        assert_eq!(clean("a\u{1b}[2J\nb\r"), "a [2J\nb ");
    }
}
