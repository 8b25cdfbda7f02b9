//! What happened, as the Activity app tells it to the bot's account: for people who ask, and for polling where there are no
//! webhooks ([endpoint](https://github.com/nextcloud/activity/blob/master/docs/endpoint-v2.md)).
//!
//! Nextcloud tells an account of what it can see: of files that are shared with it or are its own.

use commands::{
    Action, Ctx, Effect, Event, Reply, Result, Text,
    event::{Concern, Object},
};
use jiff::Timestamp;
use reqwest::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Nextcloud, card::listed, ocs::Envelope, param, path};
use crate::{Connector, payload};

const PATH: &str = "/apps/activity/api/v2/activity";
/// Entries in one answer.
const PAGE: &str = "100";
/// Answers in one poll; the rest comes with the next.
const PAGES: usize = 5;

#[derive(Deserialize)]
struct Entry {
    activity_id: u64,
    datetime: Timestamp,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    subject: String,
    /// What was said, of a comment.
    #[serde(default)]
    message: String,
    #[serde(default)]
    object_type: Option<String>,
    #[serde(default)]
    object_id: Option<u64>,
    /// From the top of the account's own space on.
    #[serde(default)]
    object_name: Option<String>,
    #[serde(default)]
    link: Option<String>,
}

impl Nextcloud {
    async fn activity(&self, filter: &str, query: &[(&str, &str)]) -> Result<Vec<Entry>> {
        // "There is no more" is a 304, which is an answer only to who asks for what changed; this tag is nobody's.
        let request = self.ocs(Method::GET, &format!("{PATH}{filter}")).query(query).header("if-none-match", "\"none\"");
        let answer: Option<Envelope<Vec<Entry>>> = request.send().await?;
        Ok(answer.map(|it| it.ocs.data).unwrap_or_default())
    }

    /// The latest that the people of this connection may hear of; and how many were looked at, where there are more.
    async fn latest(&self, filter: &str, of: &[(&str, &str)], limit: usize) -> Result<(Vec<Entry>, Option<usize>)> {
        let limited = limit.to_string();
        // Outside of the folder there may be much.
        let size = if self.folder.is_empty() { limited.as_str() } else { PAGE };
        let (mut latest, mut looked_at, mut before): (Vec<Entry>, usize, Option<String>) = (Vec::new(), 0, None);
        for _ in 0..PAGES {
            let mut query = of.to_vec();
            query.extend([("limit", size), ("sort", "desc")]);
            query.extend(before.as_deref().map(|it| ("since", it)));
            let page = self.activity(filter, &query).await?;
            looked_at += page.len();
            before = page.iter().map(|it| it.activity_id).min().map(|it| it.to_string());
            latest.extend(page.into_iter().filter(|it| self.concerns(it)));
            if self.folder.is_empty() || before.is_none() || latest.len() >= limit {
                latest.truncate(limit);
                return Ok((latest, None));
            }
        }
        Ok((latest, Some(looked_at)))
    }

    /// Its path from the connection's folder on; none for what is no file, or outside of it.
    fn path_in(&self, entry: &Entry) -> Option<String> {
        let name = entry.object_name.as_deref().filter(|it| !it.is_empty() && entry.object_type.as_deref() == Some("files"))?;
        self.below(&format!("/{}", name.trim_start_matches('/')))
    }

    /// Whether the people of this connection may hear of it.
    fn concerns(&self, entry: &Entry) -> bool {
        self.folder.is_empty() || self.path_in(entry).is_some()
    }

    fn event(&self, entry: Entry) -> Event {
        let path = self.path_in(&entry);
        let title = match (&path, &entry.object_name) {
            (Some(path), _) => path::name(path).to_owned(),
            (None, Some(name)) if !name.is_empty() => name.clone(),
            _ => entry.subject.clone(),
        };
        let id = entry.object_id.filter(|_| path.is_some());
        let url = id.map(|id| format!("{}/index.php/f/{id}", self.http.base())).or(entry.link).filter(|it| !it.is_empty());
        // "You" in its own activities is the bot, whom readers would take for themselves.
        let said = [entry.message, entry.subject].into_iter().find(|it| !it.trim().is_empty());
        let text = said.filter(|_| entry.user != self.user).and_then(|it| payload::said(&it));
        let concerns = match (entry.kind.as_str(), &text) {
            // Nextcloud mentions people by their account's name.
            ("comments", Some(text)) => payload::mentioned(text, Some(&entry.user))
                .into_iter()
                .map(|it| Concern { id: Some(it.name.clone()), ..it })
                .collect(),
            _ => Vec::new(),
        };
        let actor = Some(entry.user).filter(|it| !it.is_empty());
        Event {
            id: format!("activity-{}", entry.activity_id),
            source: Nextcloud::NAME.to_owned(),
            kind: kind_of(&entry.kind),
            at: entry.datetime,
            actor_id: actor.clone(),
            actor,
            object: Object {
                key: id.map_or_else(|| format!("activity {}", entry.activity_id), |id| format!("#{id}")),
                title,
                url,
                place: path.as_deref().map(|it| path::parent(it).to_owned()),
                state: None,
            },
            paths: path.iter().map(|it| it.trim_start_matches('/').to_owned()).collect(),
            concerns,
            text,
            ..Event::default()
        }
    }
}

/// Nextcloud's types (`IFilter`, `ISetting` of each app) as noun and verb; what is not known is named as Nextcloud names it.
fn kind_of(kind: &str) -> String {
    let known = match kind {
        "file_created" => "file.created",
        "file_changed" => "file.changed",
        "file_deleted" => "file.deleted",
        "file_restored" => "file.restored",
        "file_favorite" | "file_favorite_changed" => "file.marked",
        "shared" | "remote_share" => "share.changed",
        "public_links" | "public_links_upload" => "link.used",
        "comments" => "file.commented",
        "systemtags" => "file.tagged",
        "calendar_event" | "calendar_todo" => "calendar_entry.changed",
        "deck" | "deck_card_description" => "card.changed",
        "deck_comment" => "card.commented",
        "group_settings" | "personal_settings" | "security" => "user.changed",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    match kind.split_once('_') {
        Some((noun, verb)) => format!("{noun}.{verb}"),
        None => format!("{kind}.changed"),
    }
}

/// Shows what happened lately, in all or to a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file or folder: its path, its number, or a link to it.
    #[schemars(extend("x-positional" = true))]
    file: Option<param::FileRef>,
    /// How many to show.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u8>,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "activity list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["activity list", "activity list /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let limit = usize::from(self.limit.unwrap_or(20));
        let (heading, (entries, looked_at)) = match &self.file {
            Some(file) => {
                let entry = on.resolve("file", file).await?;
                let id = entry.id.unwrap_or_default().to_string();
                let of = [("object_type", "files"), ("object_id", id.as_str())];
                (format!("What happened to {}", entry.path), on.latest("/filter", &of, limit).await?)
            }
            None => ("What happened lately".to_owned(), on.latest("", &[], limit).await?),
        };
        let line = |it: &Entry| {
            let said = match (it.user == on.user, it.subject.strip_prefix("You ")) {
                (true, Some(rest)) => format!("The bot {rest}"),
                _ => it.subject.clone(),
            };
            match it.object_id.filter(|_| on.path_in(it).is_some()) {
                Some(id) => Text::new().link(format!("{}/index.php/f/{id}", on.http.base()), said),
                None => said.into(),
            }
            .plain(" · ")
            .time(it.datetime)
        };
        let message = listed(heading, "Nothing happened that Nextcloud tells of.", entries.iter().map(line).collect(), false);
        Ok(Reply::to_channel(match looked_at {
            Some(count) => message.context(format!("Only the last {count} things that happened were looked at.")),
            None => message,
        }))
    }
}

/// What happened after the entry `last`, and the number of the last one of it; without it nothing, and from where on.
pub(super) async fn since(on: &Nextcloud, last: Option<u64>) -> Result<(Vec<Event>, u64)> {
    let Some(mut last) = last else {
        let newest = on.activity("", &[("limit", "1"), ("sort", "desc")]).await?;
        return Ok((Vec::new(), newest.first().map_or(0, |it| it.activity_id)));
    };
    let mut events = Vec::new();
    for _ in 0..PAGES {
        let since = last.to_string();
        let page = on.activity("", &[("since", since.as_str()), ("limit", PAGE), ("sort", "asc")]).await?;
        let new: Vec<Entry> = page.into_iter().filter(|it| it.activity_id > last).collect();
        let Some(newest) = new.iter().map(|it| it.activity_id).max() else { break };
        last = newest;
        events.extend(new.into_iter().filter(|it| on.concerns(it)).map(|it| on.event(it)));
    }
    Ok((events, last))
}
