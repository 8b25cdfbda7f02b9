//! What is told of pages later: by Twilio, and by people who answer on their phones.

use std::time::Duration;

use super::{
    desk::{Ask, Landed},
    page,
    reach::Kind,
    store::{self, Page},
};
use crate::{app::App, chat::Place};

/// An answer to a text message belongs to a page that is not older.
const ANSWERED_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// An answer that somebody gave on a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What it does, as they would type it in chat.
    pub line: String,
    /// As whom, and where the answer goes.
    pub asker: String,
    pub place: Place,
    /// Of what: its title.
    pub title: String,
}

impl App {
    /// What Twilio says became of the page that `key` names; false where it names none.
    ///
    /// # Errors
    /// The store cannot be used: tell it again.
    pub async fn page_told(&self, key: &str, landed: Landed) -> Result<bool, String> {
        let (Some(page), Some(desk)) = (page::of_key(key), self.desk.get()) else { return Ok(false) };
        desk.ask(Ask::Land { page, landed }).await.map(|_| true)
    }

    /// The acknowledgement of the last page that went to a number, by whom it was sent to.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn acknowledged_from(&self, number: &str) -> anyhow::Result<Option<Answered>> {
        let since = self.store.now().saturating_sub(ANSWERED_WITHIN)?;
        let page = store::last_page_to(&self.store, Kind::Sms, number, since).await?;
        self.acknowledgement(
            page,
            Place { platform: "sms".into(), workspace: String::new(), channel: number.into(), thread: None },
        )
        .await
    }

    /// The same by a key pressed in a call about the page that `key` names.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn acknowledged_by_call(&self, key: &str) -> anyhow::Result<Option<Answered>> {
        let Some(id) = page::of_key(key) else { return Ok(None) };
        let page = store::page_of(&self.store, id).await?.filter(|it| it.kind == Kind::Voice);
        let Some(person) = page.as_ref().and_then(|it| it.person.clone()) else {
            // A number of a policy's: the answer goes there as a text.
            let number = page.as_ref().map(|it| it.to.address().to_owned()).unwrap_or_default();
            let place = Place { platform: "sms".into(), workspace: String::new(), channel: number, thread: None };
            return self.acknowledgement(page, place).await;
        };
        // Their direct messages: Slack takes a person's id where it takes a channel's.
        let channel = if person.platform == "zulip" { format!("dm:{}", person.id) } else { person.id.clone() };
        let place = Place { platform: person.platform, workspace: person.workspace, channel, thread: None };
        self.acknowledgement(page, place).await
    }

    async fn acknowledgement(&self, page: Option<Page>, place: Place) -> anyhow::Result<Option<Answered>> {
        let Some((page, alert)) = page.and_then(|it| Some((it.clone(), it.alert?))) else { return Ok(None) };
        let title = self.alert(alert).await?.map(|it| it.title).unwrap_or_default();
        let asker = match (&page.person, place.platform.as_str()) {
            (Some(person), platform) if platform == person.platform => person.id.clone(),
            _ => place.channel.clone(),
        };
        Ok(Some(Answered { line: format!("bellhop alert ack {alert}"), asker, place, title }))
    }
}
