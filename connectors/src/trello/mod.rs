//! Trello: boards, lists, cards and what is on them, and how the work flows.
//!
//! Trello knows no impersonation, so everything is done by the bot's own member, and texts that people write through it say
//! who asked ([`api`]). Names that people type become ids in [`names`], for which a board's lists, labels, members and
//! custom fields come in one batch. What happened is one shape ([`happened`]) whether a webhook or a poll tells it. The
//! vendor's reference: <https://developer.atlassian.com/cloud/trello/rest/>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Hooking, Http, LookupDef, Mine, Poll, Shortcut, Tasks, Webhook, cache::Cache, http::Policy,
    standin::Standin,
};

mod attachments;
mod boards;
mod cards;
mod checklists;
mod comments;
mod fields;
mod labels;
mod lists;
mod members;
mod webhooks;

mod happened;
mod lookup;
mod poll;
mod tasks;
mod webhook;

mod accounts;
mod api;
mod health;
mod names;
mod param;
mod problem;
mod view;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// A connected Trello.
pub struct Trello {
    http: Http,
    api_key: Secret,
    token: Secret,
    /// What is on a board, by its id: people do several things on the same one.
    worlds: Cache<String, Arc<names::World>>,
    /// Members by email address or username, of people who asked for something lately.
    accounts: Cache<String, wire::Member>,
}

/// Connect Trello.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Trello's API is.
    #[serde(default = "cloud")]
    pub url: String,
    /// API key of your Power-Up: trello.com/power-ups/admin → API key.
    pub api_key: Secret,
    /// Token of the bot's member, for that key.
    pub token: Secret,
    /// Seconds between two looks for changes.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

fn cloud() -> String {
    "https://api.trello.com".into()
}

impl Connector for Trello {
    const NAME: &str = "trello";
    const TITLE: &str = "Trello";
    const NOUN: Option<&str> = Some("card");
    const SHOW: Option<&str> = Some("card show");
    const LINKS: Option<fn(&str) -> bool> = Some(names::is_shown);
    const LINK_HOSTS: &[&str] = &["trello.com"];
    type Config = Config;
    const ACTIONS: &[ActionDef<Trello>] = &[
        ActionDef::of::<cards::Create>(),
        ActionDef::of::<cards::Show>(),
        ActionDef::of::<cards::List>(),
        ActionDef::of::<cards::Mine>(),
        ActionDef::of::<cards::Search>(),
        ActionDef::of::<cards::Comment>(),
        ActionDef::of::<cards::Assign>(),
        ActionDef::of::<cards::Unassign>(),
        ActionDef::of::<cards::Move>(),
        ActionDef::of::<cards::Label>(),
        ActionDef::of::<cards::Unlabel>(),
        ActionDef::of::<cards::Due>(),
        ActionDef::of::<cards::Done>(),
        ActionDef::of::<cards::Update>(),
        ActionDef::of::<cards::Archive>(),
        ActionDef::of::<cards::Restore>(),
        ActionDef::of::<cards::Attach>(),
        ActionDef::of::<cards::Copy>(),
        ActionDef::of::<cards::Delete>(),
        ActionDef::of::<attachments::List>(),
        ActionDef::of::<attachments::Download>(),
        ActionDef::of::<attachments::Delete>(),
        ActionDef::of::<comments::List>(),
        ActionDef::of::<comments::Edit>(),
        ActionDef::of::<comments::Delete>(),
        ActionDef::of::<checklists::Show>(),
        ActionDef::of::<checklists::Create>(),
        ActionDef::of::<checklists::Add>(),
        ActionDef::of::<checklists::Tick>(),
        ActionDef::of::<checklists::Rename>(),
        ActionDef::of::<checklists::Remove>(),
        ActionDef::of::<checklists::Delete>(),
        ActionDef::of::<boards::List>(),
        ActionDef::of::<boards::Show>(),
        ActionDef::of::<boards::Create>(),
        ActionDef::of::<boards::Update>(),
        ActionDef::of::<boards::Close>(),
        ActionDef::of::<boards::Reopen>(),
        ActionDef::of::<boards::Members>(),
        ActionDef::of::<boards::Metrics>(),
        ActionDef::of::<boards::Flow>(),
        ActionDef::of::<boards::Activity>(),
        ActionDef::of::<lists::Create>(),
        ActionDef::of::<lists::Rename>(),
        ActionDef::of::<lists::Archive>(),
        ActionDef::of::<lists::Restore>(),
        ActionDef::of::<lists::Move>(),
        ActionDef::of::<labels::List>(),
        ActionDef::of::<labels::Create>(),
        ActionDef::of::<labels::Update>(),
        ActionDef::of::<labels::Delete>(),
        ActionDef::of::<members::Show>(),
        ActionDef::of::<members::Add>(),
        ActionDef::of::<members::Remove>(),
        ActionDef::of::<fields::List>(),
        ActionDef::of::<fields::Set>(),
        ActionDef::of::<fields::Create>(),
        ActionDef::of::<fields::Delete>(),
        ActionDef::of::<webhooks::List>(),
        ActionDef::of::<webhooks::Create>(),
        ActionDef::of::<webhooks::Delete>(),
    ];
    const LOOKUPS: &[LookupDef<Trello>] = lookup::ALL;
    const MINE: &[Mine] = &[Mine { title: "My cards", command: "card mine limit=5" }];
    const ACCOUNTS: Option<Accounts<Trello>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Trello card",
        action: "card create",
        title_field: Some("name"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<Trello>> = Some(webhooks::HOOKING);
    const POLL: Option<Poll<Trello>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const TASKS: Option<fn(&Trello) -> &dyn Tasks> = Some(|it| it);
    /// Trello allows a token 100 requests in 10 seconds.
    const POLICY: Policy = Policy { per_second: 9, ..Policy::USUAL };
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Trello> {
        for (name, secret) in [("api_key", &config.api_key), ("token", &config.token)] {
            let value = secret.expose().trim();
            if value.is_empty() || !value.bytes().all(|it| it.is_ascii_alphanumeric()) {
                return Err(Error::new(
                    ErrorKind::BadConfig,
                    format!(
                        "`{name}` is empty or no Trello key: copy it from trello.com/power-ups/admin, your Power-Up, API key."
                    ),
                ));
            }
        }
        Ok(Trello {
            http: api::signed_in(&http, &config.api_key, &config.token),
            api_key: config.api_key,
            token: config.token,
            worlds: Cache::new(200, Duration::from_secs(30)),
            accounts: Cache::new(10_000, Duration::from_secs(600)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}
