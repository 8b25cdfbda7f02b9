//! Each trouble in a channel of its own, for each chat: what the bot calls it, and what the channel gets.

use std::time::Duration;

use tests::{
    CHLOE,
    flow::{Channel, Chat, Flow, posted_to},
    proxy::{
        Door,
        Reaches::{self, FarEnd, Nobody},
        Trouble,
    },
};

/// What comes of a message whose first try met a trouble.
#[derive(Clone, Copy)]
enum End {
    /// It is there once, and looks as if nothing had been.
    Once,
    /// The same, and not before the far end allowed it.
    OnceAfter(Duration),
    /// It is there; what may be a second copy says so.
    MarkedIfTwice,
    /// It is given up with these words.
    GivenUp(&'static str),
}

struct Row {
    trouble: Trouble,
    reaches: Reaches,
    /// As `bellhop_sends_total` counts the try.
    class: &'static str,
    end: End,
}

const fn row(trouble: Trouble, reaches: Reaches, class: &'static str, end: End) -> Row {
    Row { trouble, reaches, class, end }
}

/// What either chat may meet on the way.
const ON_THE_WAY: [Row; 12] = [
    row(Trouble::Reset, FarEnd, "network", End::MarkedIfTwice),
    row(Trouble::Reset, Nobody, "network", End::MarkedIfTwice),
    row(Trouble::Hang, FarEnd, "timeout", End::MarkedIfTwice),
    row(Trouble::Hang, Nobody, "timeout", End::MarkedIfTwice),
    row(Trouble::Drip, FarEnd, "timeout", End::MarkedIfTwice),
    row(Trouble::Cut, FarEnd, "network", End::MarkedIfTwice),
    row(Trouble::Truncated, FarEnd, "server", End::MarkedIfTwice),
    row(Trouble::Oversized, FarEnd, "server", End::MarkedIfTwice),
    row(Trouble::json(200, ""), FarEnd, "server", End::MarkedIfTwice),
    row(Trouble::login_page(), Nobody, "server", End::MarkedIfTwice),
    row(Trouble::status(500), FarEnd, "server", End::MarkedIfTwice),
    row(Trouble::status(502), FarEnd, "server", End::MarkedIfTwice),
];

/// <https://docs.slack.dev/reference/methods/chat.postMessage#errors>
const SLACKS: [Row; 8] = [
    row(Trouble::later(503, "3"), Nobody, "server", End::OnceAfter(Duration::from_secs(3))),
    row(Trouble::later(429, "3"), Nobody, "rate_limited", End::OnceAfter(Duration::from_secs(3))),
    row(Trouble::json(200, r#"{"ok": false, "error": "ratelimited"}"#), Nobody, "rate_limited", End::Once),
    // "It's possible some aspect of the operation succeeded before the error was raised."
    row(Trouble::json(200, r#"{"ok": false, "error": "fatal_error"}"#), FarEnd, "server", End::MarkedIfTwice),
    row(Trouble::json(200, r#"{"ok": false, "error": "service_unavailable"}"#), Nobody, "server", End::Once),
    row(
        Trouble::json(200, r#"{"ok": false, "error": "no_permission"}"#),
        Nobody,
        "permission",
        End::GivenUp("does not allow Bellhop to do that there"),
    ),
    row(
        Trouble::json(200, r#"{"ok": false, "error": "msg_too_long"}"#),
        Nobody,
        "validation",
        End::GivenUp("longer than Slack takes"),
    ),
    row(Trouble::status(403), Nobody, "permission", End::GivenUp("answered 403")),
];

/// <https://zulip.com/api/rest-error-handling>
const ZULIPS: [Row; 6] = [
    row(Trouble::later(503, "2.5"), Nobody, "server", End::OnceAfter(Duration::from_millis(2500))),
    row(Trouble::later(429, "2.5"), Nobody, "rate_limited", End::OnceAfter(Duration::from_millis(2500))),
    row(
        Trouble::json(
            400,
            r#"{"result": "error", "code": "RATE_LIMIT_HIT", "msg": "API usage exceeded rate limit", "retry-after": 2.25}"#,
        ),
        Nobody,
        "rate_limited",
        End::OnceAfter(Duration::from_millis(2250)),
    ),
    row(Trouble::json(200, r#"{"ok": false, "error": "maintenance"}"#), Nobody, "server", End::MarkedIfTwice),
    row(
        Trouble::json(400, r#"{"result": "error", "code": "BAD_REQUEST", "msg": "Message must not be empty"}"#),
        Nobody,
        "validation",
        End::GivenUp("Message must not be empty"),
    ),
    row(
        Trouble::json(403, r#"{"result": "error", "code": "BAD_REQUEST", "msg": "Not authorized to send"}"#),
        Nobody,
        "permission",
        End::GivenUp("Not authorized to send"),
    ),
];

/// A row's channel has its number; the channel after them is fine, and keeps a breaker from opening.
async fn holds(chat: Chat, rows: Vec<Row>) {
    let channel = move |number| Channel { chat, number };
    let fine = channel(rows.len());
    let flow = Flow::start(&(0..=rows.len()).map(channel).collect::<Vec<_>>()).await;
    for number in 0..24 {
        flow.report(fine, &format!("Fine {number:02}")).await;
    }
    flow.hears(fine, "Fine 23").await;
    for (number, row) in rows.iter().enumerate() {
        let wanted = move |it: &tests::far_end::Recorded| posted_to(it) == Some(channel(number));
        flow.proxy(chat).first(1, row.trouble, row.reaches, wanted);
        flow.report(channel(number), "Event").await;
        // A lane is in order: when this is there, the other is there, or never will be.
        flow.report(channel(number), "Afterwards").await;
    }
    for (number, row) in rows.iter().enumerate() {
        let Row { trouble, reaches, end, .. } = row;
        flow.hears(channel(number), "Afterwards").await;
        let what = format!("{} after {trouble:?}, heard by {reaches:?}", chat.name());
        let tries: Vec<_> =
            flow.proxy(chat).arrivals().into_iter().filter(|it| posted_to(&it.request) == Some(channel(number))).collect();
        assert_eq!(tries[0].met, Some(*trouble), "{what}: the first try meets it");
        let (plain, marked) = flow.copies(channel(number), "Event");
        match end {
            End::Once => assert_eq!((plain, marked), (1, 0), "{what}"),
            End::OnceAfter(pause) => {
                assert_eq!((plain, marked), (1, 0), "{what}");
                let waited = tries[1].at - tries[0].at;
                assert!(waited >= *pause, "{what}: came back after {waited:?}");
            }
            End::MarkedIfTwice => {
                assert!(plain + marked >= 1, "{what}: lost");
                assert!(plain <= 1, "{what}: {plain} copies look like the first");
            }
            End::GivenUp(_) => assert_eq!((plain, marked, tries.len()), (0, 0, 2), "{what}: tried again, in vain"),
        }
        assert_eq!(flow.copies(channel(number), "Afterwards"), (1, 0), "{what}: the next message");
    }
    for Row { trouble, class, .. } in &rows {
        let counted = flow.bot.metric("bellhop_sends_total", &[("chat", chat.name()), ("outcome", *class)]).await;
        let same = rows.iter().filter(|it| it.class == *class).count() as f64;
        assert!(counted >= same, "{}, {trouble:?}: {same} tries are {class}, {counted} were counted", chat.name());
    }
    assert_eq!(flow.copies(fine, "Fine"), (24, 0));
    // Each that was given up is a dead letter that says why, where an administrator looks.
    let reasons: Vec<_> =
        rows.iter().filter_map(|it| if let End::GivenUp(reason) = it.end { Some(reason) } else { None }).collect();
    let dead = flow.bot.metric("bellhop_job_outcomes_total", &[("kind", "post"), ("outcome", "dead")]).await;
    assert_eq!(dead, reasons.len() as f64);
    flow.bot.slack_command(CHLOE, "/bellhop jobs").await.accepted();
    let jobs = flow.bot.slack.post("Jobs").await;
    for reason in reasons {
        assert!(jobs.text.contains(reason), "{reason:?} is not in: {}", jobs.text);
    }
}

#[tokio::test]
async fn whatever_happens_on_the_way_to_slack() {
    holds(Chat::Slack, ON_THE_WAY.into_iter().chain(SLACKS).collect()).await;
}

#[tokio::test]
async fn whatever_happens_on_the_way_to_zulip() {
    holds(Chat::Zulip, ON_THE_WAY.into_iter().chain(ZULIPS).collect()).await;
}

#[tokio::test]
async fn a_closed_door_or_a_reset_loses_nothing() {
    let channels = [Chat::Slack, Chat::Zulip].map(|chat| Channel { chat, number: 0 });
    let flow = Flow::start(&channels).await;
    for door in [Door::Closed, Door::Resetting] {
        for channel in channels {
            let chat = channel.chat.name();
            let failed = [("chat", chat), ("outcome", "network")];
            let before = flow.bot.metric("bellhop_sends_total", &failed).await;
            flow.proxy(channel.chat).door(door);
            let subject = format!("Event behind {door:?}");
            flow.report(channel, &subject).await;
            flow.bot.metric_reaches(before + 1.0, "bellhop_sends_total", &failed).await;
            flow.proxy(channel.chat).door(Door::Open);
            flow.report(channel, &format!("Afterwards {door:?}")).await;
            flow.hears(channel, &format!("Afterwards {door:?}")).await;
            let (plain, marked) = flow.copies(channel, &subject);
            assert_eq!(plain + marked, 1, "{chat}, {door:?}");
            assert!(door == Door::Resetting || marked == 0, "{chat}: nothing had left, so nothing can be there twice");
        }
    }
}

/// A token that Slack takes no more is nothing that trying again mends: what is to be said waits for another.
#[tokio::test]
async fn a_refused_token_is_told_and_the_message_kept() {
    let channel = Channel { chat: Chat::Slack, number: 0 };
    let mut flow = Flow::start(&[channel]).await;
    let refused = Trouble::json(200, r#"{"ok": false, "error": "token_revoked"}"#);
    flow.slack.always(refused, Nobody, |it| posted_to(it).is_some());
    flow.report(channel, "Event").await;
    flow.bot.metric_reaches(1.0, "bellhop_sends_total", &[("chat", "slack"), ("outcome", "auth")]).await;
    flow.bot.metric_reaches(1.0, "bellhop_job_outcomes_total", &[("kind", "post"), ("outcome", "snoozed")]).await;
    // An answer needs no token.
    flow.bot.slack_command(CHLOE, "/bellhop jobs kind=post").await.accepted();
    let jobs = flow.bot.slack.post("token_revoked").await;
    assert!(jobs.text.contains("slack.bot_token"), "the way out: {}", jobs.text);
    // A new token is a new start of the bot.
    flow.slack.heal();
    flow.bot.kill().await;
    flow.bot.run().await;
    flow.bot.slack_press(CHLOE, &jobs, "Try now").await.accepted();
    flow.hears(channel, "Event").await;
    assert_eq!(flow.copies(channel, "Event"), (1, 0));
}
