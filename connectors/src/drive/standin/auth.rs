//! The simulated sign-in: tokens for a signed assertion or a refresh token.
//! <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Asked, State, seed};

const PRIVATE: &str = include_str!("key.pem");
const PUBLIC: &str = include_str!("key.pub.pem");

pub const CLIENT: (&str, &str) = ("bellhop.apps.googleusercontent.com", "drive-secret-of-client");
pub const REFRESH: &str = "drive-refresh-token-of-bellhop";

/// The file that an administrator would paste.
pub fn key_file(url: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "bellhop-sandbox",
        "private_key_id": "k1",
        "private_key": PRIVATE,
        "client_email": seed::SERVICE,
        "client_id": "100000000000000000001",
        "token_uri": format!("{url}/token"),
    })
    .to_string()
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    scope: String,
    sub: Option<String>,
}

/// None where this is no request of the sign-in.
pub fn answer(state: &mut State, asked: &Asked) -> Option<Answer> {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked.bytes).into_owned().collect();
    let given = |key: &str| form.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
    match asked.path.as_str() {
        "/token" => Some(match given("grant_type") {
            "refresh_token" => refreshed(state, given("client_id"), given("client_secret"), given("refresh_token")),
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => asserted(state, asked, given("assertion")),
            _ => refused(400, "unsupported_grant_type", "Invalid grant_type"),
        }),
        "/tokeninfo" => Some(match state.tokens.get(given("access_token")) {
            Some((_, scope)) => Answer::json(&json!({ "scope": scope, "expires_in": "3599", "access_type": "offline" })),
            None => refused(400, "invalid_token", "Invalid Value"),
        }),
        _ => None,
    }
}

fn refreshed(state: &mut State, id: &str, secret: &str, token: &str) -> Answer {
    if (id, secret) != CLIENT {
        return refused(401, "invalid_client", "The OAuth client was not found.");
    }
    if token != REFRESH || state.revoked {
        return refused(400, "invalid_grant", "Token has been expired or revoked.");
    }
    issue(state, seed::BELLHOP, &state.scope.clone())
}

fn asserted(state: &mut State, asked: &Asked, assertion: &str) -> Answer {
    let Ok(key) = DecodingKey::from_rsa_pem(PUBLIC.as_bytes()) else {
        return refused(500, "server_error", "the stand-in's key cannot be read");
    };
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[format!("{}/token", asked.origin)]);
    let Ok(claims) = jsonwebtoken::decode::<Claims>(assertion, &key, &validation).map(|it| it.claims) else {
        return refused(400, "invalid_grant", "Invalid JWT Signature.");
    };
    if claims.iss != seed::SERVICE || state.revoked {
        return refused(400, "invalid_grant", "Invalid grant: account not found");
    }
    let Some(subject) = claims.sub else { return issue(state, seed::SERVICE, &claims.scope) };
    if !state.delegates {
        let message = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes \
                       requested.";
        return refused(401, "unauthorized_client", message);
    }
    match state.people.iter().find(|it| it.email.eq_ignore_ascii_case(&subject) && !it.suspended).map(|it| it.email.clone()) {
        Some(email) => issue(state, &email, &claims.scope),
        None => refused(400, "invalid_grant", "Invalid email or User ID"),
    }
}

fn issue(state: &mut State, email: &str, scope: &str) -> Answer {
    let token = format!("ya29.{}-{email}", state.tokens.len() + 1);
    state.tokens.insert(token.clone(), (email.to_owned(), scope.to_owned()));
    Answer::json(&json!({ "access_token": token, "expires_in": 3599, "scope": scope, "token_type": "Bearer" }))
}

fn refused(status: u16, error: &str, description: &str) -> Answer {
    let body: Value = json!({ "error": error, "error_description": description });
    Answer::written(StatusCode::from_u16(status).unwrap_or_default(), &body)
}
