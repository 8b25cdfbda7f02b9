//! Messages.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args, by_id, channel_id};
use crate::slack::standin::{
    blocks::{self, Surface},
    state::{Message, State},
};

/// Slack cuts longer texts; for the app it is an error here, so that it is noticed.
const TEXT_LIMIT: usize = 40_000;

/// Reads the content that a message may have: text, blocks, attachments. Also for response URLs.
///
/// # Errors
/// `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_blocks_format`, `invalid_attachments`.
pub fn content(state: &mut State, args: &Args) -> Result<(String, Vec<Value>, Vec<Value>), ApiError> {
    let list = |name: &str, error: &'static str| match args.json(name, error)? {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ApiError::new(error)),
    };
    let mut given = list("blocks", "invalid_blocks_format")?;
    let mut attachments = list("attachments", "invalid_attachments")?;
    let text = args.text("text").unwrap_or_default();
    if text.is_empty() && given.is_empty() && attachments.is_empty() {
        return Err(ApiError::new("no_text"));
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(ApiError::new("msg_too_long"));
    }
    let mut problems = blocks::check("/blocks", &given, Surface::Message);
    for (index, attachment) in attachments.iter_mut().enumerate() {
        attachment["id"] = json!(index + 1);
        if let Some(inner) = attachment["blocks"].as_array_mut() {
            problems.extend(blocks::check(&format!("/attachments/{index}/blocks"), inner, Surface::Message));
            blocks::name(inner, &mut state.ids);
        }
    }
    if attachments.len() > 100 {
        return Err(ApiError::new("too_many_attachments"));
    }
    if !problems.is_empty() {
        return Err(ApiError { code: "invalid_blocks", messages: problems, retry_after: None });
    }
    blocks::name(&mut given, &mut state.ids);
    Ok((text, given, attachments))
}

/// Turns `@ana` and `#dev` into mentions, for `link_names` and for what people type.
pub fn link_names(state: &State, text: &str) -> String {
    let mut linked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['@', '#']) {
        let (before, from) = rest.split_at(at);
        linked.push_str(before);
        let word_before = linked.chars().next_back().is_some_and(|it| it.is_alphanumeric() || it == '<' || it == '&');
        let name: String = from.chars().skip(1).take_while(|it| it.is_alphanumeric() || matches!(it, '_' | '-')).collect();
        let lower = name.to_lowercase();
        let link = match from.as_bytes()[0] {
            _ if word_before || name.is_empty() => None,
            b'@' if matches!(lower.as_str(), "here" | "channel" | "everyone") => Some(format!("<!{lower}>")),
            b'@' => state.users.iter().find(|it| it.name == lower).map(|it| format!("<@{}>", it.id)),
            _ => state.channels.iter().find(|it| it.name == lower).map(|it| format!("<#{}|{}>", it.id, it.name)),
        };
        let length = if link.is_some() { 1 + name.len() } else { 1 };
        linked.push_str(link.as_deref().unwrap_or(&from[..1]));
        rest = &from[length..];
    }
    linked + rest
}

/// The message that the arguments describe, and its channel, where the app may post.
pub(super) fn message(state: &mut State, args: &Args) -> Result<Message, ApiError> {
    let given = args.required("channel")?;
    // A person's id means the direct conversation with them.
    let channel = match state.user(&given).map(|user| user.id.clone()) {
        Some(user) => state.direct(&[state.app.bot_user.clone(), user]),
        None => channel_id(state, &given)?,
    };
    let target = state.channel(&channel).ok_or(ApiError::new("channel_not_found"))?;
    if target.archived {
        return Err(ApiError::new("is_archived"));
    }
    if !target.members.contains(&state.app.bot_user) {
        return Err(ApiError::new("not_in_channel"));
    }
    let thread_ts = args.text("thread_ts").filter(|it| !it.is_empty());
    if let Some(thread_ts) = &thread_ts
        && state.message(&channel, thread_ts).is_none()
    {
        return Err(ApiError::new("thread_not_found"));
    }
    // A reply to a reply is a reply to the thread.
    let thread_ts = thread_ts.map(|ts| state.message(&channel, &ts).and_then(|it| it.thread_ts.clone()).unwrap_or(ts));
    let (mut text, blocks, attachments) = content(state, args)?;
    if args.flag("link_names") == Some(true) || args.text("parse").as_deref() == Some("full") {
        text = link_names(state, &text);
    }
    Ok(Message {
        channel,
        thread_ts,
        user: state.app.bot_user.clone(),
        bot_id: Some(state.app.bot_id.clone()),
        username: args.text("username"),
        icons: args.text("icon_emoji").map(|emoji| json!({"emoji": emoji})),
        text,
        blocks,
        attachments,
        metadata: metadata(args)?,
        ..Message::default()
    })
}

/// <https://docs.slack.dev/messaging/message-metadata>
pub fn metadata(args: &Args) -> Result<Option<Value>, ApiError> {
    let Some(metadata) = args.json("metadata", "invalid_metadata_format")? else { return Ok(None) };
    if metadata["event_type"].as_str().is_none_or(str::is_empty) || !metadata["event_payload"].is_object() {
        return Err(ApiError::new("invalid_metadata_schema"));
    }
    if metadata.to_string().len() > 16 * 1024 {
        return Err(ApiError::new("metadata_too_large"));
    }
    Ok(Some(metadata))
}

pub(super) fn post(state: &mut State, args: &Args) -> Answer {
    let message = message(state, args)?;
    state.take_token(&message.channel)?;
    let message = state.post(message);
    Ok(json!({"channel": message.channel, "ts": message.ts, "message": state.message_json(&message)}))
}

pub(super) fn post_ephemeral(state: &mut State, args: &Args) -> Answer {
    let user = args.required("user")?;
    let mut message = message(state, args)?;
    if state.user(&user).is_none() || !state.channel(&message.channel).is_some_and(|it| it.members.contains(&user)) {
        return Err(ApiError::new("user_not_in_channel"));
    }
    message.only_for = Some(user);
    let message = state.post(message);
    Ok(json!({"message_ts": message.ts}))
}

/// The app's own message that `channel` and `ts` name.
fn own(state: &State, args: &Args, refusal: &'static str) -> Result<(String, String), ApiError> {
    let channel = by_id(state, args)?;
    let ts = args.required("ts")?;
    let message = state.message(&channel, &ts).filter(|it| it.only_for.is_none()).ok_or(ApiError::new("message_not_found"))?;
    if message.bot_id.as_ref() != Some(&state.app.bot_id) {
        return Err(ApiError::new(refusal));
    }
    Ok((channel, ts))
}

pub(super) fn update(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = own(state, args, "cant_update_message")?;
    let (text, mut blocks, mut attachments) = content(state, args)?;
    let metadata = metadata(args)?;
    // Without `blocks`, a text alone takes the old blocks away; attachments stay as they were.
    if blocks.is_empty() && text.is_empty() {
        blocks = state.message(&channel, &ts).map(|it| it.blocks.clone()).unwrap_or_default();
    }
    if !args.0.contains_key("attachments") {
        attachments = state.message(&channel, &ts).map(|it| it.attachments.clone()).unwrap_or_default();
    }
    let edited = Some((state.app.bot_user.clone(), state.ts()));
    let message = state.update(&channel, &ts, |message| {
        message.text.clone_from(&text);
        message.blocks = blocks;
        message.attachments = attachments;
        message.edited = edited;
        if metadata.is_some() {
            message.metadata = metadata;
        }
    });
    let message = message.ok_or(ApiError::new("message_not_found"))?;
    Ok(json!({"channel": channel, "ts": ts, "text": text, "message": state.message_json(&message)}))
}

pub(super) fn delete(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = own(state, args, "cant_delete_message")?;
    state.delete(&channel, &ts);
    Ok(json!({"channel": channel, "ts": ts}))
}

pub(super) fn permalink(state: &mut State, args: &Args) -> Answer {
    let channel = by_id(state, args)?;
    let ts = args.required("message_ts")?;
    let message = state.message(&channel, &ts).filter(|it| it.only_for.is_none()).ok_or(ApiError::new("message_not_found"))?;
    let mut link = format!("{}/archives/{channel}/p{}", state.base, ts.replace('.', ""));
    if let Some(thread_ts) = &message.thread_ts {
        link.push_str(&format!("?thread_ts={thread_ts}&cid={channel}"));
    }
    Ok(json!({"channel": channel, "permalink": link}))
}
