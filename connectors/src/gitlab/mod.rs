//! GitLab: issues, merge requests, pipelines, jobs and schedules, environments and deployments, releases, milestones, labels,
//! branches, tags, commits, members.
//!
//! Objects are written as GitLab's own texts write them (`demo/printer#4`, `demo/printer!2`) or pasted as links; [`param`]
//! reads both. What is asked for is done by the bot's token or, on a GitLab of one's own, as the person ([`api::Acting`]).
//! The vendor's reference: <https://docs.gitlab.com/api/rest/>.

use std::time::Duration;

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Features, Hooking, Http, Link, LookupDef, Mine, Shortcut, Tasks, Webhook, auth::Consent,
    cache::Cache, standin::Standin,
};

mod artifacts;
mod branches;
mod commits;
mod deployments;
mod environments;
mod issues;
mod jobs;
mod labels;
mod link;
mod members;
mod merge_requests;
mod milestones;
mod pipelines;
mod projects;
mod releases;
mod schedules;
mod search;
mod show;
mod tags;

mod hooks;
mod lookup;
mod tasks;
mod webhook;

mod accounts;
mod api;
mod card;
mod confirm;
mod consent;
mod health;
mod list;
mod names;
mod param;
mod problem;
mod wire;

mod standin;

#[cfg(test)]
mod tests;

/// A connected GitLab.
pub struct GitLab {
    /// At GitLab's first page; the API is below `/api`.
    http: Http,
    sudo: bool,
    /// The project of numbers that stand alone.
    project: Option<String>,
    /// People by what they were called lately.
    people: Cache<String, wire::User>,
}

/// Connect a GitLab, GitLab.com or your own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where GitLab is: <https://gitlab.com>, or your own, such as `https://gitlab.example.org`.
    #[serde(default = "gitlab_com")]
    pub url: String,
    /// An access token with the scope `api`: a group's or project's own, or a user's.
    #[serde(default)]
    pub token: Option<Secret>,
    /// With it people link their own accounts: the application id of an OAuth application.
    #[serde(default)]
    pub client_id: Option<String>,
    /// That application's secret. Without a token the bot itself comes in by a link, too.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// The project that numbers without one belong to, such as `demo/printer`.
    #[serde(default)]
    pub project: Option<String>,
    /// Act as the person who asks; needs an administrator's token with the scope `sudo`, on a GitLab of your own.
    #[serde(default)]
    pub sudo: bool,
}

fn gitlab_com() -> String {
    "https://gitlab.com".into()
}

impl Connector for GitLab {
    const NAME: &str = "gitlab";
    const TITLE: &str = "GitLab";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("issue");
    const SHOW: Option<&str> = Some("show");
    const LINK: Option<Link> = Some(param::link);
    type Config = Config;
    const ACTIONS: &[ActionDef<GitLab>] = &[
        ActionDef::of::<show::Show>(),
        ActionDef::of::<issues::Create>(),
        ActionDef::of::<issues::Show>(),
        ActionDef::of::<issues::List>(),
        ActionDef::of::<issues::Update>(),
        ActionDef::of::<issues::Comment>(),
        ActionDef::of::<issues::Assign>(),
        ActionDef::of::<issues::Close>(),
        ActionDef::of::<issues::Reopen>(),
        ActionDef::of::<issues::Label>(),
        ActionDef::of::<issues::Connect>(),
        ActionDef::of::<issues::Move>(),
        ActionDef::of::<issues::Spend>(),
        ActionDef::of::<issues::Estimate>(),
        ActionDef::of::<issues::Delete>(),
        ActionDef::of::<merge_requests::List>(),
        ActionDef::of::<merge_requests::Show>(),
        ActionDef::of::<merge_requests::Create>(),
        ActionDef::of::<merge_requests::Update>(),
        ActionDef::of::<merge_requests::Approve>(),
        ActionDef::of::<merge_requests::Unapprove>(),
        ActionDef::of::<merge_requests::Merge>(),
        ActionDef::of::<merge_requests::Checks>(),
        ActionDef::of::<merge_requests::Changes>(),
        ActionDef::of::<merge_requests::Rebase>(),
        ActionDef::of::<merge_requests::Comment>(),
        ActionDef::of::<merge_requests::Threads>(),
        ActionDef::of::<merge_requests::Answer>(),
        ActionDef::of::<merge_requests::Resolve>(),
        ActionDef::of::<merge_requests::Unresolve>(),
        ActionDef::of::<merge_requests::Assign>(),
        ActionDef::of::<merge_requests::Review>(),
        ActionDef::of::<merge_requests::Label>(),
        ActionDef::of::<merge_requests::Draft>(),
        ActionDef::of::<merge_requests::Ready>(),
        ActionDef::of::<merge_requests::Close>(),
        ActionDef::of::<merge_requests::Reopen>(),
        ActionDef::of::<pipelines::List>(),
        ActionDef::of::<pipelines::Show>(),
        ActionDef::of::<pipelines::Run>(),
        ActionDef::of::<pipelines::Retry>(),
        ActionDef::of::<pipelines::Cancel>(),
        ActionDef::of::<pipelines::Delete>(),
        ActionDef::of::<jobs::List>(),
        ActionDef::of::<jobs::Show>(),
        ActionDef::of::<jobs::Log>(),
        ActionDef::of::<jobs::Play>(),
        ActionDef::of::<jobs::Retry>(),
        ActionDef::of::<jobs::Cancel>(),
        ActionDef::of::<deployments::List>(),
        ActionDef::of::<deployments::Show>(),
        ActionDef::of::<deployments::Approve>(),
        ActionDef::of::<deployments::Reject>(),
        ActionDef::of::<environments::List>(),
        ActionDef::of::<environments::Show>(),
        ActionDef::of::<environments::Stop>(),
        ActionDef::of::<schedules::List>(),
        ActionDef::of::<schedules::Show>(),
        ActionDef::of::<schedules::Run>(),
        ActionDef::of::<schedules::Create>(),
        ActionDef::of::<schedules::Update>(),
        ActionDef::of::<schedules::Enable>(),
        ActionDef::of::<schedules::Disable>(),
        ActionDef::of::<schedules::Own>(),
        ActionDef::of::<schedules::Delete>(),
        ActionDef::of::<artifacts::List>(),
        ActionDef::of::<artifacts::Download>(),
        ActionDef::of::<artifacts::Keep>(),
        ActionDef::of::<releases::List>(),
        ActionDef::of::<releases::Show>(),
        ActionDef::of::<releases::Create>(),
        ActionDef::of::<releases::Update>(),
        ActionDef::of::<releases::Delete>(),
        ActionDef::of::<milestones::List>(),
        ActionDef::of::<milestones::Show>(),
        ActionDef::of::<milestones::Create>(),
        ActionDef::of::<milestones::Update>(),
        ActionDef::of::<milestones::Close>(),
        ActionDef::of::<milestones::Reopen>(),
        ActionDef::of::<milestones::Delete>(),
        ActionDef::of::<labels::List>(),
        ActionDef::of::<labels::Create>(),
        ActionDef::of::<labels::Update>(),
        ActionDef::of::<labels::Delete>(),
        ActionDef::of::<branches::List>(),
        ActionDef::of::<branches::Create>(),
        ActionDef::of::<branches::Protect>(),
        ActionDef::of::<branches::Unprotect>(),
        ActionDef::of::<branches::Delete>(),
        ActionDef::of::<tags::List>(),
        ActionDef::of::<tags::Create>(),
        ActionDef::of::<tags::Delete>(),
        ActionDef::of::<commits::List>(),
        ActionDef::of::<commits::Show>(),
        ActionDef::of::<commits::Comment>(),
        ActionDef::of::<commits::Revert>(),
        ActionDef::of::<commits::Pick>(),
        ActionDef::of::<members::List>(),
        ActionDef::of::<members::Add>(),
        ActionDef::of::<members::Update>(),
        ActionDef::of::<members::Remove>(),
        ActionDef::of::<projects::List>(),
        ActionDef::of::<projects::Show>(),
        ActionDef::of::<link::LinkHere>(),
        ActionDef::of::<link::Unlink>(),
        ActionDef::of::<search::Search>(),
    ];
    const LOOKUPS: &[LookupDef<GitLab>] = lookup::ALL;
    const MINE: &[Mine] = &[
        Mine { title: "Merge requests that wait for my review", command: "mr list reviewer=me limit=5" },
        Mine { title: "My merge requests", command: "mr list author=me limit=5" },
        Mine { title: "My open issues", command: "issue list assignee=me limit=5" },
    ];
    const ACCOUNTS: Option<Accounts<GitLab>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] = &[Shortcut {
        label: "Create GitLab issue",
        action: "issue create",
        title_field: Some("title"),
        text_field: Some("description"),
    }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<GitLab>> = Some(hooks::HOOKING);
    const TASKS: Option<fn(&GitLab) -> &dyn Tasks> = Some(|it| it);
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<GitLab> {
        let token = config.token.map(|it| it.expose().trim().to_owned()).filter(|it| !it.is_empty());
        let http = match (token, http.grant()) {
            (Some(token), _) => http.with_secret_header("private-token", &token),
            (None, Some(grant)) => http.with_credentials(grant),
            (None, None) => {
                return Err(Error::new(
                    ErrorKind::BadConfig,
                    "`token` is empty. Make one in GitLab, under Settings → Access tokens of the group or project, with the scope `api`; or \
                     give `client_id` and `client_secret` of an OAuth application, to come in by a link.",
                ));
            }
        };
        Ok(GitLab {
            http: http.with_errors(api::read_errors).with_codes(api::read_code),
            sudo: config.sudo,
            project: config.project.map(|it| it.trim().trim_matches('/').to_owned()).filter(|it| !it.is_empty()),
            people: Cache::new(10_000, Duration::from_secs(600)),
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
