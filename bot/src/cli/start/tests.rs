//! Whether the bot says that it is ready.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use bytes::Bytes;
use tokio::time::timeout;
use tower::ServiceExt;

use super::*;
use crate::{config, queue::Acceptance, store::testing::on_each};

async fn asked(routes: &Router) -> (StatusCode, String) {
    let request = Request::get("/readyz").body(Body::empty()).expect("a request");
    let response = routes.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1024).await.expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_queue_that_hangs_is_not_ready() {
    on_each(|bench| async move {
        let config = config::read("[server]\nlisten = \"127.0.0.1:0\"\n", &|_| None).unwrap_or_else(|it| panic!("{it:?}"));
        let (app, chats) = assemble_on(bench.store.clone(), config).await.expect("a bot");
        let routes = routes(&app, &chats);
        assert_eq!(asked(&routes).await, (StatusCode::OK, "ready\n".to_owned()));

        let held = bench.hold_up().await;
        let queue = app.queue.clone();
        let waiting = tokio::spawn(async move {
            let (body, jobs, news) = (Bytes::from_static(b"a"), Vec::new(), Vec::new());
            queue.accept(Acceptance { source: "slack".into(), key: "1".into(), body, audit: None, jobs, news }).await
        });
        let refused = async {
            loop {
                bench.clock.advance(Duration::from_mins(1));
                let (status, said) = asked(&routes).await;
                if status != StatusCode::OK {
                    break (status, said);
                }
                tokio::task::yield_now().await;
            }
        };
        let (status, said) = timeout(Duration::from_secs(20), refused).await.expect("it hangs");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            said.starts_with("a transaction of the queue is under way for ") && said.ends_with(" s and does not end\n"),
            "{said}"
        );

        held.rollback().await.expect("undone");
        waiting.await.expect("no panic").expect("accepted");
        assert_eq!(asked(&routes).await.0, StatusCode::OK);
    })
    .await;
}
