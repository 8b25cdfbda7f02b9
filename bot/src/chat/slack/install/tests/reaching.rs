//! Which workspace is spoken to with which token, and what ends it.

use std::time::Duration;

use commands::ErrorKind;
use connectors::State as Health;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Left, World, said};
use crate::{chat::Platform, store::testing::on_each};

#[tokio::test]
async fn each_workspace_is_spoken_to_with_its_own_token() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let nowhere = bot.post("", "Too early").await.unwrap_err();
        assert_eq!(nowhere.kind, ErrorKind::Closed);
        assert!(nowhere.message.contains(&format!("{}/slack/install", bot.url)), "{nowhere}");

        let (first, second) = (World::team(&world.sim), World::team(&world.other));
        let (status, page) = bot.install(&first).await;
        assert!(status == 200 && page.contains("Bellhop is in Example"), "{page}");
        bot.post("", "To the only one").await.unwrap();
        assert_eq!(bot.install(&second).await.0, 200);
        bot.post(&first, "To the first").await.unwrap();
        bot.post(&second, "To the second").await.unwrap();
        assert_eq!(said(&world.sim), ["To the only one", "To the first"]);
        assert_eq!(said(&world.other), ["To the second"]);

        let unclear = bot.post("", "To which?").await.unwrap_err();
        assert!(
            unclear.kind == ErrorKind::Closed && unclear.message.contains("Example (") && unclear.message.contains("/#channel"),
            "{unclear}"
        );
        let unknown = bot.post("T0NOBODY", "Hello").await.unwrap_err();
        assert!(unknown.kind == ErrorKind::Closed && unknown.message.contains("T0NOBODY"), "{unknown}");

        // Another bot on the same database needs no install of its own, and everyone's administrators are found.
        let beside = world.bot(json!({})).await;
        beside.post(&second, "From the other bot").await.unwrap();
        assert_eq!(said(&world.other).len(), 2);
        let mut told: Vec<String> =
            bot.slack.administrators().await.unwrap().iter().map(|it| it.workspace().to_owned()).collect();
        told.sort();
        let mut wanted = vec![first, second];
        wanted.sort();
        assert_eq!(told, wanted);
        assert_eq!(bot.check("Example (").await.state, Health::Ok);
    })
    .await;
}

#[tokio::test]
async fn the_files_token_serves_its_own_workspace_and_no_other() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let token = world.sim.credentials().bot_token;
        let bot = world.bot(json!({ "bot_token": token })).await;
        let (home, second) = (World::team(&world.sim), World::team(&world.other));
        bot.post("", "By the file").await.unwrap();
        bot.post(&home, "By its id").await.unwrap();
        assert_eq!(bot.post(&second, "Not there").await.unwrap_err().kind, ErrorKind::Closed);
        bot.install(&second).await;
        bot.post(&second, "Now it is").await.unwrap();
        bot.post("", "Still the file's").await.unwrap();
        assert_eq!((said(&world.sim).len(), said(&world.other).len()), (3, 1));
        // What refuses the one says nothing about the other.
        for (workspace, is_the_files) in [("", true), (home.as_str(), true), (second.as_str(), false)] {
            assert_eq!(bot.slack.credentials(workspace).await.is_empty(), is_the_files, "{workspace:?}");
        }
        let listed = bot.slack.workspaces().await.unwrap();
        assert_eq!(listed.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [home.as_str(), second.as_str()]);
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_installed_once_for_its_workspaces() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let organization = world.sim.organize("Example Organization");
        let bot = world.bot(json!({})).await;
        let (status, page) = bot.install(&organization).await;
        assert!(status == 200 && page.contains(&format!("https://app.slack.com/manage/{organization}/")), "{page}");
        bot.post(&World::team(&world.other), "To one of them").await.unwrap();
        bot.post(&World::team(&world.sim), "To another").await.unwrap();
        assert_eq!((said(&world.sim), said(&world.other)), (vec!["To another".into()], vec!["To one of them".to_owned()]));
        assert_eq!(bot.post("T0NOBODY", "Hello").await.unwrap_err().kind, ErrorKind::Closed);
        // It has no channel of its own: who administers its workspaces is told.
        let administrators = bot.slack.administrators().await.unwrap();
        for sim in [&world.sim, &world.other] {
            assert!(administrators.iter().any(|it| it.workspace() == World::team(sim)), "{administrators:?}");
        }
        let of = async |team: &str| bot.slack.credentials(team).await;
        assert_ne!(of(&World::team(&world.sim)).await, "");
        // Which workspace a name is looked for in has to be said with the token of an organization.
        let mentioned = bot.slack.mentioned(&World::team(&world.other), "@Ben").await.unwrap().unwrap();
        assert!(world.other.look(|state| state.user(&mentioned.id).is_some()));
        let left = Left { id: organization, said: world.bench.store.now(), why: "the app was uninstalled in Slack" };
        bot.slack.leave(&left).await.unwrap();
        assert_eq!(bot.post(&World::team(&world.other), "Too late").await.unwrap_err().kind, ErrorKind::Closed);
    })
    .await;
}

#[tokio::test]
async fn an_install_that_ended_says_why_until_it_is_back_or_forgotten() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let (first, second) = (World::team(&world.sim), World::team(&world.other));
        bot.install(&first).await;
        bot.install(&second).await;
        world.advance(Duration::from_secs(60));
        let left = Left { id: first.clone(), said: world.bench.store.now(), why: "the app was uninstalled in Slack" };
        assert!(bot.slack.is_installed_in(&first).await);
        bot.slack.leave(&left).await.unwrap();
        // Its tokens were revoked by that, and Slack may say so last.
        bot.slack.leave(&Left { why: "its token was revoked in Slack", ..left.clone() }).await.unwrap();
        let err = bot.post(&first, "Hello?").await.unwrap_err();
        assert!(err.kind == ErrorKind::Closed && err.message.contains("the app was uninstalled in Slack"), "{err}");
        assert!(!bot.slack.is_installed_in(&first).await && bot.slack.is_installed_in(&second).await);
        assert_eq!(bot.check("install").await.state, Health::Warning);
        bot.post("", "The only one left").await.unwrap();

        // Called back, a word that is older than the install does not end it.
        world.advance(Duration::from_secs(60));
        bot.install(&first).await;
        bot.slack.leave(&left).await.unwrap();
        bot.post(&first, "Back").await.unwrap();

        // Slack's word may be missed: the next call tells.
        world.other.uninstall("T0NOBODY");
        world.sim.grants(|it| it.end(&second, "account_inactive"));
        let err = bot.post(&second, "Anybody?").await.unwrap_err();
        assert!(err.kind == ErrorKind::Closed && err.message.contains("account_inactive"), "{err}");
        let listed = bot.slack.workspaces().await.unwrap();
        assert!(listed.iter().any(|it| it.id == second && it.gone && it.state.contains("account_inactive")), "{listed:?}");
        assert_eq!(bot.slack.forget_workspace(&first).await.unwrap_err().kind, ErrorKind::NotFound, "it is not gone");
        world.advance(Duration::from_secs(1));
        // Whoever uninstalled the app knows; whose token was refused is told.
        bot.slack.leave(&Left { said: world.bench.store.now(), ..left.clone() }).await.unwrap();
        let ending = bot.slack.ending().await.unwrap();
        assert!(
            ending.len() == 1 && ending[0].of.contains(&second) && ending[0].reason.contains("account_inactive"),
            "{ending:?}"
        );
        bot.slack.forget_workspace(&second).await.unwrap();
        assert!(bot.post(&second, "Hello").await.unwrap_err().message.contains("is not installed in the Slack workspace"));
    })
    .await;
}

#[tokio::test]
async fn an_end_that_is_old_news_changes_nothing() {
    on_each(async |bench| {
        let world = World::new(bench).await;
        let bot = world.bot(json!({})).await;
        let team = World::team(&world.sim);
        bot.install(&team).await;
        assert!(!bot.installs.end(&team, 7, "another version").await.unwrap());
        let before = world.bench.store.now() - SignedDuration::from_secs(10);
        assert!(!bot.installs.end_by_word(&team, before, "before").await.unwrap());
        assert!(!bot.installs.end_by_word("T0NOBODY", Timestamp::MAX - SignedDuration::from_hours(1), "nobody").await.unwrap());
        assert!(bot.installs.end(&team, 1, "for good").await.unwrap());
        assert!(!bot.installs.end(&team, 1, "twice").await.unwrap());
        let expires = world.bench.store.now() + SignedDuration::from_mins(10);
        assert!(bot.installs.use_state("n1", expires).await.unwrap());
        assert!(!bot.installs.use_state("n1", expires).await.unwrap());
    })
    .await;
}
