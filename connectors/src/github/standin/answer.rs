//! A request as the handlers see it, and what they answer.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Caller, State};

pub(in crate::github) struct Asked<'a> {
    pub caller: Caller,
    pub query: Vec<(String, String)>,
    /// Null where there is none.
    pub body: Value,
    /// Where links lead.
    pub origin: String,
    pub path: String,
    pub headers: &'a HeaderMap,
}

impl Asked<'_> {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.body[key].as_str().map(str::trim).filter(|it| !it.is_empty())
    }

    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        Some(self.body[key].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.get(key)?.parse().ok()
    }

    /// The page that is asked for, with the addresses of the others.
    pub fn page(&self, items: Vec<Value>) -> Answer {
        self.page_of(items, |page, _| Value::Array(page))
    }

    /// The same in an object: `{"total_count": …, "<key>": […]}`.
    pub fn page_in(&self, key: &str, items: Vec<Value>) -> Answer {
        self.page_of(items, |page, total| json!({ "total_count": total, key: page }))
    }

    fn page_of(&self, items: Vec<Value>, wrap: impl FnOnce(Vec<Value>, usize) -> Value) -> Answer {
        let (size, page) = (self.number("per_page").unwrap_or(30).clamp(1, 100), self.number("page").unwrap_or(1).max(1));
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        let mut answer = Answer::ok(wrap(items, total));
        if page * size < total {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (key, value) in self.query.iter().filter(|(key, _)| key != "page") {
                query.append_pair(key, value);
            }
            query.append_pair("page", &(page + 1).to_string());
            let link = format!("<{}{}?{}>; rel=\"next\"", self.origin, self.path, query.finish());
            answer.headers.push(("link", link));
        }
        answer
    }
}

pub(in crate::github) struct Answer {
    pub status: StatusCode,
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn of(status: StatusCode, body: Value) -> Answer {
        Answer { status, body: Some(body), headers: Vec::new() }
    }

    pub fn ok(body: Value) -> Answer {
        Answer::of(StatusCode::OK, body)
    }

    pub fn created(body: Value) -> Answer {
        Answer::of(StatusCode::CREATED, body)
    }

    pub fn accepted() -> Answer {
        Answer::of(StatusCode::ACCEPTED, json!({}))
    }

    pub fn no_content() -> Answer {
        Answer { status: StatusCode::NO_CONTENT, body: None, headers: Vec::new() }
    }

    pub fn refused(status: StatusCode, message: &str) -> Answer {
        let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.as_str() });
        Answer::of(status, body)
    }

    pub fn not_found() -> Answer {
        Answer::refused(StatusCode::NOT_FOUND, "Not Found")
    }

    /// A 301 to what `path` is below the repository with this id.
    pub fn moved(asked: &Asked<'_>, repo: u64, path: &[&str]) -> Answer {
        let api = asked.path.split("/repos/").next().unwrap_or_default();
        let address = format!("{}{api}/repositories/{repo}/{}", asked.origin, path.join("/"));
        let address = address.trim_end_matches('/').to_owned();
        let body = json!({ "message": "Moved Permanently", "url": address, "documentation_url": "https://docs.github.com/rest" });
        Answer { headers: vec![("location", address)], ..Answer::of(StatusCode::MOVED_PERMANENTLY, body) }
    }

    pub fn forbidden(message: &str) -> Answer {
        Answer::refused(StatusCode::FORBIDDEN, message)
    }

    /// A 422 that names a field.
    pub fn invalid(resource: &str, field: &str, code: &str) -> Answer {
        Answer::failed(json!([{ "resource": resource, "field": field, "code": code }]))
    }

    /// A 422 with a sentence of its own.
    pub fn custom(resource: &str, message: &str) -> Answer {
        Answer::failed(json!([{ "resource": resource, "code": "custom", "message": message }]))
    }

    pub fn failed(errors: Value) -> Answer {
        let body =
            json!({ "message": "Validation Failed", "errors": errors, "documentation_url": "https://docs.github.com/rest" });
        Answer::of(StatusCode::UNPROCESSABLE_ENTITY, body)
    }

    pub fn unprocessable(message: &str) -> Answer {
        Answer::refused(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// A token tells its scopes and its end with every answer.
    pub fn with_scopes(mut self, state: &State) -> Answer {
        if let Some(scopes) = &state.scopes {
            self.headers.push(("x-oauth-scopes", scopes.clone()));
        }
        if let Some(ends) = &state.token_ends {
            self.headers.push(("github-authentication-token-expiration", ends.clone()));
        }
        self
    }
}
