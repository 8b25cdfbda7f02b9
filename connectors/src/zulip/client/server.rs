//! The server itself. <https://zulip.com/api/get-server-settings>

use commands::Result;
use serde::Deserialize;

use super::Client;

#[derive(Clone, Debug, Deserialize)]
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
        self.get("server_settings", &[]).await
    }
}
