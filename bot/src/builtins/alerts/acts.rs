//! Acknowledge, resolve, silence, assign, note, escalate.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{super::unreadable, filter, until};
use crate::{
    alerts::{Alert, Listed, State, Which, Who},
    app::App,
    builtins::whom,
    escalation::{Recipient, shown},
    people::PersonId,
};

fn done(alert: &Alert, what: &str) -> Reply {
    let text = Text::new().plain(format!("Alert {} (", alert.id)).bold(alert.title.clone()).plain(format!(") {what}."));
    Reply::to_asker(Message::text(text).tone(Tone::Good))
}

/// Say that you see to an alert: nobody else is paged for it.
#[derive(Deserialize, JsonSchema)]
pub struct Ack {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// For how long, as `1h`; then it counts as not acknowledged again. As its rule says, where nothing is said.
    #[serde(rename = "for")]
    how_long: Option<String>,
}

impl Action for Ack {
    type On = App;
    const NAME: &str = "alert ack";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert ack 12", "alert ack 12 for=1h"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let until = self.how_long.as_deref().map(|it| until("for", it, app.store.now())).transpose()?;
        let alert = app.acknowledge_alert(self.alert, &Who::from(&ctx.actor), until).await?;
        Ok(done(&alert, "is yours: nobody else is paged for it"))
    }
}

/// Say that you see to all alerts that nobody has acknowledged.
#[derive(Deserialize, JsonSchema)]
pub struct AckAll {
    /// Which of them, as subscriptions say it.
    filter: Option<String>,
    /// Do it, without being asked.
    #[serde(default)]
    yes: bool,
}

impl Action for AckAll {
    type On = App;
    const NAME: &str = "alert ack all";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert ack all", "alert ack all filter=in:apollo yes"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut all = chosen(app, self.filter.as_deref()).await?;
        all.retain(|it| it.state == State::Firing);
        if !self.yes {
            return Ok(ask(ctx, Self::NAME, &all, self.filter.as_deref(), "acknowledged by you", "Acknowledge them"));
        }
        let who = Who::from(&ctx.actor);
        let mut results = Vec::with_capacity(all.len());
        for it in &all {
            results.push((it.id, app.acknowledge_alert(it.id, &who, None).await));
        }
        Ok(each(results, "acknowledged"))
    }
}

/// Say that all alerts are over.
#[derive(Deserialize, JsonSchema)]
pub struct ResolveAll {
    /// Which of them, as subscriptions say it.
    filter: Option<String>,
    /// Do it, without being asked.
    #[serde(default)]
    yes: bool,
}

impl Action for ResolveAll {
    type On = App;
    const NAME: &str = "alert resolve all";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert resolve all filter=source:ci"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = chosen(app, self.filter.as_deref()).await?;
        if !self.yes {
            return Ok(ask(ctx, Self::NAME, &all, self.filter.as_deref(), "resolved", "Resolve them"));
        }
        let who = Who::from(&ctx.actor);
        let mut results = Vec::with_capacity(all.len());
        for it in &all {
            results.push((it.id, app.resolve_alert(it.id, &who, None).await));
        }
        Ok(each(results, "resolved"))
    }
}

async fn chosen(app: &App, wanted: Option<&str>) -> Result<Vec<Listed>> {
    let wanted = filter("filter", wanted.unwrap_or_default())?;
    let mut all = app.alerts_listed(Which::Open).await.map_err(unreadable)?;
    all.retain(|it| wanted.matches(&it.event));
    Ok(all)
}

/// How many of the alerts are named in a question.
const NAMED: usize = 10;

fn ask(ctx: &Ctx, name: &str, all: &[Listed], filter: Option<&str>, what: &str, label: &str) -> Reply {
    if all.is_empty() {
        return Reply::to_asker("There is no such alert, so nothing is to be done.");
    }
    let count = if all.len() == 1 { "1 alert".to_owned() } else { format!("{} alerts", all.len()) };
    let mut lines: Vec<Text> =
        all.iter().take(NAMED).map(|it| Text::new().bold(it.id.to_string()).plain(format!(" {}", it.title))).collect();
    if all.len() > NAMED {
        lines.push(Text::new().plain(format!("and {} more", all.len() - NAMED)));
    }
    let mut params = json!({ "yes": true });
    if let Some(filter) = filter {
        params["filter"] = Value::from(filter);
    }
    let message = Message::text(Text::new().bold(count.clone()).plain(format!(" would be {what}:"))).list(lines);
    Reply::to_asker(message.buttons(vec![Button::run(label, ctx.call(name, params)).primary()]))
}

fn each(results: Vec<(i64, Result<Alert>)>, what: &str) -> Reply {
    let done = results.iter().filter(|(_, it)| it.is_ok()).count();
    // Somebody else may have been faster with some.
    let failed = results
        .into_iter()
        .filter_map(|(id, it)| it.err().map(|err| Text::new().bold(id.to_string()).plain(format!(" {}", err.message))));
    let failed: Vec<Text> = failed.collect();
    let alerts = if done == 1 { "1 alert is".to_owned() } else { format!("{done} alerts are") };
    let mut message = Message::text(format!("{alerts} {what}.")).tone(Tone::Good);
    if !failed.is_empty() {
        message = message.list(failed);
    }
    Reply::to_asker(message)
}

/// Take an acknowledgement back: people are paged again.
#[derive(Deserialize, JsonSchema)]
pub struct Unack {
    /// Its number, as `alerts` shows it.
    alert: i64,
}

impl Action for Unack {
    type On = App;
    const NAME: &str = "alert unack";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert unack 12"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let alert = app.unacknowledge_alert(self.alert, &Who::from(&ctx.actor)).await?;
        Ok(done(&alert, "is nobody's again"))
    }
}

/// Say that an alert is over.
#[derive(Deserialize, JsonSchema)]
pub struct Resolve {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// What it was, for those who read its story.
    #[schemars(extend("x-positional" = true))]
    note: Option<String>,
}

impl Action for Resolve {
    type On = App;
    const NAME: &str = "alert resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert resolve 12", "alert resolve 12 note=\"a full disk\""];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let alert = app.resolve_alert(self.alert, &Who::from(&ctx.actor), self.note.as_deref()).await?;
        Ok(done(&alert, "is resolved"))
    }
}

/// Give an alert to somebody.
#[derive(Deserialize, JsonSchema)]
pub struct Assign {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// Who sees to it.
    person: Person,
}

impl Action for Assign {
    type On = App;
    const NAME: &str = "alert assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert assign 12 @ana", "alert assign 12 me"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = whom(app, ctx, "person", &self.person.0).await?;
        let alert = app.assign_alert(self.alert, &Who::from(&ctx.actor), &Who::from(&person)).await?;
        Ok(done(&alert, &format!("is {}'s", person.name)))
    }
}

/// Write something down in an alert's story.
#[derive(Deserialize, JsonSchema)]
pub struct Note {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// What is to be known.
    text: String,
}

impl Action for Note {
    type On = App;
    const NAME: &str = "alert note";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert note 12 the disk of db1 is full"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let alert = app.note_alert(self.alert, &Who::from(&ctx.actor), &self.text).await?;
        Ok(done(&alert, "has your note in its story"))
    }
}

/// Have more people told of an alert: those of its policy's next step, or whom you name.
#[derive(Deserialize, JsonSchema)]
pub struct Escalate {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// Instead of the next step: `@ana`, an escalation policy, `team:platform` or `schedule:nights`.
    to: Option<String>,
}

impl Action for Escalate {
    type On = App;
    const NAME: &str = "alert escalate";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert escalate 12", "alert escalate 12 to=team:platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let to = match self.to.as_deref().map(str::trim) {
            None | Some("") => Vec::new(),
            Some(text) => vec![recipient(app, ctx, text).await?],
        };
        let alert = app.escalate_alert(self.alert, &Who::from(&ctx.actor), &to).await?;
        let reply = done(&alert, "is escalated: more people are paged");
        // Who that is.
        let Some(row) = app.escalation(alert.id).await.map_err(unreadable)? else { return Ok(reply) };
        let called = app.named_in([&row.plan]).await;
        Ok(match shown::next(&alert, &row, &called, app.store.now()) {
            Some(next) => Reply { message: reply.message.context(next), ..reply },
            None => reply,
        })
    }
}

async fn recipient(app: &App, ctx: &Ctx, text: &str) -> Result<Recipient> {
    Ok(match text.split_once(':') {
        Some(("team", name)) => Recipient::Team(name.trim().to_owned()),
        Some(("schedule", name)) => Recipient::Schedule(name.trim().to_owned()),
        Some(("policy", name)) => Recipient::Policy(name.trim().to_owned()),
        _ if text.starts_with(['@', '<']) || text == "me" || PersonId::parse(text).is_some() => {
            Recipient::Person(PersonId::from(&whom(app, ctx, "to", text).await?))
        }
        _ => Recipient::Policy(text.to_owned()),
    })
}

/// Have nobody paged for an alert for a while.
#[derive(Deserialize, JsonSchema)]
pub struct SilenceOne {
    /// Its number, as `alerts` shows it.
    alert: i64,
    /// How long: `30m`, `4h`, or `resolved` for until it is over.
    #[serde(default = "resolved", rename = "for")]
    how_long: String,
    /// Why.
    #[serde(default)]
    why: String,
}

fn resolved() -> String {
    "resolved".into()
}

impl Action for SilenceOne {
    type On = App;
    const NAME: &str = "alert silence";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert silence 12 for=2h", "alert silence 12 for=resolved why=\"it is known\""];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let until = match self.how_long.trim() {
            "resolved" => None,
            text => Some(until("for", text, app.store.now())?),
        };
        let alert = app.silence_alert(self.alert, &Who::from(&ctx.actor), until, self.why.trim()).await?;
        Ok(match until {
            Some(at) => {
                let text = Text::new()
                    .plain(format!("Nobody is paged for alert {} (", alert.id))
                    .bold(alert.title)
                    .plain(") until ")
                    .time(at);
                Reply::to_asker(Message::text(text.plain(".")).tone(Tone::Good))
            }
            None => done(&alert, "pages nobody until it is resolved"),
        })
    }
}
