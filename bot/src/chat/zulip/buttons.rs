//! Buttons where there are none: people say a button's number, or react with it.
//!
//! Only Zulip's web and desktop apps draw the buttons of a message; everywhere else each is a numbered line. So
//! what the numbers of a message mean is kept ([`crate::dispatch::memory`]) before it is sent, and a
//! number said in a place presses a button of the last message with buttons there. A reaction presses
//! a button of the message that it is put to, once: reactions have no id, and one that is taken back
//! and put again may as well be the same one, heard of twice.

use commands::{Block, Button, Error, ErrorKind, Message, Result, message::Style};
use connectors::zulip::client::messages::{Key, Recipient};
use serde_json::Value;
use tracing::warn;

use super::{
    Reactions, Zulip, escape,
    inbound::{self, Incoming},
    render::{self, Rendered},
    webhook::{not_done, words},
};
use crate::{
    chat::Place,
    dispatch::memory::{ButtonSet, Pressable},
};

const THUMBS_UP: &str = "1f44d";
const THUMBS_DOWN: &str = "1f44e";
/// Emoji of the numbers from one to ten.
const NAMES: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
/// The first so many are offered as reactions: more are noise, and each is a request.
const OFFERED: usize = 5;

/// What stands before a topic that somebody has marked as resolved.
/// <https://zulip.com/help/resolve-a-topic>
const RESOLVED: &str = "✔ ";

/// A topic's name, whether or not it is resolved.
pub(super) fn unresolved(topic: &str) -> &str {
    topic.strip_prefix(RESOLVED).unwrap_or(topic)
}

/// The number that somebody said and nothing else, `2` or `2.`.
pub(super) fn number(incoming: &Incoming) -> Option<usize> {
    let text = incoming.text.trim();
    let digits = text.strip_suffix('.').unwrap_or(text);
    let plain = !incoming.slashed && digits.len() <= 2 && digits.bytes().all(|it| it.is_ascii_digit());
    digits.parse().ok().filter(|number| plain && *number > 0)
}

/// Whether a reaction may press a button at all: asked of every reaction there is.
pub(super) fn is_press(code: &str) -> bool {
    code == THUMBS_UP || code == THUMBS_DOWN || (1..=NAMES.len()).any(|number| self::code(number) == code)
}

/// The emoji of a number, as Zulip writes its code points.
fn code(number: usize) -> String {
    match number {
        10 => "1f51f".into(),
        number => format!("003{number}-20e3"),
    }
}

/// What the numbers of a widget mean. Of a conversation's questions, whose choices are no commands, nothing.
pub(super) fn pressable(widget: &Value, message: Option<&Message>) -> Vec<Pressable> {
    let choices = widget["extra_data"]["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let choice = |it: &Value| {
        let number: usize = it["short_name"].as_str()?.parse().ok()?;
        let reply = it["reply"].as_str()?.trim();
        let said = inbound::mention(reply).map_or(reply, |(_, rest)| rest.trim_start());
        let line = said.strip_prefix('/')?.trim().to_owned();
        let reactions = if number <= NAMES.len() { vec![code(number)] } else { Vec::new() };
        Some(Pressable { number, line, reactions })
    };
    let mut all: Vec<Pressable> = choices.iter().filter_map(choice).collect();
    for (number, thumb) in message.map(thumbs).unwrap_or_default() {
        if let Some(it) = all.iter_mut().find(|it| it.number == number) {
            it.reactions.push(thumb.to_owned());
        }
    }
    all
}

/// Thumbs are how people say that they like something, so they press only where a message asks for nothing but a yes or no:
/// one button that wants to be confirmed, or one to go on and one to refuse.
fn thumbs(message: &Message) -> Vec<(usize, &'static str)> {
    let buttons: Vec<&Button> = message
        .blocks
        .iter()
        .flat_map(|block| match block {
            Block::Buttons(buttons) => buttons.as_slice(),
            Block::Menu { options, .. } => options.as_slice(),
            _ => &[],
        })
        .collect();
    match buttons.as_slice() {
        [only] if only.confirm.is_some() => vec![(1, THUMBS_UP)],
        [yes, no] if yes.style == Style::Primary && no.style == Style::Danger => vec![(1, THUMBS_UP), (2, THUMBS_DOWN)],
        _ => Vec::new(),
    }
}

impl Zulip {
    /// `rendered` with a word on how to press its buttons, which are kept first. `key` is the post's.
    pub(super) async fn offer(&self, place: &Place, key: &str, rendered: Rendered, message: Option<&Message>) -> Rendered {
        let choices = rendered.widget.as_ref().map(|it| pressable(it, message)).unwrap_or_default();
        let (Some(memory), false) = (&self.memory, choices.is_empty()) else { return rendered };
        let mut place = place.clone();
        place.thread = place.thread.map(|it| unresolved(&it).to_owned());
        let set = ButtonSet { key: key.into(), place, message: None, choices };
        if let Err(err) = memory.show(&set).await {
            // The buttons that are drawn work without it, and so do the commands beside their numbers.
            warn!("What a message's buttons do could not be kept: {err:#}");
            return rendered;
        }
        self.explained(&set.place, rendered, message)
    }

    /// `rendered` with a word on how to press its buttons, where there is room for one.
    pub(super) fn explained(&self, place: &Place, rendered: Rendered, message: Option<&Message>) -> Rendered {
        let choices = rendered.widget.as_ref().map(|it| pressable(it, message)).unwrap_or_default();
        if self.memory.is_none() || choices.is_empty() {
            return rendered;
        }
        let how = self.how(place, &choices);
        let room = render::LIMIT.saturating_sub(how.chars().count() + 2);
        if rendered.content.chars().count() > room {
            return rendered;
        }
        Rendered { content: format!("{}\n\n{how}", rendered.content), widget: rendered.widget }
    }

    /// In words, how to press.
    fn how(&self, place: &Place, choices: &[Pressable]) -> String {
        let reply = if place.thread.is_some() { "Mention me with" } else { "Reply" };
        let numbers = match choices.iter().map(|it| it.number).max() {
            Some(most) if most > 1 => format!("`1` to `{most}`"),
            _ => "`1`".to_owned(),
        };
        let thumbs = choices.iter().any(|it| it.reactions.iter().any(|it| it == THUMBS_UP));
        let react = match self.reactions {
            Reactions::Off => "",
            _ if thumbs => ", or react with the number or a thumb",
            _ => ", or react with the number",
        };
        format!("{reply} {numbers}{react}.")
    }

    /// Where a message goes, as buttons are kept: a channel by its id.
    pub(super) async fn place_of(&self, to: &Recipient) -> Place {
        let (channel, thread) = match to {
            Recipient::People(ids) => {
                let mut ids = ids.clone();
                ids.sort_unstable();
                (format!("dm:{}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")), None)
            }
            Recipient::Channel { channel, topic } => {
                let id = match channel {
                    Key::Id(id) => Some(*id),
                    Key::Name(name) => self.channel_id(name).await,
                };
                (format!("channel:{}", id.map_or_else(|| channel.to_string(), |it| it.to_string())), Some(topic.clone()))
            }
        };
        Place { platform: "zulip".into(), workspace: self.workspace().into(), channel, thread }
    }

    pub(super) async fn channel_id(&self, name: &str) -> Option<u64> {
        if let Some(id) = self.channels.get(name).await {
            return Some(id);
        }
        for channel in self.client.channels().await.ok()? {
            self.channels.insert(channel.name, channel.stream_id).await;
        }
        self.channels.get(name).await
    }

    /// Notes the message that the buttons of a post were found to be in. Where it has none, there is no set of this key.
    ///
    /// # Errors
    /// When that cannot be stored: it is worth another try, as nobody will look for it again.
    pub(super) async fn found_buttons(&self, key: &str, message: u64) -> Result<()> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let noted = memory.shown_as("zulip", self.workspace(), key, &message.to_string()).await;
        noted.map_err(|err| Error::new(ErrorKind::Server, format!("What was found cannot be stored: {err:#}")))
    }

    /// The buttons of this message are gone, or others: no number presses them any more.
    pub(super) async fn forget_buttons(&self, message: u64) {
        let Some(memory) = &self.memory else { return };
        if let Err(err) = memory.forget("zulip", self.workspace(), &message.to_string()).await {
            warn!("That a message's buttons are gone could not be stored: {err:#}");
        }
    }

    /// The message that a set became; then the bot offers its reactions.
    pub(super) async fn offered(&self, key: &str, message: u64, widget: Option<&Value>) {
        let (Some(memory), Some(widget)) = (&self.memory, widget) else { return };
        let choices = pressable(widget, None);
        if choices.is_empty() {
            return;
        }
        if let Err(err) = memory.shown_as("zulip", self.workspace(), key, &message.to_string()).await {
            warn!("The message of a set of buttons could not be kept: {err:#}");
        }
        if self.reactions != Reactions::Offer {
            return;
        }
        for choice in choices.into_iter().take(OFFERED) {
            let Some(name) = NAMES.get(choice.number - 1) else { continue };
            if let Err(err) = self.client.react(message, name).await {
                tracing::info!("The reactions that press a message's buttons are not offered: {err}");
                return;
            }
        }
    }

    /// The command line of a button of the last message with buttons in this place, of those that were there when `said` was
    /// said; none where there is no such message.
    ///
    /// # Errors
    /// What to tell whoever said a number that no button has.
    pub(super) async fn pressed_by_number(
        &self,
        place: &Place,
        said: u64,
        number: usize,
    ) -> std::result::Result<Option<String>, Rendered> {
        let Some(memory) = &self.memory else { return Ok(None) };
        let mut place = place.clone();
        place.thread = place.thread.map(|it| unresolved(&it).to_owned());
        let set = memory.last_shown(&place, said).await.map_err(|err| {
            warn!("What a number means could not be read: {err:#}");
            not_done("what is stored cannot be read")
        })?;
        let Some(set) = set else { return Ok(None) };
        match set.choices.iter().find(|it| it.number == number) {
            Some(choice) => Ok(Some(choice.line.clone())),
            None => {
                let most = set.choices.iter().map(|it| it.number).max().unwrap_or(1);
                let there = if most == 1 { "only button `1`".to_owned() } else { format!("buttons `1` to `{most}`") };
                let typed = escape::code(&number.to_string());
                Err(words(format!("There is no button {typed}: the last message with buttons here has {there}.")))
            }
        }
    }

    /// The command line that a reaction to a message presses; none where it presses nothing. `message` is as Zulip shows it,
    /// where it does: what its buttons do can be read from itself.
    pub(super) async fn pressed_by_reaction(
        &self,
        id: u64,
        code: &str,
        message: Option<&Value>,
    ) -> anyhow::Result<Option<String>> {
        let Some(memory) = &self.memory else { return Ok(None) };
        let kept = memory.of_message("zulip", self.workspace(), &id.to_string()).await?;
        let choices = match kept {
            Some(set) => set.choices,
            None => {
                let widget = message.and_then(|it| it["submessages"][0]["content"].as_str());
                let widget: Value = widget.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
                pressable(&widget, None)
            }
        };
        Ok(choices.into_iter().find(|it| it.reactions.iter().any(|it| it == code)).map(|it| it.line))
    }
}

#[cfg(test)]
mod tests {
    use commands::Call;
    use serde_json::json;

    use super::*;

    fn widget(replies: &[&str]) -> Value {
        let choices: Vec<Value> = replies
            .iter()
            .enumerate()
            .map(|(at, reply)| json!({"type": "multiple_choice", "short_name": (at + 1).to_string(), "long_name": "x", "reply": reply}))
            .collect();
        json!({"widget_type": "zform", "extra_data": {"type": "choices", "heading": "", "choices": choices}})
    }

    #[test]
    fn numbers_mean_what_the_buttons_post() {
        let all = pressable(&widget(&["@**Bellhop** /redmine issue show 42", "/redmine issue list", "2"]), None);
        let shown: Vec<(usize, &str, &str)> =
            all.iter().map(|it| (it.number, it.line.as_str(), it.reactions[0].as_str())).collect();
        assert_eq!(
            shown,
            [(1, "redmine issue show 42", "0031-20e3"), (2, "redmine issue list", "0032-20e3")],
            "an answer to a question of a form is no command"
        );
        assert!(is_press("0031-20e3") && is_press("1f51f") && is_press(THUMBS_UP) && !is_press("1f389"));
    }

    #[test]
    fn thumbs_answer_questions_only() {
        let call = || Call { group: "redmine".into(), action: "issue close".into(), params: serde_json::Map::new() };
        let of = |buttons| thumbs(&Message::text("x").buttons(buttons));
        assert_eq!(of(vec![Button::run("Close", call()).danger("Sure?")]), [(1, THUMBS_UP)]);
        assert_eq!(of(vec![Button::run("Show", call())]), []);
        let question = vec![Button::run("Approve", call()).primary(), Button::run("Reject", call()).danger("Sure?")];
        assert_eq!(of(question), [(1, THUMBS_UP), (2, THUMBS_DOWN)]);
        assert_eq!(of(vec![Button::run("Show", call()), Button::run("List", call())]), []);
    }

    #[test]
    fn only_a_number_alone_is_one() {
        let place = Place { platform: "zulip".into(), workspace: "x".into(), channel: "dm:10".into(), thread: None };
        let said = |text: &str| number(&Incoming::said(1, 10, place.clone(), text, "Bellhop".into()));
        assert_eq!((said("2"), said("@**Bellhop** 2."), said("12")), (Some(2), Some(2), Some(12)));
        assert_eq!(
            (said("0"), said("/2"), said("2 apples"), said("100"), said("-1"), said("")),
            (None, None, None, None, None, None)
        );
    }

    #[test]
    fn a_resolved_topic_is_the_same() {
        assert_eq!((unresolved("✔ printers"), unresolved("printers")), ("printers", "printers"));
    }
}
