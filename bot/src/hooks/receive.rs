//! A request to a hook, from its first header to its answer.

use std::{
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use axum::{
    RequestExt, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use connectors::{Delivery, Webhook};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    arrival::{Arrival, Verdict, is_credential, without_credentials},
    door::{Record, Sender, sender},
    handshake,
    reading::{self, Received, Unreadable},
    registry::Hook,
    unread,
};
use crate::{
    app::App,
    connections::poll,
    notify::Routed,
    queue::{Acceptance, Accepted, Place},
    server::Peer,
};

/// The largest body that is taken: 512 KiB.
const BODY_LIMIT: usize = 512 * 1024;
/// The longest key of a delivery; a longer one is named by its hash.
const KEY_LIMIT: usize = 256;

pub fn routes(app: Arc<App>) -> Router {
    Router::new().route("/hooks/{name}", any(receive)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(app)
}

/// One request.
struct Visit {
    app: Arc<App>,
    hook: Arc<Hook>,
    webhook: &'static Webhook,
    method: Method,
    headers: Vec<(String, String)>,
    query: String,
    /// The hook's whole address, as we give it out.
    url: Option<String>,
    peer: Option<IpAddr>,
    at: Timestamp,
}

/// Why a request is refused.
struct Refusal {
    status: StatusCode,
    /// For administrators; a few words that are the same for all of a sort, as they are counted by.
    reason: String,
    /// For the sender.
    told: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    fn new(status: StatusCode, reason: &str, told: &str) -> Refusal {
        Refusal { status, reason: reason.into(), told: told.into(), retry_after: None }
    }

    /// What whoever asks for a hook that is not there is told as well.
    fn nobody(reason: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, reason, NOBODY)
    }
}

/// The same in so many seconds is a repeat, where its sender names no delivery.
const REPEAT: i64 = 300;
const NOBODY: &str = "there is no such hook: check the last part of the address";

async fn receive(State(app): State<Arc<App>>, Path(name): Path<String>, request: Request) -> Response {
    let hook = app.hooks.find(&name);
    let Some((hook, (_, webhook))) = hook.and_then(|it| Some((it.clone(), connectors::webhook(&it.kind)?))) else {
        return answer(StatusCode::NOT_FOUND, NOBODY);
    };
    let visit = Visit::of(app, hook, webhook, &request);
    let (body, refusal) = Box::pin(visit.admit(request)).await;
    let outcome = match refusal {
        Some(refusal) => Err(refusal),
        // Before anything of it is looked at: of a flood, what is turned away costs as little as can be.
        None => match visit.app.queue.admit() {
            Ok(place) => Box::pin(visit.take(&body, place)).await,
            Err(_) => Ok(visit.unavailable()),
        },
    };
    match outcome {
        Ok(response) => response,
        Err(refusal) => Box::pin(visit.refuse(refusal, body)).await,
    }
}

impl Visit {
    fn of(app: Arc<App>, hook: Arc<Hook>, webhook: &'static Webhook, request: &Request) -> Visit {
        let headers = request.headers();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let url = app.public_url.as_ref().map(|it| match query.is_empty() {
            true => format!("{it}/hooks/{}", hook.name),
            false => format!("{it}/hooks/{}?{query}", hook.name),
        });
        let peer = request.extensions().get::<Peer>().map(|peer| {
            let forwarded: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|it| it.to_str().ok()).collect();
            sender(peer.0, Some(&forwarded.join(",")), &app.hooks.trusted)
        });
        let headers = pairs(headers);
        Visit { webhook, method: request.method().clone(), headers, query, url, peer, at: app.store.now(), app, hook }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn delivery<'a>(&'a self, body: &'a [u8]) -> Delivery<'a> {
        Delivery {
            hook: &self.hook.name,
            method: self.method.as_str(),
            template: self.hook.template.as_deref(),
            headers: &self.headers,
            query: &self.query,
            url: self.url.as_deref(),
            body,
            // The vendors' clocks are held against this machine's.
            received: Timestamp::now(),
        }
    }

    /// Reads the body of a request that may come in.
    async fn admit(&self, request: Request) -> (Bytes, Option<Refusal>) {
        let refused = |refusal| (Bytes::new(), Some(refusal));
        if self.hook.disabled {
            return refused(Refusal::nobody("the hook is disabled"));
        }
        let may_send = |it: IpAddr| self.hook.allow.iter().any(|net| net.contains(&it));
        if !self.hook.allow.is_empty() && !self.peer.is_some_and(may_send) {
            return refused(Refusal::nobody("its address is not in one of the networks that may send"));
        }
        if !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::POST | Method::PUT) {
            return refused(self.wrong_method());
        }
        if let Some(encoding) = self.header("content-encoding").filter(|it| !it.eq_ignore_ascii_case("identity")) {
            let reason = format!("the body is compressed ({})", encoding.chars().take(20).collect::<String>());
            return refused(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reason, "send the body as it is, not compressed"));
        }
        match request.extract::<Bytes, _>().await {
            Ok(body) => (body, None),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let reason = format!("the body is larger than {} KiB", BODY_LIMIT / 1024);
                refused(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, &reason, &reason))
            }
            Err(_) => refused(Refusal::new(StatusCode::BAD_REQUEST, "the body broke off", "the body broke off")),
        }
    }

    fn wrong_method(&self) -> Refusal {
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, &format!("{} is no way to deliver", self.method), "this address takes POST")
    }

    /// Verifies it, and keeps what it says.
    async fn take(&self, body: &Bytes, place: Place) -> Result<Response, Refusal> {
        let delivery = self.delivery(body);
        let current = self.hook.secret.as_ref().map_or("", |it| it.expose());
        // Both read what a stranger sent.
        let said = || self.webhook.handshake.and_then(|handshake| handshake(&delivery, current));
        if let Some(said) = catch_unwind(AssertUnwindSafe(said)).ok().flatten() {
            self.enter(Sender::Stranger)?;
            self.record(Verdict::Handshake, said.status, "handshake", None, body.clone()).await;
            self.count("handshake");
            if let Some(told) = said.tell.clone() {
                handshake::tell(&self.app, &self.hook, told);
            }
            return Ok(handshake::answer(said));
        }
        if !matches!(self.method, Method::POST | Method::PUT) {
            return Err(self.wrong_method());
        }
        let proof = self.verify(&delivery)?;
        self.enter(Sender::Verified)?;
        self.keep(&delivery, body, proof, place).await
    }

    /// By which of the hook's secrets it is verified.
    fn verify(&self, delivery: &Delivery<'_>) -> Result<&'static str, Refusal> {
        let mut refused = None;
        for (secret, name) in self.hook.secrets(self.at) {
            let verified = catch_unwind(AssertUnwindSafe(|| (self.webhook.verify)(delivery, secret.expose())));
            match verified.unwrap_or_else(|_| Err(commands::Error::internal("it cannot be verified"))) {
                Ok(()) => return Ok(name),
                // What the present secret says is worth more than what the last one does.
                Err(err) => refused = refused.or(Some(err)),
            }
        }
        self.enter(Sender::Stranger)?;
        Err(match refused {
            Some(err) => {
                let message = err.message.replace('\0', "");
                Refusal::new(StatusCode::UNAUTHORIZED, &message, &message)
            }
            None => Refusal::new(StatusCode::UNAUTHORIZED, "the hook has no secret yet", "this hook has no secret yet"),
        })
    }

    fn enter(&self, sender: Sender) -> Result<(), Refusal> {
        self.app.hooks.doors.enter(&self.hook.name, sender, self.hook.rate).map_err(|wait| {
            let reason = match sender {
                Sender::Verified => "faster than this hook takes",
                Sender::Stranger => "too many that cannot be verified",
            };
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, reason, "too many deliveries, send it again later");
            Refusal { retry_after: Some(wait), ..refusal }
        })
    }

    async fn keep(&self, delivery: &Delivery<'_>, body: &Bytes, proof: &str, place: Place) -> Result<Response, Refusal> {
        let app = &self.app;
        let received = Arc::new(Received {
            hook: self.hook.name.clone(),
            key: None,
            method: self.method.to_string(),
            headers: self.headers.iter().filter(|(name, _)| !is_credential(name)).cloned().collect(),
            query: without_credentials(&self.query),
            body: body.to_vec(),
            received: delivery.received,
        });
        let read = reading::read(self.webhook, received.clone(), self.hook.template.clone()).await;
        // Some find it in the body, by reading that.
        let key = || self.webhook.key_of(delivery, read.as_deref().unwrap_or_default());
        let key = catch_unwind(AssertUnwindSafe(key)).ok().flatten();
        let key = key.map_or_else(|| nameless(&self.query, body, self.at), named);
        let routed = read.and_then(|events| {
            let routed = catch_unwind(AssertUnwindSafe(|| app.route(events, Some(&key))));
            routed.map_err(|_| Unreadable::NotUnderstood("Telling of it failed in a way that nobody expected.".into()))
        });
        let (routed, unreadable) = match routed {
            Ok(routed) => (routed, None),
            Err(unreadable) => {
                let received = Received { key: Some(key.clone()), ..Received::clone(&received) };
                (Routed { jobs: vec![unread(&received)], news: Vec::new() }, Some(unreadable))
            }
        };
        let (verdict, status) = match &unreadable {
            None => (Verdict::Accepted, StatusCode::OK),
            Some(Unreadable::NotUnderstood(_)) => (Verdict::Unread, StatusCode::OK),
            Some(Unreadable::Malformed(_)) => (Verdict::Unread, StatusCode::UNPROCESSABLE_ENTITY),
        };
        let reason = unreadable.as_ref().map(|it| it.reason().to_owned());
        let arrival =
            Arrival { key: Some(key.clone()), ..self.arrival(verdict, status.as_u16(), Some(proof), reason.clone(), body) };
        let Routed { jobs, news } = routed;
        let source = format!("hook:{}", self.hook.name);
        let acceptance = Acceptance { source, key, body: body.clone(), audit: None, jobs, news };
        match app.queue.accept_arrival(place, acceptance, arrival).await {
            Ok(accepted) => {
                if accepted != Accepted::Duplicate {
                    self.look_there();
                }
                self.count(if unreadable.is_some() { "unread" } else { "accepted" });
                Ok(match unreadable {
                    Some(Unreadable::Malformed(reason)) => answer(status, &format!("kept, but it cannot be read: {reason}")),
                    // Some show people what we answer, or send again what is answered otherwise.
                    _ => match connectors::sources::acknowledge(&self.hook.kind, delivery) {
                        Some(wanted) => handshake::answer(wanted),
                        None => answer(status, "accepted"),
                    },
                })
            }
            Err(refused) => {
                tracing::error!(hook = %self.hook.name, "A delivery cannot be stored: {}", refused.reason);
                Ok(self.unavailable())
            }
        }
    }

    fn unavailable(&self) -> Response {
        self.count("unavailable");
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "cannot be stored now, send it again\n").into_response()
    }

    /// What the vendor says may be less than what can be asked for: the connection that is polled is asked now.
    fn look_there(&self) {
        let by_api = self.hook.made.as_ref().and_then(|it| it.vendor.as_ref()).map(|it| it.connection.clone());
        let Some(connection) = by_api.or_else(|| self.app.connection_of(&self.hook.name)) else { return };
        let app = self.app.clone();
        // The vendor waits for its answer, and this changes nothing of it.
        tokio::spawn(async move { poll::hurry(&app, &connection).await });
    }

    async fn refuse(&self, refusal: Refusal, body: Bytes) -> Response {
        self.count("refused");
        tracing::warn!(hook = %self.hook.name, "Refused a delivery: {}", refusal.reason);
        self.record(Verdict::Refused, refusal.status.as_u16(), "", Some(refusal.reason), body).await;
        let mut response = answer(refusal.status, &refusal.told);
        if let Some(wait) = refusal.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, PUT"));
        }
        response
    }

    /// Writes down one that is not taken, whole as long as there are few.
    async fn record(&self, verdict: Verdict, status: u16, proof: &str, reason: Option<String>, body: Bytes) {
        let why = reason.as_deref().unwrap_or(proof);
        if self.app.hooks.doors.refuse(&self.hook.name, why, self.at) == Record::Counted {
            return;
        }
        let proof = Some(proof).filter(|it| !it.is_empty());
        // What a vendor tells by a handshake is a secret.
        let body_kept = (verdict == Verdict::Refused && !body.is_empty()).then(|| body.clone());
        let arrival = Arrival { body: body_kept, ..self.arrival(verdict, status, proof, reason, &body) };
        if let Err(err) = self.app.store.record_arrival(&arrival).await {
            tracing::warn!(hook = %self.hook.name, "A refused delivery cannot be written down: {err:#}");
        }
    }

    fn arrival(&self, verdict: Verdict, status: u16, proof: Option<&str>, reason: Option<String>, body: &Bytes) -> Arrival {
        Arrival {
            hook: self.hook.name.clone(),
            key: None,
            verdict,
            status,
            proof: proof.map(str::to_owned),
            reason,
            method: self.method.to_string(),
            query: without_credentials(&self.query),
            peer: self.peer.map(|it| it.to_string()),
            headers: self.headers.iter().filter(|(name, _)| !is_credential(name)).cloned().collect(),
            body: None,
            size: body.len(),
        }
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("bellhop_hooks_total", "hook" => self.hook.name.clone(), "outcome" => outcome).increment(1);
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().filter_map(|(key, value)| Some((key.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

/// The key of a delivery that its sender does not name: the same in [`REPEAT`] seconds is a repeat, and after them it happened
/// again, as a monitor goes down more than once.
fn nameless(query: &str, body: &[u8], at: Timestamp) -> String {
    let said = Sha256::new().chain_update(query).chain_update([0]).chain_update(body).finalize();
    format!("{}-{}", hex::encode(said), at.as_second().div_euclid(REPEAT))
}

/// A key as it can be stored and shown anywhere.
fn named(key: String) -> String {
    match key.len() > KEY_LIMIT || key.chars().any(char::is_control) {
        true => hex::encode(Sha256::digest(key)),
        false => key,
    }
}

fn answer(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;
    use crate::{cli::start, config, store::testing::Bench};

    #[tokio::test]
    async fn of_a_flood_what_cannot_be_stored_is_turned_away_unread() {
        let bench = Bench::sqlite().await;
        let text = "[server]\nlisten = \"127.0.0.1:0\"\n\
                    [[hook]]\nname = \"ci\"\nkind = \"redmine\"\nsecret = \"the-token-of-a-test\"\n";
        let config = config::read(text, &|_| None).unwrap_or_else(|_| panic!("a configuration"));
        let app = start::assemble_on(bench.store.clone(), config).await.expect("a bot").0;
        let visit = async || {
            let request = Request::post("/hooks/ci").header("x-redmine-token", "another").body(Body::from("{}"));
            routes(app.clone()).oneshot(request.expect("a request")).await.expect("an answer")
        };
        let places: Vec<Place> = std::iter::from_fn(|| app.queue.admit().ok()).collect();
        let full = visit().await;
        assert_eq!(full.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(full.headers()[header::RETRY_AFTER], "5");
        let seen = app.check_store().await.into_iter().find(|it| it.name == "intake").expect("an administrator can see it");
        assert_eq!(seen.detail, "2 requests were turned away within 1 min: more came than can be stored");
        drop(places);
        assert_eq!(visit().await.status(), StatusCode::UNAUTHORIZED, "only now its token is looked at");
    }

    #[test]
    fn what_its_sender_does_not_name_is_a_repeat_for_five_minutes() {
        let at = |seconds: i64| Timestamp::from_second(1_795_254_000 + seconds).expect("a time");
        let monday = nameless("", b"down", at(0));
        assert_eq!(monday, nameless("", b"down", at(299)));
        assert_ne!(monday, nameless("", b"down", at(300)), "it went down again");
        // Some say all in the query.
        assert_ne!(nameless("monitor=a", b"", at(0)), nameless("monitor=b", b"", at(0)));
    }
}
