//! Reactions.

use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, Params, Refusal, messages::found};
use crate::zulip::standin::state::{Message, State};

/// The emoji that the simulator knows, with their code points.
const EMOJI: &[(&str, &str)] = &[
    ("+1", "1f44d"),
    ("thumbs_up", "1f44d"),
    ("-1", "1f44e"),
    ("thumbs_down", "1f44e"),
    ("check", "2705"),
    ("check_mark", "2714"),
    ("cross_mark", "274c"),
    ("eyes", "1f440"),
    ("tada", "1f389"),
    ("heart", "2764"),
    ("octopus", "1f419"),
    ("smile", "1f642"),
    ("working_on_it", "1f6e0"),
    ("warning", "26a0"),
    ("rotating_light", "1f6a8"),
    ("hourglass", "23f3"),
    ("rocket", "1f680"),
    ("fire", "1f525"),
    ("one", "0031-20e3"),
    ("two", "0032-20e3"),
    ("three", "0033-20e3"),
    ("four", "0034-20e3"),
    ("five", "0035-20e3"),
    ("six", "0036-20e3"),
    ("seven", "0037-20e3"),
    ("eight", "0038-20e3"),
    ("nine", "0039-20e3"),
    ("ten", "1f51f"),
];

fn emoji(params: &Params) -> Result<(String, String, String), Refusal> {
    let name = params.text("emoji_name");
    let (code, kind) = (params.text("emoji_code"), params.text("reaction_type").unwrap_or_else(|| "unicode_emoji".into()));
    let known = EMOJI.iter().find(|(known, known_code)| match &name {
        Some(name) => name == known,
        None => code.as_deref() == Some(known_code),
    });
    match (known, name) {
        (Some((name, code)), _) => Ok(((*name).to_owned(), (*code).to_owned(), kind)),
        (None, Some(name)) => Err(Refusal::bad(format!("Emoji '{name}' does not exist"))),
        (None, None) => Err(Refusal::missing("emoji_name")),
    }
}

pub(super) fn add(state: &mut State, id: &str, params: &Params) -> Answer {
    let (message, emoji) = (found(state, id, params.me)?, emoji(params)?);
    set(state, &message, emoji, params.me, Wanted::Present)?;
    Ok(json!({}))
}

pub(super) fn remove(state: &mut State, id: &str, params: &Params) -> Answer {
    let (message, emoji) = (found(state, id, params.me)?, emoji(params)?);
    set(state, &message, emoji, params.me, Wanted::Absent)?;
    Ok(json!({}))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::zulip::standin) enum Wanted {
    Present,
    Absent,
}

/// A known emoji by name, for people's clients.
pub(in crate::zulip::standin) fn named(name: &str) -> Option<(String, String, String)> {
    let (name, code) = EMOJI.iter().find(|(known, _)| *known == name)?;
    Some(((*name).to_owned(), (*code).to_owned(), "unicode_emoji".to_owned()))
}

pub(in crate::zulip::standin) fn set(
    state: &mut State,
    message: &Message,
    (name, code, kind): (String, String, String),
    user: i64,
    wanted: Wanted,
) -> Result<(), Refusal> {
    let kept = state.messages.get_mut(&message.id).ok_or_else(Refusal::no_message)?;
    let same = |(_, other, _, who): &(String, String, String, i64)| *other == code && *who == user;
    let present = kept.reactions.iter().any(same);
    match wanted {
        Wanted::Present if present => {
            return Err(Refusal::coded(StatusCode::BAD_REQUEST, "REACTION_ALREADY_EXISTS", "Reaction already exists."));
        }
        Wanted::Absent if !present => {
            return Err(Refusal::coded(StatusCode::BAD_REQUEST, "REACTION_DOES_NOT_EXIST", "Reaction doesn't exist."));
        }
        Wanted::Present => kept.reactions.push((name.clone(), code.clone(), kind.clone(), user)),
        Wanted::Absent => kept.reactions.retain(|it| !same(it)),
    }
    let kept = kept.clone();
    state.changed(&kept);
    let mut event = state.reaction_json((&name, &code, &kind), user);
    event["op"] = json!(if wanted == Wanted::Present { "add" } else { "remove" });
    event["message_id"] = json!(kept.id);
    state.queue_event(&kept, "reaction", &event);
    Ok(())
}
