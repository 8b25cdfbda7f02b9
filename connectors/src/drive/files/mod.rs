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

use commands::{Button, Message, Text};

use super::{api::Acting, card, wire};
use crate::http::pages::Part;

/// Lines below a heading, and a button for more where there is more.
pub(in crate::drive) fn listed(
    acting: &Acting<'_>,
    head: Text,
    nothing: &str,
    part: &Part<wire::File>,
    more: Option<Button>,
) -> Message {
    let message = match part.items.as_slice() {
        [] => Message::text(nothing),
        items => Message::text(head).list(items.iter().map(card::line).collect()),
    };
    let message = match more.filter(|_| part.more) {
        Some(button) => message.buttons(vec![button]),
        None => message,
    };
    match acting.note() {
        Some(note) => message.context(note),
        None => message,
    }
}

/// `1 file`, `3 files`, `10 files and more`.
pub(in crate::drive) fn counted<T>(part: &Part<T>, noun: &str) -> String {
    let plural = if part.items.len() == 1 { "" } else { "s" };
    let more = if part.more { " and more" } else { "" };
    format!("{} {noun}{plural}{more}", part.items.len())
}
