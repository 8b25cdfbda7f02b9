//! The bot's own commands: actions like any other, on [`App`].

mod account;
mod accounts;
mod alerts;
mod approvals;
pub mod audit;
pub mod connect;
mod dashboard;
mod direct;
mod endpoints;
mod escalation;
mod features;
pub mod follow;
mod grants;
mod heartbeat;
pub mod history;
mod home;
pub mod hooks;
pub mod jobs;
mod may;
mod needs;
mod noise;
mod oncall;
mod output;
mod overview;
mod page;
mod permission;
mod plan;
mod reach;
mod remind;
mod roles;
mod run;
mod schedules;
mod settings;
mod setup;
mod shorthand;
mod subscriptions;
mod sync;
mod team;
mod threshold;
mod tour;
mod unread;
mod whoami;
mod why;
mod workspaces;

use std::sync::LazyLock;

use commands::{Action, ActionDef, ActionSpec, Actor, Call, Choice, Ctx, Effect, Error, FieldProblem, Group, Message, Result};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use hooks::HOOK_SECRET;
pub use run::{RUN, line_of};
pub use subscriptions::spelled_out;

use crate::{
    app::{App, OWN},
    chat::{Place, Post},
    dispatch::post::PostJob,
    people::PersonId,
    queue::{Acceptance, Priority},
    store::unreadable,
};

/// One of the bot's own commands.
pub enum Builtin {
    Action(&'static ActionDef<App>),
    /// `connect {kind}`: its parameters are the connector's configuration.
    Connect(&'static connectors::Kind),
}

/// Everything but `connect {kind}`, of which there is one a connector.
static ACTIONS: &[ActionDef<App>] = &[
    ActionDef::of::<home::Home>(),
    ActionDef::of::<run::Run>(),
    ActionDef::of::<tour::Tour>(),
    ActionDef::of::<whoami::Whoami>(),
    ActionDef::of::<account::Link>(),
    ActionDef::of::<account::Confirm>(),
    ActionDef::of::<account::Prove>(),
    ActionDef::of::<account::Unlink>(),
    ActionDef::of::<account::Links>(),
    ActionDef::of::<account::Set>(),
    ActionDef::of::<account::Remove>(),
    ActionDef::of::<accounts::Import>(),
    ActionDef::of::<settings::Settings>(),
    ActionDef::of::<settings::Mute>(),
    ActionDef::of::<settings::Unmute>(),
    ActionDef::of::<direct::Direct>(),
    ActionDef::of::<direct::Mute>(),
    ActionDef::of::<direct::Unmute>(),
    ActionDef::of::<remind::List>(),
    ActionDef::of::<remind::Reviews>(),
    ActionDef::of::<remind::Stop>(),
    ActionDef::of::<team::List>(),
    ActionDef::of::<team::Show>(),
    ActionDef::of::<team::Create>(),
    ActionDef::of::<team::Add>(),
    ActionDef::of::<team::Remove>(),
    ActionDef::of::<team::Delete>(),
    ActionDef::of::<team::Bind>(),
    ActionDef::of::<team::Unbind>(),
    ActionDef::of::<team::Push>(),
    ActionDef::of::<team::Take>(),
    ActionDef::of::<oncall::Overview>(),
    ActionDef::of::<oncall::Now>(),
    ActionDef::of::<oncall::Next>(),
    ActionDef::of::<oncall::Show>(),
    ActionDef::of::<oncall::Mine>(),
    ActionDef::of::<oncall::Override>(),
    ActionDef::of::<oncall::Overrides>(),
    ActionDef::of::<oncall::Remove>(),
    ActionDef::of::<oncall::Swap>(),
    ActionDef::of::<oncall::Accept>(),
    ActionDef::of::<oncall::Decline>(),
    ActionDef::of::<oncall::Withdraw>(),
    ActionDef::of::<oncall::Request>(),
    ActionDef::of::<oncall::Create>(),
    ActionDef::of::<oncall::Edit>(),
    ActionDef::of::<oncall::Delete>(),
    ActionDef::of::<oncall::AddRotation>(),
    ActionDef::of::<oncall::RemoveRotation>(),
    ActionDef::of::<oncall::Ical>(),
    ActionDef::of::<oncall::Renew>(),
    ActionDef::of::<oncall::Notices>(),
    ActionDef::of::<oncall::Push>(),
    ActionDef::of::<overview::Connections>(),
    ActionDef::of::<needs::Needs>(),
    ActionDef::of::<overview::Health>(),
    ActionDef::of::<dashboard::Dashboard>(),
    ActionDef::of::<dashboard::Close>(),
    ActionDef::of::<heartbeat::List>(),
    ActionDef::of::<heartbeat::Show>(),
    ActionDef::of::<heartbeat::Add>(),
    ActionDef::of::<heartbeat::Renew>(),
    ActionDef::of::<heartbeat::Pause>(),
    ActionDef::of::<heartbeat::Resume>(),
    ActionDef::of::<heartbeat::Delete>(),
    ActionDef::of::<threshold::List>(),
    ActionDef::of::<threshold::Add>(),
    ActionDef::of::<threshold::Delete>(),
    ActionDef::of::<noise::Noise>(),
    ActionDef::of::<endpoints::List>(),
    ActionDef::of::<endpoints::Enable>(),
    ActionDef::of::<endpoints::Disable>(),
    ActionDef::of::<connect::Authorize>(),
    ActionDef::of::<connect::Disconnect>(),
    ActionDef::of::<setup::Setup>(),
    ActionDef::of::<setup::Connect>(),
    ActionDef::of::<setup::Skip>(),
    ActionDef::of::<setup::Keep>(),
    ActionDef::of::<setup::Undo>(),
    ActionDef::of::<shorthand::DefaultSet>(),
    ActionDef::of::<shorthand::DefaultRemove>(),
    ActionDef::of::<shorthand::DefaultList>(),
    ActionDef::of::<shorthand::AliasAdd>(),
    ActionDef::of::<shorthand::AliasRemove>(),
    ActionDef::of::<shorthand::AliasList>(),
    ActionDef::of::<unread::Remove>(),
    ActionDef::of::<jobs::Jobs>(),
    ActionDef::of::<jobs::Show>(),
    ActionDef::of::<jobs::Redrive>(),
    ActionDef::of::<jobs::RedriveAll>(),
    ActionDef::of::<jobs::Hurry>(),
    ActionDef::of::<jobs::Cancel>(),
    ActionDef::of::<jobs::Discard>(),
    ActionDef::of::<audit::Audit>(),
    ActionDef::of::<audit::Export>(),
    ActionDef::of::<audit::Verify>(),
    ActionDef::of::<roles::Roles>(),
    ActionDef::of::<roles::Give>(),
    ActionDef::of::<roles::Take>(),
    ActionDef::of::<grants::Grants>(),
    ActionDef::of::<grants::Grant>(),
    ActionDef::of::<grants::Remove>(),
    ActionDef::of::<may::May>(),
    ActionDef::of::<approvals::Approvals>(),
    ActionDef::of::<approvals::Approve>(),
    ActionDef::of::<approvals::Deny>(),
    ActionDef::of::<approvals::Require>(),
    ActionDef::of::<approvals::Drop>(),
    ActionDef::of::<output::Show>(),
    ActionDef::of::<output::Pressed>(),
    ActionDef::of::<schedules::Schedules>(),
    ActionDef::of::<hooks::List>(),
    ActionDef::of::<hooks::Show>(),
    ActionDef::of::<hooks::Add>(),
    ActionDef::of::<hooks::Rotate>(),
    ActionDef::of::<hooks::Secret>(),
    ActionDef::of::<hooks::Disable>(),
    ActionDef::of::<hooks::Enable>(),
    ActionDef::of::<hooks::Delete>(),
    ActionDef::of::<hooks::Template>(),
    ActionDef::of::<hooks::Deliveries>(),
    ActionDef::of::<hooks::Inspect>(),
    ActionDef::of::<hooks::Replay>(),
    ActionDef::of::<why::Why>(),
    ActionDef::of::<subscriptions::Subscribe>(),
    ActionDef::of::<subscriptions::Unsubscribe>(),
    ActionDef::of::<subscriptions::List>(),
    ActionDef::of::<history::History>(),
    ActionDef::of::<history::Rollback>(),
    ActionDef::of::<plan::Plan>(),
    ActionDef::of::<plan::Apply>(),
    ActionDef::of::<plan::Export>(),
    ActionDef::of::<features::List>(),
    ActionDef::of::<features::Set>(),
    ActionDef::of::<features::Remove>(),
    ActionDef::of::<page::Page>(),
    ActionDef::of::<page::Status>(),
    ActionDef::of::<reach::Show>(),
    ActionDef::of::<reach::Set>(),
    ActionDef::of::<reach::Verify>(),
    ActionDef::of::<reach::Test>(),
    ActionDef::of::<escalation::List>(),
    ActionDef::of::<escalation::Show>(),
    ActionDef::of::<escalation::Create>(),
    ActionDef::of::<escalation::Edit>(),
    ActionDef::of::<escalation::Delete>(),
    ActionDef::of::<escalation::Test>(),
    ActionDef::of::<sync::Add>(),
    ActionDef::of::<sync::List>(),
    ActionDef::of::<sync::Show>(),
    ActionDef::of::<sync::Preview>(),
    ActionDef::of::<sync::Pause>(),
    ActionDef::of::<sync::Resume>(),
    ActionDef::of::<sync::Remove>(),
    ActionDef::of::<alerts::List>(),
    ActionDef::of::<alerts::Show>(),
    ActionDef::of::<alerts::Timeline>(),
    ActionDef::of::<alerts::Ack>(),
    ActionDef::of::<alerts::AckAll>(),
    ActionDef::of::<alerts::Unack>(),
    ActionDef::of::<alerts::Resolve>(),
    ActionDef::of::<alerts::ResolveAll>(),
    ActionDef::of::<alerts::Assign>(),
    ActionDef::of::<alerts::Note>(),
    ActionDef::of::<alerts::Escalate>(),
    ActionDef::of::<alerts::SilenceOne>(),
    ActionDef::of::<alerts::Silence>(),
    ActionDef::of::<alerts::Silences>(),
    ActionDef::of::<alerts::Unsilence>(),
    ActionDef::of::<alerts::Maintenance>(),
    ActionDef::of::<alerts::MaintenanceAdd>(),
    ActionDef::of::<alerts::MaintenanceDelete>(),
    ActionDef::of::<alerts::Rules>(),
    ActionDef::of::<alerts::ShowRule>(),
    ActionDef::of::<alerts::Add>(),
    ActionDef::of::<alerts::Edit>(),
    ActionDef::of::<alerts::Owner>(),
    ActionDef::of::<alerts::Delete>(),
    ActionDef::of::<alerts::Inhibits>(),
    ActionDef::of::<alerts::InhibitAdd>(),
    ActionDef::of::<alerts::InhibitDelete>(),
    ActionDef::of::<workspaces::Workspaces>(),
    ActionDef::of::<workspaces::Forget>(),
];

/// `connect {kind}` for every connector.
static CONNECT: LazyLock<Vec<(ActionSpec, &'static connectors::Kind)>> = LazyLock::new(|| {
    connectors::ALL
        .iter()
        .map(|kind| {
            // Once a process: an action's name is static.
            let name: &'static str = Box::leak(format!("connect {}", kind.name).into_boxed_str());
            (ActionSpec { name, effect: Effect::Admin, examples: &[], parameters: kind.config }, kind)
        })
        .collect()
});

pub fn group() -> Group {
    let actions = ACTIONS.iter().map(|it| it.spec).chain(CONNECT.iter().map(|(spec, _)| *spec)).collect();
    Group {
        name: OWN.into(),
        title: "Bellhop".into(),
        noun: None,
        show: None,
        url: None,
        links: None,
        actions,
        missing: Vec::new(),
    }
}

#[cfg(test)]
mod tests;

pub fn find(action: &str) -> Option<Builtin> {
    if let Some(action) = ACTIONS.iter().find(|it| it.spec.name == action) {
        return Some(Builtin::Action(action));
    }
    CONNECT.iter().find(|(spec, _)| spec.name == action).map(|(_, kind)| Builtin::Connect(kind))
}

/// Whether a call of ours only shows what it would do: nobody has to agree to that, and it is asked about when it is meant.
pub fn only_looks(call: &Call) -> bool {
    match (call.group.as_str(), call.action.as_str()) {
        (OWN, plan::Apply::NAME) => !plan::Apply::is_meant(&call.params),
        (OWN, history::Rollback::NAME) => !history::Rollback::is_meant(&call.params),
        _ => false,
    }
}

/// Whether a call of ours says nothing yet, though nothing of it is required by itself: its form asks.
pub fn wants_form(call: &Call) -> bool {
    let is_of_file = [plan::Plan::NAME, plan::Apply::NAME].contains(&call.action.as_str());
    let names_no_file = is_of_file && !["file", "text", "plan"].iter().any(|it| call.params.contains_key(*it));
    call.group == OWN && (names_no_file || (call.action.starts_with("connect ") && call.params.is_empty()))
}

/// What a call would do, in more words than its line, for whoever has to agree to it.
pub async fn detail(app: &App, call: &Call) -> Option<String> {
    match (call.group.as_str(), call.action.as_str()) {
        (OWN, plan::Apply::NAME) => plan::Apply::lines(app, &call.params).await,
        (OWN, history::Rollback::NAME) => history::Rollback::lines(app, &call.params).await,
        _ => None,
    }
}

/// The fields that the preview of a call's form goes by, where there is one.
pub fn previewed_by(call: &Call) -> Option<&'static [&'static str]> {
    ((call.group.as_str(), call.action.as_str()) == (OWN, subscriptions::Subscribe::NAME)).then_some(subscriptions::PREVIEWED_BY)
}

/// What the call would do, as far as it is filled in; none where that cannot be shown.
///
/// # Errors
/// What is wrong with what was filled in.
pub async fn preview(app: &App, ctx: &Ctx, call: Call) -> Result<Option<Message>> {
    match previewed_by(&call) {
        Some(_) => subscriptions::preview(app, ctx, call.params).await.map(Some),
        None => Ok(None),
    }
}

/// What stands in the form of a call that changes a document, to somebody who looks from `place`: what it says now; none of any other call.
pub fn filled(app: &App, call: &Call, place: &Place) -> Option<Map<String, Value>> {
    if call.group != OWN {
        return None;
    }
    let name = call.params.get("name").and_then(Value::as_str)?;
    match call.action.as_str() {
        alerts::Edit::NAME => alerts::filled(app, name),
        escalation::Edit::NAME => escalation::filled(app, name),
        oncall::Edit::NAME => oncall::filled(app, (&place.platform, &place.workspace), name),
        _ => None,
    }
}

/// Values for the pickers of the bot's own commands.
pub async fn look_up(app: &App, lookup: &str, typed: &str, given: &Map<String, Value>) -> Vec<Choice> {
    /// As many as Slack shows.
    const MOST: usize = 100;
    if matches!(lookup, "kind" | "mode") {
        let typed = typed.trim().to_lowercase();
        let mut all = subscriptions::look_up(app, lookup, given).await;
        all.retain(|it| it.label.to_lowercase().contains(&typed) || it.value.contains(&typed));
        all.truncate(MOST);
        return all;
    }
    let all: Vec<String> = match lookup {
        "connection" => app.connections.all().iter().filter(|it| it.kind.has_accounts).map(|it| it.name.clone()).collect(),
        "consenting" => app.connections.all().iter().filter(|it| it.comes_by_consent()).map(|it| it.name.clone()).collect(),
        "source" => settings::sources(app),
        "schedule" => oncall::names(app),
        "group" => app.groups().iter().map(|it| it.name.clone()).collect(),
        "made_in_chat" => {
            let all = app.connections.all();
            all.iter().filter(|it| it.origin == crate::connections::Origin::Chat).map(|it| it.name.clone()).collect()
        }
        "grant" => app.resources.all::<crate::people::grants::Grant>().into_iter().map(|it| it.name).collect(),
        "approval_rule" => app.resources.all::<crate::people::approvals::Rule>().into_iter().map(|it| it.name).collect(),
        "system" => connectors::ALL.iter().map(|it| it.name.to_owned()).collect(),
        "hook" => app.hooks.all().iter().map(|it| it.name.clone()).collect(),
        "set_up" => crate::plan::kinds().map(str::to_owned).collect(),
        "feature" => crate::resources::features::FLAGS.iter().map(|it| it.name.to_owned()).collect(),
        "alert_rule" => app.resources.all::<crate::alerts::rule::AlertRule>().into_iter().map(|it| it.name).collect(),
        "heartbeat" => app.resources.all::<crate::health::heartbeat::Heartbeat>().into_iter().map(|it| it.name).collect(),
        "threshold" => app.resources.all::<crate::health::threshold::Threshold>().into_iter().map(|it| it.name).collect(),
        "hook_kind" => connectors::hook_kinds().map(str::to_owned).collect(),
        "team" => match app.people.teams().await {
            Ok(teams) => teams.into_iter().map(|it| it.name).collect(),
            Err(err) => {
                tracing::error!("Teams cannot be read: {err:#}");
                Vec::new()
            }
        },
        "escalation" => app.resources.all::<crate::escalation::Policy>().into_iter().map(|it| it.name).collect(),
        "paged" => {
            let is_named = |it: &crate::resources::Document| matches!(it.kind.as_str(), "schedule" | "escalation");
            let documents = app.resources.documents().into_iter().filter(is_named).map(|it| it.name);
            let teams = app.people.teams().await.unwrap_or_else(|err| {
                tracing::error!("Teams cannot be read: {err:#}");
                Vec::new()
            });
            documents.chain(teams.into_iter().map(|it| it.name)).collect()
        }
        "sync" => match sync::names(app).await {
            Ok(names) => names,
            Err(err) => {
                tracing::error!("What is kept the same cannot be read: {err}");
                Vec::new()
            }
        },
        "zone" => std::iter::once("chat".to_owned()).chain(jiff::tz::db().available().map(|it| it.to_string())).collect(),
        _ => Vec::new(),
    };
    let typed = typed.trim().to_lowercase().replace(' ', "_");
    all.into_iter().filter(|it| it.to_lowercase().contains(&typed)).take(MOST).map(|it| Choice::new(it.clone(), it)).collect()
}

/// The person that a parameter names: `slack:T1:U1`, which is what a mention has become, `me`, or a name of the chat.
///
/// # Errors
/// At `field`, when it is nobody.
async fn whom(app: &App, ctx: &Ctx, field: &str, text: &str) -> Result<Actor> {
    let text = text.trim();
    if matches!(text.to_lowercase().as_str(), "me" | "myself") {
        return Ok(ctx.actor.clone());
    }
    let found = match PersonId::parse(text).and_then(|it| Some((app.platforms.get(&it.platform)?, it))) {
        Some((platform, person)) => Some(platform.person(&person.workspace, &person.id).await?),
        None => match app.platforms.get(&ctx.actor.platform) {
            Some(platform) => platform.mentioned(&ctx.actor.workspace, &format!("@{}", text.trim_start_matches('@'))).await?,
            None => None,
        },
    };
    found.ok_or_else(|| {
        let message = format!("Nobody here is called `{text}`: mention the person, like @ana.");
        Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::bad_input(message) }
    })
}

/// Writes to somebody who did not ask: it waits for the end of their quiet hours.
async fn tell(app: &App, ctx: &Ctx, person: &Actor, message: Message) -> Result<()> {
    let key = format!("tell-{}", Uuid::now_v7().simple());
    let post = Post::new(PersonId::from(person).target(), message, &key);
    let job = PostJob::new(post, ctx.request_id.clone()).into_job(Priority::Command);
    let acceptance =
        Acceptance { source: "people".into(), key, body: bytes::Bytes::new(), audit: None, jobs: vec![job], news: Vec::new() };
    app.queue.accept(acceptance).await.map(|_| ()).map_err(|it| Error::internal(it.reason))
}
