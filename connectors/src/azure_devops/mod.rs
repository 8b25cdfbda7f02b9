//! Azure DevOps, the service and the server: work items, pull requests, pipelines with their approvals, repositories, wikis.
//!
//! The API has no way to act for somebody else, so everything is done by the bot's account, and what it writes says who asked
//! ([`api::Acting::sign`]). Work items and pull requests are numbered once in an organization: `42` is enough. Texts of work
//! items are HTML there and Markdown here ([`text`]). The vendor's reference: <https://learn.microsoft.com/rest/api/azure/devops/>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Hooking, Http, Link, LookupDef, Mine, Shortcut, Tasks, Webhook,
    auth::{
        Consent, Credentials, SignIn, basic,
        oauth::{self, Client, Grant, Shown},
    },
    cache::Cache,
    standin::Standin,
};

mod approvals;
mod areas;
mod artifacts;
mod branches;
mod commits;
mod files;
mod hooks;
mod items;
mod link;
mod pipelines;
mod projects;
mod pulls;
mod queries;
mod repositories;
mod runs;
mod show;
mod wiki;

mod lookup;
mod tasks;
mod webhook;

mod accounts;
mod api;
mod confirm;
mod consent;
mod custom;
mod health;
mod list;
mod param;
mod people;
mod problem;
mod text;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// What a token of Entra is for: Azure DevOps, by its number there.
const SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";
const CLOUD: &str = "https://dev.azure.com/";

/// A connected organization of Azure DevOps, or a collection of a server.
pub struct AzureDevOps {
    http: Http,
    /// Where people are found.
    identities: Http,
    search: Http,
    /// Readies a client for another of Azure DevOps' own servers: with who asks, and with how it refuses.
    prepare: Box<dyn Fn(Http) -> Http + Send + Sync>,
    /// The project of commands that name none.
    project: Option<String>,
    /// People by what they were called lately.
    people: Cache<String, wire::Identity>,
}

/// Connect an organization of Azure DevOps, or a collection of a server of your own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The organization, such as `https://dev.azure.com/example`; of a server the collection's address.
    pub url: String,
    /// A personal access token of the bot's user; none with an app of Microsoft Entra.
    #[serde(default)]
    pub token: Option<Secret>,
    /// With an app of Microsoft Entra instead of a token: its directory's (tenant's) id.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The app's client id.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The app's client secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// How the app signs in for the bot itself; people who link their accounts come in by a link anyway.
    #[serde(default)]
    pub sign_in: SignIn,
    /// The project of commands that name none.
    #[serde(default)]
    pub project: Option<String>,
    /// Where people are found; known for the cloud, and the collection itself on a server.
    #[serde(default)]
    pub identity_url: Option<String>,
    /// Where work items are searched; known for the cloud, and the collection itself on a server.
    #[serde(default)]
    pub search_url: Option<String>,
    /// Where the app's tokens come from, in another cloud than the public one.
    #[serde(default = "login")]
    pub login_url: String,
}

fn login() -> String {
    "https://login.microsoftonline.com".into()
}

impl Connector for AzureDevOps {
    const NAME: &str = "azure-devops";
    const TITLE: &str = "Azure DevOps";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("item");
    const SHOW: Option<&str> = Some("show");
    const LINK: Option<Link> = Some(param::link);
    type Config = Config;
    const ACTIONS: &[ActionDef<AzureDevOps>] = &[
        ActionDef::of::<show::Show>(),
        ActionDef::of::<items::Create>(),
        ActionDef::of::<items::Show>(),
        ActionDef::of::<items::List>(),
        ActionDef::of::<items::Query>(),
        ActionDef::of::<items::Search>(),
        ActionDef::of::<items::Update>(),
        ActionDef::of::<items::Assign>(),
        ActionDef::of::<items::SetState>(),
        ActionDef::of::<items::Comment>(),
        ActionDef::of::<items::Comments>(),
        ActionDef::of::<items::History>(),
        ActionDef::of::<files::Attach>(),
        ActionDef::of::<files::List>(),
        ActionDef::of::<files::Fetch>(),
        ActionDef::of::<files::Delete>(),
        ActionDef::of::<items::Connect>(),
        ActionDef::of::<items::Unlink>(),
        ActionDef::of::<items::Delete>(),
        ActionDef::of::<items::Restore>(),
        ActionDef::of::<queries::List>(),
        ActionDef::of::<queries::Run>(),
        ActionDef::of::<areas::List>(),
        ActionDef::of::<pulls::List>(),
        ActionDef::of::<pulls::Show>(),
        ActionDef::of::<pulls::Create>(),
        ActionDef::of::<pulls::Approve>(),
        ActionDef::of::<pulls::Vote>(),
        ActionDef::of::<pulls::Complete>(),
        ActionDef::of::<pulls::Checks>(),
        ActionDef::of::<pulls::Recheck>(),
        ActionDef::of::<pulls::Files>(),
        ActionDef::of::<pulls::Commits>(),
        ActionDef::of::<pulls::Threads>(),
        ActionDef::of::<pulls::Resolve>(),
        ActionDef::of::<pulls::Items>(),
        ActionDef::of::<pulls::Connect>(),
        ActionDef::of::<pulls::Update>(),
        ActionDef::of::<pulls::Abandon>(),
        ActionDef::of::<pulls::Reactivate>(),
        ActionDef::of::<pulls::Draft>(),
        ActionDef::of::<pulls::Publish>(),
        ActionDef::of::<pulls::Comment>(),
        ActionDef::of::<pulls::Review>(),
        ActionDef::of::<pulls::Dismiss>(),
        ActionDef::of::<pipelines::List>(),
        ActionDef::of::<pipelines::Run>(),
        ActionDef::of::<runs::List>(),
        ActionDef::of::<runs::Show>(),
        ActionDef::of::<runs::Cancel>(),
        ActionDef::of::<runs::Retry>(),
        ActionDef::of::<artifacts::Log>(),
        ActionDef::of::<artifacts::List>(),
        ActionDef::of::<artifacts::Download>(),
        ActionDef::of::<approvals::List>(),
        ActionDef::of::<approvals::Approve>(),
        ActionDef::of::<approvals::Reject>(),
        ActionDef::of::<repositories::List>(),
        ActionDef::of::<repositories::Show>(),
        ActionDef::of::<link::LinkHere>(),
        ActionDef::of::<link::Unlink>(),
        ActionDef::of::<branches::List>(),
        ActionDef::of::<branches::Create>(),
        ActionDef::of::<branches::Delete>(),
        ActionDef::of::<commits::List>(),
        ActionDef::of::<commits::Show>(),
        ActionDef::of::<wiki::Show>(),
        ActionDef::of::<wiki::Append>(),
        ActionDef::of::<wiki::Create>(),
        ActionDef::of::<wiki::Update>(),
        ActionDef::of::<wiki::List>(),
        ActionDef::of::<projects::List>(),
    ];
    const LOOKUPS: &[LookupDef<AzureDevOps>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "Pull requests that wait for my review", command: "pr list reviewer=me limit=5" },
        Mine { title: "My work items", command: "item list assignee=me limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<AzureDevOps>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create work item",
        action: "item create",
        title_field: Some("title"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<AzureDevOps>> = Some(Hooking {
        of: Some("project"),
        create: |it, wanted| Box::pin(hooks::create(it, wanted)),
        remove: |it, made| Box::pin(hooks::remove(it, made)),
        lasts: None,
    });
    const TASKS: Option<fn(&AzureDevOps) -> &dyn Tasks> = Some(|it| it);
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<AzureDevOps> {
        let bad = |message: &str| Error::new(ErrorKind::BadConfig, message);
        let token = config.token.filter(|it| !it.expose().trim().is_empty());
        // By a link the app is for people; the bot has a token, or what somebody agreed to.
        let app = match config.sign_in {
            SignIn::App => (config.tenant, config.client_id, config.client_secret),
            SignIn::Link => (None, None, None),
        };
        // Either of them is told the same way: in the header `Authorization`.
        let authorize: Box<dyn Fn(Http) -> Http + Send + Sync> = match (token, app) {
            (Some(token), (None, None, None)) => {
                let token = Secret::from(token.expose().trim().to_owned());
                Box::new(move |http| http.with_secret_header("authorization", basic("", &token).expose()))
            }
            (None, (Some(tenant), Some(id), Some(secret))) => {
                let client = Client { id: id.trim().to_owned(), secret, shown: Shown::Form };
                let grant = Grant::ClientCredentials { scope: Some(SCOPE.into()) };
                let path = format!("/{}/oauth2/v2.0/token", api::segment(tenant.trim()));
                let tokens: Arc<dyn Credentials> =
                    Arc::new(oauth::tokens(http.at(&config.login_url)?, &path, Some(client), grant));
                Box::new(move |http| http.with_credentials(tokens.clone()))
            }
            (None, (None, None, None)) if let Some(grant) = http.grant() => {
                Box::new(move |http| http.with_credentials(grant.clone()))
            }
            (Some(_), _) => {
                return Err(bad("There is a `token` and an app of Entra as well: leave one of them out."));
            }
            (None, _) => {
                return Err(bad(
                    "Give the connection a `token` (User settings → Personal access tokens), or `tenant`, `client_id` and \
                     `client_secret` of an app of Microsoft Entra.",
                ));
            }
        };
        let elsewhere = |given: Option<String>, host: &str| {
            let organization = config.url.trim().strip_prefix(CLOUD).map(|it| it.trim_matches('/'));
            let known = organization.map(|it| format!("https://{host}.dev.azure.com/{it}"));
            given.filter(|it| !it.trim().is_empty()).or(known)
        };
        let other = |given: Option<String>, host: &str| match elsewhere(given, host) {
            Some(address) => http.at(&address),
            None => Ok(http.clone()),
        };
        let prepare = move |http: Http| authorize(http.with_errors(api::read_errors).with_codes(api::read_code));
        Ok(AzureDevOps {
            identities: prepare(other(config.identity_url, "vssps")?),
            search: prepare(other(config.search_url, "almsearch")?),
            http: prepare(http),
            prepare: Box::new(prepare),
            project: config.project.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()),
            people: Cache::new(10_000, Duration::from_secs(600)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}
