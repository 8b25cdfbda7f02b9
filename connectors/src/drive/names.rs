//! From what people write to a file: its link, its id, its name, or its path from folder to folder.

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{
    api::{Acting, Found, Wanted},
    param::{self, DriveRef, FileRef, FolderRef},
    problem, wire,
};
use crate::http::pages::{Page, first, pages};

/// How many of the same name are told.
const TOLD: usize = 5;

impl Acting<'_> {
    /// # Errors
    /// At `field`: when there is no such file, or several.
    pub async fn find(&self, field: &str, text: &FileRef) -> Result<wire::File> {
        self.named(field, &text.0, "file", "").await
    }

    /// # Errors
    /// As [`Acting::find`], and when it is no folder.
    pub async fn folder(&self, field: &str, text: &FolderRef) -> Result<wire::File> {
        let only = format!(" and mimeType = '{}'", wire::FOLDER);
        let found = self.named(field, &text.0, "folder", &only).await?;
        if found.is_folder() {
            return Ok(found);
        }
        Err(problem::at(field, format!("“{}” is no folder. Paste the link of a folder, or write its name.", found.name)))
    }

    async fn named(&self, field: &str, text: &str, noun: &str, only: &str) -> Result<wire::File> {
        let text = param::unwrapped(text);
        let at_field = |error: Error| at_field(error, field);
        if text.starts_with("https://") || text.starts_with("http://") {
            let Some(id) = param::id_in(text) else {
                let message = format!("`{text}` leads to no file of Google Drive. Paste the link from its “Share” menu.");
                return Err(problem::at(field, message));
            };
            return self.followed(self.file(&id).await.map_err(at_field)?).await.map_err(at_field);
        }
        if matches!(text.to_lowercase().as_str(), "root" | "my drive") {
            return self.file("root").await;
        }
        if param::is_id(text) {
            match self.file(text).await {
                // A name may look like an id.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                found => return self.followed(found?).await.map_err(at_field),
            }
        }
        if text.is_empty() {
            return Err(problem::at(field, format!("Which {noun}? Paste its link, or write its name.")));
        }
        let exact = self.called(text, only, None).await?;
        let mut incomplete = exact.incomplete;
        if let Some(found) = one(field, noun, text, exact.items)? {
            return self.followed(self.file(&found.id).await?).await.map_err(at_field);
        }
        if let Some((folders, name)) = text.rsplit_once('/') {
            let folder = self.at_path(field, folders).await?;
            let inside = self.called(name.trim(), only, Some(&folder)).await?;
            incomplete |= inside.incomplete;
            if let Some(found) = one(field, noun, text, inside.items)? {
                return self.followed(self.file(&found.id).await?).await.map_err(at_field);
            }
        }
        let message = match incomplete {
            true => {
                format!("I found no {noun} called “{text}”, but Google did not look everywhere. Try again, or paste its link.")
            }
            false => format!(
                "There is no {noun} called “{text}” that {} can see. Look for it with `search`, or paste its link.",
                self.who()
            ),
        };
        Err(problem_at(Error::not_found(message), field))
    }

    /// The id of the folder at the end of a path.
    async fn at_path(&self, field: &str, path: &str) -> Result<String> {
        let only = format!(" and mimeType = '{}'", wire::FOLDER);
        let mut at: Option<String> = None;
        for name in path.split('/').map(str::trim).filter(|it| !it.is_empty()) {
            let found = self.called(name, &only, at.as_deref()).await?;
            let unsure = if found.incomplete { " Google did not look everywhere: try again, or paste its link." } else { "" };
            let found = one(field, "folder", name, found.items)?;
            let message = || format!("There is no folder “{name}” on the way of “{path}”.{unsure}");
            let missing = || problem_at(Error::not_found(message()), field);
            at = Some(found.ok_or_else(missing)?.id);
        }
        at.ok_or_else(|| problem::at(field, "A path begins with a folder's name, as in Apollo/Design."))
    }

    async fn called(&self, name: &str, only: &str, parent: Option<&str>) -> Result<Found> {
        let inside = parent.map(|it| format!(" and '{it}' in parents")).unwrap_or_default();
        let query = format!("name = {} and trashed = false{only}{inside}", quoted(name));
        self.files(&Wanted { query, ..Wanted::default() }, TOLD + 1).await
    }

    /// What a shortcut leads to; the file itself otherwise.
    async fn followed(&self, file: wire::File) -> Result<wire::File> {
        match &file.shortcut_details {
            Some(shortcut) if file.mime_type == wire::SHORTCUT => self.file(&shortcut.target_id).await,
            _ => Ok(file),
        }
    }

    pub async fn drives(&self) -> Result<Vec<wire::SharedDrive>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            drives: Vec<wire::SharedDrive>,
            next_page_token: Option<String>,
        }
        let fetch = async |token: Option<String>| {
            let mut query = vec![("pageSize", "100"), ("fields", "nextPageToken,drives(id,name)")];
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(self.get("/drives", &query)).await?;
            Ok(Page { items: listed.drives, next: listed.next_page_token })
        };
        Ok(first(1000, pages(fetch)).await?.items)
    }

    /// # Errors
    /// At `field`, with the names that there are.
    pub async fn shared_drive(&self, field: &str, text: &DriveRef) -> Result<wire::SharedDrive> {
        let text = param::unwrapped(&text.0);
        let id = param::id_in(text).unwrap_or_else(|| text.to_owned());
        let all = self.drives().await?;
        let mut found = all.iter().filter(|it| it.id == id || it.name.eq_ignore_ascii_case(text));
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => {
                Err(problem::at(field, format!("Several shared drives are called “{text}”: paste the link of one.")))
            }
            (None, _) => {
                let names: Vec<String> = all.iter().take(TOLD).map(|it| format!("“{}”", it.name)).collect();
                let there = match names.as_slice() {
                    [] => format!("{} is in no shared drive.", self.who()),
                    names => format!("There is {}.", names.join(", ")),
                };
                Err(problem_at(Error::not_found(format!("There is no shared drive “{text}”. {there}")), field))
            }
        }
    }
}

/// The only one; none where there is none.
fn one(field: &str, noun: &str, name: &str, found: Vec<wire::File>) -> Result<Option<wire::File>> {
    match found.len() {
        0 => Ok(None),
        1 => Ok(found.into_iter().next()),
        _ => {
            let links: Vec<&str> = found.iter().take(TOLD).filter_map(|it| it.web_view_link.as_deref()).collect();
            let message = format!("Several {noun}s are called “{name}”. Paste the link of one: {}", links.join(" , "));
            Err(problem::at(field, message))
        }
    }
}

/// What is not there, said at the field that named it.
pub(super) fn at_field(error: Error, field: &str) -> Error {
    if error.kind == ErrorKind::NotFound { problem_at(error, field) } else { error }
}

fn problem_at(error: Error, field: &str) -> Error {
    let message = error.message.clone();
    error.with_fields(vec![commands::FieldProblem::new(field, message)])
}

/// A value in Drive's search language.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
