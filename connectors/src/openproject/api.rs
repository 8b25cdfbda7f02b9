//! Requests to OpenProject, and what its refusals mean.

use std::time::Duration;

use bytes::Bytes;
use commands::{Ctx, Error, ErrorKind, Result};
use futures::Stream;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    OpenProject,
    hal::{Draft, Resource},
};
use crate::http::{
    Repeatable, Request, VendorError,
    pages::{self, Page, Part},
};

/// For how long lists that administrators change now and then are taken as they were.
const SETTLED: Duration = Duration::from_secs(60);
/// What is asked for at once of a long list.
pub(super) const PAGE: &str = "100";

/// The code of a change to something that changed meanwhile.
pub(super) const CONFLICT: &str = "UpdateConflict";
/// The code of a filter that this version does not have.
pub(super) const INVALID_QUERY: &str = "InvalidQuery";

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "errorIdentifier")]
    identifier: String,
    /// A sentence, or several.
    message: Value,
    #[serde(default, rename = "_embedded")]
    embedded: Value,
}

impl Refusal {
    fn read(body: &[u8]) -> Option<Refusal> {
        serde_json::from_slice(body).ok()
    }

    /// The single refusals that it is made of.
    fn parts(self) -> Vec<Refusal> {
        let parts = self.embedded["errors"].as_array().cloned().unwrap_or_default();
        let parts: Vec<_> = parts.into_iter().filter_map(|it| serde_json::from_value(it).ok()).collect();
        if parts.is_empty() { vec![self] } else { parts }
    }

    fn sentence(&self) -> String {
        match &self.message {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
            message => message.as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// OpenProject's error bodies: <https://www.openproject.org/docs/api/errors/>.
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let messages = Refusal::read(body)?.parts().iter().map(Refusal::sentence).collect();
    Some(VendorError { messages })
}

/// What kind of refusal it is, and the attributes that it is about, in the order of the sentences:
/// `PropertyConstraintViolation subject dueDate`.
pub(super) fn read_code(body: &[u8]) -> Option<String> {
    let refusal = Refusal::read(body)?;
    let kind = refusal.identifier.rsplit(':').next().unwrap_or_default().to_owned();
    let attribute = |it: &Refusal| it.embedded["details"]["attribute"].as_str().unwrap_or("-").to_owned();
    let attributes: Vec<String> = refusal.parts().iter().map(attribute).collect();
    Some(if attributes.iter().all(|it| it == "-") { kind } else { format!("{kind} {}", attributes.join(" ")) })
}

impl OpenProject {
    /// A resource as it is; while OpenProject is out of reach, as it was when it was last seen.
    pub(super) async fn get(&self, path: &str) -> Result<Resource> {
        self.page(path, &[]).await
    }

    /// The same, as it was at most a minute ago.
    pub(super) async fn settled(&self, path: &str) -> Result<Resource> {
        self.send(self.http.get(path).cached(SETTLED)).await
    }

    /// One page of a collection; as for [`OpenProject::get`].
    pub(super) async fn page(&self, path: &str, query: &[(&str, &str)]) -> Result<Resource> {
        let request = self.http.get(path);
        let request = if query.is_empty() { request } else { request.query(query) };
        self.send(request.cached(Duration::ZERO)).await
    }

    /// What OpenProject says now, or that it says nothing.
    pub(super) async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Resource> {
        let request = self.http.get(path);
        self.send(if query.is_empty() { request } else { request.query(query) }).await
    }

    /// A collection, page by page, as its own links lead on.
    pub(super) fn list<'a>(
        &'a self,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
    ) -> impl Stream<Item = Result<Resource>> + 'a {
        pages::pages(move |here: Option<String>| async move {
            let page = match &here {
                Some(here) => self.get(here).await?,
                None => self.page(path, query).await?,
            };
            Ok(self.turned(&page, here))
        })
    }

    /// The same, as OpenProject says it now.
    pub(super) fn list_now<'a>(
        &'a self,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
    ) -> impl Stream<Item = Result<Resource>> + 'a {
        pages::pages(move |here: Option<String>| async move {
            let page = match &here {
                Some(here) => self.ask(here, &[]).await?,
                None => self.ask(path, query).await?,
            };
            Ok(self.turned(&page, here))
        })
    }

    /// What a page holds, and where the next one is; `here` is where this one was.
    fn turned(&self, page: &Resource, here: Option<String>) -> Page<Resource> {
        let next = page.link("nextByOffset").map(|it| self.below(&it.href)).filter(|it| here.as_ref() != Some(it));
        Page { items: page.elements(), next }
    }

    /// The first `most` of a collection.
    pub(super) async fn first(&self, path: &str, query: &[(&str, &str)], most: usize) -> Result<Part<Resource>> {
        pages::first(most, self.list(path, query)).await
    }

    /// Makes something. Never repeated by itself.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Resource> {
        self.send(self.http.post(path).json(body)).await
    }

    /// Does something that takes no values. Doing it twice is doing it once.
    pub(super) async fn act(&self, path: &str) -> Result<()> {
        // OpenProject answers 406 to what names no type, be it empty.
        let request = self.http.post(path).header("content-type", "application/json").repeatable(Repeatable::Yes);
        request.send_empty().await.map_err(|error| self.explain(error))
    }

    /// Asks what may be written, which writes nothing.
    pub(super) async fn form(&self, path: &str, body: &Value) -> Result<Resource> {
        self.send(self.http.post(path).json(body).repeatable(Repeatable::Yes)).await
    }

    /// Sets values; setting them twice is setting them once.
    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Resource> {
        self.send(self.http.patch(path).json(body).repeatable(Repeatable::Yes)).await
    }

    /// Sets values of what only changes from the state that `before` shows (`lockVersion`). Where somebody changed other
    /// values meanwhile, it is tried once more; where these, it is told.
    pub(super) async fn change(&self, path: &str, before: &Resource, draft: &Draft) -> Result<Resource> {
        let send = async |seen: &Resource| {
            let mut draft = draft.clone();
            draft.put("lockVersion", seen.0["lockVersion"].clone());
            // A change whose answer is lost would meet itself as a conflict.
            self.send(self.http.patch(path).json(&draft.to_json()).repeatable(Repeatable::No)).await
        };
        match send(before).await {
            Err(error) if error.code.as_deref() == Some(CONFLICT) => {
                let now = self.ask(path, &[]).await?;
                if draft.is_about_what_changed(before, &now) {
                    let message = "Somebody changed the same values in OpenProject a moment ago, so nothing was changed. Look at it \
                                   again, then repeat the change if it is still right.";
                    return Err(Error { message: message.into(), ..error });
                }
                send(&now).await
            }
            other => other,
        }
    }

    pub(super) async fn delete(&self, path: &str) -> Result<()> {
        self.http.delete(path).send_empty().await.map_err(|error| self.explain(error))
    }

    /// A file, which OpenProject may keep elsewhere.
    pub(super) async fn file(&self, path: &str) -> Result<Bytes> {
        self.http.get(path).send_for_file(commands::File::LIMIT).await.map_err(|error| self.explain(error))
    }

    pub(super) async fn send(&self, request: Request) -> Result<Resource> {
        request.send().await.map_err(|error| self.explain(error))
    }

    /// What of an address that OpenProject gave out is below ours: `/api/v3/…`, also where OpenProject lives below a path
    /// (`/openproject/api/v3/…`).
    pub(super) fn below(&self, href: &str) -> String {
        let path = self.http.below(href).unwrap_or(href);
        path.find("/api/v3").map_or(path, |at| &path[at..]).to_owned()
    }

    /// Failures whose meaning only OpenProject's client knows.
    fn explain(&self, error: Error) -> Error {
        let message = match error.kind {
            // OAuth says itself why there is no token.
            ErrorKind::Auth if error.message.starts_with("No token") => return error,
            ErrorKind::Auth => {
                "OpenProject refuses the bot's credentials. An administrator can put a new API token into this connection: \
                                in OpenProject, as the bot's user, Account settings → Access tokens → API."
                    .to_owned()
            }
            ErrorKind::Permission => {
                let said = error.message.split_once(": ").map(|(_, said)| said.split(". Somebody who").next().unwrap_or(said));
                let said = said.map(|it| format!(" ({})", it.trim_end_matches('.'))).unwrap_or_default();
                format!(
                    "The bot's account in OpenProject may not do this{said}. Somebody who administers it can give it a role that may."
                )
            }
            _ => return error,
        };
        Error { message, ..error }
    }
}

/// A filter, as all lists take it: <https://www.openproject.org/docs/api/filters/>.
pub(super) fn filter(name: &str, operator: &str, values: &[&str]) -> Value {
    json!({ name: { "operator": operator, "values": values } })
}

/// Filters as a query takes them, without the links that only saved ones have.
pub(super) fn filters(all: &[Value]) -> String {
    let mut all = all.to_vec();
    for condition in all.iter_mut().filter_map(Value::as_object_mut).flat_map(|it| it.values_mut()) {
        condition.as_object_mut().map(|it| it.remove("links"));
    }
    Value::from(all).to_string()
}

/// Who asks, for what OpenProject keeps: the bot acts under its own account.
///
/// A name is text of somebody's own making: what OpenProject would read as markup, a mention or a reference is left out.
pub(super) fn asker(ctx: &Ctx) -> String {
    let is_plain = |it: &char| !it.is_control() && !"[]<>`*_~#@|!\\".contains(*it);
    let name: String = ctx.actor.name.chars().filter(is_plain).take(80).collect();
    let name = name.trim();
    let place = match ctx.actor.platform.as_str() {
        "slack" => "in Slack",
        "zulip" => "in Zulip",
        "api" => "through the API",
        "cli" => "on the command line",
        other => return format!("{name} in {other}"),
    };
    format!("{name} {place}")
}

/// A person's words in one line, as the bot writes them.
pub(super) fn credited(text: Option<&str>, ctx: &Ctx) -> String {
    let text = text.map(str::trim).filter(|it| !it.is_empty());
    if crate::auth::is_person() {
        return text.unwrap_or_default().to_owned();
    }
    let by = format!("Asked by {}.", asker(ctx));
    text.map_or(by.clone(), |it| format!("{it} ({by})"))
}

/// A person's text as the bot writes it.
pub(super) fn signed(text: &str, ctx: &Ctx) -> String {
    let text = text.trim();
    if crate::auth::is_person() {
        return text.to_owned();
    }
    let line = format!("Asked by {}.", asker(ctx));
    if text.is_empty() { line } else { format!("{text}\n\n{line}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Connector, Http, http::Policy};

    #[test]
    fn addresses_that_openproject_gives_out_are_below_ours() {
        let at = |base: &str, href: &str| {
            let http = Http::new("openproject", "OpenProject", base, Policy::default()).expect("an address");
            let config = serde_json::from_value(json!({ "url": base, "api_key": "k" })).expect("a configuration");
            OpenProject::connect(config, http).expect("a connection").below(href)
        };
        for (base, href) in [
            ("https://op.example.org", "/api/v3/users/5"),
            ("https://op.example.org/plan", "/plan/api/v3/users/5"),
            ("https://op.example.org/plan", "https://op.example.org/plan/api/v3/users/5"),
        ] {
            assert_eq!(at(base, href), "/api/v3/users/5", "{base} {href}");
        }
    }
}
