//! Nextcloud's other API: people, groups, shares, search, webhooks
//! ([OCS](https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/index.html)).
//! Every answer is `{"ocs": {"meta": …, "data": …}}`; version 2 says failures by HTTP's own status.

use commands::Result;
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::Nextcloud;
use crate::http::Request;

#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub ocs: Ocs<T>,
}

#[derive(Deserialize)]
pub(super) struct Ocs<T> {
    pub data: T,
}

impl Nextcloud {
    /// A request to `/ocs/v2.php{path}`. Nextcloud takes none that does not say it is meant for OCS: forms of other sites cannot.
    pub(super) fn ocs(&self, method: Method, path: &str) -> Request {
        self.http.request(method, &format!("/ocs/v2.php{path}")).header("ocs-apirequest", "true").query(&[("format", "json")])
    }

    pub(super) async fn ocs_get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let request = self.ocs(Method::GET, path);
        let request = if query.is_empty() { request } else { request.query(query) };
        Ok(request.send::<Envelope<T>>().await?.ocs.data)
    }

    pub(super) async fn ocs_post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        Ok(self.ocs(Method::POST, path).json(body).send::<Envelope<T>>().await?.ocs.data)
    }

    pub(super) async fn ocs_put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        Ok(self.ocs(Method::PUT, path).json(body).send::<Envelope<T>>().await?.ocs.data)
    }

    pub(super) async fn ocs_delete(&self, path: &str, query: &[(&str, &str)]) -> Result<()> {
        let request = self.ocs(Method::DELETE, path);
        let request = if query.is_empty() { request } else { request.query(query) };
        request.send::<Envelope<Value>>().await.map(drop)
    }
}

/// PHP writes an empty map as `[]`.
pub(super) fn map(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    }
}
