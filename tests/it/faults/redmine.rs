//! Redmine behind a proxy: a command is kept, done and told about, or its asker is asked; and a
//! breaker that opened closes by itself.

use tests::{
    ANA,
    far_end::Recorded,
    flow::Flow,
    proxy::{
        Door,
        Reaches::{self, FarEnd, Nobody},
        Trouble,
    },
};

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

/// Whatever is asked before the create meets it: no create has left, so it is kept and done later.
async fn is_kept(trouble: Trouble) {
    let mut flow = Flow::start(&[]).await;
    flow.redmine.always(trouble, Nobody, |it| !creates(it));
    flow.bot.slack_command(ANA, "/redmine issue create Kept printer project=demo").await.accepted();
    let promise = flow.bot.slack.post("is kept").await;
    assert!(promise.private && promise.text.contains("Redmine"), "{trouble:?}: {}", promise.text);
    assert_eq!(flow.bot.redmine.server().count(creates), 0, "{trouble:?}");
    flow.redmine.heal();
    let done = flow.bot.slack.post("Kept printer").await;
    assert!(done.text.contains("Done as promised"), "{trouble:?}: {}", done.text);
    flow.bot.redmine.issue("Kept printer").await;
}

/// The create itself meets it: nobody knows, and it is not sent again by itself.
async fn is_asked_about(trouble: Trouble, reaches: Reaches) {
    let mut flow = Flow::start(&[]).await;
    flow.redmine.always(trouble, reaches, |it| creates(it) && it.body.contains("Doubtful"));
    flow.bot.slack_command(ANA, "/redmine issue create Doubtful printer project=demo").await.accepted();
    let asked = flow.bot.slack.post("is not known").await;
    assert!(asked.private && asked.text.contains("look in Redmine"), "{trouble:?}: {}", asked.text);
    flow.redmine.heal();
    flow.bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    flow.bot.slack.post("Afterwards").await;
    let sent = flow.redmine.arrivals().iter().filter(|it| creates(&it.request) && it.request.body.contains("Doubtful")).count();
    assert_eq!(sent, 1, "{trouble:?}: a create that may have been done was sent again");
    let there = flow.bot.redmine.issues("Doubtful printer").await.len();
    assert_eq!(there, usize::from(reaches == FarEnd), "{trouble:?}");
    assert_eq!(flow.bot.redmine.server().count(creates), there + 1, "{trouble:?}");
}

#[tokio::test]
async fn what_breaks_before_the_create_is_promised_and_done() {
    for pair in
        [Trouble::Reset, Trouble::Drip, Trouble::Cut, Trouble::Oversized, Trouble::Truncated, Trouble::later(503, "6")].chunks(2)
    {
        futures::future::join_all(pair.iter().map(|trouble| is_kept(*trouble))).await;
    }
}

#[tokio::test]
async fn what_breaks_in_the_create_is_asked_about() {
    let rows = [
        (Trouble::Reset, FarEnd),
        (Trouble::Reset, Nobody),
        (Trouble::Drip, FarEnd),
        (Trouble::Cut, FarEnd),
        (Trouble::Truncated, FarEnd),
        (Trouble::json(200, ""), FarEnd),
        (Trouble::Oversized, FarEnd),
        (Trouble::status(502), FarEnd),
    ];
    for pair in rows.chunks(2) {
        futures::future::join_all(pair.iter().map(|(trouble, reaches)| is_asked_about(*trouble, *reaches))).await;
    }
}

/// 503 and 429 say that nothing was begun: the create is sent again, once.
#[tokio::test]
async fn what_was_turned_away_at_the_door_is_kept_and_done_once() {
    let flow = Flow::start(&[]).await;
    flow.redmine.always(Trouble::later(503, "6"), Nobody, creates);
    flow.bot.slack_command(ANA, "/redmine issue create Kept printer project=demo").await.accepted();
    flow.bot.slack.post("is kept").await;
    flow.redmine.heal();
    let done = flow.bot.slack.post("Kept printer").await;
    assert!(done.text.contains("Done as promised"), "{}", done.text);
    flow.bot.redmine.issue("Kept printer").await;
}

#[tokio::test]
async fn a_breaker_that_opened_closes_without_hands() {
    let flow = Flow::start(&[]).await;
    let breaker = async || flow.bot.metric("bellhop_breaker_state", &[("connection", "redmine")]).await;
    flow.redmine.door(Door::Closed);
    let subjects: Vec<_> = (0..12).map(|number| format!("Kept {number:02}")).collect();
    for subject in &subjects {
        flow.bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
    }
    for _ in &subjects {
        flow.bot.slack.post("is kept").await;
    }
    flow.bot.metric_reaches(2.0, "bellhop_breaker_state", &[("connection", "redmine")]).await;
    flow.redmine.door(Door::Open);
    for subject in &subjects {
        let done = flow.bot.slack.post(subject).await;
        assert!(done.text.contains("Done as promised"), "{}", done.text);
        flow.bot.redmine.issue(subject).await;
    }
    assert_eq!(breaker().await, 0.0);
    let creates = flow.redmine.arrivals().iter().filter(|it| creates(&it.request)).count();
    assert_eq!(creates, subjects.len(), "each was sent once");
}
