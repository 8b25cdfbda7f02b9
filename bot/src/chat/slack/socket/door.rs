//! How a connection is opened: `apps.connections.open` gives an address that is good for one WebSocket, once.
//!
//! The WebSocket is an upgraded request of reqwest's, so TLS, its roots and its time-outs are those of every other request;
//! the WebSocket library sees bytes only.

use std::time::Duration;

use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::{StatusCode, Upgraded, header};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};
use url::Url;

use super::{
    super::{install::credential::Credential, wire::Wire},
    status::Trouble,
};

/// From the request for an upgrade to its answer.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The largest frame that is read: an envelope holds a payload twice as large as any that HTTP carries, escaped.
const LARGEST_FRAME: usize = 4 << 20;

pub type Stream = WebSocketStream<Upgraded>;

pub struct Door {
    wire: Wire,
    http: reqwest::Client,
    /// Whether the API itself is spoken to without TLS: a test's, on this machine.
    is_plain: bool,
}

impl Door {
    pub fn new(api_url: Url, app_token: &Secret) -> Result<Door> {
        let token = app_token.expose().trim();
        if !token.starts_with("xapp-") || !token.bytes().all(|it| it.is_ascii_graphic()) {
            let message = "`slack.app_token` is no app-level token: those begin with xapp-. Make one with the scope connections:write under Basic Information → App-Level Tokens.";
            return Err(Error::new(ErrorKind::BadConfig, message));
        }
        let is_plain = api_url.scheme() == "http";
        // HTTP/2 upgrades in another way, which Slack's servers do not speak.
        let http = reqwest::Client::builder()
            .connect_timeout(HANDSHAKE / 2)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("The WebSocket client for Slack could not be set up."))?;
        Ok(Door { wire: Wire::new(api_url, Credential::Configured(token.to_owned().into()), None)?, http, is_plain })
    }

    /// Asks for an address.
    pub async fn address(&self) -> Result<Url, Trouble> {
        let reply = self.wire.post("apps.connections.open", &json!({})).await.map_err(Trouble::refused)?;
        let unusable = || Trouble::passing("Slack gave no address that a WebSocket can be opened at.");
        let mut url = reply.body["url"].as_str().and_then(|it| Url::parse(it).ok()).ok_or_else(unusable)?;
        let scheme = match url.scheme() {
            "wss" => "https",
            "ws" if self.is_plain => "http",
            _ => return Err(unusable()),
        };
        url.set_scheme(scheme).map_err(|()| unusable())?;
        Ok(url)
    }

    /// Opens a WebSocket.
    pub async fn open(&self) -> Result<Stream, Trouble> {
        let address = self.address().await?;
        let upgrading = timeout(HANDSHAKE, self.upgrade(address));
        let upgraded =
            upgrading.await.unwrap_or_else(|_| Err(Trouble::passing("Slack's WebSocket did not open within 10 s.")))?;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST_FRAME)).max_frame_size(Some(LARGEST_FRAME));
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
    }

    /// RFC 6455, section 4.1. The address holds a ticket, so nothing of it is in an error.
    async fn upgrade(&self, address: Url) -> Result<Upgraded, Trouble> {
        let key = generate_key();
        let request = self
            .http
            .get(address)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let answer = request.send().await.map_err(|err| match err.is_connect() {
            true => {
                Trouble::passing("Slack's WebSocket server could not be reached. Check the network: port 443 to *.slack.com.")
            }
            false => Trouble::passing("The connection broke before Slack's WebSocket was open."),
        })?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            let message = format!(
                "Slack's WebSocket server answered {} instead of opening. Does a proxy in between let WebSockets through?",
                answer.status().as_u16()
            );
            return Err(Trouble::passing(message));
        }
        let accepted = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        if accepted.is_none_or(|it| it.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(Trouble::passing(
                "What answered is no WebSocket server. Does a proxy in between let WebSockets through?",
            ));
        }
        answer.upgrade().await.map_err(|_| Trouble::passing("The connection broke as Slack's WebSocket opened."))
    }
}
