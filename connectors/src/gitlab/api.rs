//! Requests to GitLab, as the bot or, with `sudo`, as the person who asked.

use bytes::Bytes;
use commands::{Ctx, Error, ErrorKind, Result};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{GitLab, wire};
pub(super) use crate::words::segment;
use crate::{
    auth::is_person,
    http::{Repeatable, Request, VendorError},
};

/// GitLab, seen and changed by one account.
pub(super) struct Acting<'a> {
    pub on: &'a GitLab,
    /// The login of whom we act as, by `sudo` or by a token of their own; none for the bot itself.
    login: Option<String>,
    /// `Ana in Slack`; none where nobody in particular asks.
    asker: Option<String>,
    /// Who `me` is.
    pub me: Me,
}

/// How the person who asks is known.
#[derive(Clone, Default)]
pub(super) struct Me {
    pub login: Option<String>,
    pub email: Option<String>,
}

/// Some of a list.
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// All there are, where GitLab counts them (it does up to 10,000).
    pub total: Option<usize>,
    pub next: Option<u32>,
}

impl GitLab {
    /// GitLab under the bot's own account.
    pub(super) fn as_bot(&self) -> Acting<'_> {
        Acting { on: self, login: None, asker: None, me: Me::default() }
    }

    /// GitLab for the person who asks: as them where the connection does that and they have an account.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a person whose account is blocked.
    pub(super) async fn acting(&self, ctx: &Ctx) -> Result<Acting<'_>> {
        let asker = format!("{} in {}", ctx.actor.name, platform(&ctx.actor.platform));
        let email = ctx.actor.email.clone().filter(|it| !it.is_empty());
        let me = Me { login: ctx.account.clone(), email };
        let mut acting = Acting { on: self, login: None, asker: Some(asker), me };
        if is_person() {
            acting.login = Some(ctx.account.clone().unwrap_or_else(|| ctx.actor.name.clone()));
            return Ok(acting);
        }
        if self.sudo
            && let Some(user) = acting.whoever_asks().await?
        {
            if user.state.as_deref().is_some_and(|it| it != "active") {
                let message = format!("Your GitLab account `{}` is blocked. Ask a GitLab administrator.", user.username);
                return Err(Error::new(ErrorKind::Permission, message));
            }
            acting.login = Some(user.username);
        }
        Ok(acting)
    }
}

impl Acting<'_> {
    /// A person's text as it is written: with who asked, where it is the bot that writes.
    pub fn sign(&self, text: &str) -> String {
        match (&self.login, &self.asker) {
            (None, Some(asker)) if text.trim().is_empty() => format!("Asked by {asker}."),
            (None, Some(asker)) => format!("{}\n\n*Asked by {asker}.*", text.trim()),
            _ => text.trim().to_owned(),
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T> {
        let request = self.on.http.get(&format!("/api/v4{path}"));
        self.send(if query.is_empty() { request } else { request.query(query) }).await
    }

    /// One page of a list.
    pub async fn page<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)], page: u32, size: u32) -> Result<Page<T>> {
        let request = self.on.http.get(&format!("/api/v4{path}")).query(query);
        let request = request.query(&[("page", page), ("per_page", size)]);
        let answer = self.in_person(request).send_with_headers::<Vec<T>>().await;
        let (headers, items) = answer.map_err(|error| self.explain(error))?;
        let number = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).and_then(|it| it.parse::<u32>().ok());
        Ok(Page { total: number("x-total").map(|it| it as usize), next: number("x-next-page"), items })
    }

    /// A whole list, up to `most`.
    pub async fn all<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)], most: usize) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut next = Some(1);
        while let Some(page) = next.filter(|_| all.len() < most) {
            let found = self.page(path, query, page, 100).await?;
            all.extend(found.items);
            next = found.next;
        }
        all.truncate(most);
        Ok(all)
    }

    /// Makes something. Never repeated by itself.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let request = self.on.http.post(&format!("/api/v4{path}"));
        self.send(if body.is_null() { request } else { request.json(body) }).await
    }

    /// Sets something: twice is as good as once.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let request = self.on.http.put(&format!("/api/v4{path}"));
        self.send(if body.is_null() { request } else { request.json(body) }).await
    }

    /// The same for what happens once more each time.
    pub async fn put_once<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.on.http.put(&format!("/api/v4{path}")).json(body).repeatable(Repeatable::No)).await
    }

    pub async fn delete(&self, path: &str) -> Result<()> {
        let request = self.in_person(self.on.http.delete(&format!("/api/v4{path}")));
        request.send_empty().await.map_err(|error| self.explain(error))
    }

    /// The end of a job's log.
    pub async fn text(&self, path: &str, limit: usize) -> Result<String> {
        let request = self.in_person(self.on.http.get(&format!("/api/v4{path}")));
        let (_, bytes) = request.send_for_bytes(limit).await.map_err(|error| self.explain(error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A file of `limit` bytes at most, which may lie elsewhere.
    pub async fn file(&self, path: &str, limit: usize) -> Result<Bytes> {
        let request = self.in_person(self.on.http.get(&format!("/api/v4{path}")));
        request.send_for_file(limit).await.map_err(|error| self.explain(error))
    }

    /// GraphQL knows what the REST API does not tell; it acts as the token's owner, whatever `sudo` says.
    pub async fn graphql<T: DeserializeOwned>(&self, document: &str, variables: &Value) -> Result<T> {
        self.on.http.graphql("/api/graphql", document, variables).send().await.map_err(|error| self.explain(error))
    }

    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        self.in_person(request).send().await.map_err(|error| self.explain(error))
    }

    fn in_person(&self, request: Request) -> Request {
        match &self.login {
            Some(login) if !is_person() => request.header("sudo", login),
            _ => request,
        }
    }

    /// Failures whose meaning only GitLab's client knows.
    fn explain(&self, error: Error) -> Error {
        let message = match (error.kind, error.code.as_deref(), &self.login) {
            (ErrorKind::Auth, ..) => {
                "GitLab refuses the bot's token: it is wrong, revoked or expired. An administrator can make a new one under \
                 Settings → Access tokens, with the scope `api`."
                    .to_owned()
            }
            (ErrorKind::Permission, Some("insufficient_scope"), _) => {
                "The bot's GitLab token has not the scope for this. An administrator can make one with the scope `api`."
                    .to_owned()
            }
            (ErrorKind::Permission, _, login) => {
                let who = login.as_ref().map_or("The bot's GitLab account".into(), |it| format!("Your GitLab account `{it}`"));
                match said(&error.message) {
                    Some(said) => format!("{who} may not do this: {said}."),
                    None => format!("{who} may not do this. Ask a maintainer of the project for a higher role."),
                }
            }
            _ => return error,
        };
        Error { message, ..error }
    }

    /// Goes on only where `what` is not the asker's own: where the bot approves, GitLab cannot know for whom.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for its author, and for whom GitLab does not know.
    pub async fn approves(&self, ctx: &Ctx, what: &str, author: Option<&wire::User>) -> Result<()> {
        if self.login.is_some() {
            return Ok(());
        }
        let Some(asker) = self.whoever_asks().await? else {
            let message = format!(
                "To approve something I have to know who you are in GitLab. Tell me with `/bellhop link {} LOGIN`.",
                ctx.group
            );
            return Err(Error::new(ErrorKind::Permission, message));
        };
        if author.is_some_and(|it| it.id == asker.id) {
            let message = format!("{what} is your own: somebody else has to approve it.");
            return Err(Error::new(ErrorKind::Permission, message));
        }
        Ok(())
    }

    /// The account of whoever asks, as GitLab knows them; none where it does not.
    pub async fn whoever_asks(&self) -> Result<Option<wire::User>> {
        match (&self.me.login, &self.me.email) {
            (Some(login), _) => self.on.user_by_login(login).await,
            (None, Some(email)) => self.on.user_by_email(email).await,
            (None, None) => Ok(None),
        }
    }
}

/// Why GitLab refuses, where it says more than that it does: `GitLab does not let …: Job is not retryable. Somebody …`.
fn said(message: &str) -> Option<&str> {
    let (_, said) = message.split_once("do this: ")?;
    let said = said.split_once(". Somebody").map_or(said, |(said, _)| said);
    Some(said.trim_start_matches("Forbidden - ")).filter(|it| !it.is_empty())
}

/// `{"message": "404 Not found"}`, `{"message": {"title": ["can't be blank"]}}`, `{"message": ["…"]}`,
/// `{"error": "title is missing"}`, `{"error": "insufficient_scope", "error_description": "…"}`.
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let mut messages = Vec::new();
    collect("", body.get("message").unwrap_or(&Value::Null), &mut messages);
    if messages.is_empty() {
        collect("", body.get("error_description").or(body.get("error"))?, &mut messages);
    }
    Some(VendorError { messages })
}

fn collect(field: &str, value: &Value, messages: &mut Vec<String>) {
    match value {
        // `404 Project Not Found`, and nothing more than what the status says.
        Value::String(text) => {
            let text = text.trim_start_matches(|it: char| it.is_ascii_digit()).trim_start_matches([' ', '-']);
            let is_status = ["Unauthorized", "Forbidden", "Not found", "Not Found", "Method Not Allowed"].contains(&text);
            if !is_status && !text.is_empty() {
                let space = if field.is_empty() || field == "base" { "" } else { " " };
                let field = if field == "base" { "" } else { field };
                messages.push(format!("{}{space}{text}", field.replace('_', " ")));
            }
        }
        Value::Array(all) => all.iter().for_each(|it| collect(field, it, messages)),
        Value::Object(all) => all.iter().for_each(|(field, it)| collect(field, it, messages)),
        _ => {}
    }
}

pub(super) fn read_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("error").and_then(Value::as_str).filter(|it| !it.contains(' ')).map(str::to_owned)
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
