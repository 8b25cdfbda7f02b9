//! Zulip's whole client against the simulated organization, each request once.
//!
//! With `BELLHOP_RECORD` the requests are judged by Zulip's published contract (`tests/contract/run`).

use std::time::Duration;

use commands::{ErrorKind, param::Secret};
use connectors::standin::Standin;
use connectors::{
    Http,
    http::{Policy, install_crypto},
    zulip::{
        client::{
            Client,
            channels::{Privacy, Right, Update},
            messages::{Announced, Move, Part, Recipient, Set, Term, With},
            mutes::{Hearing, Visibility},
            reactions::Change,
            subscriptions::{Kind, Wanted},
            users::Role,
        },
        standin::{Options, ZulipSim},
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tests::far_end::FarEnd;

const ANA: u64 = 8;
const BEN: u64 = 9;
const DEV: u64 = 2;

async fn organization() -> (FarEnd, Client) {
    install_crypto();
    let sim = ZulipSim::new(Options { bot_role: 200, ..Options::default() }).expect("a client");
    let credentials = sim.credentials();
    let far_end = FarEnd::serve("zulip", sim.router()).await;
    let policy = Policy { timeout: Duration::from_secs(60), ..Policy::default() };
    let http = Http::new("zulip", "Zulip", &far_end.url(), policy).expect("an address");
    let client = Client::new(http, &credentials.email, &Secret::from(credentials.api_key));
    (far_end, client)
}

fn in_dev(topic: &str) -> Recipient {
    Recipient::topic(DEV, topic)
}

#[tokio::test]
async fn messages_are_sent_found_changed_moved_and_deleted() {
    let (_zulip, client) = organization().await;
    assert_eq!(client.server().await.expect("a server").zulip_feature_level, 372);
    let first = client.send(&in_dev("build"), "**red**", None).await.expect("sent");
    let widget = json!({"widget_type": "zform", "extra_data": {"type": "choices", "heading": "?", "choices": [
        {"type": "multiple_choice", "short_name": "A", "long_name": "Again", "reply": "again"}]}});
    let second = client.send(&in_dev("build"), "Again?", Some(&widget)).await.expect("sent");
    client.send(&Recipient::People(vec![ANA, BEN]), "to you two", None).await.expect("sent");
    client.edit(first, "**green**").await.expect("edited");
    assert_eq!(client.message(first).await.expect("it").content, "**green**");
    let versions = client.history(first).await.expect("versions");
    assert_eq!(versions.iter().map(|it| it.content.as_str()).collect::<Vec<_>>(), ["**red**", "**green**"]);

    assert_eq!(client.react(first, "tada").await, Ok(Change::Made));
    assert_eq!(client.react(first, "tada").await, Ok(Change::Unneeded), "a lost answer would be asked for again");
    assert_eq!(client.unreact(first, "tada").await, Ok(Change::Made));
    assert_eq!(client.unreact(first, "tada").await, Ok(Change::Unneeded));
    client.flag(&[first], "starred", Set::Add).await.expect("starred");
    client.flag(&[first], "starred", Set::Remove).await.expect("not starred");
    assert_eq!(client.readers(first).await, Ok(vec![]));

    let narrow = [Term::is("channel", DEV), Term::is("topic", "build"), Term::is_not("sender", ANA)];
    for (part, expected) in
        [(Part::Newest(10), vec![first, second]), (Part::Before(second, 10), vec![first]), (Part::After(first, 10), vec![second])]
    {
        let page = client.messages(&narrow, part).await.expect("a page");
        assert_eq!(page.messages.iter().map(|it| it.id).collect::<Vec<_>>(), expected, "{part:?}");
    }
    let direct = client.messages(&[Term::is("dm", json!([ANA, BEN]))], Part::Newest(1)).await.expect("a page");
    assert_eq!(direct.messages[0].content, "to you two");

    let to = Move { topic: Some("deploy"), channel: Some(3), with: With::Later, announced: Announced::InBoth };
    client.relocate(second, &to).await.expect("moved");
    let moved = client.message(second).await.expect("it");
    assert_eq!((moved.stream_id, moved.subject.as_str()), (Some(3), "deploy"));
    for (with, announced) in [(With::Nothing, Announced::Nowhere), (With::All, Announced::InNew)] {
        client.relocate(first, &Move { topic: Some("farm"), channel: None, with, announced }).await.expect("moved");
    }
    client.erase(first).await.expect("deleted");
    assert_eq!(client.message(first).await.expect_err("gone").kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn topics_and_what_is_for_later() {
    let (_zulip, client) = organization().await;
    client.send(&in_dev("build"), "red", None).await.expect("sent");
    assert_eq!(client.topics(DEV).await.expect("topics")[0].name, "build");
    for visibility in [Visibility::Muted, Visibility::Unmuted, Visibility::Followed, Visibility::Inherit] {
        client.set_visibility(DEV, "build", visibility).await.expect("set");
    }
    client.delete_topic(DEV, "build").await.expect("deleted");
    assert_eq!(client.topics(DEV).await, Ok(vec![]));

    let at = Timestamp::now() + SignedDuration::from_hours(1);
    let id = client.schedule(&in_dev("release"), "Freeze", at).await.expect("scheduled");
    let direct = client.schedule(&Recipient::People(vec![ANA]), "Remember", at).await.expect("scheduled");
    client.reschedule(id, Some("Freeze now"), Some(at + SignedDuration::from_hours(1))).await.expect("changed");
    assert_eq!(client.scheduled().await.expect("both").len(), 2);
    for id in [id, direct] {
        client.unschedule(id).await.expect("cancelled");
    }
    let past = client.schedule(&in_dev("release"), "Too late", Timestamp::from_second(1).expect("a time")).await;
    assert_eq!(past.expect_err("the past").code.as_deref(), Some("DELIVERY_TIME_NOT_IN_FUTURE"));

    let draft = client.create_draft(&in_dev("release"), "Perhaps").await.expect("kept").expect("an id");
    client.edit_draft(draft, &Recipient::People(vec![ANA]), "Perhaps you").await.expect("changed");
    assert_eq!(client.drafts().await.expect("drafts")[0].to, [ANA]);
    client.delete_draft(draft).await.expect("deleted");
}

#[tokio::test]
async fn people_are_made_changed_locked_and_unlocked() {
    let (_zulip, client) = organization().await;
    let id = client.create_user("new@example.org", "New Person", &Secret::from("long enough".to_owned())).await.expect("made");
    client.update_user(id, Some("New Colleague"), Some(Role::Moderator), Some("colleague@example.org")).await.expect("changed");
    let user = client.user(id).await.expect("them");
    assert_eq!(
        (user.full_name.as_str(), user.role(), user.address()),
        ("New Colleague", Role::Moderator, "colleague@example.org")
    );
    client.deactivate_user(id, Some("Bye")).await.expect("locked");
    assert!(!client.user(id).await.expect("them").is_active);
    client.reactivate_user(id).await.expect("unlocked");
    assert!(client.users().await.expect("all").iter().any(|it| it.user_id == id && it.is_active));
    assert!(client.me().await.expect("the bot").administers());
    assert!(client.status(BEN).await.expect("a status").status_text.is_empty());
    assert_eq!(client.presence(ANA).await.expect("presence").expect("seen").status, "active");
    assert!(client.presences().await.expect("all").contains_key("user8@chat.example.org"));
    for hearing in [Hearing::Muted, Hearing::Muted, Hearing::Heard, Hearing::Heard] {
        client.set_hearing(BEN, hearing).await.expect("set");
    }
}

#[tokio::test]
async fn channels_and_who_is_in_them() {
    let (_zulip, client) = organization().await;
    let groups = client.groups().await.expect("groups");
    let group = |name: &str| groups.iter().find(|it| it.title() == name).map(|it| it.id).expect("a group of Zulip's own");
    let kind =
        Kind { privacy: Some(Privacy::PrivateShared), announce: Some(false), rights: vec![(Right::Post, group("members"))] };
    let wanted = Wanted { name: "release", description: Some("What ships") };
    let me = client.me().await.expect("the bot").user_id;
    let made = client.subscribe(&wanted, &[ANA, me], &kind).await.expect("made");
    assert_eq!(made.subscribed.len(), 2);
    let id = client.channel_id("release").await.expect("an id");
    let plain = Kind::default();
    assert_eq!(client.subscribe(&wanted, &[ANA], &plain).await.expect("again").already_subscribed.len(), 1);
    assert_eq!(
        client.subscribe(&Wanted { name: "dev", description: None }, &[], &plain).await.expect("the bot").subscribed.len(),
        1
    );
    assert!(client.is_subscribed(ANA, id).await.expect("an answer") && !client.is_subscribed(BEN, id).await.expect("an answer"));
    assert_eq!(client.members(id).await, Ok(vec![ANA, me]));
    assert!(client.channel_email(id).await.expect("an address").contains('@'));
    let properties = [("is_muted", json!(true)), ("color", json!("#76ce90")), ("pin_to_top", json!(true))];
    client.set_subscription(id, &properties).await.expect("set");
    let mine = client.subscriptions().await.expect("the bot's");
    assert!(mine.iter().any(|it| it.stream_id == id && it.is_muted && it.pin_to_top && it.color == "#76ce90"));

    let rights = [Right::Post, Right::Subscribe, Right::AddSubscribers, Right::RemoveSubscribers, Right::Administer];
    let update = Update {
        name: Some("shipping"),
        description: Some("What ships when"),
        privacy: Some(Privacy::Public),
        default: Some(true),
        rights: rights.map(|it| (it, group("administrators"))).to_vec(),
    };
    client.update_channel(id, &update).await.expect("changed");
    let channel = client.channel(id).await.expect("it");
    assert_eq!((channel.name.as_str(), channel.invite_only), ("shipping", false));
    assert_eq!(channel.can_send_message_group, Some(json!(group("administrators"))));
    let gone = client.unsubscribe("shipping", &[ANA, BEN]).await.expect("out");
    assert_eq!((gone.removed.len(), gone.not_removed.len()), (1, 1));
    assert_eq!(client.unsubscribe("shipping", &[]).await.expect("out").removed, ["shipping"]);
    client.archive(id).await.expect("archived");
    assert!(client.channels().await.expect("all").iter().all(|it| it.stream_id != id));
    assert!(client.channels_ever().await.expect("all").iter().any(|it| it.stream_id == id && it.is_archived));
    let error = client.unarchive(id).await.expect_err("this server is too old for that");
    assert!(error.message.contains("unarchive_channel"), "{error}");
}

#[tokio::test]
async fn groups_and_files() {
    let (zulip, client) = organization().await;
    let id = client.create_group("on-call", "Who is called", &[ANA]).await.expect("made").expect("an id");
    client.change_members(id, &[BEN], &[ANA]).await.expect("changed");
    assert_eq!(client.group_members(id).await, Ok(vec![BEN]));
    let error = client.change_members(id, &[BEN], &[]).await.expect_err("in it already");
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::Validation, false), "{error}");
    client.update_group(id, Some("rota"), Some("Who is called at night")).await.expect("changed");
    client.deactivate_group(id).await.expect("deactivated");
    assert!(client.groups().await.expect("all").iter().all(|it| it.id != id));

    let path = client.upload("log.txt", "text/plain", b"one\ntwo\n").await.expect("stored");
    let link = client.open_link(&path).await.expect("a link");
    assert!(link.starts_with(&zulip.url()), "{link}");
    assert_eq!(zulip.count(|it| it.path() == "/api/v1/user_uploads"), 1);
}
