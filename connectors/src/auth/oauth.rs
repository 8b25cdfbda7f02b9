//! OAuth 2.0 grants without a person present: RFC 6749 (refresh token, client credentials), RFC 7523 (JWT bearer).

use std::{sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::StatusCode;
use serde::Deserialize;

use super::{Token, Tokens, basic};
use crate::{
    Http,
    http::{Repeatable, VendorError},
};

/// The app as the authorization server knows it.
#[derive(Clone)]
pub struct Client {
    pub id: String,
    pub secret: Secret,
    pub shown: Shown,
}

/// How an app shows its secret (RFC 6749, 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `Authorization: Basic`, which every server has to take.
    Header,
    /// `client_id` and `client_secret` among the parameters.
    Form,
}

/// What a token is given for.
#[derive(Clone)]
pub enum Grant {
    ClientCredentials {
        scope: Option<String>,
    },
    /// A refresh token that stays as it is.
    RefreshToken(Secret),
    /// An assertion that is made anew for each token (RFC 7523, 2.1).
    JwtBearer(Arc<dyn Fn() -> Result<Secret> + Send + Sync>),
}

/// Tokens of the authorization server at `path` below `http`.
///
/// A refusal by the server (`invalid_grant`, `invalid_client`) is [`ErrorKind::Auth`], in the server's words.
pub fn tokens(http: Http, path: &str, client: Option<Client>, grant: Grant) -> Tokens {
    let (http, path) = (http.with_errors(read_errors), path.to_owned());
    Tokens::new(move || {
        let (http, path, client, grant) = (http.clone(), path.clone(), client.clone(), grant.clone());
        Box::pin(async move { fetch(&http, &path, client.as_ref(), &grant).await })
    })
}

#[derive(Deserialize)]
struct Answer {
    access_token: Secret,
    expires_in: Option<f64>,
}

async fn fetch(http: &Http, path: &str, client: Option<&Client>, grant: &Grant) -> Result<Token> {
    let assertion = match grant {
        Grant::JwtBearer(sign) => Some(sign()?),
        _ => None,
    };
    let mut form = match (grant, &assertion) {
        (Grant::ClientCredentials { scope }, _) => {
            let scope = scope.as_deref().map(|it| ("scope", it));
            std::iter::once(("grant_type", "client_credentials")).chain(scope).collect()
        }
        (Grant::RefreshToken(token), _) => vec![("grant_type", "refresh_token"), ("refresh_token", token.expose())],
        (Grant::JwtBearer(_), assertion) => vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.as_ref().map_or("", Secret::expose)),
        ],
    };
    // Asking twice for a token is no harm.
    let mut request = http.post(path).repeatable(Repeatable::Yes);
    match client {
        Some(it) if it.shown == Shown::Form => {
            form.extend([("client_id", it.id.as_str()), ("client_secret", it.secret.expose())])
        }
        Some(it) => request = request.header("authorization", basic(&it.id, &it.secret).expose()),
        None => {}
    }
    let answer: Answer = request.form(&form).send().await.map_err(refused)?;
    let lasts = answer.expires_in.and_then(|it| Duration::try_from_secs_f64(it).ok());
    Ok(Token { secret: answer.access_token, lasts })
}

/// The server's refusals come with 400 as well as with 401 (RFC 6749, 5.2).
fn refused(error: Error) -> Error {
    match error.kind {
        ErrorKind::Validation | ErrorKind::Auth | ErrorKind::Permission => {
            let message = error.message.split(". ").next().unwrap_or_default().to_owned();
            Error {
                kind: ErrorKind::Auth,
                message: format!("No token could be had: {message}. An administrator can give the connection new credentials."),
                ..error
            }
        }
        _ => error,
    }
}

/// `{"error": "invalid_grant", "error_description": "Token has been revoked."}`.
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        error_description: Option<String>,
    }
    let Refusal { error, error_description } = serde_json::from_slice(body).ok()?;
    let message = match error_description {
        Some(described) => format!("{error} ({})", described.trim_end_matches('.')),
        None => error,
    };
    Some(VendorError { messages: vec![message] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::Credentials, http::Policy};
    use expect_test::expect;
    use serde_json::json;
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{body_string_contains, header, path},
    };

    fn client(shown: Shown) -> Option<Client> {
        Some(Client { id: "app".into(), secret: Secret::from("s3cret-of-app".to_owned()), shown })
    }

    async fn far_end(status: u16, body: serde_json::Value) -> (MockServer, Http) {
        let server = MockServer::start().await;
        Mock::given(path("/token")).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
        let http = Http::new("drive", "Google Drive", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();
        (server, http)
    }

    async fn sent(server: &MockServer) -> String {
        let request = server.received_requests().await.unwrap().pop().unwrap();
        let header = request.headers.get("authorization").map(|it| format!(" ({})", it.to_str().unwrap()));
        format!("{}{}", String::from_utf8(request.body).unwrap(), header.unwrap_or_default())
    }

    #[tokio::test]
    async fn every_grant_is_asked_for_as_the_standard_says() {
        let (server, http) = far_end(200, json!({"access_token": "abc", "token_type": "Bearer", "expires_in": 3599})).await;
        let ask = async |client, grant| {
            let value = tokens(http.clone(), "/token", client, grant).header().await.unwrap();
            assert_eq!(value.expose(), "Bearer abc");
            sent(&server).await
        };
        let refresh = Grant::RefreshToken(Secret::from("r-1".to_owned()));
        expect!["grant_type=refresh_token&refresh_token=r-1&client_id=app&client_secret=s3cret-of-app"]
            .assert_eq(&ask(client(Shown::Form), refresh).await);
        let credentials = Grant::ClientCredentials { scope: Some("issues pulls".into()) };
        expect!["grant_type=client_credentials&scope=issues+pulls (Basic YXBwOnMzY3JldC1vZi1hcHA=)"]
            .assert_eq(&ask(client(Shown::Header), credentials).await);
        let assertion = Grant::JwtBearer(Arc::new(|| Ok(Secret::from("a.b.c".to_owned()))));
        expect!["grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c"]
            .assert_eq(&ask(None, assertion).await);
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let body = json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."});
        let (_server, http) = far_end(400, body).await;
        let grant = Grant::RefreshToken(Secret::from("r-1".to_owned()));
        let error = tokens(http, "/token", None, grant).header().await.map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Auth);
        expect!["No token could be had: Google Drive refused the values: invalid_grant (Token has been expired or revoked). An administrator can give the connection new credentials."]
        .assert_eq(&error.message);
    }

    #[tokio::test]
    async fn a_request_refused_for_its_token_is_sent_once_more_with_the_next() {
        let server = MockServer::start().await;
        let number = std::sync::atomic::AtomicU32::new(1);
        Mock::given(path("/token"))
            .respond_with(move |_: &wiremock::Request| {
                let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                ResponseTemplate::new(200).set_body_json(json!({"access_token": format!("token-{number}"), "expires_in": 3600}))
            })
            .mount(&server)
            .await;
        Mock::given(header("authorization", "Bearer token-2"))
            .and(body_string_contains("hello"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"ok": true})))
            .mount(&server)
            .await;
        Mock::given(path("/notes")).respond_with(ResponseTemplate::new(401)).with_priority(9).mount(&server).await;
        let http = Http::new("notes", "Notes", &server.uri(), Policy::default()).unwrap();
        let grant = Grant::RefreshToken(Secret::from("r-1".to_owned()));
        let http = http.clone().with_credentials(Arc::new(tokens(http, "/token", None, grant)));
        let answer: serde_json::Value = http.post("/notes").json(&json!({"text": "hello"})).send().await.unwrap();
        assert_eq!(answer["ok"], true);
        let error = http.post("/notes").json(&json!({"text": "bye"})).send_empty().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Auth, "the new token is not accepted either");
        let paths: Vec<String> = server.received_requests().await.unwrap().iter().map(|it| it.url.path().to_owned()).collect();
        assert_eq!(paths, ["/token", "/notes", "/token", "/notes", "/notes", "/token", "/notes"]);
    }
}
