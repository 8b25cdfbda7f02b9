//! `setup`: what is there, what is missing, and the next best step. Systems are connected by the forms of `connect`, one after the
//! other; see [`crate::setup`].

use commands::{Action, Block, Button, Call, Ctx, Effect, Message, Reply, Result, Text, Tone};
use connectors::State;
use futures::future::join_all;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::{App, OWN},
    chat,
    connections::{Live, Origin},
    people::PersonId,
    setup::{self, Blocks, Progress, Sequence, Undone, kinds_of},
};

/// Set Bellhop up: what is connected, what works, what is missing, and the next step.
#[derive(Deserialize, JsonSchema)]
pub struct Setup {}

impl Action for Setup {
    type On = App;
    const NAME: &str = "setup";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["setup"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let (open, undone) = app.setup_of(&PersonId::from(&ctx.actor)).await?;
        let mut message = status(app, open.as_ref()).await;
        if !undone.is_empty() {
            let text = "Your last setup held a system that this version of Bellhop does not know, so all of it was undone:";
            message = above(Message::text(text).list(undone.iter().map(told).collect()), message);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Connect several systems, one after the other; undone as a whole when you say so.
#[derive(Deserialize, JsonSchema)]
pub struct Connect {
    /// Which, in this order: each is begun when the one before it works. `notion, github`
    #[schemars(extend("x-lookup" = "system"))]
    kinds: Vec<String>,
    /// What needs what, where something does: `github:notion` connects Notion first, and says of GitHub that it needs it.
    #[serde(default)]
    needs: Vec<String>,
}

impl Action for Connect {
    type On = App;
    const NAME: &str = "setup connect";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["setup connect notion, github", "setup connect github, notion needs=github:notion"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let kinds = setup::ordered(&kinds_of(&self.kinds)?, &self.needs)?;
        if let Some(lack) = setup::lacks(app, None).into_iter().find(|it| it.blocks == Blocks::Connecting) {
            return Ok(Reply::to_asker(Message::text(Text::marked(&lack.fix)).tone(Tone::Warning)));
        }
        app.may_begin(&kinds)?;
        let begun = app.begin_setup(&PersonId::from(&ctx.actor), &kinds).await?;
        Ok(Reply::to_asker(under_way(app, &begun)))
    }
}

/// Pass over the system that comes next in your setup.
#[derive(Deserialize, JsonSchema)]
pub struct Skip {}

impl Action for Skip {
    type On = App;
    const NAME: &str = "setup skip";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["setup skip"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let sequence = app.skip_step(&PersonId::from(&ctx.actor)).await?;
        Ok(Reply::to_asker(under_way(app, &sequence)))
    }
}

/// End your setup as it stands; what is connected stays.
#[derive(Deserialize, JsonSchema)]
pub struct Keep {}

impl Action for Keep {
    type On = App;
    const NAME: &str = "setup keep";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["setup keep"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let sequence = app.keep_setup(&PersonId::from(&ctx.actor)).await?;
        let kept: Vec<Text> = sequence.made().map(|(name, ..)| Text::new().code(name)).collect();
        let text = if kept.is_empty() {
            "Your setup is over. Nothing was connected."
        } else {
            "Your setup is over. This stays connected:"
        };
        Ok(Reply::to_asker(Message::text(text).list(kept)))
    }
}

/// Undo your setup as a whole: what it connected is disconnected, what it changed is as it was before.
#[derive(Deserialize, JsonSchema)]
pub struct Undo {}

impl Action for Undo {
    type On = App;
    const NAME: &str = "setup undo";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["setup undo"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let undone = app.undo_setup(&PersonId::from(&ctx.actor)).await?;
        let text =
            if undone.is_empty() { "Your setup is undone. Nothing had been connected yet." } else { "Your setup is undone:" };
        Ok(Reply::to_asker(Message::text(text).list(undone.iter().map(told).collect())))
    }
}

fn told(undone: &Undone) -> Text {
    match undone {
        Undone::Removed(name) => Text::new().code(name).plain(" is disconnected, and its secrets are forgotten"),
        Undone::Restored(name) => Text::new().code(name).plain(" is as it was before"),
        Undone::Left(name) => Text::new().code(name).plain(" was changed by somebody since, so it was left as it is now"),
    }
}

/// A setup that is under way: its steps, and the ways on.
fn under_way(app: &App, sequence: &Sequence) -> Message {
    let steps = sequence.steps.iter().enumerate().map(|(at, step)| {
        let title = connectors::find(&step.kind).map_or(step.kind.as_str(), |it| it.title);
        let text = Text::new().plain(format!("{}. ", at + 1)).bold(title);
        match &step.progress {
            Progress::Connected { name, .. } => text.plain(": connected as ").code(name),
            Progress::Skipped => text.plain(": skipped"),
            Progress::Waiting { failed: None } => text.plain(": to do"),
            Progress::Waiting { failed: Some(reason) } => {
                Text(text.plain(": ").0.into_iter().chain(Text::marked(reason).0).collect())
            }
        }
    });
    let message = Message::new().heading("Your setup").list(steps.collect());
    let Some(next) = sequence.next().and_then(|it| Some((it, connectors::find(&it.kind)?))) else {
        return message.paragraph("All of it is done.").tone(Tone::Good).buttons(vec![show_all()]);
    };
    let (step, kind) = next;
    let undo = Button::run("Undo all of it", Call::new(OWN, "setup undo", json!({})))
        .danger("Disconnect all that this setup connected, and put back what it changed?");
    let skip = Button::run(format!("Skip {}", kind.title), Call::new(OWN, "setup skip", json!({})));
    let keep = Button::run("End it here", Call::new(OWN, "setup keep", json!({})));
    if let Err(err) = app.may_go_on(sequence) {
        return message.paragraph(Text::marked(&err.message)).tone(Tone::Warning).buttons(vec![undo, keep]);
    }
    let failed = matches!(step.progress, Progress::Waiting { failed: Some(_) });
    let label = if failed { format!("Try {} again…", kind.title) } else { format!("Connect {}…", kind.title) };
    let connect = Button::form(label, setup::connect_call(kind.name)).primary();
    let text =
        Text::new().plain("It goes on where it stopped whenever you come back: ").code("bellhop setup").plain(" leads here.");
    let tone = if failed { Tone::Warning } else { Tone::Neutral };
    message.context(text).tone(tone).buttons(vec![connect, skip, keep, undo])
}

/// One above the other, in the lower one's tone.
fn above(mut upper: Message, lower: Message) -> Message {
    upper.blocks.push(Block::Divider);
    upper.blocks.extend(lower.blocks);
    upper.tone(lower.tone)
}

fn show_all() -> Button {
    Button::run("Show it all", Call::new(OWN, "setup", json!({})))
}

/// A connection as the setup sees it.
struct Seen {
    live: std::sync::Arc<Live>,
    state: State,
    /// Whether anybody hears of what happens there.
    told: bool,
}

async fn status(app: &App, open: Option<&Sequence>) -> Message {
    let lacks = setup::lacks(app, None);
    let mut facts = Vec::new();
    let chats: Vec<String> = app.platforms.all().map(|it| it.name().to_owned()).collect();
    for (name, state) in chats.iter().zip(join_all(chats.iter().map(|it| state_of(app, it))).await) {
        facts.push((format!("Chat {name}"), Text::from(word(state))));
    }
    for (what, there) in [("Secrets", app.vault.is_some()), ("Own address", app.public_url.is_some())] {
        let text = match (what, there) {
            ("Secrets", true) => "kept sealed".to_owned(),
            ("Secrets", false) => "cannot be kept".to_owned(),
            (_, true) => app.public_url.clone().unwrap_or_default(),
            _ => "not known".to_owned(),
        };
        facts.push((what.to_owned(), Text::from(text)));
    }
    // The chats' own are what it is talked in.
    let own = |name: &str| [chat::slack::CONNECTION, chat::zulip::CONNECTION].contains(&name);
    let mut all = app.connections.all();
    all.retain(|it| !(it.origin == Origin::File && own(&it.name)));
    let states = join_all(all.iter().map(|it| state_of(app, &it.name))).await;
    let seen: Vec<Seen> =
        all.into_iter().zip(states).map(|(live, state)| Seen { told: app.is_wanted(&live.name), live, state }).collect();
    let mut message = Message::new().heading("Setting up Bellhop").facts(facts);
    if seen.is_empty() {
        message = message.paragraph("Nothing is connected yet.");
    } else {
        let header = ["System", "Name", "State", "Tells somebody"].map(str::to_owned).to_vec();
        let rows = seen.iter().map(|it| {
            let told = if it.told { "yes" } else { "not yet" };
            vec![it.live.kind.title.into(), Text::new().code(it.live.name.clone()), word(it.state).into(), told.into()]
        });
        message = message.block(Block::Table { header, rows: rows.collect() });
    }
    let missing: Vec<&str> = connectors::ALL
        .iter()
        .filter(|kind| !own(kind.name) && !seen.iter().any(|it| it.live.kind.name == kind.name))
        .map(|it| it.title)
        .collect();
    if !missing.is_empty() {
        message = message.context(format!("Not connected: {}.", missing.join(", ")));
    }
    for lack in &lacks {
        let text = match lack.blocks {
            Blocks::Connecting => format!("{} is missing. {}", lack.what, lack.fix),
            Blocks::Part(part) => format!("{} is missing: without it there are no {part}. {}", lack.what, lack.fix),
        };
        message = message.paragraph(Text::marked(&text));
    }
    if let Some(open) = open {
        return above(message, under_way(app, open));
    }
    let (text, tone, buttons) = next_step(&lacks, &seen);
    message.paragraph(Text(Text::new().bold("Next: ").0.into_iter().chain(text.0).collect())).tone(tone).buttons(buttons)
}

/// The one thing to do now, and its button first.
fn next_step(lacks: &[setup::Lack], seen: &[Seen]) -> (Text, Tone, Vec<Button>) {
    let connect = |label: &str| Button::form(label, Call::new(OWN, "setup connect", json!({})));
    let check = Button::run("Check all now", Call::new(OWN, "health", json!({})));
    if lacks.iter().any(|it| it.blocks == Blocks::Connecting) {
        return ("give Bellhop a key, as said above.".into(), Tone::Warning, vec![show_all()]);
    }
    if seen.is_empty() {
        return ("choose what to connect.".into(), Tone::Neutral, vec![connect("Connect systems…").primary()]);
    }
    // What others need is mended before them.
    let works = |name: &str| seen.iter().find(|it| it.live.name == name).is_none_or(|it| it.state != State::Failed);
    let broken = seen.iter().filter(|it| it.state == State::Failed);
    let broken = broken.min_by_key(|it| it.live.needs.iter().filter(|name| !works(name)).count());
    if let Some(Seen { live, .. }) = broken {
        let why = Button::run("Why?", Call::new(OWN, "health", json!({ "name": live.name })));
        let text = Text::new().plain("mend ").code(live.name.clone()).plain(", which does not work.");
        return match live.origin {
            Origin::Chat => {
                let call = Call::new(OWN, format!("connect {}", live.kind.name), json!({ "url": live.url }));
                (text, Tone::Bad, vec![why.primary(), Button::form("Change it…", call), check])
            }
            Origin::File => (text.plain(" It is in the configuration file."), Tone::Bad, vec![why.primary(), check]),
        };
    }
    if let Some(Seen { live, .. }) =
        seen.iter().find(|it| !it.told && (it.live.kind.webhook.is_some() || it.live.poll_every.is_some()))
    {
        let call = Call::new(OWN, "subscribe", json!({ "from": live.name }));
        let text = Text::new().plain("let a channel hear of what happens in ").bold(live.title()).plain(", or connect more.");
        let buttons = vec![Button::form("Tell this channel…", call).primary(), connect("Connect systems…"), check];
        return (text, Tone::Neutral, buttons);
    }
    (
        "everything that is connected works. Connect more, or leave it at that.".into(),
        Tone::Good,
        vec![connect("Connect systems…"), check],
    )
}

/// As it was found last; asked now where it was not.
async fn state_of(app: &App, name: &str) -> State {
    match app.health.state(name) {
        Some(state) => state,
        None => app.check(Some(name)).await.iter().map(|(_, it)| it.state()).max().unwrap_or(State::Ok),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "works",
        State::Warning => "works, with warnings",
        State::Failed => "does not work",
    }
}
