//! The dashboard: opened by a link from chat, it shows what somebody may see, and does what they press. (M05)

use std::time::Duration;

use reqwest::{StatusCode, header, redirect::Policy};
use tests::{ANA, BEN, CHLOE, Database, Redmine, TestBot, people::Person, slack::Post};

/// A browser that was let in.
struct Window {
    client: reqwest::Client,
    url: String,
    cookie: String,
}

fn client() -> reqwest::Client {
    let _ = tests::client();
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client")
}

fn link_in(post: &Post) -> String {
    let text = format!("{} {}", post.text, post.raw);
    let at = text.find("/dashboard/open/").unwrap_or_else(|| panic!("no link in {text}"));
    let begin = text[..at].rfind("http").expect("an address");
    let end = text[at..].find(['|', '>', '"', ')', '\\', ' ']).map_or(text.len(), |it| at + it);
    text[begin..end].to_owned()
}

async fn asks(bot: &TestBot, person: Person) -> String {
    let links = |it: &Post| it.raw.to_string().contains("/dashboard/open/").then(|| link_in(it));
    let known: Vec<String> = bot.slack.posts().iter().filter_map(links).collect();
    bot.slack_command(person, "/bellhop dashboard").await.accepted();
    let told = bot.slack.post_where("a link", |it| links(it).is_some_and(|it| !known.contains(&it))).await;
    assert!(told.private, "it is for them alone: {told:#?}");
    link_in(&told)
}

impl Window {
    async fn of(bot: &TestBot, link: &str) -> Window {
        let client = client();
        let looked = client.get(link).send().await.expect("an answer");
        assert_eq!(looked.status(), 200);
        assert!(looked.headers().get(header::SET_COOKIE).is_none(), "looking lets nobody in");
        assert!(looked.text().await.expect("a page").contains("Open the dashboard"));
        let opened = client.post(link).send().await.expect("an answer");
        assert_eq!(opened.status(), StatusCode::SEE_OTHER);
        assert!(opened.headers()[header::LOCATION].to_str().expect("text").ends_with("/dashboard"));
        let cookie = opened.headers()[header::SET_COOKIE].to_str().expect("text");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().expect("a value").to_owned();
        Window { client, url: format!("http://{}", bot.address()), cookie }
    }

    async fn of_person(bot: &TestBot, person: Person) -> Window {
        Window::of(bot, &asks(bot, person).await).await
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = self.client.get(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie);
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a page"))
    }

    async fn page(&self) -> String {
        let (status, page) = self.get("/dashboard").await;
        assert_eq!(status, 200, "{page}");
        page
    }

    /// The page, as soon as it shows that.
    async fn shows(&self, what: &str) -> String {
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..300 {
            looks.tick().await;
            let page = self.page().await;
            if page.contains(what) {
                return page;
            }
        }
        panic!("the dashboard never shows {what}: {}", self.page().await);
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = self.client.post(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie).form(fields);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a page"))
    }

    /// What its pages alone know.
    async fn proof(&self) -> String {
        let page = self.page().await;
        let (_, rest) = page.split_once("name=\"form\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    async fn press(&self, line: &str) -> (StatusCode, String) {
        self.send("/dashboard/do", &[("form", &self.proof().await), ("line", line)], &[]).await
    }
}

#[tokio::test]
async fn a_link_from_chat_opens_it_once_for_what_somebody_may_see() {
    let mut bot = TestBot::start().await;
    let closed = client().get(format!("http://{}/", bot.address())).send().await.expect("an answer");
    assert_eq!(
        (closed.status(), &closed.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &header::HeaderValue::from_static("dashboard"))
    );
    let closed = bot.get("/dashboard").await;
    assert!(closed.status == 401 && closed.body.contains("/bellhop dashboard"), "{closed:?}");

    let link = asks(&bot, CHLOE).await;
    let chloe = Window::of(&bot, &link).await;
    let again = client().post(&link).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::GONE);
    let page = chloe.page().await;
    for panel in ["state", "alerts", "oncall", "health", "work", "deliveries", "audit"] {
        assert!(page.contains(&format!("id=\"{panel}\"")), "{panel} is missing: {page}");
    }
    // A member sees what a member's commands show.
    let ben = Window::of_person(&bot, BEN).await;
    let page = ben.page().await;
    assert!(page.contains("id=\"alerts\"") && page.contains("id=\"health\""), "{page}");
    assert!(!page.contains("id=\"work\"") && !page.contains("id=\"audit\"") && !page.contains("id=\"deliveries\""), "{page}");
    let (_, refused) = ben.get("/dashboard/show?line=bellhop+jobs").await;
    assert!(refused.contains("is for administrators") && !refused.contains("Waiting"), "{refused}");
    let (_, shown) = chloe.get("/dashboard/show?line=bellhop+audit").await;
    assert!(shown.contains("[opened in a browser] bellhop dashboard"), "{shown}");
    // And nobody changes anything by an address.
    let (_, refused) = chloe.get("/dashboard/show?line=bellhop+roles+give+%40ben+admin").await;
    assert!(refused.contains("looking at its address does not run it"), "{refused}");

    // Whoever loses what they may, loses it on the page that is open.
    bot.slack_command(CHLOE, "/bellhop grant deny @ben bellhop alerts").await.accepted();
    bot.slack.post("may not run").await;
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    while ben.page().await.contains("id=\"alerts\"") {
        looks.tick().await;
    }
    // A restart ends no visit; closing does, everywhere.
    bot.kill().await;
    bot.run().await;
    let chloe = Window { url: format!("http://{}", bot.address()), ..chloe };
    chloe.page().await;
    bot.slack_command(CHLOE, "/bellhop dashboard close").await.accepted();
    bot.slack.post("is closed in the browser that had it open").await;
    assert_eq!(chloe.get("/dashboard").await.0, 401);
}

#[tokio::test]
async fn what_is_pressed_is_done_as_whoever_pressed_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        let bot = TestBot::with(Redmine::standin().await, database).await;
        bot.slack_command(CHLOE, "/bellhop escalation create platform @ben").await.accepted();
        bot.slack.post("Who would be paged?").await;
        bot.slack_command(ANA, "/bellhop page platform The <till> is down").await.accepted();
        let ana = Window::of_person(&bot, ANA).await;
        let page = ana.shows("The &lt;till&gt; is down").await;
        assert!(page.contains("nobody has it yet") && page.contains("value=\"bellhop alert ack 1\""), "{page}");
        let proof = ana.proof().await;
        let line = ("line", "bellhop alert ack 1");
        // Not from a page elsewhere, not without what our pages know, not by another's.
        for (form, site) in [(proof.as_str(), "cross-site"), ("", "same-origin"), ("0123456789abcdef", "same-origin")] {
            let (status, page) = ana.send("/dashboard/do", &[("form", form), line], &[("sec-fetch-site", site)]).await;
            assert!(status == 403 && page.contains("Nothing was done"), "{form} {site}: {page}");
        }
        let ben = Window::of_person(&bot, BEN).await;
        assert_eq!(ben.send("/dashboard/do", &[("form", &proof), line], &[]).await.0, 403);
        assert!(ana.page().await.contains("nobody has it yet"));

        let (status, page) = ana.press("bellhop alert ack 1").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        ana.shows("acknowledged by ana").await;
        // What is refused is said on the page; what asks a question is asked.
        let (_, refused) = ben.press("bellhop roles give @ben owner").await;
        assert!(refused.contains("is for administrators"), "{refused}");
        let (_, wrong) = ana.press("bellhop alert akc 1").await;
        assert!(wrong.contains("no command <code>alert akc</code>. Did you mean"), "{wrong}");
        let fields = [("form", proof.as_str()), ("line", "bellhop alert resolve 1"), ("ask", "Sure?")];
        let (status, asked) = ana.send("/dashboard/do", &fields, &[]).await;
        assert!(status == 200 && asked.contains("Sure?") && asked.contains("Yes, do it"), "{asked}");
        ana.shows("acknowledged by ana").await;
        // A form is its page.
        let (status, _) = ana.press("bellhop alert silence 1 --form").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        ana.press("bellhop alert resolve 1").await;
        ana.shows("All is well: nothing fires.").await;
        bot.slack_command(CHLOE, "/bellhop audit command=\"bellhop alert\"").await.accepted();
        let log = bot.slack.post("Audit log").await.text;
        assert!(log.contains("bellhop alert ack 1") && log.contains("bellhop alert resolve 1"), "{log}");
    }
}

#[tokio::test]
async fn a_page_that_is_open_hears_what_changes() {
    let bot = TestBot::start().await;
    let ana = Window::of_person(&bot, ANA).await;
    let request = ana.client.get(format!("{}/dashboard/live", ana.url)).header(header::COOKIE, &ana.cookie);
    let mut stream = request.header(header::ACCEPT, "text/event-stream").send().await.expect("an answer");
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut heard = String::new();
    let mut hears = async |what: &str| {
        let listening = async {
            while !heard.contains(what) {
                let more = stream.chunk().await.expect("a stream").unwrap_or_else(|| panic!("it ended: {heard}"));
                heard.push_str(&String::from_utf8_lossy(&more));
            }
            std::mem::take(&mut heard)
        };
        tokio::time::timeout(Duration::from_secs(30), listening).await.unwrap_or_else(|_| panic!("{what} was never heard"))
    };
    let first = hears("event: still").await;
    assert!(first.contains("nothing fires"), "{first}");
    bot.slack_command(CHLOE, "/bellhop escalation create platform @ben").await.accepted();
    bot.slack.post("Who would be paged?").await;
    bot.slack_command(ANA, "/bellhop page platform The till is down").await.accepted();
    let alert = hears("The till is down").await;
    assert!(alert.contains("\"id\":\"alerts\""), "{alert}");
    // Whoever leaves in another tab is out in this one.
    let (status, _) = ana.send("/dashboard/leave", &[("form", &ana.proof().await)], &[]).await;
    assert_eq!(status, 200);
    hears("event: over").await;
    let refused = ana.client.get(format!("{}/dashboard/live", ana.url)).send().await.expect("an answer");
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn whoever_runs_the_program_gets_a_link_without_a_chat() {
    let bot = TestBot::start().await;
    let said = bot.bellhop(&["say", "bellhop dashboard"]).await.done();
    let at = said.out.find("http").expect("a link");
    let link = said.out[at..].split([' ', ')', '>', '\n']).next().expect("an address").trim_end_matches('.').to_owned();
    let window = Window::of(&bot, &link).await;
    let page = window.page().await;
    // There is nobody to answer in chat: everything is seen, and what changes something is not offered.
    assert!(page.contains("id=\"audit\"") && !page.contains("/dashboard/do"), "{page}");
    let (status, page) = window.press("bellhop default set project demo").await;
    assert!(status == 200 && page.contains("bellhop say"), "{page}");
}
