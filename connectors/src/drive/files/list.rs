//! `file list`, `file search`, `file recent`.

use commands::{
    Action, Audience, Button, Ctx, Effect, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{counted, listed};
use crate::drive::{
    Drive,
    api::{Acting, Among, Wanted},
    names::quoted,
    param::FolderRef,
    problem, wire,
};

const LIMIT: u32 = 10;
const MOST: u32 = 50;

/// Lists what is in a folder, folders first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The folder; My Drive where you do not say.
    #[schemars(extend("x-positional" = true))]
    folder: Option<FolderRef>,
    /// What others shared with you, in place of a folder, the latest first.
    #[serde(default)]
    shared: bool,
    /// What is in the trash.
    #[serde(default)]
    trashed: bool,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "file list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file list Apollo", "file list --shared", "file list --trashed"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let most = self.limit.unwrap_or(LIMIT).min(MOST);
        let trashed = self.trashed;
        let mut params = json!({ "limit": (most * 2).min(MOST), "shared": self.shared, "trashed": trashed });
        let (wanted, place) = match &self.folder {
            _ if self.shared => {
                let query = format!("sharedWithMe = true and trashed = {trashed}");
                (
                    Wanted { query, order: Some("sharedWithMeTime desc"), among: Among::Own, drive: None },
                    "shared with you".to_owned(),
                )
            }
            None if trashed => (
                Wanted { query: "trashed = true".into(), order: Some("modifiedTime desc"), ..Wanted::default() },
                "in the trash".into(),
            ),
            folder => {
                let root = FolderRef("root".into());
                let found = acting.folder("folder", folder.as_ref().unwrap_or(&root)).await?;
                params["folder"] = json!(found.id);
                let query = format!("'{}' in parents and trashed = {trashed}", found.id);
                (Wanted { query, order: Some("folder,name_natural"), ..Wanted::default() }, format!("in {}", found.name))
            }
        };
        let part = acting.look_for(&wanted, most as usize).await?;
        let head = Text::new().bold(format!("{} {place}", counted(&part, "file")));
        let more = (most < MOST).then(|| Button::run("Show more", ctx.call("file list", params)));
        let message = listed(&acting, head, &format!("There is nothing {place}."), &part, more);
        // What is shared with somebody, and what they threw away, is their own affair.
        let own = self.shared || trashed;
        Ok(Reply::new(message, if own { Audience::Asker } else { Audience::Channel }))
    }
}

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    Folder,
    Document,
    Spreadsheet,
    Presentation,
    Form,
    Pdf,
    Picture,
    Video,
}

impl Type {
    fn term(self) -> String {
        let native = |name: &str| format!("mimeType = 'application/vnd.google-apps.{name}'");
        match self {
            Type::Folder => native("folder"),
            Type::Document => native("document"),
            Type::Spreadsheet => native("spreadsheet"),
            Type::Presentation => native("presentation"),
            Type::Form => native("form"),
            Type::Pdf => "mimeType = 'application/pdf'".into(),
            Type::Picture => "mimeType contains 'image/'".into(),
            Type::Video => "mimeType contains 'video/'".into(),
        }
    }
}

/// Searches files: in their names and in what is written in them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// Words in the name or in the text.
    words: String,
    /// Only in names.
    #[serde(default)]
    name_only: bool,
    /// Only this kind.
    #[serde(rename = "type")]
    kind: Option<Type>,
    /// Whose it is: me, @ana, an email address.
    owner: Option<Person>,
    /// Only what lies in this folder itself.
    folder: Option<FolderRef>,
    /// Changed on this day or later.
    since: Option<Date>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for Search {
    type On = Drive;
    const NAME: &str = "file search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file search printer manual", "file search budget type=spreadsheet owner=@ana since=2026-11-01"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let most = self.limit.unwrap_or(LIMIT).min(MOST);
        let wanted = self.wanted(&acting, ctx).await?;
        let part = acting.look_for(&wanted, most as usize).await?;
        let head = Text::new().bold(format!("{} found", counted(&part, "file")));
        let mut params = json!({ "words": self.words, "name_only": self.name_only, "limit": (most * 2).min(MOST) });
        let mut put = |key: &str, value: Option<serde_json::Value>| {
            if let Some(value) = value {
                params[key] = value;
            }
        };
        put("type", self.kind.map(|it| json!(it)));
        put("owner", self.owner.as_ref().map(|it| json!(it.0)));
        put("folder", self.folder.as_ref().map(|it| json!(it.0)));
        put("since", self.since.map(|it| json!(it.0)));
        let more = (most < MOST).then(|| Button::run("Show more", ctx.call("file search", params)));
        let nothing = format!("No file that {} can see has “{}” in it.", acting.who(), self.words.trim());
        Ok(Reply::to_channel(listed(&acting, head, &nothing, &part, more)))
    }
}

impl Search {
    async fn wanted(&self, acting: &Acting<'_>, ctx: &Ctx) -> Result<Wanted> {
        let words = self.words.trim();
        if words.is_empty() {
            return Err(problem::at("words", "Which words shall I look for?"));
        }
        let mut terms = vec!["trashed = false".to_owned()];
        terms.push(match self.name_only {
            true => format!("name contains {}", quoted(words)),
            false => format!("fullText contains {}", quoted(words)),
        });
        terms.extend(self.kind.map(Type::term));
        if let Some(owner) = &self.owner {
            let owner = match owner.0.trim() {
                it if it.eq_ignore_ascii_case("me") => "me",
                it => it.trim_start_matches('@'),
            };
            let address = match (owner, acting.account.as_deref().or(ctx.actor.email.as_deref())) {
                ("me", Some(email)) => email,
                (owner, _) if owner.contains('@') || owner == "me" => owner,
                _ => {
                    let message = format!("Google knows owners by their email address, and `{owner}` is none.");
                    return Err(problem::at("owner", message));
                }
            };
            terms.push(format!("{} in owners", quoted(address)));
        }
        if let Some(folder) = &self.folder {
            terms.push(format!("'{}' in parents", acting.folder("folder", folder).await?.id));
        }
        if let Some(since) = self.since {
            terms.push(format!("modifiedTime >= '{}T00:00:00'", since.0));
        }
        // Google sorts what is found in the text by how well it fits, and refuses any other order.
        let order = self.name_only.then_some("modifiedTime desc");
        Ok(Wanted { query: terms.join(" and "), order, ..Wanted::default() })
    }
}

/// Shows the files that you opened or changed last.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Recent {
    /// How many.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for Recent {
    type On = Drive;
    const NAME: &str = "file recent";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file recent", "file recent limit=20"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let most = self.limit.unwrap_or(LIMIT).min(MOST);
        let query = format!("trashed = false and mimeType != '{}'", wire::FOLDER);
        let part = acting
            .look_for(&Wanted { query, order: Some("recency desc"), among: Among::Own, drive: None }, most as usize)
            .await?;
        let more =
            (most < MOST).then(|| Button::run("Show more", ctx.call("file recent", json!({ "limit": (most * 2).min(MOST) }))));
        let whose = if acting.account.is_some() { "Your recent files" } else { "Recent files of the bot's account" };
        Ok(Reply::to_asker(listed(&acting, Text::new().bold(whose), "There are no recent files.", &part, more)))
    }
}
