//! Tokens that expire, and what seals them.

use std::time::Duration;

use commands::ErrorKind;
use connectors::State as Health;
use serde_json::json;

use super::{Installs, KEY, OTHER_KEY, TWELVE_HOURS, Turn, World, said};
use crate::{
    connections::MasterKey,
    store::testing::{on_each, start},
};

#[tokio::test]
async fn a_token_is_renewed_once_ahead_of_its_end_for_all_bots() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let (bot, beside) = (world.bot(json!({})).await, world.bot(json!({})).await);
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(9 * 3600));
        bot.post(&team, "Young enough").await.unwrap();
        assert_eq!(world.renewals(), 0);
        world.advance(Duration::from_secs(3600 + 60));
        let posts = (0..8).map(|n| {
            let bot = if n % 2 == 0 { &bot } else { &beside };
            let team = team.clone();
            async move { bot.post(&team, &format!("Number {n}")).await }
        });
        for posted in futures::future::join_all(posts).await {
            posted.unwrap();
        }
        assert_eq!((world.renewals(), said(&world.sim).len()), (1, 9));
        // Long after its end, too: the refresh token does not expire.
        world.advance(Duration::from_secs(48 * 3600));
        futures::future::join(bot.post(&team, "Two days"), beside.post(&team, "later")).await.0.unwrap();
        assert_eq!((world.renewals(), said(&world.sim).len()), (2, 11));
        assert_eq!(bot.check("token").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_slack_calls_expired_is_renewed_and_the_post_goes_out_once() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        // By Slack's clock it is over, by ours not.
        let now = start().as_microsecond();
        world.sim.grants(|it| it.expire(now));
        bot.post(&team, "All the same").await.unwrap();
        assert_eq!((world.renewals(), said(&world.sim)), (1, vec!["All the same".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn a_renewal_that_fails_for_now_costs_nothing_while_the_token_is_good() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(11 * 3600));
        world.sim.grants(|it| it.refusals = vec!["internal_error"]);
        bot.post(&team, "With the old one").await.unwrap();
        // Nobody asks again before that one's end is clear: it may have been done.
        bot.post(&team, "Again with the old one").await.unwrap();
        assert_eq!(world.renewals(), 1);
        world.advance(Duration::from_secs(31));
        bot.post(&team, "With the new one").await.unwrap();
        assert_eq!(world.renewals(), 2);
        // Expired, and the app's own credentials are wrong: it waits for whoever mends them, and is not over.
        world.advance(Duration::from_secs(13 * 3600));
        world.sim.grants(|it| it.refusals = vec!["bad_client_secret"]);
        let err = bot.post(&team, "Not yet").await.unwrap_err();
        assert!(err.is_temporary() && err.message.contains("slack.client_secret"), "{err}");
        bot.post(&team, "Now").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_that_a_crash_used_up_is_said_to_be_so() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        world.sim.grants(|it| it.rotation = Some(TWELVE_HOURS));
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        world.advance(Duration::from_secs(11 * 3600));
        // Slack has renewed it, and the bot died before it kept the answer.
        assert_eq!(bot.installs.begin_renewal(&team, 1).await.unwrap(), Turn::Ours);
        world.sim.grants(|it| it.lose_answer(&team));
        assert_eq!(bot.installs.begin_renewal(&team, 1).await.unwrap(), Turn::Others);
        world.advance(Duration::from_secs(31));
        bot.post(&team, "The token is good for an hour").await.unwrap();
        let check = bot.check("token").await;
        assert_eq!(check.state, Health::Failed);
        assert!(check.detail.contains("used up") && check.detail.contains("Bellhop was stopped"), "{check:?}");
        assert!(check.fix.unwrap().contains("/slack/install"));
        let asked = world.renewals();
        bot.post(&team, "No second question").await.unwrap();
        assert_eq!(world.renewals(), asked);
        world.advance(Duration::from_secs(3600));
        let err = bot.post(&team, "Over").await.unwrap_err();
        assert_eq!(err.kind, ErrorKind::Closed);
        assert!(err.message.contains("used up") && err.message.contains("/slack/install"), "{err}");
        bot.install(&team).await;
        bot.post(&team, "Back").await.unwrap();
        assert_eq!(bot.check("token").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_sealed_and_change_their_key_with_the_rest() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        let store = &world.bench.store;
        let (old, new) = (MasterKey::parse(KEY).unwrap(), MasterKey::parse(OTHER_KEY).unwrap());
        let Err(err) = Installs::open(store, new.clone()).await else { panic!("the key is another") };
        assert!(err.to_string().contains("bellhop keys rotate") && err.to_string().contains(&team), "{err}");
        assert_eq!(Installs::rotate(store, &old, &new).await.unwrap(), 1);
        assert_eq!(Installs::rotate(store, &old, &new).await.unwrap(), 0, "again, it has nothing to do");
        let installs = Installs::open(store, new).await.unwrap();
        let (_, tokens) = installs.open_one(&team).await.unwrap().unwrap();
        assert!(secrecy::ExposeSecret::expose_secret(&tokens.unwrap().access).starts_with("xoxb-"));
        assert!(Installs::open(store, old).await.is_err());
    })
    .await;
}
