//! Links in messages: the event that tells the app of them, and what it has shown below them.
//! <https://docs.slack.dev/messaging/unfurling-links-in-messages>

use serde_json::{Map, Value, json};
use url::Url;

use super::{
    blocks::{self, Surface},
    state::{Message, State},
    web_api::{Answer, ApiError, Args},
};

/// Links that the app was told of, by the `unfurl_id` that it was told with.
#[derive(Clone)]
pub struct Shared {
    user: String,
    /// The message, once it is posted.
    message: Option<(String, String)>,
    links: Vec<String>,
}

impl State {
    /// Tells the app of the links in a posted message, and puts the previews there that its author saw while writing.
    pub fn share_links(&mut self, message: &Message) -> Message {
        let links = self.known_links(&message.text);
        let previews: Vec<Value> =
            links.iter().filter_map(|it| self.previews.remove(&(message.user.clone(), it.clone()))).collect();
        let key = (message.channel.clone(), message.ts.clone());
        let message = match previews.is_empty() {
            true => message.clone(),
            false => self.attach(&key, previews).unwrap_or_else(|| message.clone()),
        };
        if !links.is_empty() {
            let member = self.channel(&message.channel).is_some_and(|it| it.members.contains(&self.app.bot_user));
            let id = self.tell_links(&message.user, links, Some(key));
            let event = self.outbox.last_mut().filter(|it| it["unfurl_id"] == id);
            if let Some(event) = event {
                event["is_bot_user_member"] = json!(member);
                if let Some(thread_ts) = &message.thread_ts {
                    event["thread_ts"] = json!(thread_ts);
                }
            }
        }
        message
    }

    /// Tells the app of the links that somebody is writing; the `unfurl_id`, if there are any.
    pub fn write_links(&mut self, user: &str, text: &str) -> Option<String> {
        let links = self.known_links(text);
        (!links.is_empty()).then(|| self.tell_links(user, links, None))
    }

    fn tell_links(&mut self, user: &str, links: Vec<String>, message: Option<(String, String)>) -> String {
        let id = match &message {
            Some((channel, ts)) => format!("{channel}.{ts}.{}", self.ids.hexadecimal(64)),
            None => format!("{user}-{}", self.ids.hexadecimal(32)),
        };
        let host = |url: &String| Url::parse(url).ok().and_then(|it| it.host_str().map(str::to_owned));
        let listed: Vec<Value> = links.iter().map(|url| json!({"domain": host(url), "url": url})).collect();
        let (channel, ts) = message.clone().unwrap_or_else(|| ("COMPOSER".to_owned(), id.clone()));
        let source = if message.is_some() { "conversations_history" } else { "composer" };
        let event_ts = self.ts();
        let event = json!({"type": "link_shared", "user": user, "channel": channel, "message_ts": ts, "is_bot_user_member": true,
            "unfurl_id": id, "source": source, "links": listed, "event_ts": event_ts});
        self.shared.insert(id.clone(), Shared { user: user.to_owned(), message, links });
        self.event("link_shared", event);
        id
    }

    /// The links of a text to domains that the app registered, each once.
    fn known_links(&self, text: &str) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        for word in text.split(|it: char| it.is_whitespace() || matches!(it, '<' | '>' | '|')) {
            let word = word.replace("&amp;", "&");
            let Some(host) = Url::parse(&word).ok().and_then(|it| it.host_str().map(str::to_lowercase)) else { continue };
            let registered = |it: &String| host == *it || host.ends_with(&format!(".{it}"));
            if word.starts_with("http") && self.settings.unfurl_domains.iter().any(registered) && !links.contains(&word) {
                links.push(word);
            }
        }
        links
    }

    /// Puts attachments below a message, in place of those of the same links.
    fn attach(&mut self, (channel, ts): &(String, String), new: Vec<Value>) -> Option<Message> {
        self.update(channel, ts, |message| {
            message.attachments.retain(|old| new.iter().all(|it| it["from_url"] != old["from_url"]));
            message.attachments.extend(new);
            for (index, attachment) in message.attachments.iter_mut().enumerate() {
                attachment["id"] = json!(index + 1);
            }
        })
    }
}

/// `chat.unfurl`: <https://docs.slack.dev/reference/methods/chat.unfurl>
pub fn unfurl(state: &mut State, args: &Args) -> Answer {
    let unfurls = match args.json("unfurls", "invalid_unfurls_format")? {
        Some(Value::Object(unfurls)) => unfurls,
        Some(_) => return Err(ApiError::new("invalid_unfurls_format")),
        None => return Err(ApiError::new("missing_unfurls")),
    };
    let shared = target(state, args)?;
    let mut attachments = Vec::new();
    for (url, unfurl) in &unfurls {
        if !shared.links.contains(url) {
            return Err(ApiError::new("cannot_unfurl_url"));
        }
        attachments.push(attachment(state, url, unfurl)?);
    }
    if args.flag("user_auth_required") == Some(true) || args.text("user_auth_message").is_some() {
        prompt(state, args, &shared)?;
    }
    match &shared.message {
        Some(key) if !attachments.is_empty() => {
            state.attach(key, attachments).ok_or(ApiError::new("cannot_find_message"))?;
        }
        Some(_) => {}
        None => {
            for it in attachments {
                let url = it["from_url"].as_str().unwrap_or_default().to_owned();
                state.previews.insert((shared.user.clone(), url), it);
            }
            let previews: Vec<&Value> =
                state.previews.iter().filter(|((user, _), _)| *user == shared.user).map(|it| it.1).collect();
            let change = json!({"user": shared.user, "previews": previews});
            state.changes.push(("previews", change));
        }
    }
    Ok(json!({}))
}

fn target(state: &State, args: &Args) -> Result<Shared, ApiError> {
    let found = match (args.text("unfurl_id"), args.text("source"), args.text("channel"), args.text("ts")) {
        (Some(_), None, ..) => return Err(ApiError::new("missing_source")),
        (None, Some(_), ..) => return Err(ApiError::new("missing_unfurl_id")),
        (Some(id), Some(_), ..) => state.shared.get(&id).ok_or(ApiError::new("invalid_unfurl_id"))?,
        (None, None, None, _) => return Err(ApiError::new("missing_channel")),
        (None, None, Some(_), None) => return Err(ApiError::new("missing_ts")),
        (None, None, Some(channel), Some(ts)) if channel == "COMPOSER" => {
            state.shared.get(&ts).ok_or(ApiError::new("cannot_find_message"))?
        }
        (None, None, Some(channel), Some(ts)) => {
            let wanted = Some((channel, ts));
            state.shared.values().find(|it| it.message == wanted).ok_or(ApiError::new("cannot_find_message"))?
        }
    };
    Ok(found.clone())
}

fn attachment(state: &mut State, url: &str, unfurl: &Value) -> Result<Value, ApiError> {
    let Some(unfurl) = unfurl.as_object().filter(|it| !it.is_empty()) else {
        return Err(ApiError::new("cannot_parse_attachment"));
    };
    let mut attachment: Map<String, Value> = unfurl.clone();
    if let Some(list) = attachment.get_mut("blocks").and_then(Value::as_array_mut) {
        let problems = blocks::check("/unfurls/blocks", list, Surface::Message);
        if !problems.is_empty() {
            return Err(ApiError { code: "invalid_blocks", messages: problems, retry_after: None });
        }
        blocks::name(list, &mut state.ids);
    }
    for (name, value) in [
        ("from_url", json!(url)),
        ("original_url", json!(url)),
        ("app_unfurl_url", json!(url)),
        ("is_app_unfurl", json!(true)),
        ("bot_id", json!(state.app.bot_id)),
        ("app_id", json!(state.app.app_id)),
        ("fallback", json!("[no preview available]")),
    ] {
        attachment.insert(name.into(), value);
    }
    Ok(attachment.into())
}

/// What the app wants of the person first: shown to them alone, in the channel of their message.
fn prompt(state: &mut State, args: &Args, shared: &Shared) -> Result<(), ApiError> {
    let Some((channel, _)) = &shared.message else { return Err(ApiError::new("cannot_prompt")) };
    let mut list = match args.json("user_auth_blocks", "invalid_blocks")? {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let problems = blocks::check("/user_auth_blocks", &list, Surface::Message);
    if !problems.is_empty() {
        return Err(ApiError { code: "invalid_blocks", messages: problems, retry_after: None });
    }
    blocks::name(&mut list, &mut state.ids);
    state.post(Message {
        channel: channel.clone(),
        user: state.app.bot_user.clone(),
        bot_id: Some(state.app.bot_id.clone()),
        text: args.text("user_auth_message").unwrap_or_default(),
        blocks: list,
        only_for: Some(shared.user.clone()),
        ..Message::default()
    });
    Ok(())
}
