//! Escalation policies: who is paged when, step by step.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone, param::Markdown,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{page::Bad, unreadable};
use crate::{
    alerts::rule::AlertRule,
    app::App,
    config::source::nearest,
    escalation::{Plan, Policy, Recipient, Whom, shown},
    oncall::Schedule,
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
        let plans: Vec<Plan> = all.iter().map(|it| app.paging_plan(&[Recipient::Policy(it.name.clone())])).collect();
        let called = app.named_in(&plans).await;
        let row = |(it, plan): (&Named<Policy>, &Plan)| {
            let steps: Vec<String> = plan.steps.iter().map(|it| called.all(&it.whom)).collect();
            vec![Text::new().code(it.name.clone()), Text::from(steps.join(" → ").as_str()), Text::from(origin(it.origin))]
        };
        let header = ["Policy", "Steps", "Kept"].map(str::to_owned).to_vec();
        let table = Block::Table { header, rows: all.iter().zip(&plans).map(row).collect() };
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
        Ok(Reply::to_asker(message(app, ctx, &policy).await))
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
        let last = self.last.iter().map(|it| spelled(it, &ctx.actor.workspace)).collect();
        let policy =
            Policy { steps: lines(&self.steps.0, &ctx.actor.workspace), repeat: self.repeat.unwrap_or_default(), last, zone };
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
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![edit_button(ctx, &name)])));
        }
        if let Some(steps) = &self.steps {
            policy.steps = lines(&steps.0, &ctx.actor.workspace);
        }
        policy.repeat = self.repeat.unwrap_or(policy.repeat);
        match self.last.as_slice() {
            [] => {}
            [none] if none == "none" => policy.last = Vec::new(),
            last => policy.last = last.iter().map(|it| spelled(it, &ctx.actor.workspace)).collect(),
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
        let name = app.resources.wanted::<Policy>(&self.name)?.name;
        let is_by_it = |it: &Named<AlertRule>| it.value.escalation.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(&name));
        let rules: Vec<String> = app.resources.all::<AlertRule>().into_iter().filter(is_by_it).map(|it| it.name).collect();
        in_use("policy", &name, "alert rule", &rules, "alert rule edit NAME escalation=none")?;
        let policy = app.resources.take_away::<Policy>(&name, &By::person(&PersonId::from(&ctx.actor))).await?;
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
        let plan = app.paging_plan(&[Recipient::Policy(policy.name.clone())]);
        let found = app.rehearse_escalation(&plan, self.severity.into(), app.store.now()).await.map_err(unreadable)?;
        let line = |it: &shown::Rehearsed| {
            let step = it.step.map_or_else(|| "the last resort".to_owned(), |it| format!("step {}", it + 1));
            let who = if it.lines.is_empty() { "nobody is left".to_owned() } else { it.lines.join("; ") };
            Text::new().time(it.at).plain(", ").bold(step).plain(format!(": {who}"))
        };
        let message = Message::new()
            .heading(format!("{}: if something fired now and nobody acknowledged", policy.name))
            .block(Block::List(found.iter().map(line).collect()))
            .context(Text::new().plain("Nobody was paged. Who is on call is as the schedules say for each of these moments."));
        Ok(Reply::to_asker(message))
    }
}

/// Refuses to remove what others still go by, so that nobody is left without pages unseen.
///
/// # Errors
/// [`ErrorKind::Conflict`], with those that go by it.
pub(super) fn in_use(what: &str, name: &str, user: &str, users: &[String], instead: &str) -> Result<()> {
    let Some(first) = users.first() else { return Ok(()) };
    let instead = instead.replace("NAME", first);
    let user = match (users.len(), user.strip_suffix('y')) {
        (1, _) => user.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{user}s"),
    };
    let named = users.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    let message =
        format!("The {what} `{name}` is still used by the {user} {named}: change that first, as with `bellhop {instead}`.");
    Err(Error::new(ErrorKind::Conflict, message))
}

/// The schedules and teams that a policy names must be there: its steps would page nobody.
async fn named_are_there(app: &App, policy: &Policy) -> Result<()> {
    let steps = policy.read().into_iter().flat_map(|it| it.whom).map(|it| ("steps", it));
    let last = policy.last.iter().filter_map(|it| Some(("last", Whom::parse(it).ok()?)));
    for (field, whom) in steps.chain(last) {
        let (what, name, known) = match &whom {
            Whom::Schedule(name) => {
                let all = app.resources.all::<Schedule>();
                ("schedule", name, all.into_iter().map(|it| it.name).collect::<Vec<String>>())
            }
            Whom::Team(name) => {
                let all = app.people.teams().await.map_err(unreadable)?;
                ("team", name, all.into_iter().map(|it| it.name).collect())
            }
            _ => continue,
        };
        if !known.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let hint = if known.is_empty() { String::new() } else { nearest(name, known.iter().map(String::as_str)) };
            let end = if hint.ends_with('?') { "" } else { "." };
            return Err(at(field, format!("There is no {what} `{name}`, so that it would page nobody{hint}{end}")));
        }
    }
    Ok(())
}

async fn save(app: &App, ctx: &Ctx, name: &str, policy: &Policy) -> Result<Reply> {
    named_are_there(app, policy).await?;
    let by = By::person(&PersonId::from(&ctx.actor));
    app.resources.save(name, policy, &by).await.map_err(|err| {
        // A step's problem stands at the box that holds all of them.
        let field = |it: FieldProblem| FieldProblem::new(it.field.split('.').next().unwrap_or_default(), it.message);
        Error { fields: err.fields.into_iter().map(field).collect(), ..err }
    })?;
    let policy = app.resources.wanted::<Policy>(name)?;
    Ok(Reply::to_channel(message(app, ctx, &policy).await.tone(Tone::Good)))
}

async fn message(app: &App, ctx: &Ctx, policy: &Named<Policy>) -> Message {
    let plan = app.paging_plan(&[Recipient::Policy(policy.name.clone())]);
    let mut buttons = vec![Button::run("Who would be paged?", ctx.call(Test::NAME, json!({ "name": policy.name })))];
    if policy.origin == Origin::Chat {
        buttons.push(edit_button(ctx, &policy.name));
        let delete = ctx.call(Delete::NAME, json!({ "name": policy.name }));
        buttons.push(Button::run("Delete", delete).danger(format!("Remove the policy {}?", policy.name)));
    }
    let called = app.named_in([&plan]).await;
    shown::plan(&policy.name, &plan, &called).context(Text::from(origin(policy.origin))).buttons(buttons)
}

/// Its form is filled in when it opens, with what the policy says then.
fn edit_button(ctx: &Ctx, name: &str) -> Button {
    Button::form("Edit…", ctx.call(Edit::NAME, json!({ "name": name })))
}

/// What the form of a policy says before anything is changed.
pub fn filled(app: &App, name: &str) -> Option<Map<String, Value>> {
    let policy = app.resources.get::<Policy>(name)?.value;
    let zone = policy.zone.map(|it| ("zone".to_owned(), json!(it)));
    let known = [("steps", json!(policy.steps.join("\n"))), ("repeat", json!(policy.repeat)), ("last", json!(policy.last))];
    Some(known.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(zone).collect())
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "in the configuration file",
        Origin::Chat => "made in chat",
    }
}

/// Steps as they are typed: a line each, or `|` between them. Slack puts a `|` into what it makes of mentions.
fn lines(text: &str, workspace: &str) -> Vec<String> {
    let (mut lines, mut line, mut is_inside) = (Vec::new(), String::new(), false);
    for char in text.chars() {
        is_inside = (is_inside || char == '<') && char != '>';
        match char {
            '\n' => lines.push(std::mem::take(&mut line)),
            '|' if !is_inside => lines.push(std::mem::take(&mut line)),
            it => line.push(it),
        }
    }
    lines.push(line);
    lines.iter().map(|it| spelled(it, workspace)).filter(|it| !it.is_empty()).collect()
}

/// What a chat makes of channels, people and addresses, as a policy writes them: `<#C0123|ops>` is `slack:C0123`.
fn spelled(line: &str, workspace: &str) -> String {
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        let bare = word.trim_matches(',');
        let inside = bare.strip_prefix("slack:").unwrap_or(bare);
        let inside = inside.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
        let id = |rest: &str| rest.split('|').next().unwrap_or_default().to_owned();
        words.push(match inside {
            Some(it) if it.starts_with('#') => format!("slack:{}", id(&it[1..])),
            Some(it) if it.starts_with('@') => format!("slack:{workspace}:{}", id(&it[1..])),
            Some(it) => it.strip_prefix("mailto:").map_or_else(|| bare.to_owned(), id),
            None => bare.to_owned(),
        });
    }
    words.join(" ")
}

fn at(field: &str, message: String) -> Error {
    Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slack_makes_of_a_step_is_read_as_it_was_typed() {
        let typed =
            "slack:<#C0OPS|ops> wait=5m | <@U0ANA|ana>, team:platform turn=next\n<mailto:ben@example.org|ben@example.org> | \n";
        let read = ["slack:C0OPS wait=5m", "slack:T1:U0ANA team:platform turn=next", "ben@example.org"];
        assert_eq!(lines(typed, "T1"), read);
        for line in read {
            assert!(crate::escalation::policy::read_step(line).is_ok(), "{line}");
            assert_eq!(spelled(line, "T1"), line);
        }
    }
}
