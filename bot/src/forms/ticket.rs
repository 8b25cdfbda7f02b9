//! What the address of a form's page holds: the form's id and our signature over it.
//!
//! A form's id travels through chats, as the value of a button for instance. It opens a page only with a
//! signature that nobody but us can make, under a key derived from the master key; so neither a
//! chat's history nor a copy of the database is enough to fill in somebody's form.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Makes and checks signatures. Cheap to clone.
#[derive(Clone)]
pub struct Tickets(Arc<[u8; 32]>);

impl Tickets {
    /// Under a key of this process: addresses work until it ends.
    pub fn passing() -> Tickets {
        Tickets(Arc::new(rand::random()))
    }

    /// Under a key that `secret` always gives.
    pub fn of(secret: &[u8]) -> Tickets {
        Tickets(Arc::new(digest(secret, &["bellhop: addresses of forms"])))
    }

    /// What follows `/form/` in the address of a form's page.
    pub fn ticket(&self, form: &str) -> String {
        format!("{form}.{}", self.sign(&["page", form]))
    }

    /// The form of an address; none for one that we did not make.
    pub fn form<'a>(&self, ticket: &'a str) -> Option<&'a str> {
        let (form, signature) = ticket.split_once('.')?;
        self.is_ours(signature, &["page", form]).then_some(form)
    }

    /// What a page sends back with its form, another each time it is shown: only what we showed is taken.
    pub fn once(&self, form: &str) -> String {
        let nonce = Uuid::new_v4().simple().to_string();
        let signature = self.sign(&["once", form, &nonce]);
        format!("{nonce}.{signature}")
    }

    pub fn is_once(&self, form: &str, once: &str) -> bool {
        once.split_once('.').is_some_and(|(nonce, signature)| self.is_ours(signature, &["once", form, nonce]))
    }

    /// What opens something that is read at its address, by whatever names it.
    pub fn feed(&self, name: &str) -> String {
        self.sign(&["feed", name])
    }

    pub fn is_feed(&self, name: &str, token: &str) -> bool {
        self.is_ours(token, &["feed", name])
    }

    fn sign(&self, parts: &[&str]) -> String {
        hex::encode(&digest(self.0.as_slice(), parts)[..16])
    }

    fn is_ours(&self, signature: &str, parts: &[&str]) -> bool {
        self.sign(parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

fn digest(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        // Lengths in front: no two lists of parts are the same bytes.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_signed_opens_a_page() {
        let tickets = Tickets::of(b"a key");
        let ticket = tickets.ticket("f1");
        assert_eq!(Tickets::of(b"a key").form(&ticket), Some("f1"), "the same after a restart");
        assert_eq!(Tickets::of(b"another").form(&ticket), None);
        assert_eq!(Tickets::passing().form(&ticket), None);
        let signature = ticket.strip_prefix("f1.").expect("a signature");
        for forged in
            [format!("f2.{signature}"), "f1".into(), "f1.".into(), format!("f1.{}", "0".repeat(32)), ticket.to_uppercase()]
        {
            assert_eq!(tickets.form(&forged), None, "{forged}");
        }
    }

    #[test]
    fn a_page_is_sent_back_to_the_form_it_was_shown_for() {
        let tickets = Tickets::of(b"a key");
        let once = tickets.once("f1");
        assert_ne!(once, tickets.once("f1"));
        assert!(tickets.is_once("f1", &once));
        assert!(!tickets.is_once("f2", &once));
        // The signature in the address is another one.
        let (_, signature) = once.split_once('.').expect("a signature");
        assert_eq!(tickets.form(&format!("f1.{signature}")), None);
    }
}
