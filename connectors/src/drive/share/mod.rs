//! Who may see and change what: given, asked for, seen, changed, taken away, handed over.
//! <https://developers.google.com/workspace/drive/api/guides/manage-sharing>

mod access;
mod give;
mod requests;
mod transfer;

pub use access::{Change, List, Revoke};
pub use give::Share;
pub use requests::{Accept, Deny, Requests};
pub use transfer::Transfer;

pub(in crate::drive) use access::{holder, line, of_holder, person_of};
pub(in crate::drive) use give::{Grant, Mail, give, grantees, offer};
