//! Finding changes by asking, for those whom no webhook can reach: the events of repositories and organizations.
//!
//! GitHub lists the last 300 events of 30 days, the newest first, from half a minute to hours after they happened, and
//! answers 304 at no cost while there is nothing new (`ETag`): <https://docs.github.com/en/rest/activity/events>. Their ids
//! grow, so the cursor is the largest that was seen of each place. What they hold is what a webhook holds, with less of it.

use std::{collections::BTreeMap, time::Duration};

use commands::{Error, Event, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitHub,
    webhook::{Happened, read},
    wire,
};
use crate::Polled;

/// Pages of a hundred: GitHub has three.
const PAGES: usize = 3;

/// The last event that was seen, by repository or organization.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor(BTreeMap<String, u64>);

#[derive(Debug, Deserialize)]
struct Raw {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    actor: Option<wire::User>,
    repo: Option<RawRepo>,
    #[serde(default)]
    payload: Value,
    created_at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct RawRepo {
    name: String,
}

pub(super) async fn run(on: &GitHub, cursor: Option<&str>, _now: Timestamp) -> Result<Polled> {
    let unreadable =
        |err: serde_json::Error| Error::internal(format!("the stored cursor of this connection cannot be read: {err}"));
    let mut cursor: Cursor = cursor.map(serde_json::from_str).transpose().map_err(unreadable)?.unwrap_or_default();
    let mut events = Vec::new();
    for place in &on.watch {
        let seen = cursor.0.get(place).copied();
        let raw = on.since(place, seen).await?;
        let last = raw.iter().filter_map(|it| it.id.parse::<u64>().ok()).max();
        // A place that is new begins now.
        if seen.is_some() {
            for raw in raw.iter().rev() {
                events.push(on.event(raw).await?);
            }
        }
        cursor.0.insert(place.clone(), last.max(seen).unwrap_or(0));
    }
    events.sort_by(|a: &Event, b: &Event| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

impl GitHub {
    /// What is newer than that, the newest first.
    async fn since(&self, place: &str, seen: Option<u64>) -> Result<Vec<Raw>> {
        let path = if place.contains('/') { format!("/repos/{place}/events") } else { format!("/orgs/{place}/events") };
        let is_new = |it: &Raw| it.id.parse::<u64>().is_ok_and(|id| seen.is_none_or(|seen| id > seen));
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let number = page.to_string();
            let query = [("per_page", "100"), ("page", number.as_str())];
            let query = if page == 1 { &query[..1] } else { &query[..] };
            let all: Vec<Raw> = self.get_cached(&path, query, Duration::ZERO).await?;
            let (count, before) = (all.len(), found.len());
            found.extend(all.into_iter().filter(is_new));
            // The first poll wants to know where to begin, and one that reached what is known is done.
            if count < 100 || found.len() - before < count || seen.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn event(&self, raw: &Raw) -> Result<Event> {
        // Whatever else is sent, there is something that the rest is put into.
        let mut payload = if raw.payload.is_object() { raw.payload.clone() } else { json!({}) };
        let repo = raw.repo.as_ref().map(|it| it.name.as_str()).unwrap_or_default();
        payload["repository"] = json!({ "full_name": repo, "html_url": format!("{}/{repo}", self.site) });
        payload["sender"] = json!({ "login": raw.actor.as_ref().map(|it| it.login.as_str()) });
        self.complete(repo, &mut payload).await;
        let name = webhook_name(&raw.kind);
        let id = format!("event-{}", raw.id);
        // Whose connection it is, is known to who polls.
        Ok(Event {
            at: raw.created_at,
            ..read(&Happened { name: &name, payload: &payload, id, source: "", received: raw.created_at })
        })
    }

    /// Pull requests come without their titles, since 2025: <https://github.blog/changelog/2025-08-08-upcoming-changes-to-github-events-api-payloads/>.
    async fn complete(&self, repo: &str, payload: &mut Value) {
        let Some(number) = payload["pull_request"]["number"].as_u64().filter(|_| payload["pull_request"]["title"].is_null())
        else {
            return;
        };
        // An event without its title is better than none.
        if let Ok(pull) = self.get_cached::<Value>(&format!("/repos/{repo}/pulls/{number}"), &[], Duration::from_secs(60)).await {
            payload["pull_request"] = pull;
        }
    }
}

/// `PullRequestReviewEvent` → `pull_request_review`.
fn webhook_name(kind: &str) -> String {
    let kind = kind.strip_suffix("Event").unwrap_or(kind);
    let mut name = String::new();
    for (at, letter) in kind.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
