//! Files on their way into Drive: small ones in one request, larger ones in parts that can be sent again.
//! <https://developers.google.com/workspace/drive/api/guides/manage-uploads>

use std::time::Duration;

use commands::{Download, Error, ErrorKind, Result};
use reqwest::{Method, header};
use serde_json::Value;

use super::{
    api::{ALL_DRIVES, Acting},
    wire,
};
use crate::http::{self, Repeatable};

/// Beyond this Google asks for a resumable upload.
const SMALL: usize = 5_000_000;
/// One part; a multiple of 256 KiB, as Google demands.
const PART: usize = 8 << 20;
/// How often an upload may break off and go on.
const BREAKS: usize = 5;
/// What one request that carries a file may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a file's bytes go.
pub(super) enum Into<'a> {
    /// A new file, made of this description.
    New(&'a Value),
    /// A new version of the file with this id.
    Version(&'a str),
}

impl Acting<'_> {
    /// Stores a file. A new version may be sent twice; a new file may not.
    pub async fn upload(&self, file: &Download, into: Into<'_>) -> Result<wire::File> {
        let (method, path, description, repeatable) = match into {
            Into::New(description) => (Method::POST, "/upload/drive/v3/files".to_owned(), description.clone(), Repeatable::No),
            Into::Version(id) => {
                (Method::PATCH, format!("/upload/drive/v3/files/{id}"), Value::Object(serde_json::Map::new()), Repeatable::Yes)
            }
        };
        let content_type = match file.content_type.trim() {
            "" => "application/octet-stream",
            known => known,
        };
        if file.bytes.len() > SMALL {
            return self.in_parts(method, &path, &description, content_type, &file.bytes, repeatable).await;
        }
        let part = |content_type: &str, body: Vec<u8>| http::Part {
            content_type: Some(content_type.to_owned()),
            body,
            ..http::Part::default()
        };
        let parts = [
            part("application/json; charset=UTF-8", description.to_string().into_bytes()),
            part(content_type, file.bytes.clone()),
        ];
        let query = [("uploadType", "multipart"), ALL_DRIVES, ("fields", wire::FILE)];
        let request = self.http.request(method, &path).query(&query).related(&parts);
        self.send(request.repeatable(repeatable).timeout(PATIENCE)).await
    }

    /// Opens a session, and sends part after part. The file is there once the last one has arrived, and only once.
    async fn in_parts(
        &self,
        method: Method,
        path: &str,
        description: &Value,
        kind: &str,
        bytes: &[u8],
        repeatable: Repeatable,
    ) -> Result<wire::File> {
        let strange = || Error::new(ErrorKind::Server, "Google Drive opened an upload in a form I do not know.");
        let query = [("uploadType", "resumable"), ALL_DRIVES, ("fields", wire::FILE)];
        let length = bytes.len().to_string();
        let open = self.http.request(method, path).query(&query).json(description);
        let open = open.header("X-Upload-Content-Type", kind).header("X-Upload-Content-Length", &length);
        // To open two does no harm, but after this one the file may be there: whoever is told of departures has to know.
        let opened = open.repeatable(repeatable).send_with_headers::<Value>().await;
        let (headers, _) = opened.map_err(|it| self.explain(it))?;
        let session = headers.get(header::LOCATION).and_then(|it| it.to_str().ok()).ok_or_else(strange)?;
        let session = self.http.below(session).ok_or_else(strange)?;
        let (mut from, mut breaks) = (0, 0);
        loop {
            let end = (from + PART).min(bytes.len());
            let range = format!("bytes {from}-{}/{length}", end - 1);
            let request = self.http.put(session).header("content-range", &range).bytes(kind, bytes[from..end].to_vec());
            // Sent again is only what did not arrive, so Google is asked what that is.
            let sent = request.repeatable(Repeatable::No).timeout(PATIENCE).send_part().await;
            let (headers, answer) = match sent {
                Ok(sent) => sent,
                Err(error) if error.is_temporary() && breaks < BREAKS => {
                    breaks += 1;
                    let asked =
                        self.http.put(session).header("content-range", &format!("bytes */{length}")).bytes(kind, Vec::new());
                    asked.send_part().await.map_err(|it| self.explain(it))?
                }
                Err(error) => return Err(self.explain(error)),
            };
            if !answer.is_empty() {
                return serde_json::from_slice(&answer).map_err(|_| strange().maybe_done());
            }
            // `bytes=0-8388607`, and nothing at all where nothing has arrived.
            let arrived = headers.get(header::RANGE).and_then(|it| it.to_str().ok()?.rsplit_once('-')?.1.parse::<usize>().ok());
            let next = arrived.map_or(0, |it| it + 1);
            breaks += usize::from(next <= from);
            if breaks > BREAKS || next >= bytes.len() {
                return Err(strange().maybe_done());
            }
            from = next;
        }
    }
}
