//! The token of systems that sign nothing: whoever knows it may send.
//!
//! Where a system can set a header it goes there, as addresses end in logs of proxies; where it can only be given an
//! address, it is the address's `?token=…`. Some send an `Authorization` of their own as well, so any place may hold it.

use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{Error, ErrorKind, Result};

use crate::{Delivery, signature::tokens_match};

/// Headers that hold nothing but a token. The last is how TeamCity names the password of its webhooks.
const HEADERS: [&str; 4] = ["x-webhook-token", "x-auth-token", "x-token", "php-auth-pw"];

/// Whether the delivery shows the hook's secret: as `Authorization: Bearer …`, as the password of basic authentication, in
/// `X-Webhook-Token` or as `?token=…`.
///
/// # Errors
/// [`ErrorKind::Auth`] where it does not.
pub(super) fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let given = given(delivery);
    // Each is compared, so that the time tells nothing of where the right one stands.
    let fits = given.iter().fold(false, |fits, token| tokens_match(token, secret) | fits);
    match (fits, given.is_empty()) {
        (true, _) => Ok(()),
        (false, false) => Err(Error::new(ErrorKind::Auth, "The token is not this hook's: is the address the one I gave?")),
        (false, true) => Err(Error::new(
            ErrorKind::Auth,
            "There is no token. Send the hook's secret as `Authorization: Bearer …`, as the password of basic authentication, as \
             `X-Webhook-Token`, or add `?token=…` to the address.",
        )),
    }
}

/// Everything in the delivery that may be meant as its token.
fn given(delivery: &Delivery<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some((scheme, rest)) = delivery.header("authorization").map(|it| it.trim().split_once(' ').unwrap_or(("", it.trim())))
    {
        if scheme.eq_ignore_ascii_case("basic") {
            let pair = STANDARD.decode(rest.trim()).ok().and_then(|it| String::from_utf8(it).ok());
            found.extend(pair.and_then(|it| Some(it.split_once(':')?.1.to_owned())));
        } else {
            found.push(rest.trim().to_owned());
        }
    }
    found.extend(HEADERS.iter().filter_map(|it| delivery.header(it)).map(str::to_owned));
    let query = url::form_urlencoded::parse(delivery.query.as_bytes());
    found.extend(query.filter(|(name, _)| name == "token").map(|(_, value)| value.into_owned()));
    found.retain(|it| !it.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_secret_is_found_wherever_a_sender_can_put_it() {
        let secret = "s3cret:of:the:demo";
        // user "ana", and the secret as her password
        let basic = "Basic YW5hOnMzY3JldDpvZjp0aGU6ZGVtbw==";
        let bearer = format!("Bearer {secret}");
        let query = "x=1&token=s3cret%3Aof%3Athe%3Ademo";
        for (header, value, query, ok) in [
            ("authorization", bearer.as_str(), "", true),
            ("authorization", &bearer.to_lowercase(), "", true),
            ("authorization", basic, "", true),
            ("authorization", secret, "", true),
            ("x-webhook-token", secret, "", true),
            ("x-other", "", query, true),
            ("authorization", "Bearer another", "", false),
            // Some send an authorization of their own beside it.
            ("authorization", "Bearer another", query, true),
            ("authorization", "Basic %%%", "", false),
            ("authorization", "", "", false),
            ("x-other", secret, "", false),
            ("x-other", "", "token=", false),
        ] {
            let headers = [(header.to_owned(), value.to_owned())];
            let delivery = Delivery {
                hook: "ci",
                method: "POST",
                headers: &headers,
                query,
                url: None,
                body: b"{}",
                received: Timestamp::UNIX_EPOCH,
                template: None,
            };
            assert_eq!(verify(&delivery, secret).is_ok(), ok, "{header}: {value} ?{query}");
            let error = verify(&delivery, "").expect_err("no secret lets nobody in");
            assert_eq!(error.kind, ErrorKind::Auth);
        }
    }
}
