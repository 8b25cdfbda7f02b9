//! Installing in several Slack workspaces by OAuth: the built bot between a browser and the simulated Slack.

use std::time::Duration;

use connectors::{
    slack::standin::{Act, AppSettings, Options, SlackSim, What},
    standin::chat::Served,
};
use reqwest::{StatusCode, header};
use serde_json::json;
use tests::{Database, Redmine, SECRETS, TestBot, far_end::PATIENCE};
use tokio::time::Instant;

const HOOK: &str = "install-hook-token";

/// A bot without a token, and a Slack of two workspaces that it may be let into.
struct World {
    bot: TestBot,
    first: SlackSim,
    second: SlackSim,
    _served: Served,
}

impl World {
    async fn new() -> World {
        let secret = SECRETS.iter().find(|it| it.0 == "SLACK_SIGNING_SECRET").expect("the app's").1;
        let first = SlackSim::new(Options { signing_secret: Some(secret.into()), ..Options::default() }).expect("a client");
        let served = first.serve("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
        let (credentials, url) = (first.credentials(), served.url.clone());
        let second = first.add_workspace(7, "Second").expect("a client");
        let second_id = second.credentials().team_id;
        let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
            let slack = config["slack"].as_table_mut().expect("a section");
            slack.remove("bot_token");
            slack.insert("client_id".into(), credentials.client_id.into());
            slack.insert("client_secret".into(), credentials.client_secret.into());
            slack.insert("api_url".into(), format!("{url}/api/").into());
            let more = format!(
                "hook = [{{ name = \"ci\", kind = \"redmine\", secret = \"{HOOK}\" }}]\n\
                 subscription = [{{ from = \"ci\", to = \"slack:{second_id}/#ops\" }}]\n"
            );
            config.extend(more.parse::<toml::Table>().expect("what stands above is TOML"));
        })
        .await;
        for workspace in [&first, &second] {
            workspace.configure(AppSettings::at(&format!("http://{}", bot.address())));
        }
        World { bot, first, second, _served: served }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.bot.address())
    }

    /// A browser that presses the button, allows it for `workspace`, and comes back; the page it sees then.
    async fn install(&self, workspace: &SlackSim) -> (StatusCode, String) {
        let (cookie, back) = self.allow(workspace).await;
        self.come_back(&cookie, &back).await
    }

    /// Its cookie, and where Slack sends it.
    async fn allow(&self, workspace: &SlackSim) -> (String, String) {
        let client = browser();
        let page = client.get(self.url("/slack/install")).send().await.expect("a page");
        let cookie =
            page.headers()[header::SET_COOKIE].to_str().expect("a cookie").split(';').next().unwrap_or_default().to_owned();
        let page = page.text().await.expect("a page");
        let (_, rest) = page.split_once("class=\"add\" href=\"").expect("a button");
        let authorize = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
        assert!(client.get(&authorize).send().await.expect("Slack's page").status().is_success(), "Slack knows the app");
        let mut url = reqwest::Url::parse(&authorize).expect("an address");
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        form.extend([("team".into(), workspace.credentials().team_id), ("decision".into(), "allow".into())]);
        url.set_query(None);
        let answer = client.post(url).form(&form).send().await.expect("Slack's answer");
        (cookie, answer.headers()[header::LOCATION].to_str().expect("an address").to_owned())
    }

    async fn come_back(&self, cookie: &str, back: &str) -> (StatusCode, String) {
        let answer = browser().get(back).header(header::COOKIE, cookie).send().await.expect("bellhop answers");
        (answer.status(), answer.text().await.expect("a page"))
    }

    /// Ana mentions the bot in #dev: the answer is a post with the workspace's own token.
    async fn ask(&self, workspace: &SlackSim, text: &str) {
        let act = Act {
            person: "ana".into(),
            what: What::Say { channel: "#dev".into(), text: format!("@bellhop {text}"), thread: None },
        };
        workspace.act(act).await.expect("she may");
    }

    /// Redmine reports an issue.
    async fn report(&self, id: u32, subject: &str) {
        let body = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {
            "id": id, "project": {"id": 1, "name": "Demo"}, "tracker": {"id": 1, "name": "Bug"},
            "status": {"id": 1, "name": "New", "is_closed": false}, "priority": {"id": 3, "name": "High"},
            "author": {"id": 5, "name": "Ana"}, "subject": subject, "description": "It burns.", "is_private": false,
            "custom_fields": [], "created_on": "2026-11-21T09:00:00Z", "updated_on": "2026-11-21T09:00:00Z", "closed_on": null}}});
        self.bot.hook("ci", HOOK, &body).await.accepted();
    }
}

fn browser() -> reqwest::Client {
    let _ = tests::client();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Waits until the simulated Slack is such: nothing tells from outside when it is.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    let mut tries = tokio::time::interval(Duration::from_millis(20));
    while !is_so() {
        assert!(Instant::now() < end, "not in time: {what}");
        tries.tick().await;
    }
}

/// Messages of the bot that hold this text.
fn said(workspace: &SlackSim, text: &str) -> usize {
    workspace.look(|state| {
        let ours = state.messages.values().filter(|it| it.user == state.app.bot_user);
        ours.filter(|it| it.text.contains(text) || json!([it.blocks, it.attachments]).to_string().contains(text)).count()
    })
}

/// Events of this kind that the bot has taken.
fn taken(world: &World, kind: &str) -> usize {
    let kind = format!("\"type\":\"{kind}\"");
    let all = world.first.traffic().all();
    all.iter().filter(|it| it.url.ends_with("/slack/events") && it.body.contains(&kind) && it.status == Some(200)).count()
}

#[tokio::test]
async fn two_workspaces_are_each_answered_with_their_own_token() {
    let world = World::new().await;
    // A workspace that is not installed is nobody's business.
    world.ask(&world.second, "whoami").await;
    until("the event is taken", || taken(&world, "app_mention") == 1).await;
    for (workspace, name) in [(&world.first, "Example"), (&world.second, "Second")] {
        let (status, page) = world.install(workspace).await;
        assert!(status == 200 && page.contains(&format!("Bellhop is in {name}")), "{page}");
    }
    world.ask(&world.first, "redmine issue create First printer project=demo").await;
    world.ask(&world.second, "redmine issue create Second printer project=demo").await;
    until("both are answered", || said(&world.first, "First printer") == 1 && said(&world.second, "Second printer") == 1).await;
    assert_eq!((said(&world.first, "Second printer"), said(&world.second, "First printer")), (0, 0));
    assert_eq!(said(&world.second, "member"), 0, "what was said before the install is not answered after it");

    // It goes on after a restart, with what the database holds.
    let mut world = world;
    world.bot.kill().await;
    world.bot.run().await;
    world.ask(&world.second, "redmine issue create Third printer project=demo").await;
    until("the third is answered", || said(&world.second, "Third printer") == 1).await;
    let doctor = world.bot.bellhop(&["doctor", "slack"]).await;
    assert!(doctor.out.contains("Example (") && doctor.out.contains("Second ("), "{doctor:?}");

    // Nothing that Slack granted is seen outside: not in the log, not in the database file.
    let secrets = [world.first.credentials().client_secret, "xoxb-".into(), "xoxe".into()];
    let log = world.bot.log();
    world.bot.kill().await;
    let database = std::fs::read(world.bot.folder().join("bellhop.db")).expect("the database");
    let journal = std::fs::read(world.bot.folder().join("bellhop.db-wal")).unwrap_or_default();
    for secret in secrets {
        assert!(!log.replace(SECRETS[2].1, "").contains(&secret), "{secret} is in the log");
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
        assert!(!holds(&database) && !holds(&journal), "{secret} is in the database");
    }
}

#[tokio::test]
async fn a_state_is_good_for_one_browser_once() {
    let world = World::new().await;
    let (cookie, back) = world.allow(&world.first).await;
    let (other, _) = world.allow(&world.first).await;
    assert_eq!(world.come_back(&other, &back).await.0, 403, "another browser");
    assert_eq!(world.come_back("", &back).await.0, 403, "no browser of ours");
    let forged = back.replace("&state=", "&state=9");
    assert_eq!(world.come_back(&cookie, &forged).await.0, 403, "another time");
    assert_eq!(world.come_back(&cookie, &back).await.0, 200);
    let (status, page) = world.come_back(&cookie, &back).await;
    assert!(status == 403 && page.contains("used before"), "{page}");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_under_way() {
    let world = World::new().await;
    world.first.grants(|it| it.rotation = Some(43_200));
    world.install(&world.second).await;
    world.ask(&world.second, "redmine issue create Old token project=demo").await;
    until("it is answered", || said(&world.second, "Old token") == 1).await;
    let now = jiff::Timestamp::now().as_microsecond();
    world.first.grants(|it| it.expire(now));
    world.ask(&world.second, "redmine issue create New token project=demo").await;
    until("it is answered", || said(&world.second, "New token") == 1).await;
    let all = world.first.traffic().all();
    let renewals = all.iter().filter(|it| it.url == "/api/oauth.v2.access" && it.body.contains("refresh_token")).count();
    assert_eq!((renewals, said(&world.second, "New token")), (1, 1), "one renewal, and nothing said twice");
}

#[tokio::test]
async fn what_is_said_to_a_workspace_that_is_gone_waits_until_it_is_back() {
    let world = World::new().await;
    for workspace in [&world.first, &world.second] {
        world.install(workspace).await;
    }
    world.report(1, "Before").await;
    until("it is told", || said(&world.second, "Before") == 1).await;

    let id = world.second.credentials().team_id;
    assert!(world.first.uninstall(&id));
    until("the bot has heard of it", || taken(&world, "app_uninstalled") == 1 && taken(&world, "tokens_revoked") == 1).await;
    world.report(2, "Meanwhile").await;
    // Whoever administers the other workspace is told, with the way back.
    until("the note arrives", || said(&world.first, "/slack/install") >= 1).await;
    let dead = world.bot.bellhop(&["jobs", "list", "--json"]).await.done();
    assert!(dead.out.contains("the app was uninstalled in Slack") && dead.out.contains("/slack/install"), "{}", dead.out);

    let (status, page) = world.install(&world.second).await;
    assert_eq!(status, 200, "{page}");
    world.bot.bellhop(&["jobs", "redrive", "--all"]).await.done();
    until("what was kept is told", || said(&world.second, "Meanwhile") == 1).await;
    assert_eq!(said(&world.first, "Meanwhile"), 0, "it was never for the other workspace");
}
