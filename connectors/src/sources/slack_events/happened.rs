//! Slack's events, as ours. They name people and channels by ids; names are told where Slack tells them.

use commands::{
    Event,
    event::{Change, Concern, Object, Why},
};
use jiff::Timestamp;
use serde_json::Value;

use super::super::{body, guess, words};
use crate::{Delivery, payload};

/// None for what concerns nobody else: direct messages, and what Slack tells apps about themselves.
pub(super) fn event(delivery: &Delivery<'_>, payload: &Value) -> Option<Event> {
    // Commands and what is pressed have no `event`.
    let inner = payload.get("event").filter(|it| it.is_object()).unwrap_or(payload);
    let sort = payload::first(inner, &["/type"]).unwrap_or(if inner.get("command").is_some() { "command_used" } else { "" });
    let subtype = payload::text(inner, "/subtype").unwrap_or_default();
    let text = |path: &str| payload::text(inner, path);

    let channel_type = payload::first(inner, &["/channel_type", "/channel/type"]).unwrap_or_default();
    let channel = channel(inner);
    // `D…` is a direct message's channel, whatever else is told.
    let is_direct =
        matches!(channel_type, "im" | "mpim" | "app_home") || channel.as_ref().is_some_and(|it| it.id.starts_with('D'));
    let is_private =
        channel_type == "group" || channel.as_ref().is_some_and(|it| it.id.starts_with('G')) || sort.starts_with("group_");
    if is_direct
        || matches!(sort, "goodbye" | "hello" | "app_home_opened" | "im_open" | "im_close" | "im_created" | "im_history_changed")
    {
        return None;
    }

    // What is written is told where the event says that the channel is public; pins and stars do not say it.
    let is_open = !is_private
        && (channel_type == "channel"
            || !matches!(sort, "message" | "pin_added" | "pin_removed" | "star_added" | "star_removed"));
    // A private channel's name is its members' own, too.
    let channel = channel.map(|it| if is_private { Channel { name: None, ..it } } else { it });

    let message = inner.get("message").or_else(|| inner.pointer("/item/message")).filter(|it| it.is_object()).unwrap_or(inner);
    let actor = actor(inner, message);
    let kind = kind(sort, subtype, inner);
    let written = payload::text(message, "/text").or_else(|| text("/previous_message/text")).map(str::to_owned);
    let written = written.or_else(|| attached(message)).filter(|_| is_open);
    let written = written.as_deref();
    let files = payload::list(message, "/files").iter().take(10).filter(|_| is_open).filter_map(file);
    let words = [written.map(markdown).unwrap_or_default(), files.collect::<Vec<_>>().join("\n")].join("\n").trim().to_owned();
    let words = Some(words).filter(|it| !it.is_empty());
    let time = payload::first(inner, &["/item/ts", "/item/message/ts", "/message/ts", "/deleted_ts", "/message_ts", "/ts"]);
    let is_message = matches!(
        sort,
        "message"
            | "app_mention"
            | "reaction_added"
            | "reaction_removed"
            | "pin_added"
            | "pin_removed"
            | "star_added"
            | "star_removed"
            | "link_shared"
            | "message_action"
    );
    let team = payload::first(payload, &["/team_id", "/team/id", "/event/team"]);

    let mut changes = Vec::new();
    let mut change = |field: &str, from: Option<&str>, to: Option<&str>| {
        if from.is_some() || to.is_some() {
            changes.push(Change { field: field.to_owned(), from: from.map(str::to_owned), to: to.map(str::to_owned) });
        }
    };
    match (sort, subtype) {
        (_, "channel_topic" | "group_topic") => change("topic", None, text("/topic")),
        (_, "channel_purpose" | "group_purpose") => change("purpose", None, text("/purpose")),
        (_, "channel_name" | "group_name") => change("name", text("/old_name"), text("/name")),
        ("channel_rename" | "group_rename", _) => change("name", None, text("/channel/name")),
        ("channel_id_changed", _) => change("id", text("/old_channel_id"), text("/new_channel_id")),
        ("emoji_changed", _) => change("emoji", text("/old_name"), payload::first(inner, &["/new_name", "/name"])),
        ("team_rename", _) => change("name", None, text("/name")),
        ("team_domain_change", _) => change("domain", None, text("/domain")),
        ("email_domain_changed", _) => change("email domain", None, text("/email_domain")),
        ("user_status_changed", _) => change("status", None, text("/user/profile/status_text")),
        ("message", "message_changed") => change(
            "text",
            text("/previous_message/text").filter(|_| is_open).map(payload::first_line),
            text("/message/text").filter(|_| is_open).map(payload::first_line),
        ),
        ("reaction_added", _) => change("reaction", None, text("/reaction")),
        ("reaction_removed", _) => change("reaction", text("/reaction"), None),
        _ => {}
    }
    if is_private {
        changes.clear();
    }
    let (key, title) = match is_message {
        true => (String::new(), message_title(written, channel.as_ref())),
        false => object(sort, inner, channel.as_ref(), &kind),
    };
    let link = channel.as_ref().zip(team).map(|(channel, team)| {
        let mut url =
            format!("https://slack.com/app_redirect?team={}&channel={}", body::encoded(team), body::encoded(&channel.id));
        if let Some(time) = time.filter(|_| is_message) {
            url.push_str(&format!("&message_ts={}", body::encoded(time)));
        }
        url
    });
    let permalink =
        payload::first(inner, &["/item/message/permalink", "/message/permalink", "/item/file/permalink", "/file/permalink"]);
    let permalink =
        permalink.and_then(body::web).or_else(|| permalink_of(message, &channel.as_ref()?.id, time.filter(|_| is_message)?));
    let concerns = match sort {
        "message" | "app_mention" if matches!(subtype, "" | "file_share" | "thread_broadcast" | "me_message" | "bot_message") => {
            mentioned(payload::text(message, "/text").unwrap_or_default(), actor.id.as_deref())
        }
        _ => Vec::new(),
    };
    Some(Event {
        id: payload::first(payload, &["/event_id", "/trigger_id"]).map_or_else(|| body::digest(delivery.body), str::to_owned),
        source: delivery.hook.to_owned(),
        kind,
        at: happened(inner).or_else(|| payload::when(payload, &["/event_time"])).unwrap_or(delivery.received),
        actor: actor.name.or_else(|| actor.id.clone()),
        actor_id: actor.id,
        object: Object {
            key,
            title: guess::cut(&title, 120),
            url: permalink.or(link),
            place: channel.map(|it| it.name.map_or(it.id, |it| format!("#{it}"))),
            state: None,
        },
        changes,
        about: words.as_deref().map(|it| payload::tickets(&guess::cut(it, 2_000))).unwrap_or_default(),
        text: words.as_deref().and_then(payload::said),
        concerns,
        ..Event::default()
    })
}

struct Channel {
    id: String,
    name: Option<String>,
}

fn channel(inner: &Value) -> Option<Channel> {
    let id =
        payload::first(inner, &["/channel/id", "/channel", "/item/channel", "/channel_id", "/new_channel_id", "/channel_ids/0"])?;
    let name = payload::first(inner, &["/channel/name", "/channel_name"]);
    Some(Channel { id: id.to_owned(), name: name.map(|it| it.trim_start_matches('#').to_owned()) })
}

#[derive(Default)]
struct Actor {
    name: Option<String>,
    id: Option<String>,
}

fn actor(inner: &Value, message: &Value) -> Actor {
    let find = |paths: &[&str]| payload::first(inner, paths).or_else(|| payload::first(message, paths)).map(str::to_owned);
    let ids = [
        "/user/id",
        "/user",
        "/user_id",
        "/actor_id",
        "/channel/creator",
        "/subteam/updated_by",
        "/subteam/created_by",
        "/app_request/user/id",
        "/invite_request/requester_ids/0",
        "/bot_id",
    ];
    let names = [
        "/user_profile/display_name",
        "/user_profile/real_name",
        "/user_profile/name",
        "/user/profile/display_name",
        "/user/profile/real_name",
        "/user/real_name",
        "/user/username",
        "/user/name",
        "/user_name",
        "/username",
        "/bot_profile/name",
        "/app_request/user/name",
    ];
    Actor { name: find(&names), id: find(&ids) }
}

/// What is written in a message without a text, as apps write them: in attachments, or in blocks.
fn attached(message: &Value) -> Option<String> {
    let attachments = payload::list(message, "/attachments").iter().take(5);
    let attachments = attachments.filter_map(|it| {
        let told: Vec<&str> = ["/pretext", "/title", "/text"].iter().filter_map(|path| payload::text(it, path)).collect();
        if told.is_empty() { payload::text(it, "/fallback").map(str::to_owned) } else { Some(told.join("\n")) }
    });
    let blocks =
        payload::list(message, "/blocks").iter().take(20).filter_map(|it| payload::first(it, &["/text/text", "/fields/0/text"]));
    let told: Vec<String> = blocks.map(str::to_owned).chain(attachments).collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// A file's name, and its page.
fn file(file: &Value) -> Option<String> {
    let name = payload::first(file, &["/title", "/name"])?;
    Some(match payload::text(file, "/permalink").and_then(body::web) {
        Some(url) => format!("[{}]({url})", name.replace(['[', ']'], " ")),
        None => name.to_owned(),
    })
}

/// A message's page, where a file of it tells the workspace's host.
fn permalink_of(message: &Value, channel: &str, time: &str) -> Option<String> {
    let file = url::Url::parse(payload::text(message, "/files/0/permalink")?).ok()?;
    let host = file.host_str().filter(|it| it.ends_with(".slack.com"))?;
    let thread = payload::text(message, "/thread_ts").filter(|it| *it != time);
    let thread = thread.map(|it| format!("?thread_ts={}&cid={}", body::encoded(it), body::encoded(channel)));
    Some(format!(
        "https://{host}/archives/{}/p{}{}",
        body::encoded(channel),
        body::encoded(&time.replace('.', "")),
        thread.unwrap_or_default()
    ))
}

/// Its first line, or where it stands.
fn message_title(written: Option<&str>, channel: Option<&Channel>) -> String {
    let text = written.map(plain).unwrap_or_default();
    match (payload::first_line(&text), channel) {
        ("", Some(Channel { name: Some(name), .. })) => format!("Message in #{name}"),
        ("", _) => "Message in Slack".to_owned(),
        (line, _) => line.to_owned(),
    }
}

/// What is said of an object: how people write it, and what it is called.
fn object(sort: &str, inner: &Value, channel: Option<&Channel>, kind: &str) -> (String, String) {
    let text = |path: &str| payload::text(inner, path).map(str::to_owned);
    let named = |paths: &[&str]| payload::first(inner, paths).map(str::to_owned);
    let place = channel.map(|it| it.name.as_ref().map_or_else(|| it.id.clone(), |it| format!("#{it}")));
    let (key, title) = match sort {
        "command_used" => (String::new(), named(&["/command"]).map(|it| format!("{it} {}", text("/text").unwrap_or_default()))),
        "member_joined_channel" | "member_left_channel" => (String::new(), place.clone().map(|it| format!("Members of {it}"))),
        "team_join" | "user_change" | "user_profile_changed" | "user_status_changed" | "user_huddle_changed" => {
            (text("/user/id").unwrap_or_default(), named(&["/user/profile/real_name", "/user/real_name", "/user/name"]))
        }
        "emoji_changed" => (String::new(), named(&["/new_name", "/name", "/names/0"]).map(|it| format!(":{it}:"))),
        _ if sort.starts_with("file") => (
            named(&["/file_id", "/file/id"]).unwrap_or_default(),
            named(&["/file/title", "/file/name"]).or(Some("File in Slack".to_owned())),
        ),
        _ if sort.starts_with("subteam") => (
            named(&["/subteam/handle"])
                .map(|it| format!("@{it}"))
                .or_else(|| named(&["/subteam/id", "/subteam_id"]))
                .unwrap_or_default(),
            named(&["/subteam/name"]).or(Some("User group in Slack".to_owned())),
        ),
        _ if sort.starts_with("workflow") => {
            (named(&["/workflow_id", "/workflow_step/workflow_id"]).unwrap_or_default(), Some("Workflow in Slack".to_owned()))
        }
        _ if channel.is_some() => {
            (channel.map(|it| it.id.clone()).unwrap_or_default(), place.clone().map(|it| format!("Channel {it}")))
        }
        _ => (
            String::new(),
            named(&["/app_request/app/name", "/invite_request/email", "/view/title/text", "/callback_id", "/name", "/domain"]),
        ),
    };
    let title = title.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty() && *it != key);
    (key, title.unwrap_or_else(|| format!("{} in Slack", guess::sentence(kind))))
}

fn kind(sort: &str, subtype: &str, inner: &Value) -> String {
    let kind = match (sort, subtype) {
        (
            "message",
            "" | "bot_message" | "me_message" | "file_share" | "thread_broadcast" | "message_replied" | "ekm_access_denied",
        ) => "message.posted",
        ("message", "message_changed") => "message.edited",
        ("message", "message_deleted") => "message.deleted",
        ("message", "channel_join" | "group_join") => "member.joined",
        ("message", "channel_leave" | "group_leave") => "member.left",
        ("message", "channel_topic" | "channel_purpose" | "group_topic" | "group_purpose") => "channel.updated",
        ("message", "channel_name" | "group_name") | ("channel_rename" | "group_rename", _) => "channel.renamed",
        ("message", "channel_archive" | "group_archive") | ("channel_archive" | "group_archive", _) => "channel.archived",
        ("message", "channel_unarchive" | "group_unarchive") | ("channel_unarchive" | "group_unarchive", _) => {
            "channel.unarchived"
        }
        ("message", "channel_posting_permissions") => "channel.updated",
        // A message all the same; the subtype is one that came after us.
        ("message", _) => "message.posted",
        ("app_mention", _) => "message.posted",
        ("member_joined_channel", _) => "member.joined",
        ("member_left_channel", _) => "member.left",
        ("team_join", _) => "person.joined",
        ("user_change" | "user_profile_changed" | "user_status_changed", _) => "person.updated",
        ("channel_left" | "group_left", _) => "channel.left",
        ("group_deleted", _) => "channel.deleted",
        ("group_open" | "group_close", _) => "channel.updated",
        ("subteam_self_added", _) => "group.joined",
        ("subteam_self_removed", _) => "group.left",
        ("subteam_members_changed", _) => "group.changed",
        ("subteam_created", _) => "group.created",
        ("subteam_updated", _) if inner.pointer("/subteam/date_delete").and_then(Value::as_i64).is_some_and(|it| it > 0) => {
            "group.deleted"
        }
        ("subteam_updated", _) => "group.updated",
        ("dnd_updated" | "dnd_updated_user", _) => "person.updated",
        ("workflow_step_execute", _) => "workflow.started",
        ("dialog_suggestion" | "block_suggestion", _) => "form.asked",
        ("file_change", _) => "file.changed",
        ("file_public", _) => "file.published",
        ("command_used", _) => "command.used",
        ("block_actions" | "interactive_message", _) => "button.pressed",
        ("view_submission" | "dialog_submission", _) => "form.submitted",
        ("view_closed" | "dialog_cancellation", _) => "form.canceled",
        ("shortcut" | "message_action", _) => "shortcut.used",
        ("team_domain_change", _) => "workspace.renamed",
        ("team_rename", _) => "workspace.renamed",
        ("app_rate_limited", _) => "app.rate_limited",
        _ => "",
    };
    match kind {
        "" => words::kind_of(sort).unwrap_or_else(|| "event.received".to_owned()),
        kind => kind.to_owned(),
    }
}

/// `1525215129.000001`.
fn happened(inner: &Value) -> Option<Timestamp> {
    let time = payload::first(inner, &["/event_ts", "/action_ts", "/ts"])?;
    time.split('.').next()?.parse().ok().and_then(|it| Timestamp::from_second(it).ok()).filter(|it| it.as_second() > 0)
}

/// The ids after `<@`, each once, but for who wrote it.
fn mentioned(text: &str, actor: Option<&str>) -> Vec<Concern> {
    let mut found: Vec<Concern> = Vec::new();
    for part in text.split("<@").skip(1).take(50) {
        let Some((inner, _)) = part.split_once('>') else { break };
        let (id, name) = inner.split_once('|').unwrap_or((inner, inner));
        if !id.is_empty() && Some(id) != actor && !found.iter().any(|it| it.id.as_deref() == Some(id)) {
            found.push(Concern { name: name.to_owned(), id: Some(id.to_owned()), why: Why::Mentioned });
        }
    }
    found
}

/// Slack's own way of writing (<https://docs.slack.dev/messaging/formatting-message-text>), as Markdown: links and names.
fn markdown(text: &str) -> String {
    rewritten(text, |label, target| format!("[{label}]({target})"))
}

/// The same for a title, in which links are their labels.
fn plain(text: &str) -> String {
    rewritten(text, |label, _| label.to_owned())
}

fn rewritten(text: &str, link: fn(label: &str, target: &str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inner, after)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            break;
        };
        let (target, label) = inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
        let label = label.filter(|it| !it.is_empty());
        match (target.chars().next(), label) {
            (Some('@'), label) => out.push_str(&format!("@{}", label.unwrap_or(&target[1..]).trim_start_matches('@'))),
            (Some('#'), label) => out.push_str(&format!("#{}", label.unwrap_or(&target[1..]))),
            // Said to all in Slack; nobody is called here.
            (Some('!'), label) => {
                out.push_str(label.unwrap_or(&target[1..]).trim_start_matches('@').split('^').next().unwrap_or_default());
            }
            (_, Some(label)) if label != target => out.push_str(&link(label, target)),
            _ => out.push_str(target),
        }
        rest = after;
    }
    out.push_str(rest);
    [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(out, |text, (code, letter)| text.replace(code, letter))
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_becomes_markdown() {
        for (slack, expected) in [
            ("<@U1> see <https://example.org|the page> &amp; <#C1|demo>", "@U1 see [the page](https://example.org) & #demo"),
            ("<!here> <!subteam^S1|@infra> <https://example.org>", "here infra https://example.org"),
            ("a &lt; b <", "a < b <"),
            ("<> <@> <#>", "@ #"),
        ] {
            assert_eq!(markdown(slack), expected);
        }
        let concerns = mentioned("<@U1> <@U2|ben> <@U2> <@U3", Some("U1"));
        assert_eq!(concerns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["ben"]);
    }
}
