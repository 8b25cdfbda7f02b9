//! Standard Webhooks, as many services sign them, and Svix, which they come from, under its own names
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>): an id, a time and one or
//! several signatures over both and the body. What is in the body is guessed, and CloudEvents are known.

use commands::{Error, ErrorKind, Event, Result};
use jiff::Timestamp;

use super::{body, cloudevents, guess};
use crate::{
    Delivery, SecretFrom, Webhook,
    signature::{fresh, verify_standard},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Vendor, steps: include_str!("standard.md") };

/// A header by its standard name, or Svix's.
fn header<'a>(delivery: &'a Delivery<'_>, name: &str) -> Option<&'a str> {
    delivery.header(&format!("webhook-{name}")).or_else(|| delivery.header(&format!("svix-{name}")))
}

/// Whether the delivery is signed in this way, rightly or not.
pub(super) fn is_signed(delivery: &Delivery<'_>) -> bool {
    header(delivery, "signature").is_some()
}

pub(super) fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let all = (header(delivery, "id"), header(delivery, "timestamp"), header(delivery, "signature"));
    let (Some(id), Some(time), Some(signature)) = all else {
        return refuse("There is no webhook-id, webhook-timestamp or webhook-signature: this is no Standard Webhook.");
    };
    if !time.parse().ok().and_then(|it| Timestamp::from_second(it).ok()).is_some_and(|it| fresh(it, delivery.received)) {
        return refuse("webhook-timestamp is more than five minutes away: is the clock of this server right?");
    }
    if verify_standard(secret, id, time, delivery.body, signature) {
        return Ok(());
    }
    if !signature.split(' ').any(|it| it.starts_with("v1,")) {
        return refuse(
            "webhook-signature holds no signature of version v1, which is made with a shared secret. Choose that at the sender.",
        );
    }
    refuse("webhook-signature does not fit the body: is the hook's secret the one, `whsec_…`, that the sender shows?")
}

pub(super) fn key(delivery: &Delivery<'_>) -> Option<String> {
    header(delivery, "id").map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "Standard Webhooks")?;
    let id = key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    Ok(cloudevents::structured(delivery, &payload).unwrap_or_else(|| vec![guess::event(delivery, &id, &payload, None)]))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, NOW, Request};

    const KEY: &str = "whsec_QSBzZWN1cml0eSB0b2tlbiBmb3IgdGhlIGRlbW8=";

    #[test]
    fn what_is_in_it_is_guessed() {
        deliver::check(
            &WEBHOOK,
            KEY,
            "standard_contact",
            expect![[r#"
            key: msg_standard_contact
            contact.created | by Ana | 1f81eb52-5198-4599-803e-771906343485 Chloe
        "#]],
        );
        deliver::check(
            &WEBHOOK,
            KEY,
            "standard_svix",
            expect![[r#"
            key: msg_standard_svix
            invoice_payment.failed | inv_7 Hosting in November | is failed | Error
        "#]],
        );
        deliver::check(
            &WEBHOOK,
            KEY,
            "standard_cloudevent",
            expect![[r#"
            key: msg_standard_cloudevent
            harbor_artifact.pushed | demo/app:1.2 app:1.2 | in app
        "#]],
        );
    }

    #[test]
    fn old_ones_and_other_versions_are_refused() {
        let good = Request::fixture("standard_contact");
        let late = Request { received: Timestamp::from_second(NOW + 301).unwrap(), ..good.clone() };
        let mut asymmetric = good;
        asymmetric
            .headers
            .iter_mut()
            .filter(|(name, _)| name == "webhook-signature")
            .for_each(|(_, it)| *it = it.replace("v1,", "v1a,"));
        let said: Vec<_> = [late, asymmetric].iter().map(|it| deliver::refused(&WEBHOOK, &it.delivery(), KEY)).collect();
        expect![[r#"
            webhook-timestamp is more than five minutes away: is the clock of this server right?
            webhook-signature holds no signature of version v1, which is made with a shared secret. Choose that at the sender."#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        for fixture in ["standard_contact", "standard_svix", "standard_cloudevent"] {
            deliver::survives_json(&WEBHOOK, &Request::fixture(fixture));
        }
    }
}
