//! One set of messages for both chats and for plain text, and what strangers might write into them.

mod attacks;
mod messages;
mod outward;
mod snapshots;

pub(super) use attacks::place;
pub(super) use messages::all;
