//! Event queues, and what reading them needs of the history. <https://zulip.com/api/real-time-events>
//!
//! An event is as the server wrote it: what is of interest in it is for whoever listens to say.

use std::time::Duration;

use commands::Result;
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Client, Form,
    messages::Term,
    read,
    way::{Body, Outgoing, Turn},
};
use crate::http::Repeatable;

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
struct Found {
    messages: Vec<Value>,
    #[serde(default)]
    found_newest: bool,
}

impl Client {
    /// A new queue of events of these types.
    pub async fn register(&self, types: &[&str]) -> Result<Registered> {
        let form = Form::new()
            .json("event_types", types)
            // Nothing of the organization's state: the user list alone may be megabytes. `message` tells `max_message_id`.
            .json("fetch_event_types", ["message"])
            .json("apply_markdown", false)
            .json("client_gravatar", true)
            // A mention and a direct message come anyway; all that is said in public is nobody's business.
            .json("all_public_streams", false)
            .json("client_capabilities", json!({"notification_settings_null": true, "bulk_message_deletion": true}));
        // A queue that nobody reads goes by itself; whatever is wrong with queues must not hold up what is posted.
        self.listening(Method::POST, "register", Vec::new(), Body::Form(form.0), None).await
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
        let query = vec![("queue_id", queue.to_owned()), ("last_event_id", last.to_string())];
        let events: Events = self.listening(Method::GET, "events", query, Body::None, Some(longest)).await?;
        Ok(events.events)
    }

    /// The oldest `count` messages after `after` that fit `narrow`, and whether there are no others.
    pub async fn missed(&self, narrow: &[Term], after: u64, count: u32) -> Result<(Vec<Value>, bool)> {
        let query = vec![
            ("narrow", json!(narrow).to_string()),
            ("anchor", after.to_string()),
            ("include_anchor", "false".to_owned()),
            ("num_before", "0".to_owned()),
            ("num_after", count.to_string()),
            ("apply_markdown", "false".to_owned()),
        ];
        let found: Found = self.listening(Method::GET, "messages", query, Body::None, None).await?;
        // Servers before 6.0 include the anchor whatever is asked.
        let later = |it: &Value| it["id"].as_u64().is_some_and(|id| id > after);
        Ok((found.messages.into_iter().filter(later).collect(), found.found_newest))
    }

    /// Those of these messages that the bot may see, with reactions and widgets. Zulip 10.0, feature level 300.
    pub async fn messages_by_id(&self, ids: &[u64]) -> Result<Vec<Value>> {
        let query = vec![("message_ids", json!(ids).to_string()), ("apply_markdown", "false".to_owned())];
        let found: Found = self.listening(Method::GET, "messages", query, Body::None, None).await?;
        Ok(found.messages)
    }

    async fn listening<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: Vec<(&'static str, String)>,
        body: Body,
        longest: Option<Duration>,
    ) -> Result<T> {
        let (path, turn) = (path.to_owned(), Turn::Listening(longest));
        let request = Outgoing { method, path, query, body, repeatable: Repeatable::Yes, turn };
        let (_, answer) = self.way.send(request).await?;
        read(answer.into())
    }
}
