//! Which alerts are noise.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::unreadable;
use crate::app::App;

/// Which alert rules fire for nothing: how often, how often somebody acts, and how long that takes.
#[derive(Deserialize, JsonSchema)]
pub struct Noise {
    /// How many days back.
    #[serde(default = "week")]
    #[schemars(range(min = 1, max = 90))]
    days: i64,
}

fn week() -> i64 {
    7
}

impl Action for Noise {
    type On = App;
    const NAME: &str = "noise";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["noise", "noise days=30"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let digest = app.noise(self.days.clamp(1, 90)).await.map_err(unreadable)?;
        Ok(Reply::to_asker(digest.message(self.days, &|it| app.noise_buttons(it))))
    }
}
