//! Slack as a [`Platform`]: what leaves.

use async_trait::async_trait;
use commands::{Actor, Audience, Download, Error, ErrorKind, Message, Result};
use connectors::Check;
use jiff::Timestamp;
use serde::Serialize;
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
    workspace::Workspace,
};
use crate::chat::{
    Answering, Ending, FormView, Found, InstalledWorkspace, Limit, Opener, Pin, Place, Platform, Post, Posted, Profile, Sharing,
    Target, UserGroup,
};

/// How often Slack lets a `response_url` be used, within 30 minutes:
/// <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
const USES: u8 = 5;

#[async_trait]
impl Platform for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let workspace = self.workspace(post.to.workspace()).await?;
        self.post_parts(&workspace, post).await
    }

    fn limits(&self, to: &Target) -> Vec<Limit> {
        self.limits_of(to)
    }

    async fn administrators(&self) -> Result<Vec<Target>> {
        self.administrators_of_all().await
    }

    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let workspace = self.workspace(post.to.workspace()).await?;
        self.find_post(&workspace, post, since).await
    }

    async fn update(&self, post: &Post, id: &str) -> Result<()> {
        let workspace = self.workspace(post.to.workspace()).await?;
        self.update_parts(&workspace, post, id).await
    }

    async fn open_form(&self, opener: &Opener, form: &FormView) -> Result<()> {
        let Some(trigger) = &opener.trigger else { return self.offer_form(&opener.to, form).await };
        // As JSON, not slack-morphism's view: that knows no file inputs and loses limits of inputs.
        let workspace = self.workspace(&opener.to.place.workspace).await?;
        match workspace.wire().post("views.open", &json!({ "trigger_id": trigger, "view": modal::modal(form) })).await {
            Ok(_) => Ok(()),
            // The three seconds were over.
            Err(err) if err.kind == ErrorKind::Timeout => self.offer_form(&opener.to, form).await,
            Err(err) => Err(err),
        }
    }

    async fn person(&self, workspace: &str, id: &str) -> Result<Actor> {
        self.workspace(workspace).await?.find_person(workspace, id).await
    }

    async fn person_of(&self, email: &str) -> Result<Option<Actor>> {
        // Of the configuration's workspace alone: an app that many may install would let any of them name people.
        match &self.home {
            Some(home) => home.find_by_email(email).await,
            None => Ok(None),
        }
    }

    async fn home(&self) -> Result<String> {
        match &self.home {
            Some(home) => home.team().await,
            None => Ok(String::new()),
        }
    }

    async fn header(&self, place: &Place) -> Result<Option<String>> {
        self.workspace(&place.workspace).await?.read_topic(&place.channel).await.map(Some)
    }

    async fn set_header(&self, place: &Place, text: &str) -> Result<()> {
        self.workspace(&place.workspace).await?.set_topic(&place.channel, text).await
    }

    async fn pin(&self, place: &Place, message: &str, _: &Pin) -> Result<()> {
        self.workspace(&place.workspace).await?.pin_message(&place.channel, message).await
    }

    async fn profile(&self, workspace: &str, id: &str) -> Result<Profile> {
        self.workspace(workspace).await?.find_profile(id).await
    }

    async fn group(&self, workspace: &str, group: &str) -> Result<Option<UserGroup>> {
        self.workspace(workspace).await?.find_group(group).await
    }

    async fn set_group(&self, workspace: &str, group: &str, people: &[String]) -> Result<()> {
        self.workspace(workspace).await?.put_into_group(group, people).await
    }

    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>> {
        self.workspace(workspace).await?.find_mentioned(workspace, text).await
    }

    async fn download(&self, workspace: &str, file: &str) -> Result<Option<Download>> {
        self.workspace(workspace).await?.fetch_file(file).await
    }

    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>> {
        let request = SlackApiChatGetPermalinkRequest::new(place.channel.clone().into(), message.into());
        let workspace = self.workspace(&place.workspace).await?;
        match workspace.api.open_session(&workspace.token).chat_get_permalink(&request).await.map_err(ours) {
            Ok(found) => Ok(Some(found.permalink.into())),
            Err(err) if matches!(err.kind, ErrorKind::NotFound | ErrorKind::Closed | ErrorKind::Permission) => Ok(None),
            Err(err) => Err(err),
        }
    }

    async fn show_page(&self, workspace: &str, person: &str, page: &[Message], seen: Option<&str>) -> Result<Option<String>> {
        self.publish(workspace, person, page, seen).await
    }

    async fn show_links(&self, sharing: &Sharing, cards: &[(String, Message)]) -> Result<()> {
        self.unfurl(sharing, cards).await
    }

    async fn hint_at_links(&self, sharing: &Sharing, hint: &Message) -> Result<()> {
        self.ask_to_link(sharing, hint).await
    }

    async fn is_in(&self, person: &str, place: &Place) -> Result<Option<bool>> {
        self.workspace(&place.workspace).await?.is_member(person, place).await.map(Some)
    }

    async fn credentials(&self, workspace: &str) -> String {
        self.credentials_of(workspace).await
    }

    async fn ending(&self) -> Result<Vec<Ending>> {
        self.ending_installs().await
    }

    async fn names_of(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        self.find_names(workspace, channel).await
    }

    async fn whereabouts(&self, place: &Place) -> Result<Place> {
        self.find_place(place).await
    }

    async fn health(&self) -> Vec<Check> {
        let mut checks = self.checks_of_all().await;
        if let Some(socket) = &self.socket {
            checks.extend(socket.checks().await);
        }
        checks
    }

    async fn workspaces(&self) -> Result<Vec<InstalledWorkspace>> {
        self.list_workspaces().await
    }

    async fn forget_workspace(&self, id: &str) -> Result<()> {
        self.forget_install(id).await
    }
}

impl Slack {
    /// What fits into one message.
    fn draw(&self, message: &Message) -> Map<String, Value> {
        render(message, &|button| self.command_of(button)).into_fields()
    }

    /// Slack opens a form only when somebody has just done something; a mention is not enough. So
    /// there is a button, and whoever presses it does something.
    async fn offer_form(&self, to: &Answering, form: &FormView) -> Result<()> {
        let text = format!("“{}” needs a few more values.", form.title);
        self.offer_to_open(to, form, ("Fill in the form", text)).await
    }

    /// A button that opens a form as it stands, with words before it.
    pub(super) async fn offer_to_open(&self, to: &Answering, form: &FormView, (label, text): (&str, String)) -> Result<()> {
        let message = Message::text(text);
        let mut fields = self.draw(&message);
        let button =
            json!({ "type": "button", "action_id": OPEN_FORM, "text": plain(label, 75), "value": form.id, "style": "primary" });
        if let Some(blocks) = fields.get_mut("blocks").and_then(Value::as_array_mut) {
            blocks.push(json!({ "type": "actions", "elements": [button] }));
        }
        let workspace = self.workspace(&to.place.workspace).await?;
        self.answer(&workspace, to, Audience::Asker, fields, &metadata(&form.id)).await?;
        Ok(())
    }

    /// By the `response_url`, which reaches channels that the bot is not in; by the API when that
    /// is used up, over, or not there.
    pub(super) async fn answer(
        &self,
        workspace: &Workspace,
        to: &Answering,
        audience: Audience,
        fields: Map<String, Value>,
        metadata: &Value,
    ) -> Result<Posted> {
        if let Some(url) = &to.response_url {
            let url = response_url(workspace.wire().base(), url)?;
            if self.respond(workspace, &url, to, audience, &fields, metadata).await? {
                return Ok(Posted::default());
            }
        }
        let (channel, thread) = (&to.place.channel, to.place.thread.as_deref());
        if audience == Audience::Channel || is_private(channel) {
            return workspace.say(channel, thread, fields, metadata).await;
        }
        let mut fields = fields;
        // Ephemeral messages show no previews, and the method knows no such arguments.
        fields.remove("unfurl_links");
        fields.remove("unfurl_media");
        fields.insert("channel".into(), channel.as_str().into());
        fields.insert("user".into(), to.asker.as_str().into());
        if let Some(thread) = thread
            && workspace.is_active(channel, thread).await
        {
            fields.insert("thread_ts".into(), thread.into());
        }
        let sent = workspace.wire().say("chat.postEphemeral", channel, &fields).await?;
        Ok(Posted { id: sent.body["message_ts"].as_str().map(str::to_owned) })
    }

    /// True when Slack took it, false when this address takes nothing any more.
    async fn respond(
        &self,
        workspace: &Workspace,
        url: &Url,
        to: &Answering,
        audience: Audience,
        fields: &Map<String, Value>,
        metadata: &Value,
    ) -> Result<bool> {
        let id: [u8; 32] = Sha256::digest(url.as_str().as_bytes()).into();
        let used = self.answered.get(&id).await.unwrap_or(0);
        if used >= USES {
            return Ok(false);
        }
        self.answered.insert(id, used + 1).await;
        let response = Response {
            fields,
            response_type: match audience {
                Audience::Asker | Audience::Private => "ephemeral",
                Audience::Channel => "in_channel",
            },
            metadata: (audience == Audience::Channel).then_some(metadata),
            replace_original: false,
            thread_ts: to.place.thread.as_deref(),
        };
        let (status, body) = workspace.wire().respond(url, &response).await?;
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
}

/// What a `response_url` takes: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
#[derive(Serialize)]
struct Response<'a> {
    #[serde(flatten)]
    fields: &'a Map<String, Value>,
    response_type: &'static str,
    /// As `chat.postMessage` takes it; what one person sees has no history.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Value>,
    replace_original: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a str>,
}

impl Workspace {
    /// Whether somebody has replied in the thread: before that Slack shows no ephemeral message
    /// there, and says nothing about it. In doubt the channel itself is where it is seen.
    async fn is_active(&self, channel: &str, thread: &str) -> bool {
        let replies = self.wire().get("conversations.replies", &[("channel", channel), ("ts", thread), ("limit", "2")]).await;
        replies.is_ok_and(|it| it.body["messages"].as_array().is_some_and(|it| it.len() > 1))
    }

    pub(super) async fn say(
        &self,
        channel: &str,
        thread: Option<&str>,
        mut fields: Map<String, Value>,
        metadata: &Value,
    ) -> Result<Posted> {
        // With the token of an organization, a name could be a channel of any of its workspaces.
        let found = match self.wire().team() {
            Some(_) => self.conversation(channel).await?,
            None => channel.to_owned(),
        };
        let channel = found.as_str();
        fields.insert("channel".into(), channel.into());
        if let Some(thread) = thread {
            fields.insert("thread_ts".into(), thread.into());
        }
        // Finds this very post again in the channel's history, when nobody knows whether it arrived.
        fields.insert("metadata".into(), metadata.clone());
        // As JSON: slack-morphism's request has no metadata and its blocks no `verbatim` table of ours.
        let sent = self.wire().say("chat.postMessage", channel, &fields).await?;
        self.learn_channel(channel, &sent.body["channel"]).await;
        Ok(Posted { id: sent.body["ts"].as_str().map(str::to_owned) })
    }

    /// The conversation's id: what changes a message takes no names.
    pub(super) async fn channel_of(&self, to: &Target) -> Result<String> {
        match to {
            Target::Answer { to, .. } => self.conversation(&to.place.channel).await,
            Target::Place(place) => self.conversation(&place.channel).await,
            Target::Person { id, .. } => self.direct(id).await,
        }
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

/// The address came with a signed request, but nothing else than Slack is ever written to.
fn response_url(base: &Url, url: &str) -> Result<Url> {
    let refused = || Error::new(ErrorKind::Permission, "The answer's address is not Slack's, so nothing was sent there.");
    let url = Url::parse(url).map_err(|_| refused())?;
    let slack = url.scheme() == "https" && url.port().is_none() && url.host_str() == Some("hooks.slack.com");
    let same = url.scheme() == base.scheme() && url.host() == base.host();
    let loopback = is_loopback(&url) && is_loopback(base);
    if slack || same || loopback { Ok(url) } else { Err(refused()) }
}

/// A direct conversation is private already, and the global shortcut has no channel but the person.
pub(super) fn is_private(channel: &str) -> bool {
    channel.starts_with('D') || is_member_id(channel)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
