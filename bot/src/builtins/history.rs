//! What was set up, by whom and when; going back; and what a file would change.

use commands::{Action, Block, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, param::File};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{sync::Confirm, unreadable};
use crate::{
    app::App,
    people::PersonId,
    plan::{
        apply::Work,
        difference::{Unsaid, fields},
        file::Door,
        kinds,
        rollback::Back,
    },
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
    pub who: String,
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
            why: ledger_by.why,
            kind: it.kind,
            name: it.name,
            version: it.version,
            what,
        });
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
                Text::new().code(it.who.clone()),
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

/// Say what a configuration file would change of what is set up. Secrets in it are those that are kept.
#[derive(Deserialize, JsonSchema)]
pub struct Plan {
    /// The file, as `bellhop export` writes it.
    file: File,
    /// Also count as to be removed what is in no file.
    #[serde(default)]
    prune: bool,
}

impl Action for Plan {
    type On = App;
    const NAME: &str = "plan";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["plan https://example.org/bellhop.toml"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let file = ctx.host.download(&self.file.0).await?;
        let text = String::from_utf8(file.bytes)
            .map_err(|_| Error::new(ErrorKind::Validation, format!("`{}` is no text: give the TOML file.", file.name)))?;
        let unsaid = if self.prune { Unsaid::Prune } else { Unsaid::Keep };
        let heading = format!("What {} would change", file.name);
        match app.plan(&file.name, &text, Door::Chat, unsaid).await.map_err(unreadable)? {
            Ok(plan) => {
                let message = Message::new().heading(heading).block(Block::Code(plan.shown.lines()));
                let apply =
                    Text::new().plain("Whoever runs Bellhop carries it out: ").code(format!("bellhop apply {}", file.name));
                Ok(Reply::to_asker(if plan.shown.is_empty() { message } else { message.context(apply) }))
            }
            Err(problems) => {
                let problems = problems.iter().map(|it| Text::from(format!("line {}: {}", it.line, it.message))).collect();
                Ok(Reply::to_asker(Message::text(format!("{} cannot be carried out:", file.name)).list(problems).tone(Tone::Bad)))
            }
        }
    }
}

/// Show everything that is set up as the file that says it, without secrets.
#[derive(Deserialize, JsonSchema)]
pub struct Export {}

impl Action for Export {
    type On = App;
    const NAME: &str = "export";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["export"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let text = app.export().await.map_err(unreadable)?;
        Ok(Reply::to_asker(Message::new().document("bellhop-export.toml", "What is set up", text)))
    }
}
