//! Finding changes by asking for them: <https://developers.google.com/workspace/drive/api/guides/manage-changes>.
//!
//! Google keeps a log of what changed for the account, and one of each shared drive, as the account's does not hold what
//! others change there. A token says how far each was read. They tell the file as it is now and who changed it last, but not
//! what was changed.

use std::collections::{BTreeMap, BTreeSet};

use commands::{Error, ErrorKind, Event, Result, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Drive,
    api::{ALL_DRIVES, Acting},
    card,
    wire::{self, Change, File},
};
use crate::{Connector, Polled};

/// Requests for one log in one poll; the rest comes with the next.
const PAGES: usize = 5;
/// Shared drives whose logs are read, each by a request of its own.
pub(super) const DRIVES: usize = 50;
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

/// How far each log was read.
#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    own: String,
    /// By the id of the shared drive.
    drives: BTreeMap<String, String>,
}

pub(super) async fn run(on: &Drive, cursor: Option<&str>, _: Timestamp) -> Result<Polled> {
    let unreadable = |err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}"));
    let before: Option<Cursor> = cursor.map(serde_json::from_str).transpose().map_err(unreadable)?;
    let acting = on.as_bot().await;
    let mut drives: Vec<String> = acting.drives().await?.into_iter().map(|it| it.id).collect();
    if drives.len() > DRIVES {
        tracing::warn!("Changes are read of {DRIVES} shared drives only, of the {} that there are", drives.len());
        drives.truncate(DRIVES);
    }
    let own = before.as_ref().map(|it| it.own.as_str());
    let (mut changes, own) = acting.since(None, own).await?;
    // What lies in a shared drive is told by the drive's own log.
    changes.retain(|it| it.file.as_ref().and_then(|it| it.drive_id.as_ref()).is_none_or(|it| !drives.contains(it)));
    let mut after = Cursor { own, drives: BTreeMap::new() };
    for drive in drives {
        let token = before.as_ref().and_then(|it| it.drives.get(&drive)).map(String::as_str);
        match acting.since(Some(&drive), token).await {
            Ok((found, token)) => {
                changes.extend(found);
                after.drives.insert(drive, token);
            }
            // The account is not in it any more, since a moment ago.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => {}
            Err(error) => return Err(error),
        }
    }
    let (mut events, mut known) = (Vec::new(), BTreeSet::new());
    for change in &changes {
        let place = match &change.file {
            Some(file) => acting.place(file).await,
            None => None,
        };
        // What is gone stands in both logs.
        let of = change.file_id.clone().or_else(|| change.drive_id.clone());
        events.extend(event(change, place).filter(|it| known.insert((of, it.kind.clone()))));
    }
    events.sort_by_key(|it| it.at);
    let cursor = serde_json::to_string(&after).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

impl Acting<'_> {
    /// The changes of a log since the token, and the next token; without one, nothing and where the changes to come begin.
    async fn since(&self, drive: Option<&str>, token: Option<&str>) -> Result<(Vec<Change>, String)> {
        let mut found = Vec::new();
        let Some(token) = token else { return Ok((found, self.start_page_token(drive).await?)) };
        let mut token = token.to_owned();
        for _ in 0..PAGES {
            let listed = match self.changes(drive, &token).await {
                Ok(listed) => listed,
                // The log does not reach back so far, or the token is another account's: what is lost is lost. Google answers
                // "Invalid Value" then, of which the token is all that can be.
                Err(error) if matches!(error.code.as_deref(), Some("invalid" | "invalidPageToken")) => {
                    tracing::warn!("The log of changes does not reach back to the last poll: it starts from now");
                    return Ok((found, self.start_page_token(drive).await?));
                }
                Err(error) => return Err(error),
            };
            found.extend(listed.changes);
            match (listed.next_page_token, listed.new_start_page_token) {
                (Some(next), _) => token = next,
                (None, Some(start)) => return Ok((found, start)),
                (None, None) => break,
            }
        }
        Ok((found, token))
    }

    async fn changes(&self, drive: Option<&str>, token: &str) -> Result<Listed> {
        let fields = format!(
            "nextPageToken,newStartPageToken,changes(changeType,time,removed,fileId,driveId,drive(id,name),file({},createdTime))",
            wire::LINE
        );
        let mut query = vec![
            ("pageToken", token),
            ("pageSize", "100"),
            ALL_DRIVES,
            ("includeItemsFromAllDrives", "true"),
            ("includeRemoved", "true"),
            ("fields", &fields),
        ];
        query.extend(drive.map(|it| ("driveId", it)));
        self.send(self.get("/changes", &query)).await
    }
}

fn event(change: &Change, place: Option<String>) -> Option<Event> {
    let about = |id: &str, kind: &str, object: Object| Event {
        id: format!("{id}-{}", change.time.as_millisecond()),
        source: Drive::NAME.to_owned(),
        kind: kind.to_owned(),
        at: change.time,
        object,
        ..Event::default()
    };
    if change.change_type == "drive" {
        let id = change.drive_id.as_ref()?;
        let title = change.drive.as_ref().map_or("a shared drive", |it| it.name.as_str()).to_owned();
        let url = Some(card::folder_address(id)).filter(|_| !change.removed);
        let object = Object { key: "shared drive".into(), title, url, place: None, state: None };
        return Some(about(id, if change.removed { "drive.removed" } else { "drive.updated" }, object));
    }
    let id = change.file_id.as_ref()?;
    let Some(file) = change.file.as_ref().filter(|_| !change.removed) else {
        // Deleted, or not shared with the bot's account any more: Google does not say which, nor what it was called.
        let object = Object { key: id.clone(), title: "a file".into(), url: None, place: None, state: Some("removed".into()) };
        let text =
            "It was deleted, or is no longer shared with the bot's account: Google Drive does not say which, nor its name.";
        return Some(Event { text: Some(text.into()), ..about(id, "file.removed", object) });
    };
    let what = card::what(&file.mime_type);
    let object = Object {
        key: what.to_lowercase(),
        title: if file.name.is_empty() { "a file without a name".into() } else { file.name.clone() },
        url: Some(card::link(file)),
        place,
        state: file.trashed.then(|| "trashed".to_owned()),
    };
    let by = file.last_modifying_user.as_ref();
    Some(Event {
        actor: by.map(|it| it.display_name.clone()).filter(|it| !it.is_empty()),
        actor_id: by.and_then(|it| it.email_address.clone()),
        labels: vec![what.to_owned()],
        ..about(id, kind_of(change, file), object)
    })
}

fn kind_of(change: &Change, file: &File) -> &'static str {
    let is_new = file.created_time.is_some_and(|it| change.time.duration_since(it) < NEW);
    match (file.trashed, is_new) {
        (true, _) => "file.trashed",
        (false, true) => "file.created",
        (false, false) => "file.updated",
    }
}
