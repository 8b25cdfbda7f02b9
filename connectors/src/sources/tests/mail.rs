//! Mail, as it is and as services pass it on.

use expect_test::expect;

use super::check::{SECRET, check, requests, source};
use crate::Delivery;

#[test]
fn mails() {
    check(
        "mail",
        expect![[r#"
            1_problem (key: 1@db1.example.org)
              mail.received | Nagios (nagios@example.org) | mail bc87549d Service Alert: db1/disk | - | nagios@example.org | critical
                2026-11-20T09:59:58Z | critical | id 1@db1.example.org
                labels: from=nagios@example.org, to=alerts@example.org
                text: DISK CRITICAL - free space: / 12 MB (0 %) – db1
            2_recovery (key: 2@db1.example.org)
              mail.resolved | Nagios (nagios@example.org) | mail bc87549d Service Alert: db1/disk | - | nagios@example.org | recovery
                2026-11-20T10:10:00Z | critical | id 2@db1.example.org
                labels: from=nagios@example.org, to=alerts@example.org
                text: DISK OK
            3_person (key: 3@example.org)
              mail.received | Ana (ana@example.org) | mail 69b16b0b The shop is slow | - | ana@example.org | -
                2026-11-20T10:00:00Z | error | id 3@example.org
                labels: from=ana@example.org, to=alerts@example.org, to=ben@example.org, attached=slow.png
                text: Orders take 20 s.
            4_mailgun (key: 4@example.org)
              mail.received | Backup (backup@example.org) | mail c0c6bc5f Backup of apollo | - | backup@example.org | failed
                2026-11-20T10:00:00Z | error | id 4@example.org
                labels: from=backup@example.org, to=alerts@example.org
                text: The disk is full.
            5_sendgrid (key: 5@example.org)
              mail.received | Cron Daemon (root@example.org) | mail 115fbc08 Cron <root@db1> /usr/local/bin/backup | - | root@example.org | -
                2026-11-20T11:00:00Z | warning | id 5@example.org
                labels: from=root@example.org, to=alerts@example.org
                text: backup: no such file
            6_away (key: 6@example.org)
              mail.auto_replied | ben@example.org (ben@example.org) | mail 4fc340fd Out of office | - | ben@example.org | -
                2026-11-20T10:00:00Z | warning | id 6@example.org
                labels: from=ben@example.org
                text: I am away.
            7_postmark (key: 73e6d360-66eb-11e1-8e72-a8904824019b)
              mail.received | Chloe (chloe@example.org) | mail a9ab7aec certificate of shop.example.org ends soon | - | chloe@example.org | warning
                2026-11-20T10:00:00Z | warning | id 73e6d360-66eb-11e1-8e72-a8904824019b
                labels: from=chloe@example.org, to=alerts@example.org
                text: In 9 days.
        "#]],
    );
}

#[test]
fn who_is_no_sender_of_the_address_is_refused_and_said() {
    let webhook = &source("mail").webhook;
    for request in requests("mail") {
        let refused = |query: &str| {
            let query = format!("token={SECRET}&senders={query}");
            let delivery = request.delivery(request.body.as_bytes());
            (webhook.verify)(&Delivery { query: &query, ..delivery }, SECRET).err().map(|it| it.message)
        };
        assert_eq!(refused("*@example.org"), None, "{}", request.name);
        let why = refused("*@example.com").expect("it is of another domain");
        assert!(why.contains("@example.org, who is none of the senders"), "{why}");
    }
    let all = requests("mail");
    let request = &all[0];
    let nobody = Delivery {
        query: "senders=*@example.org&token=It's a Secret to Everybody",
        ..request.delivery(b"Subject: Nobody's\n\nDear all,")
    };
    let why = (webhook.verify)(&nobody, SECRET).expect_err("nobody is none of them").message;
    assert!(why.starts_with("It names no sender"), "{why}");
    let why = (webhook.parse)(&Delivery { query: "", ..nobody }).expect_err("it cannot be told whose it is").message;
    assert!(why.starts_with("This is no mail"), "{why}");
}

#[test]
fn what_is_no_utf_8_is_read_by_its_charset() {
    let webhook = &source("mail").webhook;
    let mail = b"From: ana@example.org\nSubject: Disk\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nF\xfcnf Minuten\n";
    let all = requests("mail");
    let request = &all[0];
    let events = (webhook.parse)(&request.delivery(mail)).expect("a mail");
    assert_eq!(events[0].text.as_deref(), Some("Fünf Minuten"));
}
