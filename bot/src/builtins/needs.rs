//! Which connections others need: asked in the order in which things depend on each other, and silent about what another explains.

use commands::{Action, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{app::App, people::PersonId};

/// What is written for none at all.
const NOTHING: &str = "nothing";

/// Say which connections have to work before one is worth anything: they are tried, mended and explained before it.
#[derive(Deserialize, JsonSchema)]
pub struct Needs {
    /// The connection.
    #[schemars(extend("x-lookup" = "made_in_chat"))]
    name: String,
    /// What it needs, such as `notion, storage`; `nothing` for nothing.
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
}

impl Action for Needs {
    type On = App;
    const NAME: &str = "connections needs";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["connections needs github notion", "connections needs github nothing"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let words = self.on.iter().flat_map(|it| it.split([',', ' '])).map(str::trim).filter(|it| !it.is_empty());
        let needs: Vec<String> = words.filter(|it| !it.eq_ignore_ascii_case(NOTHING)).map(str::to_owned).collect();
        let needs = app.need(self.name.trim(), &needs, &PersonId::from(&ctx.actor)).await.map_err(|err| {
            let message = err.message.clone();
            if err.fields.is_empty() { Error { fields: vec![FieldProblem::new("on", message)], ..err } } else { err }
        })?;
        let text = Text::new().code(self.name.trim()).plain(" needs ");
        let text = match needs.is_empty() {
            true => text.plain("nothing else."),
            false => text.bold(needs.join(", ")).plain(": while that does not work, nobody is told that this does not either."),
        };
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}
