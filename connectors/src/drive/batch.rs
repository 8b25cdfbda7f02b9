//! Several calls in one request: <https://developers.google.com/workspace/drive/api/guides/performance#batch-requests>.
//!
//! A batch is a `multipart/mixed` body of requests, answered by one of answers; each has its own end, so that one
//! address that Google refuses does not keep the others out.

use commands::{Error, ErrorKind, Result};
use reqwest::StatusCode;
use serde_json::Value;

use super::{api::Acting, problem};

/// The most calls that Google takes in one.
pub(super) const MOST: usize = 100;
const LONGEST: usize = 4 << 20;

/// A call within a batch.
pub(super) struct Call {
    pub method: &'static str,
    /// With the query, from `/drive/v3` on.
    pub path: String,
    pub body: Value,
}

impl Acting<'_> {
    /// Makes these calls, and tells how each ended, in their order.
    ///
    /// # Errors
    /// When the batch as a whole was not answered.
    pub async fn batch(&self, calls: &[Call]) -> Result<Vec<Result<()>>> {
        let mut all = Vec::with_capacity(calls.len());
        for calls in calls.chunks(MOST) {
            let (boundary, body) = written(calls);
            let request = self.http.post("/batch/drive/v3").bytes(&format!("multipart/mixed; boundary={boundary}"), body);
            let (headers, answer) = request.send_for_bytes(LONGEST).await.map_err(|it| self.explain(it))?;
            let kind = headers.get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
            let ends = read(kind, &answer, calls.len()).ok_or_else(|| {
                Error::new(ErrorKind::Server, "Google Drive answered a batch in a form I do not know.").maybe_done()
            })?;
            all.extend(ends.into_iter().map(|end| end.map_err(|it| problem::explain(it, self.who()))));
        }
        Ok(all)
    }
}

fn written(calls: &[Call]) -> (String, Vec<u8>) {
    let boundary = format!("bellhop-{:032x}", rand::random::<u128>());
    let mut text = String::new();
    for (number, Call { method, path, body }) in calls.iter().enumerate() {
        let body = body.to_string();
        text.push_str(&format!(
            "--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n{method} {path} HTTP/1.1\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n",
            body.len()
        ));
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    (boundary, text.into_bytes())
}

/// The ends of `count` calls; none where this is no answer to a batch of as many.
fn read(content_type: &str, body: &[u8], count: usize) -> Option<Vec<Result<()>>> {
    let boundary = content_type.split(';').find_map(|it| it.trim().strip_prefix("boundary="))?.trim_matches('"');
    let text = std::str::from_utf8(body).ok()?.replace("\r\n", "\n");
    let mut ends: Vec<Option<Result<()>>> = (0..count).map(|_| None).collect();
    for part in text.split(&format!("--{boundary}")).skip(1) {
        let Some((head, inner)) = part.trim_start().split_once("\n\n") else { continue };
        let id = head.lines().find_map(|it| {
            let (name, value) = it.split_once(':')?;
            name.eq_ignore_ascii_case("content-id").then(|| value.trim().trim_matches(['<', '>']).trim_start_matches("response-"))
        });
        let number: usize = id?.parse().ok()?;
        let (head, body) = inner.split_once("\n\n").unwrap_or((inner, ""));
        let status: u16 = head.lines().next()?.split(' ').nth(1)?.parse().ok()?;
        *ends.get_mut(number)? = Some(end(StatusCode::from_u16(status).ok()?, body.trim().as_bytes()));
    }
    ends.into_iter().collect()
}

fn end(status: StatusCode, body: &[u8]) -> Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let kind = match problem::read_status(status, body).as_u16() {
        429 => ErrorKind::RateLimited,
        401 => ErrorKind::Auth,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Validation,
    };
    let said = problem::read_errors(status, body).map(|it| it.messages.join("; ")).unwrap_or_else(|| status.to_string());
    Err(Error::new(kind, said).with_code(problem::read_code(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_its_ids_and_not_by_its_order() {
        let body = "--b_1\r\nContent-Type: application/http\r\nContent-ID: <response-1>\r\n\r\nHTTP/1.1 400 Bad Request\r\nContent-Type: \
                    application/json\r\n\r\n{\"error\":{\"code\":400,\"message\":\"The specified emailAddress is invalid.\",\"errors\":\
                    [{\"reason\":\"invalidSharingRequest\"}]}}\r\n--b_1\r\nContent-Type: application/http\r\nContent-ID: \
                    response-0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"1\"}\r\n--b_1--\r\n";
        let ends = read("multipart/mixed; boundary=b_1", body.as_bytes(), 2).unwrap();
        assert_eq!(ends[0], Ok(()));
        let error = ends[1].clone().unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Validation, "The specified emailAddress is invalid."));
        assert_eq!(error.code.as_deref(), Some("invalidSharingRequest"));
        // One end is missing: nobody knows what became of it.
        assert!(read("multipart/mixed; boundary=b_1", body.as_bytes(), 3).is_none());
        assert!(read("text/html", body.as_bytes(), 2).is_none());
    }
}
