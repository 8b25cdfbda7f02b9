//! Everything that changes, as one stream. A browser opens at most six connections to one origin over
//! HTTP/1.1: a page that kept one for each feed would have none left to do anything.

use std::convert::Infallible;

use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{Request, header},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Where each feed is, below the routes given to [`live`], and what it is called in the stream.
const FEEDS: [(&str, &str); 6] = [
    ("slack", "/sandbox/slack/events"),
    ("slack_requests", "/sandbox/slack/requests/events"),
    ("zulip", "/sandbox/zulip/events"),
    ("zulip_requests", "/sandbox/zulip/requests/events"),
    ("system_requests", "/sandbox/exchanges/events"),
    ("systems", "/sandbox/systems/events"),
];

/// Adds `GET /sandbox/live` to the sandbox's routes: every event of every feed there as
/// `{"from": "slack", "kind": "message", "id": 17, "data": …}`; `id` is null where the feed numbers nothing.
///
/// Whoever connects hears of what happens from then on, and reads the states after connecting.
pub fn live(sandbox: Router) -> Router {
    let feeds = sandbox.clone();
    sandbox.route("/sandbox/live", get(move || merged(feeds.clone())))
}

async fn merged(sandbox: Router) -> impl IntoResponse {
    let mut open = Vec::new();
    // Every feed is listening before the answer begins: what happens after it is in the stream.
    for (from, path) in FEEDS {
        let Ok(request) = Request::get(path).body(Body::empty()) else { continue };
        let Ok(response) = sandbox.clone().oneshot(request).await;
        if response.status().is_success() {
            open.push(changes(from, response.into_body().into_data_stream()).boxed());
        }
    }
    let events = stream::select_all(open).map(|change| Ok::<_, Infallible>(Event::default().data(change.to_string())));
    // A browser that may keep an answer makes its other tabs wait for the end of this one.
    ([(header::CACHE_CONTROL, "no-store")], Sse::new(events).keep_alive(KeepAlive::default()))
}

/// A feed's events, however the body's chunks cut them.
fn changes(from: &'static str, body: BodyDataStream) -> impl Stream<Item = Value> {
    let pieces = stream::unfold((body, Vec::<u8>::new()), |(mut body, mut rest)| async move {
        loop {
            if let Some(end) = rest.windows(2).position(|it| it == b"\n\n") {
                let after = rest.split_off(end + 2);
                return Some((String::from_utf8_lossy(&rest).into_owned(), (body, after)));
            }
            rest.extend_from_slice(&body.next().await?.ok()?);
        }
    });
    pieces.filter_map(move |event| async move { change(from, &event) })
}

/// One event's text; none for the comments that keep a connection alive.
fn change(from: &str, event: &str) -> Option<Value> {
    let field = |name: &str| {
        let values: Vec<&str> = event
            .lines()
            .filter_map(|it| it.strip_prefix(name)?.strip_prefix(':'))
            .map(|it| it.strip_prefix(' ').unwrap_or(it))
            .collect();
        (!values.is_empty()).then(|| values.join("\n"))
    };
    let (kind, data) = (field("event"), field("data"));
    if kind.is_none() && data.is_none() {
        return None;
    }
    let data = data.unwrap_or_default();
    Some(json!({
        "from": from, "kind": kind.unwrap_or_else(|| "message".into()), "id": field("id").and_then(|it| it.parse::<u64>().ok()),
        "data": serde_json::from_str(&data).unwrap_or(Value::String(data)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_arrive_whole_however_they_are_cut() {
        let text =
            ": hello\n\nevent: message\nid: 7\ndata: {\"text\":\ndata: \"a\"}\n\nevent: changed\ndata: no json\n\nevent: cut";
        for size in [1, 2, 5, 1000] {
            let chunks: Vec<Result<Vec<u8>, Infallible>> = text.as_bytes().chunks(size).map(|it| Ok(it.to_vec())).collect();
            let body = Body::from_stream(stream::iter(chunks)).into_data_stream();
            let seen: Vec<Value> = changes("slack", body).collect().await;
            let expected = [
                json!({"from": "slack", "kind": "message", "id": 7, "data": {"text": "a"}}),
                json!({"from": "slack", "kind": "changed", "id": null, "data": "no json"}),
            ];
            assert_eq!(seen, expected, "chunks of {size}");
        }
    }

    #[tokio::test]
    async fn one_connection_hears_of_every_feed() {
        let feed = |name: &'static str| get(move || async move { format!("event: {name}\ndata: {{}}\n\n") });
        let sandbox = FEEDS.iter().fold(Router::new(), |router, (name, path)| router.route(path, feed(name)));
        let request = Request::get("/sandbox/live").body(Body::empty()).unwrap();
        let body = live(sandbox).oneshot(request).await.unwrap().into_body();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        for (name, _) in FEEDS {
            assert!(text.contains(&format!("\"kind\":\"{name}\"")), "{name} is missing in {text}");
        }
    }
}
