//! What this Nextcloud is, and which of its apps are switched on.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Nextcloud, listeners, path};
use crate::{Features, Missing};

#[derive(Deserialize)]
pub(super) struct Capabilities {
    version: Version,
    pub capabilities: Value,
}

#[derive(Deserialize)]
struct Version {
    major: u32,
    string: String,
}

impl Nextcloud {
    pub(super) async fn capabilities(&self) -> Result<Capabilities> {
        self.ocs_get("/cloud/capabilities", &[]).await
    }

    /// Whether what is deleted goes to a trash; to none on a WebDAV server that is no Nextcloud.
    pub(super) async fn has_trash(&self) -> Result<bool> {
        match self.capabilities().await {
            Ok(all) => Ok(all.capabilities["files"]["undelete"] == true),
            Err(err) if err.kind == ErrorKind::NotFound => Ok(false),
            Err(err) => Err(err),
        }
    }
}

/// The actions that an app of Nextcloud stands behind, whether it is there, and the way to it.
fn missing(all: &Value) -> Vec<(&'static [&'static str], &'static str)> {
    const SHARES: &[&str] = &["share create", "share link", "share show", "share list", "share update", "share revoke"];
    const VERSIONS: &[&str] = &["version list", "version download", "version restore"];
    const TRASH: &[&str] = &["trash list", "trash restore", "trash delete", "trash empty"];
    const TAGS: &[&str] = &["tag list", "tag files", "tag add", "tag remove", "tag create", "tag delete"];
    const STATUS: &[&str] = &["status show", "status list", "status set", "status clear"];
    let truth = |it: &Value| it.as_bool().unwrap_or(!it.is_null());
    let sharing = &all["files_sharing"];
    [
        (
            truth(&sharing["api_enabled"]),
            SHARES,
            "Sharing is switched off. An administrator can allow it: Administration settings → Sharing.",
        ),
        (
            truth(&sharing["public"]["enabled"]) || !truth(&sharing["api_enabled"]),
            &["share link"],
            "Public links are switched off. An administrator can allow them: Administration settings → Sharing.",
        ),
        (
            truth(&all["files"]["versioning"]),
            VERSIONS,
            "The app “Versions” is switched off. An administrator can switch it on: Apps.",
        ),
        (
            truth(&all["files"]["undelete"]),
            TRASH,
            "The app “Deleted files” is switched off. An administrator can switch it on: Apps.",
        ),
        (
            truth(&all["systemtags"]["enabled"]),
            TAGS,
            "The app “Collaborative tags” is switched off. An administrator can switch it on: Apps.",
        ),
        (
            truth(&all["user_status"]["enabled"]),
            STATUS,
            "The app “User status” is switched off. An administrator can switch it on: Apps.",
        ),
        (
            truth(&all["activity"]["apiv2"]),
            &["activity list"],
            "The app “Activity” is switched off. An administrator can switch it on: Apps.",
        ),
        (
            truth(&all["files"]["locking"]),
            &["file lock", "file unlock"],
            "The app “Temporary files lock” is not there. An administrator can install it: Apps → Files.",
        ),
    ]
    .into_iter()
    .filter(|(is_there, ..)| !is_there)
    .map(|(_, actions, why)| (actions, why))
    .collect()
}

pub(super) async fn features(on: &Nextcloud) -> Result<Features> {
    let it = on.capabilities().await?;
    let mut lacks: Vec<Missing> = missing(&it.capabilities)
        .into_iter()
        .flat_map(|(actions, why)| actions.iter().map(move |action| Missing { action, why: why.to_owned() }))
        .collect();
    let webhooks = if it.version.major < 30 {
        Some("Webhooks came with Nextcloud 30. The bot finds out about activity by asking for it meanwhile.")
    } else {
        match listeners::registered(on).await {
            Err(error) if error.kind == ErrorKind::NotFound => Some(
                "The app “Webhook Listeners” is switched off. An administrator can switch it on: occ app:enable webhook_listeners",
            ),
            _ => None,
        }
    };
    if let Some(why) = webhooks {
        let actions = ["webhook list", "webhook create", "webhook delete"];
        lacks.extend(actions.map(|action| Missing { action, why: why.to_owned() }));
    }
    lacks.extend(on.only_files().map(|why| Missing { action: "search everywhere", why }));
    Ok(Features { version: Some(format!("Nextcloud {}", it.version.string)), missing: lacks })
}

/// Shows what this Nextcloud is: version, room, and what is switched off.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "server show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["server show"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let features = features(on).await?;
        let me: Value = on.ocs_get("/cloud/user", &[]).await?;
        let used = path::size(me["quota"]["used"].as_u64().unwrap_or(0));
        let free = me["quota"]["free"].as_u64().map(|it| format!(", {} free", path::size(it))).unwrap_or_default();
        let root = if on.folder.is_empty() { "everything the account sees".to_owned() } else { on.folder.clone() };
        let facts = vec![
            ("Address".to_owned(), Text::new().link(on.http.base(), on.http.base())),
            ("Account".to_owned(), me["id"].as_str().unwrap_or(&on.user).into()),
            ("Room".to_owned(), format!("{used} used{free}").into()),
            ("People reach".to_owned(), root.into()),
        ];
        let mut why: Vec<&str> = features.missing.iter().map(|it| it.why.as_str()).collect();
        why.dedup();
        let mut message = Message::new().heading(features.version.clone().unwrap_or_else(|| "Nextcloud".into())).facts(facts);
        if !why.is_empty() {
            message = message.paragraph("Not possible here:").list(why.into_iter().map(Text::from).collect());
        }
        Ok(Reply::to_asker(message))
    }
}
