//! Mail: what a mail server, or a service that takes mail, passes on.
//!
//! A mail comes as it is (`message/rfc822`, RFC 5322, by a pipe of Postfix or Exim and `curl`), as a form of a service that has
//! taken it apart, or that holds it whole (`body-mime` of [Mailgun](https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/storing-messages),
//! `email` of [SendGrid](https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook)), or as the
//! JSON of one ([Postmark](https://postmarkapp.com/developer/webhooks/inbound-webhook)).
//! It is told by what its subject says, as monitors write them: that something is wrong, how bad it is, or that it is over. Mails
//! whose subjects differ in nothing but that are about one thing.
//!
//! Who may send is the hook's secret, which the mail server holds, and besides `?senders=` of its address. A mail's `From` proves
//! nothing by itself: that it is true is what the mail server has checked (SPF, DKIM, DMARC) before it passes the mail on.

mod subject;

use std::borrow::Cow;

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Object, Severity},
};
use jiff::Timestamp;
use mail_parser::{Address, MessageParser, MimeHeaders};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::subject::{Said, Subject};
use super::{guess, read, token};
use crate::{Delivery, SecretFrom, Source, Webhook, payload};

pub(super) const SOURCE: Source = Source {
    name: "mail",
    title: "Mail",
    webhook: Webhook {
        verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("../mail.md"),
    },
};

/// Recipients and attachments that are named.
const NAMED: usize = 5;

/// What is read of a mail, however it came.
#[derive(Default)]
struct Mail {
    id: Option<String>,
    from: Option<String>,
    name: Option<String>,
    to: Vec<String>,
    subject: String,
    text: String,
    at: Option<Timestamp>,
    /// Whether its sender calls it urgent.
    urgent: bool,
    /// A machine's answer to a mail of ours: that somebody is away.
    answers_itself: bool,
    attached: Vec<String>,
}

impl Mail {
    fn of(delivery: &Delivery<'_>) -> Option<Mail> {
        let kind = delivery.header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
        let mail = if kind.starts_with("multipart/form-data") {
            Mail::of_form(parts(delivery)?)
        } else if kind.starts_with("application/x-www-form-urlencoded") && !is_mail(delivery.body) {
            Mail::of_form(read::form(delivery.body))
        } else if let Ok(Value::Object(fields)) = serde_json::from_slice(delivery.body) {
            let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
            Mail::of_form(fields.into_iter().filter_map(text).collect())
        } else {
            Mail::of_message(delivery.body)
        };
        mail.filter(|it| it.from.is_some())
    }

    fn of_message(raw: &[u8]) -> Option<Mail> {
        let message = MessageParser::default().parse(raw)?;
        let (from, name) = sender(message.from().or_else(|| message.sender()));
        let header = |name: &'static str| message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
        let attached = message.attachments().filter_map(|it| it.attachment_name()).map(str::to_owned);
        let to = message.to().into_iter().chain(message.cc()).flat_map(Address::iter);
        let urgent =
            header("X-Priority").starts_with(['1', '2']) || header("Importance") == "high" || header("Priority") == "urgent";
        Some(Mail {
            id: message.message_id().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned),
            from,
            name,
            to: to.filter_map(|it| it.address().map(str::to_lowercase)).collect(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or(Cow::Borrowed("")).into_owned(),
            at: message.date().and_then(|it| Timestamp::from_second(it.to_timestamp()).ok()),
            urgent,
            answers_itself: header("Auto-Submitted").starts_with("auto-replied") || !header("X-Autoreply").is_empty(),
            attached: attached.take(NAMED).collect(),
        })
    }

    /// The fields of a service's form.
    fn of_form(fields: Vec<(String, String)>) -> Option<Mail> {
        let field = |names: &[&str]| {
            let found =
                |name: &&str| fields.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.trim().is_empty());
            names.iter().find_map(found).map(|(_, value)| value.clone())
        };
        if let Some(whole) = field(&["body-mime", "email", "raw", "message"]).filter(|it| is_mail(it.as_bytes())) {
            return Mail::of_message(whole.as_bytes());
        }
        // What is not said in fields of their own stands among the headers.
        let headers = field(&["headers", "message-headers"]).filter(|it| !it.trim_start().starts_with('[')).unwrap_or_default();
        let mut mail = Mail::of_message(format!("{}\r\n\r\n", headers.trim_end()).as_bytes()).unwrap_or_default();
        if let Some(from) = field(&["from", "sender", "envelope-from"]) {
            let given = format!("From: {}\r\n\r\n", from.replace(['\r', '\n'], " "));
            let message = MessageParser::default().parse(given.as_bytes())?;
            (mail.from, mail.name) = sender(message.from());
        }
        mail.subject = field(&["subject"]).unwrap_or(mail.subject);
        mail.text = field(&["body-plain", "stripped-text", "textbody", "text", "plain", "body"]).unwrap_or_default();
        let id = field(&["message-id", "messageid"]).map(|it| it.trim().trim_matches(['<', '>']).to_owned());
        mail.id = id.filter(|it| !it.is_empty()).or(mail.id);
        if let Some(to) = field(&["recipient", "to"]) {
            mail.to = to.split(',').map(|it| it.trim().to_lowercase()).collect();
        }
        Some(mail)
    }

    /// Whether it comes from one of `senders`: addresses, or `*@example.org`, divided by commas.
    fn is_from(&self, senders: &str) -> bool {
        let Some(from) = &self.from else { return false };
        senders.split([',', ' ']).map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty()).any(|it| {
            match it.strip_prefix('*').or_else(|| it.starts_with('@').then_some(it.as_str())) {
                Some(end) => end.starts_with('@') && from.ends_with(end),
                None => *from == it,
            }
        })
    }
}

/// Whether it begins as a mail does: with headers, or with the envelope's line that some servers put in front.
fn is_mail(body: &[u8]) -> bool {
    let line = body.split(|it| matches!(it, b'\r' | b'\n')).next().unwrap_or_default();
    let name = line.split(|it| *it == b':').next().unwrap_or_default();
    line.starts_with(b"From ")
        || name.len() < line.len() && !name.is_empty() && name.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'-')
}

/// A form's parts are those of a mail, so they are read as one.
fn parts(delivery: &Delivery<'_>) -> Option<Vec<(String, String)>> {
    let mut mime = format!("Content-Type: {}\r\n\r\n", delivery.header("content-type")?).into_bytes();
    mime.extend_from_slice(delivery.body);
    let message = MessageParser::default().parse(&mime)?;
    let field = |part: &mail_parser::MessagePart<'_>| {
        let name = part.content_disposition()?.attribute("name")?.to_owned();
        Some((name, String::from_utf8_lossy(part.contents()).trim_end_matches(['\r', '\n']).to_owned()))
    };
    Some(message.parts.iter().filter_map(field).collect())
}

/// The address, in lower case, and the name beside it.
fn sender(from: Option<&Address<'_>>) -> (Option<String>, Option<String>) {
    let first = from.and_then(Address::first);
    let address = first.and_then(|it| it.address()).map(|it| it.trim().to_lowercase()).filter(|it| it.contains('@'));
    (address, first.and_then(|it| it.name()).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()))
}

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    token::verify(delivery, secret)?;
    let query = read::form(delivery.query.as_bytes());
    let Some((_, senders)) = query.iter().find(|(name, value)| name == "senders" && !value.trim().is_empty()) else {
        return Ok(());
    };
    let refused = |message: String| Err(Error::new(ErrorKind::Auth, message));
    match Mail::of(delivery) {
        None => refused("It names no sender, and this address takes mail of some senders only.".into()),
        Some(mail) if mail.is_from(senders) => Ok(()),
        Some(mail) => refused(format!(
            "It is from {}, who is none of the senders that this address takes (`senders=` in it).",
            mail.from.unwrap_or_default().chars().take(200).collect::<String>()
        )),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    Mail::of(delivery)?.id
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let Some(mail) = Mail::of(delivery) else {
        // What a service says of itself, in words of its own.
        if let Ok(said) = serde_json::from_slice::<Value>(delivery.body) {
            return Ok(read::told([guess::untaught(delivery, SOURCE.title, None, &said)]));
        }
        return Err(Error::bad_input(
            "This is no mail: it has no sender. Post it as it is, with `Content-Type: message/rfc822`, or as a form of Mailgun's or \
             SendGrid's.",
        ));
    };
    let from = mail.from.clone().unwrap_or_default();
    let subject = Subject::read(&mail.subject);
    let title = if subject.about.is_empty() { format!("Mail from {from}") } else { subject.about.clone() };
    let verb = match subject.says {
        _ if mail.answers_itself => "auto_replied",
        Said::Over => "resolved",
        Said::Acknowledged => "acknowledged",
        Said::Wrong | Said::Nothing => "received",
    };
    // A filter that let the beginning through must not hold back the end, whose mail does not say how bad it was.
    let severity = subject.severity.unwrap_or(match (subject.says, mail.urgent) {
        (Said::Over | Said::Acknowledged, _) => Severity::Critical,
        (_, true) | (Said::Wrong, _) => Severity::Error,
        _ => Severity::Warning,
    });
    let id = mail.id.clone().unwrap_or_else(|| read::identity([from.as_str(), &mail.subject, &mail.text]));
    let to = mail.to.iter().take(NAMED).map(|it| format!("to={it}"));
    let labels = std::iter::once(format!("from={from}")).chain(to).chain(mail.attached.iter().map(|it| format!("attached={it}")));
    Ok(read::told([Event {
        actor: Some(mail.name.clone().unwrap_or_else(|| from.clone())),
        actor_id: Some(from.clone()),
        object: Object {
            // Who writes, and about what: its thread.
            key: format!("mail {}", &hex::encode(Sha256::digest(format!("{from}\n{}", title.to_lowercase())))[..8]),
            title,
            url: None,
            place: Some(from),
            state: subject.state,
        },
        labels: labels.collect(),
        text: payload::said(&own_words(&mail.text)),
        severity: Some(severity),
        ..read::event(delivery, format!("mail.{verb}"), id, mail.at)
    }]))
}

/// What its sender wrote: not what they quote, nor what stands below the signature's line.
fn own_words(text: &str) -> String {
    let own: Vec<&str> = text
        .lines()
        .take_while(|it| it.trim_end() != "--")
        .filter(|it| !it.trim_start().starts_with('>'))
        .map(str::trim_end)
        .collect();
    own.join("\n")
}

impl Mail {
    #[cfg(test)]
    fn from_address(address: &str) -> Mail {
        Mail { from: Some(address.into()), ..Mail::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_addresses_or_whole_domains() {
        let ana = Mail::from_address("ana@example.org");
        for (senders, takes) in [
            ("ana@example.org", true),
            ("ben@example.org, ANA@example.org", true),
            ("*@example.org", true),
            ("@example.org", true),
            ("*@ample.org", false),
            ("*.org", false),
            ("*", false),
            ("ana@example.com", false),
            (" , ", false),
        ] {
            assert_eq!(ana.is_from(senders), takes, "{senders}");
        }
        assert!(!Mail::default().is_from("*@example.org"));
    }

    #[test]
    fn a_mail_begins_with_headers() {
        for mail in ["Received: by x", "From ana@example.org Fri Nov 20", "Subject: x\r\n"] {
            assert!(is_mail(mail.as_bytes()), "{mail}");
        }
        for other in ["", "from=ana%40example.org&subject=x", "{\"from\": 1}", ": x", "not a header"] {
            assert!(!is_mail(other.as_bytes()), "{other}");
        }
    }
}
