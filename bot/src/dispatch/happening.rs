//! What happens in a chat besides commands: somebody looks at their page, shares a link, changes a channel.
//!
//! Each is accepted like a command: committed with the job that answers it before the chat hears that it was taken.
//! What concerns nobody is not stored at all.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Answer, Busy, Dispatch, channels::ChannelJob, home::HomeJob, links::LinksJob};
use crate::{
    chat::{Change, Sharing},
    queue::Acceptance,
};

/// Something that happened in a chat.
#[derive(Clone, Debug)]
pub struct Happening {
    /// The platform's own id of this event, by which a repeat is known.
    pub key: String,
    /// As received, kept with the delivery.
    pub raw: Bytes,
    pub platform: String,
    pub workspace: String,
    /// Follows the event through logs.
    pub request_id: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Somebody looks at the page of their own. `seen` tells which one they see.
    PageOpened { person: String, seen: Option<String>, wanted: Wanted },
    /// A message with links to systems that the bot knows.
    LinksShared { sharing: Sharing, links: Vec<String> },
    /// By the platform's id of the channel.
    ChannelChanged { channel: String, change: Change },
}

/// How much somebody wants to see a new page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// They went to it.
    Opened,
    /// They asked for it to be made anew.
    Refreshed,
}

impl Dispatch {
    /// Takes what happened.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn happened(&self, happening: Happening) -> Result<Answer, Busy> {
        let Happening { key, raw, platform, workspace, request_id, what } = happening;
        let source = format!("{platform}:{workspace}");
        let job = match what {
            What::PageOpened { person, seen, wanted } => {
                let asked = HomeJob { platform, workspace, person, seen, wanted, request_id };
                if self.app.home.is_fresh(&asked, self.app.store.now()).await {
                    return Ok(Answer::Accepted);
                }
                asked.into_job()
            }
            What::LinksShared { sharing, links } => match LinksJob::of(&self.app.groups(), sharing, &links, request_id) {
                Some(asked) => asked.into_job(),
                None => return Ok(Answer::Accepted),
            },
            What::ChannelChanged { channel, change } => {
                ChannelJob { platform, workspace, channel, change, request_id }.into_job()
            }
        };
        let acceptance = Acceptance { source, key, body: raw, audit: None, jobs: vec![job], news: Vec::new() };
        self.app.queue.accept(acceptance).await.map_err(Busy::from)?;
        Ok(Answer::Accepted)
    }
}
