//! Requests to Redmine, as the person who asked or as the bot.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use commands::{Ctx, Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Redmine, Strangers, wire};
use crate::http::{Repeatable, Request, VendorError};

/// A person's account in Redmine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub id: u64,
    pub login: String,
    pub name: String,
}

/// Redmine, seen and changed by one account.
#[derive(Clone)]
pub(super) struct Acting<'a> {
    pub redmine: &'a Redmine,
    /// The asker's account; none when the bot acts under its own.
    pub account: Option<Arc<Account>>,
    /// Why the bot acts itself, for the reply, and for whom, for the record in Redmine.
    pub on_behalf: Option<OnBehalf>,
}

#[derive(Clone, Debug)]
pub(super) struct OnBehalf {
    reason: &'static str,
    asker: String,
}

/// Some of many.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    pub total: usize,
}

/// Redmine's error bodies: `{"errors": ["Subject cannot be blank"]}`.
pub(super) fn read_errors(_: reqwest::StatusCode, body: &[u8]) -> Option<VendorError> {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    serde_json::from_slice(body).ok().map(|it: Errors| VendorError { messages: it.errors })
}

impl Redmine {
    /// Redmine under the bot's own account.
    pub(super) fn as_bot(&self) -> Acting<'_> {
        Acting { redmine: self, account: None, on_behalf: None }
    }

    /// Redmine as the person who asks sees it, when we may act as them; else under the bot's account.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a person whose account is locked, or who has none where the
    /// administrator lets nobody act through the bot.
    pub(super) async fn acting(&self, ctx: &Ctx) -> Result<Acting<'_>> {
        match self.account(ctx).await? {
            Ok(account) => Ok(Acting { redmine: self, account: Some(account), on_behalf: None }),
            Err(unknown) if self.strangers == Strangers::Refuse => Err(Error::new(
                ErrorKind::Permission,
                format!(
                    "I act in Redmine only for people with an account there, but {}. Ask a Redmine administrator.",
                    unknown.reason()
                ),
            )),
            Err(unknown) => {
                let reason = unknown.reason();
                let asker = format!("{} in {}", ctx.actor.name, platform(&ctx.actor.platform));
                Ok(Acting { redmine: self, account: None, on_behalf: Some(OnBehalf { reason, asker }) })
            }
        }
    }

    /// Redmine as the person who asks, for what the bot's own account is to decide for nobody: Redmine then says whether they
    /// may. `what` begins the refusal: `A project's members are changed`.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for whoever the bot cannot act as, whatever it does for strangers otherwise.
    pub(super) async fn in_person(&self, ctx: &Ctx, what: &str) -> Result<Acting<'_>> {
        match self.account(ctx).await? {
            Ok(account) => Ok(Acting { redmine: self, account: Some(account), on_behalf: None }),
            Err(unknown) => {
                let message = format!("{what} in your own name only, but {}. {}", unknown.reason(), unknown.way(ctx));
                Err(Error::new(ErrorKind::Permission, message))
            }
        }
    }
}

impl Acting<'_> {
    /// What the person's text becomes when the bot writes it: with who asked.
    pub fn sign(&self, text: &str) -> String {
        match &self.on_behalf {
            Some(it) if text.is_empty() => format!("Asked by {}.", it.asker),
            Some(it) => format!("{text}\n\n-- \nAsked by {}.", it.asker),
            None => text.to_owned(),
        }
    }

    /// A line for the reply when it was the bot that acted.
    pub fn note(&self) -> Option<String> {
        self.on_behalf.as_ref().map(|it| format!("Done by the bot's own account, as {}.", it.reason))
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        // Asked each time; an old answer is for those who look during an outage.
        let request = self.redmine.http.get(path).cached(Duration::ZERO);
        self.send(if query.is_empty() { request } else { request.query(query) }).await
    }

    /// One page of a list under `key`.
    pub async fn list<T: DeserializeOwned>(&self, path: &str, key: &str, query: &[(&str, &str)]) -> Result<Page<T>> {
        let mut body: Map<String, Value> = self.get(path, query).await?;
        let strange = || Error::new(ErrorKind::Server, format!("Redmine's list of {key} is not in a form I know."));
        let items = serde_json::from_value(body.remove(key).ok_or_else(strange)?).map_err(|_| strange())?;
        let items: Vec<T> = items;
        let total = body.get("total_count").and_then(Value::as_u64).map_or(items.len(), |it| it as usize);
        Ok(Page { items, total })
    }

    /// A whole list, page by page, up to `limit` items.
    pub async fn list_all<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<Page<T>> {
        let mut all = Vec::new();
        loop {
            let offset = all.len().to_string();
            let mut query = query.to_vec();
            query.extend([("limit", "100"), ("offset", &offset)]);
            let page: Page<T> = self.list(path, key, &query).await?;
            let last = page.items.is_empty();
            all.extend(page.items);
            // Lists that Redmine does not page have no total of their own: they end with the first answer.
            if last || all.len() >= page.total || all.len() >= limit {
                all.truncate(limit);
                return Ok(Page { total: page.total, items: all });
            }
        }
    }

    /// Creates something. Never repeated by itself: Redmine has no key that would stop a double.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.redmine.http.post(path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value, repeatable: Repeatable) -> Result<()> {
        self.done(self.redmine.http.put(path).json(body).repeatable(repeatable)).await
    }

    pub async fn delete(&self, path: &str) -> Result<()> {
        self.done(self.redmine.http.delete(path)).await
    }

    /// Stores a file, to be attached by the token. A file stored twice is only forgotten later.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> Result<String> {
        #[derive(serde::Deserialize)]
        struct Answer {
            upload: wire::Upload,
        }
        let request = self.redmine.http.post("/uploads.json").query(&[("filename", name)]);
        // Redmine takes any file as this type only, and answers 406 to every other.
        let request = request.bytes("application/octet-stream", bytes).repeatable(Repeatable::Yes);
        Ok(self.send::<Answer>(request).await?.upload.token)
    }

    /// What a file of an issue holds: <https://www.redmine.org/projects/redmine/wiki/Rest_Attachments>.
    pub async fn attachment(&self, file: &wire::Attachment) -> Result<Bytes> {
        let name = crate::words::segment(&file.filename);
        let request = self.redmine.http.get(&format!("/attachments/download/{}/{name}", file.id));
        match self.in_person(request).send_for_file(commands::File::LIMIT).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.explain(error).await),
        }
    }

    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        match self.in_person(request).send().await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.explain(error).await),
        }
    }

    async fn done(&self, request: Request) -> Result<()> {
        match self.in_person(request).send_empty().await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.explain(error).await),
        }
    }

    fn in_person(&self, request: Request) -> Request {
        match &self.account {
            Some(account) => request.header("X-Redmine-Switch-User", &account.login),
            None => request,
        }
    }

    /// Failures whose meaning only Redmine's client knows.
    async fn explain(&self, error: Error) -> Error {
        let message = match (error.kind, &self.account) {
            // 412 is Redmine's answer to an unknown or locked X-Redmine-Switch-User, and to nothing else we send.
            (ErrorKind::Conflict, Some(account)) => {
                self.redmine.accounts.invalidate_all();
                format!(
                    "Redmine no longer lets me act as `{}`: that account was renamed, locked or removed. Try again.",
                    account.login
                )
            }
            (ErrorKind::Auth, _) => {
                "Redmine refuses the bot's API key. An administrator can put a new one into this connection: in Redmine, \
                 My account → API access key."
                    .to_owned()
            }
            (ErrorKind::Permission, Some(account)) => {
                format!("Your Redmine account `{}` may not do this. Ask a manager of the project for the right.", account.login)
            }
            (ErrorKind::Permission, None) => {
                "The bot's Redmine account may not do this. Ask a Redmine administrator for the right.".to_owned()
            }
            _ => return error,
        };
        Error { message, ..error }
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
