//! A file or folder as a message that acts.

use commands::{Audience, Button, Card, Ctx, Message, Reply, Text, Tone};
use serde_json::json;

use super::{Nextcloud, dav::Entry, param, path};

impl Nextcloud {
    /// The page of a file or folder. One without a number is on a server that has no pages.
    pub(super) fn page(&self, entry: &Entry) -> String {
        match entry.id {
            Some(id) => format!("{}/index.php/f/{id}", self.http.base()),
            None => self.destination(&entry.path),
        }
    }

    /// `📁 Reports` and `2026.pdf · 1.2 MB`, each a link.
    pub(super) fn line(&self, entry: &Entry) -> Text {
        let name = if entry.is_folder { format!("{}/", entry.name()) } else { entry.name().to_owned() };
        let size = entry.size.map(|it| format!(" · {}", path::size(it))).unwrap_or_default();
        let text = Text::new().link(self.page(entry), name).plain(size);
        let text = match entry.modified {
            Some(at) => text.plain(" · ").time(at),
            None => text,
        };
        let marks = [(entry.is_favorite, "favourite"), (!entry.shares.is_empty(), "shared"), (entry.lock.is_some(), "locked")];
        marks.iter().filter(|(holds, _)| *holds).fold(text, |text, (_, mark)| text.plain(format!(" · {mark}")))
    }

    /// With its folder, for lists of files from several.
    pub(super) fn line_with_folder(&self, entry: &Entry) -> Text {
        self.line(entry).plain(format!(" · in {}", path::parent(&entry.path)))
    }

    pub(super) fn card(&self, entry: &Entry, ctx: &Ctx) -> Message {
        let kind = match (&entry.mime, entry.is_folder) {
            (_, true) => "Folder".to_owned(),
            (Some(mime), _) => mime.clone(),
            (None, _) => "File".to_owned(),
        };
        let name = if entry.path == "/" { "All files" } else { entry.name() };
        let mut line = Text::new().link(self.page(entry), name).plain(format!(" · in {} · {kind}", path::parent(&entry.path)));
        if let Some(size) = entry.size {
            line = line.plain(format!(" · {}", path::size(size)));
        }
        let mut message = Message::new().heading(name).paragraph(line).facts(facts(entry));
        if let Some(lock) = &entry.lock {
            let by = lock.by.as_deref().unwrap_or("somebody");
            message = message.tone(Tone::Warning).paragraph(format!("Locked by {by}: nobody else can change it."));
        }
        message = message.buttons(buttons(entry, ctx));
        match entry.modified {
            Some(at) => message.context(Text::new().plain("Changed ").time(at)),
            None => message,
        }
    }

    /// What was done, and the file as it is now.
    pub(super) fn reply(&self, entry: &Entry, ctx: &Ctx, said: Message) -> Reply {
        let shown = self.card(entry, ctx);
        let call = ctx.call("file show", json!({ "file": key(entry) }));
        Reply::card(Card { object: self.page(entry), said, shown, call }, Audience::Channel)
    }

    /// The same for what was just changed. What is done is done: that it cannot be read again must not look like a failure.
    pub(super) async fn after(&self, ctx: &Ctx, path: &str, did: &str) -> Reply {
        match self.entry(path).await {
            Ok(entry) => self.reply(&entry, ctx, Message::text(did)),
            Err(_) => Reply::to_channel(did),
        }
    }
}

/// What buttons name it by: its number, which stays when it is moved.
pub(super) fn key(entry: &Entry) -> String {
    entry.id.map_or_else(|| entry.path.clone(), |it| it.to_string())
}

fn facts(entry: &Entry) -> Vec<(String, Text)> {
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value.into()));
    if let Some(owner) = &entry.owner {
        fact("Owner", owner.clone());
    }
    let shared: Vec<&str> = [(0, "people"), (1, "groups"), (3, "a public link"), (4, "mail addresses")]
        .into_iter()
        .filter(|(kind, _)| entry.shares.contains(kind))
        .map(|(_, name)| name)
        .collect();
    if !shared.is_empty() {
        fact("Shared with", shared.join(", "));
    }
    if !entry.tags.is_empty() {
        fact("Tags", entry.tags.join(", "));
    }
    if entry.is_favorite {
        fact("Favourite", "yes".into());
    }
    facts
}

fn buttons(entry: &Entry, ctx: &Ctx) -> Vec<Button> {
    let file = json!({ "file": key(entry) });
    let mut buttons = Vec::new();
    if entry.is_folder {
        buttons.push(Button::run("Open", ctx.call("file list", json!({ "folder": entry.path }))));
        buttons.push(Button::form("Upload", ctx.call("file upload", json!({ "folder": entry.path }))));
    } else {
        buttons.push(Button::run("Get it", ctx.call("file download", file.clone())));
    }
    if entry.may('R') {
        buttons.push(Button::form("Share", ctx.call("share create", file.clone())));
        buttons.push(Button::form("Public link", ctx.call("share link", file.clone())));
    }
    if entry.path != "/" && entry.may('D') {
        buttons.push(Button::run("Delete", ctx.call("file delete", file)));
    }
    buttons
}

/// Tells only the asker what would be lost, with the button that does it.
pub(super) fn warning(said: Message, label: &str, question: impl Into<String>, call: commands::Call) -> Reply {
    let message = said.tone(Tone::Warning).buttons(vec![param::confirmed(label, question, call)]);
    Reply::new(message, Audience::Private)
}

/// Items of a list with a heading, and what to say where there are none.
pub(super) fn listed(heading: impl Into<String>, none: &str, items: Vec<Text>, more: bool) -> Message {
    if items.is_empty() {
        return Message::text(none);
    }
    let count = items.len();
    let message = Message::new().heading(heading).list(items);
    if more { message.context(format!("Only the first {count}.")) } else { message }
}
