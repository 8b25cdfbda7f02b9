//! Rules: which events are alerts, and what explains what.

use commands::{Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone, param::Channel};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    alerts::rule::{AlertRule, Inhibit, Level},
    app::App,
    chat::Place,
    config::Destination,
    escalation::Policy,
    people::PersonId,
    resources::{By, Origin},
};

/// Show which events are alerts.
#[derive(Deserialize, JsonSchema)]
pub struct Rules {}

impl Action for Rules {
    type On = App;
    const NAME: &str = "alert rules";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert rules"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let all = app.alert_rules();
        if all.is_empty() {
            let text = Text::new()
                .plain("There is no rule: what monitors report is an alert wherever a channel subscribes to it, and nobody is paged. ")
                .code("bellhop alert rule add disks from=monitoring escalation=platform")
                .plain(" makes one.");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let lines = all.iter().map(|it| {
            let mut text = Text::new().bold(it.name.clone()).plain(format!(": from {}", it.rule.from));
            if !it.rule.filter.is_empty() {
                text = text.plain(" ").code(it.rule.filter.clone());
            }
            let to = it.rule.to.as_ref().map(|it| format!(" to {it}")).unwrap_or_default();
            let escalation = it.rule.escalation.as_ref().map_or_else(|| ", pages nobody".into(), |it| format!(", pages by {it}"));
            text.plain(format!("{to}{escalation}"))
        });
        Ok(Reply::to_asker(Message::new().heading("Alert rules").list(lines.collect())))
    }
}

/// Show all of a rule.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// What it is called.
    #[schemars(extend("x-lookup" = "alert_rule"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "alert rule show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert rule show disks"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let found = app.resources.wanted::<AlertRule>(&self.name)?;
        let value = serde_json::to_value(&found.value).unwrap_or_default();
        let facts = value.as_object().into_iter().flatten().map(|(key, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (key.clone(), Text::new().code(text))
        });
        let message = Message::new().heading(found.name.clone()).facts(facts.collect());
        Ok(Reply::to_asker(match found.origin {
            Origin::File => message.context("It stands in the configuration file, and is changed there."),
            Origin::Chat => message.buttons(vec![
                Button::form("Edit rule…", ctx.call(Edit::NAME, json!({ "name": found.name }))),
                Button::form("Change owner…", ctx.call(Owner::NAME, json!({ "name": found.name }))),
            ]),
        }))
    }
}

/// Make alerts of events; a rule of the same name is replaced.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What it is called.
    name: String,
    /// The hook or connection whose events it takes, or `bellhop` for what the bot itself reports.
    #[schemars(extend("x-named" = true, "x-lookup" = "source"))]
    from: String,
    /// Which of them, as subscriptions say it; all, where nothing is said.
    filter: Option<String>,
    /// Where its cards stand: `#ops`, `slack:#ops`, `zulip:ops>alerts`. Here, where neither this nor an escalation is said.
    to: Option<String>,
    /// The escalation policy by which people are paged; without it, nobody is.
    #[schemars(extend("x-lookup" = "escalation"))]
    escalation: Option<String>,
    /// How bad it is, whatever the source says.
    severity: Option<Level>,
    /// How long it must hold before anybody hears of it: `5m`.
    #[serde(rename = "for")]
    holds: Option<String>,
    /// What alerts that belong together have in common: `title`, `place`, the name of a label.
    #[serde(default)]
    group_by: Vec<String>,
    /// How often it is said again while nobody has acknowledged it: `1h`.
    repeat: Option<String>,
    /// How long an acknowledgement holds: `4h`.
    acknowledged_for: Option<String>,
    /// It is taken to be over when its source has said nothing for so long: `1d`.
    resolve_after: Option<String>,
    /// The team whose it is.
    owner: Option<String>,
    /// The address of what to do about it.
    runbook: Option<String>,
}

impl Action for Add {
    type On = App;
    const NAME: &str = "alert rule add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &[
        "alert rule add disks from=monitoring filter=title:Disk* escalation=platform",
        "alert rule add builds from=ci filter=runs to=slack:#ops group_by=branch for=5m",
    ];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let to = match (self.to, &self.escalation) {
            (None, None) => Some(here(ctx)?),
            (to, _) => to.map(|it| place(ctx, &it)),
        };
        let rule = AlertRule {
            from: self.from,
            filter: self.filter.unwrap_or_default(),
            to,
            escalation: self.escalation,
            severity: self.severity,
            holds: self.holds,
            group_by: self.group_by,
            repeat: self.repeat,
            acknowledged_for: self.acknowledged_for,
            resolve_after: self.resolve_after,
            owner: self.owner,
            runbook: self.runbook,
        };
        save(app, ctx, &self.name, rule).await
    }
}

/// Where cards stand, as people type it: `#ops`, and what Slack makes of `slack:#ops`, which is `slack:<#C0123|ops>`.
fn place(ctx: &Ctx, text: &str) -> String {
    let text = text.trim();
    let typed = text.strip_prefix("slack:").filter(|it| it.starts_with("<#")).unwrap_or(text);
    Channel(typed.to_owned()).address(&ctx.actor.platform)
}

/// Keeps a version of the rule, and says what it does from now on.
async fn save(app: &App, ctx: &Ctx, name: &str, rule: AlertRule) -> Result<Reply> {
    if let Some(policy) = rule.escalation.as_deref().filter(|it| app.resources.get::<Policy>(it).is_none()) {
        let message = format!("The rule would page nobody: {}", app.no_policy(policy));
        let message = if message.ends_with('?') { message } else { format!("{message}. `bellhop escalation create` makes one.") };
        return Err(super::problem("escalation", message));
    }
    app.resources.save(name, &rule, &By::person(&PersonId::from(&ctx.actor))).await?;
    let mut text = Text::new().plain("What ").bold(rule.from.clone()).plain(" reports");
    if !rule.filter.is_empty() {
        text = text.plain(" and passes ").code(rule.filter.clone());
    }
    let to = rule.to.map(|it| format!(", shown in {it}")).unwrap_or_default();
    let pages = rule
        .escalation
        .map_or_else(|| ". Nobody is paged for it.".into(), |it| format!(". People are paged by the policy {it}."));
    let text = text.plain(" is an alert from now on (rule ").bold(name).plain(format!("){to}{pages}"));
    Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
}

/// Change a rule: what is left out stays, `none` takes something away.
#[derive(Deserialize, JsonSchema)]
pub struct Edit {
    /// What it is called.
    #[schemars(extend("x-lookup" = "alert_rule"))]
    name: String,
    /// The hook or connection whose events it takes, or `bellhop`.
    #[schemars(extend("x-lookup" = "source"))]
    from: Option<String>,
    /// Which of them, as subscriptions say it; `none` for all.
    filter: Option<String>,
    /// Where its cards stand: `#ops`, `slack:#ops`, `zulip:ops>alerts`.
    to: Option<String>,
    /// The escalation policy by which people are paged; `none` for nobody.
    #[schemars(extend("x-lookup" = "escalation"))]
    escalation: Option<String>,
    /// How bad it is, whatever the source says: `info`, `warning`, `error` or `critical`.
    severity: Option<String>,
    /// How long it must hold before anybody hears of it: `5m`.
    #[serde(rename = "for")]
    holds: Option<String>,
    /// What alerts that belong together have in common: `title`, `place`, the name of a label.
    #[serde(default)]
    group_by: Vec<String>,
    /// How often it is said again while nobody has acknowledged it: `1h`.
    repeat: Option<String>,
    /// How long an acknowledgement holds: `4h`.
    acknowledged_for: Option<String>,
    /// It is taken to be over when its source has said nothing for so long: `1d`.
    resolve_after: Option<String>,
    /// The team whose it is.
    #[schemars(extend("x-lookup" = "team"))]
    owner: Option<String>,
    /// The address of what to do about it.
    runbook: Option<String>,
}

impl Action for Edit {
    type On = App;
    const NAME: &str = "alert rule edit";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["alert rule edit disks for=10m severity=warning", "alert rule edit disks escalation=none"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.wanted::<AlertRule>(&self.name)?;
        let mut rule = known.value.clone();
        if let Some(from) = said(self.from.as_deref()) {
            rule.from = from.to_owned();
        }
        if let Some(filter) = said(self.filter.as_deref()) {
            rule.filter = if is_none(filter) { String::new() } else { filter.to_owned() };
        }
        if let Some(severity) = said(self.severity.as_deref()) {
            rule.severity = if is_none(severity) { None } else { Some(level(severity)?) };
        }
        if !self.group_by.is_empty() {
            rule.group_by = self.group_by.into_iter().filter(|it| !is_none(it)).collect();
        }
        for (field, given) in [
            (&mut rule.to, self.to.map(|it| if is_none(&it) { it } else { place(ctx, &it) })),
            (&mut rule.escalation, self.escalation),
            (&mut rule.holds, self.holds),
            (&mut rule.repeat, self.repeat),
            (&mut rule.acknowledged_for, self.acknowledged_for),
            (&mut rule.resolve_after, self.resolve_after),
            (&mut rule.owner, self.owner),
            (&mut rule.runbook, self.runbook),
        ] {
            if let Some(given) = said(given.as_deref()) {
                *field = (!is_none(given)).then(|| given.to_owned());
            }
        }
        if rule == known.value {
            let form = Button::form("Edit rule…", ctx.call(Edit::NAME, json!({ "name": known.name }))).primary();
            let text = Text::new().plain("Say what to change of ").code(known.name).plain(", or fill in the form.");
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![form])));
        }
        save(app, ctx, &known.name, rule).await
    }
}

/// Say which team's a rule's alerts are.
#[derive(Deserialize, JsonSchema)]
pub struct Owner {
    /// The rule.
    #[schemars(extend("x-lookup" = "alert_rule"))]
    name: String,
    /// The team; `none` for nobody's.
    #[schemars(extend("x-lookup" = "team"))]
    owner: String,
}

impl Action for Owner {
    type On = App;
    const NAME: &str = "alert rule owner";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["alert rule owner disks platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.wanted::<AlertRule>(&self.name)?;
        let owner = (!is_none(&self.owner)).then(|| self.owner.trim().to_owned());
        let rule = AlertRule { owner: owner.clone(), ..known.value };
        app.resources.save(&known.name, &rule, &By::person(&PersonId::from(&ctx.actor))).await?;
        let text = Text::new().plain("Alerts of the rule ").bold(known.name);
        let text = match owner {
            Some(owner) => text.plain(" are those of the team ").bold(owner).plain(" from now on."),
            None => text.plain(" are no team's from now on."),
        };
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// What the form of a rule says before anything is changed.
pub fn filled(app: &App, name: &str) -> Option<Map<String, Value>> {
    let rule = app.resources.get::<AlertRule>(name)?.value;
    serde_json::to_value(rule).ok()?.as_object().cloned()
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|it| !it.is_empty())
}

fn is_none(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("none")
}

fn level(text: &str) -> Result<Level> {
    serde_json::from_value(json!(text.to_lowercase())).map_err(|_| {
        super::problem("severity", format!("`{text}` is no severity: write info, warning, error, critical, or none."))
    })
}

/// The channel that it was asked in, as a destination.
fn here(ctx: &Ctx) -> Result<String> {
    let outside = || Error::bad_input("Say where its cards stand, as in to=slack:#ops, or by which policy people are paged.");
    let Place { platform, workspace, channel, .. } =
        ctx.channel.as_deref().and_then(Place::of_channel_key).ok_or_else(outside)?;
    let (workspace, channel, topic) = match platform.as_str() {
        "zulip" => (String::new(), channel.strip_prefix("channel:").ok_or_else(outside)?.to_owned(), Some("alerts".to_owned())),
        _ if channel.starts_with('D') => return Err(outside()),
        _ => (workspace, channel, None),
    };
    Ok(Destination { platform, workspace, channel, topic }.to_string())
}

/// Have no more alerts by a rule.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// What it is called.
    #[schemars(extend("x-lookup" = "alert_rule"))]
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "alert rule delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["alert rule delete disks"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.take_away::<AlertRule>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        let text = format!("The rule {} is gone. What fires by it goes on until it is resolved.", known.name);
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Show which alerts explain which others.
#[derive(Deserialize, JsonSchema)]
pub struct Inhibits {}

impl Action for Inhibits {
    type On = App;
    const NAME: &str = "inhibits";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["inhibits"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let all = app.resources.all::<Inhibit>();
        if all.is_empty() {
            return Ok(Reply::to_asker("No alert explains another, but for what connections need of each other."));
        }
        let lines = all.into_iter().map(|it| {
            let equal =
                if it.value.equal.is_empty() { String::new() } else { format!(" of the same {}", it.value.equal.join(", ")) };
            Text::new().bold(it.name).plain(": ").code(it.value.source).plain(" explains ").code(it.value.target).plain(equal)
        });
        Ok(Reply::to_asker(Message::new().heading("What explains what").list(lines.collect())))
    }
}

/// Have nobody paged for what another alert explains.
#[derive(Deserialize, JsonSchema)]
pub struct InhibitAdd {
    /// What it is called.
    name: String,
    /// What explains, as a filter.
    #[schemars(extend("x-named" = true))]
    source: String,
    /// What is explained by it, as a filter.
    #[schemars(extend("x-named" = true))]
    target: String,
    /// Labels that both must have with the same value.
    #[serde(default)]
    equal: Vec<String>,
}

impl Action for InhibitAdd {
    type On = App;
    const NAME: &str = "inhibit add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["inhibit add cluster source=title:ClusterDown target=severity:warning equal=cluster"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let rule = Inhibit { source: self.source, target: self.target, equal: self.equal };
        app.resources.save(&self.name, &rule, &By::person(&PersonId::from(&ctx.actor))).await?;
        let text =
            Text::new().plain("While ").code(rule.source).plain(" fires, nobody is paged for ").code(rule.target).plain(".");
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Have people paged again for what another alert explained.
#[derive(Deserialize, JsonSchema)]
pub struct InhibitDelete {
    /// What it is called.
    name: String,
}

impl Action for InhibitDelete {
    type On = App;
    const NAME: &str = "inhibit delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["inhibit delete cluster"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.take_away::<Inhibit>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        Ok(Reply::to_channel(Message::text(format!("{} explains nothing any more.", known.name)).tone(Tone::Good)))
    }
}
