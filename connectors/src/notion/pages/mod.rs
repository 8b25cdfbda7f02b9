//! Pages, by themselves and in databases.

mod attach;
mod change;
mod create;
mod find;
mod show;

pub use attach::Attach;
pub use change::{Append, Archive, Confirm, Move, Restore, Update};
pub use create::Create;
pub use find::{Mine, Search};
pub use show::Show;
