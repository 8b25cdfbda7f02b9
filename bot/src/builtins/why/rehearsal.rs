//! What a filter would have let pass in the last seven days.

use commands::{Ctx, Error, Event, FieldProblem, Message, Result, Text, filter::Filter};

use super::{Here, since, unreadable};
use crate::{
    app::App,
    notify::{card::line, people::Names},
};

/// The most news that are held against a filter, of each source.
const MOST: usize = 100_000;
/// News read at once.
const PAGE: i64 = 2_000;
/// Examples of either.
const EXAMPLES: usize = 5;

/// A filter and what it did.
struct Trial {
    from: String,
    filter: Filter,
    passed: usize,
    held: usize,
    passing: Vec<Event>,
    holding: Vec<Event>,
    /// There was more than [`MOST`].
    cut: bool,
}

/// What `filter` would have let pass of `from`, or this channel's own filters where none is given.
pub(super) async fn rehearsed(app: &App, ctx: &Ctx, from: Option<&str>, filter: Option<&str>) -> Result<Message> {
    let here = Here::of(app, ctx).await;
    let all = app.subscriptions.all();
    let mine: Vec<_> = all.iter().filter(|it| here.hears(it) && from.is_none_or(|from| it.from == from)).collect();
    let at =
        |field: &str, message: String| Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)]);
    let trials: Vec<(String, Filter)> = match filter {
        Some(text) => {
            let filter = Filter::parse(text).map_err(|err| at("filter", err.to_string()))?;
            let from = match (from, mine.first()) {
                (Some(from), _) => from.trim().to_lowercase(),
                (None, Some(only)) if mine.iter().all(|it| it.from == only.from) => only.from.clone(),
                _ => return Err(at("from", "Say what to try it on: from=ci, the name of a hook or a connection.".into())),
            };
            let filter = app.filter_of(filter, &from, &ctx.actor).await?;
            vec![(from, filter)]
        }
        None => mine.iter().map(|it| (it.from.clone(), it.filter.clone())).collect(),
    };
    if trials.is_empty() {
        return Err(Error::not_found(
            "This channel subscribes to nothing that could be tried. Give a filter: `bellhop why --dry-run from=ci filter=label:urgent`.",
        ));
    }
    let mut message = Message::new().heading("The last seven days again");
    for (from, filter) in trials {
        if !here.is_admin && !all.iter().any(|it| it.from == from && here.hears(it)) {
            return Err(at(
                "from",
                format!("This channel does not subscribe to `{from}`: only administrators may look at what it hears nothing of."),
            ));
        }
        message = told(message, &trial(app, from, filter).await?);
    }
    Ok(message)
}

async fn trial(app: &App, from: String, filter: Filter) -> Result<Trial> {
    let since = since(app.store.now());
    let mut trial = Trial { from, filter, passed: 0, held: 0, passing: Vec::new(), holding: Vec::new(), cut: false };
    let mut after = 0;
    loop {
        let page = app.store.news_since(&trial.from, since, after, PAGE).await.map_err(unreadable)?;
        let Some(last) = page.last() else { return Ok(trial) };
        after = last.id;
        for kept in page {
            let (count, examples) = match trial.filter.matches(&kept.news.event) {
                true => (&mut trial.passed, &mut trial.passing),
                false => (&mut trial.held, &mut trial.holding),
            };
            *count += 1;
            // The newest are what people remember.
            if examples.len() == EXAMPLES {
                examples.remove(0);
            }
            examples.push(kept.news.event);
        }
        if trial.passed + trial.held >= MOST {
            trial.cut = true;
            return Ok(trial);
        }
    }
}

fn told(message: Message, trial: &Trial) -> Message {
    let filter = trial.filter.to_string();
    let filter = if filter.is_empty() { "everything".to_owned() } else { filter };
    let head = Text::new()
        .code(trial.from.clone())
        .plain(" ")
        .code(filter)
        .plain(format!(": would have posted {}, held {}.", trial.passed, trial.held));
    let mut message = message.paragraph(head);
    for (name, examples) in [("Posted, for example", &trial.passing), ("Held, for example", &trial.holding)] {
        if !examples.is_empty() {
            let lines = examples.iter().rev().map(|it| {
                Text(Text::new().plain(format!("{} ", it.kind)).0.into_iter().chain(line(it, &Names::none()).0).collect())
            });
            message = message.paragraph(Text::new().bold(name)).list(lines.collect());
        }
    }
    if trial.passed + trial.held == 0 {
        message = message.context("Nothing was reported by it in this time.");
    }
    if trial.cut {
        message = message.context(format!("Only the first {MOST} events were looked at."));
    }
    message
}
