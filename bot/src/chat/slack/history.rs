//! What was said in a conversation, page by page: who looks into the same history at the same time shares what is read.

use std::sync::Arc;

use commands::{Error, Result};
use jiff::Timestamp;
use serde_json::Value;

use super::workspace::Workspace;

/// Messages a page: Slack recommends no more than 200.
pub(super) const PAGE: &str = "200";
/// Pages that are looked through; beyond them nobody can tell.
const PAGES: usize = 10;
/// Looks begin at whole quarters of an hour, so that many are the same.
const QUARTER: i64 = 900;

/// One page, newest first; in a thread oldest first.
pub(super) struct Page {
    pub messages: Vec<Value>,
    next: String,
}

/// The history of a conversation or of a thread in it.
pub(super) struct Pages<'a> {
    channel: &'a str,
    thread: Option<&'a str>,
    oldest: &'a str,
    pub latest: Option<String>,
    read: usize,
    cursor: Option<String>,
}

/// Where a look begins that is to find all since `since`.
pub(super) fn start(since: Timestamp) -> String {
    format!("{}.000000", since.as_second().div_euclid(QUARTER) * QUARTER)
}

impl<'a> Pages<'a> {
    pub fn new(channel: &'a str, thread: Option<&'a str>, oldest: &'a str) -> Pages<'a> {
        Pages { channel, thread, oldest, latest: None, read: 0, cursor: Some(String::new()) }
    }

    /// None after the last page, or after as many as are looked through. At most a second old.
    pub async fn next(&mut self, workspace: &Workspace) -> Result<Option<Arc<Page>>> {
        let Some(cursor) = self.cursor.clone().filter(|_| self.read < PAGES) else { return Ok(None) };
        let asked =
            [self.channel, self.thread.unwrap_or_default(), self.oldest, self.latest.as_deref().unwrap_or_default(), &cursor];
        let reading = self.ask(workspace, &cursor);
        let page = workspace.pages.try_get_with(asked.join("\n"), reading).await.map_err(|err: Arc<Error>| Error::clone(&err))?;
        self.read += 1;
        self.cursor = (!page.next.is_empty()).then(|| page.next.clone());
        Ok(Some(page))
    }

    async fn ask(&self, workspace: &Workspace, cursor: &str) -> Result<Arc<Page>> {
        let mut arguments = vec![
            ("channel", self.channel),
            ("oldest", self.oldest),
            ("inclusive", "true"),
            ("include_all_metadata", "true"),
            ("limit", PAGE),
        ];
        if let Some(latest) = &self.latest {
            arguments.push(("latest", latest));
        }
        if !cursor.is_empty() {
            arguments.push(("cursor", cursor));
        }
        let method = match self.thread {
            Some(ts) => {
                arguments.push(("ts", ts));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        let mut page = workspace.wire().get(method, &arguments).await?;
        let next = page.body["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
        let messages = match page.body["messages"].take() {
            Value::Array(messages) => messages,
            _ => Vec::new(),
        };
        Ok(Arc::new(Page { messages, next }))
    }

    /// Whether there is more than was read.
    pub fn goes_on(&self) -> bool {
        self.cursor.is_some()
    }
}
