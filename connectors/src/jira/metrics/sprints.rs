//! `metrics velocity`, `commitment`, `burndown`.

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text, Tone};
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::Deserialize;

use super::past::{Categories, Counted, Fields, Past};
use crate::jira::{
    Jira,
    api::Api,
    moment,
    names::number,
    param, problem,
    wire::{self, Sprint},
};

/// Sprints looked at where nobody says how many.
const SPRINTS: u8 = 6;
/// Issues of one sprint.
const MOST: usize = 500;

impl Api<'_> {
    /// The category of each status.
    pub(super) async fn categories(&self) -> Result<Categories> {
        let all: Vec<wire::Status> = self.get_kept("/status", &[]).await?;
        Ok(all.into_iter().filter_map(|it| Some((it.id, it.status_category?.key))).collect())
    }

    /// Where sprint and estimate are kept: the estimate as the board says, else by the usual name.
    async fn measured(&self, board: Option<u64>) -> Result<(Fields, Counted)> {
        let all = self.all_fields().await?;
        let sprint = all.iter().find(|it| it.is_custom("gh-sprint")).map(|it| it.id.clone());
        let of_board = match board {
            Some(board) => self.configuration(board).await?.points().map(str::to_owned),
            None => {
                let named = |it: &&crate::jira::fields::Field| {
                    it.is_custom("jsw-story-points") || it.name.eq_ignore_ascii_case("Story Points")
                };
                all.iter().find(named).map(|it| it.id.clone())
            }
        };
        let counted = if of_board.is_some() { Counted::Points } else { Counted::Issues };
        Ok((Fields { sprint, points: of_board }, counted))
    }

    async fn past(&self, sprint: u64, fields: &Fields) -> Result<Vec<Past>> {
        let wanted: Vec<&str> =
            ["created", "status"].into_iter().chain(fields.sprint.as_deref()).chain(fields.points.as_deref()).collect();
        let path = format!("/rest/agile/1.0/sprint/{sprint}/issue");
        let query = [("fields", wanted.join(",")), ("expand", "changelog".to_owned())];
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let issues: Vec<wire::Issue> = self.all(&path, "issues", &query, MOST).await?;
        let mut all = Vec::new();
        for issue in &issues {
            all.push(Past::of(issue, &self.whole_changelog(issue).await?, fields));
        }
        Ok(all)
    }
}

/// What became of a sprint.
#[derive(Debug, Default, PartialEq)]
struct Account {
    /// In it when it began.
    committed: f64,
    /// Of that, done when it ended.
    kept: f64,
    /// Came into it later.
    added: f64,
    /// Done when it ended, of all.
    completed: f64,
    /// Keys of what was not done at its end.
    open: Vec<String>,
}

fn account(sprint: u64, start: Timestamp, end: Timestamp, issues: &[Past], categories: &Categories, counted: Counted) -> Account {
    let mut account = Account::default();
    for issue in issues {
        let (at_start, at_end) = (issue.is_in_at(sprint, start), issue.is_in_at(sprint, end));
        // What was done before the sprint is none of its work.
        if issue.is_done_at(start, categories) || !(at_start || at_end) {
            continue;
        }
        let done = at_end && issue.is_done_at(end, categories);
        if at_start {
            account.committed += issue.points_at(start, counted);
            account.kept += if done { issue.points_at(start, counted) } else { 0.0 };
        } else {
            account.added += issue.points_at(end, counted);
        }
        if done {
            account.completed += issue.points_at(end, counted);
        } else {
            account.open.push(issue.key.clone());
        }
    }
    account
}

impl Account {
    fn accuracy(&self) -> String {
        if self.committed == 0.0 { "–".to_owned() } else { format!("{} %", (100.0 * self.kept / self.committed).round()) }
    }
}

fn unit(counted: Counted) -> &'static str {
    match counted {
        Counted::Points => "points",
        Counted::Issues => "issues",
    }
}

/// Says how much was completed in the last sprints of a board, and of what was committed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Velocity {
    /// The board, by name or number.
    #[schemars(extend("x-positional" = true))]
    board: Option<param::Board>,
    /// How many sprints back.
    #[schemars(range(min = 1, max = 20))]
    sprints: Option<u8>,
}

impl Action for Velocity {
    type On = Jira;
    const NAME: &str = "metrics velocity";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics velocity", "metrics velocity Apollo board sprints=10"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let board = api.scrum_board(self.board.as_ref(), None).await?;
        let closed = api.sprints(board.id, "closed").await?;
        let wanted = usize::from(self.sprints.unwrap_or(SPRINTS));
        let closed: Vec<&Sprint> = closed.iter().skip(closed.len().saturating_sub(wanted)).collect();
        if closed.is_empty() {
            return Ok(Reply::to_channel(format!("No sprint of {} was completed yet.", board.name)));
        }
        let (fields, counted) = api.measured(Some(board.id)).await?;
        let categories = api.categories().await?;
        let (mut rows, mut completed, mut committed, mut kept) = (Vec::new(), 0.0, 0.0, 0.0);
        for sprint in &closed {
            let Some((start, end)) = sprint.start().zip(sprint.completed().or(sprint.end())) else { continue };
            let account = account(sprint.id, start, end, &api.past(sprint.id, &fields).await?, &categories, counted);
            completed += account.completed;
            committed += account.committed;
            kept += account.kept;
            let cells = [
                sprint.name.clone(),
                number(account.committed),
                number(account.completed),
                number(account.added),
                account.accuracy(),
            ];
            rows.push(cells.into_iter().map(Text::from).collect());
        }
        let average = if rows.is_empty() { 0.0 } else { completed / rows.len() as f64 };
        let head = Text::new()
            .plain(format!("{} completes ", board.name))
            .bold(format!("{} {}", number(average), unit(counted)))
            .plain(" a sprint.");
        let header = ["Sprint", "Committed", "Completed", "Added", "Kept"].map(str::to_owned).to_vec();
        let sum = Account { committed, kept, ..Account::default() };
        let message = Message::text(head).block(Block::Table { header, rows });
        Ok(Reply::to_channel(message.context(format!(
            "In {}. {} of what was committed was done in time.",
            unit(counted),
            sum.accuracy()
        ))))
    }
}

/// Says what was committed at a sprint's start, and what became of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Commitment {
    /// The sprint, by name or number; the one under way, where you do not say.
    #[schemars(extend("x-positional" = true))]
    sprint: Option<param::Sprint>,
    /// Of which board.
    board: Option<param::Board>,
}

impl Action for Commitment {
    type On = Jira;
    const NAME: &str = "metrics commitment";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics commitment", "metrics commitment Apollo 2"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(self.sprint.as_ref(), self.board.as_ref(), None).await?;
        let (start, end) = times(&sprint, ctx.now)?;
        let (fields, counted) = api.measured(sprint.origin_board_id).await?;
        let account = account(sprint.id, start, end, &api.past(sprint.id, &fields).await?, &api.categories().await?, counted);
        let facts = vec![
            ("Committed".to_owned(), Text::from(number(account.committed))),
            ("Completed".to_owned(), number(account.completed).into()),
            ("Of what was committed".to_owned(), format!("{} ({})", number(account.kept), account.accuracy()).into()),
            ("Added after the start".to_owned(), number(account.added).into()),
        ];
        let open = if account.open.is_empty() { "none".to_owned() } else { account.open.join(", ") };
        let when = if sprint.state == "closed" { "at its end" } else { "so far" };
        let message = Message::new().heading(format!("Commitment of {}", sprint.name)).facts(facts);
        Ok(Reply::to_channel(message.paragraph(format!("Not done {when}: {open}.")).context(format!("In {}.", unit(counted)))))
    }
}

fn times(sprint: &Sprint, now: Timestamp) -> Result<(Timestamp, Timestamp)> {
    let start = sprint.start().filter(|_| sprint.state != "future");
    let start =
        start.ok_or_else(|| problem::at("sprint", format!("{} has not begun: there is nothing to count yet.", sprint.name)))?;
    Ok((start, sprint.completed().unwrap_or(now).max(start)))
}

/// Says how much of a sprint was left on each day.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Burndown {
    /// The sprint, by name or number; the one under way, where you do not say.
    #[schemars(extend("x-positional" = true))]
    sprint: Option<param::Sprint>,
    /// Of which board.
    board: Option<param::Board>,
}

impl Action for Burndown {
    type On = Jira;
    const NAME: &str = "metrics burndown";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics burndown", "metrics burndown Apollo 2"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(self.sprint.as_ref(), self.board.as_ref(), None).await?;
        let (start, until) = times(&sprint, ctx.now)?;
        let (fields, counted) = api.measured(sprint.origin_board_id).await?;
        let (issues, categories) = (api.past(sprint.id, &fields).await?, api.categories().await?);
        let left = |at: Timestamp| -> f64 {
            let open = issues.iter().filter(|it| it.is_in_at(sprint.id, at) && !it.is_done_at(at, &categories));
            open.map(|it| it.points_at(at, counted)).sum()
        };
        let end = sprint.end().unwrap_or(until).max(start);
        let whole = left(start);
        let ideal = |at: Timestamp| {
            let all = end.duration_since(start).as_secs_f64();
            let part = if all > 0.0 { at.duration_since(start).as_secs_f64() / all } else { 1.0 };
            whole * (1.0 - part.clamp(0.0, 1.0))
        };
        let row = |at: Timestamp, name: String| {
            vec![name.into(), number(left(at)).into(), number((ideal(at) * 10.0).round() / 10.0).into()]
        };
        let mut rows: Vec<Vec<Text>> = vec![row(start, format!("{} (start)", moment::day(start)))];
        let mut day = moment::day(start);
        // Sprints are of weeks; one that nobody ended is cut off.
        for _ in 0..60 {
            let Ok(next) = day.checked_add(1.days()) else { break };
            let midnight = moment::start_of(next);
            if midnight >= until {
                break;
            }
            if midnight > start && day > moment::day(start) {
                rows.push(row(midnight, day.to_string()));
            }
            day = next;
        }
        let last = if sprint.state == "closed" { "end" } else { "now" };
        rows.push(row(until, format!("{} ({last})", moment::day(until))));
        let behind = left(until) > ideal(until) + 0.05;
        let header = ["Day", "Left", "Ideal"].map(str::to_owned).to_vec();
        let tone = if sprint.state == "active" && behind { Tone::Warning } else { Tone::Neutral };
        let said = format!("{} of {} {} are left.", number(left(until)), number(whole.max(left(until))), unit(counted));
        let message = Message::new().tone(tone).heading(format!("Burndown of {}", sprint.name)).paragraph(said);
        let ends = format!("In {}, at the end of each day (UTC). The sprint ends on {}.", unit(counted), moment::day(end));
        Ok(Reply::to_channel(message.block(Block::Table { header, rows }).context(ends)))
    }
}
