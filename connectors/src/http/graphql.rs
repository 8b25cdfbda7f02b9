//! GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/>): one address, and failures inside of good answers.

use commands::{Error, ErrorKind, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Http, Repeatable, Request};

/// A query or mutation being put together.
pub struct Query {
    http: Http,
    request: Request,
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
    /// GitHub: `NOT_FOUND`, `FORBIDDEN`, `RATE_LIMITED`, `UNPROCESSABLE`.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl Http {
    /// Asks `document` with `variables` at `path`. A query can be repeated; a `mutation` cannot, unless
    /// [`Query::repeatable`] says so.
    pub fn graphql(&self, path: &str, document: &str, variables: &Value) -> Query {
        let changes = document.trim_start().starts_with("mutation");
        let request = self.post(path).json(&json!({ "query": document, "variables": variables }));
        let request = if changes { request.repeatable(Repeatable::No) } else { request.asking().kept_if(is_whole) };
        Query { http: self.clone(), request }
    }
}

/// Whether an answer holds no failure.
fn is_whole(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|it: Answer| it.errors.is_empty())
}

impl Query {
    #[must_use]
    pub fn repeatable(self, yes: Repeatable) -> Query {
        Query { request: self.request.repeatable(yes), ..self }
    }

    /// The answer's `data`.
    ///
    /// # Errors
    /// As [`Request::send`]; an answer with `errors` is a failure, also where it holds data: half of an answer is none.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T> {
        let shared = &self.http.shared;
        let Answer { data, errors } = self.request.send().await?;
        if !errors.is_empty() {
            return Err(self.http.refused(&errors));
        }
        serde_json::from_value(data.unwrap_or_default()).map_err(|err| {
            tracing::warn!(connection = %shared.name, "A GraphQL answer cannot be read as the data expected: {err}");
            let message = format!("{} answered something that the bot cannot read: is its version supported?", shared.title);
            Error::new(ErrorKind::Server, message)
        })
    }
}

impl Http {
    fn refused(&self, errors: &[Refusal]) -> Error {
        let title = &self.shared.title;
        let said: Vec<&str> = errors.iter().map(|it| it.message.trim_end_matches('.')).collect();
        let said = self.redactor.clean(&said.join("; "));
        let code = errors.iter().find_map(|it| it.kind.clone().or_else(|| it.extensions.code.clone()));
        let (kind, way_out) = match code.as_deref().map(str::to_ascii_uppercase).as_deref() {
            Some("NOT_FOUND") => (ErrorKind::NotFound, "Check the number or the name."),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES" | "UNAUTHORIZED") => {
                (ErrorKind::Permission, "Somebody who administers it can give the bot's account the permission.")
            }
            Some("UNAUTHENTICATED") => (ErrorKind::Auth, "An administrator can give the connection new credentials."),
            Some("RATE_LIMITED") => (ErrorKind::RateLimited, "Try again in a minute."),
            Some("INTERNAL" | "INTERNAL_SERVER_ERROR" | "SERVICE_UNAVAILABLE") => (ErrorKind::Server, "Try again in a minute."),
            _ => (ErrorKind::Validation, "Correct the values and try again."),
        };
        Error::new(kind, format!("{title} refused this: {said}. {way_out}")).with_code(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Policy;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

    async fn answered(body: Value) -> Result<Value> {
        let server = MockServer::start().await;
        Mock::given(path("/graphql")).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&server).await;
        let http = Http::new("github", "GitHub", &server.uri(), Policy::default()).unwrap();
        http.graphql("/graphql", "query ($n: Int!) { issue(number: $n) { id } }", &json!({"n": 1})).send().await
    }

    #[tokio::test]
    async fn failures_in_good_answers_are_failures_by_class() {
        assert_eq!(answered(json!({"data": {"issue": {"id": "I1"}}})).await, Ok(json!({"issue": {"id": "I1"}})));
        let errors = [
            (json!({"message": "Could not resolve to an Issue.", "type": "NOT_FOUND"}), ErrorKind::NotFound),
            (json!({"message": "No.", "type": "FORBIDDEN"}), ErrorKind::Permission),
            (json!({"message": "Slow.", "type": "RATE_LIMITED"}), ErrorKind::RateLimited),
            (json!({"message": "Oh.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}), ErrorKind::Server),
            (json!({"message": "Variable $n is not an Int."}), ErrorKind::Validation),
        ];
        for (error, kind) in errors {
            let refused = answered(json!({"data": {"issue": null}, "errors": [error]})).await.unwrap_err();
            assert_eq!(refused.kind, kind, "{refused}");
            assert!(refused.message.starts_with("GitHub refused this: "), "{refused}");
        }
    }
}
