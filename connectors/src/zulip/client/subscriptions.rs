//! Who gets the messages of a channel, and how. <https://zulip.com/api/subscribe>

use std::collections::BTreeMap;

use commands::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Client, Done, Form,
    channels::{Privacy, Right},
};

/// A channel that the bot is subscribed to.
#[derive(Clone, Debug, Deserialize)]
pub struct Subscription {
    pub stream_id: u64,
    pub name: String,
    #[serde(default)]
    pub is_muted: bool,
    #[serde(default)]
    pub pin_to_top: bool,
    #[serde(default)]
    pub color: String,
}

/// A channel to make, or to subscribe to.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
}

/// What a new channel is like.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    pub privacy: Option<Privacy>,
    /// Tell the organization about it.
    pub announce: Option<bool>,
    /// Who may post, by the group's id.
    pub rights: Vec<(Right, u64)>,
}

/// By the person's id (an address, before feature level 349): the channels' names.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Subscribed {
    #[serde(default)]
    pub subscribed: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub already_subscribed: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Unsubscribed {
    #[serde(default)]
    pub removed: Vec<String>,
    #[serde(default)]
    pub not_removed: Vec<String>,
}

impl Client {
    /// The bot's own.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>> {
        #[derive(Deserialize)]
        struct All {
            subscriptions: Vec<Subscription>,
        }
        Ok(self.get::<All>("users/me/subscriptions", &[]).await?.subscriptions)
    }

    /// Whether a person gets a channel's messages.
    pub async fn is_subscribed(&self, user: u64, channel: u64) -> Result<bool> {
        #[derive(Deserialize)]
        struct One {
            is_subscribed: bool,
        }
        Ok(self.get::<One>(&format!("users/{user}/subscriptions/{channel}"), &[]).await?.is_subscribed)
    }

    /// Subscribes people (none: the bot) to a channel, which is made if there is none of that name.
    pub async fn subscribe(&self, channel: &Wanted<'_>, people: &[u64], kind: &Kind) -> Result<Subscribed> {
        let mut form = Form::new().json("subscriptions", [channel]);
        if !people.is_empty() {
            form = form.json("principals", people);
        }
        if let Some(privacy) = kind.privacy {
            form = form
                .json("invite_only", privacy != Privacy::Public)
                .json("history_public_to_subscribers", privacy != Privacy::PrivateProtected);
        }
        form = form.some_json("announce", kind.announce);
        for (right, group) in &kind.rights {
            form = form.json(right.parameter(), group);
        }
        self.put_right("users/me/subscriptions", form).await
    }

    /// Takes people (none: the bot) out of a channel, by its name.
    pub async fn unsubscribe(&self, channel: &str, people: &[u64]) -> Result<Unsubscribed> {
        let mut form = Form::new().json("subscriptions", [channel]);
        if !people.is_empty() {
            form = form.json("principals", people);
        }
        self.delete("users/me/subscriptions", form).await
    }

    /// How the bot's own account sees a channel: `color`, `is_muted`, `pin_to_top`, `desktop_notifications`…
    /// <https://zulip.com/api/update-subscription-settings>
    pub async fn set_subscription(&self, channel: u64, properties: &[(&str, Value)]) -> Result<()> {
        let data: Vec<Value> = properties
            .iter()
            .map(|(property, value)| json!({ "stream_id": channel, "property": property, "value": value }))
            .collect();
        let form = Form::new().json("subscription_data", data);
        self.put_right::<Done>("users/me/subscriptions/properties", form).await.map(drop)
    }
}
