//! Two bots on one PostgreSQL, one of which is lost in the middle of a page: what becomes of the page, and when.
//!
//! Where the process is killed, its connections end with it, and the other bot need not wait for its lease. Where it is only frozen they
//! stay, and the lease decides: what the frozen one writes when it goes on changes nothing.

use std::time::{Duration, Instant};

use connectors::standin::Fault;
use tests::{CHLOE, Database, Redmine, TestBot, far_end::Recorded};

const PAGE: &str = "the shop is down";
/// Less than what is left of a lease of 30 s, which is renewed every 10 s.
const LEASE: Duration = Duration::from_secs(15);

fn pages(it: &Recorded) -> bool {
    it.path().ends_with("/chat.postMessage") && it.fields().to_string().contains(PAGE)
}

/// A bot that has begun to page Ana, whose chat does not answer, and another one on the same database.
async fn two() -> (TestBot, TestBot) {
    let mut one = TestBot::with(Redmine::standin().await, Database::Postgres).await;
    let text = std::fs::read_to_string(one.folder().join("bellhop.toml")).expect("its configuration");
    let config: toml::Table = text.parse().expect("it is TOML");
    one.slack.far_end.set_at(Fault::Hanging, pages).await;
    one.slack_command(CHLOE, &format!("/bellhop page @ana {PAGE}")).await.accepted();
    let other = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| {
        // The same database and the same chat.
        it["store"] = config["store"].clone();
        it["slack"] = config["slack"].clone();
    });
    let (_, other) = tokio::join!(one.slack.far_end.next("a page", pages), other);
    assert_eq!(one.slack.far_end.count(pages), 1, "one of them has it, and holds it");
    (one, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_a_killed_bot_was_at_does_not_wait_for_its_lease() {
    let (mut killed, other) = two().await;
    killed.slack.far_end.set(Fault::None).await;
    let at = Instant::now();
    killed.kill().await;
    let again = killed.slack.far_end.next("the page again", pages).await;
    let after = at.elapsed();
    assert!(other.log().contains("bots are gone"), "{}", other.log());
    assert!(after < LEASE, "the other bot took {after:?}");
    assert!(again.body.contains("Perhaps"), "{}", again.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_bot_keeps_its_page_until_its_lease_is_over_and_then_changes_nothing() {
    let (mut frozen, other) = two().await;
    frozen.freeze();
    let at = Instant::now();
    frozen.slack.far_end.set(Fault::None).await;
    let again = frozen.slack.far_end.next("the page again", pages).await;
    let after = at.elapsed();
    assert!(after > LEASE, "it was taken from a bot that is there, after {after:?}");
    assert!(again.body.contains("Perhaps"), "{}", again.body);
    assert!(!other.log().contains("bots are gone"), "{}", other.log());

    // What it was at is not its own any more: its word does not count, and it sends nothing again. Connections that nobody used
    // meanwhile are too old for it.
    frozen.client = tests::client();
    frozen.thaw();
    frozen.metric_reaches(1.0, "bellhop_lease_losses_total", &[("kind", "page")]).await;
    assert_eq!(frozen.slack.far_end.count(pages), 2, "one each: {:#?}", frozen.slack.far_end.requests());
}
