//! The server itself. <https://zulip.com/api/get-server-settings>

use commands::Result;
use jiff::Timestamp;
use reqwest::{Method, header};
use serde::Deserialize;

use super::{
    Client, read,
    way::{Body, Outgoing, Turn},
};
use crate::http::Repeatable;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    pub zulip_version: String,
    /// What this server can do, by number: <https://zulip.com/api/changelog>.
    #[serde(default)]
    pub zulip_feature_level: u32,
    #[serde(default)]
    pub realm_name: String,
}

impl Client {
    pub async fn server(&self) -> Result<Settings> {
        self.server_and_clock().await.map(|(settings, _)| settings)
    }

    /// The same with what the server's clock says, by the `Date` of its answer.
    pub async fn server_and_clock(&self) -> Result<(Settings, Option<Timestamp>)> {
        let request = Outgoing {
            method: Method::GET,
            path: "server_settings".into(),
            query: Vec::new(),
            body: Body::None,
            repeatable: Repeatable::Yes,
            turn: Turn::Usual,
        };
        let (headers, answer) = self.way.send(request).await?;
        let date = headers.get(header::DATE).and_then(|it| it.to_str().ok());
        let date = date.and_then(|it| Some(jiff::fmt::rfc2822::parse(it).ok()?.timestamp()));
        Ok((read(answer.into())?, date))
    }
}
