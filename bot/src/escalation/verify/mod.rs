//! Whether a number is its owner's: a code is sent there, and they type it back.
//!
//! A number with a typing error in it wakes a stranger, and one that is somebody else's on purpose does worse: so nobody is paged
//! at a number before. A code holds for ten minutes and five tries, and an hour has five codes: a text costs money. The
//! code itself is not kept, only its hash. Addresses of mail are not asked for: the chats have verified them.

pub(super) mod store;

use std::time::Duration;

use commands::{Error, ErrorKind, Message, Result, Text};
use jiff::SignedDuration;
use rand::RngExt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use self::store::Code;
use super::{reach, whom::VOICE};
use crate::{app::App, chat::Post, people::PersonId, store::unreadable};

/// How long a code holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// Wrong ones that may be typed.
const TRIES: i64 = 5;
/// Codes that are sent in [`COUNTED`].
const CODES: i64 = 5;
const COUNTED: SignedDuration = SignedDuration::from_hours(1);
/// How long Twilio may take.
const WITHIN: Duration = Duration::from_secs(20);

/// By which way a code goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Text,
    Call,
}

impl By {
    fn platform(self) -> &'static str {
        match self {
            By::Text => "sms",
            By::Call => VOICE,
        }
    }
}

fn digest(person: &PersonId, code: &str) -> String {
    hex::encode(Sha256::digest(format!("{person} {code}")))
}

impl App {
    /// Sends a code to the number that the person gave; the number.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] where they gave none, [`ErrorKind::Conflict`] where it is verified already, [`ErrorKind::RateLimited`]
    /// after too many; those of the sending.
    pub async fn send_code(&self, person: &PersonId, by: By) -> Result<String> {
        let reach = self.reach(person).await.map_err(unreadable)?;
        let missing = || Error::bad_input("You gave no number yet: `bellhop reach set number=+41790000000`.");
        let number = reach.number.clone().ok_or_else(missing)?;
        if reach.verified.is_some() {
            return Err(Error::new(ErrorKind::Conflict, format!("{number} is verified already: there is nothing to do.")));
        }
        let name = by.platform();
        let platform = self.platforms.get(name).ok_or_else(|| {
            let message = match by {
                By::Text => "This bot sends no texts: whoever runs it adds a section [sms] to its configuration.",
                By::Call => "This bot calls nobody: whoever runs it sets `voice` in the section [sms] of its configuration.",
            };
            Error::new(ErrorKind::BadConfig, message)
        })?;
        let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
        let now = self.store.now();
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let known = store::code(&mut tx, person).await.map_err(unreadable)?;
        let (sent, counted_at) = match &known {
            Some(known) if now.duration_since(known.counted_at) < COUNTED => (known.sent, known.counted_at),
            _ => (0, now),
        };
        if sent >= CODES {
            let wait = COUNTED.saturating_sub(now.duration_since(counted_at)).as_mins() + 1;
            let message = format!("{CODES} codes were sent within an hour, which is all: try again in {wait} min.");
            return Err(Error::new(ErrorKind::RateLimited, message));
        }
        let kept =
            Code { number: number.clone(), digest: digest(person, &code), made_at: now, tries: 0, sent: sent + 1, counted_at };
        store::put_code(&mut tx, person, &kept).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        // Digits one by one, so that a voice reads them so.
        let said = match by {
            By::Text => code.clone(),
            By::Call => code.chars().map(String::from).collect::<Vec<_>>().join(", "),
        };
        let text = Text::new().plain(format!("Your code for Bellhop is {said}. Type in chat: bellhop reach verify {code}"));
        let key = format!("reach-code-{}", uuid::Uuid::now_v7().simple());
        let post = Post::new(reach::at(name, number.clone()), Message::text(text), key);
        match tokio::time::timeout(WITHIN, platform.post(&post)).await {
            Ok(sent) => sent.map(|_| number),
            Err(_) => {
                Err(Error::new(ErrorKind::Timeout, "Twilio did not answer in time. Wait a minute: it may come all the same."))
            }
        }
    }

    /// Takes the code that the person typed: the number is theirs from now on.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] where it is not the code, or none holds any more.
    pub async fn take_code(&self, person: &PersonId, typed: &str) -> Result<String> {
        let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
        let again = "`bellhop reach verify` sends another one.";
        let now = self.store.now();
        let mut reach = self.reach(person).await.map_err(unreadable)?;
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let known = store::code(&mut tx, person).await.map_err(unreadable)?;
        let known = known.filter(|it| now.duration_since(it.made_at) < HOLDS && reach.number.as_ref() == Some(&it.number));
        let Some(known) = known.filter(|it| !it.digest.is_empty()) else {
            return Err(Error::bad_input(format!("No code is waiting to be typed: it may be older than 10 minutes. {again}")));
        };
        if known.tries >= TRIES {
            return Err(Error::bad_input(format!("That was tried too often. {again}")));
        }
        let is_right: bool = known.digest.as_bytes().ct_eq(digest(person, &typed).as_bytes()).into();
        if !is_right {
            let left = TRIES - known.tries - 1;
            store::put_code(&mut tx, person, &Code { tries: known.tries + 1, ..known }).await.map_err(unreadable)?;
            tx.commit().await.map_err(unreadable)?;
            return Err(Error::bad_input(match left {
                0 => format!("That is not the code. {again}"),
                1 => "That is not the code: one try is left.".into(),
                left => format!("That is not the code: {left} tries are left."),
            }));
        }
        let number = known.number.clone();
        // It counts among the hour's, and opens nothing a second time.
        store::put_code(&mut tx, person, &Code { digest: String::new(), ..known }).await.map_err(unreadable)?;
        reach.verified = Some(now);
        self.set_reach(&mut tx, person, &reach).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        Ok(number)
    }
}

/// A code as it is kept, without anything being sent.
#[cfg(test)]
pub(super) fn kept(person: &PersonId, number: &str, code: &str, tries: i64, at: jiff::Timestamp) -> Code {
    Code { number: number.into(), digest: digest(person, code), made_at: at, tries, sent: 1, counted_at: at }
}
