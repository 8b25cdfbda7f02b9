//! What this channel hears of.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{is_here, made_here, params, source, told};
use crate::{app::App, config::Subscription};

/// Show what this channel hears of; in a direct message, what I hear of.
#[derive(Deserialize, JsonSchema)]
pub struct List {
    /// Of this connection or hook only.
    #[schemars(extend("x-lookup" = "source", "x-positional" = true))]
    pub(super) from: Option<String>,
}

/// Subscriptions that have buttons of their own; a message takes only so many.
const WITH_BUTTONS: usize = 4;

impl Action for List {
    type On = App;
    const NAME: &str = "subscriptions";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["subscriptions", "subscriptions github"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let from = match self.from.filter(|it| !it.trim().is_empty()) {
            Some(from) => Some(source(app, &from)?),
            None => None,
        };
        let is_asked = |it: &Subscription| from.as_ref().is_none_or(|from| it.from == *from);
        let mut made = made_here(app, ctx)?;
        made.retain(|it| is_asked(&it.subscription));
        let mut configured = app.subscriptions.all();
        configured.retain(|it| it.line.is_some() && is_here(ctx, it) && is_asked(it));
        let is_person = super::here(ctx, "")?.person().is_some();
        let who = if is_person { "You hear of" } else { "This channel hears of" };
        let wanted = from.as_ref().map_or_else(|| json!({}), |from| json!({ "from": from }));
        let add = Button::form("Subscribe…", ctx.call("subscribe", wanted));
        if made.is_empty() && configured.is_empty() {
            let what = from.map_or_else(|| "nothing".to_owned(), |from| format!("nothing of {from}"));
            return Ok(Reply::to_asker(Message::text(format!("{who} {what} by itself.")).buttons(vec![add])));
        }
        let line = |it: &Subscription| {
            let filter = it.filter.to_string();
            let what = Text::new().bold(it.from.clone()).plain(": ");
            let what = if filter.is_empty() { what.plain("everything") } else { what.code(filter) };
            let topic = it.to.topic.as_ref().map(|it| format!(", in the topic {it}")).unwrap_or_default();
            let file = if it.line.is_some() { " (the configuration file's)" } else { "" };
            what.plain(format!(", {}{topic}{file}", told(it.mode, &it.rhythm, it.broadcast)))
        };
        let lines = configured.iter().map(|it| line(it)).chain(made.iter().map(|it| line(&it.subscription))).collect();
        let mut buttons: Vec<Button> = made
            .iter()
            .take(WITH_BUTTONS)
            .enumerate()
            .flat_map(|(nth, it)| {
                let subscription = &it.subscription;
                // Two of one source are told apart by where they stand.
                let several = made.iter().filter(|other| other.subscription.from == subscription.from).count() > 1;
                let name = if several { format!("{} ({})", subscription.from, nth + 1) } else { subscription.from.clone() };
                let give_up = json!({ "from": subscription.from, "filter": subscription.filter.to_string(), "id": it.id });
                [
                    Button::form(format!("Edit {name}"), ctx.call("subscribe", params(&super::as_written(it), Some(it.id)))),
                    Button::run(format!("No more {name}"), ctx.call("unsubscribe", give_up)),
                ]
            })
            .collect();
        buttons.push(add);
        Ok(Reply::to_asker(Message::new().heading(who).list(lines).buttons(buttons)))
    }
}
