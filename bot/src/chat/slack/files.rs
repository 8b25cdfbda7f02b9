//! Files: those that were attached in Slack (`slack-file:F123`), and ours.
//!
//! A file of ours goes in three steps, of which only the last is seen:
//! <https://docs.slack.dev/messaging/working-with-files#upload>.

use commands::{Download, Error, ErrorKind, Result};
use serde_json::json;
use url::Url;

use super::{
    escape::{escape_cut, plain_cut},
    render::mrkdwn,
    workspace::Workspace,
};
use crate::chat::File;

/// The largest file that is fetched.
const LIMIT: usize = 20 << 20;

impl Workspace {
    pub(super) async fn fetch_file(&self, file: &str) -> Result<Option<Download>> {
        let Some(id) = file.strip_prefix("slack-file:") else { return Ok(None) };
        if !id.starts_with('F') || !id.bytes().all(|it| it.is_ascii_alphanumeric()) {
            return Err(Error::bad_input(format!("`{file}` names no file in Slack. Attach it again.")));
        }
        // Not slack-morphism's type: it wants fields that files of other services do not have.
        let info = self.wire().get("files.info", &[("file", id)]).await?.body;
        let info = &info["file"];
        let text = |key: &str| info[key].as_str().filter(|it| !it.is_empty());
        let address = text("url_private_download").or(text("url_private")).and_then(|it| Url::parse(it).ok());
        let name = text("name").or(text("title")).unwrap_or(id).to_owned();
        let Some(url) = address else {
            return Err(Error::not_found(format!("Slack does not hand out the file `{name}`. Attach it again.")));
        };
        // Our token goes with the request, so it must be Slack that gets it.
        if !is_slack(&url, self.wire().base()) {
            return Err(Error::new(
                ErrorKind::Permission,
                format!("`{name}` is not stored in Slack itself. Give its link instead."),
            ));
        }
        let (headers, bytes) = self.wire().fetch(url, LIMIT).await?;
        let served = headers.get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let content_type = text("mimetype").unwrap_or(served).to_owned();
        // Without `files:read` Slack answers 200 with its login page.
        if served.starts_with("text/html") && !content_type.starts_with("text/html") {
            return Err(Error::new(
                ErrorKind::Permission,
                "Slack showed its login page instead of the file. Bellhop's app needs the permission `files:read`.",
            ));
        }
        Ok(Some(Download { name, content_type, bytes }))
    }
}

impl Workspace {
    /// Uploads a file and shares it in a conversation, by a message whose block has the name `block`.
    pub(super) async fn share(&self, file: &File, channel: &str, thread: Option<&str>, block: &str) -> Result<()> {
        let name = plain_cut(&file.name.replace(['/', '\\'], "-"), 255);
        let length = file.content.len().to_string();
        let ticket = self.wire().get("files.getUploadURLExternal", &[("filename", &name), ("length", &length)]).await?.body;
        let text = |key: &str| ticket[key].as_str().filter(|it| !it.is_empty());
        let address = text("upload_url").and_then(|it| Url::parse(it).ok());
        let (Some(id), Some(url)) = (text("file_id"), address) else {
            return Err(Error::new(ErrorKind::Server, "Slack did not say where to upload a file to."));
        };
        if !is_slack(&url, self.wire().base()) {
            return Err(Error::new(
                ErrorKind::Permission,
                "The address to upload a file to is not Slack's, so nothing was sent there.",
            ));
        }
        self.wire().upload(url, file.content.clone()).await?;
        let title = plain_cut(&file.title, 255);
        let said = json!([{ "type": "section", "block_id": block, "text": mrkdwn(escape_cut(&title, 300)) }]);
        let mut arguments = json!({ "files": [{ "id": id, "title": title }], "channel_id": channel, "blocks": said });
        if let Some(thread) = thread {
            arguments["thread_ts"] = thread.into();
        }
        self.wire().say("files.completeUploadExternal", channel, &arguments).await.map(|_| ())
    }
}

/// Slack's own hosts, or whatever `slack.api_url` says Slack is.
fn is_slack(url: &Url, base: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let slack = url.scheme() == "https" && (host == "slack.com" || host.ends_with(".slack.com"));
    slack || url.origin() == base.origin()
}
