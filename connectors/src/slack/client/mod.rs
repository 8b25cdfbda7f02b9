//! Slack's Web API, typed: a file a noun. <https://docs.slack.dev/reference/methods>
//!
//! Every method takes its arguments as a form and answers 200; whether it did what it was asked
//! stands in `ok`, and why not in `error` ([`problem`]). Lists come in pages, each with the cursor of
//! the next. When we ask too often Slack answers 429 with `Retry-After`, which [`Http`] honours.

pub mod channels;
pub mod files;
pub mod items;
pub mod messages;
pub mod people;
mod problem;

use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::header::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Http,
    http::{Repeatable, Request},
};

/// Objects in a page: as many as every method takes. <https://docs.slack.dev/apis/web-api/pagination>
const PAGE: usize = 200;
/// Pages of one list; a workspace with more of anything is not listed to its end.
const PAGES: usize = 50;

/// A client of one app in one workspace.
pub struct Client {
    http: Http,
    /// What stands before a method's name, below the configured address.
    prefix: &'static str,
}

/// Who the token is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// `https://example.slack.com/`
    pub url: String,
    pub team: String,
    pub team_id: String,
    pub user: String,
    pub user_id: String,
    /// None for a person's token.
    pub bot_id: Option<String>,
}

/// An answer that says only that it was done.
#[derive(Deserialize)]
struct Done {}

type Arguments<'a> = [(&'a str, String)];

impl Client {
    /// A client with the app's bot token.
    pub fn new(http: Http, bot_token: &Secret) -> Client {
        let http = http.with_secret_header("authorization", &format!("Bearer {}", bot_token.expose().trim()));
        let http = http.with_errors(problem::read).with_codes(problem::code);
        Client { prefix: if http.base().ends_with("/api") { "/" } else { "/api/" }, http }
    }

    /// Who the token is, and what it may do: the scopes that Slack names with every answer.
    /// <https://docs.slack.dev/reference/methods/auth.test>
    pub async fn identity(&self) -> Result<(Identity, Vec<String>)> {
        let request = self.http.post(&self.path("auth.test")).repeatable(Repeatable::Yes);
        let (headers, answer) = answer(request, Repeatable::Yes).await?;
        let scopes = headers.get("x-oauth-scopes").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let scopes = scopes.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect();
        Ok((read(answer)?, scopes))
    }

    fn path(&self, method: &str) -> String {
        format!("{}{method}", self.prefix)
    }

    async fn get<T: DeserializeOwned>(&self, method: &str, query: &Arguments<'_>) -> Result<T> {
        let request = self.http.get(&self.path(method)).query(query).kept_if(|body| problem::code(body).is_none());
        read(answer(request, Repeatable::Yes).await?.1)
    }

    /// What happens once more when it is sent once more.
    async fn post<T: DeserializeOwned>(&self, method: &str, form: &Arguments<'_>) -> Result<T> {
        self.change(method, form, Repeatable::No).await
    }

    /// What is the same done twice.
    async fn put_right<T: DeserializeOwned>(&self, method: &str, form: &Arguments<'_>) -> Result<T> {
        self.change(method, form, Repeatable::Yes).await
    }

    async fn change<T: DeserializeOwned>(&self, method: &str, form: &Arguments<'_>, repeatable: Repeatable) -> Result<T> {
        let request = self.http.post(&self.path(method)).repeatable(repeatable).form(form);
        read(answer(request, repeatable).await?.1)
    }

    /// All of a list, page by page; `key` is where a page has its objects.
    async fn all<T: DeserializeOwned>(&self, method: &str, query: &Arguments<'_>, key: &str) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            query.push(("limit", PAGE.to_string()));
            if !cursor.is_empty() {
                query.push(("cursor", cursor));
            }
            let mut page: Value = self.get(method, &query).await?;
            all.extend(read::<Vec<T>>(page[key].take())?);
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                return Ok(all);
            }
        }
        tracing::warn!(method, pages = PAGES, "Slack has more than the bot lists");
        Ok(all)
    }
}

/// What a successful answer holds.
async fn answer(request: Request, repeatable: Repeatable) -> Result<(HeaderMap, Value)> {
    let (headers, answer) = request.send_with_headers::<Map<String, Value>>().await.map_err(problem::explain)?;
    match answer.get("ok").and_then(Value::as_bool) {
        Some(true) => Ok((headers, Value::Object(answer))),
        Some(false) => Err(problem::refusal(&answer, repeatable)),
        // A server that is in the way may answer 200 with an object of its own.
        None => Err(Error::new(ErrorKind::Server, "Slack's answer made no sense: does the address lead to Slack itself?")),
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|err| Error::new(ErrorKind::Server, format!("Slack's answer is not as Slack documents it: {err}.")))
}
