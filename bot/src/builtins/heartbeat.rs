//! Heartbeats of jobs elsewhere: what is expected, what came, and the line for a crontab.

use commands::{Action, Audience, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{hooks::hand_over, jobs::age, unreadable};
use crate::{
    app::App,
    health::heartbeat::{
        Heartbeat, Row, Signal, Signaled, State,
        store::{all, forget, signals},
    },
    people::PersonId,
    resources::{By, Named, Origin},
};

/// What was said last is shown so far back.
const SHOWN: i64 = 10;

/// List the jobs elsewhere that say that they ran.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "heartbeat list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["heartbeat list"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let documents = app.resources.all::<Heartbeat>();
        if documents.is_empty() {
            let text = Text::new()
                .plain("No job is expected to say that it ran. An administrator adds one: ")
                .code("bellhop heartbeat add backup every=1d grace=1h");
            let add = Button::form("Add a heartbeat…", ctx.call("heartbeat add", json!({})));
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![add])));
        }
        let rows = all(&app.store).await.map_err(unreadable)?;
        let now = app.store.now();
        let shown = documents
            .iter()
            .map(|it| {
                let row = rows.iter().find(|row| row.name == it.name.to_lowercase());
                let state = row.map_or(State::New, |it| it.state);
                let last = row.and_then(|it| it.last_at).map_or("never".into(), |last| ago(last, now));
                let due = row.and_then(|it| it.overdue_at).map_or_else(Text::new, |it| Text::new().time(it));
                vec![
                    Text::new().code(it.name.clone()),
                    format!("{} {}", sign(state), state.name()).into(),
                    it.value.every.clone().into(),
                    it.value.grace.clone().into(),
                    last.into(),
                    due,
                ]
            })
            .collect();
        let header = ["Name", "State", "Every", "Grace", "Last", "Missed at"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Heartbeats").block(Block::Table { header, rows: shown })))
    }
}

/// Show a heartbeat: how it is, and what came last.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The heartbeat.
    #[schemars(extend("x-lookup" = "heartbeat"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "heartbeat show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["heartbeat show backup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let document = app.resources.wanted::<Heartbeat>(&self.name)?;
        let (row, _) = app.heartbeat_row(&document.name).await.map_err(unreadable)?;
        let came = signals(&app.store, &document.name, SHOWN).await.map_err(unreadable)?;
        Ok(Reply::new(shown(app, ctx, &document, &row, &came), Audience::Private))
    }
}

/// Make another address for a heartbeat: the one before stops working.
#[derive(Deserialize, JsonSchema)]
pub struct Renew {
    /// The heartbeat.
    #[schemars(extend("x-lookup" = "heartbeat"))]
    name: String,
}

impl Action for Renew {
    type On = App;
    const NAME: &str = "heartbeat renew";
    // Who has its address can keep it quiet.
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["heartbeat renew backup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let document = app.resources.wanted::<Heartbeat>(&self.name)?;
        let address = app.renew_heartbeat(&document.name).await.map_err(unreadable)?;
        handed_over(app, ctx, &document, &address, Message::new()).await
    }
}

/// Expect a job elsewhere to say that it ran.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What to call it: one word.
    name: String,
    /// How often the job runs: `15m`, `1d`, or a cron line such as `0 3 * * *`.
    every: String,
    /// How long it may take or be late.
    #[serde(default = "hour")]
    grace: String,
    /// How bad it is when it does not run.
    #[serde(default)]
    severity: Level,
    /// With a cron line: whose clock it goes by, such as Europe/Zurich.
    timezone: Option<String>,
}

fn hour() -> String {
    "1h".into()
}

/// How bad something is.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Info,
    Warning,
    #[default]
    Error,
    Critical,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Critical => "critical",
        }
    }
}

/// One word, as names of what is set up are.
pub fn word(name: &str) -> Result<&str> {
    let name = name.trim();
    match !name.is_empty() && name.len() <= 60 && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it)) {
        true => Ok(name),
        false => {
            let message = format!("`{name}` cannot be its name: use one word of letters, digits, -, _ and dots.");
            Err(Error { fields: vec![commands::FieldProblem::new("name", message.clone())], ..Error::bad_input(message) })
        }
    }
}

impl Action for Add {
    type On = App;
    const NAME: &str = "heartbeat add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["heartbeat add backup every=1d grace=1h", "heartbeat add report every='0 3 * * *' severity=critical"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = word(&self.name)?;
        let known = app.resources.get::<Heartbeat>(name);
        let paused = known.as_ref().is_some_and(|it| it.value.paused);
        let heartbeat = Heartbeat {
            every: self.every.trim().to_owned(),
            grace: self.grace.trim().to_owned(),
            severity: self.severity.name().into(),
            timezone: self.timezone.unwrap_or_else(|| "UTC".into()),
            paused,
        };
        app.resources.save(name, &heartbeat, &By::person(&PersonId::from(&ctx.actor))).await?;
        let (row, mut address) = app.heartbeat_row(name).await.map_err(unreadable)?;
        // The bot that looks after heartbeats may have been faster, and has told nobody.
        if known.is_none() && address.is_none() {
            address = Some(app.renew_heartbeat(name).await.map_err(unreadable)?);
        }
        let document = app.resources.wanted::<Heartbeat>(name)?;
        let shown = shown(app, ctx, &document, &row, &[]);
        match address {
            Some(address) => handed_over(app, ctx, &document, &address, shown).await,
            None => Ok(Reply::new(shown, Audience::Private)),
        }
    }
}

/// Expect nothing of a heartbeat for now.
#[derive(Deserialize, JsonSchema)]
pub struct Pause {
    /// The heartbeat.
    #[schemars(extend("x-lookup" = "heartbeat"))]
    name: String,
}

impl Action for Pause {
    type On = App;
    const NAME: &str = "heartbeat pause";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["heartbeat pause backup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = set_paused(app, ctx, &self.name, true).await?;
        let resume = Button::run("Expect it again", ctx.call("heartbeat resume", json!({ "name": name })));
        let text = Text::new().plain("Nothing is expected of ").code(name).plain(" for now.");
        Ok(Reply::to_channel(Message::text(text).buttons(vec![resume])))
    }
}

/// Expect a heartbeat again, from now on.
#[derive(Deserialize, JsonSchema)]
pub struct Resume {
    /// The heartbeat.
    #[schemars(extend("x-lookup" = "heartbeat"))]
    name: String,
}

impl Action for Resume {
    type On = App;
    const NAME: &str = "heartbeat resume";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["heartbeat resume backup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = set_paused(app, ctx, &self.name, false).await?;
        let text = Text::new().code(name).plain(" is expected again; it has all of its time from now on.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}

async fn set_paused(app: &App, ctx: &Ctx, name: &str, paused: bool) -> Result<String> {
    let document = app.resources.wanted::<Heartbeat>(name)?;
    let heartbeat = Heartbeat { paused, ..document.value };
    app.resources.save(&document.name, &heartbeat, &By::person(&PersonId::from(&ctx.actor))).await?;
    Ok(document.name)
}

/// Forget a heartbeat: its address is nobody's from now on.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The heartbeat.
    #[schemars(extend("x-lookup" = "heartbeat"))]
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "heartbeat delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["heartbeat delete backup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let document = app.resources.take_away::<Heartbeat>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        forget(&app.store, &document.name).await.map_err(unreadable)?;
        let text = Text::new().plain("The heartbeat ").code(document.name).plain(" is gone. Take its line out of the crontab.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Tells its address to the asker alone, in place: a job would write it down.
async fn handed_over(app: &App, ctx: &Ctx, document: &Named<Heartbeat>, address: &str, shown: Message) -> Result<Reply> {
    let (name, every) = (&document.name, &document.value.every);
    let schedule = if every.split_whitespace().count() == 5 { every.as_str() } else { "0 3 * * *" };
    let line = format!("{schedule} /path/to/{name}; curl -fsS -m 10 --retry 5 -o /dev/null {address}/$?");
    let mut message = Message::new()
        .heading(format!("The address of the heartbeat {name}"))
        .paragraph(Text::new().plain("Its job says that it ran at ").code(address))
        .paragraph(Text::new().plain("In a crontab, with the job's exit code: ").code(line))
        .context(Text::new().code("/start").plain(" at the end says that it begins, ").code("/fail").plain(" that it failed."))
        .context("The address is shown this once. Whoever has it can keep the heartbeat quiet.");
    if app.public_url.is_none() {
        message = message.context("Put the bot's address in front: [server] `public_url` does not say it.");
    }
    let instead = hand_over(app, ctx, message).await.map_err(|err| {
        let message =
            format!("Its address could not be sent to you: {} `bellhop heartbeat renew {name}` makes another.", err.message);
        Error { message, ..err }
    })?;
    let mut reply = shown;
    match instead {
        Some(here) => reply.blocks.extend(here.blocks),
        None => {
            reply = reply.paragraph(
                Text::new()
                    .plain("The address of ")
                    .code(name.clone())
                    .plain(" was sent to you in a direct message; it is shown nowhere else."),
            );
        }
    }
    Ok(Reply::new(reply.tone(Tone::Good), Audience::Private))
}

fn shown(app: &App, ctx: &Ctx, document: &Named<Heartbeat>, row: &Row, came: &[Signaled]) -> Message {
    let (name, heartbeat, now) = (&document.name, &document.value, app.store.now());
    let mut facts = vec![
        (
            "State".to_owned(),
            Text::from(format!("{} {} for {}", sign(row.state), row.state.name(), age(now.duration_since(row.since)))),
        ),
        ("Every".to_owned(), Text::new().code(heartbeat.every.clone())),
        ("Grace".to_owned(), heartbeat.grace.clone().into()),
        ("Severity".to_owned(), heartbeat.severity.clone().into()),
    ];
    if let Some(at) = row.overdue_at {
        facts.push(("Missed at".to_owned(), Text::new().time(at)));
    }
    let mut message = Message::new().heading(format!("Heartbeat {name}")).facts(facts).tone(tone(row.state));
    if !came.is_empty() {
        message = message.list(came.iter().map(|it| said(it, now)).collect());
    }
    let renew = Button::run("New address", ctx.call("heartbeat renew", json!({ "name": name })));
    let renew = renew.danger(format!("Make another address for {name}? The one that its job calls stops working."));
    if document.origin == Origin::File {
        message = message.buttons(vec![renew]);
    } else {
        let (label, action) =
            if heartbeat.paused { ("Expect it again", "heartbeat resume") } else { ("Pause", "heartbeat pause") };
        let delete = Button::run("Delete", ctx.call("heartbeat delete", json!({ "name": name })));
        let delete = delete.danger(format!("Forget the heartbeat {name}? Its address stops working."));
        message = message.buttons(vec![Button::run(label, ctx.call(action, json!({ "name": name }))), renew, delete]);
    }
    message
}

fn said(it: &Signaled, now: Timestamp) -> Text {
    let what = match it.signal {
        Signal::Success => "ran",
        Signal::Start => "started",
        Signal::Fail => "failed",
        Signal::Log => "said",
    };
    let code = it.exit_code.map(|it| format!(", exit code {it}")).unwrap_or_default();
    let took = it.took.map(|it| format!(", took {}", age(it))).unwrap_or_default();
    let text = Text::new().bold(what).plain(format!(" {}{code}{took}", ago(it.at, now)));
    match it.body.lines().next().filter(|it| !it.is_empty()) {
        Some(first) => text.plain(": ").code(first.chars().take(120).collect::<String>()),
        None => text,
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", age(now.duration_since(at)))
}

fn sign(state: State) -> &'static str {
    match state {
        State::Up => "✓",
        State::Missed | State::Failed => "✗",
        State::New | State::Paused => "·",
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Up => Tone::Good,
        State::Missed | State::Failed => Tone::Bad,
        State::New | State::Paused => Tone::Neutral,
    }
}
