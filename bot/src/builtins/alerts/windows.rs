//! Maintenance: times in which nobody is paged for what is worked on.

use commands::{Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone, param::Moment};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{super::unreadable, filter, problem};
use crate::{
    alerts::{
        Which,
        rule::{self, span, then},
    },
    app::App,
    people::PersonId,
    resources::{By, Named, Origin},
};

/// Show the maintenance windows.
#[derive(Deserialize, JsonSchema)]
pub struct Maintenance {}

impl Action for Maintenance {
    type On = App;
    const NAME: &str = "maintenance";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["maintenance"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let now = app.store.now();
        let all = app.resources.all::<rule::Maintenance>();
        if all.is_empty() {
            let text = Text::new()
                .plain("There is none. ")
                .code("bellhop maintenance add db filter=in:apollo for=2h")
                .plain(" begins one.");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        // What is on comes first, then what is to come; what is over is only named.
        let (mut over, mut all) = (Vec::new(), all);
        all.retain(|it| {
            let is_over = it.value.until(now).is_none() && it.value.next(now).is_none();
            if is_over {
                over.push(it.name.clone());
            }
            !is_over
        });
        all.sort_by_key(|it| (it.value.until(now).is_none(), it.value.next(now)));
        let line = |it: &Named<rule::Maintenance>| {
            let text = then(Text::new().bold(it.name.clone()).plain(": "), it.value.said(now)).plain(", for ");
            let text = then(text, about(&it.value));
            if it.value.why.is_empty() { text } else { text.plain(format!(" ({})", it.value.why)) }
        };
        let mut message = Message::new().heading("Maintenance");
        message = match all.is_empty() {
            true => message.paragraph("None is on, and none is to come."),
            false => message.list(all.iter().map(line).collect()),
        };
        if !over.is_empty() {
            let text = Text::new().plain(format!("Over: {}. ", over.join(", ")));
            message = message.context(text.code("bellhop maintenance delete NAME").plain(" takes one off this list."));
        }
        let mine = all.iter().filter(|it| it.origin == Origin::Chat && it.value.until(now).is_some()).take(5);
        let end = |it: &Named<rule::Maintenance>| {
            let button = Button::run(format!("End {}", it.name), ctx.call(Delete::NAME, json!({ "name": it.name })));
            button.danger(format!("End the maintenance {} for good? People are paged again for what fires.", it.name))
        };
        let buttons: Vec<Button> = mine.map(end).collect();
        Ok(Reply::to_asker(if buttons.is_empty() { message } else { message.buttons(buttons) }))
    }
}

/// Which alerts a window is about.
fn about(window: &rule::Maintenance) -> Text {
    match window.filter.is_empty() {
        true => Text::new().bold("everything"),
        false => Text::new().code(window.filter.clone()),
    }
}

/// Set up a time in which nobody is paged for what is worked on.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What it is called.
    name: String,
    /// Which alerts it is about, as subscriptions say it; all, where nothing is said.
    filter: Option<String>,
    /// When it begins: `22:00`, `tomorrow 9:00`, `2026-12-01 22:00`. Now, where nothing is said.
    from: Option<Moment>,
    /// When it ends.
    to: Option<Moment>,
    /// How long it takes: `2h`.
    #[serde(rename = "for")]
    how_long: Option<String>,
    /// When it begins, where it repeats: a cron line, as `0 2 * * sun`.
    cron: Option<String>,
    /// What is done.
    #[serde(default)]
    why: String,
}

impl Action for Add {
    type On = App;
    const NAME: &str = "maintenance add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["maintenance add db filter=label:service=db for=2h", "maintenance add backups cron=\"0 2 * * sun\" for=1h"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let now = app.store.now();
        let reader = app.reader(&PersonId::from(&ctx.actor)).await.map_err(unreadable)?;
        let mut window =
            rule::Maintenance { filter: self.filter.unwrap_or_default(), why: self.why, ..rule::Maintenance::default() };
        let length = self.how_long.as_deref().map(|it| span(it).ok_or_else(|| no_span(it))).transpose()?;
        if let Some(cron) = self.cron {
            if length.is_none() {
                return Err(problem("for", "Say how long it takes each time, as for=1h.".into()));
            }
            window.cron = Some(cron);
            window.lasts = self.how_long;
            window.zone = Some(reader.zone_name);
        } else {
            let from = self.from.map_or(now, |Moment(from)| from);
            let length = length.and_then(|it| from.checked_add(it).ok());
            let to = match (&self.to, length) {
                (Some(Moment(to)), _) => *to,
                (None, Some(to)) => to,
                (None, None) => {
                    return Err(problem("for", "Say how long it takes, as for=2h, or when it ends, as to=23:30.".into()));
                }
            };
            window.from = Some(from.to_string());
            window.to = Some(to.to_string());
        }
        app.resources.save(&self.name, &window, &By::person(&PersonId::from(&ctx.actor))).await?;
        settle(app).await?;
        let text = then(Text::new().plain("Maintenance ").bold(self.name).plain(" for "), about(&window)).plain(": ");
        let text = then(text, window.said(app.store.now())).plain(".");
        let mut message = Message::text(text).tone(Tone::Good);
        if window.until(now).is_some() {
            let wanted = filter("filter", &window.filter)?;
            let open = app.alerts_listed(Which::Open).await.map_err(unreadable)?;
            message = message.context(match open.iter().filter(|it| wanted.matches(&it.event)).count() {
                0 => "Nothing of the kind fires now.".to_owned(),
                1 => "1 alert that fires now is of the kind: nobody is paged for it.".to_owned(),
                n => format!("{n} alerts that fire now are of the kind: nobody is paged for them."),
            });
        }
        Ok(Reply::to_channel(message))
    }
}

fn no_span(text: &str) -> Error {
    problem("for", format!("`{text}` is no length of time: write it like 30m, 2h or 1d."))
}

/// What fires is looked at again: people may be paged for it now, or no more.
async fn settle(app: &App) -> Result<()> {
    let settled = async {
        let mut tx = app.store.begin().await?;
        app.settle_all(&mut tx).await?;
        tx.commit().await?;
        anyhow::Ok(())
    };
    settled.await.map_err(unreadable)
}

/// End a maintenance window for good.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// What it is called.
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "maintenance delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["maintenance delete db"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.take_away::<rule::Maintenance>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        settle(app).await?;
        let text = format!("The maintenance {} is over for good: people are paged again for what fires.", known.name);
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}
