//! How somebody wants to be paged.

use commands::{Action, Button, Call, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{page::Bad, unreadable};
use crate::{
    app::{App, OWN},
    chat::sms,
    escalation::{
        desk::Ask,
        policy::{self, severity_word},
        reach::{Kind, Reach, Rule, words},
        verify::By,
        whom::{Party, VOICE},
    },
    people::PersonId,
};

/// Show how you are paged.
#[derive(Deserialize, JsonSchema)]
pub struct Show {}

impl Action for Show {
    type On = App;
    const NAME: &str = "reach";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["reach"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let reach = app.reach(&person).await.map_err(unreadable)?;
        Ok(Reply::to_asker(shown(app, &person, &reach).await))
    }
}

/// Choose how you are paged. What you leave out stays as it is.
#[derive(Deserialize, JsonSchema)]
pub struct Set {
    /// By direct message: `now`, after `5m`, or `off`.
    dm: Option<String>,
    /// By email: `now`, after `5m`, or `off`.
    email: Option<String>,
    /// By text message: `now`, after `5m`, or `off`.
    sms: Option<String>,
    /// By phone call: `now`, after `10m`, or `off`.
    voice: Option<String>,
    /// Your number with its country's code, such as `+41790000000`; `none` forgets it.
    number: Option<String>,
    /// Only for what is at least so bad; without it, for all that has no rules of its own.
    severity: Option<Bad>,
}

impl Action for Set {
    type On = App;
    const NAME: &str = "reach set";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["reach set", "reach set email=2m sms=5m number=+41790000001", "reach set voice=now severity=critical"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let given = [(Kind::Dm, &self.dm), (Kind::Email, &self.email), (Kind::Sms, &self.sms), (Kind::Voice, &self.voice)];
        if self.number.is_none() && given.iter().all(|(_, it)| it.is_none()) {
            let form = Button::form("Change…", Call::new(OWN, Set::NAME, json!({})));
            let text = Text::new().plain("Say a way and when, such as ").code("bellhop reach set email=now sms=5m").plain(".");
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![form])));
        }
        let mut reach = app.reach(&person).await.map_err(unreadable)?;
        match self.number.as_deref().map(|it| it.replace([' ', '-'], "")).as_deref() {
            None => {}
            Some("none") => (reach.number, reach.verified) = (None, None),
            // Another one has to be shown to be theirs.
            Some(number) if sms::is_number(number) => {
                if reach.number.as_deref() != Some(number) {
                    reach.verified = None;
                }
                reach.number = Some(number.to_owned());
            }
            Some(number) => {
                return Err(at("number", format!("`{number}` is no number with its country's code: write +41790000000.")));
            }
        }
        let mut rules = reach.rules_for(self.severity.map_or(commands::event::Severity::Info, Into::into));
        let mut is_changed = false;
        for (kind, text) in given {
            let Some(text) = text else { continue };
            is_changed = true;
            rules.retain(|it| it.kind != kind);
            if text != "off" {
                let after = policy::wait(text.trim()).map_err(|problem| at(kind.word(), format!("{problem}, or off.")))?;
                rules.push(Rule { kind, after: after.as_secs() });
            }
        }
        if rules.is_empty() {
            return Err(Error::bad_input("Nobody could reach you like this: leave one way on."));
        }
        let needs_number = rules.iter().any(|it| matches!(it.kind, Kind::Sms | Kind::Voice)) && is_changed;
        if needs_number
            && reach.number.is_none()
            && (self.sms.as_deref().is_some_and(|it| it != "off") || self.voice.as_deref().is_some_and(|it| it != "off"))
        {
            return Err(at("number", "Texts and calls need your number: add number=+41790000000.".into()));
        }
        rules.sort_by_key(|it| it.after);
        match self.severity {
            _ if !is_changed => {}
            None => reach.rules = Some(rules),
            Some(least) => drop(reach.worse.insert(severity_word(least.into()).to_owned(), rules)),
        }
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        app.set_reach(&mut tx, &person, &reach).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        let mut message = shown(app, &person, &reach).await.tone(Tone::Good);
        if self.number.is_some() && reach.number.is_some() && reach.verified.is_none() {
            let sent = match app.platforms.get("sms") {
                Some(_) => app.send_code(&person, By::Text).await.map(|number| asked_back(&number)),
                None => Err(Error::bad_input("This bot sends no texts.")),
            };
            message = match sent {
                Ok(text) => message.paragraph(text),
                Err(err) => message.paragraph(format!("No code could be sent: {}", err.message)).tone(Tone::Warning),
            };
        }
        Ok(Reply::to_asker(message))
    }
}

/// Show that your number is yours: a code is sent there, which you type back.
#[derive(Deserialize, JsonSchema)]
pub struct Verify {
    /// The code that was sent to you; without it, a new one is sent.
    #[schemars(extend("x-positional" = true))]
    code: Option<String>,
    /// How the new one is sent.
    #[serde(default)]
    by: How,
}

/// How a code is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum How {
    /// By text message
    #[default]
    Sms,
    /// By a call that reads it out
    Voice,
}

impl Action for Verify {
    type On = App;
    const NAME: &str = "reach verify";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reach verify", "reach verify 123456", "reach verify by=voice"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let Some(code) = self.code.filter(|it| !it.trim().is_empty()) else {
            let by = if self.by == How::Voice { By::Call } else { By::Text };
            let number = app.send_code(&person, by).await?;
            return Ok(Reply::to_asker(Message::text(asked_back(&number)).buttons(vec![type_it()])));
        };
        let number = app.take_code(&person, &code).await.map_err(|err| match err.kind {
            ErrorKind::BadInput => Error { fields: vec![FieldProblem::new("code", err.message.clone())], ..err },
            _ => err,
        })?;
        let text = Text::new().bold(number).plain(" is yours: you are paged there from now on, as your rules say.");
        let test = Button::run("Try it now", Call::new(OWN, Test::NAME, json!({})));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![test])))
    }
}

fn asked_back(number: &str) -> Text {
    let text = Text::new().plain("A code is on its way to ").bold(number);
    text.plain(". Type it here within 10 minutes, like ")
        .code("bellhop reach verify 123456")
        .plain(": until then nobody is paged there.")
}

fn type_it() -> Button {
    Button::form("Type the code…", Call::new(OWN, Verify::NAME, json!({})))
}

/// Try all ways in which you are paged, now.
#[derive(Deserialize, JsonSchema)]
pub struct Test {}

impl Action for Test {
    type On = App;
    const NAME: &str = "reach test";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reach test"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let reach = app.reach(&person).await.map_err(unreadable)?;
        let mut ways = app.ways(&person, commands::event::Severity::Critical).await;
        ways.extend(app.ways_by(&person, &reach, &reach.rules_for(commands::event::Severity::Info)).await);
        let mut seen = Vec::new();
        ways.retain(|it| {
            let is_new = !seen.contains(&it.kind);
            seen.push(it.kind);
            is_new
        });
        if ways.is_empty() {
            return Err(Error::bad_input("There is no way to reach you. `bellhop reach set` adds one."));
        }
        let said: Vec<&str> = ways.iter().map(|it| it.kind.said()).collect();
        let party = Party::Person { person, name: ctx.actor.name.clone(), why: "you asked for it".into() };
        let desk = app.desk.get().ok_or_else(|| Error::internal("The bot does not work off jobs here. Ask it in chat."))?;
        let asked = desk.ask(Ask::Try { party, ways: ways.clone() }).await;
        asked.map_err(|reason| Error::internal(format!("It could not be tried: {reason}. Try again in a moment.")))?;
        let text = format!("You are paged now {}. Look whether all of them arrive.", said.join(", "));
        Ok(Reply::to_asker(Message::text(text.as_str())))
    }
}

async fn shown(app: &App, person: &PersonId, reach: &Reach) -> Message {
    let default = reach.rules_for(commands::event::Severity::Info);
    let ways = app.ways_by(person, reach, &default).await;
    let (there, missing): (Vec<Rule>, Vec<Rule>) =
        default.into_iter().partition(|rule| ways.iter().any(|way| way.kind == rule.kind));
    let paged = if there.is_empty() { "in no way".to_owned() } else { words(&there) };
    let mut facts = vec![("Paged".to_owned(), Text::new().bold(paged))];
    for (word, rules) in reach.worse.iter().rev() {
        facts.push((format!("From {word} on"), Text::new().bold(words(rules))));
    }
    let is_waiting = reach.number.is_some() && reach.verified.is_none();
    let number = match &reach.number {
        None => Text::from("none"),
        Some(number) if is_waiting => {
            Text::new().code(number.clone()).plain(", not verified: nobody is paged there until you type the code back")
        }
        Some(number) => Text::new().code(number.clone()).plain(", verified"),
    };
    facts.push(("Number".to_owned(), number));
    let mut message = Message::new().heading("How you are paged").facts(facts);
    if !missing.is_empty() {
        let line =
            |it: &Rule| Text::new().plain(format!("{}: {}", words(std::slice::from_ref(it)), why_not(app, reach, it.kind)));
        message = message.paragraph("Left out, as it cannot be done now:").list(missing.iter().map(line).collect());
    }
    let call = |action: &str| Call::new(OWN, action, json!({}));
    let mut buttons = vec![Button::form("Change…", call(Set::NAME)), Button::run("Try it now", call(Test::NAME))];
    if is_waiting {
        buttons.insert(0, type_it());
        buttons.push(Button::run("Send another code", call(Verify::NAME)));
    }
    message.buttons(buttons)
}

/// Why nobody is paged in a way that they chose, or that is usual.
fn why_not(app: &App, reach: &Reach, kind: Kind) -> &'static str {
    let has = |platform: &str| app.platforms.get(platform).is_some();
    match kind {
        Kind::Email if !has("email") => "this bot sends no mail",
        Kind::Email => "your chat does not tell your address",
        Kind::Sms if !has("sms") => "this bot sends no texts",
        Kind::Voice if !has(VOICE) => "this bot calls nobody",
        Kind::Sms | Kind::Voice if reach.number.is_none() => "it needs your number",
        Kind::Sms | Kind::Voice => "your number is not verified yet",
        Kind::Dm | Kind::Place | Kind::Endpoint => "this bot is not connected to your chat",
    }
}

fn at(field: &str, message: String) -> Error {
    Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
}
