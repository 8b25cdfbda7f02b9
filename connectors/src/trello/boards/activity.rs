//! `board activity`: who did what, and which labels are used.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::trello::{Trello, param, view, wire};

/// Shows who did what on a board, and which labels its cards have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Activity {
    /// The board.
    board: param::Board,
    /// How many days back.
    #[schemars(range(min = 1, max = 365))]
    days: Option<u32>,
}

/// What one member did.
#[derive(Default)]
struct Deeds {
    created: usize,
    moved: usize,
    commented: usize,
    all: usize,
}

impl Action for Activity {
    type On = Trello;
    const NAME: &str = "board activity";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board activity demo", "board activity demo days=30"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let days = self.days.unwrap_or(7);
        let since = ctx.now - SignedDuration::from_hours(24 * i64::from(days));
        let history = on.history(&world.board.id, since, None).await?;
        let cards: Vec<wire::Card> = on.get(&format!("/1/boards/{}/cards/open", world.board.id), &[]).await?;

        let mut deeds: BTreeMap<String, Deeds> = BTreeMap::new();
        for action in &history.actions {
            let who = action.member_creator.as_ref().and_then(wire::Actor::name).unwrap_or_else(|| "somebody".into());
            let deeds = deeds.entry(who).or_default();
            deeds.all += 1;
            match action.kind.as_str() {
                "createCard" | "copyCard" => deeds.created += 1,
                "commentCard" => deeds.commented += 1,
                "updateCard" if !action.data["listAfter"].is_null() => deeds.moved += 1,
                _ => {}
            }
        }
        let mut deeds: Vec<(String, Deeds)> = deeds.into_iter().collect();
        deeds.sort_by_key(|(name, it)| (std::cmp::Reverse(it.all), name.clone()));
        let row = |(name, it): &(String, Deeds)| {
            [name.clone(), it.all.to_string(), it.created.to_string(), it.moved.to_string(), it.commented.to_string()]
                .map(Text::from)
                .to_vec()
        };
        let mut message = Message::new().heading(format!(
            "{}: {} in {}",
            world.board.name,
            view::count(history.actions.len(), "action"),
            view::count(days as usize, "day")
        ));
        if !deeds.is_empty() {
            let header = ["Who", "All", "Created", "Moved", "Commented"].map(str::to_owned).to_vec();
            message = message.block(Block::Table { header, rows: deeds.iter().take(20).map(row).collect() });
        }
        let with = |label: &wire::Label| cards.iter().filter(|it| it.labels.iter().any(|it| it.id == label.id)).count();
        let mut labels: Vec<(usize, &str)> = world.labels.iter().map(|it| (with(it), it.title())).filter(|it| it.0 > 0).collect();
        labels.sort_by_key(|(count, name)| (std::cmp::Reverse(*count), *name));
        let labels: Vec<String> = labels.iter().map(|(count, name)| format!("{name} {count}")).collect();
        let without = cards.iter().filter(|it| it.labels.is_empty()).count();
        message = message.facts(vec![
            ("Labels of open cards".into(), if labels.is_empty() { "none".into() } else { labels.join(", ").into() }),
            ("Without a label".into(), without.to_string().into()),
        ]);
        if history.cut {
            message = message.context("There is more in that time than is read: the figures are of its last 5000 actions.");
        }
        Ok(Reply::to_channel(message))
    }
}
