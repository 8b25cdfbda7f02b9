//! A request that leaves, as a span of the trace it is part of, under OpenTelemetry's names:
//! <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span>.

use std::borrow::Cow;

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use crate::trace::{Span, SpanKind};

/// One try, from 1, of a request to `url`, of whose path only the shape is said: ids would be names without number, and some
/// vendors want secrets there.
pub fn client(method: &Method, template: &str, url: &Url, attempt: usize) -> Span {
    if !crate::trace::is_on() {
        return Span::none();
    }
    let span = Span::below(format!("{method} {template}"), SpanKind::Client);
    span.note_with("http.request.method", || method.to_string());
    span.note_with("url.template", || template.to_owned());
    span.note_with("server.address", || url.host_str().unwrap_or_default().to_owned());
    if let Some(port) = url.port_or_known_default() {
        span.note("server.port", i64::from(port));
    }
    if attempt > 1 {
        span.note("http.request.resend_count", i64::try_from(attempt - 1).unwrap_or(i64::MAX));
    }
    span
}

/// What has the system that it goes to continue the trace; nothing where there is none.
pub fn headers(span: &Span) -> HeaderMap {
    let value = span.traceparent().and_then(|it| HeaderValue::try_from(it).ok());
    value.into_iter().map(|it| (HeaderName::from_static("traceparent"), it)).collect()
}

/// A path's pattern without what people call their files, and no deeper than tells one sort of request from another.
pub(super) fn template(pattern: &str) -> Cow<'_, str> {
    const DEEPEST: usize = 7;
    const OURS: [&str; 4] = [".json", ".xml", ".php", ".api"];
    let is_file =
        |it: &str| it.contains('%') || it.contains(' ') || (it.contains('.') && !OURS.iter().any(|end| it.ends_with(end)));
    if pattern.split('/').count() <= DEEPEST && !pattern.split('/').any(is_file) {
        return Cow::Borrowed(pattern);
    }
    let mut segments: Vec<&str> = pattern.split('/').map(|it| if is_file(it) { "{}" } else { it }).collect();
    if segments.len() > DEEPEST {
        segments.truncate(DEEPEST);
        segments.push("…");
    }
    Cow::Owned(segments.join("/"))
}

/// How it ended: with this status, if there was an answer; `failure` is a word for what went wrong.
pub fn answered(span: &Span, status: Option<StatusCode>, failure: Option<&'static str>) {
    if !span.is_on() {
        return;
    }
    if let Some(status) = status {
        span.note("http.response.status_code", i64::from(status.as_u16()));
    }
    match (status, failure) {
        (Some(status), _) if status.is_client_error() || status.is_server_error() => span.fail(status.as_str().to_owned()),
        (_, Some(failure)) => span.fail(failure),
        _ => {}
    }
    span.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_no_file() {
        for (pattern, expected) in [
            ("/issues.json", "/issues.json"),
            ("/repos/acme/web/issues/{}/comments", "/repos/acme/web/issues/{}/comments"),
            ("/remote.php/dav/files/ana/Notice.odt", "/remote.php/dav/files/ana/{}"),
            ("/remote.php/dav/files/ana/Personal/Letters/Dear%20Ben/x", "/remote.php/dav/files/ana/Personal/Letters/…"),
        ] {
            assert_eq!(template(pattern), expected);
        }
    }
}
