//! A vendor's consent page and token server, as strict as its documentation: whatever is asked in another way than the page says is
//! refused, and noted. Behind them stands the simulated vendor's API, which tokens that still count lead to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::{Body as Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use connectors::standin::Standin;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tests::far_end::FarEnd;

use super::vendors::{APP, Back, Body, SECRET, Shown, Vendor};

/// How tokens begin that were given here.
const OURS: &str = "access-of-";

type Fields = BTreeMap<String, String>;

/// One vendor at its own address.
pub struct Server {
    pub vendor: &'static Vendor,
    pub far_end: FarEnd,
    simulated: &'static dyn Standin,
    state: Arc<Mutex<Books>>,
}

/// What the vendor knows.
#[derive(Default)]
struct Books {
    /// Codes that nobody brought yet, with what they were asked for by.
    codes: BTreeMap<String, Fields>,
    /// The tokens that count, if any do.
    access: Option<String>,
    refresh: Option<String>,
    /// The API's own credentials of the bot, as it showed them.
    own: Option<(header::HeaderName, HeaderValue)>,
    number: u32,
    renewals: u32,
    used: Vec<String>,
    given_back: Vec<String>,
    wrong: Vec<String>,
    /// All that nobody else may ever see, with what it is.
    secrets: Vec<(&'static str, String)>,
}

impl Server {
    pub async fn start(vendor: &'static Vendor) -> Server {
        let kind = connectors::find(vendor.kind).expect("the connector is there");
        // It lives as long as the story.
        let simulated: &'static dyn Standin = Box::leak((kind.standin)());
        let state: Arc<Mutex<Books>> = Arc::default();
        let router = simulated.router().layer(middleware::from_fn_with_state((vendor, state.clone()), door));
        let far_end = FarEnd::serve("", router).await;
        // Where the bot itself comes in by consent, its token stands for what the simulated vendor knows.
        let known = simulated.connection(&far_end.url());
        let text = |name: &str| known.get(name).and_then(Value::as_str).unwrap_or_default();
        let own = match vendor.kind {
            "notion" => Some(format!("Bearer {}", text("token"))),
            "nextcloud" => Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", text("user"), text("app_password"))))),
            _ => None,
        };
        lock(&state).own = own.map(|it| (header::AUTHORIZATION, HeaderValue::try_from(it).expect("a header")));
        Server { vendor, far_end, simulated, state }
    }

    /// The settings of a connection to it.
    pub fn settings(&self) -> Map<String, Value> {
        let url = self.far_end.url();
        let mut settings = self.simulated.connection(&url);
        (self.vendor.settings)(&mut settings, &url);
        settings
    }

    /// The bot has come in by a credential of its own.
    pub fn knows_the_bot(&self) -> bool {
        lock(&self.state).own.is_some()
    }

    /// The access token that counts now.
    pub fn token(&self) -> String {
        lock(&self.state).access.clone().expect("a token counts")
    }

    /// Whether something was done at the API with this token.
    pub fn was_used(&self, token: &str) -> bool {
        lock(&self.state).used.iter().any(|it| it == token)
    }

    pub fn renewals(&self) -> u32 {
        lock(&self.state).renewals
    }

    /// Ends the access token before its time.
    pub fn end_access(&self) {
        lock(&self.state).access = None;
    }

    /// Ends all that was agreed to.
    pub fn end_all(&self) {
        let mut books = lock(&self.state);
        (books.access, books.refresh) = (None, None);
    }

    /// What came back, in that order.
    pub fn given_back(&self) -> Vec<String> {
        lock(&self.state).given_back.clone()
    }

    /// Every code, state, proof and token that passed here, with what it is.
    pub fn secrets(&self) -> Vec<(&'static str, String)> {
        lock(&self.state).secrets.clone()
    }

    /// What was not as the documentation says.
    pub fn wrong(&self) -> Vec<String> {
        lock(&self.state).wrong.clone()
    }
}

fn lock(state: &Mutex<Books>) -> MutexGuard<'_, Books> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

type Known = (&'static Vendor, Arc<Mutex<Books>>);

async fn door(State((vendor, state)): State<Known>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let path = parts.uri.path().to_owned();
    let refused = |status: u16, why: String| {
        lock(&state).wrong.push(format!("{} {path}: {why}", vendor.kind));
        (StatusCode::from_u16(status).expect("a status"), why).into_response()
    };
    if path == vendor.authorize {
        return match lock(&state).agree(vendor, pairs(parts.uri.query().unwrap_or_default())) {
            Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
            Err(why) => refused(400, why),
        };
    }
    let is_post = parts.method == Method::POST;
    let of_a_service = bytes.windows(10).any(|it| it == b"jwt-bearer");
    if path == vendor.token && is_post && !of_a_service {
        let asked = fields(vendor.body, &parts.headers, &bytes)
            .and_then(|asked| lock(&state).without_app(vendor, &parts.headers, asked))
            .and_then(|asked| lock(&state).token(vendor, &asked));
        return match asked {
            Ok((status, answer)) => (StatusCode::from_u16(status).expect("a status"), axum::Json(answer)).into_response(),
            Err(why) => refused(400, why),
        };
    }
    let back = match vendor.back {
        Back::Form(at) => (path == at && is_post).then(|| {
            let asked = fields(Body::Form, &parts.headers, &bytes)?;
            lock(&state).without_app(vendor, &parts.headers, asked)
        }),
        Back::Json(at) => (path == at && is_post).then(|| {
            let asked = fields(Body::Json, &parts.headers, &bytes)?;
            lock(&state).without_app(vendor, &parts.headers, asked)
        }),
        Back::Grant(at) => (path == at && parts.method == Method::DELETE).then(|| {
            shows_app(&parts.headers)?;
            let mut asked = fields(Body::Json, &parts.headers, &bytes)?;
            let token = asked.remove("access_token").ok_or("there is no access_token")?;
            asked.insert("token".into(), token);
            Ok(asked)
        }),
        Back::Itself(at, name) => (path == at && parts.method == Method::DELETE).then(|| {
            parts.headers.get(name).ok_or_else(|| format!("{name} is missing"))?;
            let token = bearer(&parts.headers).ok_or("there is no token")?;
            Ok(Fields::from([("token".into(), token)]))
        }),
        Back::Nowhere => None,
    };
    if let Some(asked) = back {
        return match asked.and_then(|asked| lock(&state).take_back(vendor, asked)) {
            Ok(()) if matches!(vendor.back, Back::Grant(_)) => StatusCode::NO_CONTENT.into_response(),
            Ok(()) => axum::Json(Value::Object(Map::new())).into_response(),
            Err(why) => refused(400, why),
        };
    }
    // The API: a token of ours is worth what the bot's own is, as long as it counts.
    let shown = bearer(&parts.headers).filter(|it| it.starts_with(OURS));
    if let Some(token) = &shown {
        let books = lock(&state);
        if books.access.as_ref() != Some(token) {
            return (StatusCode::UNAUTHORIZED, axum::Json(Value::Object(Map::new()))).into_response();
        }
        if !path.starts_with(vendor.api) {
            drop(books);
            return refused(401, "this token is good elsewhere".into());
        }
        parts.headers.remove(header::AUTHORIZATION);
        let (name, value) = books.own.clone().expect("the bot came in before anybody");
        parts.headers.insert(name, value);
    }
    if let Some(rest) = path.strip_prefix("/ex/jira/cloud-1") {
        let query = parts.uri.query().map(|it| format!("?{it}")).unwrap_or_default();
        parts.uri = format!("{rest}{query}").parse::<Uri>().expect("an address");
    }
    let names = [header::AUTHORIZATION, header::HeaderName::from_static("private-token")];
    let own = names.into_iter().find_map(|it| Some((it.clone(), parts.headers.get(&it)?.clone())));
    let response = next.run(Request::from_parts(parts, Bytes::from(bytes))).await;
    let mut books = lock(&state);
    match shown {
        Some(token) if response.status().is_success() => books.used.push(token),
        None if response.status().is_success() && books.own.is_none() => books.own = own,
        _ => {}
    }
    response
}

impl Books {
    /// Whoever comes agrees at once; where they are sent back to.
    fn agree(&mut self, vendor: &Vendor, mut asked: Fields) -> Result<String, String> {
        let all = asked.clone();
        let mut take = |name: &str| asked.remove(name).ok_or_else(|| format!("{name} is missing"));
        let (redirect, state) = (take("redirect_uri")?, take("state")?);
        same("client_id", &take("client_id")?, APP)?;
        same("response_type", &take("response_type")?, "code")?;
        if !redirect.ends_with("/oauth/callback") || state.len() < 32 {
            return Err(format!("{redirect} is not registered, or {state} is no state"));
        }
        if vendor.proof {
            same("code_challenge_method", &take("code_challenge_method")?, "S256")?;
            same("the length of code_challenge", &take("code_challenge")?.len().to_string(), "43")?;
        }
        for (name, value) in vendor.asked {
            same(name, &take(name)?, value)?;
        }
        nothing_else(&asked)?;
        self.number += 1;
        let code = format!("code-of-{}-{}", vendor.kind, self.number);
        self.codes.insert(code.clone(), all);
        self.secrets.extend([("a state", state.clone()), ("a code", code.clone())]);
        Ok(format!("{redirect}?code={code}&state={state}"))
    }

    /// The fields without the app's own, which must be shown where this vendor looks for them.
    fn without_app(&mut self, vendor: &Vendor, headers: &HeaderMap, mut asked: Fields) -> Result<Fields, String> {
        for (name, value) in vendor.headers {
            let given = headers.get(*name).and_then(|it| it.to_str().ok()).unwrap_or_default();
            same(name, given, value)?;
        }
        match vendor.shown {
            Shown::Header => shows_app(headers)?,
            Shown::Fields => {
                same("client_id", &asked.remove("client_id").unwrap_or_default(), APP)?;
                same("client_secret", &asked.remove("client_secret").unwrap_or_default(), SECRET)?;
                if headers.contains_key(header::AUTHORIZATION) {
                    return Err("the app is shown twice".into());
                }
            }
        }
        Ok(asked)
    }

    fn token(&mut self, vendor: &Vendor, asked: &Fields) -> Result<(u16, Value), String> {
        let mut left = asked.clone();
        let mut take = |name: &str| left.remove(name).ok_or_else(|| format!("{name} is missing"));
        let first = match take("grant_type")?.as_str() {
            "authorization_code" => {
                let begun = self.codes.remove(&take("code")?).ok_or("the code was used before, or never given")?;
                same("redirect_uri", &take("redirect_uri")?, &begun["redirect_uri"])?;
                if vendor.proof {
                    let verifier = take("code_verifier")?;
                    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
                    self.secrets.push(("a verifier", verifier));
                    same("the proof", &proof, &begun["code_challenge"])?;
                }
                true
            }
            "refresh_token" => {
                let given = take("refresh_token")?;
                if self.refresh.as_ref() != Some(&given) {
                    let (status, said) = vendor.over;
                    return Ok((status, said()));
                }
                false
            }
            other => return Err(format!("{other} is no grant here")),
        };
        nothing_else(&left)?;
        self.number += 1;
        self.renewals += u32::from(!first);
        self.access = Some(format!("{OURS}{}-{}", vendor.kind, self.number));
        let renews = first || vendor.rotates;
        if renews {
            self.refresh = Some(format!("refresh-of-{}-{}", vendor.kind, self.number));
        }
        self.secrets.extend(self.access.clone().map(|it| ("an access token", it)));
        self.secrets.extend(self.refresh.clone().map(|it| ("a refresh token", it)));
        let mut answer = (vendor.told)();
        answer["access_token"] = self.access.clone().into();
        if renews {
            answer["refresh_token"] = self.refresh.clone().into();
        }
        Ok((200, answer))
    }

    fn take_back(&mut self, vendor: &Vendor, mut asked: Fields) -> Result<(), String> {
        let token = asked.remove("token").ok_or("token is missing")?;
        nothing_else(&asked)?;
        let takes_either = matches!(vendor.back, Back::Form(_));
        if self.access.as_ref() != Some(&token) && !(takes_either && self.refresh.as_ref() == Some(&token)) {
            return Err(format!("{token} does not count"));
        }
        (self.access, self.refresh) = (None, None);
        self.given_back.push(token);
        Ok(())
    }
}

fn same(what: &str, given: &str, wanted: &str) -> Result<(), String> {
    if given == wanted { Ok(()) } else { Err(format!("{what} is {given:?} and not {wanted:?}")) }
}

fn nothing_else(left: &Fields) -> Result<(), String> {
    if left.is_empty() { Ok(()) } else { Err(format!("nobody asked for {:?}", left.keys())) }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned)
}

fn shows_app(headers: &HeaderMap) -> Result<(), String> {
    let given = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    same("authorization", given, &format!("Basic {}", STANDARD.encode(format!("{APP}:{SECRET}"))))
}

fn fields(body: Body, headers: &HeaderMap, bytes: &[u8]) -> Result<Fields, String> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    match body {
        Body::Form => {
            same("content-type", kind, "application/x-www-form-urlencoded")?;
            Ok(pairs(std::str::from_utf8(bytes).map_err(|err| err.to_string())?))
        }
        Body::Json => {
            same("content-type", kind, "application/json")?;
            serde_json::from_slice(bytes).map_err(|err| err.to_string())
        }
    }
}

fn pairs(text: &str) -> Fields {
    let mut url = reqwest::Url::parse("http://form/").expect("an address");
    url.set_query(Some(text));
    url.query_pairs().into_owned().collect()
}
