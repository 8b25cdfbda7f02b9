//! Messages.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::{
    narrow,
    render::render as to_html,
    state::{Content, MESSAGE_LIMIT, Message, State, To},
};

/// A message on this user's screen.
pub(super) fn found(state: &State, id: &str, me: i64) -> Result<Message, Refusal> {
    let message = id.parse::<i64>().ok().and_then(|id| state.messages.get(&id));
    message.filter(|it| state.may_see(me, it)).cloned().ok_or_else(Refusal::no_message)
}

/// Whom `to` names: JSON, or plain text separated by commas.
fn recipients(params: &Params) -> Result<Vec<Value>, Refusal> {
    let given = params.required("to")?;
    Ok(match serde_json::from_str::<Value>(&given) {
        Ok(Value::Array(items)) => items,
        Ok(one @ (Value::String(_) | Value::Number(_))) => vec![one],
        _ => given.split(',').map(|it| json!(it.trim())).collect(),
    })
}

pub(super) fn stream_of(state: &State, given: &Value, me: i64) -> Result<i64, Refusal> {
    let shown = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
    let stream = match given.as_i64() {
        Some(id) => state.stream(id),
        None => state.stream_named(&shown),
    };
    let visible = stream.filter(|it| !it.archived && (!it.private || it.subscribers.contains(&me)));
    visible.map(|it| it.id).ok_or_else(|| match given.as_i64() {
        Some(id) => Refusal { body: json!({"result": "error", "msg": format!("Channel with ID '{id}' does not exist"), "code": "STREAM_DOES_NOT_EXIST", "stream_id": id}), ..Refusal::no_stream(&shown) },
        None => Refusal::no_stream(&shown),
    })
}

pub(super) fn people_of(state: &State, given: &[Value]) -> Result<Vec<i64>, Refusal> {
    let one = |wanted: &Value| {
        let found = state.users.iter().find(|it| wanted.as_i64() == Some(it.id) || wanted.as_str() == Some(&it.email));
        found.map(|it| it.id).ok_or_else(|| match wanted.as_i64() {
            Some(id) => Refusal::bad(format!("Invalid user ID {id}")),
            None => Refusal::bad(format!("Invalid email '{}'", wanted.as_str().unwrap_or_default())),
        })
    };
    given.iter().map(one).collect()
}

pub(super) fn send(state: &mut State, params: &Params) -> Answer {
    let kind = params.required("type")?;
    let given = recipients(params)?;
    let content = params.required("content")?;
    let widget = params.text("widget_content");
    let (queue, local_id) = (params.text("queue_id"), params.text("local_id"));
    params.flag("read_by_sender");
    if content.trim().is_empty() {
        return Err(Refusal::bad("Message must not be empty"));
    }
    if content.chars().count() > MESSAGE_LIMIT && content.contains('\0') {
        return Err(Refusal::bad("Message must not contain null bytes"));
    }
    let to = match kind.trim_matches('"') {
        "stream" | "channel" => {
            let [stream] = given.as_slice() else { return Err(Refusal::bad("Expected exactly one channel")) };
            let topic = params.text("topic").or_else(|| params.text("subject")).ok_or_else(|| Refusal::missing("topic"))?;
            To::Stream {
                id: stream_of(state, stream, params.me)?,
                topic: if topic.trim().is_empty() { "(no topic)".into() } else { topic },
            }
        }
        "private" | "direct" => {
            params.text("topic");
            if given.is_empty() {
                return Err(Refusal::bad("Message must have recipients"));
            }
            To::Direct(people_of(state, &given)?)
        }
        _ => return Err(Refusal::bad("Invalid type")),
    };
    let id = state.send(params.me, to, &content, widget.as_deref(), &params.client).map_err(Refusal::bad)?;
    // The sender's own queue gets its `local_id` back, which tells an echo from another's message.
    if let (Some(queue), Some(local_id)) = (queue.and_then(|id| state.queues.get_mut(&id)), local_id)
        && let Some(event) = queue.events.iter_mut().rev().find(|it| it["message"]["id"] == id)
    {
        event["local_message_id"] = json!(local_id);
    }
    Ok(json!({"id": id, "automatic_new_visibility_policy": Value::Null}))
}

pub(super) fn get(state: &mut State, id: &str, params: &Params) -> Answer {
    let message = found(state, id, params.me)?;
    let form = if params.flag("apply_markdown") == Some(false) { Content::Markdown } else { Content::Html };
    params.flag("allow_empty_topic_name");
    let mut json = state.message_json(&message, form);
    json["flags"] = json!(state.flags(params.me, &message));
    Ok(json!({"message": json, "raw_content": message.content}))
}

pub(super) fn list(state: &mut State, params: &Params) -> Answer {
    let form = if params.flag("apply_markdown") == Some(false) { Content::Markdown } else { Content::Html };
    params.flag("client_gravatar");
    params.flag("allow_empty_topic_name");
    let ids = params.json("message_ids")?;
    let terms = params.json("narrow")?.and_then(|it| it.as_array().cloned()).unwrap_or_default();
    if let Some(problem) = terms.iter().find_map(narrow::problem) {
        return Err(Refusal::coded(StatusCode::BAD_REQUEST, "BAD_NARROW", problem));
    }
    let visible = state.messages.values().filter(|it| state.may_see(params.me, it));
    let all: Vec<&Message> = visible.filter(|it| terms.iter().all(|term| narrow::matches(state, it, term, params.me))).collect();
    let json = |message: &&Message| {
        let mut json = state.message_json(message, form);
        json["flags"] = json!(state.flags(params.me, message));
        json
    };
    if let Some(ids) = ids {
        let wanted = all.iter().filter(|it| ids.as_array().is_some_and(|ids| ids.contains(&json!(it.id))));
        return Ok(json!({"messages": wanted.map(json).collect::<Vec<_>>()}));
    }
    let anchor = params.text("anchor").unwrap_or_else(|| "newest".into());
    let before = params.number("num_before")?.ok_or_else(|| Refusal::missing("num_before"))?;
    let after = params.number("num_after")?.ok_or_else(|| Refusal::missing("num_after"))?;
    let (Ok(before), Ok(after)) = (usize::try_from(before), usize::try_from(after)) else {
        return Err(Refusal::bad("num_before is not a non-negative integer"));
    };
    if before + after > 5000 {
        return Err(Refusal::bad("Too many messages requested (maximum 5000)."));
    }
    // The numbers that the API itself uses for the two ends.
    let anchor = match anchor.as_str() {
        "newest" | "first_unread" => 10_000_000_000_000_000,
        "oldest" => 0,
        number => number.parse::<i64>().map_err(|_| Refusal::bad("Invalid anchor"))?,
    };
    let include = params.flag("include_anchor") != Some(false);
    let at = all.iter().position(|it| it.id >= anchor).unwrap_or(all.len());
    let found_anchor = all.get(at).is_some_and(|it| it.id == anchor);
    let rest = if found_anchor { at + 1 } else { at };
    let (start, end) = (at.saturating_sub(before), (rest + after).min(all.len()));
    let wanted = all[start..at].iter().chain(all[at..rest].iter().filter(|_| include)).chain(&all[rest..end]);
    Ok(json!({
        "messages": wanted.map(json).collect::<Vec<_>>(), "found_anchor": found_anchor, "found_newest": end == all.len(),
        "found_oldest": start == 0, "history_limited": false, "anchor": anchor,
    }))
}

pub(super) fn edit(state: &mut State, id: &str, params: &Params) -> Answer {
    let message = found(state, id, params.me)?;
    let (content, topic) = (params.text("content"), params.text("topic"));
    let stream = params.number("stream_id")?;
    let mode = params.text("propagate_mode").unwrap_or_else(|| "change_one".into());
    let (old, new) = (params.flag("send_notification_to_old_thread"), params.flag("send_notification_to_new_thread"));
    if content.is_none() && topic.is_none() && stream.is_none() {
        return Err(Refusal::bad("Nothing to change"));
    }
    if !matches!(mode.as_str(), "change_one" | "change_later" | "change_all") {
        return Err(Refusal::bad("Invalid propagate_mode"));
    }
    if topic.is_some() || stream.is_some() {
        let To::Stream { id: from, topic: before } = message.to.clone() else {
            return Err(Refusal::bad("Direct messages cannot have topics."));
        };
        if content.is_some() && stream.is_some() {
            return Err(Refusal::bad("Cannot change message content while changing channel"));
        }
        let to = stream.map(|id| stream_of(state, &json!(id), params.me)).transpose()?;
        if to.is_some_and(|it| it == from) && topic.is_none() {
            return Err(Refusal::bad("Message already in this channel."));
        }
        let topic = topic.as_deref().map_or(before.clone(), cut_topic);
        relocate(state, &message, to.unwrap_or(from), &topic, &mode, params.me);
        if new != Some(false) {
            announce(
                state,
                &message,
                To::Stream { id: to.unwrap_or(from), topic: topic.clone() },
                "moved here from",
                (from, &before),
                params.me,
            );
        }
        if old == Some(true) {
            let place = (to.unwrap_or(from), topic.as_str());
            announce(state, &message, To::Stream { id: from, topic: before.clone() }, "moved to", place, params.me);
        }
        if content.is_none() {
            return Ok(json!({"detached_uploads": []}));
        }
    }
    if content.is_some() && message.sender != params.me {
        return Err(Refusal::bad("You don't have permission to edit this message"));
    }
    if content.is_some() && !message.submessages.is_empty() {
        return Err(Refusal::bad("Widgets cannot be edited."));
    }
    change(state, &message, content, None, None);
    Ok(json!({"detached_uploads": []}))
}

/// Moves a message, alone or with others of its topic. <https://zulip.com/api/update-message>
fn relocate(state: &mut State, message: &Message, stream: i64, topic: &str, mode: &str, mover: i64) {
    let goes = |it: &&Message| match mode {
        "change_all" => it.to == message.to,
        "change_later" => it.to == message.to && it.id >= message.id,
        _ => it.id == message.id,
    };
    let moved: Vec<i64> = state.messages.values().filter(goes).map(|it| it.id).collect();
    let (now, to) = (state.now / 1_000_000, To::Stream { id: stream, topic: topic.to_owned() });
    for id in &moved {
        let Some(one) = state.messages.get_mut(id) else { continue };
        let before = version(one, now);
        one.to = to.clone();
        let one = one.clone();
        state.organization.versions.entry(*id).or_default().push(before);
        state.changed(&one);
    }
    let To::Stream { id: from, topic: before } = &message.to else { return };
    let mut event = json!({"message_id": message.id, "message_ids": moved, "user_id": mover, "edit_timestamp": now,
        "rendering_only": false, "flags": [], "orig_subject": before, "subject": topic, "topic_links": [], "stream_id": from,
        "propagate_mode": mode});
    if stream != *from {
        event["new_stream_id"] = json!(stream);
    }
    state.queue_event(message, "update_message", &event);
}

/// The notification bot tells where messages went, or came from.
fn announce(state: &mut State, message: &Message, place: To, how: &str, (stream, topic): (i64, &str), mover: i64) {
    let name = state.stream(stream).map(|it| it.name.clone()).unwrap_or_default();
    let who = state.user(mover).map(|it| it.full_name.clone()).unwrap_or_default();
    if !state.messages.contains_key(&message.id) {
        return;
    }
    let text = format!("This topic was {how} #**{name}>{topic}** by @_**{who}|{mover}**.");
    // Without a widget nothing can be wrong with it.
    let _ = state.send(state.notifier, place, &text, None, "Internal");
}

fn cut_topic(topic: &str) -> String {
    let topic = topic.trim();
    match topic.chars().count() {
        ..=60 => topic.to_owned(),
        _ => topic.chars().take(57).collect::<String>() + "...",
    }
}

/// Edits a message's content, or moves it, alone or with others of its topic.
pub(in crate::zulip::standin) fn change(
    state: &mut State,
    message: &Message,
    content: Option<String>,
    topic: Option<String>,
    mode: Option<&str>,
) {
    let now = state.now / 1_000_000;
    let moved: Vec<i64> = match (&topic, mode) {
        (Some(_), Some("change_all")) => state.messages.values().filter(|it| it.to == message.to).map(|it| it.id).collect(),
        (Some(_), Some("change_later")) => {
            state.messages.values().filter(|it| it.to == message.to && it.id >= message.id).map(|it| it.id).collect()
        }
        _ => vec![message.id],
    };
    if content.is_some() {
        let before = version(message, message.edited.unwrap_or(message.timestamp));
        state.organization.versions.entry(message.id).or_default().push(before);
    }
    let rendered = content.as_ref().map(|it| to_html(state, it));
    let mut event = json!({"message_id": message.id, "message_ids": moved, "user_id": message.sender, "edit_timestamp": now,
        "rendering_only": false, "flags": []});
    if let (Some(content), Some(rendered)) = (&content, &rendered) {
        event["content"] = json!(content);
        event["rendered_content"] = json!(rendered.html);
        event["orig_content"] = json!(message.content);
        event["orig_rendered_content"] = json!(message.rendered);
        event["is_me_message"] = json!(content.starts_with("/me "));
    }
    if let (Some(topic), To::Stream { id, topic: before }) = (&topic, &message.to) {
        event["orig_subject"] = json!(before);
        event["subject"] = json!(topic);
        event["topic_links"] = json!([]);
        event["stream_id"] = json!(id);
        event["propagate_mode"] = json!(mode.unwrap_or("change_one"));
    }
    for id in moved {
        let Some(one) = state.messages.get_mut(&id) else { continue };
        if let (Some(new), To::Stream { topic, .. }) = (&topic, &mut one.to) {
            topic.clone_from(new);
        }
        if let (true, Some(content), Some(rendered)) = (id == message.id, &content, &rendered) {
            one.history.insert(0, (now, std::mem::take(&mut one.content)));
            one.mentioned.clone_from(&rendered.mentioned);
            one.content.clone_from(content);
            one.rendered.clone_from(&rendered.html);
            one.edited = Some(now);
        }
        let one = one.clone();
        state.changed(&one);
    }
    state.queue_event(message, "update_message", &event);
}

pub(super) fn delete(state: &mut State, id: &str, params: &Params) -> Answer {
    let message = found(state, id, params.me)?;
    let admin = state.user(params.me).is_some_and(|it| it.role <= 200);
    if message.sender != params.me && !admin {
        return Err(Refusal::bad("You don't have permission to delete this message"));
    }
    erase(state, &message);
    Ok(json!({}))
}

pub(in crate::zulip::standin) fn erase(state: &mut State, message: &Message) {
    state.messages.remove(&message.id);
    state.changes.push(("deleted", json!({"id": message.id})));
    let mut event = json!({"message_id": message.id, "message_type": "private"});
    if let To::Stream { id, topic } = &message.to {
        event = json!({"message_id": message.id, "message_type": "stream", "stream_id": id, "topic": topic});
    }
    state.queue_event(message, "delete_message", &event);
}

pub(super) fn render(state: &mut State, params: &Params) -> Answer {
    Ok(json!({"rendered": to_html(state, &params.required("content")?).html}))
}

pub(super) fn flags(state: &mut State, params: &Params) -> Answer {
    let messages = params.json("messages")?.ok_or_else(|| Refusal::missing("messages"))?;
    let (op, flag) = (params.required("op")?, params.required("flag")?);
    if !matches!(op.as_str(), "add" | "remove") {
        return Err(Refusal::bad("Invalid message flag operation: '{}'".replace("{}", &op)));
    }
    if !matches!(flag.as_str(), "read" | "starred" | "collapsed") {
        return Err(Refusal::bad(format!("Invalid flag: '{flag}'")));
    }
    let ids = messages.as_array().into_iter().flatten().filter_map(Value::as_i64);
    let known: Vec<i64> = ids.filter(|id| state.messages.get(id).is_some_and(|it| state.may_see(params.me, it))).collect();
    for id in &known {
        let set = state.organization.flags.entry((params.me, *id)).or_default();
        if op == "add" {
            set.insert(flag.clone())
        } else {
            set.remove(&flag)
        };
    }
    Ok(json!({"messages": known, "ignored_because_not_subscribed_channels": []}))
}

/// What a message said, oldest first.
pub(super) fn history(state: &State, id: &str, params: &Params) -> Answer {
    params.flag("allow_empty_topic_name");
    let message = found(state, id, params.me)?;
    let mut all = state.organization.versions.get(&message.id).cloned().unwrap_or_default();
    all.push(version(&message, message.edited.unwrap_or(message.timestamp)));
    Ok(json!({"message_history": all}))
}

fn version(message: &Message, at: i64) -> Value {
    let topic = if let To::Stream { topic, .. } = &message.to { topic.as_str() } else { "" };
    json!({"topic": topic, "content": message.content, "rendered_content": message.rendered, "timestamp": at, "user_id": message.sender})
}

/// Nobody's client here says what it has read; those who marked it themselves have.
pub(super) fn readers(state: &State, id: &str, params: &Params) -> Answer {
    let message = found(state, id, params.me)?;
    let flags = state.organization.flags.iter();
    let readers = flags.filter(|((user, id), flags)| *id == message.id && *user != message.sender && flags.contains("read"));
    Ok(json!({"user_ids": readers.map(|((user, _), _)| user).collect::<Vec<_>>()}))
}

pub(super) fn submessage(state: &mut State, params: &Params) -> Answer {
    let id = params.required("message_id")?;
    let (kind, content) = (params.required("msg_type")?, params.required("content")?);
    let message = found(state, &id, params.me)?;
    if serde_json::from_str::<Value>(&content).is_err() {
        return Err(Refusal::bad("Invalid json for submessage"));
    }
    if message.submessages.is_empty() && message.sender != params.me {
        return Err(Refusal::bad("You cannot attach a submessage to this message."));
    }
    state.submessage(message.id, params.me, &kind, &content).ok_or_else(Refusal::no_message)?;
    Ok(json!({}))
}

pub(super) fn typing(state: &mut State, params: &Params) -> Answer {
    let op = params.required("op")?;
    if !matches!(op.as_str(), "start" | "stop") {
        return Err(Refusal::bad("Invalid op"));
    }
    let kind = params.text("type").unwrap_or_else(|| "direct".into());
    let place = match kind.as_str() {
        "stream" | "channel" => {
            let id = params.number("stream_id")?.ok_or_else(|| Refusal::missing("stream_id"))?;
            json!({"stream_id": stream_of(state, &json!(id), params.me)?, "topic": params.required("topic")?})
        }
        _ => json!({"recipients": people_of(state, &recipients(params)?)?}),
    };
    state.changes.push(("typing", json!({"op": op, "sender": params.me, "to": place})));
    Ok(json!({}))
}
