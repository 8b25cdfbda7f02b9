//! Redmine: issues, files, time, projects, versions, people.
//!
//! What a person asks for is done as that person where the bot's key is an administrator's
//! ([`api::Acting`]), so Redmine's own permissions and its journal stay true. Names that people
//! type become Redmine's ids in [`names`] and [`person`], and what Redmine refuses goes back to the
//! form field it is about in [`problem`]. The vendor's reference:
//! <https://www.redmine.org/projects/redmine/wiki/Rest_api>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Accounts, Check, Connector, Http, Link, LookupDef, Mine, Poll, Shortcut, Tasks, Webhook, cache::Cache, standin::Standin,
};

mod attachments;
mod entries;
mod issues;
mod memberships;
mod projects;
mod time;
mod users;
mod versions;

mod lookup;
mod poll;
mod webhook;

mod accounts;
mod api;
mod card;
mod changes;
mod health;
mod names;
mod param;
mod person;
mod problem;
mod wire;

mod standin;

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;

/// A connected Redmine.
pub struct Redmine {
    http: Http,
    switch_user: bool,
    strangers: Strangers,
    /// Accounts by email address or login, of people who asked for something lately.
    accounts: Cache<String, Arc<api::Account>>,
    /// Trackers, statuses and the like, which administrators change now and then.
    catalogue: Cache<&'static str, Arc<Vec<names::Entry>>>,
    /// Projects by the account that saw them lately (0: the bot's) and what they were called.
    projects: Cache<(u64, String), wire::Project>,
    /// Where the workflow lets new issues go.
    offers: Cache<issues::Offer, Option<Vec<wire::Status>>>,
    /// Custom fields of projects' issues, for tasks.
    customs: Cache<u64, Arc<Vec<issues::Custom>>>,
    /// Names and logins of people, for what happened.
    people: Cache<u64, changes::Who>,
}

/// Connect a Redmine.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Redmine is, such as `https://redmine.example.org`.
    pub url: String,
    /// API access key of the bot's user: My account → API access key.
    pub api_key: Secret,
    /// Act as the asking person (`X-Redmine-Switch-User`); needs an administrator's key.
    #[serde(default = "yes")]
    pub switch_user: bool,
    /// What to do for people who have no account in Redmine.
    #[serde(default)]
    pub strangers: Strangers,
    /// Seconds between two looks for changes.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

/// What to do for people who have no account in Redmine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// Act under the bot's own account, and write who asked.
    #[default]
    AsBot,
    /// Do nothing for them.
    Refuse,
}

fn yes() -> bool {
    true
}

impl Connector for Redmine {
    const NAME: &str = "redmine";
    const TITLE: &str = "Redmine";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("issue");
    const SHOW: Option<&str> = Some("issue show");
    const LINK: Option<Link> = Some(|base, object| Some(card::url(base, object.key.strip_prefix('#')?.parse().ok()?)));
    type Config = Config;
    const ACTIONS: &[ActionDef<Redmine>] = &[
        ActionDef::of::<issues::Create>(),
        ActionDef::of::<issues::Show>(),
        ActionDef::of::<issues::List>(),
        ActionDef::of::<issues::Search>(),
        ActionDef::of::<issues::Update>(),
        ActionDef::of::<issues::Assign>(),
        ActionDef::of::<issues::SetStatus>(),
        ActionDef::of::<issues::Close>(),
        ActionDef::of::<issues::Comment>(),
        ActionDef::of::<attachments::Attach>(),
        ActionDef::of::<attachments::Fetch>(),
        ActionDef::of::<time::Log>(),
        ActionDef::of::<time::Report>(),
        ActionDef::of::<entries::List>(),
        ActionDef::of::<entries::Update>(),
        ActionDef::of::<entries::Delete>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Show>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<versions::List>(),
        ActionDef::of::<versions::Create>(),
        ActionDef::of::<versions::Close>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<users::Show>(),
        ActionDef::of::<users::Me>(),
        ActionDef::of::<memberships::List>(),
        ActionDef::of::<memberships::Add>(),
        ActionDef::of::<memberships::Remove>(),
        ActionDef::of::<memberships::Roles>(),
    ];
    const LOOKUPS: &[LookupDef<Redmine>] = lookup::ALL;
    const MINE: &[Mine] = &[Mine { title: "My open issues", command: "issue list assignee=me sort=due limit=5" }];
    const ACCOUNTS: Option<Accounts<Redmine>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Redmine issue",
        action: "issue create",
        title_field: Some("subject"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const TASKS: Option<fn(&Redmine) -> &dyn Tasks> = Some(|it| it);
    const POLL: Option<Poll<Redmine>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Redmine> {
        if config.api_key.expose().trim().is_empty() {
            return Err(Error::new(
                ErrorKind::BadConfig,
                "`api_key` is empty: take it from Redmine, My account → API access key.",
            ));
        }
        Ok(Redmine {
            http: http.with_secret_header("x-redmine-api-key", config.api_key.expose().trim()).with_errors(api::read_errors),
            switch_user: config.switch_user,
            strangers: config.strangers,
            accounts: Cache::new(10_000, Duration::from_secs(600)),
            catalogue: Cache::new(100, Duration::from_secs(300)),
            projects: Cache::new(1_000, Duration::from_secs(30)),
            offers: Cache::new(1_000, Duration::from_secs(30)),
            customs: Cache::new(1_000, Duration::from_secs(60)),
            people: Cache::new(10_000, Duration::from_secs(3600)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}
