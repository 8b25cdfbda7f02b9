//! Running any command from one form: what Slack's shortcut "Run a command…" opens.

use commands::{Action, ActionSpec, Call, Ctx, Effect, Error, ErrorKind, Group, Reply, Result, grammar};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::{App, OWN},
    dispatch::today,
};

/// The action's name: dispatch takes its command in its place, so that what it lacks can be asked for.
pub const RUN: &str = "run";

/// Run a command: one of the list, or one that you type.
#[derive(Deserialize, JsonSchema)]
pub struct Run {
    /// The command, such as `redmine issue create`; what it still needs is asked for.
    #[schemars(extend("x-lookup" = "command", "x-needs" = []))]
    command: String,
}

impl Action for Run {
    type On = App;
    const NAME: &str = RUN;
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run redmine issue list"];

    /// Only reached where there is nobody to ask, as by a program: then the command must be whole.
    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let groups = app.groups();
        let setting = grammar::Setting { defaults: &serde_json::Map::new(), today: today() };
        let call = match grammar::parse(&groups, &setting, &line_of(&groups, &self.command))? {
            grammar::Parsed::Call(call) if call.action != RUN => call,
            _ => return Err(Error::bad_input(format!("`{}` is no command with all that it needs.", self.command))),
        };
        let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
        let spec = spec.ok_or_else(|| Error::not_found(format!("There is no command `{}`.", call.action)))?;
        at_once(app, &call, spec, ctx).await
    }
}

/// Runs a command as whoever asked for another, as far as they may do it by themselves.
///
/// # Errors
/// [`ErrorKind::Permission`], saying who may; those of the command.
pub(super) async fn at_once(app: &App, call: &Call, spec: &ActionSpec, ctx: &Ctx) -> Result<Reply> {
    app.authorize(&ctx.actor, call, ctx.channel.as_deref()).await?;
    if app.authority(&ctx.actor, ctx.channel.as_deref()).await.required(&call.group, spec).is_some() {
        let message = format!("Others have to agree to `{} {}`: give the command itself.", call.group, call.action);
        return Err(Error::new(ErrorKind::Permission, message));
    }
    let ctx = Ctx { group: call.group.clone(), ..ctx.clone() };
    Box::pin(app.run(call, &ctx)).await
}

/// A command as it is typed to the bot: without a connection's name in front, it is one of its own.
pub fn line_of(groups: &[Group], typed: &str) -> String {
    let typed = typed.trim().trim_start_matches('/');
    let first = typed.split_whitespace().next().unwrap_or_default();
    let is_whole = first.eq_ignore_ascii_case("help") || groups.iter().any(|it| it.name.eq_ignore_ascii_case(first));
    if is_whole { typed.to_owned() } else { format!("{OWN} {typed}") }
}
