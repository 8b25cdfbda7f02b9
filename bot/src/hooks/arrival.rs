//! What came to a hook, as the inspector shows it.

use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;

/// A request to a hook, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub hook: String,
    /// The key under which `delivery` holds its body; none of what was refused.
    pub key: Option<String>,
    pub verdict: Verdict,
    /// What it was answered with.
    pub status: u16,
    /// What it was verified by: `its secret`.
    pub proof: Option<String>,
    /// Why it was refused, or cannot be read.
    pub reason: Option<String>,
    pub method: String,
    /// Without credentials, as the headers are.
    pub query: String,
    /// The sender's address.
    pub peer: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Of what has no key.
    pub body: Option<Bytes>,
    /// Bytes of the body.
    pub size: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    /// Verified and kept, but it cannot be read.
    Unread,
    /// The vendor tried the address out.
    Handshake,
    Refused,
}

impl Verdict {
    const ALL: [Verdict; 4] = [Verdict::Accepted, Verdict::Unread, Verdict::Handshake, Verdict::Refused];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Unread => "unread",
            Verdict::Handshake => "handshake",
            Verdict::Refused => "refused",
        }
    }

    /// The table holds these and nothing else.
    pub(super) fn named(name: &str) -> Verdict {
        Verdict::ALL.into_iter().find(|it| it.name() == name).unwrap_or(Verdict::Refused)
    }
}

/// An arrival as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: i64,
    pub at: Timestamp,
    pub arrival: Arrival,
    /// How often the same came again.
    pub repeats: i64,
}

/// Whether a header holds what proves the sender, and so is not kept.
pub(super) fn is_credential(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "authorization",
        "cookie",
        "token",
        "signature",
        "secret",
        "api-key",
        "apikey",
        "password",
        "credential",
        "x-trello-webhook",
    ];
    WORDS.iter().any(|it| name.contains(it))
}

/// A query string without what proves the sender.
pub(super) fn without_credentials(query: &str) -> String {
    let is_one = |name: &str| {
        let name = name.to_lowercase();
        is_credential(&name) || ["key", "sig", "auth", "code", "hash", "hmac", "pass", "pwd"].iter().any(|it| name.contains(it))
    };
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // A bare word may be the token itself.
        if !is_one(&name) && !value.is_empty() {
            kept.append_pair(&name, &value);
        }
    }
    kept.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_the_sender_is_not_kept() {
        assert_eq!(without_credentials("token=a&project=demo&Sig=b&c4f1d0&api_key=d"), "project=demo");
        for name in ["authorization", "x-hub-signature-256", "x-gitlab-token", "cookie", "x-trello-webhook", "x-api-key"] {
            assert!(is_credential(name), "{name}");
        }
        assert!(!is_credential("x-github-event") && !is_credential("content-type"));
    }
}
