//! Consent at every vendor that has a page for it, asked exactly as its documentation says: people and connections are let in, what
//! was agreed to is used, renewed, ended by the vendor and told, agreed to again, and given back.

mod server;
pub(crate) mod vendors;

use std::time::Duration;

use tests::{
    ANA, CHLOE, Database, Redmine, TestBot,
    far_end::PATIENCE,
    people::Person,
    slack::{Filled, Post},
};

pub(crate) use self::server::Server;
use crate::oauth::{Browser, asks_for_link, link_in};

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let end = tokio::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(tokio::time::Instant::now() < end, "never: {what}");
        looks.tick().await;
    }
}

/// How many were told something like this.
fn told(bot: &TestBot, wanted: impl Fn(&Post) -> bool) -> usize {
    bot.slack.posts().iter().filter(|it| wanted(it)).count()
}

/// Opens a link, agrees at the vendor's page, and comes back; the page at the end.
async fn agree(server: &Server, link: &str) -> String {
    let mut browser = Browser::default();
    let (status, _, page) = browser.get(link).await;
    assert_eq!(status, 200, "{page}");
    let (_, rest) = page.split_once("class=\"go\" href=\"").expect("a button");
    let there = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
    let (status, back, page) = Browser::default().get(&there).await;
    assert_eq!(status, 303, "{page}: {:?}", server.wrong());
    let (status, _, page) = browser.get(&back.expect("where to")).await;
    assert_eq!(status, 200, "{page}: {:?}", server.wrong());
    page
}

/// Lets the bot in as this person, who says the word in chat where the vendor does not tell their address.
pub(crate) async fn links(bot: &TestBot, person: Person, server: &Server, connection: &str) {
    let done = |it: &Post| it.text.contains("done by your own account");
    let before = told(bot, done);
    let link = asks_for_link(bot, person, connection).await;
    let page = agree(server, &link).await;
    if let Some((_, rest)) = page.split_once("/bellhop link confirm ") {
        let word = rest.split('<').next().unwrap_or_default();
        bot.slack_command(person, &format!("/bellhop link confirm {word}")).await.accepted();
    }
    until(&format!("{connection} is linked"), || told(bot, done) > before).await;
}

/// Asks for something of that name, and waits until the vendor was asked with the token that counts then.
async fn uses(bot: &TestBot, person: Person, server: &Server, name: &str) {
    bot.slack_command(person, &server.vendor.command.replace("{}", name)).await.accepted();
    bot.slack.post_where(&format!("{name} is there"), |it| it.text.contains(name)).await;
    let token = server.token();
    assert!(server.was_used(&token), "{}: {token} was not used: {:?}", server.vendor.kind, server.wrong());
}

/// What the vendor was asked, to the letter: nothing was refused for another reason than its end.
fn was_asked_right(server: &Server) {
    assert_eq!(server.wrong(), Vec::<String>::new(), "{}", server.vendor.kind);
}

#[tokio::test]
async fn people_let_the_bot_in_at_every_vendor_and_take_it_back() {
    let mut servers = Vec::new();
    for vendor in vendors::OF_PEOPLE {
        servers.push(Server::start(vendor).await);
    }
    let connections: Vec<toml::Value> = servers
        .iter()
        .map(|it| {
            let mut settings = it.settings();
            settings.insert("name".into(), it.vendor.kind.into());
            settings.insert("kind".into(), it.vendor.kind.into());
            toml::Value::try_from(settings).expect("a table")
        })
        .collect();
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections").extend(connections);
    })
    .await;
    for server in &servers {
        let kind = server.vendor.kind;
        until(&format!("the bot itself is known to {kind}"), || server.knows_the_bot()).await;
        links(&bot, ANA, server, kind).await;
        uses(&bot, ANA, server, &format!("first{kind}")).await;

        // Its time is over: the next is had with the refresh token, and once more with the one that came with that.
        for renewal in 1..=2 {
            server.end_access();
            uses(&bot, ANA, server, &format!("renewed{renewal}{kind}")).await;
            assert_eq!(server.renewals(), renewal, "{kind}");
        }

        // The vendor ends it: in its own words, which are understood.
        server.end_all();
        bot.slack_command(ANA, &server.vendor.command.replace("{}", &format!("late{kind}"))).await.accepted();
        let again = format!("bellhop link {kind}");
        bot.slack.post_where(&format!("{kind} has ended"), |it| it.text.contains("has ended") && it.text.contains(&again)).await;
        assert_eq!(server.renewals(), 2, "{kind}");

        links(&bot, ANA, server, kind).await;
        let token = server.token();
        bot.slack_command(ANA, &format!("/bellhop unlink {kind}")).await.accepted();
        if server.vendor.back == vendors::Back::Nowhere {
            let gone = |it: &Post| it.text.contains("The link is forgotten");
            until(&format!("the link to {kind} is forgotten"), || told(&bot, gone) > 0).await;
            assert_eq!(server.given_back(), Vec::<String>::new());
        } else {
            until(&format!("the token of {kind} is given back"), || server.given_back().len() == 1).await;
            let number = token.rsplit('-').next().unwrap_or_default();
            assert!(server.given_back()[0].ends_with(number), "{:?}", server.given_back());
        }
        was_asked_right(server);
    }
}

#[tokio::test]
async fn connections_are_made_by_consent_and_given_back() {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |_| {}).await;
    for (nth, vendor) in vendors::OF_THE_BOT.iter().enumerate() {
        let server = Server::start(vendor).await;
        let (kind, settings) = (vendor.kind, server.settings());
        let text = |name: &str| Filled::Text(settings[name].as_str().expect("a text").into());
        bot.slack_command(CHLOE, &format!("/bellhop connect {kind}")).await.accepted();
        let view = bot.slack.view().await;
        let mut filled = vec![("Url", text("url")), ("Client id", text("client_id")), ("Client secret", text("client_secret"))];
        if settings.contains_key("user") {
            filled.push(("User", text("user")));
        }
        let title = connectors::find(kind).expect("a connector").title;
        bot.slack_submit(CHLOE, &view, &filled).await.accepted();
        let asked = bot.slack.post(&format!("let Bellhop into {title}")).await;
        let page = agree(&server, &link_in(&asked)).await;
        assert!(page.contains("works, and is connected as"), "{page}");
        uses(&bot, CHLOE, &server, &format!("first{kind}")).await;
        for renewal in 1..=2 {
            server.end_access();
            uses(&bot, CHLOE, &server, &format!("renewed{renewal}{kind}")).await;
            assert_eq!(server.renewals(), renewal, "{kind}");
        }

        server.end_all();
        bot.slack_command(CHLOE, &vendor.command.replace("{}", &format!("late{kind}"))).await.accepted();
        bot.slack.post(&format!("{kind} has to be let in again")).await;
        bot.slack_command(CHLOE, &format!("/bellhop authorize {kind}")).await.accepted();
        let is_new = |it: &Post| it.raw.to_string().contains("/oauth/start/") && link_in(it) != link_in(&asked);
        let other = format!("into {title}");
        let again = bot.slack.post_where("the link to mend it", |it| is_new(it) && it.text.contains(&other)).await;
        agree(&server, &link_in(&again)).await;
        uses(&bot, CHLOE, &server, &format!("mended{kind}")).await;

        let token = server.token();
        if nth == 1 {
            // Also by going back to how everything stood before.
            let history = bot.bellhop(&["history", "connection", kind, "--json"]).await.done().json();
            let changes = history.as_array().into_iter().flatten().filter_map(|it| it["change"].as_i64());
            let before = changes.min().expect("the change that made it") - 1;
            bot.slack_command(CHLOE, &format!("/bellhop rollback to={before}")).await.accepted();
            let asked = bot.slack.post("Back to").await;
            bot.slack_press(CHLOE, &asked, "Go back").await.accepted();
        } else {
            bot.slack_command(CHLOE, &format!("/bellhop disconnect {kind}")).await.accepted();
        }
        until(&format!("the token of {kind} is given back"), || server.given_back() == [token.clone()]).await;
        was_asked_right(&server);
    }
}
