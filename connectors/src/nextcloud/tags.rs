//! Tags that all of Nextcloud shares ("collaborative tags"); their API is WebDAV as well.

use std::collections::BTreeSet;

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Nextcloud,
    card::{listed, warning},
    dav::{Entry, NAMESPACES},
    names, param,
    problem::{about, administer, at},
};
use crate::http::Repeatable;

#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub id: u64,
    pub name: String,
    pub can_assign: bool,
}

impl Nextcloud {
    async fn tags_at(&self, address: &str) -> Result<Vec<Tag>> {
        let properties = "<oc:id/><oc:display-name/><oc:user-visible/><oc:user-assignable/><oc:can-assign/>";
        let body = format!("<d:propfind {NAMESPACES}><d:prop>{properties}</d:prop></d:propfind>");
        let all = self.ask(self.dav("PROPFIND", address).header("depth", "1"), &body).await?;
        let read = |it: &super::dav::Resource| {
            let text = |name: &str| it.properties.text_of(name);
            let can_assign = text("can-assign").is_none_or(|it| it == "true");
            Some(Tag { id: text("id")?.parse().ok()?, name: text("display-name")?.to_owned(), can_assign })
        };
        let mut tags: Vec<Tag> = all.iter().filter_map(read).collect();
        tags.sort_by_key(|it| it.name.to_lowercase());
        Ok(tags)
    }

    pub(super) async fn tags(&self) -> Result<Vec<Tag>> {
        self.tags_at(&format!("{}/systemtags/", self.dav)).await
    }

    /// The tags of one file.
    async fn tags_of(&self, id: u64) -> Result<Vec<Tag>> {
        self.tags_at(&self.relation(id, "")).await
    }

    fn relation(&self, file: u64, tag: &str) -> String {
        format!("{}/systemtags-relations/files/{file}/{tag}", self.dav)
    }

    /// The tag called so.
    ///
    /// # Errors
    /// At `tag`, with the nearest name.
    async fn tag(&self, typed: &str) -> Result<Tag> {
        let tags = self.tags().await?;
        if let Some(tag) =
            tags.iter().find(|it| it.name == typed.trim()).or_else(|| tags.iter().find(|it| names::same(&it.name, typed)))
        {
            return Ok(tag.clone());
        }
        let all: Vec<String> = tags.into_iter().map(|it| it.name).collect();
        let near = names::nearest(typed, &all).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
        Err(at("tag", format!("There is no tag `{}`.{near} Make it with tag create.", typed.trim())))
    }

    async fn make_tag(&self, name: &str) -> Result<()> {
        let body = json!({ "name": name, "userVisible": true, "userAssignable": true, "canAssign": true });
        let request = self.http.post(&format!("{}/systemtags/", self.dav)).json(&body).repeatable(Repeatable::No);
        self.done(request).await.map_err(|error| match error.kind {
            ErrorKind::Conflict => at("tag", format!("There is a tag `{name}` already.")),
            _ => administer(error, "make tags"),
        })
    }
}

fn id(entry: &Entry) -> Result<u64> {
    entry.id.ok_or_else(|| {
        Error::new(ErrorKind::Server, format!("Nextcloud does not tell the number of `{}`, which tags need.", entry.path))
    })
}

/// Lists the tags that there are, or those of a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file or folder: its path, its number, or a link to it.
    #[schemars(extend("x-positional" = true))]
    file: Option<param::FileRef>,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "tag list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tag list", "tag list /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let (heading, tags) = match &self.file {
            None => ("Tags".to_owned(), on.tags().await?),
            Some(file) => {
                let entry = on.resolve("file", file).await?;
                (format!("Tags of {}", entry.path), on.tags_of(id(&entry)?).await?)
            }
        };
        let lines = tags
            .iter()
            .map(|it| Text::from(it.name.clone()).plain(if it.can_assign { "" } else { " · set by administrators" }))
            .collect();
        let options: Vec<Button> =
            tags.iter().take(25).map(|it| Button::run(&it.name, ctx.call("tag files", json!({ "tag": it.name })))).collect();
        let mut message = listed(heading, "There are no tags.", lines, false);
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Files with".into(), options });
        }
        Ok(Reply::to_channel(message))
    }
}

/// Finds the files that have a tag.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Files {
    /// The tag.
    tag: param::Tag,
}

impl Action for Files {
    type On = Nextcloud;
    const NAME: &str = "tag files";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tag files Draft"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let tag = on.tag(&self.tag.0).await?;
        let entries = on.filtered(&format!("<oc:systemtag>{}</oc:systemtag>", tag.id)).await?;
        let lines = entries.iter().take(50).map(|it| on.line_with_folder(it)).collect();
        let none = format!("No file has the tag {}.", tag.name);
        Ok(Reply::to_channel(listed(format!("Tagged {}", tag.name), &none, lines, entries.len() > 50)))
    }
}

/// Puts a tag on a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// The tag.
    tag: param::Tag,
}

impl Action for Add {
    type On = Nextcloud;
    const NAME: &str = "tag add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag add /Reports/2026.pdf Draft"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let tag = on.tag(&self.tag.0).await?;
        match on.done(on.dav("PUT", &on.relation(id(&entry)?, &tag.id.to_string()))).await {
            Ok(()) => Ok(on.after(ctx, &entry.path, &format!("Tagged `{}` {}.", entry.path, tag.name)).await),
            Err(error) if error.kind == ErrorKind::Conflict => {
                Err(at("tag", format!("`{}` has the tag {} already.", entry.path, tag.name)))
            }
            Err(error) if error.kind == ErrorKind::Permission => {
                Err(at("tag", format!("The tag {} is set by administrators only.", tag.name)))
            }
            Err(error) => Err(about(error, &entry.path)),
        }
    }
}

/// Takes a tag off a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// The tag.
    tag: param::Tag,
}

impl Action for Remove {
    type On = Nextcloud;
    const NAME: &str = "tag remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag remove /Reports/2026.pdf Draft"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let tag = on.tag(&self.tag.0).await?;
        match on.done(on.dav("DELETE", &on.relation(id(&entry)?, &tag.id.to_string()))).await {
            Ok(()) => Ok(on.after(ctx, &entry.path, &format!("`{}` is no longer tagged {}.", entry.path, tag.name)).await),
            Err(error) if error.kind == ErrorKind::NotFound => {
                Err(at("tag", format!("`{}` does not have the tag {}.", entry.path, tag.name)))
            }
            Err(error) => Err(about(error, &entry.path)),
        }
    }
}

/// Makes a tag that everybody can see and set.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    tag: String,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "tag create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag create Draft"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let name = self.tag.trim();
        on.make_tag(name).await?;
        Ok(Reply::to_channel(format!("Made the tag {name}.")))
    }
}

/// Deletes a tag, and takes it off all files.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The tag.
    tag: param::Tag,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "tag delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag delete Draft"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let tag = on.tag(&self.tag.0).await?;
        if self.confirm.is_some() {
            let deleted = on.done(on.dav("DELETE", &format!("{}/systemtags/{}", on.dav, tag.id))).await;
            deleted.map_err(|error| administer(error, "delete tags"))?;
            return Ok(Reply::to_channel(format!("Deleted the tag {}.", tag.name)));
        }
        let files: BTreeSet<String> =
            on.filtered(&format!("<oc:systemtag>{}</oc:systemtag>", tag.id)).await?.into_iter().map(|it| it.path).collect();
        let on_files = match files.len() {
            0 => "No file that the bot sees has it.".to_owned(),
            1 => "1 file that the bot sees loses it.".to_owned(),
            count => format!("{count} files that the bot sees lose it."),
        };
        let said = Message::text(format!("This deletes the tag {} for everybody. {on_files} It cannot be undone.", tag.name));
        let call = ctx.call(Self::NAME, json!({ "tag": tag.name }));
        Ok(warning(said, "Delete the tag", format!("Delete the tag {}?", tag.name), call))
    }
}
