//! `share update`, `share revoke`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Date, Markdown, Secret},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{PATH, Permissions, Share, day, list::shown, refused};
use crate::nextcloud::{Nextcloud, param, problem::at};

/// Changes a share: rights, end, password, note.
#[derive(Deserialize, JsonSchema)]
pub struct Update {
    /// The share's number, or the link that it gave.
    share: param::ShareRef,
    /// What they may do.
    permissions: Option<Permissions>,
    /// The last day.
    expires: Option<Date>,
    /// Let it have no end.
    #[serde(default)]
    forever: bool,
    /// A password that opens a public link.
    password: Option<Secret>,
    /// Let a public link open without a password.
    #[serde(default)]
    no_password: bool,
    /// What they are told.
    note: Option<Markdown>,
    /// What the link is for; only you and others who may share it see this.
    label: Option<String>,
    /// Let nobody download from a public link.
    hide_download: Option<bool>,
}

impl Action for Update {
    type On = Nextcloud;
    const NAME: &str = "share update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["share update 7 permissions=view expires=2027-01-31", "share update 7 --forever"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let expires = day(self.expires, ctx)?;
        if expires.is_some() && self.forever {
            return Err(at("expires", "It cannot both end that day and have no end."));
        }
        let password = self.password.as_ref().filter(|it| !it.expose().is_empty());
        if password.is_some() && self.no_password {
            return Err(at("password", "It cannot both have that password and none."));
        }
        let share = on.find_share(&self.share).await?;
        if share.url.is_none() && (password.is_some() || self.no_password || self.hide_download.is_some()) {
            return Err(at("share", format!("Share #{} is for {}: only public links have passwords.", share.id, share.whom())));
        }
        let mut body = Map::new();
        let mut put = |key: &str, value: Option<Value>| drop(value.map(|it| body.insert(key.to_owned(), it)));
        put("permissions", self.permissions.map(|it| it.bits(share.item_type == "folder")).transpose()?.map(|it| json!(it)));
        put("expireDate", expires.map(|it| json!(it.to_string())).or(self.forever.then(|| json!(""))));
        put("password", password.map(|it| json!(it.expose())).or(self.no_password.then(|| json!(""))));
        put("note", self.note.as_ref().map(|it| json!(it.0.trim())));
        put("label", self.label.as_ref().map(|it| json!(it.trim())));
        put("hideDownload", self.hide_download.map(|it| json!(it.to_string())));
        if body.is_empty() {
            return Err(at(
                "share",
                format!("What shall change in share #{}? Write it as a name and a value, such as permissions=view.", share.id),
            ));
        }
        let path = on.shared_path(&share);
        let changed: Share =
            on.ocs_put(&format!("{PATH}/{}", share.id), &Value::Object(body)).await.map_err(|error| refused(error, &path))?;
        let mut message = Message::text(format!("Changed share #{}.", changed.id));
        message.blocks.extend(shown(on, &changed, ctx).blocks);
        Ok(Reply::to_channel(message))
    }
}

/// Ends a share at once: a public link opens no more, people lose what it gave them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Revoke {
    /// The share's number, or the link that it gave.
    share: param::ShareRef,
}

impl Action for Revoke {
    type On = Nextcloud;
    const NAME: &str = "share revoke";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["share revoke 7"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let share = on.find_share(&self.share).await?;
        let path = on.shared_path(&share);
        on.ocs_delete(&format!("{PATH}/{}", share.id), &[]).await.map_err(|error| refused(error, &path))?;
        Ok(Reply::to_channel(format!("`{path}` is no longer shared with {}.", share.whom())))
    }
}
