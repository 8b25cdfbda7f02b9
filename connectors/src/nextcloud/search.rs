//! Searching: files by what they are, and everything that Nextcloud's apps find.

use commands::{Action, Block, Button, Ctx, Effect, Error, ErrorKind, Reply, Result, Text, param::Date};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Nextcloud,
    card::listed,
    dav::Wanted,
    names, param, path,
    problem::{at, either},
};

/// Finds files and folders by name, type, size or date.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// A part of the name.
    #[schemars(extend("x-positional" = true))]
    text: Option<String>,
    /// Only in this folder.
    folder: Option<param::Folder>,
    /// The type, such as image, video, text or application/pdf.
    kind: Option<String>,
    /// Larger than so many megabytes.
    #[schemars(range(min = 0))]
    larger: Option<u32>,
    /// Changed on or after that day.
    since: Option<Date>,
    /// Only favourites.
    #[serde(default)]
    favorite: bool,
}

impl Action for Search {
    type On = Nextcloud;
    const NAME: &str = "file search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file search report", "file search folder=/Reports kind=image since=2026-11-01"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let text = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty());
        if text.is_none() && self.kind.is_none() && self.larger.is_none() && self.since.is_none() && !self.favorite {
            return Err(at(
                "text",
                "What shall I look for? Write a part of the name, or kind=image, larger=10, since=2026-11-01.",
            ));
        }
        let folder = self.folder.as_ref().map_or(Ok("/".to_owned()), |it| path::clean("folder", &it.0))?;
        let wanted = Wanted {
            folder,
            text: text.map(str::to_owned),
            mime: self.kind.map(|it| it.trim().to_lowercase()),
            larger: self.larger.map(|it| u64::from(it) * 1_000_000),
            since: self.since.map(|it| it.0.to_string()),
            is_favorite: self.favorite,
            id: None,
            limit: 26,
        };
        let found = on.search(&wanted).await?;
        let lines: Vec<Text> = found.iter().take(25).map(|it| on.line_with_folder(it)).collect();
        let heading = format!("{} found", if found.len() > 25 { "More than 25".to_owned() } else { found.len().to_string() });
        Ok(Reply::to_channel(listed(heading, "Nothing like that is there.", lines, found.len() > 25)))
    }
}

#[derive(Deserialize)]
pub(super) struct Provider {
    pub id: String,
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    name: String,
    #[serde(default)]
    is_paginated: bool,
    #[serde(default)]
    entries: Vec<Found>,
    cursor: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    title: String,
    #[serde(default)]
    subline: String,
    #[serde(default)]
    resource_url: String,
}

/// Results on one page: Nextcloud gives 25 at most.
const PAGE: &str = "10";

impl Nextcloud {
    pub(super) async fn providers(&self) -> Result<Vec<Provider>> {
        self.ocs_get("/search/providers", &[]).await
    }

    /// Why not everything can be searched: what Nextcloud's apps find is not told apart by folders.
    pub(super) fn only_files(&self) -> Option<String> {
        let why = "People reach only one folder by this connection, and this search finds what lies outside of it as well";
        (!self.folder.is_empty()).then(|| format!("{why}. Look for files by their names with `file search`."))
    }
}

/// Searches everything: contents of files (with the app Full text search), messages, events, contacts, tasks.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Everywhere {
    /// What to look for.
    text: String,
    /// Where: files, fulltextsearch, talk-message, calendar …; full text where there is it, else files.
    within: Option<param::Provider>,
    /// Where the next page starts.
    #[schemars(extend("x-hidden" = true))]
    cursor: Option<String>,
}

impl Action for Everywhere {
    type On = Nextcloud;
    const NAME: &str = "search everywhere";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["search everywhere printer", "search everywhere within=calendar meeting"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        if let Some(why) = on.only_files() {
            return Err(Error::new(ErrorKind::Permission, why));
        }
        let providers = on.providers().await?;
        let known = |id: &str| providers.iter().find(|it| names::same(&it.id, id) || names::same(&it.name, id));
        let provider = match &self.within {
            Some(typed) => known(&typed.0).ok_or_else(|| {
                let names: Vec<String> = providers.iter().map(|it| it.id.clone()).collect();
                at("within", format!("Nextcloud cannot search in `{}`. It can in {}.", typed.0.trim(), either(&names)))
            })?,
            None => known("fulltextsearch")
                .or_else(|| known("files"))
                .or(providers.first())
                .ok_or_else(|| at("within", "This Nextcloud has nothing that searches."))?,
        };
        let mut query = vec![("term", self.text.trim()), ("limit", PAGE)];
        query.extend(self.cursor.as_deref().map(|it| ("cursor", it)));
        let path = format!("/search/providers/{}/search", path::encode_part(&provider.id));
        let results: Results = on.ocs_get(&path, &query).await?;
        let line = |it: &Found| {
            let url = match it.resource_url.starts_with('/') {
                true => format!("{}{}", origin(on.http.base()), it.resource_url),
                false => it.resource_url.clone(),
            };
            let text = if url.starts_with("http") { Text::new().link(url, &it.title) } else { Text::from(it.title.clone()) };
            if it.subline.is_empty() { text } else { text.plain(format!(" · {}", it.subline)) }
        };
        let lines = results.entries.iter().map(line).collect();
        let mut message = listed(results.name.clone(), &format!("{}: nothing found.", results.name), lines, false);
        let cursor = results.cursor.as_ref().filter(|_| results.is_paginated && !results.entries.is_empty()).map(|it| match it {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        if let Some(cursor) = cursor.filter(|it| it != "null") {
            let params = json!({ "text": self.text, "within": provider.id, "cursor": cursor });
            message = message.buttons(vec![Button::run("Show more", ctx.call(Self::NAME, params))]);
        }
        let elsewhere: Vec<Button> = providers
            .iter()
            .filter(|it| it.id != provider.id)
            .take(25)
            .map(|it| Button::run(&it.name, ctx.call(Self::NAME, json!({ "text": self.text, "within": it.id }))))
            .collect();
        if !elsewhere.is_empty() {
            message = message.block(Block::Menu { label: "Look elsewhere".into(), options: elsewhere });
        }
        // It finds what the bot's account sees, which may be more than the channel may.
        Ok(Reply::to_asker(message))
    }
}

/// `https://cloud.example.org` of an address below it.
fn origin(base: &str) -> String {
    url::Url::parse(base).map(|it| it.origin().ascii_serialization()).unwrap_or_default()
}
