//! Redmine as its own API shows it: the stand-in's or a real one's, which are asked the same way.

use connectors::standin::Standin;
use serde_json::{Map, Value};

use crate::far_end::FarEnd;

/// A Redmine to connect the bot to.
pub struct Redmine {
    /// None when it is a real one.
    pub far_end: Option<FarEnd>,
    /// The connection's keys in the configuration: `url`, `api_key`.
    pub connection: Map<String, Value>,
    /// Keeps the stand-in's state.
    standin: Option<Box<dyn Standin>>,
    client: reqwest::Client,
}

impl Redmine {
    pub async fn standin() -> Redmine {
        let standin = (connectors::find("redmine").expect("the connector is there").standin)();
        let far_end = FarEnd::serve("redmine", standin.router()).await;
        let connection = standin.connection(&far_end.url());
        Redmine { far_end: Some(far_end), connection, standin: Some(standin), client: crate::client() }
    }

    /// The real one that `tests/run` started; none without `REDMINE_URL`.
    pub fn real() -> Option<Redmine> {
        let (url, key) = (std::env::var("REDMINE_URL").ok()?, std::env::var("REDMINE_API_KEY").ok()?);
        let connection = Map::from_iter([("url".into(), url.into()), ("api_key".into(), key.into())]);
        Some(Redmine { far_end: None, connection, standin: None, client: crate::client() })
    }

    /// Has the stand-in report what happens to `url`, as its administrator would.
    ///
    /// # Panics
    /// When it is a real Redmine.
    pub fn add_webhook(&self, url: &str, secret: &str) {
        self.standin.as_ref().expect("a stand-in").add_webhook(url, secret);
    }

    /// The stand-in's server.
    ///
    /// # Panics
    /// When it is a real Redmine.
    pub fn server(&mut self) -> &mut FarEnd {
        self.far_end.as_mut().expect("a stand-in")
    }

    /// The issues with this subject, in every project, of every status.
    pub async fn issues(&self, subject: &str) -> Vec<Value> {
        let text = |name: &str| self.connection[name].as_str().unwrap_or_else(|| panic!("the connection has a {name}"));
        let url = format!("{}/issues.json?status_id=*&limit=100&sort=id:desc", text("url"));
        let response = self.client.get(url).header("X-Redmine-API-Key", text("api_key")).send().await.expect("Redmine answers");
        assert!(response.status().is_success(), "Redmine answered {}", response.status());
        let found: Value = response.json().await.expect("Redmine answers JSON");
        let issues = found["issues"].as_array().expect("a list of issues").iter();
        issues.filter(|issue| issue["subject"] == subject).cloned().collect()
    }

    /// The one issue with this subject.
    pub async fn issue(&self, subject: &str) -> Value {
        let issues = self.issues(subject).await;
        assert_eq!(issues.len(), 1, "issues called {subject:?}: {issues:#?}");
        issues[0].clone()
    }
}
