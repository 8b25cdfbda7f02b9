//! What Slack allows, and when it is left alone.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use commands::{ErrorKind, Message};
use serde_json::json;

use super::calling::{World, ok, place};
use crate::chat::{Place, Platform, Post, Target, slack::tiers::allowance};

fn slow_down() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], "").into_response()
}

fn posted() -> Response {
    ok(json!({ "ok": true, "ts": "9.1" }))
}

async fn post(world: &World, channel: &str) -> Result<(), (ErrorKind, Option<u64>)> {
    let to = Target::Place(Place { channel: channel.into(), ..place() });
    let sent = world.slack.post(&Post::new(to, Message::text("Done"), "k1")).await;
    sent.map(drop).map_err(|err| {
        assert!(!err.maybe_done, "{err:?}");
        (err.kind, err.retry_after.map(|it| it.as_secs_f64().ceil() as u64))
    })
}

#[tokio::test]
async fn whoever_asks_us_to_wait_is_left_alone_with_that_method() {
    let user = json!({ "id": "U0ANA", "name": "ana", "team_id": "T0DEMO", "profile": {} });
    let world = World::new(vec![slow_down(), ok(json!({ "ok": true, "user": user })), posted()]).await;
    let looking_up = || world.slack.mentioned("T0DEMO", "@ana");
    assert_eq!(looking_up().await.unwrap_err().kind, ErrorKind::RateLimited);
    let err = looking_up().await.unwrap_err();
    assert!(err.retry_after.is_some_and(|it| it > Duration::from_secs(28)), "{err:?}");
    world.slack.person("T0DEMO", "U0ANA").await.unwrap();
    assert_eq!(post(&world, "C0OPS").await, Ok(()));
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn one_channel_waits_alone_and_two_mean_the_workspace() {
    let world = World::new(vec![slow_down(), posted(), slow_down()]).await;
    let held_up = Err((ErrorKind::RateLimited, Some(30)));
    assert_eq!(post(&world, "C0A").await, held_up);
    assert_eq!(post(&world, "C0A").await, held_up);
    assert_eq!(post(&world, "C0B").await, Ok(()));
    assert_eq!(world.asked().len(), 2);
    assert_eq!(post(&world, "C0C").await, held_up);
    assert_eq!(post(&world, "C0B").await, held_up);
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn a_slack_that_keeps_failing_is_left_alone_and_doctor_says_so() {
    let failing = |_| StatusCode::SERVICE_UNAVAILABLE.into_response();
    let world = World::new((0..20).map(failing).collect()).await;
    for _ in 0..20 {
        assert_eq!(post(&world, "C0OPS").await, Err((ErrorKind::Server, None)));
    }
    assert_eq!(post(&world, "C0OPS").await, Err((ErrorKind::BreakerOpen, Some(30))));
    let check = world.slack.health().await.remove(0);
    assert!(check.name == "reachability" && check.detail.contains("leaves it alone for 30 s"), "{check:?}");
    assert_eq!(world.asked().len(), 20);
}

#[tokio::test]
async fn refusals_are_answers() {
    let refused = |_| ok(json!({ "ok": false, "error": "not_in_channel" }));
    let world = World::new((0..30).map(refused).collect()).await;
    for _ in 0..30 {
        assert_eq!(post(&world, "C0OPS").await, Err((ErrorKind::Closed, None)));
    }
}

#[tokio::test]
async fn a_method_is_not_called_more_often_than_its_tier_allows() {
    let world = World::new((0..11).map(|_| ok(json!({ "ok": true, "members": [] }))).collect()).await;
    let list = || world.slack.home.as_ref().unwrap().wire().get("users.list", &[]);
    for _ in 0..10 {
        list().await.unwrap();
    }
    let err = list().await.unwrap_err();
    assert_eq!(err.kind, ErrorKind::RateLimited);
    assert!(err.retry_after.is_some_and(|it| it > Duration::from_secs(2) && it <= Duration::from_secs(6)), "{err:?}");
    assert_eq!(world.asked().len(), 10);
    assert_eq!(allowance("conversations.history").map(|it| (it.a_minute, it.burst)), Some((50, 25)));
    assert_eq!(allowance("chat.postMessage"), None, "the queue sees to posts");
}
