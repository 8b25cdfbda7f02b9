//! A simulated authorization server: the page where people agree, codes that are good for once, tokens that end, refresh
//! tokens that are used up by the next, and the page where people take it all back.
//!
//! A stand-in holds one in its state and leads the vendor's addresses to it.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// How long an access token is good, in seconds.
const LASTS: u64 = 7200;

/// What stands-ins know of one app and of those who agreed to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consents {
    client: (&'static str, &'static str),
    refuses: Refuses,
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
    made: u64,
}

/// How a vendor says no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refuses {
    /// With 400 and 401, as the standard says.
    #[default]
    ByStatus,
    /// With 200 and words of its own, as GitHub does.
    LikeGitHub,
}

#[derive(Clone, Debug)]
struct Code {
    person: String,
    redirect: String,
    challenge: Option<String>,
    scope: String,
}

/// What one person agreed to.
#[derive(Clone, Debug)]
struct Grant {
    person: String,
    access: String,
    refresh: String,
    scope: String,
    renewed: u64,
    /// The access token's time is over.
    over: bool,
}

impl Consents {
    pub fn new(client: (&'static str, &'static str), refuses: Refuses) -> Consents {
        Consents { client, refuses, ..Consents::default() }
    }

    /// Whose access token this is, and what it is good for.
    pub fn owner(&self, access: &str) -> Option<(&str, &str)> {
        let grant = self.grants.iter().find(|it| it.access == access && !it.over)?;
        Some((&grant.person, &grant.scope))
    }

    /// The page where one of these people (login and name) agrees or does not: a click is a request with `as` or `deny`.
    pub fn agree(&mut self, title: &str, people: &[(String, String)], query: &[(String, String)]) -> Response<Body> {
        let given = |key: &str| query.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
        let Ok(mut back) = Url::parse(given("redirect_uri")) else {
            return wrong("The redirect_uri is missing or is no address.");
        };
        if given("client_id") != self.client.0 {
            return wrong("There is no such app: look at its client_id.");
        }
        // What is registered of every app here.
        if !back.path().ends_with("/oauth/callback") {
            return wrong("The redirect_uri is not associated with this application.");
        }
        if given("response_type") != "code" {
            return wrong("The response_type is not supported.");
        }
        let person = people.iter().find(|(login, _)| login == given("as"));
        if person.is_none() && given("deny").is_empty() {
            let kept: Vec<&(String, String)> = query.iter().filter(|(key, _)| key != "as" && key != "deny").collect();
            let link = |key: &str, value: &str, label: &str| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(kept.iter().map(|(key, value)| (key, value))).append_pair(key, value);
                format!("<li><a href=\"?{}\">{label}</a></li>", query.finish())
            };
            let allow: String = people
                .iter()
                .map(|(login, name)| link("as", login, &format!("Agree as {} ({})", escaped(name), escaped(login))))
                .collect();
            return page(
                title,
                &format!(
                    "<h1>Bellhop wants to use your {} account</h1><p>It asks for: <code>{}</code></p><ul>{allow}{}</ul>",
                    escaped(title),
                    escaped(given("scope")),
                    link("deny", "yes", "Cancel")
                ),
            );
        }
        let state = given("state").to_owned();
        match person {
            Some((login, _)) => {
                let code = self.next("code");
                let challenge = Some(given("code_challenge").to_owned()).filter(|it| !it.is_empty());
                let (redirect, scope) = (given("redirect_uri").to_owned(), given("scope").to_owned());
                self.codes.insert(code.clone(), Code { person: login.clone(), redirect, challenge, scope });
                back.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
            }
            None => {
                back.query_pairs_mut()
                    .append_pair("error", "access_denied")
                    .append_pair("error_description", "The user has denied your application access.")
                    .append_pair("state", &state);
            }
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::FOUND;
        if let Ok(location) = HeaderValue::from_str(back.as_str()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }

    /// The token server, asked with a form or with JSON.
    pub fn token(&mut self, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let fields = fields(headers, body);
        let given = |key: &str| fields.get(key).map_or("", String::as_str);
        if (given("client_id"), given("client_secret")) != self.client {
            return self.refuse("invalid_client", "incorrect_client_credentials");
        }
        match given("grant_type") {
            "authorization_code" => {
                let Some(code) = self.codes.remove(given("code")) else {
                    return self.refuse("invalid_grant", "bad_verification_code");
                };
                if code.redirect != given("redirect_uri") {
                    return self.refuse("invalid_grant", "redirect_uri_mismatch");
                }
                let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier")));
                if code.challenge.is_some_and(|it| it != proof) {
                    return self.refuse("invalid_grant", "bad_verification_code");
                }
                let (access, refresh) = (self.next("access"), self.next("refresh"));
                let grant = Grant { person: code.person, access, refresh, scope: code.scope, renewed: 0, over: false };
                let answer = told(&grant);
                self.grants.push(grant);
                answer
            }
            "refresh_token" => {
                let (access, refresh) = (self.next("access"), self.next("refresh"));
                // It is good for once: a second use finds nothing.
                let Some(grant) = self.grants.iter_mut().find(|it| it.refresh == given("refresh_token")) else {
                    return self.refuse("invalid_grant", "bad_refresh_token");
                };
                (grant.access, grant.refresh, grant.over) = (access, refresh, false);
                grant.renewed += 1;
                told(grant)
            }
            _ => self.refuse("unsupported_grant_type", "unsupported_grant_type"),
        }
    }

    /// A token is given back (RFC 7009): whatever it is, it is no good afterwards.
    pub fn revoke(&mut self, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let fields = fields(headers, body);
        let token = fields.get("token").map_or("", String::as_str).to_owned();
        self.grants.retain(|it| it.access != token && it.refresh != token);
        answer(StatusCode::OK, &json!({}))
    }

    /// All that the owner of an access token agreed to is given back, by the app itself: GitHub's
    /// `DELETE /applications/{client_id}/grant`.
    pub fn give_back(&mut self, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let fields = fields(headers, body);
        let given = |key: &str| fields.get(key).map_or("", String::as_str);
        if !headers.contains_key(header::AUTHORIZATION) || (given("client_id"), given("client_secret")) != self.client {
            return answer(StatusCode::UNAUTHORIZED, &json!({ "message": "Requires authentication" }));
        }
        let Some(person) = self.owner(given("access_token")).map(|(person, _)| person.to_owned()) else {
            return answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "message": "Validation Failed" }));
        };
        self.grants.retain(|it| it.person != person);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    }

    /// The page where people see what they agreed to: `end=ana` ends her access token before its time, `revoke=ana` takes
    /// everything back.
    pub fn settings(&mut self, title: &str, query: &[(String, String)]) -> Response<Body> {
        for (key, person) in query {
            match key.as_str() {
                "end" => self.grants.iter_mut().filter(|it| it.person == *person).for_each(|it| it.over = true),
                "revoke" => self.grants.retain(|it| it.person != *person),
                _ => {}
            }
        }
        let row = |it: &Grant| {
            let person = escaped(&it.person);
            format!(
                "<li>{person}: renewed {} times <a href=\"?end={person}\">End its time</a> <a href=\"?revoke={person}\">Revoke</a></li>",
                it.renewed
            )
        };
        let rows: String = self.grants.iter().map(row).collect();
        let rows = if rows.is_empty() { "<li>Nobody agreed to anything.</li>".to_owned() } else { rows };
        page(title, &format!("<h1>Who let Bellhop in</h1><ul>{rows}</ul>"))
    }

    fn refuse(&self, standard: &str, of_github: &str) -> Response<Body> {
        match (self.refuses, standard) {
            (Refuses::LikeGitHub, _) => {
                answer(StatusCode::OK, &json!({ "error": of_github, "error_description": "The request was not accepted." }))
            }
            (Refuses::ByStatus, "invalid_client") => answer(StatusCode::UNAUTHORIZED, &json!({ "error": standard })),
            (Refuses::ByStatus, _) => answer(StatusCode::BAD_REQUEST, &json!({ "error": standard })),
        }
    }

    fn next(&mut self, what: &str) -> String {
        self.made += 1;
        let digest = Sha256::digest(format!("{} {what} {}", self.client.1, self.made));
        format!("{what}-{}", hex::encode(&digest[..12]))
    }
}

/// What was sent, with the app's credentials from wherever they stand.
fn fields(headers: &HeaderMap, body: &[u8]) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = match serde_json::from_slice(body) {
        Ok(fields) => fields,
        Err(_) => url::form_urlencoded::parse(body).into_owned().collect(),
    };
    let basic = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()?.strip_prefix("Basic "));
    let basic = basic.and_then(|it| String::from_utf8(BASE64_STANDARD.decode(it).ok()?).ok());
    if let Some((id, secret)) = basic.as_deref().and_then(|it| it.split_once(':')) {
        fields.insert("client_id".into(), id.into());
        fields.insert("client_secret".into(), secret.into());
    }
    fields
}

fn told(grant: &Grant) -> Response<Body> {
    answer(
        StatusCode::OK,
        &json!({
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "token_type": "bearer",
            "expires_in": LASTS,
            "scope": grant.scope,
        }),
    )
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

fn wrong(why: &str) -> Response<Body> {
    let mut response = page("Sign-in", &format!("<h1>This cannot be asked for</h1><p>{why}</p>"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

fn page(title: &str, body: &str) -> Response<Body> {
    let text = format!("<!doctype html><meta charset=utf-8><title>{}</title>{body}", escaped(title));
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
