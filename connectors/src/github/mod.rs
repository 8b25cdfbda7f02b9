//! GitHub: issues, pull requests, Actions, deployments, releases, and how a team fares. GitHub.com and Enterprise Server.
//!
//! The bot acts as itself, an App or an account of its own, or as a person who let it in ([`consent`]). So
//! that the former gives nobody more than they have, what a person asks for is held against what their own account may do in
//! that repository ([`access`]), and what the bot writes says who asked. REST where it is enough; GraphQL for what only
//! it tells or does (review decisions, threads, merge queues) and for figures over many objects ([`metrics`]). The
//! vendor's reference: <https://docs.github.com/en/rest>.

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Accounts, Check, Connector, Features, Hooking, Http, LookupDef, Mine, Poll, Shortcut, Tasks, Webhook, auth::Consent,
    cache::Cache, standin::Standin,
};

mod alerts;
mod branches;
mod commits;
mod deployments;
mod files;
mod issues;
mod labels;
mod link;
mod metrics;
mod milestones;
mod pulls;
mod releases;
mod repos;
mod runs;
mod search;
mod show;
mod tags;
mod users;
mod workflows;

mod hooks;
mod lookup;
mod poll;
mod tasks;
mod webhook;

mod access;
mod accounts;
mod api;
mod app;
mod artifacts;
mod card;
mod consent;
mod health;
mod moved;
mod param;
mod place;
mod problem;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// A connected GitHub.
pub struct GitHub {
    http: Http,
    /// The same account at the address of GraphQL.
    graphql: Http,
    /// Who the bot is, where it is an App.
    app: Option<Arc<app::App>>,
    /// Where people see it, without a slash at the end.
    site: String,
    /// The repository that is meant where a command names none.
    repo: Option<place::RepoName>,
    strangers: Strangers,
    check_access: bool,
    watch: Vec<String>,
    /// Logins by email address, of people who asked for something or were named lately.
    logins: Cache<String, Option<String>>,
}

/// Connect GitHub, or a GitHub Enterprise Server.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the API is: `https://api.github.com`, or `https://github.example.org/api/v3` of an Enterprise Server.
    #[serde(default = "cloud")]
    pub url: String,
    /// Personal access token of the bot's account; none for a GitHub App.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The GitHub App's client id or number, from its settings page.
    #[serde(default)]
    pub app_id: Option<String>,
    /// The GitHub App's private key: the whole `.pem` file.
    #[serde(default)]
    pub private_key: Option<Secret>,
    /// Which installation of the App, where it has several: the number at the end of the installation's address.
    #[serde(default)]
    pub installation_id: Option<u64>,
    /// With it people link their own accounts: the client id of an OAuth app, or of the GitHub App.
    #[serde(default)]
    pub client_id: Option<String>,
    /// That app's client secret. Without a token or an App the bot itself comes in by a link, too.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// The repository that is meant where a command names none: `octo/widgets`.
    #[serde(default)]
    pub repo: Option<String>,
    /// What to do for people whose GitHub account is not known.
    #[serde(default)]
    pub strangers: Strangers,
    /// Do for people only what their own GitHub account may do in the repository.
    #[serde(default = "yes")]
    pub check_access: bool,
    /// Repositories (`octo/widgets`) or organizations (`octo`) whose events are asked for, where no webhook can reach the bot.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Seconds between two looks for events of those.
    #[serde(default)]
    #[schemars(range(min = 60, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

/// What to do for people whose GitHub account is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// Act for them too, but approve nothing: nobody could say that they do not approve their own.
    #[default]
    AsBot,
    /// Do nothing for them.
    Refuse,
}

fn cloud() -> String {
    "https://api.github.com".into()
}

fn yes() -> bool {
    true
}

impl Connector for GitHub {
    const NAME: &str = "github";
    const TITLE: &str = "GitHub";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("issue");
    const SHOW: Option<&str> = Some("show");
    const SITE: fn(&str) -> String = api::site;
    type Config = Config;
    const ACTIONS: &[ActionDef<GitHub>] = &[
        ActionDef::of::<show::Show>(),
        ActionDef::of::<issues::Create>(),
        ActionDef::of::<issues::Show>(),
        ActionDef::of::<issues::List>(),
        ActionDef::of::<issues::Search>(),
        ActionDef::of::<issues::Comment>(),
        ActionDef::of::<issues::Assign>(),
        ActionDef::of::<issues::Label>(),
        ActionDef::of::<issues::Unlabel>(),
        ActionDef::of::<issues::Update>(),
        ActionDef::of::<issues::Close>(),
        ActionDef::of::<issues::Reopen>(),
        ActionDef::of::<issues::React>(),
        ActionDef::of::<issues::Lock>(),
        ActionDef::of::<issues::Unlock>(),
        ActionDef::of::<issues::Transfer>(),
        ActionDef::of::<pulls::Show>(),
        ActionDef::of::<pulls::List>(),
        ActionDef::of::<pulls::Create>(),
        ActionDef::of::<pulls::Comment>(),
        ActionDef::of::<pulls::Approve>(),
        ActionDef::of::<pulls::RequestChanges>(),
        ActionDef::of::<pulls::Review>(),
        ActionDef::of::<pulls::Ask>(),
        ActionDef::of::<pulls::Dismiss>(),
        ActionDef::of::<pulls::Merge>(),
        ActionDef::of::<pulls::AutoMerge>(),
        ActionDef::of::<pulls::Queue>(),
        ActionDef::of::<pulls::UpdateBranch>(),
        ActionDef::of::<pulls::Update>(),
        ActionDef::of::<pulls::Assign>(),
        ActionDef::of::<pulls::Label>(),
        ActionDef::of::<pulls::Unlabel>(),
        ActionDef::of::<pulls::Close>(),
        ActionDef::of::<pulls::Reopen>(),
        ActionDef::of::<pulls::Ready>(),
        ActionDef::of::<pulls::Draft>(),
        ActionDef::of::<pulls::Checks>(),
        ActionDef::of::<pulls::Files>(),
        ActionDef::of::<pulls::Commits>(),
        ActionDef::of::<pulls::Threads>(),
        ActionDef::of::<pulls::Resolve>(),
        ActionDef::of::<runs::List>(),
        ActionDef::of::<runs::Show>(),
        ActionDef::of::<runs::Rerun>(),
        ActionDef::of::<runs::RerunFailed>(),
        ActionDef::of::<runs::Cancel>(),
        ActionDef::of::<runs::Approve>(),
        ActionDef::of::<runs::Log>(),
        ActionDef::of::<artifacts::List>(),
        ActionDef::of::<artifacts::Download>(),
        ActionDef::of::<workflows::List>(),
        ActionDef::of::<workflows::Run>(),
        ActionDef::of::<workflows::Enable>(),
        ActionDef::of::<workflows::Disable>(),
        ActionDef::of::<deployments::List>(),
        ActionDef::of::<deployments::Pending>(),
        ActionDef::of::<deployments::Approve>(),
        ActionDef::of::<deployments::Reject>(),
        ActionDef::of::<deployments::Create>(),
        ActionDef::of::<deployments::SetStatus>(),
        ActionDef::of::<releases::List>(),
        ActionDef::of::<releases::Show>(),
        ActionDef::of::<releases::Create>(),
        ActionDef::of::<releases::Update>(),
        ActionDef::of::<releases::Notes>(),
        ActionDef::of::<releases::Publish>(),
        ActionDef::of::<releases::Delete>(),
        ActionDef::of::<alerts::List>(),
        ActionDef::of::<alerts::Show>(),
        ActionDef::of::<alerts::Dismiss>(),
        ActionDef::of::<alerts::Reopen>(),
        ActionDef::of::<search::Code>(),
        ActionDef::of::<search::Repos>(),
        ActionDef::of::<search::Commits>(),
        ActionDef::of::<repos::List>(),
        ActionDef::of::<repos::Show>(),
        ActionDef::of::<link::LinkHere>(),
        ActionDef::of::<link::Unlink>(),
        ActionDef::of::<branches::List>(),
        ActionDef::of::<branches::Create>(),
        ActionDef::of::<branches::Delete>(),
        ActionDef::of::<tags::List>(),
        ActionDef::of::<tags::Create>(),
        ActionDef::of::<tags::Delete>(),
        ActionDef::of::<files::Show>(),
        ActionDef::of::<commits::List>(),
        ActionDef::of::<commits::Show>(),
        ActionDef::of::<commits::Compare>(),
        ActionDef::of::<labels::List>(),
        ActionDef::of::<labels::Create>(),
        ActionDef::of::<labels::Delete>(),
        ActionDef::of::<milestones::List>(),
        ActionDef::of::<milestones::Create>(),
        ActionDef::of::<milestones::Close>(),
        ActionDef::of::<metrics::Pulls>(),
        ActionDef::of::<metrics::Issues>(),
        ActionDef::of::<metrics::Commits>(),
        ActionDef::of::<users::Show>(),
        ActionDef::of::<users::Me>(),
    ];
    const LOOKUPS: &[LookupDef<GitHub>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "Reviews asked of me", command: "pr list reviewer=me limit=5" },
        Mine { title: "My open pull requests", command: "pr list author=me limit=5" },
        Mine { title: "My open issues", command: "issue list assignee=me limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<GitHub>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create GitHub issue",
        action: "issue create",
        title_field: Some("title"),
        text_field: Some("body"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<GitHub>> = Some(hooks::HOOKING);
    const TASKS: Option<fn(&GitHub) -> &dyn Tasks> = Some(|it| it);
    const POLL: Option<Poll<GitHub>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<GitHub> {
        let bad = |message: &str| Error::new(ErrorKind::BadConfig, message);
        let filled = |it: &Option<Secret>| it.as_ref().is_some_and(|it| !it.expose().trim().is_empty());
        let http = http.with_errors(problem::read_errors).with_codes(problem::read_code);
        let graphql = http.at(&api::graphql_base(http.base()))?.with_errors(problem::read_errors).with_codes(problem::read_code);
        let has_app = config.app_id.is_some() || config.private_key.is_some();
        let grant = http.grant().filter(|_| !filled(&config.token) && !has_app);
        let (http, graphql, app) = match (&config.token, &config.app_id, &config.private_key) {
            _ if let Some(grant) = grant.clone() => (http.with_credentials(grant.clone()), graphql.with_credentials(grant), None),
            (Some(token), None, None) if filled(&config.token) => {
                let header = format!("Bearer {}", token.expose().trim());
                (http.with_secret_header("authorization", &header), graphql.with_secret_header("authorization", &header), None)
            }
            (_, Some(id), Some(key)) if !filled(&config.token) && !id.trim().is_empty() => {
                let app = Arc::new(app::App::new(http.clone(), id.trim(), key, config.installation_id)?);
                let tokens = app::tokens(app.clone());
                (http.with_credentials(tokens.clone()), graphql.with_credentials(tokens), Some(app))
            }
            _ => {
                return Err(bad(
                    "Give either `token` (of the bot's account), or `app_id` and `private_key` (of a GitHub App), or `client_id` and \
                     `client_secret` (of an OAuth app, to come in by a link); the page of this connector says how to get them.",
                ));
            }
        };
        let repo = match config.repo.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(text) => Some(place::RepoName::parse(text).ok_or_else(|| {
                bad(&format!("`repo` is `{text}`, which is no repository. Write it as owner/name, such as octo/widgets."))
            })?),
            None => None,
        };
        for text in &config.watch {
            if place::RepoName::parse(text).is_none() && !place::is_login(text.trim()) {
                let message = format!("`watch` has `{text}`. Write repositories as owner/name, and organizations by their name.");
                return Err(bad(&message));
            }
        }
        Ok(GitHub {
            site: api::site(http.base()),
            http,
            graphql,
            app,
            repo,
            strangers: config.strangers,
            check_access: config.check_access,
            watch: config
                .watch
                .iter()
                .map(|it| place::RepoName::parse(it).map_or_else(|| it.trim().to_owned(), |it| it.to_string()))
                .collect(),
            logins: Cache::new(10_000, Duration::from_secs(600)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        health::features(self).await
    }

    async fn ends(&self) -> Result<Option<Date>> {
        health::ends(self).await
    }
}
