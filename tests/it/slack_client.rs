//! Slack's whole client against the simulated workspace, each method once.
//!
//! With `BELLHOP_RECORD` the requests are judged by Slack's published contract (`tests/contract/run`).

use std::time::Duration;

use commands::{ErrorKind, param::Secret};
use connectors::{
    Http,
    http::{Policy, install_crypto},
    slack::{
        client::{Client, channels::Privacy, items::Change, messages::Place},
        standin::{Options, SlackSim},
    },
    standin::Standin,
};
use jiff::{SignedDuration, Timestamp};
use tests::{ANA, TestBot, far_end::FarEnd};

/// A workspace, the client of its app, and the ids of Ana, Ben and #dev.
async fn workspace() -> (FarEnd, Client, [String; 3]) {
    install_crypto();
    let sim = SlackSim::new(Options::default()).expect("a client");
    let far_end = FarEnd::serve("slack", sim.router()).await;
    sim.connection(&far_end.url());
    let policy = Policy { timeout: Duration::from_secs(60), ..Policy::default() };
    let http = Http::new("slack", "Slack", &format!("{}/api/", far_end.url()), policy).expect("an address");
    let client = Client::new(http, &Secret::from(sim.credentials().bot_token));
    let ids = sim.look(|it| [it.users[0].id.clone(), it.users[1].id.clone(), it.channels[1].id.clone()]);
    (far_end, client, ids)
}

#[tokio::test]
async fn messages_are_posted_found_changed_and_deleted() {
    let (_slack, client, [ana, _, dev]) = workspace().await;
    let (me, scopes) = client.identity().await.expect("who we are");
    assert!(me.bot_id.is_some() && scopes.contains(&"chat:write".to_owned()));
    let place = Place { channel: &dev, ..Place::default() };
    let first = client.say(place, "red").await.expect("posted");
    let reply = client.say(Place { thread: Some(&first), broadcast: true, ..place }, "again").await.expect("posted");
    client.rewrite(&dev, &first, "green").await.expect("changed");
    let found = client.message(&dev, &first, None).await.expect("read").expect("there");
    assert_eq!((found.text.as_str(), found.reply_count, found.bot_id), ("green", 1, me.bot_id));
    let found = client.message(&dev, &reply, Some(&first)).await.expect("read").expect("there");
    assert_eq!((found.text.as_str(), found.thread_ts.as_deref()), ("again", Some(first.as_str())));
    assert_eq!(client.message(&dev, "1.000001", None).await, Ok(None));

    assert_eq!(client.react(&dev, &first, "tada").await, Ok(Change::Made));
    assert_eq!(client.react(&dev, &first, "tada").await, Ok(Change::Unneeded), "a lost answer would be asked for again");
    assert_eq!(client.unreact(&dev, &first, "tada").await, Ok(Change::Made));
    assert_eq!(client.unreact(&dev, &first, "tada").await, Ok(Change::Unneeded));
    assert_eq!(client.pin(&dev, &first).await, Ok(Change::Made));
    assert_eq!(client.pin(&dev, &first).await, Ok(Change::Unneeded));
    assert_eq!(client.unpin(&dev, &first).await, Ok(Change::Made));
    assert_eq!(client.unpin(&dev, &first).await, Ok(Change::Unneeded));
    client.bookmark(&dev, "Docs", "https://example.org/docs").await.expect("kept");

    client.erase(&dev, &first).await.expect("deleted");
    assert_eq!(client.erase(&dev, &first).await.expect_err("gone").kind, ErrorKind::NotFound);
    let direct = client.direct(&[&ana]).await.expect("a conversation");
    client.say(Place { channel: &direct, ..Place::default() }, "to you").await.expect("posted");
}

#[tokio::test]
async fn what_is_for_later_and_files() {
    let (slack, client, [_, _, dev]) = workspace().await;
    let at = Timestamp::now() + SignedDuration::from_hours(1);
    let id = client.schedule(&dev, "Freeze", at).await.expect("kept");
    assert_eq!(client.scheduled(Some(&dev)).await.expect("all")[0].id, id);
    client.unschedule(&dev, &id).await.expect("cancelled");
    assert_eq!(client.scheduled(None).await, Ok(vec![]));
    let error = client.unschedule(&dev, &id).await.expect_err("gone");
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::NotFound, Some("invalid_scheduled_message_id")));
    let past = client.schedule(&dev, "Too late", Timestamp::from_second(1).expect("a time")).await;
    assert_eq!(past.expect_err("the past").code.as_deref(), Some("time_in_past"));

    let place = Place { channel: &dev, ..Place::default() };
    let link = client.share("log.txt", b"one\ntwo\n".to_vec(), place, Some("The log")).await.expect("shared");
    assert!(link.is_some_and(|it| it.starts_with(&slack.url())));
    // The token goes to the API, and to nobody else.
    let upload = slack.requests().into_iter().find(|it| it.path().starts_with("/upload/")).expect("an upload");
    assert!(!upload.headers.contains_key("authorization"));
}

#[tokio::test]
async fn channels_and_who_is_in_them() {
    let (_slack, client, [ana, ben, dev]) = workspace().await;
    let made = client.create_channel("release", Privacy::Private).await.expect("made");
    assert!(made.is_private);
    assert_eq!(client.create_channel("release", Privacy::Public).await.expect_err("taken").kind, ErrorKind::Conflict);
    client.set_topic(&made.id, "Freeze").await.expect("set");
    client.set_purpose(&made.id, "What ships").await.expect("set");
    client.invite(&made.id, &[&ana, &ben]).await.expect("in");
    client.kick(&made.id, &ben).await.expect("out");
    assert_eq!(client.members(&made.id).await.expect("members").len(), 2);
    assert_eq!(client.rename_channel(&made.id, "shipping").await.expect("renamed").name, "shipping");
    let channel = client.channel(&made.id).await.expect("it");
    assert_eq!((channel.topic.value.as_str(), channel.purpose.value.as_str()), ("Freeze", "What ships"));
    let user = client.user(&ana).await.expect("Ana");
    assert!(client.channels_of(&user).await.expect("hers").iter().any(|it| it.id == made.id));
    client.archive(&made.id).await.expect("archived");
    assert_eq!(client.unarchive(&made.id).await.expect_err("no bot may").code.as_deref(), Some("not_in_channel"));
    assert!(client.channels().await.expect("all").iter().any(|it| it.id == made.id && it.is_archived));
    client.leave(&dev).await.expect("out");
    client.join(&dev).await.expect("in");
    client.join(&dev).await.expect("in already");
}

#[tokio::test]
async fn people_and_user_groups() {
    let (_slack, client, [ana, ben, _]) = workspace().await;
    assert!(client.users().await.expect("all").iter().any(|it| it.id == ana && it.is_person()));
    assert_eq!(client.user_by_email("ana@example.org").await.expect("asked").expect("Ana").id, ana);
    assert_eq!(client.user_by_email("nobody@example.org").await, Ok(None));
    assert_eq!(client.user("U00000000").await.expect_err("nobody").kind, ErrorKind::NotFound);
    let group = client.groups().await.expect("groups").remove(0);
    assert_eq!(client.set_members(&group.id, &[&ben]).await.expect("set").users, [ben]);
    assert_eq!(client.groups().await.expect("groups")[0].users.len(), 1);
}

#[tokio::test]
async fn the_workspace_that_the_bot_talks_in_is_one_to_act_in() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/bellhop slack message post The build is green, <!channel> channel=dev").await.accepted();
    let posted = bot.slack.post("The build is green").await;
    let sent = posted.raw["text"].as_str().unwrap_or_default();
    assert!(sent.contains("by the bot_") && sent.contains("&lt;!channel&gt;"), "{sent}");
    bot.slack.post("Posted").await;
}
