//! How jobs read in a chat.

use commands::{Block, Button, Ctx, Message, Text, Tone};
use jiff::Timestamp;
use serde_json::json;

use super::{age, shortened, standing};
use crate::{
    dispatch::cancel,
    queue::{Listed, Overview, Standing},
};

/// Connections and channels that an overview lists.
const CONNECTIONS: usize = 12;

pub(super) fn overview(overview: &Overview) -> Message {
    let of = |state: Standing| overview.counts.iter().filter(|it| it.state == state).map(|it| it.jobs).sum::<i64>();
    let total: i64 = Standing::OPEN.into_iter().map(of).sum();
    let mut message = Message::new().heading("Jobs");
    if total == 0 {
        return message.paragraph("Nothing waits, and nothing was given up.").tone(Tone::Good);
    }
    let mut facts: Vec<(String, Text)> = Vec::new();
    for state in Standing::OPEN.into_iter().filter(|it| of(*it) > 0) {
        facts.push((capital(standing(state)), of(state).to_string().into()));
    }
    if let Some(since) = overview.due_since {
        facts.push(("Longest due".into(), age(overview.at.duration_since(since)).into()));
    }
    let dead = overview.counts.iter().filter(|it| it.state == Standing::Dead).map(|it| it.oldest).min();
    if let Some(since) = dead {
        facts.push(("Oldest given up".into(), Text::new().plain(format!("{} ago", age(overview.at.duration_since(since))))));
        message.tone = Tone::Warning;
    }
    message = message.facts(facts);
    let states: Vec<Standing> = Standing::OPEN.into_iter().filter(|it| of(*it) > 0).collect();
    // One table, as both have the same columns.
    let mut rows = by_connection(overview);
    let hidden = rows.len().saturating_sub(CONNECTIONS);
    rows.truncate(CONNECTIONS);
    rows.splice(0..0, by_kind(overview));
    message = message.block(table("Kind, then connection", &states, &rows));
    if let Some(most) = overview.connections_of_the_oldest {
        message = message.context(format!("Connections and channels: of the {most} oldest only."));
    }
    if hidden > 0 {
        message = message.context(format!("And {hidden} more connections and channels."));
    }
    if let Some(longest) = &overview.longest_lane {
        let text = Text::new()
            .bold("Longest lane")
            .plain(": ")
            .code(longest.lane.clone())
            .plain(format!(" with {} jobs, behind ", longest.jobs));
        message = message.paragraph(joined(text, line(&longest.held_up_by, overview.at)));
    }
    message
}

/// A row of counts by standing, for a kind or for a connection.
struct CountRow {
    name: String,
    counts: Vec<(Standing, i64)>,
}

fn by_kind(overview: &Overview) -> Vec<CountRow> {
    let mut rows: Vec<CountRow> = Vec::new();
    for count in &overview.counts {
        add(&mut rows, &count.kind, count.state, count.jobs);
    }
    rows
}

/// Those with most jobs first.
fn by_connection(overview: &Overview) -> Vec<CountRow> {
    let mut rows: Vec<CountRow> = Vec::new();
    for about in &overview.connections {
        add(&mut rows, about.connection.as_deref().unwrap_or("–"), about.state, about.jobs);
    }
    rows.sort_by_key(|it| std::cmp::Reverse(it.counts.iter().map(|it| it.1).sum::<i64>()));
    rows
}

fn add(rows: &mut Vec<CountRow>, name: &str, state: Standing, jobs: i64) {
    match rows.iter_mut().find(|it| it.name == name) {
        Some(row) => row.counts.push((state, jobs)),
        None => rows.push(CountRow { name: name.to_owned(), counts: vec![(state, jobs)] }),
    }
}

fn table(first: &str, states: &[Standing], rows: &[CountRow]) -> Block {
    let header = std::iter::once(first.to_owned()).chain(states.iter().map(|it| capital(standing(*it)))).collect();
    let cell = |row: &CountRow, state: Standing| -> Text {
        match row.counts.iter().find(|it| it.0 == state) {
            Some((_, jobs)) => jobs.to_string().into(),
            None => "–".into(),
        }
    };
    let rows = rows
        .iter()
        .map(|row| std::iter::once(Text::new().code(row.name.clone())).chain(states.iter().map(|it| cell(row, *it))).collect());
    Block::Table { header, rows: rows.collect() }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn joined(mut text: Text, mut more: Text) -> Text {
    text.0.append(&mut more.0);
    text
}

fn tries(attempts: i64) -> String {
    if attempts == 1 { "1 try".into() } else { format!("{attempts} tries") }
}

/// A job in a line: what it is, where it stands, and why.
pub fn line(job: &Listed, now: Timestamp) -> Text {
    let mut text = Text::new().code(format!("#{}", job.id)).plain(" ").bold(job.kind.clone());
    if let Some(connection) = &job.connection {
        text = text.plain(" · ").code(connection.clone());
    }
    let ago = |at: Option<Timestamp>| age(now.duration_since(at.unwrap_or(job.created_at)));
    let run_at = job.run_at.unwrap_or(now);
    let until = |text: Text| match run_at > now {
        true => text.plain(format!("in {} (", age(run_at.duration_since(now)))).time(run_at).plain(")"),
        false => text.plain("now"),
    };
    text = text.plain(" · ");
    text = match job.state {
        Standing::Waiting => text.plain(format!("waiting for {}", age(now.duration_since(run_at)))),
        Standing::Scheduled => until(text.plain("due ")),
        Standing::Working => text.plain(format!("at work, try {}", job.attempts)),
        Standing::Sending => text.plain(format!("being sent, try {}", job.attempts)),
        Standing::Unknown => text.plain("it may have been done; that is being found out"),
        Standing::Retrying => until(text.plain(format!("after {}, next ", tries(job.attempts)))),
        Standing::Dead => match job.redriven_as {
            Some(new) => text.plain(format!("given up {} ago, put back as {new}", ago(job.ended_at))),
            None => text.plain(format!("given up {} ago after {}", ago(job.ended_at), tries(job.attempts))),
        },
        Standing::Done => text.plain(format!("done {} ago", ago(job.ended_at))),
        Standing::Cancelled => text.plain(format!("cancelled {} ago", ago(job.ended_at))),
    };
    match &job.reason {
        Some(reason) => joined(text.plain(": "), Text::marked(&shortened(reason, 300))),
        None => text,
    }
}

/// All that is known of a job but its payload.
pub fn facts(job: &Listed, now: Timestamp) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = vec![("State".into(), capital(standing(job.state)).into())];
    let mut fact = |name: &str, text: Option<Text>| facts.extend(text.map(|it| (name.to_owned(), it)));
    let moment = |at: Timestamp| match at > now {
        true => Text::new().time(at).plain(format!(", in {}", age(at.duration_since(now)))),
        false => Text::new().time(at).plain(format!(", {} ago", age(now.duration_since(at)))),
    };
    fact("Kind", Some(job.kind.clone().into()));
    fact("About", job.connection.clone().map(|it| Text::new().code(it)));
    fact("Lane", job.lane.clone().map(|it| Text::new().code(it)));
    let priority = match job.priority {
        0 => "page",
        1 => "command",
        _ => "chatter",
    };
    fact("Priority", Some(priority.into()));
    fact("Tries", Some(job.attempts.to_string().into()));
    fact("Accepted", Some(moment(job.created_at)));
    let is_claimed = matches!(job.state, Standing::Working | Standing::Sending | Standing::Unknown);
    fact(if job.attempts == 0 { "Due" } else { "Next try" }, job.run_at.filter(|_| !is_claimed).map(moment));
    fact("Its worker has it until", job.lease_until.map(moment));
    fact("Not worth doing after", job.expires.map(moment));
    fact("Ended", job.ended_at.map(moment));
    fact("Put back as", job.redriven_as.map(|it| Text::new().code(it.to_string())));
    fact("Reason", job.reason.as_deref().map(|it| Text::marked(&shortened(it, 500))));
    facts
}

/// What can be done about a job where it stands.
pub(super) fn buttons(job: &Listed, ctx: &Ctx) -> Vec<Button> {
    let call = |action: &str| ctx.call(action, json!({ "job": job.id }));
    let show = Button::run("Show", call("jobs show"));
    let button = Button::run("Cancel", call("cancel")).danger(format!("Job {} is not done then. Cancel it?", job.id));
    let cancel = Some(button).filter(|_| cancel::kept(&job.kind).is_none());
    match job.state {
        Standing::Dead if job.redriven_as.is_none() => vec![
            Button::run("Try again", call("redrive")),
            Button::run("Give up for good", call("jobs discard"))
                .danger(format!("Job {} cannot be tried again then. Give it up for good?", job.id)),
            show,
        ],
        Standing::Retrying | Standing::Scheduled => {
            std::iter::once(Button::run("Try now", call("jobs now"))).chain(cancel).chain([show]).collect()
        }
        Standing::Waiting => cancel.into_iter().chain([show]).collect(),
        _ => vec![show],
    }
}
