//! What is handed to a chat, as a span of the trace it is part of
//! (<https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>). Where it goes and what it says stays with us.

use commands::Result;
use connectors::trace::{Span, SpanKind, is_on};

use super::{Platform, Post, Posted};

/// Posts a message.
///
/// # Errors
/// Those of the chat.
pub async fn post(platform: &dyn Platform, post: &Post) -> Result<Posted> {
    let span = begin(platform.name(), "send");
    let posted = span.around(platform.post(post)).await;
    if let Ok(posted) = &posted {
        span.note_with("messaging.message.id", || posted.id.clone().unwrap_or_default());
    }
    end(&span, &posted);
    posted
}

/// Changes a message that is there.
///
/// # Errors
/// Those of the chat.
pub async fn update(platform: &dyn Platform, post: &Post, id: &str) -> Result<()> {
    let span = begin(platform.name(), "edit");
    let updated = span.around(platform.update(post, id)).await;
    end(&span, &updated);
    updated
}

fn begin(chat: &'static str, operation: &'static str) -> Span {
    if !is_on() {
        return Span::none();
    }
    let span = Span::below(format!("{operation} {chat}"), SpanKind::Producer);
    span.note("messaging.system", chat);
    span.note("messaging.operation.type", "send");
    span.note("messaging.operation.name", operation);
    span
}

fn end<T>(span: &Span, result: &Result<T>) {
    if let Err(err) = result {
        span.fail(err.kind.name());
    }
    span.end();
}
