//! What a chat remembers between two requests and between two processes: how far it has read, and
//! what the buttons do that it has shown.
//!
//! A button is pressed by a click where a chat has buttons. Elsewhere people say its number, or react
//! with it, perhaps to a message of last week: then what it does must not depend on what a process
//! still knows.

mod store;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{chat::Place, store::Store};

/// How long buttons can be pressed.
pub const BUTTONS_KEPT: Duration = Duration::from_hours(7 * 24);

/// The memory of the chats. Cheap to clone.
#[derive(Clone)]
pub struct Memory(Store);

/// The buttons of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonSet {
    /// Of the post: a repeat is the same set.
    pub key: String,
    /// Where it was shown.
    pub place: Place,
    /// The message's id, once the chat has told it.
    pub message: Option<String>,
    pub choices: Vec<Pressable>,
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressable {
    /// What people call it: 1 is the first.
    pub number: usize,
    /// The command line that pressing it is.
    pub line: String,
    /// The chat's codes of the reactions that press it.
    #[serde(default)]
    pub reactions: Vec<String>,
}

impl Memory {
    pub fn open(store: &Store) -> Memory {
        Memory(store.clone())
    }

    /// How far `name` was read.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark(&self, name: &str) -> anyhow::Result<Option<String>> {
        self.0.cursor(name).await
    }

    /// Notes how far `name` was read.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_mark(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        tx.set_cursor(name, value).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each;

    #[tokio::test]
    async fn the_last_buttons_of_a_place_are_found() {
        on_each(|bench| async move {
            let tick = || bench.clock.advance(Duration::from_secs(1));
            let memory = Memory::open(&bench.store);
            let place = |channel: &str, thread: Option<&str>| Place {
                platform: "zulip".into(),
                workspace: "https://chat.example.org".into(),
                channel: channel.into(),
                thread: thread.map(str::to_owned),
            };
            let set = |key: &str, place: Place, line: &str| ButtonSet {
                key: key.into(),
                place,
                message: None,
                choices: vec![Pressable { number: 1, line: line.into(), reactions: vec!["0031-20e3".into()] }],
            };
            let printers = place("channel:3", Some("printers"));
            assert_eq!(memory.last_shown(&printers, 1000).await.expect("a read"), None);
            memory.show(&set("k1", printers.clone(), "one")).await.expect("kept");
            tick();
            memory.show(&set("k2", place("channel:3", Some("other")), "two")).await.expect("kept");
            tick();
            memory.show(&set("k3", printers.clone(), "three")).await.expect("kept");
            // A repeat of the post is no second set.
            memory.show(&set("k3", printers.clone(), "three")).await.expect("kept");
            memory.shown_as("zulip", "https://chat.example.org", "k1", "501").await.expect("kept");
            let last = memory.last_shown(&printers, 1000).await.expect("a read").expect("a set");
            assert_eq!((last.key.as_str(), last.choices[0].line.as_str()), ("k3", "three"));
            memory.shown_as("zulip", "https://chat.example.org", "k3", "700").await.expect("kept");
            let before = memory.last_shown(&printers, 600).await.expect("a read").expect("a set");
            assert_eq!(before.key, "k1", "who said it had not seen the other");
            let one = memory.of_message("zulip", "https://chat.example.org", "501").await.expect("a read").expect("a set");
            assert_eq!((one.key.as_str(), one.place), ("k1", printers.clone()));
            assert_eq!(memory.of_message("zulip", "https://chat.example.org", "502").await.expect("a read"), None);
            let recent = memory.recent("zulip", "https://chat.example.org", 10).await.expect("a read");
            assert_eq!(recent, [("k3".to_owned(), "700".to_owned()), ("k1".to_owned(), "501".to_owned())]);
            memory.forget("zulip", "https://chat.example.org", "700").await.expect("forgotten");
            let last = memory.last_shown(&printers, 1000).await.expect("a read").expect("a set");
            assert_eq!(last.key, "k1", "what is gone is not the last one any more");
        })
        .await;
    }
}
