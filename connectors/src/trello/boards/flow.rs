//! `board flow`: how long cards take, and where they wait.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    history::{created, mean, percentile, span},
    metrics::done_list,
};
use crate::trello::{Trello, param, view};

/// Shows how long a board's cards take until they are done, and where they wait.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Flow {
    /// The board.
    board: param::Board,
    /// How many days back.
    #[schemars(range(min = 1, max = 365))]
    days: Option<u32>,
    /// The list that means done; Done or the last one where you do not say.
    done: Option<param::List>,
}

impl Action for Flow {
    type On = Trello;
    const NAME: &str = "board flow";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board flow demo", "board flow demo days=90 done=Shipped"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let done = done_list(&world, self.done.as_ref())?;
        let first = world.lists.first().map(|it| it.name.clone()).unwrap_or_default();
        let days = self.days.unwrap_or(28);
        let since = ctx.now - SignedDuration::from_hours(24 * i64::from(days));
        let history = on.history(&world.board.id, since, Some("createCard,copyCard,updateCard:idList")).await?;

        let (mut lead, mut cycle, mut waits) = (Vec::new(), Vec::new(), BTreeMap::<String, Vec<SignedDuration>>::new());
        let (mut moves, mut back) = (0, 0);
        let place = |name: &str| world.lists.iter().position(|it| it.name == name);
        for (card, way) in history.ways() {
            for pair in way.stops.windows(2) {
                let [(from, list), (to, next)] = pair else { continue };
                moves += 1;
                if let (Some(here), Some(there)) = (place(list), place(next))
                    && there < here
                {
                    back += 1;
                }
                if *from != Timestamp::MIN {
                    waits.entry(list.clone()).or_default().push(to.duration_since(*from));
                }
            }
            let Some((end, _)) = way.stops.iter().find(|(at, list)| list == &done.name && *at != Timestamp::MIN) else {
                continue;
            };
            lead.extend(way.created.or_else(|| created(&card)).map(|start| end.duration_since(start)));
            // Work begins when the card leaves the list that cards come to.
            let begun = way.stops.iter().find(|(at, list)| list != &first && *at != Timestamp::MIN);
            cycle.extend(begun.filter(|(at, _)| at < end).map(|(at, _)| end.duration_since(*at)));
        }

        let row = |what: &str, all: &mut Vec<SignedDuration>| {
            let cell = |it: Option<SignedDuration>| Text::from(it.map_or("-".to_owned(), span));
            let (median, most) = (percentile(all, 0.5), percentile(all, 0.85));
            vec![Text::from(what), Text::from(all.len().to_string()), cell(median), cell(most), cell(mean(all))]
        };
        let mut rows = vec![
            row("Lead time: created until done", &mut lead),
            row(&format!("Cycle time: out of {first} until done"), &mut cycle),
        ];
        for list in &world.lists {
            if let Some(all) = waits.get_mut(&list.name) {
                rows.push(row(&format!("In {}", list.name), all));
            }
        }
        let header = ["Time", "Cards", "Median", "85 %", "Mean"].map(str::to_owned).to_vec();
        let heading = format!("{}: {} in {days} days reached {}", world.board.name, view::count(lead.len(), "card"), done.name);
        let mut message = Message::new().heading(heading).block(Block::Table { header, rows });
        message = message.context(format!("{}, {back} of them back.", view::count(moves, "move")));
        if history.cut {
            message = message.context("There is more in that time than is read: the figures are of its last 5000 actions.");
        }
        Ok(Reply::to_channel(message))
    }
}
