//! Zulip's REST API, as much of it as the bot needs.
//!
//! One client, one time-out, no redirects and no proxy, so that the API key goes to the configured
//! site and nowhere else. Errors are by class and hold Zulip's own words, never the request.
//! See <https://zulip.com/api/rest-error-handling>.

mod events;

use std::time::Duration;

use commands::{Download, Error, ErrorKind, Result, param::Secret};
use connectors::http::{Allowance, Errand, Gate, Health, Quota};
use futures::StreamExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a read waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// Of one bot, for all that it asks: a server allows 200 a minute unless its administrator decided otherwise
/// (<https://zulip.com/api/rest-error-handling>), and others may use the same bot's key.
const ALLOWANCE: Allowance = Allowance { a_minute: 150, burst: 30 };
/// What a pause and the budget are of: everything.
const ALL: &str = "all";
/// Of a JSON answer: the user list of a large organization is a few MiB.
const ANSWER_LIMIT: usize = 32 * 1024 * 1024;
/// Of an attached file that is passed on.
const FILE_LIMIT: usize = 25 * 1024 * 1024;

/// A client for one organization.
pub struct Client {
    gate: Gate,
    /// Of the reads of the event queue, which Zulip counts apart.
    polls: Gate,
    /// None where our only limit is Zulip's own.
    allowance: Option<Allowance>,
    http: reqwest::Client,
    site: Url,
    email: String,
    api_key: Secret,
}

/// A person or bot. <https://zulip.com/api/get-user>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    pub user_id: u64,
    pub full_name: String,
    /// The real address, where its owner lets us see it; `email` may be an invented one.
    #[serde(default)]
    pub delivery_email: Option<String>,
    #[serde(default = "active")]
    pub is_active: bool,
    #[serde(default)]
    pub is_bot: bool,
    /// 1 generic, 2 incoming webhook, 3 outgoing webhook, 4 embedded.
    #[serde(default)]
    pub bot_type: Option<u8>,
    /// 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
    #[serde(default)]
    pub role: Option<u16>,
    #[serde(default)]
    pub is_admin: bool,
}

fn active() -> bool {
    true
}

impl User {
    /// Whether they administer the organization.
    pub fn administers(&self) -> bool {
        self.is_admin || self.role.is_some_and(|it| it <= 200)
    }
}

/// <https://zulip.com/api/get-server-settings>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ServerSettings {
    pub zulip_version: String,
    #[serde(default)]
    pub zulip_feature_level: u32,
}

/// A channel that is not archived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Channel {
    pub stream_id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A user group. <https://zulip.com/api/get-user-groups>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Group {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub members: Vec<u64>,
    /// One of the server's own, such as everybody.
    #[serde(default)]
    pub is_system_group: bool,
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// By id or name.
    Channel {
        channel: String,
        topic: String,
    },
    People(Vec<u64>),
}

/// A message of the history, as its sender typed it. <https://zulip.com/api/get-messages>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Said {
    pub id: u64,
    pub sender_id: u64,
    pub content: String,
    /// Seconds since 1970, by Zulip's clock.
    pub timestamp: i64,
}

/// A page of the history, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Page {
    pub messages: Vec<Said>,
    #[serde(default)]
    pub found_oldest: bool,
    /// Older messages are there, and this organization's plan does not show them.
    #[serde(default)]
    pub history_limited: bool,
}

#[derive(Deserialize)]
struct Failure {
    msg: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default, rename = "retry-after")]
    retry_after: Option<f64>,
}

impl Client {
    /// # Errors
    /// [`ErrorKind::BadConfig`] when `site` is no http(s) address without a path.
    pub fn new(site: &str, email: &str, api_key: Secret) -> Result<Client> {
        let bad = |what: &str| {
            let message = format!("zulip.site `{site}` {what}: write it as in the browser, like https://chat.example.org.");
            Error::new(ErrorKind::BadConfig, message)
        };
        let site = Url::parse(site).map_err(|_| bad("is no web address"))?;
        if !matches!(site.scheme(), "http" | "https") || site.host_str().is_none() {
            return Err(bad("is no web address"));
        }
        if site.path() != "/" || site.query().is_some() || site.fragment().is_some() || !site.username().is_empty() {
            return Err(bad("holds more than scheme, host and port"));
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("Bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("The HTTP client for Zulip could not be built: is TLS set up?"))?;
        let (gate, polls) = (Gate::new("zulip", "Zulip"), Gate::new("zulip_events", "Zulip's event queue"));
        Ok(Client { gate, polls, allowance: Some(ALLOWANCE), http, site, email: email.to_owned(), api_key })
    }

    /// The same without a budget of ours: it goes as fast as Zulip allows, which says so when it is too fast.
    pub fn unbudgeted(mut self) -> Client {
        self.allowance = None;
        self
    }

    /// The organization's address without a trailing slash.
    pub fn site(&self) -> &str {
        self.site.as_str().trim_end_matches('/')
    }

    /// What keeps requests back at the moment, in words for people.
    pub fn kept_back(&self) -> Option<Error> {
        self.gate.kept_back()
    }

    /// Requests a minute that are left, as Zulip said last, and of how many.
    pub fn quota(&self) -> Option<Quota> {
        self.gate.condition().quota
    }

    /// Sends a message and tells its id. <https://zulip.com/api/send-message>
    ///
    /// # Errors
    /// [`Error::maybe_done`] when it may have been sent.
    pub async fn send(&self, to: &Recipient, content: &str, widget: Option<&serde_json::Value>) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Sent {
            result: Option<String>,
            id: Option<u64>,
        }
        let mut form: Vec<(&str, String)> = match to {
            Recipient::Channel { channel, topic } => {
                vec![("type", "stream".into()), ("to", channel.clone()), ("topic", topic.clone())]
            }
            Recipient::People(ids) => {
                let ids = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
                vec![("type", "direct".into()), ("to", format!("[{ids}]"))]
            }
        };
        form.push(("content", content.to_owned()));
        if let Some(widget) = widget {
            form.push(("widget_content", widget.to_string()));
        }
        let sent: Sent = self.json(self.request(Method::POST, "messages")?.form(&form)).await?;
        // Any object would do else, such as that of whatever stands in front of Zulip.
        if sent.result.as_deref() != Some("success") {
            return Err(nonsense().maybe_done());
        }
        Ok(sent.id)
    }

    /// Puts `content` in the place of what the message `id` said. <https://zulip.com/api/update-message>
    pub async fn edit(&self, id: &str, content: &str) -> Result<()> {
        let id: u64 = id.parse().map_err(|_| Error::internal(format!("`{id}` is no id of a Zulip message.")))?;
        let request = self.request(Method::PATCH, &format!("messages/{id}"))?.form(&[("content", content)]);
        self.answer(request).await.map(|_| ())
    }

    /// At most `count` messages that fit `narrow`, the newest, or those before the message `before`.
    pub async fn messages(&self, narrow: &serde_json::Value, before: Option<u64>, count: u32) -> Result<Page> {
        let query = [
            ("narrow", narrow.to_string()),
            ("anchor", before.map_or_else(|| "newest".to_owned(), |it| it.to_string())),
            ("include_anchor", before.is_none().to_string()),
            ("num_before", count.to_string()),
            ("num_after", "0".to_owned()),
            ("apply_markdown", "false".to_owned()),
        ];
        self.json(self.request(Method::GET, "messages")?.query(&query)).await
    }

    /// At most `count` messages that fit `narrow`, from the message `from` on, oldest first.
    pub async fn messages_from(&self, narrow: &serde_json::Value, from: u64, count: u32) -> Result<Vec<Said>> {
        let query = [
            ("narrow", narrow.to_string()),
            ("anchor", from.to_string()),
            ("include_anchor", "true".to_owned()),
            ("num_before", "0".to_owned()),
            ("num_after", count.to_string()),
            ("apply_markdown", "false".to_owned()),
        ];
        let page: Page = self.json(self.request(Method::GET, "messages")?.query(&query)).await?;
        Ok(page.messages)
    }

    /// Deletes a message. <https://zulip.com/api/delete-message>
    pub async fn delete(&self, id: u64) -> Result<()> {
        self.answer(self.request(Method::DELETE, &format!("messages/{id}"))?).await.map(|_| ())
    }

    /// Uploads a file, which nobody sees before a message links to it, and tells its path: `/user_uploads/2/ab/log.txt`.
    /// <https://zulip.com/api/upload-file>
    pub async fn upload_file(&self, name: &str, content: Vec<u8>) -> Result<String> {
        #[derive(Deserialize)]
        struct Uploaded {
            // `uri` before Zulip 9.0.
            #[serde(alias = "uri")]
            url: String,
        }
        let part = reqwest::multipart::Part::bytes(content).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let mut body: serde_json::Map<String, serde_json::Value> =
            self.json(self.request(Method::POST, "user_uploads")?.multipart(form)).await?;
        // Both may be there.
        if body.contains_key("url") {
            body.shift_remove("uri");
        }
        let uploaded: Uploaded = serde_json::from_value(body.into()).map_err(|_| nonsense())?;
        if uploaded.url.starts_with("/user_uploads/") { Ok(uploaded.url) } else { Err(nonsense()) }
    }

    /// The bot itself.
    pub async fn me(&self) -> Result<User> {
        self.json(self.request(Method::GET, "users/me")?).await
    }

    pub async fn user(&self, id: u64) -> Result<User> {
        #[derive(Deserialize)]
        struct One {
            user: User,
        }
        let one: One = self.json(self.request(Method::GET, &format!("users/{id}"))?).await?;
        Ok(one.user)
    }

    /// The IANA name of a person's time zone; none where they let Zulip go by their browser.
    pub async fn time_zone(&self, id: u64) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct One {
            user: Zoned,
        }
        #[derive(Deserialize)]
        struct Zoned {
            #[serde(default)]
            timezone: Option<String>,
        }
        let one: One = self.json(self.request(Method::GET, &format!("users/{id}"))?).await?;
        Ok(one.user.timezone.filter(|it| !it.is_empty()))
    }

    /// The user groups that are not deactivated. <https://zulip.com/api/get-user-groups>
    pub async fn groups(&self) -> Result<Vec<Group>> {
        #[derive(Deserialize)]
        struct All {
            user_groups: Vec<Group>,
        }
        let all: All = self.json(self.request(Method::GET, "user_groups")?).await?;
        Ok(all.user_groups)
    }

    /// Who is added to a user group, and who is taken out. <https://zulip.com/api/update-user-group-members>
    pub async fn change_group(&self, id: u64, add: &[u64], delete: &[u64]) -> Result<()> {
        let ids = |all: &[u64]| serde_json::json!(all).to_string();
        let form: Vec<(&str, String)> = [("add", add), ("delete", delete)]
            .into_iter()
            .filter(|it| !it.1.is_empty())
            .map(|(name, all)| (name, ids(all)))
            .collect();
        let request = self.request(Method::POST, &format!("user_groups/{id}/members"))?.form(&form);
        self.answer(request).await.map(|_| ())
    }

    pub async fn users(&self) -> Result<Vec<User>> {
        #[derive(Deserialize)]
        struct All {
            members: Vec<User>,
        }
        let all: All = self.json(self.request(Method::GET, "users")?).await?;
        Ok(all.members)
    }

    /// Describes a channel. <https://zulip.com/api/update-stream>
    pub async fn describe(&self, channel: u64, description: &str) -> Result<()> {
        let request = self.request(Method::PATCH, &format!("streams/{channel}"))?.form(&[("description", description)]);
        self.answer(request).await.map(|_| ())
    }

    /// The channels that the bot can see. <https://zulip.com/api/get-streams>
    pub async fn channels(&self) -> Result<Vec<Channel>> {
        #[derive(Deserialize)]
        struct All {
            streams: Vec<Channel>,
        }
        let all: All = self.json(self.request(Method::GET, "streams")?).await?;
        Ok(all.streams)
    }

    /// What kind of server it is, and its clock by the `Date` header.
    pub async fn server(&self) -> Result<(ServerSettings, Option<jiff::Timestamp>)> {
        let answer = self.answer(self.request(Method::GET, "server_settings")?).await?;
        let date = answer.headers.get(header::DATE).and_then(|it| it.to_str().ok()).and_then(http_date);
        Ok((answer.json()?, date))
    }

    /// Fetches an upload by the path in its link, `/user_uploads/2/ab/photo.png`.
    /// <https://zulip.com/api/get-file-temporary-url>
    pub async fn upload(&self, path: &str) -> Result<Download> {
        #[derive(Deserialize)]
        struct Temporary {
            url: String,
        }
        let not_ours = || Error::bad_input("That file is not an upload of this Zulip: attach it to your message.");
        let uploaded = self.site.join(path).map_err(|_| not_ours())?;
        if uploaded.origin() != self.site.origin() || !uploaded.path().starts_with("/user_uploads/") {
            return Err(not_ours());
        }
        let api = uploaded.path().trim_start_matches('/');
        let temporary: Temporary = self.json(self.request(Method::GET, api)?).await?;
        // The link works for whoever holds it, and the key is not sent along: still, only our site is asked.
        let link = self.site.join(&temporary.url).map_err(|_| nonsense())?;
        if link.origin() != self.site.origin() || !link.path().starts_with("/user_uploads/") {
            return Err(nonsense());
        }
        let response = self.http.get(link).send().await.map_err(|err| unreachable_zulip(&err, Fate::Known))?;
        if !response.status().is_success() {
            return Err(failure(response.status(), None, None, Fate::Known));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
        let bytes = body(response, FILE_LIMIT, Fate::Known).await?;
        let name = uploaded.path_segments().and_then(|mut it| it.next_back()).unwrap_or("file");
        let name = url::form_urlencoded::parse(name.replace('+', "%2B").as_bytes()).next().map(|(name, _)| name.into_owned());
        Ok(Download { name: name.filter(|it| !it.is_empty()).unwrap_or_else(|| "file".into()), content_type, bytes })
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self.site.join("api/v1/").and_then(|base| base.join(path));
        let url = url.map_err(|_| Error::internal("An address of Zulip's API could not be put together."))?;
        Ok(self.http.request(method, url).basic_auth(&self.email, Some(self.api_key.expose())))
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        self.answer(request).await.and_then(|it| it.json())
    }

    /// Sends it through pauses, budget and breaker; an answer that is no success becomes an error.
    async fn answer(&self, request: RequestBuilder) -> Result<Answer> {
        self.answer_through(&self.gate, self.allowance, PATIENCE, request).await
    }

    /// The same through a gate of its own; `patience` is a read's.
    async fn answer_through(
        &self,
        gate: &Gate,
        allowance: Option<Allowance>,
        patience: Duration,
        request: RequestBuilder,
    ) -> Result<Answer> {
        let (client, request) = request.build_split();
        let request = request.map_err(|_| Error::internal("A request to Zulip could not be put together."))?;
        let fate = if request.method() == Method::GET { Fate::Known } else { Fate::Unknown };
        let method = request.method().clone();
        // A post goes back to the queue, which knows what else can be done meanwhile.
        let patience = if fate == Fate::Known { patience } else { Duration::ZERO };
        let pass = gate.pass(Errand { pauses: &[ALL], budget: allowance.map(|it| (ALL, it)), patience }).await?;
        let (health, result) = match client.execute(request).await {
            Ok(response) => judged(gate, response, fate).await,
            Err(err) => (Health::Failed, Err(unreachable_zulip(&err, fate))),
        };
        pass.report(&method, health, result.as_ref().err());
        result.inspect_err(|err| {
            if let (ErrorKind::RateLimited, Some(wait)) = (err.kind, err.retry_after) {
                gate.pause(ALL, wait);
            }
        })
    }
}

/// What a response says about Zulip, and to whoever asked.
async fn judged(gate: &Gate, response: Response, fate: Fate) -> (Health, Result<Answer>) {
    let (status, headers) = (response.status(), response.headers().clone());
    heed(gate, &headers);
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let read = body(response, ANSWER_LIMIT, fate).await;
    if !status.is_success() {
        let after = text(header::RETRY_AFTER).and_then(|it| it.parse().ok());
        let said = read.ok().and_then(|it| serde_json::from_slice::<Failure>(&it).ok());
        let health = if status.is_server_error() { Health::Failed } else { Health::Answered };
        return (health, Err(failure(status, said, after, fate)));
    }
    match read {
        // A login page comes with 200.
        Ok(_) if text(header::CONTENT_TYPE).is_some_and(|it| it.starts_with("text/html")) => {
            (Health::Failed, Err(fate.of(nonsense())))
        }
        Ok(body) => (Health::Answered, Ok(Answer { headers, body, fate })),
        Err(err) => (Health::Failed, Err(err)),
    }
}

/// Stops before Zulip has to: nothing left is as good as a refusal.
fn heed(gate: &Gate, headers: &header::HeaderMap) {
    if let Some(Quota { remaining: 0, resets: Some(resets), .. }) = gate.note_quota(headers) {
        let wait = Duration::try_from(resets.duration_since(jiff::Timestamp::now())).unwrap_or_default();
        // The window is a minute; more than that is a clock that is wrong.
        gate.pause(ALL, wait.min(Duration::from_secs(60)));
    }
}

/// An answer of success.
struct Answer {
    headers: header::HeaderMap,
    body: Vec<u8>,
    fate: Fate,
}

impl Answer {
    fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|err| match err.is_data() {
            // It is Zulip's, but not as documented: asking again would give the same answer.
            true => Error::internal("Zulip's answer is not as Zulip documents it."),
            false => self.fate.of(nonsense()),
        })
    }
}

/// Whether a request that broke off changed nothing, or may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Known,
    Unknown,
}

impl Fate {
    fn of(self, error: Error) -> Error {
        match self {
            Fate::Known => error,
            Fate::Unknown => error.maybe_done(),
        }
    }
}

async fn body(response: Response, limit: usize, fate: Fate) -> Result<Vec<u8>> {
    let too_large = || {
        let message = format!("What Zulip sent is larger than {} MiB, which is more than is passed on.", limit / 1024 / 1024);
        // A file is somebody's choice; no answer of Zulip's own is as large.
        let kind = if limit == FILE_LIMIT { ErrorKind::Validation } else { ErrorKind::Server };
        fate.of(Error::new(kind, message))
    };
    if response.content_length().is_some_and(|it| it > limit as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|err| unreachable_zulip(&err, fate))?);
        if bytes.len() > limit {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

fn nonsense() -> Error {
    Error::new(ErrorKind::Server, "Zulip's answer made no sense: does zulip.site lead to Zulip, and not to a login page?")
}

/// reqwest's own words may hold the address: they are not repeated.
fn unreachable_zulip(err: &reqwest::Error, fate: Fate) -> Error {
    if err.is_connect() {
        // Nothing was sent, so nothing was done.
        return Error::new(ErrorKind::Network, "Zulip could not be reached: is its address right, and is it up?");
    }
    if err.is_timeout() {
        return fate.of(Error::new(ErrorKind::Timeout, "Zulip did not answer within 10 s."));
    }
    fate.of(Error::new(ErrorKind::Network, "The connection to Zulip broke off."))
}

/// Zulip's refusals by class. <https://zulip.com/api/rest-error-handling>
fn failure(status: StatusCode, said: Option<Failure>, after: Option<f64>, fate: Fate) -> Error {
    let words = said.as_ref().map(|it| it.msg.chars().take(300).collect::<String>());
    let words = words.map(|it| format!(" Zulip says: {it}")).unwrap_or_default();
    let code = said.as_ref().and_then(|it| it.code.as_deref()).unwrap_or_default();
    match (status.as_u16(), code) {
        (429, _) | (_, "RATE_LIMIT_HIT") => {
            // A float of seconds, in the header and in the body.
            let after = after.or(said.and_then(|it| it.retry_after)).and_then(|it| Duration::try_from_secs_f64(it).ok());
            Error::new(ErrorKind::RateLimited, "Zulip asks us to slow down.").with_retry_after(after)
        }
        (_, "BAD_EVENT_QUEUE_ID") => Error::not_found(format!("Zulip has given the event queue up.{words}")),
        (_, "STREAM_DOES_NOT_EXIST") => Error::new(
            ErrorKind::Closed,
            format!("That channel is not there, or the bot may not see it: add the bot to it.{words}"),
        ),
        (401, _) | (_, "INVALID_API_KEY" | "UNAUTHORIZED") => Error::new(
            ErrorKind::Auth,
            format!("Zulip refuses the bot's key: copy email and key from its zuliprc (Settings > Bots) again.{words}"),
        ),
        (_, "USER_DEACTIVATED" | "REALM_DEACTIVATED") => {
            Error::new(ErrorKind::Auth, format!("The bot or its organization is deactivated: reactivate it in Zulip.{words}"))
        }
        (403, _) => Error::new(ErrorKind::Permission, format!("The bot may not do that in Zulip: an owner can allow it.{words}")),
        // Every endpoint that we use exists: a page in its place is something else's.
        (404 | 405, "") => Error::new(
            ErrorKind::BadConfig,
            "Zulip's API is not at zulip.site: write the organization's address, like https://chat.example.org.",
        ),
        (300..400, _) => {
            Error::new(ErrorKind::BadConfig, "zulip.site sends us elsewhere: write the address that the browser ends up at.")
        }
        (404, _) => Error::not_found(format!("Zulip has no such thing, or hides it from the bot.{words}")),
        (413, _) => Error::new(ErrorKind::Validation, format!("That is too large for Zulip.{words}")),
        // Turned away at the door: nothing was begun.
        (503, _) => {
            let after = after.and_then(|it| Duration::try_from_secs_f64(it).ok());
            Error::new(ErrorKind::Server, "Zulip is not available at the moment.").with_retry_after(after)
        }
        (502 | 504, _) => fate.of(Error::new(ErrorKind::Server, "Zulip is not available at the moment.")),
        (500.., _) => fate.of(Error::new(ErrorKind::Server, format!("Zulip failed ({}).{words}", status.as_u16()))),
        // `Invalid user ID`, `No such user`: Zulip tells by words only.
        (400, _) if words.contains("No such user") || words.contains("Invalid user") => {
            Error::not_found(format!("Zulip does not know that person.{words}"))
        }
        _ => Error::new(ErrorKind::Validation, format!("Zulip refuses this ({}).{words}", status.as_u16())),
    }
}

fn http_date(text: &str) -> Option<jiff::Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

#[cfg(test)]
mod tests;
