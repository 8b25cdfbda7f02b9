//! Several calls of the simulated Drive in one request.

use axum::http::{Method, StatusCode};

use super::{Answer, Asked, State, route, upload};

pub fn run(state: &mut State, asked: &Asked) -> Answer {
    let Some(boundary) = asked.content_type.strip_prefix("multipart/mixed; boundary=") else {
        return Answer::refused(400, "badRequest", "Failed to parse batch request, error: No boundary.");
    };
    let text = String::from_utf8_lossy(&asked.bytes).replace("\r\n", "\n");
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).skip(1).filter(|it| !it.starts_with("--")).collect();
    if parts.len() > 100 {
        return Answer::refused(400, "badRequest", "The batch request contains too many calls.");
    }
    let mut body = String::new();
    for part in parts {
        let Some((head, inner)) = part.trim_start().split_once("\n\n") else {
            return Answer::refused(400, "badRequest", "Failed to parse batch request.");
        };
        let id = head.lines().find_map(|it| it.strip_prefix("Content-ID: ")).unwrap_or_default().trim_matches(['<', '>']);
        let (head, inner) = inner.split_once("\n\n").unwrap_or((inner, ""));
        let mut line = head.lines().next().unwrap_or_default().split(' ');
        let method = line.next().and_then(|it| Method::from_bytes(it.as_bytes()).ok()).unwrap_or(Method::GET);
        let (path, query) = line.next().and_then(|it| it.split_once('?')).unwrap_or_default();
        let call = Asked {
            method,
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            bytes: inner.trim().to_owned().into(),
            ..upload::again(asked)
        };
        let answer = match state.slow_in_batch.checked_sub(1) {
            Some(left) => {
                state.slow_in_batch = left;
                Answer::refused(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
            }
            None => route(state, &call),
        };
        let reason = answer.status.canonical_reason().unwrap_or_default();
        body.push_str(&format!(
            "--batch_sandbox\r\nContent-Type: application/http\r\nContent-ID: <response-{id}>\r\n\r\nHTTP/1.1 {} {reason}\r\n\
             Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}\r\n",
            answer.status.as_u16(),
            answer.content_type,
            answer.body.len(),
            String::from_utf8_lossy(&answer.body)
        ));
    }
    body.push_str("--batch_sandbox--\r\n");
    Answer { status: StatusCode::OK, ..Answer::bytes("multipart/mixed; boundary=batch_sandbox", body.into_bytes()) }
}
