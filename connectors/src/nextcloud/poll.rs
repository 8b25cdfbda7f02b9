//! What asking tells where there is no webhook: what the Activity app tells, and whose accounts came, went, or were switched off
//! or on, which it does not.

use std::collections::BTreeSet;

use commands::{Error, ErrorKind, Event, Result, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Nextcloud, activity, ocs, path, users};
use crate::{Connector, Polled};

/// How often accounts are looked at: the whole list has to be read each time.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Of more accounts nothing is told: all their names are kept from one look to the next.
const MOST: usize = 1000;

#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    /// The number of the last entry of the activity that was told.
    activity: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    looked: Option<Timestamp>,
    /// None where the bot may not see them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<Accounts>,
}

/// Everybody, as they were seen.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Accounts {
    all: BTreeSet<String>,
    /// Those that are switched off; none where this Nextcloud has no list of them.
    off: Option<BTreeSet<String>>,
}

impl Cursor {
    /// Once it was the activity's number alone.
    fn read(text: &str) -> Result<Cursor> {
        let cursor = text.parse().map(|activity| Cursor { activity, ..Cursor::default() });
        cursor
            .or_else(|_| serde_json::from_str(text))
            .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))
    }
}

pub(super) async fn run(on: &Nextcloud, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let before = cursor.map(Cursor::read).transpose()?;
    let (mut events, last) = activity::since(on, before.as_ref().map(|it| it.activity)).await?;
    let mut cursor = Cursor { activity: last, ..before.unwrap_or_default() };
    // What a connection with a folder tells is about that folder.
    let is_due = cursor.looked.is_none_or(|it| now.duration_since(it) >= EVERY);
    if on.folder.is_empty() && is_due {
        match accounts(on).await {
            Ok(seen) => {
                if let (Some(before), Some(now_there)) = (&cursor.accounts, &seen) {
                    events.extend(changes(on, before, now_there, now).await);
                }
                (cursor.accounts, cursor.looked) = (seen, Some(now));
            }
            // The activity was heard all the same, and health says what is wrong.
            Err(error) => tracing::debug!("The accounts of Nextcloud cannot be looked at: {error}"),
        }
    }
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

/// Everybody; none where the bot's account does not administer, or there are too many.
async fn accounts(on: &Nextcloud) -> Result<Option<Accounts>> {
    #[derive(Deserialize)]
    struct Me {
        #[serde(default)]
        groups: Vec<String>,
    }
    let me: Me = on.ocs_get("/cloud/user", &[]).await?;
    // Who administers groups sees those people, which is not everybody.
    if !me.groups.iter().any(|it| it == "admin") {
        return Ok(None);
    }
    let Some(all) = everybody(on).await? else { return Ok(None) };
    if !all.contains(&on.user) {
        return Err(Error::new(ErrorKind::Server, "Nextcloud's list of accounts lacks the bot's own: a part of it is missing."));
    }
    let off = match on.ocs_get::<Value>("/cloud/users/disabled", &limited()).await {
        Ok(found) => Some(ocs::map(found["users"].clone()).into_iter().map(|(id, _)| id).collect()),
        // Nextcloud 29 and older have no such list.
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Validation) => None,
        Err(error) => return Err(error),
    };
    Ok(Some(Accounts { all, off }))
}

/// The ids of all accounts; none where there are too many to be looked at now and then.
pub(super) async fn everybody(on: &Nextcloud) -> Result<Option<BTreeSet<String>>> {
    #[derive(Deserialize)]
    struct Ids {
        users: Vec<String>,
    }
    let all = on.ocs_get::<Ids>("/cloud/users", &limited()).await?.users;
    Ok((all.len() <= MOST).then(|| all.into_iter().collect()))
}

fn limited() -> [(&'static str, &'static str); 2] {
    // One more than are kept tells that there are too many.
    const LIMIT: &str = "1001";
    [("limit", LIMIT), ("offset", "0")]
}

async fn changes(on: &Nextcloud, before: &Accounts, seen: &Accounts, now: Timestamp) -> Vec<Event> {
    let both = || seen.all.intersection(&before.all);
    let switched = |from: &Option<BTreeSet<String>>, to: &Option<BTreeSet<String>>| match (from, to) {
        (Some(from), Some(to)) => both().filter(|it| to.contains(*it) && !from.contains(*it)).cloned().collect(),
        _ => Vec::new(),
    };
    let all = [
        ("user.created", seen.all.difference(&before.all).cloned().collect()),
        ("user.disabled", switched(&before.off, &seen.off)),
        ("user.enabled", switched(&seen.off, &before.off)),
        ("user.deleted", before.all.difference(&seen.all).cloned().collect()),
    ];
    let mut events = Vec::new();
    for (kind, ids) in all {
        for id in ids {
            // Of one that is gone only the id is known; many at once are told by it as well.
            let asks = kind != "user.deleted" && events.len() < 20;
            let name = if asks { users::name(on, &id).await } else { None };
            events.push(event(on, kind, id, name, now));
        }
    }
    events
}

fn event(on: &Nextcloud, kind: &str, id: String, name: Option<String>, now: Timestamp) -> Event {
    let url = (kind != "user.deleted").then(|| format!("{}/index.php/u/{}", on.http.base(), path::encode_part(&id)));
    Event {
        id: format!("{kind}-{id}-{}", now.as_second()),
        source: Nextcloud::NAME.to_owned(),
        kind: kind.into(),
        at: now,
        object: Object {
            title: name.unwrap_or_else(|| id.clone()),
            url,
            place: None,
            state: kind.split_once('.').map(|(_, state)| state.to_owned()),
            key: id,
        },
        ..Event::default()
    }
}
