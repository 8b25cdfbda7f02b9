//! A repository that is a channel's own, and what is known of a system that cannot be asked.

use connectors::standin::Fault;
use tests::{ANA, BEN, CHLOE, TestBot};

use crate::hooks_by_api::bot_with_vendors;

const LINK: &str = "/bitbucket link example/website";

/// Commands here mean the repository, and the channel hears of it.
async fn is_linked(bot: &TestBot) {
    bot.slack_command(ANA, "/bitbucket pr show 1").await.accepted();
    bot.slack.post("Dim the lobby lamps").await;
    bot.slack_command(ANA, "/bellhop subscriptions").await.accepted();
    let list = bot.slack.post("This channel hears of").await.text;
    assert!(list.contains("example/website") && list.contains("No more bitbucket"), "{list}");
    assert!(!list.contains("bitbucket (2)"), "once: {list}");
}

#[tokio::test]
async fn a_repository_is_linked_to_a_channel_in_slack_and_taken_away() {
    let (bot, _vendors) = bot_with_vendors(&["bitbucket"], |_| {}).await;
    bot.slack_command(ANA, LINK).await.accepted();
    let told = bot.slack.post("to this channel:").await;
    assert!(
        !told.private && told.text.contains("bitbucket.repo") && told.text.contains("This channel hears of"),
        "{}",
        told.text
    );
    is_linked(&bot).await;
    // Told otherwise meanwhile: it stays so.
    bot.slack_command(ANA, "/bellhop subscribe bitbucket repo:example/website mode=compact").await.accepted();
    bot.slack.post("goes on hearing of").await;
    bot.slack_command(BEN, LINK).await.accepted();
    let again = bot.slack.post_where("the second link", |it| it.text.contains("already")).await.text;
    assert!(again.contains("to this channel:") && again.contains("bitbucket.repo"), "{again}");
    is_linked(&bot).await;

    // One that is not the channel's takes nothing away from it.
    bot.slack_command(ANA, "/bitbucket unlink example/backend").await.accepted();
    let other = bot.slack.post("Taking example/backend away").await.text;
    assert!(other.contains("stays") && other.contains("does not hear that"), "{other}");
    bot.slack_command(ANA, "/bitbucket unlink example/website").await.accepted();
    let gone = bot.slack.post("Taking example/website away").await.text;
    assert!(gone.contains("has no default in this channel any more") && gone.contains("hears no more of"), "{gone}");
    bot.slack_command(ANA, "/bellhop subscriptions").await.accepted();
    bot.slack.post("This channel hears of nothing by itself.").await;
}

#[tokio::test]
async fn a_repository_is_linked_to_a_channel_in_zulip_and_taken_away() {
    let (bot, _vendors) = bot_with_vendors(&["bitbucket"], |_| {}).await;
    bot.zulip_mention(ANA, "website", "bitbucket link example/website").await.accepted();
    let told = bot.zulip.post("to this channel:").await.content;
    assert!(told.contains("bitbucket.repo") && told.contains("This channel hears of"), "{told}");
    bot.zulip_mention(ANA, "website", "bitbucket pr show 1").await.accepted();
    bot.zulip.post("Dim the lobby lamps").await;
    bot.zulip_mention(BEN, "website", "bitbucket unlink example/website").await.accepted();
    let gone = bot.zulip.post("Taking example/website away").await.content;
    assert!(gone.contains("has no default in this channel any more") && gone.contains("hears no more of"), "{gone}");
}

#[tokio::test]
async fn the_half_that_somebody_may_not_do_is_said() {
    let (bot, _vendors) = bot_with_vendors(&["bitbucket"], |_| {}).await;
    bot.slack_command(CHLOE, "/bellhop grant deny everybody bellhop subscribe name=quiet").await.accepted();
    bot.slack.post("may not run").await;
    bot.slack_command(ANA, LINK).await.accepted();
    let told = bot.slack.post("to this channel:").await;
    assert!(told.text.contains("bitbucket.repo"), "{}", told.text);
    assert!(told.text.contains("Not done: ") && told.text.contains("denied to you here"), "{}", told.text);
    // By hand later, once they may.
    bot.slack_command(CHLOE, "/bellhop grants remove quiet").await.accepted();
    bot.slack.post("roles say again").await;
    bot.slack_press(ANA, &told, "Try it").await.accepted();
    bot.slack.post("This channel hears of").await;
    is_linked(&bot).await;
}

#[tokio::test]
async fn what_a_system_said_is_shown_with_its_age_while_it_cannot_be_asked() {
    let (bot, mut vendors) = bot_with_vendors(&["bitbucket", "github"], |_| {}).await;
    for (kind, look, shown, unseen) in [
        ("bitbucket", "/bitbucket pr show 1 repo=website", "Dim the lobby lamps", "/bitbucket pr show 2 repo=website"),
        ("github", "/github issue show 1 repo=example/demo", "example/demo", "/github issue show 2 repo=example/demo"),
    ] {
        bot.slack_command(ANA, look).await.accepted();
        let before = bot.slack.post(shown).await.text;
        assert!(!before.contains("cannot be asked now"), "{before}");
        vendors.get_mut(kind).expect("it is there").far_end.set(Fault::Failing).await;
        bot.slack_command(ANA, look).await.accepted();
        let aged = bot.slack.post("cannot be asked now. This is what it said at").await.text;
        assert!(aged.contains(shown), "{aged}");
        // What nobody saw before is not made up.
        bot.slack_command(ANA, unseen).await.accepted();
        bot.slack.post_where("a failure", |it| it.text.contains("failed (500") && !it.text.contains("said at")).await;
    }
}
