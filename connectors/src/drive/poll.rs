//! Finding changes by asking for them: <https://developers.google.com/workspace/drive/api/guides/manage-changes>.
//!
//! Google keeps a log of all that changed for the account, and a token says how far we read. It tells the file as it is now
//! and who changed it last, but not what was changed.

use commands::{ErrorKind, Event, Result, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{
    Drive,
    api::{ALL_DRIVES, Acting},
    card,
    wire::{self, Change, File},
};
use crate::{Connector, Polled};

/// Requests in one poll; the rest comes with the next.
const PAGES: usize = 5;
/// A file that was made so shortly before its change is new.
const NEW: SignedDuration = SignedDuration::from_secs(60);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    changes: Vec<Change>,
    next_page_token: Option<String>,
    new_start_page_token: Option<String>,
}

pub(super) async fn run(on: &Drive, cursor: Option<&str>, _: Timestamp) -> Result<Polled> {
    let acting = on.as_bot().await;
    let Some(cursor) = cursor else {
        return Ok(Polled { events: Vec::new(), cursor: acting.start_page_token().await? });
    };
    let (mut events, mut token) = (Vec::new(), cursor.to_owned());
    for _ in 0..PAGES {
        let listed = match acting.changes(&token).await {
            Ok(listed) => listed,
            // The log does not reach back so far, or the token is another account's: what is lost is lost.
            Err(error) if error.kind == ErrorKind::NotFound || error.code.as_deref() == Some("invalidPageToken") => {
                tracing::warn!("The log of changes does not reach back to the last poll: it starts from now");
                return Ok(Polled { events, cursor: acting.start_page_token().await? });
            }
            Err(error) => return Err(error),
        };
        for change in &listed.changes {
            let place = match &change.file {
                Some(file) => acting.place(file).await,
                None => None,
            };
            events.extend(event(change, place));
        }
        match (listed.next_page_token, listed.new_start_page_token) {
            (Some(next), _) => token = next,
            (None, Some(start)) => return Ok(Polled { events, cursor: start }),
            (None, None) => break,
        }
    }
    Ok(Polled { events, cursor: token })
}

impl Acting<'_> {
    async fn changes(&self, token: &str) -> Result<Listed> {
        let file = format!("{},createdTime", wire::LINE);
        let fields = format!(
            "nextPageToken,newStartPageToken,changes(changeType,time,removed,fileId,driveId,drive(id,name),file({file}))"
        );
        let query = [
            ("pageToken", token),
            ("pageSize", "100"),
            ALL_DRIVES,
            ("includeItemsFromAllDrives", "true"),
            ("includeRemoved", "true"),
            ("fields", &fields),
        ];
        self.send(self.get("/changes", &query)).await
    }
}

fn event(change: &Change, place: Option<String>) -> Option<Event> {
    let about = |id: &str, kind: &str, object: Object, actor: Option<String>, labels: Vec<String>| Event {
        id: format!("{id}-{}", change.time.as_millisecond()),
        source: Drive::NAME.to_owned(),
        kind: kind.to_owned(),
        at: change.time,
        actor,
        object,
        changes: Vec::new(),
        labels,
        text: None,
    };
    if change.change_type == "drive" {
        let id = change.drive_id.as_ref()?;
        let title = change.drive.as_ref().map_or_else(|| id.clone(), |it| it.name.clone());
        let url = Some(format!("https://drive.google.com/drive/folders/{id}")).filter(|_| !change.removed);
        let object = Object { key: id.clone(), title, url, place: None, state: None };
        return Some(about(id, if change.removed { "drive.removed" } else { "drive.updated" }, object, None, Vec::new()));
    }
    let id = change.file_id.as_ref()?;
    let Some(file) = change.file.as_ref().filter(|_| !change.removed) else {
        // Deleted, or not shared with the bot's account any more: Google does not say which, nor what it was called.
        let object = Object { key: id.clone(), title: "a file".into(), url: None, place: None, state: Some("removed".into()) };
        return Some(about(id, "file.removed", object, None, Vec::new()));
    };
    let state = if file.trashed { "trashed" } else { "there" };
    let object =
        Object { key: id.clone(), title: file.name.clone(), url: Some(card::link(file)), place, state: Some(state.to_owned()) };
    let actor = file.last_modifying_user.as_ref().map(|it| it.display_name.clone()).filter(|it| !it.is_empty());
    Some(about(id, kind_of(change, file), object, actor, vec![card::what(&file.mime_type).to_owned()]))
}

fn kind_of(change: &Change, file: &File) -> &'static str {
    let is_new = file.created_time.is_some_and(|it| change.time.duration_since(it) < NEW);
    match (file.trashed, is_new) {
        (true, _) => "file.trashed",
        (false, true) => "file.created",
        (false, false) => "file.updated",
    }
}
