//! Channels of Zulip that change under the bot: renamed, archived, made private, and the same while it did not listen.

use commands::param::Secret;
use connectors::{
    Http,
    http::{Policy, install_crypto},
    zulip::client::{
        Client,
        channels::{Privacy, Update},
        subscriptions::{Kind, Wanted},
    },
};
use serde_json::{Value, json};
use tests::{Database, Redmine, TestBot};

use crate::zulip_events::Realm;

const TOKEN: &str = "canary-51d2-hook-token";
const DEV: u64 = 2;
const OPS: u64 = 3;
const BELLHOP: u64 = 26;

/// A bot that tells two channels, by their names, what a hook reports.
async fn telling(realm: &Realm) -> TestBot {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        realm.configure(config);
        let list = |all: Vec<toml::Table>| toml::Value::Array(all.into_iter().map(Into::into).collect());
        config.insert("hook".into(), list(vec![toml::toml! { name = "ci" kind = "redmine" secret = "canary-51d2-hook-token" }]));
        let subscriptions =
            vec![toml::toml! { from = "ci" to = "zulip:dev>news" }, toml::toml! { from = "ci" to = "zulip:ops>news" }];
        config.insert("subscription".into(), list(subscriptions));
    })
    .await;
    realm.is_read().await;
    bot
}

/// Ana, who administers the organization, at her own client.
fn ana(realm: &Realm) -> Client {
    install_crypto();
    let (email, key) = realm.sim.look(|state| {
        let ana = state.user(8).expect("Ana");
        (ana.email.clone(), ana.api_key.clone())
    });
    let http = Http::new("zulip", "Zulip", realm.url(), Policy::default()).expect("an address");
    Client::new(http, &email, &Secret::from(key))
}

async fn reports(bot: &TestBot, id: u64, subject: &str) {
    let event = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
    bot.hook("ci", TOKEN, &event).await.accepted();
}

/// Waits until the channel with this id shows that.
async fn shown(realm: &Realm, channel: u64, text: &str) {
    realm
        .until(&format!("{text:?} in {channel}"), || {
            realm.sim.look(|state| {
                let shown = state.messages.values().map(|it| state.shown(it));
                let is_it = |it: &Value| it["stream_id"] == channel && it["content"].as_str().is_some_and(|it| it.contains(text));
                shown.filter(is_it).count().checked_sub(1).map(drop)
            })
        })
        .await;
}

fn rename(name: &str) -> Update<'_> {
    Update { name: Some(name), ..Update::default() }
}

#[tokio::test]
async fn posts_follow_a_renamed_channel_and_administrators_hear_of_it() {
    let realm = Realm::generic().await;
    let bot = telling(&realm).await;
    reports(&bot, 7, "Before").await;
    shown(&realm, DEV, "Before").await;
    ana(&realm).update_channel(DEV, &rename("development")).await.expect("renamed");
    let note = realm.hears("zulip&#58;dev is called development now").await;
    assert!(note.2.contains("in line"), "{}", note.2);
    reports(&bot, 8, "Afterwards").await;
    shown(&realm, DEV, "Afterwards").await;
}

#[tokio::test]
async fn administrators_hear_of_channels_that_are_archived_or_closed_to_the_bot() {
    let realm = Realm::generic().await;
    let _bot = telling(&realm).await;
    ana(&realm).archive(DEV).await.expect("archived");
    let note = realm.hears("Nothing can be posted to zulip&#58;dev").await;
    assert!(note.2.contains("was archived") && note.2.contains("in line"), "{}", note.2);
    let private = Update { privacy: Some(Privacy::PrivateShared), ..Update::default() };
    ana(&realm).update_channel(OPS, &private).await.expect("private");
    let note = realm.hears("Nothing can be posted to zulip&#58;ops").await;
    assert!(note.2.contains("does not see"), "{}", note.2);
    // Let in, it posts again, and says so.
    ana(&realm).subscribe(&Wanted { name: "ops", description: None }, &[BELLHOP], &Kind::default()).await.expect("let in");
    realm.hears("takes posts again").await;
}

#[tokio::test]
async fn what_became_of_channels_while_nobody_listened_is_made_up_for() {
    let realm = Realm::generic().await;
    let mut bot = telling(&realm).await;
    reports(&bot, 7, "Before").await;
    shown(&realm, DEV, "Before").await;
    bot.kill().await;
    realm.sim.lose_queues();
    ana(&realm).update_channel(DEV, &rename("development")).await.expect("renamed");
    ana(&realm).archive(OPS).await.expect("archived");
    bot.run().await;
    realm.hears("zulip&#58;dev is called development now").await;
    realm.hears("Nothing can be posted to zulip&#58;ops").await;
    reports(&bot, 8, "Afterwards").await;
    shown(&realm, DEV, "Afterwards").await;
}
