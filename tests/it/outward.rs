//! Places that are only written to: mail by a real server, Teams and text messages at far ends of their own.
//!
//! `tests/run` starts the mail server (`tests/real/smtp`) and sets `SMTP_PORT` and what goes with it.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use serde_json::{Value, json};
use tests::{
    Database, Redmine, TestBot,
    far_end::{FarEnd, PATIENCE, Recorded},
};
use tokio::time::Instant;

const TOKEN: &str = "the-token-of-a-story";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "canary-twilio-auth-token";
const WEBHOOK: &str =
    "/workflows/0123abcd/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=canary-sig";

fn created(id: u64, subject: &str) -> Value {
    json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}})
}

/// A bot with a hook `redmine` that reports to each of these places, and more of a configuration.
async fn bot(places: &[&str], more: &str) -> TestBot {
    let subscriptions: String =
        places.iter().map(|to| format!("[[subscription]]\nfrom = \"redmine\"\nmode = \"each\"\nto = \"{to}\"\n")).collect();
    let text = format!("[[hook]]\nname = \"redmine\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n{subscriptions}\n{more}");
    let config: toml::Table = text.parse().expect("a configuration");
    TestBot::configured(Redmine::standin().await, Database::Sqlite, |it| it.extend(config)).await
}

async fn report(bot: &TestBot, body: &Value) {
    bot.hook("redmine", TOKEN, body).await.accepted();
}

/// The mail server that `tests/run` started.
struct MailServer {
    plain: String,
    submission: String,
    user: String,
    password: String,
    ca: String,
    folder: PathBuf,
}

impl MailServer {
    fn real() -> Option<MailServer> {
        let Ok(plain) = std::env::var("SMTP_PORT") else {
            println!("not with a real mail server: SMTP_PORT is not set (tests/run sets it)");
            return None;
        };
        let of = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} goes with SMTP_PORT"));
        Some(MailServer {
            plain,
            submission: of("SMTP_SUBMISSION_PORT"),
            user: of("SMTP_USER"),
            password: of("SMTP_PASSWORD"),
            ca: of("SMTP_CA"),
            folder: of("SMTP_MAILDIR").into(),
        })
    }

    /// `[email]` as administrators write it: encrypted, signed in.
    fn section(&self) -> String {
        let MailServer { submission, user, password, ca, .. } = self;
        format!(
            "[email]\nsmtp = \"smtp://localhost:{submission}\"\nencryption = \"required\"\nusername = \"{user}\"\npassword = \"{password}\"\n\
             ca_file = \"{ca}\"\nfrom = \"Bellhop <bellhop@example.org>\"\nreply_to = \"ops@example.org\"\nrate = 0\n"
        )
    }

    /// `[email]` on this machine, without TLS.
    fn plain_section(&self) -> String {
        format!("[email]\nsmtp = \"smtp://127.0.0.1:{}\"\nfrom = \"bellhop@example.org\"\nrate = 0\n", self.plain)
    }

    /// All stored mails to an address.
    fn mails(&self, to: &str) -> Vec<Mail> {
        let files = fs::read_dir(self.folder.join("new")).into_iter().flatten().flatten();
        let mails = files.filter_map(|it| Mail::read(&String::from_utf8_lossy(&fs::read(it.path()).ok()?)));
        mails.filter(|it| it.header("Envelope-to") == Some(to)).collect()
    }

    /// Waits until this many mails to an address hold these words.
    async fn arrived(&self, to: &str, words: &str, count: usize) -> Vec<Mail> {
        let end = Instant::now() + PATIENCE;
        // A folder tells nobody of what is put there.
        let mut tries = tokio::time::interval(Duration::from_millis(50));
        loop {
            tries.tick().await;
            let found: Vec<Mail> = self.mails(to).into_iter().filter(|it| it.text.contains(words)).collect();
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < end, "{to} has no {count} mails with {words:?}: {:#?}", self.mails(to));
        }
    }
}

#[derive(Debug)]
struct Mail {
    headers: Vec<(String, String)>,
    /// The plain text of it, decoded.
    text: String,
    /// All of it, as it was stored.
    raw: String,
}

impl Mail {
    fn read(raw: &str) -> Option<Mail> {
        let raw = raw.replace("\r\n", "\n");
        let (head, body) = raw.split_once("\n\n")?;
        let headers = headers(head);
        let start = body.find("Content-Type: text/plain")?;
        let (part_head, part) = body[start..].split_once("\n\n")?;
        let part = part.split("\n--").next()?;
        let encoding = self::headers(part_head).into_iter().find(|(name, _)| name == "Content-Transfer-Encoding").map(|it| it.1);
        let text = match encoding.as_deref() {
            Some("quoted-printable") => quoted_printable(part),
            Some("base64") => {
                let bytes = BASE64_STANDARD.decode(part.split_whitespace().collect::<String>()).ok()?;
                String::from_utf8(bytes).ok()?
            }
            _ => part.to_owned(),
        };
        Some(Mail { headers, text, raw: raw.clone() })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path of the link after `label`.
    fn link(&self, label: &str) -> String {
        let (_, rest) = self.text.split_once(&format!("{label} <")).unwrap_or_else(|| panic!("no link {label}: {}", self.text));
        let url: Url = rest.split('>').next().and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no address: {rest}"));
        url.path().to_owned()
    }
}

/// Unfolded.
fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded.lines().filter_map(|it| it.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn quoted_printable(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'=', [a, b, after @ ..]) => {
                let digits = [*a, *b];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

#[tokio::test]
async fn a_real_mail_server_gets_mails_that_belong_together() {
    let Some(server) = MailServer::real() else { return };
    let bot = bot(&["email:threads@example.org"], &server.section()).await;
    report(&bot, &created(42, "Größe\r\nBcc: everyone@example.org")).await;
    let mut later = created(42, "Größe\r\nBcc: everyone@example.org");
    later["type"] = json!("issue.updated");
    later["data"]["journal"] = json!({"id": 7, "created_on": "2026-11-21T09:05:00Z", "notes": "Water < steam & <script>x</script> ice.",
        "user": {"id": 6, "name": "Ben Berg"}, "private_notes": false, "details": []});
    report(&bot, &later).await;
    report(&bot, &created(43, "Cat in the printer")).await;
    server.arrived("threads@example.org", "Cat in the printer", 1).await;
    let mails = server.arrived("threads@example.org", "", 3).await;
    assert_eq!(mails.len(), 3, "{mails:#?}");
    for mail in &mails {
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
        assert!(mail.header("From").is_some_and(|it| it.contains("bellhop@example.org")), "{mail:#?}");
        assert_eq!(mail.header("Reply-To"), Some("ops@example.org"));
        assert_eq!((mail.header("Bcc"), mail.header("To")), (None, Some("threads@example.org")), "{mail:#?}");
        assert!(mail.raw.contains("multipart/alternative") && mail.raw.contains("Content-Type: text/html"), "{}", mail.raw);
        assert!(mail.header("Message-ID").is_some_and(|it| it.ends_with("@example.org>")), "{mail:#?}");
    }
    let said = mails.iter().find(|it| it.text.contains("Water")).expect("what was said");
    let raw = said.raw.replace("=\n", "");
    assert_eq!(raw.matches("Water < steam &").count(), 1, "the plain text alone holds it as Ben wrote it: {raw}");
    assert!(raw.contains("Water &lt; steam &amp;"), "and as text in HTML: {raw}");
    assert_eq!(raw.matches("<script>").count(), 1, "in the plain text alone: {raw}");
    let of = |id: &str| -> Vec<&str> {
        let about: Vec<&Mail> = mails.iter().filter(|it| it.text.contains(&format!("/issues/{id}"))).collect();
        about.into_iter().filter_map(|it| it.header("References")).collect()
    };
    let (first, other) = (of("42"), of("43"));
    assert_eq!((first.len(), other.len()), (2, 1), "{mails:#?}");
    assert_eq!(first[0], first[1], "mails of one issue are one conversation");
    assert_ne!(first[0], other[0]);
    let mut ids: Vec<&str> = mails.iter().filter_map(|it| it.header("Message-ID")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn what_a_mail_server_puts_off_comes_later() {
    let Some(server) = MailServer::real() else { return };
    let bot = bot(&["email:later@example.org"], &server.plain_section()).await;
    report(&bot, &created(44, "Printer on holiday")).await;
    server.arrived("later@example.org", "Printer on holiday", 1).await;
}

#[tokio::test]
async fn a_link_in_a_mail_acts_once_and_only_by_its_button() {
    let Some(server) = MailServer::real() else { return };
    let more = format!("{}[alerts]\nto = \"email:chloe@example.org\"\n", server.plain_section());
    let bot = bot(&["email:bounce@example.org"], &more).await;
    report(&bot, &created(45, "Nobody reads this")).await;
    let note = server.arrived("chloe@example.org", "email:bounce@example.org", 1).await.remove(0);
    assert!(note.text.contains("550 5.1.1 No such user"), "the server's reason is told: {}", note.text);
    let link = note.link("Try all again …");

    // A program that checks mails looks at every link, as often as it likes.
    let page = bot.get(&link).await.accepted();
    assert!(page.body.contains("redrive all") && page.body.contains("email:chloe@example.org"), "{}", page.body);
    assert_eq!(bot.get(&link).await.accepted().body, page.body);
    let press = async |body: String, site: &str| {
        let request = bot.client.post(format!("http://{}{link}", bot.address())).header("sec-fetch-site", site);
        let response =
            request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.expect("an answer");
        (response.status(), response.text().await.expect("text"))
    };
    let (_, rest) = page.body.split_once("name=\"shown\" value=\"").expect("what the page sends back");
    let shown = format!("shown={}", rest.split('"').next().expect("a value"));
    assert_eq!(press(String::new(), "none").await.0, StatusCode::FORBIDDEN, "nobody saw the page");
    assert_eq!(press(shown.clone(), "cross-site").await.0, StatusCode::FORBIDDEN, "another site's page");

    let (status, said) = press(shown.clone(), "same-origin").await;
    assert!(status.is_success() && said.contains("On its way"), "{status} {said}");
    // Chloe's address is an administrator's in Slack, and so is she here; the answer comes by mail, with the next step.
    server.arrived("chloe@example.org", "1 ", 1).await;
    let (status, said) = press(shown, "same-origin").await;
    assert!(status.is_success() && said.contains("Done already"), "{status} {said}");
    assert_eq!(bot.get("/act/forged.0123").await.status, StatusCode::GONE);
}

type Sent = Arc<Mutex<Vec<Value>>>;

/// Twilio's messages: one number takes none.
fn twilio(sent: Sent) -> Router {
    async fn create(State(sent): State<Sent>, body: String) -> (StatusCode, Json<Value>) {
        let pairs: std::collections::BTreeMap<String, String> =
            Url::parse(&format!("http://form/?{body}")).expect("a form").query_pairs().into_owned().collect();
        if pairs["To"] == "+41790000010" {
            let refusal = json!({"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400,
                "more_info": "https://www.twilio.com/docs/errors/21610"});
            return (StatusCode::BAD_REQUEST, Json(refusal));
        }
        let mut sent = sent.lock().expect("no story failed");
        let message = json!({"sid": format!("SM{:032x}", sent.len() + 1), "status": "queued", "to": pairs["To"],
            "body": pairs["Body"], "date_created": jiff::fmt::rfc2822::to_string(&jiff::Zoned::now()).expect("a date"),
            "date_sent": null, "error_code": null});
        sent.insert(0, message.clone());
        (StatusCode::CREATED, Json(message))
    }
    async fn list(State(sent): State<Sent>) -> Json<Value> {
        Json(json!({"messages": *sent.lock().expect("no story failed"), "page": 0}))
    }
    let messages = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let account = async || Json(json!({"sid": ACCOUNT, "status": "active", "type": "Full"}));
    Router::new()
        .route(&messages, get(list).post(create))
        .route(&format!("/2010-04-01/Accounts/{ACCOUNT}.json"), get(account))
        .with_state(sent)
}

fn sms(api: &str) -> String {
    format!("[sms]\naccount_sid = \"{ACCOUNT}\"\nauth_token = \"{AUTH_TOKEN}\"\nfrom = \"+41790000099\"\napi_url = \"{api}\"\n")
}

fn sends(it: &Recorded) -> bool {
    it.method == "POST" && it.path().ends_with("/Messages.json")
}

#[tokio::test]
async fn a_text_message_whose_answer_was_lost_is_looked_for_and_not_sent_twice() {
    let mut far_end = FarEnd::serve("twilio", twilio(Sent::default())).await;
    far_end.lose_answers(sends);
    let bot = bot(&["sms:+41790000001"], &sms(&far_end.url())).await;
    report(&bot, &created(46, "Printer “on fire” …")).await;
    let sent = far_end.next("a message", sends).await;
    let fields = sent.fields();
    assert_eq!((fields["To"].as_str(), fields["From"].as_str()), (Some("+41790000001"), Some("+41790000099")));
    let callback = fields["StatusCallback"].as_str().unwrap_or_default();
    assert!(callback.starts_with(&format!("http://{}/sms/status?post=", bot.address())), "{callback}");
    assert!(fields["Body"].as_str().is_some_and(|it| it.contains("Printer \"on fire\" ...")), "{fields:#}");
    let basic = BASE64_STANDARD.encode(format!("{ACCOUNT}:{AUTH_TOKEN}"));
    assert_eq!(sent.headers["authorization"], format!("Basic {basic}"));
    let looked = far_end.next("a look at what was sent", |it| it.method == "GET" && it.path().ends_with("/Messages.json")).await;
    assert!(looked.url.contains("To=%2B41790000001"), "{}", looked.url);
    // Another message after it shows that the first is done with.
    far_end.set(connectors::standin::Fault::None).await;
    report(&bot, &created(47, "Cat in the printer")).await;
    far_end.next("the other", |it| sends(it) && it.body.contains("Cat")).await;
    assert_eq!(far_end.count(|it| sends(it) && it.body.contains("fire")), 1, "{:#?}", far_end.requests());
    assert!(!bot.log().contains(AUTH_TOKEN) && !bot.log().contains(&basic), "the token is in the log");
}

#[tokio::test]
async fn administrators_hear_of_text_messages_that_did_not_arrive() {
    let far_end = FarEnd::serve("twilio", twilio(Sent::default())).await;
    let more = format!("{}[alerts]\nto = \"zulip:ops>alerts\"\n", sms(&far_end.url()));
    let bot = bot(&["sms:+41790000010"], &more).await;
    report(&bot, &created(48, "Nobody reads this")).await;
    let note = bot.zulip.post("answered STOP").await;
    assert!(format!("{note:?}").contains("+41790000010"), "{note:?}");

    // What Twilio says later, signed and not.
    let fields = [
        ("AccountSid", ACCOUNT),
        ("ErrorCode", "30005"),
        ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
        ("MessageStatus", "undelivered"),
        ("To", "+41790000002"),
    ];
    let url = format!("http://{}/sms/status", bot.address());
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(AUTH_TOKEN.as_bytes()).expect("a key of any length");
    mac.update(url.as_bytes());
    fields.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let tell = async |signature: &str| {
        let request = bot.client.post(&url).header("x-twilio-signature", signature).form(&fields);
        request.send().await.expect("an answer").status()
    };
    assert_eq!(tell("AAAAAAAAAAAAAAAAAAAAAAAAAAA=").await, StatusCode::FORBIDDEN);
    assert_eq!(tell(&signature).await, StatusCode::NO_CONTENT);
    assert_eq!(tell(&signature).await, StatusCode::NO_CONTENT);
    bot.zulip.post("there is no such number any more, code 30005").await;
    bot.metric_reaches(2.0, "bellhop_sms_total", &[("state", "undelivered"), ("code", "30005")]).await;
}

#[tokio::test]
async fn a_workflow_of_teams_gets_an_adaptive_card() {
    let invoke = async || StatusCode::ACCEPTED;
    let router = Router::new().route("/workflows/{id}/triggers/manual/paths/invoke", post(invoke));
    let far_end = FarEnd::serve("teams-webhook", router).await;
    let more = format!("[teams]\nchannels = {{ ops = \"{}{WEBHOOK}\" }}\n", far_end.url());
    let bot = bot(&["teams:ops"], &more).await;
    report(&bot, &created(49, "**Printer** [on fire](https://evil.example.org) {{DATE(2026-11-21)}}")).await;
    let request = far_end.next("a card", |it| it.method == "POST").await;
    assert_eq!(request.url, WEBHOOK);
    let body = request.fields();
    let attachment = &body["attachments"][0];
    assert_eq!(
        (body["type"].as_str(), attachment["contentType"].as_str()),
        (Some("message"), Some("application/vnd.microsoft.card.adaptive"))
    );
    let card = attachment["content"].to_string();
    assert!(card.contains("**Printer** [on fire]") && card.contains("TextRun") && !card.contains("\"TextBlock\""), "{card}");
    assert!(!card.contains("{{DATE"), "{card}");
    assert!(!bot.log().contains("canary-sig"), "the webhook's secret is in the log");
}

#[tokio::test]
async fn a_webhook_that_is_gone_closes_its_channel_alone() {
    let invoke = async |body: String| if body.contains("Cat") { StatusCode::ACCEPTED } else { StatusCode::UNAUTHORIZED };
    let far_end = FarEnd::serve("", Router::new().fallback(invoke)).await;
    let more = format!("[teams]\nchannels = {{ ops = \"{}/one\" }}\n[alerts]\nto = \"zulip:ops>alerts\"\n", far_end.url());
    let bot = bot(&["teams:ops"], &more).await;
    report(&bot, &created(50, "Printer on fire")).await;
    bot.zulip.post("does not work any more").await;
    report(&bot, &created(51, "Cat in the printer")).await;
    far_end.next("a post of a chat that is not paused", |it| it.body.contains("Cat")).await;
}
