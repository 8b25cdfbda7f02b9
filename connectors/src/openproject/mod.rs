//! OpenProject: work packages, people, projects, time, budgets, queries.
//!
//! The bot acts under its own account and writes who asked into what it leaves there ([`api::signed`]), as API v3 lets nobody
//! act for others. What a work package can hold depends on its project and type, so names that people type are looked up in
//! the forms that OpenProject answers ([`schema`]), custom fields among them. A work package is changed only from the state
//! that was seen ([`OpenProject::change`]). The vendor's reference: <https://www.openproject.org/docs/api/>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Features, Http, Link, LookupDef, Mine, Shortcut, Tasks, Webhook, Whose,
    auth::{
        Consent, SignIn, basic,
        oauth::{self, Client, Grant, Shown},
    },
    cache::Cache,
    standin::Standin,
};

mod budgets;
mod catalogue;
mod groups;
mod members;
mod notifications;
mod packages;
mod projects;
mod queries;
mod time;
mod users;
mod versions;

mod lookup;
mod tasks;
mod webhook;

mod accounts;
mod api;
mod card;
mod consent;
mod hal;
mod health;
mod names;
mod param;
mod person;
mod problem;
mod reply;
mod schema;

mod standin;

#[cfg(test)]
mod tests;

/// A connected OpenProject.
pub struct OpenProject {
    http: Http,
    /// People who asked for something lately, by login or email address.
    askers: Cache<String, Arc<person::Somebody>>,
}

/// Connect an OpenProject.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where OpenProject is, such as `https://example.openproject.com`.
    pub url: String,
    /// API token of the bot's user: Account settings → Access tokens → API.
    #[serde(default)]
    pub api_key: Option<Secret>,
    /// In place of a token: the client ID of an OAuth application that has a Client Credentials User.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The OAuth application's client secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// How the OAuth application signs in for the bot itself; people who link their accounts come in by a link anyway.
    #[serde(default)]
    pub sign_in: SignIn,
}

impl Connector for OpenProject {
    const NAME: &str = "openproject";
    const TITLE: &str = "OpenProject";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("wp");
    const SHOW: Option<&str> = Some("wp show");
    const LINK: Option<Link> = Some(link);
    type Config = Config;
    const ACTIONS: &[ActionDef<OpenProject>] = &[
        ActionDef::of::<packages::Create>(),
        ActionDef::of::<packages::Show>(),
        ActionDef::of::<packages::List>(),
        ActionDef::of::<packages::Search>(),
        ActionDef::of::<packages::Update>(),
        ActionDef::of::<packages::Assign>(),
        ActionDef::of::<packages::SetStatus>(),
        ActionDef::of::<packages::Progress>(),
        ActionDef::of::<packages::Close>(),
        ActionDef::of::<packages::Comment>(),
        ActionDef::of::<packages::History>(),
        ActionDef::of::<packages::Attach>(),
        ActionDef::of::<packages::Files>(),
        ActionDef::of::<packages::Fetch>(),
        ActionDef::of::<packages::Detach>(),
        ActionDef::of::<packages::Relate>(),
        ActionDef::of::<packages::Relations>(),
        ActionDef::of::<packages::Unrelate>(),
        ActionDef::of::<packages::Children>(),
        ActionDef::of::<packages::Watch>(),
        ActionDef::of::<packages::Unwatch>(),
        ActionDef::of::<packages::Watchers>(),
        ActionDef::of::<packages::Move>(),
        ActionDef::of::<packages::Run>(),
        ActionDef::of::<packages::Export>(),
        ActionDef::of::<packages::Delete>(),
        ActionDef::of::<time::Log>(),
        ActionDef::of::<time::List>(),
        ActionDef::of::<time::Report>(),
        ActionDef::of::<time::Update>(),
        ActionDef::of::<time::Delete>(),
        ActionDef::of::<queries::List>(),
        ActionDef::of::<queries::Show>(),
        ActionDef::of::<queries::Export>(),
        ActionDef::of::<queries::Create>(),
        ActionDef::of::<queries::Update>(),
        ActionDef::of::<queries::Star>(),
        ActionDef::of::<queries::Delete>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Show>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<projects::Update>(),
        ActionDef::of::<projects::Copy>(),
        ActionDef::of::<projects::Archive>(),
        ActionDef::of::<projects::Unarchive>(),
        ActionDef::of::<projects::Delete>(),
        ActionDef::of::<versions::List>(),
        ActionDef::of::<versions::Create>(),
        ActionDef::of::<versions::Update>(),
        ActionDef::of::<versions::Close>(),
        ActionDef::of::<versions::Delete>(),
        ActionDef::of::<budgets::List>(),
        ActionDef::of::<budgets::Show>(),
        ActionDef::of::<members::List>(),
        ActionDef::of::<members::Add>(),
        ActionDef::of::<members::Roles>(),
        ActionDef::of::<members::Remove>(),
        ActionDef::of::<members::RoleList>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<users::Show>(),
        ActionDef::of::<users::Me>(),
        ActionDef::of::<users::Create>(),
        ActionDef::of::<users::Update>(),
        ActionDef::of::<users::Lock>(),
        ActionDef::of::<users::Unlock>(),
        ActionDef::of::<users::Delete>(),
        ActionDef::of::<groups::List>(),
        ActionDef::of::<groups::Show>(),
        ActionDef::of::<groups::Create>(),
        ActionDef::of::<groups::Add>(),
        ActionDef::of::<groups::Remove>(),
        ActionDef::of::<groups::Rename>(),
        ActionDef::of::<groups::Delete>(),
        ActionDef::of::<catalogue::Types>(),
        ActionDef::of::<catalogue::Statuses>(),
        ActionDef::of::<catalogue::Priorities>(),
        ActionDef::of::<catalogue::Categories>(),
        ActionDef::of::<catalogue::Fields>(),
        ActionDef::of::<notifications::List>(),
        ActionDef::of::<notifications::Read>(),
    ];
    const LOOKUPS: &[LookupDef<OpenProject>] = lookup::ALL;
    const MINE: &[Mine] = &[Mine { title: "My open work packages", command: "wp list assignee=me sort=due limit=5" }];
    const ACCOUNTS: Option<Accounts<OpenProject>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create work package",
        action: "wp create",
        title_field: Some("subject"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const TASKS: Option<fn(&OpenProject) -> &dyn Tasks> = Some(|it| it);
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<OpenProject> {
        let bad = |message: &str| Err(Error::new(ErrorKind::BadConfig, message));
        let key = config.api_key.map(|it| Secret::from(it.expose().trim().to_owned())).filter(|it| !it.expose().is_empty());
        let secret = config.client_secret.filter(|it| !it.expose().trim().is_empty());
        let client = config.client_id.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        // By a link the application is for people; the bot has a token, or what somebody agreed to.
        let (client, secret) = if config.sign_in == SignIn::Link { (None, None) } else { (client, secret) };
        let signed_in = match (key, client, secret) {
            (None, None, None) if let Some(grant) = http.grant() => http.clone().with_credentials(grant),
            (Some(key), None, None) => http.clone().with_secret_header("authorization", basic("apikey", &key).expose()),
            (None, Some(id), Some(secret)) => {
                let client = Client { id, secret, shown: Shown::Form };
                let grant = Grant::ClientCredentials { scope: Some("api_v3".into()) };
                http.clone().with_credentials(Arc::new(oauth::tokens(http, "/oauth/token", Some(client), grant)))
            }
            (Some(_), ..) => return bad("Give either `api_key`, or `client_id` and `client_secret`: not both."),
            (None, Some(_), None) => return bad("`client_secret` is missing: it was shown when the OAuth application was made."),
            (None, None, Some(_)) => {
                return bad("`client_id` is missing: Administration → Authentication → OAuth applications shows it.");
            }
            (None, None, None) => {
                return bad(
                    "There is no `api_key`: take it from OpenProject, as the bot's user, Account settings → Access tokens → API.",
                );
            }
        };
        Ok(OpenProject {
            http: signed_in.with_errors(api::read_errors).with_codes(api::read_code),
            askers: Cache::new(10_000, Duration::from_secs(600)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        let actions: Vec<&'static str> = Self::ACTIONS.iter().map(|it| it.spec.name).collect();
        health::features(self, &actions).await
    }
}

/// Where an event's object is: a work package by its number, a project by its identifier.
fn link(base: &str, object: &commands::event::Object) -> Option<String> {
    match object.key.strip_prefix('#') {
        Some(number) => Some(card::url(base, number.parse().ok()?)),
        None => {
            let is_identifier = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'-' | b'_');
            let is_one = !object.key.is_empty() && object.key.bytes().all(is_identifier);
            is_one.then(|| format!("{base}/projects/{}", object.key))
        }
    }
}
