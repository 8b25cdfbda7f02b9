//! Silences: for a while nobody is paged for what passes a filter.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{super::unreadable, filter, problem, until};
use crate::{
    alerts::{Which, Who},
    app::App,
};

/// Have nobody paged for what passes a filter, for a while.
#[derive(Deserialize, JsonSchema)]
pub struct Silence {
    /// Which alerts, as subscriptions say it: `label:instance=db1`, `source:ci severity:warning`.
    filter: String,
    /// How long: `30m`, `2h`, `1d`.
    #[serde(default = "an_hour", rename = "for")]
    how_long: String,
    /// Why, for those who wonder.
    #[serde(default)]
    why: String,
}

fn an_hour() -> String {
    "1h".into()
}

impl Action for Silence {
    type On = App;
    const NAME: &str = "silence";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["silence label:instance=db1 for=2h why=\"the disk is changed\"", "silence source:ci for=30m"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let wanted = filter("filter", &self.filter)?;
        if wanted.to_string().is_empty() {
            let message = "That would silence everything: say what it is about, as in `silence label:instance=db1 for=2h`.";
            return Err(problem("filter", message.into()));
        }
        let until = until("for", &self.how_long, app.store.now())?;
        let id = app.silence(&wanted, &Who::from(&ctx.actor), until, self.why.trim()).await?;
        let open = app.alerts_listed(Which::Open).await.map_err(unreadable)?;
        let about = open.iter().filter(|it| wanted.matches(&it.event)).count();
        let now = match about {
            0 => "Nothing of the kind fires now.".to_owned(),
            1 => "1 alert that fires now is of the kind.".to_owned(),
            n => format!("{n} alerts that fire now are of the kind."),
        };
        let text = Text::new()
            .plain("Nobody is paged for ")
            .code(wanted.to_string())
            .plain(" until ")
            .time(until)
            .plain(". ")
            .plain(now);
        let end = Button::run("End it", ctx.call(Unsilence::NAME, json!({ "silence": id })));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).context(format!("Silence {id}")).buttons(vec![end])))
    }
}

/// Show the silences that hold.
#[derive(Deserialize, JsonSchema)]
pub struct Silences {}

impl Action for Silences {
    type On = App;
    const NAME: &str = "silences";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["silences"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.silences().await.map_err(unreadable)?;
        if all.is_empty() {
            return Ok(Reply::to_asker("Nothing is silenced."));
        }
        let lines = all.iter().map(|it| {
            let text = Text::new().bold(it.id.to_string()).plain(" ").code(it.title.clone());
            let text = match it.until {
                Some(until) => text.plain(" until ").time(until),
                None => text.plain(" until it is resolved"),
            };
            let why = if it.why.is_empty() { String::new() } else { format!(": {}", it.why) };
            text.plain(format!(", by {}{why}", it.who_name))
        });
        let end = |it: &crate::alerts::Silence| {
            Button::run(format!("End {}", it.id), ctx.call(Unsilence::NAME, json!({ "silence": it.id })))
        };
        let buttons = all.iter().take(5).map(end).collect();
        Ok(Reply::to_asker(Message::new().heading("Silences").list(lines.collect()).buttons(buttons)))
    }
}

/// End a silence.
#[derive(Deserialize, JsonSchema)]
pub struct Unsilence {
    /// Its number, as `silences` shows it.
    silence: i64,
}

impl Action for Unsilence {
    type On = App;
    const NAME: &str = "unsilence";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unsilence 3"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        app.unsilence(self.silence).await?;
        let message = format!("Silence {} is ended: people are paged again for what fires.", self.silence);
        Ok(Reply::to_asker(Message::text(message).tone(Tone::Good)))
    }
}
