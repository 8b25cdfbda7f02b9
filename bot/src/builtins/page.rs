//! Paging somebody by hand.

use commands::{
    Action, Block, Button, Call, Card, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone,
    event::Severity,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::unreadable;
use crate::{
    alerts::NewAlert,
    app::{App, OWN},
    escalation::{Policy, Recipient, shown, whom::same},
    notify::own,
    oncall::Loaded,
    people::PersonId,
};

/// How bad something is, as people choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bad {
    Info,
    Warning,
    Error,
    Critical,
}

impl From<Bad> for Severity {
    fn from(bad: Bad) -> Severity {
        match bad {
            Bad::Info => Severity::Info,
            Bad::Warning => Severity::Warning,
            Bad::Error => Severity::Error,
            Bad::Critical => Severity::Critical,
        }
    }
}

fn critical() -> Bad {
    Bad::Critical
}

/// Page a person, who is on call, a team, or by an escalation policy.
#[derive(Deserialize, JsonSchema)]
pub struct Page {
    /// Whom: `@ana`, a schedule, a team or a policy.
    #[schemars(extend("x-lookup" = "paged"))]
    who: String,
    /// What is wrong, and what they should do.
    #[schemars(length(min = 1, max = 1000))]
    text: String,
    /// How bad it is: people may want to be paged otherwise for what is worse.
    #[serde(default = "critical")]
    severity: Bad,
    /// Page them even if it is a bad time for them.
    #[serde(default)]
    anyway: bool,
}

impl Action for Page {
    type On = App;
    const NAME: &str = "page";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["page @ana the shop is down", "page primary disk full on db1", "page platform help severity=error"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let to = recipient(app, ctx, &self.who).await?;
        if !self.anyway
            && let Some(asked) = self.asked_first(app, ctx, &to).await?
        {
            return Ok(Reply::to_asker(asked));
        }
        let plan = app.paging_plan(std::slice::from_ref(&to));
        let coming = app.rehearse_escalation(&plan, self.severity.into(), app.store.now()).await.map_err(unreadable)?;
        let asker = PersonId::from(&ctx.actor);
        let whom = match &to {
            Recipient::Person(person) => app.name_of(person).await,
            other => words(other),
        };
        let policy = if let Recipient::Policy(name) = &to { Some(name.clone()) } else { None };
        let title: String = self.text.lines().next().unwrap_or_default().trim().chars().take(200).collect();
        let new = NewAlert {
            title,
            text: Some(format!("{}\n\nPaged by {}.", self.text.trim(), ctx.actor.name)),
            severity: self.severity.into(),
            source: own::SOURCE.into(),
            // A command that is run again after a crash is the same page.
            fingerprint: format!("page:{}", ctx.request_id),
            caused_by: None,
            policy,
        };
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        let alert = app.open_alert(&mut tx, &new).await.map_err(unreadable)?;
        if !app.is_escalated(&mut tx, alert).await.map_err(unreadable)? {
            app.note_on_alert(&mut tx, alert, Some(&asker), &format!("{} pages {whom}.", ctx.actor.name))
                .await
                .map_err(unreadable)?;
            let begun = app.escalate(&mut tx, alert, std::slice::from_ref(&to)).await.map_err(unreadable)?;
            if let Some(problem) = begun.problem() {
                app.note_on_alert(&mut tx, alert, None, &problem).await.map_err(unreadable)?;
            }
        }
        tx.commit().await.map_err(unreadable)?;
        let said = Message::text(Text::new().bold(ctx.actor.name.clone()).plain(format!(" pages {whom}.")));
        let said = said.block(Block::List(coming.iter().filter(|it| !it.lines.is_empty()).take(COMING).map(announced).collect()));
        card(app, alert, said).await
    }
}

/// Show whom an alert's pages reached, or all that is being paged now.
#[derive(Deserialize, JsonSchema)]
pub struct Status {
    /// The alert's number.
    #[schemars(extend("x-positional" = true))]
    alert: Option<i64>,
}

impl Action for Status {
    type On = App;
    const NAME: &str = "page status";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["page status", "page status 12"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if let Some(alert) = self.alert {
            return card(app, alert, Message::new()).await;
        }
        let all = app.escalations(50).await.map_err(unreadable)?;
        if all.is_empty() {
            return Ok(Reply::to_asker("Nobody is being paged now."));
        }
        let called = app.named_in(all.iter().map(|it| &it.plan)).await;
        let mut lines = Vec::with_capacity(all.len());
        let mut buttons = Vec::new();
        for row in &all {
            let Some(alert) = app.alert(row.alert).await.map_err(unreadable)? else { continue };
            let by = match (&row.plan.policy, row.plan.steps.first()) {
                (Some(policy), _) => format!(", by the policy {policy}"),
                (None, Some(step)) => format!(", to {}", called.said(&step.whom)),
                (None, None) => String::new(),
            };
            let mut text = Text::new().bold(format!("{}. ", alert.id)).plain(alert.title.clone()).plain(by);
            if let Some(due) = row.due {
                text = text.plain(", next at ").time(due);
            }
            lines.push(text);
            if buttons.len() < 5 {
                let call = ctx.call(Status::NAME, json!({ "alert": alert.id }));
                buttons.push(Button::run(format!("Show {}", alert.id), call));
            }
        }
        let message = Message::new().heading("Being paged now").block(Block::List(lines)).buttons(buttons);
        Ok(Reply::to_asker(message))
    }
}

/// What stands for an alert's paging in chat: edited as it goes on.
async fn card(app: &App, id: i64, said: Message) -> Result<Reply> {
    let alert = app.alert(id).await.map_err(unreadable)?;
    let alert = alert.ok_or_else(|| Error::not_found(format!("There is no alert {id}. `bellhop alerts` lists them.")))?;
    let row = app.escalation(id).await.map_err(unreadable)?;
    let row = row.ok_or_else(|| Error::not_found(format!("Nobody was paged for alert {id}.")))?;
    let pages = app.pages(id).await.map_err(unreadable)?;
    let called = app.named_in([&row.plan]).await;
    let mut message = shown::standing(&alert, &row, &pages, &called, app.store.now());
    if row.state != crate::escalation::State::Stopped {
        let of = |action: &str| Call::new(OWN, action, json!({ "alert": id }));
        let mut buttons = vec![Button::run("Acknowledge", of("alert ack")).primary()];
        // Who is paged directly has nobody after them.
        buttons.extend(row.plan.policy.is_some().then(|| Button::run("Next step now", of("alert escalate"))));
        message = message.buttons(buttons);
    }
    let call = Call::new(OWN, Status::NAME, json!({ "alert": id }));
    Ok(Reply::card(Card { object: shown::object(id), said, shown: message, call }, commands::Audience::Channel))
}

/// How many steps are announced.
const COMING: usize = 4;

/// `at 17:05: Ben (in the team second) by direct message`
fn announced(step: &shown::Rehearsed) -> Text {
    Text::new().time(step.at).plain(format!(": {}", step.lines.join("; ")))
}

/// Whom a word means.
async fn recipient(app: &App, ctx: &Ctx, who: &str) -> Result<Recipient> {
    let who = who.trim();
    let name = who.trim_start_matches('@');
    if who.starts_with(['@', '<'])
        && let Some(platform) = app.platforms.get(&ctx.actor.platform)
        && let Some(actor) = platform.mentioned(&ctx.actor.workspace, who).await?
    {
        return Ok(Recipient::Person(PersonId::from(&actor)));
    }
    // A user group of Slack, as it is mentioned: `<!subteam^S0123|@oncall>`.
    if let Some(id) = who.strip_prefix("<!subteam^").map(|it| it.trim_end_matches('>').split('|').next().unwrap_or_default()) {
        let teams = app.people.teams().await.map_err(unreadable)?;
        if let Some(team) = teams.into_iter().find(|it| it.groups.iter().any(|group| group.id == id)) {
            return Ok(Recipient::Team(team.name));
        }
    }
    if let Some(person) = PersonId::parse(who).filter(|it| app.platforms.get(&it.platform).is_some()) {
        return Ok(Recipient::Person(person));
    }
    let schedules = app.resources.documents().into_iter().filter(|it| it.kind == "schedule");
    let named = |text: &str, prefix: &str| text.strip_prefix(prefix).unwrap_or(text).to_owned();
    if let Some(schedule) = schedules.map(|it| it.name).find(|it| it.eq_ignore_ascii_case(&named(name, "schedule:"))) {
        return Ok(Recipient::Schedule(schedule));
    }
    let teams = app.people.teams().await.map_err(unreadable)?;
    if let Some(team) = teams.iter().find(|it| it.name.eq_ignore_ascii_case(&named(name, "team:"))) {
        return match team.members.is_empty() {
            true => Err(at_who(format!("Nobody is in the team `{}`, so nobody would be paged.", team.name))),
            false => Ok(Recipient::Team(team.name.clone())),
        };
    }
    if let Some(policy) = app.resources.get::<Policy>(name) {
        return Ok(Recipient::Policy(policy.name));
    }
    if crate::chat::email::is_address(who) {
        return app.person_named(who).await.map(Recipient::Person);
    }
    Err(at_who(format!(
        "`{who}` is nobody to page: mention a person, like @ana, or name a schedule, a team or an escalation policy."
    )))
}

fn at_who(message: String) -> Error {
    Error { fields: vec![FieldProblem::new("who", message.clone())], ..Error::new(ErrorKind::BadInput, message) }
}

fn words(to: &Recipient) -> String {
    match to {
        Recipient::Policy(name) => format!("by the policy {name}"),
        Recipient::Person(person) => format!("{} directly", person.id),
        Recipient::Schedule(name) => format!("who is on call by {name}"),
        Recipient::Team(name) => format!("the team {name}"),
    }
}

impl Page {
    /// What is asked before anybody is paged at a bad time; none where it is a good one for all of them. Who is on call by a schedule
    /// is there to be paged.
    async fn asked_first(&self, app: &App, ctx: &Ctx, to: &Recipient) -> Result<Option<Message>> {
        let again = |who: String| {
            let params = json!({ "who": who, "text": self.text, "severity": self.severity, "anyway": true });
            ctx.call(Page::NAME, params)
        };
        let warning = |text: Text| Message::text(text).tone(Tone::Warning);
        match to {
            Recipient::Person(person) => {
                let rotas = rotas(app).await;
                let Some(off) = off(app, ctx, &rotas, person).await? else { return Ok(None) };
                let button = Button::run("Page anyway", again(person.to_string())).primary();
                Ok(Some(warning(off.plain(". Page them all the same?")).buttons(vec![button])))
            }
            Recipient::Team(name) => {
                let rotas = rotas(app).await;
                let team = app.people.team(name).await.map_err(unreadable)?;
                let people: Vec<PersonId> = team.into_iter().flat_map(|it| it.members).map(|it| it.person).collect();
                let mut all_off = Vec::new();
                for person in &people {
                    all_off.extend(off(app, ctx, &rotas, person).await?);
                }
                if all_off.is_empty() {
                    return Ok(None);
                }
                let (count, all) = (all_off.len(), people.len());
                let those = match count == all {
                    true if all == 1 => "The only one".to_owned(),
                    true => format!("All {all}"),
                    false => format!("{count} of {all}"),
                };
                let verb = if count == 1 { "is" } else { "are" };
                let text = Text::new()
                    .bold(those)
                    .plain(" in the team ")
                    .code(name.clone())
                    .plain(format!(" {verb} off now. Page them all the same?"));
                // Those who are there for it come first.
                let on_call = rotas.iter().filter(|it| {
                    let keys = it.keys_at(ctx.now);
                    let mut on = keys.iter().filter_map(|key| it.people.get(key));
                    on.any(|known| people.iter().any(|person| same(person, &known.person)))
                });
                let who_is = |it: &Loaded| it.labels(it.keys_at(ctx.now).iter().map(String::as_str));
                let mut buttons: Vec<Button> = on_call
                    .take(2)
                    .map(|it| {
                        Button::run(
                            format!("Page {} (on call by {})", who_is(it), it.name),
                            again(format!("schedule:{}", it.name)),
                        )
                    })
                    .collect();
                buttons.push(Button::run("Page the whole team", again(format!("team:{name}"))));
                buttons[0] = buttons[0].clone().primary();
                Ok(Some(warning(text).list(all_off).buttons(buttons)))
            }
            Recipient::Policy(_) | Recipient::Schedule(_) => Ok(None),
        }
    }
}

/// The schedules, to say who is on call; where they cannot be read nobody is kept from paging.
async fn rotas(app: &App) -> Vec<Loaded> {
    app.rotas().await.unwrap_or_else(|err| {
        tracing::warn!("Who is on call cannot be read, so nobody is asked whether it is a good time: {}", err.message);
        Vec::new()
    })
}

/// Why it is a bad time to page somebody, with the hour it is for them: quiet hours, or no shift of those who have shifts. As
/// `It is 23:40 for Ana (Europe/Berlin), who has quiet hours until 07:00`.
async fn off(app: &App, ctx: &Ctx, rotas: &[Loaded], person: &PersonId) -> Result<Option<Text>> {
    let now = app.store.now();
    let reader = app.reader(person).await.map_err(unreadable)?;
    let name = app.name_of(person).await;
    let local = now.to_zoned(reader.zone.clone()).strftime("%H:%M").to_string();
    let hour = Text::new().plain(format!("It is {local} for ")).bold(name).plain(format!(" ({})", reader.zone_name));
    if let Some(until) = reader.quiet_until(now) {
        let until = until.to_zoned(reader.zone.clone()).strftime("%H:%M").to_string();
        return Ok(Some(hour.plain(format!(", who has quiet hours until {until}"))));
    }
    let actor = match app.platforms.get(&person.platform).filter(|_| !rotas.is_empty()) {
        Some(platform) => platform.person(&person.workspace, &person.id).await.ok(),
        None => None,
    };
    let mut without = None;
    for rota in rotas {
        let own = rota.people.iter().find(|(_, known)| same(&known.person, person)).map(|(key, _)| key.clone());
        let key = match (own, &actor) {
            (Some(key), _) => key,
            (None, Some(actor)) => app.key_of(rota, actor).await,
            (None, None) => continue,
        };
        if rota.keys_at(ctx.now).contains(&key) {
            return Ok(None);
        }
        if rota.people.contains_key(&key) {
            without = without.or(Some(&rota.name));
        }
    }
    Ok(without.map(|schedule| hour.plain(", who is not on call by ").code(schedule.clone()).plain(" now")))
}
