//! Event queues, and what reading them needs of the history and of reactions.
//! <https://zulip.com/api/real-time-events>

use std::time::Duration;

use commands::Result;
use connectors::http::Allowance;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::Client;

/// Reads of an event queue are counted apart from all else; several events come in one.
const POLLS: Allowance = Allowance { a_minute: 150, burst: 30 };
/// What a read may wait for its turn: events do not go away meanwhile.
const TURN: Duration = Duration::from_secs(20);

/// A new event queue. <https://zulip.com/api/register-queue>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Registered {
    pub queue_id: String,
    pub last_event_id: i64,
    /// The newest message of the organization at that moment, or -1.
    #[serde(default)]
    pub max_message_id: Option<i64>,
    /// How long a read may take.
    #[serde(default = "longest")]
    pub event_queue_longpoll_timeout_seconds: u64,
    #[serde(default)]
    pub zulip_feature_level: u32,
}

fn longest() -> u64 {
    90
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Value>,
    #[serde(default)]
    found_newest: bool,
}

impl Client {
    /// A new queue of events of these types.
    pub async fn register(&self, types: &[&str]) -> Result<Registered> {
        let form = [
            ("event_types", serde_json::json!(types).to_string()),
            // Nothing of the organization's state: the user list alone may be megabytes. `message` tells `max_message_id`.
            ("fetch_event_types", r#"["message"]"#.to_owned()),
            ("apply_markdown", "false".to_owned()),
            ("client_gravatar", "true".to_owned()),
            // A mention and a direct message come anyway; all that is said in public is nobody's business.
            ("all_public_streams", "false".to_owned()),
            ("client_capabilities", r#"{"notification_settings_null":true,"bulk_message_deletion":true}"#.to_owned()),
        ];
        // Whatever is wrong with queues must not hold up what is posted.
        let request = self.request(Method::POST, "register")?.form(&form);
        self.answer_through(&self.polls, Some(POLLS), TURN, request).await?.json()
    }

    /// What happened since the event `last`; waits for something to happen, `longest` at most.
    /// <https://zulip.com/api/get-events>
    ///
    /// # Errors
    /// [`commands::ErrorKind::NotFound`] when the queue is gone.
    pub async fn events(&self, queue: &str, last: i64, longest: Duration) -> Result<Vec<Value>> {
        #[derive(Deserialize)]
        struct Events {
            events: Vec<Value>,
        }
        let query = [("queue_id", queue.to_owned()), ("last_event_id", last.to_string())];
        let request = self.request(Method::GET, "events")?.query(&query).timeout(longest);
        let events: Events = self.answer_through(&self.polls, Some(POLLS), TURN, request).await?.json()?;
        Ok(events.events)
    }

    /// The oldest `count` messages after `after` that fit `narrow`, and whether there are no others.
    pub async fn messages_after(&self, narrow: &Value, after: u64, count: u32) -> Result<(Vec<Value>, bool)> {
        let query = [
            ("narrow", narrow.to_string()),
            ("anchor", after.to_string()),
            ("include_anchor", "false".to_owned()),
            ("num_before", "0".to_owned()),
            ("num_after", count.to_string()),
            ("apply_markdown", "false".to_owned()),
        ];
        let request = self.request(Method::GET, "messages")?.query(&query);
        // What was missed must not wait behind a flood of posts.
        let found: Messages = self.answer_through(&self.polls, Some(POLLS), TURN, request).await?.json()?;
        // Servers before 6.0 include the anchor whatever is asked.
        let later = |it: &Value| it["id"].as_u64().is_some_and(|id| id > after);
        Ok((found.messages.into_iter().filter(later).collect(), found.found_newest))
    }

    /// A message with its reactions and widgets. <https://zulip.com/api/get-message>
    pub async fn message(&self, id: u64) -> Result<Value> {
        #[derive(Deserialize)]
        struct One {
            message: Value,
        }
        let query = [("apply_markdown", "false")];
        let one: One = self.json(self.request(Method::GET, &format!("messages/{id}"))?.query(&query)).await?;
        Ok(one.message)
    }

    /// Those of these messages that the bot may see. Zulip 10.0, feature level 300.
    pub async fn messages_by_id(&self, ids: &[u64]) -> Result<Vec<Value>> {
        let query = [("message_ids", serde_json::json!(ids).to_string()), ("apply_markdown", "false".to_owned())];
        let request = self.request(Method::GET, "messages")?.query(&query);
        let found: Messages = self.answer_through(&self.polls, Some(POLLS), TURN, request).await?.json()?;
        Ok(found.messages)
    }

    /// Puts a reaction to a message. <https://zulip.com/api/add-reaction>
    pub async fn react(&self, message: u64, emoji_name: &str) -> Result<()> {
        let request = self.request(Method::POST, &format!("messages/{message}/reactions"))?.form(&[("emoji_name", emoji_name)]);
        self.answer(request).await.map(|_| ())
    }
}
