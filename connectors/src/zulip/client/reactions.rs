//! Reactions. <https://zulip.com/api/add-reaction>

use commands::Result;

use super::{Client, Done, Form, problem};

/// Whether anything had to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Made,
    /// It was so before.
    Unneeded,
}

impl Client {
    /// Reacts as the bot with an emoji by its name, `thumbs_up`.
    pub async fn react(&self, message: u64, emoji: &str) -> Result<Change> {
        let form = Form::new().text("emoji_name", emoji);
        let done = self.put_right::<Done>(&format!("messages/{message}/reactions"), form).await;
        unless(done, "REACTION_ALREADY_EXISTS")
    }

    /// Takes the bot's own reaction back.
    pub async fn unreact(&self, message: u64, emoji: &str) -> Result<Change> {
        let form = Form::new().text("emoji_name", emoji);
        let done = self.delete::<Done>(&format!("messages/{message}/reactions"), form).await;
        unless(done, "REACTION_DOES_NOT_EXIST")
    }
}

/// A refusal that says that it is so already is as good as done, also after a lost answer.
fn unless(done: Result<Done>, code: &str) -> Result<Change> {
    match done {
        Ok(_) => Ok(Change::Made),
        Err(error) if problem::is(&error, code) => Ok(Change::Unneeded),
        Err(error) => Err(error),
    }
}
