//! The bot's own commands: actions like any other, on [`App`].

mod audit;
pub mod connect;
mod home;
pub mod jobs;
mod output;
mod overview;
mod run;
mod schedules;
mod shorthand;
mod workspaces;

use std::sync::LazyLock;

use commands::{ActionDef, ActionSpec, Effect, Group};

pub use run::{RUN, line_of};

use crate::app::{App, OWN};

/// One of the bot's own commands.
pub enum Builtin {
    Action(&'static ActionDef<App>),
    /// `connect {kind}`: its parameters are the connector's configuration.
    Connect(&'static connectors::Kind),
}

/// Everything but `connect {kind}`, of which there is one a connector.
const ACTIONS: &[ActionDef<App>] = &[
    ActionDef::of::<home::Home>(),
    ActionDef::of::<run::Run>(),
    ActionDef::of::<overview::Whoami>(),
    ActionDef::of::<overview::Connections>(),
    ActionDef::of::<overview::Health>(),
    ActionDef::of::<connect::Disconnect>(),
    ActionDef::of::<shorthand::DefaultSet>(),
    ActionDef::of::<shorthand::DefaultRemove>(),
    ActionDef::of::<shorthand::DefaultList>(),
    ActionDef::of::<shorthand::AliasAdd>(),
    ActionDef::of::<shorthand::AliasRemove>(),
    ActionDef::of::<shorthand::AliasList>(),
    ActionDef::of::<jobs::Jobs>(),
    ActionDef::of::<jobs::Show>(),
    ActionDef::of::<jobs::Redrive>(),
    ActionDef::of::<jobs::RedriveAll>(),
    ActionDef::of::<jobs::Hurry>(),
    ActionDef::of::<jobs::Cancel>(),
    ActionDef::of::<jobs::Discard>(),
    ActionDef::of::<audit::Audit>(),
    ActionDef::of::<output::Show>(),
    ActionDef::of::<output::Pressed>(),
    ActionDef::of::<schedules::Schedules>(),
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
    Group { name: OWN.into(), title: "Bellhop".into(), noun: None, show: None, url: None, actions }
}

#[cfg(test)]
mod tests;

pub fn find(action: &str) -> Option<Builtin> {
    if let Some(action) = ACTIONS.iter().find(|it| it.spec.name == action) {
        return Some(Builtin::Action(action));
    }
    CONNECT.iter().find(|(spec, _)| spec.name == action).map(|(_, kind)| Builtin::Connect(kind))
}

fn unreadable(err: anyhow::Error) -> commands::Error {
    tracing::error!("The store cannot be used: {err:#}");
    commands::Error::internal("The store cannot be used right now. Try again in a moment; `bellhop doctor` says more.")
}
