//! Paging: policies and pages by hand, how people want to be reached, answers from phones, and chats that are down.
//!
//! Text messages and calls go to a Twilio of the story's own, which signs what it tells later as the real one does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use base64::{Engine, prelude::BASE64_STANDARD};
use connectors::standin::Fault;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use reqwest::Url;
use serde_json::{Value, json};
use tests::{
    ANA, BEN, CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, PATIENCE, Recorded},
    slack::{CHANNEL, DIRECT},
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "canary-twilio-auth-token";
const ANAS: &str = "+41790000001";
const POLICY: &str = "team:primary wait=3s | team:second wait=1h";

type Count = Arc<Mutex<u64>>;

/// Twilio's messages and calls: takes all of them.
fn twilio() -> Router {
    async fn message(State(count): State<Count>, body: String) -> (StatusCode, Json<Value>) {
        let mut count = count.lock().expect("no story failed");
        *count += 1;
        let fields = Url::parse(&format!("http://form/?{body}")).expect("a form");
        let fields: std::collections::BTreeMap<String, String> = fields.query_pairs().into_owned().collect();
        let sid = format!("{}{:032x}", if fields.contains_key("Twiml") { "CA" } else { "SM" }, *count);
        (StatusCode::CREATED, Json(json!({"sid": sid, "status": "queued", "to": fields["To"]})))
    }
    let account = async || Json(json!({"sid": ACCOUNT, "status": "active", "type": "Full"}));
    let at = |path: &str| format!("/2010-04-01/Accounts/{ACCOUNT}{path}.json");
    Router::new()
        .route(&at("/Messages"), post(message))
        .route(&at("/Calls"), post(message))
        .route(&at(""), axum::routing::get(account))
        .with_state(Count::default())
}

fn texts(it: &Recorded) -> bool {
    it.method == "POST" && it.path().ends_with("/Messages.json")
}

fn calls(it: &Recorded) -> bool {
    it.method == "POST" && it.path().ends_with("/Calls.json")
}

/// A bot that texts and calls by `twilio`, with Ana and Ben in the teams `primary` and `second` and the policy `platform`.
async fn bot(twilio: &FarEnd) -> TestBot {
    let sms = format!(
        "[sms]\naccount_sid = \"{ACCOUNT}\"\nauth_token = \"{AUTH_TOKEN}\"\nfrom = \"+41790000099\"\nvoice = \"+41790000098\"\napi_url = \"{}\"\n",
        twilio.url()
    );
    let config: toml::Table = sms.parse().expect("a configuration");
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| it.extend(config)).await;
    for (line, said) in [
        ("/bellhop team create primary", "The team"),
        ("/bellhop team add primary @ana", "Team primary"),
        ("/bellhop team create second", "The team"),
        ("/bellhop team add second @ben", "Team second"),
        (&format!("/bellhop escalation create platform {POLICY}"), "Who would be paged?"),
    ] {
        bot.slack_command(CHLOE, line).await.accepted();
        bot.slack.post(said).await;
    }
    bot
}

/// Ana sets how she is paged, and types back the code that is sent to her number.
async fn reached(bot: &TestBot, twilio: &FarEnd, line: &str) {
    bot.slack_command(ANA, line).await.accepted();
    let shown = bot.slack.post("How you are paged").await;
    assert!(shown.text.contains("not verified: nobody is paged there"), "{}", shown.text);
    let sent = field(&twilio.next("a code", |it| texts(it) && it.body.contains("code")).await, "Body");
    let code: String = sent.split("Bellhop is ").nth(1).expect("a code").chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{sent}");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    bot.slack_command(ANA, &format!("/bellhop reach verify {wrong}")).await.accepted();
    bot.slack.post("That is not the code: 4 tries are left").await;
    bot.slack_command(ANA, &format!("/bellhop reach verify {code}")).await.accepted();
    bot.slack.post("is yours: you are paged there").await;
}

/// What Twilio tells, as it signs it.
async fn tell(bot: &TestBot, url: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(AUTH_TOKEN.as_bytes()).expect("a key of any length");
    mac.update(url.as_bytes());
    sorted.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let response = bot.client.post(url).header("x-twilio-signature", signature).form(fields).send().await.expect("an answer");
    (response.status(), response.text().await.expect("text"))
}

fn field(request: &Recorded, name: &str) -> String {
    request.fields()[name].as_str().unwrap_or_default().to_owned()
}

/// What somebody's page says, once it says `wanted`.
async fn became(bot: &TestBot, why: &str, wanted: &str) -> String {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..400 {
        looks.tick().await;
        let seen = bot.slack.seen_in(DIRECT);
        if let Some((_, text)) = seen.iter().find(|(_, text)| text.contains(why) && text.contains(wanted)) {
            return text.clone();
        }
    }
    panic!("no page {why:?} says {wanted:?}: {:#?}", bot.slack.seen_in(DIRECT));
}

#[tokio::test]
async fn a_policy_is_gone_through_until_somebody_acknowledges() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    bot.slack_command(BEN, "/bellhop escalation test platform").await.accepted();
    let rehearsed = bot.slack.post("if something fired now").await;
    assert!(
        rehearsed.text.contains("ana (in the team primary)") && rehearsed.text.contains("by direct message"),
        "{}",
        rehearsed.text
    );
    bot.slack_command(BEN, "/bellhop page platform The shop is down").await.accepted();
    bot.slack.post("pages by the policy platform").await;
    let first = bot.slack.post("in the team primary").await;
    assert!(first.text.contains("The shop is down"), "{}", first.text);
    let second = bot.slack.post("in the team second").await;
    assert!(second.text.contains("The shop is down"), "{}", second.text);
    bot.slack_press(ANA, &second, "Acknowledge").await.accepted();
    bot.slack.post("is seen to").await;
    // Whoever was paged sees it where they were paged: who has it goes on from there, the other one has nothing left to do.
    let anas = became(&bot, "in the team primary", "Acknowledged").await;
    assert!(anas.contains("by ana") && anas.contains("Unacknowledge") && !anas.contains("Escalate"), "{anas}");
    let bens = became(&bot, "in the team second", "Acknowledged").await;
    assert!(bens.contains("Timeline") && !bens.contains("Resolve") && !bens.contains("Silence"), "{bens}");
    bot.slack_command(ANA, "/bellhop alert resolve 1").await.accepted();
    let over = became(&bot, "in the team primary", "Resolved").await;
    assert!(!over.contains("acknowledge"), "{over}");
    bot.slack_command(BEN, "/bellhop page status").await.accepted();
    bot.slack.post("Nobody is being paged now").await;
}

#[tokio::test]
async fn what_pages_people_is_not_taken_away_below_them_nor_named_wrongly() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    let says = async |line: &str, wanted: &str| {
        bot.slack_command(CHLOE, line).await.accepted();
        bot.slack.post(wanted).await
    };
    says("/bellhop alert rule add disks from=redmine escalation=platfrom", "did you mean `platform`?").await;
    says("/bellhop escalation create other team:secnd", "There is no team `secnd`, so that it would page nobody").await;
    says("/bellhop alert rule add disks from=redmine escalation=platform", "People are paged by the policy platform").await;
    says("/bellhop escalation delete platform", "alert rule edit disks escalation=none").await;
    says("/bellhop team delete second", "is still used by the escalation policy `platform`").await;
    says("/bellhop alert rule edit disks escalation=none to=#dev", "Nobody is paged for it").await;
    says("/bellhop escalation delete platform", "is gone. What is being told").await;
    says("/bellhop team delete second", "The team `second` is gone").await;
}

#[tokio::test]
async fn a_phone_rings_when_a_text_does_not_arrive_and_a_key_acknowledges() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    reached(&bot, &twilio, &format!("/bellhop reach set dm=off email=off sms=now voice=1h number={ANAS}")).await;
    bot.slack_command(ANA, "/bellhop reach").await.accepted();
    let shown = bot.slack.post_where("what is set", |it| it.text.contains("verified") && !it.text.contains("not verified")).await;
    assert!(shown.text.contains("by text message at once, by phone call after 1 h"), "{}", shown.text);
    bot.slack_command(BEN, "/bellhop page @ana Disk full on db1").await.accepted();
    let text = twilio.next("a text", |it| texts(it) && it.body.contains("db1")).await;
    assert!(field(&text, "Body").contains("Disk full on db1"), "{:#}", text.fields());
    let callback = field(&text, "StatusCallback");
    assert_eq!(bot.client.post(&callback).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    let told = [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "30003"), ("To", ANAS)];
    assert_eq!(tell(&bot, &callback, &told).await.0, StatusCode::NO_CONTENT);
    // An hour early: the text did not arrive.
    let call = twilio.next("a call", calls).await;
    let script = field(&call, "Twiml");
    assert!(script.contains("Disk full on db1") && script.contains("Press 1 to acknowledge"), "{script}");
    assert_eq!((field(&call, "To").as_str(), field(&call, "From").as_str()), (ANAS, "+41790000098"));
    let answer = script.split("action=\"").nth(1).and_then(|it| it.split('"').next()).expect("where the key goes");
    let answer = answer.replace("&amp;", "&");
    let (_, said) = tell(&bot, &answer, &[("CallSid", "CA1"), ("Digits", "2")]).await;
    assert!(said.contains("Nothing was done"), "{said}");
    let (status, said) = tell(&bot, &answer, &[("CallSid", "CA1"), ("Digits", "1")]).await;
    assert!(status.is_success() && said.contains("It is acknowledged"), "{said}");
    bot.slack.post("is seen to").await;
    bot.slack_command(BEN, "/bellhop page status 1").await.accepted();
    bot.slack.post("could not be paged by text message").await;
    assert!(!bot.log().contains(AUTH_TOKEN), "the token is in the log");
}

#[tokio::test]
async fn a_text_is_answered_by_one_from_the_same_phone() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    let reply = format!("http://{}/sms/reply", bot.address());
    reached(&bot, &twilio, &format!("/bellhop reach set dm=off sms=now number={ANAS}")).await;
    let fields =
        |said: &'static str, sid: &'static str| [("MessageSid", sid), ("From", ANAS), ("To", "+41790000099"), ("Body", said)];
    let (_, said) = tell(&bot, &reply, &fields("1", "SM90")).await;
    assert!(said.contains("nothing to acknowledge"), "{said}");
    bot.slack_command(BEN, "/bellhop page @ana Disk full on db2").await.accepted();
    twilio.next("a text", |it| texts(it) && it.body.contains("db2")).await;
    let (_, said) = tell(&bot, &reply, &fields("what?", "SM91")).await;
    assert!(said.contains("Answer 1 to acknowledge"), "{said}");
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    // Twilio has it a moment before that is written down.
    let said = loop {
        looks.tick().await;
        let (status, said) = tell(&bot, &reply, &fields(" Ack ", "SM92")).await;
        assert!(status.is_success(), "{said}");
        if !said.contains("nothing to acknowledge") {
            break said;
        }
    };
    assert!(said.contains("Taken: Disk full on db2"), "{said}");
    bot.slack.post("is seen to").await;
}

#[tokio::test]
async fn a_chat_that_is_down_keeps_nobody_waiting() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let mut bot = bot(&twilio).await;
    reached(&bot, &twilio, &format!("/bellhop reach set dm=now email=off sms=1h voice=off number={ANAS}")).await;
    bot.slack.far_end.set_at(Fault::Failing, |it| it.path().ends_with("/chat.postMessage")).await;
    bot.zulip_direct(BEN, "bellhop page primary Slack is gone").await.accepted();
    // An hour before its time.
    let text = twilio.next("a text", |it| texts(it) && it.body.contains("gone")).await;
    assert!(field(&text, "Body").contains("Slack is gone"), "{:#}", text.fields());
    bot.slack.far_end.set(Fault::None).await;
    // It goes on being tried, too.
    let tries = || bot.slack.far_end.count(|it| it.path().ends_with("/chat.postMessage") && it.body.contains("Slack is gone"));
    let before = tries();
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    while tries() == before {
        looks.tick().await;
    }
}

/// A mail server that takes everything; what it took, headers and text.
async fn mailbox() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mails = Arc::<Mutex<Vec<String>>>::default();
    let taken = mails.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take_mail(stream, taken.clone()));
        }
    });
    (port, mails)
}

/// One conversation in SMTP, as far as it takes to get a mail.
async fn take_mail(stream: tokio::net::TcpStream, taken: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = tokio::io::BufReader::new(read).lines();
    write.write_all(b"220 mail.example.org ESMTP\r\n").await?;
    let mut mail: Option<String> = None;
    while let Some(line) = lines.next_line().await? {
        let answer = match (&mut mail, line.split(' ').next().unwrap_or_default().to_uppercase().as_str()) {
            (Some(_), ".") => {
                taken.lock().expect("no story failed").extend(mail.take());
                "250 taken"
            }
            (Some(text), _) => {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            (None, "EHLO" | "HELO") => "250 mail.example.org",
            (None, "DATA") => {
                mail = Some(String::new());
                "354 go on"
            }
            (None, "QUIT") => "221 bye",
            (None, _) => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_arrives_though_the_chat_that_knows_its_address_is_down() {
    let (port, mails) = mailbox().await;
    let config: toml::Table = format!("[email]\nsmtp = \"smtp://127.0.0.1:{port}\"\nfrom = \"bellhop@example.org\"\nrate = 0\n")
        .parse()
        .expect("a configuration");
    let mut bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| it.extend(config)).await;
    for (person, line, said) in [
        (CHLOE, "/bellhop team create primary", "The team"),
        (CHLOE, "/bellhop team add primary @ana", "Team primary"),
        (CHLOE, "/bellhop escalation create platform team:primary wait=1h", "Who would be paged?"),
        (ANA, "/bellhop reach set dm=off email=now", "How you are paged"),
        // Whoever wonders has the address asked for.
        (CHLOE, "/bellhop escalation test platform", "by email"),
    ] {
        bot.slack_command(person, line).await.accepted();
        bot.slack.post(said).await;
    }
    bot.kill().await;
    bot.slack.far_end.set(Fault::Failing).await;
    bot.run().await;
    bot.zulip_direct(BEN, "bellhop page platform Slack is gone").await.accepted();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let arrives = async {
        loop {
            looks.tick().await;
            let found = mails.lock().expect("no story failed").iter().find(|it| it.contains("Slack is gone")).cloned();
            if let Some(mail) = found {
                return mail;
            }
        }
    };
    let mail = tokio::time::timeout(PATIENCE, arrives).await.expect("a mail");
    assert!(mail.contains("ana@example.org"), "{mail}");
}

#[tokio::test]
async fn a_bad_time_is_asked_about_first() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    let now = Timestamp::now().to_zoned(TimeZone::get("Europe/Berlin").expect("a time zone"));
    let clock = |hours: i64| now.checked_add(hours.hours()).expect("a moment").strftime("%H:%M").to_string();
    let quiet = format!("/bellhop settings quiet_hours={}-{} quiet_days=none", clock(-2), clock(2));
    bot.slack_command(ANA, &quiet).await.accepted();
    bot.slack.post("Your settings are changed").await;
    bot.slack_command(BEN, "/bellhop page @ana Printer on fire").await.accepted();
    let asked = bot.slack.post("who has quiet hours until").await;
    assert!(asked.text.contains("Europe/Berlin") && asked.private, "{}", asked.text);
    bot.slack_press(BEN, &asked, "Page anyway").await.accepted();
    // Quiet hours hold back whatever is no page.
    let page = bot.slack.post("You are paged, by name").await;
    assert!(page.text.contains("Printer on fire"), "{}", page.text);
    bot.slack_command(BEN, "/bellhop page @nobody-here help").await.accepted();
    bot.slack.post("is nobody to page").await;
}

/// M08: a team is asked about as well, and who is on call for it is offered instead.
#[tokio::test]
async fn a_team_that_is_off_shift_is_asked_about_first() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    bot.slack_command(CHLOE, "/bellhop team add primary @ben").await.accepted();
    bot.slack.post("Team primary").await;
    bot.slack_command(CHLOE, "/bellhop oncall create nights people=@ana,@ben").await.accepted();
    bot.slack.post("The schedule is there").await;
    bot.slack_command(CHLOE, "/bellhop page team:primary The shop is down").await.accepted();
    let asked = bot.slack.post("off now. Page them all the same?").await;
    assert!(asked.private && asked.text.contains("1 of 2") && asked.text.contains("who is not on call by"), "{}", asked.text);
    bot.slack_press(CHLOE, &asked, "Page ana (on call by nights)").await.accepted();
    let page = bot.slack.post("You are paged, on call by nights").await;
    // A page says what was reported, and by whom.
    assert!(page.text.contains("The shop is down") && page.text.contains("Paged by chloe"), "{}", page.text);
    bot.slack_command(CHLOE, "/bellhop page team:primary The till is down").await.accepted();
    let asked = bot.slack.post("off now. Page them all the same?").await;
    bot.slack_press(CHLOE, &asked, "Page the whole team").await.accepted();
    let page = bot.slack.post("You are paged, in the team primary").await;
    assert!(page.text.contains("The till is down"), "{}", page.text);
    // Who is on call is paged without a question.
    bot.slack_command(CHLOE, "/bellhop page schedule:nights The lift is stuck").await.accepted();
    bot.slack
        .post_where("a page", |it| it.text.contains("You are paged, on call by nights") && it.text.contains("The lift"))
        .await;
}

/// M08: no page of a storm waits for a name that is known, or that the chat did not say a moment ago.
#[tokio::test]
async fn a_channel_that_is_paged_is_asked_for_its_name_once() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    bot.slack_command(CHLOE, &format!("/bellhop escalation create room slack:{CHANNEL} wait=1h")).await.accepted();
    bot.slack.post("Who would be paged?").await;
    let asked = || bot.slack.far_end.count(|it| it.path().ends_with("conversations.info"));
    let mut before = None;
    for text in ["The shop is down", "The till is down", "The lift is stuck"] {
        bot.slack_command(CHLOE, &format!("/bellhop page room {text}")).await.accepted();
        let page = bot.slack.post_where("a page", |it| it.text.contains(text) && it.channel.as_deref() == Some(CHANNEL)).await;
        assert!(page.text.contains(text), "{}", page.text);
        assert_eq!(*before.get_or_insert_with(asked), asked());
    }
    assert!(before > Some(0), "it was asked for");
}

#[tokio::test]
async fn a_channel_of_a_step_mentions_whom_the_step_pages() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let bot = bot(&twilio).await;
    let room = format!("/bellhop escalation create room slack:{CHANNEL} team:primary wait=1h");
    bot.slack_command(CHLOE, &room).await.accepted();
    bot.slack.post("Who would be paged?").await;
    bot.slack_command(BEN, "/bellhop page room The shop is down").await.accepted();
    let page = bot.slack.post_where("a page in the channel", |it| it.text.contains("This place is paged")).await;
    assert!(page.raw.to_string().contains(&format!("<@{}>", ANA.slack)), "{:#}", page.raw);
    assert!(!page.raw.to_string().contains(&format!("<@{}>", BEN.slack)), "{:#}", page.raw);
    // She is paged in her own ways as well.
    bot.slack.post("in the team primary").await;
}

#[tokio::test]
async fn a_text_that_did_not_arrive_goes_to_its_fallback() {
    let twilio = FarEnd::serve("twilio", twilio()).await;
    let config = format!(
        "[sms]\naccount_sid = \"{ACCOUNT}\"\nauth_token = \"{AUTH_TOKEN}\"\nfrom = \"+41790000099\"\napi_url = \"{}\"\n\
         [[hook]]\nname = \"redmine\"\nkind = \"redmine\"\nsecret = \"hook-token\"\n\
         [[subscription]]\nfrom = \"redmine\"\nmode = \"each\"\nto = \"sms:{ANAS}\"\nfallback = \"zulip:ops>alerts\"\n",
        twilio.url()
    );
    let config: toml::Table = config.parse().expect("a configuration");
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| it.extend(config)).await;
    let created = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": 48, "subject": "Nobody reads this",
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
    bot.hook("redmine", "hook-token", &created).await.accepted();
    let callback = field(&twilio.next("a text", texts).await, "StatusCallback");
    // What was sent is written down a moment after Twilio has it.
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for nth in 1.. {
        looks.tick().await;
        let sid = format!("SM{nth}");
        let told = [("MessageSid", sid.as_str()), ("MessageStatus", "failed"), ("ErrorCode", "30005"), ("To", ANAS)];
        assert_eq!(tell(&bot, &callback, &told).await.0, StatusCode::NO_CONTENT);
        if bot.zulip.posts().iter().any(|it| it.content.contains("Nobody reads this")) {
            break;
        }
    }
    let post = bot.zulip.post("Nobody reads this").await;
    assert!(post.content.contains("there is no such number any more"), "{}", post.content);
}
