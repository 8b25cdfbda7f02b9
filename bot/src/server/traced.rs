//! A request as the beginning of a trace, or as a piece of one that began elsewhere, under OpenTelemetry's names:
//! <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span>.

use axum::{extract::Request, http::StatusCode};
use connectors::trace::{Span, SpanKind, Under, is_on};

use super::policy::{Policy, policy_of};

/// Routes that programs call as a part of what they do: their trace is continued. What a browser or a chat sends begins one.
const CONTINUED: [&str; 2] = ["/hooks/", "/heartbeats/"];

/// The span of a request to `route`; none of those that only look whether the bot is there. Its path is not said: it may hold a
/// token. Nobody has looked yet who sends it, so what it says of a trace is an id and whether to keep it, and nothing more.
pub(super) fn begin(request: &Request, route: &str, id: &str) -> Span {
    if !is_on() || policy_of(route).is_none_or(|it| it == Policy::Public) {
        return Span::none();
    }
    let is_continued = CONTINUED.iter().any(|it| route.starts_with(it));
    let given = request.headers().get("traceparent").filter(|_| is_continued).and_then(|it| it.to_str().ok());
    let method = request.method().as_str();
    let span = Span::entry(format!("{method} {route}"), SpanKind::Server, given.map_or(Under::Nothing, Under::Remote));
    span.note_with("http.request.method", || method.to_owned());
    span.note_with("http.route", || route.to_owned());
    span.note_with("bellhop.request.id", || id.to_owned());
    span
}

pub(super) fn end(span: &Span, status: StatusCode) {
    span.note("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail(status.as_str().to_owned());
    }
    span.end();
}
