//! Requests to Drive, as the person who asked or as the bot.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use commands::{Ctx, Error, ErrorKind, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{ActAs, Drive, Strangers, credentials, problem, wire};
use crate::{
    Http,
    auth::{is_person, whose},
    http::{
        Repeatable, Request,
        pages::{Page, Part, first, pages},
    },
};

pub(super) const ALL_DRIVES: (&str, &str) = ("supportsAllDrives", "true");

/// Drive, seen and changed by one account.
#[derive(Clone)]
pub(super) struct Acting<'a> {
    pub drive: &'a Drive,
    pub http: Http,
    /// The person's account; none when the bot acts under its own.
    pub account: Option<String>,
    on_behalf: Option<OnBehalf>,
}

#[derive(Clone)]
struct OnBehalf {
    /// Why it is not done as the person, where it could be.
    reason: Option<String>,
    asker: String,
}

/// What a list is to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// In Drive's language: <https://developers.google.com/workspace/drive/api/guides/ref-search-terms>.
    pub query: String,
    pub order: Option<&'static str>,
    pub among: Among,
    /// Only in this shared drive, of which nothing is left out.
    pub drive: Option<String>,
}

/// Where is looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Among {
    /// Everything that the account may see, in all shared drives.
    #[default]
    All,
    /// What the account made, opened, or was given.
    Own,
}

/// Whether a folder is all of a shared drive.
#[derive(Clone, Copy)]
enum Root {
    SharedDrive,
    None,
}

/// Some of the files that are wanted.
pub(super) struct Found {
    pub items: Vec<wire::File>,
    /// Whether there are more.
    pub more: bool,
    /// Whether Google did not look everywhere, so that some may be missing.
    pub incomplete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    files: Vec<wire::File>,
    next_page_token: Option<String>,
    #[serde(default)]
    incomplete_search: bool,
}

impl Drive {
    /// Drive under the bot's own account.
    pub(super) async fn as_bot(&self) -> Acting<'_> {
        let http = self.client(None).await.http;
        Acting { drive: self, http, account: None, on_behalf: None }
    }

    /// Drive as the person who asks sees it, when we may act as them; else under the bot's account.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a person without an account where the administrator lets nobody act through the bot.
    pub(super) async fn acting(&self, ctx: &Ctx) -> Result<Acting<'_>> {
        if is_person() {
            let account = Some(ctx.account.clone().unwrap_or_else(whose));
            return Ok(Acting { account, ..self.as_bot().await });
        }
        let asker = format!("{} in {}", ctx.actor.name, platform(&ctx.actor.platform));
        if self.act_as == ActAs::Bot {
            let on_behalf = Some(OnBehalf { reason: None, asker });
            return Ok(Acting { on_behalf, ..self.as_bot().await });
        }
        match self.person(ctx).await? {
            Ok((email, client)) => Ok(Acting { drive: self, http: client.http, account: Some(email), on_behalf: None }),
            Err(reason) if self.strangers == Strangers::Refuse => Err(Error::new(
                ErrorKind::Permission,
                format!("I act in Google Drive only for people with an account there, but {reason}. Ask an administrator."),
            )),
            Err(reason) => {
                let on_behalf = Some(OnBehalf { reason: Some(reason), asker });
                Ok(Acting { on_behalf, ..self.as_bot().await })
            }
        }
    }

    /// The asker's account with a token for it, or why there is none.
    async fn person(&self, ctx: &Ctx) -> Result<Result<(String, credentials::Client), String>> {
        let Some(email) = ctx.account.as_deref().or(ctx.actor.email.as_deref()).filter(|it| it.contains('@')) else {
            return Ok(Err("the chat does not tell me your email address".into()));
        };
        if let Some(domain) = &self.settings.domain
            && !email.to_lowercase().ends_with(&format!("@{domain}"))
        {
            return Ok(Err(format!("{email} is no address of {domain}")));
        }
        let client = self.client(Some(email)).await;
        match client.tokens.header().await {
            Ok(_) => Ok(Ok((email.to_owned(), client))),
            Err(error) if error.code.as_deref() == Some("invalid_grant") && !error.message.contains("iat and exp") => {
                Ok(Err(format!("Google gives no token for {email}: it knows no such account, or it is suspended")))
            }
            Err(error) => Err(credentials::explain(error, Some(email))),
        }
    }
}

impl Acting<'_> {
    /// What the person's text becomes when the bot writes it: with who asked.
    pub fn sign(&self, text: &str) -> String {
        match &self.on_behalf {
            Some(it) if text.is_empty() => format!("Asked by {}.", it.asker),
            Some(it) => format!("{text}\n\nAsked by {}.", it.asker),
            None => text.to_owned(),
        }
    }

    /// A line for the reply when it was the bot that acted, for somebody who could have acted.
    pub fn note(&self) -> Option<String> {
        let reason = self.on_behalf.as_ref()?.reason.as_ref()?;
        Some(format!("Done by the bot's own account, as {reason}."))
    }

    /// Who acts, in a sentence: `ana@example.org`, `the bot's account`.
    pub fn who(&self) -> &str {
        self.account.as_deref().unwrap_or("the bot's account")
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Request {
        self.http.get(&format!("/drive/v3{path}")).query(query)
    }

    /// Never repeated by itself unless it says so.
    pub fn post(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Request {
        self.http.post(&format!("/drive/v3{path}")).query(query).json(body)
    }

    /// Setting fields twice is setting them once.
    pub fn patch(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Request {
        self.http.patch(&format!("/drive/v3{path}")).query(query).json(body).repeatable(Repeatable::Yes)
    }

    pub fn delete(&self, path: &str, query: &[(&str, &str)]) -> Request {
        self.http.delete(&format!("/drive/v3{path}")).query(query)
    }

    pub async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        request.send().await.map_err(|it| self.explain(it))
    }

    pub async fn done(&self, request: Request) -> Result<()> {
        request.send_empty().await.map_err(|it| self.explain(it))
    }

    pub fn explain(&self, error: Error) -> Error {
        let error = problem::explain(error, self.who());
        let subject = self.account.as_deref().or(self.drive.source.subject());
        if error.kind == ErrorKind::Auth { credentials::explain(error, subject) } else { error }
    }

    pub async fn file(&self, id: &str) -> Result<wire::File> {
        let request = self.get(&format!("/files/{id}"), &[ALL_DRIVES, ("fields", wire::FILE)]);
        let file = self.send(request).await?;
        Ok(self.with_name(file).await)
    }

    /// The same to be looked at: while Drive is out of reach, as it was when last seen.
    pub async fn look(&self, id: &str) -> Result<wire::File> {
        let request = self.get(&format!("/files/{id}"), &[ALL_DRIVES, ("fields", wire::FILE)]);
        let file = self.send(request.cached(Duration::ZERO)).await?;
        Ok(self.with_name(file).await)
    }

    /// The root of a shared drive is a folder called `Drive` in every one: its name is the drive's.
    async fn with_name(&self, file: wire::File) -> wire::File {
        match file.drive_id.as_ref() == Some(&file.id) {
            true => wire::File { name: self.name_of(&file.id, Root::SharedDrive).await.unwrap_or(file.name), ..file },
            false => file,
        }
    }

    pub async fn create(&self, body: &Value) -> Result<wire::File> {
        self.send(self.post("/files", &[ALL_DRIVES, ("fields", wire::FILE)], body)).await
    }

    pub async fn update(&self, id: &str, query: &[(&str, &str)], body: &Value) -> Result<wire::File> {
        let query: Vec<_> = [ALL_DRIVES, ("fields", wire::FILE)].into_iter().chain(query.iter().copied()).collect();
        self.send(self.patch(&format!("/files/{id}"), &query, body)).await
    }

    /// The first `most` files.
    pub async fn files(&self, wanted: &Wanted, most: usize) -> Result<Found> {
        self.listed(wanted, most, |it| it).await
    }

    /// The same to be looked at: while Drive is out of reach, as they were when last seen.
    pub async fn look_for(&self, wanted: &Wanted, most: usize) -> Result<Found> {
        self.listed(wanted, most, |it| it.cached(Duration::ZERO)).await
    }

    async fn listed(&self, wanted: &Wanted, most: usize, asked: fn(Request) -> Request) -> Result<Found> {
        // One more than is shown tells whether there are more.
        let (size, fields) = ((most + 1).min(200).to_string(), format!("nextPageToken,incompleteSearch,files({})", wire::LINE));
        let corpora = match wanted.among {
            _ if wanted.drive.is_some() => "drive",
            Among::Own => "user",
            Among::All => "allDrives",
        };
        let incomplete = AtomicBool::new(false);
        let fetch = async |token: Option<String>| {
            let mut query = vec![
                ("q", wanted.query.as_str()),
                ("pageSize", &size),
                ("fields", &fields),
                ALL_DRIVES,
                ("includeItemsFromAllDrives", "true"),
                ("corpora", corpora),
            ];
            query.extend(wanted.drive.as_deref().map(|it| ("driveId", it)));
            query.extend(wanted.order.map(|it| ("orderBy", it)));
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(asked(self.get("/files", &query))).await?;
            incomplete.fetch_or(listed.incomplete_search, Ordering::Relaxed);
            Ok(Page { items: listed.files, next: listed.next_page_token })
        };
        let Part { items, more } = first(most, pages(fetch)).await?;
        Ok(Found { items, more, incomplete: incomplete.into_inner() })
    }

    /// What is in a folder, folders first.
    pub async fn children(&self, folder: &str, most: usize) -> Result<Found> {
        let query = format!("'{folder}' in parents and trashed = false");
        self.files(&Wanted { query, order: Some("folder,name_natural"), ..Wanted::default() }, most).await
    }

    pub async fn permissions(&self, id: &str) -> Result<Vec<wire::Permission>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            permissions: Vec<wire::Permission>,
            next_page_token: Option<String>,
        }
        let fields = format!("nextPageToken,permissions({})", wire::PERMISSION);
        let path = format!("/files/{id}/permissions");
        let fetch = async |token: Option<String>| {
            let mut query = vec![ALL_DRIVES, ("pageSize", "100"), ("fields", fields.as_str())];
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(self.get(&path, &query)).await?;
            Ok(Page { items: listed.permissions, next: listed.next_page_token })
        };
        Ok(first(1000, pages(fetch)).await?.items)
    }

    pub async fn about(&self) -> Result<wire::About> {
        let fields = "user(displayName,emailAddress),storageQuota";
        self.send(self.get("/about", &[("fields", fields)])).await
    }

    /// Where a file is, by name; none where the account may not see it.
    pub async fn place(&self, file: &wire::File) -> Option<String> {
        let id = file.parents.first()?;
        let root = if file.drive_id.as_ref() == Some(id) { Root::SharedDrive } else { Root::None };
        self.name_of(id, root).await
    }

    async fn name_of(&self, id: &str, root: Root) -> Option<String> {
        let key = (self.account.clone().unwrap_or_default(), id.to_owned());
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let request = match root {
            Root::SharedDrive => self.get(&format!("/drives/{id}"), &[("fields", "name")]),
            Root::None => self.get(&format!("/files/{id}"), &[ALL_DRIVES, ("fields", "name")]),
        };
        self.drive.places.or_ask(key, async { request.send::<Named>().await.map(|it| it.name) }).await.ok()
    }
}

fn platform(name: &str) -> &str {
    match name {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    }
}
