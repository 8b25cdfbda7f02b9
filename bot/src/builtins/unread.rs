//! What is set up and cannot be read, taken away: the commands that remove the others look for what can be.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::App,
    people::PersonId,
    resources::{By, unread::REMOVE},
};

/// Remove something that is set up and that this version of Bellhop cannot read, to set it up anew. `doctor` and `health` name it.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// What it is: `connection`, `hook`, `subscription`, `schedule`…
    kind: String,
    /// What it is called; the number of a subscription.
    name: String,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = REMOVE;
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["unreadable remove hook ci", "unreadable remove subscription 12"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let by = By::person(&PersonId::from(&ctx.actor));
        let gone = app.remove_unread(self.kind.trim(), self.name.trim(), &by).await?;
        let text = Text::new()
            .plain(format!("The {} ", gone.kind.replace('_', " ")))
            .code(gone.name)
            .plain(format!("{}, which could not be read, is gone.", gone.which));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)))
    }
}
