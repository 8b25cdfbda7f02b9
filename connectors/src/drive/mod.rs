//! Google Drive: files, their versions, folders, sharing, requests for access, comments, shared drives, folders for projects.
//!
//! A service account with domain-wide delegation acts as the person who asks ([`api::Acting`]), so that Drive's own
//! permissions hold and its history is true; an OAuth refresh token acts as the one person who gave it
//! ([`credentials`]). What people write for a file, a link, an id, a name or a path, becomes a file in [`names`]; what Drive
//! refuses becomes a sentence with a way out in [`problem`]. Every request says `supportsAllDrives`, so that shared
//! drives are drives like any other. The vendor's reference: <https://developers.google.com/workspace/drive/api/reference/rest/v3>.

use std::time::Duration;

use commands::{
    ActionDef, Error, ErrorKind, Result,
    param::{Markdown, Secret},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Accounts, Check, Connector, Hooking, Http, Link, LookupDef, Mine, Poll, Shortcut, Webhook, auth::Consent, cache::Cache,
    http::Policy, standin::Standin,
};

mod files;
mod folders;
mod projects;
mod share;

mod activity;
mod channels;
mod comments;
mod drives;
mod quota;
mod versions;

mod lookup;
mod poll;
mod webhook;

mod accounts;
mod api;
mod batch;
mod card;
mod consent;
mod credentials;
mod health;
mod names;
mod param;
mod problem;
mod template;
mod upload;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// A connected Google Drive.
pub struct Drive {
    /// Without credentials: [`Drive::client`] adds them.
    http: Http,
    source: credentials::Source,
    act_as: ActAs,
    strangers: Strangers,
    settings: Settings,
    /// Clients by whom they act as, each with its token; the bot's own is under an empty name.
    clients: Cache<String, credentials::Client>,
    /// Names of folders and shared drives, by whom they were seen and by their id.
    places: Cache<(String, String), String>,
}

/// What an administrator chose beside who acts.
struct Settings {
    home: String,
    domain: Option<String>,
    templates: Vec<template::Template>,
    quota_warning: u8,
    hook: Option<channels::Hook>,
}

/// Connect Google Drive: with a service account's key, or with an OAuth client and a refresh token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Google's API is.
    #[serde(default = "google")]
    pub url: String,
    /// The service account's key: all that is in its JSON file.
    #[serde(default)]
    pub service_account: Option<Secret>,
    /// Whose Drive the bot uses itself, such as `bellhop@example.org`; needs domain-wide delegation.
    #[serde(default)]
    pub subject: Option<String>,
    /// Who acts in Drive: the person who asks (needs domain-wide delegation), or always the bot.
    #[serde(default)]
    pub act_as: ActAs,
    /// What to do for people who have no account in the organization.
    #[serde(default)]
    pub strangers: Strangers,
    /// The OAuth client's id: people link their accounts with it, and so does the bot's own where there is no other credential.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The OAuth client's secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// The refresh token of the one account that the bot uses; none to come in by a link.
    #[serde(default)]
    pub refresh_token: Option<Secret>,
    /// Where people agree.
    #[serde(default = "google_consent")]
    pub authorize_url: String,
    /// Where the OAuth client's tokens are had.
    #[serde(default = "google_tokens")]
    pub token_url: String,
    /// The folder or shared drive that projects are made in, by its link; My Drive where you do not say.
    #[serde(default)]
    pub home: Option<String>,
    /// The organization's domain, such as `example.org`: `@team` is the group `team@example.org` then.
    #[serde(default)]
    pub domain: Option<String>,
    /// Folders of a project: a template's name and a colon, then its folders, each indented by its depth.
    #[serde(default)]
    pub templates: Option<Markdown>,
    /// Percent of the storage from which on health warns.
    #[serde(default = "nearly_full")]
    #[schemars(range(min = 1, max = 100))]
    pub quota_warning: u8,
    /// Where Google shall report changes: the public address of this bot's hook, `https://bot.example.org/hooks/drive`.
    #[serde(default)]
    pub hook_url: Option<String>,
    /// The hook's secret.
    #[serde(default)]
    pub hook_secret: Option<Secret>,
    /// Seconds between two looks for changes.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

/// Who acts in Drive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActAs {
    /// Always the bot's own account, which writes who asked.
    #[default]
    Bot,
    /// The person who asks, by their email address.
    Asker,
}

/// What to do for people who have no account in the organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// Do nothing for them.
    #[default]
    Refuse,
    /// Act under the bot's own account, and write who asked.
    AsBot,
}

fn google() -> String {
    "https://www.googleapis.com".into()
}

fn google_consent() -> String {
    "https://accounts.google.com/o/oauth2/v2/auth".into()
}

fn google_tokens() -> String {
    "https://oauth2.googleapis.com/token".into()
}

fn nearly_full() -> u8 {
    90
}

impl Connector for Drive {
    const NAME: &str = "drive";
    const TITLE: &str = "Google Drive";
    const NOUN: Option<&str> = Some("file");
    const SHOW: Option<&str> = Some("file show");
    const LINK: Option<Link> = Some(|_, object| param::is_id(&object.key).then(|| card::address(&object.key)));
    const LINKS: Option<fn(&str) -> bool> = Some(|link| param::id_in(link).is_some());
    const LINK_HOSTS: &[&str] = &["docs.google.com", "drive.google.com"];
    /// Google's own limit is 12,000 queries a minute and project, and far less for writes.
    const POLICY: Policy = Policy { per_second: 10, ..Policy::USUAL };
    type Config = Config;
    const ACTIONS: &[ActionDef<Drive>] = &[
        ActionDef::of::<files::Show>(),
        ActionDef::of::<files::List>(),
        ActionDef::of::<files::Search>(),
        ActionDef::of::<files::Recent>(),
        ActionDef::of::<files::Create>(),
        ActionDef::of::<files::Upload>(),
        ActionDef::of::<files::Download>(),
        ActionDef::of::<files::Export>(),
        ActionDef::of::<share::Share>(),
        ActionDef::of::<files::Rename>(),
        ActionDef::of::<files::Move>(),
        ActionDef::of::<files::Copy>(),
        ActionDef::of::<files::Trash>(),
        ActionDef::of::<files::Restore>(),
        ActionDef::of::<files::Delete>(),
        ActionDef::of::<versions::List>(),
        ActionDef::of::<versions::Download>(),
        ActionDef::of::<versions::Restore>(),
        ActionDef::of::<versions::Keep>(),
        ActionDef::of::<activity::Activity>(),
        ActionDef::of::<share::Transfer>(),
        ActionDef::of::<share::List>(),
        ActionDef::of::<share::Change>(),
        ActionDef::of::<share::Revoke>(),
        ActionDef::of::<share::Requests>(),
        ActionDef::of::<share::Accept>(),
        ActionDef::of::<share::Deny>(),
        ActionDef::of::<folders::Create>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Templates>(),
        ActionDef::of::<comments::List>(),
        ActionDef::of::<comments::Add>(),
        ActionDef::of::<comments::Reply>(),
        ActionDef::of::<comments::Resolve>(),
        ActionDef::of::<comments::Reopen>(),
        ActionDef::of::<drives::List>(),
        ActionDef::of::<drives::Create>(),
        ActionDef::of::<drives::Members>(),
        ActionDef::of::<drives::Add>(),
        ActionDef::of::<drives::Remove>(),
        ActionDef::of::<quota::Show>(),
        ActionDef::of::<channels::Start>(),
        ActionDef::of::<channels::Renew>(),
        ActionDef::of::<channels::Stop>(),
    ];
    const LOOKUPS: &[LookupDef<Drive>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "My recent files", command: "file recent limit=5" },
        Mine { title: "Shared with me lately", command: "file list --shared limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<Drive>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Google document",
        action: "file create",
        title_field: Some("name"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<Drive>> = Some(channels::HOOKING);
    const POLL: Option<Poll<Drive>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Drive> {
        let source = credentials::Source::of(&config, &http)?;
        if config.act_as == ActAs::Asker && !source.delegates() {
            return Err(bad(
                "`act_as = \"asker\"` needs a service account with domain-wide delegation; an OAuth client acts as the one account that gave the refresh token.",
            ));
        }
        let home = match config.home.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            None => "root".to_owned(),
            Some(text) => param::id_in(text).or_else(|| param::is_id(text).then(|| text.to_owned())).ok_or_else(|| {
                bad(&format!("`home` is no folder: `{text}`. Paste the link of a folder or of a shared drive."))
            })?,
        };
        let templates = template::read(config.templates.as_ref().map_or("", |it| &it.0)).map_err(|it| bad(&it))?;
        let domain = config.domain.map(|it| it.trim().trim_start_matches('@').to_lowercase()).filter(|it| !it.is_empty());
        let hook = channels::Hook::of(config.hook_url.as_deref(), config.hook_secret).map_err(|it| bad(&it))?;
        Ok(Drive {
            http: http.with_errors(problem::read_errors).with_codes(problem::read_code).with_statuses(problem::read_status),
            source,
            act_as: config.act_as,
            strangers: config.strangers,
            settings: Settings { home, domain, templates, quota_warning: config.quota_warning, hook },
            clients: Cache::while_used(1_000, Duration::from_secs(3600)),
            places: Cache::new(10_000, Duration::from_secs(300)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}

fn bad(message: &str) -> Error {
    Error::new(ErrorKind::BadConfig, message)
}
