//! Consent by the vendor's page, from the chat to the vendor and back: connections by a link, people who act as themselves, and
//! what comes of a link in the wrong hands.

use std::time::Duration;

use connectors::standin::Fault;
use reqwest::{StatusCode, header};
use serde_json::{Map, Value};
use tests::{
    ANA, BEN, CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, Recorded},
    people::Person,
    slack::{Filled, Post},
};

/// A browser that keeps its cookie, and shows where it is sent.
#[derive(Default)]
pub(crate) struct Browser {
    cookie: Option<String>,
}

impl Browser {
    /// The status, where it is sent, and the page.
    pub(crate) async fn get(&mut self, url: &str) -> (StatusCode, Option<String>, String) {
        let _ = tests::client();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut request = client.get(url);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = request.send().await.expect("an answer");
        let text = |name| answer.headers().get(name).and_then(|it: &header::HeaderValue| it.to_str().ok().map(str::to_owned));
        let (status, location) = (answer.status(), text(header::LOCATION));
        if let Some(cookie) = text(header::SET_COOKIE) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        (status, location, answer.text().await.expect("a page"))
    }

    /// Opens our page, goes on to the vendor's, and chooses there; where it is sent back to.
    async fn choose(&mut self, start: &str, choice: &str) -> String {
        let (status, _, page) = self.get(start).await;
        assert_eq!(status, 200, "{page}");
        let (_, rest) = page.split_once("class=\"go\" href=\"").expect("a button");
        let there = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
        let (status, _, page) = Browser::default().get(&there).await;
        assert_eq!(status, 200, "{page}");
        let query = page.split("href=\"?").skip(1).filter_map(|it| it.split('"').next()).find(|it| it.ends_with(choice));
        let query = query.unwrap_or_else(|| panic!("no {choice} in {page}"));
        let base = there.split('?').next().unwrap_or_default();
        let (status, location, page) = Browser::default().get(&format!("{base}?{}", query.replace("&amp;", "&"))).await;
        assert_eq!(status, StatusCode::FOUND, "{page}");
        location.expect("where to")
    }

    /// The whole way; the page at its end.
    async fn agree(&mut self, start: &str, choice: &str) -> (StatusCode, String) {
        let back = self.choose(start, choice).await;
        let (status, _, page) = self.get(&back).await;
        (status, page)
    }
}

/// The link to our page in what somebody was told.
pub(crate) fn link_in(post: &Post) -> String {
    let text = format!("{} {}", post.text, post.raw);
    let at = text.find("/oauth/start/").unwrap_or_else(|| panic!("no link in {text}"));
    let begin = text[..at].rfind("http").expect("an address");
    let end = text[at..].find(['|', '>', '"', ')', '\\', ' ']).map_or(text.len(), |it| at + it);
    text[begin..end].to_owned()
}

/// A bot with connections to these simulated vendors.
async fn bot(kinds: &[&'static str], change: impl Fn(&str, &mut Map<String, Value>)) -> (TestBot, Vec<FarEnd>) {
    let (mut far_ends, mut connections) = (Vec::new(), Vec::new());
    for kind in kinds {
        let standin = (connectors::find(kind).expect("the connector is there").standin)();
        let far_end = FarEnd::serve("", standin.router()).await;
        let mut connection = standin.connection(&far_end.url());
        // It lives as long as the story.
        Box::leak(Box::new(standin));
        change(kind, &mut connection);
        connection.insert("name".into(), (*kind).into());
        connection.insert("kind".into(), (*kind).into());
        connections.push(toml::Value::try_from(connection).expect("a table"));
        far_ends.push(far_end);
    }
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections").extend(connections);
    })
    .await;
    (bot, far_ends)
}

/// What this person is told where they ask to be linked.
pub(crate) async fn asks_for_link(bot: &TestBot, person: Person, connection: &str) -> String {
    let known: Vec<String> =
        bot.slack.posts().iter().filter(|it| it.raw.to_string().contains("/oauth/start/")).map(link_in).collect();
    bot.slack_command(person, &format!("/bellhop link {connection}")).await.accepted();
    let told = bot
        .slack
        .post_where("a link of their own", |it| it.raw.to_string().contains("/oauth/start/") && !known.contains(&link_in(it)))
        .await;
    assert!(told.private, "it is for them alone: {told:#?}");
    link_in(&told)
}

/// The request that made the issue of this title.
async fn made(far_end: &FarEnd, title: &str) -> Recorded {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        looks.tick().await;
        let is_it = |it: &Recorded| it.method == "POST" && it.path().ends_with("/issues") && it.body.contains(title);
        if let Some(found) = far_end.requests().into_iter().find(is_it) {
            return found;
        }
    }
    panic!("{title} was never made");
}

#[tokio::test]
async fn who_let_the_bot_in_acts_as_themselves_and_others_by_the_bot() {
    let (bot, far_ends) = bot(&["github"], |_, _| {}).await;
    let github = &far_ends[0];
    let link = asks_for_link(&bot, ANA, "github").await;
    let mut browser = Browser::default();
    // Whatever looks at a link in a chat uses nothing up.
    let (status, _, page) = Browser::default().get(&link).await;
    assert!(status == 200 && page.contains("Let Bellhop act as you in GitHub") && page.contains("read:org"), "{page}");
    let (status, page) = browser.agree(&link, "as=ana").await;
    assert!(status == 200 && page.contains("Bellhop acts as"), "{page}");
    bot.slack.post("from now on, and what you ask for there is done by your own account").await;

    bot.slack_command(ANA, "/github issue create By my own hand repo=example/demo").await.accepted();
    bot.slack.post("By my own hand").await;
    let own = made(github, "By my own hand").await;
    assert!(own.headers["authorization"].starts_with("Bearer access-") && !own.body.contains("Asked by"), "{own:#?}");
    let (_, _, page) = Browser::default().get(&format!("{}/example/demo/issues/", github.url())).await;
    assert!(page.contains("By my own hand"), "{page}");
    bot.slack_command(BEN, "/github issue create By the bot repo=example/demo").await.accepted();
    bot.slack.post("By the bot").await;
    let bots = made(github, "By the bot").await;
    assert!(!bots.headers["authorization"].contains("access-") && bots.body.contains("Asked by"), "{bots:#?}");

    // Her link again, and her way back again, are of no use to anybody.
    let (status, _, page) = Browser::default().get(&link).await;
    assert!(status == StatusCode::NOT_FOUND && page.contains("used before"), "{page}");

    bot.slack_command(ANA, "/bellhop unlink github").await.accepted();
    bot.slack.post("The link is forgotten").await;
    bot.slack_command(ANA, "/github issue create By the bot again repo=example/demo").await.accepted();
    bot.slack.post("By the bot again").await;
    assert!(made(github, "By the bot again").await.body.contains("Asked by"));
}

#[tokio::test]
async fn a_link_is_worth_nothing_in_other_hands() {
    let (bot, _far_ends) = bot(&["github"], |_, _| {}).await;
    let link = asks_for_link(&bot, ANA, "github").await;
    let (mut own, mut other) = (Browser::default(), Browser::default());
    // The way back of one browser in another.
    let back = own.choose(&link, "as=ana").await;
    let (status, _, page) = other.get(&back).await;
    assert!(status == StatusCode::FORBIDDEN && page.contains("did not begin this"), "{page}");
    other.get(&link).await;
    let (status, _, page) = other.get(&back).await;
    assert!(status == StatusCode::FORBIDDEN && page.contains("not begun in this browser"), "{page}");
    let forged = back.replace("state=", "state=9");
    assert_eq!(own.get(&forged).await.0, StatusCode::FORBIDDEN);
    let (status, _, page) = own.get(&back).await;
    assert!(status == 200 && page.contains("Done"), "{page}");
    // Once.
    let (status, _, page) = own.get(&back).await;
    assert!(status == StatusCode::FORBIDDEN && page.contains("used before"), "{page}");

    // Ana has Ben open her link: what he agrees to is nothing until somebody says the word that he was shown.
    let link = asks_for_link(&bot, ANA, "github").await;
    let (status, page) = Browser::default().agree(&link, "as=ben").await;
    assert!(status == 200 && page.contains("One more step") && page.contains("ana in Slack"), "{page}");
    let (_, rest) = page.split_once("/bellhop link confirm ").expect("a word");
    let word = rest.split('<').next().unwrap_or_default().to_owned();
    bot.slack_command(ANA, "/bellhop link confirm AAAAA-AAAAA").await.accepted();
    bot.slack.post("Nothing of yours waits for this word").await;
    bot.slack_command(BEN, &format!("/bellhop link confirm {word}")).await.accepted();
    bot.slack.post("Nothing of yours waits for this word").await;
    assert!(!bot.slack.posts().iter().any(|it| it.text.contains("You are `ben` in GitHub")));
    // She herself was told nothing that would help her; in her own hands the word is proof.
    bot.slack_command(ANA, &format!("/bellhop link confirm {}", word.to_lowercase())).await.accepted();
    bot.slack.post("You are `ben` in GitHub").await;
}

#[tokio::test]
async fn consent_that_is_denied_is_told_with_the_way_on() {
    let (bot, _far_ends) = bot(&["gitlab"], |_, _| {}).await;
    let link = asks_for_link(&bot, ANA, "gitlab").await;
    let (status, page) = Browser::default().agree(&link, "deny=yes").await;
    assert!(status == StatusCode::BAD_REQUEST && page.contains("Consent was denied there"), "{page}");
    let told = bot.slack.post("GitLab*: nothing was linked").await;
    assert!(told.text.contains("access_denied"), "{}", told.text);
    bot.slack_press(ANA, &told, "Begin again").await.accepted();
    let again =
        bot.slack.post_where("a new link", |it| it.raw.to_string().contains("/oauth/start/") && link_in(it) != link).await;
    let (status, page) = Browser::default().agree(&link_in(&again), "as=ana").await;
    assert!(status == 200 && page.contains("Done"), "{page}");
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_once_for_all_and_its_end_is_told_once() {
    let (bot, far_ends) = bot(&["gitlab"], |_, _| {}).await;
    let gitlab = &far_ends[0];
    let link = asks_for_link(&bot, ANA, "gitlab").await;
    Browser::default().agree(&link, "as=ana").await;
    bot.slack.post("done by your own account").await;
    let settings = format!("{}/-/user_settings/applications", gitlab.url());
    let renewals = || gitlab.count(|it| it.path() == "/oauth/token" && it.body.contains("grant_type=refresh_token"));

    Browser::default().get(&format!("{settings}?end=ana")).await;
    let commands = (0..20).map(|it| {
        let bot = &bot;
        async move {
            bot.slack_command(ANA, &format!("/gitlab issue create Number {it} of twenty project=demo/printer")).await.accepted()
        }
    });
    futures::future::join_all(commands).await;
    for it in 0..20 {
        let name = format!("Number {it} of twenty");
        // What was refused for the old token is there as well.
        bot.slack.post(&name).await;
        let made = made(gitlab, &name).await;
        assert!(made.headers.contains_key("authorization") && !made.headers.contains_key("private-token"), "{made:#?}");
    }
    assert_eq!(renewals(), 1, "one renewal for twenty");

    Browser::default().get(&format!("{settings}?revoke=ana")).await;
    bot.slack_command(ANA, "/gitlab issue create Too late project=demo/printer").await.accepted();
    let refused = bot.slack.post("Nothing was done").await;
    assert!(refused.text.contains("has ended") && refused.text.contains("bellhop link gitlab"), "{}", refused.text);
    let told = bot
        .slack
        .post_where("the notice", |it| it.text.contains("has ended") && it.raw.to_string().contains("Link gitlab again"))
        .await;
    assert!(told.text.contains("invalid_grant"), "{}", told.text);
    bot.slack_command(ANA, "/gitlab issue create By the bot then project=demo/printer").await.accepted();
    bot.slack.post("By the bot then").await;
    assert!(made(gitlab, "By the bot then").await.body.contains("Asked by"));
    let notices = bot.slack.posts().iter().filter(|it| it.raw.to_string().contains("Link gitlab again")).count();
    assert_eq!(notices, 1);
}

#[tokio::test]
async fn a_connection_is_made_by_a_link_and_works() {
    let kind = connectors::find("gitlab").expect("a connector");
    let standin = (kind.standin)();
    let mut gitlab = FarEnd::serve("", standin.router()).await;
    let settings = standin.connection(&gitlab.url());
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |_| {}).await;
    let text = |name: &str| Filled::Text(settings[name].as_str().expect("a text").into());
    bot.slack_command(CHLOE, "/bellhop connect gitlab").await.accepted();
    let view = bot.slack.view().await;
    let filled = [("Url", text("url")), ("Client id", text("client_id")), ("Client secret", text("client_secret"))];
    bot.slack_submit(CHLOE, &view, &filled).await.accepted();
    let told = bot.slack.post("let Bellhop into GitLab").await;
    assert!(told.text.contains("/oauth/callback"), "{}", told.text);

    // It is tried before it is kept: what does not work is told, with the way on.
    gitlab.set_at(Fault::Forbidden, |it| it.path() == "/api/v4/user").await;
    let (status, page) = Browser::default().agree(&link_in(&told), "as=bellhop").await;
    assert!(status == StatusCode::BAD_REQUEST && page.contains("did not accept what was agreed to"), "{page}");
    bot.slack.post("GitLab*: nothing was connected").await;
    gitlab.set(Fault::None).await;
    bot.slack_command(CHLOE, "/bellhop connect gitlab").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &filled).await.accepted();
    let again = bot
        .slack
        .post_where("a new link", |it| it.raw.to_string().contains("/oauth/start/") && link_in(it) != link_in(&told))
        .await;
    let (status, page) = Browser::default().agree(&link_in(&again), "as=bellhop").await;
    assert!(status == 200 && page.contains("works, and is connected as"), "{page}");
    bot.slack.post("is connected as").await;
    bot.slack_command(ANA, "/gitlab issue create By consent project=demo/printer").await.accepted();
    bot.slack.post("By consent").await;
    let made = made(&gitlab, "By consent").await;
    assert!(made.headers["authorization"].starts_with("Bearer access-") && made.body.contains("Asked by"), "{made:#?}");

    // The vendor ends it: administrators hear of it, and one of them mends it.
    Browser::default().get(&format!("{}/-/user_settings/applications?revoke=bellhop", gitlab.url())).await;
    bot.slack_command(ANA, "/gitlab issue list project=demo/printer").await.accepted();
    bot.slack.post("gitlab has to be let in again").await;
    bot.slack_command(CHLOE, "/bellhop authorize gitlab").await.accepted();
    let links = [link_in(&told), link_in(&again)];
    let last = bot
        .slack
        .post_where("the link to mend it", |it| it.raw.to_string().contains("/oauth/start/") && !links.contains(&link_in(it)))
        .await;
    let (status, page) = Browser::default().agree(&link_in(&last), "as=bellhop").await;
    assert!(status == 200, "{page}");
    bot.slack_command(ANA, "/gitlab issue create Mended project=demo/printer").await.accepted();
    bot.slack.post("Mended").await;
}
