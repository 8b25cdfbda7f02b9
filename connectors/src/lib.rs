//! The systems Bellhop acts in: a folder each, and one line each in [`ALL`].
//!
//! A connector declares its configuration, its actions, its look-ups and how it tells us that
//! something happened; [`Kind`] makes a value of it, and the tests in `tests.rs` loop over [`ALL`].
//! Everything that leaves for an outside system goes through [`http`], as part of the [`trace`] that it was asked for in.

pub mod auth;
mod bind;
pub mod cache;
mod connector;
mod file;
mod hook;
pub mod http;
mod payload;
pub mod signature;
pub mod sources;
pub mod standin;
mod task;
pub mod trace;
mod words;

pub mod azure_devops;
pub mod bitbucket;
pub mod drive;
pub mod github;
pub mod gitlab;
pub mod jira;
pub mod nextcloud;
pub mod notion;
pub mod openproject;
pub mod redmine;
pub mod slack;
pub mod trello;
pub mod webhook;
pub mod zulip;

pub use connector::{
    Account, Accounts, Check, Connected, Connector, Features, Kind, Link, Lookup, LookupDef, Mine, Missing, Poll, Polled, Query,
    Shortcut, State, Whose,
};
pub use hook::{Answer, Delivery, Handshake, HookMade, HookWanted, Hooking, SecretFrom, Source, Webhook};
pub use http::Http;
pub use task::{FieldKind, Task, TaskField, Tasks, Values};

/// Every connector the bot knows. To add one: a folder, its `mod`, and a line here.
///
/// A static: a const would have whoever reads it compile all connectors again.
pub static ALL: &[Kind] = &[
    Kind::of::<redmine::Redmine>(),
    Kind::of::<github::GitHub>(),
    Kind::of::<gitlab::GitLab>(),
    Kind::of::<jira::Jira>(),
    Kind::of::<openproject::OpenProject>(),
    Kind::of::<bitbucket::Bitbucket>(),
    Kind::of::<drive::Drive>(),
    Kind::of::<nextcloud::Nextcloud>(),
    Kind::of::<trello::Trello>(),
    Kind::of::<notion::Notion>(),
    Kind::of::<azure_devops::AzureDevOps>(),
    Kind::of::<zulip::Zulip>(),
    Kind::of::<slack::Slack>(),
    Kind::of::<webhook::Webhook>(),
];

/// The connector of that name.
pub fn find(kind: &str) -> Option<&'static Kind> {
    ALL.iter().find(|it| it.name == kind)
}

/// The title and the webhooks of a hook's kind: a connector's that sends, or a [`sources`] name.
pub fn webhook(kind: &str) -> Option<(&'static str, &'static Webhook)> {
    let connector = find(kind).and_then(|it| Some((it.title, it.webhook.as_ref()?)));
    connector.or_else(|| sources::ALL.iter().find(|it| it.name == kind).map(|it| (it.title, &it.webhook)))
}

/// The names of all kinds that a hook can have.
pub fn hook_kinds() -> impl Iterator<Item = &'static str> + Clone {
    let connectors = ALL.iter().filter(|it| it.webhook.is_some()).map(|it| it.name);
    connectors.chain(sources::ALL.iter().map(|it| it.name))
}

#[cfg(test)]
mod tests;
