//! `board metrics`: where the cards are, how old they are, and how many get done.

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::history::{created, percentile, span};
use crate::trello::{Trello, param, view, wire};

/// Shows where a board's cards are, how old they are, and how many get done.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Metrics {
    /// The board.
    board: param::Board,
    /// How many days back.
    #[schemars(range(min = 1, max = 365))]
    days: Option<u32>,
    /// The list that means done; Done or the last one where you do not say.
    done: Option<param::List>,
}

impl Action for Metrics {
    type On = Trello;
    const NAME: &str = "board metrics";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board metrics demo", "board metrics demo days=90 done=Shipped"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let done = done_list(&world, self.done.as_ref())?;
        let days = self.days.unwrap_or(28);
        let since = ctx.now - SignedDuration::from_hours(24 * i64::from(days));
        let cards: Vec<wire::Card> = on.get(&format!("/1/boards/{}/cards/open", world.board.id), &[]).await?;
        let history = on.history(&world.board.id, since, Some("createCard,copyCard,updateCard:idList,updateCard:closed")).await?;

        let age = |it: &wire::Card| created(&it.id).map(|at| ctx.now.duration_since(at));
        let quiet = |it: &wire::Card| it.date_last_activity.map(|at| ctx.now.duration_since(at));
        let total = cards.len().max(1);
        let row = |list: &wire::List| {
            let here: Vec<&wire::Card> = cards.iter().filter(|it| it.id_list == list.id).collect();
            let mut ages: Vec<SignedDuration> = here.iter().filter_map(|it| age(it)).collect();
            let oldest = here.iter().filter_map(|it| quiet(it)).max();
            let late = here.iter().filter(|it| view::is_late(it, ctx)).count();
            let cell = |it: Option<SignedDuration>| Text::from(it.map_or("-".to_owned(), span));
            vec![
                Text::from(list.name.as_str()),
                Text::from(here.len().to_string()),
                Text::from(format!("{} %", (100 * here.len() + total / 2) / total)),
                cell(percentile(&mut ages, 0.5)),
                cell(oldest),
                Text::from(late.to_string()),
            ]
        };
        let header = ["List", "Cards", "Share", "Median age", "Longest untouched", "Overdue"].map(str::to_owned).to_vec();
        let table = Block::Table { header, rows: world.lists.iter().map(row).collect() };

        let ways = history.ways();
        let finished = ways.values().filter(|way| way.stops.iter().any(|(at, list)| *at >= since && list == &done.name)).count();
        let arrived = ways.values().filter(|way| way.created.is_some_and(|at| at >= since)).count();
        let archived =
            history.actions.iter().filter(|it| it.data["old"]["closed"] == false && it.data["card"]["closed"] == true).count();
        let weeks = f64::from(days) / 7.0;
        let a_week = |count: usize| format!("{count} ({} a week)", (count as f64 / weeks * 10.0).round() / 10.0);
        let nobody = cards.iter().filter(|it| it.id_members.is_empty() && it.id_list != done.id).count();
        let facts = vec![
            (format!("Reached {}", done.name), Text::from(a_week(finished))),
            ("Created".into(), a_week(arrived).into()),
            ("Archived".into(), archived.to_string().into()),
            ("Overdue".into(), cards.iter().filter(|it| view::is_late(it, ctx)).count().to_string().into()),
            ("Nobody's".into(), nobody.to_string().into()),
        ];
        let mut message = Message::new()
            .heading(format!("{}: {}", world.board.name, view::count(cards.len(), "open card")))
            .block(table)
            .paragraph(Text::new().bold(format!("The last {days} days")))
            .facts(facts);
        if history.cut {
            message = message.context("There is more in that time than is read: the figures are of its last 5000 actions.");
        }
        Ok(Reply::to_channel(message))
    }
}

/// The list in which work ends.
pub(super) fn done_list<'a>(world: &'a crate::trello::names::World, wanted: Option<&param::List>) -> Result<&'a wire::List> {
    if let Some(wanted) = wanted {
        return world.list("done", &wanted.0);
    }
    let words = ["done", "complete", "completed", "finished", "closed", "shipped", "live"];
    let named = world.lists.iter().rev().find(|it| words.contains(&it.name.to_lowercase().as_str()));
    named
        .or(world.lists.last())
        .ok_or_else(|| crate::trello::problem::at("board", format!("{} has no open list.", world.board.name)))
}
