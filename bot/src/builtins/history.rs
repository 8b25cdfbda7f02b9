//! What was set up, by whom and when; and going back.

use commands::{Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{sync::Confirm, unreadable};
use crate::{
    app::App,
    people::PersonId,
    plan::{apply::Work, difference::fields, kinds, rollback::Back},
    resources::{
        By,
        ledger::{self, SEALED, What},
    },
};

/// A version of something, as it is shown.
#[derive(Debug, Serialize)]
pub struct Line {
    /// What `rollback to=` takes; 0 of what was before changes had numbers.
    pub change: i64,
    pub at: Timestamp,
    /// `slack:T1:U1`
    pub who: String,
    /// What they are called, where a chat says.
    pub called: Option<String>,
    pub why: String,
    pub kind: String,
    pub name: String,
    pub version: i64,
    /// `made`, `url: "a" → "b"`, `removed`.
    pub what: String,
}

/// The newest versions, each with what it changed.
///
/// # Errors
/// The store cannot be read.
pub async fn lines(app: &App, kind: Option<&str>, name: Option<&str>, limit: u32) -> anyhow::Result<Vec<Line>> {
    let mut found = Vec::new();
    for (change, it) in ledger::history(&app.store, kind, name, limit).await? {
        let before = ledger::version(&app.store, &it.kind, &it.name, it.version - 1).await?.and_then(|it| it.body);
        let what = changed(&it.kind, before.as_ref(), it.body.as_ref());
        let ledger_by = it.by;
        found.push(Line {
            change,
            at: it.at,
            who: ledger_by.who,
            called: None,
            why: ledger_by.why,
            kind: it.kind,
            name: it.name,
            version: it.version,
            what,
        });
    }
    let called = app.called(found.iter().map(|it| it.who.as_str())).await;
    for line in &mut found {
        line.called = called.get(&line.who).cloned();
    }
    Ok(found)
}

fn changed(kind: &str, before: Option<&Map<String, Value>>, after: Option<&Map<String, Value>>) -> String {
    const MOST: usize = 120;
    let (before, after) = match (before, after) {
        (_, None) => return "removed".into(),
        (None, Some(_)) => return "made".into(),
        (Some(before), Some(after)) => (before, after),
    };
    let shown = |it: &Option<Value>| it.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let mut parts: Vec<String> =
        fields(kind, before, after).iter().map(|it| format!("{}: {} → {}", it.key, shown(&it.from), shown(&it.to))).collect();
    if parts.is_empty() && before.get(SEALED) != after.get(SEALED) {
        parts.push("its secrets renewed".into());
    }
    let text = parts.join("; ");
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Show who changed what of what is set up, newest first.
#[derive(Deserialize, JsonSchema)]
pub struct History {
    /// Only of this kind: connection, hook, subscription, team, default, alias, and whatever else is set up.
    #[schemars(extend("x-lookup" = "set_up", "x-positional" = true))]
    kind: Option<String>,
    /// Only of what has this name.
    #[schemars(extend("x-positional" = true))]
    name: Option<String>,
    /// How many: 500 at most.
    #[serde(default = "twenty")]
    limit: u32,
}

fn twenty() -> u32 {
    20
}

impl Action for History {
    type On = App;
    const NAME: &str = "history";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["history", "history connection redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let kind = self.kind.as_deref().map(str::trim).filter(|it| !it.is_empty());
        if let Some(kind) = kind.filter(|kind| !kinds().any(|it| it == *kind)) {
            let hint = crate::config::source::nearest(kind, kinds().collect::<Vec<_>>().into_iter());
            return Err(Error::bad_input(format!("Nothing is called `{kind}`{hint}.")));
        }
        app.set_up().await.map_err(unreadable)?;
        let found = lines(app, kind, self.name.as_deref(), self.limit.clamp(1, 500)).await.map_err(unreadable)?;
        if found.is_empty() {
            return Ok(Reply::to_asker("Nothing of that sort was ever set up."));
        }
        let rows = found.iter().map(|it| {
            let why = if it.why.is_empty() { it.what.clone() } else { format!("{} ({})", it.what, it.why) };
            vec![
                Text::from(it.change.to_string()),
                Text::new().time(it.at),
                match &it.called {
                    Some(name) => Text::from(name.clone()),
                    None => Text::new().code(it.who.clone()),
                },
                Text::new().plain(format!("{} ", it.kind)).code(it.name.clone()).plain(format!(" v{}", it.version)),
                Text::from(why),
            ]
        });
        let header = ["Change", "When", "Who", "What", "How"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("What was set up").block(Block::Table { header, rows: rows.collect() });
        // Of one thing, the version before this one is what people go back to.
        if let [newest, before, ..] = found.as_slice()
            && newest.kind == before.kind
            && newest.name == before.name
        {
            let params = json!({ "kind": before.kind, "name": before.name, "version": before.version });
            message =
                message.buttons(vec![Button::run(format!("Back to version {} …", before.version), ctx.call("rollback", params))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Go back to an earlier version of something, or of everything as it stood after a change.
#[derive(Deserialize, JsonSchema)]
pub struct Rollback {
    /// Of which kind it is: connection, hook, subscription, team and so on.
    #[schemars(extend("x-lookup" = "set_up", "x-positional" = true))]
    kind: Option<String>,
    /// Its name.
    #[schemars(extend("x-positional" = true))]
    name: Option<String>,
    /// To which of its versions, as `history` counts them.
    version: Option<i64>,
    /// Or everything, to how it stood after that change.
    to: Option<i64>,
    /// Why, for the history.
    #[serde(default)]
    why: String,
    /// Say yes to do it; before that you see what it would do.
    #[serde(default)]
    confirm: Confirm,
}

impl Rollback {
    /// Whether such a call is meant, and not only looked at.
    pub fn is_meant(params: &Map<String, Value>) -> bool {
        params.get("confirm").is_some_and(|it| *it != json!("no"))
    }

    /// What such a call would do.
    pub async fn lines(app: &App, params: &Map<String, Value>) -> Option<String> {
        let text = |key: &str| params.get(key).and_then(Value::as_str);
        let number = |key: &str| params.get(key).and_then(Value::as_i64);
        let back = match (text("kind"), text("name"), number("version"), number("to")) {
            (Some(kind), Some(name), Some(version), None) => app.back_to_version(kind, name, version).await,
            (None, None, None, Some(change)) => app.back_to_change(change).await,
            _ => return None,
        };
        back.ok().map(|it| it.shown.lines())
    }
}

impl Action for Rollback {
    type On = App;
    const NAME: &str = "rollback";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["rollback connection redmine version=2", "rollback to=12"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let back = match (&self.kind, &self.name, self.version, self.to) {
            (Some(kind), Some(name), Some(version), None) => app.back_to_version(kind, name, version).await?,
            (None, None, None, Some(change)) => app.back_to_change(change).await?,
            _ => {
                let message = "Say what goes back: `rollback connection redmine version=2` for one thing, or `rollback to=12` for \
                               everything as it stood after change 12. `history` shows both numbers.";
                return Err(Error::bad_input(message));
            }
        };
        let Back { subject, steps, shown, now } = back;
        let text = Text::new().plain("Back to ").bold(subject.clone()).plain(":");
        if shown.is_empty() {
            return Ok(Reply::to_asker(Message::text(text.plain(" it is as it was then already."))));
        }
        let message = Message::text(text).block(Block::Code(shown.lines()));
        if self.confirm == Confirm::No {
            let params = json!({
                "kind": self.kind, "name": self.name, "version": self.version, "to": self.to, "why": self.why, "confirm": "yes",
            });
            let given = params.as_object().cloned().unwrap_or_default();
            let given: Map<String, Value> = given.into_iter().filter(|(_, it)| !it.is_null() && *it != json!("")).collect();
            let button =
                Button::run("Go back", ctx.call("rollback", Value::Object(given))).danger("What is set up changes at once.");
            return Ok(Reply::to_asker(message.tone(Tone::Warning).buttons(vec![button])));
        }
        app.try_out(&steps, &now).await?;
        let by = By { why: self.why, ..By::person(&PersonId::from(&ctx.actor)) };
        let work =
            Work { what: What::Rollback, subject: &subject, steps: &steps, said: None, generation: now.generation, by: &by };
        let change = app.carry_out(work, &now).await?;
        let done = message.paragraph(format!("Done, as change {change}.")).tone(Tone::Good);
        Ok(Reply::to_channel(done))
    }
}
