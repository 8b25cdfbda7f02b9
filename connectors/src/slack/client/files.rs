//! Files, in three steps of which only the last is seen.
//! <https://docs.slack.dev/messaging/working-with-files#upload>

use std::time::Duration;

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Client, messages::Place};
use crate::{
    Http,
    http::{Policy, Repeatable},
};

/// The whole of a file, in time.
const LONGEST_UPLOAD: Duration = Duration::from_secs(60);

impl Client {
    /// Uploads a file and shares it in a channel, with a comment in Slack's own markup; its link.
    pub async fn share(&self, name: &str, bytes: Vec<u8>, place: Place<'_>, comment: Option<&str>) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Ticket {
            upload_url: String,
            file_id: String,
        }
        let form = [("filename", name.to_owned()), ("length", bytes.len().to_string())];
        let ticket: Ticket = self.put_right("files.getUploadURLExternal", &form).await?;
        self.store(&ticket.upload_url, bytes).await?;

        #[derive(Deserialize)]
        struct Shared {
            files: Vec<File>,
        }
        #[derive(Deserialize)]
        struct File {
            permalink: Option<String>,
        }
        let files = json!([{ "id": ticket.file_id, "title": name }]).to_string();
        let mut form = vec![("files", files), ("channel_id", place.channel.to_owned())];
        form.extend(place.thread.map(|it| ("thread_ts", it.to_owned())));
        form.extend(comment.map(|it| ("initial_comment", it.to_owned())));
        let shared: Shared = self.post("files.completeUploadExternal", &form).await?;
        Ok(shared.files.into_iter().next().and_then(|it| it.permalink))
    }

    /// Sends the content to the address that Slack gave out: it is of another host, and knows no token.
    async fn store(&self, address: &str, bytes: Vec<u8>) -> Result<()> {
        let url = Url::parse(address).ok().filter(|it| is_slacks(it, self.http.base()));
        let Some(url) = url else {
            let message = "The address to upload the file to is not Slack's, so nothing was sent there.";
            return Err(Error::new(ErrorKind::Server, message));
        };
        let policy = Policy { timeout: LONGEST_UPLOAD, ..Policy::default() };
        let http = Http::new("slack-files", "Slack", &url.origin().ascii_serialization(), policy)?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        // Until it is shared nobody sees it, so sending it twice does no harm.
        http.post(&path).repeatable(Repeatable::Yes).bytes("application/octet-stream", bytes).send_empty().await
    }
}

/// Whether an address is of the configured server, or of a host below it: `files.slack.com`.
fn is_slacks(url: &Url, base: &str) -> bool {
    let Ok(base) = Url::parse(base) else { return false };
    let below = match (url.host_str(), base.host_str()) {
        (Some(host), Some(base)) => host.strip_suffix(base).is_some_and(|it| it.ends_with('.')),
        _ => false,
    };
    url.origin() == base.origin() || (url.scheme() == "https" && base.scheme() == "https" && below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_to_slack_alone() {
        let is = |url: &str, base: &str| is_slacks(&Url::parse(url).expect("an address"), base);
        assert!(is("https://files.slack.com/upload/v1/x", "https://slack.com/api"));
        assert!(is("http://127.0.0.1:9/upload/v1/x", "http://127.0.0.1:9/api"));
        assert!(!is("https://files.slack.com.evil.example/x", "https://slack.com/api"));
        assert!(!is("https://evilslack.com/x", "https://slack.com/api"));
        assert!(!is("http://files.slack.com/x", "https://slack.com/api"));
        assert!(!is("http://127.0.0.1:10/x", "http://127.0.0.1:9/api"));
        assert!(!is("http://169.254.169.254/x", "https://slack.com/api"));
    }
}
