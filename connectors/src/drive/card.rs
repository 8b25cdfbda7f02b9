//! A file as a message that acts.

use commands::{Block, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::json;

use super::{
    api::Acting,
    files,
    wire::{self, File},
};
pub(super) use crate::words::{shorten, size};

/// The longest description shown; the rest is a click away.
const DESCRIPTION: usize = 600;

/// Where any file or folder can be opened.
pub(super) fn address(id: &str) -> String {
    format!("https://drive.google.com/open?id={id}")
}

/// Where a folder or a shared drive of that id is on the web.
pub(super) fn folder_address(id: &str) -> String {
    format!("https://drive.google.com/drive/folders/{id}")
}

/// Where a file is on the web, without what Google adds to count clicks.
pub(super) fn link(file: &File) -> String {
    match &file.web_view_link {
        Some(link) => link.split("?usp=").next().unwrap_or(link).to_owned(),
        None => address(&file.id),
    }
}

/// What people call a file of this type.
pub(super) fn what(mime: &str) -> &str {
    match mime {
        wire::FOLDER => "Folder",
        wire::SHORTCUT => "Shortcut",
        "application/vnd.google-apps.document" => "Document",
        "application/vnd.google-apps.spreadsheet" => "Spreadsheet",
        "application/vnd.google-apps.presentation" => "Presentation",
        "application/vnd.google-apps.form" => "Form",
        "application/vnd.google-apps.drawing" => "Drawing",
        "application/pdf" => "PDF",
        it if it.starts_with("image/") => "Picture",
        it if it.starts_with("video/") => "Video",
        it if it.starts_with("audio/") => "Sound",
        _ => "File",
    }
}

/// The file with what can be done to it; `pasted` is the link that was asked for.
pub(super) async fn card(acting: &Acting<'_>, file: &File, ctx: &Ctx, pasted: Option<&str>) -> Message {
    let place = acting.place(file).await;
    let address = pasted.map_or_else(|| link(file), |it| it.split(['?', '#']).next().unwrap_or(it).to_owned());
    // What stands in the query alone, as in open?id=…, is all that names the file.
    let address = if address.ends_with("/open") || address.ends_with("/uc") { link(file) } else { address };
    let mut line = Text::new().link(address, what(&file.mime_type));
    if let Some(place) = &place {
        line = line.plain(format!(" in {place}"));
    }
    let tone = if file.trashed { Tone::Bad } else { Tone::Neutral };
    let mut message = Message::new().tone(tone).heading(file.name.clone()).paragraph(line).facts(facts(file));
    if let Some(description) = file.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        message = message.block(Block::Quote(shorten(description, DESCRIPTION).into()));
    }
    message = message.buttons(buttons(file, ctx));
    if let Some(menu) = menu(file, ctx) {
        message = message.block(menu);
    }
    match acting.note() {
        Some(note) => message.context(note),
        None => message,
    }
}

/// What was done, and the file as it is now.
pub(super) async fn done(acting: &Acting<'_>, file: &File, ctx: &Ctx, said: impl Into<Message>) -> Reply {
    let shown = card(acting, file, ctx, None).await;
    reply(file, ctx, said.into(), shown)
}

pub(super) fn reply(file: &File, ctx: &Ctx, said: Message, shown: Message) -> Reply {
    let call = ctx.call("file show", json!({ "file": file.id }));
    Reply::card(Card { object: link(file), said, shown, call }, commands::Audience::Channel)
}

/// The file in a line: `Brief · Document · Ana Example · 2026-11-20 09:00`.
pub(super) fn line(file: &File) -> Text {
    let mut text = Text::new().link(link(file), &file.name).plain(format!(" · {}", what(&file.mime_type)));
    if let Some(who) = file.last_modifying_user.as_ref().or(file.owners.first()) {
        text = text.plain(format!(" · {}", who.display_name));
    }
    if let Some(at) = file.modified_time {
        text = text.plain(" · ").time(at);
    }
    text
}

fn facts(file: &File) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: Text| facts.push((name.to_owned(), value));
    if file.trashed {
        fact("State", "in the trash".into());
    }
    match file.owners.first() {
        Some(owner) => fact("Owner", owner.display_name.as_str().into()),
        None if file.drive_id.is_some() => fact("Owner", "the shared drive".into()),
        None => {}
    }
    if let Some(at) = file.modified_time {
        let by = file.last_modifying_user.as_ref().map(|it| format!(" by {}", it.display_name)).unwrap_or_default();
        fact("Changed", Text::new().time(at).plain(by));
    }
    if let Some(bytes) = file.bytes() {
        fact("Size", size(bytes).into());
    }
    fact("Shared", if file.shared { "with others" } else { "with nobody" }.into());
    facts
}

fn buttons(file: &File, ctx: &Ctx) -> Vec<Button> {
    let params = json!({ "file": file.id });
    if file.trashed {
        return vec![
            Button::run("Restore", ctx.call("file restore", params.clone())).primary(),
            Button::run("Delete for good", ctx.call("file delete", params)),
        ];
    }
    let can = &file.capabilities;
    let mut buttons = Vec::new();
    if file.is_folder() {
        buttons.push(Button::run("What is in it", ctx.call("file list", json!({ "folder": file.id }))));
    }
    if can.can_share {
        buttons.push(Button::form("Share", ctx.call("file share", params.clone())));
    }
    buttons.push(Button::run("Who has access", ctx.call("share list", params.clone())));
    if can.can_comment && !file.is_folder() {
        buttons.push(Button::form("Comment", ctx.call("comment add", params.clone())));
        buttons.push(Button::run("Comments", ctx.call("comment list", params.clone())));
    }
    if file.is_folder() && can.can_add_children {
        buttons.push(Button::form("New folder", ctx.call("folder create", json!({ "parent": file.id }))));
    }
    buttons
}

/// What is wanted less often.
fn menu(file: &File, ctx: &Ctx) -> Option<Block> {
    if file.trashed {
        return None;
    }
    let (params, can) = (json!({ "file": file.id }), &file.capabilities);
    let mut options = Vec::new();
    if can.can_rename {
        options.push(Button::form("Rename", ctx.call("file rename", params.clone())));
    }
    if can.can_edit {
        options.push(Button::form("Move", ctx.call("file move", params.clone())));
    }
    if !file.is_folder() {
        options.push(Button::form("Copy", ctx.call("file copy", params.clone())));
        if !files::formats(&file.mime_type).is_empty() {
            options.push(Button::form("Export", ctx.call("file export", params.clone())));
        } else if can.can_download && !file.is_native() {
            options.push(Button::run("Download", ctx.call("file download", params.clone())));
        }
        options.push(Button::run("Activity", ctx.call("file activity", params.clone())));
        if can.can_edit {
            options.push(Button::run("Versions", ctx.call("version list", params.clone())));
        }
    }
    if can.can_trash {
        options.push(Button::run("Move to the trash", ctx.call("file trash", params)));
    }
    (!options.is_empty()).then(|| Block::Menu { label: "More".into(), options })
}
