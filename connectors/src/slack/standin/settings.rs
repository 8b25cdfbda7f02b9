//! What an administrator enters for an app at api.slack.com, and how strict the simulator is.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::standin::chat::clock::Clock;

/// How to set up a simulated workspace.
#[derive(Clone)]
pub struct Options {
    /// The same seed gives the same ids and tokens.
    pub seed: u64,
    /// How often this workspace was simulated before. What happens in it has ids of its own each time, so that a bot that
    /// remembers takes nothing for a repeat; people, channels and tokens stay.
    pub run: u32,
    pub clock: Clock,
    pub app: AppSettings,
    /// `xoxb-…`; derived from the seed when none.
    pub bot_token: Option<String>,
    /// Derived from the seed when none.
    pub signing_secret: Option<String>,
    pub rate: Rate,
    pub team_name: String,
    /// How long the app has to answer a command, an interaction, an event.
    pub answer_within: Duration,
    /// The waits before an unanswered event is sent again.
    pub event_retries: [Duration; 3],
    /// How long a WebSocket lasts before Slack closes it.
    pub connection_time: Duration,
    /// From the announcement that a WebSocket closes to its end.
    pub disconnect_after: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            run: 0,
            clock: Clock::System,
            app: AppSettings::default(),
            bot_token: None,
            signing_secret: None,
            rate: Rate::Unlimited,
            team_name: "Example".into(),
            answer_within: Duration::from_secs(3),
            event_retries: [Duration::from_secs(1), Duration::from_secs(60), Duration::from_secs(300)],
            connection_time: Duration::from_secs(18_060),
            disconnect_after: Duration::from_secs(10),
        }
    }
}

/// How often the app may post to one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    #[default]
    Unlimited,
    /// One message a second, after a burst of so many: Slack's own rule with a burst of about 3.
    PerSecond { burst: u32 },
}

/// The app's request URLs and features, as in its manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSettings {
    /// Socket Mode: everything goes to the app's WebSockets, and the addresses below mean nothing.
    pub socket_mode: bool,
    /// Where slash commands go, unless the command names its own URL.
    pub commands_url: String,
    pub interactions_url: String,
    /// Where external selects load their options; the interactions URL when empty.
    pub options_url: String,
    pub events_url: String,
    /// The app's slash commands. None at all: every command is the app's.
    pub slash_commands: Vec<SlashCommand>,
    pub shortcuts: Vec<Shortcut>,
    /// `app_mention`, `message.im` … None at all: every event is subscribed.
    pub bot_events: Vec<String>,
    /// Where browsers may be sent back to with a code. None at all: anywhere.
    pub redirect_urls: Vec<String>,
    /// Domains whose links the app shows, with those below them.
    pub unfurl_domains: Vec<String>,
    /// Whether the app has a Home tab; it has where nothing is said.
    pub home_tab: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlashCommand {
    /// `/redmine`
    pub command: String,
    pub url: Option<String>,
    pub description: String,
    pub usage_hint: String,
    /// Whether `@ana` becomes `<@U123|ana>` on its way to the app.
    pub should_escape: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortcut {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ShortcutKind,
    pub callback_id: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortcutKind {
    Message,
    Global,
}

impl AppSettings {
    /// All three request URLs below one base, at the paths that Bellhop serves.
    pub fn at(base: &str) -> AppSettings {
        let base = base.trim_end_matches('/');
        AppSettings {
            commands_url: format!("{base}/slack/commands"),
            interactions_url: format!("{base}/slack/interactions"),
            events_url: format!("{base}/slack/events"),
            ..AppSettings::default()
        }
    }

    /// Reads an app manifest. <https://docs.slack.dev/reference/app-manifest>
    pub fn from_manifest(manifest: &Value) -> AppSettings {
        let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |pointer: &str| manifest.pointer(pointer).cloned().unwrap_or(Value::Null);
        let slash_commands: Vec<SlashCommand> = serde_json::from_value(list("/features/slash_commands")).unwrap_or_default();
        AppSettings {
            socket_mode: manifest.pointer("/settings/socket_mode_enabled").and_then(Value::as_bool).unwrap_or_default(),
            commands_url: slash_commands.iter().find_map(|it| it.url.clone()).unwrap_or_default(),
            interactions_url: text("/settings/interactivity/request_url"),
            options_url: text("/settings/interactivity/message_menu_options_url"),
            events_url: text("/settings/event_subscriptions/request_url"),
            slash_commands,
            shortcuts: serde_json::from_value(list("/features/shortcuts")).unwrap_or_default(),
            bot_events: serde_json::from_value(list("/settings/event_subscriptions/bot_events")).unwrap_or_default(),
            redirect_urls: serde_json::from_value(list("/oauth_config/redirect_urls")).unwrap_or_default(),
            unfurl_domains: serde_json::from_value(list("/features/unfurl_domains")).unwrap_or_default(),
            home_tab: manifest.pointer("/features/app_home/home_tab_enabled").and_then(Value::as_bool),
        }
    }

    /// Where a command goes, and how it is written; none when the workspace has no such command.
    pub(super) fn command(&self, name: &str) -> Option<SlashCommand> {
        let mut command = match self.slash_commands.iter().find(|it| it.command == name) {
            Some(command) => command.clone(),
            None if self.slash_commands.is_empty() => SlashCommand { command: name.to_owned(), ..SlashCommand::default() },
            None => return None,
        };
        command.url.get_or_insert_with(|| self.commands_url.clone());
        Some(command)
    }

    pub(super) fn options_url(&self) -> &str {
        if self.options_url.is_empty() { &self.interactions_url } else { &self.options_url }
    }
}
