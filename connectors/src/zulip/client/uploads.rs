//! Files. <https://zulip.com/api/upload-file>

use commands::{Error, ErrorKind, Result};
use reqwest::Method;
use serde::Deserialize;

use super::{Client, way::Body};
use crate::http::Repeatable;

/// The largest file, where an administrator did not decide otherwise.
pub const LARGEST: usize = 100 << 20;

impl Client {
    /// Stores a file; the path of its link, `/user_uploads/2/ab/photo.png`, which messages hold to show it. A file
    /// that no message links to is deleted by Zulip after some weeks, so storing it twice does no harm.
    pub async fn upload(&self, name: &str, content_type: &str, bytes: &[u8]) -> Result<String> {
        #[derive(Deserialize)]
        struct Stored {
            /// Since feature level 272; `uri` before.
            url: Option<String>,
            uri: Option<String>,
        }
        let (boundary, body) = multipart(name, content_type, bytes);
        let body = Body::Bytes { content_type: format!("multipart/form-data; boundary={boundary}"), bytes: body };
        let stored: Stored = self.send_body(Method::POST, "user_uploads", body, Repeatable::Yes).await?;
        let path = stored.url.or(stored.uri).filter(|it| it.starts_with("/user_uploads/"));
        path.ok_or_else(|| Error::new(ErrorKind::Server, "Zulip stored the file and did not say where."))
    }

    /// A link to an upload that is open to whoever holds it, for about a minute. `upload` is the
    /// path or the address of its link. <https://zulip.com/api/get-file-temporary-url>
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] where it is no upload of this organization.
    pub async fn open_link(&self, upload: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Temporary {
            url: String,
        }
        let not_ours =
            || Error::bad_input(format!("`{upload}` is no file of this Zulip: it is like /user_uploads/2/ab/photo.png."));
        let path = upload.strip_prefix(self.site()).unwrap_or(upload);
        let path = path.strip_prefix('/').unwrap_or(path).split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let is_upload = parts.len() > 2 && parts[0] == "user_uploads" && parts.iter().all(|it| !matches!(*it, "" | "." | ".."));
        if !is_upload {
            return Err(not_ours());
        }
        let temporary: Temporary = self.get(path, &[]).await?;
        // Whatever the server says, the link is one of its own.
        match temporary.url.starts_with('/') && !temporary.url.starts_with("//") {
            true => Ok(format!("{}{}", self.site(), temporary.url)),
            false => Err(Error::new(ErrorKind::Server, "Zulip's link to the file leads somewhere else.")),
        }
    }
}

/// A form with one file (RFC 7578), and the boundary of its parts.
fn multipart(name: &str, content_type: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let boundary = format!("{:032x}", rand::random::<u128>());
    // Quotes and line breaks as browsers write them.
    let name: String = name
        .chars()
        .map(|it| match it {
            '"' => "%22".to_owned(),
            '\r' => "%0D".to_owned(),
            '\n' => "%0A".to_owned(),
            it => it.to_string(),
        })
        .collect();
    let content_type: String = content_type.chars().filter(|it| it.is_ascii_graphic() || *it == ' ').collect();
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_part() {
        let (boundary, body) = multipart("a\"\r\nX: y.txt", "text/plain\r\nX: y", b"hello");
        let text = String::from_utf8(body).expect("text");
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a%22%0D%0AX: y.txt\"\r\nContent-Type: text/plainX: y\r\n\r\nhello\r\n--{boundary}--\r\n"
        );
        assert_eq!(text, expected);
    }
}
