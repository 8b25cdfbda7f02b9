//! Senders that sign nothing: the hook's secret comes with each delivery, where the sender lets people put it.

use commands::{Error, ErrorKind, Result};

use crate::{
    Delivery,
    signature::{decode_secret, tokens_match},
};

/// Whether the delivery brings the hook's secret: `Authorization: Bearer …`, the password of `Authorization: Basic …`,
/// `X-Webhook-Token`, or `?token=…` in the address.
///
/// # Errors
/// [`ErrorKind::Auth`], saying where the secret can stand.
pub(super) fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    match given(delivery) {
        Some(_) if secret.is_empty() => refuse("This hook has no secret, so nothing can be let in: give it one."),
        Some(token) if tokens_match(&token, secret) => Ok(()),
        Some(_) => refuse("The token is not this hook's: has its secret been changed?"),
        None => refuse(
            "There is no token. Send the hook's secret as `Authorization: Bearer …`, as the password of basic authentication, as \
             `X-Webhook-Token`, or add `?token=…` to the address.",
        ),
    }
}

/// The token that came, wherever it stands.
fn given(delivery: &Delivery<'_>) -> Option<String> {
    if let Some(token) = delivery.header("x-webhook-token") {
        return Some(token.to_owned());
    }
    if let Some(authorization) = delivery.header("authorization") {
        return match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
            Some((scheme, coded)) if scheme.eq_ignore_ascii_case("basic") => {
                let pair = String::from_utf8(decode_secret(coded)?).ok()?;
                pair.split_once(':').map(|(_, password)| password.to_owned())
            }
            // Some senders have a field for the header's whole value, into which people put nothing but the secret.
            _ => Some(authorization.to_owned()),
        };
    }
    url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_secret_is_found_wherever_a_sender_can_put_it() {
        let secret = "s3cret: of the demo";
        // user "ana", and the secret as her password
        let basic = "Basic YW5hOnMzY3JldDogb2YgdGhlIGRlbW8=";
        let bearer = format!("Bearer {secret}");
        let query = "x=1&token=s3cret%3A+of+the+demo";
        for (header, value, query, ok) in [
            ("authorization", bearer.as_str(), "", true),
            ("authorization", &bearer.to_lowercase(), "", true),
            ("authorization", basic, "", true),
            ("authorization", secret, "", true),
            ("x-webhook-token", secret, "", true),
            ("x-other", "", query, true),
            ("authorization", "Bearer another", "", false),
            // A wrong header is not made good by the address.
            ("authorization", "Bearer another", query, false),
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
