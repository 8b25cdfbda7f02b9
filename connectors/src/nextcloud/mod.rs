//! Nextcloud: files, shares, people, groups, and what happens to them.
//!
//! Files are WebDAV ([`dav`]), everything else is OCS ([`ocs`]). Nextcloud lets nobody act for others: all is done by the bot's
//! own account, below the folder that the administrator gave it, and what it creates says who asked ([`Nextcloud::signed`]).
//! The vendor's reference: <https://docs.nextcloud.com/server/latest/developer_manual/client_apis/index.html>.

use std::time::Duration;

use commands::{ActionDef, Ctx, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Accounts, Check, Connector, Features, Hooking, Http, Link, LookupDef, Mine, Poll, Shortcut, Webhook,
    auth::{Consent, basic},
    http::Policy,
    standin::Standin,
};

mod favorites;
mod files;
mod groups;
mod locks;
mod projects;
mod properties;
mod search;
mod server;
mod shares;
mod status;
mod tags;
mod trash;
mod users;
mod versions;

mod activity;
mod listeners;
mod webhook;

mod accounts;
mod card;
mod consent;
mod dav;
mod health;
mod lookup;
mod names;
mod ocs;
mod param;
mod path;
mod poll;
mod problem;

mod standin;

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;

/// How long one try may take that moves files about.
const LONG: Duration = Duration::from_secs(120);
/// A megabyte, as chunks are counted.
const MEGABYTE: usize = 1 << 20;

/// A connected Nextcloud.
pub struct Nextcloud {
    http: Http,
    /// The id of the bot's account.
    user: String,
    /// `/remote.php/dav`.
    dav: String,
    /// `/remote.php/dav/files/bellhop`, encoded.
    files: String,
    /// The path of Nextcloud itself on its server, which answers hold: `/cloud`, or nothing.
    base_path: String,
    /// The folder that everything is below: `/Team`, or nothing.
    folder: String,
    /// What is larger is uploaded in pieces of this size, in bytes.
    chunk: usize,
    /// Where people ask for project folders without saying where.
    projects: String,
    templates: Vec<projects::Declared>,
    /// A folder whose folders are templates.
    template_folder: Option<String>,
}

/// Connect a Nextcloud.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Nextcloud is, such as `https://cloud.example.org`.
    pub url: String,
    /// The bot's account: its user name, not its email address.
    pub user: String,
    /// An app password of that account: Settings → Security → Create new app password.
    #[serde(default)]
    pub app_password: Option<Secret>,
    /// In place of an app password, to come in by a link: the client identifier of an OAuth 2.0 client.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The OAuth 2.0 client's secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// The folder that people reach through the bot, such as `/Team`; everything its account sees where you do not say.
    #[serde(default)]
    pub folder: Option<String>,
    /// Where project folders are made.
    #[serde(default = "projects_folder")]
    pub project_folder: String,
    /// A template of project folders: standard: Contracts, Designs/Drafts, Reports.
    #[serde(default)]
    pub templates: Vec<String>,
    /// A folder in Nextcloud whose folders are templates; their files are copied too.
    #[serde(default)]
    pub template_folder: Option<String>,
    /// Files above this size are uploaded in pieces, in megabytes.
    #[serde(default = "ten")]
    #[schemars(range(min = 5, max = 1000))]
    pub chunk_megabytes: u32,
    /// Seconds between two looks for activity.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

fn projects_folder() -> String {
    "/Projects".to_owned()
}

fn ten() -> u32 {
    10
}

/// A file in an event, by its number.
fn link(base: &str, object: &commands::event::Object) -> Option<String> {
    let number = |it: &str| it.parse::<u64>().ok();
    if let Some((table, row)) = object.key.strip_prefix("row ").and_then(|it| it.split_once('/')) {
        return Some(format!("{base}/index.php/apps/tables/#/table/{}/row/{}", number(table)?, number(row)?));
    }
    if let Some(card) = object.key.strip_prefix("card ") {
        return Some(format!("{base}/index.php/apps/deck/card/{}", number(card)?));
    }
    Some(format!("{base}/index.php/f/{}", number(object.key.strip_prefix('#')?)?))
}

impl Connector for Nextcloud {
    const NAME: &str = "nextcloud";
    const TITLE: &str = "Nextcloud";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("file");
    const SHOW: Option<&str> = Some("file show");
    const LINK: Option<Link> = Some(link);
    type Config = Config;
    const ACTIONS: &[ActionDef<Nextcloud>] = &[
        ActionDef::of::<files::Show>(),
        ActionDef::of::<files::List>(),
        ActionDef::of::<search::Search>(),
        ActionDef::of::<search::Everywhere>(),
        ActionDef::of::<files::Download>(),
        ActionDef::of::<files::Upload>(),
        ActionDef::of::<files::Write>(),
        ActionDef::of::<files::CreateFolder>(),
        ActionDef::of::<files::Move>(),
        ActionDef::of::<files::Copy>(),
        ActionDef::of::<files::Delete>(),
        ActionDef::of::<shares::Create>(),
        ActionDef::of::<shares::PublicLink>(),
        ActionDef::of::<shares::Show>(),
        ActionDef::of::<shares::List>(),
        ActionDef::of::<shares::Update>(),
        ActionDef::of::<shares::Revoke>(),
        ActionDef::of::<projects::Create>(),
        ActionDef::of::<projects::Templates>(),
        ActionDef::of::<versions::List>(),
        ActionDef::of::<versions::Download>(),
        ActionDef::of::<versions::Restore>(),
        ActionDef::of::<trash::List>(),
        ActionDef::of::<trash::Restore>(),
        ActionDef::of::<trash::Delete>(),
        ActionDef::of::<trash::Empty>(),
        ActionDef::of::<locks::Lock>(),
        ActionDef::of::<locks::Unlock>(),
        ActionDef::of::<favorites::List>(),
        ActionDef::of::<favorites::Add>(),
        ActionDef::of::<favorites::Remove>(),
        ActionDef::of::<tags::List>(),
        ActionDef::of::<tags::Files>(),
        ActionDef::of::<tags::Add>(),
        ActionDef::of::<tags::Remove>(),
        ActionDef::of::<tags::Create>(),
        ActionDef::of::<tags::Delete>(),
        ActionDef::of::<properties::List>(),
        ActionDef::of::<properties::Set>(),
        ActionDef::of::<properties::Remove>(),
        ActionDef::of::<activity::List>(),
        ActionDef::of::<status::Show>(),
        ActionDef::of::<status::List>(),
        ActionDef::of::<status::Set>(),
        ActionDef::of::<status::Clear>(),
        ActionDef::of::<users::List>(),
        ActionDef::of::<users::Show>(),
        ActionDef::of::<users::Create>(),
        ActionDef::of::<users::Update>(),
        ActionDef::of::<users::Quota>(),
        ActionDef::of::<users::Enable>(),
        ActionDef::of::<users::Disable>(),
        ActionDef::of::<users::Welcome>(),
        ActionDef::of::<users::ResetPassword>(),
        ActionDef::of::<users::Delete>(),
        ActionDef::of::<groups::List>(),
        ActionDef::of::<groups::Show>(),
        ActionDef::of::<groups::Create>(),
        ActionDef::of::<groups::Rename>(),
        ActionDef::of::<groups::Add>(),
        ActionDef::of::<groups::Remove>(),
        ActionDef::of::<groups::Promote>(),
        ActionDef::of::<groups::Demote>(),
        ActionDef::of::<groups::Delete>(),
        ActionDef::of::<listeners::List>(),
        ActionDef::of::<listeners::Create>(),
        ActionDef::of::<listeners::Delete>(),
        ActionDef::of::<server::Show>(),
    ];
    const LOOKUPS: &[LookupDef<Nextcloud>] = lookup::ALL;
    const MINE: &[Mine] = &[Mine { title: "Shared with me by the bot", command: "share list with=me limit=5" }];
    const ACCOUNTS: Option<Accounts<Nextcloud>> = Some(|it, whose| Box::pin(accounts::find(it, whose)));
    const CONSENT: Option<Consent> = Some(consent::CONSENT);
    const SHORTCUTS: &[Shortcut] =
        &[Shortcut { label: "Save to Nextcloud", action: "file write", title_field: None, text_field: Some("text") }];
    const WEBHOOK: Option<Webhook> = Some(webhook::WEBHOOK);
    const HOOKING: Option<Hooking<Nextcloud>> = Some(listeners::HOOKING);
    // A folder with many shares asks for each person and each path once.
    const POLICY: Policy = Policy { timeout: Duration::from_secs(20), ..Policy::USUAL };
    const POLL: Option<Poll<Nextcloud>> = Some(Poll { every: 60, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Nextcloud> {
        let bad = |message: &str| Error::new(ErrorKind::BadConfig, message);
        let user = config.user.trim();
        if user.is_empty() {
            return Err(bad("`user` is empty: write the user name of the bot's account in Nextcloud."));
        }
        let password = config.app_password.map(|it| it.expose().trim().to_owned()).filter(|it| !it.is_empty());
        let grant = http.grant();
        if password.is_none() && grant.is_none() {
            return Err(bad(
                "`app_password` is empty: make one in Nextcloud, Settings → Security → Create new app password; or give `client_id` and \
                 `client_secret` of an OAuth 2.0 client, to come in by a link.",
            ));
        }
        if user.contains(':') {
            return Err(bad("`user` holds a `:`, which no user name of Nextcloud has."));
        }
        let folder =
            |name: &str, typed: &str| path::clean(name, typed).map_err(|error| bad(&format!("`{name}`: {}", error.message)));
        let root = folder("folder", config.folder.as_deref().unwrap_or_default())?;
        let base = url::Url::parse(http.base()).map_err(|_| bad("`url` is no address."))?;
        let http = match (password, grant) {
            (Some(password), _) => http.with_secret_header("authorization", basic(user, &Secret::from(password)).expose()),
            (None, Some(grant)) => http.with_credentials(grant),
            (None, None) => http,
        };
        Ok(Nextcloud {
            files: format!("/remote.php/dav/files/{}", path::encode_part(user)),
            dav: "/remote.php/dav".to_owned(),
            user: user.to_owned(),
            base_path: base.path().trim_end_matches('/').to_owned(),
            folder: root.trim_end_matches('/').to_owned(),
            chunk: config.chunk_megabytes.max(5) as usize * MEGABYTE,
            projects: folder("project_folder", &config.project_folder)?,
            templates: config.templates.iter().map(|it| projects::Declared::read(it)).collect::<Result<_>>()?,
            template_folder: config.template_folder.as_deref().map(|it| folder("template_folder", it)).transpose()?,
            http: http.with_errors(problem::read_errors).with_codes(problem::read_code),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        server::features(self).await
    }
}

impl Nextcloud {
    /// What the person's text becomes when the bot writes it: with who asked.
    fn signed(&self, text: &str, ctx: &Ctx) -> String {
        let asker = asked_by(ctx);
        if text.trim().is_empty() { asker } else { format!("{}\n\n{asker}", text.trim()) }
    }
}

/// `Asked by Ana in Slack.`
fn asked_by(ctx: &Ctx) -> String {
    let platform = match ctx.actor.platform.as_str() {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    };
    format!("Asked by {} in {platform}.", ctx.actor.name)
}
