//! Jira, Cloud and Data Center: issues and all around them, boards and sprints, and what a team asks of its numbers.
//!
//! The two speak nearly the same. What differs is in one place each: paths and pages in [`api`], people in [`person`],
//! and texts, which people write in Markdown and Jira keeps in its document format ([`adf`], Cloud) or in its markup
//! ([`wiki`], Data Center). Jira lets nobody act for another, so everything is done by the bot's account, and texts that
//! it writes say who asked. Names that people type become ids in [`names`] and [`fields`], and what Jira refuses goes
//! back to the form field it is about in [`problem`]. The vendor's references:
//! <https://developer.atlassian.com/cloud/jira/platform/rest/v3/>,
//! <https://developer.atlassian.com/cloud/jira/software/rest/>,
//! <https://docs.atlassian.com/software/jira/docs/api/REST/latest/>.

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::{
    Accounts, Check, Connector, Features, Hooking, Http, Link, LookupDef, Mine, Poll, Shortcut, Tasks, Webhook,
    auth::{self, Consent},
    standin::Standin,
};

mod attachments;
mod comments;
mod components;
mod filters;
mod groups;
mod issues;
mod links;
mod projects;
mod users;
mod versions;
mod watchers;
mod worklogs;

mod agile;
mod metrics;

mod lookup;
mod poll;
mod tasks;
mod webhook;

mod accounts;
mod adf;
mod api;
mod card;
mod confirm;
mod consent;
mod features;
mod fields;
mod health;
mod hooks;
mod moment;
mod names;
mod param;
mod person;
mod problem;
mod wiki;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// A connected Jira.
pub struct Jira {
    /// To the API; its paths begin with `/rest`.
    http: Http,
    /// What people see of it: where links lead, without a slash at its end.
    site: String,
    deployment: OnceCell<Deployment>,
}

/// Connect a Jira.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Jira is, such as `https://example.atlassian.net` or `https://jira.example.org`.
    pub url: String,
    /// The email address of the bot's Atlassian account (Cloud); nothing for a personal access token of Data Center.
    #[serde(default)]
    pub email: Option<String>,
    /// The bot's API token (Cloud) or personal access token (Data Center).
    #[serde(default)]
    pub token: Option<Secret>,
    /// Cloud: with it people link their own accounts; the client id of an OAuth 2.0 (3LO) app. It needs `api_url`.
    #[serde(default)]
    pub client_id: Option<String>,
    /// That app's secret. Without a token the bot itself comes in by a link, too.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Cloud or Data Center; Jira is asked where you do not say.
    #[serde(default)]
    pub deployment: Option<Deployment>,
    /// Where the API is, when that is elsewhere: `https://api.atlassian.com/ex/jira/CLOUD-ID` for a token with scopes.
    #[serde(default)]
    pub api_url: Option<String>,
    /// Where people agree, and that app's tokens are had.
    #[serde(default = "atlassian")]
    pub auth_url: String,
    /// Seconds between two looks for changes.
    #[serde(default)]
    #[schemars(range(min = 30, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

fn atlassian() -> String {
    "https://auth.atlassian.com".into()
}

/// Which of the two Jiras it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// Atlassian's: REST v3, documents, people by account id.
    Cloud,
    /// One's own server: REST v2, markup, people by user name.
    DataCenter,
}

impl Connector for Jira {
    const NAME: &str = "jira";
    const TITLE: &str = "Jira";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("issue");
    const SHOW: Option<&str> = Some("issue show");
    const LINK: Option<Link> = Some(|base, object| param::is_key(&object.key).then(|| format!("{base}/browse/{}", object.key)));
    type Config = Config;
    const ACTIONS: &[ActionDef<Jira>] = &[
        ActionDef::of::<issues::Create>(),
        ActionDef::of::<issues::Show>(),
        ActionDef::of::<issues::List>(),
        ActionDef::of::<issues::Search>(),
        ActionDef::of::<issues::Jql>(),
        ActionDef::of::<issues::Update>(),
        ActionDef::of::<issues::Assign>(),
        ActionDef::of::<issues::Transition>(),
        ActionDef::of::<issues::Close>(),
        ActionDef::of::<comments::Add>(),
        ActionDef::of::<comments::List>(),
        ActionDef::of::<comments::Edit>(),
        ActionDef::of::<comments::Delete>(),
        ActionDef::of::<issues::Label>(),
        ActionDef::of::<links::Add>(),
        ActionDef::of::<links::Web>(),
        ActionDef::of::<links::Remove>(),
        ActionDef::of::<attachments::Attach>(),
        ActionDef::of::<attachments::Fetch>(),
        ActionDef::of::<attachments::Delete>(),
        ActionDef::of::<watchers::Watch>(),
        ActionDef::of::<watchers::Unwatch>(),
        ActionDef::of::<watchers::List>(),
        ActionDef::of::<worklogs::Log>(),
        ActionDef::of::<worklogs::List>(),
        ActionDef::of::<worklogs::Delete>(),
        ActionDef::of::<issues::History>(),
        ActionDef::of::<issues::Delete>(),
        ActionDef::of::<agile::sprints::List>(),
        ActionDef::of::<agile::sprints::Show>(),
        ActionDef::of::<agile::sprints::Create>(),
        ActionDef::of::<agile::sprints::Update>(),
        ActionDef::of::<agile::sprints::Start>(),
        ActionDef::of::<agile::sprints::Complete>(),
        ActionDef::of::<agile::sprints::Move>(),
        ActionDef::of::<agile::sprints::Delete>(),
        ActionDef::of::<agile::boards::List>(),
        ActionDef::of::<agile::boards::Show>(),
        ActionDef::of::<agile::backlog::List>(),
        ActionDef::of::<agile::backlog::Add>(),
        ActionDef::of::<agile::backlog::Rank>(),
        ActionDef::of::<agile::epics::List>(),
        ActionDef::of::<agile::epics::Show>(),
        ActionDef::of::<agile::epics::Add>(),
        ActionDef::of::<agile::epics::Remove>(),
        ActionDef::of::<metrics::Velocity>(),
        ActionDef::of::<metrics::Commitment>(),
        ActionDef::of::<metrics::Burndown>(),
        ActionDef::of::<metrics::Cycle>(),
        ActionDef::of::<metrics::Backlog>(),
        ActionDef::of::<metrics::Flow>(),
        ActionDef::of::<filters::List>(),
        ActionDef::of::<filters::Run>(),
        ActionDef::of::<filters::Save>(),
        ActionDef::of::<filters::Delete>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Show>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<projects::Delete>(),
        ActionDef::of::<versions::List>(),
        ActionDef::of::<versions::Create>(),
        ActionDef::of::<versions::Release>(),
        ActionDef::of::<versions::Delete>(),
        ActionDef::of::<components::List>(),
        ActionDef::of::<components::Create>(),
        ActionDef::of::<components::Delete>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<users::Show>(),
        ActionDef::of::<users::Me>(),
        ActionDef::of::<groups::List>(),
        ActionDef::of::<groups::Members>(),
        ActionDef::of::<groups::Add>(),
        ActionDef::of::<groups::Remove>(),
    ];
    const LOOKUPS: &[LookupDef<Jira>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "My open issues", command: "issue list assignee=me limit=5" },
        Mine { title: "Issues I reported that are open", command: "issue list reporter=me limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<Jira>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create Jira issue",
        action: "issue create",
        title_field: Some("summary"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<Jira>> = Some(hooks::HOOKING);
    const POLL: Option<Poll<Jira>> = Some(Poll { every: 120, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const TASKS: Option<fn(&Jira) -> &dyn Tasks> = Some(|it| it);
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Jira> {
        let token = config.token.map(|it| it.expose().trim().to_owned()).filter(|it| !it.is_empty());
        let api_url = config.api_url.as_deref().map(str::trim).filter(|it| !it.is_empty());
        if config.client_id.as_deref().is_some_and(|it| !it.trim().is_empty()) && api_url.is_none() {
            return Err(Error::new(
                ErrorKind::BadConfig,
                "`api_url` is missing: what people agree to is good at https://api.atlassian.com/ex/jira/CLOUD-ID alone. The id is what \
                 /_edge/tenant_info below your Jira's address shows.",
            ));
        }
        let grant = http.grant();
        if token.is_none() && grant.is_none() {
            return Err(Error::new(
                ErrorKind::BadConfig,
                "`token` is empty: take an API token from https://id.atlassian.com/manage-profile/security/api-tokens, or on Data \
                 Center a personal access token from your profile.",
            ));
        }
        let email = config.email.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let site = http.base().to_owned();
        let is_atlassians = url::Url::parse(&site).is_ok_and(|it| it.host_str().is_some_and(|it| it.ends_with(".atlassian.net")));
        let deployment = config.deployment.or(is_atlassians.then_some(Deployment::Cloud));
        if deployment == Some(Deployment::Cloud) && email.is_none() && token.is_some() {
            return Err(Error::new(
                ErrorKind::BadConfig,
                "`email` is missing: Jira Cloud takes an API token only together with the email address of its account.",
            ));
        }
        let http = match api_url {
            Some(url) => http.at(url)?,
            None => http,
        };
        let http = match (token, email, grant) {
            (Some(token), Some(email), _) => {
                http.with_secret_header("authorization", auth::basic(email, &Secret::from(token)).expose())
            }
            (Some(token), None, _) => http.with_secret_header("authorization", &format!("Bearer {token}")),
            (None, _, Some(grant)) => http.with_credentials(grant),
            (None, _, None) => http,
        };
        Ok(Jira {
            http: http.with_errors(problem::read_errors).with_codes(problem::read_fields),
            site,
            deployment: OnceCell::new_with(deployment),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        features::ask(self).await
    }
}
