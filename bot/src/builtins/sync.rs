//! Keeping the tasks of two systems the same: propose, look at it, start it, and see how it goes.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, error::FieldProblem,
    param::Markdown,
};
use connectors::{Task, TaskField, Values};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    app::App,
    config::Destination,
    people::PersonId,
    sync::{
        self, Definition, Make, Source, Spot, Sync,
        mapping::{self, FieldMap, Fields, Mapped, Side},
        merge::Conflict,
        run, store,
    },
};

/// Keep the tasks of two systems the same, in both directions.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What to call it: one word.
    name: String,
    /// A connection and its project, such as redmine:demo.
    left: String,
    /// The other one, such as jira:APO, github:octo/widgets or trello:Roadmap.
    right: String,
    /// Which field is which, a line each: `subject = summary`. Left out, one is proposed.
    fields: Option<Markdown>,
    /// Who wins when both sides changed the same field.
    #[serde(default)]
    conflict: Conflict,
    /// Where a task is made that is only on the other side.
    #[serde(default)]
    make: Make,
    /// Seconds between two looks.
    #[serde(default = "minute")]
    #[schemars(range(min = 15, max = 86_400))]
    every: u32,
    /// Where conflicts and problems are told: slack:#dev, zulip:dev>sync. Else where alerts go.
    report: Option<String>,
    /// Say yes to start it; before that you see what it would do.
    #[serde(default)]
    confirm: Confirm,
}

/// Whether something was looked at and is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    #[default]
    No,
    Yes,
}

fn minute() -> u32 {
    60
}

impl Action for Add {
    type On = App;
    const NAME: &str = "sync add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["sync add apollo redmine:demo jira:APO", "sync add apollo redmine:demo jira:APO conflict=left"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > 40 || !name.chars().all(|it| it.is_alphanumeric() || "-_".contains(it)) {
            return Err(problem("name", format!("`{name}` cannot be its name: use one word of letters, digits, - and _.")));
        }
        let (left, right) = (Spot::parse(&self.left)?, Spot::parse(&self.right)?);
        if left == right {
            return Err(problem("right", "Both sides are the same place: name another."));
        }
        if let Some(Err(why)) = self.report.as_deref().map(Destination::parse) {
            return Err(problem("report", why));
        }
        let (left_tasks, right_tasks) = (app.tasks_of(&left)?, app.tasks_of(&right)?);
        let fields = app.fields_of(&left_tasks, &right_tasks).await?;
        let maps = match self.fields.as_ref().map(|it| it.0.trim()).filter(|it| !it.is_empty()) {
            Some(text) => mapping::parse(text).map_err(|it| problem("fields", it.join("\n")))?,
            None => mapping::suggestion(&fields),
        };
        let wrong = mapping::problems(&maps, &fields, self.make);
        if !wrong.is_empty() {
            return Err(problem("fields", wrong.join("\n")));
        }
        let (conflict, make, every, report) = (self.conflict, self.make, self.every, self.report.clone());
        let definition = Definition { left, right, fields: maps, conflict, make, every, report };
        let sync = Sync { name: name.to_owned(), definition, is_paused: false, who: String::new() };
        let before = store::find(&app.store, name).await?;
        if self.confirm == Confirm::No {
            let message = proposal(ctx, &sync, &fields, (&left_tasks, &right_tasks), before.as_ref()).await?;
            return Ok(Reply::to_asker(message));
        }
        // What was given up stands nowhere else, and is forgotten with the old places.
        if let Some(before) = before.filter(|it| sync.definition.moves_from(&it.definition)) {
            run::report(app, &before).await;
        }
        store::save(&app.store, name, &sync.definition, &PersonId::from(&ctx.actor)).await?;
        run::start(app, Some(name)).await.map_err(super::unreadable)?;
        let text = Text::new()
            .code(sync.definition.left.to_string())
            .plain(" and ")
            .code(sync.definition.right.to_string())
            .plain(" are kept the same from now on.");
        let show = Button::run("How far is it?", ctx.call("sync show", json!({ "name": name })));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![show])))
    }
}

fn problem(field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

/// The parameters of `sync add` that make `sync` as it is.
fn parameters(sync: &Sync) -> Value {
    let Definition { left, right, fields, conflict, make, every, report } = &sync.definition;
    let mut given = json!({
        "name": sync.name, "left": left.to_string(), "right": right.to_string(), "fields": lines(fields),
        "conflict": conflict, "make": make, "every": every,
    });
    if let Some(report) = report {
        given["report"] = json!(report);
    }
    given
}

fn lines(fields: &[FieldMap]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What would be kept the same, shown on the newest task of each side.
async fn proposal(
    ctx: &Ctx,
    sync: &Sync,
    fields: &Fields,
    sources: (&Source, &Source),
    before: Option<&Sync>,
) -> Result<Message> {
    let definition = &sync.definition;
    let mut message = Message::new().heading(format!("{} ↔ {}", sources.0.title(), sources.1.title()));
    if let Some(before) = before {
        message = message.paragraph(changes(before, definition));
    }
    message = message.block(Block::Code(lines(&definition.fields))).paragraph(Text::new().plain(rule(sync)));
    for (side, source) in [(Side::Left, sources.0), (Side::Right, sources.1)] {
        if let Some(task) = sample(source).await? {
            message = message.block(Block::Divider).paragraph(
                Text::new().bold(task.key.clone()).plain(format!(" of {} would be, on the other side:", source.title())),
            );
            message = previewed(message, definition, fields, side, &task);
        }
    }
    let mut start = parameters(sync);
    start["confirm"] = json!("yes");
    let start = Button::run("Start", ctx.call("sync add", start)).primary();
    let change = Button::form("Change it…", ctx.call("sync add", parameters(sync)));
    Ok(message.buttons(vec![start, change]))
}

/// What becomes of the one of that name that is there.
fn changes(before: &Sync, definition: &Definition) -> Text {
    let text = Text::new().code(before.name.clone()).plain(" is there already, and is changed.");
    if !definition.moves_from(&before.definition) {
        return text;
    }
    let Definition { left, right, .. } = &before.definition;
    text.plain(" It begins anew with these places: which tasks of ")
        .code(left.to_string())
        .plain(" and ")
        .code(right.to_string())
        .plain(" belonged together is forgotten, and the tasks stay as they are.")
}

/// How it goes about conflicts and missing tasks, as a sentence.
fn rule(sync: &Sync) -> String {
    let Definition { conflict, make, left, right, every, .. } = &sync.definition;
    let wins = match conflict {
        Conflict::Newest => "the task that was changed last wins".to_owned(),
        Conflict::Left => format!("{left} wins"),
        Conflict::Right => format!("{right} wins"),
    };
    let made = match make {
        Make::Both => "A task that is only on one side is made on the other".to_owned(),
        Make::Left => format!("A task that is only in {right} is made in {left}, and not the other way round"),
        Make::Right => format!("A task that is only in {left} is made in {right}, and not the other way round"),
        Make::None => "No task is made; those of the same title are kept the same".to_owned(),
    };
    format!(
        "Where both sides changed the same field, {wins}, and the other's change is told. {made}. Changes are looked for every {every} s."
    )
}

/// A task to show it on: the one that was changed last, of those that come first.
async fn sample(source: &Source) -> Result<Option<Task>> {
    let page = source.tasks()?.changed(&source.place, None, None).await?;
    Ok(page.items.into_iter().max_by_key(|it| it.updated))
}

fn previewed(message: Message, definition: &Definition, fields: &Fields, side: Side, task: &Task) -> Message {
    let Mapped { values, unfit } = mapping::made_of(&definition.fields, fields, side, &task.values);
    let facts = facts(&values, fields.of(side.other()));
    let message = if facts.is_empty() { message } else { message.facts(facts) };
    match unfit.is_empty() {
        true => message,
        false => message
            .list(unfit.iter().map(|it| Text::new().plain("⚠ ").code(it.field.clone()).plain(format!(": {}", it.why))).collect()),
    }
}

fn facts(values: &Values, fields: &[TaskField]) -> Vec<(String, Text)> {
    let label = |name: &str| fields.iter().find(|it| it.name == name).map_or(name, |it| &it.label).to_owned();
    values.iter().map(|(name, value)| (label(name), Text::new().plain(shown(value)))).collect()
}

/// A value in a line.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// List what is kept the same.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "sync list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["sync list"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let all = store::all(&app.store).await?;
        if all.is_empty() {
            let text = Text::new()
                .plain("No tasks are kept the same. An administrator begins it: ")
                .code("bellhop sync add apollo redmine:demo jira:APO");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let mut rows = Vec::new();
        for it in &all {
            let counts = store::counts(&app.store, &it.name).await?;
            let state = if it.is_paused {
                "paused".to_owned()
            } else {
                format!("{} the same, {} with a problem", counts.same, counts.problems)
            };
            rows.push(vec![
                Text::new().code(it.name.clone()),
                it.definition.left.to_string().into(),
                it.definition.right.to_string().into(),
                state.into(),
            ]);
        }
        let header = ["Name", "Left", "Right", "Tasks"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Kept the same").block(Block::Table { header, rows })))
    }
}

/// Show how far it is, and what could not be carried over.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// Its name.
    #[schemars(extend("x-lookup" = "sync"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "sync show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["sync show apollo"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let sync = found(app, &self.name).await?;
        let counts = store::counts(&app.store, &sync.name).await?;
        let mut facts = vec![(
            "Tasks".to_owned(),
            Text::new().plain(format!("{} the same, {} with a problem, {} ended", counts.same, counts.problems, counts.ended)),
        )];
        for side in Side::BOTH {
            let progress = app.progress(&sync, side).await?;
            let state = match (progress.looked, progress.since) {
                (Some(looked), Some(_)) => Text::new().plain("looked at ").time(looked),
                _ => Text::new().plain(format!("seen for the first time: {} so far", progress.seen)),
            };
            facts.push((sync.definition.spot(side).to_string(), state));
            if let Some(problem) = progress.problem {
                facts.push(("Problem".into(), Text::new().plain(problem)));
            }
        }
        let mut message = Message::new()
            .heading(if sync.is_paused { format!("{} (paused)", sync.name) } else { sync.name.clone() })
            .facts(facts)
            .block(Block::Code(lines(&sync.definition.fields)))
            .context(Text::new().plain(rule(&sync)));
        let troubled = sync::troubles(&app.store, &sync.name).await?;
        if !troubled.is_empty() {
            message =
                message.list(troubled.into_iter().map(|(key, why)| Text::new().bold(key).plain(format!(": {why}"))).collect());
        }
        if ctx.actor.admin {
            let named = json!({ "name": sync.name });
            let pause = match sync.is_paused {
                true => Button::run("Go on", ctx.call("sync resume", named.clone())),
                false => Button::run("Pause", ctx.call("sync pause", named.clone())),
            };
            message = message.buttons(vec![pause, Button::form("Change it…", ctx.call("sync add", parameters(&sync)))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Show what a task would be on the other side.
#[derive(Deserialize, JsonSchema)]
pub struct Preview {
    /// What is kept the same.
    #[schemars(extend("x-lookup" = "sync"))]
    name: String,
    /// The task: its number or key, on either side.
    task: String,
}

impl Action for Preview {
    type On = App;
    const NAME: &str = "sync preview";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["sync preview apollo 42"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let sync = found(app, &self.name).await?;
        let (left, right) = (app.tasks_of(&sync.definition.left)?, app.tasks_of(&sync.definition.right)?);
        let fields = app.fields_of(&left, &right).await?;
        for (side, source) in [(Side::Left, &left), (Side::Right, &right)] {
            let asked = source.tasks()?.get(&source.place, self.task.trim()).await;
            // A key of the other system need not be one that this one can read.
            let Ok(Some(task)) = asked else { continue };
            let heading = format!("{} of {} would be, on the other side:", task.key, source.title());
            let message = Message::new().heading(heading);
            return Ok(Reply::to_asker(previewed(message, &sync.definition, &fields, side, &task)));
        }
        Err(Error::not_found(format!("Neither {} nor {} has a task `{}`.", left.title(), right.title(), self.task)))
    }
}

/// Stop keeping tasks the same for a while.
#[derive(Deserialize, JsonSchema)]
pub struct Pause {
    /// Its name.
    #[schemars(extend("x-lookup" = "sync"))]
    name: String,
}

impl Action for Pause {
    type On = App;
    const NAME: &str = "sync pause";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["sync pause apollo"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let sync = found(app, &self.name).await?;
        store::set_paused(&app.store, &sync.name, true).await?;
        let text = Text::new().code(sync.name.clone()).plain(" rests. What changes meanwhile is carried over when it goes on.");
        let resume = Button::run("Go on", ctx.call("sync resume", json!({ "name": sync.name })));
        Ok(Reply::to_channel(Message::text(text).buttons(vec![resume])))
    }
}

/// Go on keeping tasks the same, at once.
#[derive(Deserialize, JsonSchema)]
pub struct Resume {
    /// Its name.
    #[schemars(extend("x-lookup" = "sync"))]
    name: String,
}

impl Action for Resume {
    type On = App;
    const NAME: &str = "sync resume";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["sync resume apollo"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let sync = found(app, &self.name).await?;
        store::set_paused(&app.store, &sync.name, false).await?;
        run::start(app, Some(&sync.name)).await.map_err(super::unreadable)?;
        Ok(Reply::to_channel(Message::text(Text::new().code(sync.name).plain(" goes on."))))
    }
}

/// Stop keeping tasks the same, and forget which belonged together.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// Its name.
    #[schemars(extend("x-lookup" = "sync"))]
    name: String,
    /// Say yes to do it.
    #[serde(default)]
    confirm: Confirm,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "sync remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["sync remove apollo"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let sync = found(app, &self.name).await?;
        let counts = store::counts(&app.store, &sync.name).await?;
        if self.confirm == Confirm::No {
            let text = format!(
                "{} tasks would not be kept the same any more, and which belonged together is forgotten. The tasks themselves stay as they are.",
                counts.same + counts.problems
            );
            let call = ctx.call("sync remove", json!({ "name": sync.name, "confirm": "yes" }));
            let remove =
                Button::run(format!("Remove {}", sync.name), call).danger("Which tasks belong together is forgotten for good.");
            return Ok(Reply::to_asker(Message::text(text).tone(Tone::Warning).buttons(vec![remove])));
        }
        store::remove(&app.store, &sync.name).await?;
        Ok(Reply::to_channel(Message::text(Text::new().code(sync.name).plain(" is removed. The tasks stay as they are."))))
    }
}

/// What is kept the same, by name.
pub(super) async fn names(app: &App) -> Result<Vec<String>> {
    Ok(store::all(&app.store).await?.into_iter().map(|it| it.name).collect())
}

async fn found(app: &App, name: &str) -> Result<Sync> {
    if let Some(sync) = store::find(&app.store, name.trim()).await? {
        return Ok(sync);
    }
    let known = names(app).await?;
    let hint =
        if known.is_empty() { "Nothing is kept the same yet".to_owned() } else { format!("There is: {}", known.join(", ")) };
    Err(Error::not_found(format!("Nothing that is called `{name}` is kept the same. {hint}.")))
}
