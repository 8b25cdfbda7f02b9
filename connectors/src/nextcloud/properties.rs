//! A file's properties: those that Nextcloud keeps, and others of people's own (RFC 4918, 4).

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Nextcloud,
    dav::{Element, escaped, is_name, label},
    param,
    problem::at,
};

/// The namespace of properties that are written without one.
pub(super) const OURS: &str = "urn:bellhop:properties";

/// What `allprop` leaves out and people may want to know.
const MORE: &str = "<oc:fileid/><oc:permissions/><oc:size/><oc:owner-id/><oc:owner-display-name/><oc:favorite/><oc:checksums/>\
     <oc:comments-count/><nc:mount-type/><nc:has-preview/><nc:creation_time/><nc:upload_time/><nc:note/><nc:lock/>";

/// A property as it is asked for and written.
struct Name {
    /// With its namespace: `<p:color xmlns:p="urn:…">`, as far as the name.
    open: String,
    close: String,
}

/// # Errors
/// At `name`: what cannot be a property's name.
fn name(typed: &str) -> Result<Name> {
    let typed = typed.trim();
    let (namespace, local) = match typed.strip_prefix('{').and_then(|it| it.split_once('}')) {
        Some((namespace, local)) => (namespace.to_owned(), local),
        None => match typed.split_once(':') {
            Some(("d", local)) => (super::dav::DAV.to_owned(), local),
            Some(("oc", local)) => (super::dav::OWNCLOUD.to_owned(), local),
            Some(("nc", local)) => (super::dav::NEXTCLOUD.to_owned(), local),
            Some(_) => return Err(wrong(typed)),
            None => (OURS.to_owned(), typed),
        },
    };
    if namespace.trim().is_empty() || !is_name(local) {
        return Err(wrong(typed));
    }
    Ok(Name { open: format!("p:{local} xmlns:p=\"{}\"", escaped(&namespace)), close: format!("p:{local}") })
}

fn wrong(typed: &str) -> commands::Error {
    at(
        "name",
        format!(
            "`{typed}` is no property's name. Write a word, such as customer, or one with its namespace: {{http://example.org/}}customer."
        ),
    )
}

/// Shows a file's properties, your own among them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "property list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["property list /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        // A plain WebDAV server has none of Nextcloud's own.
        let more = if entry.id.is_some() { MORE } else { "" };
        let mut all = on.properties(&entry.path, more).await?;
        all.sort_by_key(|it| (it.namespace != OURS, it.namespace.clone(), it.name.clone()));
        let rows: Vec<Vec<Text>> = all.iter().map(|it| vec![Text::new().code(label(it)), value(it).into()]).collect();
        let message = Message::new()
            .heading(entry.path.clone())
            .block(Block::Table { header: vec!["Property".into(), "Value".into()], rows });
        let set = ctx.call("property set", serde_json::json!({ "file": super::card::key(&entry) }));
        Ok(Reply::to_channel(message.buttons(vec![commands::Button::form("Set a property", set)])))
    }
}

/// The text of a property; of one with parts, their names and texts.
fn value(property: &Element) -> String {
    let text = property.text.trim();
    if property.children.is_empty() {
        return text.to_owned();
    }
    let part = |it: &Element| match it.children.is_empty() && !it.text.trim().is_empty() {
        true => it.text.trim().to_owned(),
        false => it.name.clone(),
    };
    property.children.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Writes a property of your own on a file: a customer's number, say.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Set {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// Its name, such as customer.
    name: String,
    /// Its value.
    value: String,
}

impl Action for Set {
    type On = Nextcloud;
    const NAME: &str = "property set";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["property set /Reports/2026.pdf customer Apollo"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let name = name(&self.name)?;
        let entry = on.resolve("file", &self.file).await?;
        let set = format!("<{}>{}</{}>", name.open, escaped(&self.value), name.close);
        on.patch_properties(&entry.path, &set, "").await?;
        let said = Text::from("Set ")
            .code(self.name.trim())
            .plain(" of ")
            .link(on.page(&entry), &entry.path)
            .plain(" to ")
            .code(self.value);
        Ok(Reply::to_channel(Message::text(said.plain("."))))
    }
}

/// Removes a property of your own from a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// Its name, such as customer.
    name: String,
}

impl Action for Remove {
    type On = Nextcloud;
    const NAME: &str = "property remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["property remove /Reports/2026.pdf customer"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let name = name(&self.name)?;
        let entry = on.resolve("file", &self.file).await?;
        on.patch_properties(&entry.path, "", &format!("<{}/>", name.open)).await?;
        let said = Text::from("Removed ").code(self.name.trim()).plain(" from ").link(on.page(&entry), &entry.path).plain(".");
        Ok(Reply::to_channel(Message::text(said)))
    }
}
