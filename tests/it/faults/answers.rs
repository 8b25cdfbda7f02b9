//! Answers by Slack's `response_url`: whoever asked reads the answer, whatever its way meets.

use std::time::Duration;

use tests::{
    ANA, TestBot,
    far_end::Recorded,
    flow::Flow,
    proxy::{Arrival, Reaches, Trouble},
};

fn answers(request: &Recorded, subject: &str) -> bool {
    request.path().starts_with("/response/") && request.body.contains(subject)
}

fn copies(bot: &TestBot, subject: &str) -> (usize, usize) {
    let posts: Vec<_> = bot.slack.posts().into_iter().filter(|it| it.text.contains(subject)).collect();
    let marked = posts.iter().filter(|it| it.text.contains("Perhaps a repeat")).count();
    (posts.len() - marked, marked)
}

#[tokio::test]
async fn an_answer_arrives_whatever_its_way_meets() {
    let flow = Flow::start(&[]).await;
    let rows = [
        ("Reset", Trouble::Reset, Reaches::FarEnd),
        ("Broken", Trouble::Reset, Reaches::Nobody),
        ("Hanging", Trouble::Hang, Reaches::FarEnd),
        ("Dripping", Trouble::Drip, Reaches::FarEnd),
        ("Cut", Trouble::Cut, Reaches::FarEnd),
        ("Page", Trouble::login_page(), Reaches::Nobody),
        ("Refused", Trouble::json(200, r#"{"ok": false, "error": "internal_error"}"#), Reaches::Nobody),
        ("Failing", Trouble::status(500), Reaches::FarEnd),
        ("Gateway", Trouble::status(502), Reaches::Nobody),
        ("Limited", Trouble::later(429, "3"), Reaches::Nobody),
        // Slack's word for an address that is used up: the answer takes the API's way.
        ("Used", Trouble::json(404, r#"{"ok": false, "error": "used_url"}"#), Reaches::Nobody),
    ];
    for (name, trouble, reaches) in rows {
        let subject = format!("{name} printer");
        let wanted = subject.clone();
        flow.slack.first(1, trouble, reaches, move |it| answers(it, &wanted));
        flow.bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
    }
    let done = [("kind", "post"), ("outcome", "done")];
    flow.bot.metric_reaches(rows.len() as f64, "bellhop_job_outcomes_total", &done).await;
    for (name, trouble, reaches) in rows {
        let subject = format!("{name} printer");
        let (plain, marked) = copies(&flow.bot, &subject);
        assert!(plain + marked >= 1, "{trouble:?}, {reaches:?}: Ana reads nothing");
        assert!(plain <= 1, "{trouble:?}, {reaches:?}: {plain} copies look like the first");
        flow.bot.redmine.issue(&subject).await;
    }
    let of = |it: &Arrival| answers(&it.request, "Limited printer");
    let tries: Vec<_> = flow.slack.arrivals().into_iter().filter(of).map(|it| it.at).collect();
    assert!(tries[1] - tries[0] >= Duration::from_secs(3), "came back after {:?}", tries[1] - tries[0]);
    assert_eq!(copies(&flow.bot, "Limited printer"), (1, 0));
    assert_eq!(copies(&flow.bot, "Used printer"), (1, 0));
    assert_eq!(copies(&flow.bot, "Page printer").0 + copies(&flow.bot, "Page printer").1, 1);
}
