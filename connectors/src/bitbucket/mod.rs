//! Bitbucket, Cloud and Data Center: pull requests first, then all around them.
//!
//! Both editions are behind the same actions: what they hold is [`model`], what they can do is [`vendor`], and each has its own
//! client, [`cloud`] and [`center`]. What Data Center lacks is told by [`Connector::features`]. Neither lets a bot act as
//! somebody else, so all is done by the bot's own account, and what it writes says who asked ([`people`]), unless a person let it in themselves
//! ([`consent`]). Names and pasted
//! links become addresses in [`place`]. Webhooks of both are read in [`webhook`].

use std::time::Duration;

use commands::{ActionDef, Result};

use crate::{
    Accounts, Check, Connector, Features, Hooking, Http, Link, LookupDef, Mine, Missing, Shortcut, Webhook, auth::Consent,
    cache::Cache, standin::Standin,
};

mod branches;
mod commits;
mod downloads;
mod files;
mod hooks;
mod issues;
mod link;
mod pipelines;
mod projects;
mod pulls;
mod repositories;
mod search;
mod tags;
mod tasks;
mod users;

mod health;
mod lookup;
mod webhook;

mod center;
mod cloud;
mod config;
mod consent;
mod lists;
mod model;
mod param;
mod people;
mod place;
mod problem;
mod vendor;

mod standin;

#[cfg(test)]
mod tests;

use vendor::{Api, Only, Vendor};

/// A connected Bitbucket.
pub struct Bitbucket {
    /// At the address of its pages; the clients of its API are in `vendor`.
    http: Http,
    vendor: Vendor,
    /// The workspace, or the project of repositories that are named without one.
    owner: Option<String>,
    /// People who were looked up lately, by what they were called.
    accounts: Cache<String, model::Account>,
}

impl Bitbucket {
    fn api(&self) -> &dyn Api {
        self.vendor.api()
    }
}

impl Connector for Bitbucket {
    const NAME: &str = "bitbucket";
    const TITLE: &str = "Bitbucket";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("pr");
    const SHOW: Option<&str> = Some("show");
    const LINK: Option<Link> = Some(link::of_object);
    type Config = config::Config;
    const ACTIONS: &[ActionDef<Bitbucket>] = &[
        ActionDef::of::<pulls::List>(),
        ActionDef::of::<link::Show>(),
        ActionDef::of::<pulls::Show>(),
        ActionDef::of::<pulls::Create>(),
        ActionDef::of::<pulls::Comment>(),
        ActionDef::of::<pulls::Approve>(),
        ActionDef::of::<pulls::Unapprove>(),
        ActionDef::of::<pulls::RequestChanges>(),
        ActionDef::of::<pulls::Merge>(),
        ActionDef::of::<pulls::Decline>(),
        ActionDef::of::<pulls::Reopen>(),
        ActionDef::of::<pulls::Update>(),
        ActionDef::of::<pulls::AddReviewer>(),
        ActionDef::of::<pulls::RemoveReviewer>(),
        ActionDef::of::<pulls::Comments>(),
        ActionDef::of::<pulls::Files>(),
        ActionDef::of::<pulls::Commits>(),
        ActionDef::of::<tasks::List>(),
        ActionDef::of::<tasks::Add>(),
        ActionDef::of::<tasks::Done>(),
        ActionDef::of::<tasks::Reopen>(),
        ActionDef::of::<link::LinkHere>(),
        ActionDef::of::<link::Unlink>(),
        ActionDef::of::<repositories::List>(),
        ActionDef::of::<repositories::Show>(),
        ActionDef::of::<repositories::Create>(),
        ActionDef::of::<branches::List>(),
        ActionDef::of::<branches::Create>(),
        ActionDef::of::<branches::Delete>(),
        ActionDef::of::<tags::List>(),
        ActionDef::of::<tags::Create>(),
        ActionDef::of::<tags::Delete>(),
        ActionDef::of::<commits::List>(),
        ActionDef::of::<commits::Show>(),
        ActionDef::of::<commits::Statuses>(),
        ActionDef::of::<files::Show>(),
        ActionDef::of::<search::Code>(),
        ActionDef::of::<pipelines::List>(),
        ActionDef::of::<pipelines::Show>(),
        ActionDef::of::<pipelines::Run>(),
        ActionDef::of::<pipelines::Stop>(),
        ActionDef::of::<pipelines::Steps>(),
        ActionDef::of::<pipelines::Log>(),
        ActionDef::of::<downloads::List>(),
        ActionDef::of::<downloads::Get>(),
        ActionDef::of::<downloads::Add>(),
        ActionDef::of::<downloads::Delete>(),
        ActionDef::of::<issues::List>(),
        ActionDef::of::<issues::Show>(),
        ActionDef::of::<issues::Create>(),
        ActionDef::of::<issues::Comment>(),
        ActionDef::of::<issues::Assign>(),
        ActionDef::of::<issues::SetState>(),
        ActionDef::of::<issues::Update>(),
        ActionDef::of::<issues::Delete>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<projects::Workspaces>(),
        ActionDef::of::<users::Me>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<hooks::List>(),
        ActionDef::of::<hooks::Create>(),
        ActionDef::of::<hooks::Delete>(),
    ];
    const LOOKUPS: &[LookupDef<Bitbucket>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "Reviews asked of me", command: "pr list reviewer=me waiting=true limit=5" },
        Mine { title: "My pull requests", command: "pr list author=me limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<Bitbucket>> = Some(|it, whose| Box::pin(people::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Bitbucket issue",
        action: "issue create",
        title_field: Some("title"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<Bitbucket>> = Some(Hooking {
        of: Some("repository"),
        create: |it, wanted| Box::pin(hooks::create(it, wanted)),
        remove: |it, made| Box::pin(hooks::remove(it, made)),
        lasts: None,
    });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: config::Config, http: Http) -> Result<Bitbucket> {
        let (vendor, owner) = config.connect(&http)?;
        let accounts = Cache::new(10_000, Duration::from_secs(600));
        Ok(Bitbucket { http, vendor, owner, accounts })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        let missing = |only: Only, actions: &[&'static str]| {
            actions.iter().map(|action| Missing { action, why: only.why().to_owned() }).collect::<Vec<_>>()
        };
        match &self.vendor {
            Vendor::Cloud(_) => Ok(Features {
                version: Some("Bitbucket Cloud".into()),
                missing: vec![Missing {
                    action: "pr reopen",
                    why: "Bitbucket Cloud cannot reopen a declined pull request. Open a new one from the same branch.".into(),
                }],
            }),
            Vendor::Center(center) => {
                let (_, about) = center.about().await?;
                let name = if about.name.is_empty() { "Bitbucket" } else { &about.name };
                let missing = [
                    missing(Only::Pipelines, pipelines::NAMES),
                    missing(Only::Issues, issues::NAMES),
                    missing(Only::CodeSearch, &["search"]),
                    missing(Only::Workspaces, &["workspace list"]),
                    missing(Only::Downloads, downloads::NAMES),
                ];
                Ok(Features { version: Some(format!("{name} Data Center {}", about.version)), missing: missing.concat() })
            }
        }
    }
}
