//! What is allowed and denied besides what roles say.

use commands::{
    Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone,
    param::{Channel, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::permission::{by, document_name, fitting, known_groups, may_hand_out, names, said_where, slug, subject};
use crate::{
    app::App,
    people::grants::{self, Grant as Document},
    resources::{Named, Origin},
};

/// Show what is allowed and denied besides what roles say.
#[derive(Deserialize, JsonSchema)]
pub struct Grants {}

impl Action for Grants {
    type On = App;
    const NAME: &str = "grants";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["grants"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.resources.all::<Document>();
        if all.is_empty() {
            let text = "No grants: roles alone say who may do what. `bellhop roles` shows them.";
            return Ok(Reply::to_asker(Message::text(Text::marked(text))));
        }
        let mut rows = Vec::new();
        for Named { name, origin, value } in all {
            let origin = if origin == Origin::File { "the configuration file" } else { "chat" };
            rows.push(vec![
                value.effect.name().into(),
                Text::new().code(value.actions.join(", ")),
                names(app, &value.to).await.into(),
                said_where(&value.on, &value.within).into(),
                Text::new().code(name),
                origin.into(),
            ]);
        }
        let header = ["Effect", "Actions", "Who", "Where", "Document", "From"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("Grants").block(Block::Table { header, rows });
        message = message.context("What denies goes before what allows, and both before roles.");
        if ctx.actor.admin {
            message = message.buttons(vec![Button::form("Allow or deny…", ctx.call("grant", json!({})))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Allow somebody an action, or deny it to them, whatever their role.
#[derive(Deserialize, JsonSchema)]
pub struct Grant {
    /// Whether they may.
    effect: grants::Effect,
    /// Whom: mention them, or write `team:oncall`, `group:@oncall`, `role:operator` or `everybody`.
    who: Person,
    /// Which: `redmine issue delete`, `redmine *`, `* delete`; `*` stands for one word or more.
    action: String,
    /// Only on these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// What the grant is called; made of what it says when left out.
    #[serde(default)]
    name: Option<String>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Grant {
    type On = App;
    const NAME: &str = "grant";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["grant deny everybody jira issue delete in=#dev", "grant allow @ana jira * name=migration"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        known_groups(app, &self.on)?;
        let fitting = fitting(&app.groups(), &self.action)?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let grant = Document {
            effect: self.effect,
            actions: vec![self.action.trim().to_owned()],
            to: vec![who.to_string()],
            on: self.on,
            within,
        };
        let made = format!("{} {} {}", grant.effect.name(), grant.actions[0], document_name(&who, &grant.on, &grant.within));
        let name = self.name.map_or_else(|| slug(&made), |it| it.trim().to_owned());
        app.resources.save(&name, &grant, &by(ctx, self.why)).await?;
        let may = if grant.effect == grants::Effect::Allow { "may" } else { "may not" };
        let text = Text::new()
            .bold(label)
            .plain(format!(" {may} run "))
            .code(grant.actions[0].clone())
            .plain(format!(" {} from now on: {fitting}.", said_where(&grant.on, &grant.within)));
        let remove = Button::run("Undo", ctx.call("grants remove", json!({ "name": name })));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![remove])))
    }
}

/// Remove a grant.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// What it is called.
    #[schemars(extend("x-lookup" = "grant"))]
    name: String,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "grants remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["grants remove migration"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        let grant = app.resources.take_away::<Document>(&self.name, &by(ctx, self.why)).await?;
        let text = Text::new().plain("The grant ").code(grant.name).plain(" is removed: roles say again who may do that.");
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}
