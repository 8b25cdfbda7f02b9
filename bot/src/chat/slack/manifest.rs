//! The app's manifest, from what the connectors declare:
//! <https://docs.slack.dev/reference/app-manifest>.
//!
//! `manifests/slack.json` is this for an example address; a test keeps it so.

use connectors::Kind;
use serde_json::{Map, Value, json};

use super::{CONNECTION, commands::OWN, shortcuts};

/// How Slack reaches the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Slack sends requests to a public address.
    Http,
    /// The bot keeps a connection to Slack; no public address.
    Socket,
}

/// A permission of the app's bot user.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub name: &'static str,
    /// Goes on after "It is needed to".
    pub why: &'static str,
    /// What does not work without it.
    pub lost: &'static str,
}

const fn scope(name: &'static str, why: &'static str, lost: &'static str) -> Scope {
    Scope { name, why, lost }
}

/// What the bot asks for, and nothing that it does not use.
pub const SCOPES: &[Scope] = &[
    scope("app_mentions:read", "hear `@Bellhop` in channels", "mentions of the bot are not answered"),
    scope("bookmarks:write", "put a link into a channel's header", "`slack bookmark add` does not work"),
    scope(
        "channels:history",
        "find a post again whose confirmation was lost, and see whether a thread has replies, before which Slack hides private answers in it",
        "such a post is sent twice, marked as perhaps a repeat, and private answers in threads appear in the channel instead",
    ),
    scope("channels:join", "come into a public channel when an administrator asks it to", "`slack channel join` does not work"),
    scope(
        "channels:manage",
        "create, rename and archive public channels and change who is in them, when an administrator asks it to",
        "`slack channel create`, `rename`, `topic`, `purpose`, `invite`, `kick`, `leave` and `archive` do not work",
    ),
    scope(
        "channels:read",
        "know a channel by its name when a post whose confirmation was lost is looked for there, hear when a channel is \
         renamed or archived, and show people what their channels hear of",
        "such a post to a `#channel` is sent twice, marked as perhaps a repeat, and posts to a renamed channel do not arrive",
    ),
    scope("chat:write", "answer and notify", "the bot says nothing by itself"),
    scope("chat:write.public", "post in public channels without an invitation", "the bot must be invited to each channel"),
    scope("commands", "offer slash commands and shortcuts", "slash commands and shortcuts do not exist"),
    scope("files:read", "pass on files that people attach", "attachments cannot be passed on"),
    scope("files:write", "attach long output as a file", "long output is shown in part, without the file that holds all of it"),
    scope("groups:history", "do the same in private channels", "the same goes for private channels"),
    scope("groups:read", "know private channels by name as well", "the same goes for private channels"),
    scope(
        "groups:write",
        "do in private channels what `channels:manage` allows in public ones",
        "the same goes for private channels",
    ),
    scope(
        "im:history",
        "hear direct messages, and find a post again whose confirmation was lost",
        "direct messages to the bot are not answered",
    ),
    scope("im:write", "begin direct conversations", "the bot cannot write to a person"),
    scope("links:read", "see links to connected systems in messages", "such links show nothing"),
    scope("links:write", "show below such a link what it leads to", "such links show nothing"),
    scope(
        "mpim:history",
        "find a post again in a conversation of several people",
        "a post there whose confirmation was lost is sent twice, marked as perhaps a repeat",
    ),
    scope("mpim:write", "begin direct conversations of several people", "`slack dm send` reaches one person at a time"),
    scope("pins:write", "pin messages when people ask it to", "`slack pin add` and `remove` do not work"),
    scope("reactions:write", "react to messages when people ask it to", "`slack reaction add` and `remove` do not work"),
    scope("usergroups:read", "see who is in a user group that is bound to a team", "teams cannot be bound to user groups"),
    scope(
        "usergroups:write",
        "keep such a user group as its team is, so that mentioning it reaches who is on call",
        "the same goes, and user groups do not follow the rota",
    ),
    scope("users:read", "know people's names and admins", "people are shown by id, and nobody is an admin"),
    scope("users:read.email", "find people's accounts in other systems", "people must link their accounts by hand"),
];

/// What the bot hears of. The first three need scopes of their own; changes of channels need `channels:read` and, of
/// private ones, `groups:read`.
pub const EVENTS: &[&str] = &[
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_created",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "tokens_revoked",
];

/// Slack's limits: slash commands, shortcuts, a usage hint that people still read.
const COMMANDS: usize = 50;
const UNFURL_DOMAINS: usize = 5;
const HINT: usize = 100;

/// The manifest of a deployment at `public_url`.
pub fn manifest(public_url: &str, delivery: Delivery) -> Value {
    manifest_of(connectors::ALL, public_url, delivery, Tokens::Copied)
}

/// The same of an app that is installed by OAuth: its tokens expire and are renewed, and a whole organization may install it.
pub fn manifest_for_oauth(public_url: &str, delivery: Delivery) -> Value {
    manifest_of(connectors::ALL, public_url, delivery, Tokens::Granted)
}

/// How the bot comes by a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tokens {
    /// From Slack's page into the configuration. One that expires would be of no use there.
    Copied,
    /// By OAuth.
    Granted,
}

/// The same with the hosts of connected systems, whose links Slack then tells of: five at most.
pub fn with_links(mut manifest: Value, addresses: &[String]) -> Value {
    let mut hosts: Vec<String> = Vec::new();
    for url in addresses.iter().filter_map(|it| url::Url::parse(it).ok()) {
        // Slack takes names and, by their form, IPv4 addresses.
        if let Some(host) = url.host_str().filter(|it| it.contains('.')).map(str::to_owned)
            && !hosts.contains(&host)
        {
            hosts.push(host);
        }
    }
    hosts.truncate(UNFURL_DOMAINS);
    if !hosts.is_empty() {
        manifest["features"]["unfurl_domains"] = hosts.into();
    }
    manifest
}

fn manifest_of(kinds: &[Kind], public_url: &str, delivery: Delivery, tokens: Tokens) -> Value {
    let granted = tokens == Tokens::Granted;
    let address = |path: &str| format!("{}/slack/{path}", public_url.trim_end_matches('/'));
    let http = delivery == Delivery::Http;
    let mut commands = vec![json!({
        "command": "/bellhop",
        "description": "Everything Bellhop can do, and its settings",
        "usage_hint": "help | connections | subscribe | health | whoami",
        "should_escape": true,
    })];
    commands.extend(OWN.iter().map(|(name, description, usage)| {
        json!({ "command": format!("/{name}"), "description": description, "usage_hint": usage, "should_escape": true })
    }));
    // Slack's own pages do not say whether an app may have `/slack`, and a refused name would refuse the manifest.
    let named = kinds.iter().filter(|it| it.name != CONNECTION);
    commands.extend(named.take(COMMANDS - 1 - OWN.len()).map(|kind| {
        json!({
            "command": format!("/{}", kind.name),
            "description": format!("Work in {} from here", kind.title),
            "usage_hint": hint(kind),
            "should_escape": true,
        })
    }));
    let mut features = json!({
        "app_home": { "home_tab_enabled": true, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false },
        "bot_user": { "display_name": "Bellhop", "always_online": true },
    });
    let shortcuts = shortcuts::of(kinds);
    if !shortcuts.is_empty() {
        features["shortcuts"] = shortcuts.into();
    }
    let mut interactivity = json!({ "is_enabled": true });
    let mut events = json!({ "bot_events": EVENTS });
    let mut oauth = Map::new();
    if http {
        for command in &mut commands {
            command["url"] = address("commands").into();
        }
        interactivity["request_url"] = address("interactions").into();
        interactivity["message_menu_options_url"] = address("interactions").into();
        events["request_url"] = address("events").into();
    }
    if http || granted {
        oauth.insert("redirect_urls".into(), json!([address("oauth")]));
    }
    features["slash_commands"] = commands.into();
    oauth.insert("scopes".into(), json!({ "bot": SCOPES.iter().map(|it| it.name).collect::<Vec<_>>() }));
    json!({
        "_metadata": { "major_version": 2, "minor_version": 0 },
        "display_information": {
            "name": "Bellhop",
            "description": "Carries requests from chat to the systems behind it, and news back.",
            "background_color": "#3b2e5a",
        },
        "features": features,
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": granted,
            "socket_mode_enabled": !http,
            "token_rotation_enabled": granted,
        },
    })
}

/// Whole commands, as many as are still read: `issue create | issue list | … | help`.
fn hint(kind: &Kind) -> String {
    let mut hint = String::new();
    for action in (kind.actions)() {
        if hint.len() + action.name.len() > HINT {
            hint.push_str("… | ");
            break;
        }
        hint.push_str(action.name);
        hint.push_str(" | ");
    }
    hint + "help"
}
