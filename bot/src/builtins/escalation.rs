//! Escalation policies: who is paged when, step by step.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone, param::Markdown,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{page::Bad, unreadable};
use crate::{
    app::App,
    escalation::{Policy, Recipient, shown},
    people::PersonId,
    resources::{By, Named, Origin},
};

/// List the escalation policies.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "escalations";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["escalations"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.resources.all::<Policy>();
        let create = Button::form("New…", ctx.call(Create::NAME, json!({})));
        if all.is_empty() {
            let text = Text::new()
                .plain("There are no escalation policies yet. An administrator makes one: ")
                .code("bellhop escalation create");
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![create])));
        }
        let row = |it: &Named<Policy>| {
            let plan = app.plan(&[Recipient::Policy(it.name.clone())]);
            let steps: Vec<String> = plan.steps.iter().map(|it| it.words()).collect();
            vec![Text::new().code(it.name.clone()), Text::from(steps.join(" → ").as_str()), Text::from(origin(it.origin))]
        };
        let header = ["Policy", "Steps", "Kept"].map(str::to_owned).to_vec();
        let table = Block::Table { header, rows: all.iter().map(row).collect() };
        Ok(Reply::to_asker(Message::new().heading("Escalation policies").block(table).buttons(vec![create])))
    }
}

/// Show an escalation policy.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The policy.
    #[schemars(extend("x-lookup" = "escalation"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "escalation show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["escalation show platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let policy = app.resources.wanted::<Policy>(&self.name)?;
        Ok(Reply::to_asker(message(app, ctx, &policy)))
    }
}

/// Make an escalation policy: a line a step.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// Its name: one word.
    #[schemars(length(min = 1, max = 60))]
    name: String,
    /// A line a step: whom, then `wait=5m`, `turn=next`, `hours=mon-fri@08:00-18:00`, `severity=error` where wanted. In one line, `|` between steps.
    steps: Markdown,
    /// How often all steps are gone through again.
    #[schemars(range(min = 0, max = 20))]
    repeat: Option<u32>,
    /// Who is paged when nobody acknowledged: such as `slack:#ops`.
    #[serde(default)]
    last: Vec<String>,
    /// By whose clocks hours are meant.
    #[schemars(extend("x-lookup" = "zone"))]
    zone: Option<String>,
}

impl Action for Create {
    type On = App;
    const NAME: &str = "escalation create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["escalation create platform repeat=1 last=slack:#ops schedule:primary wait=5m | team:platform wait=10m"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = self.name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(at("name", format!("`{name}` cannot be a policy's name: use one word.")));
        }
        if app.resources.get::<Policy>(name).is_some() {
            let message = format!("There is a policy `{name}` already. `bellhop escalation edit {name}` changes it.");
            return Err(Error { kind: ErrorKind::Conflict, ..at("name", message) });
        }
        let zone = self.zone.filter(|it| it != "chat");
        let policy = Policy { steps: lines(&self.steps.0), repeat: self.repeat.unwrap_or_default(), last: self.last, zone };
        save(app, ctx, name, &policy).await
    }
}

/// Change an escalation policy. What is being told already goes on by the old one.
#[derive(Deserialize, JsonSchema)]
pub struct Edit {
    /// The policy.
    #[schemars(extend("x-lookup" = "escalation"))]
    name: String,
    /// All steps, a line each.
    steps: Option<Markdown>,
    /// How often all steps are gone through again.
    #[schemars(range(min = 0, max = 20))]
    repeat: Option<u32>,
    /// Who is paged when nobody acknowledged; `none` for nobody.
    #[serde(default)]
    last: Vec<String>,
    /// By whose clocks hours are meant.
    #[schemars(extend("x-lookup" = "zone"))]
    zone: Option<String>,
}

impl Action for Edit {
    type On = App;
    const NAME: &str = "escalation edit";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["escalation edit platform", "escalation edit platform repeat=2"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let Named { name, value: mut policy, .. } = app.resources.wanted::<Policy>(&self.name)?;
        if self.steps.is_none() && self.repeat.is_none() && self.last.is_empty() && self.zone.is_none() {
            let text = Text::new().plain("Nothing was said to change in ").code(name.clone()).plain(".");
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![edit_button(ctx, &name, &policy)])));
        }
        if let Some(steps) = &self.steps {
            policy.steps = lines(&steps.0);
        }
        policy.repeat = self.repeat.unwrap_or(policy.repeat);
        match self.last.as_slice() {
            [] => {}
            [none] if none == "none" => policy.last = Vec::new(),
            last => policy.last = last.to_vec(),
        }
        match self.zone {
            None => {}
            Some(zone) if zone == "chat" => policy.zone = None,
            zone => policy.zone = zone,
        }
        save(app, ctx, &name, &policy).await
    }
}

/// Remove an escalation policy.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The policy.
    #[schemars(extend("x-lookup" = "escalation"))]
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "escalation delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["escalation delete platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let policy = app.resources.wanted::<Policy>(&self.name)?;
        app.resources.drop::<Policy>(&policy.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        let text =
            Text::new().plain("The policy ").code(policy.name).plain(" is gone. What is being told already goes on by it.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// See who would be paged when, without paging anybody.
#[derive(Deserialize, JsonSchema)]
pub struct Test {
    /// The policy.
    #[schemars(extend("x-lookup" = "escalation"))]
    name: String,
    /// For something so bad.
    #[serde(default = "error")]
    severity: Bad,
}

fn error() -> Bad {
    Bad::Error
}

impl Action for Test {
    type On = App;
    const NAME: &str = "escalation test";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["escalation test platform", "escalation test platform severity=critical"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let policy = app.resources.wanted::<Policy>(&self.name)?;
        let plan = app.plan(&[Recipient::Policy(policy.name.clone())]);
        let found = app.rehearse_escalation(&plan, self.severity.into(), app.store.now()).await.map_err(unreadable)?;
        let row = |it: &shown::Rehearsed| {
            let step = it.step.map_or_else(|| "last resort".to_owned(), |it| (it + 1).to_string());
            let who = if it.lines.is_empty() { "nobody is left".to_owned() } else { it.lines.join("; ") };
            vec![Text::new().time(it.at), Text::from(step.as_str()), Text::from(who.as_str())]
        };
        let header = ["When", "Step", "Who is paged"].map(str::to_owned).to_vec();
        let message = Message::new()
            .heading(format!("{}: if something fired now and nobody acknowledged", policy.name))
            .block(Block::Table { header, rows: found.iter().map(row).collect() })
            .context(Text::new().plain("Nobody was paged. Who is on call is as the schedules say for each of these moments."));
        Ok(Reply::to_asker(message))
    }
}

async fn save(app: &App, ctx: &Ctx, name: &str, policy: &Policy) -> Result<Reply> {
    let by = By::person(&PersonId::from(&ctx.actor));
    app.resources.save(name, policy, &by).await.map_err(|err| {
        // A step's problem stands at the box that holds all of them.
        let field = |it: FieldProblem| FieldProblem::new(it.field.split('.').next().unwrap_or_default(), it.message);
        Error { fields: err.fields.into_iter().map(field).collect(), ..err }
    })?;
    let policy = app.resources.wanted::<Policy>(name)?;
    Ok(Reply::to_channel(message(app, ctx, &policy).tone(Tone::Good)))
}

fn message(app: &App, ctx: &Ctx, policy: &Named<Policy>) -> Message {
    let plan = app.plan(&[Recipient::Policy(policy.name.clone())]);
    let mut buttons = vec![Button::run("Who would be paged?", ctx.call(Test::NAME, json!({ "name": policy.name })))];
    if policy.origin == Origin::Chat {
        buttons.push(edit_button(ctx, &policy.name, &policy.value));
        let delete = ctx.call(Delete::NAME, json!({ "name": policy.name }));
        buttons.push(Button::run("Delete", delete).danger(format!("Remove the policy {}?", policy.name)));
    }
    shown::plan(&policy.name, &plan).context(Text::from(origin(policy.origin))).buttons(buttons)
}

fn edit_button(ctx: &Ctx, name: &str, policy: &Policy) -> Button {
    let mut filled = json!({ "name": name, "steps": policy.steps.join("\n"), "repeat": policy.repeat, "last": policy.last });
    if let Some(zone) = &policy.zone {
        filled["zone"] = json!(zone);
    }
    Button::form("Edit…", ctx.call(Edit::NAME, filled))
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "in the configuration file",
        Origin::Chat => "made in chat",
    }
}

/// Steps as they are typed: a line each, or `|` between them.
fn lines(text: &str) -> Vec<String> {
    text.split(['\n', '|']).map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

fn at(field: &str, message: String) -> Error {
    Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
}
