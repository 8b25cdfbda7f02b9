//! Agreeing to what others asked for, and saying what has to be agreed to.

use commands::{
    Action, Audience, Block, Button, Ctx, Effect, FieldProblem, Message, Reply, Result, Text, Tone,
    param::{Channel, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    permission::{by, fitting, known_groups, may_hand_out, names, said_where, subject},
    unreadable,
};
use crate::{
    app::App,
    people::approvals::{Rule, Said, State, four_hours, one},
    resources::{Named, Origin},
};

/// Agree to what somebody asked for: it is done when enough have.
#[derive(Deserialize, JsonSchema)]
pub struct Approve {
    /// The approval's number.
    id: i64,
}

impl Action for Approve {
    type On = App;
    const NAME: &str = "approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["approve 7"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let said = app.approve(self.id, &ctx.actor, ctx.channel.as_deref(), &ctx.request_id).await?;
        Ok(Reply::to_asker(told(&said)))
    }
}

/// Disagree with what somebody asked for, or withdraw what you asked for: it is not done.
#[derive(Deserialize, JsonSchema)]
pub struct Deny {
    /// The approval's number.
    id: i64,
    /// Why, for who asked.
    reason: String,
}

impl Action for Deny {
    type On = App;
    const NAME: &str = "deny";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deny 7 Not before the release"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let said = app.deny(self.id, &self.reason, &ctx.actor, ctx.channel.as_deref(), &ctx.request_id).await?;
        Ok(Reply::to_asker(told(&said)))
    }
}

fn told(said: &Said) -> Message {
    match said {
        Said::Runs(it) => {
            let text = Text::new().plain(format!("Approval {} is given: ", it.id)).code(it.line.clone());
            Message::text(text.plain(format!(" is run now, as {}.", it.asker_name))).tone(Tone::Good)
        }
        Said::More { approval, given } => {
            let text = format!(
                "You agreed to approval {}: {given} of {} have, and it is done when all have.",
                approval.id, approval.needed
            );
            Message::text(text)
        }
        Said::Denied(it) => {
            let text = Text::new().plain(format!("Approval {} is decided: ", it.id)).code(it.line.clone());
            Message::text(text.plain(format!(" is not done, and {} is told.", it.asker_name))).tone(Tone::Bad)
        }
    }
}

/// Show what waits for somebody to agree: yours, and what you may decide.
#[derive(Deserialize, JsonSchema)]
pub struct Approvals {
    /// Also the rules by which commands wait.
    #[serde(default)]
    rules: bool,
}

impl Action for Approvals {
    type On = App;
    const NAME: &str = "approvals";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["approvals", "approvals rules=yes"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let now = app.store.now();
        let mut message = Message::new().heading("Approvals");
        let (mut lines, mut buttons) = (Vec::new(), Vec::new());
        for it in app.people.approvals.waiting().await.map_err(unreadable)? {
            if it.state != State::Waiting || it.expires <= now {
                continue;
            }
            let theirs = app.has_a_word(&it, &ctx.actor, ctx.channel.as_deref()).await;
            if !theirs && !ctx.actor.admin {
                continue;
            }
            let agreed = format!(", {} of {} agreed, until ", it.votes.len(), it.needed);
            let text = Text::new().bold(format!("{}: {} asks to run ", it.id, it.asker_name)).code(it.line.clone());
            lines.push(text.plain(agreed).time(it.expires));
            if theirs && buttons.len() < 4 {
                let call = |action: &str| ctx.call(action, json!({ "id": it.id }));
                buttons.push(Button::run(format!("Approve {}", it.id), call("approve")).primary());
                buttons.push(Button::form(format!("Deny {}…", it.id), call("deny")));
            }
        }
        message = if lines.is_empty() { message.paragraph("Nothing waits for you.") } else { message.list(lines) };
        if self.rules {
            let mut rows = Vec::new();
            for Named { name, origin, value } in app.resources.all::<Rule>() {
                rows.push(vec![
                    Text::new().code(name),
                    Text::new().code(value.actions.join(", ")),
                    format!("{} of {}", value.count, names(app, &value.approvers).await).into(),
                    said_where(&value.on, &value.within).into(),
                    value.expires.into(),
                    if origin == Origin::File { "the configuration file" } else { "chat" }.into(),
                ]);
            }
            let header = ["Rule", "Actions", "Who agrees", "Where", "Waits", "From"].map(str::to_owned).to_vec();
            message = match rows.is_empty() {
                true => message.paragraph("No rule says that anything has to be agreed to."),
                false => message.block(Block::Table { header, rows }),
            };
        }
        Ok(Reply::new(if buttons.is_empty() { message } else { message.buttons(buttons) }, Audience::Asker))
    }
}

/// Let an action wait until a second person agrees to it.
#[derive(Deserialize, JsonSchema)]
pub struct Require {
    /// What the rule is called.
    name: String,
    /// Which: `redmine issue delete`, `redmine *`, `* delete`; `*` stands for one word or more.
    action: String,
    /// Who may agree: mention them, or write `team:oncall`, `group:@oncall` or `role:operator`.
    #[schemars(extend("x-named" = true))]
    approvers: Vec<Person>,
    /// How many of them have to.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    count: u32,
    /// How long it waits for them: `30m`, `4h`, up to `7d`.
    #[serde(default = "four_hours")]
    expires: String,
    /// Where they are asked; each by direct message when left out.
    #[serde(default)]
    ask: Vec<Channel>,
    /// Only on these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Require {
    type On = App;
    const NAME: &str = "approvals require";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["approvals require deleting jira issue delete approvers=team:oncall expires=2h"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        known_groups(app, &self.on)?;
        let fitting = fitting(&app.groups(), &self.action)?;
        let mut approvers = Vec::new();
        for person in &self.approvers {
            approvers.push(subject(app, ctx, "approvers", &person.0).await?.0.to_string());
        }
        let addresses = |all: Vec<Channel>| all.into_iter().map(|it| it.0).collect();
        let rule = Rule {
            actions: vec![self.action.trim().to_owned()],
            approvers,
            count: self.count,
            expires: self.expires,
            ask: addresses(self.ask),
            on: self.on,
            within: addresses(self.within),
        };
        let name = self.name.trim().to_owned();
        app.resources.save(&name, &rule, &by(ctx, self.why)).await.map_err(|mut err| {
            // The document's keys are lists where the form asks for one.
            for FieldProblem { field, .. } in &mut err.fields {
                *field = field.split('.').next().unwrap_or_default().replace("actions", "action");
            }
            err
        })?;
        let whom = names(app, &rule.approvers).await;
        let text = Text::new()
            .plain(format!("From now on {} of {whom} has to agree before ", rule.count))
            .code(rule.actions[0].clone())
            .plain(format!(" is run {}: {}.", said_where(&rule.on, &rule.within), fitting));
        let undo = Button::run("Undo", ctx.call("approvals drop", json!({ "name": name })));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![undo])))
    }
}

/// Remove a rule by which an action waits for others. What waits goes on waiting.
#[derive(Deserialize, JsonSchema)]
pub struct Drop {
    /// What the rule is called.
    #[schemars(extend("x-lookup" = "approval_rule"))]
    name: String,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Drop {
    type On = App;
    const NAME: &str = "approvals drop";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["approvals drop deleting"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        let rule = app.resources.take_away::<Rule>(&self.name, &by(ctx, self.why)).await?;
        let text = Text::new().plain("Nothing waits by the rule ").code(rule.name).plain(" any more.");
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}
