//! The workspace's objects as Slack writes them in JSON.

use serde_json::{Map, Value, json};

use super::state::{ChannelKind, File, Message, State, User, View};

impl State {
    pub fn user_json(&self, user: &User) -> Value {
        let mut profile = json!({
            "real_name": user.real_name, "real_name_normalized": user.real_name,
            "display_name": if user.is_bot { "" } else { &user.name }, "display_name_normalized": if user.is_bot { "" } else { &user.name },
            "first_name": user.real_name, "last_name": "", "title": "", "phone": "", "skype": "", "status_text": "", "status_emoji": "",
            "status_expiration": 0, "avatar_hash": "g0000000000", "team": self.team,
            "image_24": "", "image_32": "", "image_48": "", "image_72": "", "image_192": "", "image_512": "",
        });
        if let Some(email) = &user.email {
            profile["email"] = json!(email);
        }
        if user.is_bot {
            profile["bot_id"] = json!(self.app.bot_id);
            profile["api_app_id"] = json!(self.app.app_id);
            profile["always_active"] = json!(true);
        }
        json!({
            "id": user.id, "team_id": self.team, "name": user.name, "deleted": false, "color": "9f69e7", "real_name": user.real_name,
            "tz": user.tz, "tz_label": user.tz, "tz_offset": user.tz_offset, "profile": profile,
            "is_admin": user.is_admin, "is_owner": user.is_admin, "is_primary_owner": user.is_admin, "is_restricted": false,
            "is_ultra_restricted": false, "is_bot": user.is_bot, "is_app_user": false, "is_email_confirmed": !user.is_bot,
            "updated": 1_700_000_000, "who_can_share_contact_card": "EVERYONE",
        })
    }

    pub fn channel_json(&self, id: &str, viewer: &str) -> Value {
        let Some(channel) = self.channel(id) else { return Value::Null };
        let mut json = json!({
            "id": channel.id, "created": channel.created, "updated": channel.created * 1000, "is_archived": channel.archived,
            "is_channel": channel.kind == ChannelKind::Public, "is_group": channel.kind == ChannelKind::Private,
            "is_im": channel.kind == ChannelKind::Direct, "is_mpim": channel.kind == ChannelKind::Group,
            "is_private": channel.kind != ChannelKind::Public, "is_org_shared": false, "context_team_id": self.team,
        });
        if channel.kind == ChannelKind::Direct {
            let other = channel.members.iter().find(|it| *it != viewer).or(channel.members.first());
            json["user"] = json!(other);
            json["is_user_deleted"] = json!(false);
            json["priority"] = json!(0);
            return json;
        }
        let name = match channel.kind {
            ChannelKind::Group => {
                let names = channel.members.iter().filter_map(|id| self.user(id)).map(|it| it.name.as_str());
                format!("mpdm-{}-1", names.collect::<Vec<_>>().join("--"))
            }
            _ => channel.name.clone(),
        };
        let more = json!({
            "name": name, "name_normalized": name, "creator": channel.creator, "is_general": channel.name == "general",
            "is_member": channel.members.iter().any(|it| it == viewer), "is_shared": false, "is_ext_shared": false,
            "is_pending_ext_shared": false, "pending_shared": [], "shared_team_ids": [self.team], "unlinked": 0,
            "parent_conversation": null, "previous_names": channel.previous_names, "num_members": channel.members.len(),
            "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
            "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": channel.created},
        });
        if let (Some(json), Value::Object(more)) = (json.as_object_mut(), more) {
            json.extend(more);
        }
        json
    }

    pub fn message_json(&self, message: &Message) -> Value {
        let mut json = Map::new();
        json.insert("type".into(), json!("message"));
        if let Some(subtype) = message.subtype {
            json.insert("subtype".into(), json!(subtype));
        }
        json.insert("user".into(), json!(message.user));
        json.insert("ts".into(), json!(message.ts));
        if let Some(id) = &message.client_msg_id {
            json.insert("client_msg_id".into(), json!(id));
        }
        if let Some(bot_id) = &message.bot_id {
            json.insert("bot_id".into(), json!(bot_id));
            json.insert("app_id".into(), json!(self.app.app_id));
            json.insert("bot_profile".into(), self.bot_profile());
        }
        if let Some(username) = &message.username {
            json.insert("username".into(), json!(username));
        }
        if let Some(icons) = &message.icons {
            json.insert("icons".into(), icons.clone());
        }
        json.insert("text".into(), json!(message.text));
        json.insert("team".into(), json!(self.team));
        if !message.blocks.is_empty() {
            json.insert("blocks".into(), json!(message.blocks));
        }
        if !message.attachments.is_empty() {
            json.insert("attachments".into(), json!(message.attachments));
        }
        if let Some(metadata) = &message.metadata {
            json.insert("metadata".into(), metadata.clone());
        }
        if !message.files.is_empty() {
            let files: Vec<Value> =
                message.files.iter().filter_map(|id| self.files.get(id)).map(|it| self.file_json(it)).collect();
            json.insert("files".into(), json!(files));
            json.insert("upload".into(), json!(false));
        }
        if let Some((user, ts)) = &message.edited {
            json.insert("edited".into(), json!({"user": user, "ts": ts}));
        }
        if !message.reactions.is_empty() {
            let reactions = message.reactions.iter();
            let reactions: Vec<Value> =
                reactions.map(|(name, users)| json!({"name": name, "users": users, "count": users.len()})).collect();
            json.insert("reactions".into(), json!(reactions));
        }
        if let Some(thread_ts) = &message.thread_ts {
            json.insert("thread_ts".into(), json!(thread_ts));
            if let Some(parent) = self.message(&message.channel, thread_ts) {
                json.insert("parent_user_id".into(), json!(parent.user));
            }
        } else {
            let replies: Vec<&Message> = self.replies(&message.channel, &message.ts).collect();
            if let Some(last) = replies.last() {
                let mut users: Vec<&str> = replies.iter().map(|it| it.user.as_str()).collect();
                users.dedup();
                json.extend(Map::from_iter([
                    ("thread_ts".to_owned(), json!(message.ts)),
                    ("reply_count".to_owned(), json!(replies.len())),
                    ("reply_users_count".to_owned(), json!(users.len())),
                    ("reply_users".to_owned(), json!(users)),
                    ("latest_reply".to_owned(), json!(last.ts)),
                    ("is_locked".to_owned(), json!(false)),
                    ("subscribed".to_owned(), json!(false)),
                ]));
            }
        }
        Value::Object(json)
    }

    /// A thread's replies, oldest first, without what only one person sees.
    pub fn replies<'a>(&'a self, channel: &'a str, ts: &'a str) -> impl Iterator<Item = &'a Message> {
        self.messages_in(channel).filter(move |it| it.thread_ts.as_deref() == Some(ts) && it.only_for.is_none())
    }

    pub fn bot_profile(&self) -> Value {
        json!({"id": self.app.bot_id, "app_id": self.app.app_id, "name": "Bellhop", "deleted": false, "updated": 1_700_000_000,
            "team_id": self.team, "icons": {"image_36": "", "image_48": "", "image_72": ""}})
    }

    pub fn file_json(&self, file: &File) -> Value {
        let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let address = format!("{}/files-pri/{}-{}", self.base, self.team, file.id);
        json!({
            "id": file.id, "created": file.created, "timestamp": file.created, "name": file.name, "title": file.title,
            "mimetype": file.mimetype, "filetype": extension, "pretty_type": extension.to_uppercase(), "user": file.user,
            "user_team": self.team, "editable": false, "size": file.content.len(), "mode": "hosted", "is_external": false,
            "external_type": "", "is_public": true, "public_url_shared": false, "display_as_bot": false, "username": "",
            "url_private": format!("{address}/{}", file.name), "url_private_download": format!("{address}/download/{}", file.name),
            "permalink": format!("{}/files/{}/{}/{}", self.base, file.user, file.id, file.name),
            "channels": file.channels, "groups": [], "ims": [], "has_rich_preview": false, "file_access": "visible",
        })
    }

    pub fn view_json(&self, view: &View) -> Value {
        let mut json = Map::new();
        let known = |name: &str| view.given.get(name).cloned();
        for (name, value) in [
            ("id", json!(view.id)),
            ("team_id", json!(self.team)),
            ("type", known("type").unwrap_or_else(|| json!("modal"))),
            ("blocks", known("blocks").unwrap_or_else(|| json!([]))),
            ("private_metadata", known("private_metadata").unwrap_or_else(|| json!(""))),
            ("callback_id", known("callback_id").unwrap_or_else(|| json!(""))),
            ("state", json!({"values": view.values})),
            ("hash", json!(view.hash)),
            ("title", known("title").unwrap_or(Value::Null)),
            ("clear_on_close", known("clear_on_close").unwrap_or(Value::Bool(false))),
            ("notify_on_close", known("notify_on_close").unwrap_or(Value::Bool(false))),
            ("close", known("close").unwrap_or(Value::Null)),
            ("submit", known("submit").unwrap_or(Value::Null)),
            ("previous_view_id", json!(view.previous)),
            ("root_view_id", json!(view.root)),
            ("app_id", json!(self.app.app_id)),
            ("external_id", known("external_id").unwrap_or_else(|| json!(""))),
            ("app_installed_team_id", json!(self.team)),
            ("bot_id", json!(self.app.bot_id)),
        ] {
            json.insert(name.into(), value);
        }
        Value::Object(json)
    }
}
