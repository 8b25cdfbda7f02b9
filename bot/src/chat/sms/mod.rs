//! SMS, sent by Twilio: a place to page.
//!
//! A message is cut to ten segments ([`text`]). Twilio knows no repeats, so of a request whose answer was lost the messages to
//! the number are looked through before it is sent again. What became of a message later, and what people answer, it tells by
//! signed callbacks ([`callback`]). Calls to page somebody are in [`voice`]. <https://www.twilio.com/docs/messaging/api/message-resource>

mod callback;
#[cfg(test)]
mod tests;
pub mod text;
mod voice;

use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::{
    Check, Http,
    http::{Policy, VendorError},
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;

pub use callback::routes;
pub use voice::Voice;

use super::{
    FormView, Found, Limit, Opener, Platform, Post, Posted, Target, earliest,
    links::{Links, without_links},
};

/// `[sms]` in the configuration.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The account's SID, `AC…`, from Twilio's console.
    pub account_sid: String,
    /// The account's auth token, from Twilio's console.
    pub auth_token: Secret,
    /// The number, short code or name that messages are from: `+41790000000`.
    pub from: Option<String>,
    /// Instead of `from`: the SID of a messaging service, `MG…`, which chooses one.
    pub messaging_service_sid: Option<String>,
    /// The number that calls to page people are from; without it nobody is called.
    pub voice: Option<String>,
    /// Where Twilio's API is.
    #[serde(default = "api_url")]
    pub api_url: String,
}

fn api_url() -> String {
    "https://api.twilio.com".into()
}

impl Config {
    /// What is wrong with it, by key.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if !is_sid(&self.account_sid, "AC") {
            let problem = "`account_sid` in [sms] is no account's SID, which is AC and 32 hexadecimal digits";
            problems.push(("account_sid", problem.into()));
        }
        if self.voice.as_deref().is_some_and(|it| !is_number(it)) {
            problems.push(("voice", "`voice` in [sms] is no number with its country's code: write +41790000000".into()));
        }
        match (&self.from, &self.messaging_service_sid) {
            (None, None) => problems.push(("", "[sms] needs `from` or `messaging_service_sid`: who messages are from".into())),
            (Some(_), Some(_)) => {
                problems.push(("messaging_service_sid", "[sms] has `from` and `messaging_service_sid`: leave one out".into()));
            }
            (None, Some(service)) if !is_sid(service, "MG") => {
                let problem = "`messaging_service_sid` in [sms] is no service's SID, which is MG and 32 hexadecimal digits";
                problems.push(("messaging_service_sid", problem.into()));
            }
            _ => {}
        }
        problems
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|it| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Whether it is a number as E.164 writes it: `+41790000000`.
pub fn is_number(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|it| (7..=15).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit()) && !it.starts_with('0'))
}

/// How many of the newest messages to a number are looked through.
const LOOKED_THROUGH: usize = 200;

/// The messages of one account.
pub struct Sms {
    http: Http,
    account: String,
    token: Secret,
    /// `From` or `MessagingServiceSid`, and its value.
    sender: (&'static str, String),
    /// Where Twilio reaches us, to tell what became of a message.
    public_url: Option<String>,
    /// The number that calls are from.
    voice: Option<String>,
    links: Links,
}

/// What Twilio says of a message.
#[derive(Deserialize)]
struct Sent {
    sid: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    date_created: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    messages: Vec<Sent>,
}

impl Sms {
    /// `public_url` is where Twilio reaches us, to say what became of a message. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], naming the key and what to write.
    pub fn new(config: Config, public_url: Option<&str>, links: Links) -> Result<Sms> {
        let bad = |message: String| Error::new(ErrorKind::BadConfig, message);
        if let Some((_, problem)) = config.problems().into_iter().next() {
            return Err(bad(problem));
        }
        let sender = match (config.from, config.messaging_service_sid) {
            (Some(from), _) => ("From", from),
            (None, Some(service)) => ("MessagingServiceSid", service),
            (None, None) => return Err(bad("[sms] needs `from` or `messaging_service_sid`.".into())),
        };
        let basic = BASE64_STANDARD.encode(format!("{}:{}", config.account_sid, config.auth_token.expose()));
        let http = Http::new("sms", "Twilio", &config.api_url, Policy::default())?
            .with_secret_header("authorization", &format!("Basic {basic}"))
            .with_errors(said)
            .with_codes(code);
        let public_url = public_url.map(|it| it.trim_end_matches('/').to_owned());
        Ok(Sms { http, account: config.account_sid, token: config.auth_token, sender, public_url, voice: config.voice, links })
    }

    /// Where Twilio tells what became of a post; the post's key comes back with it, covered by Twilio's signature.
    fn callback(&self, path: &str, post: &Post) -> Option<String> {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("post", &post.key).finish();
        self.public_url.as_ref().map(|it| format!("{it}{path}?{query}"))
    }

    fn messages(&self) -> String {
        format!("/2010-04-01/Accounts/{}/Messages.json", self.account)
    }

    /// The text of a post that is sent at `now`.
    fn text(&self, post: &Post, now: Timestamp) -> String {
        let offer = |button: &commands::Button| self.links.offer(button, post, now);
        text::written(&post.message, &offer)
    }
}

/// <https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions>
#[derive(Deserialize)]
struct Exception {
    code: Option<u32>,
    message: String,
}

fn said(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let exception: Exception = serde_json::from_slice(body).ok()?;
    Some(VendorError { messages: vec![exception.message] })
}

fn code(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Exception>(body).ok()?.code.map(|it| it.to_string())
}

/// What Twilio's codes mean for a post: <https://www.twilio.com/docs/api/errors>.
fn classed(err: Error, number: &str) -> Error {
    if err.maybe_done {
        return err;
    }
    let (kind, message) = match err.code.as_deref() {
        Some("21610") => (
            ErrorKind::Closed,
            format!("{number} takes no messages of ours: whoever has it answered STOP. They answer START to get them again."),
        ),
        Some("21211" | "21214" | "21217" | "21612" | "21614" | "21635") => {
            (ErrorKind::Closed, format!("{number} is no number that gets messages: correct it."))
        }
        Some("21408") => (
            ErrorKind::Closed,
            format!("Twilio may not send to the country of {number}: allow it under Messaging → Geo permissions."),
        ),
        Some("21212" | "21603" | "21606" | "21659" | "21660" | "21701" | "21703") => (
            ErrorKind::BadConfig,
            "Twilio does not let the account send from the sender in [sms]: correct `from` or `messaging_service_sid`.".into(),
        ),
        Some("20429" | "14107" | "30001" | "21611") => (ErrorKind::RateLimited, err.message.clone()),
        _ => return err,
    };
    Error { kind, message, ..err }
}

#[async_trait]
impl Platform for Sms {
    fn name(&self) -> &'static str {
        "sms"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let number = post.to.address();
        if !is_number(number) {
            return Err(Error::new(ErrorKind::Closed, format!("`{number}` is no number to send messages to.")));
        }
        let text = self.text(post, Timestamp::now());
        let mut form = vec![("To", number), (self.sender.0, self.sender.1.as_str()), ("Body", text.as_str())];
        let callback = self.callback("/sms/status", post);
        form.extend(callback.as_deref().map(|it| ("StatusCallback", it)));
        let sent: Sent = self.http.post(&self.messages()).form(&form).send().await.map_err(|err| classed(err, number))?;
        tracing::info!(message = sent.sid, segments = text::segments(&text), "Twilio took a message");
        // Nothing that is sent can be edited, so nobody is to remember it.
        Ok(Posted::default())
    }

    /// Twilio keeps what comes faster than its carriers take it, for hours: what we say is not to wait there.
    fn limits(&self, to: &Target) -> Vec<Limit> {
        vec![Limit::new("sms", 1.0, 10), Limit::in_any_minute(format!("sms:{}", to.address()), 10)]
    }

    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let since = earliest(since);
        // By when it was made, and not by `DateSent`, which a message that still waits at Twilio does not have.
        let query = [("To", post.to.address().to_owned()), ("PageSize", LOOKED_THROUGH.to_string())];
        let listed: Listed = self.http.get(&self.messages()).query(&query).send().await?;
        let expected = without_links(&self.text(post, Timestamp::now()));
        let made =
            |it: &Sent| it.date_created.as_deref().and_then(|it| jiff::fmt::rfc2822::parse(it).ok()).map(|it| it.timestamp());
        let is_it = |it: &&Sent| {
            // A trial account has a sentence of its own in front.
            made(it).is_none_or(|at| at >= since) && it.body.as_deref().is_some_and(|it| without_links(it).ends_with(&expected))
        };
        if let Some(found) = listed.messages.iter().find(is_it) {
            tracing::info!(message = found.sid, "Twilio has a message that it did not confirm");
            return Ok(Found::Yes(Posted::default()));
        }
        let reaches_back = listed.messages.len() < LOOKED_THROUGH || listed.messages.iter().filter_map(made).any(|at| at < since);
        Ok(if reaches_back { Found::No } else { Found::CannotTell })
    }

    async fn update(&self, _: &Post, _: &str) -> Result<()> {
        Err(Error::new(ErrorKind::Permission, "A message that was sent cannot be changed any more."))
    }

    async fn open_form(&self, _: &Opener, _: &FormView) -> Result<()> {
        Err(Error::bad_input("A text message holds no form. Open it by the link of the message, or give the command in chat."))
    }

    async fn person(&self, _: &str, id: &str) -> Result<Actor> {
        match is_number(id) {
            true => Ok(super::only_an_address("sms", id, None)),
            false => Err(Error::not_found(format!("`{id}` is nobody's number."))),
        }
    }

    async fn health(&self) -> Vec<Check> {
        #[derive(Deserialize)]
        struct Account {
            status: String,
            #[serde(rename = "type")]
            kind: Option<String>,
        }
        let mut checks = Vec::new();
        match self.http.get(&format!("/2010-04-01/Accounts/{}.json", self.account)).send::<Account>().await {
            Ok(Account { status, .. }) if status != "active" => {
                let fix = "Look at the account in Twilio's console.";
                checks.push(Check::failed("account", format!("Twilio says that the account is {status}"), fix));
            }
            Ok(Account { kind: Some(kind), .. }) if kind == "Trial" => {
                let fix = "Upgrade the account: a trial sends only to numbers that were verified.";
                checks.push(Check::warning("account", "it is a trial account", fix));
            }
            Ok(_) => checks.push(Check::ok("account", "it is active")),
            Err(err) => {
                let fix = "Copy account_sid and auth_token from Twilio's console, or wait for Twilio.";
                checks.push(Check::failed("account", err.message, fix));
            }
        }
        if self.public_url.is_none() {
            let fix = "Set public_url in [server], where Twilio reaches this bot.";
            checks.push(Check::warning("delivery", "nobody hears of messages that were not delivered", fix));
        }
        checks
    }
}
