//! What the world sends: Slack's slash commands and Redmine's webhooks, as bytes.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use tests::{
    SECRETS,
    people::{self, Person},
    slack::{CHANNEL, TEAM, signature},
};

use crate::{http1::Answer, load::Requests, process::HOOK_SECRET};

const SIGNING_SECRET: &str = "SLACK_SIGNING_SECRET";

pub fn connection(nth: usize) -> String {
    format!("redmine-{nth:02}")
}

pub fn hook(nth: usize) -> String {
    format!("bench-{nth}")
}

/// Where what this hook reports is told.
pub fn channel(nth: usize) -> String {
    format!("C0BENCH{nth:03}")
}

/// The subject of the issue that this command creates.
pub fn subject(serial: u64) -> String {
    format!("Printer {serial} on fire")
}

/// `/redmine-NN issue create Printer N on fire project=demo`, over so many connections in turn.
pub struct Commands {
    pub address: SocketAddr,
    /// Of the Slack whose `response_url`s they carry.
    pub url: String,
    pub connections: usize,
}

impl Commands {
    pub fn by(&self, person: Person, connection: usize, serial: u64) -> Vec<u8> {
        let body = [
            ("token", "deprecated"),
            ("team_id", TEAM),
            ("team_domain", "example"),
            ("channel_id", CHANNEL),
            ("channel_name", "dev"),
            ("user_id", person.slack),
            ("user_name", person.login),
            ("command", &format!("/{}", self::connection(connection))),
            ("text", &format!("issue create {} project=demo", subject(serial))),
            ("api_app_id", "A0BELL001"),
            ("is_enterprise_install", "false"),
            ("response_url", &format!("{}/response/{serial}", self.url)),
            ("trigger_id", &format!("{serial}.100.abcdef")),
        ];
        let body = reqwest::Url::parse_with_params("http://form/", body).map(|it| it.query().unwrap_or_default().to_owned());
        let body = body.unwrap_or_default();
        let now = Timestamp::now().as_second();
        let secret = SECRETS.iter().find(|(name, _)| *name == SIGNING_SECRET).map_or("", |(_, value)| value);
        let signature = signature(secret, now, &body);
        format!(
            "POST /slack/commands HTTP/1.1\r\nhost: bellhop\r\naccept: application/json,*/*\r\n\
             user-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             x-slack-request-timestamp: {now}\r\nx-slack-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

impl Requests for Commands {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn request(&self, serial: u64) -> Vec<u8> {
        let person = people::ALL[(serial / self.connections as u64) as usize % people::ALL.len()];
        self.by(person, serial as usize % self.connections, serial)
    }

    fn is_accepted(&self, answer: Answer) -> bool {
        // An answer with text in it says why it is not accepted.
        answer.status == 200 && answer.body == 0
    }
}

/// Redmine 7's `issue.created`, signed, to so many hooks in turn. The serial is the issue's number.
pub struct Webhooks {
    pub address: SocketAddr,
    pub hooks: usize,
}

impl Requests for Webhooks {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn request(&self, serial: u64) -> Vec<u8> {
        let body = format!(
            r#"{{"type":"issue.created","timestamp":"2026-11-21T09:00:00Z","data":{{"issue":{{"id":{serial},"project":{{"id":1,"name":"Demo"}},"tracker":{{"id":1,"name":"Bug"}},"status":{{"id":1,"name":"New","is_closed":false}},"priority":{{"id":3,"name":"High"}},"author":{{"id":5,"name":"Ana Abel"}},"subject":"Printer {serial} on fire","description":"It burns, and the paper tray does not open.","start_date":"2026-11-21","due_date":null,"done_ratio":0,"is_private":false,"estimated_hours":null,"custom_fields":[{{"id":1,"name":"Severity","value":"high"}}],"created_on":"2026-11-21T09:00:00Z","updated_on":"2026-11-21T09:00:00Z","closed_on":null}}}}}}"#
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(HOOK_SECRET.as_bytes()).expect("a key of any length");
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        format!(
            "POST /hooks/{} HTTP/1.1\r\nhost: bellhop\r\nuser-agent: Redmine/7.0\r\ncontent-type: application/json\r\n\
             x-redmine-signature-256: sha256={signature}\r\ncontent-length: {}\r\n\r\n{body}",
            hook(serial as usize % self.hooks),
            body.len()
        )
        .into_bytes()
    }

    fn is_accepted(&self, answer: Answer) -> bool {
        answer.status == 200
    }
}
