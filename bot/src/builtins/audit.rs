//! Who asked for what: searched, exported, and proved to be whole.

use commands::{
    Action, Audience, Block, Button, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text, Tone, param::Person,
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{unreadable, whom};
use crate::{
    app::App,
    audit::{self, Filter, Verified},
    people::PersonId,
};

/// The most lines of one export: more are for the command line.
const EXPORTED: u32 = 5_000;
/// Lines in which people are looked for by their names.
const NAMED: u32 = 20_000;

/// Show who asked for what, newest first: also what was refused, and what others agreed to.
#[derive(Deserialize, JsonSchema)]
pub struct Audit {
    /// Only commands that begin so: `redmine issue`.
    command: Option<String>,
    /// Only this person's.
    who: Option<Person>,
    /// Only from then on: `2h`, `3d`, or a day such as `2026-11-21`.
    since: Option<String>,
    /// Only until then.
    until: Option<String>,
    /// Only lines that hold this, or are of somebody who is called so.
    text: Option<String>,
    /// How many: 1,000 at most.
    #[serde(default = "twenty")]
    limit: u32,
    /// Only lines before this number: the next page.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    before: Option<i64>,
}

fn twenty() -> u32 {
    20
}

impl Action for Audit {
    type On = App;
    const NAME: &str = "audit";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["audit", "audit command=redmine who=@ana since=2d", "audit text=refused limit=500", "audit text=\"Ana\""];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let limit = self.limit.clamp(1, 1_000);
        let filter = filter(app, ctx, &self).await?;
        let lines = audit::list(&app.store, limit, &filter).await.map_err(unreadable)?;
        if lines.is_empty() {
            return Ok(Reply::to_asker("No such line in the audit log."));
        }
        let called = app.called(lines.iter().map(|it| it.actor.as_str())).await;
        let who = |id: &String| called.get(id).map_or_else(|| Text::new().code(id.clone()), |name| Text::from(name.clone()));
        let rows = lines.iter().map(|it| vec![Text::new().time(it.at), who(&it.actor), Text::new().code(it.action.clone())]);
        let header = ["When", "Who", "What"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("Audit log").block(Block::Table { header, rows: rows.collect() });
        if lines.len() == limit as usize
            && let Some(last) = lines.last().filter(|it| it.id > 1)
        {
            let mut params = json!({ "limit": limit, "before": last.id });
            let asked = [
                ("command", self.command),
                ("who", filter.actor.clone()),
                ("since", filter.since.map(|it| it.to_string())),
                ("until", filter.until.map(|it| it.to_string())),
                ("text", self.text),
            ];
            for (name, value) in asked {
                if let Some(value) = value {
                    params[name] = value.into();
                }
            }
            message = message.buttons(vec![Button::run("Older", ctx.call(Audit::NAME, params))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// What `asked` looks for.
async fn filter(app: &App, ctx: &Ctx, asked: &Audit) -> Result<Filter> {
    let actor = match &asked.who {
        // Whoever ran something is known for good, also when their chat does not know them any more.
        Some(Person(text)) => match PersonId::parse(text) {
            Some(person) => Some(person.to_string()),
            None => Some(PersonId::from(&whom(app, ctx, "who", text).await?).to_string()),
        },
        None => None,
    };
    let now = app.store.now();
    let called = match asked.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        Some(text) => {
            let lately = audit::some_actors(&app.store, NAMED).await.map_err(unreadable)?;
            app.called_like(&lately, text.trim_start_matches('@')).await
        }
        None => Vec::new(),
    };
    Ok(Filter {
        actor,
        action: asked.command.clone(),
        before: asked.before,
        since: asked.since.as_deref().map(|it| moment(now, "since", it)).transpose()?,
        until: asked.until.as_deref().map(|it| moment(now, "until", it)).transpose()?,
        text: asked.text.clone(),
        called,
    })
}

/// A moment that is past: `2h`, `3d`, `2026-11-21`, `2026-11-21T09:00:00Z`.
pub fn moment(now: Timestamp, field: &str, text: &str) -> Result<Timestamp> {
    let wrong = || {
        let message = format!("`{text}` is no moment: write 2h, 3d, a day such as 2026-11-21, or 2026-11-21T09:00:00Z.");
        Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
    };
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return day.to_zoned(jiff::tz::TimeZone::system()).map(|it| it.timestamp()).map_err(|_| wrong());
    }
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let ago = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if ago <= SignedDuration::ZERO { Err(wrong()) } else { now.checked_sub(ago).map_err(|_| wrong()) }
}

/// Give the audit log as a file, a line of JSON each with its hash, the newest last.
#[derive(Deserialize, JsonSchema)]
pub struct Export {
    /// Only from then on: `2h`, `3d`, or a day such as `2026-11-21`.
    since: Option<String>,
    /// Only commands that begin so: `redmine issue`.
    command: Option<String>,
}

impl Action for Export {
    type On = App;
    const NAME: &str = "audit export";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["audit export since=7d"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let since = self.since.as_deref().map(|it| moment(app.store.now(), "since", it)).transpose()?;
        let filter = Filter { action: self.command, since, ..Filter::default() };
        let lines = audit::sealed(&app.store, 0, EXPORTED, &filter).await.map_err(unreadable)?;
        let called = app.called(lines.iter().map(|it| it.entry.actor.as_str())).await;
        let mut text = String::new();
        for line in &lines {
            let mut line = json!(line);
            // Beside what is hashed: names change, ids do not.
            line["name"] = json!(line["actor"].as_str().and_then(|id| called.get(id)));
            text.push_str(&line.to_string());
            text.push('\n');
        }
        let mut message = Message::new().document("audit.jsonl", format!("Audit log, {} lines", lines.len()), text);
        if lines.len() == EXPORTED as usize {
            let text = Text::new()
                .plain("There is more: ")
                .code("bellhop audit export --json")
                .plain(" gives all of it where Bellhop runs.");
            message = message.context(text);
        }
        // It holds what everybody did.
        Ok(Reply::new(message, Audience::Private))
    }
}

/// Prove that the audit log is whole: recompute every hash from the first line on.
#[derive(Deserialize, JsonSchema)]
pub struct Verify {}

impl Action for Verify {
    type On = App;
    const NAME: &str = "audit verify";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["audit verify"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let (text, tone) = match audit::verify(&app.store).await.map_err(unreadable)? {
            Verified::Intact { rows, last } => {
                let text = Text::new()
                    .bold(format!("All {rows} lines are as they were written."))
                    .plain(" The last one's hash, to be noted elsewhere, shows later whether lines are missing at the end: ");
                (text.code(format!("{rows}:{last}")), Tone::Good)
            }
            Verified::Broken { at } => {
                let text = Text::new()
                    .bold(format!("Line {at} is not what was written there, or is missing."))
                    .plain(" Find out who can write to the database, and compare with a backup.");
                (text, Tone::Bad)
            }
        };
        Ok(Reply::to_asker(Message::text(text).tone(tone)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_past() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a moment");
        let read = |text: &str| moment(now, "since", text).map(|it| it.to_string()).ok();
        assert_eq!(read("2h").as_deref(), Some("2026-11-21T10:00:00Z"));
        assert_eq!(read("1d").as_deref(), Some("2026-11-20T12:00:00Z"));
        assert_eq!(read("2026-11-21T09:00:00Z").as_deref(), Some("2026-11-21T09:00:00Z"));
        assert!(read("2026-11-20").is_some());
        for wrong in ["", "soon", "-2h", "0h"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
