//! The Events API: <https://docs.slack.dev/apis/events-api>. A message to the bot is a [`Line`], everything else of
//! interest a [`Happening`].

use bytes::Bytes;
use commands::Group;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{
    commands::line,
    escape::unescape,
    install::{Left, UNINSTALLED},
};
use crate::{
    chat::{Answering, Change, Place, Preview, Sharing, Stage},
    dispatch::{Happening, Line, Wanted, What},
};

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    challenge: Option<String>,
    #[serde(default)]
    team_id: Option<String>,
    #[serde(default)]
    enterprise_id: Option<String>,
    #[serde(default)]
    event_time: Option<i64>,
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    authorizations: Vec<Authorization>,
    /// People of other organisations are in the channel.
    #[serde(default)]
    is_ext_shared_channel: bool,
    #[serde(default)]
    event: Option<Inner>,
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    is_enterprise_install: bool,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    subtype: Option<String>,
    #[serde(default)]
    bot_id: Option<String>,
    #[serde(default)]
    user: Option<Value>,
    #[serde(default)]
    text: Option<String>,
    /// An id, or an object with one.
    #[serde(default)]
    channel: Option<Value>,
    #[serde(default)]
    channel_type: Option<String>,
    #[serde(default)]
    ts: Option<String>,
    #[serde(default)]
    thread_ts: Option<String>,
    /// Whose tokens were revoked, by sort.
    #[serde(default)]
    tokens: Option<Revoked>,
    #[serde(default)]
    edited: Option<Value>,
    #[serde(default)]
    files: Vec<File>,
    #[serde(default)]
    tab: Option<String>,
    #[serde(default)]
    view: Option<View>,
    #[serde(default)]
    message_ts: Option<String>,
    #[serde(default)]
    unfurl_id: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    inviter: Option<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct View {
    #[serde(default)]
    hash: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    url: String,
}

#[derive(Deserialize)]
struct Revoked {
    #[serde(default)]
    bot: Vec<String>,
}

/// What a request to the events address is.
#[derive(Debug)]
pub enum Event {
    /// Slack wants to see its own word again, when the address is entered in the app's settings.
    Challenge(String),
    Line(Box<Line>),
    /// The app was removed.
    Left(Left),
    Happened(Box<Happening>),
    /// Not for us, and why.
    Ignored(&'static str),
}

/// Reads a verified body.
///
/// # Errors
/// What cannot be read, in words for the log.
pub fn read(groups: &[Group], body: &Bytes, request_id: &str) -> Result<Event, String> {
    let mut envelope: Envelope = serde_json::from_slice(body).map_err(|err| format!("the event cannot be read: {err}"))?;
    match envelope.kind.as_str() {
        "url_verification" => return envelope.challenge.map(Event::Challenge).ok_or_else(|| "no challenge".into()),
        "event_callback" => {}
        "app_rate_limited" => return Ok(Event::Ignored("Slack limits our events: more than 30,000 an hour")),
        _ => return Ok(Event::Ignored("an envelope of an unknown type")),
    }
    let event = envelope.event.take().ok_or("an event_callback without event")?;
    let revoked = event.tokens.as_ref().is_some_and(|it| !it.bot.is_empty());
    let left = match event.kind.as_str() {
        "app_uninstalled" => Some(UNINSTALLED),
        "tokens_revoked" if revoked => Some("its token was revoked in Slack"),
        _ => None,
    };
    if let Some(why) = left {
        return Ok(envelope.left(why).map_or(Event::Ignored("an uninstall that names no workspace"), Event::Left));
    }
    let myself = envelope.authorizations.iter().filter(|it| it.is_bot).find_map(|it| it.user_id.as_deref());
    let read = match event.kind.as_str() {
        "app_mention" => return said(groups, &envelope, event, body, request_id),
        "message" if event.channel_type.as_deref() == Some("im") => return said(groups, &envelope, event, body, request_id),
        "message" => Err("a message that is not to the bot"),
        "app_home_opened" => home(event),
        "link_shared" if envelope.is_ext_shared_channel => Err("a link in a channel that is shared with other organisations"),
        "link_shared" => links(event, &envelope, myself),
        _ => channel(event, myself),
    };
    let what = match read {
        Ok(what) => what,
        Err(reason) => return Ok(Event::Ignored(reason)),
    };
    Ok(Event::Happened(Box::new(Happening {
        key: envelope.event_id.ok_or("the event has no event_id")?,
        raw: body.clone(),
        platform: "slack".into(),
        workspace: envelope.team_id.unwrap_or_default(),
        request_id: request_id.into(),
        what,
    })))
}

impl Inner {
    fn person(&self) -> Option<String> {
        self.user.as_ref()?.as_str().map(str::to_owned)
    }

    fn channel(&self) -> Option<String> {
        let channel = self.channel.as_ref()?;
        channel.as_str().or_else(|| channel["id"].as_str()).map(str::to_owned)
    }
}

/// A message to the bot.
fn said(groups: &[Group], envelope: &Envelope, event: Inner, body: &Bytes, request_id: &str) -> Result<Event, String> {
    let myself = envelope.authorizations.iter().filter(|it| it.is_bot).find_map(|it| it.user_id.as_deref());
    let direct = event.kind == "message";
    let user = event.user.as_ref().and_then(|it| it.as_str());
    if event.bot_id.is_some() || event.subtype.as_deref() == Some("bot_message") || (user.is_some() && user == myself) {
        return Ok(Event::Ignored("a bot's message"));
    }
    // A command is done by then; and who mends a typing mistake in it says it again.
    let is_other = event.subtype.as_deref().is_some_and(|it| !matches!(it, "file_share" | "thread_broadcast"));
    if is_other || event.edited.is_some() {
        return Ok(Event::Ignored("a message that was changed or says what happened"));
    }
    let (Some(user), Some(channel), Some(ts), Some(_)) = (user, event.channel(), event.ts, &envelope.event_id) else {
        return Err("the event has no user, channel, ts or event_id".into());
    };
    let text = without_mention(event.text.as_deref().unwrap_or_default(), myself);
    // Wherever they stand, the command's file field takes them.
    let files: String = event.files.iter().filter(|it| is_file_id(&it.id)).map(|it| format!(" slack-file:{}", it.id)).collect();
    // One message may come as two events, as a mention and as a message; it is one command.
    let key = format!("{channel}:{ts}");
    // In a channel the answer goes into a thread; a direct conversation stays as its person has it.
    let thread = if direct { event.thread_ts } else { event.thread_ts.or(Some(ts)) };
    let workspace = envelope.team_id.clone().or_else(|| envelope.enterprise_id.clone()).unwrap_or_default();
    let place = Place { platform: "slack".into(), workspace, channel, thread };
    Ok(Event::Line(Box::new(Line {
        key,
        raw: body.clone(),
        to: Answering { place, asker: user.into(), response_url: None, pressed: None },
        text: line(groups, &(unescape(text) + &files)),
        trigger: None,
        request_id: request_id.into(),
    })))
}

impl Envelope {
    /// An organization's install is over where no workspace is named, or it is said to be the organization's.
    fn left(&self, why: &'static str) -> Option<Left> {
        let team = self.team_id.as_ref().filter(|_| !self.authorizations.iter().any(|it| it.is_enterprise_install));
        let id = team.or(self.enterprise_id.as_ref()).or(self.team_id.as_ref())?.clone();
        let said = Timestamp::from_second(self.event_time?).ok()?;
        Some(Left { id, said, why })
    }
}

fn is_file_id(id: &str) -> bool {
    id.starts_with('F') && id.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// Somebody went to the app's Home tab: <https://docs.slack.dev/reference/events/app_home_opened>.
fn home(event: Inner) -> Result<What, &'static str> {
    if event.tab.as_deref() != Some("home") {
        return Err("another tab than the Home tab was opened");
    }
    let person = event.person().ok_or("a Home tab was opened by nobody")?;
    Ok(What::PageOpened { person, seen: event.view.and_then(|it| it.hash), wanted: Wanted::Opened })
}

/// Links were written or posted: <https://docs.slack.dev/reference/events/link_shared>.
fn links(event: Inner, envelope: &Envelope, myself: Option<&str>) -> Result<What, &'static str> {
    let person = event.person().ok_or("links that nobody shared")?;
    if Some(person.as_str()) == myself {
        return Err("links that the bot shared itself");
    }
    let stage = match event.source.as_deref() {
        Some("composer") => Stage::Writing,
        _ => Stage::Said,
    };
    // While it is written, `channel` is no channel, and `message_ts` repeats `unfurl_id`.
    let channel = if stage == Stage::Writing { String::new() } else { event.channel().ok_or("links without a channel")? };
    let message = event.message_ts.or_else(|| event.unfurl_id.clone()).ok_or("links without a message")?;
    let preview = event.unfurl_id.zip(event.source).map(|(id, source)| Preview { id, source });
    if stage == Stage::Writing && preview.is_none() {
        return Err("a preview without an unfurl_id");
    }
    let workspace = envelope.team_id.clone().unwrap_or_default();
    let place = Place { platform: "slack".into(), workspace, channel, thread: event.thread_ts };
    let links = event.links.into_iter().map(|it| it.url).collect();
    Ok(What::LinksShared { sharing: Sharing { place, person, message, preview, stage }, links })
}

/// Something happened to a channel: <https://docs.slack.dev/reference/events/channel_rename> and its like.
fn channel(event: Inner, myself: Option<&str>) -> Result<What, &'static str> {
    let name = || {
        let name = event.channel.as_ref().and_then(|it| it["name"].as_str()).filter(|it| !it.is_empty());
        name.map(str::to_owned).ok_or("a channel without a name")
    };
    let is_me = || event.user.as_ref().and_then(Value::as_str).is_some_and(|it| Some(it) == myself);
    let change = match event.kind.as_str() {
        "channel_rename" | "group_rename" => Change::Renamed(name()?),
        "channel_created" => Change::Created(name()?),
        "channel_archive" | "group_archive" => Change::Archived,
        "channel_unarchive" | "group_unarchive" => Change::Unarchived,
        "channel_deleted" | "group_deleted" => Change::Deleted,
        "channel_left" | "group_left" => Change::Removed,
        "member_left_channel" if is_me() => Change::Removed,
        "member_joined_channel" if is_me() => Change::Added(event.inviter.clone()),
        "member_left_channel" | "member_joined_channel" => return Err("somebody else came or went"),
        _ => return Err("an event that nothing here waits for"),
    };
    Ok(What::ChannelChanged { channel: event.channel().ok_or("a change of no channel")?, change })
}

/// The text after the mention of the bot that it begins with; where Slack does not say who we are,
/// after any mention.
fn without_mention<'a>(text: &'a str, myself: Option<&str>) -> &'a str {
    let text = text.trim_start();
    let Some((mention, rest)) = text.strip_prefix("<@").and_then(|it| it.split_once('>')) else { return text };
    let id = mention.split('|').next().unwrap_or_default();
    if myself.is_none_or(|it| it == id) { rest.trim_start_matches([':', ',']).trim_start() } else { text }
}
