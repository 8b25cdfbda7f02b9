//! Slack as a [`Platform`]: what leaves.

use async_trait::async_trait;
use commands::{Actor, Audience, Download, Error, ErrorKind, Message, Result};
use connectors::Check;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use slack_morphism::api::SlackApiChatGetPermalinkRequest;
use url::{Host, Url};

use super::{
    Slack,
    find::metadata,
    interactions::OPEN_FORM,
    modal,
    render::{is_member_id, plain, render},
    wire::ours,
};
use crate::chat::{Answering, FormView, Found, Opener, Place, Platform, Post, Posted, Target};

/// How often Slack lets a `response_url` be used, within 30 minutes:
/// <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
const USES: u8 = 5;

#[async_trait]
impl Platform for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let fields = self.draw(&post.message);
        match &post.to {
            Target::Answer { to, audience } => self.answer(to, *audience, fields, &post.key).await,
            Target::Place(place) => self.say(&place.channel, place.thread.as_deref(), fields, &post.key).await,
            Target::Person { id, .. } => {
                let channel = self.direct(id).await?;
                self.say(&channel, None, fields, &post.key).await
            }
        }
    }

    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        self.find_post(post, since).await
    }

    async fn open_form(&self, opener: &Opener, form: &FormView) -> Result<()> {
        let Some(trigger) = &opener.trigger else { return self.offer_form(&opener.to, form).await };
        // As JSON, not slack-morphism's view: that knows no file inputs and loses limits of inputs.
        match self.wire().post("views.open", &json!({ "trigger_id": trigger, "view": modal::modal(form) })).await {
            Ok(_) => Ok(()),
            // The three seconds were over.
            Err(err) if err.kind == ErrorKind::Timeout => self.offer_form(&opener.to, form).await,
            Err(err) => Err(err),
        }
    }

    async fn person(&self, workspace: &str, id: &str) -> Result<Actor> {
        self.find_person(workspace, id).await
    }

    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>> {
        self.find_mentioned(workspace, text).await
    }

    async fn download(&self, file: &str) -> Result<Option<Download>> {
        self.fetch_file(file).await
    }

    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>> {
        let request = SlackApiChatGetPermalinkRequest::new(place.channel.clone().into(), message.into());
        match self.api.open_session(&self.token).chat_get_permalink(&request).await.map_err(ours) {
            Ok(found) => Ok(Some(found.permalink.into())),
            Err(err) if matches!(err.kind, ErrorKind::NotFound | ErrorKind::Permission) => Ok(None),
            Err(err) => Err(err),
        }
    }

    async fn health(&self) -> Vec<Check> {
        self.checks().await
    }
}

impl Slack {
    fn draw(&self, message: &Message) -> Map<String, Value> {
        render(message, &|button| self.command_of(button)).into_fields()
    }

    /// Slack opens a form only when somebody has just done something; a mention is not enough. So
    /// there is a button, and whoever presses it does something.
    async fn offer_form(&self, to: &Answering, form: &FormView) -> Result<()> {
        let message = Message::text(format!("“{}” needs a few more values.", form.title));
        let mut fields = self.draw(&message);
        let button = json!({ "type": "button", "action_id": OPEN_FORM, "text": plain("Fill in the form", 75), "value": form.id, "style": "primary" });
        if let Some(blocks) = fields.get_mut("blocks").and_then(Value::as_array_mut) {
            blocks.push(json!({ "type": "actions", "elements": [button] }));
        }
        self.answer(to, Audience::Asker, fields, &form.id).await?;
        Ok(())
    }

    /// By the `response_url`, which reaches channels that the bot is not in; by the API when that
    /// is used up, over, or not there.
    async fn answer(&self, to: &Answering, audience: Audience, fields: Map<String, Value>, key: &str) -> Result<Posted> {
        if let Some(url) = &to.response_url {
            let url = self.response_url(url)?;
            if self.respond(&url, to, audience, fields.clone(), key).await? {
                return Ok(Posted::default());
            }
        }
        let (channel, thread) = (&to.place.channel, to.place.thread.as_deref());
        // A direct conversation is private already, and the global shortcut has no channel but the person.
        let private = channel.starts_with('D') || is_member_id(channel);
        if audience == Audience::Channel || private {
            return self.say(channel, thread, fields, key).await;
        }
        let mut fields = fields;
        // Ephemeral messages show no previews, and the method knows no such arguments.
        fields.remove("unfurl_links");
        fields.remove("unfurl_media");
        fields.insert("channel".into(), channel.as_str().into());
        fields.insert("user".into(), to.asker.as_str().into());
        if let Some(thread) = thread
            && self.is_active(channel, thread).await
        {
            fields.insert("thread_ts".into(), thread.into());
        }
        let sent = self.wire().say("chat.postEphemeral", channel, &fields).await?;
        Ok(Posted { id: sent.body["message_ts"].as_str().map(str::to_owned) })
    }

    /// Whether somebody has replied in the thread: before that Slack shows no ephemeral message
    /// there, and says nothing about it. In doubt the channel itself is where it is seen.
    async fn is_active(&self, channel: &str, thread: &str) -> bool {
        let replies = self.wire().get("conversations.replies", &[("channel", channel), ("ts", thread), ("limit", "2")]).await;
        replies.is_ok_and(|it| it.body["messages"].as_array().is_some_and(|it| it.len() > 1))
    }

    /// True when Slack took it, false when this address takes nothing any more.
    async fn respond(
        &self,
        url: &Url,
        to: &Answering,
        audience: Audience,
        mut fields: Map<String, Value>,
        key: &str,
    ) -> Result<bool> {
        let id: [u8; 32] = Sha256::digest(url.as_str().as_bytes()).into();
        let used = self.answered.get(&id).await.unwrap_or(0);
        if used >= USES {
            return Ok(false);
        }
        self.answered.insert(id, used + 1).await;
        let kind = match audience {
            Audience::Asker | Audience::Private => "ephemeral",
            Audience::Channel => "in_channel",
        };
        fields.insert("response_type".into(), kind.into());
        if audience == Audience::Channel {
            // A `response_url` takes metadata as `chat.postMessage` does; what one person sees has no history.
            fields.insert("metadata".into(), metadata(key));
        }
        fields.insert("replace_original".into(), false.into());
        if let Some(thread) = &to.place.thread {
            fields.insert("thread_ts".into(), thread.as_str().into());
        }
        let (status, body) = self.wire().respond(url, &Value::Object(fields)).await?;
        let over = ["used_url", "expired_url", "expired_trigger_id", "invalid_trigger_id", "no_service", "channel_not_found"];
        let refused = serde_json::from_str::<Value>(&body).is_ok_and(|it| it["ok"] == json!(false));
        if status.is_success() && !refused {
            return Ok(true);
        }
        if matches!(status.as_u16(), 403 | 404 | 410) || over.iter().any(|it| body.contains(it)) {
            return Ok(false);
        }
        Err(Error::new(ErrorKind::Server, format!("Slack did not take the answer ({}).", status.as_u16())))
    }

    /// The address came with a signed request, but nothing else than Slack is ever written to.
    fn response_url(&self, url: &str) -> Result<Url> {
        let refused = || Error::new(ErrorKind::Permission, "The answer's address is not Slack's, so nothing was sent there.");
        let url = Url::parse(url).map_err(|_| refused())?;
        let base = self.wire().base();
        let slack = url.scheme() == "https" && url.port().is_none() && url.host_str() == Some("hooks.slack.com");
        let same = url.scheme() == base.scheme() && url.host() == base.host();
        let loopback = is_loopback(&url) && is_loopback(base);
        if slack || same || loopback { Ok(url) } else { Err(refused()) }
    }

    async fn say(&self, channel: &str, thread: Option<&str>, mut fields: Map<String, Value>, key: &str) -> Result<Posted> {
        self.budget(channel)?;
        fields.insert("channel".into(), channel.into());
        if let Some(thread) = thread {
            fields.insert("thread_ts".into(), thread.into());
        }
        // Finds this very post again in the channel's history, when nobody knows whether it arrived.
        fields.insert("metadata".into(), metadata(key));
        // As JSON: slack-morphism's request has no metadata and its blocks no `verbatim` table of ours.
        let sent = self.wire().say("chat.postMessage", channel, &fields).await?;
        self.learn_channel(channel, &sent.body["channel"]).await;
        Ok(Posted { id: sent.body["ts"].as_str().map(str::to_owned) })
    }

    /// Keeps one channel within Slack's posts a second; the job comes back by itself.
    fn budget(&self, channel: &str) -> Result<()> {
        let Some(posts) = &self.posts else { return Ok(()) };
        if posts.len() > 10_000 {
            posts.retain_recent();
        }
        posts.check_key(&channel.to_owned()).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::Clock::now(&governor::clock::DefaultClock::default()));
            Error::new(ErrorKind::RateLimited, "Slack takes about one message a second in a channel; this one waits its turn.")
                .with_retry_after(Some(wait))
        })
    }

    pub(super) async fn direct(&self, id: &str) -> Result<String> {
        // As JSON: Slack documents the people as one string, slack-morphism sends a list.
        let opened = self.wire().post("conversations.open", &json!({ "users": id })).await?;
        let channel = opened.body["channel"]["id"].as_str();
        channel
            .map(str::to_owned)
            .ok_or_else(|| Error::new(ErrorKind::Server, "Slack opened a conversation without saying which."))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
