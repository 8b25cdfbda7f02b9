//! Notion: pages, databases, comments, people.
//!
//! A database's rows are pages with typed properties: what people type (`Status=Doing`) becomes a value or a filter of the
//! property's type in [`property`], by the schema of the data source that holds it (API version 2025-09-03). A page's
//! content is blocks; people read and write Markdown ([`markdown`]). Everything is done by the integration, so that texts
//! say who asked. The vendor's reference: <https://developers.notion.com/reference/intro>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Http, LookupDef, Mine, Poll, Shortcut, Webhook, auth::Consent, cache::Cache, http::Policy,
    standin::Standin,
};

mod comments;
mod databases;
mod pages;
mod schema;
mod todos;
mod trash;
mod users;

mod lookup;
mod poll;
mod webhook;

mod api;
mod blocks;
mod consent;
mod health;
mod markdown;
mod names;
mod param;
mod problem;
mod property;
mod view;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// The version of the API that this is written for: <https://developers.notion.com/reference/versioning>.
const VERSION: &str = "2025-09-03";

/// A connected Notion workspace.
pub struct Notion {
    http: Http,
    /// The workspace's people, of a moment ago.
    people: Cache<(), Arc<Vec<wire::User>>>,
    /// Data sources with their schemas, by id.
    sources: Cache<String, Arc<wire::Source>>,
}

/// Connect a Notion workspace.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Notion's API is.
    #[serde(default = "cloud")]
    pub url: String,
    /// Secret of the internal integration: notion.so/profile/integrations.
    #[serde(default)]
    pub token: Option<Secret>,
    /// In place of a secret, to come in by a link: the OAuth client id of a public integration.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The public integration's OAuth client secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Seconds between two looks for changes.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

fn cloud() -> String {
    "https://api.notion.com".into()
}

impl Connector for Notion {
    const NAME: &str = "notion";
    const TITLE: &str = "Notion";
    const NOUN: Option<&str> = Some("page");
    const SHOW: Option<&str> = Some("page show");
    const LINKS: Option<fn(&str) -> bool> = Some(names::is_page);
    const LINK_HOSTS: &[&str] = &["www.notion.so", "notion.so"];
    type Config = Config;
    const ACTIONS: &[ActionDef<Notion>] = &[
        ActionDef::of::<pages::Create>(),
        ActionDef::of::<pages::Show>(),
        ActionDef::of::<pages::Search>(),
        ActionDef::of::<pages::Mine>(),
        ActionDef::of::<pages::Update>(),
        ActionDef::of::<pages::Append>(),
        ActionDef::of::<pages::Attach>(),
        ActionDef::of::<comments::Add>(),
        ActionDef::of::<comments::List>(),
        ActionDef::of::<comments::ReplyTo>(),
        ActionDef::of::<todos::List>(),
        ActionDef::of::<todos::Tick>(),
        ActionDef::of::<pages::Move>(),
        ActionDef::of::<pages::Archive>(),
        ActionDef::of::<pages::Restore>(),
        ActionDef::of::<databases::List>(),
        ActionDef::of::<databases::Show>(),
        ActionDef::of::<databases::Query>(),
        ActionDef::of::<schema::Create>(),
        ActionDef::of::<schema::Update>(),
        ActionDef::of::<trash::Archive>(),
        ActionDef::of::<trash::Restore>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<users::Me>(),
    ];
    const LOOKUPS: &[LookupDef<Notion>] = lookup::ALL;
    const MINE: &[Mine] = &[Mine { title: "My tasks", command: "page mine limit=5" }];
    const ACCOUNTS: Option<Accounts<Notion>> = Some(|it, whose| Box::pin(users::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Notion page",
        action: "page create",
        title_field: Some("title"),
        text_field: Some("content"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const POLL: Option<Poll<Notion>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    /// Notion allows an integration three requests a second, on average.
    const POLICY: Policy = Policy { per_second: 3, ..Policy::USUAL };
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Notion> {
        let token = config.token.map(|it| it.expose().trim().to_owned()).filter(|it| !it.is_empty());
        let http = match (token, http.grant()) {
            (Some(token), _) => http.with_secret_header("authorization", &format!("Bearer {token}")),
            (None, Some(grant)) => http.with_credentials(grant),
            (None, None) => {
                let message = "`token` is empty: take the integration's secret from notion.so/profile/integrations; or give `client_id` and \
                               `client_secret` of a public integration, to come in by a link.";
                return Err(Error::new(ErrorKind::BadConfig, message));
            }
        };
        Ok(Notion {
            http: http.with_errors(api::read_errors).with_codes(api::read_code),
            people: Cache::new(100, Duration::from_secs(300)),
            sources: Cache::new(500, Duration::from_secs(30)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}
