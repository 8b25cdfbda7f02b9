//! A short tour for newcomers: five messages, each with something to try.

use commands::{Action, Button, Call, Ctx, Effect, Group, Message, Reply, Result, Text, help};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{account, settings};
use crate::{
    app::{App, OWN},
    dispatch::{shorthand::Scope, typed},
};

/// Take a short tour: what can be done here, your accounts, your settings.
#[derive(Deserialize, JsonSchema)]
pub struct Tour {
    /// The step, from 1.
    #[schemars(range(min = 1, max = 5), extend("x-hidden" = true))]
    step: Option<u32>,
}

const STEPS: u32 = 5;

impl Action for Tour {
    type On = App;
    const NAME: &str = "tour";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tour"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let step = self.step.unwrap_or(1).clamp(1, STEPS);
        let groups = app.authority(&ctx.actor, ctx.channel.as_deref()).await.visible(&app.groups());
        let (mut message, mut buttons) = match step {
            1 => welcome(ctx, &groups),
            2 => try_it(ctx, &groups),
            3 => (titled("Your accounts", account::accounts(app, ctx).await), Vec::new()),
            4 => (settings::shown(app, ctx, "Your settings").await?, Vec::new()),
            _ => here(app, ctx).await?,
        };
        let to = |label: &str, step: u32| Button::run(label, ctx.call(Tour::NAME, json!({ "step": step })));
        if step > 1 {
            buttons.push(to("Back", step - 1));
        }
        if step < STEPS {
            buttons.push(to("Next", step + 1).primary());
        }
        message = message.buttons(buttons).context(format!("Step {step} of {STEPS}"));
        Ok(Reply::to_asker(message))
    }
}

fn titled(title: &str, mut message: Message) -> Message {
    message.blocks.retain(|it| !matches!(it, commands::Block::Heading(_)));
    message.blocks.insert(0, commands::Block::Heading(title.into()));
    message
}

/// What the asker may do here.
fn welcome(ctx: &Ctx, groups: &[Group]) -> (Message, Vec<Button>) {
    let typed = |name: &str| typed(&ctx.actor.platform, name);
    let lines = groups
        .iter()
        .map(|group| {
            let count = group.actions.len();
            let first: Vec<&str> = group.actions.iter().take(3).map(|it| it.name).collect();
            Text::new()
                .bold(&group.title)
                .plain(format!(": {count} commands, such as {}; ", first.join(", ")))
                .code(format!("{} help", typed(&group.name)))
                .plain(" lists them")
        })
        .collect();
    let text = Text::new()
        .plain(format!(
            "Hello {}. Type a command, or only its first words: what is missing is asked for in a form, ",
            ctx.actor.name
        ))
        .plain("and what you may not do is not offered. Here is what you can reach:");
    (Message::new().heading("What you can do here").paragraph(text).list(lines), Vec::new())
}

/// Something harmless to press, and a form to look at.
fn try_it(ctx: &Ctx, groups: &[Group]) -> (Message, Vec<Button>) {
    let mut buttons = Vec::new();
    let mut lines = Vec::new();
    for group in groups.iter().filter(|it| it.name != OWN) {
        let complete = |it: &&commands::ActionSpec| it.effect == Effect::Read && it.fields().iter().all(|it| !it.required);
        if let Some(spec) = group.actions.iter().find(complete) {
            lines.push(Text::new().code(format!("{} {}", group.name, spec.name)).plain(format!(": {}", spec.summary())));
            buttons.push(Button::run(format!("{} {}", group.name, spec.name), Call::new(&group.name, spec.name, json!({}))));
        }
        if let Some(spec) = group.actions.iter().find(|it| it.effect == Effect::Write) {
            lines.push(Text::new().code(help::usage(&group.name, spec)).plain(format!(": {}", spec.summary())));
            buttons.push(Button::form(format!("{} {}…", group.name, spec.name), Call::new(&group.name, spec.name, json!({}))));
        }
        if buttons.len() >= 4 {
            break;
        }
    }
    buttons.truncate(3);
    if lines.is_empty() {
        lines.push(Text::new().code("bellhop whoami").plain(": who Bellhop takes you for"));
        buttons.push(Button::run("Who am I?", ctx.call("whoami", json!({}))));
    }
    let text = "A button is a command that somebody typed for you; a form does nothing until you send it.";
    (Message::new().heading("Try it").paragraph(text).list(lines), buttons)
}

/// What is special about the channel.
async fn here(app: &App, ctx: &Ctx) -> Result<(Message, Vec<Button>)> {
    let mut facts = Vec::new();
    if let Ok(scope) = Scope::channel(ctx) {
        let listed = |all: Vec<(String, String)>, between: &str| {
            all.into_iter().map(|(name, value)| format!("{name}{between}{value}")).collect::<Vec<_>>().join(", ")
        };
        let defaults = listed(app.shorthand.list_defaults(&scope).await.map_err(super::unreadable)?, "=");
        let aliases = listed(app.shorthand.list_aliases(&scope).await.map_err(super::unreadable)?, " for ");
        facts.push(("Filled in here".to_owned(), Text::from(if defaults.is_empty() { "nothing".into() } else { defaults })));
        facts.push(("Short names here".to_owned(), Text::from(if aliases.is_empty() { "none".into() } else { aliases })));
    }
    let told: Vec<String> = app
        .subscriptions
        .all()
        .iter()
        .filter(|it| it.to.platform == ctx.actor.platform)
        .map(|it| format!("{} to {}", it.from, it.to))
        .collect();
    let told = if told.is_empty() { "nothing yet".to_owned() } else { told.join(", ") };
    facts.push(("News that is posted".to_owned(), told.into()));
    let text = Text::new()
        .plain("That was the tour. ")
        .code(format!("{} help", typed(&ctx.actor.platform, OWN)))
        .plain(" is always there, and so is this tour.");
    Ok((Message::new().heading("This channel").facts(facts).paragraph(text), Vec::new()))
}
