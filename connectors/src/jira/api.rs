//! Requests to Jira, in the form of the one that is there.

use std::time::Duration;

use commands::{Ctx, Error, ErrorKind, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{Deployment, Jira, adf, problem, wiki, wire};
use crate::http::{Repeatable, Request, pages::Page};

/// How long lists that only administrators change are as good as new.
const KEPT: Duration = Duration::from_secs(300);
/// Issues in one answer; Jira gives no more where many fields are asked for.
pub(super) const MOST: usize = 100;

/// Jira, for one request of a person or of the bot.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    pub jira: &'a Jira,
    pub deployment: Deployment,
    /// Who asks; none when the bot does something by itself.
    asker: Option<&'a Ctx>,
}

/// What Jira says of itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Server {
    pub version: String,
    pub deployment_type: Option<String>,
    pub server_title: Option<String>,
}

/// Some of the issues that a query finds.
#[derive(Debug)]
pub(super) struct Found {
    pub issues: Vec<wire::Issue>,
    /// How many there are in all; Cloud does not say.
    pub total: Option<usize>,
    /// What gives the next ones.
    pub next: Option<String>,
}

/// Part of a list that is counted from its start.
pub(super) struct Counted<T> {
    pub items: Vec<T>,
    pub total: Option<usize>,
    pub last: bool,
}

impl Jira {
    /// # Errors
    /// When Jira could not be asked which it is.
    pub(super) async fn api<'a>(&'a self, ctx: &'a Ctx) -> Result<Api<'a>> {
        Ok(Api { asker: Some(ctx), ..self.as_bot().await? })
    }

    pub(super) async fn as_bot(&self) -> Result<Api<'_>> {
        let deployment = *self.deployment.get_or_try_init(|| async { Ok::<_, Error>(self.server().await?.deployment()) }).await?;
        Ok(Api { jira: self, deployment, asker: None })
    }

    /// Both answer this, to anybody.
    pub(super) async fn server(&self) -> Result<Server> {
        self.http.get("/rest/api/2/serverInfo").send().await
    }

    /// Where people see an issue.
    pub(super) fn link(&self, key: &str) -> String {
        format!("{}/browse/{key}", self.site)
    }
}

impl Server {
    pub fn deployment(&self) -> Deployment {
        match self.deployment_type.as_deref() {
            Some("Cloud") => Deployment::Cloud,
            _ => Deployment::DataCenter,
        }
    }
}

impl<'a> Api<'a> {
    pub fn is_cloud(&self) -> bool {
        self.deployment == Deployment::Cloud
    }

    /// `/issue/APO-7` → `/rest/api/3/issue/APO-7`; what begins with `/rest` stays.
    pub fn path(&self, path: &str) -> String {
        match (path.starts_with("/rest/"), self.deployment) {
            (true, _) => path.to_owned(),
            (false, Deployment::Cloud) => format!("/rest/api/3{path}"),
            (false, Deployment::DataCenter) => format!("/rest/api/2{path}"),
        }
    }

    /// What people wrote in Markdown, as this Jira keeps texts.
    pub fn text(&self, markdown: &str) -> Value {
        let document = adf::from_markdown(markdown);
        if self.is_cloud() { document } else { json!(wiki::write(&document)) }
    }

    /// The same with who asked, as it is the bot's account that writes it.
    pub fn signed(&self, markdown: &str) -> Value {
        let markdown = markdown.trim();
        match self.asker.filter(|_| !crate::auth::is_person()) {
            Some(ctx) => {
                let who = format!("_Asked by {} in {}._", adf::escaped(&ctx.actor.name), platform(&ctx.actor.platform));
                self.text(&if markdown.is_empty() { who } else { format!("{markdown}\n\n{who}") })
            }
            None => self.text(markdown),
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.send(self.getting(path, query)).await
    }

    /// A list that administrators change now and then.
    pub async fn get_kept<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.send(self.getting(path, query).cached(KEPT)).await
    }

    fn getting(&self, path: &str, query: &[(&str, &str)]) -> Request {
        let request = self.jira.http.get(&self.path(path));
        if query.is_empty() { request } else { request.query(query) }
    }

    /// Never repeated by itself: Jira has no key that would stop a double.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.jira.http.post(&self.path(path)).json(body)).await
    }

    /// The same where the answer does not matter, and doing it twice is (or is not) doing it once.
    pub async fn do_post(&self, path: &str, body: &Value, repeatable: Repeatable) -> Result<()> {
        self.done(self.jira.http.post(&self.path(path)).json(body).repeatable(repeatable)).await
    }

    pub async fn put(&self, path: &str, body: &Value, repeatable: Repeatable) -> Result<()> {
        self.done(self.jira.http.put(&self.path(path)).json(body).repeatable(repeatable)).await
    }

    pub async fn delete(&self, path: &str, query: &[(&str, &str)]) -> Result<()> {
        let request = self.jira.http.delete(&self.path(path));
        self.done(if query.is_empty() { request } else { request.query(query) }).await
    }

    pub async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        request.send().await.map_err(problem::explained)
    }

    pub async fn done(&self, request: Request) -> Result<()> {
        request.send_empty().await.map_err(problem::explained)
    }

    /// Part of the list at `path` from `start`, under `key` (`values` in newer ones).
    pub async fn counted<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        query: &[(&str, &str)],
        start: usize,
        most: usize,
    ) -> Result<Counted<T>> {
        let (start_at, max_results) = (start.to_string(), most.to_string());
        let mut query = query.to_vec();
        query.extend([("startAt", start_at.as_str()), ("maxResults", max_results.as_str())]);
        let mut body: Map<String, Value> = self.get(path, &query).await?;
        let strange = || Error::new(ErrorKind::Server, format!("Jira's list of {key} is not in a form that the bot knows."));
        let items = body.remove(key).or_else(|| body.remove("values")).ok_or_else(strange)?;
        let items: Vec<T> = serde_json::from_value(items).map_err(|_| strange())?;
        let total = body.get("total").and_then(Value::as_u64).map(|it| it as usize);
        let last = match (body.get("isLast").and_then(Value::as_bool), total) {
            (Some(last), _) => last,
            (None, Some(total)) => start + items.len() >= total,
            (None, None) => items.len() < most,
        };
        Ok(Counted { last: last || items.is_empty(), items, total })
    }

    /// The whole list, up to `limit`.
    pub async fn all<T: DeserializeOwned>(&self, path: &str, key: &str, query: &[(&str, &str)], limit: usize) -> Result<Vec<T>> {
        let mut all = Vec::new();
        loop {
            let page = self.counted(path, key, query, all.len(), MOST.min(limit)).await?;
            all.extend(page.items);
            if page.last || all.len() >= limit {
                all.truncate(limit);
                return Ok(all);
            }
        }
    }

    /// Issues that a query finds. Cloud has pages that follow one another
    /// (<https://developer.atlassian.com/changelog/#CHANGE-2046>), Data Center counts.
    pub async fn search(
        &self,
        jql: &str,
        fields: &[&str],
        expand: Option<&str>,
        most: usize,
        page: Option<&str>,
    ) -> Result<Found> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            issues: Vec<wire::Issue>,
            total: Option<usize>,
            next_page_token: Option<String>,
        }
        let mut body = json!({ "jql": jql, "fields": fields, "maxResults": most });
        let start: usize = page.and_then(|it| it.parse().ok()).unwrap_or(0);
        let path = if self.is_cloud() {
            if let Some(token) = page {
                body["nextPageToken"] = json!(token);
            }
            if let Some(expand) = expand {
                body["expand"] = json!(expand);
            }
            "/search/jql"
        } else {
            body["startAt"] = json!(start);
            if let Some(expand) = expand {
                body["expand"] = json!([expand]);
            }
            "/search"
        };
        let request = self.jira.http.post(&self.path(path)).json(&body).asking();
        let answer: Answer = self.send(request).await.map_err(|error| problem::at_jql(error, jql))?;
        let next = match answer.total.filter(|_| !self.is_cloud()) {
            Some(total) => {
                let next = start + answer.issues.len();
                (next < total && !answer.issues.is_empty()).then(|| next.to_string())
            }
            None => answer.next_page_token,
        };
        Ok(Found { total: answer.total, issues: answer.issues, next })
    }

    /// All issues that a query finds, up to `limit`; and whether there are more.
    pub async fn search_all(
        &self,
        jql: &str,
        fields: &[&str],
        expand: Option<&str>,
        limit: usize,
    ) -> Result<crate::http::pages::Part<wire::Issue>> {
        let pages = crate::http::pages::pages(async |page: Option<String>| {
            let found = self.search(jql, fields, expand, MOST.min(limit), page.as_deref()).await?;
            Ok(Page { items: found.issues, next: found.next })
        });
        crate::http::pages::first(limit, pages).await
    }

    /// How many issues a query finds; about, on Cloud.
    pub async fn count(&self, jql: &str) -> Result<usize> {
        #[derive(Deserialize)]
        struct Answer {
            count: usize,
        }
        let jql = unordered(jql);
        if self.is_cloud() {
            let request = self.jira.http.post(&self.path("/search/approximate-count")).json(&json!({ "jql": jql }));
            let answer: Answer = self.send(request.asking()).await.map_err(|it| problem::at_jql(it, jql))?;
            return Ok(answer.count);
        }
        Ok(self.search(jql, &["summary"], None, 0, None).await?.total.unwrap_or_default())
    }
}

/// A query without its order, which a number does not have.
fn unordered(jql: &str) -> &str {
    let at = jql.to_ascii_lowercase().rfind("order by");
    // Within quotes it is a value.
    at.filter(|at| !jql[*at..].contains(['"', '\''])).map_or(jql, |at| jql[..at].trim_end())
}

/// A chat, as people call it.
fn platform(name: &str) -> &str {
    match name {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    }
}

/// A part of a path or query that people wrote.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            all.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}
