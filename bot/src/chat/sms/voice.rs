//! Phone calls by Twilio: a voice reads the page, and a key acknowledges it.
//!
//! A call is one request that holds its own script (TwiML), so nothing has to be fetched from us while the phone rings. What became
//! of it, and the key that was pressed, comes by signed callbacks ([`super::callback`]).
//! <https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource>

use std::sync::Arc;

use async_trait::async_trait;
use commands::{Actor, Error, ErrorKind, Message, Result};
use connectors::Check;
use serde::Deserialize;

use super::{Sms, classed, is_number};
use crate::chat::{FormView, Limit, Opener, Platform, Post, Posted, Target, only_an_address};

/// How long a phone rings, in seconds: short enough that no mailbox answers.
const RINGS: &str = "25";
/// The most that is read out, in characters. Twilio takes a script of 4000.
const SAID: usize = 400;

/// Calls from one number.
pub struct Voice {
    sms: Arc<Sms>,
    from: String,
}

impl Voice {
    /// None where the configuration names no number to call from.
    pub fn of(sms: &Arc<Sms>) -> Option<Voice> {
        Some(Voice { from: sms.voice.clone()?, sms: sms.clone() })
    }

    /// What the phone hears.
    fn script(&self, post: &Post) -> String {
        let said = escaped(&spoken(&post.message));
        // A code, or a test, has nothing to acknowledge.
        if post.about.is_none() {
            return format!(
                "<Response><Say>This is Bellhop. {said}</Say><Pause length=\"1\"/><Say>Once more: {said}</Say></Response>"
            );
        }
        match self.sms.callback("/voice/answer", post) {
            Some(action) => format!(
                "<Response><Gather numDigits=\"1\" timeout=\"15\" method=\"POST\" action=\"{}\">\
                 <Say>This is Bellhop. {said} Press 1 to acknowledge.</Say><Pause length=\"2\"/>\
                 <Say>Once more: {said} Press 1 to acknowledge.</Say></Gather><Say>Nothing was pressed. Goodbye.</Say></Response>",
                escaped(&action)
            ),
            None => format!("<Response><Say>This is Bellhop. {said} Look into your chat to acknowledge.</Say></Response>"),
        }
    }
}

/// The beginning of a message as a voice reads it.
fn spoken(message: &Message) -> String {
    let line: String = message.summary().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = line.chars().take(SAID).collect();
    if !cut.ends_with(['.', '!', '?']) {
        cut.push('.');
    }
    cut
}

/// Text in XML, also in an attribute. What XML cannot hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&apos;"),
            it if it.is_control() => written.push(' '),
            it => written.push(it),
        }
    }
    written
}

#[derive(Deserialize)]
struct Called {
    sid: String,
}

#[async_trait]
impl Platform for Voice {
    fn name(&self) -> &'static str {
        "voice"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let number = post.to.address();
        if !is_number(number) {
            return Err(Error::new(ErrorKind::Closed, format!("`{number}` is no number to call.")));
        }
        let script = self.script(post);
        let mut form = vec![("To", number), ("From", self.from.as_str()), ("Twiml", script.as_str()), ("Timeout", RINGS)];
        let callback = self.sms.callback("/voice/status", post);
        form.extend(callback.as_deref().map(|it| ("StatusCallback", it)));
        let path = format!("/2010-04-01/Accounts/{}/Calls.json", self.sms.account);
        let called: Called = self.sms.http.post(&path).form(&form).send().await.map_err(|err| classed(err, number))?;
        tracing::info!(call = called.sid, "Twilio calls somebody");
        Ok(Posted::default())
    }

    /// Twilio begins one call a second, and nobody answers two.
    fn limits(&self, to: &Target) -> Vec<Limit> {
        vec![Limit::new("voice", 1.0, 5), Limit::in_any_minute(format!("voice:{}", to.address()), 3)]
    }

    async fn update(&self, _: &Post, _: &str) -> Result<()> {
        Err(Error::new(ErrorKind::Permission, "A call that was made cannot be changed any more."))
    }

    async fn open_form(&self, _: &Opener, _: &FormView) -> Result<()> {
        Err(Error::bad_input("A call holds no form. Give the command in chat."))
    }

    async fn person(&self, _: &str, id: &str) -> Result<Actor> {
        match is_number(id) {
            true => Ok(only_an_address("voice", id, None)),
            false => Err(Error::not_found(format!("`{id}` is nobody's number."))),
        }
    }

    /// The account is looked at where messages are.
    async fn health(&self) -> Vec<Check> {
        match self.sms.public_url {
            Some(_) => vec![Check::ok("calls", format!("from {}", self.from))],
            None => {
                let fix = "Set public_url in [server], where Twilio reaches this bot.";
                vec![Check::warning("calls", "nobody can acknowledge by a key", fix)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_is_read_out_and_is_no_script() {
        let message = Message::text("Disk </Say><Dial>+1900</Dial> & \"full\"\u{7}");
        let said = escaped(&spoken(&message));
        assert!(!said.contains('<') && !said.contains('"') && said.ends_with('.'), "{said}");
        assert_eq!(escaped("a&b<c>\"d\"'e'"), "a&amp;b&lt;c&gt;&quot;d&quot;&apos;e&apos;");
        assert_eq!(spoken(&Message::text("x".repeat(1000).as_str())).chars().count(), SAID + 1);
    }
}
