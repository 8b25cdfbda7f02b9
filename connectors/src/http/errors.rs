//! Failures as sentences: what the system did, what it said, and the way out.

use std::time::Duration;

use commands::{Error, ErrorKind};
use reqwest::StatusCode;

use super::address::Refused;

/// How a request ended without any answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Nothing was sent, as for the next two.
    Connect,
    NoSuchName,
    Distrusted(Distrust),
    /// The two sides did not come to terms before there was any certificate.
    NoTls,
    /// The server lets in only who shows a certificate.
    CertificateWanted,
    Refused(Refused),
    Timeout,
    Broken,
}

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Stranger,
    Ended,
    AnothersName,
    Other,
}

/// How an answer with a good status is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    WebPage,
    TooLong { limit: usize },
    NotTheData,
}

pub(super) fn lost(title: &str, how: Lost) -> Error {
    let (kind, message) = match how {
        Lost::Connect => {
            (ErrorKind::Network, format!("{title} cannot be reached. Check that it is running and that its address is right."))
        }
        Lost::NoSuchName => {
            (ErrorKind::Network, format!("{title} cannot be found: its name leads nowhere. Check its address and the DNS."))
        }
        Lost::Distrusted(why) => {
            let why = match why {
                Distrust::Stranger => {
                    "nobody whom the bot knows signed its TLS certificate. If your own authority did, put that authority's certificate into the \
                     connection's `ca_certificate`."
                }
                Distrust::Ended => "its TLS certificate has ended, or begins later. Somebody who administers it can renew it.",
                Distrust::AnothersName => "its TLS certificate is for another name. Check the connection's address.",
                Distrust::Other => "its TLS certificate is not accepted. Somebody who administers it can renew it.",
            };
            (ErrorKind::Network, format!("{title} cannot be trusted: {why}"))
        }
        Lost::NoTls => {
            let why = "Does its address begin with `http://` rather than `https://`, or is its TLS older than 1.2?";
            (ErrorKind::Network, format!("{title} and the bot do not agree on TLS. {why}"))
        }
        Lost::CertificateWanted => (
            ErrorKind::BadConfig,
            format!(
                "{title} lets in only who shows a certificate that it accepts (mutual TLS). An administrator can put the bot's into the \
                 connection's `client_certificate`."
            ),
        ),
        Lost::Refused(why) => (
            ErrorKind::BadConfig,
            format!("The bot does not connect to the address of {title}: {why}. An administrator can correct the address."),
        ),
        Lost::Timeout => (ErrorKind::Timeout, format!("{title} did not answer in time. Try again in a minute.")),
        Lost::Broken => {
            (ErrorKind::Network, format!("The connection to {title} broke before it answered. Try again in a minute."))
        }
    };
    Error::new(kind, message)
}

pub(super) fn unusable(title: &str, how: Unusable) -> Error {
    let message = match how {
        Unusable::WebPage => format!(
            "{title} answered with a web page instead of data: is the address right, or does a login page stand in front of it?"
        ),
        Unusable::TooLong { limit } => {
            format!("{title} answered with more than {}, which is more than the bot reads. Ask for less at once.", size(limit))
        }
        Unusable::NotTheData => {
            format!("{title} answered something that the bot cannot read: is the address right, and is its version supported?")
        }
    };
    Error::new(ErrorKind::Server, message)
}

/// A system asked us to wait, and that is not over.
pub(super) fn paused(title: &str, wait: Duration) -> Error {
    let message = format!("{title} asked the bot to slow down. Try again in {}.", span(wait));
    Error::new(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
}

/// The system said how much is left, and that is nothing.
pub(super) fn quota(title: &str, wait: Duration) -> Error {
    let message = format!("{title} lets the bot make no more requests for now. Try again in {}.", span(wait));
    Error::new(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
}

pub(super) fn budget(title: &str, wait: Duration) -> Error {
    let message = format!("The bot has used up its budget of requests to {title}. Try again in {}.", span(wait));
    Error::new(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
}

/// `last` is what went wrong before.
pub(super) fn breaker(title: &str, wait: Duration, last: Option<&str>) -> Error {
    let mut message = format!("{title} keeps failing, so the bot leaves it alone for {}. Try again then.", span(wait));
    if let Some(last) = last {
        message.push_str(" The last failure: ");
        message.push_str(last);
    }
    Error::new(ErrorKind::BreakerOpen, message).with_retry_after(Some(wait))
}

/// A status other than success; `said` is what the system said about it, cleaned, or empty;
/// `elsewhere` is where a redirect leads, host and path only.
pub(super) fn status(title: &str, status: StatusCode, said: &str, wait: Option<Duration>, elsewhere: Option<&str>) -> Error {
    let (kind, what, way_out) = match status.as_u16() {
        300..=399 => {
            let out = match elsewhere {
                Some(address) => format!("If that is {title}, an administrator can put {address} into the connection."),
                None => "An administrator can correct the address of the connection.".to_owned(),
            };
            (ErrorKind::BadConfig, format!("{title} sends the bot on to another address"), out)
        }
        401 => (
            ErrorKind::Auth,
            format!("{title} does not accept the bot's credentials"),
            "An administrator can give the connection new ones.".to_owned(),
        ),
        402 | 403 | 451 => (
            ErrorKind::Permission,
            format!("{title} does not let the bot's account do this"),
            format!("Somebody who administers {title} can give it the permission."),
        ),
        404 | 410 => (
            ErrorKind::NotFound,
            format!("{title} has no such object, or hides it from the bot's account"),
            "Check the number or the name.".to_owned(),
        ),
        408 => (ErrorKind::Timeout, format!("{title} gave up waiting"), "Try again in a minute.".to_owned()),
        409 | 412 | 423 => (
            ErrorKind::Conflict,
            format!("{title} has a newer state of this, or has it already"),
            "Look at it again before you repeat the change.".to_owned(),
        ),
        400 | 422 => (ErrorKind::Validation, format!("{title} refused the values"), "Correct them and try again.".to_owned()),
        413 | 414 | 431 => {
            (ErrorKind::Validation, format!("This is more than {title} takes"), "Shorten it and try again.".to_owned())
        }
        429 => {
            let out = wait.map_or("Try again in a minute.".to_owned(), |wait| format!("Try again in {}.", span(wait)));
            (ErrorKind::RateLimited, format!("{title} asks the bot to slow down"), out)
        }
        500..=599 => (ErrorKind::Server, format!("{title} failed ({status})"), "Try again in a minute.".to_owned()),
        _ => (
            ErrorKind::BadConfig,
            format!("{title} does not understand the request ({status})"),
            "Check that the address is right and its API switched on.".to_owned(),
        ),
    };
    let message = match said.trim_end_matches(['.', ' ']) {
        "" => format!("{what}. {way_out}"),
        said => format!("{what}: {said}. {way_out}"),
    };
    Error::new(kind, message).with_retry_after(wait)
}

/// The same failure, of a request that may have been carried out.
pub(super) fn unknown_fate(mut error: Error, title: &str) -> Error {
    error.message.push_str(&format!(" It may have been done all the same: look in {title} before you repeat it."));
    error.maybe_done()
}

/// A wait as people say it, rounded up.
fn span(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    if seconds <= 90 { format!("{} s", seconds.max(1)) } else { format!("{} min", seconds.div_ceil(60)) }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_failure_names_the_system_and_the_way_out() {
        let mut lines = Vec::new();
        for code in [301, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503] {
            let code = StatusCode::from_u16(code).unwrap();
            let said = if code == 422 { "Subject cannot be blank; Tracker is invalid." } else { "" };
            let wait = (code == 429).then_some(Duration::from_millis(11_200));
            let error = status("Redmine", code, said, wait, (code == 301).then_some("https://redmine.example.org/"));
            lines.push(format!("{:?}: {}", error.kind, error.message));
        }
        let lost = [
            Lost::Connect,
            Lost::NoSuchName,
            Lost::Refused(Refused::Inside),
            Lost::NoTls,
            Lost::CertificateWanted,
            Lost::Timeout,
            Lost::Broken,
        ];
        let distrusted = [Distrust::Stranger, Distrust::Ended, Distrust::AnothersName, Distrust::Other].map(Lost::Distrusted);
        let lost = lost.into_iter().chain(distrusted).map(|it| self::lost("Redmine", it));
        let unusable =
            [Unusable::WebPage, Unusable::TooLong { limit: 16 << 20 }, Unusable::NotTheData].map(|it| unusable("Redmine", it));
        let kept =
            [budget("Redmine", Duration::from_millis(300)), breaker("Redmine", Duration::from_secs(600), Some("It failed."))];
        let unsure = [unknown_fate(Error::new(ErrorKind::Timeout, "Redmine did not answer."), "Redmine")];
        for error in lost.chain(unusable).chain(kept).chain(unsure) {
            lines.push(format!("{:?}: {}", error.kind, error.message));
        }
        expect![[r#"
            BadConfig: Redmine sends the bot on to another address. If that is Redmine, an administrator can put https://redmine.example.org/ into the connection.
            Validation: Redmine refused the values. Correct them and try again.
            Auth: Redmine does not accept the bot's credentials. An administrator can give the connection new ones.
            Permission: Redmine does not let the bot's account do this. Somebody who administers Redmine can give it the permission.
            NotFound: Redmine has no such object, or hides it from the bot's account. Check the number or the name.
            BadConfig: Redmine does not understand the request (405 Method Not Allowed). Check that the address is right and its API switched on.
            Conflict: Redmine has a newer state of this, or has it already. Look at it again before you repeat the change.
            Validation: This is more than Redmine takes. Shorten it and try again.
            Validation: Redmine refused the values: Subject cannot be blank; Tracker is invalid. Correct them and try again.
            RateLimited: Redmine asks the bot to slow down. Try again in 12 s.
            Server: Redmine failed (500 Internal Server Error). Try again in a minute.
            Server: Redmine failed (503 Service Unavailable). Try again in a minute.
            Network: Redmine cannot be reached. Check that it is running and that its address is right.
            Network: Redmine cannot be found: its name leads nowhere. Check its address and the DNS.
            BadConfig: The bot does not connect to the address of Redmine: it leads into a private network. An administrator can correct the address.
            Network: Redmine and the bot do not agree on TLS. Does its address begin with `http://` rather than `https://`, or is its TLS older than 1.2?
            BadConfig: Redmine lets in only who shows a certificate that it accepts (mutual TLS). An administrator can put the bot's into the connection's `client_certificate`.
            Timeout: Redmine did not answer in time. Try again in a minute.
            Network: The connection to Redmine broke before it answered. Try again in a minute.
            Network: Redmine cannot be trusted: nobody whom the bot knows signed its TLS certificate. If your own authority did, put that authority's certificate into the connection's `ca_certificate`.
            Network: Redmine cannot be trusted: its TLS certificate has ended, or begins later. Somebody who administers it can renew it.
            Network: Redmine cannot be trusted: its TLS certificate is for another name. Check the connection's address.
            Network: Redmine cannot be trusted: its TLS certificate is not accepted. Somebody who administers it can renew it.
            Server: Redmine answered with a web page instead of data: is the address right, or does a login page stand in front of it?
            Server: Redmine answered with more than 16 MiB, which is more than the bot reads. Ask for less at once.
            Server: Redmine answered something that the bot cannot read: is the address right, and is its version supported?
            RateLimited: The bot has used up its budget of requests to Redmine. Try again in 1 s.
            BreakerOpen: Redmine keeps failing, so the bot leaves it alone for 10 min. Try again then. The last failure: It failed.
            Timeout: Redmine did not answer. It may have been done all the same: look in Redmine before you repeat it."#]].assert_eq(&lines.join("\n"));
    }
}
