//! What is there, and how it does.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use connectors::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{dashboard::Dashboard, jobs::age};
use crate::{
    app::App,
    connections::Origin,
    health::{Checked, mean_score, score::said},
};

/// List what is connected.
#[derive(Deserialize, JsonSchema)]
pub struct Connections {}

impl Action for Connections {
    type On = App;
    const NAME: &str = "connections";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["connections"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.connections.all();
        if all.is_empty() {
            let text = Text::new()
                .plain("Nothing is connected yet. An administrator connects a system here, or in the configuration file.");
            let buttons = connectors::ALL.iter().map(|kind| {
                Button::form(format!("Connect {}", kind.title), ctx.call(&format!("connect {}", kind.name), json!({})))
            });
            return Ok(Reply::to_asker(Message::text(text).buttons(buttons.collect())));
        }
        let rows = all
            .iter()
            .map(|it| {
                let state = app.health.state(&it.name).map_or("not checked yet", state_word);
                let origin = match it.origin {
                    Origin::File => "file",
                    Origin::Chat => "chat",
                };
                vec![
                    Text::new().code(it.name.clone()),
                    it.kind.title.into(),
                    it.url.clone().unwrap_or_default().into(),
                    origin.into(),
                    state.into(),
                ]
            })
            .collect();
        let header = ["Name", "System", "Address", "Made in", "Health"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Connections").block(Block::Table { header, rows })))
    }
}

/// Check now how the queue, the chats, the connections and the hooks do.
#[derive(Deserialize, JsonSchema)]
pub struct Health {
    /// Only this connection or chat, `hook:name`, or `queue`.
    #[schemars(extend("x-positional" = true))]
    name: Option<String>,
}

impl Action for Health {
    type On = App;
    const NAME: &str = "health";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["health", "health redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if let Some(name) = &self.name
            && !app.checked_names().contains(name)
        {
            app.connections.get(name)?;
        }
        let checked = app.check(self.name.as_deref()).await;
        let worst = checked.iter().map(|(_, it)| it.state()).max().unwrap_or(State::Ok);
        let score = mean_score(checked.iter().map(|(_, it)| it));
        let heading = match worst {
            State::Ok => "Everything works",
            State::Warning => "It works, with warnings",
            State::Failed => "Something does not work",
        };
        let mut message = Message::new().heading(format!("{heading}: {score} of 100"));
        message.tone = match worst {
            State::Ok => Tone::Good,
            State::Warning => Tone::Warning,
            State::Failed => Tone::Bad,
        };
        let header = ["Name", "State", "Score", "Trend", "Requests in 1 h", "Answers take", "Last event"];
        let rows = checked.iter().map(|(name, it)| row(app, name, it)).collect();
        message = message.block(Block::Table { header: header.map(str::to_owned).to_vec(), rows });
        // Of all, only what is not as it should be; of one, everything.
        for (name, it) in &checked {
            let is_worth_it = |check: &&connectors::Check| self.name.is_some() || check.state != State::Ok;
            let lines: Vec<Text> = it.checks.iter().filter(is_worth_it).map(line).collect();
            if !lines.is_empty() {
                message = message.paragraph(Text::new().bold(name.clone())).list(lines);
            }
            if let Some(explained) = it.judged.standing.as_ref().and_then(|it| it.explained_by.as_ref()) {
                message =
                    message.context(Text::new().plain("Explained by ").code(explained.clone()).plain(", which fails as well."));
            }
            for forecast in &it.judged.forecasts {
                message = message.paragraph(Text::new().bold(name.clone()).plain(format!(": {forecast}")));
            }
        }
        if self.name.is_some() {
            for (_, it) in &checked {
                let parts = it.judged.parts.iter().map(|part| {
                    let why = format!(": {} of 100, counts {} — {}", part.score, part.weight, part.why);
                    Text::new().bold(part.name).plain(why)
                });
                message = message.paragraph("What the score is made of:").list(parts.collect());
            }
        } else {
            let bad = checked.iter().filter(|(_, it)| it.state() != State::Ok).take(5);
            let buttons: Vec<Button> = bad
                .map(|(name, _)| Button::run(format!("More of {name}"), ctx.call("health", json!({ "name": name }))))
                .collect();
            let all = Button::run("Open the dashboard", ctx.call(Dashboard::NAME, json!({})));
            message = message.buttons(buttons.into_iter().chain(app.public_url.is_some().then_some(all)).collect());
        }
        Ok(Reply::to_asker(message))
    }
}

fn row(app: &App, name: &str, checked: &Checked) -> Vec<Text> {
    let judged = &checked.judged;
    let dash = || "–".to_owned();
    let requests = judged.requests.map_or_else(dash, |(all, failed)| match failed {
        0 => all.to_string(),
        _ => format!("{all}, {failed} failed"),
    });
    let last = judged
        .last_heard
        .map_or_else(|| Text::from(dash()), |it| Text::from(format!("{} ago", age(app.store.now().duration_since(it)))));
    vec![
        Text::new().code(name),
        format!("{} {}", sign(checked.state()), state_word(checked.state())).into(),
        judged.score.to_string().into(),
        judged.trend.arrow().into(),
        requests.into(),
        judged.response.map_or_else(dash, said).into(),
        last,
    ]
}

fn line(check: &connectors::Check) -> Text {
    let text = Text::new().plain(format!("{} ", sign(check.state))).bold(check.name.clone()).plain(format!(": {}", check.detail));
    match &check.fix {
        Some(fix) if check.state != State::Ok => Text(text.plain(" → ").0.into_iter().chain(Text::marked(fix).0).collect()),
        _ => text,
    }
}

fn sign(state: State) -> &'static str {
    match state {
        State::Ok => "✓",
        State::Warning => "!",
        State::Failed => "✗",
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Ok => "works",
        State::Warning => "works, with warnings",
        State::Failed => "does not work",
    }
}
