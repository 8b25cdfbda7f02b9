//! Mail that comes in: an alert from a monitor that can do nothing but write mails. By HTTP, and through a real mail server (Exim),
//! whose pipe hands it to `curl` as docs/alerts.md says, where `tests/run` has started one.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use reqwest::StatusCode;
use tests::{ANA, CHLOE, Database, Redmine, TestBot};

const SECRET: &str = "the-secret-of-the-mail-door";
const CHANNEL: &str = "C0MAIL001";

async fn bot() -> TestBot {
    let sections: toml::Table = format!(
        "[[hook]]\nname = \"mail\"\nkind = \"mail\"\nsecret = \"{SECRET}\"\n\
         [[alert_rule]]\nname = \"backups\"\nfrom = \"mail\"\nfilter = \"title:Backup*\"\nto = \"slack:{CHANNEL}\"\nseverity = \"critical\"\n\
         [[alert_rule]]\nname = \"mails\"\nfrom = \"mail\"\nto = \"slack:{CHANNEL}\"\n"
    )
    .parse()
    .expect("a configuration");
    TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| config.extend(sections)).await
}

fn mail(id: &str, subject: &str, text: &str) -> String {
    format!(
        "From: Nagios <nagios@example.org>\r\nTo: alerts@example.org\r\nSubject: {subject}\r\nMessage-ID: <{id}@example.org>\r\n\
         Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{text}\r\n"
    )
}

async fn deliver(bot: &TestBot, query: &str, mail: String) -> (StatusCode, String) {
    let request = bot.client.post(format!("http://{}/hooks/mail{query}", bot.address())).bearer_auth(SECRET);
    let answer = request.header("content-type", "message/rfc822").body(mail).send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("text"))
}

/// The cards in the channel, once one shows all of this.
async fn cards(bot: &TestBot, wanted: &[&str]) -> Vec<String> {
    for _ in 0..300 {
        let seen: Vec<String> = bot.slack.seen_in(CHANNEL).into_iter().map(|(_, text)| text).collect();
        if seen.iter().any(|text| wanted.iter().all(|it| text.contains(it))) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no card shows {wanted:?}: {:#?}", bot.slack.seen_in(CHANNEL));
}

#[tokio::test]
async fn a_mail_is_an_alert_that_another_mail_ends() {
    let bot = bot().await;
    let problem = mail("1", "** PROBLEM Service Alert: db1/disk is CRITICAL **", "F=FCnf Minuten bis voll");
    assert_eq!(deliver(&bot, "", problem.clone()).await.0, StatusCode::OK);
    let seen =
        cards(&bot, &["Service Alert: db1/disk", "Firing", "critical", "Fünf Minuten bis voll", "nagios@example.org"]).await;
    assert_eq!(seen.len(), 1, "{seen:#?}");
    // The mail server was not sure that we have it.
    assert_eq!(deliver(&bot, "", problem).await.0, StatusCode::OK);
    // An answer to it is about the same.
    let answer = mail("2", "Re: Service Alert: db1/disk", "I am on it.");
    assert_eq!(deliver(&bot, "", answer).await.0, StatusCode::OK);
    let over = mail("3", "** RECOVERY Service Alert: db1/disk is OK **", "DISK OK");
    assert_eq!(deliver(&bot, "", over).await.0, StatusCode::OK);
    let seen = cards(&bot, &["Service Alert: db1/disk", "Resolved"]).await;
    assert_eq!(seen.len(), 1, "one alert, one card: {seen:#?}");
    // How bad it is, is the rule's to say.
    let backup = mail("4", "Backup of apollo", "It did not run.");
    assert_eq!(deliver(&bot, "", backup).await.0, StatusCode::OK);
    cards(&bot, &["Backup of apollo", "critical", "rule backups"]).await;
    // Nobody is bothered by who is away.
    let away = mail("5", "Out of office", "I am away.").replace("Message-ID", "Auto-Submitted: auto-replied\r\nMessage-ID");
    assert_eq!(deliver(&bot, "", away).await.0, StatusCode::OK);
    bot.slack_command(ANA, "/bellhop alerts").await.accepted();
    let list = bot.slack.post("1 firing, 0 acknowledged").await;
    assert!(!list.text.contains("Out of office"), "{}", list.text);
}

#[tokio::test]
async fn what_may_not_come_in_or_cannot_be_read_is_kept_with_its_reason() {
    let bot = bot().await;
    let (status, said) = deliver(&bot, "?senders=*@example.com", mail("1", "Backup", "x")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{said}");
    assert!(said.contains("from nagios@example.org, who is none of the senders"), "{said}");
    let (status, said) = deliver(&bot, "", "Subject: nobody\r\n\r\nx".into()).await;
    assert_eq!(status, StatusCode::OK, "the mail server need not send it again: {said}");
    bot.slack_command(CHLOE, "/bellhop hooks deliveries mail").await.accepted();
    let kept = bot.slack.post("It is from nagios@example.org").await;
    assert!(kept.text.contains("This is no mail"), "{}", kept.text);
    bot.slack_press(CHLOE, &kept, "Show 1").await.accepted();
    bot.slack.post("none of the senders").await;
    assert!(bot.slack.seen_in(CHANNEL).is_empty(), "{:#?}", bot.slack.seen_in(CHANNEL));
}

#[tokio::test]
async fn a_mail_server_hands_mails_to_curl() {
    let (Ok(port), Ok(folder)) = (std::env::var("SMTP_PORT"), std::env::var("SMTP_MAILDIR")) else {
        println!("not with a real mail server: SMTP_PORT is not set (tests/run sets it)");
        return;
    };
    let bot = bot().await;
    let url = format!("http://{}/hooks/mail?senders=*@example.org", bot.address());
    let pipe = Path::new(&folder).parent().expect("the server's folder").join("pipe");
    let curl = format!(
        "exec curl -fsS -m 30 --retry 3 -H 'Authorization: Bearer {SECRET}' -H 'Content-Type: message/rfc822' --data-binary @- '{url}'\n"
    );
    fs::write(&pipe, curl).expect("a script");
    let mail = mail("10", "[FIRING:1] DiskFull db1", "92 % of /var");
    tokio::task::spawn_blocking(move || send(&port, &mail)).await.expect("sent");
    let seen = cards(&bot, &["DiskFull db1", "Firing", "92 % of /var"]).await;
    assert_eq!(seen.len(), 1, "{seen:#?}");
    fs::remove_file(pipe).expect("it was there");
}

/// One mail, as RFC 5321 has it.
fn send(port: &str, mail: &str) {
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the mail server");
    let mut answers = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    let mut expect = |said: &str, code: &str| {
        stream.write_all(said.as_bytes()).expect("written");
        let mut line = String::new();
        // Of an answer in several lines, the last has a space behind its number.
        while line.is_empty() || line.as_bytes().get(3) == Some(&b'-') {
            line.clear();
            answers.read_line(&mut line).expect("an answer");
        }
        assert!(line.starts_with(code), "{said:?}: {line}");
    };
    expect("", "220");
    expect("EHLO localhost\r\n", "250");
    expect("MAIL FROM:<nagios@example.org>\r\n", "250");
    expect("RCPT TO:<alerts@example.org>\r\n", "250");
    expect("DATA\r\n", "354");
    expect(&format!("{mail}.\r\n"), "250");
    expect("QUIT\r\n", "221");
}
