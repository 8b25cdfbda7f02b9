//! Cards.

mod change;
mod create;
mod find;
mod give;
mod part;
mod show;

pub use change::{Archive, Done, Due, Move, Restore, Update};
pub use create::{Copy, Create};
pub use find::{List, Mine, Search};
pub use give::{Assign, Label, Unassign, Unlabel};
pub use part::{Attach, Comment, Delete};
pub use show::Show;

/// What Trello calls a card's attributes in its complaints, and where they stand in our forms.
const PLACES: &[(&str, &str)] =
    &[("name", "name"), ("desc", "description"), ("due", "due"), ("start", "start"), ("idlist", "list")];
