//! Of what people are told directly.

use commands::{Action, Button, Call, Ctx, Effect, Error, Message, Reply, Result, Text, event::Why};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::unreadable;
use crate::{
    app::{App, OWN},
    notify::direct,
    people::{
        PersonId,
        direct::{Hush, WHYS},
    },
};

/// Choose of what you are told directly; without any, see what that is.
#[derive(Deserialize, JsonSchema)]
pub struct Direct {
    /// What concerns you enough: several, or `none`.
    #[serde(default)]
    #[schemars(extend("x-positional" = true))]
    of: Vec<Concerning>,
}

#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Concerning {
    /// Something is given to you
    Assigned,
    /// Your review is asked for
    Review,
    /// Somebody mentions you
    Mentioned,
    /// All of it
    All,
    /// Nothing
    None,
}

impl Action for Direct {
    type On = App;
    const NAME: &str = "direct";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["direct", "direct of=assigned,review", "direct of=none"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        if !self.of.is_empty() {
            let is_alone = self.of.len() == 1;
            if self.of.contains(&Concerning::None) && !is_alone {
                return Err(Error::bad_input("`none` stands alone: leave it out, or leave the others out."));
            }
            let wanted: Vec<Why> = WHYS.into_iter().filter(|it| self.of.iter().any(|of| of.is(*it))).collect();
            app.people.save_wanted(&person, &wanted).await.map_err(unreadable)?;
        }
        let wanted = app.people.wanted(&person).await.map_err(unreadable)?;
        let mut text = Text::new().plain("You are told directly ");
        text.0.extend(direct::words(&wanted).0);
        let text = match wanted.is_empty() {
            true => Text::new().plain("You are told of nothing directly."),
            false => text.plain(", and never of what you did yourself."),
        };
        let call = |of: &[&str]| Call::new(OWN, Direct::NAME, json!({ "of": of }));
        let mut buttons = vec![Button::form("Change…", Call::new(OWN, Direct::NAME, json!({})))];
        buttons.extend((wanted.len() < WHYS.len()).then(|| Button::run("All of it", call(&["all"]))));
        buttons.extend((!wanted.is_empty()).then(|| Button::run("Nothing", call(&["none"]))));
        Ok(Reply::to_asker(Message::text(text).buttons(buttons)))
    }
}

impl Concerning {
    fn is(self, why: Why) -> bool {
        match self {
            Concerning::Assigned => why == Why::Assigned,
            Concerning::Review => why == Why::ReviewAsked,
            Concerning::Mentioned => why == Why::Mentioned,
            Concerning::All => true,
            Concerning::None => false,
        }
    }
}

/// Be told nothing more of one object directly. Channels still show it.
#[derive(Deserialize, JsonSchema)]
pub struct Mute {
    /// Its address.
    object: String,
}

impl Action for Mute {
    type On = App;
    const NAME: &str = "direct mute";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["direct mute https://redmine.example.org/issues/42"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let object = self.object.trim();
        app.people.save_hush(&PersonId::from(&ctx.actor), object, Hush::Yes).await.map_err(unreadable)?;
        let back = Button::run("Tell me again", Call::new(OWN, Unmute::NAME, json!({ "object": object })));
        let text = Text::new().plain("You are told nothing more directly of ").code(object).plain(".");
        Ok(Reply::to_asker(Message::text(text).buttons(vec![back])))
    }
}

/// Be told of an object directly again.
#[derive(Deserialize, JsonSchema)]
pub struct Unmute {
    /// Its address.
    object: String,
}

impl Action for Unmute {
    type On = App;
    const NAME: &str = "direct unmute";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["direct unmute https://redmine.example.org/issues/42"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let object = self.object.trim();
        app.people.save_hush(&PersonId::from(&ctx.actor), object, Hush::No).await.map_err(unreadable)?;
        Ok(Reply::to_asker(Message::text(Text::new().plain("You are told directly of ").code(object).plain(" again."))))
    }
}
