//! `features`: what is brought to some channels first.

use commands::{Action, Block, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::App,
    config::source::nearest,
    people::PersonId,
    resources::{
        By,
        features::{FLAGS, Feature, Flag, find},
    },
};

/// Show which features are on, and whether they are in this channel.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "features";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["features"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let yes_no = |it: bool| if it { "on" } else { "off" };
        let rows = FLAGS.iter().map(|flag| {
            let set = app.resources.get::<Feature>(flag.name);
            let how = set.map_or_else(|| format!("{}, as nobody said otherwise", yes_no(flag.default)), |it| said(&it.value));
            let here = app.feature(flag, ctx.channel.as_deref());
            vec![Text::new().code(flag.name), Text::from(flag.help), Text::from(how), Text::from(yes_no(here))]
        });
        let header = ["Feature", "What", "Where", "Here"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Features").block(Block::Table { header, rows: rows.collect() })))
    }
}

fn said(feature: &Feature) -> String {
    let parts: Vec<String> = [
        (!feature.channels.is_empty()).then(|| feature.channels.join(", ")),
        feature.percent.map(|it| format!("{it} % of the channels")),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (feature.on, parts.is_empty()) {
        (false, _) => "off".into(),
        (true, true) => "on".into(),
        (true, false) => format!("on in {}", parts.join(" and ")),
    }
}

/// Whether it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    On,
    Off,
}

/// Switch a feature on or off: everywhere, in some channels, or in so many of a hundred.
#[derive(Deserialize, JsonSchema)]
pub struct Set {
    /// Which feature.
    #[schemars(extend("x-lookup" = "feature"))]
    name: String,
    /// On or off.
    state: State,
    /// Only in these channels, by their ids; `here` is this one.
    #[serde(default)]
    channels: Vec<String>,
    /// Only in so many of a hundred channels: 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    percent: Option<u8>,
}

impl Action for Set {
    type On = App;
    const NAME: &str = "feature set";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["feature set link_cards off", "feature set link_cards on percent=20"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let flag = wanted(&self.name)?;
        let mut channels = Vec::new();
        for channel in self.channels.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
            match (channel, &ctx.channel) {
                ("here", Some(here)) => channels.push(here.clone()),
                ("here", None) => return Err(Error::bad_input("This is no channel: name one by its id.")),
                (id, _) => channels.push(id.to_owned()),
            }
        }
        let feature = Feature { on: self.state == State::On, channels, percent: self.percent };
        let by = By::person(&PersonId::from(&ctx.actor));
        app.resources.save(flag.name, &feature, &by).await?;
        let text = Text::new().code(flag.name).plain(format!(" is {}.", said(&feature)));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Let a feature be as it is where nobody said anything.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// Which feature.
    #[schemars(extend("x-lookup" = "feature"))]
    name: String,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "feature reset";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["feature reset link_cards"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let flag = wanted(&self.name)?;
        app.resources.drop::<Feature>(flag.name, &By::person(&PersonId::from(&ctx.actor))).await?;

        let text = Text::new().code(flag.name).plain(format!(" is {} again.", if flag.default { "on" } else { "off" }));
        Ok(Reply::to_channel(Message::text(text)))
    }
}

fn wanted(name: &str) -> Result<&'static Flag> {
    find(name.trim()).ok_or_else(|| {
        let hint = nearest(name.trim(), FLAGS.iter().map(|it| it.name));
        Error::not_found(format!("There is no feature `{name}`{hint}."))
    })
}
