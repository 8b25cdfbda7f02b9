//! Files and folders: seen, found, made, moved, sent and fetched.

mod change;
mod list;
mod make;
mod remove;
mod show;
mod transfer;

pub use change::{Copy, Move, Rename};
pub use list::{List, Recent, Search};
pub use make::Create;
pub use remove::{Delete, Restore, Trash};
pub use show::Show;
pub use transfer::{Download, Export, Upload};

pub(in crate::drive) use transfer::formats;

use commands::{Button, Message, Text};

use super::{
    api::{Acting, Found},
    card,
};

/// Lines below a heading, and a button for more where there is more.
pub(in crate::drive) fn listed(acting: &Acting<'_>, head: Text, nothing: &str, part: &Found, more: Option<Button>) -> Message {
    let message = match part.items.as_slice() {
        [] => Message::text(nothing),
        items => Message::text(head).list(items.iter().map(card::line).collect()),
    };
    let message = match more.filter(|_| part.more) {
        Some(button) => message.buttons(vec![button]),
        None => message,
    };
    let message = match part.incomplete {
        true => message.context("Google did not look everywhere this time: some may be missing. Try again in a minute."),
        false => message,
    };
    match acting.note() {
        Some(note) => message.context(note),
        None => message,
    }
}

/// `1 file`, `3 files`, `10 files and more`.
pub(in crate::drive) fn counted(part: &Found, noun: &str) -> String {
    let plural = if part.items.len() == 1 { "" } else { "s" };
    let more = if part.more { " and more" } else { "" };
    format!("{} {noun}{plural}{more}", part.items.len())
}
