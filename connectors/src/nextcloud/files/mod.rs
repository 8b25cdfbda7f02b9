//! Files and folders: what can be done to them.

mod change;
mod download;
mod list;
mod upload;

pub use change::{Copy, CreateFolder, Delete, Move};
pub use download::Download;
pub(super) use download::is_text;
pub use list::{List, Show};
pub use upload::{Upload, Write};
