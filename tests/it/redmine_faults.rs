//! Redmine misbehaves, and people mistype: the asker gets a sentence with a way out, and nothing is
//! lost or done twice.

use connectors::standin::Fault;
use tests::{ANA, TestBot, far_end::Recorded, slack::Post};

/// The one request of `issue create` that changes anything.
fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

/// What no answer may show: the vendor's page, our library's words.
fn assert_for_people(post: &Post) {
    let said = post.text.to_lowercase();
    for foreign in ["<!doctype", "<form", "reqwest", "hyper", "error sending request", "panicked"] {
        assert!(!said.contains(foreign), "{foreign:?} is in what a person reads: {}", post.text);
    }
}

/// Sends a create while Redmine misbehaves at these requests; what the asker is told at once.
async fn told(bot: &mut TestBot, fault: Fault, at: fn(&Recorded) -> bool) -> Post {
    bot.redmine.server().set_at(fault, at).await;
    bot.slack_command(ANA, "/redmine issue create Refused printer project=demo").await.accepted();
    let post = bot.slack.post("Redmine").await;
    assert!(post.private, "only the asker needs to know: {}", post.text);
    assert_for_people(&post);
    post
}

/// What Redmine refuses is told with the way out, is not tried again, and can be tried again by the asker.
async fn is_refused(fault: Fault, words: &[&str]) {
    for at in [(|_| true) as fn(&Recorded) -> bool, creates] {
        let mut bot = TestBot::start().await;
        let post = told(&mut bot, fault, at).await;
        for word in words {
            assert!(post.text.contains(word), "{fault:?}: {word:?} is not in: {}", post.text);
        }
        assert!(!post.text.contains("is kept"), "nothing can come of trying this again: {}", post.text);
        let sent = bot.redmine.server().count(creates);
        bot.redmine.server().set(Fault::None).await;
        bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
        bot.slack.post("Afterwards").await;
        assert_eq!(bot.redmine.server().count(creates), sent + 1);
        assert!(bot.redmine.issues("Refused printer").await.is_empty());
    }
}

/// What Redmine cannot take now is kept and promised, done once it can, and reported: all in chat.
async fn is_kept(fault: Fault, words: &[&str], at: fn(&Recorded) -> bool) {
    let mut bot = TestBot::start().await;
    let promise = told(&mut bot, fault, at).await;
    for word in words.iter().chain(&["is kept", "you will be told"]) {
        assert!(promise.text.contains(word), "{fault:?}: {word:?} is not in: {}", promise.text);
    }
    assert!(bot.redmine.server().count(|_| true) < 20, "a system in trouble is left alone");
    bot.redmine.server().set(Fault::None).await;
    let done = bot.slack.post("Refused printer").await;
    assert!(done.text.contains("Created #") && done.text.contains("Done as promised"), "{}", done.text);
    bot.redmine.issue("Refused printer").await;
    // Nothing more is said or done about it by the time that another command has come and gone.
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    bot.redmine.issue("Refused printer").await;
    assert_eq!(bot.slack.posts().iter().filter(|it| it.text.contains("is kept")).count(), 1, "one promise is enough");
}

#[tokio::test]
async fn down_is_promised_and_later_done_and_told() {
    is_kept(Fault::Down, &["Redmine cannot be reached"], |_| true).await;
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    is_kept(Fault::RateLimiting, &["slow down"], |_| true).await;
}

#[tokio::test]
async fn a_rate_limit_of_the_create_itself_is_waited_for() {
    is_kept(Fault::RateLimiting, &["slow down"], creates).await;
}

#[tokio::test]
async fn hanging_before_anything_was_changed_is_promised_and_later_done_and_told() {
    is_kept(Fault::Hanging, &["did not answer in time"], |it| it.method == "GET").await;
}

#[tokio::test]
async fn failing_before_anything_was_changed_is_promised_and_later_done_and_told() {
    is_kept(Fault::Failing, &["Redmine failed (500"], |it| it.method == "GET").await;
}

#[tokio::test]
async fn a_page_instead_of_json_is_promised_and_later_done_and_told() {
    is_kept(Fault::Html, &["web page instead of data", "login page"], |_| true).await;
}

#[tokio::test]
async fn a_kept_command_can_be_cancelled() {
    let mut bot = TestBot::start().await;
    let promise = told(&mut bot, Fault::RateLimiting, |_| true).await;
    bot.slack_press(ANA, &promise, "Cancel it").await.accepted();
    bot.slack.post("ancelled").await;
    bot.redmine.server().set(Fault::None).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert!(bot.redmine.issues("Refused printer").await.is_empty());
}

#[tokio::test]
async fn a_refused_key_is_an_administrators_matter() {
    is_refused(Fault::Unauthorized, &["API key", "administrator"]).await;
}

#[tokio::test]
async fn a_missing_permission_is_told() {
    is_refused(Fault::Forbidden, &["may not do this", "right"]).await;
}

#[tokio::test]
async fn a_read_is_answered_at_once_whatever_is_wrong() {
    for (fault, word) in [
        (Fault::Down, "cannot be reached"),
        (Fault::Failing, "failed (500"),
        (Fault::RateLimiting, "slow down"),
        (Fault::Html, "web page"),
        (Fault::Unauthorized, "API key"),
        // Redmine hides what may not be seen, and so do we.
        (Fault::Forbidden, "that the bot can see"),
    ] {
        let mut bot = TestBot::start().await;
        bot.redmine.server().set(fault).await;
        bot.slack_command(ANA, "/redmine 1").await.accepted();
        let post = bot.slack.post("Redmine").await;
        assert!(post.private && post.text.contains(word) && !post.text.contains("is kept"), "{fault:?}: {}", post.text);
        assert_for_people(&post);
    }
}

#[tokio::test]
async fn an_unknown_issue_is_told() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine 999999").await.accepted();
    let post = bot.slack.post("999999").await;
    assert!(post.private && post.text.contains("There is no issue"), "only the asker needs to know: {}", post.text);
}

#[tokio::test]
async fn an_unknown_project_is_told_with_the_nearest_and_can_be_corrected() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Lost printer project=dmeo").await.accepted();
    let post = bot.slack.post("dmeo").await;
    assert!(post.private && post.text.contains("demo"), "{}", post.text);
    // The form has what was typed, and the mistake with it.
    bot.slack_press(ANA, &post, "Correct it").await.accepted();
    let view = bot.slack.view().await.to_string();
    assert!(view.contains("Lost printer") && view.contains("dmeo"), "{view}");
    assert!(bot.redmine.issues("Lost printer").await.is_empty());
}

#[tokio::test]
async fn a_surplus_parameter_is_told_with_the_nearest() {
    let bot = TestBot::start().await;
    let answer = bot.slack_command(ANA, "/redmine issue create Printer on fire project=demo priorty=High").await.accepted();
    assert!(answer.body.contains("priorty") && answer.body.contains("priority"), "{}", answer.body);
    assert_ne!(answer.json()["response_type"], "in_channel");
    assert_eq!(bot.redmine.far_end.as_ref().expect("a stand-in").count(creates), 0);
}

#[tokio::test]
async fn a_refused_value_is_told_in_redmines_words() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, &format!("/redmine issue create {} project=demo", "x".repeat(256))).await.accepted();
    let post = bot.slack.post("255").await;
    assert!(post.private && post.text.contains("Subject"), "{}", post.text);
    bot.slack_press(ANA, &post, "Correct it").await.accepted();
    let view = bot.slack.view().await.to_string();
    assert!(view.contains(&"x".repeat(256)), "what was typed is still there: {view}");
}

/// Told that nobody knows, and asked; not sent again by itself.
async fn is_asked_about(bot: &mut TestBot, words: &[&str]) -> Post {
    let asked = bot.slack.post("is not known").await;
    for word in words {
        assert!(asked.text.contains(word), "{word:?} is not in: {}", asked.text);
    }
    assert!(asked.private && !asked.text.contains("is kept"), "{}", asked.text);
    assert_for_people(&asked);
    bot.redmine.server().set(Fault::None).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    let doubtful = |it: &Recorded| creates(it) && it.body.contains("Doubtful printer");
    assert_eq!(bot.redmine.server().count(doubtful), 1, "a create that may have been done was sent again");
    asked
}

#[tokio::test]
async fn a_create_without_an_answer_is_not_repeated_but_asked_about() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().lose_answers(creates);
    bot.slack_command(ANA, "/redmine issue create Doubtful printer project=demo").await.accepted();
    let asked = is_asked_about(&mut bot, &["did not answer in time", "look in Redmine"]).await;
    bot.redmine.issue("Doubtful printer").await;
    // Whoever has looked may have it done again, knowing what that means.
    bot.slack_press(ANA, &asked, "Do it again").await.accepted();
    bot.slack.post("Created #").await;
    assert_eq!(bot.redmine.issues("Doubtful printer").await.len(), 2);
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_create_is_asked_about() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set_at(Fault::Hanging, creates).await;
    bot.slack_command(ANA, "/redmine issue create Doubtful printer project=demo").await.accepted();
    bot.redmine.server().next("the create", creates).await;
    bot.redmine.server().set(Fault::Down).await;
    is_asked_about(&mut bot, &["broke before it answered", "look in Redmine"]).await;
}

#[tokio::test]
async fn a_create_that_fails_inside_redmine_is_asked_about() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set_at(Fault::Failing, creates).await;
    bot.slack_command(ANA, "/redmine issue create Doubtful printer project=demo").await.accepted();
    is_asked_about(&mut bot, &["Redmine failed (500", "look in Redmine"]).await;
}

#[tokio::test]
async fn slack_is_answered_at_once_while_redmine_hangs() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Hanging).await;
    let acknowledged = bot.slack_command(ANA, "/redmine issue create Slow printer project=demo");
    let answer = tokio::time::timeout(std::time::Duration::from_secs(3), acknowledged).await.expect("Slack waits for 3 s only");
    answer.accepted();
}

#[tokio::test]
async fn a_form_sent_while_redmine_is_down_is_kept_too() {
    let mut bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Formal printer").await.accepted();
    let view = bot.slack.view().await;
    bot.redmine.server().set(Fault::Down).await;
    let project = tests::slack::Filled::Choice { text: "Demo".into(), value: "demo".into() };
    bot.slack_submit(ANA, &view, &[("Project", project)]).await;
    bot.slack.post("is kept").await;
    bot.redmine.server().set(Fault::None).await;
    let done = bot.slack.post("Formal printer").await;
    assert!(done.text.contains("Done as promised"), "{}", done.text);
    bot.redmine.issue("Formal printer").await;
}
