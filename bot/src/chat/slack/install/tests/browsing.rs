//! What a browser is believed, and told.

use std::time::Duration;

use commands::param::Secret;
use serde_json::json;

use super::{Bench, Browser, World};
use crate::chat::{Platform, slack::install::oauth::OAuth};

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_once() {
    let world = World::new(Bench::sqlite().await).await;
    let bot = world.bot(json!({})).await;
    let team = World::team(&world.sim);
    let mut browser = Browser::default();
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &team, "allow").await;
    let refused = async |browser: &mut Browser, url: &str, word: &str| {
        let (status, page) = browser.get(url).await;
        assert!(status.is_client_error() && page.contains(word), "{status} {page}");
        assert!(bot.installs.list().await.unwrap().is_empty() || word == "used before");
    };
    refused(&mut Browser::default(), &back, "did not begin this install").await;
    let mut stranger = Browser::default();
    stranger.begin(&bot).await;
    refused(&mut stranger, &back, "was not begun here").await;
    let url = format!("{}/slack/oauth", bot.url);
    refused(&mut browser, &format!("{url}?code=x&state=1.a.b"), "was not begun here").await;
    refused(&mut browser, &url, "nobody came from there").await;
    assert_eq!(browser.get(&back).await.0, 200);
    refused(&mut browser, &back, "used before").await;

    // Too late.
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &World::team(&world.other), "allow").await;
    world.advance(Duration::from_secs(601));
    let (status, page) = browser.get(&back).await;
    assert!(status == 403 && page.contains("longer than ten minutes"), "{page}");
    assert_eq!(bot.installs.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_refusal_of_slacks_says_what_to_do() {
    let world = World::new(Bench::sqlite().await).await;
    let bot = world.bot(json!({})).await;
    let team = World::team(&world.sim);
    let mut browser = Browser::default();
    let authorize = browser.begin(&bot).await;
    let back = browser.decide(&authorize, &team, "deny").await;
    let (status, page) = browser.get(&back).await;
    assert!(status == 400 && page.contains("cancelled in Slack") && page.contains("Begin again"), "{page}");
    for (code, word) in [
        ("invalid_code", "Begin again"),
        ("bad_client_secret", "slack.client_secret"),
        ("bad_redirect_uri", "Redirect URLs"),
        ("no_scopes", "manifest"),
        ("cannot_install_an_org_installed_app", "organization admin"),
        ("something_new", "bellhop doctor slack"),
    ] {
        world.sim.grants(|it| it.refusals = vec![code]);
        let (status, page) = bot.install(&team).await;
        assert!(status == 400 && page.contains(word) && page.contains(code), "{code}: {page}");
    }
    world.sim.grants(|it| it.refusals = vec!["fatal_error"]);
    assert_eq!(bot.install(&team).await.0, 502);
    assert!(bot.installs.list().await.unwrap().is_empty());

    // A workspace that the file does not name is turned away, and Slack gets its token back.
    let closed = world.bot(json!({ "workspaces": [World::team(&world.other)] })).await;
    let (status, page) = closed.install(&team).await;
    assert!(status == 403 && page.contains("slack.workspaces"), "{page}");
    assert!(bot.installs.list().await.unwrap().is_empty());
    assert!(world.sim.traffic().all().iter().any(|it| it.url == "/api/auth.revoke" && it.answer.contains("\"revoked\":true")));
    assert_eq!(closed.install(&World::team(&world.other)).await.0, 200);
    let closed_check = closed.slack.health().await;
    assert!(!closed_check.iter().any(|it| it.name == "who may install"), "{closed_check:?}");
}

#[test]
fn secrets_of_the_app_are_no_part_of_an_address() {
    let api = "https://slack.com/api/".parse().unwrap();
    let secret = Secret::from("client-secret-canary".to_owned());
    let oauth = OAuth::new(api, "1.2".into(), secret, "https://bot.example.org/slack/oauth".into()).unwrap();
    let url = oauth.authorize_url("s1", Some("T0DEMO"));
    assert!(url.starts_with("https://slack.com/oauth/v2/authorize?client_id=1.2&scope=app_mentions%3Aread%2C"), "{url}");
    assert!(
        url.ends_with("&redirect_uri=https%3A%2F%2Fbot.example.org%2Fslack%2Foauth&state=s1&team=T0DEMO")
            && !url.contains("canary"),
        "{url}"
    );
}
