//! Requests to Trello, which are all the bot's own member's.

use commands::{Ctx, Error, ErrorKind, Result, param::Secret};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Trello, problem};
use crate::{
    Http,
    http::{Request, VendorError},
};

/// As many requests fit into one batch.
const BATCH: usize = 10;

/// A client that shows both secrets in a header: in a query they would stand in every log on the way.
pub(super) fn signed_in(http: &Http, api_key: &Secret, token: &Secret) -> Http {
    let (key, token) = (api_key.expose().trim(), token.expose().trim());
    let header = format!("OAuth oauth_consumer_key=\"{key}\", oauth_token=\"{token}\"");
    // A token is named in an address where Trello is asked about the token itself.
    http.clone().with_secret_header("authorization", &header).hiding(key).hiding(token).with_errors(read_errors)
}

/// Trello says what is wrong in a line of text, `invalid id`, or as `{"message": "…", "error": "…"}`.
pub(super) fn read_errors(_: reqwest::StatusCode, body: &[u8]) -> Option<VendorError> {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let text = std::str::from_utf8(body).ok()?.trim();
    let message = match serde_json::from_str::<Said>(text) {
        Ok(said) => said.message,
        Err(_) if text.starts_with(['<', '{', '[']) => return None,
        Err(_) => text.to_owned(),
    };
    (!message.is_empty() && message.len() < 300).then(|| VendorError { messages: vec![message] })
}

/// What the person's text becomes when the bot writes it: with who asked.
pub(super) fn sign(ctx: &Ctx, text: &str) -> String {
    let platform = match ctx.actor.platform.as_str() {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    };
    let asked = format!("Asked by {} in {platform}.", ctx.actor.name);
    if text.is_empty() { asked } else { format!("{text}\n\n*{asked}*") }
}

impl Trello {
    /// A GET whose answer is kept for when Trello is out of reach.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let request = self.http.get(path).cached(std::time::Duration::ZERO);
        self.send(if query.is_empty() { request } else { request.query(query) }).await
    }

    /// Creates something. Never repeated by itself: Trello has no key that would stop a double.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.http.post(path).json(body)).await
    }

    /// Sets something to what it shall be, which may be done twice.
    pub(super) async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.http.put(path).json(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<()> {
        self.http.delete(path).send_empty().await.map_err(problem::explain)
    }

    pub(super) async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        request.send().await.map_err(problem::explain)
    }

    /// The answers to several GETs, ten to a request: each a path below `/1` with its query.
    ///
    /// # Errors
    /// By class; one that fails alone fails in its place.
    pub(super) async fn batch(&self, paths: &[String]) -> Result<Vec<Result<Value>>> {
        let mut answers = Vec::with_capacity(paths.len());
        for some in paths.chunks(BATCH) {
            // Commas part the addresses, so that none may stand in one.
            let urls: Vec<String> = some.iter().map(|it| it.replace(',', "%2C")).collect();
            let batch: Vec<Value> = self.get("/1/batch", &[("urls", &urls.join(","))]).await?;
            if batch.len() != some.len() {
                return Err(Error::new(
                    ErrorKind::Server,
                    "Trello answered another number of questions than it was asked. Try again.",
                ));
            }
            answers.extend(batch.into_iter().map(answer));
        }
        Ok(answers)
    }
}

/// One answer of a batch: `{"200": …}`, or `{"name": "NotFound", "message": "…", "statusCode": 404}`.
fn answer(mut it: Value) -> Result<Value> {
    if let Some(body) = it.get_mut("200") {
        return Ok(body.take());
    }
    let said = it["message"].as_str().unwrap_or("it did not say why").to_owned();
    let kind = match it["statusCode"].as_u64() {
        Some(404) => ErrorKind::NotFound,
        Some(401) if said.contains("permission") => ErrorKind::Permission,
        Some(401) => ErrorKind::Auth,
        Some(400) => ErrorKind::Validation,
        Some(429) => ErrorKind::RateLimited,
        _ => ErrorKind::Server,
    };
    Err(Error::new(kind, format!("Trello could not answer that: {said}. Try again, or look in Trello.")))
}

/// Reads what Trello answered in a batch.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|_| Error::new(ErrorKind::Server, "Trello answered something that the bot cannot read. Try again in a minute."))
}
